"""What a network reads: the probabilities of many images at once, how wrong each is, and the worst mistakes.

>>> shares = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]])
>>> worst(shares, np.array([1, 1, 1])).tolist()
[0, 2]
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lib.layers import Dense, Flatten, Layer
from lib.maps import ACTIVATIONS

Array = NDArray[Any]

LEAST = 1e-7
"""The probability that Keras' cross-entropy takes for a smaller one."""


def read(layers: Sequence[Layer], weights: Sequence[Array], images: ArrayLike) -> Array:
    """The outputs (images, units) of a network of dense layers for images (images, ...), all at once.

    Raises ValueError for other layers.

    >>> read((Flatten(), Dense(2, "softmax")), [np.zeros((4, 2)), np.zeros(2)], np.ones((3, 2, 2))).tolist()
    [[0.5, 0.5], [0.5, 0.5], [0.5, 0.5]]
    """
    x = np.asarray(images, np.float32)
    rest = iter(weights)
    for layer in layers:
        match layer:
            case Flatten():
                x = x.reshape(len(x), -1)
            case Dense():
                x = ACTIVATIONS[layer.activation](x @ next(rest) + next(rest))
            case _:
                raise ValueError(f"read got a {type(layer).__name__}; expected Flatten and Dense; use lib.maps instead")
    return x


def losses(probabilities: ArrayLike, labels: ArrayLike) -> Array:
    """The cross-entropy (n,) of each image: -ln of the probability (n, classes) that its own label (n,) was given.

    >>> losses([[0.5, 0.5]], [1]).round(3).tolist()
    [0.693]
    """
    shares, truth = np.asarray(probabilities, float), np.asarray(labels)
    return np.asarray(-np.log(np.clip(shares[np.arange(len(truth)), truth], LEAST, 1)))


def worst(probabilities: ArrayLike, labels: ArrayLike) -> Array:
    """Which images (mistakes,) were read wrongly, the one with the largest loss first."""
    shares, truth = np.asarray(probabilities, float), np.asarray(labels)
    wrong = np.flatnonzero(shares.argmax(axis=1) != truth)
    return wrong[np.argsort(-losses(shares[wrong], truth[wrong]), kind="stable")]


def confused(probabilities: ArrayLike, labels: ArrayLike) -> Array:
    """How often each class (row) was taken for each (column): counts (classes, classes).

    >>> confused([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]], [1, 1, 1]).tolist()
    [[0, 0], [2, 1]]
    """
    shares = np.asarray(probabilities, float)
    counts = np.zeros((shares.shape[1],) * 2, int)
    np.add.at(counts, (np.asarray(labels), shares.argmax(axis=1)), 1)
    return counts
