"""What to train, and what came of it: frozen values that cross the border between pages and trainer."""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from numbers import Integral, Real
from typing import Generic, Literal, NamedTuple, TypeVar

import numpy as np

from lib.datasets import Data, Split
from lib.layers import Dense

Array = TypeVar("Array")


@dataclass(frozen=True)
class Optimizer:
    """One way to step against the gradient: the Keras class behind an id, its settings, its usual rate.

    `momentum` tells whether the recipe's momentum takes part.
    """

    keras_class: str
    learning_rate: float
    settings: tuple[tuple[str, float | bool], ...] = ()
    momentum: bool = False


OPTIMIZERS = {
    "sgd": Optimizer("SGD", 0.03),
    "momentum": Optimizer("SGD", 0.01, momentum=True),
    "nesterov": Optimizer("SGD", 0.01, (("nesterov", True),), momentum=True),
    "adagrad": Optimizer("Adagrad", 0.05),
    "rmsprop": Optimizer("RMSprop", 0.003),
    "adam": Optimizer("Adam", 0.01),
}

ACTIVATIONS = ("linear", "relu", "tanh", "sigmoid", "softmax", "elu", "gelu", "leaky_relu", "selu", "silu", "softplus")


@dataclass(frozen=True)
class Loss:
    """A feedback signal: the Keras class behind an id, and the output activation it is taken with as logits."""

    keras_class: str
    logits_of: str | None = None


LOSSES = {
    "mse": Loss("MeanSquaredError"),
    "binary_crossentropy": Loss("BinaryCrossentropy", logits_of="sigmoid"),
    "categorical_crossentropy": Loss("CategoricalCrossentropy", logits_of="softmax"),
}

INITIALIZERS = {
    "glorot_uniform": "GlorotUniform",
    "he_normal": "HeNormal",
    "lecun_normal": "LecunNormal",
    "zeros": "Zeros",
}


@dataclass(frozen=True)
class Schedule:
    """One way for the learning rate to move over the updates of a run: the Keras class behind an id, its settings.

    With `warmup` the rate first rises from zero, in one of `WARMUP` parts of the updates. See also
    lib/training/schedule.py.
    """

    keras_class: str | None = None
    settings: tuple[tuple[str, float], ...] = ()
    warmup: bool = False


WARMUP = 10
"""The warmup takes one update of so many, rounded down: in a run of 25 updates the first two."""


SCHEDULES = {
    "constant": Schedule(),
    "exponential": Schedule("ExponentialDecay", (("decay_rate", 0.1),)),
    "cosine": Schedule("CosineDecay"),
    "inverse_time": Schedule("InverseTimeDecay", (("decay_rate", 9.0),)),
    "warmup": Schedule("CosineDecay", warmup=True),
}

LARGEST_NETWORK = 4_000_000
"""Weights in one network, at most: 16 MB as float32, four times that with an optimizer's state and snapshots."""

MAP_VALUES = 4_000_000
"""Points in all maps of one run, at most (16 MB as float32 for each output)."""


@dataclass(frozen=True)
class Recipe:
    """Everything that decides a training run, down to the last bit of its weights.

    `batch_size=None` takes the whole training set at once. `patience=None` trains all epochs; a number stops after so
    many epochs without a better validation loss (training loss where nothing is held out) and goes back to the best
    weights. `start` gives the first weights as one flat tuple, in the order of `layer_shapes`, kernels row by row;
    without it the initializer draws them from `seed`. `schedule` moves the learning rate over all updates of the run,
    those after an early stop included. `snapshots` weights at most are kept after the start, spread
    evenly over epochs or, with `snapshot_unit="update"`, over single updates. `grid` asks for predictions on a
    `grid` by `grid` raster over the plane for every snapshot, where the network has two inputs.
    """

    data: Data
    layers: tuple[Dense, ...]
    loss: str = "mse"
    optimizer: str = "sgd"
    learning_rate: float = 0.03
    momentum: float = 0.9
    schedule: str = "constant"
    batch_size: int | None = 10
    epochs: int = 100
    l1: float = 0.0
    l2: float = 0.0
    patience: int | None = None
    seed: int = 0
    shuffle: bool = True
    initializer: str = "glorot_uniform"
    start: tuple[float, ...] | None = None
    snapshots: int = 50
    snapshot_unit: Literal["epoch", "update"] = "epoch"
    grid: int = 0

    def __post_init__(self) -> None:
        """Raise ValueError where a field is out of its range, or where fields do not go together."""
        _check_choice("loss", self.loss, LOSSES)
        _check_choice("optimizer", self.optimizer, OPTIMIZERS)
        _check_choice("schedule", self.schedule, SCHEDULES)
        _check_choice("initializer", self.initializer, INITIALIZERS)
        _check_choice("snapshot_unit", self.snapshot_unit, ("epoch", "update"))
        for name, bounds in _NUMBERS.items():
            _check_number(name, getattr(self, name), *bounds)
        for name, bounds in _COUNTS.items():
            _check_count(name, getattr(self, name), *bounds)
        _check_layers(self.layers)
        _check_activations(self.layers, self.loss)
        _check_start(self.start)
        _check_maps(self.snapshots, self.grid)

    def varied(self, **values: tuple[float, ...]) -> tuple[Recipe, ...]:
        """Return recipes that differ from this one in numbers, the values taken side by side.

        >>> from lib.datasets import request
        >>> recipe = Recipe(request("circle"), (Dense(1, "tanh"),))
        >>> [r.learning_rate for r in recipe.varied(learning_rate=(0.1, 0.3))]
        [0.1, 0.3]
        """
        return tuple(
            replace(self, **dict(zip(values, numbers, strict=True))) for numbers in zip(*values.values(), strict=True)
        )


