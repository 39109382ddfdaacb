"""The lesson on the first network: its data, images as numbers, and the four parts of the training loop."""

import base64
import io
import json
import os
import re
from typing import Any

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from lib import loop
from lib.datasets import images
from lib.training.first_network import LEARNING_RATES
from lib.training.image_worker import train_part
from lib.training.images import SOURCES, ImageRecipe
from tests.app import (
    NONSENSE,
    Lesson,
    assert_no_exception,
    code,
    loaded,
    metrics,
    move,
    pictures,
    positions,
    predicted,
    told,
)

PAGE = "pages/start/first_network.py"
CHARTS = {"data": 1, "numbers": 0, "parts": 1}
# Several controls at one end at a time.
ENDS: dict[str, tuple[dict[str, str], ...]] = {
    "data": (
        {"data_part": "test", "data_digit": "9", "data_start": "300"},
        {"data_part": "train", "data_digit": "0", "data_start": "1380"},
    ),
    "numbers": (
        {"numbers_image": "99", "numbers_row": "20", "numbers_column": "0"},
        {"numbers_stage": "scaled", "numbers_row": "0", "numbers_column": "20"},
        {"numbers_stage": "row"},
        {"numbers_stage": "one_hot", "numbers_image": "99"},
    ),
    "parts": (
        {"parts_step": "5", "parts_hidden": "3", "parts_width": "8", "parts_batch": "16", "parts_optimizer": "sgd"},
        {"parts_step": "2", "parts_width": "1024", "parts_batch": "512", "parts_optimizer": "adam"},
        {"parts_step": "3", "parts_hidden": "2", "parts_width": "16", "parts_optimizer": "momentum"},
        {"parts_step": "4", "parts_width": "32"},
    ),
}
VISITS = [(section, ends) for section, visits in ENDS.items() for ends in visits]


def assert_whole(at: AppTest, section: str, charts: int | None = None) -> None:
    """The section shows its charts with rows of finite numbers, and code that compiles."""
    assert not at.error
    assert not at.warning
    assert len(at.get("vega_lite_chart")) == (CHARTS[section] if charts is None else charts)
    for chart, datasets in zip(at.get("vega_lite_chart"), pictures(at), strict=True):
        assert chart.proto.alt
        for rows in datasets.values():
            assert np.isfinite(rows.select_dtypes("number").to_numpy()).all()
    compile(code(at), section, "exec")


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("section", CHARTS)
def test_a_section_is_whole_in_both_languages(lesson: Lesson, section: str, lang: str) -> None:
    at = lesson(section, lang=lang)
    assert_whole(at, section)
    assert any("\u4e00" <= letter <= "\u9fff" for letter in at.header[0].value) == (lang == "zh")


@pytest.mark.parametrize(("section", "ends"), VISITS)
def test_a_section_is_whole_at_the_ends_of_its_controls(lesson: Lesson, section: str, ends: dict[str, str]) -> None:
    charts = 1 if ends.get("numbers_stage") == "one_hot" else None
    assert_whole(lesson(section, lang="zh", **ends), section, charts)


@pytest.mark.parametrize("section", CHARTS)
def test_nonsense_in_the_address_raises_nothing(lesson: Lesson, section: str) -> None:
    keys = {key for ends in ENDS[section] for key in ends} | {"data_source"}
    at = lesson(section, **{key: NONSENSE[i % len(NONSENSE)] for i, key in enumerate(sorted(keys))})
    assert_whole(at, section)


def test_the_page_process_computes_all_this_without_tensorflow() -> None:
    assert not {"keras", "tensorflow"} & loaded(PAGE, list(CHARTS))


# --- The data ---------------------------------------------------------------------------------------------------------


def test_the_digits_are_counted(lesson: Lesson) -> None:
    at = lesson("data", data_digit="3")
    counts = np.bincount(images(SOURCES["digits28"]).y_train)
    (bars,) = pictures(at)
    assert bars["bars"]["count"].tolist() == counts.tolist()
    assert bars["bars"].query("now")["digit"].tolist() == [3]
    assert metrics(at) == ["1,438", "10", "28 × 28", f"{100 * counts.max() / 1438:.1f} %"]


