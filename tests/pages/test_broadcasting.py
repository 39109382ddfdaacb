"""The broadcasting lesson: every section, whatever its controls say and in both languages, shows what NumPy does."""

import re
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from lib import broadcasting, products, speed
from lib.training import broadcasting as trainings
from lib.ui.controls import moved
from tests.app import (
    NONSENSE,
    Lesson,
    assert_no_exception,
    click,
    code,
    loaded,
    metrics,
    move,
    notebook,
    pictures,
    positions,
    printed,
    told,
    visit,
)

PAGE = "pages/operations/broadcasting.py"
CHARTS = {"elementwise": 3, "broadcasting": 3, "product": 1, "axes": 1, "layer": 2, "cost": 1}
SECTIONS = tuple(CHARTS)

# For each section what its controls may say: both ends of a slider, every choice.
LIVE: dict[str, dict[str, tuple[str, str]]] = {
    "elementwise": {"elementwise_entry": ("1", "12"), "elementwise_size": ("10", "400")},
    "broadcasting": {},
    "product": {
        **{f"product_{size}": ("1", "8") for size in "nkmp"},
        "product_seed": ("1", "20"),
        "product_step": ("1", "8"),
        "product_row": ("0", "2"),
        "product_column": ("0", "1"),
    },
    "axes": {},
    "layer": {"layer_sample": ("0", "29"), "layer_shift": ("-3", "3"), "layer_epochs": ("0", "200")},
    "cost": {"cost_batch": ("1", "1024"), "cost_inputs": ("1", "2048"), "cost_units": ("1", "2048")},
}
CHOICES: dict[str, dict[str, tuple[str, ...]]] = {
    "elementwise": {"elementwise_operation": tuple(speed.OPERATIONS)},
    "broadcasting": {"broadcasting_third": ("on",)},
    "product": {"product_kind": ("vectors", "vector", "matrices")},
    "axes": {},
    "layer": {"layer_data": trainings.TABLES, "layer_iris": ("petal_width",)},
    "cost": {"cost_dtype": speed.DTYPES},
}
TYPED = {
    "broadcasting": ("broadcasting_x", "broadcasting_y"),
    "axes": ("axes_x", "axes_y"),
    "product": ("product_x0", "product_y0"),
}
ENDS = [
    (section, key, value)
    for controls in (LIVE, CHOICES)
    for section, values in controls.items()
    for key, ends in values.items()
    for value in ends
]
# Whatever somebody may type into a line: long, deep, huge, in other letters, or meant to be run.
LINES = (
    "",
    "()",
    "((((((((((4))))))))))",
    "9" * 80,
    "-1",
    "4, -3",
    "1e3",
    "nan",
    "0",
    "0, 0, 0",
    "1000000,1000000",
    "1000000,1000000,1000000,1000000",
    "1,1,1,1,1,1,1,1,1",
    "٤، ٣",
    "４，３",
    "（4，3）",
    "💥",
    "\x00",
    "__import__('os').system('true')",
    "{4}",
    "%s%n",
    "$x$ <b>4</b> `3` **2**",
    "[[1, 2], [3]]",
    "4 3",
    "None",
)


def errors(at: AppTest) -> list[str]:
    return [shown.value for shown in at.warning]


def assert_whole(at: AppTest, section: str) -> None:
    """The section shows its pictures, each with finite numbers and a text for who cannot see it; the code compiles."""
    assert at.get("vega_lite_chart")
    for chart, datasets in zip(at.get("vega_lite_chart"), pictures(at), strict=True):
        assert chart.proto.alt
        assert all(f'"name": "{name}"' in chart.proto.spec for name in datasets)
        for name, rows in datasets.items():
            assert np.isfinite(rows.select_dtypes("number").to_numpy()).all(), f"{section}: {name}"
    assert not any(word in value for value in metrics(at) for word in ("nan", "inf"))
    assert code(at)
    compile(code(at), section, "exec")


# --- Every section is whole -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_shows_its_pictures_and_its_code(lesson: Lesson, section: str, lang: str) -> None:
    at = lesson(section, lang=lang)
    assert_whole(at, section)
    assert len(at.get("vega_lite_chart")) == CHARTS[section]
    assert not at.warning
    assert not errors(at)
    chinese = any("\u4e00" <= letter <= "\u9fff" for letter in at.header[0].value)
    assert chinese == (lang == "zh")


