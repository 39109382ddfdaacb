"""The laboratory's settings become recipes that train, runs become a diagnosis, and models become Keras' own."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lib.datasets import DATASETS, load
from lib.lessons.overfitting import laboratory_export
from lib.lessons.overfitting import laboratory_picture as picture
from lib.lessons.overfitting import laboratory_results as results
from lib.training import laboratory, worker
from lib.training.engine import snapshot_every
from lib.training.laboratory import DEFAULT, Settings
from lib.training.recipe import OPTIMIZERS, SCHEDULES, Recipe, Run, by_layer
from lib.training.runs import finished_runs

OWN = tuple((float(x - 3), float(x % 3), float(x % 4)) for x in range(8))


def trained(recipe: Recipe) -> Run:
    """Train in this process."""
    parts: list[worker.Part] = []
    while not parts or not worker.is_over(recipe, parts[-1].states):
        parts.append(worker.train_part((recipe,), parts[-1].states if parts else None, 10.0))
    return finished_runs((recipe,), parts)[0]


def ended(loss: list[float], *, accuracy: float | None, val_accuracy: float = 0.0, **changed: Any) -> Run:
    """A run that went so, without any training."""
    recipe = changed.pop("recipe", laboratory.recipe(DEFAULT))
    count = len(loss)
    numbers: dict[str, Any] = {
        "penalty": np.zeros(count),
        "val_loss": np.array(loss),
        "diverged_at": None,
    } | changed
    return Run(
        recipe=recipe,
        shapes=[],
        loss=np.array(loss),
        accuracy=None if accuracy is None else np.full(count, accuracy),
        val_accuracy=None if accuracy is None else np.full(count, val_accuracy),
        snapshot_epochs=np.zeros(1),
        weights=np.zeros((1, 1)),
        maps=None,
        seconds=0.0,
        **numbers,
    )


# --- Recipes ----------------------------------------------------------------------------------------------------------


def test_it_opens_with_the_network_of_the_playground() -> None:
    recipe = laboratory.recipe(DEFAULT)
    assert [(layer.units, layer.activation) for layer in recipe.layers] == [(4, "tanh"), (2, "tanh"), (1, "sigmoid")]
    assert (recipe.loss, recipe.batch_size, recipe.data.training) == ("binary_crossentropy", 10, 250)
    assert recipe.snapshots >= recipe.epochs  # one step back is one epoch


def test_three_classes_are_told_by_softmax_and_heights_by_a_line() -> None:
    assert laboratory.recipe(Settings(data="arms")).layers[-1].activation == "softmax"
    assert laboratory.recipe(Settings(data="bumps")).layers[-1].activation == "linear"
    assert laboratory.recipe(Settings(data="own_classes", points=OWN)).layers[-1].units == 4


def test_every_update_is_kept_of_the_first_epochs() -> None:
    recipe = laboratory.recipe(Settings(by_update=True))
    assert recipe.snapshot_unit == "update"
    assert recipe.epochs * 25 <= recipe.snapshots
    assert laboratory.recipe(Settings(by_update=True, batch="1", samples=1000)).epochs == 1


@pytest.mark.parametrize("epochs", [10, 300, 1000])
def test_a_small_network_can_be_rewound_to_any_epoch(epochs: int) -> None:
    recipe = laboratory.recipe(Settings(epochs=epochs))
    assert snapshot_every(recipe, recipe.data.training, 2) == 1


def test_large_networks_keep_fewer_snapshots() -> None:
    deep = Settings(units=(8,) * 6, activations=("relu",) * 6, features=laboratory.FEATURES, batch_norm=True)
    recipe = laboratory.recipe(deep)
    assert 50 <= recipe.snapshots <= 150
    assert recipe.snapshots * laboratory.parameters(recipe) <= 1.2 * laboratory.SNAPSHOT_VALUES


SAME: dict[str, tuple[Settings, dict[str, Any]]] = {
    "momentum without an optimizer that has it": (Settings(), {"momentum": 0.5}),
    "a momentum of 0": (Settings(momentum=0.0), {"optimizer": "nesterov"}),
    "batches as large as all": (Settings(samples=100, batch="128"), {"batch": "all"}),
    "dropout without hidden units": (Settings(units=(), activations=()), {"dropout": 0.5}),
    "normalization without hidden units": (Settings(units=(), activations=()), {"batch_norm": True}),
    "the loss of heights": (Settings(data="bumps"), {"loss": "mse"}),
    "noise on points of one's own": (Settings(data="own_classes", points=OWN), {"noise": 1.0}),
}


@pytest.mark.parametrize("name", SAME)
def test_what_plays_no_part_makes_no_difference(name: str) -> None:
    first, changed = SAME[name]
    recipes = laboratory.recipe(first), laboratory.recipe(replace(first, **changed))
    assert laboratory.same_run(*recipes)


@pytest.mark.parametrize("setting", laboratory.DIFFERENCES)
def test_every_difference_can_make_one(setting: str) -> None:
    first = Settings(optimizer="momentum")
    for value in laboratory.DIFFERENCES[setting]:
        other = replace(first, **{setting: (value,) * 2 if setting == "activations" else value})
        assert laboratory.same_run(laboratory.recipe(first), laboratory.recipe(other)) == (other == first)


NETWORK = st.lists(
    st.tuples(st.integers(1, laboratory.MOST_UNITS), st.sampled_from(laboratory.ACTIVATIONS)),
    max_size=laboratory.MOST_LAYERS,
)
SETTINGS = st.builds(
    lambda network, **values: Settings(
        units=tuple(units for units, _ in network), activations=tuple(kind for _, kind in network), **values
    ),
    NETWORK,
    data=st.sampled_from(laboratory.DATA),
    points=st.just(OWN),
    samples=st.integers(10, 60),
    noise=st.floats(0, 1.5),
    train_share=st.floats(0.1, 0.9),
    data_seed=st.integers(0, 9999),
    features=st.lists(st.sampled_from(laboratory.FEATURES), max_size=7, unique=True).map(tuple),
    loss=st.sampled_from(["crossentropy", "mse"]),
    optimizer=st.sampled_from(list(OPTIMIZERS)),
    learning_rate=st.sampled_from(laboratory.RATES),
    momentum=st.floats(0, 0.99),
    schedule=st.sampled_from(list(SCHEDULES)),
    batch=st.sampled_from(list(laboratory.BATCHES)),
    epochs=st.integers(1, 30),
    l1=st.sampled_from(laboratory.PENALTIES),
    l2=st.sampled_from(laboratory.PENALTIES),
    dropout=st.floats(0, 0.8),
    batch_norm=st.booleans(),
    patience=st.sampled_from([0, 1, 3]),
    seed=st.integers(0, 9999),
    by_update=st.booleans(),
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(SETTINGS)
def test_any_settings_are_a_recipe(chosen: Settings) -> None:
    recipe = laboratory.recipe(chosen)
    assert recipe.data.training >= 1
    assert recipe.data.validation >= 1
    assert 1 <= recipe.epochs <= chosen.epochs


def assert_can_be_drawn(run: Run) -> None:
    """What reaches the browser is finite, and there is a word for what came of it."""
    assert len(run.weights) >= 1
    for values in (run.weights, run.loss, run.val_loss, run.snapshot_epochs):
        assert values is not None
        assert np.isfinite(values).all()
    found = laboratory.diagnosis(run)
    assert 0 <= found.training <= 1.0001
    assert 0 <= found.test <= 1.0001
    assert (found.reason == "diverged") == (run.diverged_at is not None)
    good = laboratory.GOOD_SHARE if run.accuracy is None else laboratory.GOOD_ACCURACY
    assert found.reason != "learned" or max(found.training, found.test) >= good
    assert found.reason in results.WHAT or found.reason == "diverged"
    assert np.isfinite(picture.top(run))
    assert laboratory_export.weights_by_epoch(run)


NUMBERS = st.fixed_dictionaries(
    {
        "noise": st.floats(0, 1.5),
        "data_seed": st.integers(0, 9999),
        "learning_rate": st.sampled_from(laboratory.RATES),
        "momentum": st.floats(0, 0.99),
        "epochs": st.integers(1, 60),
        "l1": st.sampled_from(laboratory.PENALTIES),
        "l2": st.sampled_from(laboratory.PENALTIES),
        "patience": st.sampled_from([0, 1, 3, 50]),
        "seed": st.integers(0, 9999),
    }
)
"""What a compiled program takes as it comes: many of them cost little."""


@pytest.mark.slow
@settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(SETTINGS, st.lists(NUMBERS, min_size=20, max_size=20))
def test_any_settings_train_and_are_explained(chosen: Settings, others: list[dict[str, Any]]) -> None:
    assert_can_be_drawn(trained(laboratory.recipe(chosen)))
    for numbers in others:
        assert_can_be_drawn(trained(laboratory.recipe(replace(chosen, **numbers))))


@pytest.mark.slow
def test_extreme_numbers_are_explained() -> None:
    # One structure, so that it is compiled once; the numbers at their ends.
    small = Settings(units=(2,), activations=("relu",), data="plane", samples=40, epochs=20)
    for rate in (0.0001, 1.0, 100.0):
        for l1, l2, momentum in ((0.0, 0.0, 0.0), (1.0, 1.0, 0.99)):
            chosen = replace(small, learning_rate=rate, l1=l1, l2=l2, momentum=momentum, optimizer="momentum")
            assert_can_be_drawn(trained(laboratory.recipe(chosen)))
    long = replace(small, epochs=300, learning_rate=0.01, momentum=0.0, optimizer="momentum")
    assert trained(laboratory.recipe(long)).snapshot_epochs.tolist() == list(range(301))


# --- Weights by hand --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("batch_norm", [False, True])
def test_a_place_names_the_weight_that_keras_has_there(batch_norm: bool) -> None:
    recipe = laboratory.recipe(Settings(units=(3, 2), activations=("tanh", "relu"), batch_norm=batch_norm))
    flat = np.arange(laboratory.parameters(recipe), dtype=float)
    shapes = laboratory.layer_shapes(recipe.layers, 2)
    layers = by_layer(recipe.layers, laboratory.unflatten(flat, shapes))
    for layer, weights in enumerate(layers):
        for (row, unit), value in np.ndenumerate(weights.kernel):
            assert laboratory.position(recipe, f"{layer}.{row}.{unit}") == value
        for (unit,), value in np.ndenumerate(weights.bias):
            assert laboratory.position(recipe, f"{layer}.b.{unit}") == value
    for beyond in ("3.0.0", "0.2.0", "0.0.3", "2.0.1", "2.b.1"):
        assert laboratory.position(recipe, beyond) is None


def test_a_run_starts_from_the_weights_set_by_hand() -> None:
    recipe = laboratory.recipe(replace(DEFAULT, samples=40, epochs=2))
    first = trained(laboratory.unborn(recipe)).weights[0]
    run = trained(laboratory.edited(recipe, first, (("0.1.3", 2.5), ("2.b.0", -1.0))))
    changed = np.flatnonzero(run.weights[0] != first)
    assert changed.tolist() == [1 * 4 + 3, laboratory.parameters(recipe) - 1]
    assert run.weights[0][changed].tolist() == [2.5, -1.0]


# --- What came of it --------------------------------------------------------------------------------------------------


def test_a_run_that_does_well_on_new_points_has_learned() -> None:
    assert laboratory.diagnosis(ended([0.5, 0.1], accuracy=0.97, val_accuracy=0.95)).reason == "learned"


def test_reasons_for_not_having_learned() -> None:
    flat, falling, jumping = [0.69] * 20, np.linspace(0.7, 0.5, 20).tolist(), [0.4, 0.9] * 10
    low = {"accuracy": 0.5, "val_accuracy": 0.5}
    line = laboratory.recipe(Settings(units=(), activations=()))
    assert laboratory.diagnosis(ended(flat, **low, diverged_at=3)).reason == "diverged"
    assert laboratory.diagnosis(ended(flat, accuracy=0.99, val_accuracy=0.6)).reason == "overfits"
    assert laboratory.diagnosis(ended(flat, **low, penalty=np.full(20, 2.0))).reason == "decayed"
    assert laboratory.diagnosis(ended(flat, **low, recipe=line)).reason == "line"
    assert laboratory.diagnosis(ended(falling, **low)).reason == "slow"
    assert laboratory.diagnosis(ended(jumping, **low)).reason == "restless"
    assert laboratory.diagnosis(ended(flat, **low)).reason == "stuck"
    assert laboratory.diagnosis(ended([0.69] + [0.5] * 19, **low)).reason == "little"


def test_a_small_gap_just_below_the_mark_is_no_overfitting() -> None:
    assert laboratory.diagnosis(ended([0.5, 0.3], accuracy=0.91, val_accuracy=0.89)).reason == "learned"
    assert laboratory.diagnosis(ended([0.5, 0.3], accuracy=0.91, val_accuracy=0.82)).reason == "overfits"


def test_always_the_most_frequent_class_is_not_learned() -> None:
    points = tuple((k / 10 - 3, 0.0, float(k in (20, 50))) for k in range(60))
    recipe = laboratory.recipe(Settings(data="own_classes", points=points))
    split = load(recipe.data)
    frequent = [float(1 - labels.mean()) for labels in (split.y_train, split.y_val)]
    assert min(frequent) >= laboratory.GOOD_ACCURACY
    always, all_right = (
        ended([0.3] * 20, accuracy=accuracy, val_accuracy=val, recipe=recipe)
        for accuracy, val in (frequent, (1.0, 1.0))
    )
    assert laboratory.diagnosis(always).reason == "frequent"
    assert laboratory.diagnosis(all_right).reason == "learned"


@pytest.mark.parametrize("apart", [True, False])
def test_a_line_is_blamed_where_no_line_would_do(apart: bool) -> None:
    places = [(x, y) for x in (-3.0, -2.0, 2.0, 3.0) for y in (-3.0, -2.0, 2.0, 3.0)]
    points = tuple((x, y, float(x > 0 if apart else x * y > 0)) for x, y in places)
    recipe = laboratory.recipe(Settings(data="own_classes", points=points, units=(), activations=(), train_share=0.9))
    run = ended([0.69] * 20, accuracy=0.5, val_accuracy=0.5, recipe=recipe)
    assert laboratory.diagnosis(run).reason == ("stuck" if apart else "line")


@pytest.mark.parametrize(
    ("data", "line"),
    [(name, name in ("gauss", "blobs", "plane")) for name in laboratory.DATA if name in DATASETS and name != "moons"],
)
def test_a_line_does_for_clouds_and_planes_alone(data: str, line: bool) -> None:
    recipe = laboratory.recipe(Settings(data=data, units=(), activations=()))
    run = ended([0.69] * 20, accuracy=None if data in ("bumps", "plane") else 0.5, val_accuracy=0.5, recipe=recipe)
    assert (laboratory.diagnosis(run).reason == "line") == (not line)


def test_heights_are_judged_by_the_variance_explained() -> None:
    recipe = laboratory.recipe(Settings(data="plane"))
    variance = float(np.var(load(recipe.data).y_train))
    training, _ = laboratory.scores(ended([variance / 4], accuracy=None, recipe=recipe))
    assert training == pytest.approx(0.75)


@pytest.mark.parametrize("data", [name for name in laboratory.DATA if name in DATASETS])
def test_what_may_be_chosen_next_can_be_compiled_ahead(data: str) -> None:
    calls = laboratory.next_trainings(Settings(data=data, learning_rate=3.0))
    assert calls == laboratory.next_trainings(Settings(data=data))  # numbers compile nothing
    assert len(set(calls)) >= 5


# --- The model itself -------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras' own, where it saves
@pytest.mark.parametrize("chosen", [Settings(epochs=5), Settings(data="arms", batch_norm=True, dropout=0.3, epochs=5)])
def test_the_saved_model_is_the_one_that_was_trained(chosen: Settings, tmp_path: Path) -> None:
    import keras

    run = trained(laboratory.recipe(replace(chosen, samples=100, l2=0.01)))
    path = tmp_path / "model.keras"
    path.write_bytes(laboratory.saved(run.recipe, run.weights[-1].astype(np.float32).tobytes()))
    model = keras.models.load_model(path)
    split = load(run.recipe.data)
    predicted = model.predict(split.x_val, verbose=0)
    wanted = split.y_val if split.y_val.ndim == 2 else np.eye(split.classes)[split.y_val]
    right = predicted.argmax(axis=1) == wanted.argmax(axis=1) if wanted.shape[1] > 1 else (predicted > 0.5) == wanted
    assert run.val_accuracy is not None
    assert right.mean() == pytest.approx(run.val_accuracy[-1], abs=1e-6)
    for kept, weights in zip(model.get_weights(), run.weights_at(-1), strict=True):
        np.testing.assert_array_equal(kept, weights.astype(np.float32))
