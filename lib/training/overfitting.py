"""The trainings of the lesson on overfitting: curves through points, three sizes of network, four kinds of penalty."""

from __future__ import annotations

from collections.abc import Callable

from lib import fitting
from lib.datasets import Data, request
from lib.layers import Dense
from lib.training.recipe import Recipe
from lib.training.worker import prepare

Call = tuple[Callable[..., object], tuple[object, ...]]

UNITS = (1, 2, 8, 64)
"""Units in the hidden layer of the networks that fit a curve."""

CURVE_POINTS = (18, 20, 22, 24, 26, 28, 30, 32)
"""Training points for these networks: all of them fit one compiled program."""

CURVE_EPOCHS = 4000

NETWORKS = {"small": (4, 4), "reference": (16, 16), "large": (512, 512)}
SAMPLES = (24, 32, 48, 64, 96, 128, 192, 256)
"""Training samples of the real table; few, so that there is something to overfit."""

VALIDATION = 300
EPOCHS = (75, 100, 125, 150)

PENALTIES = ("none", "l1", "l2", "both")
STRENGTHS = (0.0, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1)


def curve(*, units: int, points: int = 30, noise: float = 0.3, seed: int = 0) -> Recipe:
    """A network with one hidden layer of tanh units that fits a curve to points around the wave.

    >>> curve(units=8).data.training
    30
    """
    return Recipe(
        fitting.wave(points, noise, seed),
        (Dense(units, "tanh"), Dense(1, "linear")),
        optimizer="adam",
        learning_rate=0.02,
        batch_size=None,
        epochs=CURVE_EPOCHS,
        seed=seed,
        snapshots=1,
    )


def table(samples: int, seed: int) -> Data:
    """Measurements of breast tumours: so many rows for training, 300 others for validation.

    >>> table(64, 0).training, table(64, 0).validation
    (64, 300)
    """
    total = samples + VALIDATION
    return request("breast_cancer", samples=total, train_share=samples / total, seed=seed)


def capacity(*, network: str, samples: int = 64, epochs: int = 100, seed: int = 0) -> Recipe:
    """One of three networks that tell malignant tumours from benign ones; the seed draws rows, weights and batches.

    >>> [layer.units for layer in capacity(network="large").layers]
    [512, 512, 1]
    """
    return Recipe(
        table(samples, seed),
        (*(Dense(units) for units in NETWORKS[network]), Dense(1, "sigmoid")),
        "binary_crossentropy",
        "rmsprop",
        0.003,
        batch_size=32,
        epochs=epochs,
        seed=seed,
        snapshots=1,
    )


def decay(*, l1: float, l2: float, epochs: int = 150, seed: int = 0) -> tuple[Recipe, ...]:
    """The reference network without a penalty, with L1, with L2, and with both, in the order of `PENALTIES`.

    >>> [(recipe.l1, recipe.l2) for recipe in decay(l1=0.003, l2=0.01)]
    [(0.0, 0.0), (0.003, 0.0), (0.0, 0.01), (0.003, 0.01)]
    """
    layers = (*(Dense(units) for units in NETWORKS["reference"]), Dense(1, "sigmoid"))
    recipe = Recipe(
        table(64, seed),
        layers,
        "binary_crossentropy",
        "rmsprop",
        0.003,
        batch_size=32,
        epochs=epochs,
        seed=seed,
        snapshots=25,
    )
    return recipe.varied(l1=(0.0, l1, 0.0, l1), l2=(0.0, 0.0, l2, l2))


def next_curves() -> list[Call]:
    """The networks of every size, to be compiled before they are asked for."""
    return [(prepare, ((curve(units=units),),)) for units in UNITS]


def next_capacities() -> list[Call]:
    """The three networks, first for the usual number of samples, then for more."""
    return [
        (prepare, ((capacity(network=network, samples=samples),),))
        for samples in (64, 128, 256)
        for network in NETWORKS
    ]
