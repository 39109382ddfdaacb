"""Grad-CAM in NumPy: its gradients are those of Keras and of finite differences, through every kind of layer."""

from collections.abc import Sequence

import numpy as np
import pytest

from lib import gradcam
from lib.layers import CONVNET, AveragePooling2D, Conv2D, Dense, Flatten, Layer, MaxPooling2D
from lib.maps import maps
from lib.training.image_worker import make_model

ODD = (
    Conv2D(3, 3, padding="same", activation="tanh"),
    MaxPooling2D(3, 2, "same"),
    Conv2D(4, 3, strides=2, activation="sigmoid"),
    AveragePooling2D(2, 1, "same"),
    Conv2D(5, 2),
    Flatten(),
    Dense(40),
    Dense(7, "linear"),
    Dense(10, "softmax"),
)
NETWORKS = {"convnet": (CONVNET, (28, 28, 1)), "odd": (ODD, (17, 14, 2))}


def keras_gradient(layers: Sequence[Layer], image: np.ndarray, position: int, unit: int) -> tuple[np.ndarray, ...]:
    """The weights of a model, what its layer gives, the sum for a unit, and the gradient of that, by GradientTape."""
    import keras
    import tensorflow as tf

    model = make_model(layers, image.shape, 5)
    lower = keras.Model(model.inputs[0], model.layers[position].output)
    with tf.GradientTape() as tape:
        x = reached = lower(image[None].astype(np.float32))
        tape.watch(reached)
        for layer in model.layers[position + 1 : -1]:
            x = layer(x)
        logit = (x @ model.layers[-1].kernel + model.layers[-1].bias)[0, unit]
    slope = tape.gradient(logit, reached)
    return model.get_weights(), np.asarray(reached[0]), float(logit), np.asarray(slope[0])


@pytest.mark.parametrize(
    ("network", "position"), [("convnet", 0), ("convnet", 2), ("convnet", 4), *(("odd", p) for p in range(8))]
)
def test_gradients_are_those_of_keras(network: str, position: int) -> None:
    layers, shape = NETWORKS[network]
    image = np.random.default_rng(position).random(shape)
    weights, _, _, expected = keras_gradient(layers, image, position, 3)
    own = gradcam.gradient(layers, weights, image, position, 3)
    np.testing.assert_allclose(own, expected, atol=1e-4 * np.abs(expected).max())
    assert np.abs(expected).max() > 0


@pytest.mark.parametrize("unit", range(10))
def test_heat_is_that_of_keras(unit: int) -> None:
    image = np.random.default_rng(unit).random((28, 28, 1))
    weights, reached, logit, slope = keras_gradient(CONVNET, image, 4, unit)
    own = gradcam.heat(CONVNET, weights, image, 4, unit)
    expected = np.maximum((reached * slope.mean(axis=(0, 1))).sum(axis=2), 0)
    np.testing.assert_allclose(own.cells, expected, atol=1e-4 * max(1e-3, expected.max()))
    assert own.logit == pytest.approx(logit, rel=1e-4, abs=1e-5)
    assert own.cells.shape == (3, 3)
    assert own.is_cold == (expected.max() == 0)


def test_gradients_are_finite_differences() -> None:
    rng = np.random.default_rng(1)
    layers = (Conv2D(2, 2), AveragePooling2D(2, 1), Flatten(), Dense(3, "tanh"), Dense(2, "softmax"))
    shapes = [(2, 2, 1, 2), (2,), (18, 3), (3,), (3, 2), (2,)]
    weights = [rng.normal(size=shape) for shape in shapes]
    image, eps = rng.random((5, 5, 1)), 1e-5
    own = gradcam.gradient(
        (Conv2D(1, 1, activation="linear"), *layers), [np.ones((1, 1, 1, 1)), np.zeros(1), *weights], image, 0, 1
    )
    for row, column in ((0, 0), (2, 3), (4, 4)):
        step = np.zeros_like(image)
        step[row, column] = eps
        up, down = (_logit(layers, weights, image + sign * step) for sign in (1, -1))
        assert own[row, column, 0] == pytest.approx((up - down) / (2 * eps), rel=1e-4)


def _logit(layers: Sequence[Layer], weights: list[np.ndarray], image: np.ndarray) -> float:
    return float(maps(layers, weights, image)[-2] @ weights[-2][:, 1] + weights[-1][1])


def test_an_image_without_anything_that_speaks_for_the_class_stays_cold() -> None:
    layers = (Conv2D(1, 1), Flatten(), Dense(2, "softmax"))
    weights = [np.ones((1, 1, 1, 1)), np.zeros(1), np.array([[1.0, -1.0]] * 4), np.zeros(2)]
    for image, unit, cold in (
        (np.ones((2, 2, 1)), 0, False),
        (np.ones((2, 2, 1)), 1, True),
        (np.zeros((2, 2, 1)), 0, True),
    ):
        found = gradcam.heat(layers, weights, image, 0, unit)
        assert found.is_cold == cold
        assert np.isfinite(found.shares).all()
        assert found.shares.max() == (0 if cold else 1)


@pytest.mark.parametrize(("position", "unit", "said"), [(1, 0, "expected maps"), (0, 2, "unit is 2")])
def test_what_has_no_heat_is_refused(position: int, unit: int, said: str) -> None:
    layers = (Conv2D(1, 1), Flatten(), Dense(2, "softmax"))
    weights = [np.ones((1, 1, 1, 1)), np.zeros(1), np.ones((4, 2)), np.zeros(2)]
    with pytest.raises(ValueError, match=said):
        gradcam.heat(layers, weights, np.ones((2, 2, 1)), position, unit)
