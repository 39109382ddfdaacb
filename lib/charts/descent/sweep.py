"""The sweep: final loss by learning rate in three zones, one run picked; and the loss of that run by epoch."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from lib import descent
from lib.charts import theme

ZONES = ("too_slow", "good", "divergent")


def chart(
    *,
    rate_title: str,
    loss_title: str,
    names: tuple[tuple[str, str], ...],
    rate_domain: tuple[float, float],
    loss_domain: tuple[float, float],
    height: int = 320,
) -> alt.LayerChart:
    """The template; `names` translates the ids of `ZONES`. Dataset: runs. The point selection `pick` gives `run`.

    Losses above the window, or no numbers at all, stand at its upper edge: `sweep_rows` puts them there.
    """
    x = theme.x_axis("learning_rate", rate_title, rate_domain, log=True)
    y = theme.y_axis("loss", loss_title, loss_domain)
    colors = [theme.SLOW, theme.GOOD, theme.BAD]
    zone = alt.Color("zone:N").scale(domain=list(ZONES), range=colors).legend(labelExpr=theme.labels(names))
    shape = alt.Shape("zone:N").scale(domain=list(ZONES), range=["square", "circle", "triangle-up"])
    shape = shape.legend(labelExpr=theme.labels(names))
    runs = theme.data("runs")
    thread = runs.mark_line(color=theme.INPUT, strokeWidth=1, opacity=0.6, tooltip=None).encode(x, y)
    pick = alt.selection_point(name="pick", fields=["run"], nearest=True, toggle=False, empty=False)
    marks = runs.mark_point(size=110, cursor="pointer").encode(x, y, zone, shape).add_params(pick)
    ring = runs.mark_point(filled=False, color=theme.INK, size=420, strokeWidth=3, tooltip=None).encode(x, y)
    drop = runs.mark_rule(color=theme.INK, strokeDash=[3, 3], tooltip=None).encode(x)
    picked = "datum.picked"
    return theme.layered(drop.transform_filter(picked), thread, marks, ring.transform_filter(picked), height=height)


def run_chart(
    *,
    epoch_title: str,
    loss_title: str,
    names: tuple[tuple[str, str], ...],
    last: int,
    loss_domain: tuple[float, float],
    height: int = 200,
) -> alt.LayerChart:
    """The loss of the picked run; `names` translates training and validation. Dataset: run."""
    x = theme.x_axis("epoch", epoch_title, (0, last)).axis(tickMinStep=1, format="d")
    y = theme.y_axis("loss", loss_title, loss_domain)
    dash = alt.StrokeDash("part:N", legend=theme.strokes(names)).scale(
        domain=["training", "validation"], range=[list(theme.TRAINING_DASH), list(theme.VALIDATION_DASH)]
    )
    line = theme.data("run").mark_line(color=theme.ACCENT, clip=True).encode(x, y, dash)
    return theme.layered(line, height=height)


def sweep_rows(
    learning_rates: ArrayLike,
    final_losses: ArrayLike,
    zones: Sequence[descent.Zone],
    *,
    picked: int,
    ceiling: float,
) -> pd.DataFrame:
    """The dataset "runs": run, learning_rate, loss (at most the ceiling, and there if not finite), zone, picked."""
    losses = np.asarray(final_losses, dtype=float)
    drawn = np.where(np.isfinite(losses), losses, ceiling).clip(max=ceiling)
    runs = np.arange(len(losses))
    return pd.DataFrame(
        {"run": runs, "learning_rate": learning_rates, "loss": drawn, "zone": list(zones), "picked": runs == picked}
    )


def run_rows(training: ArrayLike, validation: ArrayLike | None = None) -> pd.DataFrame:
    """The dataset "run": part, epoch, loss for the losses by epoch, from epoch 0 or whatever comes first."""
    parts = {"training": training, "validation": validation}
    rows = [
        pd.DataFrame({"part": part, "epoch": range(len(np.ravel(loss))), "loss": np.ravel(loss)})
        for part, loss in parts.items()
        if loss is not None
    ]
    return pd.concat(rows, ignore_index=True)
