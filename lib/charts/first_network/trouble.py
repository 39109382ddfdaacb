"""Two trainings in one picture: accuracy and loss by epoch, of the one as it should be and of the broken one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import numpy as np
from numpy.typing import NDArray

from lib.charts import theme
from lib.charts.cells import Columns

RUNS = ("right", "broken")
COLORS = (theme.INPUT, theme.ACCENT)
WIDTHS = (4.5, 2.5)
"""How thick the lines of both are: where they agree, both are seen."""
PARTS = ("training", "test")
SHAPES = ("circle", "triangle-up")
MARKS = 10
"""Epochs of a curve that have a mark, about."""

LOSSES = (0.01, 1e3)
FAR_LOSSES = (0.01, 1e9)
"""The bounds of the axis of losses: the mean of an epoch reaches hundreds of millions where steps are far too large."""


def chart(
    *,
    epoch_title: str,
    accuracy_title: str,
    loss_title: str,
    runs: tuple[tuple[str, str], ...],
    parts: tuple[tuple[str, str], ...],
    last: int,
    far: bool,
    height: int = 250,
) -> alt.VConcatChart:
    """The template; `runs` and `parts` translate the ids of `RUNS` and `PARTS`, `far` takes the axis of `FAR_LOSSES`.

    Datasets: curves (run, part, epoch, marked, accuracy, loss), chance (accuracy, text).
    """
    x = theme.x_axis("epoch", epoch_title, (0, 1.03 * last)).axis(tickMinStep=1, format="d")
    accuracy = theme.y_axis("accuracy", accuracy_title, (-0.02, 1.03)).axis(format="%", values=[0, 0.25, 0.5, 0.75, 1])
    loss = theme.y_axis("loss", loss_title, FAR_LOSSES if far else LOSSES, log=True)
    bare = x.axis(tickMinStep=1, format="d", title=None, labels=False)
    chance = theme.data("chance").mark_rule(color=theme.INK, strokeDash=[2, 4], strokeWidth=1.5)
    words = theme.words(theme.data("chance").encode(accuracy), "text", align="right", dy=-9, fontSize=12)
    top = theme.layered(
        chance.encode(accuracy),
        *_curves(bare, accuracy, runs, ()),
        *(word.encode(x=alt.value(alt.expr("width - 4"))) for word in words),
        height=height,
    )
    made = alt.vconcat(top, theme.layered(*_curves(x, loss, (), parts), height=round(0.75 * height)), spacing=8)
    # Each panel has a legend of its own: side by side they are too wide for a phone.
    apart = made.resolve_scale(color="independent", strokeDash="independent")
    assert isinstance(apart, alt.VConcatChart)
    return apart.properties(autosize=alt.AutoSizeParams(type="fit-x", contains="padding"))


def _curves(x: Any, y: Any, runs: tuple[tuple[str, str], ...], parts: tuple[tuple[str, str], ...]) -> list[alt.Chart]:
    color = alt.Color("run:N", legend=_legend(runs)).scale(domain=list(RUNS), range=list(COLORS))
    dash = alt.StrokeDash("part:N", legend=_legend(parts)).scale(
        domain=list(PARTS), range=[list(theme.TRAINING_DASH), list(theme.VALIDATION_DASH)]
    )
    curves = theme.data("curves")
    marks = (
        curves.transform_filter(f"datum.part == '{part}' && datum.marked")
        .mark_point(shape=shape, size=90, clip=True, stroke=theme.PAPER, strokeWidth=1)
        .encode(x, y, color)
        for part, shape in zip(PARTS, SHAPES, strict=True)
    )
    lines = (
        curves.transform_filter(f"datum.run == '{run}'")
        .mark_line(clip=True, strokeWidth=width, opacity=0.55 if run == "right" else 1)
        .encode(x, y, color, dash)
        for run, width in zip(RUNS, WIDTHS, strict=True)
    )
    return [*lines, *marks]


def _legend(names: tuple[tuple[str, str], ...]) -> alt.Legend | None:
    if not names:
        return None
    return alt.Legend(
        labelExpr=theme.labels(names), symbolType="stroke", symbolStrokeWidth=3, symbolSize=500, columns=2
    )


Curves = tuple[NDArray[Any], NDArray[Any]]
"""Losses and accuracies (epochs,)."""


def datasets(curves: Mapping[tuple[str, str], Curves], *, chance: str) -> dict[str, Columns]:
    """The datasets from curves by run and part, and what is written at the line of who guesses.

    >>> rows = datasets({("right", "test"): (np.array([2.0, 1.0]), np.array([0.3, 0.8]))}, chance="guessing")
    >>> rows["curves"]["epoch"].tolist(), rows["chance"]["accuracy"].tolist()
    ([1, 2], [0.1])
    """
    counts = [len(losses) for losses, _ in curves.values()]
    return {
        "curves": {
            "run": np.repeat([run for run, _ in curves], counts),
            "part": np.repeat([part for _, part in curves], counts),
            "epoch": np.concatenate([np.arange(1, count + 1) for count in counts]),
            "marked": np.concatenate([_marked(count) for count in counts]),
            "loss": np.clip(np.concatenate([losses for losses, _ in curves.values()]).astype(float), *FAR_LOSSES),
            "accuracy": np.concatenate([accuracies for _, accuracies in curves.values()]).astype(float),
        },
        "chance": {"accuracy": np.array([0.1]), "text": np.array([chance])},
    }


def _marked(epochs: int) -> NDArray[np.bool_]:
    """Which epochs (epochs,) have a mark: every one of a few, every so many of a lot, and the last.

    >>> np.flatnonzero(_marked(50)).tolist()
    [0, 4, 9, 14, 19, 24, 29, 34, 39, 44, 49]
    """
    each, numbers = -(-epochs // MARKS), np.arange(1, epochs + 1)
    return (numbers % max(1, each) == 0) | (numbers == 1) | (numbers == epochs)
