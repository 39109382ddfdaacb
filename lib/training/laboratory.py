"""The laboratory of the overfitting lesson: what its controls choose, as a recipe; what came of it, in one word.

Keras is imported inside functions: the page process may import this module and stays light.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import numpy as np

from lib.datasets import Data, Point, described, load, request
from lib.layers import Dense
from lib.training.engine import updates_per_epoch
from lib.training.recipe import LOSSES, OPTIMIZERS, SCHEDULES, Recipe, Run, layer_shapes, unflatten
from lib.training.worker import prepare

DATA = ("circle", "xor", "gauss", "spiral", "moons", "blobs", "arms", "plane", "bumps", "own_classes", "own_heights")
FEATURES = ("x1", "x2", "x1_squared", "x2_squared", "x1_x2", "sin_x1", "sin_x2")
ACTIVATIONS = ("tanh", "relu", "sigmoid", "linear", "leaky_relu", "elu", "selu", "gelu", "silu", "softplus")
MOST_LAYERS, MOST_UNITS = 6, 8
BATCHES = {"1": 1, "5": 5, "10": 10, "32": 32, "128": 128, "all": None}
RATES = (
    *(0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.07),
    *(0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0, 100.0),
)
PENALTIES = (0.0, 0.00001, 0.00003, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
MOST_POINTS = described("own_classes").samples.maximum

SNAPSHOT_VALUES = 60_000
"""Weights in all snapshots of a run, about: they travel to the browser, where the run is rewound."""

MOST_EPOCHS, MOST_UPDATES = 1000, 150
"""Snapshots of a run, at most: one after each epoch of a network that is not too large, or after each update."""

Loss = Literal["crossentropy", "mse"]


@dataclass(frozen=True)
class Settings:
    """All that can be chosen. `patience` 0 trains to the end; `by_update` keeps every update of the first epochs."""

    data: str = "circle"
    samples: int = 500
    noise: float = 0.5
    train_share: float = 0.5
    data_seed: int = 1
    points: tuple[Point, ...] = ()
    features: tuple[str, ...] = ("x1", "x2")
    units: tuple[int, ...] = (4, 2)
    activations: tuple[str, ...] = ("tanh", "tanh")
    loss: str = "crossentropy"
    optimizer: str = "sgd"
    learning_rate: float = 0.1
    momentum: float = 0.9
    schedule: str = "constant"
    batch: str = "10"
    epochs: int = 150
    l1: float = 0.0
    l2: float = 0.0
    dropout: float = 0.0
    batch_norm: bool = False
    patience: int = 0
    seed: int = 3
    by_update: bool = False


DEFAULT = Settings()

DIFFERENCES: Mapping[str, tuple[Any, ...]] = {
    "learning_rate": RATES,
    "l2": PENALTIES,
    "l1": PENALTIES,
    "dropout": (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8),
    "batch_norm": (False, True),
    "optimizer": tuple(OPTIMIZERS),
    "schedule": tuple(SCHEDULES),
    "momentum": (0.0, 0.5, 0.8, 0.9, 0.95, 0.99),
    "batch": tuple(BATCHES),
    "activations": ACTIVATIONS,
    "loss": ("crossentropy", "mse"),
    "noise": (0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.4),
}
"""In what two runs from the same start may differ, and what the other one may say instead."""


def data(settings: Settings) -> Data:
    """The points of the settings.

    Raises ValueError where a learner's own points are too few, or all of one class.

    >>> data(Settings(samples=100)).training
    50
    """
    own = described(settings.data).own
    return request(
        settings.data,
        samples=None if own else settings.samples,
        noise=0.0 if own else settings.noise,
        seed=settings.data_seed,
        train_share=settings.train_share,
        features=settings.features or DEFAULT.features,
        points=settings.points if own else (),
    )


def classes(settings: Settings) -> int:
    """The number of classes, 0 where a height is to be learned.

    >>> [classes(Settings(data=name)) for name in ("circle", "arms", "plane")]
    [2, 3, 0]
    """
    if settings.data == "own_classes":
        return max(2, 1 + int(max((label for _, _, label in settings.points), default=0)))
    return described(settings.data).classes


def output(settings: Settings) -> tuple[Dense, str]:
    """The last layer and the loss of the task: heights linear; classes sigmoid, or softmax for three and more.

    >>> output(Settings(data="blobs"))[0].activation, output(Settings(data="blobs", loss="mse"))[0].activation
    ('softmax', 'sigmoid')
    """
    count = classes(settings)
    if not count:
        return Dense(1, "linear"), "mse"
    units = 1 if count == 2 else count
    if settings.loss == "mse":
        return Dense(units, "sigmoid"), "mse"
    name = "binary_crossentropy" if count == 2 else "categorical_crossentropy"
    return Dense(units, str(LOSSES[name].logits_of)), name


def recipe(settings: Settings) -> Recipe:
    """The settings as a recipe. Raises ValueError as `data` does.

    >>> [layer.units for layer in recipe(Settings()).layers], recipe(Settings()).snapshots
    ([4, 2, 1], 1000)
    """
    last, loss = output(settings)
    hidden = tuple(
        Dense(units, activation, settings.dropout, settings.batch_norm)
        for units, activation in zip(settings.units, settings.activations, strict=True)
    )
    made = Recipe(
        data=data(settings),
        layers=(*hidden, last),
        loss=loss,
        optimizer=settings.optimizer,
        learning_rate=settings.learning_rate,
        momentum=settings.momentum,
        schedule=settings.schedule,
        batch_size=BATCHES[settings.batch],
        epochs=settings.epochs,
        l1=settings.l1,
        l2=settings.l2,
        patience=settings.patience or None,
        seed=settings.seed,
    )
    made = replace(made, snapshots=min(MOST_EPOCHS, max(50, SNAPSHOT_VALUES // parameters(made))))
    return _by_update(made) if settings.by_update else made


def _by_update(made: Recipe) -> Recipe:
    """The recipe cut to the epochs whose every single update can be kept."""
    snapshots = min(made.snapshots, MOST_UPDATES)
    epochs = max(1, min(made.epochs, snapshots // updates_per_epoch(made.data.training, made.batch_size)))
    return replace(made, snapshot_unit="update", snapshots=snapshots, epochs=epochs)


def parameters(made: Recipe) -> int:
    """The number of weights, of the first one of all layers to the last."""
    return sum(int(np.prod(shape)) for shape in layer_shapes(made.layers, len(made.data.features)))


def same_run(first: Recipe, second: Recipe) -> bool:
    """Whether two recipes give the same run, for what sets them apart plays no part in it.

    >>> made = recipe(DEFAULT)
    >>> same_run(made, replace(made, momentum=0.5)), same_run(made, replace(made, l2=0.5))
    (True, False)
    """
    return _in_use(first) == _in_use(second)


def _in_use(made: Recipe) -> Recipe:
    momentum = made.momentum if OPTIMIZERS[made.optimizer].momentum else 0.0
    plain = OPTIMIZERS[made.optimizer].keras_class == "SGD" and not momentum
    size = min(made.batch_size or made.data.training, made.data.training)
    return replace(made, optimizer="sgd" if plain else made.optimizer, momentum=momentum, batch_size=size)


# --- Weights set by hand ----------------------------------------------------------------------------------------------

MOST_EDITS = 40
MOST_WEIGHT = 20.0
_EDIT = re.compile(r"([0-6])\.([0-7b])\.([0-7])")

Edits = tuple[tuple[str, float], ...]
"""Weights set by hand: where, as "layer.from.to" counted from 0 with "b" for the bias, and their values."""


def is_edit(place: str, value: float) -> bool:
    """Whether this names a weight that some network of the laboratory may have, and a value within bounds.

    >>> is_edit("0.1.3", 0.5), is_edit("0.b.3", -2), is_edit("7.0.0", 1), is_edit("0.1.3", float("nan"))
    (True, True, False, False)
    """
    return bool(_EDIT.fullmatch(place)) and abs(value) <= MOST_WEIGHT


def edited(made: Recipe, first: np.ndarray, edits: Edits) -> Recipe:
    """The recipe that starts from `first` (parameters,), some weights set by hand; those it has not are passed over.

    >>> made = recipe(Settings(units=(), activations=()))
    >>> edited(made, np.zeros(3), (("0.1.0", 0.5), ("0.b.0", -1.0), ("2.0.0", 9.0))).start
    (0.0, 0.5, -1.0)
    """
    start = np.array(first, float)
    for place, value in edits:
        index = position(made, place)
        if index is not None:
            start[index] = value
    return replace(made, start=tuple(start.tolist()))


def position(made: Recipe, place: str) -> int | None:
    """Where a weight "layer.from.to" stands in the flat vector; None for a place that this network has not."""
    found = _EDIT.fullmatch(place)
    if not found or int(found[1]) >= len(made.layers):
        return None
    index, inputs, offset = int(found[1]), len(made.data.features), 0
    for layer in made.layers[:index]:
        offset += (inputs + 1) * layer.units + 4 * layer.units * layer.batch_norm
        inputs = layer.units
    units, row, unit = made.layers[index].units, inputs if found[2] == "b" else int(found[2]), int(found[3])
    return offset + row * units + unit if row <= inputs - (found[2] != "b") and unit < units else None


def unborn(made: Recipe) -> Recipe:
    """The recipe without a single epoch: its run tells the first weights, the same for all numbers."""
    return replace(made, epochs=0, learning_rate=0.01, momentum=0.0, l1=0.0, l2=0.0, patience=None, start=None)


# --- What came of it --------------------------------------------------------------------------------------------------

GOOD_ACCURACY, GOOD_SHARE = 0.9, 0.8
"""What counts as learned: the accuracy on test points, or the share of the heights' variance that is explained."""
GAP = 0.08
"""So much better on its training points than on others: the network learns by heart."""

