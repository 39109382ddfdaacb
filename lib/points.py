"""Points that learners bring, clicked or as a CSV file: read within bounds, for files come from anywhere."""

from __future__ import annotations

import codecs
import csv
import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from lib.datasets import DOMAIN, MOST_CLASSES, OWN, Point

MOST_BYTES = 200_000
LEAST_POINTS, MOST_POINTS = OWN["own_classes"].samples.minimum, OWN["own_classes"].samples.maximum
LARGEST_NUMBER = 1e15
LONGEST_NAME = 30
LONGEST_CELL = 1000
REACH = 5.0
"""How far the points of a file reach on the plane, once they are scaled."""
ADDRESS_POINTS = 50
"""Points that an address carries, at most."""

COLUMNS = 3
SEPARATORS = (";", "\t", ",")

SENTENCES = {
    "empty": "the file is empty; expected rows of two numbers and a class or a height; fill it",
    "bytes": "the file has {came:,} bytes; expected at most {most:,}; leave rows out",
    "binary": "the file is no text; expected a CSV file; export the table as CSV",
    "quotes": "row {row} cannot be read; expected its quotation marks in pairs; mend it",
    "long": "row {row} has a cell of more than {most:,} letters; expected a number or a name; shorten it",
    "columns": "row {row} has {came} columns; expected {expected}, with , ; or a tab between; keep those three",
    "ragged": "row {row} has {came} columns; expected {expected} as in the first; mend it",
    "missing": "row {row}, column {column} is empty; expected a value; fill it, or leave the row out",
    "number": "row {row}, column {column} says {came!r}; expected a number; mend it",
    "finite": "row {row}, column {column} says {came!r}; expected a finite number; leave the row out",
    "large": "row {row}, column {column} says {came!r}; expected a number within ±{most:g}; take another unit",
    "few": "the file has {came} points; expected at least {least}; add some",
    "rows": "the file has {came:,} points; expected at most {most:,}; leave some out",
    "one": "all points are of the class {came!r}; expected two classes at least; add points of another",
    "many": "the points are of {came} classes; expected at most {most}; join some, or take the column as heights",
    "same": "all points lie in one place; expected different ones; check the first two columns",
    "flat": "all heights are {came:g}; expected different ones; check the third column",
}


class PointsError(ValueError):
    """A file that is not taken: `reason` is a key of SENTENCES, `values` are its numbers."""

    def __init__(self, reason: str, **values: object) -> None:
        super().__init__(SENTENCES[reason].format(**values))
        self.reason = reason
        self.values: Mapping[str, object] = values


@dataclass(frozen=True)
class Points:
    """What a file gave: points scaled into the plane, the names of their classes, and what the scaling began from.

    `names` is empty for heights. `ranges` are the lowest and the highest number of each scaled column, which became
    -5 and 5, for heights -1 and 1; `columns` are their titles.
    """

    rows: tuple[Point, ...]
    names: tuple[str, ...]
    columns: tuple[str, ...]
    ranges: tuple[tuple[float, float], ...]


def parse_csv(content: bytes, *, target: Literal["class", "height"] = "class") -> Points:
    r"""Read a CSV file of two numbers and a class (a text or a number) or a height; a header may stand above.

    Between the columns stand commas, semicolons or tabs; with the latter two a comma may be the decimal point. The text
    is UTF-8, UTF-16, GB 2312 (as spreadsheets save it in China) or Latin-1. Raises PointsError.

    >>> read = parse_csv(b"x;y;kind\n1,5;0;red\n2;4;red\n2,5;1;blue\n2;2;blue\n")
    >>> read.names, read.ranges, read.rows[0]
    (('blue', 'red'), ((1.5, 2.5), (0.0, 4.0)), (-5.0, -5.0, 1))
    """
    if len(content) > MOST_BYTES:
        raise PointsError("bytes", came=len(content), most=MOST_BYTES)
    table, decimal_comma = _table(_text(content))
    titles, rows = _titled(table, decimal_comma)
    if len(rows) < LEAST_POINTS:
        raise PointsError("few", came=len(rows), least=LEAST_POINTS)
    if len(rows) > MOST_POINTS:
        raise PointsError("rows", came=len(rows), most=MOST_POINTS)
    places = np.array([[_number(row, cells, c, decimal_comma) for c in (0, 1)] for row, cells in rows])
    if (places == places[0]).all():
        raise PointsError("same")
    labels, names = _classes(rows, decimal_comma) if target == "class" else _heights(rows, decimal_comma)
    scaled = [_scaled(column, REACH) for column in places.T]
    ranges = [*places.T] if names else [*places.T, np.array(labels)]
    if not names:
        labels = _scaled(np.array(labels), 1.0)
    return Points(
        rows=tuple(zip(*scaled, labels, strict=True)),
        names=names,
        columns=titles[: len(ranges)],
        ranges=tuple((float(column.min()), float(column.max())) for column in ranges),
    )


