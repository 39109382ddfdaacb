"""Stacks of windows: sizes, places and receptive fields, against what a convolution of ones really depends on."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lib.convolution import both, patches
from lib.stacks import levels, seen, unread
from lib.windows import Window, WindowError

WINDOWS = st.builds(
    lambda size, strides, dilation, padding: Window(size, strides, 1 if strides > 1 else dilation, padding),
    st.integers(1, 5),
    st.integers(1, 3),
    st.integers(1, 3),
    st.sampled_from(["valid", "same"]),
)


def test_three_layers_of_3_see_7() -> None:
    assert [(level.size, level.field, level.step) for level in levels([Window(3)] * 3, 28)] == [
        (28, 1, 1),
        (26, 3, 1),
        (24, 5, 1),
        (22, 7, 1),
    ]


def test_pooling_makes_later_layers_see_more() -> None:
    stack = [Window(3), Window(2, strides=2), Window(3), Window(2, strides=2)]
    assert [level.field for level in levels(stack, 28)] == [1, 3, 4, 8, 10]
    assert [level.step for level in levels(stack, 28)] == [1, 1, 2, 2, 4]
    assert seen(stack, 28, 2) == [(8, 17), (8, 15), (4, 7), (4, 5), (2, 2)]


@given(st.lists(WINDOWS, max_size=3), st.integers(1, 24), st.data())
def test_cells_lie_in_the_middle_of_what_they_see(windows: list[Window], size: int, data: st.DataObject) -> None:
    try:
        rows = levels(windows, size)
    except WindowError:
        assume(False)
    cell = data.draw(st.integers(0, rows[-1].size - 1))
    first, last = seen(windows, size, cell)[0]
    assert rows[-1].middle(cell) == (first + last + 1) / 2
    assert last - first + 1 == rows[-1].field


@given(WINDOWS, st.integers(1, 20))
def test_unread_cells_are_those_that_no_patch_holds(window: Window, size: int) -> None:
    try:
        window.output_size(size)
    except WindowError:
        assume(False)
    cells = np.arange(size, dtype=float)[:, None, None] * np.ones((1, size, 1))
    held = patches(cells, both(window), fill=-1.0)
    assert unread(window, size) == sorted(set(range(size)) - set(held.astype(int).ravel().tolist()))


@pytest.mark.parametrize(("pool", "size", "left"), [(2, 26, []), (2, 11, [10]), (3, 26, [24, 25])])
def test_what_pools_leave_over(pool: int, size: int, left: list[int]) -> None:
    assert unread(Window(pool, strides=pool), size) == left


def test_a_cell_that_is_not_there_is_refused() -> None:
    with pytest.raises(IndexError, match="expected 0 to 25"):
        seen([Window(3)], 28, 26)
