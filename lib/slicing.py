"""Slicing: an expression such as `[10:100, 7:-7, ::2]` is parsed, never evaluated, and NumPy says what it chooses."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from types import EllipsisType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Item = int | slice | EllipsisType | tuple[int, ...] | tuple[bool, ...] | None
Items = tuple[Item, ...]
Array = NDArray[Any]
Range = tuple[int, int, int]
"""Start, stop and step of Python's range(), nothing counted from the end."""

LONGEST = 200
"""Characters in an expression, at most."""

WORDS: dict[str, Item] = {
    **dict.fromkeys(("...", "Ellipsis"), ...),
    **dict.fromkeys(("None", "newaxis", "np.newaxis", "numpy.newaxis"), None),
}
TRUTHS = {"True": True, "False": False}

# --- Parsing ----------------------------------------------------------------------------------------------------------

SENTENCES = {
    "long": "the expression has {came} characters; expected at most {most}; shorten it",
    "empty": "there is nothing between the brackets; expected an index or a slice; write for example [0] or [1:3]",
    "character": "there is {came!r}; expected digits, colons, commas, brackets and names; remove it",
    "number": "{came!r} is no whole number; expected one such as 3 or -3; correct it",
    "name": "the name {came!r} is unknown; expected ..., None, np.newaxis, True or False; use one of these",
    "truth": "{came} stands alone; expected it in a list, one for each entry of the axis; write [True, False, ...]",
    "mixed": "a list holds both numbers and truth values; expected one of the two; split it",
    "nested": "a list stands in a list; expected at most one level; remove the inner brackets",
    "bracket": "a bracket has no partner; expected [ and ] in pairs; add or remove one",
    "unexpected": "there is {came!r}; expected an index, a slice, a list or a comma between two of them; correct it",
    "end": "the expression ends early; expected an index, a slice or a list; complete it",
}
"""What may be wrong with an expression: what came, what was expected, how to mend it."""


class SliceError(ValueError):
    """An expression that is none: `reason` is a key of SENTENCES, `position` counts characters from 0."""

    def __init__(self, reason: str, position: int = 0, **values: object) -> None:
        super().__init__(SENTENCES[reason].format(**values) + f" (at character {position + 1})")
        self.reason = reason
        self.position = position
        self.values = values


@dataclass(frozen=True)
class _Token:
    kind: Literal["number", "word", "sign", "end"]
    text: str
    position: int


_TOKEN = re.compile(
    r"\s*(?:(?P<number>[+-]?\s*[0-9](?:[0-9A-Za-z_]|\.(?!\.))*)|(?P<word>\.\.\.|[A-Za-z_][A-Za-z0-9_.]*)"
    r"|(?P<sign>[\[\],:]))"
)
_INTEGER = re.compile(r"[+-]?\s*(0|[1-9][0-9]*)")


def parse(expression: str) -> Items:
    """What stands between the brackets of `x[...]`, item by item; the brackets themselves, and the x, may be missing.

    Items are integers, slices, `...`, `None` or `np.newaxis`, and lists of integers or of truth values (as tuples). A
    pair of brackets around everything is taken for the outer one: `[0, 2]` are two indices, `[[0, 2]]` is a list. A
    truth value that stands alone, which NumPy would take as an axis of its own, is refused. Raises SliceError.

    >>> parse("[10:100, ..., -1]")
    (slice(10, 100, None), Ellipsis, -1)
    >>> parse("np.newaxis, [0, 2]")
    (None, (0, 2))
    """
    if len(expression) > LONGEST:
        raise SliceError("long", LONGEST, came=len(expression), most=LONGEST)
    reader = _Reader(_inner(_tokens(expression)))
    items = reader.separated(reader.item, "end")
    if not items:
        raise SliceError("empty", reader.next.position)
    return tuple(items)


def _tokens(expression: str) -> list[_Token]:
    tokens, position = [], 0
    text = expression.rstrip()
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            position += len(text[position:]) - len(text[position:].lstrip())
            raise SliceError("character", position, came=text[position])
        kind: Any = found.lastgroup
        tokens.append(_Token(kind, found[kind], found.start(kind)))
        position = found.end()
    return [*tokens, _Token("end", "", len(text))]


def _inner(tokens: list[_Token]) -> list[_Token]:
    """The tokens within the outer brackets, where there are such. Raises SliceError where brackets have no partner."""
    if [token.text for token in tokens[:2]] == ["x", "["]:
        tokens = tokens[1:]
    depth, closed_at = 0, []
    for i, token in enumerate(tokens):
        depth += {"[": 1, "]": -1}.get(token.text, 0)
        if depth < 0 or (depth and token.kind == "end"):
            raise SliceError("bracket", token.position)
        if token.text == "]" and not depth:
            closed_at.append(i)
    if tokens[0].text == "[" and closed_at[0] == len(tokens) - 2:
        return [*tokens[1:-2], _Token("end", "", tokens[-2].position)]
    return tokens


