"""Convolution and pooling, the sections on a trained convnet: whole in both languages, and true to their networks."""

import itertools
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from lib import drawn_digits, gradcam
from lib.datasets import images
from lib.handwriting import drawn as ink_of
from lib.layers import ledger, parameters
from lib.lessons.convolution import augmentation
from lib.lessons.convolution import convnet as convnet_lesson
from lib.lessons.convolution.augmentation import SHOWN
from lib.lessons.convolution.layers import BREAK
from lib.maps import maps
from lib.moving import moved
from lib.training import convnet as trainings
from lib.training import convnet_worker
from lib.training.convnet import INPUTS, Network
from lib.training.images import SOURCES, ImageRecipe, ImageRun
from lib.ui import training
from lib.ui.pad import drawn
from lib.ui.text import speaking
from tests.app import NONSENSE, Lesson, assert_no_exception, click, code, metrics, move, pictures, predicted, told

PAGE = "pages/vision/convolution.py"
SECTIONS = ("convnet", "maps", "attention", "moving", "augmentation")
NETWORK = Network(filters=8, depth=2, units=16)
SMALL = {"convnet_filters": "8", "convnet_depth": "2", "convnet_units": "16", "convnet_epochs": "2"}
"""A network that is trained in a moment, for all sections."""

RECIPE = trainings.convnet(NETWORK, source="digits28", epochs=2)
UNFIT = {"convnet_kernel": "5", "convnet_depth": "3"}
TOO_LARGE = {"convnet_pooling": "none", "convnet_units": "512", "convnet_filters": "64"}
TOO_SLOW = {"convnet_pooling": "none", "convnet_units": "16", "convnet_filters": "64", "convnet_depth": "2"}
UNPOOLED = {"convnet_filters": "4", "convnet_depth": "3", "convnet_pooling": "none", "convnet_epochs": "1"}

# Each visit sets several controls of a section, so that every control is seen at both ends.
VISITS: tuple[tuple[str, dict[str, str]], ...] = (
    ("convnet", {"convnet_filters": "4", "convnet_depth": "1", "convnet_units": "16", "convnet_epochs": "1"}),
    ("convnet", SMALL | {"convnet_pooling": "average", "convnet_kernel": "5"}),
    ("maps", {"maps_number": "299", "maps_layer": "1", "maps_map": "7", "maps_row": "25", "maps_column": "0"}),
    ("maps", {"maps_layer": "4", "maps_row": "0", "maps_column": "4", "maps_alone": "on", "maps_epoch": "2"}),
    ("maps", {"maps_layer": "5", "maps_map": "15", "maps_epoch": "1"}),
    ("maps", {"maps_layer": "6", "maps_map": "9"}),
    ("maps", UNPOOLED | {"maps_layer": "3", "maps_row": "21", "maps_column": "0"}),
    ("attention", {"attention_digit": "0", "attention_number": "299", "attention_maps": "first"}),
    ("attention", {"attention_digit": "9", "attention_maps": "last"}),
    ("attention", UNPOOLED | {"attention_maps": "middle"}),
    ("moving", {"moving_right": "-8", "moving_down": "8", "moving_degrees": "-60", "moving_scale": "0.5"}),
    ("moving", {"moving_right": "8", "moving_down": "-8", "moving_degrees": "60", "moving_scale": "1.5"}),
    (
        "augmentation",
        {
            "augmentation_shift": "0",
            "augmentation_turn": "0",
            "augmentation_zoom": "0",
            "augmentation_samples": "50",
            "augmentation_digit": "49",
        },
    ),
    ("augmentation", {"augmentation_shift": "30", "augmentation_turn": "45", "augmentation_zoom": "40"}),
)


def opened(lesson: Lesson, section: str, **settings: str) -> AppTest:
    """A section with the small network, and few epochs where digits are augmented."""
    return lesson(section, **SMALL | {"augmentation_epochs": "10", "augmentation_samples": "50"} | settings)


def run() -> ImageRun:
    """The trained small network, which the page's trainer remembers."""
    found = training.trainer().finished.get(RECIPE)
    assert isinstance(found, ImageRun)
    return found


def assert_whole(at: AppTest, section: str) -> None:
    """Charts have alternative texts and finite numbers, and the code compiles."""
    for chart, datasets in zip(at.get("vega_lite_chart"), pictures(at), strict=True):
        assert chart.proto.alt
        for rows in datasets.values():
            assert np.isfinite(rows.select_dtypes("number").to_numpy()).all()
    assert code(at)
    compile(code(at), section, "exec")


