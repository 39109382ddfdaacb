"""Many dense networks side by side: the forward pass, written with Keras' activations for weights in one flat array.

Replicas stand in the last axis of everything: kernels are (inputs, units, replicas), activations (samples, units,
replicas). TensorFlow and Keras are imported inside functions: the page process may import this module and stays light.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lib.layers import Dense
from lib.training.recipe import LayerWeights, by_layer, layer_shapes

FUSED_PRODUCTS = 1 << 15
"""Multiplications in one layer, batch and replica up to which a matrix product is written as multiply and sum.

XLA fuses that with bias, activation and their gradients into one loop. A call to a matrix product costs more than the
arithmetic of so small a layer: the fused form gives three to four times the epochs per second on 2-4-2-1.
"""

XLA_PRODUCTS = 1 << 21
"""Multiplications in one layer and batch from which on the plain compiled loop beats XLA, as Dense(512) on MNIST."""

Drop = Callable[[int, Any], Any]
"""What dropout does to the outputs (samples, units, replicas) of the layer with this number, counted from 0."""

Moments = Callable[[Any], tuple[Any, Any]]
"""Mean and variance (units, replicas) by which sums (samples, units, replicas) are normalised."""

BATCH_NORM_MOMENTUM = 0.99
"""What the moving statistics keep of themselves at an update: the default of Keras' BatchNormalization."""

BATCH_NORM_EPSILON = 1e-3
"""What is added to a variance before its root is divided by: the default of Keras' BatchNormalization."""


@dataclass(frozen=True)
class Network:
    """Dense layers over `inputs` numbers, `replicas` times; `rows` samples pass at once, as logits where `logits`."""

    inputs: int
    layers: tuple[Dense, ...]
    replicas: int
    rows: int
    logits: bool

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """Shapes of the weights of one replica, as `layer_shapes` gives them."""
        return layer_shapes(self.layers, self.inputs)

    @property
    def sizes(self) -> list[int]:
        """How many weights each of these shapes holds."""
        return [math.prod(shape) for shape in self.shapes]

    @property
    def moving(self) -> list[int]:
        """Positions among the shapes of what no gradient changes: the moving means and variances."""
        layers = by_layer(self.layers, list(range(len(self.shapes))))
        return [i for layer in layers for i in (layer.mean, layer.variance) if i is not None]

    @property
    def jit(self) -> bool:
        """Whether XLA compiles it, or TensorFlow's own graph runs it."""
        return max(self.sizes) * self.rows < XLA_PRODUCTS


def cut(network: Network, flat: Any) -> list[Any]:
    """Cut flat weights (parameters, replicas) into kernels (inputs, units, replicas), biases (units, replicas), ..."""
    import tensorflow as tf

    return shaped(network, tf.split(flat, network.sizes, axis=0))


def shaped(network: Network, parts: list[Any]) -> list[Any]:
    """Give each part (weights, replicas) its shape: kernels have three axes, all others two."""
    import tensorflow as tf

    return [tf.reshape(part, (*shape, network.replicas)) for part, shape in zip(parts, network.shapes, strict=True)]


def forward(
    network: Network, weights: list[Any], x: Any, drop: Drop | None = None, moments: Moments | None = None
) -> Any:
    """Return outputs (samples, units, replicas) for x (samples, inputs, replicas or 1) and weights as `cut` gives them.

    `drop` and `moments` are given in training, where a layer may drop outputs, and normalises sums by those of its
    batch; otherwise by the moving statistics among its weights.
    """
    import keras

    last = len(network.layers) - 1
    for i, (layer, own) in enumerate(zip(network.layers, by_layer(network.layers, weights), strict=True)):
        x = _affine(network, x, own.kernel, own.bias)
        if layer.batch_norm:
            x = _normalised(x, own, moments(x) if moments else (own.mean, own.variance))
        if i < last or not network.logits:
            x = _activated(keras.activations.get(layer.activation), x)
        if layer.dropout and drop is not None:
            x = drop(i, x)
    return x


def _affine(network: Network, x: Any, kernel: Any, bias: Any) -> Any:
    """Return x kernel + bias for every replica: (samples, inputs, replicas or 1) to (samples, units, replicas)."""
    import tensorflow as tf

    if network.jit and network.rows * math.prod(kernel.shape[:2]) <= FUSED_PRODUCTS:
        return tf.reduce_sum(x[:, :, None, :] * kernel, axis=1) + bias
    if network.replicas == 1:
        return (tf.matmul(x[..., 0], kernel[..., 0]) + bias[:, 0])[..., None]
    if x.shape[2] == 1:
        return tf.einsum("ni,iur->nur", x[..., 0], kernel) + bias
    return tf.einsum("nir,iur->nur", x, kernel) + bias


def _normalised(sums: Any, weights: LayerWeights[Any], moments: tuple[Any, Any]) -> Any:
    """Return gamma (sums - mean) / sqrt(variance + epsilon) + beta, by the function that Keras' layer calls."""
    import tensorflow as tf

    return tf.nn.batch_normalization(sums, *moments, weights.beta, weights.gamma, BATCH_NORM_EPSILON)


def batch_moments(sums: Any, count: Any) -> tuple[Any, Any]:
    """Return mean and biased variance (units, replicas) of the first `count` of sums (samples, units, replicas).

    What lies behind these is padding, and counts for nothing.
    """
    import tensorflow as tf

    real = (tf.range(sums.shape[0]) < count)[:, None, None]
    size = tf.cast(count, tf.float32)
    mean = tf.reduce_sum(tf.where(real, sums, 0.0), axis=0) / size
    away = sums - tf.stop_gradient(mean)  # as in tf.nn.moments: its part of the gradient is zero
    return mean, tf.reduce_sum(tf.where(real, away**2, 0.0), axis=0) / size


def moved(moving: Any, batch: Any) -> Any:
    """Return a moving statistic after a batch with this statistic, as keras.layers.BatchNormalization moves it."""
    return moving * BATCH_NORM_MOMENTUM + batch * (1 - BATCH_NORM_MOMENTUM)


def _activated(activation: Any, x: Any) -> Any:
    import tensorflow as tf

    if activation.__name__ == "softmax":  # the only one that looks along the units
        return tf.transpose(activation(tf.transpose(x, (0, 2, 1))), (0, 2, 1))
    return activation(x)


def dropped(x: Any, rate: Any, uniform: Any) -> Any:
    """Set a share of outputs to zero and scale the rest by 1 / (1 - rate), as keras.layers.Dropout does.

    `x` is (samples, units, replicas), `rate` (replicas,), `uniform` (samples, units, replicas or 1) from [0, 1).
    """
    import tensorflow as tf

    return tf.where(uniform >= rate, x / (1 - rate), 0.0)
