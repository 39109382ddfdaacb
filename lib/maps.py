"""What every layer of a network makes of an image: its feature maps, computed from the weights as Keras does.

The page computes them itself: for one image of 28 by 28 it takes some milliseconds, and no way to the trainer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lib.convolution import convolve, pool
from lib.layers import AveragePooling2D, Conv2D, Dense, Flatten, Layer, MaxPooling2D

Array = NDArray[Any]


def softmax(z: ArrayLike) -> Array:
    """Shares (..., outputs) that sum to one along the last axis: exp(z) by their sum, less the largest z before.

    >>> softmax([0.0, 0.0]).tolist(), softmax([[1.0, 1.0], [0.0, -1000.0]]).tolist()
    ([0.5, 0.5], [[0.5, 0.5], [1.0, 0.0]])
    """
    sums = np.asarray(z)
    powers = np.exp(sums - sums.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "linear": lambda z: z,
    "relu": lambda z: np.maximum(z, 0.0),
    "tanh": np.tanh,
    "sigmoid": lambda z: np.exp(-np.logaddexp(0, -z)),
    "softmax": softmax,
}


def maps(layers: Sequence[Layer], weights: Sequence[Array], image: ArrayLike) -> list[Array]:
    """What comes out of each layer for one image (height, width, channels).

    `weights` are kernel and bias of every layer that has them, in Keras' order.

    >>> layers = (Conv2D(1, 2, activation="relu"), Flatten())
    >>> maps(layers, [np.ones((2, 2, 1, 1)), np.array([-3.5])], np.ones((2, 3, 1)))[-1].tolist()
    [0.5, 0.5]
    """
    rest = iter(weights)
    outputs: list[Array] = []
    x = np.asarray(image, float)
    for layer in layers:
        match layer:
            case Conv2D():
                sums = convolve(x, next(rest), next(rest), strides=layer.strides, padding=layer.padding)
                x = ACTIVATIONS[layer.activation](sums)
            case Dense():
                x = ACTIVATIONS[layer.activation](x @ next(rest) + next(rest))
            case MaxPooling2D():
                x = pool(x, "max", pool_size=layer.pool_size, strides=layer.strides, padding=layer.padding)
            case AveragePooling2D():
                x = pool(x, "average", pool_size=layer.pool_size, strides=layer.strides, padding=layer.padding)
            case Flatten():
                x = x.ravel()
        outputs.append(x)
    return outputs
