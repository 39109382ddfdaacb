"""Shapes of arrays: read as they are typed, and what an array of a shape takes."""

from __future__ import annotations

import math
import re

import numpy as np
from numpy.typing import DTypeLike

Shape = tuple[int, ...]

# --- As they are typed ------------------------------------------------------------------------------------------------

LONGEST_TEXT = 80

SENTENCES = {
    "long": "the shape has {came} characters; expected at most {most}; shorten it",
    "size": "{came!r} is no size; expected a whole number from {least} to {most}; write a shape like (4, 3)",
    "large": "the size {came} is out of range; expected a whole number from {least} to {most}; write another one",
    "few": "the shape has {came} axes; expected at least {least}; write a size",
    "axes": "the shape has {came} axes; expected at most {most}; leave some out",
    "elements": "the shape has {came} elements; expected at most {most}; make some axes smaller",
}


class ShapeError(ValueError):
    """A text that is no shape: why not (`reason`, one of `SENTENCES`), what came, and what was expected."""

    def __init__(self, reason: str, *, came: object, least: int = 0, most: int = 0) -> None:
        self.reason = reason
        self.values = {"came": came, "least": least, "most": most}
        super().__init__(SENTENCES[reason].format(**self.values))


_ASCII = str.maketrans("（）［］，－\N{MINUS SIGN}", "()[],--")  # as a Chinese keyboard writes them
_SHAPE = re.compile(r"\s*[(\[]?(.*?)[)\]]?\s*", re.DOTALL)


def parse_shape(
    text: str,
    *,
    sizes: tuple[int, int],
    axes: tuple[int, int],
    most_elements: int | None = None,
    longest: int = LONGEST_TEXT,
) -> Shape:
    """The shape that a text spells, with brackets or without; nothing at all is the shape of a single number.

    `sizes` and `axes` are the least and the most that are read, `longest` counts the characters. Raises ShapeError for
    whatever is no shape within these bounds.

    >>> [parse_shape(text, sizes=(-1, 10), axes=(0, 4)) for text in ("(4, 3)", "10,", "()", "2, -1")]
    [(4, 3), (10,), (), (2, -1)]
    """
    if len(text) > longest:
        raise ShapeError("long", came=len(text), most=longest)
    written = _written(text)
    if len(written) > axes[1]:
        raise ShapeError("axes", came=len(written), most=axes[1])
    shape = tuple(_size(size, *sizes) for size in written)
    if len(shape) < axes[0]:
        raise ShapeError("few", came=len(shape), least=axes[0])
    if most_elements is not None and elements(shape) > most_elements:
        raise ShapeError("elements", came=elements(shape), most=most_elements)
    return shape


def _written(text: str) -> list[str]:
    """What stands between the commas; the last comma of "(4,)" ends the shape."""
    plain = text.translate(_ASCII)
    inside = _SHAPE.fullmatch(plain)
    sizes = [size.strip() for size in (inside[1] if inside else plain).split(",")]
    return sizes if sizes[-1] else sizes[:-1]


def _size(text: str, least: int, most: int) -> int:
    if not re.fullmatch(r"-?[0-9]{1,80}" if least < 0 else r"[0-9]{1,80}", text):
        raise ShapeError("size", came=text, least=least, most=most)
    if not least <= int(text) <= most:
        raise ShapeError("large", came=text, least=least, most=most)
    return int(text)


# --- What they take ---------------------------------------------------------------------------------------------------


def elements(shape: Shape) -> int:
    """The elements as NumPy counts them before it makes an array: an axis of 0 is left out.

    >>> elements((4, 0, 3))
    12
    """
    return math.prod(size for size in shape if size)


def memory(shape: Shape, dtype: DTypeLike = "float64") -> int:
    """The bytes that an array of this shape and type takes.

    >>> memory((4, 240, 144, 256, 3), "float32")
    424673280
    """
    return math.prod(shape) * np.dtype(dtype).itemsize
