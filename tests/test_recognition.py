"""Reading many images at once, and the mistakes, against Keras and scikit-learn."""

import numpy as np
import pytest

from lib.layers import DENSE, Conv2D, Dense, Flatten
from lib.maps import maps
from lib.recognition import confused, losses, read, worst

SHARES = np.array([[0.7, 0.2, 0.1], [0.3, 0.4, 0.3], [0.05, 0.05, 0.9], [0.1, 0.8, 0.1]])


def test_many_images_are_read_as_one_by_one() -> None:
    rng = np.random.default_rng(0)
    shapes = [(784, 512), (512,), (512, 10), (10,)]
    weights, images = [rng.normal(size=shape, scale=0.05) for shape in shapes], rng.random((5, 28, 28))
    one_by_one = [maps(DENSE, weights, image[..., np.newaxis])[-1] for image in images]
    np.testing.assert_allclose(read(DENSE, weights, images), one_by_one, rtol=1e-4, atol=1e-6)


def test_only_dense_networks_are_read() -> None:
    with pytest.raises(ValueError, match="got a Conv2D"):
        read((Conv2D(2), Flatten(), Dense(10)), [], np.zeros((1, 28, 28)))


def test_losses_are_those_of_keras() -> None:
    import keras

    truth = np.array([0, 2, 2, 0])
    expected = keras.losses.sparse_categorical_crossentropy(truth, SHARES.astype(np.float32))
    np.testing.assert_allclose(losses(SHARES, truth), np.asarray(expected), rtol=1e-5)
    assert losses([[1.0, 0.0]], [1]) == pytest.approx(-np.log(1e-7))


def test_the_worst_mistake_comes_first() -> None:
    assert worst(SHARES, np.array([0, 2, 2, 0])).tolist() == [3, 1]  # 0.1 and 0.3 for the right class
    assert worst(SHARES, SHARES.argmax(axis=1)).tolist() == []


def test_confusions_are_counted_as_scikit_learn_does() -> None:
    from sklearn.metrics import confusion_matrix

    rng = np.random.default_rng(1)
    shares, truth = rng.random((200, 10)), rng.integers(0, 10, 200)
    np.testing.assert_array_equal(confused(shares, truth), confusion_matrix(truth, shares.argmax(axis=1)))
