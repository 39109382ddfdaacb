"""Layouts: reshape keeps the order of the elements, transpose does not, and both are NumPy's."""

import math
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib import layouts
from lib.shapes import ShapeError

SHAPES = st.lists(st.integers(1, 4), min_size=1, max_size=4).map(tuple)


def test_reshape_keeps_the_order_worked_by_hand() -> None:
    laid = layouts.reshaped((3, 2), (2, 3))
    assert laid.after.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert laid.jumps == 0
    assert laid.strides_after == (3, 1)


def test_transpose_reads_in_another_order_worked_by_hand() -> None:
    laid = layouts.transposed((3, 2), (1, 0))
    assert laid.after.tolist() == [[0, 2, 4], [1, 3, 5]]
    assert laid.order.tolist() == [0, 2, 4, 1, 3, 5]
    assert laid.strides_after == (1, 2)


def test_channels_last_to_first_takes_each_third_element() -> None:
    laid = layouts.transposed((2, 2, 3), (2, 0, 1))
    assert laid.after.shape == (3, 2, 2)
    assert laid.after[0].tolist() == [[0, 3], [6, 9]]


@given(SHAPES, st.data())
def test_transposing_is_what_numpy_does(shape: tuple[int, ...], data: st.DataObject) -> None:
    axes = data.draw(st.sampled_from(list(permutations(range(len(shape))))))
    laid = layouts.transposed(shape, axes)
    flat = np.arange(math.prod(shape))
    np.testing.assert_array_equal(laid.after, flat.reshape(shape).transpose(axes))
    for index in np.ndindex(laid.after.shape):
        assert laid.after[index] == sum(i * step for i, step in zip(index, laid.strides_after, strict=True))


@given(SHAPES, st.lists(st.integers(-2, 6), min_size=1, max_size=4).map(tuple))
def test_a_shape_that_does_not_fit_has_a_reason(shape: tuple[int, ...], target: tuple[int, ...]) -> None:
    size = math.prod(shape)
    try:
        laid = layouts.reshaped(shape, target)
    except ValueError:
        reason, known = layouts.misfit(size, target)
        unknown = sum(length < 0 for length in target)
        assert {
            "unknown": unknown > 1,
            "rest": unknown == 1 and (known == 0 or size % known != 0),
            "size": unknown == 0 and known != size,
        }[reason]
    else:
        assert laid.order.tolist() == list(range(size))


@pytest.mark.parametrize(
    ("text", "shape"),
    [("(2, -1)", (2, -1)), ("6", (6,)), ("2,3,", (2, 3)), (" ( 1,2,3 ) ", (1, 2, 3)), ("（2，−1）", (2, -1))],
)
def test_a_shape_is_read(text: str, shape: tuple[int, ...]) -> None:
    assert layouts.parse_shape(text) == shape


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "few"),
        ("()", "few"),
        ("a", "size"),
        ("(2,,3)", "size"),
        ("1.5", "size"),
        ("2 3", "size"),
        ("٣", "size"),
        ("(1001)", "large"),
        ("-1001", "large"),
        ("1,1,1,1,1", "axes"),
        ("9" * 400, "long"),
    ],
)
def test_what_is_no_shape_says_why(text: str, reason: str) -> None:
    with pytest.raises(ShapeError, match="; expected ") as caught:
        layouts.parse_shape(text)
    assert caught.value.reason == reason


@given(st.text(max_size=60) | st.text("0123456789-(), ", max_size=30))
def test_no_text_raises_anything_else(text: str) -> None:
    try:
        shape = layouts.parse_shape(text)
    except ShapeError:
        return
    assert 1 <= len(shape) <= layouts.MOST_AXES


def test_orders_begin_with_the_reversed_one() -> None:
    assert layouts.orders(3)[0] == (2, 1, 0)
    assert len(layouts.orders(3)) == 6
