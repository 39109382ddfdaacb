"""One coefficient at a time: the loss at w - h, w and w + h, and an arrow to the better side."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from lib import descent
from lib.charts import theme


def chart(*, w_title: str, loss_title: str, height: int = 340) -> alt.LayerChart:
    """The template. Datasets: curve, trials, arrow."""
    x = theme.x_axis("w", w_title, descent.COEFFICIENT_DOMAIN)
    y = theme.y_axis("loss", loss_title, descent.COEFFICIENT_RANGE)
    curve = theme.data("curve").mark_line(color=theme.INPUT, strokeDash=[4, 4], clip=True).encode(x, y)
    verdict = alt.Color("verdict:N").legend(None)
    verdict = verdict.scale(domain=["here", "better", "worse"], range=[theme.ACCENT, theme.GOOD, theme.BAD])
    shape = alt.Shape("verdict:N").legend(None)
    shape = shape.scale(domain=["here", "better", "worse"], range=["circle", "triangle-down", "cross"])
    trials = theme.data("trials").mark_point(size=190, stroke=theme.PAPER, strokeWidth=1, clip=True)
    arrow = theme.data("arrow").mark_rule(color=theme.GOOD, strokeWidth=4, clip=True)
    arrow = arrow.encode(x, y, alt.X2("w2:Q"), alt.Y2("loss2:Q"))
    drop = theme.data("trials").mark_rule(color=theme.INPUT, strokeDash=[2, 3]).encode(x, y, y2=alt.datum(0.0))
    return theme.layered(
        curve,
        drop.transform_filter("datum.verdict == 'here'"),
        arrow,
        trials.encode(x, y, verdict, shape),
        *_letters("left", x, y, align="right", dx=-14),
        *_letters("right", x, y, align="left", dx=14),
        *_letters("foot", x, alt.YDatum(0.0), align="left", dx=8, dy=-10),
        height=height,
    )


def _letters(side: str, x: alt.X, y: alt.Y | alt.YDatum, **place: Any) -> tuple[alt.Chart, alt.Chart]:
    trials = theme.data("trials").transform_filter(f"datum.side == '{side}'")
    return theme.words(trials.encode(x=x, y=y), "label", **place)


def datasets(trial: descent.Trial) -> dict[str, pd.DataFrame]:
    """What the template draws for one trial."""
    w = np.linspace(*descent.COEFFICIENT_DOMAIN, 181)
    ws, losses = (trial.w - trial.h, trial.w, trial.w + trial.h), (trial.down, trial.here, trial.up)
    verdicts = ["better" if loss < trial.here else "worse" for loss in losses]
    verdicts[1] = "here"
    # Near an edge of the window the outer letters move to the inner side; those of the middle stand at the foot.
    side = ["left" if ws[0] > -0.1 else "right", "foot", "right" if ws[2] < 0.4 else "left"]
    label = [f"{a:.4g} → {b:.4g}" for a, b in zip(ws, losses, strict=True)]
    target = {"down": 0, "stay": 1, "up": 2}[trial.better]
    return {
        "curve": pd.DataFrame({"w": w, "loss": descent.coefficient_loss(w)}),
        "trials": pd.DataFrame({"w": ws, "loss": losses, "verdict": verdicts, "label": label, "side": side}),
        "arrow": pd.DataFrame({"w": [ws[1]], "loss": [losses[1]], "w2": [ws[target]], "loss2": [losses[target]]}),
    }
