"""The laboratory on its page: whatever its controls, its address or its files say, it shows a picture or a sentence."""

import itertools
import json
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from lib.lessons.overfitting.laboratory_names import CONTROLS
from lib.points import spelled
from lib.training import laboratory
from lib.training.laboratory import Settings
from lib.training.trainer import wait
from lib.ui import training
from tests.app import NONSENSE, Lesson, assert_no_exception, code, move, told

SEQUENCE = itertools.count(1)
PAGE = "pages/generalization/overfitting.py"
OWN = tuple((float(k % 6), float(k % 5) - 2, float(k % 2)) for k in range(24))
TRAINED = (
    laboratory.DEFAULT,
    Settings(data="plane", activations=("relu", "relu")),
    Settings(data="own_classes", points=OWN),
    Settings(units=(), activations=(), by_update=True),
    Settings(dropout=0.5),
)


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    """What these tests train is compiled before the first of them looks at its watch."""
    for settings in TRAINED:
        wait(training.trainer().train((laboratory.recipe(settings),)))


def pictured(at: AppTest) -> list[dict[str, Any]]:
    """What the playgrounds were sent."""
    sent = [json.loads(component.proto.json) for component in at.get("bidi_component")]
    return [data for data in sent if "featureNames" in data]


def keys(at: AppTest) -> set[str]:
    """The keys of the controls on the page, live sliders too."""
    sent = [json.loads(component.proto.json) for component in at.get("bidi_component")]
    native = [*at.selectbox, *at.number_input, *at.toggle, *at.button, *at.button_group]
    return {data["key"] for data in sent if "texts" in data} | {str(each.key) for each in native}


def sent(at: AppTest, **event: Any) -> AppTest:
    """Do in the picture what the browser would tell of."""
    at.session_state["laboratory_playground"] = {"sent": {"events": [event | {"sequence": next(SEQUENCE)}]}}
    at.run()
    assert_no_exception(at)
    return at


def test_it_opens_with_a_run_that_has_learned(lesson: Lesson) -> None:
    at = lesson("laboratory")
    (data,) = pictured(at)
    assert data["task"] == "binary"
    assert data["run"]["network"]["inputs"] == 2
    assert [layer["units"] for layer in data["run"]["network"]["layers"]] == [4, 2, 1]
    assert len(data["run"]["loss"]) == laboratory.DEFAULT.epochs
    assert at.success
    assert "keras.layers.Dense(4" in code(at)
    before = data["run"]["loss"]
    move(at, "laboratory_rate", "0.001")  # a number: nothing is compiled
    (data,) = pictured(at)
    assert data["run"]["loss"] != before
    assert at.info
    assert "SGD(0.001)" in code(at)
    move(at, "laboratory_rate", "0.1")
    sent(at, kind="weight", place="0.1.3", value=2.5)
    (data,) = pictured(at)
    assert data["edited"]
    assert data["run"]["loss"] != before
    assert "weights[0][1, 3] = 2.5" in code(at)
    sent(at, kind="forget")
    assert pictured(at)[0]["run"]["loss"] == before


@pytest.mark.parametrize(
    "event",
    [
        {"kind": "weight", "place": "9.9.9", "value": 1},
        {"kind": "weight", "place": "0.0.0", "value": "nan"},
        {"kind": "weight", "place": "0.0.0", "value": 1e9},
        {"kind": "weight", "place": None, "value": None},
        {"kind": "point", "x": "a", "y": None},
        {"kind": "else"},
        {"kind": []},
    ],
)
def test_nonsense_from_the_browser_changes_nothing(lesson: Lesson, event: dict[str, Any]) -> None:
    at = lesson("laboratory")
    before = pictured(at)[0]["run"]
    assert pictured(sent(at, **event))[0]["run"] == before


def test_a_learning_rate_that_is_too_large_is_explained(lesson: Lesson) -> None:
    at = lesson("laboratory", laboratory_data="plane", laboratory_activation="relu", laboratory_rate="100")
    assert "diverged in epoch" in at.warning[0].value
    (data,) = pictured(at)
    assert np.isfinite(data["run"]["loss"]).all()


def test_points_are_clicked_typed_and_taken_back(lesson: Lesson) -> None:
    at = lesson("laboratory", laboratory_data="own_classes")
    assert pictured(at)[0]["run"] is None
    assert not code(at)
    sent(at, kind="point", x=1.0, y=2.0)
    assert "So far there are 1 points" in at.info[0].value
    at.number_input(key="laboratory_x1").set_value(-2.0).run()
    at.button(key="laboratory_add").click().run()
    assert at.query_params["laboratory_points"] == "1*2*0_-2*0*0"
    at.button(key="laboratory_back").click().run()
    assert at.query_params["laboratory_points"] == "1*2*0"
    at.button(key="laboratory_clear").click().run()
    assert "laboratory_points" not in at.query_params
    assert_no_exception(at)


