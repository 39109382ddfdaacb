"""More data: accuracy by the number of training samples, and the losses of one number by update, as bands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np
from numpy.typing import NDArray

from lib.charts import theme

Columns = dict[str, np.ndarray | Sequence[Any]]

PARTS = ("training", "validation")


def by_size(
    *,
    size_title: str,
    score_title: str,
    parts: tuple[tuple[str, str], ...],
    sizes: tuple[int, ...],
    score_domain: tuple[float, float] = (0.3, 1.02),
    height: int = 300,
) -> alt.LayerChart:
    """The template: a band from the lowest to the highest draw and the mean, for both parts, on a logarithmic axis.

    Datasets: scores (part, x, low, mean, high), picked (x).
    """
    x = alt.X("x:Q", title=size_title).scale(type="log", domain=[0.85 * sizes[0], 1.15 * sizes[-1]], nice=False)
    x = x.axis(values=list(sizes), format="d", labelOverlap=True)
    y = theme.y_axis("mean", score_title, score_domain).axis(format="%")
    rule = theme.data("picked").mark_rule(color=theme.INK, strokeDash=[3, 3]).encode(x)
    return theme.layered(rule, *_bands(x, y, parts, points=True), height=height)


def by_update(
    *,
    update_title: str,
    loss_title: str,
    parts: tuple[tuple[str, str], ...],
    last: int,
    loss_domain: tuple[float, float],
    height: int = 230,
) -> alt.LayerChart:
    """The losses of one size by update. Dataset: scores (part, x, low, mean, high)."""
    x = theme.x_axis("x", update_title, (0, last))
    y = theme.y_axis("mean", loss_title, loss_domain, log=True)
    return theme.layered(*_bands(x, y, parts, points=False), height=height)


def _bands(x: Any, y: Any, parts: tuple[tuple[str, str], ...], *, points: bool) -> tuple[alt.Chart, ...]:
    scores = theme.data("scores")
    legend = theme.strokes(parts)
    color = alt.Color("part:N", legend=legend).scale(domain=list(PARTS), range=[theme.INPUT, theme.ACCENT])
    dash = alt.StrokeDash("part:N", legend=legend).scale(
        domain=list(PARTS), range=[list(theme.TRAINING_DASH), list(theme.VALIDATION_DASH)]
    )
    band = scores.mark_area(opacity=0.22, clip=True, tooltip=None).encode(x, alt.Y("low:Q"), alt.Y2("high:Q"), color)
    line = scores.mark_line(clip=True).encode(x, y, color, dash)
    marks = scores.mark_point(size=70, clip=True).encode(x, y, color)
    return (band, line, marks) if points else (band, line)


def band_rows(x: Sequence[float], training: NDArray[Any], validation: NDArray[Any]) -> Columns:
    """The dataset "scores" for values (draws, places) of both parts at places x: lowest, mean and highest draw."""
    both = np.stack([training, validation])
    return {
        "part": np.repeat(PARTS, len(x)),
        "x": np.tile(np.asarray(x, float), 2),
        "low": both.min(axis=1).ravel().astype(float),
        "mean": both.mean(axis=1).ravel().astype(float),
        "high": both.max(axis=1).ravel().astype(float),
    }