class _Reader:
    """Reads items from tokens, from left to right."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._at = 0

    @property
    def next(self) -> _Token:
        return self._tokens[self._at]

    def take(self) -> _Token:
        token = self.next
        self._at += token.kind != "end"
        return token

    def skip(self, text: str) -> bool:
        """Take the next token if it is this sign."""
        found = self.next.kind == "sign" and self.next.text == text
        self._at += found
        return found

    def separated(self, read: Callable[[], Any], closing: str) -> list[Any]:
        """What `read` reads between commas, up to the closing bracket or the end; one comma may follow the last."""
        found = []
        while not self._closed(closing):
            found.append(read())
            if not self.skip(",") and not self._closed(closing):
                raise _unexpected(self.next)
        return found

    def _closed(self, closing: str) -> bool:
        return closing in (self.next.kind, self.next.text)

    def item(self) -> Item:
        if self.skip("["):
            return self._list()
        if self.next.kind == "word" and self.next.text != "None":
            return self._word()
        first = self._bound()
        if self.skip(":"):
            stop = self._bound()
            return slice(first, stop, self._bound() if self.skip(":") else None)
        return first

    def _list(self) -> Item:
        opened = self.next.position
        entries = self.separated(self._entry, "]")
        self.skip("]")
        if len({type(entry) for entry in entries}) > 1:
            raise SliceError("mixed", opened)
        return tuple(entries)

    def _entry(self) -> int | bool:
        token = self.take()
        if token.text in TRUTHS:
            return TRUTHS[token.text]
        if token.kind == "number":
            return _integer(token)
        raise SliceError("nested", token.position) if token.text == "[" else _unexpected(token)

    def _word(self) -> Item:
        token = self.take()
        if token.text in WORDS:
            return WORDS[token.text]
        raise SliceError("truth" if token.text in TRUTHS else "name", token.position, came=token.text)

    def _bound(self) -> int | None:
        """An index, or an end of a slice, where None or nothing means an end of the axis."""
        token = self.next
        if token.kind == "number":
            return _integer(self.take())
        if token.text == "None":
            self.take()
        elif not self._within_slice():
            raise _unexpected(token)
        return None

    def _within_slice(self) -> bool:
        return self.next.text == ":" or (self._at > 0 and self._tokens[self._at - 1].text == ":")


def _integer(token: _Token) -> int:
    if not _INTEGER.fullmatch(token.text):
        raise SliceError("number", token.position, came=token.text)
    return int("".join(token.text.split()))


def _unexpected(token: _Token) -> SliceError:
    if token.kind == "end":
        return SliceError("end", token.position)
    return SliceError("unexpected", token.position, came=token.text)


def spelled(items: Items) -> str:
    """The items as NumPy's users write them.

    >>> spelled((slice(10, None, -2), ..., None, (0, 2), -1))
    '[10::-2, ..., None, [0, 2], -1]'
    """
    return f"[{', '.join(map(item_spelled, items))}]"


def item_spelled(item: Item) -> str:
    """One item as it is written between the brackets.

    >>> item_spelled(slice(None, 5))
    ':5'
    """
    if isinstance(item, slice):
        start, stop, step = ("" if end is None else str(end) for end in (item.start, item.stop, item.step))
        return f"{start}:{stop}" + (f":{step}" if step else "")
    if isinstance(item, tuple):
        return str(list(item))
    return "..." if item is ... else str(item)


# --- Choosing ---------------------------------------------------------------------------------------------------------


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

    An Ellipsis that stands for no axis does nothing, but it parts the lists beside it as a slice does.

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


def result_shape(described: list[Axis]) -> tuple[int, ...]:
    """The shape of the result.

    Lists, and indices beside them, are broadcast to one axis. It stands where the first of them stands, and in front of
    all others where a slice or a new axis lies between them.

    >>> result_shape(axes((3, 4, 5), (0, slice(None), (1, 3))))
    (2, 4)
    """
    lists = [axis.length for axis in described if axis.fate == "listed"]
    rest = [(i, axis.length) for i, axis in enumerate(described) if axis.fate in ("kept", "new")]
    if not lists:
        return tuple(length for _, length in rest if length is not None)
    place = joined_place(described)
    joined = np.broadcast_shapes(*((length,) for length in lists if length is not None))
    before = [length for i, length in rest if i < place and length is not None]
    after = [length for i, length in rest if i >= place and length is not None]
    return (*before, *joined, *after)


def joined_place(described: list[Axis]) -> int:
    """The number of the item in whose place the axis of the lists stands; 0 where a slice lies between them."""
    advanced = [i for i, axis in enumerate(described) if axis.fate in ("listed", "dropped")]
    return advanced[0] if advanced[-1] - advanced[0] == len(advanced) - 1 else 0


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

    >>> spelled(with_range((4,), (128, 28, 28), 2, (7, 28, 1)))
    '[4, :, 7:]'
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

    >>> image_ranges(parse("[:, 2:-2, 3]"), (1797, 8, 8))
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