Reason = Literal[
    "diverged", "learned", "overfits", "frequent", "decayed", "line", "slow", "restless", "stuck", "little"
]


@dataclass(frozen=True)
class Diagnosis:
    """What came of a run, and how well it does: shares from 0 to 1, on training points and on test points."""

    reason: Reason
    training: float
    test: float


def diagnosis(run: Run) -> Diagnosis:
    """Tell whether a run has learned, and the likeliest reason where it has not."""
    training, test = scores(run)
    return Diagnosis(_reason(run, training, test), training, test)


def scores(run: Run) -> tuple[float, float]:
    """How well the run does at its end on training and on test points: accuracy, or the share of variance explained."""
    if run.accuracy is not None:
        return _last(run.accuracy), _last(run.val_accuracy)
    split = load(run.recipe.data)
    shares = []
    for losses, heights in ((run.loss, split.y_train), (run.val_loss, split.y_val)):
        variance = float(np.var(heights)) if len(heights) > 1 else 0.0
        missed = _last(losses, 1.0) / variance if variance else 1.0
        shares.append(max(0.0, 1.0 - missed))
    return shares[0], shares[1]


def _last(values: np.ndarray | None, none: float = 0.0) -> float:
    return float(values[-1]) if values is not None and len(values) else none


def _good(run: Run) -> float:
    return GOOD_SHARE if run.accuracy is None else GOOD_ACCURACY


