"""What a learner sees of a network on images: a picture that grows, time left, a stop that keeps what is there."""

import re
from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from lib.training import images
from lib.training.trainer import Finished, TrainerBusy, TrainerDied
from lib.ui import training
from tests.app import page_of


def page(width: int = 8, epochs: int = 2) -> None:
    import streamlit as st

    from lib.datasets import request
    from lib.layers import Dense, Flatten
    from lib.training.images import ImageRecipe
    from lib.ui import training

    layers = (Flatten(), Dense(width), Dense(10, "softmax"))
    recipe = ImageRecipe(request("digits28", samples=400, seed=5), layers, batch_size=32, epochs=epochs)
    drawn = []
    st.button("other", key="other")
    run = training.images(recipe, key="demo", draw=lambda run: drawn.append(len(run.losses)))
    st.write(f"result: {len(run.losses) if run else None} of {recipe.epochs * recipe.updates_per_epoch}")
    st.session_state["drawn"] = drawn


@pytest.fixture(autouse=True)
def _small_parts_and_nothing_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "PART_SECONDS", 0.0)
    monkeypatch.setattr(training.trainer(), "finished", Finished())


def opened(*args: int) -> AppTest:
    at = page_of(page, args=args).run()
    assert not at.exception
    return at


def interrupted(monkeypatch: pytest.MonkeyPatch, updates: int) -> None:
    """Let the page be left when so many updates are done."""
    go_on = images.train

    def train(*args: object) -> Iterator[object]:
        import streamlit as st

        for step in go_on(*args):  # type: ignore[arg-type]
            yield step
            if isinstance(step, images.ImageRun) and len(step.losses) == updates:
                monkeypatch.setattr(images, "train", go_on)
                st.stop()

    monkeypatch.setattr(images, "train", train)


def words(at: AppTest) -> list[str]:
    return [shown.value for shown in [*at.info, *at.warning, *at.markdown]]


def test_a_run_is_drawn_while_it_grows_and_once_it_is_there() -> None:
    at = opened()
    drawn = at.session_state["drawn"]
    assert drawn == sorted(drawn)
    assert drawn[-1] == 20
    assert len(set(drawn)) == 20
    assert words(at) == ["result: 20 of 20"]
    assert not at.get("progress")
    at.run()
    assert at.session_state["drawn"] == [20]


def test_progress_says_the_batch_the_loss_and_the_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    interrupted(monkeypatch, 14)
    (bar,) = [element.proto for element in opened().get("progress")]
    said = re.fullmatch(
        r"Epoch 2 of 2, batch 4 of 10 · loss \d\.\d{3} · accuracy \d+\.\d% · about (\d+) s left", bar.text
    )
    assert said
    assert int(said[1]) < 100
    assert bar.value == 70


def test_stop_keeps_what_is_there_and_another_press_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    interrupted(monkeypatch, 14)
    at = opened()
    at.button(key="demo_stop").click().run()
    assert words(at) == ["Stopped after 14 updates: what was learned so far is kept.", "result: 14 of 20"]
    assert at.session_state["drawn"] == [14]
    at.button(key="other").click().run()
    assert words(at)[-1] == "result: 14 of 20"
    at.button(key="demo_again").click().run()
    assert words(at) == ["result: 20 of 20"]
    assert at.session_state["drawn"][0] == 14


def test_another_control_does_not_begin_the_training_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    interrupted(monkeypatch, 14)
    at = opened()
    at.button(key="other").click().run()
    assert at.session_state["drawn"][0] == 14
    assert words(at) == ["result: 20 of 20"]


def test_what_takes_long_waits_until_the_learner_asks_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "UNASKED", 0)
    at = opened()
    assert words(at) == ["result: None of 20"]
    (button,) = [button for button in at.button if button.key == "demo_train"]
    assert button.label == "Train: 20 updates"
    button.click().run()
    assert words(at) == ["result: 20 of 20"]
    at.run()
    assert words(at) == ["result: 20 of 20"]


def test_a_busy_trainer_is_a_sentence_and_a_second_try(monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object) -> Iterator[object]:
        raise TrainerBusy(40)
        yield

    with monkeypatch.context() as patch:
        patch.setattr(images, "train", busy)
        at = opened()
        assert words(at) == [
            "40 runs are waiting for the trainer already. Please try again in a moment.",
            "result: None of 20",
        ]
    at.button(key="demo_again").click().run()
    assert words(at) == ["result: 20 of 20"]


def test_a_trainer_that_dies_costs_nothing_of_what_is_trained(monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = images.train

    def dies(*args: object) -> Iterator[object]:
        for step in go_on(*args):  # type: ignore[arg-type]
            yield step
            if isinstance(step, images.ImageRun) and len(step.losses) == 14:
                raise TrainerDied

    with monkeypatch.context() as patch:
        patch.setattr(images, "train", dies)
        at = opened()
        assert words(at)[-1] == "result: 14 of 20"
    at.button(key="demo_again").click().run()
    assert at.session_state["drawn"][0] == 14
    assert words(at) == ["result: 20 of 20"]


def test_a_visitor_keeps_no_more_runs_than_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    def several() -> None:
        import streamlit as st

        from lib.datasets import request
        from lib.layers import Dense, Flatten
        from lib.training.images import ImageRecipe
        from lib.ui import training

        for width in (4, 5, 6):
            layers = (Flatten(), Dense(width), Dense(10, "softmax"))
            recipe = ImageRecipe(request("digits28", samples=400, seed=5), layers, batch_size=320, epochs=1)
            training.images(recipe, key=f"demo {width}")
            training.trainer().finished.keep(recipe, None, 0)
        st.write(" ".join(training._image_runs()))

    at = page_of(several).run()
    assert words(at) == ["demo 4 demo 5 demo 6"]
    monkeypatch.setattr(training, "SESSION_BYTES", 80_000)
    at = page_of(several).run()
    assert words(at) == ["demo 6"]


def test_of_runs_that_do_not_fit_those_of_other_sections_go_first_and_whole_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def several() -> None:
        from dataclasses import replace

        import streamlit as st

        from lib.datasets import request
        from lib.layers import Dense, Flatten
        from lib.training.images import ImageRecipe, ImageRun
        from lib.ui import training

        runs = st.session_state.setdefault("made", [])
        if not runs:
            layers = (Flatten(), Dense(5), Dense(10, "softmax"))
            recipe = ImageRecipe(request("digits28", samples=400, seed=5), layers, batch_size=320, epochs=2)
            runs.append(training.images(recipe, key="stopped"))
        whole = runs[0]
        assert isinstance(whole, ImageRun)
        st.session_state["step"] = "train"
        training._remember("stopped", replace(whole, test_loss=whole.test_loss[:1]))
        st.session_state["step"] = st.session_state.get("later", "train")
        for key in ("one", "other"):
            training._remember(key, whole)
        st.write(" ".join(training._image_runs()))

    at = page_of(several)
    monkeypatch.setattr(training, "SESSION_BYTES", 0)
    assert words(at.run()) == ["other"]
    (whole,) = at.session_state["made"]
    monkeypatch.setattr(training, "SESSION_BYTES", 2.5 * whole.nbytes)
    assert words(at.run()) == ["stopped other"]
    at.session_state["later"] = "trouble"
    assert words(at.run()) == ["one other"]  # both are drawn there, again at each move