@pytest.mark.parametrize(("section", "key", "value"), ENDS)
def test_a_section_is_whole_at_each_end_of_each_control(lesson: Lesson, section: str, key: str, value: str) -> None:
    assert_whole(lesson(section, **{key: value}), section)


@pytest.mark.parametrize("end", [0, -1])
@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_is_whole_with_all_controls_at_one_end(lesson: Lesson, section: str, end: int) -> None:
    settings = {key: values[end] for key, values in (LIVE[section] | CHOICES[section]).items()}
    assert_whole(lesson(section, lang="zh", **settings), section)


@pytest.mark.parametrize("section", SECTIONS)
def test_no_slider_says_nonsense(lesson: Lesson, section: str) -> None:
    texts = positions(lesson(section))
    assert set(texts) == set(LIVE[section])
    for key, said in texts.items():
        assert len(set(said)) == len(said), key


@pytest.mark.parametrize("turn", [0, 5])
@pytest.mark.parametrize("section", SECTIONS)
def test_nonsense_in_the_address_is_answered_with_the_defaults(lesson: Lesson, section: str, turn: int) -> None:
    keys = [*LIVE[section], *CHOICES[section]]
    at = lesson(section, **{key: NONSENSE[(turn + i) % len(NONSENSE)] for i, key in enumerate(keys)})
    usual = lesson(section)
    assert (code(at), metrics(at)) == (code(usual), metrics(usual))


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("section", TYPED)
def test_no_line_of_any_kind_raises(lesson: Lesson, section: str, lang: str) -> None:
    at = lesson(section, lang=lang)
    for i, line in enumerate(LINES):
        for key, typed in zip(TYPED[section], (line, LINES[(3 * i) % len(LINES)]), strict=True):
            at.text_input(key=key).set_value(typed)
        at.run()
        assert_no_exception(at)
        assert at.get("vega_lite_chart") or at.warning or at.info, line


@pytest.mark.parametrize("section", TYPED)
def test_no_line_in_the_address_raises(lesson: Lesson, section: str) -> None:
    for line in (*LINES[::4], "x" * 5000):
        lesson(section, **dict.fromkeys(TYPED[section], line))


# --- Element by element -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_measurement_shows_both_times_and_their_ratio(lesson: Lesson, lang: str) -> None:
    at = lesson("elementwise", elementwise_size="50", lang=lang)
    assert metrics(at) == []
    at.button(key="elementwise_measure").click().run()
    assert_whole(at, "elementwise")
    loop, numpy, ratio = metrics(at)
    assert loop.endswith((" ms", " s", " µs"))
    assert float(ratio) > 3
    bars = pictures(at)[-1]["bars"]["value"]
    assert bars[0] / bars[1] == pytest.approx(float(ratio), abs=0.5)
    assert metrics(move(at, "elementwise_entry", "7")) == [loop, numpy, ratio]  # measured once


def test_another_size_is_measured_anew(lesson: Lesson) -> None:
    at = lesson("elementwise", elementwise_size="10")
    at.button(key="elementwise_measure").click().run()
    assert metrics(move(at, "elementwise_size", "20")) == []


def test_what_would_take_too_long_is_said_and_not_done(lesson: Lesson, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed, "BUDGET", 1e-6)
    for section, key in (("elementwise", "elementwise_measure"), ("cost", "cost_measure")):
        at = lesson(section)
        at.button(key=key).click().run()
        assert_no_exception(at)
        assert "smaller size" in at.warning[0].value


def test_the_loop_has_reached_its_entry(lesson: Lesson) -> None:
    rows = pictures(lesson("elementwise", elementwise_entry="7"))
    for chart in rows:
        assert chart["cells"]["kind"].tolist().index("chosen") == 6
    x, y, z = (chart["cells"]["text"].str.replace("−", "-") for chart in rows)
    sums = x.astype(float) + y.astype(float)
    assert z[:7].astype(float).tolist() == sums.clip(lower=0)[:7].tolist()
    assert set(z[7:]) == {""}


# --- Broadcasting -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("x", "y"), [("(4, 3)", "(3,)"), ("(4, 1)", "(1, 3)"), ("()", "2, 3"), ("(2, 1, 3)", "(4, 1)"), ("7", "1")]
)
def test_the_result_is_the_one_of_numpy(lesson: Lesson, x: str, y: str) -> None:
    at = lesson("broadcasting", broadcasting_x=x, broadcasting_y=y)
    shapes = broadcasting.parse_shape(x), broadcasting.parse_shape(y)
    result = np.broadcast_shapes(*shapes)
    assert metrics(at)[0] == str(result)
    if len(at.get("vega_lite_chart")) == 3:
        a, b = (broadcasting.entries(i, shape) for i, shape in enumerate(shapes))
        assert [float(text) for text in pictures(at)[-1]["cells"]["text"]] == (a + b).ravel().tolist()


