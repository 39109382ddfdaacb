"""What the lesson on convolution asks of trained networks, inside the trainer process: with Keras' own layers.

TensorFlow and Keras are imported inside functions: the page process may import this module and stays light.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from lib.datasets import WHITE, Data, images
from lib.layers import Conv2D, Layer, products_per_image
from lib.moving import moved
from lib.training.image_worker import make_model

MOST_IMAGES = 400
"""Test images that are asked, at most."""

AT_ONCE = 100
"""Of how many of them all maps are in memory at once."""

MOST_PRODUCTS = 4e9
"""Multiplications of one call: about a quarter of a second."""


def peaks(
    layers: tuple[Layer, ...], inputs: tuple[int, ...], weights: Sequence[np.ndarray], data: Data
) -> list[np.ndarray]:
    """For each convolution of a network: the largest number of every filter on the test images.

    A filter whose largest number is 0 never answers: it is dead.
    """
    import keras

    model = _with_weights(layers, inputs, weights)
    outputs = [made.output for made, layer in zip(model.layers, layers, strict=True) if isinstance(layer, Conv2D)]
    lower, x = keras.Model(model.inputs[0], outputs), _test_images(data)[0]
    parts = [_largest(lower(x[i : i + AT_ONCE], training=False)) for i in range(0, len(x), AT_ONCE)]
    return [np.max(of_layer, axis=0) for of_layer in zip(*parts, strict=True)]


def _largest(maps: Any) -> list[np.ndarray]:
    """The largest number of every filter in the maps (images, rows, columns, filters) of one layer, or of several."""
    return [np.asarray(of_layer).max(axis=(0, 1, 2)) for of_layer in (maps if isinstance(maps, list) else [maps])]


Move = tuple[float, float, float, float]
"""Pixels to the right, pixels down, degrees, scale: as lib.moving.moved takes them."""


def accuracies(
    networks: Sequence[tuple[tuple[Layer, ...], Sequence[np.ndarray]]], data: Data, moves: Sequence[Move]
) -> np.ndarray:
    """The share of test images that networks recognise when all are moved in the same way: (networks, moves).

    Networks are layers with their weights. As many moves as `at_once` says keep nobody else waiting.
    """
    x, y = _test_images(data)
    batches = [_moved(x, move) for move in moves]
    shares = np.empty((len(networks), len(moves)))
    for i, (layers, weights) in enumerate(networks):
        model = _with_weights(layers, x.shape[1:], weights)
        for j, batch in enumerate(batches):
            shares[i, j] = (_likeliest(model, batch) == y).mean()
    return shares


def _moved(x: np.ndarray, move: Move) -> np.ndarray:
    """Images (n, height, width, 1), all moved in the same way."""
    right, down, degrees, scale = move
    images = [moved(image, right=right, down=down, degrees=degrees, scale=scale) for image in x[..., 0]]
    return np.stack(images)[..., np.newaxis]


def at_once(networks: Sequence[tuple[Layer, ...]], inputs: tuple[int, ...]) -> int:
    """How many moves these networks are asked for in one call, so that it takes about a quarter of a second.

    >>> from lib.layers import CONVNET
    >>> at_once([CONVNET], (28, 28, 1))
    3
    """
    products = MOST_IMAGES * sum(products_per_image(layers, inputs) for layers in networks)
    return max(1, int(MOST_PRODUCTS // products))


def _likeliest(model: Any, x: np.ndarray) -> np.ndarray:
    """The class with the greatest probability, of each image."""
    parts = [np.asarray(model(x[i : i + AT_ONCE], training=False)) for i in range(0, len(x), AT_ONCE)]
    return np.concatenate(parts).argmax(axis=1)


def _test_images(data: Data) -> tuple[np.ndarray, np.ndarray]:
    """The first test images (n, height, width, 1), from 0 to 1, and their labels (n,)."""
    found = images(data)
    return found.x_test[:MOST_IMAGES].astype(np.float32) / WHITE, found.y_test[:MOST_IMAGES]


def _with_weights(layers: tuple[Layer, ...], inputs: tuple[int, ...], weights: Sequence[np.ndarray]) -> Any:
    model = _model(layers, tuple(inputs))
    model.set_weights(weights)
    return model


@lru_cache(maxsize=4)
def _model(layers: tuple[Layer, ...], inputs: tuple[int, ...]) -> Any:
    return make_model(layers, inputs, 0)
