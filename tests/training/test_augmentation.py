"""Augmented training: what Keras' layers do inside the compiled loop is what they do within a model that is fitted."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from lib.datasets import images, request
from lib.layers import Conv2D, Dense, Flatten, MaxPooling2D
from lib.training import augmentation
from lib.training.augmentation import Augmentation, versions
from lib.training.engine import shuffled
from lib.training.image_worker import State, make_model, prepare, train_part
from lib.training.images import ImageRecipe

ALL = Augmentation(shift=0.1, turn=10, zoom=0.1)
LAYERS = (Conv2D(4), MaxPooling2D(), Flatten(), Dense(10, "softmax"))
RECIPE = ImageRecipe(
    request("digits28", samples=150, train_share=2 / 3, seed=2),
    LAYERS,
    "sgd",
    0.05,
    batch_size=32,
    epochs=2,
    seed=3,
    augmentation=ALL,
)
IMAGE = np.random.default_rng(0).random((28, 28)).astype(np.float32)


def trained(recipe: ImageRecipe, seconds: float = 3600.0) -> State:
    """The state behind all updates, trained in parts of so many seconds."""
    state: State | None = None
    while state is None or state.update < recipe.epochs * recipe.updates_per_epoch or state.answers is not None:
        state = train_part(recipe, state, seconds).state
    return state


@pytest.mark.parametrize("moved", [ALL, Augmentation(turn=20), Augmentation(shift=0.2, zoom=0.3)])
def test_augmented_training_ends_where_fit_ends(moved: Augmentation) -> None:
    import keras

    recipe = replace(RECIPE, augmentation=moved)
    model = make_model(LAYERS, (28, 28, 1), recipe.seed)
    whole = keras.Sequential([keras.Input((28, 28, 1)), *augmentation.make_layers(moved, recipe.seed), model])
    whole.compile(keras.optimizers.SGD(0.05), "sparse_categorical_crossentropy")
    found = images(recipe.data)
    for epoch in range(recipe.epochs):
        order = shuffled(recipe.seed, len(found.x_train), epoch)
        x = found.x_train[order].astype(np.float32) / 255
        whole.fit(x, found.y_train[order], recipe.batch_size, shuffle=False, verbose=0)
    for own, expected in zip(trained(recipe).weights, model.get_weights(), strict=True):
        np.testing.assert_allclose(own, expected, atol=2e-5)


def test_the_same_recipe_gives_the_same_run_in_whatever_parts_and_whoever_else_trains() -> None:
    whole = trained(RECIPE)
    state: State | None = None
    while state is None or state.update < 2 * RECIPE.updates_per_epoch:
        trained(replace(RECIPE, seed=9, epochs=1))
        state = train_part(RECIPE, state, 0.0).state
    for own, expected in zip(state.weights, whole.weights, strict=True):
        np.testing.assert_array_equal(own, expected)


def test_without_augmentation_nothing_is_moved() -> None:
    plain = replace(RECIPE, augmentation=None)
    prepare(plain)
    none = replace(RECIPE, augmentation=Augmentation())
    for own, expected in zip(trained(none).weights, trained(plain).weights, strict=True):
        np.testing.assert_array_equal(own, expected)
    np.testing.assert_array_equal(versions(Augmentation(), IMAGE, 3, 0), np.stack([IMAGE] * 3))


def test_versions_of_an_image_differ_and_come_again() -> None:
    shown = versions(ALL, IMAGE, 6, 4)
    assert shown.shape == (6, 28, 28)
    assert len(np.unique(shown.reshape(6, -1), axis=0)) == 6
    np.testing.assert_array_equal(versions(ALL, IMAGE, 6, 4), shown)
    assert not np.array_equal(versions(ALL, IMAGE, 6, 5), shown)


def test_a_shift_moves_the_middle_of_mass_by_at_most_its_share() -> None:
    dot = np.zeros((28, 28), np.float32)
    dot[14, 14] = 1
    shown = versions(Augmentation(shift=0.25), dot, 200, 0)
    rows, columns = (np.tensordot(shown.sum(axis=axis), np.arange(28), 1) for axis in (2, 1))
    assert np.abs(rows - 14).max() <= 7.01
    assert np.abs(columns - 14).max() <= 7.01
    assert np.abs(rows - 14).max() > 6


def test_the_generator_counts_calls_as_it_would_by_itself() -> None:
    made, again = (augmentation.make_layers(ALL, 1) for _ in range(2))
    batch: Any = np.repeat(IMAGE[None, ..., None], 2, axis=0)
    for layer in made:
        for _ in range(3):
            layer(batch, training=True)
    augmentation.set_seed(again, 1, 3)
    for one, other in zip(made, again, strict=True):
        np.testing.assert_array_equal(one.generator.state, other.generator.state)


@pytest.mark.parametrize(
    ("amounts", "said"),
    [({"shift": 0.6}, "shift is 0.6"), ({"turn": -1}, "turn is -1"), ({"zoom": float("nan")}, "zoom is nan")],
)
def test_amounts_that_leave_nothing_are_refused(amounts: dict[str, float], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Augmentation(**amounts)
