"""Kinks of a curve: points, the curve that relu units make of them, straight between its kinks, and the loss."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from lib.charts import theme

Array = NDArray[np.floating]

X_DOMAIN, Y_DOMAIN = (-1.0, 1.0), (-1.8, 1.8)


def chart(
    *,
    x_title: str,
    y_title: str,
    step_title: str,
    loss_title: str,
    names: tuple[tuple[str, str], ...],
    loss_domain: tuple[float, float],
    last: int,
    height: int = 320,
) -> alt.VConcatChart:
    """The template; `names` are of the curve and its kinks. Datasets: points, curve, kinks, path.

    The param `step` (an epoch) rewinds both panels.
    """
    x, y = theme.x_axis("x", x_title, X_DOMAIN), theme.y_axis("y", y_title, Y_DOMAIN)
    points = theme.data("points").mark_point(color=theme.INPUT, size=45, opacity=0.7, clip=True).encode(x, y)
    curve = theme.data("curve").transform_filter(theme.NOW).mark_line(color=theme.ACCENT, clip=True)
    ids = [kind for kind, _ in names]
    shape = alt.Shape("kind:N", legend=alt.Legend(labelExpr=theme.labels(names)))
    kinks = theme.data("kinks").transform_filter(theme.NOW)
    marks = kinks.mark_point(size=150, color=theme.SLOW, stroke=theme.PAPER, strokeWidth=1, clip=True)
    rules = kinks.mark_rule(color=theme.SLOW, strokeDash=[3, 4], strokeWidth=1, clip=True).encode(x)
    top = theme.layered(
        points,
        rules,
        curve.encode(x, y, order="order:Q"),
        marks.encode(x, y, shape.scale(domain=ids, range=["diamond"])),
        height=height,
    )
    loss = theme.loss_by_step(
        title=step_title, loss_title=loss_title, last=last, loss_domain=loss_domain, log=True, height=100
    )
    return theme.stacked(top, loss, step=theme.step_param(step_title, last))


def datasets(
    x: ArrayLike, y: ArrayLike, *, epochs: ArrayLike, curves: Sequence[tuple[Array, Array]], losses: ArrayLike
) -> dict[str, pd.DataFrame]:
    """What the template draws: points (n,), and for each snapshot its epoch, the corners of its curve and its loss.

    The corners are the left end, the kinks, and the right end.
    """
    steps = np.ravel(np.asarray(epochs)).astype(int)
    until = theme.until(steps)
    corners = pd.DataFrame(
        {
            "step": np.repeat(steps, [len(curve[0]) for curve in curves]),
            "until": np.repeat(until, [len(curve[0]) for curve in curves]),
            "order": np.concatenate([np.arange(len(curve[0])) for curve in curves]),
            "ends": np.concatenate([np.arange(len(curve[0])) % max(len(curve[0]) - 1, 1) == 0 for curve in curves]),
            "x": np.concatenate([curve[0] for curve in curves]),
            "y": np.concatenate([curve[1] for curve in curves]),
            "kind": "kink",
        }
    )
    return {
        "points": pd.DataFrame({"x": np.ravel(x), "y": np.ravel(y)}),
        "curve": corners.drop(columns=["ends", "kind"]),
        "kinks": corners[~corners["ends"]].drop(columns="ends"),
        "path": pd.DataFrame({"step": steps, "until": until, "loss": np.ravel(losses)}),
    }
