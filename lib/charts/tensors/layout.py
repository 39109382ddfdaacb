"""Elements on their way from one layout to another: before, the strip of memory, after; coloured by their number."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lib.charts import theme

WIDE = 12.4
"""Width of the field, in cells: the strip of memory has room for 12 elements."""

ROOM = 5.0
"""Height that an array may take."""

GAP = 0.5
"""Between matrices that stand side by side, where an array has more than two axes."""

BEFORE, STRIP, AFTER, TALL = 0.8, 5.0, 7.2, 12.4
"""Where before, memory, after and the end of the field are, in cells from the top."""


def chart(*, last: int, height: int = 440) -> alt.LayerChart:
    """The template; `last` is the highest element number. Datasets: elements, captions."""
    x = alt.X("x:Q", axis=None).scale(domain=[0, WIDE], nice=False)
    y = alt.Y("y:Q", axis=None).scale(domain=[0, TALL], nice=False, reverse=True)
    color = alt.Color("element:Q").scale(domain=[0, last], range=list(theme.CLASSES)).legend(None)
    elements = theme.data("elements")
    place = elements.encode(x, alt.X2("x2:Q"), y, alt.Y2("y2:Q"))
    ground = place.transform_filter("datum.filled").mark_rect(opacity=0.45, tooltip=None).encode(color=color)
    border = place.mark_rect(fillOpacity=0, stroke=theme.INPUT, strokeWidth=1, tooltip=None)
    now = place.transform_filter("datum.now").mark_rect(fillOpacity=0, stroke=theme.ACCENT, strokeWidth=4, tooltip=None)
    middle = elements.transform_filter("datum.filled").transform_calculate(
        x="(datum.x + datum.x2) / 2", y="(datum.y + datum.y2) / 2"
    )
    numbers = middle.mark_text(color=theme.INK, fontSize=theme.LETTER, tooltip=None).encode(x, y, text="element:N")
    captions = theme.data("captions").encode(x, y)
    return theme.layered(ground, border, numbers, now, *theme.words(captions, "text", align="left"), height=height)


def datasets(
    before: NDArray[Any], after: NDArray[Any], *, step: int, captions: tuple[str, str, str]
) -> dict[str, pd.DataFrame]:
    """Both arrays, of element numbers, after `step` elements have moved; captions for before, memory and after."""
    moved = after.ravel()[step - 1] if step else -1
    parts = (before, BEFORE), (np.sort(before, axis=None), STRIP), (after, AFTER)
    element = np.concatenate([array.ravel() for array, _ in parts])
    filled = np.append(np.full(2 * before.size, True), np.arange(after.size) < step)
    placed = dict(zip(_SIDES, np.hstack([_places(array.shape, top) for array, top in parts]), strict=True))
    names = {"x": 0.0, "y": [top - 0.4 for _, top in parts], "text": list(captions)}
    return {
        "elements": pd.DataFrame({"element": element, **placed, "filled": filled, "now": filled & (element == moved)}),
        "captions": pd.DataFrame(names),
    }


_SIDES = ("x", "x2", "y", "y2")


@lru_cache(maxsize=128)
def _places(shape: tuple[int, ...], top: float) -> NDArray[np.float64]:
    """The sides (4, elements) of an array's cells in its row by row order, made smaller where there is no room.

    Matrices stand side by side where there are more than two axes; a vector is one row.
    """
    rows, columns = (1, 1, *shape)[-2:]
    blocks = math.prod(shape[:-2])
    width = min(1.0, (WIDE - 0.2) / (blocks * columns + GAP * (blocks - 1)))
    height = min(1.0, ROOM / rows)
    block, row, column = np.indices((blocks, rows, columns)).reshape(3, -1)
    x, y = 0.1 + width * (block * (columns + GAP) + column), top + height * row
    places = np.array([x, x + width, y, y + height])
    places.setflags(write=False)
    return places
