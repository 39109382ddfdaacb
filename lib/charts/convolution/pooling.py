"""A response map of an image that was moved, at its own size and made smaller; and how much of it has changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import numpy as np
from numpy.typing import NDArray

from lib.charts import theme
from lib.charts.cells import Columns
from lib.charts.convolution import tiles
from lib.charts.convolution.tiles import Pixels

Array = NDArray[Any]

LONGER = 156
"""Pixels of the longer side of a map as it is drawn, at most: two of them stand side by side on a phone."""
LARGEST = 4
"""The largest pool size."""
GAP = 8


def column(before: Array, after: Array, *, full: tuple[int, int], size: int, bound: float) -> Pixels:
    """A map after the move, and what has changed since before, one below the other.

    All maps get the room of the `full` one with its rows and columns; each number of a smaller one stands for `size` by
    `size` of those. Where the maps are full, the rows and columns that pooling discards are hatched. Numbers are
    orange, with full colour from `bound` on; what was lost is blue.
    """
    unit = max(1, LONGER // (max(full) + LARGEST - 1))
    scale = unit if before.shape == full else unit * size
    room = tuple(unit * (length + size - 1) for length in full)
    parts = []
    for values in (after, after - before):
        part = tiles.opaque(tiles.edged(tiles.enlarged(tiles.diverging(values, bound), scale)))
        if before.shape == full:
            _hatch_discarded(part, size, scale)
        parts.append(_in_room(part, room, GAP))
    return np.concatenate(parts)[:-GAP]


def _hatch_discarded(part: Pixels, size: int, scale: int) -> None:
    """Hatch what is left over at the bottom and on the right of a map in patches of this size."""
    height, width = part.shape[:2]
    bottom, right = (length // (size * scale) * size * scale for length in (height, width))
    for box in ((bottom, 0, height, width), (0, right, bottom, width)):
        if box[2] > box[0] and box[3] > box[1]:
            tiles.hatch(part, box)


def _in_room(part: Pixels, room: tuple[int, ...], gap: int) -> Pixels:
    """The part at the upper left of its room, with a gap beneath."""
    height, width = part.shape[:2]
    below, beside = max(room[0] - height, 0) + gap, max(room[1] - width, 0)
    return np.pad(part, ((0, below), (0, beside), (0, 0)))


def chart(*, title: str, names: tuple[tuple[str, str], ...], height: int = 190) -> alt.LayerChart:
    """Bars of how much each map has changed, names by their ids. Dataset: bars."""
    bars = theme.data("bars")
    x = theme.x_axis("change", title, (0, 2)).axis(format="%", values=[0, 0.5, 1, 1.5, 2])
    labels = alt.Axis(labelExpr=theme.labels(names), title=None, labelLimit=150)
    y = alt.Y("way:N", sort=None, axis=labels).scale(domain=[name for name, _ in names])
    ink = alt.condition("datum.way === 'max'", alt.value(theme.ACCENT), alt.value(theme.INPUT))
    bar = bars.mark_bar(tooltip=None, height={"band": 0.65}).encode(x, y, color=ink)
    return theme.layered(bar, *theme.words(bars.encode(x, y), "text", align="left", dx=6), height=height)


def datasets(changes: Mapping[str, float]) -> dict[str, Columns]:
    """The dataset "bars": way, change (1 is 100 %), text."""
    values = np.array(list(changes.values()), float)
    texts = [f"{100 * value:.0f} %" for value in values]
    return {"bars": {"way": np.array(list(changes)), "change": values, "text": np.array(texts)}}
