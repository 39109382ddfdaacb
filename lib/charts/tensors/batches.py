"""The samples of an epoch on one line, cut into batches; one of them is chosen."""

from __future__ import annotations

import altair as alt
import pandas as pd

from lib.charts import theme


def chart(*, samples_title: str, samples: int, height: int = 110) -> alt.LayerChart:
    """The template for so many samples. Datasets: batches (start, stop, kind, text)."""
    x = theme.x_axis("start", samples_title, (0, samples)).axis(format="d", grid=False)
    y, y2 = alt.Y("low:Q", axis=None).scale(domain=[0, 1]), alt.Y2("high:Q")
    batches = theme.data("batches").transform_calculate(low="0.1", high="0.75")
    place = batches.encode(x, alt.X2("stop:Q"), y, y2)
    ground = place.mark_rect(fill=theme.INPUT, fillOpacity=0.25, stroke=theme.INPUT, strokeWidth=1, tooltip=None)
    now = place.transform_filter("datum.now").mark_rect(
        fill=theme.ACCENT, fillOpacity=0.8, stroke=theme.ACCENT, strokeWidth=3, tooltip=None
    )
    arrow = batches.transform_filter("datum.now").transform_calculate(x="(datum.start + datum.stop) / 2", y="0.88")
    mark = arrow.mark_text(text="▼", fontSize=16, color=theme.ACCENT, tooltip=None).encode(x="x:Q", y="y:Q")
    return theme.layered(ground, now, mark, height=height)


def datasets(samples: int, size: int, number: int, *, most: int = 100) -> dict[str, pd.DataFrame]:
    """The dataset "batches": start and stop of each, and which is now; more than `most` are drawn as one band."""
    starts = list(range(0, samples, size))
    starts = starts if len(starts) <= most else [0]
    stops = [*starts[1:], samples]
    rows = [(start, stop, False) for start, stop in zip(starts, stops, strict=True)]
    rows.append((size * number, min(size * (number + 1), samples), True))
    return {"batches": pd.DataFrame(rows, columns=["start", "stop", "now"])}
