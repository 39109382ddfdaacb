"""Horizontal bars on a logarithmic axis: for what differs by orders of magnitude."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np

from lib.charts import theme
from lib.charts.cells import Columns


def chart(*, title: str, domain: tuple[float, float], names: tuple[str, ...], height: int = 150) -> alt.LayerChart:
    """The template; `names` are those of the bars, from the top. Dataset: bars (name, value, said)."""
    bars = theme.data("bars")
    y = alt.Y("name:N", title=None, sort=list(names), axis=alt.Axis(labelLimit=0, ticks=False, domain=False))
    y = y.scale(domain=list(names))
    decades = theme.powers(domain)
    x = theme.x_axis("value", title, domain, log=True).axis(values=decades, format="~s", tickCount=len(decades))
    drawn = bars.mark_bar(color=theme.ACCENT, opacity=0.85, height={"band": 0.55}, clip=True)
    length = drawn.encode(y=y, x=x, x2=alt.X2Datum(domain[0]))
    ends = bars.encode(y=y, x=x)
    return theme.layered(length, *theme.words(ends, "said", align="left", dx=6), height=height)


def bar_rows(names: Sequence[str], values: Sequence[float], said: Sequence[str]) -> Columns:
    """The dataset "bars": the name of each, its value, and what stands at its end."""
    return {"name": np.array(names, str), "value": np.array(values, float), "said": np.array(said, str)}
