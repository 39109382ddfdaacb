"""What runs inside the trainer process: one part of a run after another, each a call with arrays in and arrays out."""

from __future__ import annotations

import functools
import itertools
import math
import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from lib import datasets
from lib.datasets import DOMAIN, Split
from lib.training import engine
from lib.training.ahead import Ahead
from lib.training.engine import Chunk, behind, beside
from lib.training.inputs import State, Structure
from lib.training.recipe import Recipe, check_fits, check_same_structure

Result = TypeVar("Result")

MOST_SHARES = 4
"""Shares of a sweep that train at once, at most: with more threads XLA splits the small loops of a single network."""

REPLICAS_PER_THREAD = 16
"""Replicas that make it worth while to give a further core its own share of a sweep."""

FORESEEN_PROGRAMS = 48
"""Compiled programs in this process from which on none is compiled ahead, so that memory remains for what is asked."""

FIRST_GUESS = 1e9
"""Multiplications a second by which the first chunk of a network is sized, before its speed was measured."""


@dataclass(frozen=True, eq=False)
class Part:
    """Some epochs of a run as one chunk, predictions for its snapshots, where to go on, and the seconds it took.

    The first part begins with snapshot number 0, the weights before the first update. `maps` is (snapshots, grid, grid,
    outputs) or None; `states` has one entry for each share of a sweep; `every` is the number of epochs or updates
    between two snapshots; `programs` counts what this process has compiled since it began.
    """

    chunk: Chunk
    maps: np.ndarray | None
    states: tuple[State, ...]
    seconds: float
    samples: int
    validation: int
    inputs: int
    classes: int
    every: int
    programs: int


def without_state(part: Part) -> Part:
    """Return a part without the states that only its successor needs: weights and the optimizer's arrays are large."""
    empty = np.zeros(0, np.float32)
    nothing = State(part.chunk.state.epoch, part.chunk.state.updates, empty, (), empty, empty, empty, empty)
    return replace(part, states=(), chunk=replace(part.chunk, state=nothing))


