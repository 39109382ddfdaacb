"""The geometry lesson on the plane: vectors, matrices and moves one after another, in both languages."""

import io
import json
from typing import Any

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from lib import geometry
from lib.geometry import spelled
from lib.lessons.geometry import composition, matrices, photographs, vectors
from lib.ui.plane import released
from tests.app import NONSENSE, Lesson, assert_no_exception, code, metrics, move, predicted, told

PAGE = "pages/operations/geometry.py"
PLANES = {"vectors": 1, "matrices": 1, "composition": 2}
FREE = ("matrices_u1", "matrices_u2", "matrices_v1", "matrices_v2")


def planes(at: AppTest) -> list[dict[str, Any]]:
    """What each plane of the page was sent."""
    sent = [json.loads(component.proto.json) for component in at.get("bidi_component")]
    return [data for data in sent if "basis" in data]


def matrix(plane: dict[str, Any]) -> np.ndarray:
    return np.array(plane["basis"]).reshape(2, 2)


def drag(at: AppTest, key: str, *values: float, sequence: int = 1, settled: bool = True) -> AppTest:
    a, b, c, d = values
    at.session_state[key] = released((a, b, c, d), sequence=sequence, settled=settled)
    at.run()
    assert_no_exception(at)
    return at


def assert_whole(at: AppTest, section: str) -> None:
    """The section shows its planes, each with finite numbers and a text for those who cannot see it, and its code."""
    shown = planes(at)
    assert len(shown) >= PLANES[section]
    for plane in shown:
        assert plane["alt"]
        assert np.isfinite(plane["basis"]).all()
        json.dumps(plane, allow_nan=False)
    assert not any(word in value for value in metrics(at) for word in ("nan", "inf"))
    compile(code(at), section, "exec")


# --- Every section is whole -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("section", PLANES)
def test_a_section_is_whole_in_both_languages(lesson: Lesson, section: str, lang: str) -> None:
    at = lesson(section, lang=lang)
    assert_whole(at, section)
    assert any("\u4e00" <= letter <= "\u9fff" for letter in told(at)) == (lang == "zh")


@pytest.mark.parametrize("operation", vectors.OPERATIONS)
def test_every_operation_on_vectors_is_whole(lesson: Lesson, operation: str) -> None:
    for a1, s in (("-2.5", "-2"), ("0", "0")):
        assert_whole(lesson("vectors", vectors_do=operation, vectors_a1=a1, vectors_s=s), "vectors")


@pytest.mark.parametrize("kind", matrices.KINDS)
@pytest.mark.parametrize("subject", matrices.SUBJECTS)
def test_every_move_of_every_subject_is_whole(lesson: Lesson, kind: str, subject: str) -> None:
    assert_whole(lesson("matrices", matrices_move=kind, matrices_what=subject, matrices_rows="on"), "matrices")


@pytest.mark.parametrize("kind", composition.KINDS)
def test_every_pair_of_moves_is_whole(lesson: Lesson, kind: str) -> None:
    for other in composition.KINDS:
        assert_whole(lesson("composition", composition_a_move=kind, composition_b_move=other), "composition")


def test_nonsense_in_the_address_leaves_the_defaults(lesson: Lesson) -> None:
    keys = {
        "vectors": ("vectors_do", *vectors.ENTRIES, "vectors_s"),
        "matrices": ("matrices_move", "matrices_angle", "matrices_what", "matrices_rows", *matrices.ENTRIES),
        "composition": ("composition_count", "composition_order_2", "composition_a_move", "composition_b_tx"),
    }
    for section, names in keys.items():
        usual = metrics(lesson(section))
        at = lesson(section, **{key: NONSENSE[i % len(NONSENSE)] for i, key in enumerate(names)})
        assert_whole(at, section)
        assert metrics(at) == usual


# --- Vectors ----------------------------------------------------------------------------------------------------------


def test_vectors_are_added_by_their_entries(lesson: Lesson) -> None:
    at = lesson("vectors", vectors_a1="1", vectors_a2="-0.5", vectors_b1="0.5", vectors_b2="2")
    assert metrics(at) == ["(1.50, 1.50)", "(1.50, 1.50)", "2.12"]
    at = lesson("vectors", vectors_do="difference", vectors_a1="1", vectors_a2="-0.5")
    assert metrics(at) == ["(0.50, -2.50)", "(-0.50, 2.50)", "2.55"]


def test_dragged_tips_move_the_sliders_once_they_are_let_go(lesson: Lesson) -> None:
    at = drag(lesson("vectors"), "vectors_plane", 1.0, 0.5, -1.0, 2.0, settled=False)
    assert metrics(at)[0] == "(1.50, 1.00)"
    assert "vectors_a1" not in at.query_params
    drag(at, "vectors_plane", 1.5, 0.5, -1.0, 2.0, sequence=2)
    assert metrics(at)[0] == "(2.00, 1.00)"
    assert at.query_params["vectors_a1"] == "1.5"
    assert at.query_params["vectors_a2"] == "-1"
    move(at, "vectors_a1", "2.0")  # the slider has the last word
    assert metrics(at)[0] == "(2.50, 1.00)"
    assert at.session_state["seen"]["vectors_plane"] == 2


