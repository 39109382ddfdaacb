"""The trainings of the sections on dropout, more data, wrong labels, honest judging and its leak.

The functions that train run in the trainer process. Where networks learn from different rows (folds, hold-outs,
sizes of the training set), they stand side by side in one compiled program of the engine: each replica visits rows of
its own.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from lib import judging
from lib.datasets import Split, described, load, request
from lib.dropping import OUTPUTS
from lib.judging import Fold, Leak
from lib.layers import Dense
from lib.training import engine
from lib.training.engine import Chunk
from lib.training.inputs import Numbers, Structure, capacity
from lib.training.recipe import Recipe, Run, unflatten
from lib.training.worker import prepare

Array = np.ndarray
Call = tuple[Callable[..., object], tuple[object, ...]]

LAPS = 32
"""Epochs that one call of a program side by side trains at most."""

ENDS = capacity(3)
"""Room for the snapshots of one call: no more than its first and its last weights are kept."""


def side_by_side(recipes: tuple[Recipe, ...], split: Split, orders: Array, *, draws: int, rows: int) -> Chunk:
    """Train recipes that differ in numbers only, each on training rows of its own.

    All of them are replicas in one program of the engine, which usually shows the same rows to all. Here the table of
    `split` holds the rows of all networks, and `orders` (epochs, visits, replicas) says which of them each network
    visits, one after the other, in each epoch. So folds, or training sets of several sizes, cost one program.

    `draws` are the most visits in an epoch, and `rows` the longest table, that any call with these layers will have:
    everything is padded to them, so that the program is compiled once. Returns the curves of all epochs, and the last
    weights (parameters, replicas) in its state. Raises ValueError where there are more visits or rows than said.
    """
    epochs, visits, _ = orders.shape
    if visits > draws or len(split.x_train) > rows:
        raise ValueError(f"{visits} draws from {len(split.x_train)} rows; expected at most {draws} from {rows}")
    structure = _structure(recipes, split, rows)
    program = engine.compiled(structure, 0)
    state = program.first_state(_first_weights(recipes, structure.network.inputs))
    chunks = []
    for first in range(0, epochs, LAPS):
        lap = orders[first : first + LAPS]
        numbers = Numbers.of(recipes, visits, len(split.x_val), len(lap), every=epochs)
        chunks.append(Chunk(*program(split, _padded(lap, draws + structure.network.rows), numbers, state)))
        state = chunks[-1].state
    return engine.behind(chunks)[0]


def _structure(recipes: tuple[Recipe, ...], split: Split, rows: int) -> Structure:
    """The engine's program for these recipes, with room for a table of `rows`, and an order for each replica."""
    usual = engine.structure_of(recipes, split)
    return replace(usual, samples=capacity(rows), epochs=LAPS, slots=ENDS, own_order=True)


def _first_weights(recipes: tuple[Recipe, ...], inputs: int) -> Array:
    """The weights (parameters, replicas) that the networks begin with."""
    return np.stack([engine.initial_weights(recipe, inputs) for recipe in recipes], axis=-1)


def _padded(orders: Array, visits: int) -> Array:
    """Orders (epochs, visits, replicas), filled up with row 0 to the size that the program was compiled for.

    A batch is cut out whole, so there must be room for one behind the last visit; what is padding does not count.
    """
    epochs, count, replicas = orders.shape
    padded = np.zeros((LAPS, visits, replicas), np.int32)
    padded[:epochs, :count] = orders
    return padded


def outputs(recipe: Recipe, weights: Array, x: Array) -> Array:
    """What the recipe's network gives for x (samples, inputs): (replicas, samples, units), before the last activation.

    `weights` (replicas, parameters) are flat, in Keras' order; computed by NumPy, for relu and tanh in between.
    """
    shapes = [shape for i, layer in enumerate(recipe.layers) for shape in _shapes(recipe, i, layer, x.shape[1])]
    return np.stack([_output(recipe, unflatten(flat, shapes), x) for flat in weights])


def _shapes(recipe: Recipe, i: int, layer: Dense, inputs: int) -> list[tuple[int, ...]]:
    return [(recipe.layers[i - 1].units if i else inputs, layer.units), (layer.units,)]


