"""Facts of curves and their slopes, against numbers worked by hand and finite differences."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib import descent
from lib.descent import CURVES, parabola

ALL_CURVES = [*CURVES.values(), parabola(3.5)]


@pytest.mark.parametrize("curve", ALL_CURVES)
def test_derivatives_agree_with_finite_differences(curve: descent.Curve) -> None:
    x, h = np.linspace(*curve.domain, 101), 1e-5
    slope = (curve.function(x + h) - curve.function(x - h)) / (2 * h)
    bend = (curve.derivative(x + h) - curve.derivative(x - h)) / (2 * h)
    np.testing.assert_allclose(curve.derivative(x), slope, atol=1e-7)
    np.testing.assert_allclose(curve.second_derivative(x), bend, atol=1e-7)


@pytest.mark.parametrize("curve", CURVES.values())
def test_the_lowest_point_is_where_the_curve_says(curve: descent.Curve) -> None:
    x = np.linspace(*curve.domain, 100_001)
    assert x[np.argmin(curve.function(x))] == pytest.approx(curve.lowest, abs=1e-4)
    assert abs(curve.derivative(curve.lowest)) < 1e-12
    assert curve.domain[0] < curve.start < curve.domain[1]
    assert curve.range[0] <= curve.function(curve.lowest)
    assert curve.function(curve.start) <= curve.range[1]


def test_two_minima_has_two_and_a_hump_between() -> None:
    x = np.linspace(*CURVES["two_minima"].domain, 10_000)
    slope = np.sign(CURVES["two_minima"].derivative(x))
    assert np.diff(slope)[np.diff(slope) != 0].tolist() == [2.0, -2.0, 2.0]


def test_the_plateau_is_flat_where_it_starts_and_steep_in_the_valley() -> None:
    plateau = CURVES["plateau"]
    assert abs(plateau.derivative(plateau.start)) < descent.FLAT
    assert plateau.second_derivative(plateau.start) < 0
    assert plateau.second_derivative(plateau.lowest) == pytest.approx(9.375)


def test_secant_and_tangent_of_x_squared_worked_by_hand() -> None:
    square = parabola(2.0)
    assert descent.secant_slope(square, 3.0, 0.5) == 6.5
    assert descent.tangent_slope(square, 3.0) == 6.0
    assert descent.linear_approximation(square, 3.0, 0.5) == 12.0
    assert descent.approximation_error(square, 3.0, 0.5) == 0.25


@given(x=st.floats(-2, 2), c=st.floats(0.1, 8))
def test_the_error_shrinks_as_the_square_of_the_step(x: float, c: float) -> None:
    whole, half = (descent.approximation_error(parabola(c), x, eps) for eps in (0.5, 0.25))
    assert whole == pytest.approx(4 * half, rel=1e-9)


def test_a_secant_of_no_length_is_refused() -> None:
    with pytest.raises(ValueError, match="eps is 0"):
        descent.secant_slope(parabola(), 1.0, 0.0)


@pytest.mark.parametrize("curvature", [0.0, -1.0, float("nan")])
def test_a_parabola_needs_a_positive_curvature(curvature: float) -> None:
    with pytest.raises(ValueError, match="positive"):
        parabola(curvature)
