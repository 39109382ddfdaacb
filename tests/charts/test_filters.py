"""The pictures of filters: kernels before and after training in their colours, images as they grow, what is marked."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import ImageColor

from lib.charts import theme
from lib.charts.cells import Columns
from lib.charts.convolution import excite, kernels, sheets, tiles
from tests.charts.test_tensors import said_of

ACCENT = list(ImageColor.getrgb(theme.ACCENT))[:3]
RNG = np.random.default_rng(0)
BEFORE, AFTER = RNG.normal(size=(2, 3, 3, 5))
ACTIVATIONS = np.array([0.0, 0.5, 0.8, 1.25])


def excited(digit: float | None, step: int = 3) -> dict[str, Columns]:
    return excite.datasets(ACTIVATIONS, step=step, digit=digit)


CHARTS: dict[str, tuple[Callable[[], Any], Callable[[], dict[str, Columns]]]] = {
    "numbers": (
        lambda: kernels.numbers(side=3),
        lambda: kernels.number_datasets(BEFORE[..., 0], AFTER[..., 0], bound=1.0, names=("a", "b", "c")),
    ),
    "changes": (
        lambda: kernels.changes(filter_title="filter", change_title="change"),
        lambda: kernels.change_datasets(np.array([0.5, 3.0]), now=1, dead=np.array([True, False])),
    ),
    "excite": (
        lambda: excite.chart(
            step_title="step", activation_title="activation", steps=3, names=(("image", "i"), ("digit", "d"))
        ),
        lambda: excited(0.4),
    ),
}


@pytest.mark.parametrize("name", CHARTS)
def test_a_template_is_valid_and_finds_its_columns(name: str) -> None:
    template, datasets = CHARTS[name]
    spec, rows = template().to_dict(), datasets()
    columns = {column for columns in rows.values() for column in columns}
    assert said_of(spec, "field") - said_of(spec, "as") <= columns
    assert {part["data"]["name"] for part in (spec, *spec["layer"]) if "data" in part} == set(rows)


def test_each_pair_shows_the_kernel_before_on_the_left_and_after_on_the_right() -> None:
    drawn = kernels.sheet(BEFORE, AFTER, bound=2.0, chosen=1, dead=np.array([False] * 4 + [True]))
    scale = 78 // 7
    top, left = sheets.GAP + sheets.STRIP, sheets.GAP + 2 * (7 * scale + sheets.GAP)  # the pair number 2
    for values, across in ((BEFORE, 0), (AFTER, 4)):
        for row in range(3):
            for column in range(3):
                cell = drawn[top + row * scale + 3, left + (across + column) * scale + 3]
                np.testing.assert_array_equal(cell, tiles.diverging(values[row, column, 2], 2.0))
    np.testing.assert_array_equal(drawn[top + 3, left + 3 * scale + 3], sheets.GROUND)


def test_the_chosen_kernel_is_framed_and_many_stand_closer() -> None:
    few = kernels.sheet(BEFORE, AFTER, bound=2.0, chosen=1)
    assert (few == ACCENT).all(axis=2).any()
    many = np.zeros((3, 3, 128))
    assert kernels.sheet(many, many, bound=1.0, chosen=0).shape[1] < 12 * (7 * 11 + sheets.GAP)


def test_the_numbers_of_a_kernel_are_read_in_its_colours() -> None:
    rows = kernels.number_datasets(
        np.full((3, 3), -1.0), np.full((3, 3), 0.125), bound=1.0, names=("as drawn", "now", "difference")
    )
    cells = pd.DataFrame(rows["cells"])
    assert cells["text"].tolist() == ["−1.00"] * 9 + ["0.12"] * 9 + ["1.12"] * 9
    assert cells["fill"].tolist()[::18] == [theme.WEIGHTS[0], theme.WEIGHTS[2]]
    assert cells["ink"].tolist()[::9] == ["#FFFFFF", "#31333F", "#FFFFFF"]  # dark on light cells only
    assert rows["captions"]["text"].tolist() == ["as drawn", "now", "difference"]


def test_dead_filters_have_a_cross_and_the_chosen_bar_the_accent() -> None:
    bars = pd.DataFrame(kernels.change_datasets(np.array([0.5, 3.0]), now=1, dead=np.array([True, False]))["bars"])
    assert bars["change"].tolist() == [0.5, kernels.MOST]
    assert bars["dead"].tolist() == [True, False]
    assert bars["now"].tolist() == [False, True]


def test_maps_are_drawn_even_where_they_are_empty() -> None:
    scale = kernels.SIDE // 11
    both = kernels.found((np.eye(11), (2, 2, 4, 4)), (np.zeros((11, 11)), None))
    middles = kernels.MARGIN + scale * np.arange(11) + scale // 2
    first = both[np.ix_(middles, middles)]
    np.testing.assert_array_equal(first[..., 0], 255 * np.eye(11))
    right = both[:, both.shape[1] // 2 :]
    assert not (right[..., :3] == 255).all(axis=2).any()
    assert (both[..., :3] == ACCENT).all(axis=2).any()
    assert not (right[..., :3] == ACCENT).all(axis=2).any()


def test_the_curve_marks_the_step_and_compares_with_the_digit() -> None:
    rows = excited(0.4, step=2)
    assert rows["now"]["step"].tolist() == [2]
    assert rows["now"]["text"].tolist() == ["0.8"]
    assert rows["digit"]["activation"].tolist() == [0.4]
    assert len(excited(None)["digit"]["activation"]) == 0


@pytest.mark.parametrize("digit", [None, *np.linspace(0.02, 2.0, 100)])
def test_the_number_of_a_step_stands_on_no_line(digit: float | None) -> None:
    for step, activation in enumerate(ACTIVATIONS):
        place = excited(digit, step)["now"]["place"][0]
        largest = max(ACTIVATIONS.max(), digit or 0)
        assert place >= activation + 0.99 * excite.APART * largest
        assert digit is None or abs(place - digit) >= 0.99 * excite.APART * largest


def test_the_sheet_of_images_frames_the_chosen_filter_of_a_later_page() -> None:
    images = RNG.integers(0, 255, (2, 28, 28)).astype(np.uint8)
    drawn = excite.sheet(images, filters=[32, 33], chosen=33, silent=np.array([True, False]))
    half = drawn.shape[1] // 2
    assert not (drawn[:, : half - 8] == ACCENT).all(axis=2).any()
    assert (drawn[:, half:] == ACCENT).all(axis=2).any()
    top = sheets.GAP + sheets.STRIP
    np.testing.assert_array_equal(drawn[top : top + 56 : 2, sheets.GAP : sheets.GAP + 56 : 2, 0], images[0])


def test_a_dead_filter_has_an_axis_too() -> None:
    rows = excite.datasets(np.zeros(11), step=10, digit=None)["now"]
    assert rows["activation"].tolist() == [0]
    assert rows["place"][0] > 0  # the scale of activations reaches up to here
