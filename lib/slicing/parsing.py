"""From text to items: an expression such as `[10:100, 7:-7, ::2]` is parsed, never evaluated."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from types import EllipsisType
from typing import Any, Literal

Item = int | slice | EllipsisType | tuple[int, ...] | tuple[bool, ...] | None
Items = tuple[Item, ...]

LONGEST = 200
"""Characters in an expression, at most."""

WORDS: dict[str, Item] = {
    **dict.fromkeys(("...", "Ellipsis"), ...),
    **dict.fromkeys(("None", "newaxis", "np.newaxis", "numpy.newaxis"), None),
}
TRUTHS = {"True": True, "False": False}

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


@lru_cache(maxsize=256)  # a page asks for the same line several times in a run
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
