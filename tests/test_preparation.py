"""Preparing images: rows hold every pixel in order, labels become one-hot as Keras makes them."""

import numpy as np
import pytest

from lib import preparation


def test_a_row_holds_the_pixels_line_after_line() -> None:
    images = np.arange(2 * 28 * 28).reshape(2, 28, 28)
    rows = preparation.in_rows(images)
    assert rows.shape == (2, 784)
    assert rows[1, 28 * 3 + 5] == images[1, 3, 5]
    assert np.shares_memory(rows, images)


def test_places_find_the_window_in_the_row() -> None:
    image = np.random.default_rng(0).integers(0, 256, (28, 28))
    places = preparation.places(np.arange(20, 28), np.arange(3, 11), 28)
    assert places[0, 0] == 563  # 20 times 28, and 3
    np.testing.assert_array_equal(image.ravel()[places], image[20:28, 3:11])


def test_one_hot_is_that_of_keras() -> None:
    import keras

    labels = np.array([3, 0, 9, 9])
    np.testing.assert_array_equal(preparation.one_hot(labels, 10), keras.utils.to_categorical(labels, 10))
    assert preparation.one_hot([], 10).shape == (0, 10)


@pytest.mark.parametrize("labels", [[10], [-1, 3]])
def test_a_label_that_is_no_class_is_refused(labels: list[int]) -> None:
    with pytest.raises(ValueError, match="expected 0 to 9"):
        preparation.one_hot(labels, 10)


def test_forms_have_the_shapes_of_mnist() -> None:
    forms = preparation.forms(60_000)
    assert [form.shape for form in forms.values()] == [(60000, 28, 28), (60000, 28, 28), (60000, 784)]
    assert [form.dtype for form in forms.values()] == ["uint8", "float32", "float32"]
