"""Many folds: the pieces of the plane, each with the way in which the output climbs there; and the output itself."""

from __future__ import annotations

import colorsys
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lib.charts import plane, theme
from lib.charts.contours import data_url
from lib.folding import Folded, Piece

Array = NDArray[Any]
Columns = dict[str, Any]

RASTER = 120
FAINTEST, STRONGEST = 0.08, 0.6
"""How much of its colour a flat piece has, and the steepest one."""
FLAT = 1e-9


def chart(
    *, x_title: str, y_title: str, names: tuple[tuple[str, str], ...], half: float, height: int = 380
) -> alt.LayerChart:
    """The template of the pieces; `names` are of the two layers. Datasets: pieces, cuts, arrows, chosen.

    A click on a piece selects it as `pick`.
    """
    x, y = _axes(x_title, y_title, half)
    pick = alt.selection_point(name="pick", fields=["piece", "turn"], on="click", nearest=False, empty=False)
    pieces = (
        theme.data("pieces")
        .mark_line(filled=True, strokeWidth=0, clip=True)
        .encode(
            x,
            y,
            detail="piece:N",
            order="order:Q",
            fill=alt.Fill("color:N", scale=None),
            fillOpacity=alt.FillOpacity("strength:Q", scale=None),
            tooltip=alt.Tooltip("said:N", title=" "),
        )
    )
    arrows = theme.data("arrows").mark_point(shape="arrow", color=theme.INK, filled=True, clip=True)
    arrows = arrows.encode(
        x, y, angle=alt.Angle("angle:Q", scale=None), size=alt.Size("size:Q", scale=None), tooltip=alt.value(None)
    )
    chosen = theme.data("chosen").mark_line(color=theme.ACCENT, strokeWidth=5, clip=True)
    chosen = chosen.encode(x, y, order="order:Q")
    return theme.layered(
        pieces.add_params(pick), _cuts(x, y, names), arrows.transform_filter("datum.size > 0"), chosen, height=height
    )


def output_chart(
    *, x_title: str, y_title: str, names: tuple[tuple[str, str], ...], half: float, height: int = 380
) -> alt.LayerChart:
    """The template of the output as a map, the folds over it. Datasets: map, cuts."""
    x, y = _axes(x_title, y_title, half)
    image = theme.data("map").mark_image(aspect=False, tooltip=None)
    image = image.encode(x="x:Q", x2="x2:Q", y="y:Q", y2="y2:Q", url="url:N")
    return theme.layered(image, _cuts(x, y, names), height=height)


def _axes(x_title: str, y_title: str, half: float) -> tuple[alt.X, alt.Y]:
    domain = (-half, half)
    return theme.x_axis("x", x_title, domain).axis(grid=False), theme.y_axis("y", y_title, domain).axis(grid=False)


def _cuts(x: alt.X, y: alt.Y, names: tuple[tuple[str, str], ...]) -> alt.Chart:
    """The folds: those of the first layer solid, those of the second dashed."""
    dash = alt.StrokeDash("layer:N", legend=theme.strokes(names))
    dash = dash.scale(domain=[id for id, _ in names], range=[[1, 0], [5, 4]])
    marks = theme.data("cuts").mark_line(color=theme.INK, strokeWidth=2, clip=True)
    cuts: alt.Chart = marks.encode(x, y, dash, detail="cut:N", order="order:Q")
    return cuts


def datasets(folded: Folded, *, chosen: int, said: list[str], turn: int = 0) -> dict[str, Columns]:
    """What the template draws of the pieces, with what is `said` of each; the piece number `chosen` is framed."""
    pieces = folded.pieces
    corners = np.array([len(piece.polygon) for piece in pieces])
    steepest = max(float(np.hypot(*piece.slope)) for piece in pieces) or 1.0
    outline = pieces[chosen].polygon[[*range(corners[chosen]), 0, 1]]
    return {
        "pieces": _outlines(pieces, corners)
        | {
            "color": np.repeat([color(piece.slope) for piece in pieces], corners),
            "strength": np.repeat([_strength(piece.slope, steepest) for piece in pieces], corners),
            "said": np.repeat(said, corners),
            "turn": np.full(corners.sum(), turn),
        },
        "cuts": _cut_rows(folded),
        "arrows": _arrows(pieces),
        "chosen": {"order": np.arange(len(outline)), "x": outline[:, 0], "y": outline[:, 1]},
    }


def _outlines(pieces: tuple[Piece, ...], corners: Array) -> Columns:
    points = np.concatenate([piece.polygon for piece in pieces])
    return {
        "piece": np.repeat(np.arange(len(pieces)), corners),
        "order": np.concatenate([np.arange(count) for count in corners]),
        "x": points[:, 0],
        "y": points[:, 1],
    }


def _cut_rows(folded: Folded) -> Columns:
    ends = np.array([cut.segment for cut in folded.cuts]).reshape(-1, 2)
    count = len(folded.cuts)
    return {
        "cut": np.repeat(np.arange(count), 2),
        "layer": np.repeat([str(cut.layer) for cut in folded.cuts] or np.empty(0, str), 2),
        "order": np.tile([0, 1], count),
        "x": ends[:, 0],
        "y": ends[:, 1],
    }


def _arrows(pieces: tuple[Piece, ...]) -> Columns:
    """An arrow uphill in the middle of each piece; size 0 where it is flat, or where the piece has no room."""
    middles = np.array([piece.polygon.mean(axis=0) for piece in pieces])
    slopes = np.array([piece.slope for piece in pieces])
    room = np.array([np.ptp(piece.polygon, axis=0).min() for piece in pieces])
    return {
        "x": middles[:, 0],
        "y": middles[:, 1],
        "angle": np.rad2deg(np.arctan2(slopes[:, 0], slopes[:, 1])),
        "size": np.where((np.hypot(*slopes.T) > FLAT) & (room > 0.25), np.minimum(900 * room, 700), 0.0),
    }


def color(slope: Array) -> str:
    """The colour of the way uphill: opposite ways have opposite colours, what is flat is grey.

    >>> color(np.array([1.0, 0.0])) != color(np.array([-1.0, 0.0]))
    True
    """
    if np.hypot(*slope) < FLAT:
        return theme.INPUT
    turn = float(np.arctan2(slope[1], slope[0])) / (2 * np.pi)
    red, green, blue = colorsys.hls_to_rgb(turn % 1.0, 0.5, 0.7)
    return f"#{round(255 * red):02x}{round(255 * green):02x}{round(255 * blue):02x}"


def _strength(slope: Array, steepest: float) -> float:
    return FAINTEST + (STRONGEST - FAINTEST) * float(np.hypot(*slope)) / steepest


def output_datasets(folded: Folded, outputs: Array, half: float) -> dict[str, Any]:
    """What the template draws of outputs (rows upwards, columns) over the square: blue below 0, orange above."""
    most = float(np.abs(outputs).max()) or 1.0
    url = data_url(plane.picture(0.5 + outputs / most / 2), shrink=1)
    image = {"url": [url], "x": [-half], "x2": [half], "y": [-half], "y2": [half]}
    return {"map": pd.DataFrame(image), "cuts": _cut_rows(folded)}
