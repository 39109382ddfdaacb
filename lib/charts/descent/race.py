"""The race: optimizers from one start on one surface, seen from above; beneath, the loss of each by step."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from lib import descent
from lib.charts import contours, theme


def chart(
    *,
    x_title: str,
    y_title: str,
    step_title: str,
    loss_title: str,
    names: tuple[tuple[str, str], ...],
    x_domain: tuple[float, float],
    y_domain: tuple[float, float],
    loss_domain: tuple[float, float],
    last: int,
    log: bool = False,
    height: int = 380,
) -> alt.VConcatChart:
    """The template; `names` translates the optimizers' ids, in the order of the legend: a click there dims the others.

    Datasets: surface, minima, paths. The param `step` rewinds every path and every loss.
    """
    x, y = theme.x_axis("x", x_title, x_domain).axis(grid=False), theme.y_axis("y", y_title, y_domain).axis(grid=False)
    chosen = alt.selection_point(name="chosen", fields=["optimizer"], bind="legend")
    across, loss = theme.step_axes(step_title, last, loss_title, loss_domain, log=log)
    minima = theme.data("minima").mark_text(text="★", color=theme.INK, tooltip=None)
    minima = minima.encode(x, y, size=alt.when("datum.deepest").then(alt.value(24)).otherwise(alt.value(13)))
    top = theme.layered(contours.layer(), minima, *_runners(x, y, names, chosen), height=height)
    bottom = theme.layered(*_runners(across, loss, names), height=130)
    # Lines and marks share their colours, but a legend of both would draw dashes around its symbols.
    top = top.resolve_legend(color="independent", shape="independent")
    return theme.stacked(top, bottom, step=theme.step_param(step_title, last))


def _runners(
    x: alt.X, y: alt.Y, names: tuple[tuple[str, str], ...], chosen: alt.Parameter | None = None
) -> tuple[alt.Chart, alt.Chart]:
    """Every optimizer's line up to the present step, and its mark there; the legend belongs to the marks."""
    ids = [name for name, _ in names]
    colors, dashes, shapes = zip(*(theme.OPTIMIZERS[name] for name in ids), strict=True)
    columns = alt.ExprRef(f"{theme.PHONE} ? 3 : {len(ids)}")
    legend = alt.Legend(labelExpr=theme.labels(names), columns=columns, symbolStrokeWidth=0) if chosen else None
    color = alt.Color("optimizer:N").scale(domain=ids, range=list(colors))
    dash = alt.StrokeDash("optimizer:N").scale(domain=ids, range=[list(d) for d in dashes])
    shape = alt.Shape("optimizer:N").scale(domain=ids, range=list(shapes))
    opacity = alt.when(alt.param(name="chosen")).then(alt.value(1.0)).otherwise(alt.value(0.1))
    base = theme.data("paths").encode(x, y, alt.Order("step:Q"), opacity=opacity)
    lines = base.mark_line(clip=True).encode(color.legend(None), dash.legend(None)).transform_filter(theme.REACHED)
    heads = base.mark_point(size=170, stroke=theme.PAPER, strokeWidth=1, clip=True).transform_filter(theme.NOW)
    heads = heads.encode(color.legend(legend), shape.legend(legend))
    return lines, heads.add_params(chosen) if chosen else heads


def datasets(
    surface_id: str, paths: Mapping[str, ArrayLike], losses: Mapping[str, ArrayLike]
) -> dict[str, pd.DataFrame]:
    """What the template draws: for each optimizer's id its positions (steps + 1, 2) and losses (steps + 1,), finite."""
    rows = [path_rows(name, position, losses[name]) for name, position in paths.items()]
    minima = pd.DataFrame(descent.SURFACES[surface_id].minima, columns=["x", "y"])
    minima["deepest"] = minima.index == 0
    return {"surface": surface_rows(surface_id), "minima": minima, "paths": pd.concat(rows, ignore_index=True)}


def path_rows(optimizer: str, positions: ArrayLike, losses: ArrayLike) -> pd.DataFrame:
    """One optimizer's path as rows: optimizer, step, x, y, loss, until (the step at which the next row takes over)."""
    xy, loss = np.asarray(positions, dtype=float), np.asarray(losses, dtype=float)
    rows = pd.DataFrame({"step": range(len(xy)), "x": xy[:, 0], "y": xy[:, 1], "loss": loss})
    return rows.assign(optimizer=optimizer, until=theme.until(rows["step"]))


@lru_cache(maxsize=16)
def surface_rows(surface_id: str) -> pd.DataFrame:
    """The picture of a surface from the registry: drawn once."""
    surface = descent.SURFACES[surface_id]
    _, _, values = descent.grid(surface, 1600)
    return contours.surface_rows(values[::2], surface.x_domain, surface.y_domain)
