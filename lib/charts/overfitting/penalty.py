"""The shape of a penalty: the loss over two weights, and the place where loss and penalty together are smallest."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from lib import fitting
from lib.charts import contours, theme

Columns = dict[str, NDArray[Any]]

CENTRE = (0.2, 0.15)
HALF = 0.62
"""Half of the height that is seen; the width follows the picture, so that a circle is round."""

WIDE = 2.4
KINDS: dict[str, tuple[str, list[int], str]] = {
    "l1": (theme.ACCENT, [3, 4], "diamond"),
    "l2": (theme.OPTIMIZERS["momentum"][0], [10, 3], "circle"),
}


def chart(*, x_title: str, y_title: str, names: tuple[tuple[str, str], ...], height: int = 420) -> alt.LayerChart:
    """The template; `names` translates the ids of `KINDS`.

    Datasets: surface (one picture), paths, levels (kind, order, x, y), now (kind, x, y), lowest and origin (x, y).
    """
    wide = f"{HALF} * width / height"
    x = alt.X("x:Q", title=x_title).scale(
        domainMin=alt.expr(f"{CENTRE[0]} - {wide}"), domainMax=alt.expr(f"{CENTRE[0]} + {wide}"), nice=False, zero=False
    )
    y = theme.y_axis("y", y_title, (CENTRE[1] - HALF, CENTRE[1] + HALF))
    x, y = x.axis(grid=False), y.axis(grid=False)
    ids = list(KINDS)
    legend = theme.strokes(names)
    color = alt.Color("kind:N", legend=legend).scale(domain=ids, range=[KINDS[kind][0] for kind in ids])
    dash = alt.StrokeDash("kind:N", legend=legend).scale(domain=ids, range=[KINDS[kind][1] for kind in ids])
    shape = alt.Shape("kind:N", legend=None).scale(domain=ids, range=[KINDS[kind][2] for kind in ids])
    levels = theme.data("levels").mark_line(clip=True, strokeWidth=2).encode(x, y, color, dash, order="order:Q")
    paths = theme.data("paths").mark_line(clip=True, strokeWidth=1.5, opacity=0.8)
    paths = paths.encode(x, y, color, detail="kind:N", order="order:Q")
    now = theme.data("now").mark_point(size=230, stroke=theme.INK, strokeWidth=1.5, clip=True)
    lowest = theme.data("lowest").mark_text(text="★", fontSize=22, color=theme.INK).encode(x, y)
    cross = theme.data("origin").mark_rule(color=theme.INK, strokeWidth=0.7)
    return theme.layered(
        contours.layer(),
        cross.encode(x),
        cross.encode(y),
        paths,
        levels,
        lowest,
        now.encode(x, y, color, shape),
        height=height,
    )


def datasets(bowl: fitting.Bowl, paths: Mapping[str, ArrayLike], found: Mapping[str, ArrayLike]) -> dict[str, Any]:
    """What the template draws: by kind of penalty its path (strengths, 2), and the weights (2,) found now."""
    lines = {kind: np.asarray(path, float) for kind, path in paths.items()}
    places = {kind: np.asarray(place, float) for kind, place in found.items()}
    levels = {kind: fitting.level_line(kind, float(fitting.penalty(kind, *place))) for kind, place in places.items()}
    lowest = fitting.penalised(bowl, "l2", 0.0)
    return {
        "surface": surface_rows(bowl),
        "paths": _lines(lines),
        "levels": _lines(levels),
        "now": {
            "kind": np.array(list(places)),
            "x": np.array([place[0] for place in places.values()]),
            "y": np.array([place[1] for place in places.values()]),
        },
        "origin": {"x": np.zeros(1), "y": np.zeros(1)},
        "lowest": {"x": lowest[:1], "y": lowest[1:]},
    }


def _lines(lines: Mapping[str, NDArray[Any]]) -> Columns:
    return {
        "kind": np.repeat(list(lines), [len(line) for line in lines.values()]),
        "order": np.concatenate([np.arange(len(line)) for line in lines.values()]),
        "x": np.concatenate([line[:, 0] for line in lines.values()]),
        "y": np.concatenate([line[:, 1] for line in lines.values()]),
    }


@lru_cache(maxsize=8)
def surface_rows(bowl: fitting.Bowl) -> pd.DataFrame:
    """The picture of the loss over the two weights, wider than any screen shows it."""
    x_domain = (CENTRE[0] - WIDE, CENTRE[0] + WIDE)
    y_domain = (CENTRE[1] - HALF, CENTRE[1] + HALF)
    w1, w2 = np.linspace(*x_domain, 1600), np.linspace(*y_domain, 420)
    return contours.surface_rows(bowl.loss(w1[np.newaxis, :], w2[:, np.newaxis]), x_domain, y_domain, levels=40)