def start(parent: int) -> None:
    """Prepare a fresh trainer process: leave Ctrl-C to the server, and end when the server ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    """Leave as soon as the server is gone, however it went: nothing else would tell this process of a kill -9."""
    if os.name == "nt":
        import multiprocessing

        process = multiprocessing.parent_process()
        if process is None:  # nobody to watch
            return
        process.join()
    while os.name != "nt" and os.getppid() == parent:
        time.sleep(0.5)
    os._exit(0)


def warm() -> None:
    """Import TensorFlow, Keras and the generators of data."""
    import keras
    import sklearn.datasets  # noqa: F401
    import tensorflow as tf

    keras.utils.disable_interactive_logging()
    tf.get_logger().setLevel("ERROR")  # it warns of many traces, which here are bounded and meant


def guarded(function: Callable[..., Result], *arguments: object) -> Result:
    """Call a function; turn an exception of TensorFlow or Keras, which would import them over there, into a plain one.

    Raises RuntimeError with its type and message in that case, and any other exception as it is.
    """
    try:
        with AHEAD:
            return function(*arguments)
    except Exception as error:  # whatever they raise
        kind = type(error)
        if kind.__module__.split(".")[0] not in ("keras", "tensorflow"):
            raise
        raise RuntimeError(f"{kind.__name__}: {error}") from None


AHEAD = Ahead()
"""What this process does while nobody waits."""


def foresee(*calls: tuple[Callable[..., object], tuple[object, ...]]) -> None:
    """Make these calls when nobody waits, the first of them first: what they compile is there when it is asked for."""
    AHEAD.add(*(functools.partial(_if_there_is_room, function, *arguments) for function, arguments in calls))


def _if_there_is_room(function: Callable[..., object], *arguments: object) -> None:
    if engine.programs_compiled() < FORESEEN_PROGRAMS:
        function(*arguments)


def prepare(recipes: tuple[Recipe, ...]) -> None:
    """Compile all that training these recipes takes."""
    recipe, split = recipes[0], datasets.load(recipes[0].data)
    for copy, share in enumerate(_shares(recipes)):
        state = engine.first_state(share, split)
        chunk = engine.train_chunk(share, split, state, epochs=1, copy=copy)
    if _on_plane(recipes, split):
        predict_maps(recipe, chunk.snapshots[:1, :, 0])


def train_part(recipes: tuple[Recipe, ...], states: tuple[State, ...] | None, seconds: float) -> Part:
    """Train recipes that differ in numbers only for about so many seconds, at least one chunk; go on from `states`.

    Raises ValueError where recipes do not go together, or where network and data do not, and DataUnavailable.
    """
    begun = time.perf_counter()
    recipe, split, shares = recipes[0], datasets.load(recipes[0].data), _shares(recipes)
    chunks: list[Chunk] = []
    if states is None:
        check_same_structure(recipes)
        check_fits(recipe, split)
        states = tuple(engine.first_state(share, split) for share in shares)
        chunks.append(beside([engine.nothing_yet(state) for state in states], len(recipes)))
    end = begun + seconds
    while not chunks or (not is_over(recipe, states) and (chunks[-1].loss.size == 0 or time.perf_counter() < end)):
        results = _train_shares(shares, states, split, end - time.perf_counter())
        chunks.append(beside(results, len(recipes)))
        states = tuple(result.state for result in results)
    return _part(recipes, split, behind(chunks)[0], states, begun)


def _part(recipes: tuple[Recipe, ...], split: Split, chunk: Chunk, states: tuple[State, ...], begun: float) -> Part:
    recipe, samples, inputs = recipes[0], len(split.x_train), math.prod(split.x_train.shape[1:])
    return Part(
        chunk=chunk,
        maps=predict_maps(recipe, chunk.snapshots[..., 0]) if _on_plane(recipes, split) else None,
        states=states,
        seconds=time.perf_counter() - begun,
        samples=samples,
        validation=len(split.x_val),
        inputs=inputs,
        classes=split.classes,
        every=engine.snapshot_every(recipe, samples, inputs, len(states[0].stopped_at)),
        programs=engine.programs_compiled(),
    )


def _on_plane(recipes: tuple[Recipe, ...], split: Split) -> bool:
    """Tell whether predictions over the plane are wanted, and can be had: of one network with two inputs."""
    on_plane = split.x_train.shape[1:] == (2,) or bool(datasets.described(recipes[0].data.name).derived)
    return bool(recipes[0].grid) and on_plane and len(recipes) == 1


def _shares(recipes: tuple[Recipe, ...]) -> list[tuple[Recipe, ...]]:
    """Deal a sweep out to the cores, in shares of one size, for which one structure is compiled.

    What is missing to the size of the last share is filled up with the last recipe.
    """
    count = min(shares_at_once(), max(1, len(recipes) // REPLICAS_PER_THREAD))
    size = -(-len(recipes) // count)
    filled = recipes + recipes[-1:] * (count * size - len(recipes))
    return [filled[i : i + size] for i in range(0, len(filled), size)]


def shares_at_once() -> int:
    """Return how many shares of a sweep this machine trains at once."""
    return min(os.cpu_count() or 1, MOST_SHARES)


def is_over(recipe: Recipe, states: tuple[State, ...]) -> bool:
    """Tell whether nothing is left to train: all epochs done, or each replica stopped early or diverged."""
    ended = [(state.stopped_at > 0) | ~np.isfinite(state.weights).all(axis=0) for state in states]
    return states[0].epoch >= recipe.epochs or bool(np.concatenate(ended).all())


_SPEEDS: dict[Structure, float] = {}


def _train_shares(
    shares: list[tuple[Recipe, ...]], states: tuple[State, ...], split: Split, seconds: float
) -> list[Chunk]:
    """Train all shares for as many epochs as should take `seconds`, at least one; remember how fast it went."""
    structure = engine.structure_of(shares[0], split)
    epochs = max(1, min(int(_speed(structure, len(split.x_train)) * seconds), structure.epochs))
    begun, compiled = time.perf_counter(), engine.compilations()
    side_by_side = all(engine.is_compiled(structure, copy) for copy in range(len(shares)))
    if len(shares) > 1 and not side_by_side:  # one program is waited for, the others are compiled afterwards
        foresee((prepare, (tuple(itertools.chain(*shares)),)))

    def trained(share: int) -> Chunk:
        copy = share if side_by_side else 0
        return engine.train_chunk(shares[share], split, states[share], epochs=epochs, copy=copy)

    results = list((_threads().map if side_by_side else map)(trained, range(len(shares))))
    if engine.compilations() == compiled:  # otherwise it would tell how long compiling took
        _SPEEDS[structure] = max(1, results[0].state.epoch - states[0].epoch) / (time.perf_counter() - begun)
    return results


def _speed(structure: Structure, samples: int) -> float:
    """Return the epochs a second that this structure trained at last, or a first guess."""
    products = 3 * sum(structure.network.sizes) * samples * structure.network.replicas
    return _SPEEDS.get(structure, FIRST_GUESS / products)


@functools.cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(shares_at_once())


def predict_maps(recipe: Recipe, weights: np.ndarray) -> np.ndarray:
    """Return predictions (snapshots, grid, grid, outputs) on a raster over the plane, rows upward from the bottom."""
    ticks = np.linspace(*DOMAIN, recipe.grid, dtype=np.float32)
    x, y = np.meshgrid(ticks, ticks)
    points = np.column_stack([x.ravel(), y.ravel()])
    if datasets.described(recipe.data.name).derived:
        points = datasets.inputs(recipe.data, points)
    predictions = engine.predict(recipe, weights, points, room=recipe.snapshots + 1)
    return predictions.reshape(len(weights), recipe.grid, recipe.grid, -1)
