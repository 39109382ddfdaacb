"""Drawings become digits like those that a network knows, with every step or without one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lib.datasets import bundled
from lib.drawn_digits import CELL, FIELD, LEVELS, STEPS, WIDTH, prepare, upright
from lib.handwriting import CANVAS, SIDE, drawn, prepared
from tests.strokes import DIGITS

SEVEN = drawn(DIGITS[7][0])
SKIPS = [(), ("scaling",), ("centring",), STEPS]


def middle(ink: np.ndarray) -> np.ndarray:
    rows, columns = np.indices(ink.shape) + 0.5
    return np.array([(ink * rows).sum(), (ink * columns).sum()]) / ink.sum()


def ends(ink: np.ndarray) -> tuple[int, int]:
    """How high and how wide the ink is."""
    rows, columns = (np.flatnonzero((ink > 0.05).any(axis=axis)) for axis in (1, 0))
    return int(rows[-1] - rows[0] + 1), int(columns[-1] - columns[0] + 1)


@pytest.mark.parametrize("digit", DIGITS)
def test_the_way_of_mnist_is_that_of_handwriting(digit: int) -> None:
    drawing = drawn(DIGITS[digit][0])
    steps, known = prepare(drawing), prepared(drawing)
    assert steps is not None
    assert known is not None
    np.testing.assert_array_equal(steps.digit, known.digit)
    np.testing.assert_array_equal(steps.scaled, known.scaled)


def test_a_bundled_digit_is_64_shares_of_ink_enlarged() -> None:
    steps = prepare(SEVEN, like="digits28")
    assert steps is not None
    assert steps.scaled.shape == (FIELD // CELL, FIELD // CELL)
    sixteenths = LEVELS * steps.scaled
    np.testing.assert_array_equal(sixteenths, np.round(sixteenths))
    np.testing.assert_allclose(steps.digit, bundled.enlarged(sixteenths) / LEVELS)


def test_bundled_digits_fill_their_height_and_stand_in_the_middle() -> None:
    small = bundled.digits()[0][..., 0]
    assert ((small[:, 0] > 2).any(axis=1) & (small[:, -1] > 2).any(axis=1)).mean() > 0.95
    for digit, ways in DIGITS.items():
        steps = prepare(drawn(ways[0]), like="digits28")
        assert steps is not None
        assert ends(steps.scaled)[0] == FIELD // CELL
        across = middle(steps.scaled)[1]
        usual = np.mean([middle(image)[1] for image in small[bundled.digits()[1] == digit]])
        assert across == pytest.approx(usual, abs=0.6)


def test_slanted_ink_is_set_upright() -> None:
    line = drawn([[(0.7, 0.1), (0.3, 0.9)]])
    straight = upright(line)
    assert ends(straight)[1] < 0.55 * ends(line)[1]
    assert straight.sum() == pytest.approx(line.sum(), rel=0.02)
    assert ends(upright(drawn([[(0.5, 0.1), (0.5, 0.9)]])))[1] == pytest.approx(19, abs=2)


def test_a_plain_one_stays_narrow() -> None:
    one = prepare(drawn([[(0.5, 0.2), (0.5, 0.8)]]), like="digits28")
    wide = prepare(drawn(DIGITS[0][0]), like="digits28")
    assert one is not None
    assert wide is not None
    assert ends(one.scaled)[1] <= 2
    assert ends(wide.scaled)[1] * CELL >= WIDTH


@pytest.mark.parametrize("like", ["mnist", "digits28"])
def test_without_scaling_ink_stays_as_small_as_it_is(like: str) -> None:
    small = drawn([[(0.1 + 0.3 * x, 0.1 + 0.3 * y) for x, y in line] for line in DIGITS[3][0]])
    whole, left_out = prepare(small, like=like), prepare(small, like=like, skip=("scaling",))
    assert whole is not None
    assert left_out is not None
    assert ends(left_out.digit)[0] < 0.6 * ends(whole.digit)[0]
    assert middle(left_out.digit) == pytest.approx([SIDE / 2, SIDE / 2], abs=1.6)


def test_without_centring_ink_stays_where_it_is() -> None:
    corner = drawn([[(0.1 + 0.3 * x, 0.1 + 0.3 * y) for x, y in line] for line in DIGITS[3][0]])
    steps = prepare(corner, skip=("centring",))
    assert steps is not None
    assert (middle(steps.digit) < SIDE / 2 - 2).all()


def test_without_any_step_the_drawing_is_simply_shrunk() -> None:
    for like in ("mnist", "digits28"):
        steps = prepare(SEVEN, like=like, skip=STEPS)
        assert steps is not None
        each = CANVAS // SIDE
        np.testing.assert_allclose(steps.digit, SEVEN.reshape(SIDE, each, SIDE, each).mean(axis=(1, 3)), atol=1e-3)


def test_no_ink_is_no_digit() -> None:
    assert prepare(drawn([]), like="digits28") is None


@given(
    arrays(float, st.tuples(st.integers(1, 40), st.integers(1, 40)), elements=st.floats(0, 1, width=16)),
    st.sampled_from(["mnist", "digits28"]),
    st.sampled_from(SKIPS),
)
def test_whatever_is_drawn_becomes_28_by_28(ink: np.ndarray, like: str, skip: tuple[str, ...]) -> None:
    steps = prepare(ink, like=like, skip=skip)
    if steps is None:
        return
    assert steps.digit.shape == (SIDE, SIDE)
    assert np.isfinite(steps.digit).all()
    assert 0 <= steps.digit.min() <= steps.digit.max() <= 1


@pytest.mark.parametrize(("like", "skip"), [("cifar", ()), ("mnist", ("rotating",))])
def test_unknown_ways_are_refused(like: str, skip: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="expected one of"):
        prepare(SEVEN, like=like, skip=skip)
