"""The line that says what to choose, and the sliders that move in step with it."""

import numpy as np
import streamlit as st

from lib import slicing
from lib.ui import address, controls
from lib.ui.text import t

_PHOTOGRAPH = ("[40:120, 60:200]", "[::-1]", "[:, ::-1]", "[..., 0]", "[::8, ::8]", "[..., ::-1]", "[:, 300]")
PRESETS = {
    "digits": (
        *("[10:100, 7:-7, 7:-7]", "[:, 14:, 14:]", "[4]", "[4:5]", "[:, :, ::-1]", "[[0, 5, 9]]", "[..., 14]"),
        *("[:16:2, None]", "[128]"),
    ),
    "photograph": _PHOTOGRAPH,
    "own": ("[10:-10, 10:-10]", *(preset for preset in _PHOTOGRAPH if "0:" not in preset and "300" not in preset)),
    "cube": (
        *("[1]", "[1:2]", "[..., -1]", "[:, 1:3, ::2]", "[::-1, 0]", "[[0, 2], [1, 3]]", "[0, :, [1, 3]]"),
        *("[[True, False, True]]", "[:, None, 0]", "[0, 4]"),
    ),
}
"""Expressions to try, by the data; the first stands in the line from the beginning."""


def text(data: str) -> str:
    """Ask for an expression for these data, one of PRESETS, and return it."""
    return controls.text(
        t("x[…], as in NumPy"),
        key=f"slice_{data}",
        default=PRESETS[data][0],
        longest=slicing.LONGEST,
        help=t("Indices, slices start:stop:step, ..., None or np.newaxis, and lists of indices or of True and False."),
    )


def presets(data: str) -> None:
    """Offer expressions that take the place of what stands in the line."""
    st.markdown(t("Try these:"))
    with st.container(horizontal=True, key="slice_presets"):
        for number, preset in enumerate(PRESETS[data]):
            st.button(
                f"`{preset}`", key=f"slice_preset_{number}", on_click=controls.put, args=(f"slice_{data}", preset)
            )


def sliders(data: str, array: np.ndarray) -> None:
    """Sliders for one axis, in step with the line: whichever moved last decides, and the line where both are new."""
    names = [f"{t('axis')} {axis}" for axis in range(array.ndim)]
    axis = int(controls.choice(t("Sliders for"), ["0", "1", "2"], key="slice_axis", names=lambda at: names[int(at)]))
    typed, size = _typed(data), array.shape[axis]
    if size < 2:
        st.markdown(t("This axis has a single entry: there is nothing to choose."))
        return
    written = _plain_range(typed, array.shape, axis)
    if written is None:
        st.markdown(
            t(
                "The line holds no plain slice for axis {axis} (with a step from 1 to {most}), so there are no sliders "
                "for it. Change it in the line.",
                axis=axis,
                most=slicing.MOST_STEP,
            )
        )
        return
    agreed = st.session_state.get("slice_agreed")
    place = data, array.shape, axis
    if agreed is None or agreed[:2] != (place, typed):
        agreed = place, typed, written
        for name, value in zip(("from", "to", "by"), written, strict=True):
            controls.put(f"slice_{name}", value)
    chosen = _range(size)
    if chosen != agreed[2]:
        chosen = _apart(chosen, agreed[2])
        typed = _respelled(data, typed, slicing.with_range(slicing.parse(typed), array.shape, axis, chosen))
    st.session_state["slice_agreed"] = place, typed, chosen


def _typed(data: str) -> str:
    """What stands in the line, before it is drawn."""
    key = f"slice_{data}"
    if key in st.session_state and not address.arrived():
        return str(st.session_state[key])
    with address.reading():
        return text(data)


def _plain_range(typed: str, shape: tuple[int, ...], axis: int) -> slicing.Range | None:
    """What the sliders say of this axis; None where the line says more, or nothing that is valid."""
    try:
        return slicing.plain_range(slicing.parse(typed), shape, axis)
    except slicing.SliceError:
        return None


def _range(size: int) -> slicing.Range:
    return (
        controls.slider(t("from"), key="slice_from", default=0, minimum=0, maximum=size - 1, step=1),
        controls.slider(t("to (left out)"), key="slice_to", default=size, minimum=1, maximum=size, step=1),
        controls.slider(t("step"), key="slice_by", default=1, minimum=1, maximum=slicing.MOST_STEP, step=1),
    )


def _apart(chosen: slicing.Range, before: slicing.Range) -> slicing.Range:
    """The range, with the end that was not moved pushed on where the other one came upon it."""
    start, stop, step = chosen
    if start < stop:
        return chosen
    start, stop = (start, start + 1) if start != before[0] else (stop - 1, stop)
    controls.put("slice_from", start)
    controls.put("slice_to", stop)
    return start, stop, step


def _respelled(data: str, typed: str, items: slicing.Items) -> str:
    """Put the items into the line where they have room there; what stands in it then."""
    spelled = slicing.spelled(items)
    if len(spelled) > slicing.LONGEST:
        return typed
    controls.put(f"slice_{data}", spelled)
    return spelled
