"""Networks on images: what the compiled loop trains is what `model.fit` trains, part by part."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from lib.datasets import images, request
from lib.layers import DENSE, Conv2D, Dense, Flatten, LayerError, MaxPooling2D, parameters
from lib.training import image_worker
from lib.training.engine import shuffled
from lib.training.image_worker import State, make_model, train_part
from lib.training.images import SOURCES, ImageRecipe, ImageRun, samples, train
from lib.training.recipe import OPTIMIZERS
from lib.training.trainer import Finished, Trainer

DIGITS = request("digits28", samples=500, seed=2)
SMALL = ImageRecipe(DIGITS, (Flatten(), Dense(16), Dense(10, "softmax")), epochs=2, batch_size=64, seed=3)
CONVOLUTIONS = (Conv2D(4), MaxPooling2D(), Conv2D(6, padding="same"), Flatten(), Dense(10, "softmax"))


@pytest.fixture(scope="module")
def trainer() -> Iterator[Trainer]:
    trainer = Trainer()
    yield trainer
    trainer.stop()


def followed(trainer: Trainer, recipe: ImageRecipe) -> tuple[ImageRun, list[ImageRun]]:
    """The finished run, and what was seen of it on the way."""
    steps, seen = train(trainer, recipe), []
    while True:
        try:
            sign = next(steps)
        except StopIteration as end:
            return end.value, seen
        if isinstance(sign, ImageRun):
            seen.append(sign)


def fitted(recipe: ImageRecipe) -> tuple[list[float], list[np.ndarray], list[float]]:
    """Losses by epoch, weights, and loss and accuracy of the test, as Keras' own `fit` and `evaluate` give them."""
    import keras

    choice = OPTIMIZERS[recipe.optimizer]
    given: dict[str, Any] = dict(choice.settings) | ({"momentum": recipe.momentum} if choice.momentum else {})
    optimizer = getattr(keras.optimizers, choice.keras_class)(recipe.learning_rate, **given)
    model = make_model(recipe.layers, recipe.inputs, recipe.seed)
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    found, losses = images(recipe.data), []
    for epoch in range(recipe.epochs):
        order = shuffled(recipe.seed, len(found.x_train), epoch)
        x = found.x_train[order].astype(np.float32) / (255 if recipe.scaled else 1)
        history = model.fit(x, found.y_train[order], recipe.batch_size, shuffle=False, verbose=0)
        losses.append(history.history["loss"][0])
    test = found.x_test.astype(np.float32) / (255 if recipe.scaled else 1)
    return losses, model.get_weights(), model.evaluate(test, found.y_test, verbose=0)


@pytest.mark.slow
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_dense_networks_end_where_fit_ends(trainer: Trainer, optimizer: str) -> None:
    recipe = replace(SMALL, optimizer=optimizer, learning_rate=0.01)
    run, _ = followed(trainer, recipe)
    losses, weights, (test_loss, test_accuracy) = fitted(recipe)
    assert run.by_epoch("losses") == pytest.approx(losses, rel=1e-4)
    for own, expected in zip(run.weights[-1], weights, strict=True):
        np.testing.assert_allclose(own, expected, atol=2e-5)
    assert run.test_loss[-1] == pytest.approx(test_loss, rel=1e-4)
    assert run.test_accuracy[-1] == pytest.approx(test_accuracy)


@pytest.mark.slow
@pytest.mark.parametrize("scaled", [True, False])
def test_convnets_end_where_fit_ends(trainer: Trainer, scaled: bool) -> None:
    recipe = replace(SMALL, layers=CONVOLUTIONS, optimizer="sgd", learning_rate=0.05 if scaled else 1e-5, scaled=scaled)
    run, _ = followed(trainer, recipe)
    losses, weights, (test_loss, test_accuracy) = fitted(recipe)
    assert run.by_epoch("losses") == pytest.approx(losses, rel=1e-4)
    for own, expected in zip(run.weights[-1], weights, strict=True):
        np.testing.assert_allclose(own, expected, atol=2e-5)
    assert run.test_loss[-1] == pytest.approx(test_loss, rel=1e-4)
    assert run.test_accuracy[-1] == pytest.approx(test_accuracy)


