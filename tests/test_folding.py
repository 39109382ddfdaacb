"""Linear layers make one layer, relu folds, and folds cut the plane: against NumPy, rasters and numbers by hand."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib import folding
from lib.datasets import load, request

ANGLES = st.integers(-180, 180)
SCALES = st.floats(0.2, 2.0)
SHIFTS = st.tuples(st.floats(-2.0, 2.0), st.floats(-2.0, 2.0))


def random_stack(seed: int, *widths: int) -> list[folding.Layer]:
    rng = np.random.default_rng(seed)
    return [
        (rng.normal(size=(inputs, units)) / np.sqrt(inputs), rng.normal(size=units))
        for inputs, units in itertools.pairwise(widths)
    ]


# --- A stack of layers ------------------------------------------------------------------------------------------------


def test_two_layers_multiplied_by_hand() -> None:
    first = (np.array([[1.0, 2.0], [0.0, 1.0]]), np.array([1.0, 0.0]))
    second = (np.array([[0.0, 1.0], [1.0, 0.0]]), np.array([0.0, -3.0]))
    kernel, bias = folding.single_layer([first, second])
    assert kernel.tolist() == [[2.0, 1.0], [1.0, 0.0]]
    assert bias.tolist() == [0.0, -2.0]


@given(st.integers(0, 1000), st.lists(st.integers(1, 8), min_size=1, max_size=9))
def test_the_single_layer_gives_what_the_stack_gives(seed: int, widths: list[int]) -> None:
    layers = random_stack(seed, 2, *widths, 2)
    x = np.random.default_rng(seed + 1).uniform(-1, 1, (20, 2))
    kernel, bias = folding.single_layer(layers)
    assert kernel.shape == (2, 2)
    np.testing.assert_allclose(x @ kernel + bias, folding.outputs(layers, x)[-1], atol=1e-9)


def test_with_relu_between_no_single_layer_comes_close() -> None:
    layers = random_stack(3, 2, 8, 2)
    x = folding.grid(1.0).reshape(-1, 2)
    y = folding.outputs(layers, x, "relu")[-1]
    kernel, bias = folding.nearest_layer(x, y)
    assert folding.largest_difference(x @ kernel + bias, y) > 0.1


def test_the_nearest_layer_is_least_squares() -> None:
    x, y = np.array([[0.0], [1.0], [2.0]]), np.array([[0.0], [1.0], [4.0]])
    kernel, bias = folding.nearest_layer(x, y)
    assert [kernel[0, 0], bias[0]] == pytest.approx(np.polyfit(x[:, 0], y[:, 0], 1))


def test_layers_that_do_not_fit_are_refused_with_the_mend() -> None:
    with pytest.raises(ValueError, match="layer 2 takes 3 inputs; expected 2"):
        folding.single_layer([*random_stack(0, 2, 2), *random_stack(0, 3, 2)])
    with pytest.raises(ValueError, match="expected at least one; add a layer"):
        folding.single_layer([])
    with pytest.raises(ValueError, match="choose one of these"):
        folding.activate("fold", [1.0])


# --- One fold ---------------------------------------------------------------------------------------------------------


@given(ANGLES, SCALES, SHIFTS)
def test_the_four_parts_make_up_the_square(angle: int, scale: float, bias: tuple[float, float]) -> None:
    shares = folding.shares(folding.turned(angle, scale, bias), 2.0)
    assert list(shares) == list(folding.FATES)
    assert sum(shares.values()) == pytest.approx(1)
    assert all(-1e-12 <= share <= 1 for share in shares.values())


@given(ANGLES, SCALES, SHIFTS)
@settings(max_examples=25)
def test_shares_are_what_a_raster_counts(angle: int, scale: float, bias: tuple[float, float]) -> None:
    kernel, bias_array = layer = folding.turned(angle, scale, bias)
    ticks = 2.0 * ((np.arange(200) + 0.5) / 100 - 1)
    above = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2) @ kernel + bias_array > 0
    counted = folding.shares(layer, 2.0)
    assert counted["stays"] == pytest.approx((above[:, 0] & above[:, 1]).mean(), abs=0.01)
    assert counted["corner"] == pytest.approx((~above[:, 0] & ~above[:, 1]).mean(), abs=0.01)
    assert counted["first"] == pytest.approx((above[:, 0] & ~above[:, 1]).mean(), abs=0.01)


def test_a_shift_moves_shares_by_hand() -> None:
    shares = folding.shares(folding.turned(0, 1.0, (1.0, -1.0)), 2.0)  # kept: x > -1 and y > 1
    assert shares == pytest.approx({"stays": 3 / 16, "first": 9 / 16, "second": 1 / 16, "corner": 3 / 16})


def test_a_chord_runs_where_the_sum_is_zero() -> None:
    ends = folding.chord(folding.square(2.0), (1.0, 1.0), -1.0)
    assert sorted(ends.tolist()) == [[-1.0, 2.0], [2.0, -1.0]]
    assert folding.chord(folding.square(2.0), (1.0, 0.0), 5.0).shape == (0, 2)


def test_two_folds_make_xor_separable_and_none_does_not() -> None:
    split = load(request("xor", samples=200, noise=0.0, seed=5, train_share=1.0))
    kernel, bias = folding.turned(45, 1.0, (0.0, 0.0))
    z = split.x_train @ kernel + bias
    assert folding.best_line(split.x_train, split.y_train).right < 0.8
    assert folding.best_line(z, split.y_train).right < 0.8
    assert folding.best_line(folding.activate("abs", z), split.y_train).right == 1.0


def test_a_sigmoid_of_large_sums_reaches_its_ends() -> None:
    assert folding.activate("sigmoid", [-1000.0, 0.0, 1000.0]) == pytest.approx([0.0, 0.5, 1.0])


def test_abs_is_two_units_of_relu() -> None:
    z = np.linspace(-3, 3, 13)
    np.testing.assert_array_equal(
        folding.activate("abs", z), folding.activate("relu", z) + folding.activate("relu", -z)
    )


def test_the_best_line_has_its_points_on_their_sides() -> None:
    rng = np.random.default_rng(0)
    points, labels = rng.normal(size=(60, 2)), rng.integers(0, 2, 60)
    points[labels == 1] += 1.5
    line = folding.best_line(points, labels)
    right = ((points @ line.normal > line.offset) == labels).mean()
    assert max(right, 1 - right) == pytest.approx(line.right)


def test_points_in_one_place_are_right_where_most_are() -> None:
    assert folding.best_line(np.zeros((5, 2)), [0, 1, 1, 1, 0]).right == pytest.approx(0.6)
    with pytest.raises(ValueError, match="not finite"):
        folding.best_line([[np.nan, 0.0]], [0])


# --- Many folds -------------------------------------------------------------------------------------------------------


def test_three_lines_cut_the_square_into_seven_by_hand() -> None:
    kernel = np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]])
    bias = np.array([0.0, 0.0, -1.0])
    assert folding.lines_and_crossings(kernel, bias, 2.0) == (3, 3)
    assert len(folding.folded([(kernel, bias), (np.ones((3, 1)), np.zeros(1))], 2.0).pieces) == 7


def test_lines_through_one_point_make_fewer_pieces() -> None:
    kernel, bias = np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]]), np.zeros(3)
    assert folding.lines_and_crossings(kernel, bias, 2.0) == (3, 2)  # 1 + 3 + 2 = 6
    assert len(folding.folded([(kernel, bias), (np.ones((3, 1)), np.zeros(1))], 2.0).pieces) == 6


def test_parallel_lines_and_lines_outside_do_not_cross() -> None:
    kernel = np.array([[1.0, 2.0, 1.0, -1.0], [0.0, 0.0, 0.0, 0.0]])
    bias = np.array([0.5, -1.0, 9.0, -0.5])  # x = -0.5, x = 0.5, x = -9, and x = -0.5 again
    assert folding.lines_and_crossings(kernel, bias, 2.0) == (2, 0)


@given(st.integers(1, folding.MOST_UNITS), st.integers(0, 500))
@settings(max_examples=60, deadline=None)
def test_cutting_counts_what_the_crossings_say(units: int, seed: int) -> None:
    kernel, bias = folding.random_layers(units, 0, seed)[0]
    lines, crossings = folding.lines_and_crossings(kernel, bias, folding.HALF)
    assert len(folding.random_folds(units, 0, seed).pieces) == 1 + lines + crossings <= folding.most_pieces(units)


@given(st.integers(1, 8), st.integers(0, 4), st.integers(0, 500))
@settings(max_examples=25, deadline=None)
def test_pieces_tile_the_square_and_hold_the_network(first: int, second: int, seed: int) -> None:
    layers, folded = folding.random_layers(first, second, seed), folding.random_folds(first, second, seed)
    areas = [folding.area(piece.polygon) for piece in folded.pieces]
    assert sum(areas) == pytest.approx(16)
    assert len({piece.pattern for piece in folded.pieces}) == len(folded.pieces)
    for piece in folded.pieces:
        inside = np.vstack([piece.polygon, piece.polygon.mean(axis=0)])
        np.testing.assert_allclose(inside @ piece.slope + piece.constant, folding.values(layers, inside), atol=1e-8)


@pytest.mark.parametrize(("first", "second", "seed"), [(5, 0, 1), (4, 2, 3), (6, 3, 11)])
def test_a_raster_finds_no_pattern_that_was_not_counted(first: int, second: int, seed: int) -> None:
    layers, folded = folding.random_layers(first, second, seed), folding.random_folds(first, second, seed)
    ticks = np.linspace(-folding.HALF, folding.HALF, 801)
    values, patterns = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2), []
    for kernel, bias in layers[:-1]:
        sums = values @ kernel + bias
        patterns.append(sums > 0)
        values = np.maximum(sums, 0)
    seen, counts = np.unique(np.packbits(np.hstack(patterns), axis=1), axis=0, return_counts=True)
    known = np.unique(np.packbits([piece.pattern for piece in folded.pieces], axis=1), axis=0)
    large = sum(folding.area(piece.polygon) > 0.01 for piece in folded.pieces)  # 400 points of the raster
    assert large <= len(seen[counts > 0]) <= len(folded.pieces)
    assert {tuple(code) for code in seen[counts > 50]} <= {tuple(code) for code in known}


def test_more_units_leave_the_first_lines_where_they_are() -> None:
    few, many = folding.random_layers(3, 0, 4)[0], folding.random_layers(7, 0, 4)[0]
    np.testing.assert_array_equal(few[0], many[0][:, :3])
    np.testing.assert_array_equal(few[1], many[1][:3])


def test_a_point_lies_in_the_piece_that_it_is_said_to() -> None:
    folded = folding.random_folds(6, 2, 1)
    for number, piece in enumerate(folded.pieces):
        assert folding.piece_at(folded, piece.polygon.mean(axis=0)) == number


def test_the_map_of_the_piece_at_a_point_gives_the_output_there() -> None:
    folded, layers = folding.random_folds(7, 3, 2), folding.random_layers(7, 3, 2)
    points = np.random.default_rng(0).uniform(-folding.HALF, folding.HALF, (50, 2))
    for point, output in zip(points, folding.values(layers, points), strict=True):
        piece = folded.pieces[folding.piece_at(folded, point)]
        assert piece.slope @ point + piece.constant == pytest.approx(output)


# --- Kinks of a curve -------------------------------------------------------------------------------------------------


def test_a_bent_line_by_hand() -> None:
    hidden = (np.array([[1.0, -1.0]]), np.array([0.0, 0.0]))
    x, y = folding.bent_line(hidden, (np.array([[1.0], [1.0]]), np.zeros(1)), -1.0, 2.0)  # the absolute value
    assert x.tolist() == [-1, 0, 0, 2]
    assert y.tolist() == [1, 0, 0, 2]


@given(st.integers(1, 12), st.integers(0, 500))
def test_the_corners_are_all_of_the_curve(units: int, seed: int) -> None:
    hidden, last = random_stack(seed, 1, units, 1)
    x, y = folding.bent_line(hidden, last, -1.0, 1.0)
    fine = np.linspace(-1, 1, 101)
    assert len(x) <= units + 2
    np.testing.assert_allclose(np.interp(fine, x, y), folding.values((hidden, last), fine[:, None]), atol=1e-9)
