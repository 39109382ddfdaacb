"""Shapes: read as they are typed, within the bounds of who asks, and as large as NumPy's."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.shapes import Shape, ShapeError, elements, memory, parse_shape

BOUNDS: dict[str, Any] = {"sizes": (-2, 20), "axes": (1, 3), "most_elements": 100, "longest": 12}


@pytest.mark.parametrize(
    ("text", "shape"),
    [("(4, 3)", (4, 3)), ("[4,3,]", (4, 3)), ("（4，−1）", (4, -1)), (" 7 ", (7,)), ("-2, 0", (-2, 0))],
)
def test_shapes_are_read_as_learners_write_them(text: str, shape: Shape) -> None:
    assert parse_shape(text, **BOUNDS) == shape


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1,1,1,1,1,1,1", "the shape has 13 characters; expected at most 12; shorten it"),
        ("4; 3", "'4; 3' is no size; expected a whole number from -2 to 20; write a shape like (4, 3)"),
        ("4, 21", "the size 21 is out of range; expected a whole number from -2 to 20; write another one"),
        ("-3", "the size -3 is out of range; expected a whole number from -2 to 20; write another one"),
        ("()", "the shape has 0 axes; expected at least 1; write a size"),
        ("1,1,1,1", "the shape has 4 axes; expected at most 3; leave some out"),
        ("20, 20", "the shape has 400 elements; expected at most 100; make some axes smaller"),
    ],
)
def test_refusals_say_what_came_and_what_was_expected(text: str, said: str) -> None:
    with pytest.raises(ShapeError) as caught:
        parse_shape(text, **BOUNDS)
    assert str(caught.value) == said


def test_a_minus_is_no_size_where_none_may_be_negative() -> None:
    with pytest.raises(ShapeError) as caught:
        parse_shape("-1", sizes=(0, 9), axes=(0, 2))
    assert caught.value.reason == "size"


@given(st.text(max_size=14) | st.text("0123456789-(), ", max_size=14))
def test_any_text_is_a_shape_within_the_bounds_or_a_shape_error(text: str) -> None:
    try:
        shape = parse_shape(text, **BOUNDS)
    except ShapeError:
        return
    assert 1 <= len(shape) <= 3
    assert all(-2 <= size <= 20 for size in shape)


@given(st.lists(st.integers(0, 5), max_size=4).map(tuple), st.sampled_from(("uint8", "float16", "float64")))
def test_memory_is_that_of_the_array(shape: Shape, dtype: str) -> None:
    assert memory(shape, dtype) == np.empty(shape, dtype).nbytes


def test_an_axis_of_nothing_is_not_counted() -> None:
    assert elements((4, 0, 3)) == 12
    assert elements(()) == 1
