"""Convolution and pooling, the sections before training: whole at every end of their controls, and true to NumPy."""

import io

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from lib import kernels, pooling, stacks, tensors
from lib.convolution import KERNELS, convolve, flipped
from lib.kernels import SENTENCES
from lib.lessons.convolution import pooling as pooling_lesson
from lib.lessons.convolution import subjects, window
from lib.lessons.convolution.stack import WINDOWS
from lib.lessons.convolution.subjects import Subject
from tests.app import NONSENSE, Lesson, assert_no_exception, code, metrics, move, pictures, positions, predicted, told

PAGE = "pages/vision/convolution.py"
SECTIONS = ("window", "arithmetic", "stack", "pooling")

# Each visit sets several controls of a section, so that every control is seen at both ends.
VISITS: tuple[tuple[str, dict[str, str]], ...] = (
    ("window", {"digit": "0", "kernel": "identity", "bias": "-2", "row": "0", "column": "25", "relu": "on"}),
    ("window", {"digit": "9", "kernel": "blur", "bias": "2", "row": "25", "column": "0", "turn": "flipped"}),
    ("window", {"image": "china", "kernel": "sharpen", "row": "61", "column": "93", "depth": "colour"}),
    ("window", {"image": "flower", "kernel": "laplace", "depth": "colour", "channels": "", "relu": "on"}),
    ("window", {"image": "flower", "kernel": "emboss", "depth": "grey"}),
    ("window", {"kernel": "typed", "typed": "0 0 0 0 0 0 0 0 0"}),
    ("arithmetic", {"size": "1", "kernel": "1", "channels": "128", "filters": "128"}),
    ("arithmetic", {"size": "32", "kernel": "7", "dilation": "3", "padding": "same", "row": "31", "column": "31"}),
    ("arithmetic", {"size": "32", "kernel": "1", "strides": "5", "filters": "1", "row": "6"}),
    ("arithmetic", {"kind": "max", "size": "32", "pool": "7", "pool_strides": "1", "padding": "same"}),
    ("arithmetic", {"kind": "average", "pool": "1", "pool_strides": "5", "channels": "128"}),
    ("stack", {f"layer{number}": "none" for number in range(1, 5)} | {"row": "0", "column": "27"}),
    ("stack", {f"layer{number}": "conv5" for number in range(1, 5)} | {"row": "11", "column": "0", "digit": "9"}),
    ("stack", {f"layer{number}": "pool2" for number in range(1, 5)}),
    ("pooling", {"image": "digit", "digit": "0", "size": "1", "right": "-3", "down": "3", "kernel": "identity"}),
    ("pooling", {"image": "flower", "size": "4", "right": "3", "down": "-3", "kernel": "laplace"}),
    ("pooling", {"size": "3", "right": "0", "down": "0", "kernel": "horizontal_edges"}),
)


def visited(lesson: Lesson, section: str, lang: str = "en", **settings: str) -> AppTest:
    return lesson(section, lang=lang, **{f"{section}_{key}": value for key, value in settings.items()})


def assert_whole(at: AppTest, section: str) -> None:
    """Charts have alternative texts and finite numbers, and the code compiles."""
    charts = at.get("vega_lite_chart")
    assert len(charts) >= 1
    for chart, datasets in zip(charts, pictures(at), strict=True):
        assert chart.proto.alt
        for rows in datasets.values():
            assert np.isfinite(rows.select_dtypes("number").to_numpy()).all()
    compile(code(at), section, "exec")


# --- Every section is whole -------------------------------------------------------------------------------------------


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
    keys = sorted({key for name, settings in VISITS if name == section for key in settings})
    for shift in (0, 3):
        at = visited(lesson, section, **{key: NONSENSE[(i + shift) % len(NONSENSE)] for i, key in enumerate(keys)})
        assert at.error or metrics(at) or section == "pooling"


# --- The window -------------------------------------------------------------------------------------------------------


