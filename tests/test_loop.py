"""One turn of the loop: Keras computes the same loss, the same gradients, and takes the same first step."""

from typing import Any

import numpy as np
import pytest

from lib import loop
from lib.initializers import first_weights
from lib.layers import Dense, Flatten
from lib.training.image_worker import make_model

LAYERS = (Flatten(), Dense(24), Dense(16), Dense(10, "softmax"))
INPUTS = (6, 6, 1)


@pytest.fixture(scope="module")
def batch() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.random((32, *INPUTS), dtype=np.float32), rng.integers(0, 10, 32)


def keras_optimizer(name: str) -> Any:
    import keras

    rate = loop.OPTIMIZERS[name].learning_rate
    classes = {"rmsprop": keras.optimizers.RMSprop, "adam": keras.optimizers.Adam}
    if name in classes:
        return classes[name](rate)
    return keras.optimizers.SGD(rate, momentum=0.9 if name == "momentum" else 0.0)


@pytest.mark.parametrize("name", loop.OPTIMIZERS)
def test_a_turn_is_that_of_keras(batch: tuple[np.ndarray, np.ndarray], name: str) -> None:
    x, y = batch
    model = make_model(LAYERS, INPUTS, 4)
    model.compile(keras_optimizer(name), "sparse_categorical_crossentropy", metrics=["accuracy"])
    turn = loop.turn(first_weights(LAYERS, INPUTS, 4), x.reshape(32, -1), y, name)
    np.testing.assert_allclose(turn.probabilities, model.predict(x, verbose=0), rtol=1e-4)
    before = [weights.numpy() for weights in model.trainable_variables]
    loss, accuracy = model.train_on_batch(x, y)
    assert turn.loss == pytest.approx(float(loss), rel=1e-5)
    assert turn.right / 32 == pytest.approx(float(accuracy))
    moved = [abs(new.numpy() - old).max() for new, old in zip(model.trainable_variables, before, strict=True)]
    assert turn.largest_change == pytest.approx(max(moved), rel=1e-3)
    one, new = turn.example, model.trainable_variables[-2].numpy()
    (place,) = np.argwhere(np.isclose(before[-2], one.before, atol=1e-9))
    assert one.after == pytest.approx(new[tuple(place)], abs=1e-6)
    assert abs(one.slope) == pytest.approx(np.abs(turn.gradients[-2]).max())
    loss, accuracy = model.test_on_batch(x, y)
    assert turn.loss_after == pytest.approx(float(loss), rel=1e-4)
    assert turn.right_after / 32 == pytest.approx(float(accuracy))


@pytest.mark.parametrize("name", loop.OPTIMIZERS)
def test_an_optimizer_keeps_so_many_numbers_for_each_weight(name: str) -> None:
    model, optimizer = make_model(LAYERS, INPUTS, 0), keras_optimizer(name)
    optimizer.build(model.trainable_variables)
    state = sum(int(np.prod(v.shape)) for v in optimizer.variables if len(v.shape))
    assert state == loop.OPTIMIZERS[name].slots * model.count_params()


def test_usual_learning_rates_are_those_of_keras() -> None:
    import keras

    for name, cls in (("rmsprop", "RMSprop"), ("adam", "Adam"), ("sgd", "SGD"), ("momentum", "SGD")):
        usual = getattr(keras.optimizers, cls)().get_config()["learning_rate"]
        assert loop.OPTIMIZERS[name].learning_rate == pytest.approx(usual)


def test_another_learning_rate_makes_another_step(batch: tuple[np.ndarray, np.ndarray]) -> None:
    x, y = batch
    usual, double = (
        loop.turn(first_weights(LAYERS, INPUTS, 4), x.reshape(32, -1), y, "sgd", learning_rate=rate)
        for rate in (None, 0.02)
    )
    assert double.largest_change == pytest.approx(2 * usual.largest_change)


def test_gradients_agree_with_finite_differences() -> None:
    rng = np.random.default_rng(1)
    weights = [rng.normal(size=shape) for shape in ((4, 5), (5,), (5, 3), (3,))]
    x, y = rng.normal(size=(6, 4)), rng.integers(0, 3, 6)
    found = loop.gradients(weights, x, y, loop.forward(weights, x))
    for array, gradient in zip(weights, found, strict=True):
        for place in np.ndindex(array.shape):
            losses = []
            for step in (1e-6, -1e-6):
                kept, array[place] = array[place], array[place] + step
                losses.append(loop.cross_entropy(loop.forward(weights, x)[-1], y))
                array[place] = kept
            assert gradient[place] == pytest.approx((losses[0] - losses[1]) / 2e-6, abs=1e-6)


def test_an_untrained_network_with_zero_weights_has_the_loss_ln_10() -> None:
    weights = [np.zeros((36, 10), np.float32), np.zeros(10, np.float32)]
    turn = loop.turn(weights, np.ones((5, 36), np.float32), np.arange(5), "sgd")
    assert turn.loss == pytest.approx(np.log(10), rel=1e-6)


def test_an_unknown_optimizer_is_refused() -> None:
    with pytest.raises(ValueError, match="optimizer is 'magic'; expected one of rmsprop, adam"):
        loop.turn([], np.zeros((1, 1)), np.zeros(1, int), "magic")