def image(number: int) -> np.ndarray:
    return images(RECIPE.data).x_test[number].astype(np.float32) / 255


# --- Every section is whole -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_is_whole_in_both_languages(lesson: Lesson, section: str, lang: str) -> None:
    at = opened(lesson, section, lang=lang)
    assert_whole(at, section)
    assert not at.error
    assert not at.warning
    assert any("\u4e00" <= letter <= "\u9fff" for letter in at.header[0].value) == (lang == "zh")


@pytest.mark.parametrize(("section", "settings"), VISITS)
def test_a_section_is_whole_at_the_ends_of_its_controls(lesson: Lesson, section: str, settings: dict[str, str]) -> None:
    assert_whole(opened(lesson, section, **settings), section)


@pytest.mark.parametrize("section", SECTIONS)
def test_nonsense_in_the_address_raises_nothing(lesson: Lesson, section: str) -> None:
    own = {key for of, settings in VISITS if of == section for key in settings if key.startswith(section)}
    nonsense = {key: NONSENSE[i % len(NONSENSE)] for i, key in enumerate(sorted(own - set(SMALL)))}
    assert_whole(opened(lesson, section, **nonsense), section)


@pytest.mark.parametrize("section", SECTIONS[1:])
@pytest.mark.parametrize("settings", [UNFIT, TOO_LARGE, TOO_SLOW])
def test_without_a_network_a_section_says_where_to_make_one(
    lesson: Lesson, section: str, settings: dict[str, str]
) -> None:
    at = lesson(section, **settings)
    assert "cannot be trained" in at.info[0].value
    assert not code(at)


PREDICTIONS = {"convnet": "same", "moving": "all", "augmentation": "test"}


@pytest.mark.parametrize(("section", "unsaid"), [("maps", [2, 3]), ("attention", [0, 1, 2, 3]), ("moving", [1, 2])])
def test_of_an_empty_pad_nothing_is_said(lesson: Lesson, section: str, unsaid: list[int]) -> None:
    at = opened(lesson, section, **{f"{section}_image": "drawn"}, maps_layer="6")
    assert [number for number, figure in enumerate(metrics(at)) if figure == "–"] == unsaid
    assert (pictures(at)[0]["bars"]["share"] == 0).all()
    assert "of those that come out of the last convolution" not in told(at)
    assert len(at.info) == 1  # that a digit is to be drawn


# --- Train a convnet --------------------------------------------------------------------------------------------------


def test_both_networks_are_trained_once_a_prediction_is_made(lesson: Lesson) -> None:
    at = opened(lesson, "convnet")
    assert metrics(at)[1] == "?"
    at = predicted(at, "convnet_prediction", "same")
    accuracy = run().test_accuracy[-1]
    assert metrics(at)[0] == f"{100 * accuracy:.1f} %"
    rows = pictures(at)[0]["curves"]
    ends = rows.query("part == 'test' and epoch == 2").set_index("network")["accuracy"]
    assert ends["convnet"] == pytest.approx(accuracy)
    assert f"{100 * ends['dense']:.1f} %" == metrics(at)[1]
    assert f"**{100 * ends['dense']:.1f} %**" in told(at)
    assert f"**{round((1 - accuracy) * 359)}**" in told(at)


def ledger_of(at: AppTest) -> pd.DataFrame:
    (table,) = at.table
    found = table.value
    assert isinstance(found, pd.DataFrame)
    return found.reset_index(drop=True).replace(BREAK, "", regex=True)


def test_the_ledger_counts_what_keras_counts(lesson: Lesson) -> None:
    rows = ledger_of(opened(lesson, "convnet"))
    assert rows.iloc[0].tolist()[1:] == ["26×26×8", "5,408", "(3·3·1 + 1)·8 = 80"]
    assert rows.iloc[-1].tolist()[-1] == f"{parameters(NETWORK.layers, INPUTS):,}"


def test_one_button_shows_what_pooling_saves(lesson: Lesson) -> None:
    at = click(opened(lesson, "convnet"), "without pooling")
    assert "15,9" in at.warning[0].value
    rows = ledger_of(at)
    assert rows.query("layer == 'Flatten()'")["numbers out"].tolist() == ["30,976"]
    assert rows.query("layer == 'Dense(512)'")["parameters"].tolist() == ["(30976 + 1)·512 = 15,860,224"]
    assert "30,976" in told(at)
    assert "count_params" in code(at)


