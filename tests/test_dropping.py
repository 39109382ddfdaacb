"""Dropout: what is dropped, how the rest is scaled, and why sums agree on average."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib import dropping


def test_half_of_the_units_dropped_worked_by_hand() -> None:
    uniform = [[0.1, 0.9, 0.2, 0.8], [0.6, 0.7, 0.4, 0.3]]
    rows = dropping.dropped([1.0, 2.0, 3.0, 4.0], uniform, 0.5)
    assert rows.tolist() == [[0, 4, 0, 8], [2, 4, 0, 0]]
    assert rows.sum(axis=1).tolist() == [12, 6]  # 10 without dropout


@given(st.integers(0, 95), st.integers(0, 2**32 - 1))
def test_the_mean_of_many_sums_is_the_sum(percent: int, seed: int) -> None:
    rate, batches = percent / 100, 4000
    uniform = np.random.default_rng(seed).random((batches, len(dropping.OUTPUTS)))
    sums = dropping.dropped(dropping.OUTPUTS, uniform, rate).sum(axis=1)
    error = dropping.sum_deviation(dropping.OUTPUTS, rate) / np.sqrt(batches)
    assert abs(sums.mean() - sum(dropping.OUTPUTS)) <= 6 * error + 1e-9


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.8])
def test_sums_stray_as_the_formula_says(rate: float) -> None:
    uniform = np.random.default_rng(0).random((50_000, len(dropping.OUTPUTS)))
    sums = dropping.dropped(dropping.OUTPUTS, uniform, rate).sum(axis=1)
    assert sums.std() == pytest.approx(dropping.sum_deviation(dropping.OUTPUTS, rate), rel=0.02)


@given(st.floats(0, 0.9), st.floats(0, 0.9), st.integers(0, 1000))
def test_a_larger_rate_drops_what_a_smaller_one_drops_and_more(a: float, b: float, seed: int) -> None:
    uniform = np.random.default_rng(seed).random((3, 5))
    small, large = (dropping.dropped(np.ones(5), uniform, rate) == 0 for rate in sorted((a, b)))
    assert (large | ~small).all()


def test_nothing_is_dropped_at_rate_zero() -> None:
    assert dropping.dropped([1.0, 2.0], [[0.0, 0.99]], 0.0).tolist() == [[1, 2]]
    assert dropping.sum_deviation(dropping.OUTPUTS, 0.0) == 0


@pytest.mark.parametrize("rate", [1.0, -0.1, float("nan")])
def test_a_rate_that_keeps_nothing_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="expected 0 up to but not including 1"):
        dropping.scale(rate)


def test_no_output_is_zero_so_that_a_zero_means_dropped() -> None:
    assert min(dropping.OUTPUTS) > 0
    assert sum(dropping.OUTPUTS) == pytest.approx(8)