def test_behind_the_last_digit_a_sentence_says_so(lesson: Lesson) -> None:
    at = lesson("data", data_part="test", data_digit="9", data_start="300")
    last = images(SOURCES["digits28"]).y_test[300:]
    assert len(at.info) == (9 not in last)


def test_numbers_of_images_count_all_digits(lesson: Lesson) -> None:
    for digit, label in (("all", "From image number"), ("2", "From image number, counting all digits")):
        sent = [json.loads(shown.proto.json) for shown in lesson("data", data_digit=digit).get("bidi_component")]
        assert [data["label"] for data in sent if data.get("key") == "data_start"] == [label]


def test_data_that_cannot_be_had_leave_controls_and_code(lesson: Lesson, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lib.ui.training.call", lambda *_, **__: None)
    for section in ("data", "numbers"):
        at = lesson(section, data_source="mnist")
        assert "keras.datasets.mnist.load_data()" in code(at)
        assert not metrics(at)
        assert at.button_group(key="data_source").value == "mnist"


@pytest.mark.skipif(not os.environ.get("UNFOLD_DATA"), reason="UNFOLD_DATA names no folder with the real mnist.npz")
def test_mnist_has_a_thousand_sheets(lesson: Lesson) -> None:
    at = lesson("data", data_source="mnist", data_digit="1")
    assert metrics(at) == ["60,000", "10", "28 × 28", "11.2 %"]
    assert len(positions(at)["data_start"]) == 1000
    move(at, "data_start", "59,940")
    assert_whole(at, "data")
    shown: Any = lesson("numbers", data_source="mnist", numbers_stage="row")
    assert metrics(shown) == ["(60000, 784)", "float32", "0 … 1", "188 MB"]


# --- Images as numbers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stage", "shown"),
    [
        ("stored", ["(1438, 28, 28)", "uint8", "1.13 MB"]),
        ("scaled", ["(1438, 28, 28)", "float32", "4.51 MB"]),
        ("row", ["(1438, 784)", "float32", "4.51 MB"]),
    ],
)
def test_each_stage_says_shape_type_range_and_memory(lesson: Lesson, stage: str, shown: list[str]) -> None:
    at = lesson("numbers", numbers_stage=stage, numbers_image="7")
    image = images(SOURCES["digits28"]).x_train[7]
    most = f"{image.max()}" if stage == "stored" else f"{image.max() / 255:.3g}"
    shape, dtype, memory = shown
    assert metrics(at) == [shape, dtype, f"{image.min()} … {most}", memory]


def test_scaling_takes_four_times_the_memory(lesson: Lesson) -> None:
    at = predicted(lesson("numbers"), "numbers_prediction", "more")
    assert any("You were right." in said.value and "1.13 MB become 4.51 MB" in said.value for said in at.markdown)


def test_the_one_hot_label_picks_the_logarithm_of_the_right_digit(lesson: Lesson) -> None:
    at = lesson("numbers", numbers_stage="one_hot", numbers_image="4")
    label = int(images(SOURCES["digits28"]).y_train[4])
    (chart,) = pictures(at)
    texts = chart["cells"]["text"].to_numpy().reshape(3, 10)
    assert texts[0].tolist() == [str(int(digit == label)) for digit in range(10)]
    assert np.abs(texts[1].astype(float).sum() - 1) < 0.05
    assert np.flatnonzero(texts[2].astype(float)).tolist() == [label]
    sparse, categorical = at.table[0].value.iloc[:, -1]
    assert sparse == categorical
    assert float(sparse) == pytest.approx(-np.log(float(texts[1][label])), abs=0.06)
    assert metrics(at) == [str(label), "(1438,)", "(1438, 10)"]


# --- The parts --------------------------------------------------------------------------------------------------------


