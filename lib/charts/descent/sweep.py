"""The sweep: final loss by learning rate in three zones, one run picked."""

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

    It gives `turn` as well: a click is news also on the mark that was clicked last, once a slider has picked another.
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
    pick = alt.selection_point(name="pick", fields=["run", "turn"], nearest=True, toggle=False, empty=False)
    told = [alt.Tooltip("learning_rate:Q", title=rate_title, format="~g"), alt.Tooltip("final:N", title=loss_title)]
    marks = runs.mark_point(size=110, cursor="pointer").encode(x, y, zone, shape, tooltip=told).add_params(pick)
    ring = runs.mark_point(filled=False, color=theme.INK, size=420, strokeWidth=3, tooltip=None).encode(x, y)
    drop = runs.mark_rule(color=theme.INK, strokeDash=[3, 3], tooltip=None).encode(x)
    picked = "datum.picked"
    return theme.layered(drop.transform_filter(picked), thread, marks, ring.transform_filter(picked), height=height)


def sweep_rows(
    learning_rates: ArrayLike,
    final_losses: ArrayLike,
    zones: Sequence[descent.Zone],
    *,
    picked: int,
    ceiling: float,
) -> pd.DataFrame:
    """The dataset "runs": run, learning_rate, loss, zone, picked, turn, final.

    The loss is at most the ceiling, and there if it is not finite; `final` is the loss itself as text.
    """
    losses = np.asarray(final_losses, dtype=float)
    drawn = np.where(np.isfinite(losses), losses, ceiling).clip(max=ceiling)
    runs = np.arange(len(losses))
    rows = pd.DataFrame({"run": runs, "learning_rate": learning_rates, "loss": drawn, "zone": list(zones)})
    final = [f"{loss:.3g}" if np.isfinite(loss) else "∞" for loss in losses]
    return rows.assign(picked=runs == picked, turn=picked, final=final)
