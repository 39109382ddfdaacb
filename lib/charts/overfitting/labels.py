"""Wrong labels: what a network predicts on the plane, the mislabelled points ringed, and who agrees, by epoch."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from lib.charts import plane, theme

KINDS = ("right", "wrong", "validation")
COLORS = (theme.GOOD, theme.BAD, theme.INPUT)
DASHES = ((1, 0), (3, 3), theme.VALIDATION_DASH)


def chart(
    *,
    x_title: str,
    y_title: str,
    step_title: str,
    score_title: str,
    classes: tuple[str, str],
    names: tuple[tuple[str, str], ...],
    domain: tuple[float, float],
    last: int,
    height: int = 340,
) -> alt.VConcatChart:
    """The template; `names` translates the ids of `KINDS`.

    Datasets: maps, points (x, y, class, wrong), scores (kind, step, until, score). The param `step` (an epoch) rewinds.
    """
    x, y = theme.x_axis("x", x_title, domain).axis(grid=False), theme.y_axis("y", y_title, domain).axis(grid=False)
    maps = theme.data("maps").transform_filter(theme.NOW).mark_image(aspect=False, tooltip=None)
    maps = maps.encode(x="x:Q", x2="x2:Q", y="y:Q", y2="y2:Q", url="url:N")
    legend = alt.Legend(labelExpr=theme.labels(tuple(zip(("0", "1"), classes, strict=True))))
    color = alt.Color("class:N", legend=legend).scale(domain=["0", "1"], range=list(theme.CLASSES))
    shape = alt.Shape("class:N", legend=legend).scale(domain=["0", "1"], range=list(theme.CLASS_SHAPES))
    points = theme.data("points").mark_point(size=85, stroke=theme.PAPER, strokeWidth=1).encode(x, y, color, shape)
    wrong = theme.data("points").transform_filter("datum.wrong")
    ring = wrong.mark_point(filled=False, shape="circle", size=330, strokeWidth=2.5, color=theme.INK).encode(x, y)
    top = theme.layered(maps, points, ring, height=height)
    bottom = _scores(names, step_title, score_title, last)
    stacked = theme.stacked(top, bottom, step=theme.step_param(step_title, last))
    # Classes above, kinds of scores below; a shape that both shared would have a legend of its own.
    resolved = stacked.resolve_scale(color="independent", shape="independent", strokeDash="independent")
    assert isinstance(resolved, alt.VConcatChart)
    return resolved


def _scores(names: tuple[tuple[str, str], ...], step_title: str, score_title: str, last: int) -> alt.LayerChart:
    across = theme.x_axis("step", step_title, (0, 1.015 * last)).axis(tickMinStep=1, format="d")
    up = theme.y_axis("score", score_title, (-0.02, 1.04)).axis(format="%", values=[0, 0.25, 0.5, 0.75, 1])
    color = alt.Color("kind:N", legend=theme.strokes(names)).scale(domain=list(KINDS), range=list(COLORS))
    dash = alt.StrokeDash("kind:N", legend=theme.strokes(names)).scale(
        domain=list(KINDS), range=[list(dash) for dash in DASHES]
    )
    scores = theme.data("scores")
    line = scores.mark_line(clip=True).encode(across, up, color, dash)
    now = scores.transform_filter(theme.NOW).mark_point(size=110, clip=True)
    return theme.layered(line, now.encode(across, up, color), height=170)


def point_rows(x: np.ndarray, labels: np.ndarray, wrong: np.ndarray) -> pd.DataFrame:
    """The dataset "points" for inputs (n, 2), given labels (n, 1) and which of them are wrong (n,)."""
    return plane.point_rows(x, labels).assign(wrong=wrong)


def score_rows(epochs: ArrayLike, scores: Mapping[str, ArrayLike]) -> pd.DataFrame:
    """The dataset "scores" for scores (snapshots,) by kind, at these epochs.

    >>> score_rows([0, 5], {"right": [0.5, 1.0]})["until"].tolist()
    [5, 1000000000]
    """
    steps = np.asarray(epochs, int)
    rows = [
        pd.DataFrame({"kind": kind, "step": steps, "until": theme.until(steps), "score": np.asarray(values, float)})
        for kind, values in scores.items()
    ]
    return pd.concat(rows, ignore_index=True)