def test_the_network_of_the_course_has_its_counts(lesson: Lesson) -> None:
    at = lesson("parts")
    assert metrics(at) == ["407,050", "407,050", "12", "30", "60"]
    texts = pictures(at)[0]["texts"]["text"].tolist()
    for said in ("(128, 784)", "(128, 512)", "401,920", "5,130", "(784, 512) (512,)", "(512, 10) (10,)"):
        assert said in texts
    assert metrics(lesson("parts", parts_optimizer="adam"))[1] == "814,100"
    assert metrics(lesson("parts", parts_optimizer="sgd"))[1] == "0"


def test_the_loop_has_the_loss_that_training_begins_with(lesson: Lesson) -> None:
    part = train_part(ImageRecipe(SOURCES["digits28"]), None, 0.0)
    at = lesson("parts", parts_step="3")
    assert f"is {part.losses[0]:.3f}; guessing evenly would give ln 10 = 2.303" in told(at)
    assert f"{part.accuracies[0]:.1%}" in pictures(at)[0]["texts"]["text"].tolist()
    assert 2 < part.losses[0] < 2.7


def test_numbers_appear_when_their_step_has_come(lesson: Lesson) -> None:
    seen = []
    for step in ("1", "2", "3", "4", "5"):
        rows = pictures(lesson("parts", parts_step=step))[0]
        seen.append((len(rows["bars"]), rows["texts"]["text"].str.startswith("→").sum()))
    assert seen == [(0, 0), (10, 0), (10, 0), (10, 0), (10, 3)]


def test_a_first_step_of_rmsprop_may_raise_the_loss_of_its_batch(lesson: Lesson) -> None:
    """The page says so where it is so, and nowhere else."""
    for optimizer, rises in (("rmsprop", True), ("adam", False)):
        said = told(lesson("parts", parts_step="5", parts_optimizer=optimizer))
        before, after = (float(word) for word in said.split("the loss goes from ")[1].split(",")[0].split(" to "))
        assert (before < after) == rises
        assert (f"the loss rises from {before:.3f} to {after:.3f}" in said) == rises


@pytest.mark.parametrize("optimizer", loop.OPTIMIZERS)
def test_the_loop_steps_as_far_as_the_training_of_the_lesson(lesson: Lesson, optimizer: str) -> None:
    at = lesson("parts", parts_step="5", parts_optimizer=optimizer)
    rate = LEARNING_RATES[optimizer]
    assert f"learning rate {rate:g}" in pictures(at)[0]["texts"]["text"].tolist()
    assert f"({rate!r}" in code(at)
    said = told(at).replace("\N{MINUS SIGN}", "-")
    slope, old, new = map(float, re.findall(r"slope (\S+), goes from (\S+) to (\S+)\.", said)[0])
    assert (new - old) * slope < 0
    if optimizer in ("sgd", "momentum"):
        assert new - old == pytest.approx(-rate * slope, abs=2e-5)
    assert ("velocity. That begins at 0" in told(at)) == (optimizer == "momentum")


@pytest.mark.parametrize(("hidden", "width", "share"), [("1", "512", 99), ("3", "1024", 28)])
def test_it_is_said_how_many_of_the_weights_the_first_layer_has(
    lesson: Lesson, hidden: str, width: str, share: int
) -> None:
    assert f"has {share} % of them" in told(lesson("parts", parts_hidden=hidden, parts_width=width))


def test_an_untrained_network_guesses(lesson: Lesson) -> None:
    at = predicted(lesson("parts"), "parts_prediction", "guessing")
    assert any("You were right." in said.value and "−ln 0.1 = 2.303" in said.value for said in at.markdown)


def test_the_images_of_the_loop_are_those_of_its_labels(lesson: Lesson) -> None:
    digits = pictures(lesson("parts"))[0]["digits"]
    found = images(SOURCES["digits28"])
    first = base64.b64decode(digits["url"][0].split(",")[1])
    order = np.random.default_rng([0, 0]).permutation(1438)
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(first))), found.x_train[order[0], ..., 0])
    assert digits["first"].tolist() == [True, *[False] * 7]


def test_moving_the_step_moves_the_frame(lesson: Lesson) -> None:
    at = move(lesson("parts"), "parts_step", "4 gradient")
    assert_no_exception(at)
    assert "each of the 407,050 weights" in told(at)
