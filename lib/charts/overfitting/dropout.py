"""Dropout: which outputs are zero in which batch, what rate does best, and the losses of one rate by epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import numpy as np
from numpy.typing import ArrayLike

from lib.charts import theme

Columns = dict[str, np.ndarray | Sequence[Any]]

TRAINING, VALIDATION = "training", "validation"


def masks(
    *,
    unit_title: str,
    rows: tuple[tuple[str, str], ...],
    sum_title: str,
    units: int,
    height: int = 340,
) -> alt.LayerChart:
    """The template: a cell for each unit and batch, the sum at the end of its row; `rows` names the rows by their ids.

    Dropped cells are crossed out and framed with dashes. Dataset: cells.
    """
    columns = [*map(str, range(1, units + 1)), "sum"]
    letters = theme.labels((*((name, name) for name in columns[:-1]), ("sum", sum_title)))
    across = alt.Axis(title=unit_title, orient="top", labelAngle=0, domain=False, ticks=False, labelExpr=letters)
    x = alt.X("column:N", axis=across).scale(domain=columns, paddingInner=0.08)
    down = alt.Axis(title=None, labelExpr=theme.labels(rows), domain=False, ticks=False)
    y = alt.Y("row:N", axis=down).scale(domain=[name for name, _ in rows], paddingInner=0.12)
    cells = theme.data("cells")
    strength = alt.Opacity("strength:Q").scale(domain=[0, 1], range=[0.08, 0.6]).legend(None)
    kept = cells.transform_filter("datum.state == 'kept'").mark_rect(color=theme.CLASSES[0], tooltip=None)
    gone = cells.transform_filter("datum.state == 'dropped'")
    frame = gone.mark_rect(fillOpacity=0, stroke=theme.INPUT, strokeDash=[3, 3], tooltip=None).encode(x, y)
    cross = gone.mark_point(shape="cross", angle=45, size=170, color=theme.BAD, tooltip=None).encode(x, y)
    said = cells.transform_filter("datum.state != 'dropped'").encode(x, y)
    words = theme.words(said, "text", fontSize=alt.expr(f"{theme.PHONE} ? 12 : 14"))
    return theme.layered(kept.encode(x, y, strength), frame, cross, *words, height=height)


def mask_rows(rows: Mapping[str, ArrayLike]) -> Columns:
    """The dataset "cells" for the outputs (units,) of each row by its id: row, column, state, strength, text."""
    names, values = list(rows), np.array([np.asarray(row, float) for row in rows.values()])
    sums = values.sum(axis=1)
    units = values.shape[1]
    largest = max(float(values.max()), 1e-9)
    return {
        "row": [name for name in names for _ in range(units + 1)],
        "column": [*map(str, range(1, units + 1)), "sum"] * len(names),
        "state": [state for row in values for state in [*np.where(row == 0, "dropped", "kept").tolist(), "sum"]],
        "strength": np.column_stack([values / largest, np.zeros(len(names))]).ravel(),
        "text": [f"{value:.3g}" for row, total in zip(values, sums, strict=True) for value in (*row, total)],
    }


def rates(
    *,
    rate_title: str,
    loss_title: str,
    parts: tuple[tuple[str, str], ...],
    loss_domain: tuple[float, float],
    height: int = 280,
) -> alt.LayerChart:
    """The losses after the last epoch by rate: means as lines, each run of the validation as a mark.

    Datasets: means (part, rate, loss), runs (rate, loss), picked (rate).
    """
    x = theme.x_axis("rate", rate_title, (-0.03, 0.93)).axis(values=[0, 0.2, 0.4, 0.6, 0.8], format="g")
    y = theme.y_axis("loss", loss_title, loss_domain)
    line = theme.data("means").mark_line(color=theme.ACCENT, clip=True).encode(x, y, _dash(parts))
    marks = theme.data("runs").mark_point(color=theme.INPUT, size=45, clip=True).encode(x, y)
    rule = theme.data("picked").mark_rule(color=theme.INK, strokeDash=[3, 3]).encode(x)
    means = theme.data("means").transform_filter("datum.part == 'validation'")
    ring = means.transform_filter("datum.picked").mark_point(filled=False, size=380, strokeWidth=3, color=theme.INK)
    return theme.layered(rule, marks, line, ring.encode(x, y), height=height)


def _dash(parts: tuple[tuple[str, str], ...]) -> alt.StrokeDash:
    """Training solid, validation dashed, under their names."""
    dash: alt.StrokeDash = alt.StrokeDash("part:N", legend=theme.strokes(parts)).scale(
        domain=[TRAINING, VALIDATION], range=[list(theme.TRAINING_DASH), list(theme.VALIDATION_DASH)]
    )
    return dash


def rate_rows(
    all_rates: ArrayLike, training: ArrayLike, validation: ArrayLike, *, picked: int, ceiling: float
) -> dict[str, Columns]:
    """The datasets of `rates` for last losses (seeds, rates) of both parts; above the ceiling they stand at it."""
    x = np.asarray(all_rates, float)
    lost, judged = np.asarray(training, float), np.asarray(validation, float)
    means = np.concatenate([lost.mean(axis=0), judged.mean(axis=0)]).clip(max=ceiling)
    return {
        "means": {
            "part": [TRAINING] * len(x) + [VALIDATION] * len(x),
            "rate": np.tile(x, 2),
            "loss": means,
            "picked": np.tile(np.arange(len(x)) == picked, 2),
        },
        "runs": {"rate": np.tile(x, len(judged)), "loss": judged.clip(max=ceiling).ravel()},
        "picked": {"rate": x[[picked]]},
    }


def curves(
    *,
    step_title: str,
    loss_title: str,
    parts: tuple[tuple[str, str], ...],
    names: tuple[tuple[str, str], ...],
    last: int,
    loss_domain: tuple[float, float],
    height: int = 230,
) -> alt.LayerChart:
    """Losses by epoch of two runs: the first of `names` stands back in grey, the second is in the accent.

    Dataset: curves (name, part, step, loss).
    """
    x, y = theme.x_axis("step", step_title, (0, last)), theme.y_axis("loss", loss_title, loss_domain)
    ids = [name for name, _ in names]
    legend = alt.Legend(labelExpr=theme.labels(names), symbolType="stroke", symbolStrokeWidth=3)
    color = alt.Color("name:N", legend=legend).scale(domain=ids, range=[theme.INPUT, theme.ACCENT])
    line = theme.data("curves").mark_line(clip=True).encode(x, y, color, _dash(parts))
    return theme.layered(line, height=height)


def curve_rows(runs: Mapping[str, tuple[ArrayLike, ArrayLike]]) -> Columns:
    """The dataset "curves" for the training and the validation loss (epochs,) of each run by its name."""
    rows = [
        (name, part, epoch, float(loss))
        for name, losses in runs.items()
        for part, curve in zip((TRAINING, VALIDATION), losses, strict=True)
        for epoch, loss in enumerate(np.asarray(curve), start=1)
    ]
    return {
        key: list(column) for key, column in zip(("name", "part", "step", "loss"), zip(*rows, strict=True), strict=True)
    }
