"""Measurements: the same work, several times, within the budget."""

import time

import numpy as np
import pytest

from lib import speed


@pytest.mark.parametrize("operation", speed.OPERATIONS)
def test_the_loop_gives_the_numbers_of_numpy(operation: str) -> None:
    x, y = np.random.default_rng(1).normal(size=(2, 7, 7))
    chosen = speed.OPERATIONS[operation]
    np.testing.assert_array_equal(chosen.loop(x, y), chosen.vectorized(x, y))


def test_a_loop_leaves_its_arrays_as_they_were() -> None:
    x, y = -np.ones((2, 3, 3))
    for chosen in speed.OPERATIONS.values():
        chosen.loop(x, y)
    assert (x == -1).all()
    assert (y == -1).all()


@pytest.mark.parametrize("operation", speed.OPERATIONS)
def test_numpy_is_faster_than_the_loop(operation: str) -> None:
    found = speed.compare(operation, 150)
    assert found.equal
    assert found.ratio > 3
    assert found.order in ("ten", "hundred")
    assert speed.FEWEST <= found.loop_repeats <= speed.MOST


def test_what_would_take_too_long_is_refused_before_it_is_done() -> None:
    begun = time.perf_counter()
    with pytest.raises(speed.TooSlow, match="choose a smaller size") as caught:
        speed.compare("both", 5_000)
    assert caught.value.seconds > speed.BUDGET
    assert time.perf_counter() - begun < 3 * speed.BUDGET


def test_repeats_end_with_the_budget() -> None:
    found, repeats = speed.median_seconds(lambda: time.sleep(0.1))
    assert found == pytest.approx(0.1, abs=0.05)
    assert speed.FEWEST <= repeats < speed.MOST


def test_half_precision_of_a_large_layer_is_refused() -> None:
    with pytest.raises(speed.TooSlow):
        speed.product_speed(1024, 2048, 2048, "float16")


@pytest.mark.parametrize("dtype", speed.DTYPES)
def test_the_speed_of_a_product_is_its_multiplications_by_its_time(dtype: str) -> None:
    found = speed.product_speed(16, 32, 8, dtype)
    assert found.rate == pytest.approx(16 * 32 * 8 / found.seconds)
