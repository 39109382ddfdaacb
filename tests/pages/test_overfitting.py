"""The lesson on overfitting: fitting curves, sizes of networks and penalties show true numbers in both languages."""

from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from lib import fitting
from lib.lessons.overfitting import penalty as penalty_section
from lib.training import overfitting as trainings
from lib.training.recipe import Recipe, Run
from lib.training.trainer import wait
from lib.ui import training
from tests.app import NONSENSE, Lesson, code, metrics, move, pictures, positions, predicted, told

PAGE = "pages/generalization/overfitting.py"
CHARTS = {"curve": 1, "penalty": 1, "decay": 2, "capacity": 1}
QUICK = ("curve", "penalty")

ENDS: list[dict[str, str]] = [
    {"curve_degree": "0", "curve_points": "16", "curve_noise": "0", "curve_seed": "20"},
    {"curve_degree": "15", "curve_points": "500", "curve_noise": "0.6", "curve_test": "on"},
    {"curve_degree": "15", "curve_points": "16", "curve_many": "on"},
    {"curve_degree": "0", "curve_noise": "0", "curve_many": "on"},
]


def trained(*recipes: Recipe) -> tuple[Run, ...]:
    """The runs of some recipes, as the trainer gives them."""
    return wait(training.trainer().train(recipes))


def assert_whole(at: AppTest, section: str) -> None:
    """The section shows its pictures, each with rows of finite numbers and a text for those who cannot see it."""
    assert not at.warning
    assert len(at.get("vega_lite_chart")) == CHARTS[section]
    for chart, datasets in zip(at.get("vega_lite_chart"), pictures(at), strict=True):
        assert chart.proto.alt
        for name, rows in datasets.items():
            assert len(rows) or name == "test", f"{section}: {name} is empty"
            assert np.isfinite(rows.select_dtypes("number").to_numpy()).all(), f"{section}: {name}"
    assert not any(word in value for value in metrics(at) for word in ("nan", "inf"))
    compile(code(at), section, "exec")
    assert code(at)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("section", QUICK)
def test_a_section_shows_its_picture_and_its_code(lesson: Lesson, section: str, lang: str) -> None:
    at = lesson(section, lang=lang)
    assert_whole(at, section)
    assert any("\u4e00" <= letter <= "\u9fff" for letter in at.header[0].value) == (lang == "zh")


# --- Fit a curve ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ends", ENDS)
def test_the_curve_is_whole_at_each_end(lesson: Lesson, ends: dict[str, str]) -> None:
    assert_whole(lesson("curve", **ends), "curve")


@pytest.mark.parametrize("key", ["curve_degree", "curve_points", "curve_model", "curve_many"])
def test_nonsense_in_the_address_falls_back(lesson: Lesson, key: str) -> None:
    usual = metrics(lesson("curve"))
    for nonsense in NONSENSE[:3]:
        assert metrics(lesson("curve", **{key: nonsense})) == usual


def test_the_degree_moves_live_and_the_errors_are_those_of_numpy(lesson: Lesson) -> None:
    at = move(lesson("curve", curve_seed="3"), "curve_degree", "9")
    train, test = fitting.drawn(30, 0.3, 3)
    curve = np.polynomial.Polynomial.fit(*train.T, 9)
    errors = [np.mean((curve(part[:, 0]) - part[:, 1]) ** 2) for part in (train, test)]
    assert [float(value) for value in metrics(at)] == pytest.approx(errors, abs=1e-3, rel=1e-2)
    assert at.query_params["curve_degree"] == "9"


def test_the_zones_of_the_picture_meet_at_the_smallest_test_error(lesson: Lesson) -> None:
    (rows,) = pictures(lesson("curve"))
    errors = rows["errors"]
    tested = errors[errors["part"] == "test"].set_index("size")["error"]
    zones = rows["zones"].set_index("kind")
    assert list(zones.index) == ["underfit", "right", "overfit"]
    assert zones.loc["right", "low"] < tested.idxmin() < zones.loc["right", "high"]


def test_the_sentence_names_where_the_model_is(lesson: Lesson) -> None:
    said = {degree: told(lesson("curve", curve_degree=degree)) for degree in ("0", "5", "15")}
    for degree, verdict in zip(said, ("**Underfit", "**Right", "**Overfit"), strict=True):
        assert verdict in said[degree]


