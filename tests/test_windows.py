"""Sizes, padding and receptive fields: by hand, by counting, and against what the convolution itself does."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lib.windows import Window, WindowError, field_size, receptive_field

WINDOWS = st.builds(
    lambda size, strides, dilation, padding: Window(size, strides, 1 if strides > 1 else dilation, padding),
    st.integers(1, 7),
    st.integers(1, 4),
    st.integers(1, 3),
    st.sampled_from(["valid", "same"]),
)


@pytest.mark.parametrize(
    ("window", "size", "places", "padded", "discarded"),
    [
        (Window(3), 5, 3, (0, 0), 0),
        (Window(3, padding="same"), 5, 5, (1, 1), 0),
        (Window(3, 2, padding="same"), 28, 14, (0, 1), 0),
        (Window(4, padding="same"), 5, 5, (1, 2), 0),
        (Window(3, 2), 28, 13, (0, 0), 1),
        (Window(2, 2), 11, 5, (0, 0), 1),
        (Window(2, 2, padding="same"), 11, 6, (0, 1), 0),
        (Window(3, dilation_rate=2), 7, 3, (0, 0), 0),
        (Window(1, 3), 9, 3, (0, 0), 2),
        (Window(1, 3, padding="same"), 8, 3, (0, 0), 1),
    ],
)
def test_sizes_by_hand(window: Window, size: int, places: int, padded: tuple[int, int], discarded: int) -> None:
    assert window.output_size(size) == places
    assert window.padded(size) == padded
    assert window.discarded(size) == discarded


@given(WINDOWS, st.integers(1, 40))
def test_counting_the_places_gives_the_formula(window: Window, size: int) -> None:
    assume(window.padding == "same" or window.reach <= size)
    before, after = window.padded(size)
    ends = [start + window.reach for start in window.starts(size)]
    assert len(ends) == window.output_size(size)
    assert window.starts(size)[0] == -before
    assert after in (0, ends[-1] - size)
    assert window.discarded(size) == max(0, size - ends[-1])
    if window.padding == "same":
        assert 0 <= after - before <= 1
        assert window.output_size(size) == np.ceil(size / window.strides)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"kernel_size": 0}, "kernel_size"),
        ({"kernel_size": 3, "strides": 0}, "strides"),
        ({"kernel_size": 3, "dilation_rate": -1}, "dilation_rate"),
        ({"kernel_size": 3, "strides": 2, "dilation_rate": 2}, "both"),
    ],
)
def test_what_keras_refuses_for_every_input_has_a_reason(settings: dict[str, int], reason: str) -> None:
    with pytest.raises(WindowError) as caught:
        Window(**settings)  # type: ignore[arg-type]
    assert caught.value.reason == reason


def test_a_window_without_a_place_says_how_far_it_reaches() -> None:
    with pytest.raises(WindowError, match="reaches over 9 cells of 8") as caught:
        Window(5, dilation_rate=2).output_size(8)
    assert caught.value.reason == "large"


def test_other_nonsense_is_refused() -> None:
    with pytest.raises(ValueError, match="padding is 'full'"):
        Window(3, padding="full")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="the axis has 0 cells"):
        Window(3, padding="same").output_size(0)
    with pytest.raises(IndexError, match="cell is 22; expected 0 to 21"):
        receptive_field([Window(3)] * 3, 28, 22)


@given(st.lists(WINDOWS, min_size=1, max_size=4), st.data())
def test_the_receptive_field_is_what_changes_the_output(windows: list[Window], data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 40))
    lengths = [size]
    for window in windows:
        assume(window.padding == "same" or window.reach <= lengths[-1])
        lengths.append(window.output_size(lengths[-1]))
    cell = data.draw(st.integers(0, lengths[-1] - 1))
    cells = {cell}
    for window, length in reversed(list(zip(windows, lengths, strict=False))):
        starts = window.starts(length)
        steps = range(0, window.reach, window.dilation_rate)
        cells = {starts[place] + step for place in cells if 0 <= place < len(starts) for step in steps}
    first, last = receptive_field(windows, size, cell)
    assert last - first + 1 == field_size(windows)
    # Seen cells lie within the field; where nothing is padding, its ends are among them.
    assert all(first <= each <= last for each in cells)
    if all(window.padding == "valid" for window in windows):
        assert {first, last} <= cells
