"""The axes of two arrays and of their products as cells with sizes: which are summed away, and where the others go."""

from __future__ import annotations

from typing import Any

from lib.charts import cells
from lib.charts.cells import Columns
from lib.products import Product
from lib.shapes import Shape

ORIGINS = {"first": "first", "second": "second", "both": "plain"}
LEFT = 2.6
"""Room for the names of the rows, in cells."""
ROW = 1.4
"""The height of a row with the room above it, in cells."""


def field(rows: int, axes: int) -> dict[str, Any]:
    """The arguments of `cells.chart` for so many rows, the longest of which has so many axes.

    >>> field(4, 5)
    {'columns': 9.6, 'rows': 5.6, 'height': 176}
    """
    return {"columns": LEFT + max(axes, 7), "rows": ROW * rows, "height": 44 * rows}


def datasets(
    x: Shape, y: Shape, found: dict[str, Product | None], names: tuple[str, ...], *, refused: str
) -> dict[str, Columns]:
    """What is drawn: the shapes of x and y, then of each product found; `names` of the rows, `refused` for None.

    Axes that are summed away are marked; those of the results have the colour of the operand that they came from.
    """
    summed = next((product.summed for product in found.values() if product), None)
    rows = [_operand(x, "first", summed and summed[0]), _operand(y, "second", summed and summed[1])]
    rows += [_result(product) if product else [(refused, "ghost")] for product in found.values()]
    drawn = [_row(number, row) for number, row in enumerate(rows)]
    said = [(LEFT / 2, ROW * number + 0.5, name) for number, name in enumerate(names)]
    return {"cells": cells.joined(*drawn), "captions": cells.caption_columns(*said)}


def _operand(shape: Shape, kind: str, summed: int | None) -> list[tuple[str, str]]:
    return [(str(size), "chosen" if axis == summed else kind) for axis, size in enumerate(shape)]


def _result(product: Product) -> list[tuple[str, str]]:
    return [(str(size), ORIGINS[origin]) for size, origin in zip(product.shape, product.origins, strict=True)]


def _row(number: int, axes: list[tuple[str, str]]) -> Columns:
    """One row of cells; a shape without axes is a single dashed cell with its brackets."""
    shown = axes or [("( )", "ghost")]
    texts, kinds = [[text for text, _ in shown]], [[kind for _, kind in shown]]
    return cells.cell_columns(texts, kinds, left=LEFT, top=ROW * number)
