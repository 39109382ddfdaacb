"""Images that excite the filters of a network, made inside the trainer process: step by step up the gradient.

The network stays as it is. What changes is the image, pixel by pixel, so that a filter answers more strongly.

TensorFlow and Keras are imported inside functions: the page process may import this module and stays light.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from lib.datasets import WHITE, Data, images
from lib.filters import only
from lib.layers import Conv2D, Layer, ledger
from lib.training.image_worker import make_model

RATE = 0.05
"""The root of the mean square of how far a step moves the pixels, which go from 0 to 1."""

MOST_FILTERS = 32
"""Filters whose images are made at once, at most."""

MOST_PRODUCTS = 1.5e8
"""Multiplications of one way up through the layers for all images made at once: thirty steps take half a second."""

AT_ONCE = 100
"""Of how many test images all maps are in memory at once."""


@dataclass(frozen=True, eq=False)
class Excited:
    """How images grew that excite filters, each its own: bytes (filters, steps + 1, height, width).

    `activations` (filters, steps + 1) are the means of the filters' maps. `flat` (filters,) says whose gradient was
    zero from the beginning, so that no step led anywhere.
    """

    images: np.ndarray
    activations: np.ndarray
    flat: np.ndarray


def together(layers: tuple[Layer, ...], inputs: tuple[int, ...], position: int) -> int:
    """How many filters of a layer get their images at once: a power of two, or all of them where they are few.

    >>> from lib.layers import CONVNET
    >>> together(CONVNET, (28, 28, 1), 0), together(CONVNET, (28, 28, 1), 4)
    (32, 32)
    """
    rows = ledger(layers[: position + 1], inputs)
    products = sum(math.prod(row.weights[0]) * math.prod(row.shape[:2]) for row in rows if row.weights)
    most = 1
    while 2 * most <= MOST_FILTERS and 2 * most * products <= MOST_PRODUCTS:
        most *= 2
    return min(most, rows[-1].shape[-1])


def excited(
    layers: tuple[Layer, ...],
    inputs: tuple[int, ...],
    weights: Sequence[np.ndarray],
    position: int,
    filters: tuple[int, ...],
    noise: float,
    steps: int,
    seed: int = 0,
) -> Excited:
    """Climb: from grey with noise, all alike, change an image for each of these filters of a convolution.

    Pixels stay between 0 and 1. Each step goes along the gradient, which is divided by the root of its mean square and
    multiplied by RATE; where it is zero, the image stays as it is.
    """
    climb = uphill(*only(layers, weights, position, filters), inputs)
    x = np.repeat(start(inputs, noise, seed)[np.newaxis], len(filters), axis=0)
    grown, answers, flat = [x], [], np.zeros(len(x), bool)
    for step in range(steps):
        answer, gradient = climb(x)
        answers.append(answer)
        size = np.sqrt(np.square(gradient).mean(axis=(1, 2, 3), keepdims=True))
        if step == 0:
            flat = size.ravel() == 0
        x = np.clip(x + RATE * gradient / np.where(size > 0, size, 1), 0, 1)
        grown.append(x)
    answers.append(climb(x)[0])
    shown = np.round(WHITE * np.stack(grown, axis=1)[..., 0]).astype(np.uint8)
    return Excited(shown, np.stack(answers, axis=1), flat)


def start(inputs: tuple[int, ...], noise: float, seed: int) -> np.ndarray:
    """The image from which the climb starts: grey, 0.5, with noise of up to so much in each pixel.

    >>> start((1, 2, 1), 0.0, seed=0).ravel().tolist()
    [0.5, 0.5]
    """
    rng = np.random.default_rng(seed)
    return np.asarray(0.5 + noise * rng.uniform(-1, 1, inputs), np.float32)


def uphill(
    layers: tuple[Layer, ...], weights: Sequence[np.ndarray], inputs: tuple[int, ...]
) -> Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """What gives, for image i, the mean of the map of filter i of the last layer, and the gradient for the pixels.

    Where a filter answers nowhere, its mean is 0 and stays so for all small changes: there is no slope. So there the
    gradient is that of the largest sum before the activation, the place that is nearest to answering. Weights count
    until the next call for the same layers.
    """
    import tensorflow as tf

    lower, compiled = _uphill(tuple(layers), tuple(inputs))
    lower.set_weights(weights)
    own = np.eye(weights[-1].size, dtype=np.float32)[:, np.newaxis, np.newaxis]

    def climb(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        answer, gradient = compiled(tf.constant(x), tf.constant(own))
        return answer.numpy(), gradient.numpy()

    return climb


@lru_cache(maxsize=4)
def _uphill(layers: tuple[Layer, ...], inputs: tuple[int, ...]) -> tuple[Any, Any]:
    """The layers as a model that has no activation at its end, and what `uphill` asks of it, compiled once."""
    import tensorflow as tf

    last = layers[-1]
    assert isinstance(last, Conv2D)
    assert last.activation == "relu"
    lower = make_model((*layers[:-1], replace(last, activation="linear")), inputs, 0)

    # Compiled: otherwise TensorFlow would work out the gradients of all weights as well.
    @tf.function  # type: ignore[untyped-decorator]  # TensorFlow has no types
    def compiled(x: Any, own: Any) -> Any:
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(x)
            sums = tf.reduce_sum(lower(x, training=False) * own, axis=-1)  # image i with filter i
            answer = tf.reduce_mean(tf.nn.relu(sums), axis=(1, 2))
            height = tf.where(answer > 0, answer, tf.reduce_max(sums, axis=(1, 2)))
        return answer, tape.gradient(height, x)

    return lower, compiled


def answers(
    layers: tuple[Layer, ...],
    inputs: tuple[int, ...],
    weights: Sequence[np.ndarray],
    position: int,
    data: Data,
    count: int,
) -> np.ndarray:
    """How strongly the first `count` test images excite the filters of a layer: the means of their maps.

    (images, filters)
    """
    filters = range(ledger(layers[: position + 1], inputs)[-1].shape[-1])
    lower, own = only(layers, weights, position, filters)
    model = make_model(lower, inputs, 0)
    model.set_weights(own)
    x = images(data).x_test[:count].astype(np.float32) / WHITE
    pieces = [x[i : i + AT_ONCE] for i in range(0, len(x), AT_ONCE)]
    return np.concatenate([np.asarray(model(piece, training=False)).mean(axis=(1, 2)) for piece in pieces])
