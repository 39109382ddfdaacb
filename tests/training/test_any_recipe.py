"""Any recipe of all options trains, and no curve, snapshot or map holds a number that is not finite."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lib.datasets import load, request
from lib.layers import Dense
from lib.training.recipe import ACTIVATIONS, INITIALIZERS, OPTIMIZERS, SCHEDULES, Recipe, Run, by_layer, layer_shapes
from lib.training.schedule import learning_rate_at
from tests.training.oracle import runs_of

pytest.importorskip("keras")

TASKS = {
    "two classes": (request("circle", samples=40, seed=1), Dense(1, "sigmoid"), "binary_crossentropy"),
    "two sides": (request("circle", samples=40, seed=1), Dense(1, "tanh"), "mse"),
    "three classes": (request("iris", samples=60, seed=1), Dense(3, "softmax"), "categorical_crossentropy"),
    "numbers": (request("cereals", samples=20, seed=1), Dense(1, "linear"), "mse"),
    "nothing held out": (request("cereals", samples=20, seed=1, train_share=1.0), Dense(1, "linear"), "mse"),
}

HIDDEN = st.builds(
    Dense,
    units=st.integers(1, 3),
    activation=st.sampled_from([name for name in ACTIVATIONS if name != "softmax"]),
    dropout=st.sampled_from([0.0, 0.0, 0.5]),
    batch_norm=st.booleans(),
)


@st.composite
def recipes(draw: st.DrawFn) -> tuple[Recipe, ...]:
    """One recipe, or three that differ in numbers."""
    data, last, loss = TASKS[draw(st.sampled_from(list(TASKS)))]
    recipe = draw(
        st.builds(
            Recipe,
            data=st.just(data),
            layers=st.lists(HIDDEN, max_size=2).map(lambda hidden: (*hidden, last)),
            loss=st.just(loss),
            optimizer=st.sampled_from(list(OPTIMIZERS)),
            learning_rate=st.sampled_from([0.0, 0.003, 0.1, 3.0, 1e6]),
            momentum=st.floats(0, 1),
            schedule=st.sampled_from(list(SCHEDULES)),
            batch_size=st.sampled_from([None, 1, 7, 16]),
            epochs=st.integers(0, 12),
            l1=st.sampled_from([0.0, 0.01]),
            l2=st.sampled_from([0.0, 0.01]),
            patience=st.sampled_from([None, 1, 3]),
            seed=st.integers(0, 100),
            shuffle=st.booleans(),
            initializer=st.sampled_from(list(INITIALIZERS)),
            snapshots=st.sampled_from([1, 5, 60]),
            snapshot_unit=st.sampled_from(["epoch", "update"]),
            grid=st.sampled_from([0, 3]),
        )
    )
    seeds = (recipe.seed, recipe.seed + draw(st.integers(0, 1)), recipe.seed)
    return (
        (recipe,) if draw(st.booleans()) else recipe.varied(learning_rate=(recipe.learning_rate, 0.1, 0.0), seed=seeds)
    )


@pytest.mark.slow
@settings(deadline=None, max_examples=8, suppress_health_check=[HealthCheck.too_slow])
@given(recipes())
def test_any_recipe_trains_and_leaves_finite_numbers(together: tuple[Recipe, ...]) -> None:
    for recipe, run in zip(together, runs_of(*together), strict=True):
        assert run.recipe is recipe
        assert_whole(run, load(recipe.data).x_train)


def assert_whole(run: Run, x: np.ndarray) -> None:
    """Assert that the parts of a run fit each other, and that all its numbers are finite."""
    shapes = layer_shapes(run.recipe.layers, x.shape[1])
    curves = (run.loss, run.penalty, run.accuracy, run.val_loss, run.val_accuracy)
    assert {len(curve) for curve in curves if curve is not None} == {run.epochs}
    for values in (*curves, run.snapshot_epochs, run.weights, run.maps, run.best_weights):
        assert values is None or np.isfinite(values).all()
    assert [w.shape for w in run.weights_at(-1)] == shapes
    assert len(run.weights) == len(run.snapshot_epochs) >= 1
    assert len(by_layer(run.recipe.layers, run.weights_at(0))) == len(run.recipe.layers)
    assert run.diverged_at or run.epochs == (run.stopped_at or run.recipe.epochs)
    rates = learning_rate_at(run.recipe, len(x))
    assert len(rates) == run.recipe.epochs
    assert ((rates >= 0) & (rates <= run.recipe.learning_rate)).all()
