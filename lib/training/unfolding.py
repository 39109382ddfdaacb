"""The trainings of the paper ball: networks whose layers can be seen, and for each data set settings that unfold it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lib import unfolding
from lib.datasets import load, request
from lib.layers import Dense
from lib.training.recipe import Recipe, Run
from lib.training.worker import prepare

Call = tuple[Callable[..., object], tuple[object, ...]]

POINTS = 200
"""Samples, all of them for training: what counts here is whether these very points are unfolded."""

SNAPSHOTS = 60

DATA = ("spiral", "circle", "moons", "xor")
NETWORKS: dict[str, tuple[int, ...]] = {
    "2": (2,),
    "2-2": (2, 2),
    "2-2-2": (2, 2, 2),
    "2-2-2-2": (2, 2, 2, 2),
    "3": (3,),
    "3-3": (3, 3),
    "3-3-3": (3, 3, 3),
    "16-2": (16, 2),
    "16-3": (16, 3),
    "16-16-2": (16, 16, 2),
    "16": (16,),
}
"""The hidden layers to choose among: the plane, space, and wide layers."""

RECOMMENDED = {"spiral": "2-2-2", "circle": "3", "moons": "2-2-2", "xor": "3-3"}
"""For each data set a network that unfolds it at nearly every seed, with the other settings as they stand."""

FIRST_GAIN, GAIN = 0.4, 2.0
"""What the first kernels stretch by: the inputs reach as far as 6; tanh makes what is large smaller."""

ACTIVATIONS = tuple(unfolding.ACTIVATIONS)
OPTIMIZERS = ("adam", "momentum", "sgd", "rmsprop")
RATES = (0.0003, 0.001, 0.003, 0.005, 0.01, 0.015, 0.02, 0.03, 0.05, 0.1, 0.3, 1.0, 3.0)


def recipe(
    *,
    data: str = "spiral",
    network: str = "2-2-2",
    activation: str = "tanh",
    learning_rate: float = 0.02,
    epochs: int = 300,
    noise: float = 0.05,
    seed: int = 0,
    optimizer: str = "adam",
) -> Recipe:
    """A network that tells two classes of generated points apart by one unit at its end.

    >>> [layer.units for layer in recipe(network="16-3").layers]
    [16, 3, 1]
    """
    hidden = NETWORKS[network]
    return Recipe(
        request(data, samples=POINTS, noise=noise, seed=1, train_share=1.0),
        (*(Dense(units, activation) for units in hidden), Dense(1, "sigmoid")),
        "binary_crossentropy",
        optimizer,
        learning_rate=learning_rate,
        batch_size=20,
        epochs=epochs,
        seed=seed,
        start=first_weights(hidden, seed),
        snapshots=SNAPSHOTS,
    )


@functools.lru_cache(maxsize=256)
def first_weights(hidden: tuple[int, ...], seed: int) -> tuple[float, ...]:
    """Kernels that turn the plane and stretch it evenly, so that it begins as a sheet rather than as a crease.

    One flat tuple as `Recipe.start` wants it, biases 0; orthogonal kernels, as keras.initializers.Orthogonal draws.

    >>> kernel = np.array(first_weights((2,), seed=0)[:4]).reshape(2, 2)
    >>> np.allclose(kernel.T @ kernel, FIRST_GAIN**2 * np.eye(2))
    True
    """
    rng = np.random.default_rng(seed)
    weights: list[float] = []
    for inputs, units in zip((2, *hidden), (*hidden, 1), strict=True):
        turn, upper = np.linalg.qr(rng.standard_normal((max(inputs, units),) * 2))
        kernel = (GAIN if weights else FIRST_GAIN) * (turn * np.sign(np.diag(upper)))[:inputs, :units]
        weights += [*kernel.ravel().tolist(), *[0.0] * units]
    return tuple(weights)


def recommended(data: str, *, seed: int = 0) -> Recipe:
    """The settings that the page recommends for a data set.

    >>> recommended("circle").layers[0]
    Dense(units=3, activation='tanh', dropout=0.0, batch_norm=False)
    """
    return recipe(data=data, network=RECOMMENDED[data], seed=seed)


def layers(run: Run) -> list[unfolding.Layer]:
    """The layers of a run with the weights of all its snapshots."""
    weights = [np.stack(parts) for parts in zip(*map(run.weights_at, range(len(run.weights))), strict=True)]
    return [
        unfolding.Layer(kernel, bias, layer.activation)
        for layer, kernel, bias in zip(run.recipe.layers, weights[::2], weights[1::2], strict=True)
    ]


@dataclass(frozen=True, eq=False)
class Unfolded:
    """What the page says of a run.

    `accuracy` (snapshots,) on all points; `gaps` between the classes at the inputs, then behind each hidden layer, 0
    where no straight cut separates them; `reason`, one of `lib.unfolding.REASONS`.
    """

    accuracy: np.ndarray
    gaps: tuple[float, ...]
    reason: str

    @property
    def epoch(self) -> int | None:
        """The number of the first snapshot at which all points are on their side of the cut, None if there is none."""
        return int(np.argmax(self.accuracy == 1)) if (self.accuracy == 1).any() else None

    @property
    def layer(self) -> int | None:
        """The first hidden layer behind which the classes are separable, 0 for the inputs, None if there is none."""
        return next((number for number, gap in enumerate(self.gaps) if gap > 0), None)


@functools.lru_cache(maxsize=16)
def judged(run: Run) -> Unfolded:
    """See whether a run has unfolded its points, and if not, why; takes some milliseconds."""
    split = load(run.recipe.data)
    every, labels = layers(run), split.y_train[:, 0]
    accuracy = unfolding.accuracies(every, split.x_train, labels)
    gaps = unfolding.gaps(every[:-1], split.x_train, labels)
    outcome = unfolding.Outcome(
        accuracy,
        run.loss,
        widths=tuple(layer.units for layer in every[:-1]),
        separable=gaps[-1] > 0,
        dead=unfolding.dead_units(every[:-1], split.x_train),
        enclosed=run.recipe.data.name == "circle",
        diverged=run.diverged_at is not None,
    )
    return Unfolded(accuracy, gaps, unfolding.diagnosis(outcome))


def first_trainings() -> tuple[tuple[Recipe, ...], ...]:
    """What a visitor trains first, to be compiled before anyone comes."""
    return ((recommended("spiral"),),)


def next_recipes(now: Recipe) -> list[Call]:
    """The structures that are one choice away from a recipe: the recommended networks, then flatter and deeper ones."""
    activation = now.layers[0].activation
    likely = dict.fromkeys((*RECOMMENDED.values(), "2-2-2", "2-2", "16-2", "3", "16-3"))
    found = [recipe(network=network, activation=activation, optimizer=now.optimizer) for network in likely]
    return [(prepare, ((wanted,),)) for wanted in found]