def test_a_third_operand_takes_part(lesson: Lesson) -> None:
    at = lesson(
        "broadcasting",
        broadcasting_x="(4, 1)",
        broadcasting_y="(3,)",
        broadcasting_third="on",
        broadcasting_z="(2, 1, 1)",
    )
    assert metrics(at)[0] == "(2, 4, 3)"
    assert len(at.get("vega_lite_chart")) == 4
    assert at.table[0].value["z"].tolist() == ["2", "1", "1"]


def test_the_table_tells_axis_by_axis_what_happens(lesson: Lesson) -> None:
    table = lesson("broadcasting", broadcasting_x="(2, 4, 3)", broadcasting_y="(1, 3)").table[0].value
    assert table["axis"].tolist() == ["−3", "−2", "−1"]
    assert table["y"].tolist() == ["", "1", "3"]
    assert table["what happens"].tolist() == ["y has no such axis and gets one", "y is stretched", "equal"]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_clash_shows_numpys_words_and_a_button_mends_it(lesson: Lesson, lang: str) -> None:
    at = lesson("broadcasting", broadcasting_x="(4, 3)", broadcasting_y="(4,)", lang=lang)
    assert "operands could not be broadcast together with shapes (4,3) (4,)" in errors(at)[0]
    assert "3 ≠ 4" in at.table[0].value.to_string()
    assert "y[:, None]" in code(at)
    click(at, "y[:, None]")
    assert not errors(at)
    assert metrics(at)[0] == "(4, 3)"
    assert at.text_input(key="broadcasting_y").value == "(4, 1)"
    assert at.query_params["broadcasting_y"] == "(4, 1)"


def test_every_preset_sets_its_shapes(lesson: Lesson) -> None:
    at = lesson("broadcasting")
    for label, outcome in (
        ("(32, 10) + (10,)", "(32, 10)"),
        ("(64, 3, 32, 10) + (32, 10)", "(64, 3, 32, 10)"),
        ("(4, 1) + (3,) + (2, 1, 1)", "(2, 4, 3)"),
        ("(4, 1) + (1, 3)", "(4, 3)"),
    ):
        assert metrics(click(at, label))[0] == outcome
    assert click(at, "(4, 3) + (4,)").warning


def test_shapes_that_numpy_cannot_count_say_so(lesson: Lesson) -> None:
    at = lesson("broadcasting", broadcasting_x="1000000,1,1000000,1", broadcasting_y="1,1000000,1,1000000")
    assert "too large" in errors(at)[0]


# --- Dot product ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", ["1", "12"])
@pytest.mark.parametrize(("row", "column"), [("0", "0"), ("2", "1")])
def test_the_chosen_entry_is_the_one_of_numpy(lesson: Lesson, row: str, column: str, seed: str) -> None:
    at = lesson("product", product_row=row, product_column=column, product_seed=seed)
    x, y = products.matrix(3, 4, seed=int(seed)), products.matrix(2, 4, seed=int(seed) + 100).T
    entry = np.dot(x, y)[int(row), int(column)]
    (sentence,) = re.findall(r"\*\*dot\(x, y\)\[.*\*\*: .*", told(at))
    assert float(sentence.split(" = ")[1].replace("−", "-")) == entry
    texts = [float(text.replace("−", "-")) for text in pictures(at)[0]["cells"]["text"]]
    assert texts[-6:] == np.dot(x, y).ravel().tolist()


@pytest.mark.parametrize("kind", ["vectors", "vector", "matrices"])
def test_a_typed_line_takes_the_place_of_its_row_or_column(lesson: Lesson, kind: str) -> None:
    at = lesson("product", product_kind=kind, product_x0="1, 2, 3, 4", product_y0="1, 0, −1, 10")
    assert "1·1 + 2·0 + 3·(−1) + 4·10 = 38" in told(at)


def test_typed_rows_stay_when_another_is_chosen(lesson: Lesson) -> None:
    at = move(lesson("product", product_x0="1, 1, 1, 1"), "product_row", "1")
    assert pictures(at)[0]["cells"]["text"].tolist()[:4] == ["1"] * 4
    at.text_input(key="product_x1").set_value("2 2 2 2").run()
    assert pictures(at)[0]["cells"]["text"].tolist()[:8] == ["1"] * 4 + ["2"] * 4
    assert at.query_params["product_x0"] == "1, 1, 1, 1"
    assert at.query_params["product_x1"] == "2 2 2 2"