def _reason(run: Run, training: float, test: float) -> Reason:
    gap = training - test
    if run.diverged_at is not None:
        return "diverged"
    if gap > 2 * GAP or (training >= _good(run) and gap >= GAP):
        return "overfits"
    if max(training, test) >= _good(run):
        return "frequent" if _only_guesses(run, training, test) else "learned"
    return _failure(run)


def _only_guesses(run: Run, training: float, test: float) -> bool:
    """Whether it is right no more often than who always answers with the most frequent class."""
    if run.accuracy is None:
        return False
    split = load(run.recipe.data)
    return training <= _most_frequent(split.y_train) and test <= _most_frequent(split.y_val)


def _most_frequent(labels: np.ndarray) -> float:
    """The share of the most frequent of these labels (n,) or (n, 1)."""
    return float(np.unique(labels, return_counts=True)[1].max() / len(labels))


def _failure(run: Run) -> Reason:
    """Why a run has not even learned its training points."""
    if _last(run.penalty) > 0.5 * _last(run.loss):
        return "decayed"
    if _draws_lines(run.recipe) and not _line_suffices(run.recipe.data, _good(run)):
        return "line"
    early, late = _ends(run.loss)
    if late < 0.97 * early:
        return "slow"
    if _restless(run.loss):
        return "restless"
    return "stuck" if late > 0.9 * _last(run.loss[:1], late) else "little"


def _draws_lines(made: Recipe) -> bool:
    """Whether all that this network can draw are straight lines."""
    straight = all(layer.activation == "linear" for layer in made.layers[:-1])
    return straight and set(made.data.features) <= {"x1", "x2"}


@lru_cache(maxsize=64)
def _line_suffices(data: Data, good: float) -> bool:
    """Whether a linear model, fitted by least squares, does well on the training points: its score is `good`."""
    from sklearn.linear_model import LinearRegression, RidgeClassifier

    split = load(data)
    labels = split.y_train.ravel()
    if len(np.unique(labels)) < 2:
        return True
    model = RidgeClassifier() if described(data.name).classes else LinearRegression()
    return bool(model.fit(split.x_train, labels).score(split.x_train, labels) >= good)


