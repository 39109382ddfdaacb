"""Many folds: each unit of relu cuts the plane along a line, and in every piece the network is another affine map."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from lib import folding
from lib.charts.geometry import pieces as charts
from lib.snippets import folding as snippets
from lib.ui import address, controls, picture
from lib.ui.layout import answer, beside, numbers
from lib.ui.predict import predict
from lib.ui.text import t

MOST_SECOND = 6
ASKED = 3
"""The number of units that the prediction asks about."""


@dataclass(frozen=True)
class Settings:
    """The units of both layers, the seed of their weights, and the point whose piece is looked at."""

    first: int
    second: int
    seed: int
    point: tuple[float, float]


def settings() -> Settings:
    """What the controls say."""
    return Settings(
        first=controls.slider(
            t("Units in the first layer"),
            key="pieces_first",
            default=2,
            minimum=1,
            maximum=folding.MOST_UNITS,
            step=1,
        ),
        second=controls.slider(
            t("Units in the second layer"), key="pieces_second", default=0, minimum=0, maximum=MOST_SECOND, step=1
        ),
        seed=controls.slider(t("Seed of the weights"), key="pieces_seed", default=3, minimum=0, maximum=30, step=1),
        point=(_place("x₁", "pieces_x1", 1.0), _place("x₂", "pieces_x2", -1.0)),
    )


def _place(name: str, key: str, default: float) -> float:
    return controls.slider(
        t("Look at {name}", name=name), key=key, default=default, minimum=-1.98, maximum=1.98, step=0.02, format="+.2f"
    )


def show() -> None:
    """Show the pieces that folds make of the square, the affine map in one of them, and the output over all."""
    st.markdown(
        t(
            "One unit of relu folds the plane along one line. Several units cut it into **pieces**. Within a piece "
            "each unit is either on or off, so the whole network is an affine map there: $y = a_1 x_1 + a_2 x_2 + c$. "
            "In the next piece it is another one. A second layer folds along lines as well, but of a plane that is "
            "folded already: seen from here its lines are bent (dashed). The weights are random."
        )
    )
    guess = predict(
        t("Into how many pieces can a layer of {units} units cut the plane at most?", units=ASKED),
        {"6": "6", "7": "7", "8": "8"},
        key="pieces_prediction",
    )
    if guess:
        most = folding.most_pieces(ASKED)
        said = t(
            "At most **{most}**: each new line is cut by the ones before it, and every part of it splits a piece. "
            "Eight combinations of on and off could be written down, but one of them happens nowhere.",
            most=most,
        )
        answer(guess, str(most), said)
    left, right = beside("pieces", picture_width=2.4)
    with left:
        chosen = settings()
        folded = folding.random_folds(chosen.first, chosen.second, chosen.seed)
        looked_at = folding.piece_at(folded, chosen.point)
        _figures(chosen, folded)
        _map(chosen, folded, looked_at)
    with right:
        _pictures(chosen, folded, looked_at)
    _notice(chosen, folded)


def _figures(chosen: Settings, folded: folding.Folded) -> None:
    most = folding.most_pieces(chosen.first) * (folding.most_pieces(chosen.second) if chosen.second else 1)
    numbers((t("pieces"), f"{len(folded.pieces)}"), (t("at most"), f"{most}"), key="pieces_counts")
    lines, crossings = _first_layer(chosen.first, chosen.seed)
    st.markdown(
        t(
            "First layer: 1 + {lines} lines + {crossings} crossings in the square = **{pieces}** pieces.",
            lines=lines,
            crossings=crossings,
            pieces=1 + lines + crossings,
        )
    )


@lru_cache(maxsize=64)
def _first_layer(first: int, seed: int) -> tuple[int, int]:
    """How many lines of the first layer pass through the square, and how often they cross in it."""
    kernel, bias = folding.random_layers(first, 0, seed)[0]
    return folding.lines_and_crossings(kernel, bias, folding.HALF)


def _map(chosen: Settings, folded: folding.Folded, looked_at: int) -> None:
    piece = folded.pieces[looked_at]
    st.markdown(
        t(
            "In the framed piece: $y = {said}$; on: {on} of {units} units.",
            said=_formula(piece),
            on=sum(piece.pattern),
            units=len(piece.pattern),
        )
    )


def _formula(piece: folding.Piece) -> str:
    """The affine map of a piece as LaTeX."""
    one, two, constant = _rounded(piece)
    return f"{one:.2f}\\,x_1 {two:+.2f}\\,x_2 {constant:+.2f}"


def _rounded(piece: folding.Piece) -> tuple[float, ...]:
    """Both slopes and the constant to two digits, without the sign of a zero."""
    return tuple(round(float(value), 2) + 0.0 for value in (*piece.slope, piece.constant))


def _pictures(chosen: Settings, folded: folding.Folded, looked_at: int) -> None:
    names = (("1", t("folds of the first layer")), ("2", t("folds of the second layer")))
    shared: dict[str, Any] = {"x_title": "x₁", "y_title": "x₂", "names": names, "half": folding.HALF}
    above, beneath = st.columns(2, gap="medium")
    with above:
        st.markdown(t("The pieces: colour and arrow point uphill"))
        picture.show(
            charts.chart,
            charts.datasets(
                folded,
                chosen=looked_at,
                said=[_spelled(piece) for piece in folded.pieces],
                turn=_turn(chosen),
            ),
            key="pieces",
            on_select=_pick,
            alt=t("The square cut into pieces by the folds; an arrow in each piece shows where the output climbs."),
            **shared,
        )
    with beneath:
        st.markdown(t("The output: blue below 0, orange above"))
        picture.show(
            charts.output_chart,
            charts.output_datasets(folded, _outputs(chosen.first, chosen.second, chosen.seed), folding.HALF),
            key="pieces_output",
            alt=t("The output of the network as colours over the square, with the folds over it."),
            **shared,
        )


def _spelled(piece: folding.Piece) -> str:
    one, two, constant = _rounded(piece)
    return f"y = {one:.2f} x₁ {two:+.2f} x₂ {constant:+.2f}".replace("-", "\N{MINUS SIGN}")


def _turn(chosen: Settings) -> int:
    """Another number for another place, so that a click is news also on the piece that was clicked last."""
    return hash(chosen) % 1_000_000


@lru_cache(maxsize=64)
def _outputs(first: int, second: int, seed: int) -> NDArray[Any]:
    ticks = np.linspace(-folding.HALF, folding.HALF, charts.RASTER)
    points = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
    return folding.values(folding.random_layers(first, second, seed), points).reshape(charts.RASTER, charts.RASTER)


def _pick() -> None:
    """Take a click on a piece over to the sliders: they go to its middle."""
    clicked = st.session_state["pieces"]["selection"].get("pick") or []
    with address.reading():
        chosen = settings()
    folded = folding.random_folds(chosen.first, chosen.second, chosen.seed)
    if clicked and clicked[0].get("piece") in range(len(folded.pieces)):
        middle = folded.pieces[clicked[0]["piece"]].polygon.mean(axis=0)
        for key, value in zip(("pieces_x1", "pieces_x2"), middle, strict=True):
            controls.put(key, round(round(float(np.clip(value, -1.98, 1.98)) / 0.02) * 0.02, 10))


def _notice(chosen: Settings, folded: folding.Folded) -> None:
    before = 1 + sum(_first_layer(chosen.first, chosen.seed))
    if chosen.second and len(folded.pieces) == before:
        st.markdown(
            t(
                "**Notice** that the second layer folds where the first has folded already, so there are **{pieces}** "
                "pieces as before. Take more units, or another seed.",
                pieces=before,
            )
        )
    elif chosen.second:
        st.markdown(
            t(
                "**Notice** how depth multiplies: a second layer of units, {second} in number, cuts the {before} "
                "pieces of the first again, which makes **{pieces}**. The whole network has {weights} numbers. Dashed "
                "lines bend where they cross solid ones, for there the map of the first layer changes.",
                second=chosen.second,
                before=before,
                pieces=len(folded.pieces),
                weights=folding.parameters((2, chosen.first, chosen.second, 1)),
            )
        )
    else:
        st.markdown(
            t(
                "**Notice** that the output has no jumps: neighbouring maps agree along the line between them, only "
                "the slope changes. With $n$ lines there are at most $1 + n + n(n-1)/2$ pieces: so many if all "
                "lines cross within the square. Now add a second layer."
            )
        )


def code() -> str:
    """Count the pieces from where the lines cross, and by cutting."""
    chosen = settings()
    return snippets.pieces(first=chosen.first, second=chosen.second, seed=chosen.seed, point=chosen.point)
