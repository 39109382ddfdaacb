"""The frame of a lesson: one section at a time, and all of them to take home."""

from typing import Any

import nbformat
import pytest
from streamlit.testing.v1 import AppTest

from lib.ui.controls import moved
from lib.ui.text import speaking
from tests.app import page_of


def page() -> None:
    import streamlit as st

    from lib.ui import address, controls, lesson
    from lib.ui.lesson import Section

    def x() -> float:
        return controls.slider("x", key="slope_x", default=1.0, minimum=-2.0, maximum=2.0, step=0.5)

    def surface() -> str:
        return controls.choice("Surface", ("bowl", "ravine"), key="race_surface")

    sections = [
        Section("slope", "Slope", lambda: st.write(f"x is {x()}"), lambda: f"print({x()})"),
        Section("talk", "Talk", lambda: st.write("words only")),
        Section("race", "Race", lambda: st.write(f"on a {surface()}"), lambda: f"print({surface()!r})"),
    ]
    address.arrive("example")
    lesson.run("Descent", "What it is for.", sections)
    address.flush()


def open_lesson(**address: str) -> AppTest:
    at = page_of(page)
    at.query_params = dict(address)
    at.run()
    assert not at.exception
    return at


def texts(at: AppTest) -> list[str]:
    return [shown.value for shown in at.markdown]


def test_a_lesson_begins_with_its_first_section() -> None:
    at = open_lesson()
    assert (at.title[0].value, at.header[0].value) == ("Descent", "Slope")
    assert texts(at) == ["What it is for.", "x is 1.0"]
    assert at.query_params == {}


def test_the_address_names_the_section() -> None:
    at = open_lesson(step="race")
    assert at.header[0].value == "Race"
    assert texts(at) == ["on a bowl"]


@pytest.mark.parametrize("step", ["", "nowhere", "RACE", "../slope"])
def test_an_unknown_section_is_the_first(step: str) -> None:
    at = open_lesson(step=step)
    assert at.header[0].value == "Slope"
    assert at.query_params == {}


def test_the_stepper_numbers_the_sections() -> None:
    at = open_lesson()
    assert list(at.button_group(key="step").options) == ["1\u2002Slope", "2\u2002Talk", "3\u2002Race"]
    at.button_group(key="step").set_value("race").run()
    assert at.header[0].value == "Race"
    assert at.query_params == {"step": "race"}


def test_the_buttons_lead_on_and_back() -> None:
    at = open_lesson()
    assert at.button(key="step_on").label == "Next: Talk"
    with pytest.raises(KeyError):
        at.button(key="step_back")
    at.button(key="step_on").click().run()
    at.button(key="step_on").click().run()
    assert (at.header[0].value, at.query_params) == ("Race", {"step": "race"})
    with pytest.raises(KeyError):
        at.button(key="step_on")
    assert at.button(key="step_back").label == "Previous: Talk"
    at.button(key="step_back").click().run()
    assert at.header[0].value == "Talk"


def test_each_section_has_a_place_of_its_own_and_empties_the_others() -> None:
    def places(at: AppTest) -> list[str]:
        shown = [at.main.children[i] for i in sorted(at.main.children)]
        return [getattr(getattr(place, "proto", None), "id", "") or place.type for place in shown][-3:]

    at = open_lesson(step="talk")
    assert [place == "empty" for place in places(at)] == [True, False, True]
    at.button(key="step_on").click().run()
    assert [place == "empty" for place in places(at)] == [True, True, False]


def test_a_section_shows_its_code_for_the_present_settings() -> None:
    at = open_lesson(slope_x="-1.5")
    assert at.code[0].value == "print(-1.5)"
    at.session_state["slope_x"] = moved(0)
    at.run()
    assert at.code[0].value == "print(-2.0)"


def test_a_section_without_code_shows_no_panel() -> None:
    assert not open_lesson(step="talk").code


def test_settings_outlive_another_section_also_in_the_address() -> None:
    at = open_lesson(slope_x="-1.5")
    at.button_group(key="step").set_value("race").run()
    at.button_group(key="race_surface").set_value("ravine").run()
    assert at.query_params == {"slope_x": "-1.5", "step": "race", "race_surface": "ravine"}
    at.button_group(key="step").set_value("slope").run()
    assert texts(at)[-1] == "x is -1.5"
    at.button_group(key="step").set_value("race").run()
    assert texts(at)[-1] == "on a ravine"


def notebook_of(at: AppTest, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The cells of the notebook, made as when the button is pressed: later, and without a session."""
    made: list[Any] = []
    monkeypatch.setattr("lib.ui.code.download", lambda make, **_: made.append(make))
    at.run()
    assert not at.exception
    with speaking("zh"):
        book = nbformat.reads(made[-1](), as_version=4)
    return [cell.source for cell in book.cells]


def test_the_notebook_holds_all_sections_at_their_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    at = open_lesson(race_surface="ravine")  # a section that was never on screen
    at.session_state["slope_x"] = moved(8)
    assert notebook_of(at, monkeypatch) == [
        "# Descent",
        "## Slope",
        "print(2.0)",
        "## Talk",
        "## Race",
        "print('ravine')",
    ]


def test_the_notebook_is_offered_below_the_section() -> None:
    at = open_lesson()
    assert at.get("download_button")[0].proto.label == "Download this lesson as a notebook"
