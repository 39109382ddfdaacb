"""One move after another is one move again; and the order matters, mostly."""

from dataclasses import dataclass
from itertools import permutations

import numpy as np
import streamlit as st

from lib import geometry
from lib.geometry import Array, spelled, spelled_factor
from lib.lessons.geometry import formulas, moves
from lib.snippets import geometry as snippets
from lib.ui import controls, plane
from lib.ui.layout import answer, beside, numbers
from lib.ui.plane import Readout, Scene
from lib.ui.predict import predict
from lib.ui.text import t

KINDS = ("rotate", "scale", "shear", "reflect", "shift")
FIRST = {"A": "rotate", "B": "shift", "C": "shear"}
ANGLE, SHIFT = 60.0, (1.0, 0.5)
"""What the prediction is answered with."""
ORDERS = {count: tuple("".join(order) for order in permutations("ABC"[:count])) for count in (2, 3)}


@dataclass(frozen=True)
class Named:
    """A move by its letter, its kind and its parameters."""

    name: str
    kind: str
    parameters: dict[str, float]

    @property
    def map(self) -> Array:
        """The move as one matrix (3, 3)."""
        return geometry.made(self.kind, self.parameters)


def settings() -> list[Named]:
    """Ask for two or three moves, and for their order."""
    count = int(controls.choice(t("How many moves"), ["2", "3"], key="composition_count"))
    order = controls.choice(
        t("Order"), ORDERS[count], key=f"composition_order_{count}", names=lambda letters: " → ".join(letters)
    )
    named = {name: _move(name) for name in "ABC"[:count]}
    return [named[name] for name in order]


def _move(name: str) -> Named:
    prefix = f"composition_{name.lower()}"
    kind = moves.kind(t("Move {name}", name=name), KINDS, key=f"{prefix}_move", default=FIRST[name])
    return Named(name, kind, moves.parameters(kind, prefix=prefix, name=name))


def show() -> None:
    """Show moves one after another in both orders, and the single matrix that each order makes."""
    st.markdown(
        t(
            "An **affine** move is a matrix, then a shift: $W x + b$. A Dense layer without activation does exactly "
            "this. Do two affine moves, first A, then B: $B(A x + a) + b = (B A)\\,x + (B a + b)$. Together they are "
            "**one** affine move again. The first move stands on the right, next to $x$."
        )
    )
    guess = predict(
        t("Turn the letter, then shift it; or shift it, then turn it. Do both end at the same place?"),
        {"yes": t("yes, always"), "no": t("no, in general not")},
        key="composition_prediction",
    )
    left, right = beside("composition", picture_width=2)
    with left:
        chosen = settings()
    with right:
        one, other = st.columns(2)
        with one:
            _plane(chosen, key="composition_plane")
        with other:
            _plane(chosen[::-1], key="composition_reverse")
    maps = [move.map for move in chosen]
    forwards, backwards = geometry.compose(*maps), geometry.compose(*maps[::-1])
    apart = float(geometry.distances(geometry.LETTER, forwards, backwards).max())
    if guess:
        _answer(guess)
    with right:
        numbers(
            (t("largest distance between the two letters"), spelled(apart)),
            (t("determinant, both orders"), spelled_factor(geometry.determinant(forwards[:2, :2]))),
        )
    st.markdown(_order_in_words(chosen, maps))
    _homogeneous(chosen, forwards, backwards)
    st.markdown(
        t(
            "**Notice** that however many moves you chain, one matrix $W$ and one vector $b$ do the same. Layers "
            "without an activation are such moves, so a stack of them is no more than one layer. Press Play to see "
            "the moves one by one."
        )
    )


def _plane(ordered: list[Named], *, key: str) -> None:
    st.markdown(f"**{' → '.join(move.name for move in ordered)}**")
    scene = Scene(
        basis=np.eye(2),
        moves=[plane.fixed(move.map) for move in ordered],
        draws=("grid", "figure", "arrows"),
        readout=(Readout("W =", "matrix"), Readout("b =", "shift")),
        reach=4.2,
        figure=geometry.LETTER,
        group="composition",
    )
    plane.show(
        scene, key=key, alt=t("The plane with its grid and a letter F, moved by one move after another in this order.")
    )


def _answer(guess: str) -> None:
    turn, shift = geometry.made("rotate", {"angle": ANGLE}), geometry.affine(np.eye(2), SHIFT)
    apart = geometry.distances(geometry.LETTER, geometry.compose(turn, shift), geometry.compose(shift, turn)).max()
    sentence = t(
        "A turn by {angle:.0f}° and a shift by ({tx}, {ty}): the two letters end {apart:.2f} apart. In the second "
        "order the shift is turned as well.",
        angle=ANGLE,
        tx=SHIFT[0],
        ty=SHIFT[1],
        apart=apart,
    )
    answer(guess, "no", sentence)


def _order_in_words(chosen: list[Named], maps: list[Array]) -> str:
    product, reverse = _product(chosen), _product(chosen[::-1])
    if not geometry.agree(geometry.compose(*maps), geometry.compose(*maps[::-1])):
        return t(
            "The order matters: ${product} \\neq {reverse}$. A product of matrices is not like a product of numbers.",
            product=product,
            reverse=reverse,
        )
    if not geometry.commute(*maps):
        return t(
            "Backwards they give the same: ${product} = {reverse}$. But these moves do **not** commute: choose another "
            "order, and see.",
            product=product,
            reverse=reverse,
        )
    kinds = {move.kind for move in chosen}
    if kinds == {"rotate"}:
        reason = t("Turns about the same point can be done in any order: the angles are added.")
    elif kinds == {"scale"}:
        reason = t("Stretches along the axes can be done in any order: the factors are multiplied.")
    elif kinds == {"shift"}:
        reason = t("Shifts can be done in any order: the vectors are added.")
    elif kinds == {"shear"}:
        reason = t("Shears along one direction can be done in any order: their pushes are added.")
    else:
        reason = t("With these numbers the order happens not to matter.")
    return t("These moves **commute**: ${product} = {reverse}$.", product=product, reverse=reverse) + " " + reason


def _product(chosen: list[Named]) -> str:
    """The product as it is written: the first move on the right."""
    return " ".join(move.name for move in chosen[::-1])


def _homogeneous(chosen: list[Named], forwards: Array, backwards: Array) -> None:
    st.markdown(
        t(
            "**Homogeneous coordinates** put the shift into the matrix too. Write the point as $(x, y, 1)$: then an "
            "affine move is one 3 by 3 matrix with $W$ at its upper left and $b$ in its last column. To do moves one "
            "after another is to multiply their matrices."
        )
    )
    named = [(move.name, move.map) for move in sorted(chosen, key=lambda move: move.name)]
    named += [(_product(chosen), forwards), (_product(chosen[::-1]), backwards)]
    with st.container(horizontal=True, key="composition_products"):  # side by side, as many as there is room for
        for name, map in named:
            st.markdown(f"${{{name} = {formulas.matrix(map)}}}$", width="content")


def code() -> str:
    """The moves in both orders, as products of 3 by 3 matrices."""
    return snippets.composition(moves=[(move.name, move.kind, move.parameters) for move in settings()])
