"""Controls tell a value that is one of theirs, whatever the address or the browser says."""

import math
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from lib.ui import controls
from lib.ui.controls import moved
from tests.app import page_of


def page() -> None:
    import streamlit as st

    from lib.ui import address, controls

    address.arrive("lesson")
    said = {"a": "Apfel", "b": "Birne", "c": "Citrone"} if st.session_state.get("german") else {}
    st.session_state["told"] = {
        "x": controls.slider("x", key="x", default=1.0, minimum=-2.0, maximum=2.0, step=0.05, format=".2f", help="why"),
        "rate": controls.slider("rate", key="rate", default=0.1, values=(0.001, 0.01, 0.1, 1.0)),
        "n": controls.slider("n", key="n", default=3, minimum=1, maximum=10, step=1),
        "fruit": controls.choice("fruit", ("a", "b", "c"), key="fruit", default="b", names=lambda id: said.get(id, id)),
        "menu": controls.choice("menu", tuple("abcdefgh"), key="menu"),
        "some": controls.choices(
            "some", ("a", "b", "c"), key="some", default=("a", "b"), names=lambda id: said.get(id, id)
        ),
        "on": controls.toggle("on", key="on", default=True),
        "epochs": controls.number("epochs", key="epochs", default=10, minimum=1, maximum=100, step=1),
    }
    address.flush()
    controls.acknowledge()


DEFAULTS = {"x": 1.0, "rate": 0.1, "n": 3, "fruit": "b", "menu": "a", "some": ("a", "b"), "on": True, "epochs": 10}


def open_page(**address: str) -> AppTest:
    at = page_of(page)
    at.query_params = dict(address)
    at.run()
    assert not at.exception
    return at


def told(at: AppTest) -> dict[str, Any]:
    assert not at.exception
    values: dict[str, Any] = at.session_state["told"]
    return values


def test_without_an_address_controls_tell_their_defaults() -> None:
    assert told(open_page()) == DEFAULTS


@pytest.mark.parametrize(
    ("address", "value"),
    [
        ({"x": "-1.35"}, -1.35),
        ({"x": "1.234"}, 1.25),  # the nearest position
        ({"rate": "0.001"}, 0.001),
        ({"rate": "1e-2"}, 0.01),
        ({"n": "10"}, 10),
        ({"fruit": "c"}, "c"),
        ({"menu": "h"}, "h"),
        ({"some": "c.a"}, ("a", "c")),
        ({"some": ""}, ()),
        ({"on": "off"}, False),
        ({"epochs": "50"}, 50),
    ],
)
def test_the_address_sets_a_control(address: dict[str, str], value: object) -> None:
    at = open_page(**address)
    assert told(at) == DEFAULTS | {next(iter(address)): value}
    assert told(at.run()) == DEFAULTS | {next(iter(address)): value}


GARBAGE = [
    "nan",
    "inf",
    "-inf",
    "1e999",
    "",
    "None",
    "0x10",
    "<b>",
    "1;2",
    "99999999",
    "-3",
    "¾",
    "٣x",
    "true",
    "a.a.q",
]


@pytest.mark.parametrize("text", GARBAGE)
def test_garbage_in_the_address_is_the_default(text: str) -> None:
    numbers = dict.fromkeys(("x", "rate", "n", "epochs", "on", "fruit", "menu"), text)
    assert told(open_page(**numbers)) == DEFAULTS


@pytest.mark.parametrize("text", ["q", "a.q", ".", "a,b", "nan"])
def test_an_unknown_option_spoils_the_whole_selection(text: str) -> None:
    assert told(open_page(some=text)) == DEFAULTS


@given(st.text())
def test_any_text_is_a_position_or_none(text: str) -> None:
    assert controls._nearest(text, positions=(0.0, 0.5, 1.0)) in (0.0, 0.5, 1.0, None)


@given(st.integers(-50, 50), st.integers(1, 400), st.sampled_from([1.0, 0.5, 0.25, 0.1, 0.05, 0.01, 0.001]))
def test_positions_are_evenly_spaced_and_short(first: int, count: int, step: float) -> None:
    minimum = round(first * step, 10)
    positions = controls._arithmetic(minimum, round(minimum + count * step, 10), step)
    assert len(positions) == count + 1
    assert all(math.isclose(b - a, step, abs_tol=1e-9) for a, b in pairwise(positions))
    assert all(len(controls._spell(position)) <= 8 for position in positions)


@given(st.sampled_from(controls._arithmetic(-2.0, 2.0, 0.05)))
def test_what_the_address_spells_is_read_again(position: float) -> None:
    positions = controls._arithmetic(-2.0, 2.0, 0.05)
    assert controls._nearest(controls._spell(position), positions=positions) == position


def test_a_moved_slider_tells_its_position_and_the_address_follows() -> None:
    at = open_page()
    at.session_state["x"] = moved(13)
    at.run()
    assert told(at)["x"] == -1.35
    assert at.query_params == {"x": "-1.35"}


def test_the_address_waits_until_the_thumb_rests() -> None:
    at = open_page()
    at.session_state["x"] = moved(13, sequence=1, settled=False)
    at.run()
    assert (told(at)["x"], at.query_params) == (-1.35, {})
    at.session_state["x"] = moved(13, sequence=2)
    at.run()
    assert (told(at)["x"], at.query_params) == (-1.35, {"x": "-1.35"})


def test_a_move_counts_once() -> None:
    at = open_page()
    at.session_state["n"] = moved(9)
    at.run()
    at.session_state["x"] = moved(0)  # the other component still holds its move
    at.run()
    assert (told(at)["n"], told(at)["x"]) == (10, -2.0)