def _output(recipe: Recipe, arrays: list[Array], x: Array) -> Array:
    last = len(recipe.layers) - 1
    for i, layer in enumerate(recipe.layers):
        x = x @ arrays[2 * i] + arrays[2 * i + 1]
        if i < last:
            x = np.maximum(x, 0) if layer.activation == "relu" else np.tanh(x)
    return x


# --- Dropout ----------------------------------------------------------------------------------------------------------

RATES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
SHOWN_BATCHES = 8
MANY_BATCHES = 2000
TABLES = ("digits", "breast_cancer")
SEEDS_OF_RATES = (0, 1, 2)


def dropping(*, data: str = "digits", seed: int = 0) -> tuple[Recipe, ...]:
    """A network that is too large for its few samples, with each of `RATES` as the dropout of its hidden layer.

    >>> [recipe.layers[0].dropout for recipe in dropping()][:3]
    [0.0, 0.1, 0.2]
    """
    if data == "digits":
        few, units, last, rate = request("digits", samples=650, train_share=150 / 650, seed=seed), 64, 10, 0.005
        loss, activation = "categorical_crossentropy", "softmax"
    else:
        few, units, last, rate = request(data, train_share=0.2, seed=seed), 16, 1, 0.01
        loss, activation = "binary_crossentropy", "sigmoid"
    return tuple(
        Recipe(
            few,
            (Dense(units, "relu", dropout=dropout), Dense(last, activation)),
            loss,
            "adam",
            learning_rate=rate,
            batch_size=32,
            epochs=80,
            seed=seed,
            snapshots=1,
        )
        for dropout in RATES
    )


@functools.cache
def next_dropping() -> tuple[Call, ...]:
    """The networks of both tables, to be compiled ahead; rates and seeds are numbers."""
    return tuple((prepare, (dropping(data=data),)) for data in TABLES)


def dropout_rows(rate: float, seed: int = 0) -> tuple[Array, Array]:
    """What keras.layers.Dropout makes of `OUTPUTS`: in training, often (batches, units), and in a test (units,).

    Runs in the trainer process.
    """
    import keras

    layer = keras.layers.Dropout(rate, seed=seed)
    x = np.tile(np.array(OUTPUTS, np.float32), (MANY_BATCHES, 1))
    return np.asarray(layer(x, training=True)), np.asarray(layer(x[:1], training=False))[0]


# --- More data --------------------------------------------------------------------------------------------------------

SIZES = (10, 20, 40, 80, 160, 320, 640, 1280)
"""Training samples, each set holding the one before."""

DRAWS_OF_DATA = 5
"""Times that other samples are drawn, and the network begins from other weights."""

LAP = 320
"""Samples that each network visits between two looks at the validation loss: ten batches of 32."""

UPDATES_A_LAP = 10
LAPS_OF_DATA = 60
VALIDATION = 512


def learner(seed: int = 0) -> Recipe:
    """The network of the learning curve: it tells digits apart.

    >>> [layer.units for layer in learner().layers]
    [16, 10]
    """
    everything = SIZES[-1] + VALIDATION
    return Recipe(
        request("digits", samples=everything, train_share=SIZES[-1] / everything, seed=seed),
        (Dense(16, "relu"), Dense(10, "softmax")),
        "categorical_crossentropy",
        "adam",
        learning_rate=0.005,
        batch_size=32,
        epochs=LAPS_OF_DATA,
        seed=seed,
        snapshots=1,
    )


@dataclass(frozen=True, eq=False)
class Learned:
    """Curves (laps, sizes) of one draw of the data: losses and accuracies, training first."""

    loss: Array
    accuracy: Array
    val_loss: Array
    val_accuracy: Array


