"""The lesson on tensors: every section, at every end of its controls, in both languages, shows true numbers."""

import io
import random
from typing import Any

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from lib import slicing, tensors
from lib.quantities import spelled_bytes
from lib.training import tensors as trainings
from tests.app import (
    NONSENSE,
    Lesson,
    assert_no_exception,
    code,
    metrics,
    move,
    pictures,
    positions,
    predicted,
    told,
)
from tests.slicing.test_parsing import SIGNS, WORDS

PAGE = "pages/data/tensors.py"
CHARTS = {"ladder": 0, "shapes": 0, "slice": 0, "layout": 1, "batches": 1, "dtypes": 0, "making": 1}
SECTIONS = tuple(CHARTS)  # but for the last, which trains
SETTINGS: dict[str, dict[str, tuple[str, ...]]] = {
    "ladder": {"ladder_rung": tuple(tensors.RUNGS)},
    "shapes": {"shapes_kind": tuple(tensors.CLASSICS), "shapes_dtype": tensors.DTYPES},
    "slice": {"slice_axis": ("0", "1", "2"), "slice_digits": ("[4]", "[:, ::-1, 0]", "[500]", "[", "")},
    "layout": {
        "layout_shape": ("3x2", "3x4", "2x2x3"),
        "layout_operation": ("reshape", "transpose"),
        "layout_target": ("(6, 1)", "-1", "(4, -1)", "(7, 2)", "(-1, -1)", "(-2, 3)", "nothing"),
        "layout_step_6": ("0", "6"),
    },
    "batches": {
        "batches_data": ("mnist", "digits"),
        "batches_size": ("64", "1024"),
        "batches_n": ("0", "468"),
        "batches_epochs": ("1", "20"),
    },
    "dtypes": {"dtypes_digit": ("0", "9"), "dtypes_by": ("0", "255"), "dtypes_value": ("1e-08", "16777217")},
    "making": {"making_way": tuple(tensors.MAKERS), "making_rows": ("1", "5"), "making_columns": ("1", "6")},
}
ENDS = [(section, key, value) for section, keys in SETTINGS.items() for key, values in keys.items() for value in values]


def assert_whole(at: AppTest, section: str) -> None:
    """The section shows its charts with rows of finite numbers, and code that compiles, or says what is wrong."""
    if at.error:
        return
    assert len(at.get("vega_lite_chart")) >= CHARTS[section]
    for chart, datasets in zip(at.get("vega_lite_chart"), pictures(at), strict=True):
        assert chart.proto.alt
        for rows in datasets.values():
            assert np.isfinite(rows.select_dtypes("number").to_numpy()).all()
    compile(code(at), section, "exec")


def type_in(at: AppTest, key: str, text: str) -> AppTest:
    at.text_input(key=key).set_value(text).run()
    assert_no_exception(at)
    return at


# --- Every section is whole -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_is_whole_in_both_languages(lesson: Lesson, section: str, lang: str) -> None:
    at = lesson(section, lang=lang)
    assert_whole(at, section)
    assert not at.error
    assert any("\u4e00" <= letter <= "\u9fff" for letter in at.header[0].value) == (lang == "zh")


@pytest.mark.parametrize(("section", "key", "value"), ENDS)
def test_a_section_is_whole_at_each_end_of_each_control(lesson: Lesson, section: str, key: str, value: str) -> None:
    assert_whole(lesson(section, **{key: value}), section)


@pytest.mark.parametrize("section", SECTIONS)
def test_nonsense_in_the_address_raises_nothing(lesson: Lesson, section: str) -> None:
    keys = list(SETTINGS[section])
    at = lesson(section, **{key: NONSENSE[i % len(NONSENSE)] for i, key in enumerate(keys)})
    assert_whole(at, section)


# --- The numbers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", tensors.RUNGS)
def test_the_ladder_shows_the_attributes_of_numpy(lesson: Lesson, name: str) -> None:
    array = tensors.rung(name)
    shown = [
        str(array.ndim),
        str(array.shape),
        str(array.dtype),
        f"{array.size:,}",
        spelled_bytes(array.nbytes),
    ]
    assert metrics(lesson("ladder", ladder_rung=name)) == shown