def _ends(loss: np.ndarray) -> tuple[float, float]:
    """The mean loss of the last but one and of the last fifth of the epochs.

    >>> _ends(np.array([9.0, 8.0, 3.0, 2.0, 1.0]))
    (2.0, 1.0)
    """
    fifth = max(1, len(loss) // 5)
    late = loss[-fifth:]
    early = loss[-2 * fifth : -fifth]
    return float(np.mean(early if len(early) else late)), float(np.mean(late))


def _restless(loss: np.ndarray) -> bool:
    late = loss[-max(1, len(loss) // 4) :]
    return bool(np.std(late) > 0.1 * np.mean(late))


# --- The model itself -------------------------------------------------------------------------------------------------


def model(made: Recipe, weights: list[np.ndarray]) -> Any:
    """The real Keras model of a recipe, compiled, with these weights in Keras' order."""
    import keras

    layers: list[Any] = [keras.Input((len(made.data.features),))]
    penalty = {"kernel_regularizer": keras.regularizers.L1L2(made.l1, made.l2)} if made.l1 or made.l2 else {}
    for layer in made.layers:
        if layer.batch_norm:
            layers += [keras.layers.Dense(layer.units, **penalty), keras.layers.BatchNormalization()]
            layers += [keras.layers.Activation(layer.activation)]
        else:
            layers += [keras.layers.Dense(layer.units, layer.activation, **penalty)]
        if layer.dropout:
            layers += [keras.layers.Dropout(layer.dropout)]
    built = keras.Sequential(layers)
    built.set_weights(weights)
    choice = OPTIMIZERS[made.optimizer]
    settings = dict(choice.settings) | ({"momentum": made.momentum} if choice.momentum else {})
    optimizer = getattr(keras.optimizers, choice.keras_class)(made.learning_rate, **settings)
    metrics = ["accuracy"] if described(made.data.name).classes else None
    built.compile(optimizer, loss=made.loss, metrics=metrics)
    return built


def saved(made: Recipe, weights: bytes) -> bytes:
    """The model of a recipe as a .keras file; `weights` are the flat vector (parameters,) as float32.

    For the trainer: it imports Keras.
    """
    shapes = layer_shapes(made.layers, len(made.data.features))
    built = model(made, unflatten(np.frombuffer(weights, np.float32), shapes))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        built.save(path)
        return path.read_bytes()


# --- What may be asked for next ---------------------------------------------------------------------------------------

Call = tuple[Callable[..., object], tuple[object, ...]]


def first_trainings() -> tuple[tuple[Recipe, ...], ...]:
    """What a visitor trains first, to be compiled before anyone comes."""
    return ((recipe(DEFAULT),),)


def next_trainings(settings: Settings) -> list[Call]:
    """The structures that are one beginner's choice away: another activation, a layer more or less, another task."""
    usual = {name: getattr(DEFAULT, name) for name in NUMBERS}
    return _nearby(replace(settings, **usual, dropout=float(settings.dropout > 0) / 2))


NUMBERS = ("noise", "data_seed", "learning_rate", "momentum", "epochs", "l1", "l2", "patience", "seed")
"""Settings that are numbers to a compiled program: none is compiled anew for them."""


@lru_cache(maxsize=8)
def _nearby(settings: Settings) -> list[Call]:
    kind = settings.activations[-1] if settings.activations else "tanh"
    nearby = [
        *(replace(settings, activations=(name,) * len(settings.units)) for name in ("relu", "tanh")),
        *(replace(settings, units=units, activations=(kind,) * len(units)) for units in _networks(settings.units)),
        *(replace(settings, data=name, points=()) for name in ("blobs", "plane")),
        replace(settings, optimizer="adam"),
    ]
    return [(prepare, ((recipe(choice),),)) for choice in dict.fromkeys(nearby)]


def _networks(units: tuple[int, ...]) -> list[tuple[int, ...]]:
    """The networks one step away: a layer more, a layer less, a unit more in the first.

    >>> _networks((4, 2))
    [(4, 2, 2), (4,), (5, 2)]
    """
    more = [(*units, 2)] if len(units) < MOST_LAYERS else []
    wider = [(units[0] + 1, *units[1:])] if units and units[0] < MOST_UNITS else []
    return more + ([units[:-1]] if units else []) + wider
