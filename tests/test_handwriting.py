"""Digits of one's own become digits like MNIST's: boxed, scaled, centred by their mass."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lib.datasets import load, request
from lib.handwriting import BOX, CANVAS, MOST_POINTS, PEN, SIDE, drawn, prepared

ONE = [[(0.5, 0.1), (0.5, 0.9)]]


def middle(ink: np.ndarray) -> np.ndarray:
    """The middle of the mass, in pixels from the upper left corner."""
    rows, columns = np.indices(ink.shape) + 0.5
    return np.array([(ink * rows).sum(), (ink * columns).sum()]) / ink.sum()


def test_a_pen_leaves_ink_as_wide_as_it_is() -> None:
    ink = drawn(ONE)
    assert ink.shape == (CANVAS, CANVAS)
    assert ink[CANVAS // 2].sum() == pytest.approx(PEN * CANVAS, abs=1.5)
    assert drawn([[(0.5, 0.5)]]).sum() == pytest.approx(np.pi * (PEN * CANVAS / 2) ** 2, rel=0.1)


def test_a_bar_is_scaled_to_twenty_pixels_and_centred() -> None:
    steps = prepared(drawn([[(0.1, 0.1), (0.1, 0.3)]]))  # small and in a corner
    assert steps is not None
    assert max(steps.scaled.shape) == BOX
    assert middle(steps.digit) == pytest.approx([SIDE / 2, SIDE / 2], abs=0.5)
    top, left, bottom, right = steps.box
    assert (bottom - top, right - left) == pytest.approx(((0.2 + PEN) * CANVAS, PEN * CANVAS), abs=2)


def test_without_ink_there_is_no_digit() -> None:
    assert prepared(drawn([])) is None
    assert prepared(np.full((28, 28), 0.01)) is None


@given(
    arrays(float, st.tuples(st.integers(1, 40), st.integers(1, 40)), elements=st.floats(0, 1, width=16)),
)
def test_whatever_is_drawn_fits_and_keeps_its_proportions(ink: np.ndarray) -> None:
    steps = prepared(ink)
    if steps is None:
        return
    assert steps.digit.shape == (SIDE, SIDE)
    assert np.isfinite(steps.digit).all()
    assert 0 <= steps.digit.min() <= steps.digit.max() <= 1
    assert max(steps.scaled.shape) == BOX
    top, left, bottom, right = steps.box
    height, width = bottom - top, right - left
    assert min(steps.scaled.shape) == max(1, round(BOX * min(height, width) / max(height, width)))
    assert steps.digit.sum() == pytest.approx(steps.scaled.sum(), rel=1e-6)


@given(st.lists(st.lists(st.tuples(st.floats(-9, 9), st.floats(-9, 9)), max_size=5), max_size=4))
def test_strokes_may_leave_the_canvas(strokes: list[list[tuple[float, float]]]) -> None:
    ink = drawn(strokes)
    assert ink.shape == (CANVAS, CANVAS)
    assert 0 <= ink.min() <= ink.max() <= 1


def test_endless_strokes_are_cut() -> None:
    assert drawn([[(0.5, 0.5)] * MOST_POINTS, [(0.1, 0.1)]])[22, 22] == 0
    assert drawn([[(0.5, 0.5)] * (MOST_POINTS - 1), [(0.1, 0.1)]])[22, 22] == 1


def test_a_digit_that_is_prepared_stays_nearly_as_it_is() -> None:
    images = load(request("digits28", samples=60)).x_train[:, :, :, 0]
    for image in images:
        once = prepared(image)
        assert once is not None
        again = prepared(once.digit)
        assert again is not None
        assert np.abs(again.digit - once.digit).mean() < 0.03
