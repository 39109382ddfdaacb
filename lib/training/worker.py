"""What runs inside the trainer process: one part of a run after another, each a call with arrays in and arrays out."""

from __future__ import annotations

import functools
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
from lib.training.engine import Chunk, behind, beside
from lib.training.program import State, Structure
from lib.training.recipe import Recipe, check_fits, check_same_structure

Result = TypeVar("Result")

MOST_SHARES = 4
"""Shares of a sweep that train at once, at most: with more threads XLA splits the small loops of a single network."""

REPLICAS_PER_THREAD = 16
"""Replicas that make it worth while to give a further core its own share of a sweep."""

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
        return function(*arguments)
    except Exception as error:  # whatever they raise
        kind = type(error)
        if kind.__module__.split(".")[0] not in ("keras", "tensorflow"):
            raise
        raise RuntimeError(f"{kind.__name__}: {error}") from None


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
    on_plane = recipe.grid and inputs == 2 and len(recipes) == 1
    return Part(
        chunk=chunk,
        maps=predict_maps(recipe, chunk.snapshots[..., 0]) if on_plane else None,
        states=states,
        seconds=time.perf_counter() - begun,
        samples=samples,
        validation=len(split.x_val),
        inputs=inputs,
        classes=split.classes,
        every=engine.snapshot_every(recipe, samples, inputs, len(states[0].stopped_at)),
        programs=engine.programs_compiled(),
    )


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
    results = _side_by_side(
        lambda i: engine.train_chunk(shares[i], split, states[i], epochs=epochs, copy=i), len(shares)
    )
    if engine.compilations() == compiled:  # otherwise it would tell how long compiling took
        _SPEEDS[structure] = max(1, results[0].state.epoch - states[0].epoch) / (time.perf_counter() - begun)
    return results


def _speed(structure: Structure, samples: int) -> float:
    """Return the epochs a second that this structure trained at last, or a first guess."""
    products = 3 * sum(structure.network.sizes) * samples * structure.network.replicas
    return _SPEEDS.get(structure, FIRST_GUESS / products)


def _side_by_side(function: Callable[[int], Chunk], count: int) -> list[Chunk]:
    return [function(0)] if count == 1 else list(_threads().map(function, range(count)))


@functools.cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(shares_at_once())


def predict_maps(recipe: Recipe, weights: np.ndarray) -> np.ndarray:
    """Return predictions (snapshots, grid, grid, outputs) on a raster over the plane, rows upward from the bottom."""
    ticks = np.linspace(*DOMAIN, recipe.grid, dtype=np.float32)
    x, y = np.meshgrid(ticks, ticks)
    predictions = engine.predict(recipe, weights, np.column_stack([x.ravel(), y.ravel()]), room=recipe.snapshots + 1)
    return predictions.reshape(len(weights), recipe.grid, recipe.grid, -1)
