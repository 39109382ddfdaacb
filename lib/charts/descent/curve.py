"""The loss curve: a ball goes down it step by step; beneath, its loss by step."""

from __future__ import annotations

import altair as alt
import pandas as pd

from lib import descent
from lib.charts import theme
from lib.charts.descent.slope import curve_rows


def chart(
    *,
    x_title: str,
    y_title: str,
    step_title: str,
    x_domain: tuple[float, float],
    y_domain: tuple[float, float],
    last: int,
    height: int = 300,
) -> alt.VConcatChart:
    """The template; `last` is the number of steps. Datasets: curve, path. The param `step` rewinds both panels."""
    x, y = theme.x_axis("x", x_title, x_domain), theme.y_axis("y", y_title, y_domain)
    curve = theme.data("curve").mark_line(color=theme.INK, clip=True).encode(x, y)
    path = theme.data("path").encode(x, theme.y_axis("loss", y_title, y_domain), order="step:Q")
    so_far = path.mark_line(color=theme.ACCENT, strokeWidth=1.5, opacity=0.7, clip=True).transform_filter(theme.REACHED)
    dots = path.mark_point(color=theme.ACCENT, size=45, clip=True).transform_filter(theme.REACHED)
    ball = path.mark_point(color=theme.ACCENT, size=320, stroke=theme.INK, strokeWidth=2, clip=True)
    ball = ball.transform_filter(theme.NOW)
    top = theme.layered(curve, so_far, dots, ball, height=height)
    bottom = theme.loss_by_step(title=step_title, loss_title=y_title, last=last, loss_domain=y_domain)
    return theme.stacked(top, bottom, step=theme.step_param(step_title, last))


def datasets(curve: descent.Curve, path: descent.Path) -> dict[str, pd.DataFrame]:
    """What the template draws for a curve and the path down it."""
    return {"curve": curve_rows(curve), "path": path_rows(path)}


def path_rows(path: descent.Path) -> pd.DataFrame:
    """The path as rows: step, x, loss, until (the step at which the next row takes over)."""
    steps = range(len(path.x))
    return pd.DataFrame({"step": steps, "x": path.x, "loss": path.loss, "until": theme.until(steps)})
