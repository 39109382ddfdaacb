"""Layouts: how the elements of a tensor lie in memory, and what reshape and transpose make of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from lib.shapes import Shape
from lib.shapes import parse_shape as parse_within

MOST_AXES = 4
LARGEST = 1000
"""The greatest size of an axis that is read from a line."""


@dataclass(frozen=True, eq=False)
class Layout:
    """Before and after: arrays of element numbers, each number the element's place in memory, and the strides.

    Strides count elements: how far the next one along an axis lies in memory.
    """

    before: NDArray[np.int64]
    after: NDArray[np.int64]
    strides_before: Shape
    strides_after: Shape

    @property
    def order(self) -> NDArray[np.int64]:
        """The places in memory at which `after` reads, in its row by row order."""
        return self.after.ravel()

    @property
    def jumps(self) -> int:
        """How often reading `after` row by row does not go on to the next place in memory."""
        return int((np.diff(self.order) != 1).sum())


def reshaped(shape: Shape, target: Shape) -> Layout:
    """Reshape numbered elements. Raises ValueError as NumPy does where the sizes do not fit: see `misfit`.

    >>> reshaped((3, 2), (2, -1)).after.tolist()
    [[0, 1, 2], [3, 4, 5]]
    """
    before = _numbered(shape)
    return _layout(before, before.reshape(target))


def transposed(shape: Shape, axes: Shape) -> Layout:
    """Transpose numbered elements: axis i of the result is axis `axes[i]` of what was. Raises ValueError as NumPy does.

    >>> transposed((3, 2), (1, 0)).after.tolist()
    [[0, 2, 4], [1, 3, 5]]
    """
    before = _numbered(shape)
    return _layout(before, before.transpose(axes))


def _numbered(shape: Shape) -> NDArray[np.int64]:
    return np.arange(math.prod(shape)).reshape(shape)


def _layout(before: NDArray[np.int64], after: NDArray[np.int64]) -> Layout:
    strides, after_strides = ([step // before.itemsize for step in array.strides] for array in (before, after))
    return Layout(before, after, tuple(strides), tuple(after_strides))


def orders(rank: int) -> list[Shape]:
    """All orders of axes, the reversed one, which `x.T` takes, first and the unchanged one last.

    >>> orders(2)
    [(1, 0), (0, 1)]
    """
    return sorted(permutations(range(rank)), reverse=True)


def parse_shape(text: str) -> Shape:
    """Read a shape such as `(2, -1)`, with or without brackets: 1 to MOST_AXES axes, sizes up to LARGEST.

    Raises ShapeError, whose `reason` is "size" for what is no number, "large" for a size beyond LARGEST, "few" for no
    axis, "axes" for too many, "long" for a text that is no shape at all.

    >>> parse_shape("(2, -1)"), parse_shape("6")
    ((2, -1), (6,))
    """
    return parse_within(text, sizes=(-LARGEST, LARGEST), axes=(1, MOST_AXES))


def misfit(size: int, target: Shape) -> tuple[str, int]:
    """Why `size` elements do not take this shape: a reason and the number of elements that the shape speaks of.

    The reasons: "unknown" for more than one -1 (NumPy takes any negative size for it), "rest" where the known sizes do
    not divide `size`, "size" where they hold another number of elements.

    >>> misfit(6, (4, -1)), misfit(6, (4, 2))
    (('rest', 4), ('size', 8))
    """
    known = math.prod(length for length in target if length >= 0)
    unknown = sum(length < 0 for length in target)
    if unknown > 1:
        return "unknown", known
    return ("rest" if unknown else "size"), known
