"""The engine against `model.fit`: the same Keras, the same batches, the same weights."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lib.datasets import Data, load, request
from lib.layers import Dense
from lib.training import engine, worker
from lib.training.recipe import LOSSES, OPTIMIZERS, Recipe
from lib.training.runs import finished_runs
from tests.app import ROOT
from tests.training.oracle import keras_fit, keras_fit_patiently, keras_model, parts_of, run_of, runs_of

CIRCLE = request("circle", samples=100, noise=0.3, seed=3)
IRIS = request("iris", seed=1)
CEREALS = request("cereals", samples=40, seed=2)

SMALL = Recipe(CIRCLE, (Dense(4, "tanh"), Dense(1, "sigmoid")), learning_rate=0.1, batch_size=16, epochs=3, seed=7)


def assert_same_weights(run, weights):
    for ours, theirs in zip(run.weights_at(-1), weights, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-4)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_ends_at_the_weights_of_fit(optimizer):
    recipe = replace(SMALL, optimizer=optimizer, learning_rate=0.05, momentum=0.7)  # 50 samples: the last batch has 2
    weights, history = keras_fit(recipe)
    run = run_of(recipe)
    assert_same_weights(run, weights)
    np.testing.assert_allclose(run.loss, history["loss"], atol=1e-4)
    np.testing.assert_allclose(run.val_loss, history["val_loss"], atol=1e-4)


LOSS_CASES = {
    "mse": replace(SMALL, loss="mse"),
    "binary_crossentropy": replace(SMALL, loss="binary_crossentropy"),
    "categorical_crossentropy": Recipe(
        IRIS, (Dense(5, "relu"), Dense(3, "softmax")), "categorical_crossentropy", batch_size=32, epochs=3, seed=1
    ),
}


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_ends_at_the_weights_and_curves_of_fit(loss):
    recipe = LOSS_CASES[loss]
    weights, history = keras_fit(recipe)
    run = run_of(recipe)
    assert_same_weights(run, weights)
    np.testing.assert_allclose(run.loss, history["loss"], atol=1e-4)
    np.testing.assert_allclose(run.accuracy, history["accuracy"], atol=1e-4)
    np.testing.assert_allclose(run.val_accuracy, history["val_accuracy"], atol=1e-4)


def test_l1_and_l2_act_as_keras_regularizers():
    recipe = replace(SMALL, l1=0.01, l2=0.02, optimizer="momentum")
    weights, history = keras_fit(recipe)
    run = run_of(recipe)
    assert_same_weights(run, weights)
    # Keras adds the penalty to the validation loss, we tell them apart.
    np.testing.assert_allclose(run.val_loss + run.penalty, history["val_loss"], atol=1e-4)


@pytest.mark.parametrize("batch_size", [1, 7, None])
def test_any_batch_size_agrees_with_fit(batch_size):
    recipe = replace(SMALL, batch_size=batch_size, epochs=1)
    assert_same_weights(run_of(recipe), keras_fit(recipe)[0])


def test_a_linear_unit_on_raw_grams_agrees_with_fit():
    recipe = Recipe(CEREALS, (Dense(1, "linear"),), learning_rate=0.005, batch_size=8, epochs=4, seed=4)
    assert_same_weights(run_of(recipe), keras_fit(recipe)[0])


def test_one_step_of_gradient_descent_by_hand():
    data = Data("cereals", samples=10, noise=0.0, seed=0, train_share=1.0, features=("sugar",))
    split = load(data)
    x, y = split.x_train[:, 0].astype(float), split.y_train[:, 0].astype(float)
    run = run_of(Recipe(data, (Dense(1, "linear"),), learning_rate=0.001, batch_size=None, epochs=1, start=(0.0, 0.0)))
    # From w = b = 0 the error is -y: dL/dw = -2 mean(x y), dL/db = -2 mean(y).
    np.testing.assert_allclose(run.weights[-1], [0.002 * np.mean(x * y), 0.002 * np.mean(y)], rtol=1e-5)


def test_early_stopping_stops_where_keras_does_and_keeps_the_best_weights():
    recipe = replace(SMALL, learning_rate=0.5, epochs=30, patience=2, seed=9, shuffle=False)
    recipe = replace(recipe, loss="binary_crossentropy")
    run, (best, epochs) = run_of(recipe), keras_fit_patiently(recipe)
    assert run.epochs == epochs < 30
    assert (run.stopped_at, run.best_epoch) == (run.epochs, int(np.argmin(run.val_loss)) + 1)
    np.testing.assert_allclose(run.best_weights, best, atol=1e-4)


def test_a_sweep_gives_each_replica_the_run_it_has_alone():
    recipes = SMALL.varied(learning_rate=(0.01, 0.1, 1.0), l2=(0.0, 0.01, 0.001), seed=(7, 8, 7))
    for together, recipe in zip(runs_of(*recipes), recipes, strict=True):
        alone = run_of(recipe)
        np.testing.assert_allclose(together.weights, alone.weights, atol=1e-5)
        np.testing.assert_allclose(together.val_loss, alone.val_loss, atol=1e-5)


def test_dropout_in_a_sweep_draws_the_masks_of_the_single_run():
    dropped = replace(SMALL, layers=(Dense(8, "tanh", dropout=0.5), Dense(1, "sigmoid")))
    recipes = dropped.varied(learning_rate=(0.05, 0.1), seed=(7, 9))
    for together, recipe in zip(runs_of(*recipes), recipes, strict=True):
        np.testing.assert_allclose(together.weights, run_of(recipe).weights, atol=1e-5)


def test_dropout_keeps_the_expected_output_and_acts_in_training_only():
    recipe = replace(SMALL, layers=(Dense(8, "tanh", dropout=0.4), Dense(1, "sigmoid")), epochs=1, learning_rate=0.0)
    run = run_of(recipe)
    plain = run_of(replace(recipe, layers=(Dense(8, "tanh"), Dense(1, "sigmoid"))))
    assert run.loss[0] != plain.loss[0]
    np.testing.assert_allclose(run.val_loss, plain.val_loss, atol=1e-7)


def test_the_dropped_share_is_zero_and_the_rest_is_scaled_up():
    import tensorflow as tf

    from lib.training.network import dropped

    x = tf.ones((1000, 10, 1))
    kept = dropped(x, tf.constant([0.25]), tf.random.stateless_uniform((1000, 10, 1), (1, 2))).numpy()
    assert set(np.unique(kept).round(6)) == {0.0, np.float32(4 / 3).round(6)}
    assert abs(kept.mean() - 1) < 0.02


def test_the_same_recipe_gives_the_same_bytes():
    first, second = run_of(SMALL), run_of(SMALL)
    run_of(replace(SMALL, learning_rate=0.7))
    assert first.weights.tobytes() == second.weights.tobytes() == run_of(SMALL).weights.tobytes()


def test_long_runs_in_many_parts_equal_one_part():
    recipe = replace(SMALL, epochs=300, snapshots=7)
    parts = parts_of(recipe, seconds=0.0)
    assert len(parts) > 2
    (run,) = finished_runs((recipe,), parts)
    whole = run_of(recipe)
    np.testing.assert_array_equal(run.weights, whole.weights)
    np.testing.assert_array_equal(run.loss, whole.loss)
    assert run.snapshot_epochs.tolist() == [0, 43, 86, 129, 172, 215, 258, 300]


MOVING = """
import json, sys
from dataclasses import replace
from pathlib import Path
import numpy as np
from lib.datasets import request
from lib.training import engine
from lib.training.recipe import Dense, Recipe
from tests.training.oracle import run_of

