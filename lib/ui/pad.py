"""A pad to draw on, with finger, pen, mouse or keys; what is drawn comes while it grows.

    strokes = pad.show(key="demo_pad", alt=t("A pad for a digit of your own"))

In AppTest, which runs no JavaScript, a drawing is what the component would have sent:
`at.session_state["demo_pad"] = drawn([[(0.5, 0.2), (0.5, 0.8)]])`.
"""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any, TypeGuard

import streamlit as st

from lib import handwriting
from lib.charts import theme
from lib.handwriting import Strokes
from lib.ui import component
from lib.ui.text import t

SCALE = 1000
"""The component counts in thousandths of the side."""

MOST = 4000
"""Points that are taken from the browser, at most."""


def show(*, key: str, alt: str) -> Strokes:
    """Show the pad, and return what is drawn on it by now; it outlives a change of section, in this session.

    `alt` says what it is for to those who cannot see it, and must not change while it is drawn on.
    """
    memory = f"drawing {key}"
    _take(key, memory)
    strokes: list[list[int]] = st.session_state.setdefault(memory, [])
    with st.container(key=f"picture_{key}"):
        component.pad(
            key=key,
            data={
                "key": key,
                "strokes": strokes,
                "pen": handwriting.PEN,
                "accent": theme.ACCENT,
                "words": {
                    "canvas": alt,
                    "hint": t("Draw with a finger, a pen or the mouse."),
                    "keys": t(
                        "By keys: arrows move the pen (with Shift, further), the space bar puts it down and lifts it, "
                        "Backspace takes back a stroke, Delete all of them."
                    ),
                    "undo": t("Take back a stroke"),
                    "clear": t("Clear"),
                    "down": t("The pen is down."),
                    "up": t("The pen is lifted."),
                },
            },
        )
    return [_points(stroke) for stroke in strokes]


def _take(key: str, memory: str) -> None:
    """Remember what the component has sent since the last run; nonsense is passed over."""
    sent = st.session_state.get(key)
    move = sent.get("moved") if isinstance(sent, Mapping) else None
    seen: dict[str, int] = st.session_state.setdefault("seen", {})  # of which controls.acknowledge tells the browser
    if _is_drawing(move) and move["sequence"] != seen.get(key):
        seen[key] = move["sequence"]
        st.session_state[memory] = move["strokes"]


def _is_drawing(move: object) -> TypeGuard[Mapping[str, Any]]:
    return (
        isinstance(move, Mapping)
        and type(move.get("sequence")) is int
        and isinstance(move.get("strokes"), list)
        and sum(len(stroke) if isinstance(stroke, list) else 1 for stroke in move["strokes"]) <= 2 * MOST
        and all(map(_is_stroke, move["strokes"]))
    )


def _is_stroke(stroke: object) -> bool:
    return (
        isinstance(stroke, list)
        and len(stroke) > 0
        and len(stroke) % 2 == 0
        and all(type(value) is int and 0 <= value <= SCALE for value in stroke)
    )


def _points(stroke: Sequence[int]) -> list[tuple[float, float]]:
    return [(x / SCALE, y / SCALE) for x, y in zip(stroke[::2], stroke[1::2], strict=True)]


def drawn(strokes: Strokes, *, sequence: int = 1) -> dict[str, Any]:
    """What the component sends when these strokes, with places from 0 to 1, were drawn: for tests."""
    sent = [[round(SCALE * value) for value in chain.from_iterable(stroke)] for stroke in strokes]
    return {"moved": {"strokes": sent, "sequence": sequence, "settled": True}}