def test_a_vector_that_is_not_shown_stays_as_it_was_set(lesson: Lesson) -> None:
    at = lesson("vectors", vectors_do="multiple", vectors_b1="1", vectors_b2="-2")
    assert matrix(planes(at)[0])[:, 1].tolist() == [1.0, -2.0]
    drag(at, "vectors_plane", 1.5, 1.0, 0.5, -2.0)
    assert at.query_params["vectors_a1"] == "1.5"
    assert (at.query_params["vectors_b1"], at.query_params["vectors_b2"]) == ("1", "-2")


# --- Matrices ---------------------------------------------------------------------------------------------------------


def test_a_turn_keeps_areas_and_leaves_no_line(lesson: Lesson) -> None:
    at = lesson("matrices", matrices_angle="90")
    assert metrics(at) == ["1.00", "1.00", "none"]
    np.testing.assert_allclose(matrix(planes(at)[0]), geometry.rotation(90))
    assert "there are none" in told(at)


@pytest.mark.parametrize(
    ("settings", "numbers", "said"),
    [
        ({"matrices_move": "reflect"}, ["-1.00", "1.00", "1.00, -1.00"], "**flipped**"),
        ({"matrices_move": "project"}, ["0.00", "0.00", "1.00, 0.00"], "**collapsed** onto a line"),
        ({"matrices_move": "scale", "matrices_sx": "0", "matrices_sy": "0"}, ["0.00", "0.00", "0.00"], "one point"),
        ({"matrices_move": "scale", "matrices_sx": "2", "matrices_sy": "1"}, ["2.00", "2.00", "2.00, 1.00"], "doubled"),
        ({"matrices_move": "scale", "matrices_sx": "1.5", "matrices_sy": "1.5"}, ["2.25", "2.25", "1.50"], "all direc"),
        ({"matrices_move": "shear"}, ["1.00", "1.00", "1.00"], "counts twice"),
        ({"matrices_move": "free"}, ["1.25", "1.25", "1.81, 0.69"], "the two dashed lines"),
    ],
)
def test_areas_and_lines_are_said_in_numbers_and_words(
    lesson: Lesson, settings: dict[str, str], numbers: list[str], said: str
) -> None:
    at = lesson("matrices", **settings)
    assert metrics(at) == numbers
    assert said in told(at)


def test_a_small_determinant_is_not_said_to_be_zero(lesson: Lesson) -> None:
    free = {"matrices_u1": "0.05", "matrices_u2": "0", "matrices_v1": "0", "matrices_v2": "0.05"}
    at = lesson("matrices", matrices_move="free", **free)
    assert metrics(at) == ["0.0025", "0.0025", "0.05"]
    assert "multiplied by 0.0025" in told(at)
    assert ":.2g}" in code(at)


@pytest.mark.parametrize("subject", ["cloud", "image"])
def test_what_is_said_of_a_flipped_plane_holds_without_a_letter(lesson: Lesson, subject: str) -> None:
    at = lesson("matrices", matrices_move="reflect", matrices_what=subject)
    assert "**flipped**" in told(at)
    assert "letter" not in told(at).split("**determinant**")[1]


def test_rows_are_shown_beside_columns_turning_the_other_way(lesson: Lesson) -> None:
    at = lesson("matrices", matrices_rows="on", matrices_angle="30")
    columns, rows = planes(at)
    np.testing.assert_allclose(matrix(columns).T, matrix(rows))
    assert "`np.column_stack([u, v])`: turns by 30°" in told(at)
    assert "`np.array([u, v])`: turns by \N{MINUS SIGN}30°" in told(at)
    assert "rows: turned by -30 degrees" not in code(at)  # the code computes it
    assert rows["handles"] is None
    assert columns["handles"] is None  # a dragged one would not be a turn any more


def test_the_prediction_is_answered_by_computation(lesson: Lesson) -> None:
    at = predicted(lesson("matrices"), "matrices_prediction", "other")
    assert "You were right." in told(at)
    assert "the rows by \N{MINUS SIGN}30°" in told(at)


def test_a_dragged_arrow_makes_the_matrix_a_free_one(lesson: Lesson) -> None:
    at = drag(lesson("matrices"), "matrices_plane", 1.0, 0.0, 0.5, 2.0, settled=False)
    assert metrics(at) == ["2.00", "2.00", "2.00, 1.00"]
    assert "matrices_move" not in at.query_params
    drag(at, "matrices_plane", 1.0, 0.0, 0.5, 1.5, sequence=2)
    assert metrics(at) == ["1.50", "1.50", "1.50, 1.00"]
    assert at.query_params["matrices_move"] == "free"
    assert at.query_params["matrices_v2"] == "1.5"
    again = lesson("matrices", **{key: at.query_params[key] for key in at.query_params if key.startswith("matrices")})
    assert metrics(again) == metrics(at)


