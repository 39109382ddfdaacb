"""A dense layer with all its numbers: inputs beside their weights; below each unit its sum, bias and output."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lib.charts import cells
from lib.charts.cells import Columns
from lib.products import Layer

NAMES_WIDTH = 2.0
"""Room for the names of rows, in cells."""
GAP = 0.3
ROW_HEIGHT = 29


def field(inputs: int, units: int) -> dict[str, Any]:
    """The arguments of `cells.chart` for a layer of this size.

    >>> field(4, 6)["height"]
    278
    """
    rows = 1 + inputs + GAP + 4 + GAP
    return {"columns": NAMES_WIDTH + 1 + GAP + max(units, 5), "rows": rows, "height": round(rows * ROW_HEIGHT)}


def datasets(
    x: NDArray[Any],
    kernel: NDArray[Any],
    bias: NDArray[Any],
    layer: Layer,
    *,
    names: tuple[str, ...],
    captions: tuple[str, str],
    moved: int | None = None,
) -> dict[str, Columns]:
    """What is drawn of x (inputs,), the kernel (inputs, units), the bias (units,) and what the layer makes of them.

    `names` are of the inputs, then of the four rows below: product, bias, sum, output; `captions` name x and W. The
    input number `moved` is marked, with its weights.
    """
    inputs, units = kernel.shape
    left, right, below = NAMES_WIDTH, NAMES_WIDTH + 1 + GAP, 1 + inputs + GAP
    kinds = np.full((inputs, 1), "plain", object)
    if moved is not None:
        kinds[moved] = "chosen"
    results = np.stack([layer.product, bias, layer.sum])
    drawn = [
        cells.cell_columns(_said(x[:, None]), kinds, left=left, top=1),
        cells.cell_columns(_said(kernel), "first", left=right, top=1),
        cells.cell_columns(_said(results), [["plain"], ["second"], ["plain"]], left=right, top=below),
        cells.cell_columns(_said(layer.output[None]), "chosen", left=right, top=below + 3 + GAP),
    ]
    tops = [1.5 + row for row in range(inputs)] + [below + 0.5 + row for row in range(3)] + [below + 3.5 + GAP]
    said = [(NAMES_WIDTH / 2, top, name) for top, name in zip(tops, names, strict=True)]
    said += [(left + 0.5, 0.5, captions[0]), (right + units / 2, 0.5, captions[1])]
    return {"cells": cells.joined(*drawn), "captions": cells.caption_columns(*said)}


def _said(values: NDArray[Any]) -> NDArray[Any]:
    """Numbers with two digits behind the point, or one where they are long."""
    return np.vectorize(lambda value: format(value, ".2f" if abs(value) < 10 else ".1f"), otypes=[object])(values)
