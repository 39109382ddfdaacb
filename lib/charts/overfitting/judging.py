"""Judging: which samples train and which judge, row by row, and how the scores of hold-outs scatter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np
from numpy.typing import ArrayLike

from lib.charts import theme
from lib.judging import Fold

Columns = dict[str, np.ndarray | Sequence[Any]]

MOST_ROWS = 20
"""Rows that are drawn, at most."""


def blocks(*, sample_title: str, names: tuple[tuple[str, str], ...], height: int = 360) -> alt.LayerChart:
    """The template: a row for each fold; who trains is a thin grey bar, who judges a tall one, the score at the end.

    Datasets: blocks (role, x, x2, y, y2), scores (y, text).
    """
    x = alt.X("x:Q", title=sample_title).scale(domain=[0, 1.13], nice=False).axis(labels=False, ticks=False, grid=False)
    y = alt.Y("y:Q", title=None).scale(domain=[1, 0], nice=False).axis(None)
    ids = [name for name, _ in names]
    legend = alt.Legend(labelExpr=theme.labels(names), symbolType="square")
    color = alt.Color("role:N", legend=legend).scale(domain=ids, range=[theme.INPUT, theme.ACCENT])
    bars = theme.data("blocks").mark_rect(tooltip=None).encode(x, alt.X2("x2:Q"), y, alt.Y2("y2:Q"), color)
    scores = theme.data("scores").mark_text(align="left", color=theme.INK, fontSize=theme.LETTER, tooltip=None)
    words = scores.encode(x=x, y=y, text="text:N")
    return theme.layered(bars, words, height=height)


def block_rows(folds: Sequence[Fold], samples: int, scores: ArrayLike) -> dict[str, Columns]:
    """The datasets of `blocks` for the first folds of so many samples: places are shares of the picture."""
    shown = list(folds)[:MOST_ROWS]
    rows: list[tuple[str, float, float, float, float]] = []
    for number, fold in enumerate(shown):
        for role, chosen, top, bottom in (("train", fold.train, 0.35, 0.6), ("judge", fold.judge, 0.1, 0.85)):
            for first, last in _runs(np.sort(chosen)):
                edges = (number + top) / len(shown), (number + bottom) / len(shown)
                rows.append((role, first / samples, (last + 1) / samples, *edges))
    middles = (np.arange(len(shown)) + 0.5) / len(shown)
    said = [f"{100 * score:.1f} %" for score in np.asarray(scores)[: len(shown)]]
    columns = zip(*rows, strict=True)
    return {
        "blocks": {name: list(column) for name, column in zip(("role", "x", "x2", "y", "y2"), columns, strict=True)},
        "scores": {"x": np.full(len(shown), 1.01), "y": middles, "text": said},
    }


def _runs(positions: np.ndarray) -> list[tuple[int, int]]:
    """First and last of each run of neighbours.

    >>> _runs(np.array([0, 1, 2, 5, 7, 8]))
    [(0, 2), (5, 5), (7, 8)]
    """
    breaks = np.flatnonzero(np.diff(positions) > 1) + 1
    return [(int(run[0]), int(run[-1])) for run in np.split(positions, breaks)]


def luck(
    *,
    score_title: str,
    count_title: str,
    names: tuple[tuple[str, str], ...],
    score_domain: tuple[float, float] = (0.6, 1.02),
    height: int = 260,
) -> alt.LayerChart:
    """How often each score came up among many hold-outs; above, the means of each repeat and the truth outside.

    Datasets: bars (x, x2, count), marks (kind, x).
    """
    x = theme.x_axis("x", score_title, score_domain).axis(format="%")
    bars = theme.data("bars").mark_rect(color=theme.INPUT, opacity=0.6, clip=True, tooltip=None)
    y = alt.Y("count:Q", title=count_title).scale(domainMin=0, nice=True).axis(tickMinStep=1, format="d")
    bars = bars.encode(x, alt.X2("x2:Q"), y, y2=alt.datum(0))
    ids = [name for name, _ in names]
    legend = alt.Legend(labelExpr=theme.labels(names), symbolSize=150, symbolStrokeWidth=0)
    color = alt.Color("kind:N", legend=legend).scale(domain=ids, range=[theme.ACCENT, theme.CLASSES[0]])
    shape = alt.Shape("kind:N", legend=legend).scale(domain=ids, range=["diamond", "triangle-down"])
    marks = theme.data("marks").mark_point(size=170, stroke=theme.PAPER, strokeWidth=1, clip=True)
    outside, means = (
        marks.transform_filter(f"datum.kind == '{kind}'").encode(x, alt.Y(value=pixels), color, shape)
        for kind, pixels in (("outside", 10), ("mean", 36))
    )
    return theme.layered(bars, means, outside, height=height)


def luck_rows(scores: ArrayLike, judges: int, means: ArrayLike, outside: float) -> dict[str, Columns]:
    """The datasets of `luck`: scores (hold-outs,) on so many judging samples, the means by repeat, and the truth."""
    hits, counts = np.unique(np.rint(np.asarray(scores) * judges).astype(int), return_counts=True)
    means = np.asarray(means, float)
    width = 0.4 * min(1 / judges, 0.02)
    return {
        "bars": {"x": hits / judges - width, "x2": hits / judges + width, "count": counts},
        "marks": {
            "kind": ["outside", *(["mean"] * len(means))],
            "x": np.append(outside, means),
        },
    }
