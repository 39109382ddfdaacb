"""Kernels of 3 by 3 weights: read as they are typed, laid over channels, and what one computes at one place.

>>> at_place(np.ones((3, 3, 1)), parse_kernel("0 0 0, 0 2 0, 0 0 0")[..., None], 0, 0, bias=0.5).output
2.5
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lib.convolution import both, patches
from lib.windows import Window

Array = NDArray[Any]

SIDE = 3
"""Rows and columns of the kernels of this module."""

# --- As they are typed ------------------------------------------------------------------------------------------------

LONGEST = 160
"""Characters of a typed kernel at most."""

LARGEST = 100
"""The largest weight that is read, and the smallest with a minus sign."""

SENTENCES = {
    "long": "the kernel has {came} characters; expected at most {most}; shorten it",
    "number": "{came!r} is no number; expected one such as 0, -1.5, 1e-2 or 1/9; write nine of them",
    "zero": "{came!r} divides by zero; expected another number below the stroke; write nine numbers",
    "large": "{came!r} is too large; expected a number from -{most} to {most}; write a smaller one",
    "count": "the kernel has {came} numbers; expected {most}, apart by blanks or commas, decimals with a point",
}


class KernelError(ValueError):
    """A text that is no kernel: why not (`reason`, a key of SENTENCES), what came, and the bound that was met."""

    def __init__(self, reason: str, came: object, most: int = 0) -> None:
        super().__init__(SENTENCES[reason].format(came=came, most=most))
        self.reason = reason
        self.values = {"came": came, "most": most}


_NUMBER = rf"(?:[0-9]{{1,{LONGEST}}}(?:\.[0-9]{{0,{LONGEST}}})?|\.[0-9]{{1,{LONGEST}}})(?:[eE][+-]?[0-9]{{1,3}})?"
_WEIGHT = re.compile(rf"([+-]?{_NUMBER})(?:/({_NUMBER}))?")


def parse_kernel(text: str) -> Array:
    """The weights (3, 3) that a text spells, row by row: nine numbers with blanks, commas or lines between.

    Brackets may stand around them, as in NumPy. Raises KernelError for anything else; nothing is evaluated.

    >>> parse_kernel("[[1, 0, -1], [2, 0, -2], [1, 0, -1]]")[1]
    array([ 2.,  0., -2.])
    """
    if len(text) > LONGEST:
        raise KernelError("long", len(text), LONGEST)
    plain = unicodedata.normalize("NFKC", text)  # as a Chinese keyboard writes digits, commas and brackets
    for came, meant in (("\N{MINUS SIGN}", "-"), ("\N{FRACTION SLASH}", "/"), ("、", ","), ("。", ".")):
        plain = plain.replace(came, meant)
    weights = [_weight(part) for part in re.split(r"[\s,;|\[\](){}]+", plain) if part]
    if len(weights) != SIDE**2:
        raise KernelError("count", len(weights), SIDE**2)
    return np.array(weights).reshape(SIDE, SIDE)


def _weight(text: str) -> float:
    match = _WEIGHT.fullmatch(text)
    if not match:
        raise KernelError("number", text[:20])
    divisor = float(match[2] or 1)
    if divisor == 0:
        raise KernelError("zero", text[:20])
    weight = float(match[1]) / divisor
    if not abs(weight) <= LARGEST:  # what is no number, such as 1e999/1e999, is not smaller either
        raise KernelError("large", text[:20], LARGEST)
    return weight + 0.0  # no minus zero


# --- At one place -----------------------------------------------------------------------------------------------------


def over_channels(kernel: Array, channels: int, looked_at: Collection[int] | None = None) -> Array:
    """The same weights (3, 3) for each channel that is looked at, zeros for the others: (3, 3, channels).

    >>> over_channels(np.ones((3, 3)), 3, {0})[0, 0].tolist()
    [1.0, 0.0, 0.0]
    """
    counts = [looked_at is None or channel in looked_at for channel in range(channels)]
    return kernel[..., np.newaxis] * np.array(counts, float)


@dataclass(frozen=True, eq=False)
class Place:
    """What a kernel computes at one place: the patch and the products (3, 3, channels), their sum, and the output."""

    patch: Array
    products: Array
    total: float
    biased: float
    output: float


def at_place(image: Array, kernel: Array, row: int, column: int, *, bias: float = 0.0, relu: bool = False) -> Place:
    """The arithmetic of a kernel (3, 3, channels) at a place of its response map, counted from 0.

    Raises IndexError where the map has no such place.
    """
    seen = patches(image, both(Window(SIDE)))
    if not (0 <= row < seen.shape[0] and 0 <= column < seen.shape[1]):
        raise IndexError(f"the place is {row, column}; expected one of a map of {seen.shape[:2]}; choose another place")
    patch = seen[row, column]
    products = patch * kernel
    total = float(products.sum())
    biased = total + bias
    return Place(patch, products, total, biased, max(biased, 0.0) if relu else biased)
