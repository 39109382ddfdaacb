"""One unit alone: seen from above, with lines of equal output and the side where it is 0; and as a height."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
from numpy.typing import NDArray

from lib import folding
from lib.charts import theme

Array = NDArray[Any]
Columns = dict[str, Any]
Activation = Callable[[Array], Array]

HALF = 2.0
LEVELS = np.arange(-4, 5)
ROOM = 0.6
"""A line of equal output that is shorter, in a corner of the plane, carries no number."""
HATCH = 0.2
"""The distance between the strokes of the hatching, in units of the plane."""

SLANT = np.array([[0.9, -0.3], [-0.6, 0.55]])
"""Where the plane's two axes point when it is seen from the side."""
RISES = (0.35, 0.15)
"""The height of an output of 1, seen from the side: mostly the first, so that the eye compares."""
MOST = 3.5
"""The largest output that is drawn with the first of them."""
CORNER = (-2.0, 2.0)
"""Where a post stands that shows the height of an output of 1."""


def above(*, x_title: str, y_title: str, height: int = 300) -> alt.LayerChart:
    """The template of the view from above. Datasets: hatch, levels, zero."""
    domain = (-HALF, HALF)
    x = theme.x_axis("x", x_title, domain).axis(grid=False)
    y = theme.y_axis("y", y_title, domain).axis(grid=False)
    ends = {"x2": alt.X2("x2:Q"), "y2": alt.Y2("y2:Q")}
    hatch = theme.data("hatch").mark_rule(color=theme.INPUT, strokeWidth=1, clip=True).encode(x, y, **ends)
    levels = theme.data("levels").mark_rule(color=theme.SLOW, strokeWidth=1.5, clip=True).encode(x, y, **ends)
    zero = theme.data("zero").mark_rule(color=theme.ACCENT, strokeWidth=4, clip=True).encode(x, y, **ends)
    middle = theme.data("levels").transform_calculate(mx="(datum.x + datum.x2) / 2", my="(datum.y + datum.y2) / 2")
    words = theme.words(middle.encode(alt.X("mx:Q"), alt.Y("my:Q")), "text", clip=True)
    return theme.layered(hatch, levels, zero, *words, height=height)


def above_datasets(kernel: Array, bias: float, activation: str) -> dict[str, Columns]:
    """What is drawn of the unit activation(kernel · x + bias): the lines of equal output, and where it gives 0."""
    square = folding.square(HALF)
    lines = [(level, folding.chord(square, kernel, bias - level)) for level in LEVELS if level]
    lines = [(level, ends) for level, ends in lines if len(ends)]
    if activation == "relu":
        lines = [(level, ends) for level, ends in lines if level > 0]
    outputs = folding.activate(activation, np.array([float(level) for level, _ in lines]))
    long = [np.linalg.norm(end - start) > ROOM for _, (start, end) in lines]
    text = [_said(output) if room else "" for output, room in zip(outputs, long, strict=True)]
    zero = folding.chord(square, kernel, bias)
    dead = folding.clipped(square, -kernel, -bias) if activation == "relu" else np.empty((0, 2))
    return {
        "levels": _segments([ends for _, ends in lines]) | {"text": text},
        "zero": _segments([zero] if len(zero) else []),
        "hatch": _segments(_hatching(dead)),
    }


def _said(output: float) -> str:
    return f"{output:.2g}".replace("-", "\N{MINUS SIGN}")


def _hatching(polygon: Array) -> list[Array]:
    if not len(polygon):
        return []
    strokes = (folding.chord(polygon, (1.0, -1.0), c) for c in np.arange(-2 * HALF, 2 * HALF, HATCH) + HATCH / 2)
    return [ends for ends in strokes if len(ends)]


def _segments(segments: list[Array]) -> Columns:
    ends = np.array(segments, float).reshape(-1, 4)
    return dict(zip(("x", "y", "x2", "y2"), ends.T, strict=True))


def side(*, height: int = 300) -> alt.LayerChart:
    """The template of the view from the side, with the names of its axes and a post as high as an output of 1.

    Datasets: ground, post, surface (line, order, x, y, kind), names (x, y, text).
    """
    x = alt.X("x:Q", axis=None).scale(domain=[-3.3, 3.3], nice=False, zero=False)
    y = alt.Y("y:Q", axis=None).scale(domain=[-2.95, 3.0], nice=False, zero=False)
    ground = theme.data("ground").mark_line(color=theme.INPUT, strokeWidth=1, strokeDash=[3, 3], clip=True)
    lines = (
        theme.data("surface")
        .mark_line(clip=True, strokeWidth=1.5)
        .encode(
            x,
            y,
            detail="line:N",
            order="order:Q",
            color=alt.when("datum.kind === 'zero'").then(alt.value(theme.ACCENT)).otherwise(alt.value(theme.SLOW)),
            size=alt.when("datum.kind === 'zero'").then(alt.value(4)).otherwise(alt.value(1.5)),
        )
    )
    post = theme.data("post").mark_line(color=theme.INK, strokeWidth=3).encode(x, y, order="order:Q")
    names = theme.words(theme.data("names").encode(x, y), "text")
    return theme.layered(ground.encode(x, y, detail="line:N", order="order:Q"), lines, post, *names, height=height)


def side_datasets(
    kernel: Array, bias: float, activation: str, *, names: tuple[str, str, str] = ("", "", "")
) -> dict[str, Columns]:
    """What is drawn of the unit's output over the plane: its grid lifted by the output, and the line where it is 0.

    `names` are those of the plane's two axes and of an output of 1.
    """
    plane = folding.grid(HALF, lines=11, points=41)
    height = folding.activate(activation, plane @ kernel + bias)
    zero = folding.chord(folding.square(HALF), kernel, bias)
    rise = RISES[bool(np.abs(height).max() > MOST)]
    surface = _lines(plane, rise * height, "surface")
    if len(zero):
        lifted = folding.activate(activation, zero @ kernel + bias)
        edge = _lines(zero[None], rise * lifted[None], "zero", first=len(plane))
        surface = {name: np.concatenate([surface[name], edge[name]]) for name in surface}
    post = _lines(np.array([[CORNER, CORNER]]), np.array([[0.0, rise]]), "post")
    return {"ground": _ground(), "surface": surface, "post": post, "names": _names(names, rise)}


def _names(names: tuple[str, str, str], rise: float) -> Columns:
    """The names of the two axes beside the plane's edges, and of an output of 1 above the post."""
    x, y = (np.array([[0.0, -1.2 * HALF], [-1.2 * HALF, 0.0], CORNER]) @ SLANT).T
    return {"x": x, "y": y + np.array([0.0, 0.0, rise + 0.25]), "text": list(names)}


def _lines(plane: Array, height: Array, kind: str, first: int = 0) -> Columns:
    """Lines (lines, points, 2), raised on the screen by `height` (lines, points), as one sees them from the side."""
    seen = plane @ SLANT
    lines, points = height.shape
    return {
        "line": first + np.repeat(np.arange(lines), points),
        "order": np.tile(np.arange(points), lines),
        "x": seen[..., 0].ravel().astype(np.float32),
        "y": (seen[..., 1] + height).ravel().astype(np.float32),
        "kind": np.full(lines * points, kind),
    }


@lru_cache(maxsize=1)
def _ground() -> Columns:
    outline = np.concatenate([folding.square(HALF), folding.square(HALF)[:1]])[None]
    return _lines(outline, np.zeros(outline.shape[:2]), "ground")
