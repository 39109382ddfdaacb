"""The geometry lesson on layers: stacks that collapse, the fold, kinks, and many folds, in both languages."""

import json
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from lib import folding
from lib.training import geometry as trainings
from tests.app import NONSENSE, Lesson, click, code, metrics, move, pictures, predicted, told

PAGE = "pages/operations/geometry.py"
CHARTS = {"collapse": 1, "fold": 2, "kinks": 1, "pieces": 2}


def assert_whole(at: AppTest, section: str) -> None:
    """The section shows its pictures, each with finite rows and a text for those who cannot see it, and its code."""
    assert len(at.get("vega_lite_chart")) == CHARTS[section]
    assert not at.warning
    for chart, datasets in zip(at.get("vega_lite_chart"), pictures(at), strict=True):
        assert chart.proto.alt
        assert all(f'"name": "{name}"' in chart.proto.spec for name in datasets)
        for name, rows in datasets.items():
            assert np.isfinite(rows.select_dtypes("number").to_numpy()).all(), f"{section}: {name}"
    assert not any(word in value for value in metrics(at) for word in ("nan", "inf"))
    compile(code(at), section, "exec")


def moved(at: AppTest) -> dict[str, Any]:
    """What the component of the fold was sent."""
    sent = [json.loads(component.proto.json) for component in at.get("bidi_component")]
    (data,) = [data for data in sent if "kernel" in data]
    return dict(data)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("section", CHARTS)
def test_a_section_shows_its_pictures_and_its_code(lesson: Lesson, section: str, lang: str) -> None:
    at = lesson(section, lang=lang)
    assert_whole(at, section)
    chinese = any("\u4e00" <= letter <= "\u9fff" for letter in at.header[0].value)
    assert chinese == (lang == "zh")


def test_nonsense_in_the_address_leaves_the_defaults(lesson: Lesson) -> None:
    keys = ("fold_angle", "fold_activation", "fold_points", "fold_b1", "pieces_first", "pieces_x1", "pieces_seed")
    for section in ("fold", "pieces"):
        usual = metrics(lesson(section))
        for nonsense in NONSENSE[:3]:
            assert metrics(lesson(section, **dict.fromkeys(keys, nonsense))) == usual


# --- Layers that collapse ---------------------------------------------------------------------------------------------


def test_a_stack_and_its_product_differ_by_rounding_until_relu_stands_between(lesson: Lesson) -> None:
    at = lesson("collapse", collapse_depth="10", collapse_width="16")
    numbers, one, difference = metrics(at)
    assert numbers == f"{folding.parameters(trainings.widths(10, 16)):,}"
    assert one == "6"
    assert 0 < float(difference) < 1e-5
    assert {int(step) for step in pictures(at)[0]["stack"]["step"]} == {0, 10}
    at.toggle(key="collapse_relu").set_value(True).run()
    assert_whole(at, "collapse")
    assert float(metrics(at)[2]) > 0.05


def test_ten_layers_answer_the_prediction(lesson: Lesson) -> None:
    at = predicted(lesson("collapse"), "collapse_prediction", "no")
    assert "You were right." in told(at)
    assert "which is rounding" in told(at)


def test_a_single_layer_has_no_room_for_relu(lesson: Lesson) -> None:
    assert "nothing between" in told(lesson("collapse", collapse_depth="1", collapse_relu="on"))


# --- The fold ---------------------------------------------------------------------------------------------------------


def test_shares_of_an_unmoved_plane_are_quarters(lesson: Lesson) -> None:
    at = lesson("fold", fold_angle="0", fold_b1="0", fold_b2="0")
    assert metrics(at) == ["25.0%", "50.0%", "25.0%"]
    assert "**25%**" in told(predicted(at, "fold_prediction", "quarter"))


def test_two_folds_solve_xor_at_the_press_of_a_button(lesson: Lesson) -> None:
    at = lesson("fold", fold_points="xor")
    assert metrics(at)[3] == "73%"
    assert metrics(at)[4] != "100%"
    click(at, "Show how two folds")
    assert metrics(at)[4] == "100%"
    assert moved(at)["activation"] == "abs"
    assert at.query_params["fold_angle"] in ("45", ["45"])


@pytest.mark.parametrize("activation", folding.ACTIVATIONS)
def test_every_activation_moves_every_set(lesson: Lesson, activation: str) -> None:
    for points in ("none", "moons"):
        at = lesson("fold", fold_activation=activation, fold_points=points, fold_scale="2", fold_b1="-2")
        assert_whole(at, "fold")
        sent = moved(at)
        assert (sent["fates"] is None) == (activation in ("tanh", "sigmoid", "linear"))
        assert (sent["line"] is None) == (points == "none")
        assert "texts" not in sent  # which tests take for a slider


def test_a_line_that_lies_outside_of_the_square_is_said_to(lesson: Lesson) -> None:
    for b1, outside in (("2", True), ("0", False)):
        at = lesson("fold", fold_scale="0.2", fold_b1=b1, fold_b2="0")
        assert ("lies outside of the square" in told(at)) == outside
        assert (moved(at)["folds"][0] == []) == outside


def test_a_formula_has_no_minus_before_zero(lesson: Lesson) -> None:
    assert "x_1 +0.00\\,x_2" in told(lesson("fold", fold_angle="0"))


def test_the_angle_follows_its_slider(lesson: Lesson) -> None:
    at = move(lesson("fold"), "fold_angle", "90°")
    np.testing.assert_allclose(moved(at)["kernel"], [[0, 1], [-1, 0]], atol=1e-9)


# --- Kinks and pieces -------------------------------------------------------------------------------------------------


def test_a_curve_has_a_kink_for_each_unit_at_most(lesson: Lesson) -> None:
    at = lesson("kinks", kinks_units="2", kinks_epochs="100")
    assert_whole(at, "kinks")
    assert int(metrics(at)[0]) <= 2
    assert metrics(at)[1] == "2"
    first = pictures(at)[0]["kinks"].query("step == 0")
    assert (first["x"] == 0).all()


def test_pieces_are_counted_for_both_layers(lesson: Lesson) -> None:
    at = lesson("pieces", pieces_first="5", pieces_second="0", pieces_seed="4")
    assert metrics(at) == [str(len(folding.random_folds(5, 0, 4).pieces)), "16"]
    assert f"= **{metrics(at)[0]}** pieces" in told(at)
    move(at, "pieces_second", "3")
    assert_whole(at, "pieces")
    assert metrics(at) == [str(len(folding.random_folds(5, 3, 4).pieces)), "112"]
    assert "At most **7**" in told(predicted(at, "pieces_prediction", "8"))


def test_a_second_layer_that_adds_no_piece_is_said_to(lesson: Lesson) -> None:
    at = lesson("pieces", pieces_first="1", pieces_second="1", pieces_seed="0")
    assert metrics(at) == ["2", "4"]
    assert "pieces as before" in told(at)


@pytest.mark.parametrize("ends", [("1", "0"), ("12", "6"), ("1", "6")])
def test_both_ends_of_the_units_are_drawn(lesson: Lesson, ends: tuple[str, str]) -> None:
    first, second = ends
    assert_whole(lesson("pieces", pieces_first=first, pieces_second=second, pieces_x1="1.98"), "pieces")
