"""The race against Keras' optimizers, applied one step after the other as anybody would."""

import numpy as np
import pytest

from lib.descent import SURFACES
from lib.training import engine
from lib.training.race import FAR, MOST_STEPS, race
from lib.training.recipe import OPTIMIZERS

keras = pytest.importorskip("keras")

MOMENTUM = 0.8
STEPS = 25

KERAS = {
    "sgd": lambda rate: keras.optimizers.SGD(rate),
    "momentum": lambda rate: keras.optimizers.SGD(rate, momentum=MOMENTUM),
    "nesterov": lambda rate: keras.optimizers.SGD(rate, momentum=MOMENTUM, nesterov=True),
    "adagrad": lambda rate: keras.optimizers.Adagrad(rate),
    "rmsprop": lambda rate: keras.optimizers.RMSprop(rate),
    "adam": lambda rate: keras.optimizers.Adam(rate),
}


def eager_path(surface: str, optimizer) -> np.ndarray:
    import tensorflow as tf

    position = keras.Variable(np.array(SURFACES[surface].start, np.float32))
    path = [position.numpy()]
    for _ in range(STEPS):
        with tf.GradientTape() as tape:
            loss = SURFACES[surface].function(position.value[0], position.value[1], tf)
        optimizer.apply([tape.gradient(loss, position.value)], [position])
        path.append(position.numpy())
    return np.array(path)


@pytest.mark.parametrize("surface", SURFACES)
def test_every_path_is_that_of_the_optimizer_applied_step_by_step(surface: str) -> None:
    rates = SURFACES[surface].learning_rates
    paths = race(surface, tuple(rates.items()), MOMENTUM, SURFACES[surface].start, STEPS)
    assert set(paths) == set(OPTIMIZERS)
    for name, path in paths.items():
        np.testing.assert_allclose(path, eager_path(surface, KERAS[name](rates[name])), atol=1e-4, err_msg=name)


def test_two_steps_down_a_bowl_by_hand() -> None:
    path = race("bowl", (("sgd", 0.5),), 0.9, (2.0, -1.0), 2)["sgd"]  # each step halves what is left
    np.testing.assert_allclose(path, [[2, -1], [1, -0.5], [0.5, -0.25]])


def test_a_rate_far_too_large_ends_the_path_finite() -> None:
    path = race("ravine", (("sgd", 50.0),), 0.9, (-5.0, 1.6), 200)["sgd"]
    assert 1 < len(path) < 200
    assert np.abs(path).max() < FAR


def test_who_takes_part_and_how_long_compiles_nothing() -> None:
    race("bowl", (("sgd", 0.1),), 0.9, (1.0, 1.0), 3)
    before = engine.programs_compiled()
    paths = race("bowl", (("adam", 0.1), ("sgd", 0.2)), 0.5, (2.0, 1.0), 7)
    assert {name: len(path) for name, path in paths.items()} == {"adam": 8, "sgd": 8}
    assert engine.programs_compiled() == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("hill", (("sgd", 0.1),), 0.9, (0.0, 0.0), 5), "surface is 'hill'; expected one of bowl, .*; choose"),
        (("bowl", (("newton", 0.1),), 0.9, (0.0, 0.0), 5), "optimizer is 'newton'; expected one of sgd, .*; choose"),
        (("bowl", (("sgd", 0.1),), 0.9, (0.0, 0.0), MOST_STEPS + 1), "steps is 401; expected 1 to 400; choose"),
    ],
)
def test_what_cannot_race_is_refused(arguments, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        race(*arguments)
