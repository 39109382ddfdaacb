"""The pad: what is drawn arrives, stays, and never is nonsense."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from lib.ui.pad import MOST, drawn
from tests.app import page_of

BAR = [[(0.5, 0.2), (0.5, 0.8)], [(0.1, 0.1)]]


def page() -> None:
    import streamlit as st

    from lib.ui import controls, pad

    if st.checkbox("pad", value=True, key="there"):
        st.write(f"strokes: {pad.show(key='demo_pad', alt='A pad')}")
    controls.acknowledge()


def said(at: AppTest) -> str:
    assert not at.exception
    return "\n".join(shown.value for shown in at.markdown)


def test_nothing_is_drawn_at_first() -> None:
    assert "strokes: []" in said(page_of(page).run())


def test_strokes_arrive_as_places_from_0_to_1() -> None:
    at = page_of(page).run()
    at.session_state["demo_pad"] = drawn(BAR)
    assert f"strokes: {BAR}" in said(at.run())
    assert at.session_state["seen"]["demo_pad"] == 1


def test_a_drawing_outlives_the_pad() -> None:
    at = page_of(page).run()
    at.session_state["demo_pad"] = drawn(BAR)
    at.run()
    at.checkbox(key="there").set_value(False).run()
    assert "strokes" not in said(at)
    at.checkbox(key="there").set_value(True).run()
    assert f"strokes: {BAR}" in said(at)


def test_an_older_drawing_does_not_come_again() -> None:
    at = page_of(page).run()
    at.session_state["demo_pad"] = drawn(BAR, sequence=5)
    at.run()
    at.session_state["demo_pad"] = drawn([], sequence=6)
    at.run()
    assert "strokes: []" in said(at)


@pytest.mark.parametrize(
    "sent",
    [
        None,
        [],
        {"moved": None},
        {"moved": {"strokes": [[1, 2]], "sequence": "1"}},
        {"moved": {"strokes": "12", "sequence": 1}},
        {"moved": {"strokes": [[1]], "sequence": 1}},
        {"moved": {"strokes": [[]], "sequence": 1}},
        {"moved": {"strokes": [[1, 2.5]], "sequence": 1}},
        {"moved": {"strokes": [[1, 1001]], "sequence": 1}},
        {"moved": {"strokes": [[-1, 1]], "sequence": 1}},
        {"moved": {"strokes": [[True, 1]], "sequence": 1}},
        {"moved": {"strokes": [5], "sequence": 1}},
        {"moved": {"strokes": [[1, 2]] * (MOST + 1), "sequence": 1}},
    ],
)
def test_nonsense_from_a_browser_is_passed_over(sent: Any) -> None:
    at = page_of(page).run()
    at.session_state["demo_pad"] = sent
    assert "strokes: []" in said(at.run())