_NUMBERS = {"learning_rate": (0.0, 1e6), "momentum": (0.0, 1.0), "l1": (0.0, 1e3), "l2": (0.0, 1e3)}

_COUNTS = {
    "batch_size": (1, 10_000_000),
    "epochs": (0, 100_000),
    "patience": (1, 100_000),
    "seed": (0, 2**20),
    "snapshots": (1, 1000),
    "grid": (0, 200),
}


def _check_choice(name: str, value: str, choices: Collection[str]) -> None:
    if value not in choices:
        raise ValueError(f"{name} is {value!r}; expected one of {', '.join(choices)}; choose one of these")


def _check_number(name: str, value: object, low: float, high: float) -> None:
    if not (isinstance(value, Real) and low <= float(value) <= high):  # NaN is within no bounds
        raise ValueError(f"{name} is {value!r}; expected {low:g} to {high:g}; choose a number in that range")


def _check_count(name: str, value: object, low: int, high: int) -> None:
    if value is None and name in ("batch_size", "patience"):
        return
    if not (isinstance(value, Integral) and low <= int(value) <= high):
        raise ValueError(f"{name} is {value!r}; expected {low} to {high}; choose a whole number in that range")


def _check_layers(layers: tuple[Dense, ...]) -> None:
    if not layers:
        raise ValueError("a recipe has 0 layers; expected at least one; add Dense(1)")
    for layer in layers:
        _check_choice("activation", layer.activation, ACTIVATIONS)
        _check_count("units", layer.units, 1, 4096)
        _check_number("dropout", layer.dropout, 0, 0.95)
    if layers[-1].dropout:
        raise ValueError(f"the last layer has dropout {layers[-1].dropout}; expected 0, since outputs are not dropped")
    if layers[-1].batch_norm:
        raise ValueError("the last layer has batch_norm; expected none, since outputs are not normalised; leave it out")


def _check_start(start: tuple[float, ...] | None) -> None:
    if start is not None and not all(map(math.isfinite, start)):
        raise ValueError("start holds a number that is not finite; expected finite weights; begin from other ones")


def _check_maps(snapshots: int, grid: int) -> None:
    if snapshots * grid**2 > MAP_VALUES:
        raise ValueError(
            f"{snapshots} snapshots of a {grid} by {grid} grid are {snapshots * grid**2:,} points; "
            f"expected at most {MAP_VALUES:,}; keep fewer snapshots or take a coarser grid"
        )


def _check_activations(layers: tuple[Dense, ...], loss: str) -> None:
    if any(layer.activation == "softmax" for layer in layers[:-1]):
        raise ValueError("softmax stands in a hidden layer; expected it in the last one only; choose relu or tanh")
    if layers[-1].activation == "softmax" and loss != "categorical_crossentropy":
        raise ValueError(f"softmax meets the loss {loss}; expected categorical_crossentropy; change one of the two")
    wanted = LOSSES[loss].logits_of
    if wanted and layers[-1].activation != wanted:
        raise ValueError(f"{loss} meets the output {layers[-1].activation}; expected {wanted}; change one of the two")


def layer_shapes(layers: tuple[Dense, ...], inputs: int) -> list[tuple[int, ...]]:
    """Return the shapes of all weights, layer by layer: kernel (inputs, units), then bias (units,).

    Gamma, beta, moving mean and moving variance (units,) follow where the layer has batch_norm, as in Keras.

    >>> layer_shapes((Dense(4), Dense(1, "linear")), inputs=2)
    [(2, 4), (4,), (4, 1), (1,)]
    """
    shapes: list[tuple[int, ...]] = []
    for layer in layers:
        shapes += [(inputs, layer.units)] + [(layer.units,)] * (_weights_of(layer) - 1)
        inputs = layer.units
    return shapes


class LayerWeights(NamedTuple, Generic[Array]):
    """The weights of one layer; those of its normalisation are None where it has none."""

    kernel: Array
    bias: Array
    gamma: Array | None = None
    beta: Array | None = None
    mean: Array | None = None
    variance: Array | None = None


def by_layer(layers: tuple[Dense, ...], weights: list[Array]) -> list[LayerWeights[Array]]:
    """Group weights in the order of `layer_shapes`, such as those of `Run.weights_at`, by layer.

    >>> kernels = [w.kernel for w in by_layer((Dense(4, batch_norm=True), Dense(1)), list("kbgsmvKB"))]
    >>> kernels
    ['k', 'K']
    """
    rest = iter(weights)
    return [LayerWeights(*itertools.islice(rest, _weights_of(layer))) for layer in layers]