def recipe(rate=0.1, momentum=0.5, l1=0.0, l2=0.0, dropout=0.1, noise=0.3, samples=100, patience=3):
    return Recipe(
        request("circle", samples=samples, noise=noise, seed=int(1000 * noise)),
        (Dense(4, "tanh", dropout=dropout), Dense(1, "sigmoid")),
        optimizer="momentum", learning_rate=rate, momentum=momentum, l1=l1, l2=l2, seed=int(1000 * rate),
        batch_size=11 + int(10 * momentum), epochs=5 + int(400 * l1), patience=patience, grid=3, snapshots=9,
    )

def extended(recipe):
    hidden, last = recipe.layers
    return replace(recipe, layers=(replace(hidden, batch_norm=True), last), schedule="warmup")

def counts():
    by_xla = [*Path(sys.argv[1]).glob("*before_optimizations.txt")]
    return engine.programs_compiled(), engine.compilations(), len(by_xla)

run_of(recipe()), run_of(extended(recipe()))
before = counts()
for i, numbers in enumerate(np.random.default_rng(0).uniform(0.01, 0.5, (50, 6))):
    moved = recipe(*map(float, numbers), samples=70 + i, patience=10 + i)
    run_of(moved), run_of(extended(moved))
print(json.dumps([before, counts()]))
"""


def test_fifty_values_of_every_number_compile_nothing(tmp_path: Path):
    """XLA compiles without a trace anew where it takes a number for a constant: what it dumps tells."""
    done = subprocess.run(
        [sys.executable, "-c", MOVING, str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "XLA_FLAGS": f"--xla_dump_to={tmp_path}", "CUDA_VISIBLE_DEVICES": "-1"},
        capture_output=True,
        text=True,
        check=True,
    )
    before, after = json.loads(done.stdout)
    assert before == after
    assert before[2] >= 4  # for each of the two the loops and the predictions


def test_shares_of_a_sweep_stay_in_step_and_end_where_each_run_ends_alone(monkeypatch):
    monkeypatch.setattr(worker, "REPLICAS_PER_THREAD", 2)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    early = replace(SMALL, epochs=30, patience=2, seed=9, shuffle=False, loss="binary_crossentropy", snapshots=5)
    recipes = early.varied(learning_rate=(0.5, 0.01, 0.02, 0.8, 0.03))
    assert [len(share) for share in worker._shares(recipes)] == [3, 3]  # the last one filled up
    one_after_the_other = runs_of(*recipes)  # as long as only one of two programs is there
    worker.AHEAD.finish()
    runs = runs_of(*recipes)
    assert len(runs) == 5
    for first, second in zip(one_after_the_other, runs, strict=True):
        assert first.weights.tobytes() == second.weights.tobytes()
    for together, recipe in zip(runs, recipes, strict=True):
        alone = run_of(recipe)
        assert (together.stopped_at, together.best_epoch) == (alone.stopped_at, alone.best_epoch)
        np.testing.assert_array_equal(together.snapshot_epochs, alone.snapshot_epochs)
        np.testing.assert_allclose(together.weights, alone.weights, atol=1e-4)
        np.testing.assert_allclose(together.loss, alone.loss, atol=1e-4)
    assert {run.stopped_at for run in runs} == {None, 14, 9}


def test_no_epochs_leave_the_first_weights():
    run = run_of(replace(SMALL, epochs=0))
    assert run.epochs == 0
    assert run.snapshot_epochs.tolist() == [0]
    np.testing.assert_array_equal(run.weights[0], engine.initial_weights(SMALL, 2))


def test_a_program_is_made_once_for_first_state_and_training():
    recipe, before = replace(SMALL, layers=(Dense(3, "tanh"), Dense(1, "sigmoid"))), engine.programs_compiled()
    run_of(recipe)
    assert engine.programs_compiled() == before + 1


def test_dropout_rates_and_optimizers_share_one_predictor():
    dropped = replace(SMALL, layers=(Dense(4, "tanh", dropout=0.2), Dense(1, "sigmoid")))
    weights, points = np.zeros((3, 17), np.float32), np.zeros((9, 2), np.float32)
    engine.predict(SMALL, weights, points, room=4)
    before = engine.programs_compiled()
    engine.predict(replace(dropped, optimizer="adam"), weights, points, room=4)
    assert engine.programs_compiled() == before


def test_predictions_in_groups_equal_those_at_once(monkeypatch):
    weights = np.random.default_rng(0).normal(size=(5, 17)).astype(np.float32)
    points = np.random.default_rng(1).normal(size=(9, 2))
    whole = engine.predict(SMALL, weights, points)
    monkeypatch.setattr(engine, "PREDICTED_VALUES", 2 * 9 * 4)  # two networks at a time
    np.testing.assert_allclose(engine.predict(SMALL, weights, points), whole, atol=1e-6)


def test_a_rate_far_too_large_diverges_and_no_nan_is_left():
    recipe = Recipe(CEREALS, (Dense(1, "linear"),), learning_rate=1.0, batch_size=None, epochs=60)
    run = run_of(recipe)
    assert run.diverged_at is not None
    assert run.epochs == run.diverged_at - 1 < 60
    assert np.isfinite(run.loss).all()
    assert np.isfinite(run.weights).all()
    assert run.snapshot_epochs[-1] <= run.epochs


def test_snapshots_by_update_hold_every_step_of_the_path():
    recipe = Recipe(
        CEREALS,
        (Dense(1, "linear"),),
        learning_rate=0.001,
        batch_size=8,
        epochs=3,
        snapshots=500,
        snapshot_unit="update",
    )
    run = run_of(recipe)
    assert run.snapshot_epochs.tolist() == [i / 4 for i in range(13)]  # 32 samples: four updates an epoch


def test_maps_hold_the_predictions_of_keras_for_each_snapshot():
    recipe = replace(SMALL, grid=5, snapshots=2)
    run, split = run_of(recipe), load(CIRCLE)
    model = keras_model(recipe, split)
    model.set_weights(run.weights_at(-1))
    ticks = np.linspace(-6, 6, 5)
    points = np.array([(x, y) for y in ticks for x in ticks])
    assert run.maps.shape == (3, 5, 5, 1)
    np.testing.assert_allclose(run.maps[-1].ravel(), model.predict(points, verbose=0).ravel(), atol=1e-5)


def test_networks_too_large_for_xla_agree_with_fit():
    data = request("digits", samples=200, seed=1)
    recipe = Recipe(
        data,
        (Dense(512, "relu"), Dense(10, "softmax")),
        "categorical_crossentropy",
        "rmsprop",
        0.001,
        batch_size=128,
        epochs=2,
        seed=3,
    )
    assert not engine.structure_of((recipe,), load(data)).network.jit
    weights, history = keras_fit(recipe)
    run = run_of(recipe)
    assert_same_weights(run, weights)
    np.testing.assert_allclose(run.loss, history["loss"], atol=1e-4)


def test_recipes_that_differ_in_more_than_numbers_do_not_sweep():
    with pytest.raises(ValueError, match="differs in more than its numbers"):
        worker.train_part((SMALL, replace(SMALL, optimizer="adam")), None, 1.0)


def test_a_last_layer_that_does_not_fit_the_classes_is_refused():
    with pytest.raises(ValueError, match="the last layer has 2 units; expected 3"):
        worker.train_part((Recipe(IRIS, (Dense(2, "softmax"),), loss="categorical_crossentropy"),), None, 1.0)
