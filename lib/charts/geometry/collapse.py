"""Layers that collapse: the plane's grid after each layer of a stack, and over its end what one layer makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np
from numpy.typing import NDArray

from lib.charts import theme

Array = NDArray[Any]
Columns = dict[str, Any]

REACHES = (3.5, 7.0, 14.0)
"""How far the picture reaches to each side: mostly the first, so that the eye compares."""


def reach_of(outputs: Sequence[Array | None]) -> float:
    """The least of REACHES in which all grids can be seen, else the largest.

    >>> reach_of([None, np.array([[[1.0, -2.0]]])]), reach_of([np.array([[[4.0, 0.0]]])])
    (3.5, 7.0)
    """
    farthest = max(float(np.abs(grid).max()) for grid in outputs if grid is not None)
    return next((half for half in REACHES if farthest <= half), REACHES[-1])


def chart(
    *,
    x_title: str,
    y_title: str,
    step_title: str,
    names: tuple[tuple[str, str], ...],
    last: int,
    reach: float = REACHES[0],
    height: int = 420,
) -> alt.LayerChart:
    """The template. Datasets: stack, single, said. `names` are of the lines' kinds; `last` is the number of layers.

    The param `step` (a layer) rewinds: 0 is the plane before all layers.
    """
    domain = (-reach, reach)
    x, y = theme.x_axis("x", x_title, domain).axis(grid=False), theme.y_axis("y", y_title, domain).axis(grid=False)
    kinds = [kind for kind, _ in names]
    legend = theme.strokes(names)
    color = alt.Color("kind:N", legend=legend).scale(domain=kinds, range=[theme.INPUT, theme.ACCENT])
    dash = alt.StrokeDash("kind:N", legend=legend).scale(domain=kinds, range=[[1, 0], [5, 5]])
    layers = [
        theme.data(name)
        .transform_filter(theme.NOW)
        .mark_line(strokeWidth=width, clip=True)
        .encode(x, y, color, dash, detail="line:N", order="order:Q")
        for name, width in (("stack", 3), ("single", 2))
    ]
    said = theme.data("said").transform_filter(theme.NOW).encode(x=alt.value(alt.expr("width / 2")), y=alt.value(14))
    whole = theme.layered(*layers, *theme.words(said, "text"), height=height)
    return whole.add_params(theme.step_param(step_title, last))


def datasets(plane: Array, outputs: Sequence[Array | None], single: Array, said: Sequence[str]) -> dict[str, Columns]:
    """What the template draws of grids (lines, points, 2): the plane, the outputs of each layer, that of one layer.

    None among the outputs leaves the picture empty at its step; `said` is written there, one text for each step.
    """
    shown = [(step, grid) for step, grid in enumerate([plane, *outputs]) if grid is not None]
    last = len(outputs)
    stack = [_rows(grid, step, _until(step, last), "stack") for step, grid in shown]
    steps = np.arange(last + 1)
    return {
        "stack": {name: np.concatenate([rows[name] for rows in stack]) for name in stack[0]},
        "single": _rows(single, last, theme.FOREVER, "single"),
        "said": {"step": steps, "until": theme.until(steps), "text": list(said)},
    }


def _until(step: int, last: int) -> int:
    return step + 1 if step < last else theme.FOREVER


def _rows(grid: Array, step: int, until: int, kind: str) -> Columns:
    """A grid (lines, points, 2) as columns: step, until, kind, line, order, x, y."""
    lines, points, _ = grid.shape
    count = lines * points
    return {
        "step": np.full(count, step),
        "until": np.full(count, until),
        "kind": np.full(count, kind),
        "line": np.repeat(np.arange(lines), points) + 1000 * step,
        "order": np.tile(np.arange(points), lines),
        "x": grid[..., 0].ravel().astype(np.float32),
        "y": grid[..., 1].ravel().astype(np.float32),
    }
