"""Weight decay: validation losses of four penalties, and the weights that they leave, by epoch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import numpy as np
from numpy.typing import ArrayLike, NDArray

from lib.charts import theme

Columns = dict[str, NDArray[Any]]

PENALTIES: dict[str, tuple[str, list[int]]] = {
    "none": (theme.INPUT, [1, 0]),
    "l1": (theme.ACCENT, [3, 4]),
    "l2": (theme.OPTIMIZERS["momentum"][0], [10, 3]),
    "both": (theme.SLOW, [10, 3, 2, 3]),
}
LOSSES = (0.0, 0.5)
REACH = 1.2
"""Weights are counted from -REACH to REACH; those beyond stand in the last bar."""

BINS = 49
COUNTS = (0.0, 800.0)
SUMS = (0.0001, 10.0)
LINES = ("training", "total", "validation")


def chart(
    *,
    epoch_title: str,
    loss_title: str,
    weight_title: str,
    names: tuple[tuple[str, str], ...],
    last: int,
    height: int = 170,
) -> alt.VConcatChart:
    """The template; `names` translates the ids of `PENALTIES`. The param `step` (an epoch) rewinds the bars.

    Datasets: losses (penalty, step, until, loss), weights (penalty, step, until, low, high, count, zero), origin.
    """
    x, y = theme.step_axes(epoch_title, last, loss_title, LOSSES, log=False)
    ids = list(PENALTIES)
    legend = theme.strokes(names)
    color = alt.Color("penalty:N", legend=legend).scale(domain=ids, range=[PENALTIES[id][0] for id in ids])
    dash = alt.StrokeDash("penalty:N", legend=legend).scale(domain=ids, range=[PENALTIES[id][1] for id in ids])
    losses = theme.data("losses").encode(x, y)
    lines = losses.mark_line(clip=True).encode(color, dash)
    now = losses.transform_filter(theme.NOW).mark_point(size=90, clip=True).encode(color)
    top = theme.layered(lines, now, height=height)
    rows = [_bars(id, name, weight_title if id == ids[-1] else "") for id, name in names]
    return theme.stacked(top, *rows, step=theme.step_param(epoch_title, last))


def _bars(penalty: str, name: str, title: str) -> alt.LayerChart:
    """The weights under one penalty; heights grow with the square root, so that single weights stay visible."""
    bars = theme.data("weights").transform_filter(f"datum.penalty === '{penalty}'").transform_filter(theme.NOW)
    x = theme.x_axis("low", title, (-REACH, REACH)).axis(labels=bool(title), grid=False, title=title or None)
    y = alt.Y("count:Q", title=None).scale(domain=list(COUNTS), type="sqrt", nice=False).axis(values=[50, 200, 700])
    drawn = bars.mark_rect(color=PENALTIES[penalty][0], clip=True).encode(x, alt.X2("high:Q"), y, alt.Y2("zero:Q"))
    origin = theme.data("origin")
    zero = origin.mark_rule(color=theme.INK, strokeWidth=0.7).encode(x)
    label = origin.mark_text(text=name, align="left", color=theme.INK, fontSize=theme.LETTER, tooltip=None)
    label = label.encode(x=alt.value(6), y=alt.value(11))
    return theme.layered(zero, drawn, label, height=62 if not title else 100)


def loss_chart(
    *, epoch_title: str, loss_title: str, names: tuple[tuple[str, str], ...], last: int, height: int = 230
) -> alt.LayerChart:
    """The template of one run's losses; `names` translates `LINES`. Dataset: sums (line, step, loss)."""
    x = theme.x_axis("step", epoch_title, (0, last)).axis(format="d", tickMinStep=1)
    y = theme.y_axis("loss", loss_title, SUMS, log=True)
    legend = theme.strokes(names)
    color = alt.Color("line:N", legend=legend)
    color = color.scale(domain=list(LINES), range=[theme.ACCENT, theme.INK, theme.ACCENT])
    dashes = [list(theme.TRAINING_DASH), [2, 4], list(theme.VALIDATION_DASH)]
    dash = alt.StrokeDash("line:N", legend=legend).scale(domain=list(LINES), range=dashes)
    lines = theme.data("sums").mark_line(clip=True).encode(x, y, dash)
    return theme.layered(lines.encode(color), height=height)


def datasets(
    losses: Mapping[str, ArrayLike], epochs: ArrayLike, weights: Mapping[str, ArrayLike]
) -> dict[str, Columns]:
    """What `chart` draws: by penalty losses (epochs,), and all weights (snapshots, weights) after these epochs."""
    return {
        "losses": _loss_columns(losses),
        "weights": _weight_columns(np.asarray(epochs, dtype=int), weights),
        "origin": {"low": np.zeros(1)},
    }


def _loss_columns(losses: Mapping[str, ArrayLike]) -> Columns:
    values = {penalty: np.ravel(curve) for penalty, curve in losses.items()}
    steps = [np.arange(1, len(curve) + 1) for curve in values.values()]
    return {
        "penalty": np.repeat(list(values), [len(each) for each in steps]),
        "step": np.concatenate(steps),
        "until": np.concatenate([theme.until(each) for each in steps]),
        "loss": np.clip(np.concatenate(list(values.values())), 0, 2 * LOSSES[1]),
    }


def _weight_columns(epochs: NDArray[Any], weights: Mapping[str, ArrayLike]) -> Columns:
    edges = np.linspace(-REACH, REACH, BINS + 1)
    until = theme.until(epochs)
    parts = []
    for penalty, snapshots in weights.items():
        counts = bin_counts(snapshots)
        at, bin = np.nonzero(counts)
        parts.append((np.repeat(penalty, len(at)), epochs[at], until[at], edges[bin], edges[bin + 1], counts[at, bin]))
    names = ("penalty", "step", "until", "low", "high", "count")
    columns = {name: np.concatenate(column) for name, column in zip(names, zip(*parts, strict=True), strict=True)}
    return columns | {"zero": np.zeros(len(columns["count"]))}


def bin_counts(weights: ArrayLike) -> NDArray[np.int64]:
    """How many of the weights (snapshots, weights) lie in each of the bars: (snapshots, BINS).

    >>> counts = bin_counts([[0.0, 0.01, 5.0]])
    >>> int(counts[0, BINS // 2]), int(counts[0, -1])
    (2, 1)
    """
    values = np.clip(np.asarray(weights, float), -REACH, REACH)
    bins = np.clip(((values + REACH) / (2 * REACH) * BINS).astype(int), 0, BINS - 1)
    flat = bins + BINS * np.arange(len(bins))[:, np.newaxis]
    return np.bincount(flat.ravel(), minlength=BINS * len(bins)).reshape(len(bins), BINS)


def loss_datasets(training: ArrayLike, penalty: ArrayLike, validation: ArrayLike) -> dict[str, Columns]:
    """What `loss_chart` draws of one run, three curves (epochs,); the total is training loss and penalty."""
    curves = (np.ravel(training), np.ravel(training) + np.ravel(penalty), np.ravel(validation))
    steps = np.arange(1, len(curves[0]) + 1)
    return {
        "sums": {
            "line": np.repeat(LINES, len(steps)),
            "step": np.tile(steps, 3),
            "loss": np.clip(np.concatenate(curves), *SUMS),
        }
    }