def test_without_pooling_a_smaller_one_is_offered(lesson: Lesson) -> None:
    at = click(opened(lesson, "convnet", convnet_epochs="1"), "without pooling")
    assert "8 filters and 16 units can be trained" in told(at)
    at = click(at, "Take this one")
    assert not at.warning
    assert metrics(at)[0].endswith(" %")
    assert ledger_of(at).iloc[0].tolist()[0] == "Conv2D(8, 3)"


def test_the_smaller_one_without_pooling_is_trained_at_once_with_few_images() -> None:
    assert convnet_lesson.UNPOOLED.refused is None
    for source in ("digits28", "mnist_6000"):
        recipe = trainings.convnet(convnet_lesson.UNPOOLED, source=source, epochs=3)
        assert recipe.products < training.UNASKED


def test_a_dense_network_that_was_better_before_is_named(lesson: Lesson, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = training.images

    def images(recipe: ImageRecipe, *, key: str, **rest: Any) -> ImageRun | None:
        run = whole(recipe, key=key, **rest)
        if run is None or key != "convnet_dense":
            return run
        return replace(run, test_accuracy=np.array([*run.test_accuracy[:-2], 0.95, 0.9]))

    at = predicted(opened(lesson, "convnet"), "convnet_prediction", "same")
    accuracies = pictures(at)[0]["curves"].query("part == 'test' and network == 'dense'")["accuracy"].tolist()
    assert ("than at its end:" in told(at)) == (round(100 * max(accuracies), 1) > round(100 * accuracies[-1], 1))
    monkeypatch.setattr(training, "images", images)
    assert "After epoch 1 the dense network read more test digits correctly than at its end: 95.0 %." in told(at.run())


def test_the_other_buttons_make_networks_that_are_trained(lesson: Lesson) -> None:
    at = click(opened(lesson, "convnet", **TOO_LARGE), "a small one")
    assert not at.warning
    assert ledger_of(at).iloc[0].tolist()[0] == "Conv2D(16, 3)"


def test_layers_that_do_not_fit_are_explained(lesson: Lesson) -> None:
    at = lesson("convnet", **UNFIT)
    assert "layer 5, `Conv2D(64, 5)`, gets maps of 4 × 4 cells, and its window needs 5 × 5" in at.warning[0].value
    assert not at.exception
    assert len(ledger_of(at)) == 5


def test_a_network_that_multiplies_too_often_is_explained(lesson: Lesson) -> None:
    for lang, said in (("en", "multiplies **44,036,512 times** for a single image"), ("zh", "**44,036,512 次**乘法")):
        at = lesson("convnet", lang=lang, **TOO_SLOW)
        assert said in at.warning[0].value
        assert "multiplications for one image" in code(at)


def test_networks_of_all_kinds_are_described(lesson: Lesson, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "images", lambda *_, **__: None)
    for kernel, pooling, depth in itertools.product(("3", "5"), ("max", "average", "none"), ("1", "2", "3")):
        at = lesson("convnet", convnet_kernel=kernel, convnet_pooling=pooling, convnet_depth=depth)
        unfit = (kernel, depth) == ("5", "3")
        assert bool(at.warning) == (unfit or (pooling == "none" and depth == "3"))
        assert ("would find no room" in told(at)) == (unfit and pooling == "none")
        assert ("with pooling, " in told(at).lower()) == (pooling == "none")


def stopped(monkeypatch: pytest.MonkeyPatch, key: str, whole_epochs: int) -> None:
    """Have the run under this key stopped after so many whole epochs."""
    whole = training.images

    def images(recipe: ImageRecipe, *, key: str, asked: str = key, **rest: Any) -> ImageRun | None:
        run = whole(recipe, key=key, **rest)
        if run is None or key != asked:
            return run
        return replace(
            run,
            losses=run.losses[: (whole_epochs + 1) * recipe.updates_per_epoch - 1],
            accuracies=run.accuracies[: (whole_epochs + 1) * recipe.updates_per_epoch - 1],
            test_loss=run.test_loss[:whole_epochs],
            test_accuracy=run.test_accuracy[:whole_epochs],
            weights=run.weights[: whole_epochs + 1],
            weight_epochs=run.weight_epochs[: whole_epochs + 1],
        )

    monkeypatch.setattr(training, "images", images)


@pytest.mark.parametrize(("section", "key"), [("convnet", "convnet"), ("augmentation", "augmentation_plain")])
def test_between_a_whole_run_and_a_stopped_one_there_is_no_verdict(
    lesson: Lesson, monkeypatch: pytest.MonkeyPatch, section: str, key: str
) -> None:
    stopped(monkeypatch, key, 1)
    at = predicted(opened(lesson, section), f"{section}_prediction", "test" if section == "augmentation" else "same")
    assert "?" not in metrics(at)
    assert "You were right." not in told(at)
    assert "Not quite." not in told(at)


@pytest.mark.parametrize("section", SECTIONS[1:4])
def test_a_network_stopped_in_its_first_epoch_is_looked_into(
    lesson: Lesson, monkeypatch: pytest.MonkeyPatch, section: str
) -> None:
    stopped(monkeypatch, "convnet", 0)
    at = opened(lesson, section)
    assert_whole(at, section)
    (said,) = [shown.value for shown in at.info if "Stopped" in shown.value]
    assert "before its first epoch was over" in said


@pytest.mark.parametrize("section", SECTIONS[1:4])
def test_a_stopped_network_is_said_to_be_one(lesson: Lesson, monkeypatch: pytest.MonkeyPatch, section: str) -> None:
    stopped(monkeypatch, "convnet", 1)
    at = opened(lesson, section)
    (said,) = [shown.value for shown in at.info if "Stopped" in shown.value]
    assert "after 1 epoch:" in said


def test_before_a_test_the_accuracy_of_the_latest_batches_is_told(
    lesson: Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped(monkeypatch, "convnet", 0)
    at = opened(lesson, "convnet")
    whole = run()
    begun = whole.accuracies[: whole.recipe.updates_per_epoch - 1]
    expected = 100 * begun[-convnet_lesson.LATEST :].mean()
    assert abs(expected - 100 * whole.accuracies[-convnet_lesson.LATEST :].mean()) > 1
    assert re.fullmatch(r"[\d.]+ % while training", metrics(at)[0])
    assert float(metrics(at)[0].split()[0]) == pytest.approx(expected, abs=0.06)


@pytest.mark.parametrize(
    ("section", "names"),
    [
        ("convnet", ["**convnet**", "**dense network**"]),
        ("moving", ["**convnet**", "**dense network**"]),
        ("augmentation", ["**without augmentation**", "**with augmentation**"]),
    ],
)
def test_what_is_stopped_is_named(
    lesson: Lesson, monkeypatch: pytest.MonkeyPatch, section: str, names: list[str]
) -> None:
    def begun(recipe: ImageRecipe, **_: Any) -> ImageRun:
        nothing = np.zeros(0)
        few = np.array([0.5, 0.5])
        weights = ([np.zeros(shape) for row in ledger(recipe.layers, INPUTS) for shape in row.weights],)
        return ImageRun(recipe, few, few, nothing, nothing, None, weights, 0.0, weight_epochs=(0,))

    monkeypatch.setattr(training, "images", begun)
    monkeypatch.setattr(training, "remembered", lambda key, recipe: begun(recipe))
    at = predicted(opened(lesson, section), f"{section}_prediction", PREDICTIONS[section])
    said = [shown.value for shown in at.markdown]
    assert sorted(text for text in said if text in names) == sorted(names)


def test_whole_networks_need_no_names(lesson: Lesson) -> None:
    assert not {"**convnet**", "**dense network**"} & {shown.value for shown in opened(lesson, "moving").markdown}


def test_what_takes_long_waits_for_a_button(lesson: Lesson) -> None:
    at = lesson("convnet", convnet_pooling="none", convnet_filters="16", convnet_units="64", convnet_epochs="10")
    assert any(button.key == "convnet_train" for button in at.button)
    assert_whole(at, "convnet")


# --- Feature maps -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("layer", "position", "cell"), [(1, 0, (3, 20)), (3, 2, (10, 0))])
def test_a_cell_shows_its_number_and_its_field(
    lesson: Lesson, layer: int, position: int, cell: tuple[int, int]
) -> None:
    row, column = map(str, cell)
    at = opened(lesson, "maps", maps_layer=str(layer), maps_map="2", maps_number="7", maps_row=row, maps_column=column)
    output = maps(RECIPE.layers, run().weights[-1], image(7))[position]
    empty = output.max(axis=(0, 1)) == 0
    side = {0: 3, 2: 8}[position]
    assert metrics(at) == [
        " × ".join(map(str, output.shape)),
        f"{side} × {side}",
        f"{output[(*cell, 2)]:.2f}",
        f"{empty.sum()} / {len(empty)}",
    ]
    assert ("Empty, with nothing above 0" in told(at)) == bool(empty.any())


def test_before_training_the_weights_are_as_drawn(lesson: Lesson) -> None:
    at = opened(lesson, "maps", maps_epoch="2", maps_layer="6", maps_map="3")
    likely = maps(RECIPE.layers, run().weights[0], image(0))[-1]
    assert pictures(at)[0]["bars"]["share"].tolist() == pytest.approx(likely.tolist(), abs=1e-6)
    assert metrics(at)[1] == "28 × 28"
    assert "fit(" not in code(at)


def test_the_last_layer_is_ten_bars(lesson: Lesson) -> None:
    at = opened(lesson, "maps", maps_layer="6", maps_map="3")
    assert pictures(at)[0]["bars"]["share"].sum() == pytest.approx(1)
    assert pictures(at)[0]["bars"]["now"].tolist().index(True) == 3


def test_a_drawn_digit_is_looked_into(lesson: Lesson) -> None:
    strokes = [[(0.5, 0.2), (0.5, 0.8)]]
    at = opened(lesson, "maps", maps_image="drawn", maps_layer="6")
    assert "Draw a digit" in at.info[0].value
    at.session_state["pad"] = drawn(strokes)
    at.run()
    assert_no_exception(at)
    made = drawn_digits.prepare(ink_of(strokes), like="digits28")
    assert made is not None
    pixels = np.round(255 * made.digit).astype(np.uint8)
    likely = maps(RECIPE.layers, run().weights[-1], pixels[..., None] / 255)[-1]
    assert pictures(at)[0]["bars"]["share"].tolist() == pytest.approx(likely.tolist(), abs=1e-6)
    assert "bytes.fromhex" in code(at)


# --- Where it looks ---------------------------------------------------------------------------------------------------


def test_heat_is_that_of_the_predicted_digit_at_first(lesson: Lesson) -> None:
    at = opened(lesson, "attention", attention_number="4")
    likely = maps(RECIPE.layers, run().weights[-1], image(4))[-1]
    digit = int(likely.argmax())
    found = gradcam.heat(RECIPE.layers, run().weights[-1], image(4), 2, digit)
    assert metrics(at) == [
        str(digit),
        f"{found.logit:.2f}",
        f"{100 * likely[digit]:.1f} %",
        f"{found.cells.max():.2f}",
    ]
    assert pictures(at)[0]["bars"]["now"].tolist().index(True) == digit
    assert "11 × 11 cells" in told(at)


def test_every_digit_can_be_asked_for(lesson: Lesson) -> None:
    at = opened(lesson, "attention")
    for digit in range(10):
        move(at, "attention_digit", str(digit))
        found = gradcam.heat(RECIPE.layers, run().weights[-1], image(0), 2, digit)
        assert metrics(at)[:2] == [str(digit), f"{found.logit:.2f}"]
        assert bool(at.info) == found.is_cold


# --- Shift, turn, scale -----------------------------------------------------------------------------------------------


def test_a_moved_digit_is_asked_of_both_networks(lesson: Lesson) -> None:
    at = opened(lesson, "moving", moving_right="3", moving_degrees="20", moving_scale="0.8", moving_number="2")
    shown = moved(image(2)[..., 0], right=3, degrees=20, scale=0.8)
    likely = maps(RECIPE.layers, run().weights[-1], shown[..., None])[-1]
    assert metrics(at)[1] == f"{likely.argmax()} ({100 * likely.max():.0f} %)"
    bars = pictures(at)[0]["bars"]
    assert bars.query("network == 'convnet'")["share"].tolist() == pytest.approx(likely.tolist(), abs=1e-6)
    assert pictures(at)[0]["truth"]["digit"].tolist() == [int(metrics(at)[0])]


def test_the_curve_comes_with_the_prediction_and_marks_the_present_move(lesson: Lesson) -> None:
    at = opened(lesson, "moving", moving_right="4")
    assert len(pictures(at)) == 1
    at = predicted(at, "moving_prediction", "all")
    curves = pictures(at)[1]
    assert curves["now"]["move"].tolist() == [4.0]
    rest = curves["curves"].query("move == 0").set_index("network")["accuracy"]
    assert rest["convnet"] == pytest.approx(run().test_accuracy[-1], abs=1e-6)
    assert f"from {100 * rest['convnet']:.0f} %" in told(at)
    at.button_group(key="moving_curve").set_value("turn").run()
    assert_no_exception(at)
    assert pictures(at)[1]["curves"]["move"].max() == 60


def test_of_many_test_digits_the_first_ones_are_moved(lesson: Lesson, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "images", lambda *_, **__: None)
    asked = [
        lesson("moving", **SMALL | {"convnet_source": source}).radio(key="moving_prediction").label
        for source in ("digits28", "mnist")
    ]
    assert [label.split()[0] for label in asked] == ["359", "400"]


def test_moves_are_asked_for_a_few_at_a_time_and_only_once(lesson: Lesson, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    whole = training.call

    def call(function: Callable[..., Any], *arguments: Any, key: str) -> Any:
        if function is convnet_worker.accuracies:
            asked.append(len(arguments[2]))
        return whole(function, *arguments, key=key)

    monkeypatch.setattr(training, "call", call)
    monkeypatch.setattr(convnet_worker, "MOST_PRODUCTS", 1.0)
    at = predicted(opened(lesson, "moving"), "moving_prediction", "all")
    assert asked == [1] * 17
    move(at, "moving_right", "4")
    assert len(asked) == 17


# --- Data augmentation ------------------------------------------------------------------------------------------------


def test_augmentation_is_trained_once_a_prediction_is_made(lesson: Lesson) -> None:
    at = opened(lesson, "augmentation")
    assert metrics(at)[0] == "?"
    at = predicted(at, "augmentation_prediction", "test")
    curves, shifts = pictures(at)
    ends = curves["curves"].query("part == 'test' and epoch == 10").set_index("network")["accuracy"]
    for name, figure in zip(("moved", "plain"), metrics(at), strict=True):
        assert re.fullmatch(rf"[\d.]+ % / {100 * ends[name]:.1f} %", figure)
    rest = shifts["curves"].query("move == 0").set_index("network")["accuracy"]
    assert rest["moved"] == pytest.approx(ends["moved"], abs=1e-6)
    assert "keras.layers.RandomRotation" in code(at)
    assert SHOWN == 24


@pytest.mark.parametrize(
    ("gain", "en", "zh"),
    [
        (-0.04, "falls by **4.0** points", "下降 **4.0** 个百分点"),
        (0.021, "rises by **2.1** points", "上升 **2.1** 个百分点"),
        (0.0004, "stays the same", "不变"),
    ],
)
def test_a_change_is_said_in_words(gain: float, en: str, zh: str) -> None:
    assert augmentation._changed(gain) == en
    with speaking("zh"):
        assert augmentation._changed(gain) == zh


def test_without_any_moves_there_is_no_verdict_on_them(lesson: Lesson) -> None:
    still = {f"augmentation_{key}": "0" for key in ("shift", "turn", "zoom")}
    at = predicted(opened(lesson, "augmentation", **still), "augmentation_prediction", "neither")
    assert "this is luck" in told(at)
    assert "You were right." not in told(at)


@pytest.mark.parametrize(
    ("training_gain", "test_gain", "right"),
    [(0.1, 0.1, "both"), (-0.1, 0.1, "test"), (-0.1, -0.1, "neither"), (0.1, -0.1, None), (-0.1, 0.0, None)],
)
def test_both_fall_is_right_only_where_both_fall(training_gain: float, test_gain: float, right: str | None) -> None:
    assert augmentation.verdict(training_gain, test_gain) == right


@pytest.mark.slow
def test_with_few_digits_augmentation_pays() -> None:
    moving = trainings.Augmentation(shift=0.1, turn=10, zoom=0.1)
    network = Network(filters=16, depth=2)
    ends = {}
    for name, augmented in (("plain", None), ("moved", moving)):
        recipe = trainings.few(network.layers, source="digits28", samples=200, epochs=40, moved=augmented)
        steps = training.image_training.train(training.trainer(), recipe)
        while True:
            try:
                next(steps)
            except StopIteration as end:
                ends[name] = end.value
                break
    assert ends["moved"].test_accuracy[-3:].mean() > ends["plain"].test_accuracy[-3:].mean()
    assert SOURCES["digits28"].name == ends["moved"].recipe.data.name
