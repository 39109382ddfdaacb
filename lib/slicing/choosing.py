"""Items applied to arrays: NumPy says what they choose, and this says what that does to each axis."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from lib.slicing.parsing import Item, Items

Array = NDArray[Any]
Range = tuple[int, int, int]
"""Start, stop and step of Python's range(), nothing counted from the end."""


@dataclass(frozen=True, eq=False)
class Selection:
    """What an expression chose: `result`, how it lies in memory, and `chosen`, True where the array was chosen from."""

    result: Array
    memory: Literal["view", "copy", "scalar"]
    chosen: NDArray[np.bool_]


def select(array: Array, items: Items) -> Selection:
    """Index the array. Raises what NumPy raises, IndexError or ValueError: see `trouble`.

    >>> select(np.arange(5), (slice(1, 4, 2),)).result.tolist()
    [1, 3]
    """
    result = array[numpy_index(items)]
    places = np.arange(array.size).reshape(array.shape)[numpy_index(items)]
    chosen = np.zeros(array.size, dtype=bool)
    chosen[places] = True
    return Selection(np.asarray(result), _memory(array, result), chosen.reshape(array.shape))


def numpy_index(items: Items) -> tuple[Any, ...]:
    """The items as NumPy wants them: lists as lists."""
    return tuple(list(item) if isinstance(item, tuple) else item for item in items)


def _memory(array: Array, result: Any) -> Literal["view", "copy", "scalar"]:
    if not isinstance(result, np.ndarray):
        return "scalar"
    return "view" if _owner(result) is _owner(array) else "copy"


