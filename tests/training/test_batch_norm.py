"""Batch normalisation in the engine against keras.layers.BatchNormalization, trained by `model.fit`."""

from dataclasses import replace

import numpy as np
import pytest

from lib.datasets import load, request
from lib.layers import Dense
from lib.training import engine, network
from lib.training.recipe import Recipe, Run, by_layer
from lib.training.runs import finished_runs
from tests.training.oracle import keras_fit, keras_fit_patiently, keras_model, parts_of, run_of, runs_of

CIRCLE = request("circle", samples=100, noise=0.3, seed=3)  # 50 for training: in batches of 16 the last one has 2

NORMED = Recipe(
    CIRCLE,
    (Dense(4, "tanh", batch_norm=True), Dense(3, "relu", batch_norm=True), Dense(1, "sigmoid")),
    "binary_crossentropy",
    learning_rate=0.1,
    batch_size=16,
    epochs=3,
    seed=7,
)


def assert_same_weights(run: Run, theirs: list[np.ndarray], free: float = 1e-5) -> None:
    """Hold the last weights against Keras'; what a bias before a normalisation decides, may be off by `free`.

    Such a bias changes no output, so its gradient is nothing but rounding, which Adam makes steps of the full size of.
    """
    layers = run.recipe.layers
    for layer, ours, wanted in zip(layers, by_layer(layers, run.weights_at(-1)), by_layer(layers, theirs), strict=True):
        for name, one, other in zip(ours._fields, ours, wanted, strict=True):
            if one is not None:
                loose = layer.batch_norm and name in ("bias", "mean")
                np.testing.assert_allclose(one, other, atol=free if loose else 1e-5, err_msg=name)


@pytest.mark.parametrize(("optimizer", "batch_size", "free"), [("sgd", 16, 1e-5), ("sgd", 7, 1e-5), ("adam", 16, 2e-3)])
def test_weights_moving_statistics_and_curves_are_those_of_fit(optimizer: str, batch_size: int, free: float) -> None:
    recipe = replace(NORMED, optimizer=optimizer, batch_size=batch_size)
    recipe = replace(recipe, learning_rate=0.01 if optimizer == "adam" else 0.1)
    weights, history = keras_fit(recipe)
    run = run_of(recipe)
    assert_same_weights(run, weights, free)
    np.testing.assert_allclose(run.loss, history["loss"], atol=1e-5)
    np.testing.assert_allclose(run.accuracy, history["accuracy"], atol=1e-6)
    np.testing.assert_allclose(run.val_loss, history["val_loss"], atol=max(1e-5, free / 2))


def test_l1_and_l2_take_the_kernels_alone() -> None:
    recipe = replace(NORMED, l1=0.01, l2=0.02)
    weights, history = keras_fit(recipe)
    run = run_of(recipe)
    assert_same_weights(run, weights)
    np.testing.assert_allclose(run.val_loss + run.penalty, history["val_loss"], atol=1e-5)


def test_validation_and_maps_go_by_the_moving_statistics() -> None:
    run, split = run_of(replace(NORMED, grid=5)), load(CIRCLE)
    model = keras_model(run.recipe, split)
    model.set_weights(run.weights_at(-1))
    val_loss, val_accuracy = model.evaluate(split.x_val, split.y_val, verbose=0)
    assert (run.val_loss[-1], run.val_accuracy[-1]) == (pytest.approx(val_loss, abs=1e-5), pytest.approx(val_accuracy))
    ticks = np.linspace(-6, 6, 5)
    points = np.array([(x, y) for y in ticks for x in ticks])
    np.testing.assert_allclose(run.maps[-1].ravel(), model.predict(points, verbose=0).ravel(), atol=1e-5)


def test_the_first_batch_moves_the_statistics_by_one_hundredth() -> None:
    recipe = replace(NORMED, learning_rate=0.0, batch_size=None, epochs=1)
    run = run_of(recipe)
    first, then = (by_layer(recipe.layers, run.weights_at(k))[0] for k in (0, 1))
    sums = load(CIRCLE).x_train @ first.kernel
    assert [first.gamma.tolist(), first.beta.tolist()] == [[1] * 4, [0] * 4]
    assert [first.mean.tolist(), first.variance.tolist()] == [[0] * 4, [1] * 4]
    np.testing.assert_array_equal(then.kernel, first.kernel)
    np.testing.assert_allclose(then.mean, 0.01 * sums.mean(axis=0), atol=1e-6)
    np.testing.assert_allclose(then.variance, 0.99 + 0.01 * sums.var(axis=0), atol=1e-6)


