"""Small arrays as sheets of cells: the operands of a sum with their virtual copies, and the entry being computed."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lib import broadcasting
from lib.charts import cells
from lib.charts.cells import Columns
from lib.shapes import Shape

MOST = 6
"""Rows and columns of a sheet at most."""
MOST_SHEETS = 3
GAP = 0.5
"""Room between two sheets, in cells."""
LEAST_WIDTH = 4
"""Cells across at least, so that few of them are not drawn too wide."""
ROW_HEIGHT, MARGIN = 34, 10
"""Pixels of a row, and above and below all of them."""

KINDS = ("first", "second", "plain")
COPIES = ("first ghost", "second ghost", "ghost")


def fits(shape: Shape) -> bool:
    """Whether an array of this shape is small enough to be drawn, and not empty.

    >>> fits((4, 3)), fits((2, 4, 3)), fits((32, 10)), fits((0,))
    (True, True, False, False)
    """
    sheets, rows, columns = _sheets(shape)
    return 0 < sheets <= MOST_SHEETS and 0 < rows <= MOST and 0 < columns <= MOST


def _sheets(shape: Shape) -> tuple[int, int, int]:
    """The shape as sheets, rows and columns: axes before the last two are sheets."""
    rows, columns = (1, 1, *shape)[-2:]
    return int(np.prod(shape[:-2], dtype=np.int64)), rows, columns


def field(shape: Shape) -> dict[str, Any]:
    """The arguments of `cells.chart` for an array of this shape: a sheet below the other.

    >>> field((2, 4, 3))
    {'columns': 4, 'rows': 8.5, 'height': 299}
    """
    sheets, rows, columns = _sheets(shape)
    height = sheets * rows + GAP * (sheets - 1)
    return {"columns": max(columns, LEAST_WIDTH), "rows": height, "height": round(height * ROW_HEIGHT) + MARGIN}


def datasets(values: ArrayLike, kinds: ArrayLike = "plain") -> dict[str, Columns]:
    """What `cells.chart` draws of an array and of the kinds of its cells, one for all or one for each."""
    numbers = np.asarray(values)
    sheets, rows, columns = _sheets(numbers.shape)
    kind = np.broadcast_to(np.asarray(kinds, str), numbers.shape).reshape(sheets, rows, columns)
    drawn = [
        cells.cell_columns(sheet, of, left=max(LEAST_WIDTH - columns, 0) / 2, top=number * (rows + GAP))
        for number, (sheet, of) in enumerate(zip(numbers.reshape(sheets, rows, columns), kind, strict=True))
    ]
    return {"cells": cells.joined(*drawn), "captions": cells.caption_columns()}


def operand(number: int, shape: Shape, result: Shape) -> dict[str, Columns]:
    """An operand (counted from 0) stretched to the result's shape: itself solid, its virtual copies dashed."""
    values = np.broadcast_to(broadcasting.entries(number, shape), result)
    kinds = np.where(broadcasting.is_copy(shape, result), COPIES[number], KINDS[number])
    return datasets(values, kinds)


def total(*shapes: Shape) -> dict[str, Columns]:
    """The sum of all operands. Raises ValueError where their shapes clash."""
    result = broadcasting.result_shape(*shapes)
    summands = [np.broadcast_to(broadcasting.entries(i, shape), result) for i, shape in enumerate(shapes)]
    return datasets(np.sum(summands, axis=0))


def visited(values: NDArray[Any], count: int, *, kind: str = "plain", hide: bool = False) -> dict[str, Columns]:
    """A matrix whose entry number `count`, from 1, is the loop's present one; later ones are dashed, or `hide` them."""
    order = 1 + np.arange(values.size).reshape(values.shape)
    shown = np.where(order > count, "", np.vectorize(cells.spelled)(values)) if hide else values
    return datasets(
        shown, np.where(order == count, "chosen", np.where(order < count, kind, f"{kind} ghost".removeprefix("plain ")))
    )