def test_a_five_dimensional_vector_has_one_axis(lesson: Lesson) -> None:
    at = predicted(lesson("shapes"), "shapes_prediction", "one")
    assert any("You were right." in shown.value and "rank 5 has 5 axes" in shown.value for shown in at.markdown)


def test_video_takes_425_megabytes(lesson: Lesson) -> None:
    assert metrics(lesson("shapes")) == ["(4, 240, 144, 256, 3)", "106,168,320", "425 MB"]


def test_mnist_takes_469_updates(lesson: Lesson) -> None:
    at = lesson("batches", batches_n="468")
    assert metrics(at) == ["469", "96", "2,345"]
    assert any("x[59904:60032]" in shown.value and "**96**" in shown.value for shown in at.markdown)


def test_a_brightened_digit_wraps_around(lesson: Lesson) -> None:
    image = tensors.digit_images()[3]
    wrapped = (tensors.brightened(image, 100) != tensors.brightened_safely(image, 100)).sum()
    assert metrics(lesson("dtypes")) == ["1", str(wrapped), "44"]


def test_reshape_and_transpose_do_not_agree(lesson: Lesson) -> None:
    at = predicted(lesson("layout"), "layout_prediction", "other")
    assert any("`[[0, 1, 2], [3, 4, 5]]`" in shown.value and "`[[0, 2, 4]" in shown.value for shown in at.markdown)


@pytest.mark.parametrize(
    ("target", "said"),
    [("(4, 2)", "room for 8"), ("(4, -1)", "not divisible by 4"), ("(-1, -1)", "Only one")],
)
def test_sizes_that_do_not_fit_are_explained(lesson: Lesson, target: str, said: str) -> None:
    (error,) = lesson("layout", layout_target=target).error
    assert "ValueError: " in error.value
    assert said in error.value


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("()", "single number"),
        ("nothing", "`nothing` is not a size"),
        ("1001", "up to 1000"),
        ("1,1,1,1,1", "has `5` axes"),
    ],
)
def test_what_is_no_shape_is_explained(lesson: Lesson, target: str, said: str) -> None:
    (error,) = lesson("layout", layout_target=target).error
    assert said in error.value


# --- Slicing ----------------------------------------------------------------------------------------------------------


def test_the_middle_of_ninety_digits_is_a_view(lesson: Lesson) -> None:
    assert metrics(lesson("slice")) == ["(128, 28, 28)", "(90, 14, 14)", "view"]


@pytest.mark.parametrize("data", ["digits", "photograph", "cube"])
def test_every_preset_is_answered(lesson: Lesson, data: str) -> None:
    at = lesson("slice", slice_data=data)
    for button in [button.key for button in at.button if str(button.key).startswith("slice_preset")]:
        at.button(key=button).click().run()
        assert_no_exception(at)
        assert at.error or len(metrics(at)) == 3


def test_an_error_has_numpys_message_and_names_the_axis(lesson: Lesson) -> None:
    (error,) = lesson("slice", slice_data="cube", slice_cube="[0, 4]").error
    assert "IndexError: index 4 is out of bounds for axis 1 with size 4" in error.value
    assert "Axis 1 has 4 entries, numbered from 0 to 3" in error.value


@pytest.mark.parametrize("reason", slicing.SENTENCES)
def test_every_mistake_of_writing_has_a_sentence(lesson: Lesson, reason: str) -> None:
    texts = {
        **{"long": "", "empty": "[]", "character": "[1;2]", "number": "1.5", "name": "foo", "truth": "True"},
        **{"mixed": "[[True, 1]]", "nested": "[[[0]]]", "bracket": "[1", "unexpected": "1,,2", "end": "[1"},
    }
    at = lesson("slice", slice_cube=texts[reason] or "1", slice_data="cube")
    assert bool(at.error) == (reason != "long")  # a line longer than that is not taken


def test_a_slider_writes_the_line(lesson: Lesson) -> None:
    at = lesson("slice")
    assert positions(at)["slice_from"][0] == "0"
    move(at, "slice_from", "20")
    assert at.text_input(key="slice_digits").value == "[20:100, 7:-7, 7:-7]"
    assert metrics(at)[1] == "(80, 14, 14)"
    move(at, "slice_by", "2")
    assert at.text_input(key="slice_digits").value == "[20:100:2, 7:-7, 7:-7]"


