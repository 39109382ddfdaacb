"""The trainings of the lesson on tensors: digits cropped by slicing, and what a network makes of the rest."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np

from lib import slicing
from lib.datasets import load, request
from lib.datasets.data import Range
from lib.layers import Dense
from lib.training.recipe import Recipe, layer_shapes, unflatten
from lib.training.worker import prepare

Call = tuple[Callable[..., object], tuple[object, ...]]

SHAPE = (1797, 8, 8)
"""Samples, rows and columns of scikit-learn's digits."""

WHOLE = ((0, 8, 1), (0, 8, 1))

CROPS = {
    "whole": "[:, :, :]",
    "middle": "[:, 2:-2, 2:-2]",
    "corner": "[:, :4, :4]",
    "sparse": "[:, ::2, ::2]",
    "column": "[:, :, 3:4]",
}
"""Crops to compare, as slices of (samples, height, width)."""

OPTIMIZERS = {"adam": 0.005, "sgd": 0.1, "rmsprop": 0.003}
"""The optimizers to choose among, each with the learning rate that suits it here."""


def classifier(rows: Range, columns: Range, *, optimizer: str = "adam", epochs: int = 20) -> Recipe:
    """A network that tells ten digits apart from some rows and columns of their pixels.

    >>> classifier((2, 6, 1), (2, 6, 1)).data.crop
    ((2, 6, 1), (2, 6, 1))
    """
    return Recipe(
        request("digits", crop=(rows, columns), seed=2),
        (Dense(32, "relu"), Dense(10, "softmax")),
        "categorical_crossentropy",
        optimizer,
        learning_rate=OPTIMIZERS[optimizer],
        batch_size=32,
        epochs=epochs,
        seed=4,
        snapshots=1,
    )


def predictions(recipe: Recipe, weights: np.ndarray) -> np.ndarray:
    """The digits (samples,) that Keras' layers with these flat weights say of the validation images.

    Runs in the trainer process.
    """
    import keras

    split = load(recipe.data)
    x = split.x_val.reshape(len(split.x_val), -1)
    arrays = unflatten(weights, layer_shapes(recipe.layers, x.shape[1]))
    for i, layer in enumerate(recipe.layers):
        dense = keras.layers.Dense(layer.units, activation=layer.activation)
        dense.build(x.shape)
        dense.set_weights(arrays[2 * i : 2 * i + 2])
        x = dense(x)
    return np.argmax(np.asarray(x), axis=1)


def confusion(digits: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """How often each digit (row) was taken for each (column): counts (10, 10).

    >>> confusion(np.array([0, 1, 1]), np.array([0, 1, 7]))[1].tolist()
    [0, 1, 0, 0, 0, 0, 0, 1, 0, 0]
    """
    counts = np.zeros((10, 10), dtype=int)
    np.add.at(counts, (digits, predicted), 1)
    return counts


def ranges(crop: str) -> tuple[Range, Range]:
    """The rows and the columns that one of CROPS keeps.

    >>> ranges("middle")
    ((2, 6, 1), (2, 6, 1))
    """
    kept = slicing.image_ranges(slicing.parse(CROPS[crop]), SHAPE)
    assert kept is not None  # CROPS keep something of every image
    return kept


@functools.cache
def next_crops(optimizer: str) -> tuple[Call, ...]:
    """All of CROPS with this optimizer, to be compiled ahead; epochs are as they come, for they compile nothing."""
    return tuple((prepare, ((classifier(*ranges(crop), optimizer=optimizer),),)) for crop in CROPS)