def test_padding_counts_for_nothing() -> None:
    import tensorflow as tf

    sums = tf.constant([1.0, 3.0, np.inf, -100.0])[:, None, None]
    mean, variance = network.batch_moments(sums, tf.constant(2))
    assert (mean.numpy().item(), variance.numpy().item()) == (2.0, 1.0)
    assert network.moved(1.0, 5.0) == pytest.approx(1.04)


def test_a_batch_of_one_is_normalised_to_nothing() -> None:
    run = run_of(replace(NORMED, batch_size=1, epochs=1))
    assert run.diverged_at is None
    first, last = (by_layer(NORMED.layers, run.weights_at(k)) for k in (0, -1))
    np.testing.assert_array_equal(first[0].gamma, last[0].gamma)  # it scales zeros, so no gradient reaches it
    np.testing.assert_allclose(last[0].variance, 0.99**50, rtol=1e-4)


def test_each_replica_has_statistics_and_rate_of_its_own() -> None:
    recipes = replace(NORMED, layers=(Dense(4, "tanh", dropout=0.3, batch_norm=True), Dense(1, "sigmoid"))).varied(
        learning_rate=(0.01, 0.1, 1.0), seed=(7, 8, 7), l2=(0.0, 0.01, 0.0)
    )
    for together, recipe in zip(runs_of(*recipes), recipes, strict=True):
        alone = run_of(recipe)
        np.testing.assert_allclose(together.weights, alone.weights, atol=1e-5)
        np.testing.assert_allclose(together.val_loss, alone.val_loss, atol=1e-5)


def test_early_stopping_goes_back_to_the_statistics_too() -> None:
    recipe = replace(NORMED, epochs=60, patience=3, shuffle=False, schedule="cosine", learning_rate=0.4)
    run, (best, epochs) = run_of(recipe), keras_fit_patiently(recipe)
    assert (run.stopped_at, run.epochs) == (epochs, epochs)
    assert epochs < 60
    np.testing.assert_allclose(run.best_weights, best, atol=1e-4)


def test_many_parts_equal_one() -> None:
    recipe = replace(NORMED, epochs=300, snapshots=7, schedule="warmup", optimizer="momentum")
    parts = parts_of(recipe, seconds=0.0)
    assert len(parts) > 2
    (run,), whole = finished_runs((recipe,), parts), run_of(recipe)
    np.testing.assert_array_equal(run.weights, whole.weights)
    np.testing.assert_array_equal(run.val_loss, whole.val_loss)


def test_the_plain_loop_of_large_networks_agrees_with_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "XLA_PRODUCTS", 1)
    recipe = replace(NORMED, layers=(Dense(5, "relu", batch_norm=True), Dense(1, "sigmoid")), schedule="exponential")
    assert not engine.structure_of((recipe,), load(CIRCLE)).network.jit
    assert_same_weights(run_of(recipe), keras_fit(recipe)[0])


def test_own_first_weights_hold_the_statistics() -> None:
    shapes = [w.shape for w in keras_model(NORMED, load(CIRCLE)).get_weights()]
    drawn = engine.initial_weights(NORMED, 2)
    assert len(drawn) == sum(int(np.prod(shape)) for shape in shapes) == 2 * 4 + 5 * 4 + 4 * 3 + 5 * 3 + 3 + 1
    start = tuple(np.arange(len(drawn), dtype=float) / 100)
    run = run_of(replace(NORMED, start=start, epochs=0))
    np.testing.assert_allclose(run.weights[0], start, rtol=1e-6)
    assert [w.shape for w in run.weights_at(0)] == shapes
    with pytest.raises(ValueError, match="start holds 58 weights; expected 59 for this network; give them all"):
        run_of(replace(NORMED, start=start[1:]))
