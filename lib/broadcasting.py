"""Broadcasting: how arrays of different shapes are made to fit, told from their shapes alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, zip_longest
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lib.shapes import Shape as Shape  # also for those who import it from here
from lib.shapes import elements
from lib.shapes import parse_shape as parse_within

Role = Literal["equal", "stretched", "missing", "clash"]

# --- Shapes as they are typed -----------------------------------------------------------------------------------------

MOST_AXES = 8
LARGEST_SIZE = 10**6
MOST_ELEMENTS = 10**15
"""Elements of one typed shape at most: NumPy itself ceases to count somewhat later, at 2**63 bytes."""


def parse_shape(text: str) -> Shape:
    """The shape that a text spells. Raises ShapeError for what is none, or is beyond the bounds of this module.

    >>> parse_shape("(4, 3)"), parse_shape("10,"), parse_shape("()")
    ((4, 3), (10,), ())
    """
    return parse_within(text, sizes=(0, LARGEST_SIZE), axes=(0, MOST_AXES), most_elements=MOST_ELEMENTS)


# --- The rule ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Axis:
    """One axis of shapes aligned at the right: the size in each operand, None where it has none; the result's `size`.

    `size` is None where the operands clash.
    """

    sizes: tuple[int | None, ...]
    size: int | None

    @property
    def clashing(self) -> tuple[int, ...]:
        """The different sizes above 1, in the order of the operands: more than one of them clash.

        >>> align((3,), (3,), (4,))[0].clashing
        (3, 4)
        """
        return tuple(dict.fromkeys(size for size in self.sizes if size not in (None, 1)))

    def role(self, operand: int) -> Role:
        """What becomes of this axis of an operand, counted from 0.

        >>> [align((4, 3), (4, 1))[1].role(operand) for operand in (0, 1)]
        ['equal', 'stretched']
        """
        size = self.sizes[operand]
        if size is None:
            return "missing"
        if size == self.size:
            return "equal"
        return "stretched" if size == 1 else "clash"


def align(*shapes: Shape) -> tuple[Axis, ...]:
    """Align shapes at the right, axis by axis: sizes must be equal, or 1, or missing. The first axis comes first.

    >>> align((32, 10), (10,))
    (Axis(sizes=(32, None), size=32), Axis(sizes=(10, 10), size=10))
    """
    columns = zip_longest(*(shape[::-1] for shape in shapes))
    return tuple(Axis(sizes, _common(sizes)) for sizes in columns)[::-1]


def _common(sizes: tuple[int | None, ...]) -> int | None:
    """The size that all can be stretched to, None where there is no such."""
    others = {size for size in sizes if size not in (None, 1)}
    if len(others) > 1:
        return None
    return others.pop() if others else 1


def result_shape(*shapes: Shape) -> Shape:
    """The shape that arrays of these shapes have together, as `np.broadcast_shapes` gives it.

    Raises ValueError where an axis clashes, or where NumPy could not count the elements of the result.

    >>> result_shape((64, 3, 32, 10), (32, 10))
    (64, 3, 32, 10)
    >>> result_shape((4, 3), (4,))
    Traceback (most recent call last):
    ValueError: axis -1 has the sizes 3 and 4; expected equal ones, or 1; change one, or insert an axis of 1
    """
    axes = align(*shapes)
    for place, axis in zip(range(-len(axes), 0), axes, strict=True):
        if axis.size is None:
            sizes = " and ".join(map(str, axis.clashing))
            raise ValueError(
                f"axis {place} has the sizes {sizes}; expected equal ones, or 1; change one, or insert an axis of 1"
            )
    result = tuple(axis.size for axis in axes if axis.size is not None)
    if elements(result) > np.iinfo(np.intp).max:
        raise ValueError(f"the result has {elements(result)} elements; expected fewer than 2**63; make axes smaller")
    return result


def numpy_message(*shapes: Shape) -> str:
    """What NumPy says when arrays of these shapes are added, the first two first; "" where it adds them.

    The arrays take no memory, for all their elements are one number, and those that NumPy would add are not added.

    >>> numpy_message((4, 3), (4,))
    'operands could not be broadcast together with shapes (4,3) (4,) '
    """
    together = shapes[0]
    for shape in shapes[1:]:
        try:
            together = result_shape(together, shape)
        except ValueError:
            return _refusal(together, shape)
    return ""


def _refusal(first: Shape, second: Shape) -> str:
    number = np.int8(0)
    try:
        np.broadcast_to(number, first) + np.broadcast_to(number, second)
    except ValueError as refusal:
        return str(refusal)
    raise AssertionError(f"NumPy adds {first} and {second}")


@dataclass(frozen=True)
class Mend:
    """An axis of 1, inserted into one operand (counted from 0), that makes the shapes fit.

    `index` is what one writes behind the array, `shape` its new shape, `result` that of all together.
    """

    operand: int
    index: str
    shape: Shape
    result: Shape


def mends(*shapes: Shape) -> list[Mend]:
    """All single axes that, inserted into one operand, end a clash; the smallest result first, none without a clash.

    >>> [(mend.operand, mend.index, mend.result) for mend in mends((4, 3), (4,))]
    [(1, '[:, None]', (4, 3)), (0, '[:, :, None]', (4, 3, 4))]
    """
    if all(axis.size is not None for axis in align(*shapes)):
        return []
    tried = [_inserted(shapes, operand, at) for operand, shape in enumerate(shapes) for at in range(1, len(shape) + 1)]
    return sorted((mend for mend in tried if mend), key=lambda mend: (elements(mend.result), len(mend.result)))


def _inserted(shapes: Sequence[Shape], operand: int, at: int) -> Mend | None:
    """The mend by an axis of 1 at this place of an operand, if it is one."""
    shape = (*shapes[operand][:at], 1, *shapes[operand][at:])
    if len(shape) > MOST_AXES:
        return None
    try:
        result = result_shape(*shapes[:operand], shape, *shapes[operand + 1 :])
    except ValueError:
        return None
    return Mend(operand, f"[{':, ' * at}None]", shape, result)


# --- The copies that are never made -----------------------------------------------------------------------------------


def strides(shape: Shape, result: Shape, *, itemsize: int = 8) -> Shape:
    """How many bytes further the next element of each axis of the result lies; 0 repeats the same one.

    >>> strides((10,), (32, 10)), strides((4, 1), (4, 3))
    ((0, 8), (8, 0))
    """
    own = [step * itemsize for step in accumulate((1, *shape[:0:-1]), lambda a, b: a * b)][: len(shape)][::-1]
    missing = len(result) - len(shape)
    return (0,) * missing + tuple(0 if size == 1 else step for size, step in zip(shape, own, strict=True))


FACTORS = (1, 10, 100)
"""What the entries of the first, second and third operand are multiples of: a sum tells what it is made of."""


def entries(operand: int, shape: Shape) -> NDArray[np.int64]:
    """Numbers for an operand, counted from 0: the first has 0, 1, 2, ..., the second 10, 20, 30, ... and so on.

    >>> entries(0, (2, 2)).tolist(), entries(1, (3,)).tolist()
    ([[0, 1], [2, 3]], [10, 20, 30])
    """
    first = 1 if operand else 0
    return FACTORS[operand] * np.arange(first, first + math.prod(shape)).reshape(shape)


def is_copy(shape: Shape, result: Shape) -> NDArray[np.bool_]:
    """Where in the result (of that shape) an operand of this shape is only repeated, and not itself.

    >>> is_copy((3,), (2, 3)).tolist()
    [[False, False, False], [True, True, True]]
    """
    own = (1,) * (len(result) - len(shape)) + shape
    where = np.indices(result).reshape(len(result), *result)
    limits = np.reshape(own, (len(own),) + (1,) * len(result))
    return np.any(where >= limits, axis=0) if result else np.zeros((), bool)
