"""What a compiled program is given and gives back: structure, numbers, state, data, and how they are packed for a call.

TensorFlow is imported inside functions: the page process may import this module and stays light.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from lib.datasets import Split
from lib.training.network import Network
from lib.training.recipe import Recipe

BATCH_CAPACITIES = (1, 2, 5, 10, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096)
"""Batches are padded up to one of these sizes, so that a moving batch size compiles rarely; beyond, powers of two."""

CURVES = ("loss", "penalty", "accuracy", "val_loss", "val_accuracy")
"""What is noted at the end of each epoch, in this order."""

ENDLESS = 2**30
"""The patience of a run without early stopping, in epochs."""

MOST_UPDATES = 2**31 - 1
"""The updates of a run that a number of the compiled program can count; nobody will wait for so many."""


@dataclass(frozen=True)
class Structure:
    """What a program is compiled for: everything about recipes and data that is not a number.

    `samples`, `validation`, `epochs`, `slots` and the rows of the network are capacities, to which the real sizes are
    padded; `own_order` says that replicas shuffle, and drop outputs, by seeds of their own.
    """

    network: Network
    loss: str
    optimizer: str
    schedule: str
    samples: int
    validation: int
    epochs: int
    slots: int
    by_update: bool
    own_order: bool


@dataclass(frozen=True, eq=False)
class State:
    """Where a run stands between two chunks, as plain arrays: enough to go on in another process.

    `weights` and `best_weights` are (parameters, replicas), `slots` the optimizer's own arrays (values, replicas),
    `best` (replicas,) the lowest watched loss so far, reached in `best_epoch`; `stopped_at` (replicas,) is the
    epoch at which early stopping ended a replica, 0 while it runs.
    """

    epoch: int
    updates: int
    weights: np.ndarray
    slots: tuple[np.ndarray, ...]
    best: np.ndarray
    best_weights: np.ndarray
    best_epoch: np.ndarray
    stopped_at: np.ndarray


@dataclass(frozen=True, eq=False)
class Numbers:
    """The inputs of a program that a slider may move: they never cause a compilation.

    Rates are (replicas,) each, `dropout` (layers, replicas), `every` the epochs or updates between two snapshots.
    `updates` are those of the whole run, over which the learning rate moves.
    """

    samples: int
    validation: int
    batch_size: int
    epochs: int
    every: int
    patience: int
    updates: int
    learning_rate: np.ndarray
    momentum: np.ndarray
    l1: np.ndarray
    l2: np.ndarray
    dropout: np.ndarray
    seed: np.ndarray

    @classmethod
    def of(cls, recipes: tuple[Recipe, ...], samples: int, validation: int, epochs: int, every: int) -> Numbers:
        """Collect the numbers of recipes that train side by side."""
        first = recipes[0]
        batch_size = min(first.batch_size or samples, samples)
        rates = {name: _column(getattr(recipe, name) for recipe in recipes) for name in _RATES}
        return cls(
            samples=samples,
            validation=validation,
            batch_size=batch_size,
            epochs=epochs,
            every=every,
            patience=first.patience or ENDLESS,
            updates=min(first.epochs * -(-samples // batch_size), MOST_UPDATES),
            dropout=np.stack([_column(r.layers[i].dropout for r in recipes) for i in range(len(first.layers))]),
            seed=np.array([r.seed for r in recipes], np.int32),
            **rates,
        )


_COUNTS = ("samples", "validation", "batch_size", "epochs", "every", "patience", "updates")
_RATES = ("learning_rate", "momentum", "l1", "l2")


def _column(values: Iterable[float]) -> np.ndarray:
    return np.fromiter(values, np.float32)


def capacity(size: int, capacities: tuple[int, ...] = ()) -> int:
    """Round a size up to one of the capacities, or beyond them to a power of two.

    >>> capacity(10, BATCH_CAPACITIES), capacity(11, BATCH_CAPACITIES), capacity(250)
    (10, 16, 256)
    """
    fitting = [c for c in capacities if c >= size]
    return fitting[0] if fitting else 1 << max(0, size - 1).bit_length()


def targets(labels: np.ndarray, classes: int) -> np.ndarray:
    """Return labels as float32 targets (samples, outputs): integer classes become one-hot rows.

    >>> targets(np.array([1, 0]), 2).tolist()
    [[0.0, 1.0], [1.0, 0.0]]
    """
    if labels.ndim == 2:
        return labels.astype(np.float32)
    return np.eye(classes, dtype=np.float32)[labels]


@functools.lru_cache(maxsize=2)
def tensors(split: Split, samples: int, validation: int) -> tuple[Any, ...]:
    """Hold the padded data (rows, values) of a split as TensorFlow constants, so that a chunk does not copy it again.

    For the two newest splits, whichever program they feed: as float32, MNIST is 200 MB.
    """
    import tensorflow as tf

    parts = ((split.x_train, split.y_train, samples), (split.x_val, split.y_val, validation))
    arrays = (a for x, y, rows in parts for a in (_padded(x, rows), _padded(targets(y, split.classes), rows)))
    return tuple(map(tf.constant, arrays))


def _padded(array: np.ndarray, rows: int) -> np.ndarray:
    flat = array.reshape(len(array), math.prod(array.shape[1:]))
    return np.pad(flat.astype(np.float32), [(0, rows - len(flat)), (0, 0)])


def packed(order: np.ndarray, numbers: Numbers, state: State) -> tuple[Any, ...]:
    """Pack what a call is given beside the data into few tensors, in the order of `Program._epochs`."""
    import tensorflow as tf

    counts = np.array([state.epoch, state.updates, *(getattr(numbers, name) for name in _COUNTS)], np.int32)
    rates = np.stack([*(getattr(numbers, name) for name in _RATES), *numbers.dropout])
    marks = np.stack([numbers.seed, state.best_epoch, state.stopped_at])
    flats = np.concatenate([state.weights, state.best_weights, *state.slots])
    return tuple(map(tf.constant, (order, counts, rates, marks, flats, state.best)))


def unpacked(counts: Any, rates: Any, marks: Any) -> tuple[Any, Any, dict[str, Any]]:
    """Return epoch, update and all numbers by name."""
    import tensorflow as tf

    epoch, update, *others = tf.unstack(counts)
    numbers = dict(zip(_COUNTS, others, strict=True)) | dict(zip(_RATES, tf.unstack(rates[: len(_RATES)]), strict=True))
    return epoch, update, numbers | {"dropout": rates[len(_RATES) :], "seed": marks[0]}
