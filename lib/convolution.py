"""Convolution and pooling in NumPy, as Keras computes them: a window of weights on every patch of an image.

Images are (height, width, channels), kernels (height, width, channels, filters), as in Keras with channels last. What
is called convolution there is cross-correlation: the kernel is not flipped.

>>> convolve(np.ones((5, 5, 1)), np.ones((3, 3, 1, 1))).shape
(3, 3, 1)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from lib.windows import Window

Array = NDArray[Any]
Windows = tuple[Window, Window]
"""A window for the height and one for the width."""


def both(window: Window) -> Windows:
    """The same window for height and width."""
    return window, window


def patches(image: Array, windows: Windows, *, fill: float = 0.0) -> Array:
    """Every patch that a window sees: (rows, columns, kernel height, kernel width, channels); padding holds `fill`.

    A view of the padded image, so it costs no memory. Raises lib.windows.WindowError where the window has no place.

    >>> patches(np.arange(16.0).reshape(4, 4, 1), both(Window(2, strides=2)))[1, 1, :, :, 0]
    array([[10., 11.],
           [14., 15.]])
    """
    rows, columns = (window.output_size(size) for window, size in zip(windows, image.shape, strict=False))
    padding = [window.padded(size) for window, size in zip(windows, image.shape, strict=False)]
    padded = np.pad(image, [*padding, (0, 0)], constant_values=fill)
    seen = sliding_window_view(padded, tuple(window.reach for window in windows), axis=(0, 1))
    down, across = windows
    seen = seen[:: down.strides, :: across.strides, :, :: down.dilation_rate, :: across.dilation_rate]
    return seen[:rows, :columns].transpose(0, 1, 3, 4, 2)


def convolve(
    image: ArrayLike,
    kernel: ArrayLike,
    bias: ArrayLike = 0.0,
    *,
    strides: int = 1,
    dilation_rate: int = 1,
    padding: Literal["valid", "same"] = "valid",
) -> Array:
    """The response maps (rows, columns, filters) of an image (height, width, channels).

    Each number is the sum of the products of a patch and the kernel (height, width, channels, filters), plus the bias
    (filters,). Raises ValueError where the channels differ, and lib.windows.WindowError where there is no place.

    >>> convolve([[[1.0], [2.0], [3.0]]], [[[[1.0]], [[-1.0]]]])[..., 0]
    array([[-1., -1.]])
    """
    image, kernel = np.asarray(image, float), np.asarray(kernel, float)
    if image.ndim != 3 or kernel.ndim != 4 or image.shape[2] != kernel.shape[2]:
        raise ValueError(
            f"the image is {image.shape} and the kernel {kernel.shape}; expected (height, width, channels) and "
            "(height, width, channels, filters) with the same channels; give both these axes"
        )
    down, across = (Window(k, strides, dilation_rate, padding) for k in kernel.shape[:2])
    return np.tensordot(patches(image, (down, across)), kernel, axes=3) + bias


def flipped(kernel: Array) -> Array:
    """The kernel turned by half a circle: with it, cross-correlation is the convolution of mathematics.

    >>> flipped(np.array([[1, 2], [3, 4]]).reshape(2, 2, 1, 1))[..., 0, 0]
    array([[4, 3],
           [2, 1]])
    """
    return kernel[::-1, ::-1]


def pool(
    image: ArrayLike,
    kind: Literal["max", "average"],
    *,
    pool_size: int = 2,
    strides: int | None = None,
    padding: Literal["valid", "same"] = "valid",
) -> Array:
    """The largest number, or the mean, of every patch, channel by channel: (rows, columns, channels).

    Strides are as long as the window where none are given. What lies in the padding does not count, not even in the
    mean, as in Keras.

    >>> pool(np.arange(16.0).reshape(4, 4, 1), "max")[..., 0]
    array([[ 5.,  7.],
           [13., 15.]])
    """
    image = np.asarray(image, float)
    windows = both(Window(pool_size, strides or pool_size, 1, padding))
    if kind == "max":
        return np.asarray(patches(image, windows, fill=-np.inf).max(axis=(2, 3)))
    inside = patches(np.ones_like(image), windows).sum(axis=(2, 3))
    return np.asarray(patches(image, windows).sum(axis=(2, 3)) / inside)


# --- Kernels that people have thought of ------------------------------------------------------------------------------


def _kernel(*rows: Sequence[float], divided_by: float = 1) -> Array:
    return np.array(rows, float) / divided_by


KERNELS: dict[str, Array] = {
    "identity": _kernel((0, 0, 0), (0, 1, 0), (0, 0, 0)),
    "blur": _kernel((1, 2, 1), (2, 4, 2), (1, 2, 1), divided_by=16),
    "sharpen": _kernel((0, -1, 0), (-1, 5, -1), (0, -1, 0)),
    "vertical_edges": _kernel((-1, 0, 1), (-2, 0, 2), (-1, 0, 1)),
    "horizontal_edges": _kernel((-1, -2, -1), (0, 0, 0), (1, 2, 1)),
    "laplace": _kernel((0, 1, 0), (1, -4, 1), (0, 1, 0)),
    "emboss": _kernel((-2, -1, 0), (-1, 1, 1), (0, 1, 2)),
}
"""Presets (3, 3): the binomial blur, Sobel's two edges, the Laplace operator with four neighbours."""
