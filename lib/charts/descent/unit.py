"""The linear unit: its line among the data, its (w, b) on the loss surface, its loss: all at one update."""

from __future__ import annotations

from functools import lru_cache

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from lib import descent
from lib.charts import contours, theme


def chart(
    *,
    x_title: str,
    y_title: str,
    w_title: str,
    b_title: str,
    step_title: str,
    loss_title: str,
    x_domain: tuple[float, float],
    y_domain: tuple[float, float],
    w_domain: tuple[float, float],
    b_domain: tuple[float, float],
    loss_domain: tuple[float, float],
    last: int,
    log: bool = True,
    height: int = 220,
) -> alt.VConcatChart:
    """The template; `last` is the number of the last update. Datasets: points, path, surface, best.

    The param `step` (an update, or an epoch: whatever the rows count) rewinds all three panels.
    """
    line = _line(theme.x_axis("x", x_title, x_domain), theme.y_axis("y", y_title, y_domain), x_domain, height)
    valley = _valley(
        theme.x_axis("w", w_title, w_domain).axis(grid=False),
        theme.y_axis("b", b_title, b_domain).axis(grid=False),
        height,
    )
    loss = theme.loss_by_step(
        title=step_title, loss_title=loss_title, last=last, loss_domain=loss_domain, log=log, height=90
    )
    return theme.stacked(line, valley, loss, step=theme.step_param(step_title, last))


def _line(x: alt.X, y: alt.Y, x_domain: tuple[float, float], height: int) -> alt.LayerChart:
    left, right = x_domain
    ends = {"x": f"{left}", "x2": f"{right}", "y": f"datum.w * {left} + datum.b", "y2": f"datum.w * {right} + datum.b"}
    points = theme.data("points").mark_point(color=theme.INPUT, size=60, clip=True).encode(x, y)
    now = theme.data("path").transform_filter(theme.NOW).transform_calculate(**ends)
    line = now.mark_rule(color=theme.ACCENT, strokeWidth=3, clip=True)
    return theme.layered(points, line.encode(x, y, alt.X2("x2:Q"), alt.Y2("y2:Q")), height=height)


def _valley(w: alt.X, b: alt.Y, height: int) -> alt.LayerChart:
    path = theme.data("path").encode(w, b, order="step:Q")
    walk = path.mark_line(color=theme.ACCENT, strokeWidth=1.5, clip=True).transform_filter(theme.REACHED)
    ball = path.mark_point(color=theme.ACCENT, size=160, stroke=theme.PAPER, strokeWidth=1, clip=True)
    best = theme.data("best").mark_text(text="★", fontSize=18, color=theme.INK).encode(w, b)
    return theme.layered(contours.layer(), best, walk, ball.transform_filter(theme.NOW), height=height)


def datasets(
    x: ArrayLike,
    y: ArrayLike,
    *,
    w: ArrayLike,
    b: ArrayLike,
    loss: ArrayLike,
    w_domain: tuple[float, float],
    b_domain: tuple[float, float],
    updates: ArrayLike | None = None,
    most: int = 600,
) -> dict[str, pd.DataFrame]:
    """What the template draws: the data, and w, b and loss (snapshots,), thinned to `most` rows.

    `updates` (snapshots,) are the numbers of the updates after which they were taken; without it, every one was.
    """
    best = descent.least_squares(x, y)
    return {
        "points": pd.DataFrame({"x": np.ravel(x), "y": np.ravel(y)}),
        "path": path_rows(w, b, loss, updates=updates, most=most),
        "surface": surface_rows(x, y, w_domain, b_domain),
        "best": pd.DataFrame({"w": [best[0]], "b": [best[1]]}),
    }


def path_rows(
    w: ArrayLike, b: ArrayLike, loss: ArrayLike, *, updates: ArrayLike | None = None, most: int = 600
) -> pd.DataFrame:
    """The path as rows: step (the update's number), w, b, loss, until (the step at which the next row takes over)."""
    steps = np.arange(np.size(w)) if updates is None else np.ravel(updates)
    rows = pd.DataFrame({"step": steps, "w": np.ravel(w), "b": np.ravel(b), "loss": np.ravel(loss)})
    rows = rows.iloc[descent.kept(len(rows), most)].reset_index(drop=True)
    return rows.assign(until=theme.until(rows["step"]))


def surface_rows(
    x: ArrayLike, y: ArrayLike, w_domain: tuple[float, float], b_domain: tuple[float, float], *, width: int = 1000
) -> pd.DataFrame:
    """The picture of the mean squared error of the data over w (across) and b (upwards); the latest ones are kept."""
    points = tuple(np.ravel(x).tolist()), tuple(np.ravel(y).tolist())
    return _surface_rows(*points, w_domain, b_domain, width)


@lru_cache(maxsize=8)
def _surface_rows(
    x: tuple[float, ...],
    y: tuple[float, ...],
    w_domain: tuple[float, float],
    b_domain: tuple[float, float],
    width: int,
) -> pd.DataFrame:
    w, b = np.linspace(*w_domain, width), np.linspace(*b_domain, width // 2)
    return contours.surface_rows(descent.unit_loss(x, y, w[None, :], b[:, None]), w_domain, b_domain, levels=18)
