"""Accuracy and loss of a run as they come: batch by batch, and by epoch training against test, with the gap."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np
from numpy.typing import ArrayLike, NDArray

from lib.charts import theme
from lib.charts.cells import Columns

PARTS = ("training", "test")
SHAPES = ("circle", "triangle-up")

POINTS = 100
"""Points of a line of batches, at most: more would be noise."""

WHOLE = 0.0, 2.5
"""The lowest accuracy and the highest loss of axes that show a whole training."""

FLOORS = (0.95, 0.9, 0.8, 0.7, 0.5, 0.3)
CEILINGS = (0.1, 0.25, 0.5, 1.0)
"""Those of axes that show its end as if under a magnifier: few, for each pair is a template of its own."""

FOOT = 0.1
"""The share of the magnified axis that stays free below, where the gap is named."""

ROOM = 0.5
"""The share of all updates before which the gap is named on the right of its bar: on the left there is no room."""


def chart(
    *,
    update_title: str,
    accuracy_title: str,
    loss_title: str,
    parts: tuple[tuple[str, str], ...],
    last: int,
    ends: tuple[float, float] = WHOLE,
    height: int = 230,
) -> alt.VConcatChart:
    """The template; `parts` translates the ids of `PARTS`, `last` counts all updates, `ends` is `WHOLE` or of `window`.

    Datasets: batches (update, accuracy, loss), epochs (part, update, accuracy, loss), gap (update, low, high, text,
    early).
    """
    floor, ceiling = ends
    x = theme.x_axis("update", update_title, (0, 1.02 * last)).axis(tickMinStep=1, format=",d")
    accuracy = theme.y_axis("accuracy", accuracy_title, (floor, 1 + 0.03 * (1 - floor))).axis(format="%")
    loss = theme.y_axis("loss", loss_title, (0.0, ceiling)).axis(tickCount=5)
    bare = x.axis(tickMinStep=1, format=",d", title=None, labels=False)
    top = theme.layered(*_curves(bare, accuracy, parts), *_gap(bare), height=height)
    bottom = theme.layered(*_curves(x, loss, parts), height=round(0.7 * height))
    made = alt.vconcat(top, bottom, spacing=8)
    return made.properties(autosize=alt.AutoSizeParams(type="fit-x", contains="padding"))


def _curves(x: Any, y: Any, parts: tuple[tuple[str, str], ...]) -> tuple[alt.Chart, ...]:
    legend = alt.Legend(
        labelExpr=theme.labels(parts), symbolType="stroke", symbolStrokeWidth=3, symbolSize=500, columns=len(parts)
    )
    color = alt.Color("part:N", legend=legend).scale(domain=list(PARTS), range=[theme.INPUT, theme.ACCENT])
    dash = alt.StrokeDash("part:N", legend=legend).scale(
        domain=list(PARTS), range=[list(theme.TRAINING_DASH), list(theme.VALIDATION_DASH)]
    )
    batches = theme.data("batches").mark_line(color=theme.INPUT, strokeWidth=1.5, opacity=0.6, clip=True).encode(x, y)
    epochs = theme.data("epochs")
    look: dict[str, Any] = {"size": 110, "clip": True, "stroke": theme.PAPER, "strokeWidth": 1}
    marks = (
        epochs.transform_filter(f"datum.part == '{part}'").mark_point(shape=shape, color=ink, **look).encode(x, y)
        for part, shape, ink in zip(PARTS, SHAPES, (theme.INPUT, theme.ACCENT), strict=True)
    )
    return batches, epochs.mark_line(clip=True).encode(x, y, color, dash), *marks


def _gap(x: Any) -> tuple[alt.Chart, ...]:
    """A bracket between the last two marks, with what it measures on its left, or on its right where it is early."""
    gap = theme.data("gap").encode(x, alt.Y("low:Q"))
    rule = gap.mark_rule(color=theme.INK, strokeWidth=2, clip=True).encode(alt.Y2("high:Q"))
    side = {"align": alt.expr("datum.early ? 'left' : 'right'"), "dx": alt.expr("datum.early ? 10 : -10")}
    return rule, *theme.words(gap, "text", dy=16, clip=True, **side)


def window(*curves: tuple[ArrayLike, ArrayLike]) -> tuple[float, float]:
    """The narrowest `ends` that hold the last half of all curves by epoch, (losses, accuracies) each.

    >>> window(([0.9, 0.3, 0.2], [0.6, 0.92, 0.97]))
    (0.9, 0.5)
    """
    late = [(loss[len(loss) // 2 :], accuracy[len(accuracy) // 2 :]) for loss, accuracy in map(_floats, curves)]
    if not all(len(loss) for loss, _ in late):
        return WHOLE
    lowest, highest = min(accuracy.min() for _, accuracy in late), max(loss.max() for loss, _ in late)
    floor = next((floor for floor in FLOORS if floor + FOOT * (1 - floor) <= lowest), WHOLE[0])
    return floor, next((ceiling for ceiling in CEILINGS if ceiling >= highest), WHOLE[1])


def _floats(curves: tuple[ArrayLike, ArrayLike]) -> tuple[NDArray[Any], NDArray[Any]]:
    return np.asarray(curves[0], float), np.asarray(curves[1], float)


def batch_rows(losses: NDArray[Any], accuracies: NDArray[Any], *, last: int) -> Columns:
    """The dataset "batches": means over as many updates as make `POINTS` points of all, `last` of them.

    >>> batch_rows(np.array([4.0, 2.0, 1.0]), np.zeros(3), last=200)["loss"].tolist()
    [3.0, 1.0]
    """
    each = averaged(last)
    starts = np.arange(0, len(losses), each)
    counts = np.diff(np.append(starts, len(losses)))

    def means(values: NDArray[Any]) -> NDArray[Any]:
        return np.add.reduceat(values.astype(float), starts) / counts if len(values) else np.zeros(0)

    return {"update": starts + counts / 2, "accuracy": means(accuracies), "loss": means(losses)}


def averaged(last: int) -> int:
    """How many of so many updates make one point of the line of batches.

    >>> averaged(450), averaged(2345)
    (5, 24)
    """
    return -(-last // POINTS)


def datasets(
    batches: tuple[NDArray[Any], NDArray[Any]],
    training: tuple[NDArray[Any], NDArray[Any]],
    test: tuple[NDArray[Any], NDArray[Any]],
    *,
    per_epoch: int,
    last: int,
    gap: str = "",
) -> dict[str, Columns]:
    """All datasets from (losses, accuracies): of batches, and by epoch of training and of test; `gap` names the gap."""
    updates = [per_epoch * np.arange(1, len(losses) + 1) for losses, _ in (training, test)]
    return {
        "batches": batch_rows(*batches, last=last),
        "epochs": {
            "part": np.repeat(PARTS, [len(part) for part in updates]),
            "update": np.concatenate(updates),
            "loss": _joined(training[0], test[0]),
            "accuracy": _joined(training[1], test[1]),
        },
        "gap": _gap_rows(training[1], test[1], per_epoch, last, gap),
    }


def nothing() -> dict[str, Columns]:
    """All datasets of a run that has not begun."""
    none = np.zeros(0), np.zeros(0)
    return datasets(none, none, none, per_epoch=1, last=1)


def _joined(*parts: ArrayLike) -> NDArray[Any]:
    return np.concatenate([np.asarray(part, float) for part in parts])


def _gap_rows(training: NDArray[Any], test: NDArray[Any], per_epoch: int, last: int, text: str) -> Columns:
    """One row where the latest epoch is tested, none before."""
    epochs = min(len(training), len(test))
    if not epochs or not text:
        none = np.zeros(0)
        return {"update": none, "low": none, "high": none, "text": np.zeros(0, str), "early": np.zeros(0, bool)}
    ends = sorted((float(training[epochs - 1]), float(test[epochs - 1])))
    return {
        "update": np.array([per_epoch * epochs]),
        "low": np.array(ends[:1]),
        "high": np.array(ends[1:]),
        "text": np.array([text]),
        "early": np.array([per_epoch * epochs < ROOM * last]),
    }
