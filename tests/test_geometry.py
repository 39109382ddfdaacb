"""Moves of the plane, held against NumPy and Pillow: matrices, affine maps, areas, lines that stay."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from lib import geometry
from lib.geometry import MOVES, affine, compose, eigen, moved

ANGLES = st.floats(-360, 360)
ENTRIES = st.integers(-40, 40).map(lambda whole: whole / 20)
MATRICES = st.tuples(ENTRIES, ENTRIES, ENTRIES, ENTRIES).map(lambda entries: np.array(entries).reshape(2, 2))
SHIFTS = st.tuples(ENTRIES, ENTRIES)
unhurried = settings(deadline=None)
POINTS = np.random.default_rng(0).normal(size=(20, 2))


# --- Matrices ---------------------------------------------------------------------------------------------------------


def test_a_quarter_turn_takes_right_to_up_and_up_to_left() -> None:
    np.testing.assert_allclose(moved([[1, 0], [0, 1]], geometry.rotation(90)), [[0, 1], [-1, 0]], atol=1e-15)


@unhurried
@given(ANGLES)
def test_u_and_v_as_columns_turn_one_way_and_as_rows_the_other(angle: float) -> None:
    u, v = geometry.rotation(angle).T
    np.testing.assert_allclose(np.column_stack([u, v]), geometry.rotation(angle))
    np.testing.assert_allclose(np.array([u, v]), geometry.rotation(-angle), atol=1e-12)


@unhurried
@given(ANGLES, ANGLES)
def test_angles_of_turns_are_added(one: float, other: float) -> None:
    together = geometry.rotation(one) @ geometry.rotation(other)
    np.testing.assert_allclose(together, geometry.rotation(one + other), atol=1e-12)
    np.testing.assert_allclose(geometry.rotation(geometry.angle_of(together)), together, atol=1e-12)


@unhurried
@given(ANGLES)
def test_a_mirror_undoes_itself_and_a_projection_does_nothing_twice(angle: float) -> None:
    mirror, shadow = geometry.reflection(angle), geometry.projection(angle)
    np.testing.assert_allclose(mirror @ mirror, np.eye(2), atol=1e-12)
    np.testing.assert_allclose(shadow @ shadow, shadow, atol=1e-12)
    np.testing.assert_allclose(shadow, (mirror + np.eye(2)) / 2, atol=1e-12)


def test_a_stretch_and_a_shear_by_hand() -> None:
    np.testing.assert_array_equal(moved([[3.0, 2.0]], geometry.scaling(2.0, 0.5)), [[6.0, 1.0]])
    np.testing.assert_array_equal(moved([[3.0, 2.0]], geometry.shear(1.5)), [[6.0, 2.0]])


@pytest.mark.parametrize("kind", MOVES)
def test_every_move_is_made_of_its_parameters(kind: str) -> None:
    parameters = {name: bounds.default for name, bounds in MOVES[kind].parameters.items()}
    w, b = MOVES[kind].make(**parameters)
    np.testing.assert_array_equal(geometry.made(kind, parameters), affine(w, b))


def test_a_move_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="there is no move 'fold'"):
        geometry.made("fold", {})
    with pytest.raises(ValueError, match=r"came with \['k'\]; expected \['angle'\]"):
        geometry.made("rotate", {"k": 1.0})


# --- Affine maps ------------------------------------------------------------------------------------------------------


@unhurried
@given(MATRICES, SHIFTS, MATRICES, SHIFTS)
def test_affine_after_affine_is_affine(
    a: np.ndarray, shift_a: tuple[float, float], b: np.ndarray, shift_b: tuple[float, float]
) -> None:
    both = compose(affine(a, shift_a), affine(b, shift_b))
    np.testing.assert_allclose(both, affine(b @ a, b @ np.array(shift_a) + shift_b), atol=1e-12)
    np.testing.assert_allclose(moved(POINTS, both), moved(moved(POINTS, affine(a, shift_a)), affine(b, shift_b)))


def test_the_product_is_that_of_homogeneous_coordinates() -> None:
    move = affine([[1.0, 2.0], [3.0, 4.0]], [5.0, 6.0])
    homogeneous = np.column_stack([POINTS, np.ones(len(POINTS))])
    np.testing.assert_allclose(np.column_stack([moved(POINTS, move), np.ones(len(POINTS))]), homogeneous @ move.T)


def test_an_affine_map_needs_two_by_two_and_two() -> None:
    with pytest.raises(ValueError, match=r"W is \(2,\) and b is \(2,\)"):
        affine([1.0, 2.0])


def test_moves_that_are_the_same_backwards_need_not_commute() -> None:
    turn, shift = affine(geometry.rotation(30)), affine(np.eye(2), [1.0, 0.0])
    assert geometry.agree(compose(turn, shift, turn), compose(*(turn, shift, turn)[::-1]))
    assert not geometry.commute(turn, shift, turn)
    assert geometry.commute(turn, turn, affine(geometry.rotation(5)))


def test_turns_commute_and_a_turn_and_a_shift_do_not() -> None:
    turn, shift = affine(geometry.rotation(90)), affine(np.eye(2), [1.0, 0.0])
    assert geometry.commute(turn, affine(geometry.rotation(33)))
    assert not geometry.commute(turn, shift)
    apart = geometry.distances([[0.0, 0.0]], compose(turn, shift), compose(shift, turn))
    np.testing.assert_allclose(apart, [np.sqrt(2.0)])  # (1, 0) and (0, 1)


@pytest.mark.parametrize("matrix", [geometry.rotation(90), geometry.scaling(2.0, 0.5), geometry.shear(-0.5)])
def test_pillow_moves_a_picture_to_where_the_matrix_says_with_y_down(matrix: np.ndarray) -> None:
    size = (101, 101)
    spot = np.array([70, 40])  # (column, row) of a white square of 5 by 5 pixels
    pixels = np.zeros(size, dtype=np.uint8)
    pixels[spot[1] - 2 : spot[1] + 3, spot[0] - 2 : spot[0] + 3] = 255
    coefficients = geometry.pixel_coefficients(matrix, size=size)
    image = Image.fromarray(pixels).transform(size, Image.Transform.AFFINE, coefficients)
    rows, columns = np.nonzero(np.asarray(image))
    wanted = moved([spot + 0.5 - 50.5], matrix)[0] + 50.5
    np.testing.assert_allclose([columns.mean() + 0.5, rows.mean() + 0.5], wanted, atol=0.51)


def test_a_collapsed_picture_has_no_way_back() -> None:
    with pytest.raises(ValueError, match="what has collapsed has no way back"):
        geometry.pixel_coefficients(geometry.projection(20), size=(10, 10))


# --- Areas ------------------------------------------------------------------------------------------------------------


@unhurried
@given(MATRICES)
def test_the_determinant_is_the_signed_area_of_the_moved_unit_square(matrix: np.ndarray) -> None:
    assert geometry.area(moved(geometry.UNIT_SQUARE, matrix)) == pytest.approx(geometry.determinant(matrix), abs=1e-9)


@unhurried
@given(MATRICES)
def test_every_area_is_multiplied_by_the_determinant(matrix: np.ndarray) -> None:
    before, after = geometry.area(geometry.LETTER), geometry.area(moved(geometry.LETTER, matrix))
    assert after == pytest.approx(geometry.determinant(matrix) * before, abs=1e-9)


def test_the_letter_has_the_area_of_its_three_bars() -> None:
    assert abs(geometry.area(geometry.LETTER)) == pytest.approx(0.3 * 1.5 + 0.5 * 0.3 + 0.7 * 0.3)


@pytest.mark.parametrize(
    ("matrix", "outcome"),
    [
        (geometry.reflection(77), "flipped"),
        (geometry.projection(77), "collapsed"),
        (geometry.rotation(77), "kept"),
        (np.zeros((2, 2)), "collapsed"),
    ],
)
def test_mirrors_flip_and_projections_collapse(matrix: np.ndarray, outcome: str) -> None:
    assert geometry.outcome(geometry.determinant(matrix)) == outcome


# --- Lines that stay --------------------------------------------------------------------------------------------------


@unhurried
@given(MATRICES)
def test_eigenvectors_stay_on_their_lines(matrix: np.ndarray) -> None:
    lines = eigen(matrix)
    for value, direction in zip(lines.values, lines.directions, strict=False):
        np.testing.assert_allclose(matrix @ direction, value * np.array(direction), atol=1e-6)
        assert np.hypot(*direction) == pytest.approx(1.0)


@unhurried
@given(MATRICES)
def test_real_eigenvalues_are_those_of_numpy(matrix: np.ndarray) -> None:
    lines, values = eigen(matrix), np.linalg.eigvals(matrix)
    if lines.kind == "none":
        assert np.abs(values.imag).max() > 1e-5
        return
    expected = np.sort(values.real)[::-1]
    np.testing.assert_allclose(np.resize(lines.values, 2), expected, atol=1e-6)


@unhurried
@given(ENTRIES, ENTRIES, ANGLES)
def test_a_double_eigenvalue_has_one_line_or_all_of_them(value: float, push: float, angle: float) -> None:
    turn = geometry.rotation(angle)
    matrix = turn @ np.array([[value, push], [0.0, value]]) @ turn.T
    lines = eigen(matrix)
    assert lines.kind == ("one" if push else "all")
    assert lines.values[0] == pytest.approx(value, abs=1e-9)
    if push:
        assert abs(np.dot(lines.directions[0], turn[:, 0])) == pytest.approx(1.0)


@pytest.mark.parametrize("angle", [1.0, 90.0, -135.0])
def test_a_turn_leaves_no_line(angle: float) -> None:
    assert eigen(geometry.rotation(angle)).kind == "none"


@pytest.mark.parametrize("factor", [-2.0, 0.0, 1.0, 1.5])
def test_multiples_of_the_identity_leave_all_lines(factor: float) -> None:
    assert eigen(factor * np.eye(2)) == geometry.Eigen("all", (factor,), ())
    assert eigen(geometry.rotation(180.0)).kind == "all"


def test_a_shear_leaves_one_line_and_is_not_the_identity() -> None:
    assert eigen(geometry.shear(-0.1)) == geometry.Eigen("one", (1.0,), ((1.0, 0.0),))
    assert eigen(geometry.shear(2.0).T) == geometry.Eigen("one", (1.0,), ((0.0, 1.0),))


@unhurried
@given(ANGLES)
def test_a_mirror_keeps_its_axis_and_turns_its_normal(axis: float) -> None:
    lines = eigen(geometry.reflection(axis))
    assert lines.values == (1.0, -1.0)
    np.testing.assert_allclose(abs(np.dot(lines.directions[0], geometry.rotation(axis)[:, 0])), 1.0)


# --- Numbers ----------------------------------------------------------------------------------------------------------


@unhurried
@given(st.floats(-1e6, 1e6))
def test_a_spelled_number_is_read_back_and_never_minus_zero(value: float) -> None:
    said = geometry.spelled(value)
    assert float(said) == pytest.approx(value, abs=0.0051)
    assert said != "-0.00"


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.05**2, "0.0025"), (-(0.05**2), "-0.0025"), (1.234, "1.23"), (-1e-17, "0.00"), (1e-6, "1e-06")],
)
def test_a_small_factor_is_not_spelled_as_zero(value: float, said: str) -> None:
    assert geometry.spelled_factor(value) == said