def _owner(array: Array) -> Any:
    """The array whose memory this one shows."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


# --- Axis by axis -----------------------------------------------------------------------------------------------------

Fate = Literal["kept", "dropped", "new", "listed", "nothing"]


@dataclass(frozen=True)
class Axis:
    """What one item does: to which axis of which size (None for a new one), and what is left of it.

    An Ellipsis that stands for no axis does nothing, but NumPy takes the lists beside it as parted by a slice.

    A slice has `start`, `stop` and `step` as they are after clipping, a stop of None where it runs out at the front;
    an index has a `start` alone. `length` is that of the resulting axis; several lists make one axis together.
    """

    item: Item
    axis: int | None
    size: int | None
    fate: Fate
    start: int | None = None
    stop: int | None = None
    step: int | None = None
    length: int | None = None


def axes(shape: tuple[int, ...], items: Items) -> list[Axis]:
    """What becomes of each axis of an array of this shape, for items that NumPy takes.

    >>> [(axis.fate, axis.length) for axis in axes((128, 28, 28), (4, slice(7, -7)))]
    [('dropped', None), ('kept', 14), ('kept', 28)]
    """
    described, axis = [], 0
    for item in _expanded(items, len(shape)):
        if item is ...:
            described.append(Axis(item, None, None, "nothing"))
        elif item is None:
            described.append(Axis(item, None, None, "new", length=1))
        else:
            described.append(_axis(item, axis, shape[axis]))
            axis += 1
    return described


def _expanded(items: Items, rank: int) -> list[Item]:
    """The items with a colon for each axis that is not mentioned; an Ellipsis remains where it stands for none."""
    rest: list[Item] = [slice(None)] * (rank - sum(item is not None and item is not ... for item in items))
    if ... not in items:
        return [*items, *rest]
    at = items.index(...)
    return [*items[:at], *(rest or [...]), *items[at + 1 :]]


def _axis(item: Item, axis: int, size: int) -> Axis:
    if isinstance(item, slice):
        start, stop, step = item.indices(size)
        length = len(range(start, stop, step))
        if start < 0:  # only where it begins in front of everything and goes backwards: nothing is left
            start, stop = 0, 0
        return Axis(item, axis, size, "kept", start, None if stop < 0 else stop, step, length)
    if isinstance(item, tuple):
        masks = bool(item) and isinstance(item[0], bool)
        return Axis(item, axis, size, "listed", length=sum(item) if masks else len(item))
    assert isinstance(item, int)
    return Axis(item, axis, size, "dropped", start=item % size)


# --- What went wrong --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Trouble:
    """Why NumPy refuses: the reason ("other" where its message is not known here), and the numbers of its message."""

    reason: str
    values: dict[str, Any]


_MESSAGES = {
    "bounds": r"index (?P<index>-?\d+) is out of bounds for axis (?P<axis>\d+) with size (?P<size>\d+)",
    "many": r"too many indices for array: array is (?P<rank>\d+)-dimensional, but (?P<came>\d+) were indexed",
    "ellipses": r"an index can only have a single ellipsis",
    "mask": r"boolean index did not match indexed array along axis (?P<axis>\d+); size of axis is (?P<size>\d+) "
    r"but size of corresponding boolean axis is (?P<came>\d+)",
    "broadcast": r"shape mismatch: indexing arrays could not be broadcast together with shapes (?P<shapes>.*\S)",
    "step": r"slice step cannot be zero",
    "huge": r"only integers, slices",
    "dimensions": r"number of dimensions must be within",
}


def trouble(error: IndexError | ValueError, items: Items) -> Trouble:
    """Read NumPy's message: the reason is one of bounds, many, ellipses, mask, broadcast, step, huge, dimensions.

    >>> trouble(IndexError("index 4 is out of bounds for axis 1 with size 4"), (0, 4))
    Trouble(reason='bounds', values={'index': 4, 'axis': 1, 'size': 4})
    """
    for reason, pattern in _MESSAGES.items():
        found = re.match(pattern, str(error))
        if found:
            values = {name: text if name == "shapes" else int(text) for name, text in found.groupdict().items()}
            return Trouble(reason, values | ({"axis": _still(items)} if reason == "step" else {}))
    return Trouble("other", {})


def _still(items: Items) -> int | None:
    """The axis of the first slice whose step is zero, counted from the left; None behind an Ellipsis."""
    still = next(i for i, item in enumerate(items) if isinstance(item, slice) and item.step == 0)
    before = items[:still]
    return None if ... in before else sum(item is not None for item in before)


# --- Plain slices, which sliders can say ------------------------------------------------------------------------------

MOST_STEP = 8


def plain_range(items: Items, shape: tuple[int, ...], axis: int) -> Range | None:
    """Start, stop and step of one axis where a slice of one entry or more with a step from 1 to MOST_STEP is written.

    >>> plain_range((4, slice(7, -7)), (128, 28, 28), 1)
    (7, 21, 1)
    """
    described = axes(shape, items) if is_valid(items, shape) else []
    found = [kept for kept in described if kept.axis == axis and kept.fate == "kept" and kept.length]
    if not found or found[0].step is None or not 1 <= found[0].step <= MOST_STEP:
        return None
    return _range_of(found[0])


def with_range(items: Items, shape: tuple[int, ...], axis: int, kept: Range) -> Items:
    """The items with that of one axis exchanged for a slice, as short as it can be written.

    >>> with_range((4,), (128, 28, 28), 2, (7, 28, 1))
    (4, slice(None, None, None), slice(7, None, None))
    """
    start, stop, step = kept
    item = slice(start or None, None if stop == shape[axis] else stop, None if step == 1 else step)
    expanded = _expanded(items, len(shape))
    places = [i for i, came in enumerate(expanded) if came is not None and came is not ...]
    expanded[places[axis]] = item
    while len(expanded) > 1 and expanded[-1] == slice(None):
        expanded.pop()
    return tuple(expanded)


def image_ranges(items: Items, shape: tuple[int, int, int]) -> tuple[Range, Range] | None:
    """The rows and the columns that a crop of images (samples, height, width) keeps of each of them.

    None where it leaves out samples or everything, picks by a list, adds an axis, or is no index of such images.

    >>> image_ranges((slice(None), slice(2, -2), 3), (1797, 8, 8))
    ((2, 6, 1), (3, 4, 1))
    """
    described = axes(shape, items) if is_valid(items, shape) else []
    described = [axis for axis in described if axis.fate != "nothing"]
    kept = [_range_of(axis) for axis in described]
    if len(kept) != 3 or kept[0] != (0, shape[0], 1) or described[0].fate != "kept":
        return None
    rows, columns = kept[1:]
    return (rows, columns) if rows and columns else None


def _range_of(axis: Axis) -> Range | None:
    if axis.fate == "dropped" and axis.start is not None:
        return axis.start, axis.start + 1, 1
    if axis.fate != "kept" or not axis.length or axis.start is None or axis.step is None:
        return None
    return axis.start, -1 if axis.stop is None else axis.stop, axis.step


def is_valid(items: Items, shape: tuple[int, ...]) -> bool:
    """Whether NumPy takes these items for an array of this shape.

    >>> is_valid((3,), (3, 4)), is_valid((2, ...), (3, 4))
    (False, True)
    """
    try:
        np.broadcast_to(np.zeros((), bool), shape)[numpy_index(items)]
    except (IndexError, ValueError):
        return False
    return True