@pytest.mark.parametrize(
    "sent",
    [
        None,
        "nonsense",
        {"values": [1, 2, 3], "sequence": 1, "settled": True},
        {"values": [1, 2, 3, float("nan")], "sequence": 1, "settled": True},
        {"values": [1, 2, 3, 1e300], "sequence": 1, "settled": True},
        {"values": [1, 2, 3, True], "sequence": 1, "settled": True},
        {"values": [1, 2, 3, 10**400], "sequence": 1, "settled": True},
        {"values": [1, 2, 3, 4], "sequence": "1", "settled": True},
        {"values": [1, 2, 3, 4], "sequence": 1, "settled": "yes"},
    ],
)
def test_what_no_arrow_sends_is_ignored(lesson: Lesson, sent: object) -> None:
    at = lesson("matrices")
    before = metrics(at)
    at.session_state["matrices_plane"] = {"moved": sent}
    at.run()
    assert_no_exception(at)
    assert metrics(at) == before


def test_in_images_y_points_down_and_the_matrix_stays(lesson: Lesson) -> None:
    up = lesson("matrices", matrices_what="image")
    down = lesson("matrices", matrices_what="image", matrices_y="down")
    assert planes(up)[0]["basis"] == planes(down)[0]["basis"]
    assert (planes(up)[0]["y_down"], planes(down)[0]["y_down"]) == (False, True)
    assert "clockwise" in told(down)
    assert planes(down)[0]["image"] == photographs.bundled("china")


def test_a_photograph_of_ones_own_is_moved(lesson: Lesson) -> None:
    at = lesson("matrices", matrices_what="image", matrices_photograph="own")
    assert len(at.info) == 1
    stream = io.BytesIO()
    Image.new("RGB", (600, 300), "teal").save(stream, "PNG")
    at.get("file_uploader")[0].upload("own.png", stream.getvalue(), "image/png").run()
    assert_no_exception(at)
    assert planes(at)[0]["image"].startswith("data:image/jpeg;base64,")
    assert not at.info
    at.get("file_uploader")[0].upload("own.png", b"no picture", "image/png").run()
    assert "no picture that can be read" in at.error[0].value
    assert planes(at)[0]["image"] == ""


def test_a_photograph_travels_small() -> None:
    assert all(len(photographs.bundled(name)) < 20_000 for name in ("china", "flower"))


# --- One move after another -------------------------------------------------------------------------------------------


def test_a_turn_and_a_shift_end_apart(lesson: Lesson) -> None:
    at = lesson("composition", composition_a_angle="90", composition_b_tx="1", composition_b_ty="0")
    assert metrics(at) == [spelled(np.sqrt(2.0)), "1.00"]
    assert "$B A \\neq A B$" in told(at)
    first, reverse = planes(at)
    assert first["moves"] == reverse["moves"][::-1]
    assert first["moves"][1] == {"matrix": [1.0, 0.0, 0.0, 1.0], "shift": [1.0, 0.0]}


@pytest.mark.parametrize("kind", ["rotate", "scale", "shear", "shift"])
def test_two_moves_of_one_kind_commute_and_the_page_says_why(lesson: Lesson, kind: str) -> None:
    parameters = {f"composition_b_{name}": "1" for name in geometry.MOVES[kind].parameters if name != "angle"}
    at = lesson("composition", composition_a_move=kind, composition_b_move=kind, **parameters)
    assert metrics(at)[0] == "0.00"
    assert "**commute**" in told(at)
    assert "in any order" in told(at)


def test_moves_that_happen_to_commute_are_not_explained_by_their_kind(lesson: Lesson) -> None:
    at = lesson("composition", composition_a_angle="0")
    assert "happens not to matter" in told(at)


def test_moves_that_are_the_same_backwards_are_not_said_to_commute(lesson: Lesson) -> None:
    at = lesson("composition", composition_count="3", composition_a_move="rotate", composition_c_move="rotate")
    assert "Backwards they give the same: $C B A = A B C$" in told(at)
    assert "do **not** commute" in told(at)
    assert metrics(at)[0] == "0.00"


def test_the_order_of_three_moves_is_a_choice(lesson: Lesson) -> None:
    at = lesson("composition", composition_count="3", composition_order_3="CAB")
    assert "**C → A → B**" in told(at)
    assert "$B A C \\neq C A B$" in told(at)
    maps = {name: geometry.made(kind, _defaults(kind)) for name, kind in composition.FIRST.items()}
    forwards = geometry.compose(maps["C"], maps["A"], maps["B"])
    backwards = geometry.compose(maps["B"], maps["A"], maps["C"])
    assert metrics(at)[0] == spelled(geometry.distances(geometry.LETTER, forwards, backwards).max())


def _defaults(kind: str) -> dict[str, float]:
    return {name: bounds.default for name, bounds in geometry.MOVES[kind].parameters.items()}
