"""A dot product: x on the left, y above, and between them the entries of rows with columns; each can be chosen."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np
from numpy.typing import NDArray

from lib import products
from lib.charts import cells, theme
from lib.charts.cells import Columns

GAP = 1.0
"""Room between x and y, in cells, where their names stand."""
FIELD = 17.0
"""Units across and down: what two matrices of 8 by 8 fill. It stays while sizes change, and smaller ones grow."""
LARGEST_CELL = 1.5
"""Units of a cell at most."""


def chart(*, height: int = 420) -> alt.LayerChart:
    """The template. Datasets: cells, captions, targets. The point selection `pick` gives row, column and turn."""
    pick = alt.selection_point(name="pick", fields=["row", "column", "turn"], toggle=False, empty=False)
    x = alt.X("x:Q", axis=None).scale(domain=[0, FIELD], nice=False)
    y = alt.Y("y:Q", axis=None).scale(domain=[0, FIELD], nice=False, reverse=True)
    targets = theme.data("targets").mark_rect(opacity=0, cursor="pointer", tooltip=None)
    targets = targets.encode(x, alt.X2("x2:Q"), y, alt.Y2("y2:Q")).add_params(pick)
    drawn = alt.layer(cells.chart(columns=FIELD, rows=FIELD, height=height), targets)
    assert isinstance(drawn, alt.LayerChart)
    return drawn.properties(height=height)


def datasets(
    x: NDArray[Any], y: NDArray[Any], *, row: int, column: int, step: int, names: tuple[str, str, str]
) -> dict[str, Columns]:
    """What the template draws of x (n, k) and y (m, p): their `names` and that of the product beside them.

    The entry at `row` and `column` is chosen, and `step` of its products are added up. Where k and m differ there is
    no product, and its cells hold question marks.
    """
    (n, k), (m, p) = x.shape, y.shape
    across, down = k + GAP + p, m + GAP + n
    unit = min(FIELD / across, FIELD / down, LARGEST_CELL)
    left = (FIELD - unit * across) / 2
    right, below = left + unit * (k + GAP), unit * (m + GAP)
    size = {"width": unit, "height": unit}
    fits = k == m
    outputs = np.dot(x, y).astype(object) if fits else np.full((n, p), "?", object)
    if fits:
        outputs[row, column] = products.partial_sums(x[row], y[:, column])[step - 1]
    drawn = [
        cells.cell_columns(x, _line(x.shape, row, step, axis=0, kind="first"), left=left, top=below, **size),
        cells.cell_columns(y, _line(y.shape, column, step, axis=1, kind="second"), left=right, **size),
        cells.cell_columns(outputs, _spot((n, p), row, column), left=right, top=below, **size),
    ]
    middle = unit * GAP / 2
    captions = [
        (left + unit * k / 2, below - middle),
        (right - middle, unit * m / 2),
        (right + unit * p / 2, below - middle),
    ]
    said = [(at[0], at[1], name) for at, name in zip(captions, names, strict=True)]
    rows, columns = np.indices((n, p)).reshape(2, -1)
    targets = {name: drawn[2][name] for name in ("x", "x2", "y", "y2")}
    targets |= {"row": rows, "column": columns, "turn": np.full(n * p, row * p + column)}
    return {
        "cells": cells.joined(*drawn),
        "captions": cells.caption_columns(*said),
        "targets": targets,
    }


def _line(shape: tuple[int, int], number: int, step: int, *, axis: int, kind: str) -> NDArray[Any]:
    """Kinds of the cells of a matrix: of a row (axis 0) or column (1) the entry of the present step is marked, too."""
    kinds = np.full(shape, "plain", object)
    line = kinds[number] if axis == 0 else kinds[:, number]
    line[:step] = kind
    line[step - 1 : step] = "chosen"
    return kinds


def _spot(shape: tuple[int, int], row: int, column: int) -> NDArray[Any]:
    kinds = np.full(shape, "ghost", object)
    kinds[row, column] = "chosen"
    return kinds
