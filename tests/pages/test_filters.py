"""Kernels learn, what excites a filter: both sections whole at the ends of their controls, and true to NumPy."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from lib import filters
from lib.charts.convolution import excite as charts
from lib.layers import ledger
from lib.lessons import pictures
from lib.lessons.convolution import excite, kernels
from lib.maps import maps
from lib.training import excitation
from lib.training.convnet import Network
from lib.training.convnet import convnet as asked
from lib.training.images import ImageRecipe, ImageRun, samples
from lib.ui import training
from tests.app import NONSENSE, Lesson, assert_no_exception, code, metrics, move, positions, predicted, told
from tests.app import pictures as charts_of

PAGE = "pages/vision/convolution.py"
SECTIONS = ("kernels", "excite")
SMALL = {"convnet_filters": "4", "convnet_depth": "2", "convnet_units": "16", "convnet_epochs": "2"}
RECIPE = asked(Network(filters=4, depth=2, units=16), source="digits28", epochs=2)

BLANK = np.zeros((3, 2, 28, 28), np.uint8)

# Each visit sets several controls of a section, so that every control is seen at both ends.
VISITS: tuple[tuple[str, dict[str, str]], ...] = (
    ("kernels", {"layer": "1", "filter": "0", "number": "0", "epoch": "2"}),
    ("kernels", {"layer": "1", "filter": "3", "number": "299", "epoch": "0"}),
    ("kernels", {"layer": "2", "filter": "7", "channel": "3", "view": "filter", "epoch": "1"}),
    ("kernels", {"layer": "2", "filter": "0", "channel": "0", "view": "channel", "image": "drawn"}),
    ("excite", {"layer": "1", "filter": "3", "noise": "0", "steps": "10", "step": "10"}),
    ("excite", {"layer": "2", "filter": "7", "noise": "0.5", "steps": "60", "step": "0"}),
)


def visited(lesson: Lesson, section: str, lang: str = "en", **settings: str) -> AppTest:
    return lesson(section, lang=lang, **SMALL, **{f"{section}_{key}": value for key, value in settings.items()})


def trained() -> ImageRun:
    """The run that the page has looked into."""
    run = training.trainer().finished.get(RECIPE)
    assert isinstance(run, ImageRun)
    return run


def assert_whole(at: AppTest, section: str) -> None:
    """Charts have alternative texts and finite numbers, and the code compiles."""
    assert len(at.get("vega_lite_chart")) == (2 if section == "kernels" else 1)
    for chart, datasets in zip(at.get("vega_lite_chart"), charts_of(at), strict=True):
        assert chart.proto.alt
        for rows in datasets.values():
            assert np.isfinite(rows.select_dtypes("number").to_numpy()).all()
    compile(code(at), section, "exec")


# --- Both are whole ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_is_whole_in_both_languages(lesson: Lesson, section: str, lang: str) -> None:
    at = visited(lesson, section, lang)
    assert_whole(at, section)
    assert not at.error
    assert not at.warning
    assert any("\u4e00" <= letter <= "\u9fff" for letter in at.header[0].value) == (lang == "zh")


@pytest.mark.parametrize(("section", "settings"), VISITS)
def test_a_section_is_whole_at_the_ends_of_its_controls(lesson: Lesson, section: str, settings: dict[str, str]) -> None:
    at = visited(lesson, section, **settings)
    assert_whole(at, section)
    assert not at.error


@pytest.mark.parametrize("section", SECTIONS)
def test_nonsense_in_the_address_raises_nothing(lesson: Lesson, section: str) -> None:
    keys = ("layer", "filter", "channel", "view", "epoch", "image", "number", "noise", "steps", "step")
    at = visited(lesson, section, **{key: NONSENSE[i % len(NONSENSE)] for i, key in enumerate(keys)})
    assert_whole(at, section)


@pytest.mark.parametrize("section", SECTIONS)
def test_a_network_that_cannot_be_trained_is_named(lesson: Lesson, section: str) -> None:
    at = lesson(section, convnet_kernel="5", convnet_depth="3")
    assert not at.get("vega_lite_chart")
    assert code(at) == ""
    assert at.info or at.warning


@pytest.mark.parametrize("section", SECTIONS)
def test_a_single_convolution_needs_no_choice_of_layers(lesson: Lesson, section: str) -> None:
    at = lesson(section, **SMALL | {"convnet_depth": "1", "convnet_epochs": "1"})
    assert_whole(at, section)


@pytest.mark.parametrize("section", SECTIONS)
def test_a_network_without_pooling_is_looked_into(lesson: Lesson, section: str) -> None:
    at = lesson(section, **SMALL | {"convnet_pooling": "none", "convnet_depth": "3", "convnet_epochs": "1"})
    assert_whole(at, section)
    assert not at.warning


def test_kernels_that_never_moved_are_not_judged(lesson: Lesson, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = training.images

    def stopped(recipe: ImageRecipe, **rest: Any) -> ImageRun | None:
        run = whole(recipe, **rest)
        return None if run is None else replace(run, weights=run.weights[:1], weight_epochs=(0,))

    monkeypatch.setattr(training, "images", stopped)
    at = predicted(visited(lesson, "kernels"), "kernels_prediction", "hardly")
    assert "You were right." not in told(at)
    assert "have moved by" not in told(at)


# --- Kernels learn ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("layer", "number", "epoch"), [(1, 2, 2), (2, 5, 1)])
def test_the_change_and_the_dead_are_those_of_numpy(lesson: Lesson, layer: int, number: int, epoch: int) -> None:
    at = visited(lesson, "kernels", layer=str(layer), filter=str(number), epoch=str(2 - epoch), view="channel")
    weights = trained().weights
    first, now = weights[0][2 * layer - 2], weights[epoch][2 * layer - 2]
    norms = [[np.linalg.norm(k), np.linalg.norm(k[..., number])] for k in (now - first, first)]
    x = samples(RECIPE.data, "test", tuple(range(RECIPE.data.validation)))[0] / 255
    largest = np.max([maps(RECIPE.layers[:3], weights[epoch], image)[2 * layer - 2].max(axis=(0, 1)) for image in x], 0)
    dead = np.flatnonzero(largest == 0)
    changes = [f"{100 * moved / size:.0f} %" for moved, size in zip(*norms, strict=True)]
    assert metrics(at) == [*changes, f"{len(dead)} / {len(largest)}"]
    bars = charts_of(at)[1]["bars"]
    assert bars["dead"].tolist() == (largest == 0).tolist()
    assert bars["change"][number] == pytest.approx(norms[0][1] / norms[1][1])
    if len(dead):
        assert f"Dead on the {len(x)} test images" in told(at)


def test_the_slice_that_was_chosen_is_shown_with_its_numbers(lesson: Lesson) -> None:
    at = visited(lesson, "kernels", layer="2", filter="6", channel="3")
    first, now = (trained().weights[epoch][2][:, :, 3, 6] for epoch in (0, 2))
    shown = charts_of(at)[0]["cells"]["text"].tolist()
    expected = [f"{weight:.2f}".replace("-", "\N{MINUS SIGN}") for weight in (*first.ravel(), *now.ravel())]
    assert [text.replace("\N{MINUS SIGN}0.00", "0.00") for text in expected] == shown[:18]
    assert "**Filter 6** of convolution 2 has a slice for each of its 4 input channels" in told(at)
    untrained = positions(at)["kernels_epoch"][0]
    assert metrics(move(at, "kernels_epoch", untrained))[:2] == ["0 %", "0 %"]


def test_the_prediction_about_kernels_is_answered_by_the_computation(lesson: Lesson) -> None:
    at = predicted(visited(lesson, "kernels"), "kernels_prediction", "half")
    weights = trained().weights
    change = filters.overall_change(weights[0][0], weights[-1][0])
    assert f"have moved by **{100 * change:.0f} %**" in told(at)
    assert ("You were right." in told(at)) == (0.2 <= change < 0.8)


# --- What excites a filter --------------------------------------------------------------------------------------------


def test_the_activations_are_those_of_the_climb_and_of_the_best_digit(lesson: Lesson) -> None:
    at = visited(lesson, "excite", filter="2", step="18", noise="0.3")
    run = trained()
    together = (RECIPE.layers, RECIPE.inputs, run.weights[-1], 2)
    grown = excitation.excited(*together, (2,), 0.3, 30, excite.SEED)
    best = excitation.answers(*together, RECIPE.data, pictures.MOST)[:, 2].max()
    shown = [float(text) for text in metrics(at)]
    assert shown == pytest.approx([grown.activations[0, 12], grown.activations[0, 0], best], rel=0.01, abs=1e-3)
    curve = charts_of(at)[0]["curve"]["activation"]
    assert len(curve) == 31
    assert curve.iloc[-1] > curve.iloc[0]
    assert metrics(move(at, "excite_step", "30"))[0] == charts.spelled(float(curve.iloc[-1]))
    count = ledger(RECIPE.layers, RECIPE.inputs)[2].shape[-1]
    assert f"**The images of filters 0 to {count - 1}** at step 30" in told(at)


def test_the_prediction_about_images_is_answered_by_the_computation(lesson: Lesson) -> None:
    at = predicted(visited(lesson, "excite"), "excite_prediction", "some")
    together = (RECIPE.layers, RECIPE.inputs, trained().weights[-1], 2)
    grown = excitation.excited(*together, tuple(range(8)), 0.25, 30, excite.SEED)
    best = excitation.answers(*together, RECIPE.data, pictures.MOST).max(axis=0)
    all_times = grown.activations[:, -1] / np.where(best > 0, best, np.nan)
    times = float(np.nanmedian(all_times))
    assert f"**{times:.1f}** times as much as the best of 300 test digits" in told(at)
    assert ("You were right." in told(at)) == (excite.WEAKER <= times <= excite.STRONGER)
    assert ("Not quite." in told(at)) != ("You were right." in told(at))
    own = all_times[excite.TYPICAL]
    differs = not np.isnan(own) and excite._strength(own) != excite._strength(times)
    assert (f"Filter {excite.TYPICAL} is an exception: **{own:.1f}** times." in told(at)) == differs


@pytest.mark.parametrize(
    ("number", "said"), [(0, ""), (1, "Filter 1 is an exception: **0.5** times"), (2, "No test digit")]
)
def test_the_answer_names_the_chosen_filter_where_it_differs(
    number: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told_: list[str] = []
    monkeypatch.setattr(excite, "answer", lambda guess, right, sentence: told_.append(f"{right}: {sentence}"))
    grown = excitation.Excited(BLANK, np.array([[0.0, 2.0], [0.0, 0.5], [0.0, 1.0]]), np.zeros(3, bool))
    answers = np.array([[1.0, 1.0, 0.0]])
    excite._answer("some", excite.Settings(2, number, 0.25, 1, 1), grown, range(3), answers)
    assert told_[0].startswith("some: At the median")
    assert "**1.2** times" in told_[0]
    assert said in told_[0]
    assert ("exception" in told_[0] or "No test digit" in told_[0]) == bool(said)


def test_what_is_noticed_follows_from_the_images() -> None:
    def noticed(images: np.ndarray, activations: np.ndarray) -> str:
        grown = excitation.Excited(images, activations, np.zeros(len(images), bool))
        chosen = excite.Settings(2, 0, 0.25, activations.shape[1] - 1, 0)
        return excite.notice(RECIPE, chosen, grown, range(len(images)), np.ones((1, len(images))))

    grey, white = np.full((2, 11, 28, 28), 128, np.uint8), np.full((2, 11, 28, 28), 128, np.uint8)
    white[0, -1] = 255
    slow, fast = np.tile(np.arange(11.0), (2, 1)), np.tile(np.sqrt(np.arange(11.0)), (2, 1))
    assert "plain white" not in noticed(grey, slow)
    assert "half is done" not in noticed(grey, slow)
    said = noticed(white, fast)
    assert "1 of the 2 images" in said
    assert "half is done after 3 of the 10 steps; at the end 50 % of all pixels are as good as black" in said


def test_images_of_dead_filters_in_which_something_grew_are_explained() -> None:
    silent, nobody = np.array([True, True, False]), np.zeros(3, bool)
    climbed = excite._never(silent, np.array([True, False, False]), nobody, range(4, 7))
    assert "to the end: 4, 5." in climbed
    assert "sum *before* relu" in climbed
    assert "before" not in excite._never(silent, np.array([True, True, False]), nobody, range(3))
    some = excite._never(silent, np.array([True, False, False]), np.array([False, True, True]), range(4, 7))
    assert "Dead, with an activation of 0 to the end: 4." in some
    assert "test digits excite them: 5." in some


def test_a_kernel_that_never_moved_has_not_moved_at_all() -> None:
    assert "filter 1 not at all" in kernels._notice(np.array([0.5, 0.0]), None, 2)
    assert "filter 1 by 10 %" in kernels._notice(np.array([0.5, 0.1]), None, 2)
    asleep = kernels._notice(np.array([0.5, 0.0]), np.array([[False, True], [False, True]]), 2)
    assert "has not moved at all" in asleep


def test_of_an_empty_pad_no_kernel_says_anything(lesson: Lesson) -> None:
    at = visited(lesson, "kernels", image="drawn")
    assert "before training, –; *right* the map after 2 epochs, –" in told(at)


@pytest.mark.parametrize(
    ("activations", "flat", "best", "said"),
    [
        ([0.0, 0.0], True, 0.0, "is dead**: its gradient is 0 in every pixel"),
        ([0.0, 0.0], False, 0.0, "is dead**: it responds with 0 everywhere"),
        ([0.0, 0.0], False, 0.3, "never woke **filter 7**"),
        ([0.0, 0.0], True, 0.3, "never woke **filter 7**"),
        ([0.0, 0.5], False, 0.0, "and yet it is not dead"),
        ([0.0, 0.5], False, 0.3, "responded nowhere"),
        ([0.1, 0.5], False, 0.3, ""),
    ],
)
def test_dead_filters_are_named(activations: list[float], flat: bool, best: float, said: str) -> None:
    blank = np.zeros((1, 2, 28, 28), np.uint8)
    grown = excitation.Excited(blank, np.array([activations]), np.array([flat]))
    shown = excite._said(grown, 0, 7, best)
    assert said in shown
    assert ("7" in shown) == bool(said)


def test_a_filter_beyond_the_first_sheet_has_one_of_its_own(lesson: Lesson) -> None:
    wide = {"convnet_filters": "64", "convnet_depth": "1", "convnet_units": "16", "convnet_epochs": "1"}
    at = lesson("excite", **wide, excite_filter="63")
    assert_no_exception(at)
    assert "**The images of filters 32 to 63**" in told(at)