def _weights_of(layer: Dense) -> int:
    return 6 if layer.batch_norm else 2


def unflatten(flat: np.ndarray, shapes: list[tuple[int, ...]]) -> list[np.ndarray]:
    """Cut one flat vector of weights into arrays of the given shapes, in order.

    >>> [w.shape for w in unflatten(np.arange(6.0), [(2, 2), (2,)])]
    [(2, 2), (2,)]
    """
    ends = np.cumsum([math.prod(shape) for shape in shapes])
    return [part.reshape(shape) for part, shape in zip(np.split(flat, ends[:-1]), shapes, strict=True)]


@dataclass(frozen=True, eq=False)
class Run:
    """What a recipe gave: curves by epoch, snapshots of the weights, predictions on the plane.

    `loss` (epochs,) is the mean loss of the batches while they were trained on, without the penalty, as
    `model.fit` shows it; `penalty` (epochs,) is what L1 and L2 added at the end of each epoch; `accuracy` is NaN-free
    or None for regression. `snapshot_epochs` (snapshots,) counts epochs, with fractions where single updates were kept;
    `weights` (snapshots, parameters) holds one flat vector each, cut up by `weights_at`; a sweep of large networks
    keeps fewer of them. `maps` (snapshots, grid, grid, outputs) holds predictions, row 0 at the bottom (y = -6), for
    single runs alone. `diverged_at` is the epoch in which a number ceased to be finite: curves and snapshots end before
    it. `stopped_at` is the epoch at which early stopping ended the run; with patience, `best_epoch` and `best_weights`
    (parameters,) are those to go back to.
    """

    recipe: Recipe
    shapes: list[tuple[int, ...]]
    loss: np.ndarray
    penalty: np.ndarray
    accuracy: np.ndarray | None
    val_loss: np.ndarray | None
    val_accuracy: np.ndarray | None
    snapshot_epochs: np.ndarray
    weights: np.ndarray
    maps: np.ndarray | None
    seconds: float
    diverged_at: int | None = None
    stopped_at: int | None = None
    best_epoch: int | None = None
    best_weights: np.ndarray | None = None

    def __post_init__(self) -> None:
        """Make the arrays read-only: one run may be shown to many learners."""
        for value in vars(self).values():
            if isinstance(value, np.ndarray):
                value.setflags(write=False)

    @property
    def epochs(self) -> int:
        """Count the epochs whose numbers are finite."""
        return len(self.loss)

    @property
    def nbytes(self) -> int:
        """Add up the memory of its arrays, and of the weights its recipe starts from, in bytes."""
        start = 32 * len(self.recipe.start or ())  # a float object and a reference to it
        return start + sum(value.nbytes for value in vars(self).values() if isinstance(value, np.ndarray))

    def weights_at(self, snapshot: int) -> list[np.ndarray]:
        """Return the weights of one snapshot in Keras' order, that of `layer_shapes`; `by_layer` groups them."""
        return unflatten(self.weights[snapshot], self.shapes)


@dataclass(frozen=True, eq=False)
class Progress:
    """A sign of life from a run: epochs done and to do (0 while it waits), the newest loss (replicas,), a restart."""

    epoch: int = 0
    epochs: int = 0
    loss: np.ndarray = field(default_factory=lambda: np.zeros(0))
    restarted: bool = False


def check_same_structure(recipes: tuple[Recipe, ...]) -> None:
    """Raise ValueError unless the recipes differ in numbers only, so that one compiled call can train them all."""
    numbers = {"learning_rate": 0.0, "momentum": 0.0, "l1": 0.0, "l2": 0.0, "seed": 0, "start": None}
    alike = {
        replace(r, layers=tuple(replace(layer, dropout=0.0) for layer in r.layers), **numbers)  # type: ignore[arg-type]
        for r in recipes
    }
    if len(alike) > 1:
        raise ValueError(
            f"a sweep of {len(recipes)} recipes differs in more than its numbers; expected the same data, layers, "
            "loss, optimizer, schedule, batch size and epochs; sweep learning rate, momentum, L1, L2, dropout, seed "
            "or start"
        )


def check_fits(recipe: Recipe, split: Split) -> None:
    """Raise ValueError where network and data do not go together, or where the network is too large to train here."""
    outputs = recipe.layers[-1].units
    wanted = split.y_train.shape[1] if split.y_train.ndim == 2 else split.classes
    if outputs != wanted:
        raise ValueError(f"the last layer has {outputs} units; expected {wanted} for this data; change its units")
    parameters = sum(math.prod(shape) for shape in layer_shapes(recipe.layers, math.prod(split.x_train.shape[1:])))
    if parameters > LARGEST_NETWORK:
        raise ValueError(
            f"the network has {parameters:,} weights; expected at most {LARGEST_NETWORK:,}; make it smaller"
        )
