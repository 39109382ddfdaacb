"""What a network takes for what: the confusion matrix with one cell framed, and ten probabilities as bars."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from lib.charts import theme
from lib.charts.cells import Columns
from lib.charts.tensors import crops


def confusion(*, true_title: str, predicted_title: str, height: int = 400) -> alt.LayerChart:
    """Counts of true digits (down) and of what they were taken for (across): right ones blue, mistakes orange.

    Dataset: counts (true, predicted, count, right, strength, now, turn). The point selection `pick` gives true,
    predicted and turn.
    """
    pick = alt.selection_point(name="pick", fields=["true", "predicted", "turn"], toggle=False, empty=False)
    counts = theme.data("counts")
    flat: dict[str, Any] = {"labelAngle": 0, "domain": False, "ticks": False}
    x = alt.X("predicted:O", axis=alt.Axis(title=predicted_title, orient="top", **flat))
    y = alt.Y("true:O", axis=alt.Axis(title=true_title, **flat))
    ink = alt.Color("right:N").scale(domain=[True, False], range=list(theme.CLASSES)).legend(None)
    strength = alt.Opacity("strength:Q").scale(domain=[0, 1], range=[0.04, 0.75]).legend(None)
    ground = counts.mark_rect(tooltip=None, cursor="pointer").encode(x, y, ink, strength).add_params(pick)
    frame = counts.transform_filter("datum.now").mark_rect(fillOpacity=0, stroke=theme.ACCENT, strokeWidth=4)
    numbers = counts.transform_filter("datum.count > 0").encode(x, y)
    words = theme.words(numbers, "count", fontSize=theme.LETTER, cursor="pointer")
    return theme.layered(ground, frame.encode(x, y), *words, height=height)


def confusion_rows(counts: NDArray[np.int64], *, true: int, predicted: int, turn: int = 0) -> dict[str, pd.DataFrame]:
    """The dataset "counts" with this cell framed; another `turn` each time a click was heard lets it be clicked again.

    >>> rows = confusion_rows(np.eye(10, dtype=int), true=3, predicted=5)["counts"]
    >>> rows[rows["now"]][["true", "predicted"]].to_numpy().tolist()
    [[3, 5]]
    """
    rows = crops.confusion_rows(counts)["counts"]
    now = (rows["true"] == true) & (rows["predicted"] == predicted)
    return {"counts": rows.assign(now=now, turn=turn)}


def bars(*, digit_title: str, share_title: str, height: int = 300) -> alt.LayerChart:
    """Ten probabilities, what is read in the accent, the label framed. Datasets: bars, said (text)."""
    rows = theme.data("bars")
    x = alt.X("digit:O", axis=alt.Axis(title=digit_title, labelAngle=0, domain=False, ticks=False))
    y = theme.y_axis("share", share_title, (0, 1.12)).axis(format="%", values=[0, 0.25, 0.5, 0.75, 1])
    ink = alt.Color("read:N").scale(domain=[False, True], range=[theme.INPUT, theme.ACCENT]).legend(None)
    bar = rows.mark_bar(width={"band": 0.72}, tooltip=None).encode(x, y, ink)
    frame = rows.transform_filter("datum.label").mark_bar(
        width={"band": 0.9}, fillOpacity=0, stroke=theme.INK, strokeWidth=2, strokeDash=[4, 3], tooltip=None
    )
    whole = frame.encode(x, alt.Y(datum=1.0), alt.Y2(datum=0.0))
    words = theme.words(rows.encode(x, y), "text", dy=-10, fontSize=alt.expr(f"{theme.PHONE} ? 10 : 14"))
    said = theme.data("said").mark_text(fontSize=theme.LETTER, color=theme.INK, tooltip=None)
    middle = said.encode(x=alt.value(alt.expr("width / 2")), y=alt.value(alt.expr("height / 2")), text="text:N")
    return theme.layered(whole, bar, *words, middle, height=height)


def bar_rows(shares: ArrayLike | None, *, label: int | None = None, said: str = "") -> dict[str, Columns]:
    """The datasets of `bars` for probabilities (10,): bars at rest, and what is said instead, for None.

    >>> bar_rows([0.0] * 9 + [1.0])["bars"]["text"][-2:].tolist()
    ['', '100']
    """
    values = np.zeros(10) if shares is None else np.asarray(shares, float)
    digits = np.arange(10)
    return {
        "bars": {
            "digit": digits,
            "share": values,
            "read": (digits == values.argmax()) & (shares is not None),
            "label": digits == (-1 if label is None else label),
            "text": np.array([f"{100 * share:.0f}" if share >= 0.005 else "" for share in values]),
        },
        "said": {"text": np.array([said] if said else [], str)},
    }