def _text(content: bytes) -> str:
    if not content.strip(b" \t\r\n\x00") or content in (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        raise PointsError("empty")
    for encoding in _encodings(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]", text):
            return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    raise PointsError("binary")


def _encodings(content: bytes) -> tuple[str, ...]:
    """The encodings to try, the likeliest first: a byte order mark decides, else zeros beside most of the letters."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    if content.count(0) > len(content) / 3:
        return ("utf-16-le",) if content[1:2] == b"\x00" else ("utf-16-be",)
    return ("utf-8-sig", "gb2312", "latin-1")


Row = tuple[int, list[str]]
"""The number of a row in the file, counted from 1, and its cells."""


def _table(text: str) -> tuple[list[Row], bool]:
    """All rows that are not blank, three cells each, and whether a comma may be their decimal point."""
    first = next((line for line in text.split("\n") if line.strip()), "")
    separator = next((each for each in SEPARATORS if each in first), ",")
    table: list[Row] = []
    reader = csv.reader(io.StringIO(text), delimiter=separator, strict=True)
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise _unreadable(text, reader.line_num) from error
        if cells is None:
            break
        if max(map(len, cells), default=0) > LONGEST_CELL:
            raise PointsError("long", row=reader.line_num, most=LONGEST_CELL)
        kept = [cell.strip() for cell in cells]
        if len(kept) == COLUMNS + 1 and not kept[-1]:  # a separator at the end of the line
            kept = kept[:-1]
        if any(kept):
            table.append((reader.line_num, kept))
    if not table:
        raise PointsError("empty")
    for number, cells in table:
        _check_width(number, cells, first=table[0][1])
    return table, separator != ","


def _unreadable(text: str, row: int) -> PointsError:
    """Why a row is none: the csv module stumbles over quotation marks, and over a cell beyond its own bound."""
    if '"' in text:
        return PointsError("quotes", row=row)
    return PointsError("long", row=row, most=LONGEST_CELL)


def _check_width(row: int, cells: list[str], *, first: list[str]) -> None:
    if len(first) != COLUMNS:
        raise PointsError("columns", row=row, came=len(first), expected=COLUMNS)
    if len(cells) != COLUMNS:
        raise PointsError("ragged", row=row, came=len(cells), expected=COLUMNS)


def _spelled(cell: str, decimal_comma: bool) -> float | None:
    """The number that a cell spells, infinite ones too; None if it spells none.

    >>> _spelled("1,5", True), _spelled("1,5", False), _spelled("1_000", False), _spelled("-inf", False)
    (1.5, None, None, -inf)
    """
    text = cell.replace("\N{MINUS SIGN}", "-")
    if decimal_comma and "." not in text:
        text = text.replace(",", ".", 1)
    try:
        return None if "_" in text else float(text)
    except ValueError:
        return None


def _is_header(cells: list[str], decimal_comma: bool) -> bool:
    return bool(cells[0] and cells[1]) and all(_spelled(cell, decimal_comma) is None for cell in cells[:2])


def _titled(table: list[Row], decimal_comma: bool) -> tuple[tuple[str, ...], list[Row]]:
    """The titles of the columns, their numbers where there is none, and the rows below."""
    first = table[0][1]
    if not _is_header(first, decimal_comma):
        return ("1", "2", "3"), table
    return tuple(title[:LONGEST_NAME] or str(number) for number, title in enumerate(first, start=1)), table[1:]


def _number(row: int, cells: list[str], column: int, decimal_comma: bool) -> float:
    cell, where = cells[column], {"row": row, "column": column + 1}
    shown = cell[:LONGEST_NAME]
    if not cell:
        raise PointsError("missing", **where)
    value = _spelled(cell, decimal_comma)
    if value is None:
        raise PointsError("number", came=shown, **where)
    if not math.isfinite(value):
        raise PointsError("finite", came=shown, **where)
    if abs(value) > LARGEST_NUMBER:
        raise PointsError("large", came=shown, most=LARGEST_NUMBER, **where)
    return value


def _heights(rows: list[Row], decimal_comma: bool) -> tuple[Sequence[float], tuple[str, ...]]:
    heights = [_number(row, cells, 2, decimal_comma) for row, cells in rows]
    if len(set(heights)) == 1:
        raise PointsError("flat", came=heights[0])
    return heights, ()


def _classes(rows: list[Row], decimal_comma: bool) -> tuple[Sequence[float], tuple[str, ...]]:
    """The class of each row, counted from 0 in the order of their names: numbers by size, else by the alphabet."""
    cells = [cells[2] for _, cells in rows]
    if "" in cells:
        raise PointsError("missing", row=rows[cells.index("")][0], column=3)
    if all(_spelled(cell, decimal_comma) is not None for cell in cells):
        numbers = [_number(row, cells, 2, decimal_comma) for row, cells in rows]
        kinds: list[float] | list[str] = sorted(set(numbers))
        labels = [kinds.index(number) for number in numbers]  # type: ignore[arg-type]
        names = tuple(f"{number:g}" for number in kinds)
    else:
        kinds = sorted(set(cells))
        labels = [kinds.index(cell) for cell in cells]
        names = tuple(str(kind)[:LONGEST_NAME] for kind in kinds)
    if len(kinds) == 1:
        raise PointsError("one", came=names[0])
    if len(kinds) > MOST_CLASSES:
        raise PointsError("many", came=len(kinds), most=MOST_CLASSES)
    return labels, names


def _scaled(column: np.ndarray, reach: float) -> list[float]:
    """Numbers moved and stretched so that they reach from -reach to reach; a column that never varies becomes 0.

    >>> _scaled(np.array([1.0, 2.0, 5.0]), 5.0)
    [-5.0, -2.5, 5.0]
    """
    low, high = float(column.min()), float(column.max())
    if low == high:
        return [0.0] * len(column)
    shares = np.clip((column - low) / (high - low), 0.0, 1.0)
    scaled: list[float] = np.round(reach * (2 * shares - 1), 4).tolist()
    return scaled


# --- Clicked points ---------------------------------------------------------------------------------------------------


def added(points: tuple[Point, ...], point: Sequence[object]) -> tuple[Point, ...]:
    """The points and one more, (x1, x2, class or height); as they were if it is none, or if they are too many.

    >>> added((), (1, -2.0, 0)), added((), (7.0, 0, 0)), added((), ("1", 0, 0))
    (((1.0, -2.0, 0.0),), (), ())
    """
    numbers = [float(each) for each in point if isinstance(each, int | float) and not isinstance(each, bool)]
    if len(numbers) != COLUMNS or not all(map(math.isfinite, numbers)) or len(points) >= MOST_POINTS:
        return points
    x1, x2, label = numbers
    on_plane = max(abs(x1), abs(x2)) <= DOMAIN[1] and abs(label) <= DOMAIN[1]
    return (*points, (round(x1, 2), round(x2, 2), round(label, 2))) if on_plane else points


def spelled(points: tuple[Point, ...]) -> str:
    """Points as an address says them.

    >>> spelled(((1.0, -2.25, 0.0), (0.5, 3.0, 1.0)))
    '1*-2.25*0_0.5*3*1'
    """
    return "_".join("*".join(f"{number:.4g}" for number in point) for point in points)


def parsed(text: str, *, classes: bool = True) -> tuple[Point, ...] | None:
    """The points that an address says, ADDRESS_POINTS at most; None where it says none.

    >>> parsed("1*-2.25*0_0.5*3*1"), parsed("1*2"), parsed("1*2*7"), parsed("1*2*0.5", classes=False)
    (((1.0, -2.25, 0.0), (0.5, 3.0, 1.0)), None, None, ((1.0, 2.0, 0.5),))
    """
    parts = text[: 40 * ADDRESS_POINTS].split("_")
    points: tuple[Point, ...] = ()
    for part in parts[:ADDRESS_POINTS]:
        numbers = [value for cell in part.split("*") if (value := _spelled(cell, False)) is not None]
        more = added(points, numbers)
        if len(more) == len(points) or (classes and not is_class(more[-1][2])):
            return None
        points = more
    return points


def is_class(label: float) -> bool:
    """Whether a label is a class, counted from 0.

    >>> is_class(2.0), is_class(6.0), is_class(0.5)
    (True, False, False)
    """
    return label in range(MOST_CLASSES)


def lacking(points: tuple[Point, ...], *, classes: bool = True) -> Literal["few", "one", "flat"] | None:
    """What the points lack to be trained on: enough of them, a second class, or a second height; None if nothing.

    >>> lacking(((0.0, 0.0, 0.0),)), lacking(((0.0, 0.0, 0.0),) * 4), lacking(((0.0, 0.0, 1.0),) * 4, classes=False)
    ('few', 'one', 'flat')
    """
    if len(points) < LEAST_POINTS:
        return "few"
    if len({label for _, _, label in points}) < 2:
        return "one" if classes else "flat"
    return None
