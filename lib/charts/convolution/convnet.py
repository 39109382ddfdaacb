"""Two networks while they learn: test accuracy by epoch, and what the batches say in between."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np
from numpy.typing import NDArray

from lib.charts import theme

Columns = dict[str, NDArray[Any]]

COLORS, MARKS = (theme.ACCENT, theme.INPUT), ("circle", "square")
"""Of the first and of the second network."""

PARTS = {"training": theme.TRAINING_DASH, "test": theme.VALIDATION_DASH}
ACCURACIES = (0.5, 1.0)
POINTS = 60
"""Points of the whole training curve, at most: each is the mean of some batches."""

FEW = 12
"""Epochs up to which each has a large mark."""


@dataclass(frozen=True, eq=False)
class Curves:
    """How a network does: `batches` (updates,) accuracies while it trains, `tested` (epochs,) those of the tests.

    In the end there will be `epochs` of `per_epoch` updates each.
    """

    batches: NDArray[Any]
    tested: NDArray[Any]
    per_epoch: int
    epochs: int


def chart(
    *,
    epoch_title: str,
    accuracy_title: str,
    networks: tuple[tuple[str, str], ...],
    parts: tuple[tuple[str, str], ...],
    epochs: int,
    accuracies: tuple[float, float] = ACCURACIES,
    height: int = 300,
) -> alt.LayerChart:
    """The template; `networks` translates the ids of two networks, `parts` those of `PARTS`.

    Datasets: curves, dots, ends. Accuracies below the picture are left out.
    """
    ids = [name for name, _ in networks]
    x = theme.x_axis("epoch", epoch_title, (0, 1.13 * epochs)).axis(
        tickMinStep=1, format="d", values=_whole(epochs), grid=False
    )
    y = theme.y_axis("accuracy", accuracy_title, accuracies).axis(format="%", tickCount=6)
    color = alt.Color("network:N", legend=theme.strokes(networks)).scale(domain=ids, range=list(COLORS))
    dash = alt.StrokeDash("part:N", legend=theme.strokes(parts)).scale(
        domain=list(PARTS), range=[list(dashes) for dashes in PARTS.values()]
    )
    curves = theme.data("curves").encode(x, y, color, dash, order="epoch:Q")
    lines = [
        curves.transform_filter(f"datum.part === '{part}'").mark_line(strokeWidth=width, clip=True)
        for part, width in (("training", 1.2), ("test", 2.5))
    ]
    dots = [  # a mark of its own for each network, without a legend of its own
        theme.data("dots")
        .transform_filter(f"datum.network === '{name}'")
        .mark_point(color=colour, shape=shape, size=70 if epochs <= FEW else 24, clip=True)
        .encode(x, y)
        for name, colour, shape in zip(ids, COLORS, MARKS, strict=True)
    ]
    ends = theme.words(theme.data("ends").encode(x, y), "text", align="left", dx=9)
    return theme.layered(*lines, *dots, *ends, height=height)


def datasets(runs: Mapping[str, Curves]) -> dict[str, Columns]:
    """What `chart` draws of some networks, by their names."""
    curves: list[tuple[str, str, float, float]] = []
    dots: list[tuple[str, float, float]] = []
    for name, run in runs.items():
        curves += [(name, "training", *point) for point in _means(run)]
        tested = [(float(epoch), float(share)) for epoch, share in enumerate(run.tested, start=1)]
        curves += [(name, "test", *point) for point in tested]
        dots += [(name, *point) for point in tested]
    last = [max(rows) for name in runs if (rows := [(epoch, share) for of, epoch, share in dots if of == name])]
    return {
        "curves": _columns(("network", "part", "epoch", "accuracy"), curves),
        "dots": _columns(("network", "epoch", "accuracy"), dots),
        "ends": _columns(("epoch", "accuracy", "text"), _apart(last)),
    }


def _whole(epochs: int) -> list[int]:
    step = max(1, round(epochs / 10))
    return list(range(0, epochs + 1, step))


def _means(run: Curves) -> list[tuple[float, float]]:
    """The mean of some batches each, at the epoch where these end.

    >>> _means(Curves(np.array([0.0, 1.0, 1.0]), np.zeros(1), per_epoch=2, epochs=60))
    [(1.0, 0.5), (1.5, 1.0)]
    """
    size = -(-run.per_epoch * run.epochs // POINTS)
    points = []
    for start in range(0, len(run.batches), size):
        piece = run.batches[start : start + size]
        points.append(((start + len(piece)) / run.per_epoch, float(piece.mean())))
    return points


def _apart(ends: list[tuple[float, float]]) -> list[tuple[float, float, str]]:
    """The last accuracies with their numbers, lifted so that no number stands on another."""
    shown: list[tuple[float, float, str]] = []
    room = (ACCURACIES[1] - ACCURACIES[0]) / 15
    for epoch, share in sorted(ends, key=lambda end: -end[1]):
        high = min([share, *(place - room for _, place, _ in shown)])
        shown.append((epoch, high, f"{100 * share:.1f} %"))
    return shown


def _columns(names: tuple[str, ...], rows: list[Any]) -> Columns:
    texts = ("network", "part", "text")
    values = zip(*rows, strict=True) if rows else ((),) * len(names)
    return {name: np.array(column, str if name in texts else float) for name, column in zip(names, values, strict=True)}
