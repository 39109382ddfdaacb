"""Where a network looks: how a class's sum depends on the cells of a layer, and Grad-CAM's heat, in NumPy.

Grad-CAM (Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks", 2017) weighs the maps of a layer by the
mean of that dependence, and adds them up. The page computes it itself: exact, and quicker than a way to the trainer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lib.convolution import both, patches
from lib.layers import AveragePooling2D, Conv2D, Dense, Flatten, Layer, MaxPooling2D, Pooling
from lib.maps import maps
from lib.windows import Window

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Heat:
    """What speaks for a class: a weight for each map (maps,), and the heat of each cell (rows, columns), 0 or more.

    `logit` is the sum that becomes the class's probability.
    """

    logit: float
    weights: Array
    cells: Array

    @property
    def is_cold(self) -> bool:
        """Whether nothing in the image speaks for the class: then there is nothing to divide by."""
        return not float(self.cells.max()) > 0

    @property
    def shares(self) -> Array:
        """The heat of each cell as a share of the hottest one; zeros where all are cold."""
        return np.zeros_like(self.cells) if self.is_cold else self.cells / self.cells.max()


def heat(layers: Sequence[Layer], weights: Sequence[Array], image: ArrayLike, position: int, unit: int) -> Heat:
    """Grad-CAM of the last layer's `unit` on the maps that come out of `layers[position]`.

    Each map is weighed by the mean gradient of the unit's sum, before softmax, over its cells: a softmax near 1 has no
    gradient to speak of. Raises ValueError where that layer has no maps.

    >>> layers = (Conv2D(1, 1, activation="linear"), Flatten(), Dense(1, "softmax"))
    >>> weights = [np.ones((1, 1, 1, 1)), np.zeros(1), np.array([[1.0], [3.0]]), np.zeros(1)]
    >>> heat(layers, weights, [[[1.0], [2.0]]], 0, 0).cells
    array([[2., 4.]])
    """
    outputs = maps(layers, weights, image)
    if outputs[position].ndim != 3:
        raise ValueError(
            f"layer {position} gives {outputs[position].shape}; expected maps, of three axes; choose a convolution"
        )
    logit = _sum(layers, weights, outputs, unit)
    gradient = _gradient(layers, weights, outputs, position, unit)
    channels = gradient.mean(axis=(0, 1))
    return Heat(logit, channels, np.maximum(outputs[position] @ channels, 0.0))


def gradient(layers: Sequence[Layer], weights: Sequence[Array], image: ArrayLike, position: int, unit: int) -> Array:
    """How the last layer's sum for `unit`, before softmax, changes with each number that comes out of a layer.

    The shape is that of the layer's output.

    >>> layers = (Flatten(), Dense(2, "linear"), Dense(1, "softmax"))
    >>> weights = [np.ones((1, 2)), np.zeros(2), np.array([[3.0], [-1.0]]), np.zeros(1)]
    >>> gradient(layers, weights, [[[1.0]]], 1, 0)
    array([ 3., -1.])
    """
    return _gradient(layers, weights, maps(layers, weights, image), position, unit)


# --- Backwards, layer by layer ----------------------------------------------------------------------------------------

_SLOPES: dict[str, Callable[[Array], Array]] = {
    "linear": lambda y: np.ones_like(y),
    "relu": lambda y: (y > 0).astype(float),
    "tanh": lambda y: 1 - y**2,
    "sigmoid": lambda y: y * (1 - y),
}
"""The slope of each activation, by what comes out of it."""


def _sum(layers: Sequence[Layer], weights: Sequence[Array], outputs: Sequence[Array], unit: int) -> float:
    kernel, bias = _last(layers, weights, unit)
    return float(outputs[-2] @ kernel[:, unit] + bias[unit])


def _last(layers: Sequence[Layer], weights: Sequence[Array], unit: int) -> tuple[Array, Array]:
    """Kernel and bias of the last layer, which must be dense and have such a unit."""
    last = layers[-1]
    if not isinstance(last, Dense) or not 0 <= unit < last.units:
        raise ValueError(f"unit is {unit} of {last}; expected one of the units of a dense layer; choose one of these")
    return np.asarray(weights[-2], float), np.asarray(weights[-1], float)


def _gradient(
    layers: Sequence[Layer], weights: Sequence[Array], outputs: Sequence[Array], position: int, unit: int
) -> Array:
    upstream: Array = _last(layers, weights, unit)[0][:, unit]
    kernels = _kernels(layers, weights)
    for at in range(len(layers) - 2, position, -1):
        upstream = _back(layers[at], kernels[at], outputs[at - 1], outputs[at], upstream)
    return upstream


def _kernels(layers: Sequence[Layer], weights: Sequence[Array]) -> list[Array | None]:
    """The kernel of each layer, None for those without."""
    rest = iter(weights[::2])
    return [np.asarray(next(rest), float) if isinstance(layer, Dense | Conv2D) else None for layer in layers]


def _back(layer: Layer, kernel: Array | None, x: Array, y: Array, upstream: Array) -> Array:
    """The gradient with respect to what went into a layer, by that with respect to what came out."""
    match layer:
        case Flatten():
            return upstream.reshape(x.shape)
        case Dense():
            assert kernel is not None
            return np.asarray(kernel @ (upstream * _SLOPES[layer.activation](y)))
        case Conv2D():
            assert kernel is not None
            products = np.tensordot(upstream * _SLOPES[layer.activation](y), kernel, axes=(2, 3))
            return _scattered(products, layer.window, x.shape)
        case MaxPooling2D():
            return _scattered(_to_the_largest(layer, x, upstream), layer.window, x.shape)
        case AveragePooling2D():
            inside = patches(np.ones_like(x), both(layer.window))
            shares = inside / inside.sum(axis=(2, 3), keepdims=True)
            return _scattered(shares * upstream[:, :, None, None], layer.window, x.shape)


def _to_the_largest(layer: Pooling, x: Array, upstream: Array) -> Array:
    """All of the gradient for the first of the largest numbers of each patch, row by row."""
    seen = patches(x, both(layer.window), fill=-np.inf)
    rows, columns, height, width, channels = seen.shape
    first = seen.reshape(rows, columns, height * width, channels).argmax(axis=2)
    chosen = np.arange(height * width)[:, None] == first[:, :, None]
    return (chosen * upstream[:, :, None]).reshape(seen.shape)


def _scattered(products: Array, window: Window, shape: tuple[int, ...]) -> Array:
    """Add what each patch (rows, columns, height, width, channels) says to the cells that it covers."""
    rows, columns, height, width, channels = products.shape
    above, left = (window.padded(size)[0] for size in shape[:2])
    step, reach = window.strides, window.reach
    total = np.zeros((shape[0] + 2 * reach, shape[1] + 2 * reach, channels))  # with room for all padding
    for i in range(height):
        for j in range(width):
            total[i : i + step * rows : step, j : j + step * columns : step] += products[:, :, i, j]
    return total[above : above + shape[0], left : left + shape[1]]
