"""Vectors: an arrow or a point; adding one moves head to tail, and a whole figure at once."""

from contextlib import nullcontext
from dataclasses import dataclass

import numpy as np
import streamlit as st

from lib.charts import theme
from lib.geometry import LETTER, spelled
from lib.snippets import geometry as snippets
from lib.ui import address, controls, plane
from lib.ui.layout import beside, numbers
from lib.ui.plane import Arrow, Handles, Readout, Scene
from lib.ui.text import mark, t

OPERATIONS = {
    "sum": mark("a + b"),
    "difference": mark("a − b"),
    "multiple": mark("s · a"),
    "translation": mark("move a figure"),
}
PLANE = "vectors_plane"
ENTRIES = ("vectors_a1", "vectors_b1", "vectors_a2", "vectors_b2")
"""The entries of a and b in the order of a matrix with a and b as its columns."""
DEFAULTS = dict(zip(ENTRIES, (2.0, 0.5, 0.5, 2.0), strict=True))
REACH, LIMIT, STEP = 5.3, 2.5, 0.1
ORIGIN, A, B, SUM = (0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)
"""Places as combinations of a and b."""


@dataclass(frozen=True, eq=False)
class Settings:
    """What is done with a and b, vectors (2,), and the factor for a."""

    operation: str
    a: np.ndarray
    b: np.ndarray
    factor: float


def settings(drag: plane.Drag | None = None) -> Settings:
    """What the controls say; arrows that are held say more."""
    operation = controls.choice(t("Operation"), list(OPERATIONS), key="vectors_do", names=lambda id: t(OPERATIONS[id]))
    multiple = operation == "multiple"
    factor = _slider(t("Factor s"), "vectors_s", 1.5, 2.0) if multiple else 1.5
    labels = (t("a, along x"), t("b, along x"), t("a, along y"), t("b, along y"))
    entries = {
        key: _entry(label, key, shown=not (multiple and "_b" in key))
        for key, label in sorted(zip(ENTRIES, labels, strict=True))
    }
    a1, b1, a2, b2 = drag.values if drag else (entries[key] for key in ENTRIES)
    return Settings(operation, np.array([a1, a2]), np.array([b1, b2]), factor)


def _entry(label: str, key: str, *, shown: bool) -> float:
    """An entry of a or b; one that is not shown stays as it was set."""
    with nullcontext() if shown else address.reading():
        return _slider(label, key, DEFAULTS[key], LIMIT)


def _slider(label: str, key: str, default: float, limit: float) -> float:
    return controls.slider(label, key=key, default=default, minimum=-limit, maximum=limit, step=STEP, format=".1f")


def show() -> None:
    """Show what is done with two vectors as arrows, and the numbers that it gives."""
    st.markdown(
        t(
            "A vector of two numbers is a point of the plane, or an **arrow** that leads there: so far sideways, so "
            "far upwards. To add two vectors is to walk along one arrow, then along the other: **head to tail**. "
            "Drag the round tips of the arrows, or use the sliders, and press Play to see the arrow walk."
        )
    )
    drag = _taken_over()
    left, right = beside("vectors")
    with left:
        chosen = settings(drag)
        _figures(chosen)
    with right:
        plane.show(_scene(chosen), key=PLANE, alt=_alt(chosen.operation))
    st.markdown(_notice(chosen.operation))


def _taken_over() -> plane.Drag | None:
    """Arrows that are held; those that were let go move the sliders."""
    drag = plane.dragged(PLANE)
    if drag is None or not drag.settled:
        return drag
    for key, value in zip(ENTRIES, drag.values, strict=True):
        controls.put(key, value)
    return None


def _figures(chosen: Settings) -> None:
    a, b = chosen.a, chosen.b
    if chosen.operation == "difference":
        numbers(("a − b", _pair(a - b)), ("b − a", _pair(b - a)))
        numbers((t("distance of the tips"), spelled(np.linalg.norm(a - b))), key="numbers_2")
    elif chosen.operation == "multiple":
        stretched = chosen.factor * a
        numbers(("s · a", _pair(stretched)))
        lengths = (
            (t("length of a"), spelled(np.linalg.norm(a))),
            (t("length of s · a"), spelled(np.linalg.norm(stretched))),
        )
        numbers(*lengths, key="numbers_2")
    elif chosen.operation == "translation":
        numbers((t("every point moves by"), _pair(a + b)))
        moved = LETTER + a + b
        st.markdown(t("A corner of the letter: {before} → {after}", before=_pair(LETTER[0]), after=_pair(moved[0])))
    else:
        numbers(("a + b", _pair(a + b)), ("b + a", _pair(b + a)))
        numbers((t("length of a + b"), spelled(np.linalg.norm(a + b))), key="numbers_2")


