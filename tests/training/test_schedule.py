"""Moving learning rates: in the engine against `model.fit` with Keras' schedules, in NumPy against their values."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.datasets import request
from lib.layers import Dense
from lib.training import schedule
from lib.training.engine import updates_per_epoch
from lib.training.recipe import SCHEDULES, Recipe
from lib.training.runs import finished_runs
from lib.training.schedule import learning_rate_at
from tests.app import ROOT
from tests.training.oracle import keras_fit, keras_fit_patiently, keras_rate, parts_of, run_of, runs_of

CIRCLE = request("circle", samples=100, noise=0.3, seed=3)
UNIT = Recipe(CIRCLE, (Dense(1, "tanh"),), learning_rate=0.1, batch_size=16, epochs=6, seed=7)  # 24 updates
MOVING = tuple(name for name in SCHEDULES if name != "constant")


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
@pytest.mark.parametrize("name", MOVING)
def test_every_schedule_ends_at_the_weights_of_fit(name: str, optimizer: str) -> None:
    recipe = replace(UNIT, schedule=name, optimizer=optimizer)
    weights, history = keras_fit(recipe)
    run = run_of(recipe)
    for ours, theirs in zip(run.weights_at(-1), weights, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)
    np.testing.assert_allclose(run.val_loss, history["val_loss"], atol=1e-5)


def test_a_sweep_gives_each_replica_the_run_it_has_alone() -> None:
    recipes = replace(UNIT, schedule="warmup", optimizer="adam").varied(learning_rate=(0.01, 0.1, 1.0))
    for together, recipe in zip(runs_of(*recipes), recipes, strict=True):
        np.testing.assert_allclose(together.weights, run_of(recipe).weights, atol=1e-5)


def test_the_updates_are_counted_over_all_parts() -> None:
    recipe = replace(UNIT, schedule="warmup", optimizer="adam", epochs=300, snapshots=7)
    parts = parts_of(recipe, seconds=0.0)
    assert len(parts) > 2
    (run,) = finished_runs((recipe,), parts)
    np.testing.assert_array_equal(run.weights, run_of(recipe).weights)
    assert parts[-1].states[0].updates == 1200


def test_early_stopping_leaves_the_schedule_as_long_as_the_run() -> None:
    recipe = replace(UNIT, schedule="cosine", optimizer="momentum", epochs=60, patience=2, shuffle=False)
    run, (best, epochs) = run_of(recipe), keras_fit_patiently(recipe)
    assert run.stopped_at == epochs < 60
    np.testing.assert_allclose(run.best_weights, best, atol=1e-5)


@pytest.mark.parametrize("name", MOVING)
def test_the_shortest_runs_have_a_finite_rate(name: str) -> None:
    one_batch = request("circle", samples=32, noise=0.3, seed=3)
    run = run_of(replace(UNIT, data=one_batch, schedule=name, epochs=1))
    assert run.diverged_at is None
    assert run.weights[0].tolist() != run.weights[1].tolist()  # one update, too few for a warmup


@settings(deadline=None, max_examples=25)
@given(
    name=st.sampled_from(tuple(SCHEDULES)),
    epochs=st.integers(1, 30),
    samples=st.integers(1, 200),
    batch_size=st.one_of(st.none(), st.integers(1, 40)),
    rate=st.floats(1e-4, 1.0),
)
def test_rates_are_those_of_keras_at_the_start_of_each_epoch(
    name: str, epochs: int, samples: int, batch_size: int | None, rate: float
) -> None:
    recipe = replace(UNIT, schedule=name, epochs=epochs, batch_size=batch_size, learning_rate=rate)
    wanted = keras_rate(recipe, samples)
    per_epoch = updates_per_epoch(samples, batch_size)
    theirs = [float(wanted(i * per_epoch)) if callable(wanted) else wanted for i in range(epochs)]
    np.testing.assert_allclose(learning_rate_at(recipe, samples), theirs, atol=1e-6)


def test_rates_by_hand() -> None:
    ten = replace(UNIT, learning_rate=1.0, batch_size=None, epochs=10)  # one update an epoch
    rates = {name: learning_rate_at(replace(ten, schedule=name), 50) for name in SCHEDULES}
    assert rates["constant"].tolist() == [1.0] * 10
    assert rates["exponential"][5] == pytest.approx(0.1**0.5)
    assert rates["cosine"][5] == pytest.approx(0.5)
    assert rates["inverse_time"][5] == pytest.approx(1 / 5.5)
    assert rates["warmup"][:2].tolist() == [0.0, 1.0]
    assert learning_rate_at(replace(ten, epochs=0), 50).tolist() == []


def test_every_schedule_has_its_formula() -> None:
    assert set(schedule._SHARES) == set(SCHEDULES)


def test_rates_take_no_tensorflow() -> None:
    light = "import sys, lib.training.schedule; print(sorted({'tensorflow', 'keras'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", light], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
