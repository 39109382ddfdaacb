"""The plane of two inputs: what a network predicts everywhere, the points it learns from, and its loss, by epoch."""

from __future__ import annotations

import functools

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from PIL import Image, ImageColor

from lib.charts import theme
from lib.charts.contours import data_url

LIGHTEST, DARKEST = 0.12, 0.5
"""How much of a class's colour is laid on where the network can hardly tell the classes apart, and where it is sure."""


def chart(
    *,
    x_title: str,
    y_title: str,
    step_title: str,
    loss_title: str,
    classes: tuple[str, str],
    parts: tuple[tuple[str, str], ...],
    domain: tuple[float, float],
    loss_domain: tuple[float, float],
    last: int,
    height: int = 360,
) -> alt.VConcatChart:
    """The template; `classes` names the two classes, `parts` translates training and validation.

    Datasets: maps, points, losses. The param `step` (an epoch) rewinds the map and the mark in the curves, whose axis
    is logarithmic, so that runs that diverge find room.
    """
    x, y = theme.x_axis("x", x_title, domain).axis(grid=False), theme.y_axis("y", y_title, domain).axis(grid=False)
    maps = theme.data("maps").transform_filter(theme.NOW).mark_image(aspect=False, tooltip=None)
    maps = maps.encode(x="x:Q", x2="x2:Q", y="y:Q", y2="y2:Q", url="url:N")
    names = theme.labels(tuple(zip(("0", "1"), classes, strict=True)))
    color = alt.Color("class:N", legend=alt.Legend(labelExpr=names)).scale(domain=["0", "1"], range=list(theme.CLASSES))
    shape = alt.Shape("class:N", legend=alt.Legend(labelExpr=names))
    shape = shape.scale(domain=["0", "1"], range=list(theme.CLASS_SHAPES))
    points = theme.data("points").mark_point(size=60, stroke=theme.PAPER, strokeWidth=1).encode(x, y, color, shape)
    top = theme.layered(maps, points, height=height)
    across, loss = theme.step_axes(step_title, last, loss_title, loss_domain, log=True)
    bottom = theme.layered(*_curves(across, loss, parts), height=130)
    return theme.stacked(top, bottom, step=theme.step_param(step_title, last))


def loss_chart(
    *,
    step_title: str,
    loss_title: str,
    parts: tuple[tuple[str, str], ...],
    loss_domain: tuple[float, float],
    last: int,
    height: int = 300,
) -> alt.LayerChart:
    """The losses alone, on a logarithmic axis, with what the network has learned by then written above.

    Datasets: losses; said (step, until, text). The param `step` (an epoch) rewinds both.
    """
    across, loss = theme.step_axes(step_title, last, loss_title, loss_domain, log=True)
    said = theme.data("said").transform_filter(theme.NOW).encode(x=alt.value(alt.expr("width / 2")), y=alt.value(16))
    chart = theme.layered(*_curves(across, loss, parts), *theme.words(said, "text"), height=height)
    return chart.add_params(theme.step_param(step_title, last))


def _curves(across: alt.X, loss: alt.Y, parts: tuple[tuple[str, str], ...]) -> tuple[alt.Chart, alt.Chart]:
    """Training loss solid, validation loss dashed, and a mark on both at the present step."""
    dash = alt.StrokeDash("part:N", legend=theme.strokes(parts)).scale(
        domain=["training", "validation"], range=[list(theme.TRAINING_DASH), list(theme.VALIDATION_DASH)]
    )
    curves = theme.data("losses").mark_line(color=theme.ACCENT, clip=True).encode(across, loss, dash)
    now = theme.data("losses").transform_filter(theme.NOW).mark_point(color=theme.ACCENT, size=110, clip=True)
    return curves, now.encode(across, loss)


def map_rows(maps: np.ndarray, epochs: ArrayLike, domain: tuple[float, float]) -> pd.DataFrame:
    """The dataset "maps": step, until, url, x, x2, y, y2 for predictions (snapshots, grid, grid), 0 to 1, row 0 low."""
    steps = np.asarray(epochs, dtype=int)
    low, high = domain
    urls = [data_url(picture(values), shrink=1) for values in maps]
    return pd.DataFrame(
        {"step": steps, "until": theme.until(steps), "url": urls, "x": low, "x2": high, "y": low, "y2": high}
    )


def picture(predictions: np.ndarray) -> Image.Image:
    """Colour predictions (rows upwards, columns): the class's colour, the fainter the less sure; white at 0.5.

    >>> picture(np.array([[0.0, 1.0]])).size
    (2, 1)
    """
    levels = np.clip(np.rint(254 * predictions[::-1]), 0, 254).astype(np.uint8)
    image = Image.fromarray(levels, "P")
    image.putpalette(_palette(), "RGBA")
    return image


@functools.cache
def _palette() -> bytes:
    """Red, green, blue and opacity for predictions from 0 to 1 in 255 levels; the one in the middle is clear."""
    sure = np.linspace(-1, 1, 255)
    colors = [ImageColor.getrgb(theme.CLASSES[int(level > 0)]) for level in sure]
    opacity = 255 * np.where(sure == 0, 0, LIGHTEST + (DARKEST - LIGHTEST) * np.abs(sure))
    return np.column_stack([colors, opacity]).astype(np.uint8).tobytes()


def point_rows(x: np.ndarray, labels: np.ndarray) -> pd.DataFrame:
    """The dataset "points": x, y, class ("0" or "1") for inputs (n, 2) and labels (n, 1)."""
    return pd.DataFrame({"x": x[:, 0], "y": x[:, 1], "class": labels[:, 0].astype(int).astype(str)})


def said_rows(epochs: ArrayLike, texts: list[str]) -> pd.DataFrame:
    """The dataset "said": a text for each of these epochs, the last one where an epoch stands twice.

    >>> said_rows([0, 0.5, 1], ["a", "b", "c"]).text.tolist()
    ['b', 'c']
    """
    rows = pd.DataFrame({"step": np.asarray(epochs).astype(int), "text": texts}).drop_duplicates("step", keep="last")
    return rows.assign(until=theme.until(rows["step"]))


def loss_rows(training: ArrayLike, validation: ArrayLike) -> pd.DataFrame:
    """The dataset "losses": part, step (the epoch, from 1), until, loss."""
    rows = []
    for part, losses in (("training", training), ("validation", validation)):
        steps = np.arange(1, len(np.ravel(losses)) + 1)
        rows.append(pd.DataFrame({"part": part, "step": steps, "until": theme.until(steps), "loss": np.ravel(losses)}))
    return pd.concat(rows, ignore_index=True)
