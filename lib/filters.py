"""The filters of a convolution: where their weights lie among those of a network, and how far training moved them.

Weights are kernel and bias of every layer that has them, in Keras' order; kernels are (height, width, channels,
filters).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lib.layers import AveragePooling2D, Conv2D, Dense, Layer, MaxPooling2D
from lib.windows import Window, receptive_field

Array = NDArray[Any]


def kernel_index(layers: Sequence[Layer], position: int) -> int:
    """Where the kernel of the layer at this position stands among all weights; its bias is the next array.

    >>> from lib.layers import CONVNET
    >>> kernel_index(CONVNET, 2)
    2
    """
    return 2 * sum(isinstance(layer, Conv2D | Dense) for layer in layers[:position])


def only(
    layers: Sequence[Layer], weights: Sequence[Array], position: int, filters: Sequence[int]
) -> tuple[tuple[Layer, ...], list[Array]]:
    """The layers up to a convolution that keeps these filters alone, and their weights.

    Raises ValueError where there is no convolution at this position.

    >>> layers, weights = only((Conv2D(8),), [np.zeros((3, 3, 1, 8)), np.zeros(8)], 0, [5])
    >>> layers[0].filters, weights[0].shape
    (1, (3, 3, 1, 1))
    """
    last, index = layers[position], kernel_index(layers, position)
    if not isinstance(last, Conv2D):
        raise ValueError(f"layer {position + 1} is {type(last).__name__}; expected Conv2D; take the position of one")
    kernel, bias = (array[..., list(filters)] for array in weights[index : index + 2])
    return (*layers[:position], replace(last, filters=len(filters))), [*weights[:index], kernel, bias]


def relative_change(before: Array, after: Array) -> Array:
    """How far the kernels of each filter have moved, measured against their size at the beginning: |w - w0| / |w0|.

    A kernel that was all zero counts by how far it moved. (filters,)

    >>> relative_change(np.array([[[[3.0, 1.0]]]]), np.array([[[[3.0, -1.0]]]])).tolist()
    [0.0, 2.0]
    """
    moved, size = (_size(kernels) for kernels in (after - before, before))
    return np.asarray(moved / np.where(size > 0, size, 1.0))


def overall_change(before: Array, after: Array) -> float:
    """The same of all kernels of a layer together.

    >>> overall_change(np.array([[[[3.0, 4.0]]]]), np.array([[[[3.0, 7.0]]]]))
    0.6
    """
    return float(relative_change(before.reshape(1, 1, -1, 1), after.reshape(1, 1, -1, 1))[0])


def _size(kernels: Array) -> Array:
    return np.sqrt(np.square(kernels.astype(float)).sum(axis=(0, 1, 2)))


def strongest_cell(answers: Array) -> tuple[int, int] | None:
    """The row and column of the largest number of a map (rows, columns), None where nothing is above 0.

    >>> strongest_cell(np.array([[0.0, 0.5], [2.0, 0.0]])), strongest_cell(np.zeros((2, 2)))
    ((1, 0), None)
    """
    if not answers.max() > 0:
        return None
    row, column = np.unravel_index(int(answers.argmax()), answers.shape)
    return int(row), int(column)


def windows(layers: Sequence[Layer]) -> list[Window]:
    """The windows of the layers that have one: convolutions and poolings.

    >>> [window.reach for window in windows((Conv2D(1, 5), Dense(1), MaxPooling2D()))]
    [5, 2]
    """
    return [layer.window for layer in layers if isinstance(layer, Conv2D | MaxPooling2D | AveragePooling2D)]


def field(layers: Sequence[Layer], shape: Sequence[int], cell: tuple[int, int]) -> tuple[int, int, int, int]:
    """What a cell of the last of these layers sees of an image (height, width): top, left, and what follows its end.

    >>> field((Conv2D(1), MaxPooling2D(), Conv2D(1)), (28, 28), (1, 0))
    (2, 0, 10, 8)
    """
    (top, bottom), (left, right) = (
        receptive_field(windows(layers), size, place) for size, place in zip(shape, cell, strict=False)
    )
    return top, left, bottom + 1, right + 1