@pytest.mark.parametrize(("lang", "word"), [("en", "left out"), ("zh", "6")])
def test_numbers_beyond_the_row_are_left_out_and_said(lesson: Lesson, lang: str, word: str) -> None:
    at = lesson("product", product_x0="1, 2, 3, 4, 5, 6", product_y0="1, 1, 1, 1", lang=lang)
    (said,) = errors(at)
    assert word in said
    assert "1·1 + 2·1 + 3·1 + 4·1 = 10" in told(at)
    assert "[1.0, 2.0, 3.0, 4.0]" in code(at)


def test_numbers_that_are_missing_are_said(lesson: Lesson) -> None:
    at = lesson("product", product_x0="9", product_y1="1, 1, 1, 1")
    assert errors(at) == [
        "Row 0 of x has length 4, but was typed with length 1: its last entries stay as they were. Please add the "
        "missing numbers."
    ]
    usual = products.matrix(3, 4, seed=1)[0].tolist()
    assert str([9.0, *usual[1:]]) in code(at)
    at.text_input(key="product_x0").set_value("9 1 1 1").run()
    assert not errors(at)


def test_a_row_that_becomes_shorter_says_what_it_leaves_out(lesson: Lesson) -> None:
    at = lesson("product", product_x0="1, 2, 3, 4", product_x1="4, 3, 2, 1")
    assert not errors(at)
    said = errors(move(at, "product_k", "3"))
    assert [sentence.split(",")[0] for sentence in said if "numbers were typed" in sentence] == [
        "Row 0 of x has length 3",
        "Row 1 of x has length 3",
    ]


def test_products_are_added_up_step_by_step(lesson: Lesson) -> None:
    at = lesson("product", product_step="2", product_x0="1, 2, 3, 4", product_y0="1, 1, 1, 1")
    assert "1·1 + 2·1 = 3 (2 of 4 products)" in told(at)


def test_sizes_that_do_not_fit_show_numpys_words_and_a_sentence(lesson: Lesson) -> None:
    at = lesson("product", product_m="5")
    assert "shapes (3,4) and (5,2) not aligned: 4 (dim 1) != 5 (dim 0)" in errors(at)[0]
    assert "A row of x has 4 entries, a column of y has 5" in told(at)
    assert_whole(at, "product")


def test_both_orders_differ_for_square_matrices(lesson: Lesson) -> None:
    sizes = dict.fromkeys(("product_n", "product_k", "product_m", "product_p"), "3")
    at = lesson("product", **sizes)
    assert "their numbers differ" in told(at)
    assert at.table[0].value.iloc[:, 1].tolist() == ["(3, 3)", "(3, 3)"]
    assert "Both hold the same numbers." in told(lesson("product", product_kind="vectors"))


def test_a_click_on_an_entry_moves_the_sliders(lesson: Lesson, monkeypatch: pytest.MonkeyPatch) -> None:
    at = lesson("product")
    at.session_state["product_row"] = moved(2)
    at.run()
    assert at.query_params["product_row"] == "2"
    assert "dot(x, y)[2, 0]" in told(at)


# --- More axes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("x", "y"),
    [("2,3,4,5", "5"), ("2,3,4,5", "5,6"), ("2,3,4,5", "3,5,6"), ("2,3,4,5", "7,5,6"), ("2,3", "2,3"), ("", "2")],
)
def test_both_products_have_numpys_shape_or_numpys_words(lesson: Lesson, x: str, y: str) -> None:
    at = lesson("axes", axes_x=x, axes_y=y)
    a, b = np.ones(broadcasting.parse_shape(x)), np.ones(broadcasting.parse_shape(y))
    shapes, words = [], []
    for function in (np.dot, np.matmul):
        try:
            shapes.append(str(function(a, b).shape))
        except ValueError as error:
            words.append(str(error).strip())
    assert metrics(at) == shapes
    assert [said in shown for said, shown in zip(words, errors(at), strict=True)] == [True] * len(words)