def responses(pixels: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    image = (pixels if pixels.ndim == 3 else pixels[..., None]) / 255
    return convolve(image, kernel[..., None])[..., 0]


def test_each_step_of_the_window_says_the_number_of_the_map(lesson: Lesson) -> None:
    expected = responses(tensors.digit_images()[3], kernels.over_channels(KERNELS["vertical_edges"], 1))
    at = visited(lesson, "window", row="4", bias="0.5", relu="on")
    for column in (5, 20):
        move(at, "window_column", str(column))
        total, biased, output = map(float, metrics(at))
        assert total == pytest.approx(expected[4, column], abs=0.006)
        assert biased == pytest.approx(total + 0.5, abs=0.011)
        assert output == max(biased, 0.0)


def test_depth_counts(lesson: Lesson) -> None:
    kernel = kernels.over_channels(KERNELS["blur"], 3, [0])
    expected = responses(subjects.photograph("flower"), kernel)
    at = visited(lesson, "window", image="flower", depth="colour", kernel="blur", channels="red", row="30", column="40")
    assert [float(number) for number in metrics(at)] == pytest.approx([expected[30, 40]] * 2, abs=0.006)
    assert at.metric[0].label == "sum of 27 products"
    assert len(pictures(at)[0]["cells"]) == 81


def test_a_flipped_kernel_answers_with_the_other_sign(lesson: Lesson) -> None:
    one, other = (visited(lesson, "window", row="4", column="5", turn=turn) for turn in ("keras", "flipped"))
    assert float(metrics(one)[0]) == -float(metrics(other)[0]) != 0
    typed = "1 2 3 4 5 6 7 8 9"
    at = visited(lesson, "window", kernel="typed", typed=typed, turn="flipped")
    shown = pictures(at)[0]["cells"]["text"].iloc[9:18].astype(float).tolist()
    assert shown == flipped(kernels.parse_kernel(typed)).ravel().tolist()


def test_a_kernel_that_cannot_be_read_is_explained(lesson: Lesson) -> None:
    assert set(window.ERRORS) == set(SENTENCES)
    assert "`x`" in visited(lesson, "window", "zh", kernel="typed", typed="x").error[0].value
    at = visited(lesson, "window", kernel="typed")
    for text in ("1 2 3", "$x$ ![](a) 1 2 3 4 5 6 7", "1/0 0 0 0 0 0 0 0 0", "1000 0 0 0 0 0 0 0 0", "{came} {0} %s"):
        at.text_input(key="window_typed").set_value(text).run()
        assert_no_exception(at)
        assert len(at.error) == 1, text
        assert not code(at)
    at.text_input(key="window_typed").set_value("0,1,0;1,-4,1;0,1,0").run()
    assert not at.error


def test_blanks_commas_and_points_are_hinted_at(lesson: Lesson) -> None:
    at = visited(lesson, "window", kernel="typed", typed="0,5 1 1 1 1 1 1 1 1")
    assert "`10` numbers" in at.error[0].value
    assert "decimals take a point" in at.error[0].value
    at = visited(lesson, "window", kernel="typed", typed="1e9 1 1 1 1 1 1 1 1")
    assert "is too large" in at.error[0].value


def test_the_error_stands_where_the_picture_was(lesson: Lesson) -> None:
    at = visited(lesson, "window", kernel="typed", typed="x")
    controls_side, picture_side = at.columns[:2]
    assert not controls_side.error
    assert len(picture_side.error) == 1


@pytest.mark.parametrize(("row", "column"), [(30, 40), (0, 0), (17, 63), (45, 20)])
def test_the_sums_of_the_channels_add_up_as_they_are_shown(lesson: Lesson, row: int, column: int) -> None:
    at = visited(lesson, "window", image="flower", depth="colour", kernel="laplace", row=str(row), column=str(column))
    captions = pictures(at)[0]["captions"]["text"].str.replace("\N{MINUS SIGN}", "-")
    sums = [float(text.removeprefix("Σ ")) for text in captions if text.startswith("Σ")]
    assert len(sums) == 3
    assert sum(sums) == pytest.approx(float(metrics(at)[0]), abs=1e-9)


def test_the_colours_follow_from_what_a_response_can_be() -> None:
    edges, blur = (kernels.over_channels(KERNELS[name], 1) for name in ("laplace", "blur"))
    nothing = np.zeros((4, 4))
    assert window._bound(nothing, edges, 0.0) == 4.0
    assert window._bound(nothing, blur, 0.0) == 0.0
    assert window._bound(nothing, blur, 0.5) > 0
    assert window._bound(nothing, blur, -0.5) > 0


def test_an_image_of_ones_own_is_taken_small(lesson: Lesson) -> None:
    at = visited(lesson, "window", image="own", depth="colour")
    assert len(at.info) == 1
    for size, taken in (((600, 300), True), ((600, 4), False), ((30, 200), True)):
        stream = io.BytesIO()
        Image.effect_noise(size, 60).convert("RGB").save(stream, "PNG")
        at.get("file_uploader")[0].upload("own.png", stream.getvalue(), "image/png").run()
        assert_no_exception(at)
        assert bool(at.error) != taken
        assert bool(metrics(at)) == taken
    assert "image 96 × 14" in told(at)
    assert 'Image.open("photograph.jpg")' in code(at)


# --- How large the output is ------------------------------------------------------------------------------------------


def test_keras_is_asked_and_agrees(lesson: Lesson) -> None:
    at = visited(lesson, "arithmetic", strides="2", padding="same", channels="3")
    assert metrics(at) == ["(14, 14, 32)", "0", "1", "0", "896"]
    assert "**Keras says** `(14, 14, 32)` and 896 parameters" in told(at)
    assert r"\left\lceil \frac{28}{2} \right\rceil = 14" in told(at)
    move(at, "arithmetic_size", "11")
    assert "**Keras says** `(6, 6, 32)` and 896 parameters" in told(at)


def test_pooling_discards_the_last_row_and_learns_nothing(lesson: Lesson) -> None:
    at = visited(lesson, "arithmetic", kind="max", size="11", channels="64")
    assert metrics(at) == ["(5, 5, 64)", "0", "0", "1", "0"]
    assert "**Keras says** `(5, 5, 64)` and 0 parameters" in told(at)
    assert "arithmetic_filters" not in positions(at)


def test_what_keras_refuses_is_refused_with_its_reason(lesson: Lesson) -> None:
    at = visited(lesson, "arithmetic", strides="2", dilation="2")
    assert "Set one of them to 1" in at.warning[0].value
    assert "strides > 1" in told(at)
    at = visited(lesson, "arithmetic", size="4", kernel="7")
    assert "reaches over 7 cells, but the input has only 4" in at.warning[0].value
    assert "Computed output size would be zero or negative" in told(at)


def test_keras_is_not_asked_for_a_pool_without_a_place(lesson: Lesson, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lib.ui.training.call", None)
    at = visited(lesson, "arithmetic", kind="average", size="4", pool="7")
    assert "Keras is not asked here" in told(at)
    assert len(at.warning) == 1


def test_the_padding_of_the_prediction_stands_at_the_end(lesson: Lesson) -> None:
    at = predicted(visited(lesson, "arithmetic"), "arithmetic_prediction", "end")
    assert any("You were right." in shown.value and "0 cells are added before" in shown.value for shown in at.markdown)


# --- What a stack sees ------------------------------------------------------------------------------------------------


def test_three_layers_of_3_see_7_and_pooling_makes_it_more(lesson: Lesson) -> None:
    at = predicted(visited(lesson, "stack", layer3="conv3"), "stack_prediction", "7")
    assert any("You were right." in shown.value for shown in at.markdown)
    assert metrics(at) == ["7 × 7", "6 %", "22 × 22", "1"]
    layers = {"layer2": "pool2", "layer3": "conv3", "layer4": "pool2"}
    assert metrics(visited(lesson, "stack", **layers)) == ["10 × 10", "13 %", "5 × 5", "4"]


def test_a_single_pixel_is_not_nothing(lesson: Lesson) -> None:
    at = visited(lesson, "stack", layer1="none", layer2="none")
    assert metrics(at)[:2] == ["1 × 1", "0.1 %"]


def test_the_cells_of_the_triangle_are_those_that_are_seen(lesson: Lesson) -> None:
    layers = ("conv5", "pool2", "conv3")
    chosen = {f"layer{number}": layer for number, layer in enumerate(layers, start=1)}
    cells = pictures(visited(lesson, "stack", **chosen, column="9"))[0]["cells"]
    windows = [WINDOWS[layer] for layer in layers]
    ends = [last - first + 1 for first, last in stacks.seen(windows, 28, 9)]
    sizes = [level.size for level in stacks.levels(windows, 28)]
    assert cells.groupby(np.repeat(range(4), sizes))["seen"].sum().tolist() == ends


def test_a_layer_without_a_place_is_named(lesson: Lesson) -> None:
    layers = {f"layer{number}": layer for number, layer in enumerate(("pool2", "pool2", "conv5", "conv5"), start=1)}
    at = visited(lesson, "stack", **layers)
    assert "Layer 4, convolution 5 × 5, has no place: only 3 × 3 cells" in at.warning[0].value
    assert not at.get("vega_lite_chart")


# --- Pooling ----------------------------------------------------------------------------------------------------------


def test_the_bars_say_how_much_of_each_map_has_changed(lesson: Lesson) -> None:
    at = visited(lesson, "pooling", image="flower", size="3", kernel="laplace")
    for right in (1, -2):
        move(at, "pooling_right", str(right).replace("-", "\N{MINUS SIGN}"))
        chosen = pooling_lesson.Settings(Subject("flower"), "laplace", 3, 0, right)
        expected = pooling_lesson._all_changes(*pooling_lesson._maps(chosen))
        bars = pictures(at)[0]["bars"].set_index("way")["change"]
        assert bars.to_dict() == pytest.approx(expected)
    assert list(bars.index) == list(pooling.WAYS)


def test_maxima_change_least_when_the_temple_moves(lesson: Lesson) -> None:
    at = visited(lesson, "pooling")
    assert "one pixel to the right" in told(at)
    assert len(at.get("image")) == 1 + len(pooling.WAYS)
    at = predicted(visited(lesson, "pooling", right="1"), "pooling_prediction", "max")
    assert any("You were right." in shown.value for shown in at.markdown)
    assert "Now move the image by one pixel to the right" in told(at)
    bars = pictures(at)[0]["bars"].set_index("way")["change"]
    assert bars["max"] < bars["average"] < min(bars["none"], bars["strides"])


def test_an_image_that_stays_changes_nothing(lesson: Lesson) -> None:
    at = visited(lesson, "pooling")
    assert (pictures(at)[0]["bars"]["change"] == 0).all()
