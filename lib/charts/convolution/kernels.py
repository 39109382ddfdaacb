"""Kernels before and after training: all of a layer on a sheet, one with its numbers, how far each has moved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np
from numpy.typing import NDArray

from lib.charts import theme
from lib.charts.cells import LETTER_FILLS, Columns, caption_columns, cell_columns, joined
from lib.charts.convolution import sheets, tiles
from lib.charts.convolution.tiles import Box, Pixels

Array = NDArray[Any]

# --- All kernels of a layer -------------------------------------------------------------------------------------------

MANY = 64
"""Kernels up to which eight stand in a row of the sheet; more stand closer."""


def sheet(before: Array, after: Array, *, bound: float, chosen: int, dead: NDArray[np.bool_] | None = None) -> Pixels:
    """Kernels (height, width, n), each as a pair: before training on the left, after it on the right.

    Blue is negative, white 0, orange positive, with full colour from `bound` on. The chosen pair is framed; `dead` ones
    (n,) have a cross, an x, beside their number.

    >>> sheet(np.zeros((3, 3, 1)), np.zeros((3, 3, 1)), bound=1.0, chosen=0).shape
    (69, 91, 3)
    """
    count = before.shape[2]
    crossed = np.zeros(count, bool) if dead is None else dead
    numbers = tuple(f"{i} x" if cross else str(i) for i, cross in enumerate(crossed))
    many = count > MANY
    pairs = np.concatenate([_coloured(before, bound), _between(before), _coloured(after, bound)], axis=2)
    return sheets.sheet(pairs, tile=44 if many else 78, columns=12 if many else 8, chosen=chosen, numbers=numbers)


def _coloured(kernels: Array, bound: float) -> Pixels:
    return tiles.diverging(np.moveaxis(kernels, 2, 0), bound)


def _between(kernels: Array) -> Pixels:
    """A column of the sheet's ground for each kernel."""
    return np.full((kernels.shape[2], kernels.shape[0], 1, 3), sheets.GROUND, np.uint8)


# --- One kernel with its numbers --------------------------------------------------------------------------------------

GAP = 0.6
"""Room between two matrices, in cells."""
HEAD = 0.8
"""Room for the names above them."""
ROW_HEIGHT = {3: 44, 5: 32}
"""Pixels of a row of cells, by the size of the kernel."""
INKS = ("#FFFFFF", "#31333F")
"""Letters on dark and on light cells."""


def numbers(*, side: int) -> alt.LayerChart:
    """The template: three matrices of so many rows and columns. Datasets: cells (with their colours), captions."""
    cells, size = theme.data("cells"), f"{theme.PHONE} ? 12 : 16"
    ground = cells.encode(x2="x2:Q", y2="y2:Q", fill=alt.Fill("fill:N", scale=None, legend=None))
    middle = cells.transform_calculate(
        wide="datum.x2 - datum.x", long="length(datum.text)", x="(datum.x + datum.x2) / 2", y="(datum.y + datum.y2) / 2"
    ).transform_joinaggregate(longest="max(long)")
    fitting = alt.expr(f"min({size}, {LETTER_FILLS} * datum.wide * width / domain('x')[1] / datum.longest)")
    written = middle.encode(text="text:N", color=alt.Color("ink:N", scale=None, legend=None))
    x = alt.X("x:Q", axis=None).scale(domain=[0, 3 * side + 2 * GAP], nice=False)
    y = alt.Y("y:Q", axis=None).scale(domain=[0, side + HEAD], nice=False, reverse=True)
    return theme.layered(
        ground.mark_rect(stroke=theme.INPUT, strokeWidth=1, tooltip=None),
        written.mark_text(fontSize=fitting, tooltip=None),
        *theme.words(theme.data("captions"), "text"),
        height=round((side + HEAD) * ROW_HEIGHT[side]),
    ).encode(x, y)