def test_without_noise_there_is_nothing_to_learn_by_heart(lesson: Lesson) -> None:
    for many in ("on", "off"):
        assert "without noise" in told(lesson("curve", curve_noise="0", curve_many=many))
        assert "without noise" not in told(lesson("curve", curve_noise="0.05", curve_many=many))


def test_many_sets_say_that_errors_add_up(lesson: Lesson) -> None:
    at = lesson("curve", curve_many="on", curve_degree="7", curve_points="60")
    bias, variance, noise, total, measured = map(float, metrics(at))
    assert noise == pytest.approx(0.09)
    assert total == pytest.approx(bias + variance + noise, abs=2e-4)
    assert measured == pytest.approx(total, rel=0.06)
    assert set(pictures(at)[0]["sets"]["set"]) == set(range(fitting.SETS))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_polynomial_through_all_points_is_predicted_first(lesson: Lesson, lang: str) -> None:
    at = lesson("curve", lang=lang)
    assert "0.0000" not in told(at)
    assert "**0.0000**" in told(predicted(at, "curve_prediction", "nothing"))


@pytest.mark.slow
def test_networks_of_all_sizes_are_fitted(lesson: Lesson) -> None:
    at = lesson("curve", curve_model="network", curve_units="2")
    assert_whole(at, "curve")
    errors = pictures(at)[0]["errors"]
    assert sorted(set(errors["size"])) == list(trainings.UNITS)
    tested = errors[errors["part"] == "test"].set_index("size")["error"]
    assert tested[1] > 2 * tested[2]  # as the page says: one unit cannot follow the wave


# --- Diamond and circle -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pair", penalty_section.PAIRS)
def test_the_penalty_shows_the_weights_where_they_rest(lesson: Lesson, pair: str) -> None:
    at = lesson("penalty", penalty_pair=pair, penalty_strength="0.5")
    assert_whole(at, "penalty")
    bowl = fitting.bowl(penalty_section.PAIRS[pair])
    expected: list[Any] = []
    for kind in fitting.PENALTIES:
        w = fitting.penalised(bowl, kind, 0.5)
        expected += [*w, float(bowl.loss(*w))]
    assert [float(value) for value in metrics(at)] == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("pair", ["age", "cholesterol"])
def test_l1_drops_a_measurement_at_the_first_strength(lesson: Lesson, pair: str) -> None:
    assert metrics(lesson("penalty", penalty_pair=pair))[1] == "0"


def test_the_strength_moves_live(lesson: Lesson) -> None:
    at = lesson("penalty")
    before = metrics(at)
    assert metrics(move(at, "penalty_strength", positions(at)["penalty_strength"][-1])) != before


# --- With the trainer -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_table_of_penalties_counts_what_was_trained(lesson: Lesson, lang: str) -> None:
    at = lesson("decay", lang=lang, decay_l1="0.01", decay_epochs="75", decay_seed="2")
    assert_whole(at, "decay")
    runs = trained(*trainings.decay(l1=0.01, l2=0.01, epochs=75, seed=2))
    table = at.table[0].value
    for (_, row), run in zip(table.iterrows(), runs, strict=True):
        kernels = np.concatenate([kernel.ravel() for kernel in run.weights_at(-1)[::2]])
        assert run.val_loss is not None
        near, total, _, end = row
        assert int(near) == np.sum(np.abs(kernels) < 0.01)
        assert float(total) == pytest.approx(np.abs(kernels).sum(), abs=0.06)
        assert float(end) == pytest.approx(run.val_loss[-1], abs=6e-4)
    bars = pictures(at)[0]["weights"]
    assert (bars.groupby(["penalty", "step"])["count"].sum() == 752).all()
    assert f"{runs[2].penalty[-1]:.4f}" in told(at)


def test_l1_makes_most_weights_small_as_predicted(lesson: Lesson) -> None:
    said = told(predicted(lesson("decay"), "decay_prediction", "l1"))
    assert "You were right." in said


def test_without_strength_all_four_are_one(lesson: Lesson) -> None:
    at = lesson("decay", decay_l1="0", decay_l2="0")
    assert_whole(at, "decay")
    assert (at.table[0].value.nunique() == 1).all()


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_large_network_overfits_first(lesson: Lesson, lang: str) -> None:
    at = lesson("capacity", lang=lang)
    assert_whole(at, "capacity")
    small, reference, large = metrics(at)
    assert int(large) < int(reference)
    assert not small.isdigit() or int(small) > int(reference)
    turns = pictures(at)[0]["turns"].set_index("network")["epoch"]
    assert turns["large"] == int(large)
