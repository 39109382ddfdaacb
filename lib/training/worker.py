"""What runs inside the trainer process: one part of a run after another, each a call with arrays in and arrays out."""

from __future__ import annotations

import math
import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields

import numpy as np

from lib import datasets
from lib.datasets import DOMAIN, Split
from lib.training import engine
from lib.training.engine import Chunk
from lib.training.program import State
from lib.training.recipe import Recipe, check_fits, check_same_structure

REPLICAS_PER_THREAD = 16
"""Replicas that make it worth while to give a further core its own share of a sweep."""

FIRST_GUESS = 1e9
"""Multiplications a second by which the first chunk of a network is sized, before its speed was measured."""


@dataclass(frozen=True, eq=False)
class Part:
    """Some epochs of a run as one chunk, predictions for its snapshots, where to go on, and the seconds it took.

    The first part begins with snapshot number 0, the weights before the first update. `maps` is (snapshots, grid, grid, outputs) or None; `states` has one entry for each share of a sweep; `programs`
    counts what this process has compiled since it began.
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


def start(parent: int) -> None:
    """Prepare a fresh trainer process: leave Ctrl-C to the server, and end when the server ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    """Leave as soon as the server is gone, however it went: nothing else would tell this process of a kill -9."""
    if os.name == "nt":
        import multiprocessing

        process = multiprocessing.parent_process()
        if process is not None:
            process.join()
    while os.name != "nt" and os.getppid() == parent:
        time.sleep(0.5)
    os._exit(0)


def warm() -> float:
    """Import TensorFlow and Keras, and the generators of data; return the seconds it took."""
    begun = time.perf_counter()
    import keras
    import sklearn.datasets  # noqa: F401
    import tensorflow as tf

    keras.utils.disable_interactive_logging()
    tf.get_logger().setLevel("ERROR")  # it warns of many traces, which here are bounded and meant
    tf.config.threading.set_inter_op_parallelism_threads(2)
    return time.perf_counter() - begun


def train_part(recipes: tuple[Recipe, ...], states: tuple[State, ...] | None, seconds: float) -> Part:
    """Train recipes that differ in numbers only for about so many seconds, at least one chunk; go on from `states`.

    Raises ValueError where recipes do not go together, or where network and data do not.
    """
    begun = time.perf_counter()
    recipe, split = recipes[0], datasets.load(recipes[0].data)
    shares = _shares(recipes)
    chunks: list[Chunk] = []
    if states is None:
        check_same_structure(recipes)
        check_fits(recipe, split)
        states = tuple(engine.first_state(share, split) for share in shares)
        chunks.append(_beside([engine.nothing_yet(state) for state in states]))
    with ThreadPoolExecutor(len(shares)) as pool:
        while not is_over(recipe, states) and (time.perf_counter() - begun < seconds or len(chunks) < 2):
            left = seconds + begun - time.perf_counter()
            results = _train_shares(pool, shares, states, split, left)
            chunks.append(_beside(results))
            states = tuple(result.state for result in results)
    chunk, inputs = _behind(chunks), math.prod(split.x_train.shape[1:])
    maps = predict_maps(recipe, chunk.snapshots[..., 0]) if recipe.grid and inputs == 2 and len(recipes) == 1 else None
    every = engine.snapshot_every(recipe, len(split.x_train), inputs)
    sizes = (len(split.x_train), len(split.x_val), inputs, split.classes, every, engine.programs_compiled())
    return Part(chunk, maps, states, time.perf_counter() - begun, *sizes)


def _shares(recipes: tuple[Recipe, ...]) -> list[tuple[Recipe, ...]]:
    """Deal a sweep out to the cores, in shares of one size: one compiled structure serves all of them."""
    count = min(os.cpu_count() or 1, max(1, len(recipes) // REPLICAS_PER_THREAD))
    size = -(-len(recipes) // count)
    return [recipes[i : i + size] for i in range(0, len(recipes), size)]


def is_over(recipe: Recipe, states: tuple[State, ...]) -> bool:
    """Tell whether nothing is left to train: all epochs done, or each replica stopped early or diverged."""
    ended = [(state.stopped_at > 0) | ~np.isfinite(state.weights).all(axis=0) for state in states]
    return states[0].epoch >= recipe.epochs or bool(np.concatenate(ended).all())


_SPEEDS: dict[object, float] = {}


def _train_shares(
    pool: ThreadPoolExecutor,
    shares: list[tuple[Recipe, ...]],
    states: tuple[State, ...],
    split: Split,
    seconds: float,
) -> list[Chunk]:
    """Train all shares for as many epochs as should take `seconds`, at least one; remember how fast it went."""
    structure = engine.structure_of(shares[0], split)
    if structure not in _SPEEDS:
        products = 3 * sum(map(math.prod, structure.shapes)) * len(split.x_train) * structure.replicas
        _SPEEDS[structure] = FIRST_GUESS / products
    epochs = max(1, min(int(_SPEEDS[structure] * seconds), structure.epochs))
    begun, compiled = time.perf_counter(), engine.compiled(structure, len(shares) - 1).compilations
    number = range(len(shares))
    results = list(pool.map(lambda i: engine.train_chunk(shares[i], split, states[i], epochs=epochs, copy=i), number))
    if compiled:  # the first call says how long compiling took, not training
        _SPEEDS[structure] = (results[0].state.epoch - states[0].epoch) / (time.perf_counter() - begun)
    return results


def _beside(chunks: list[Chunk]) -> Chunk:
    """Join the shares of a sweep along the replicas."""
    joined = {f.name: [getattr(chunk, f.name) for chunk in chunks] for f in fields(Chunk)}
    replicas = {
        name: np.concatenate(parts, axis=-1) for name, parts in joined.items() if name not in ("slots", "state")
    }
    return Chunk(slots=chunks[0].slots, state=chunks[0].state, **replicas)


def _behind(chunks: list[Chunk]) -> Chunk:
    """Join chunks one after the other; where a snapshot was begun in one and finished in the next, the last counts."""
    joined = {f.name: [getattr(chunk, f.name) for chunk in chunks] for f in fields(Chunk)}
    curves = {name: np.concatenate(parts) for name, parts in joined.items() if name != "state"}
    slots = curves["slots"]
    newest = np.append(slots[1:] != slots[:-1], True)
    curves |= {"slots": slots[newest], "snapshots": curves["snapshots"][newest]}
    return Chunk(state=chunks[-1].state, **curves)


def predict_maps(recipe: Recipe, weights: np.ndarray) -> np.ndarray:
    """Return predictions (snapshots, grid, grid, outputs) on a raster over the plane, rows upward from the bottom."""
    ticks = np.linspace(*DOMAIN, recipe.grid, dtype=np.float32)
    x, y = np.meshgrid(ticks, ticks)
    predictions = engine.predict(recipe, weights, np.column_stack([x.ravel(), y.ravel()]), room=recipe.snapshots + 1)
    return predictions.reshape(len(weights), recipe.grid, recipe.grid, -1)