def number_datasets(before: Array, after: Array, *, bound: float, names: Sequence[str]) -> dict[str, Columns]:
    """A kernel (height, width) before and after training, and the difference, beneath their `names`."""
    side = before.shape[1]
    lefts = [number * (side + GAP) for number in range(3)]
    parts = [_cells(values, bound, at) for values, at in zip((before, after, after - before), lefts, strict=True)]
    captions = [(at + side / 2, HEAD / 2, name) for at, name in zip(lefts, names, strict=True)]
    return {"cells": joined(*parts), "captions": caption_columns(*captions)}


def _cells(values: Array, bound: float, left: float) -> Columns:
    """Cells in the colours of their weights, with letters that read on these."""
    colours = tiles.diverging(values, bound).reshape(-1, 3)
    light = colours @ (0.299, 0.587, 0.114) > 140
    texts = [[spelled(value) for value in row] for row in values.tolist()]
    return cell_columns(texts, left=left, top=HEAD) | {
        "fill": np.array(["#{:02X}{:02X}{:02X}".format(*colour) for colour in colours.tolist()]),
        "ink": np.where(light, INKS[1], INKS[0]),
    }


def spelled(weight: float) -> str:
    """A weight with two decimals and a real minus sign.

    >>> spelled(-0.125), spelled(-0.001)
    ('−0.12', '0.00')
    """
    return f"{round(weight, 2) + 0.0:.2f}".replace("-", "\N{MINUS SIGN}")


# --- What it answers to a digit ---------------------------------------------------------------------------------------

SIDE = 196
"""Pixels of an image or a map, about."""
MARGIN = 6


def found(*shown: tuple[Array, Box | None]) -> Pixels:
    """An image and maps (rows, columns) side by side, each white at its largest number, with a box of each framed.

    >>> found((np.zeros((28, 28)), (0, 0, 3, 3)), (np.zeros((26, 26)), None)).shape
    (208, 414, 4)
    """
    return tiles.row([_framed(values, box) for values, box in shown], gap=12)


def _framed(values: Array, box: Box | None) -> Pixels:
    largest = float(values.max())
    scale = max(1, SIDE // max(values.shape))
    canvas = tiles.on_ground(tiles.edged(tiles.enlarged(tiles.greys(values / (largest or 1.0)), scale)), MARGIN)
    if box is not None:
        top, left, bottom, right = (MARGIN + scale * place for place in box)
        tiles.frame(canvas, (top, left, bottom, right), line=4)
    return canvas


# --- How far each has moved -------------------------------------------------------------------------------------------

MOST = 2.0
"""The largest relative change that is drawn; bars of larger ones end there."""


def changes(*, filter_title: str, change_title: str, height: int = 190) -> alt.LayerChart:
    """Bars of relative changes, the chosen one in the accent, dead filters with a cross. Dataset: bars."""
    bars = theme.data("bars")
    x = alt.X("filter:O", title=filter_title).axis(labelAngle=0, labelOverlap=True, domain=False, ticks=False)
    y = theme.y_axis("change", change_title, (0, MOST)).axis(format="%", values=[0, 0.5, 1, 1.5, 2])
    ink = alt.Color("now:N", legend=None).scale(domain=[False, True], range=[theme.INPUT, theme.ACCENT])
    drawn = bars.mark_bar(width={"band": 0.75}, clip=True).encode(x, y, ink)
    crosses = bars.transform_filter("datum.dead").encode(x, y)
    return theme.layered(drawn, *theme.words(crosses, "cross", dy=-8), height=height)


def change_datasets(values: Array, *, now: int, dead: NDArray[np.bool_] | None = None) -> dict[str, Columns]:
    """The dataset "bars": filter, change (1 is 100 %), now, dead, cross."""
    count = len(values)
    return {
        "bars": {
            "filter": np.arange(count),
            "change": np.minimum(values, MOST),
            "now": np.arange(count) == now,
            "dead": np.zeros(count, bool) if dead is None else dead,
            "cross": np.full(count, "×"),
        }
    }