# --- The layer --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", trainings.TABLES)
@pytest.mark.parametrize(("sample", "shift"), [("0", "0"), ("7", "-3"), ("29", "3")])
def test_keras_and_the_page_agree(lesson: Lesson, data: str, sample: str, shift: str) -> None:
    at = lesson("layer", layer_data=data, layer_sample=sample, layer_shift=shift)
    table = at.table[0].value
    assert float(metrics(at)[-1].replace("−", "-")) < 1e-5
    assert table["by hand"].tolist() == table["Keras"].tolist()
    assert sum(table["Keras"].astype(float)) == pytest.approx(1, abs=2e-4)


def test_a_moved_input_flows_through_both_layers(lesson: Lesson) -> None:
    at = lesson("layer")
    before = [chart["cells"]["text"].tolist() for chart in pictures(at)]
    after = [chart["cells"]["text"].tolist() for chart in pictures(move(at, "layer_shift", "+2.0"))]
    assert float(after[0][0]) == pytest.approx(float(before[0][0].replace("−", "-")) + 2, abs=0.011)
    assert before[1][-3:] != after[1][-3:]


# --- Cost -------------------------------------------------------------------------------------------------------------


def test_the_first_network_layer_costs_what_the_curriculum_says(lesson: Lesson) -> None:
    at = lesson("cost")
    assert metrics(at)[:2] == ["51,380,224", "401,920"]


def test_the_speed_of_the_product_is_measured_on_demand(lesson: Lesson) -> None:
    at = lesson("cost", cost_batch="16")
    assert len(metrics(at)) == 3
    at.button(key="cost_measure").click().run()
    assert_whole(at, "cost")
    assert float(metrics(at)[-1].replace("e+", "e")) > 1e6


# --- Predictions, the address, the notebook ---------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(
    ("section", "key", "answer", "truth"),
    [
        ("broadcasting", "broadcasting_prediction", "rows", "operands could not be broadcast"),
        ("product", "product_prediction", "inner", "shapes (3,4) and (2,3) not aligned"),
        ("layer", "layer_prediction", "one", "**6**"),
    ],
)
def test_the_computation_answers_after_the_learner(
    lesson: Lesson, section: str, key: str, answer: str, truth: str, lang: str
) -> None:
    at = lesson(section, lang=lang)
    assert truth not in told(at)
    at.radio(key=key).set_value(answer).run()
    at.button(key=f"{key}_commit").click().run()
    assert_whole(at, section)
    assert truth in told(at)


def test_the_prediction_of_the_race_waits_for_the_measurement(lesson: Lesson) -> None:
    at = lesson("elementwise")  # 200 by 200, as the question says
    at.radio(key="elementwise_prediction").set_value("same").run()
    at.button(key="elementwise_prediction_commit").click().run()
    assert "Measured on this machine" not in told(at)
    at.button(key="elementwise_measure").click().run()
    assert "Measured on this machine" in told(at)


@pytest.mark.parametrize("section", SECTIONS)
def test_the_address_shows_the_same_to_another_learner(lesson: Lesson, section: str) -> None:
    at = lesson(section)
    for key, said in positions(at).items():
        move(at, key, said[len(said) // 3])
    for key in [line.key for line in at.text_input]:
        at.text_input(key=key).set_value("3, 2, 1").run()
    address = dict(at.query_params)
    other = lesson(address.pop("step", SECTIONS[0]), **address)
    assert (code(other), metrics(other), told(other)) == (code(at), metrics(at), told(at))
    assert all(
        ours[name].equals(theirs[name])
        for ours, theirs in zip(pictures(at), pictures(other), strict=True)
        for name in ours
    )


@pytest.mark.slow
def test_the_notebook_runs_from_top_to_bottom_and_prints_the_figures_of_the_page(
    lesson: Lesson, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    at = lesson("layer", layer_shift="1", layer_epochs="20", broadcasting_x="(2, 1)")
    by_hand = at.table[0].value["by hand"].astype(float).tolist()
    said = dict(zip(SECTIONS, printed(notebook(at, "en", monkeypatch), tmp_path), strict=True))
    assert "shape = (2, 3)" in said["broadcasting"]
    figures = [float(line.split(" = ")[1]) for line in said["layer"].splitlines()]
    assert figures[:3] == pytest.approx(by_hand, abs=2e-3)
    assert figures[-1] < 1e-5


@pytest.mark.slow
def test_the_page_process_never_loads_keras() -> None:
    assert not loaded(PAGE, SECTIONS) & {"keras", "tensorflow"}


def test_sections_of_this_file_are_those_of_the_lesson() -> None:
    assert len(visit(PAGE).button_group(key="step").options) == len(SECTIONS)