def test_a_loss_beyond_what_probabilities_can_say_is_that_of_keras(trainer: Trainer) -> None:
    recipe = replace(SMALL, scaled=False, layers=(Flatten(), Dense(64), Dense(10, "softmax")), epochs=1)
    run, _ = followed(trainer, recipe)
    _, _, (test_loss, _) = fitted(recipe)
    assert run.probabilities is not None
    likely = run.probabilities[np.arange(100), images(DIGITS).y_test]
    assert test_loss > 1.05 * -np.log(np.clip(likely, 1e-7, 1)).mean()
    assert run.test_loss[-1] == pytest.approx(test_loss, rel=1e-3)


def test_a_test_goes_on_from_part_to_part() -> None:
    recipe = replace(SMALL, layers=(Flatten(), Dense(18), Dense(10, "softmax")), epochs=1)
    state: State | None = None
    while state is None or state.answers is None:
        state = train_part(recipe, state, 60.0).state
    whole = train_part(recipe, state, 60.0).tested
    image_worker.compiled(recipe.layers, recipe.inputs, recipe.optimizer).test_batch = 30
    tested, done = None, []
    while tested is None:
        assert state.answers is not None
        done.append(sum(map(len, state.answers)))
        part = train_part(recipe, state, 0.0)
        state, tested = part.state, part.tested
    assert done == [0, 30, 60, 90]
    assert whole is not None
    np.testing.assert_allclose(tested.probabilities, whole.probabilities, atol=1e-6)
    assert (tested.loss, tested.accuracy) == pytest.approx((whole.loss, whole.accuracy), rel=1e-5)


