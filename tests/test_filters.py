"""The filters of a layer: taken out alone they answer as among the others, and changes are those of NumPy's norms."""

import numpy as np
import pytest

from lib import filters
from lib.layers import Conv2D, Dense, Flatten, MaxPooling2D, ledger
from lib.maps import maps

LAYERS = (Conv2D(4), MaxPooling2D(), Conv2D(6, 5), Flatten(), Dense(10, "softmax"))
RNG = np.random.default_rng(0)
WEIGHTS = [RNG.normal(size=shape) for row in ledger(LAYERS, (28, 28, 1)) for shape in row.weights]


@pytest.mark.parametrize(("position", "chosen"), [(0, [3]), (2, [0, 5]), (2, [4])])
def test_filters_answer_alone_as_they_do_among_others(position: int, chosen: list[int]) -> None:
    image = RNG.uniform(size=(28, 28, 1))
    layers, weights = filters.only(LAYERS, WEIGHTS, position, chosen)
    together = maps(LAYERS[: position + 1], WEIGHTS, image)[-1]
    np.testing.assert_allclose(maps(layers, weights, image)[-1], together[..., chosen])


def test_only_convolutions_have_filters() -> None:
    with pytest.raises(ValueError, match="layer 2 is MaxPooling2D; expected Conv2D"):
        filters.only(LAYERS, WEIGHTS, 1, [0])


def test_changes_are_measured_against_the_size_of_each_kernel() -> None:
    before, after = WEIGHTS[2], WEIGHTS[2] + RNG.normal(size=WEIGHTS[2].shape)
    for number, change in enumerate(filters.relative_change(before, after)):
        norms = [np.linalg.norm(kernel[..., number]) for kernel in (after - before, before)]
        assert change == pytest.approx(norms[0] / norms[1])
    overall = np.linalg.norm(after - before) / np.linalg.norm(before)
    assert filters.overall_change(before, after) == pytest.approx(overall)


def test_a_kernel_of_zeros_is_not_divided_by() -> None:
    nothing, something = np.zeros((3, 3, 1, 2)), np.ones((3, 3, 1, 2))
    assert filters.relative_change(nothing, something).tolist() == [3.0, 3.0]
    assert filters.relative_change(nothing, nothing).tolist() == [0.0, 0.0]


def test_the_field_of_a_cell_is_what_its_number_depends_on() -> None:
    image, cell = RNG.uniform(size=(28, 28, 1)), (3, 7)
    top, left, bottom, right = filters.field(LAYERS[:3], (28, 28), cell)
    before = maps(LAYERS[:3], WEIGHTS, image)[-1][cell]
    outside = RNG.uniform(size=image.shape)
    outside[top:bottom, left:right] = image[top:bottom, left:right]
    np.testing.assert_allclose(maps(LAYERS[:3], WEIGHTS, outside)[-1][cell], before)
    assert (bottom - top, right - left) == (12, 12)
