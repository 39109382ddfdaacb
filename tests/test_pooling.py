"""Pooling: what smaller maps keep, and what of them survives a move of the image."""

import numpy as np
import pytest

from lib import pooling, tensors
from lib.convolution import KERNELS, convolve

DIGIT = np.pad(tensors.digit_images()[3], pooling.MARGIN) / 255


def test_a_map_by_hand() -> None:
    made = pooling.summaries(np.array([[1.0, 2.0, 9.0], [3.0, 6.0, 9.0], [9.0, 9.0, 9.0]]), 2)
    assert {way: values.tolist() for way, values in made.items() if way != "none"} == {
        "strides": [[1.0, 9.0], [9.0, 9.0]],
        "average": [[3.0]],
        "max": [[6.0]],
    }


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_places_left_out_are_a_convolution_with_strides(size: int) -> None:
    kernel = KERNELS["vertical_edges"]
    responses = pooling.response(DIGIT, kernel)
    strided = np.maximum(convolve(DIGIT[..., None], kernel[..., None, None], strides=size)[..., 0], 0)
    np.testing.assert_allclose(pooling.summaries(responses, size)["strides"], strided, atol=1e-12)
    np.testing.assert_allclose(pooling.response(DIGIT, kernel, strides=size), strided)


def test_the_maximum_is_kept_and_the_mean_is_kept() -> None:
    made = pooling.summaries(np.random.default_rng(0).uniform(size=(12, 8)), 4)
    assert made["max"].max() == made["none"].max()
    assert made["average"].mean() == pytest.approx(made["none"].mean())


def test_an_image_is_moved_within_its_margin() -> None:
    image = np.arange(100.0).reshape(10, 10)
    still, moved = pooling.moved(image, 0, 0), pooling.moved(image, 2, -1)
    np.testing.assert_array_equal(moved[2:, :-1], still[:-2, 1:])
    with pytest.raises(ValueError, match="expected at most 3"):
        pooling.moved(image, 0, 4)


def test_a_map_of_maxima_moves_by_a_cell_when_the_image_moves_by_the_pool() -> None:
    kernel = KERNELS["horizontal_edges"]
    before, after = (pooling.response(pooling.moved(DIGIT, *move), kernel) for move in ((0, 0), (0, 2)))
    one, other = (pooling.summaries(responses, 2)["max"] for responses in (before, after))
    np.testing.assert_allclose(other[:, 1:], one[:, :-1])


def test_change_is_relative_and_never_divides_by_zero() -> None:
    assert pooling.change([2.0, 2.0], [2.0, 4.0]) == pytest.approx(1 / 2.5)
    assert pooling.change([0.0, 1.0], [1.0, 0.0]) == 2.0
    assert pooling.change([0.0], [0.0]) == 0.0
    assert pooling.change([0.0], [3.0]) == 2.0


def test_a_move_of_one_pixel_changes_maxima_less_than_the_map() -> None:
    for digit in range(10):
        image = np.pad(tensors.digit_images()[digit], pooling.MARGIN) / 255
        maps = [pooling.response(pooling.moved(image, *move), KERNELS["vertical_edges"]) for move in ((0, 0), (0, 1))]
        before, after = (pooling.summaries(responses, 3) for responses in maps)
        changes = {way: pooling.change(before[way], after[way]) for way in pooling.WAYS}
        assert changes["max"] < changes["average"] < changes["none"]
