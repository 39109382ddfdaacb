"""The trainings of the gradient descent lesson: what its controls choose among, as recipes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from lib.datasets import request
from lib.descent import SURFACES, learning_rates
from lib.layers import Dense
from lib.training.race import race
from lib.training.recipe import OPTIMIZERS, Recipe
from lib.training.worker import prepare

Call = tuple[Callable[..., object], tuple[object, ...]]

INPUTS = {"one": ("sugar",), "two": ("sugar", "fibre"), "three": ("sugar", "fibre", "protein")}
BATCHES = {"1": 1, "8": 8, "all": None}
UNIT_RATES = (
    *(0.0001, 0.0002, 0.0003, 0.0005, 0.0007, 0.001, 0.0015, 0.002, 0.003),
    *(0.004, 0.005, 0.006, 0.008, 0.01, 0.012, 0.014, 0.02),
)

POINTS = 500
"""Samples of a two-dimensional data set: half of them for training, half for validation."""

SWEEP_DATA = ("circle", "xor", "gauss", "spiral", "moons")
SWEEP_RATES = tuple(float(f"{rate:.3g}") for rate in learning_rates(64, 0.001, 30.0))
SWEEP_NETWORKS = {"2-4-2-1": (4, 2), "2-8-8-8-8-1": (8, 8, 8, 8)}


def unit(*, inputs: str = "one", batch: str = "8", learning_rate: float = 0.004, epochs: int = 600) -> Recipe:
    """A linear unit on generated cereals, from w = b = 0, with a snapshot of (almost) every update.

    >>> unit(inputs="two").start
    (0.0, 0.0, 0.0)
    """
    return Recipe(
        request("cereals", samples=40, noise=2.0, features=INPUTS[inputs], seed=6),
        (Dense(1, "linear"),),
        learning_rate=learning_rate,
        batch_size=BATCHES[batch],
        epochs=epochs,
        start=(0.0,) * (len(INPUTS[inputs]) + 1),
        snapshots=400,
        snapshot_unit="update",
    )


def classifier(
    *, data: str = "circle", noise: float = 0.5, network: str = "2-4-2-1", optimizer: str = "sgd", epochs: int = 60
) -> Recipe:
    """A small network that tells two generated classes apart; its learning rate is left to the sweep.

    >>> [layer.units for layer in classifier().layers]
    [4, 2, 1]
    """
    hidden = tuple(Dense(units, "tanh") for units in SWEEP_NETWORKS[network])
    return Recipe(
        request(data, samples=POINTS, noise=noise, seed=1),
        (*hidden, Dense(1, "sigmoid")),
        "binary_crossentropy",
        optimizer,
        epochs=epochs,
        seed=3,
        snapshots=50,
    )


def sweep(recipe: Recipe) -> tuple[Recipe, ...]:
    """The recipe with each of the sweep's learning rates.

    >>> len(sweep(classifier()))
    64
    """
    return recipe.varied(learning_rate=SWEEP_RATES)


def first_trainings() -> tuple[tuple[Recipe, ...], ...]:
    """What a visitor trains first, to be compiled before anyone comes."""
    return (unit(),), sweep(classifier()), (replace(classifier(), grid=60),)


def next_races() -> list[Call]:
    """The race on every surface, each compiled for itself."""
    return [
        (race, (surface, tuple(SURFACES[surface].learning_rates.items()), 0.9, (1.0, 1.0), 1)) for surface in SURFACES
    ]


def next_units() -> list[Call]:
    """The linear unit with all inputs and batches; numbers are as they come, for they compile nothing."""
    return [(prepare, ((unit(inputs=inputs, batch=batch),),)) for batch in BATCHES for inputs in INPUTS]


def next_sweeps(network: str, optimizer: str) -> list[Call]:
    """The sweeps, and the runs picked from them, that are one choice away from this network and optimizer."""
    choices = [(other, optimizer) for other in SWEEP_NETWORKS] + [(network, other) for other in OPTIMIZERS]
    recipes = [classifier(network=network, optimizer=optimizer) for network, optimizer in dict.fromkeys(choices)]
    return [(prepare, (wanted,)) for recipe in recipes for wanted in (sweep(recipe), (replace(recipe, grid=60),))]