def test_points_of_the_address_are_trained_on(lesson: Lesson) -> None:
    at = lesson("laboratory", laboratory_data="own_classes", laboratory_points=spelled(OWN))
    (data,) = pictured(at)
    assert data["run"] is not None
    assert data["adding"]
    assert "(0.0, -2.0, 0.0)," in code(at)


def test_a_file_becomes_points_or_a_sentence(lesson: Lesson) -> None:
    at = lesson("laboratory", laboratory_data="own_classes")
    rows = "".join(f"{k},{k % 5},{'red' if k % 2 else 'blue'}\n" for k in range(60))
    at.file_uploader(key="laboratory_file_own_classes").upload("mine.csv", rows.encode(), "text/csv").run()
    assert_no_exception(at)
    (data,) = pictured(at)
    assert data["classes"] == ["blue", "red"]
    assert "laboratory_points" not in at.query_params  # too many for an address
    assert any("scaled into the square" in shown.value for shown in at.caption)
    at.file_uploader(key="laboratory_file_own_classes").upload("bad.csv", b"1,2\n3,4\n", "text/csv").run()
    assert_no_exception(at)
    assert "this many columns: 2" in at.error[0].value
    assert pictured(at)[0]["classes"] == ["blue", "red"]  # the last good file stays


def test_two_runs_stand_side_by_side(lesson: Lesson) -> None:
    at = lesson("laboratory", laboratory_compare="on")
    first, second = pictured(at)
    assert first["name"] == "Learning rate: 0.1"
    assert second["name"] == "Learning rate: 0.01"
    assert first["group"] == second["group"] != ""
    assert first["run"]["top"] == second["run"]["top"]
    assert first["points"] == second["points"]


@pytest.mark.parametrize(
    "settings",
    [
        {"laboratory_difference": "momentum"},  # which plain gradient descent has not
        {"laboratory_difference": "noise", "laboratory_data": "own_classes", "laboratory_points": spelled(OWN)},
    ],
)
def test_two_runs_that_would_be_the_same_are_one(lesson: Lesson, settings: dict[str, str]) -> None:
    at = lesson("laboratory", laboratory_compare="on", **settings)
    assert len(pictured(at)) == 1
    assert "Both runs are the same" in at.info[0].value


def test_the_model_of_any_epoch_can_be_taken_home(lesson: Lesson) -> None:
    at = lesson("laboratory")
    at.session_state["laboratory_export"] = True
    at.run()
    assert_no_exception(at)
    (chosen,) = at.select_slider
    assert chosen.label == "Model after epoch"
    assert chosen.options == [str(epoch) for epoch in range(laboratory.DEFAULT.epochs + 1)]
    assert chosen.value == laboratory.DEFAULT.epochs
    chosen.set_value(7).run()
    assert_no_exception(at)
    assert at.select_slider[0].value == 7
    move(at, "laboratory_rate", "0.03")  # another run of as many epochs
    assert_no_exception(at)


def test_what_there_is_to_notice_follows_the_settings(lesson: Lesson) -> None:
    at = lesson("laboratory")
    assert "each unit draws" in told(at)
    assert "mean over the epoch" in told(at)
    assert "masks" not in told(at)
    at = lesson("laboratory", laboratory_layers="0", laboratory_updates="on", laboratory_dropout="0.5")
    assert "without hidden units" in told(at)
    assert "after each single update" in told(at)
    assert "masks" not in told(at)  # there is nothing to drop
    assert "masks" in told(lesson("laboratory", laboratory_dropout="0.5"))


def test_a_class_is_spared_what_the_address_hides(lesson: Lesson) -> None:
    shown = keys(lesson("laboratory"))
    at = lesson("laboratory", hide="noise.optimizer.data.nonsense.compare.teachers", laboratory_noise="0")
    left = keys(at)
    assert {"laboratory_noise", "laboratory_optimizer", "laboratory_data", "laboratory_compare"} <= shown - left
    assert "laboratory_rate" in left
    assert ".0 * rng.standard_normal" in code(at)  # what is hidden keeps its value
    assert not any("teachers" in (each.label or "") for each in at.expander)


def test_everything_may_be_hidden(lesson: Lesson) -> None:
    at = lesson("laboratory", hide=".".join(CONTROLS))
    assert pictured(at)[0]["run"] is not None
    assert not [key for key in keys(at) if key.startswith("laboratory_")]


@pytest.mark.parametrize("said", NONSENSE)
def test_nonsense_in_the_address_leaves_the_defaults(lesson: Lesson, said: str) -> None:
    names = ("rate", "epochs", "layers", "units_1", "noise", "points", "hand", "features", "seed", "patience")
    at = lesson("laboratory", hide=said, **{f"laboratory_{name}": said for name in names})
    assert pictured(at)[0]["run"]["epochs"] == laboratory.DEFAULT.epochs
    assert f"[{laboratory.DEFAULT.seed}, epoch]" in code(at)


def test_it_speaks_chinese(lesson: Lesson) -> None:
    at = lesson("laboratory", lang="zh")
    assert pictured(at)[0]["words"]["epoch"] == "第 {epoch} 轮"
    assert "过拟合" in told(at)
