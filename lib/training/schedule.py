"""How the learning rate moves over a run, for pictures: Keras' schedules in NumPy, without TensorFlow.

The formulas are those of keras.optimizers.schedules; what trains is Keras' own (lib/training/optimizer.py).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lib.training.engine import updates_per_epoch
from lib.training.recipe import SCHEDULES, WARMUP, Recipe


def learning_rate_at(recipe: Recipe, samples: int) -> np.ndarray:
    """Return the learning rate (epochs,) at the start of each epoch, for so many training samples.

    >>> from lib.datasets import request
    >>> from lib.training.recipe import Dense
    >>> halves = Recipe(request("circle"), (Dense(1, "tanh"),), schedule="cosine", learning_rate=0.4, epochs=2)
    >>> learning_rate_at(halves, samples=250).round(6).tolist()
    [0.4, 0.2]
    """
    per_epoch = updates_per_epoch(samples, recipe.batch_size)
    done = np.arange(recipe.epochs) * per_epoch
    return recipe.learning_rate * _SHARES[recipe.schedule](done, recipe.epochs * per_epoch)


def _constant(done: np.ndarray, updates: int) -> np.ndarray:
    return np.ones(len(done))


def _exponential(done: np.ndarray, updates: int) -> np.ndarray:
    return float(dict(SCHEDULES["exponential"].settings)["decay_rate"]) ** (done / updates)


def _inverse_time(done: np.ndarray, updates: int) -> np.ndarray:
    return 1 / (1 + dict(SCHEDULES["inverse_time"].settings)["decay_rate"] * done / updates)


def _cosine(done: np.ndarray, updates: int) -> np.ndarray:
    return 0.5 * (1 + np.cos(np.pi * done / updates))


def _warmup(done: np.ndarray, updates: int) -> np.ndarray:
    first = updates // WARMUP
    return np.where(done < first, done / max(1, first), _cosine(done - first, updates - first))


_SHARES: dict[str, Callable[[np.ndarray, int], np.ndarray]] = {
    "constant": _constant,
    "exponential": _exponential,
    "cosine": _cosine,
    "inverse_time": _inverse_time,
    "warmup": _warmup,
}
"""The share of the recipe's learning rate that is left after some of all updates, by id of `SCHEDULES`."""