@pytest.mark.parametrize(
    "sent",
    [
        {"moved": {"index": 99999, "sequence": 1, "settled": True}},
        {"moved": {"index": -1, "sequence": 1, "settled": True}},
        {"moved": {"index": 1.5, "sequence": 1, "settled": True}},
        {"moved": {"index": True, "sequence": 1, "settled": True}},
        {"moved": {"index": "1", "sequence": 1, "settled": True}},
        {"moved": {"index": 1, "sequence": None, "settled": True}},
        {"moved": {"index": 1, "sequence": 1, "settled": "yes"}},
        {"moved": [1, 2, 3]},
        {"moved": None},
        {"other": 1},
    ],
)
def test_nonsense_from_the_browser_moves_nothing(sent: dict[str, Any]) -> None:
    at = open_page()
    at.session_state["x"] = sent
    assert told(at.run()) == DEFAULTS


def test_the_slider_is_told_what_to_show() -> None:
    data = component_data(open_page(), "x")
    assert (data["label"], data["help"], data["index"], data["live"]) == ("x", "why", 60, True)
    assert (data["texts"][0], data["texts"][60], len(data["texts"])) == ("−2.00", "1.00", 81)


def test_the_end_of_the_run_acknowledges_the_last_move() -> None:
    at = open_page()
    at.session_state["x"] = moved(13, sequence=42)
    assert component_data(at.run(), "pulse")["seen"] == {"x": 42}


def component_data(at: AppTest, key: str) -> dict[str, Any]:
    import json

    found = [node.proto for node in at.get("bidi_component") if f"-{key}" in node.proto.id]
    data: dict[str, Any] = json.loads(found[0].json)
    return data


def test_native_controls_are_used_like_any_other() -> None:
    at = open_page()
    at.button_group(key="fruit").set_value("c")
    at.selectbox(key="menu").select("d")
    at.toggle(key="on").set_value(False)
    at.number_input(key="epochs").set_value(7)
    at.button_group(key="some").set_value(["c"])
    at.run()
    assert told(at) == DEFAULTS | {"fruit": "c", "menu": "d", "on": False, "epochs": 7, "some": ("c",)}
    assert at.query_params == {"fruit": "c", "menu": "d", "on": "off", "epochs": "7", "some": "c"}


def test_another_language_keeps_every_value() -> None:
    at = open_page(fruit="c", some="c", x="-1.35")
    before = told(at)
    at.session_state["german"] = True
    at.run()
    assert "Citrone" in at.button_group(key="fruit").options
    assert told(at) == before


def test_two_sessions_share_nothing() -> None:
    one, other = open_page(), open_page()
    one.session_state["x"] = moved(0)
    one.run()
    assert told(other.run()) == DEFAULTS


def only_read() -> None:
    import streamlit as st

    from lib.ui import address, controls

    address.arrive("lesson")
    with address.reading():
        st.session_state["told"] = (
            controls.slider("x", key="x", default=1.0, minimum=-2.0, maximum=2.0, step=0.05),
            controls.choice("fruit", ("a", "b", "c"), key="fruit"),
            controls.choices("some", ("a", "b", "c"), key="some", default=("a",)),
            controls.toggle("on", key="on"),
            controls.number("epochs", key="epochs", default=10, minimum=1, maximum=100, step=1),
        )


def test_reading_draws_nothing() -> None:
    at = page_of(only_read)
    at.query_params = {"x": "0.5", "fruit": "c", "some": "b.c", "on": "on", "epochs": "nan"}
    at.run()
    assert not at.exception
    assert at.session_state["told"] == (0.5, "c", ("b", "c"), True, 10)
    assert len(at.main.children) == 0


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"minimum": 0.0, "maximum": 1.0}, "needs minimum, maximum and step"),
        ({"minimum": 0.0, "maximum": 1.0, "step": 1e-6}, "2 to 1001 positions"),
        ({"minimum": 0.0, "maximum": 1.0, "step": 0.3}, "default 0.5 is none of its positions"),
        ({"values": (1.0, 2.0)}, "default 0.5 is none of its positions"),
    ],
)
def test_a_slider_that_cannot_be_says_why(options: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        controls.slider("x", key="x", default=0.5, **options)


def lines() -> None:
    import streamlit as st

    from lib.ui import address, controls

    address.arrive("")
    typed = controls.text("Expression", key="cut_text", default="[0]", longest=12)
    st.button("Corner", key="corner", on_click=controls.put, args=("cut_text", "[:3]"))
    with address.reading():
        assert controls.text("Expression", key="cut_text", default="[0]", longest=12) == typed
    st.markdown(f"typed {typed}")
    address.flush()


def test_a_typed_line_stands_in_the_address() -> None:
    at = page_of(lines).run()
    at.text_input(key="cut_text").set_value("[7:-7]").run()
    assert at.markdown[0].value == "typed [7:-7]"
    assert at.query_params["cut_text"] == "[7:-7]"


def test_a_line_of_the_address_may_be_just_as_long_as_one_that_is_typed() -> None:
    for said, shown in (("[::2]", "[::2]"), ("x" * 12, "x" * 12), ("x" * 13, "[0]")):
        at = page_of(lines)
        at.query_params["cut_text"] = said
        assert at.run().markdown[0].value == f"typed {shown}"


def test_a_button_may_put_a_line_in_place() -> None:
    at = page_of(lines).run()
    at.text_input(key="cut_text").set_value("[7]").run()
    at.button(key="corner").click().run()
    assert at.text_input(key="cut_text").value == "[:3]"
    assert at.markdown[0].value == "typed [:3]"
    at.text_input(key="cut_text").set_value("[8]").run()
    assert at.markdown[0].value == "typed [8]"