def visits(samples: int, seed: int) -> Array:
    """The rows (laps, draws) that a network visits: all `samples` in a new order, then again, until the laps are full.

    >>> sorted(visits(10, seed=0)[0, :10].tolist())
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    """
    rng = np.random.default_rng(seed)
    total = LAPS_OF_DATA * LAP
    order = np.concatenate([rng.permutation(samples) for _ in range(-(-total // samples))])
    return order[:total].reshape(LAPS_OF_DATA, LAP)


@functools.lru_cache(maxsize=DRAWS_OF_DATA)
def learning_curve(seed: int) -> Learned:
    """Train one network on each of `SIZES`, side by side, from the same start with as many updates each.

    The seed draws which digits train, which validate, and the start. Runs in the trainer process.
    """
    split = load(learner(seed).data)
    orders = np.stack([visits(size, seed) for size in SIZES], axis=-1)
    recipes = tuple(learner(seed) for _ in SIZES)
    chunk = side_by_side(recipes, split, orders, draws=LAP, rows=SIZES[-1])
    return Learned(chunk.loss, chunk.accuracy, chunk.val_loss, chunk.val_accuracy)


# --- Wrong labels -----------------------------------------------------------------------------------------------------

NETWORKS = ("large", "small", "decay")
"""A network that can learn anything by heart, one that cannot, and the large one with weight decay."""

DECAY = 0.003
TAUGHT, LABEL_JUDGES = 80, 500
"""Points that train, and points that judge, which carry their right labels."""

LABEL_EPOCHS = 1000


def mislabelled(*, network: str = "large", share: float = 0.2, seed: int = 0) -> Recipe:
    """A network on moons of which a share of the training points carries the wrong label.

    >>> mislabelled(share=0.3).data.wrong_labels
    0.3
    """
    points = TAUGHT + LABEL_JUDGES
    hidden = (Dense(4, "tanh"),) if network == "small" else (Dense(32, "tanh"), Dense(32, "tanh"))
    return Recipe(
        request("moons", samples=points, noise=0.5, train_share=TAUGHT / points, seed=seed, wrong_labels=share),
        (*hidden, Dense(1, "sigmoid")),
        "binary_crossentropy",
        "adam",
        learning_rate=0.01,
        batch_size=20,
        epochs=LABEL_EPOCHS,
        l2=DECAY if network == "decay" else 0.0,
        seed=seed,
        initializer="he_normal",
        snapshots=40,
        grid=50,
    )


def wrong_points(recipe: Recipe) -> Array:
    """Which training points (n,) of a recipe with two classes carry the wrong label."""
    given, right = load(recipe.data), load(replace(recipe.data, wrong_labels=0.0))
    wrong: Array = given.y_train[:, 0] != right.y_train[:, 0]
    return wrong


def agreement(run: Run) -> dict[str, Array]:
    """By snapshot, the share of training points (snapshots,) on which the network says what their label says.

    Apart for those labelled "right" and "wrong"; where there are none, the entry is missing.
    """
    split, wrong = load(run.recipe.data), wrong_points(run.recipe)
    says = outputs(run.recipe, run.weights, split.x_train)[..., 0] > 0
    agrees = says == (split.y_train[:, 0] > 0.5)
    return {name: agrees[:, rows].mean(axis=1) for name, rows in (("right", ~wrong), ("wrong", wrong)) if rows.any()}


def new_points(run: Run) -> Array:
    """The accuracy (snapshots,) on the validation points, by snapshot."""
    split = load(run.recipe.data)
    says = outputs(run.recipe, run.weights, split.x_val)[..., 0] > 0
    accuracy: Array = (says == (split.y_val[:, 0] > 0.5)).mean(axis=1)
    return accuracy


@functools.cache
def next_labels() -> tuple[Call, ...]:
    """Both networks of the section on wrong labels, to be compiled ahead; all else about them is a number."""
    return tuple((prepare, ((mislabelled(network=network),),)) for network in ("large", "small"))


# --- Judging honestly -------------------------------------------------------------------------------------------------

BLOCK = 50
"""Networks that train side by side."""

MOST_ROWS, MOST_DRAWS = 16384, 288
JUDGED_EPOCHS = 20
SAMPLES = (60, 120, 180, 240, 300)
PARTS = (2, 3, 4, 5, 6, 10)
LUCKY_DRAWS = 100
"""Hold-outs that are drawn to see how much a single one depends on luck."""


def judged(**numbers: float) -> Recipe:
    """The network that is judged: it tells benign from malignant tumours by thirty measurements.

    >>> judged(l2=0.1).l2
    0.1
    """
    usual = Recipe(
        request("breast_cancer"),
        (Dense(8, "relu"), Dense(1, "sigmoid")),
        "binary_crossentropy",
        "adam",
        learning_rate=0.02,
        batch_size=16,
        epochs=JUDGED_EPOCHS,
        snapshots=1,
    )
    return replace(usual, **numbers)  # type: ignore[arg-type]


def fitted(recipes: tuple[Recipe, ...], tables: list[Array], labels: list[Array]) -> Array:
    """Train a network on each table (n, inputs) with its labels (n,): flat weights (networks, parameters).

    All tables are equally long. Each epoch visits the rows in the order of the recipe's seed, as the engine does.
    Networks train in blocks, the last of which is filled up with copies of its last network.
    """
    found = []
    for first in range(0, len(recipes), BLOCK):
        block = slice(first, first + BLOCK)
        found.append(_block(recipes[block], tables[block], labels[block]))
    return np.concatenate(found)


def _block(recipes: tuple[Recipe, ...], tables: list[Array], labels: list[Array]) -> Array:
    """Train one block of networks; all their tables stand one below the other in a single one."""
    missing = BLOCK - len(recipes)
    orders = np.stack([_own_rows(recipe, place, len(tables[0])) for place, recipe in enumerate(recipes)], axis=-1)
    split = replace(
        load(recipes[0].data),
        x_train=np.concatenate(tables).astype(np.float32),
        y_train=np.concatenate(labels).astype(np.float32)[:, None],
        x_val=np.zeros((0, tables[0].shape[1]), np.float32),
        y_val=np.zeros((0, 1), np.float32),
    )
    chunk = side_by_side(
        recipes + recipes[-1:] * missing,
        split,
        np.pad(orders, ((0, 0), (0, 0), (0, missing)), mode="edge"),
        draws=MOST_DRAWS,
        rows=MOST_ROWS,
    )
    return chunk.state.weights.T[: len(recipes)]


def _own_rows(recipe: Recipe, place: int, n: int) -> Array:
    """The rows (epochs, n) of the table number `place` in the order in which each epoch visits them."""
    return place * n + np.stack([engine.shuffled(recipe.seed, n, epoch) for epoch in range(recipe.epochs)])


@functools.cache
def table() -> tuple[Array, Array]:
    """The measurements (569, 30) as they were taken, and the diagnoses (569,): 1 is benign."""
    measured, diagnoses = described("breast_cancer").loader(judged().data, np.random.default_rng(0))
    for array in (measured, diagnoses):
        array.setflags(write=False)
    return measured, diagnoses


def sample(samples: int, seed: int) -> tuple[Array, Array]:
    """The rows (samples,) of the table that we are given, and all others, which stand for the world outside."""
    order = np.random.default_rng(seed).permutation(len(table()[1]))
    return order[:samples], order[samples:]


@dataclass(frozen=True, eq=False)
class Judged:
    """What a way of judging says of a network: folds, the score (folds,) of each, and the luck of single hold-outs.

    `outside` (folds,) are the accuracies of the same networks on all rows that are not in the sample; `luck`
    (LUCKY_DRAWS,) are scores of hold-outs of the same size.
    """

    folds: tuple[Fold, ...]
    labels: Array
    scores: Array
    outside: Array
    luck: Array


@functools.lru_cache(maxsize=64)
def judge(samples: int, parts: int, splitter: str, repeats: int, seed: int) -> Judged:
    """Judge the same network by folds of a sample: each is trained anew, from the same start, on a table of its own.

    Runs in the trainer process.
    """
    inside, _ = sample(samples, seed)
    labels = table()[1][inside]
    folds = judging.folds(labels, splitter=splitter, parts=parts, repeats=repeats)
    scores, outside = fold_scores(folds, samples, seed)
    return Judged(tuple(folds), labels, scores, outside, hold_out_luck(samples, parts, seed))


@functools.lru_cache(maxsize=64)
def hold_out_luck(samples: int, parts: int, seed: int) -> Array:
    """The scores (LUCKY_DRAWS,) of as many hold-outs of one sample. Runs in the trainer process."""
    inside, _ = sample(samples, seed)
    folds = judging.folds(table()[1][inside], splitter="hold_out", parts=parts, repeats=LUCKY_DRAWS)
    return fold_scores(folds, samples, seed)[0]


def fold_scores(folds: list[Fold], samples: int, seed: int) -> tuple[Array, Array]:
    """Train a network for each fold; its accuracy on the rows that judge, and on all rows outside the sample."""
    x, y = table()
    inside, outside = sample(samples, seed)
    tables = [judging.standardized(x, inside[fold.train]) for fold in folds]
    recipes = (judged(),) * len(folds)
    weights = fitted(
        recipes,
        [scaled[inside[fold.train]] for scaled, fold in zip(tables, folds, strict=True)],
        [y[inside[fold.train]] for fold in folds],
    )
    hits = np.stack([hit(judged(), flat, scaled, y) for flat, scaled in zip(weights, tables, strict=True)])
    scores = np.array([row[inside[fold.judge]].mean() for row, fold in zip(hits, folds, strict=True)])
    return scores, hits[:, outside].mean(axis=1)


def hit(recipe: Recipe, flat: Array, x: Array, y: Array) -> Array:
    """On which of the rows x (n, inputs) the network is right about y (n,), 0 or 1."""
    right: Array = (outputs(recipe, flat[None], x)[0, :, 0] > 0) == (y > 0.5)
    return right


# --- The leak ---------------------------------------------------------------------------------------------------------

ROUNDS = 250
"""Networks that a search may try: five blocks."""

LEARNERS_OF_LEAK = 60
"""Rows that train in a search."""

ANSWERS = ("coins", "diagnoses")
"""What is to be predicted: coin flips, about which the measurements say nothing, or the diagnoses."""


def leak_labels(answers: str) -> Array:
    """What is to be predicted (569,): the diagnoses, or as many coin flips drawn with seed 0, half of them heads."""
    y = table()[1]
    if answers == "diagnoses":
        return y
    return np.random.default_rng(0).permutation(np.arange(len(y)) % 2)


@dataclass(frozen=True, eq=False)
class Tried:
    """Settings of the networks of a search: learning rates and L2 (rounds,) and which features each sees."""

    learning_rates: Array
    l2: Array
    features: Array


def settings_to_try() -> Tried:
    """Random settings: learning rate, weight decay, and about 40 % of the thirty features."""
    rng = np.random.default_rng(1)
    rates, decays = 10 ** rng.uniform(-3, -1, ROUNDS), 10 ** rng.uniform(-4, -1, ROUNDS)
    return Tried(rates.round(5), decays.round(5), rng.random((ROUNDS, 30)) < 0.4)


@functools.lru_cache(maxsize=len(ANSWERS))
def searched(answers: str) -> Array:
    """Train all networks of a search: which of them (rounds,) is right about which row (rows,) that did not train.

    Runs in the trainer process.
    """
    (x, _), labels, tried = table(), leak_labels(answers), settings_to_try()
    train, others = sample(LEARNERS_OF_LEAK, seed=0)
    tables = [judging.standardized(x, train) * seen for seen in tried.features]
    recipes = tuple(
        judged(seed=i, learning_rate=float(tried.learning_rates[i]), l2=float(tried.l2[i])) for i in range(ROUNDS)
    )
    weights = fitted(recipes, [scaled[train] for scaled in tables], [labels[train]] * ROUNDS)
    return np.stack(
        [hit(judged(), flat, scaled[others], labels[others]) for flat, scaled in zip(weights, tables, strict=True)]
    )


@functools.cache
def next_searches() -> tuple[Call, ...]:
    """Both searches, to be made ahead: they are kept."""
    return tuple((searched, (answers,)) for answers in ANSWERS)


LEAK_REPEATS = 100
NOISE_FEATURES, NOISE_SAMPLES = 1000, 60


@functools.lru_cache(maxsize=16)
def selection_leak(chosen: int) -> Leak:
    """`lib.judging.selection_leak` on the lesson's noise; kept in the trainer process, where it runs."""
    return judging.selection_leak(samples=NOISE_SAMPLES, features=NOISE_FEATURES, chosen=chosen, repeats=LEAK_REPEATS)


@functools.lru_cache(maxsize=16)
def scaling_leak() -> Leak:
    """`lib.judging.scaling_leak` on the table of tumours; kept in the trainer process, where it runs."""
    x, y = table()
    return judging.scaling_leak(x, y, samples=NOISE_SAMPLES, repeats=LEAK_REPEATS)
