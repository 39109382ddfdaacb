"""The trainings of the gradient descent lesson: every setting makes a recipe, and each is what the lesson says."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from lib import datasets
from lib.descent import SURFACES, least_squares
from lib.layers import Dense
from lib.training import descent, engine
from lib.training.inputs import Structure
from lib.training.recipe import OPTIMIZERS, Recipe, Run, check_fits, check_same_structure
from lib.training.trainer import Trainer, wait


@pytest.fixture(scope="module")
def trainer() -> Iterator[Trainer]:
    trainer = Trainer()
    yield trainer
    trainer.stop()


def trained(trainer: Trainer, recipe: Recipe) -> Run:
    return wait(trainer.train((recipe,)))[0]


@pytest.mark.parametrize(("inputs", "batch"), list(product(descent.INPUTS, descent.BATCHES)))
def test_every_unit_fits_its_data_and_starts_at_zero(inputs: str, batch: str) -> None:
    recipe = descent.unit(inputs=inputs, batch=batch)
    split = datasets.load(recipe.data)
    check_fits(recipe, split)
    assert recipe.start == (0.0,) * (split.x_train.shape[1] + 1)
    assert recipe.layers == (Dense(1, "linear"),)
    assert split.synthetic
    assert len(split.x_train) % (recipe.batch_size or 1) == 0  # the printed code trains whole batches


def test_the_data_lies_around_the_line_that_the_page_names() -> None:
    split = datasets.load(descent.unit().data)
    w, b = least_squares(split.x_train[:, 0], split.y_train[:, 0])
    assert (w, b) == (pytest.approx(2.5, abs=0.2), pytest.approx(90, abs=2))


@pytest.mark.parametrize(
    ("data", "network", "optimizer"), list(product(descent.SWEEP_DATA, descent.SWEEP_NETWORKS, OPTIMIZERS))
)
def test_every_classifier_fits_its_data(data: str, network: str, optimizer: str) -> None:
    recipe = descent.classifier(data=data, network=network, optimizer=optimizer)
    split = datasets.load(recipe.data)
    check_fits(recipe, split)
    sizes = [split.x_train.shape[1], *(layer.units for layer in recipe.layers)]
    assert "-".join(map(str, sizes)) == network  # the id is what the learner reads
    assert len(split.x_train) == len(split.x_val) == 250


@pytest.mark.parametrize("noise", [0.0, 1.5])
@pytest.mark.parametrize("data", descent.SWEEP_DATA)
def test_more_noise_makes_other_points_of_the_same_classes(data: str, noise: float) -> None:
    usual, other = (datasets.load(descent.classifier(data=data, noise=level).data) for level in (0.5, noise))
    assert not np.array_equal(usual.x_train, other.x_train)
    assert np.array_equal(usual.y_train, other.y_train)


def test_the_sweep_differs_in_learning_rates_alone() -> None:
    recipes = descent.sweep(descent.classifier())
    check_same_structure(recipes)
    assert tuple(recipe.learning_rate for recipe in recipes) == descent.SWEEP_RATES
    assert len({recipe.seed for recipe in recipes}) == 1


def test_rates_ascend_and_span_all_that_happens() -> None:
    for rates in (descent.SWEEP_RATES, descent.UNIT_RATES):
        assert list(rates) == sorted(set(rates))
    assert len(descent.SWEEP_RATES) == 64
    assert (descent.SWEEP_RATES[0], descent.SWEEP_RATES[-1]) == (0.001, 30)


def test_what_is_compiled_beforehand_is_what_opens_first() -> None:
    (first,), sweep, (picked,) = descent.first_trainings()
    assert first == descent.unit()
    assert sweep == descent.sweep(descent.classifier())
    assert picked.grid == 60


def test_what_is_compiled_ahead_is_what_a_choice_asks_for() -> None:
    race, prepare = descent.next_races()[0][0], descent.next_units()[0][0]
    surfaces = [arguments[0] for function, arguments in descent.next_races() if race(*arguments)]
    assert surfaces == list(SURFACES)
    for calls in (descent.next_units(), descent.next_sweeps("2-4-2-1", "sgd")):
        assert {function for function, _ in calls} == {prepare}
    structures = {structure(*recipes) for _, (recipes,) in descent.next_units()}
    for inputs in descent.INPUTS:
        for batch in descent.BATCHES:
            assert structure(descent.unit(inputs=inputs, batch=batch, epochs=1000, learning_rate=0.02)) in structures
    structures = {structure(*recipes) for _, (recipes,) in descent.next_sweeps("2-4-2-1", "sgd")}
    for choice in ({"network": "2-8-8-8-8-1"}, *({"optimizer": name} for name in OPTIMIZERS)):
        recipe = descent.classifier(data="moons", noise=1.0, epochs=200, **choice)
        assert structure(*descent.sweep(recipe)) in structures
        assert structure(replace(recipe, learning_rate=3.0)) in structures


def structure(*recipes: Recipe) -> Structure:
    return engine.structure_of(recipes, datasets.load(recipes[0].data))


def test_the_usual_unit_finds_the_least_squares(trainer: Trainer) -> None:
    run = trained(trainer, descent.unit(epochs=1000))
    split = datasets.load(run.recipe.data)
    w, b = least_squares(split.x_train[:, 0], split.y_train[:, 0])
    assert run.diverged_at is None
    assert run.weights[-1] == pytest.approx([w, b], abs=0.5)


def test_all_at_once_follows_gradient_descent_in_numpy(trainer: Trainer) -> None:
    run = trained(trainer, descent.unit(batch="all", epochs=50, learning_rate=0.005))
    split = datasets.load(run.recipe.data)
    x, y = split.x_train[:, 0].astype(float), split.y_train[:, 0].astype(float)
    w = b = 0.0
    for _ in range(50):
        error = w * x + b - y
        w, b = w - 0.005 * 2 * (error * x).mean(), b - 0.005 * 2 * error.mean()
    assert run.weights[-1] == pytest.approx([w, b], abs=1e-3)


def test_the_unit_keeps_almost_every_update(trainer: Trainer) -> None:
    run = trained(trainer, descent.unit(epochs=50))
    assert len(run.weights) == 201  # 50 epochs of 4 updates, and the start
    assert run.snapshot_epochs[:3].tolist() == [0, 0.25, 0.5]


@pytest.mark.parametrize("inputs", descent.INPUTS)
@pytest.mark.parametrize("batch", descent.BATCHES)
def test_the_largest_rate_diverges_as_the_page_says(trainer: Trainer, inputs: str, batch: str) -> None:
    run = trained(trainer, descent.unit(inputs=inputs, batch=batch, learning_rate=descent.UNIT_RATES[-1], epochs=1000))
    assert run.diverged_at is not None


def test_one_sample_at_a_time_diverges_sooner(trainer: Trainer) -> None:
    one, all_ = (trained(trainer, descent.unit(batch=batch, learning_rate=0.02, epochs=1000)) for batch in ("1", "all"))
    assert one.diverged_at is not None
    assert all_.diverged_at is not None
    assert one.diverged_at < all_.diverged_at


def test_the_sweep_fails_on_both_sides_and_succeeds_between(trainer: Trainer) -> None:
    runs = wait(trainer.train(descent.sweep(descent.classifier())))
    finals = np.array([run.loss[-1] if run.diverged_at is None else np.inf for run in runs])
    best = int(finals.argmin())
    assert 5 < best < 59
    assert finals[best] < 0.2
    assert finals[0] > 0.6
    assert not finals[-1] < 0.6
