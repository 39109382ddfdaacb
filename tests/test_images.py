"""Pictures a byte for each pixel: the same samples as `load` gives, in a quarter of the memory."""

import os

import numpy as np
import pytest

from lib.datasets import WHITE, images, load, request


@pytest.mark.parametrize("crop", [(), ((0, 28, 2), (4, 24, 1))])
def test_bytes_are_the_pixels_that_load_scales(crop: tuple[tuple[int, int, int], ...]) -> None:
    data = request("digits28", samples=300, seed=4, wrong_labels=0.25, crop=crop)
    pictures, split = images(data), load(data)
    for own, expected in ((pictures.x_train, split.x_train), (pictures.x_test, split.x_val)):
        assert own.dtype == np.uint8
        assert own / WHITE == pytest.approx(expected, abs=0.5 / WHITE + 1e-6)
    np.testing.assert_array_equal(pictures.y_train, split.y_train)
    np.testing.assert_array_equal(pictures.y_test, split.y_val)
    assert pictures.x_train.max() == WHITE


def test_pictures_are_read_only_and_remembered() -> None:
    pictures = images(request("digits28", samples=50))
    assert pictures is images(request("digits28", samples=50))
    with pytest.raises(ValueError, match="read-only"):
        pictures.x_train[0] = 0


def test_a_table_holds_no_pictures() -> None:
    with pytest.raises(ValueError, match="iris is of the kind table, expected images"):
        images(request("iris"))


@pytest.mark.skipif(not os.environ.get("UNFOLD_DATA"), reason="UNFOLD_DATA names no folder with the real mnist.npz")
def test_the_real_mnist_stays_in_bytes() -> None:
    pictures = images(request("mnist", samples=70_000, train_share=6 / 7))
    assert pictures.x_train.nbytes == 60_000 * 784
    assert (len(pictures.x_train), len(pictures.x_test)) == (60_000, 10_000)
    assert pictures.x_train.mean() == pytest.approx(33.318, abs=1e-3)
