"""A drawing in units that stay square on every screen: areas, lines and words, as large as its frame allows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np

from lib.charts import theme
from lib.charts.cells import Columns

Part = tuple[str, float, float, float, float]
"""An area: its kind, left, top, right and bottom; or a line: its kind, and both ends by x and y."""

# What an area is: its ground, how strong that is, its border, the width and the dashes of the border.
KINDS: dict[str, tuple[str, float, str, float, tuple[int, ...]]] = {
    "input": (theme.INPUT, 0.22, theme.INPUT, 1.0, (1, 0)),
    "padding": (theme.INPUT, 0.0, theme.INPUT, 1.2, (3, 3)),
    "output": (theme.CLASSES[0], 0.25, theme.CLASSES[0], 1.0, (1, 0)),
    "discarded": (theme.INPUT, 0.0, theme.INPUT, 0.0, (1, 0)),
    "chosen": (theme.ACCENT, 0.55, theme.ACCENT, 0.0, (1, 0)),
    "frame": (theme.ACCENT, 0.0, theme.ACCENT, 3.0, (1, 0)),
}
LINES: dict[str, tuple[Any, float, float]] = {
    "grid": (theme.PAPER, 1.0, 1.0),
    "ghost": (theme.INPUT, 0.5, 0.45),
    "hatch": (theme.INK, 1.3, 0.8),
    "ray": (theme.ACCENT, 1.5, 0.8),
}
"""Their colour, width and opacity."""
LARGEST = 44
"""Pixels of a unit at most."""
TOP = 30
"""Pixels for words above the drawing."""
FLAT = 0.53
"""How high a drawing may be, as a share of its width: two squares side by side."""


def chart(*, height: int) -> alt.LayerChart:
    """The template. Datasets: areas, lines, words."""
    areas, lines, words = (_placed(theme.data(name)) for name in ("areas", "lines", "words"))
    x, y = alt.X("px:Q", scale=None, axis=None), alt.Y("py:Q", scale=None, axis=None)
    corners = {"x": x, "x2": alt.X2("px2:Q"), "y": y, "y2": alt.Y2("py2:Q")}
    rects = {
        kind: areas.transform_filter(f"datum.kind === '{kind}'")
        .mark_rect(fill=fill, fillOpacity=opacity, stroke=stroke, strokeWidth=width, strokeDash=list(dash))
        .encode(**corners)
        for kind, (fill, opacity, stroke, width, dash) in KINDS.items()
    }
    rules = {
        kind: lines.transform_filter(f"datum.kind === '{kind}'")
        .mark_rule(stroke=colour, strokeWidth=width, opacity=opacity)
        .encode(**corners)
        for kind, (colour, width, opacity) in LINES.items()
    }
    under = [rects[kind] for kind in ("input", "padding", "output", "discarded")]
    over = [rules["grid"], rules["ghost"], rules["hatch"], rects["chosen"], rects["frame"], rules["ray"]]
    written = theme.words(words.encode(x=x, y=y), "text", align="left", baseline="bottom", dy=-6)
    drawn: alt.LayerChart = theme.layered(*under, *over, *written, height=height).add_params(_fitting(height))
    return drawn


def _fitting(height: int) -> alt.Parameter:
    """The height of the chart, less in a narrow frame. By the width alone: what moves with a control would move it."""
    return alt.param(name="height", expr=f"min({height}, {TOP} + {FLAT} * width)")


def _placed(base: alt.Chart) -> alt.Chart:
    """Pixels of the corners: the field as large as its frame allows, in the middle."""
    scale = f"min(width / datum.wide, (height - {TOP}) / datum.high, {LARGEST})"
    placed: alt.Chart = base.transform_calculate(scale=scale, left="(width - datum.wide * datum.scale) / 2")
    across = {f"px{end}": f"datum.left + datum.scale * datum.x{end}" for end in ("", "2")}
    down = {f"py{end}": f"{TOP} + datum.scale * datum.y{end}" for end in ("", "2")}
    return placed.transform_calculate(**across, **down)


def datasets(
    areas: Sequence[Part], lines: Sequence[Part], words: Sequence[tuple[str, float, float]], *, wide: float, high: float
) -> dict[str, Columns]:
    """What the template draws on a field of this size in units; words (text, x, y) begin there, above y."""
    written = [(text, x, y, x, y) for text, x, y in words]
    parts = {"areas": _columns("kind", areas), "lines": _columns("kind", lines), "words": _columns("text", written)}
    return {
        name: columns
        | {side: np.full(len(columns["x"]), float(length)) for side, length in (("wide", wide), ("high", high))}
        for name, columns in parts.items()
    }


def _columns(first: str, parts: Sequence[Part]) -> Columns:
    names, *ends = zip(*parts, strict=True) if parts else ((), (), (), (), ())
    places = {name: np.array(end, float) for name, end in zip(("x", "y", "x2", "y2"), ends, strict=True)}
    return {first: np.array(names, str), **places}


def grid(left: float, top: float, right: float, bottom: float, kind: str = "grid") -> list[Part]:
    """The lines between the cells of a rectangle of whole cells."""
    down = [(kind, left + x, top, left + x, bottom) for x in range(1, round(right - left))]
    across = [(kind, left, top + y, right, top + y) for y in range(1, round(bottom - top))]
    return down + across


def hatching(left: float, top: float, right: float, bottom: float, *, step: float = 0.5) -> list[Part]:
    """Slanted lines over a rectangle, ending at its sides.

    >>> len(hatching(0, 0, 2, 1, step=1.0))
    2
    """
    drawn: list[Part] = []
    for number in range(1, int((right - left + bottom - top) / step + 0.999)):
        at = number * step  # the line x + y = at, from the lower left to the upper right
        x, x2 = max(left, left + at - (bottom - top)), min(right, left + at)
        drawn.append(("hatch", x, top + (left + at - x), x2, top + (left + at - x2)))
    return drawn
