"""The leak: the best validation score so far against its test score, and scores with and without a leaking step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import numpy as np
from numpy.typing import ArrayLike, NDArray

from lib.charts import theme

Columns = dict[str, np.ndarray | Sequence[Any]]

KINDS = ("validation", "test")
COLORS = (theme.ACCENT, theme.CLASSES[0])
DASHES = (list(theme.VALIDATION_DASH), [1, 0])


def search(
    *,
    round_title: str,
    score_title: str,
    names: tuple[tuple[str, str], ...],
    last: int,
    score_domain: tuple[float, float],
    height: int = 340,
) -> alt.LayerChart:
    """The template; `names` translates the ids of `KINDS`. Bands hold most of many searches, lines are one of them.

    Datasets: bands (kind, round, low, high), lines (kind, round, score), tried (round, score).
    """
    x = theme.x_axis("round", round_title, (1, last), log=True)
    y = theme.y_axis("score", score_title, score_domain).axis(format="%")
    color = alt.Color("kind:N", legend=theme.strokes(names)).scale(domain=list(KINDS), range=list(COLORS))
    dash = alt.StrokeDash("kind:N", legend=theme.strokes(names)).scale(domain=list(KINDS), range=DASHES)
    band = theme.data("bands").mark_area(opacity=0.18, clip=True, tooltip=None)
    band = band.encode(x, alt.Y("low:Q"), alt.Y2("high:Q"), color)
    tried = theme.data("tried").mark_point(color=theme.INPUT, size=22, opacity=0.7, clip=True).encode(x, y)
    line = theme.data("lines").mark_line(clip=True, interpolate="step-after").encode(x, y, color, dash)
    return theme.layered(band, tried, line, height=height)


def search_rows(tried: ArrayLike, one: Mapping[str, ArrayLike], many: Mapping[str, NDArray[Any]]) -> dict[str, Columns]:
    """The datasets of `search`: scores (rounds,) of one search by kind, and (searches, rounds) of many.

    Bands reach from the lowest tenth of the searches to the highest.
    """
    rounds = np.arange(1, len(np.asarray(tried)) + 1)
    kinds = np.repeat(KINDS, len(rounds))
    low, high = (np.concatenate([np.quantile(many[kind], q, axis=0) for kind in KINDS]) for q in (0.1, 0.9))
    return {
        "bands": {"kind": kinds, "round": np.tile(rounds, 2), "low": low, "high": high},
        "lines": {
            "kind": kinds,
            "round": np.tile(rounds, 2),
            "score": np.concatenate([np.asarray(one[kind], float) for kind in KINDS]),
        },
        "tried": {"round": rounds, "score": np.asarray(tried, float)},
    }


def pairs(
    *,
    score_title: str,
    names: tuple[tuple[str, str], ...],
    score_domain: tuple[float, float] = (0.2, 1.03),
    height: int = 230,
) -> alt.LayerChart:
    """A row of marks for each of `names`, one mark a repeat; the mean is a diamond with its number.

    Datasets: scores (row, score, share), means (row, score, text, leaks).
    """
    ids = [name for name, _ in names]
    axis = alt.Axis(title=None, labelExpr=theme.labels(names), domain=False, ticks=False, labelLimit=170)
    y = alt.Y("row:N", axis=axis).scale(domain=ids)
    x = theme.x_axis("score", score_title, score_domain).axis(format="%")
    size = alt.Size("share:Q").scale(domain=[0, 0.5], range=[15, 500]).legend(None)
    scores = theme.data("scores").mark_point(color=theme.INPUT, opacity=0.55, clip=True).encode(x, y, size)
    color = alt.Color("leaks:N").scale(domain=[True, False], range=[theme.BAD, theme.GOOD]).legend(None)
    shape = alt.Shape("leaks:N").scale(domain=[True, False], range=["triangle-down", "diamond"]).legend(None)
    means = theme.data("means").encode(x, y)
    mark = means.mark_point(size=240, stroke=theme.PAPER, strokeWidth=1.5).encode(color, shape)
    return theme.layered(scores, mark, *theme.words(means, "text", dy=-17), height=height)


def pair_rows(rows: Mapping[str, tuple[ArrayLike, bool]]) -> dict[str, Columns]:
    """The datasets of `pairs` for scores (repeats,) by row, and whether the row leaks.

    Equal scores are one mark, the larger the more of them there are.
    """
    scores: list[tuple[str, float, float]] = []
    means: list[tuple[str, float, str, bool]] = []
    for row, (values, leaks) in rows.items():
        values = np.asarray(values, float)
        found, counts = np.unique(values.round(4), return_counts=True)
        scores += [(row, float(score), count / len(values)) for score, count in zip(found, counts, strict=True)]
        means.append((row, float(values.mean()), f"{100 * values.mean():.1f} %", leaks))
    return {
        "scores": _columns(("row", "score", "share"), scores),
        "means": _columns(("row", "score", "text", "leaks"), means),
    }


def _columns(names: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> Columns:
    return {name: list(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}
