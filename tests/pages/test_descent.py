"""The gradient descent lesson: every section, at every end of its controls, in both languages, shows true numbers."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from lib import backpropagation, descent
from lib.training import descent as trainings
from lib.training.recipe import OPTIMIZERS, Run
from lib.training.trainer import wait
from lib.ui import training
from lib.ui.controls import moved
from tests.app import (
    NONSENSE,
    Lesson,
    assert_no_exception,
    cells,
    code,
    go_to,
    loaded,
    metrics,
    move,
    notebook,
    pictures,
    positions,
    predicted,
    printed,
    told,
    visit,
)

PAGE = "pages/learning/descent.py"
CHARTS = {"slope": 1, "coefficient": 1, "curve": 1, "race": 1, "unit": 1, "sweep": 2, "backpropagation": 1}
SECTIONS = tuple(CHARTS)

# For each section what its controls may say: both ends of a slider, every choice.
LIVE: dict[str, dict[str, tuple[str, str]]] = {
    "slope": {"slope_x": ("-2.4", "2.4"), "slope_eps": ("0.001", "1")},
    "coefficient": {"coef_w": ("-0.2", "0.6"), "coef_h": ("0.01", "0.1")},
    "curve": {
        "curve_rate": ("0.001", "10"),
        "curve_momentum": ("0", "0.95"),
        "curve_start": ("-2.3", "2.3"),
        "curve_steps": ("10", "100"),
        "curve_curvature": ("0.5", "4"),
    },
    "race": {"race_factor": ("0.05", "10"), "race_momentum": ("0", "0.99"), "race_steps": ("10", "200")},
    "unit": {"unit_rate": ("0.0001", "0.02"), "unit_epochs": ("50", "1000")},
    "sweep": {"sweep_rate": ("0.001", "30"), "sweep_noise": ("0", "1.5"), "sweep_epochs": ("10", "200")},
    "backpropagation": {f"back_{name}": ("-3", "3") for name in ("x1", "x2", "w1", "w2", "b", "target")},
}
CHOICES: dict[str, dict[str, tuple[str, ...]]] = {
    "slope": {"slope_curve": tuple(descent.CURVES)},
    "coefficient": {"coef_network": ("2-4-2-1", "784-512-10", "784-512-512-10")},
    "curve": {"curve_curve": tuple(descent.CURVES)},
    "race": {"race_surface": tuple(descent.SURFACES), "race_optimizers": ("sgd", "adam.momentum")},
    "unit": {"unit_inputs": tuple(trainings.INPUTS), "unit_batch": tuple(trainings.BATCHES)},
    "sweep": {"sweep_data": trainings.SWEEP_DATA},
    "backpropagation": {"back_activation": tuple(backpropagation.ACTIVATIONS)},
}
ENDS = [
    (section, key, value)
    for controls in (LIVE, CHOICES)
    for section, values in controls.items()
    for key, ends in values.items()
    for value in ends
    if key != "sweep_epochs"  # compiles for seconds: the slow tests move it
]

Usual = Callable[[str], tuple[str, list[str]]]


@pytest.fixture(scope="session")
def usual() -> Usual:
    """The code and the figures of a section as it opens."""

    @cache
    def opened(section: str) -> tuple[str, list[str]]:
        at = visit(PAGE, query={"step": section})
        return code(at), metrics(at)

    return opened


def trained(**settings: Any) -> Run:
    """The run of a linear unit, as the trainer gives it."""
    return wait(training.trainer().train((trainings.unit(**settings),)))[0]


def assert_whole(at: AppTest, section: str) -> None:
    """The section shows its pictures, each with rows of finite numbers and a text for those who cannot see it."""
    assert len(at.get("vega_lite_chart")) == CHARTS[section]
    for chart, datasets in zip(at.get("vega_lite_chart"), pictures(at), strict=True):
        assert chart.proto.alt
        assert all(f'"name": "{name}"' in chart.proto.spec for name in datasets)
        for name, rows in datasets.items():
            assert len(rows), f"{section}: {name} is empty"
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
    assert len(at.header) == len(at.expander) == 1
    assert not at.warning
    chinese = any("\u4e00" <= letter <= "\u9fff" for letter in at.header[0].value)
    assert chinese == (lang == "zh")


@pytest.mark.parametrize(("section", "key", "value"), ENDS)
def test_a_section_is_whole_at_each_end_of_each_control(lesson: Lesson, section: str, key: str, value: str) -> None:
    at = lesson(section, **{key: value})
    assert_whole(at, section)


@pytest.mark.parametrize("end", [0, -1])
@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_is_whole_with_all_controls_at_one_end(lesson: Lesson, section: str, end: int) -> None:
    controls = (LIVE[section] | CHOICES[section]).items()
    settings = {key: values[end] for key, values in controls if key != "sweep_epochs"}
    assert_whole(lesson(section, lang="zh", **settings), section)


@pytest.mark.slow
@pytest.mark.parametrize("epochs", LIVE["sweep"]["sweep_epochs"])
def test_the_sweep_is_whole_with_few_epochs_and_with_many(lesson: Lesson, epochs: str) -> None:
    assert_whole(lesson("sweep", sweep_epochs=epochs), "sweep")


@pytest.mark.slow
@pytest.mark.parametrize("network", trainings.SWEEP_NETWORKS)
def test_the_sweep_is_whole_for_every_network(lesson: Lesson, network: str) -> None:
    assert_whole(lesson("sweep", sweep_network=network), "sweep")


@pytest.mark.slow
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_sweep_is_whole_for_every_optimizer(lesson: Lesson, optimizer: str) -> None:
    assert_whole(lesson("sweep", sweep_optimizer=optimizer), "sweep")


@pytest.mark.parametrize("curvature", ["0.5", "4"])
@pytest.mark.parametrize("rate", ["0.001", "10"])
def test_a_ball_that_starts_at_the_bottom_stays(lesson: Lesson, rate: str, curvature: str) -> None:
    at = lesson("curve", curve_start="0", curve_rate=rate, curve_curvature=curvature)
    assert_whole(at, "curve")
    assert metrics(at)[-1] == "–"  # 0 / 0
    assert (pictures(at)[0]["path"]["x"] == 0).all()
    assert "path[1] / path[0]" not in code(at)


@pytest.mark.parametrize("batch", trainings.BATCHES)
@pytest.mark.parametrize("inputs", trainings.INPUTS)
def test_a_unit_that_diverges_says_so_and_keeps_its_picture(lesson: Lesson, inputs: str, batch: str) -> None:
    at = lesson("unit", unit_inputs=inputs, unit_batch=batch, unit_rate="0.02", unit_epochs="1000")
    assert_whole(at, "unit")
    diverged = trained(inputs=inputs, batch=batch, learning_rate=0.02, epochs=1000).diverged_at
    assert [f"epoch {diverged}:" in shown.value for shown in at.warning] == [True] * (diverged is not None)
    assert all(len(value) < 12 for value in metrics(at))


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_an_optimizer_may_race_alone(lesson: Lesson, optimizer: str) -> None:
    at = lesson("race", race_optimizers=optimizer, race_factor="10", race_steps="200")
    assert_whole(at, "race")
    assert set(pictures(at)[0]["paths"]["optimizer"]) == {optimizer}


def test_a_race_of_nobody_asks_for_somebody(lesson: Lesson) -> None:
    at = lesson("race")
    at.button_group(key="race_optimizers").set_value([]).run()
    assert_no_exception(at)
    assert len(at.info) == 1
    assert not at.get("vega_lite_chart")
    at.button_group(key="race_optimizers").set_value(["adam"]).run()
    assert_whole(at, "race")


@pytest.mark.parametrize("section", SECTIONS)
def test_no_slider_says_nonsense(lesson: Lesson, section: str) -> None:
    texts = positions(lesson(section))
    assert set(texts) == set(LIVE[section])
    for key, said in texts.items():
        values = [float(text.replace("\N{MINUS SIGN}", "-")) for text in said]
        assert len(set(values)) == len(values), key
        assert values in (sorted(values), sorted(values, reverse=True)), key
        assert "\N{MINUS SIGN}0" not in said
        assert "\N{MINUS SIGN}0.00" not in said


# --- Bad input --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("turn", [0, 5])
@pytest.mark.parametrize("section", SECTIONS)
def test_nonsense_in_the_address_is_answered_with_the_defaults(
    lesson: Lesson, usual: Usual, section: str, turn: int
) -> None:
    keys = [*LIVE[section], *CHOICES[section]]
    at = lesson(section, **{key: NONSENSE[(turn + i) % len(NONSENSE)] for i, key in enumerate(keys)})
    assert_whole(at, section)
    assert (code(at), metrics(at)) == usual(section)
    at.run()
    assert not set(at.query_params) & set(keys)


@pytest.mark.parametrize("section", SECTIONS)
def test_values_just_out_of_range_are_answered_with_the_defaults(lesson: Lesson, usual: Usual, section: str) -> None:
    for side in (0, 1):
        asked = {}
        for key, ends in LIVE[section].items():
            low, high = sorted(map(float, ends))
            asked[key] = repr((low - 1e-9, high + 1e-9)[side])
        at = lesson(section, **asked)
        assert (code(at), metrics(at)) == usual(section)


@pytest.mark.parametrize("step", ["", "nowhere", "SLOPE", "slope ", "../race", "x" * 5000, "\x00", "7"])
def test_an_unknown_section_is_the_first(lesson: Lesson, step: str) -> None:
    at = lesson(step)
    assert at.header[0].value == "The slope"
    assert_whole(at, "slope")
    at.run()
    assert "step" not in at.query_params


def test_keys_of_nothing_and_of_streamlit_itself_change_nothing(lesson: Lesson, usual: Usual) -> None:
    strange = {"nothing": "1", "step_on": "true", "pulse": "x", "seen": "x", "values of descent": "x", "__class__": "x"}
    at = lesson("slope", **strange)
    assert_whole(at, "slope")
    assert (code(at), metrics(at)) == usual("slope")


@pytest.mark.parametrize(
    "sent",
    [
        None,
        "text",
        {},
        {"moved": None},
        {"moved": {"index": 10**9, "sequence": 3, "settled": True}},
        {"moved": {"index": -1, "sequence": 3, "settled": True}},
        {"moved": {"index": 0.5, "sequence": 3, "settled": True}},
    ],
)
def test_a_slider_that_sends_nonsense_stays_where_it_is(lesson: Lesson, sent: object) -> None:
    at = lesson("slope", slope_x="1.5")
    before = code(at)
    at.session_state["slope_x"] = sent
    at.run()
    assert_no_exception(at)
    assert code(at) == before


# --- The numbers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("curve", "x", "eps"), [("parabola", -1.5, 1.0), ("two_minima", 0.8, 0.05), ("plateau", 2.4, 0.001)]
)
def test_slope_shows_both_slopes_and_the_miss(lesson: Lesson, curve: str, x: float, eps: float) -> None:
    at = lesson("slope", slope_curve=curve, slope_x=str(x), slope_eps=str(eps))
    f = descent.CURVES[curve].function
    tangent = (f(x + 1e-6) - f(x - 1e-6)) / 2e-6
    secant, seen, miss = map(float, metrics(at))
    assert secant == pytest.approx((f(x + eps) - f(x)) / eps, abs=1e-4)
    assert seen == pytest.approx(tangent, abs=1e-4)
    assert miss == pytest.approx(abs(f(x + eps) - f(x) - tangent * eps), rel=0.05, abs=1e-9)


def test_slope_on_the_parabola_worked_by_hand(lesson: Lesson) -> None:
    # f = x² / 2: from 1 to 1.5 it rises by 0.625, its slope at 1 is 1, and the tangent ends 0.125 too low.
    assert metrics(lesson("slope", slope_x="1", slope_eps="0.5")) == ["1.2500", "1.0000", "0.12"]


def test_the_coefficient_of_the_story_is_half_at_the_start(lesson: Lesson) -> None:
    at = lesson("coefficient")
    assert [shown.label for shown in at.metric] == ["loss at 0.25", "loss at 0.30", "loss at 0.35"]
    assert metrics(at) == ["0.400", "0.500", "0.600"]
    assert "**407,050**" in told(at)
    assert "**814,100**" in told(at)


def test_trying_costs_two_forward_passes_for_each_coefficient(lesson: Lesson) -> None:
    at = lesson("coefficient", coef_network="2-4-2-1")
    assert "**25**" in told(at)  # (2 + 1) 4 + (4 + 1) 2 + (2 + 1) 1
    assert "**50**" in told(at)


@pytest.mark.parametrize(("rate", "steps"), [("0.5", "10"), ("1.8", "30"), ("2.2", "60"), ("10", "10")])
def test_the_ball_on_the_parabola_follows_the_formula(lesson: Lesson, rate: str, steps: str) -> None:
    at = lesson("curve", curve_rate=rate, curve_steps=steps)
    factor = 1 - float(at.query_params.get("curve_rate", rate))
    path = pictures(at)[0]["path"]["x"].to_numpy()
    there = np.abs(path) < descent.BOUND
    assert path[there] == pytest.approx(-2 * factor ** np.arange(there.sum()))
    limit, *factors = metrics(at)
    assert limit == "?"  # which the learner is asked
    assert [float(value) for value in factors] == pytest.approx([factor, factor], rel=5e-3)
    at = predicted(at, "curve_prediction", "one")
    assert metrics(at) == ["2", *factors]


OUTCOMES = {
    "too_slow": {"curve_rate": "0.001"},
    "converges": {"curve_rate": "0.79"},
    "oscillates": {"curve_rate": "2"},
    "diverges": {"curve_rate": "2.5"},
    "trapped": {"curve_curve": "two_minima", "curve_start": "2.3", "curve_steps": "100"},
}


def verdict(lesson: Lesson, **settings: str) -> str:
    said = [shown.value for shown in lesson("curve", **settings).markdown]
    (sentence,) = [text for text in said if text.startswith("**") and text.endswith("**")]
    return sentence


def test_each_outcome_on_the_curve_has_its_sentence(lesson: Lesson) -> None:
    said = {outcome: verdict(lesson, **settings) for outcome, settings in OUTCOMES.items()}
    assert len(set(said.values())) == len(OUTCOMES)
    trapped = OUTCOMES["trapped"]
    assert verdict(lesson, **trapped, curve_momentum="0.7") == said["trapped"]
    assert verdict(lesson, **trapped, curve_momentum="0.75") == said["converges"]  # as the page says


def test_the_race_of_sgd_follows_the_formula_in_the_ravine(lesson: Lesson) -> None:
    paths = pictures(lesson("race", race_steps="20"))[0]["paths"]
    sgd = paths[paths["optimizer"] == "sgd"]
    k = np.arange(21)
    # x² / 20 + y² has the slopes x / 10 and 2 y; the rate is 0.9.
    assert sgd["x"].to_numpy() == pytest.approx(-5 * 0.91**k, rel=1e-5)
    assert sgd["y"].to_numpy() == pytest.approx(1.6 * (-0.8) ** k, rel=1e-4)
    assert sgd["loss"].to_numpy() == pytest.approx(sgd["x"] ** 2 / 20 + sgd["y"] ** 2)


def test_who_flies_off_the_map_is_named(lesson: Lesson) -> None:
    (shown,) = lesson("race", race_factor="1.4", race_steps="200").warning
    assert "SGD" in shown.value
    assert "Adam" not in shown.value


@pytest.mark.parametrize(
    ("inputs", "batch", "rate", "epochs"),
    [("one", "8", 0.004, 600), ("one", "all", 0.01, 1000), ("three", "1", 0.001, 50)],
)
def test_the_unit_shows_the_weights_that_keras_found(
    lesson: Lesson, inputs: str, batch: str, rate: float, epochs: int
) -> None:
    at = lesson("unit", unit_inputs=inputs, unit_batch=batch, unit_rate=str(rate), unit_epochs=str(epochs))
    run = trained(inputs=inputs, batch=batch, learning_rate=rate, epochs=epochs)
    *w, b = run.weights[-1]
    assert [float(value) for value in metrics(at)] == pytest.approx([w[0], b, 5 * sum(w) + b], abs=0.05)
    if inputs == "one":
        path = pictures(at)[0]["path"]
        assert path["step"].iloc[-1] == epochs * {"1": 32, "8": 4, "all": 1}[batch]
        assert path[["w", "b"]].iloc[0].tolist() == [0, 0]
    else:
        assert [float(value) for value in at.table[0].value["learned"]] == pytest.approx([*w, b], abs=1e-3)


def test_the_unit_comes_near_the_truth_that_generated_its_data(lesson: Lesson) -> None:
    w, b, kcal = map(float, metrics(lesson("unit", unit_epochs="1000")))
    assert (w, b, kcal) == (pytest.approx(2.5, abs=0.2), pytest.approx(90, abs=2), pytest.approx(102.5, abs=2))


def test_the_picked_run_is_the_run_of_its_mark(lesson: Lesson) -> None:
    at = lesson("sweep", sweep_rate="0.3")
    marks, run = pictures(at)
    (picked,) = marks["runs"][marks["runs"]["picked"]].to_dict("records")
    assert picked["learning_rate"] == pytest.approx(0.3, rel=0.1)
    assert float(metrics(at)[0]) == pytest.approx(picked["loss"], abs=2e-3)
    last = run["losses"].groupby("part")["loss"].last()
    assert [float(value) for value in metrics(at)[:2]] == pytest.approx(last[["training", "validation"]], abs=1e-4)


def test_the_sweep_asks_all_rates_and_finds_all_zones(lesson: Lesson) -> None:
    runs = pictures(lesson("sweep"))[0]["runs"]
    assert len(runs) == 64
    assert set(runs["zone"]) == {"too_slow", "good", "divergent"}
    assert runs["loss"].between(0, 1).all()


def test_a_click_on_a_mark_moves_the_slider_and_the_address(lesson: Lesson) -> None:
    at = lesson("sweep")
    at.session_state["sweep_rate"] = moved(10)
    at.run()
    assert at.query_params["sweep_rate"] == f"{trainings.SWEEP_RATES[10]:.12g}"
    assert f"SGD({trainings.SWEEP_RATES[10]})" in code(at)


@pytest.mark.parametrize("activation", backpropagation.ACTIVATIONS)
def test_backpropagation_agrees_with_gradient_tape(lesson: Lesson, activation: str) -> None:
    at = lesson("backpropagation", back_activation=activation, back_x1="-1.3", back_w2="0.7")
    nodes = backpropagation.neuron(x1=-1.3, x2=1, w1=0.5, w2=0.7, b=0.5, target=1, activation=activation)
    table = at.table[0].value
    ours = [nodes["loss"].value, *(nodes[name].gradient for name in ("w1", "w2", "b"))]
    for column in ("this page", "GradientTape"):
        assert [float(value) for value in table[column]] == pytest.approx(ours, abs=1e-6)
    assert [float(value) < 1e-12 for value in table["difference"]] == [True] * 4


def test_backpropagation_worked_by_hand(lesson: Lesson) -> None:
    table = lesson("backpropagation", back_activation="relu", back_target="0").table[0].value
    # z = 0.5 · 2 - 1 · 1 + 0.5 = 0.5, L = z², dL/dz = 1, so the inputs are the gradients of their weights.
    assert table["this page"].astype(float).tolist() == [0.25, 2, 1, 1]


# --- Predict first ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(
    ("section", "key", "answer", "truth"),
    [
        ("coefficient", "coef_prediction", "higher", "**0.4**"),
        ("curve", "curve_prediction", "four", "**2**"),
        ("race", "race_prediction", "same", "1.26"),
    ],
)
def test_the_computation_answers_after_the_learner(
    lesson: Lesson, section: str, key: str, answer: str, truth: str, lang: str
) -> None:
    at = lesson(section, lang=lang)
    assert truth not in told(at)
    assert_whole(predicted(at, key, answer), section)
    assert truth in told(at)
    assert not at.radio
    assert truth in told(go_to(go_to(at, "slope"), section))


# --- What is kept -----------------------------------------------------------------------------------------------------


def test_settings_outlive_another_section_and_another_language(lesson: Lesson) -> None:
    at = move(lesson("slope", slope_curve="plateau"), "slope_x", "0.5")
    at = move(at, "slope_eps", "0.1")
    slope = metrics(at)
    go_to(at, "unit").button_group(key="unit_batch").set_value("all").run()
    unit = metrics(at)
    at.button_group(key="language_switch").set_value("zh").run()
    assert_no_exception(at)
    assert metrics(at) == unit
    assert metrics(go_to(at, "slope")) == slope
    assert at.query_params == {
        "lang": "zh",
        "slope_curve": "plateau",
        "slope_x": "0.5",
        "slope_eps": "0.1",
        "unit_batch": "all",
    }
    at.button_group(key="language_switch").set_value("en").run()
    assert (metrics(at), metrics(go_to(at, "unit"))) == (slope, unit)


@pytest.mark.parametrize("section", SECTIONS)
def test_the_address_shows_the_same_to_another_learner(lesson: Lesson, section: str) -> None:
    at = lesson(section)
    for key, said in positions(at).items():
        move(at, key, said[len(said) // 3])
    for key, options in CHOICES[section].items():
        at.button_group(key=key).set_value(options[-1].split(".") if key == "race_optimizers" else options[-1]).run()
    assert_whole(at, section)
    address = dict(at.query_params)
    assert set(address) > {"lang", "step"} - ({"step"} if section == "slope" else set())
    other = lesson(address.pop("step", "slope"), **address)
    assert (code(other), metrics(other)) == (code(at), metrics(at))
    assert all(
        ours[name].equals(theirs[name])
        for ours, theirs in zip(pictures(at), pictures(other), strict=True)
        for name in ours
    )


# --- To take home -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_notebook_holds_the_code_of_all_sections(
    lesson: Lesson, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = {"slope_x": "0.5", "race_surface": "saddle", "unit_inputs": "three", "sweep_data": "moons"}
    at = lesson("slope", lang=lang, **chosen)
    shown = [code(go_to(at, section)).strip() for section in SECTIONS]
    heading = at.header[0].value
    book = notebook(at, lang, monkeypatch)
    assert [source.strip() for source in cells(book)] == shown
    assert [cell.source for cell in book.cells if cell.cell_type == "markdown"][-1] == f"## {heading}"


@pytest.mark.slow
def test_the_notebook_runs_from_top_to_bottom_and_prints_the_figures_of_the_page(
    lesson: Lesson, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    at = lesson("unit", unit_epochs="100", sweep_epochs="20", race_surface="saddle", curve_momentum="0.5")
    unit = metrics(at)
    sweep = metrics(go_to(at, "sweep"))
    said = dict(zip(SECTIONS, printed(notebook(at, "en", monkeypatch), tmp_path), strict=True))
    assert all(said.values())
    assert f"kcal = {unit[2]}\n" in said["unit"]
    trained = dict(line.split(" = ") for line in said["sweep"].splitlines())
    assert float(trained["training loss"]) == pytest.approx(float(sweep[0]), abs=1e-3)
    assert float(trained["validation loss"]) == pytest.approx(float(sweep[1]), abs=1e-3)


# --- The page process -------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_page_process_never_loads_keras() -> None:
    assert not loaded(PAGE, SECTIONS) & {"keras", "tensorflow"}