def test_the_line_moves_the_sliders(lesson: Lesson) -> None:
    at = type_in(lesson("slice"), "slice_digits", "[5:9]")
    assert metrics(at)[1] == "(4, 28, 28)"
    move(at, "slice_to", "10")
    assert at.text_input(key="slice_digits").value == "[5:10]"


def test_typing_wins_where_it_says_more_than_sliders_can(lesson: Lesson) -> None:
    at = type_in(lesson("slice"), "slice_digits", "[::-1]")
    assert not positions(at)
    assert "no plain slice for axis 0" in told(at)


def test_a_fuzz_run_over_the_line_raises_nothing(lesson: Lesson) -> None:
    rng = random.Random(3)
    at = lesson("slice", slice_data="cube")
    alphabet = [*WORDS, *SIGNS, "0", "1", "-2", "[0, 1]", "::2", "`", "$x^2$", "<b>", "{0}", "%s", "\u202e", "😀"]
    fuzz = ["".join(rng.choice(alphabet) for _ in range(rng.randint(0, 12))) for _ in range(60)]
    fuzz += ["[" * 200, "9" * 200, "None," * 40, "[" + "0," * 90 + "]", "{came}", "__import__('os').system('true')"]
    for text in fuzz:
        at = type_in(at, "slice_cube", text[: slicing.LONGEST])
        assert at.error or len(metrics(at)) == 3, text


def test_a_photograph_of_ones_own_is_sliced(lesson: Lesson) -> None:
    at = lesson("slice", slice_data="own")
    assert len(at.info) == 1
    stream = io.BytesIO()
    Image.new("RGB", (600, 300), "teal").save(stream, "PNG")
    at.get("file_uploader")[0].upload("own.png", stream.getvalue(), "image/png").run()
    assert_no_exception(at)
    assert metrics(at)[:2] == ["(128, 256, 3)", "(108, 236, 3)"]


def test_a_photograph_of_ones_own_stays_while_something_else_is_sliced(lesson: Lesson) -> None:
    at = lesson("slice", slice_data="own")
    stream = io.BytesIO()
    Image.new("RGB", (600, 300), "teal").save(stream, "PNG")
    at.get("file_uploader")[0].upload("own.png", stream.getvalue(), "image/png").run()
    for data in ("cube", "own"):
        at.button_group(key="slice_data").set_value(data).run()
    assert_no_exception(at)
    assert not at.info
    assert metrics(at)[0] == "(128, 256, 3)"


def test_a_file_that_is_no_picture_is_refused(lesson: Lesson) -> None:
    at = lesson("slice", slice_data="own")
    at.get("file_uploader")[0].upload("own.png", b"no picture", "image/png").run()
    assert_no_exception(at)
    assert "no picture that can be read" in at.error[0].value


# --- Training ---------------------------------------------------------------------------------------------------------


def test_crops_are_trained_and_compared(lesson: Lesson) -> None:
    at = lesson("crop", crop_epochs="5", crop_slice="[:, 2:6, 2:6]", crop_compared="whole.middle")
    (bars, confusion) = pictures(at)
    accuracy = bars["bars"].set_index("crop")["accuracy"]
    assert accuracy["own"] == accuracy["middle"] < accuracy["whole"]
    counts = confusion["counts"]
    assert counts["count"].sum() == 359
    right = counts.query("right")["count"].sum()
    assert metrics(at)[:2] == ["16 / 64", f"{right} / 359"]
    assert right / 359 == pytest.approx(accuracy["own"], abs=1e-6)


@pytest.mark.parametrize("text", ["[0]", "[:, 9]", "[:, 3:3]", "[", "[[0, 1]]", "", "[:, [1, 2]]", "nothing"])
def test_a_crop_that_is_none_is_explained(lesson: Lesson, text: str) -> None:
    at = lesson("crop", crop_slice=text)
    assert len(at.error) == 1
    assert not at.get("vega_lite_chart")


def test_every_crop_has_a_name(lesson: Lesson) -> None:
    compared = ".".join(trainings.CROPS)
    bars: Any = pictures(lesson("crop", crop_epochs="5", crop_compared=compared, lang="zh"))[0]["bars"]
    assert bars["crop"].tolist() == [*trainings.CROPS, "own"]
