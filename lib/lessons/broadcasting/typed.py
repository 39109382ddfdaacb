"""Shapes as the learner types them: read, with a sentence where they are none, and set by buttons."""

from collections.abc import Mapping, Sequence

import streamlit as st

from lib import broadcasting
from lib.shapes import Shape, ShapeError
from lib.ui import controls
from lib.ui.text import literal, mark, t

NAMES = ("x", "y", "z")
"""What the operands are called, in their order."""

NO_SIZE = mark("{came} is not a size. Write whole numbers from 0 to {most}, with commas, as in (4, 3).")
SENTENCES = {
    "long": mark("The shape has {came} characters; at most {most} are allowed. Please shorten it."),
    "size": NO_SIZE,
    "large": NO_SIZE,
    "axes": mark("The shape has {came} axes; at most {most} are allowed here. Please leave some out."),
    "elements": mark("The shape has {came} elements; at most {most} are allowed. Please make some axes smaller."),
}
"""What is said where a line is no shape, by the reason of the error."""


def shapes(*texts: str) -> tuple[Shape, ...] | None:
    """The shapes that lines spell; None, with a sentence on the page for each line that spells none."""
    read = [shape for text in texts if (shape := _shape(text)) is not None]
    return tuple(read) if len(read) == len(texts) else None


def _shape(text: str) -> Shape | None:
    try:
        return broadcasting.parse_shape(text)
    except ShapeError as error:
        st.warning(t(SENTENCES[error.reason]).format(**error.values | {"came": literal(error.values["came"])}))
        return None


def readable(*texts: str) -> tuple[Shape, ...] | None:
    """The shapes that lines spell, for the code; None if one of them spells none."""
    try:
        return tuple(map(broadcasting.parse_shape, texts))
    except ShapeError:
        return None


def presets(section: str, offered: Sequence[Mapping[str, str | bool]], *, sign: str) -> None:
    """Buttons that set controls of a section, each with the shapes that it sets and a sign between them."""
    with st.container(horizontal=True, key=f"{section}_presets"):
        for number, values in enumerate(offered):
            label = f" {sign} ".join(str(values[name]) for name in NAMES if name in values)
            st.button(label, key=f"{section}_preset{number}", on_click=put, args=(section, values))


def put(section: str, values: Mapping[str, str | bool]) -> None:
    """Set controls of a section, by the names that follow it in their keys: for callbacks."""
    for name, value in values.items():
        controls.put(f"{section}_{name}", value)
