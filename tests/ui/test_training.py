"""What a learner sees of a run: a bar, a stop button, and one plain sentence where something went wrong."""

from collections.abc import Callable, Generator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from lib.datasets import SENTENCES, DataUnavailable
from lib.training.recipe import Progress
from lib.training.trainer import TrainerBusy, TrainerDied, TrainerStopped
from lib.ui import training
from lib.ui.text import speaking
from tests.app import page_of

Steps = Generator[Progress, None, Any]


def page() -> None:
    import streamlit as st

    from lib.ui import training

    number = st.number_input("number", value=1, key="number")
    run = training.sweep((number,), key="unit")  # type: ignore[arg-type]
    st.write(f"result: {run}")


class Script:
    """A trainer whose runs go as a test says."""

    def __init__(self, steps: Callable[[Any], Steps]) -> None:
        self.train = steps


def opened(monkeypatch: pytest.MonkeyPatch, steps: Callable[[Any], Steps]) -> AppTest:
    monkeypatch.setattr(training, "trainer", lambda: Script(steps))
    at = page_of(page)
    at.run()
    assert not at.exception
    return at


def short(recipes: Any) -> Steps:
    yield Progress()
    return "done"


def long(recipes: Any) -> Steps:
    """Train on until the page is left: here the test looks at it."""
    import streamlit as st

    for epoch in (10, 20, 30):
        yield Progress(epoch=epoch, epochs=40)
    st.stop()


def raising(error: Exception) -> Callable[[Any], Steps]:
    def steps(recipes: Any) -> Steps:
        yield Progress()
        raise error

    return steps


def words(at: AppTest) -> list[str]:
    return [shown.value for shown in [*at.info, *at.warning, *at.markdown]]


def bars(at: AppTest) -> list[Any]:
    return [element.proto for element in at.get("progress")]


def keys(at: AppTest) -> set[str | None]:
    return {button.key for button in at.button}


def test_a_short_run_shows_its_result_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    at = opened(monkeypatch, short)
    assert words(at) == ["result: done"]
    assert bars(at) == []
    assert keys(at) == set()


def test_a_long_run_shows_its_epochs_and_a_stop_button(monkeypatch: pytest.MonkeyPatch) -> None:
    at = opened(monkeypatch, long)
    (bar,) = bars(at)
    assert (bar.value, bar.text) == (75, "Training: epoch 30 of 40")
    assert keys(at) == {"unit_stop"}


def test_stop_says_so_until_the_learner_tries_again(monkeypatch: pytest.MonkeyPatch) -> None:
    at = opened(monkeypatch, long)
    at.button(key="unit_stop").click().run()
    assert words(at) == ["Stopped. Change a control, or begin again.", "result: None"]
    monkeypatch.setattr(training, "trainer", lambda: Script(short))
    at.run()
    assert keys(at) == {"unit_again"}
    at.button(key="unit_again").click().run()
    assert words(at) == ["result: done"]


def test_a_changed_control_begins_anew_after_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    at = opened(monkeypatch, long)
    at.button(key="unit_stop").click().run()
    monkeypatch.setattr(training, "trainer", lambda: Script(short))
    at.number_input(key="number").set_value(2).run()
    assert words(at) == ["result: done"]


def test_waiting_and_a_restart_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def waits(recipes: Any) -> Steps:
        import streamlit as st

        yield from [Progress()] * training.PATIENCE
        st.stop()

    def restarts(recipes: Any) -> Steps:
        import streamlit as st

        yield Progress(restarted=True)
        st.stop()

    assert (
        bars(opened(monkeypatch, waits))[0].text
        == "Waiting for the trainer … What it has not trained before is compiled first, for some seconds."
    )
    assert bars(opened(monkeypatch, restarts))[0].text == "The trainer had to be started again; the run goes on."


FAILURES = {
    "busy": (TrainerBusy(40), "40 runs are waiting for the trainer already. Please try again in a moment."),
    "died": (
        TrainerDied(),
        "The trainer stopped several times while it worked on this. Please try a smaller network or fewer samples.",
    ),
    "data": (
        DataUnavailable("missing", path="/srv/secret/mnist.npz", setting="UNFOLD_DATA"),
        "There is no file mnist.npz in the folder that UNFOLD_DATA names. Put it there, or unset UNFOLD_DATA, so that "
        "Keras downloads it.",
    ),
    "stopped": (
        TrainerStopped(),
        "The server is being stopped, so nothing is trained. Please reload the page in a moment.",
    ),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_a_failure_is_one_plain_sentence_and_a_second_try(monkeypatch: pytest.MonkeyPatch, failure: str) -> None:
    error, sentence = FAILURES[failure]
    at = opened(monkeypatch, raising(error))
    assert words(at) == [sentence, "result: None"]
    monkeypatch.setattr(training, "trainer", lambda: Script(short))
    at.button(key="unit_again").click().run()
    assert words(at) == ["result: done"]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("reason", SENTENCES)
def test_every_reason_why_data_is_missing_has_a_sentence(language: str, reason: str) -> None:
    given = {name: f"<{name}>" for name in ("path", "setting", "came", "expected", "key")}
    with speaking(language):
        sentence = training.unavailable(DataUnavailable(reason, **given))
    asked = [name for name in given if f"{{{name}}}" in SENTENCES[reason]]
    assert all(f"<{name}>" in sentence for name in asked)
