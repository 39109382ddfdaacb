"""How many images there are of each digit, as bars."""

from __future__ import annotations

import altair as alt
import numpy as np
from numpy.typing import NDArray

from lib.charts import theme
from lib.charts.cells import Columns


def chart(*, digit_title: str, count_title: str, most: int, height: int = 190) -> alt.LayerChart:
    """Bars by digit, the chosen one in the accent; `most` is the end of the axis. Dataset: bars."""
    bars = theme.data("bars")
    x = alt.X("digit:O", axis=alt.Axis(title=digit_title, labelAngle=0, domain=False, ticks=False))
    y = theme.y_axis("count", count_title, (0, most)).axis(tickCount=3, format=",d")
    ink = alt.Color("now:N").scale(domain=[False, True], range=[theme.INPUT, theme.ACCENT]).legend(None)
    return theme.layered(bars.mark_bar(width={"band": 0.7}, tooltip=None).encode(x, y, ink), height=height)


def datasets(counts: NDArray[np.integer], *, now: int | None) -> dict[str, Columns]:
    """The dataset "bars": digit, count, now (whether it is the chosen digit)."""
    digits = np.arange(len(counts))
    return {"bars": {"digit": digits, "count": np.asarray(counts), "now": digits == now}}


def ceiling(counts: NDArray[np.integer]) -> int:
    """The end of an axis that holds these counts: the next round number above the largest.

    >>> ceiling(np.array([5421, 6742])), ceiling(np.array([130, 155]))
    (7000, 200)
    """
    unit = 10 ** (len(str(int(counts.max()))) - 1)
    return int(unit * -(-int(counts.max()) // unit))
