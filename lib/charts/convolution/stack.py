"""A stack of layers from the side: rows of cells above the input, and the triangle that one output cell sees."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np

from lib.charts import theme
from lib.charts.cells import Columns, caption_columns
from lib.stacks import Level

ROOM = 0.5
"""The part of a row above its cells, where its words stand."""
CELL = 0.48
"""The part that its cells take."""
ROW_HEIGHT = 74
"""Pixels of a row."""


def chart(*, levels: int, size: int) -> alt.LayerChart:
    """The template for so many rows over an input of `size` cells. Datasets: cells, seen, captions."""
    cells, high = theme.data("cells"), levels - 1 + ROOM + CELL
    x = alt.X("x:Q", axis=None).scale(domain=[0, size], nice=False)
    y = alt.Y("y:Q", axis=None).scale(domain=[0, high], nice=False, reverse=True)
    corners = {"x": x, "x2": alt.X2("x2:Q"), "y": y, "y2": alt.Y2("y2:Q")}
    triangle = theme.data("seen").mark_area(color=theme.ACCENT, opacity=0.16, orient="horizontal", tooltip=None)
    triangle = triangle.encode(x=x, x2=alt.X2("x2:Q"), y=alt.Y("y:Q", axis=None, sort=None))
    plain = cells.transform_filter("!datum.seen").mark_rect(fill=theme.INPUT, fillOpacity=0.3, stroke=theme.PAPER)
    chosen = cells.transform_filter("datum.seen").mark_rect(fill=theme.ACCENT, fillOpacity=0.75, stroke=theme.PAPER)
    edge = theme.data("seen").mark_line(color=theme.ACCENT, strokeWidth=2, tooltip=None)
    sides = [edge.encode(x=alt.X(f"{side}:Q", axis=None), y=y, order="y:Q") for side in ("x", "x2")]
    captions = theme.data("captions").encode(x=x, y=y)
    said = [
        part
        for side, dx in (("left", 2), ("right", -2))
        for part in theme.words(captions.transform_filter(f"datum.side === '{side}'"), "text", align=side, dx=dx)
    ]
    parts = (triangle, plain.encode(**corners), chosen.encode(**corners), *sides)
    return theme.layered(*parts, *said, height=round(high * ROW_HEIGHT))


def datasets(levels: Sequence[Level], seen: Sequence[tuple[int, int]], names: Sequence[str]) -> dict[str, Columns]:
    """The levels from the input upwards, the cells of each that are seen, and what is said above each row."""
    tops = [ROOM + len(levels) - 1 - number for number in range(len(levels))]
    rows = [_row(level, ends, top) for level, ends, top in zip(levels, seen, tops, strict=True)]
    cells = {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}
    outline = [
        (level.middle(first) - level.step / 2, level.middle(last) + level.step / 2, top + edge)
        for level, (first, last), top in zip(levels, seen, tops, strict=True)
        for edge in (CELL, 0.0)
    ]
    left, right, y = (np.array(column, float) for column in zip(*outline[::-1], strict=True))
    side, at = ("left", 0.0) if seen[0][0] + seen[0][1] >= levels[0].size - 1 else ("right", float(levels[0].size))
    captions = caption_columns(*[(at, top - ROOM / 2, name) for top, name in zip(tops, names, strict=True)])
    captions["side"] = np.full(len(names), side)  # where the triangle leaves them room
    return {"cells": cells, "seen": {"x": left, "x2": right, "y": y}, "captions": captions}


def _row(level: Level, seen: tuple[int, int], top: float) -> Columns:
    cell = np.arange(level.size)
    middle, half = level.offset + level.step * cell, level.step / 2
    chosen = (cell >= seen[0]) & (cell <= seen[1])
    y = np.full(level.size, top)
    return {"x": middle - half, "x2": middle + half, "y": y, "y2": y + CELL, "seen": chosen}
