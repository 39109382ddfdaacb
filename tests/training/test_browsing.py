"""Browsing images: those of one digit, from a number on, and how many there are."""

import numpy as np
import pytest

from lib.datasets import images, request
from lib.training.browsing import browse

DATA = request("digits28", samples=300, seed=2)


@pytest.mark.parametrize("part", ["train", "test"])
@pytest.mark.parametrize("digit", [None, 3])
def test_a_sheet_holds_the_next_images_of_a_digit(part: str, digit: int | None) -> None:
    whole = images(DATA)
    x, y = (whole.x_train, whole.y_train) if part == "train" else (whole.x_test, whole.y_test)
    wanted = [i for i in range(20, len(y)) if digit in (None, y[i])][:5]
    found = browse(DATA, part, digit, 20, 5)
    np.testing.assert_array_equal(found.images, x[wanted, ..., 0])
    np.testing.assert_array_equal(found.labels, y[wanted])
    assert found.counts.tolist() == [int((y == each).sum()) for each in range(10)]


def test_behind_the_last_image_there_is_none() -> None:
    found = browse(DATA, "test", 3, 60, 5)
    assert found.images.shape == (0, 28, 28)
    assert found.counts.sum() == 60
