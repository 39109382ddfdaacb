"""The address follows the controls, and they follow who arrives."""

import pytest
from streamlit.testing.v1 import AppTest

from lib.ui import session
from tests.app import page_of


def page() -> None:
    import streamlit as st

    from lib.ui import address, controls

    address.arrive(st.session_state.get("go", "lesson"))
    if st.session_state["page"] == "lesson":
        controls.choice("Surface", ["bowl", "ravine"], key="race_surface")
        controls.toggle("Tangent", key="slope_tangent")
    st.session_state["waits"] = not address.flush()


def open_page(**address: str) -> AppTest:
    at = page_of(page)
    at.query_params = dict(address)
    return at.run()


def test_a_default_leaves_the_address_alone() -> None:
    assert open_page().query_params == {}


def test_a_choice_is_put_into_the_address() -> None:
    at = open_page()
    at.button_group(key="race_surface").set_value("ravine").run()
    assert at.query_params == {"race_surface": "ravine"}


def test_back_to_the_default_clears_the_address() -> None:
    at = open_page(race_surface="ravine")
    at.button_group(key="race_surface").set_value("bowl").run()
    assert at.query_params == {}


def test_who_arrives_finds_what_the_address_says() -> None:
    at = open_page(race_surface="ravine", slope_tangent="on")
    assert at.button_group(key="race_surface").value == "ravine"
    assert at.toggle(key="slope_tangent").value is True


def test_garbage_leaves_the_address_and_the_rest_stays() -> None:
    at = open_page(race_surface="<script>", slope_tangent="on", lang="zh")
    assert at.button_group(key="race_surface").value == "bowl"
    assert at.query_params == {"slope_tangent": "on", "lang": "zh"}


def test_the_controls_decide_once_they_are_shown() -> None:
    at = open_page(race_surface="ravine")
    at.query_params = {"race_surface": "bowl"}  # as a message that was sent before the last answer came
    at.run()
    assert at.button_group(key="race_surface").value == "ravine"
    assert at.query_params == {"race_surface": "ravine"}


def test_back_and_forward_bring_the_values_of_their_address(monkeypatch: pytest.MonkeyPatch) -> None:
    at = open_page(race_surface="ravine")
    at.toggle(key="slope_tangent").set_value(True).run()
    monkeypatch.setattr(session, "came_by_history", lambda: True)
    at.query_params = {"slope_tangent": "on"}
    at.run()
    assert at.button_group(key="race_surface").value == "bowl"
    assert at.toggle(key="slope_tangent").value is True


def test_values_outlive_a_visit_to_another_page() -> None:
    at = open_page(race_surface="ravine")
    at.session_state["go"] = "home"
    at.query_params = {}
    at.run()
    assert at.query_params == {}
    at.session_state["go"] = "lesson"
    at.run()
    assert at.button_group(key="race_surface").value == "ravine"
    assert (at.query_params, at.session_state["waits"]) == ({}, True)  # the browser is still on its way
    at.run()
    assert (at.query_params, at.session_state["waits"]) == ({"race_surface": "ravine"}, False)


def test_a_link_to_a_page_wins_over_what_was_chosen_there() -> None:
    at = open_page(race_surface="ravine", slope_tangent="on")
    at.session_state["go"] = "home"
    at.run()
    at.session_state["go"] = "lesson"
    at.query_params = {"race_surface": "bowl"}
    at.run()
    assert at.button_group(key="race_surface").value == "bowl"
    assert at.toggle(key="slope_tangent").value is True


def test_two_sessions_share_nothing() -> None:
    one, other = open_page(), open_page()
    one.button_group(key="race_surface").set_value("ravine").run()
    assert other.run().button_group(key="race_surface").value == "bowl"


def test_streamlit_still_tells_how_the_visitor_came() -> None:
    at = page_of(lambda: None).run()
    assert not at.exception
    assert session.running() is False
    assert session.came_by_history() is False


def ask() -> None:
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    from lib.ui import session

    assert session.running()
    assert get_script_run_ctx().is_history_navigation is False  # type: ignore[union-attr]


def test_a_run_knows_whether_it_came_by_history() -> None:
    assert not page_of(ask).run().exception
