"""A prediction is made before the answer, and stays."""

from streamlit.testing.v1 import AppTest

from tests.app import page_of


def page() -> None:
    import streamlit as st

    from lib.ui.predict import predict

    chinese = st.session_state.get("chinese", False)
    options = {"sgd": "随机梯度下降", "adam": "亚当"} if chinese else {"sgd": "Plain SGD", "adam": "Adam"}
    if not st.session_state.get("elsewhere"):
        answer = predict("Which is first?", options, key="race_winner")
        if answer:
            st.success(f"You said {answer}.")


def committed(option: str) -> AppTest:
    at = page_of(page).run()
    at.radio(key="race_winner").set_value(option).run()
    at.button(key="race_winner_commit").click().run()
    assert not at.exception
    return at


def test_nothing_is_answered_before_a_choice() -> None:
    at = page_of(page).run()
    assert at.radio(key="race_winner").value is None
    assert at.button(key="race_winner_commit").disabled
    assert not at.success


def test_a_choice_alone_is_no_commitment() -> None:
    at = page_of(page).run()
    at.radio(key="race_winner").set_value("adam").run()
    assert not at.success
    assert not at.button(key="race_winner_commit").disabled


def test_a_commitment_opens_the_answer() -> None:
    at = committed("adam")
    assert at.success[0].value == "You said adam."
    assert not at.radio


def test_the_address_gives_nothing_away() -> None:
    assert committed("adam").query_params == {}


def test_the_prediction_outlives_another_section_and_another_language() -> None:
    at = committed("adam")
    at.session_state["elsewhere"] = True
    at.run()
    at.session_state["elsewhere"] = False
    at.session_state["chinese"] = True
    at.run()
    assert at.success[0].value == "You said adam."
    assert any("亚当" in shown.value for shown in at.markdown)


def test_another_session_has_to_predict_for_itself() -> None:
    committed("adam")
    assert page_of(page).run().radio(key="race_winner").value is None