def _pair(vector: np.ndarray) -> str:
    return f"({spelled(vector[0])}, {spelled(vector[1])})".replace("-", "\N{MINUS SIGN}")


def _scene(chosen: Settings) -> Scene:
    operation = chosen.operation
    moves = (plane.along(*A), plane.along(*B)) if operation == "translation" else (plane.fixed(np.eye(3)),)
    return Scene(
        basis=np.column_stack([chosen.a, chosen.b]),
        moves=moves,
        draws=("figure", "carry") if operation == "translation" else (),
        arrows=_arrows(operation, chosen.factor),
        handles=Handles(_origins(operation), (t("Tip of a"), t("Tip of b")), step=STEP, limit=LIMIT),
        readout=_readout(operation, chosen.factor),
        reach=REACH,
        figure=LETTER,
    )


def _arrows(operation: str, factor: float) -> tuple[Arrow, ...]:
    first, second = plane.ARROWS
    a, b = Arrow(ORIGIN, A, "a", first), Arrow(ORIGIN, B, "b", second)
    if operation == "difference":
        return a, b, Arrow(B, A, "a − b", theme.ACCENT, was=(ORIGIN, (1.0, -1.0)))
    if operation == "multiple":
        return Arrow(ORIGIN, (factor, 0.0), "s · a", theme.ACCENT, was=(ORIGIN, A)), Arrow(ORIGIN, A, "", first)
    walked = Arrow(A, SUM, "b", second, was=(ORIGIN, B))
    other_way = Arrow(ORIGIN, B, "b", second, dashed=True), Arrow(B, SUM, "a", first, dashed=True)
    if operation == "translation":
        return a, Arrow(A, SUM, "b", second), Arrow(ORIGIN, SUM, "a + b", theme.ACCENT, dashed=True)
    return *other_way, a, walked, Arrow(ORIGIN, SUM, "a + b", theme.ACCENT)


def _origins(operation: str) -> tuple[plane.Pair | None, plane.Pair | None]:
    """Where the arrows begin whose tips can be dragged."""
    if operation == "multiple":
        return ORIGIN, None
    return (ORIGIN, ORIGIN) if operation == "difference" else (ORIGIN, A)


def _readout(operation: str, factor: float) -> tuple[Readout, ...]:
    a, b = Readout("a =", "point", A), Readout("b =", "point", B)
    result = {
        "difference": Readout("a − b =", "point", (1.0, -1.0)),
        "multiple": Readout("s · a =", "point", (factor, 0.0)),
    }.get(operation, Readout("a + b =", "point", SUM))
    return (a, result) if operation == "multiple" else (a, b, result)


def _alt(operation: str) -> str:
    return {
        "sum": t("The plane with the arrows a and b head to tail, in both orders, and the arrow of their sum."),
        "difference": t("The plane with the arrows a and b, and the arrow of their difference from tip to tip."),
        "multiple": t("The plane with the arrow a, and the arrow of its multiple on the same line."),
        "translation": t("The plane with a letter F before and after the same vector was added to all its points."),
    }[operation]


def _notice(operation: str) -> str:
    return {
        "sum": t(
            "**Notice** that both orders end at the same point: a + b and b + a are two ways around one "
            "parallelogram. In numbers: add the first entries, and add the second entries."
        ),
        "difference": t(
            "**Notice** that a − b leads from the tip of b to the tip of a: it is what must be added to b to get a. "
            "Its length is the distance of the two points. Turned around it is b − a, with both signs changed."
        ),
        "multiple": t(
            "**Notice** that all multiples of a lie on one line through the origin. A factor of 2 doubles the length, "
            "−1 turns the arrow around, and 0 leaves only the origin."
        ),
        "translation": t(
            "**Notice** that the letter keeps its size and its direction: the same vector is added to every point. "
            "This is a **translation**. In a layer of a network, the bias b does exactly this."
        ),
    }[operation]


def code() -> str:
    """The operation by NumPy."""
    chosen = settings()
    a, b = (tuple(float(entry) for entry in vector) for vector in (chosen.a, chosen.b))
    return snippets.vectors(operation=chosen.operation, a=(a[0], a[1]), b=(b[0], b[1]), factor=chosen.factor)
