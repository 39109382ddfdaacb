"""Less to store: the losses of a small, a reference and a large network by epoch, each one's turning point marked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import numpy as np
from numpy.typing import ArrayLike, NDArray

from lib.charts import theme

Columns = dict[str, NDArray[Any]]

NETWORKS = {"small": (theme.SLOW, "square"), "reference": (theme.GOOD, "circle"), "large": (theme.BAD, "triangle-up")}
LOSSES = (0.0, 0.75)


def chart(
    *,
    epoch_title: str,
    loss_title: str,
    names: tuple[tuple[str, str], ...],
    parts: tuple[tuple[str, str], ...],
    last: int,
    height: int = 400,
) -> alt.LayerChart:
    """The template; `names` translates the ids of `NETWORKS`, `parts` training and validation.

    Datasets: losses (network, part, epoch, loss), turns (network, epoch, loss, text), baseline (loss, text).
    """
    x = theme.x_axis("epoch", epoch_title, (0, last)).axis(format="d", tickMinStep=1)
    y = theme.y_axis("loss", loss_title, LOSSES)
    ids = [name for name, _ in names]
    colors, shapes = zip(*(NETWORKS[name] for name in ids), strict=True)
    legend = theme.symbols(names, symbolStrokeWidth=0)
    color = alt.Color("network:N").scale(domain=ids, range=list(colors))
    shape = alt.Shape("network:N", legend=legend).scale(domain=ids, range=list(shapes))
    dash = alt.StrokeDash("part:N", legend=theme.strokes(parts)).scale(
        domain=["training", "validation"], range=[list(theme.TRAINING_DASH), list(theme.VALIDATION_DASH)]
    )
    lines = theme.data("losses").mark_line(clip=True).encode(x, y, color.legend(None), dash)
    lines = lines.encode(size=alt.when("datum.part == 'training'").then(alt.value(1.2)).otherwise(alt.value(2.5)))
    turns = theme.data("turns").encode(x, y)
    marks = turns.mark_point(size=190, stroke=theme.INK, strokeWidth=1.5, clip=True)
    marks = marks.encode(color.legend(legend), shape)
    drop = turns.mark_rule(strokeDash=[2, 4], clip=True).encode(color.legend(None), y2=alt.Y2Datum(0))
    base = theme.data("baseline").encode(y)
    level = base.mark_rule(color=theme.INK, strokeDash=[1, 4], strokeWidth=1.5)
    said = base.encode(x=alt.value(alt.expr("width - 4")))
    chart = theme.layered(
        level,
        *theme.words(said, "text", align="right", dy=-9),
        drop,
        lines,
        *theme.words(turns, "text", dy=20, clip=True),
        marks,
        height=height,
    )
    return chart.resolve_legend(color="independent", shape="independent")


def datasets(
    losses: Mapping[str, tuple[ArrayLike, ArrayLike]],
    turns: Mapping[str, tuple[int, float]],
    *,
    baseline: tuple[float, str],
) -> dict[str, Columns]:
    """What the template draws: by network training and validation losses (epochs,), and epoch and loss of its turn.

    Losses above the window stand at its edge. `baseline` is a loss and what is written at its line.
    """
    rows = [
        (name, part, np.ravel(values))
        for name, both in losses.items()
        for part, values in zip(_PARTS, both, strict=True)
    ]
    low, high = LOSSES
    return {
        "losses": {
            "network": np.repeat([name for name, _, _ in rows], [len(values) for _, _, values in rows]),
            "part": np.repeat([part for _, part, _ in rows], [len(values) for _, _, values in rows]),
            "epoch": np.concatenate([np.arange(1, len(values) + 1) for _, _, values in rows]),
            "loss": np.clip(np.concatenate([values for _, _, values in rows]), low, 2 * high),
        },
        "turns": {
            "network": np.array(list(turns)),
            "epoch": np.array([epoch for epoch, _ in turns.values()]),
            "loss": np.clip([loss for _, loss in turns.values()], low, high),
            "text": np.array([str(epoch) for epoch, _ in turns.values()]),
        },
        "baseline": {"loss": np.clip([baseline[0]], low, high), "text": np.array([baseline[1]])},
    }


_PARTS = ("training", "validation")
