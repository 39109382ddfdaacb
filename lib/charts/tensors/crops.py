"""What a crop leaves of digits and what it costs: accuracies as bars, and which digits are taken for which."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lib.charts import theme
from lib.charts.tensors import sheets
from lib.datasets import Data, load
from lib.datasets.data import Range

SHOWN = 12
"""Digits that stand for all of them."""


@lru_cache(maxsize=64)
def kept(data: Data, rows: Range, columns: Range) -> bytes:
    r"""The first digits of validation as an image, what these rows and columns keep bright and framed: a PNG.

    >>> from lib.datasets import request
    >>> kept(request("digits"), (2, 6, 1), (7, -1, -1))[:4]
    b'\x89PNG'
    """
    images = (load(data).x_val[:SHOWN, ..., 0] * 255).astype(np.uint8)
    chosen = np.zeros(images.shape, dtype=bool)
    chosen[np.ix_(range(len(images)), range(*rows), range(*columns))] = True
    return sheets.png(sheets.sheet(images, chosen, columns=4, scale=8, gap=6))


def chart(*, accuracy_title: str, names: tuple[tuple[str, str], ...], height: int = 240) -> alt.LayerChart:
    """Bars of validation accuracy, the highlighted one in the accent; names by the ids of crops. Dataset: bars."""
    bars = theme.data("bars")
    x = theme.x_axis("accuracy", accuracy_title, (0, 1.12)).axis(format="%", values=[0, 0.25, 0.5, 0.75, 1])
    labels = alt.Axis(labelExpr=theme.labels(names), title=None, labelLimit=140)
    y = alt.Y("crop:N", sort=None, axis=labels).scale(domain=[name for name, _ in names])
    ink = alt.Color("now:N").scale(domain=[False, True], range=[theme.INPUT, theme.ACCENT]).legend(None)
    bar = bars.mark_bar(tooltip=None, height={"band": 0.65}).encode(x, y, ink)
    return theme.layered(bar, *theme.words(bars.encode(x, y), "text", align="left", dx=6), height=height)


def datasets(accuracies: Sequence[tuple[str, float]], *, now: str) -> dict[str, pd.DataFrame]:
    """The dataset "bars": crop, accuracy, text, now."""
    rows = [(crop, accuracy, f"{100 * accuracy:.1f} %", crop == now) for crop, accuracy in accuracies]
    return {"bars": pd.DataFrame(rows, columns=["crop", "accuracy", "text", "now"])}


def confusion(*, true_title: str, predicted_title: str, height: int = 340) -> alt.LayerChart:
    """Counts of true digits (down) and predicted ones (across); mistakes in orange. Dataset: counts."""
    counts = theme.data("counts")
    flat: dict[str, Any] = {"labelAngle": 0, "domain": False, "ticks": False}
    x = alt.X("predicted:O", axis=alt.Axis(title=predicted_title, **flat))
    y = alt.Y("true:O", axis=alt.Axis(title=true_title, **flat))
    right = alt.Color("right:N").scale(domain=[True, False], range=list(theme.CLASSES)).legend(None)
    strength = alt.Opacity("strength:Q").scale(domain=[0, 1], range=[0.04, 0.75]).legend(None)
    ground = counts.mark_rect(tooltip=None).encode(x, y, right, strength)
    numbers = counts.transform_filter("datum.count > 0").encode(x, y)
    return theme.layered(ground, *theme.words(numbers, "count", fontSize=theme.LETTER), height=height)


def confusion_rows(counts: NDArray[np.int64]) -> dict[str, pd.DataFrame]:
    """The dataset "counts": true, predicted, count, right, strength (the share of the true digit's images)."""
    true, predicted = np.indices(counts.shape).reshape(2, -1)
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return {
        "counts": pd.DataFrame(
            {
                "true": true,
                "predicted": predicted,
                "count": counts.ravel(),
                "right": true == predicted,
                "strength": np.sqrt(share.ravel()),
            }
        )
    }