def test_a_run_is_seen_while_it_grows(trainer: Trainer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lib.training.images.PART_SECONDS", 0.0)
    run, seen = followed(trainer, SMALL)
    updates = SMALL.updates_per_epoch
    assert list(dict.fromkeys(len(each.losses) for each in seen)) == list(range(1, 2 * updates + 1))
    assert len(run.losses) == len(run.accuracies) == 2 * updates
    assert [len(each.test_loss) for each in seen][-1] == 2
    assert len(run.weights) == 3
    assert run.epoch == 2
    assert run.is_over
    assert not any(each.is_over for each in seen[:-1])
    assert run.probabilities is not None
    assert run.probabilities.shape == (100, 10)
    assert run.probabilities.sum(axis=1) == pytest.approx(np.ones(100), abs=1e-5)
    assert seen[0].seconds_left > 0
    assert run.seconds_left == 0


def test_a_run_goes_on_from_where_it_was_begun(trainer: Trainer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lib.training.images.PART_SECONDS", 0.0)
    recipe = replace(SMALL, seed=11)
    steps = train(trainer, recipe)
    begun = next(step for step in steps if isinstance(step, ImageRun) and len(step.losses) == 3)
    steps.close()
    whole, _ = followed(trainer, recipe)
    monkeypatch.setattr(trainer, "finished", Finished())
    signs = list(train(trainer, recipe, begun))
    assert isinstance(signs[-1], ImageRun)
    np.testing.assert_array_equal(signs[-1].losses, whole.losses)
    for own, expected in zip(signs[-1].weights[-1], whole.weights[-1], strict=True):
        np.testing.assert_array_equal(own, expected)


def test_what_is_finished_is_not_trained_again(trainer: Trainer) -> None:
    recipe = replace(SMALL, epochs=1, seed=12)
    run, _ = followed(trainer, recipe)
    assert followed(trainer, recipe) == (run, [])
    assert run.state is None
    assert run.nbytes > sum(array.nbytes for array in run.weights[0])


def test_a_run_keeps_its_start_and_its_latest_weights(trainer: Trainer, monkeypatch: pytest.MonkeyPatch) -> None:
    each = 4 * parameters(SMALL.layers, SMALL.inputs)
    monkeypatch.setattr("lib.training.images.MOST_KEPT", 3 * each)
    run, _ = followed(trainer, replace(SMALL, epochs=4, seed=13))
    assert run.weight_epochs == (0, 3, 4)
    assert len(run.weights) == 3
    np.testing.assert_array_equal(run.weights[0][0], make_model(SMALL.layers, SMALL.inputs, 13).get_weights()[0])


def test_what_is_compiled_ahead_is_what_training_needs() -> None:
    recipe = replace(SMALL, layers=(Flatten(), Dense(17), Dense(10, "softmax")))
    image_worker.prepare(recipe)
    program = image_worker.compiled(recipe.layers, recipe.inputs, recipe.optimizer)
    state = None
    while state is None or state.update < recipe.updates_per_epoch:
        state = train_part(recipe, state, 0.05).state
    train_part(replace(recipe, data=request("digits28", samples=300), batch_size=7), None, 0.05)
    assert program.train.experimental_get_tracing_count() == 1


def test_what_is_compiled_ahead_leaves_a_run_under_way_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = replace(SMALL, layers=(Flatten(), Dense(19), Dense(10, "softmax")))
    program = image_worker.compiled(recipe.layers, recipe.inputs, recipe.optimizer)
    ahead = threading.Thread(target=image_worker.prepare, args=(recipe,))
    restore = program.restore

    def disturbed(*state: Any) -> None:
        restore(*state)
        ahead.start()
        ahead.join(timeout=1)
        assert program.train.experimental_get_tracing_count() == 0, "it did not wait for its turn"

    monkeypatch.setattr(program, "restore", disturbed)
    came = train_part(recipe, None, 0.0).state
    ahead.join()
    monkeypatch.setattr(program, "restore", restore)
    for own, expected in zip(came.weights, train_part(recipe, None, 0.0).state.weights, strict=True):
        np.testing.assert_array_equal(own, expected)


@pytest.mark.parametrize("part", ["train", "test"])
def test_samples_are_the_images_that_train_or_test(part: str) -> None:
    x, y = samples(DIGITS, part, (3, 1))
    found = images(DIGITS)
    np.testing.assert_array_equal(x, getattr(found, f"x_{part}")[[3, 1]])
    np.testing.assert_array_equal(y, getattr(found, f"y_{part}")[[3, 1]])


def test_the_usual_run_on_mnist_makes_2345_updates() -> None:
    recipe = ImageRecipe(SOURCES["mnist"])
    assert recipe.updates_per_epoch * recipe.epochs == 2345
    assert recipe.products == 3 * (784 * 512 + 512 * 10) * 60_000 * 5


def test_the_same_recipe_gives_the_same_run_in_whatever_parts() -> None:
    whole: State | None = None
    steps: State | None = None
    for _ in range(SMALL.updates_per_epoch):
        steps = train_part(SMALL, steps, 0.0).state
    while whole is None or whole.update < SMALL.updates_per_epoch:
        whole = train_part(SMALL, whole, 60.0).state
    assert steps is not None
    for own, expected in zip(steps.weights + steps.slots, whole.weights + whole.slots, strict=True):
        np.testing.assert_array_equal(own, expected)


def test_a_learning_rate_far_too_large_ends_the_run(trainer: Trainer) -> None:
    linear = (Flatten(), Dense(16, "linear"), Dense(16, "linear"), Dense(10, "softmax"))
    run, _ = followed(trainer, replace(SMALL, layers=linear, optimizer="sgd", learning_rate=1e6, scaled=False))
    assert run.diverged_at is not None
    assert run.is_over
    assert np.isfinite(run.losses).all()
    assert len(run.losses) == run.diverged_at


def test_shuffled_labels_cannot_be_foreseen_and_shuffled_pixels_can(trainer: Trainer) -> None:
    layers = (Flatten(), Dense(64), Dense(10, "softmax"))
    usual = replace(SMALL, layers=layers, epochs=8, batch_size=16, learning_rate=0.003)
    right, _ = followed(trainer, usual)
    labels, _ = followed(trainer, replace(usual, labels="shuffled"))
    pixels, _ = followed(trainer, replace(usual, pixels="shuffled"))
    assert right.test_accuracy[-1] > 0.75
    assert pixels.test_accuracy[-1] > 0.75
    assert labels.test_accuracy[-1] < 0.3


def test_means_by_epoch_weigh_the_small_last_batch_less() -> None:
    recipe = replace(SMALL, batch_size=300)  # 300 and 100 of 400
    nothing = np.zeros(0)
    run = ImageRun(recipe, np.array([1.0, 5.0, 2.0]), nothing, nothing, nothing, None, (), 0.0)
    assert run.by_epoch("losses").tolist() == [2.0]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"data": request("iris")}, "iris is of the kind table"),
        ({"optimizer": "magic"}, "optimizer is 'magic'"),
        ({"learning_rate": float("nan")}, "learning_rate is nan"),
        ({"batch_size": 0}, "batch_size is 0"),
        ({"epochs": 0}, "epochs is 0"),
        ({"layers": (Flatten(), Dense(9, "softmax"))}, "expected 10 units with softmax"),
        ({"layers": ()}, "the last layer is None"),
        ({"layers": (Flatten(), Dense(4096), Dense(4096), Dense(10, "softmax"))}, "expected at most 4,000,000"),
        (
            {"layers": (Conv2D(64, 5, 1, "same"), Conv2D(64, 5, 1, "same"), Flatten(), Dense(10, "softmax"))},
            "multiplies 82,037,760 times",
        ),
    ],
)
def test_what_cannot_be_trained_is_refused(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        replace(SMALL, **changed)


def test_layers_that_do_not_follow_each_other_are_refused() -> None:
    with pytest.raises(LayerError, match="layer 1: Dense gets"):
        replace(SMALL, layers=(Dense(10, "softmax"),))


def test_a_crop_makes_smaller_images() -> None:
    crop = request("digits28", crop=((0, 28, 2), (4, 24, 1)))
    assert replace(SMALL, data=crop).inputs == (14, 20, 1)
    assert ImageRecipe(request("digits28")).layers == DENSE


@pytest.mark.parametrize("shape", [(3, 8, 8, 4), (2, 11, 9, 1)])
def test_pooling_has_the_gradient_of_tensorflow_for_ties_as_well(shape: tuple[int, ...]) -> None:
    import tensorflow as tf

    rng = np.random.default_rng(0)
    x = tf.constant(rng.integers(-1, 2, shape).astype(np.float32))  # many numbers are equal
    model = make_model((MaxPooling2D(),), shape[1:], 0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        own, expected = model(x), tf.nn.max_pool2d(x, 2, 2, "VALID")
        weights = rng.normal(size=own.shape).astype(np.float32)
        one, other = tf.reduce_sum(own * weights), tf.reduce_sum(expected * weights)
    np.testing.assert_array_equal(own, expected)
    np.testing.assert_array_equal(tape.gradient(one, x), tape.gradient(other, x))


def test_many_structures_in_turn_are_compiled_once_each() -> None:
    recipes = [replace(SMALL, layers=(Flatten(), Dense(20 + i), Dense(10, "softmax"))) for i in range(6)]
    for _ in range(3):
        for recipe in recipes:
            train_part(recipe, None, 0.05)
    programs = [image_worker.compiled(recipe.layers, recipe.inputs, recipe.optimizer) for recipe in recipes]
    assert [program.train.experimental_get_tracing_count() for program in programs] == [1] * 6


def test_models_are_dropped_where_their_weights_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_worker, "KEPT_WEIGHTS", 3 * parameters(SMALL.layers, SMALL.inputs))
    structures = [(Flatten(), Dense(16), Dense(10, "softmax")), *((Flatten(), Dense(n, "tanh")) for n in (20, 30))]
    for layers in structures:
        image_worker.compiled(layers, SMALL.inputs, "sgd")
    assert image_worker._weights_kept() <= image_worker.KEPT_WEIGHTS


def test_a_part_is_as_long_for_whatever_batches() -> None:
    recipe = replace(SMALL, data=SOURCES["digits28"], epochs=9, layers=(Flatten(), Dense(400), Dense(10, "softmax")))
    program = image_worker.compiled(recipe.layers, recipe.inputs, recipe.optimizer)
    for _ in range(2):
        train_part(recipe, None, 0.001)
    for size, updates in ((10, 100), (100, 10)):
        program.seconds_per_image = 1e-4
        assert len(train_part(replace(recipe, batch_size=size), None, 0.1001).losses) == updates
