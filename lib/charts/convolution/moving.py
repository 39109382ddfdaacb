"""How many digits two networks recognise, by how far all of them are moved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import numpy as np
from numpy.typing import ArrayLike, NDArray

from lib.charts import theme
from lib.charts.convolution.convnet import COLORS, MARKS

Columns = dict[str, NDArray[Any]]

DASHES = ((1, 0), (6, 4))
"""Of the first and of the second network."""


def chart(
    *,
    move_title: str,
    accuracy_title: str,
    networks: tuple[tuple[str, str], ...],
    domain: tuple[float, float],
    height: int = 250,
) -> alt.LayerChart:
    """The template; `networks` translates the ids of two networks. Datasets: curves (network, move, accuracy), now."""
    ids = [name for name, _ in networks]
    room = 0.02 * (domain[1] - domain[0])
    x = theme.x_axis("move", move_title, (domain[0] - room, domain[1] + room)).axis(grid=False, tickCount=9)
    y = theme.y_axis("accuracy", accuracy_title, (0, 1.02)).axis(format="%", values=[0, 0.25, 0.5, 0.75, 1])
    legend = theme.strokes(networks)
    color = alt.Color("network:N", legend=legend).scale(domain=ids, range=list(COLORS))
    dash = alt.StrokeDash("network:N", legend=legend).scale(domain=ids, range=[list(dashes) for dashes in DASHES])
    curves = theme.data("curves")
    lines = curves.mark_line(clip=True).encode(x, y, color, dash, order="move:Q")
    dots = [
        curves.transform_filter(f"datum.network === '{name}'")
        .mark_point(color=colour, shape=shape, size=55, clip=True)
        .encode(x, y)
        for name, colour, shape in zip(ids, COLORS, MARKS, strict=True)
    ]
    now = theme.data("now").mark_rule(color=theme.INK, strokeDash=[3, 3], strokeWidth=1.5, clip=True).encode(x)
    return theme.layered(now, lines, *dots, height=height)


def datasets(moves: ArrayLike, accuracies: Mapping[str, ArrayLike], *, now: float | None = None) -> dict[str, Columns]:
    """What `chart` draws: accuracies (moves,) of each network, and the present move where there is one."""
    places = np.asarray(moves, float)
    return {
        "curves": {
            "network": np.repeat(list(accuracies), len(places)),
            "move": np.tile(places, len(accuracies)),
            "accuracy": np.concatenate([np.asarray(each, float) for each in accuracies.values()]),
        },
        "now": {"move": np.array([] if now is None else [now], float)},
    }
