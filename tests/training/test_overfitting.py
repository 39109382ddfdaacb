"""The trainings of the lesson on overfitting: each fits its data, few programs serve all, and they do what is said."""

from collections.abc import Iterator
from itertools import product

import numpy as np
import pytest

from lib import datasets, fitting
from lib.training import engine, overfitting
from lib.training.inputs import Structure
from lib.training.recipe import Recipe, Run, check_fits, check_same_structure
from lib.training.trainer import Trainer, wait


@pytest.fixture(scope="module")
def trainer() -> Iterator[Trainer]:
    trainer = Trainer()
    yield trainer
    trainer.stop()


def structure(*recipes: Recipe) -> Structure:
    return engine.structure_of(recipes, datasets.load(recipes[0].data))


def kernels(run: Run) -> np.ndarray:
    return np.concatenate([kernel.ravel() for kernel in run.weights_at(-1)[::2]])


@pytest.mark.parametrize(("network", "samples"), list(product(overfitting.NETWORKS, overfitting.SAMPLES)))
def test_every_network_fits_the_table_and_is_judged_by_the_same_number_of_rows(network: str, samples: int) -> None:
    recipe = overfitting.capacity(network=network, samples=samples)
    split = datasets.load(recipe.data)
    check_fits(recipe, split)
    assert (len(split.x_train), len(split.x_val)) == (samples, overfitting.VALIDATION)
    assert 0 < split.y_train.mean() < 1
    assert not split.synthetic


def test_all_settings_of_a_section_need_few_programs() -> None:
    foreseen = {structure(*recipes) for _, (recipes,) in overfitting.next_capacities()}
    assert len(foreseen) == 9
    asked = product(overfitting.NETWORKS, overfitting.SAMPLES, overfitting.EPOCHS)
    for network, samples, epochs in asked:
        assert structure(overfitting.capacity(network=network, samples=samples, epochs=epochs, seed=7)) in foreseen
    curves = {structure(*recipes) for _, (recipes,) in overfitting.next_curves()}
    for units, points in product(overfitting.UNITS, overfitting.CURVE_POINTS):
        assert structure(overfitting.curve(units=units, points=points, noise=0.0, seed=3)) in curves
    decays = [overfitting.decay(l1=l1, l2=l2, seed=1) for l1, l2 in product(overfitting.STRENGTHS, repeat=2)]
    assert len({structure(*recipes) for recipes in decays}) == 1


def test_the_four_penalties_start_alike_and_differ_in_penalties_alone(trainer: Trainer) -> None:
    recipes = overfitting.decay(l1=0.003, l2=0.01, epochs=75)
    check_same_structure(recipes)
    runs = wait(trainer.train(recipes))
    assert all(np.array_equal(run.weights[0], runs[0].weights[0]) for run in runs)
    assert (runs[0].penalty == 0).all()
    assert all((run.penalty > 0).all() for run in runs[1:])


@pytest.mark.parametrize("seed", range(4))
def test_l1_brings_most_weights_near_zero_and_l2_makes_all_small(trainer: Trainer, seed: int) -> None:
    none, l1, l2, _ = map(kernels, wait(trainer.train(overfitting.decay(l1=0.003, l2=0.01, seed=seed))))
    near = [np.mean(np.abs(weights) < 0.01) for weights in (none, l1, l2)]
    assert near[1] > 0.7
    assert near[0] < 0.05
    assert near[2] < 0.35
    assert np.abs(l2).max() < np.abs(l1).max()
    assert np.sum(l2**2) < np.sum(l1**2) < np.sum(none**2)
    assert np.abs(l1).sum() < np.abs(l2).sum() < np.abs(none).sum()


@pytest.mark.parametrize("seed", range(4))
def test_with_l2_the_validation_loss_ends_lower_than_without(trainer: Trainer, seed: int) -> None:
    none, _, l2, _ = wait(trainer.train(overfitting.decay(l1=0.003, l2=0.01, seed=seed)))
    assert none.val_loss is not None
    assert l2.val_loss is not None
    assert l2.val_loss[-1] < none.val_loss[-1]
    assert none.loss[-1] < l2.loss[-1]  # what was learned by heart is no longer


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_the_larger_the_network_the_sooner_it_overfits(trainer: Trainer, seed: int) -> None:
    turns = []
    for network in overfitting.NETWORKS:
        (run,) = wait(trainer.train((overfitting.capacity(network=network, epochs=150, seed=seed),)))
        turns.append(fitting.turning_point(run.val_loss if run.val_loss is not None else []))
    small, reference, large = turns
    assert large < reference < small
