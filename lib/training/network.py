"""Many dense networks side by side: the forward pass, written with Keras' activations for weights in one flat array.

Replicas stand in the last axis of everything: kernels are (inputs, units, replicas), activations (samples, units,
replicas). TensorFlow and Keras are imported inside functions: the page process may import this module and stays light.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lib.training.recipe import Dense, layer_shapes

FUSED_PRODUCTS = 1 << 15
"""Multiplications in one layer, batch and replica up to which a matrix product is written as multiply and sum.

XLA fuses that with bias, activation and their gradients into one loop. A call to a matrix product costs more than the
arithmetic of so small a layer: the fused form gives three to four times the epochs per second on 2-4-2-1.
"""

XLA_PRODUCTS = 1 << 21
"""Multiplications in one layer and batch from which on the plain compiled loop beats XLA, as Dense(512) on MNIST."""

Drop = Callable[[int, Any], Any]
"""What dropout does to the outputs (samples, units, replicas) of the layer with this number, counted from 0."""


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
        """Shapes of the weights of one replica: kernel, bias, kernel, bias, ..."""
        return layer_shapes(self.layers, self.inputs)

    @property
    def sizes(self) -> list[int]:
        """How many weights each of these shapes holds."""
        return [math.prod(shape) for shape in self.shapes]

    @property
    def jit(self) -> bool:
        """Whether XLA compiles it, or TensorFlow's own graph runs it."""
        return max(self.sizes) * self.rows < XLA_PRODUCTS


def cut(network: Network, flat: Any) -> list[Any]:
    """Cut flat weights (parameters, replicas) into kernels (inputs, units, replicas) and biases (units, replicas)."""
    import tensorflow as tf

    return shaped(network, tf.split(flat, network.sizes, axis=0))


def shaped(network: Network, parts: list[Any]) -> list[Any]:
    """Give each part (weights, replicas) the shape of its kernel or bias."""
    import tensorflow as tf

    return [tf.reshape(part, (*shape, network.replicas)) for part, shape in zip(parts, network.shapes, strict=True)]


def forward(network: Network, weights: list[Any], x: Any, drop: Drop | None = None) -> Any:
    """Return outputs (samples, units, replicas) for x (samples, inputs, replicas or 1) and weights as `cut` gives them.

    `drop` is given in training, where a layer may drop outputs.
    """
    import keras

    last = len(network.layers) - 1
    for i, layer in enumerate(network.layers):
        x = _affine(network, x, weights[2 * i], weights[2 * i + 1])
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
