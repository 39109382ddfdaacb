"""The compiled program: two loops, over epochs and over batches, around Keras' forward pass, loss and optimizer.

TensorFlow and Keras are imported inside functions: the page process may import this module and stays light.
"""

from __future__ import annotations

import functools
import math
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from lib.datasets import Split
from lib.training.network import Network, cut, dropped, forward, shaped
from lib.training.recipe import LOSSES, OPTIMIZERS, Recipe

BATCH_CAPACITIES = (1, 2, 5, 10, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096)
"""Batches are padded up to one of these sizes, so that a moving batch size compiles rarely; beyond, powers of two."""

CURVES = ("loss", "penalty", "accuracy", "val_loss", "val_accuracy")
"""What is noted at the end of each epoch, in this order."""

ENDLESS = 2**30
"""The patience of a run without early stopping, in epochs."""


@dataclass(frozen=True)
class Structure:
    """What a program is compiled for: everything about recipes and data that is not a number.

    `samples`, `validation`, `epochs`, `slots` and the rows of the network are capacities, to which the real sizes are
    padded; `own_order` says that replicas shuffle, and drop outputs, by seeds of their own.
    """

    network: Network
    loss: str
    optimizer: str
    samples: int
    validation: int
    epochs: int
    slots: int
    by_update: bool
    own_order: bool


@dataclass(frozen=True, eq=False)
class State:
    """Where a run stands between two chunks, as plain arrays: enough to go on in another process.

    `weights` and `best_weights` are (parameters, replicas), `slots` the optimizer's own arrays (values, replicas),
    `best` (replicas,) the lowest watched loss so far, reached in `best_epoch`; `stopped_at` (replicas,) is the
    epoch at which early stopping ended a replica, 0 while it runs.
    """

    epoch: int
    updates: int
    weights: np.ndarray
    slots: tuple[np.ndarray, ...]
    best: np.ndarray
    best_weights: np.ndarray
    best_epoch: np.ndarray
    stopped_at: np.ndarray


@dataclass(frozen=True, eq=False)
class Numbers:
    """The inputs of a program that a slider may move: they never cause a compilation.

    Rates are (replicas,) each, `dropout` (layers, replicas), `every` the epochs or updates between two snapshots.
    """

    samples: int
    validation: int
    batch_size: int
    epochs: int
    every: int
    patience: int
    learning_rate: np.ndarray
    momentum: np.ndarray
    l1: np.ndarray
    l2: np.ndarray
    dropout: np.ndarray
    seed: np.ndarray

    @classmethod
    def of(cls, recipes: tuple[Recipe, ...], samples: int, validation: int, epochs: int, every: int) -> Numbers:
        """Collect the numbers of recipes that train side by side."""
        first = recipes[0]
        rates = {name: _column(getattr(recipe, name) for recipe in recipes) for name in _RATES}
        return cls(
            samples=samples,
            validation=validation,
            batch_size=min(first.batch_size or samples, samples),
            epochs=epochs,
            every=every,
            patience=first.patience or ENDLESS,
            dropout=np.stack([_column(r.layers[i].dropout for r in recipes) for i in range(len(first.layers))]),
            seed=np.array([r.seed for r in recipes], np.int32),
            **rates,
        )


_COUNTS = ("samples", "validation", "batch_size", "epochs", "every", "patience")
_RATES = ("learning_rate", "momentum", "l1", "l2")


def _column(values: Iterable[float]) -> np.ndarray:
    return np.fromiter(values, np.float32)


def capacity(size: int, capacities: tuple[int, ...] = ()) -> int:
    """Round a size up to one of the capacities, or beyond them to a power of two.

    >>> capacity(10, BATCH_CAPACITIES), capacity(11, BATCH_CAPACITIES), capacity(250)
    (10, 16, 256)
    """
    fitting = [c for c in capacities if c >= size]
    return fitting[0] if fitting else 1 << max(0, size - 1).bit_length()


def targets(labels: np.ndarray, classes: int) -> np.ndarray:
    """Return labels as float32 targets (samples, outputs): integer classes become one-hot rows.

    >>> targets(np.array([1, 0]), 2).tolist()
    [[0.0, 1.0], [1.0, 0.0]]
    """
    if labels.ndim == 2:
        return labels.astype(np.float32)
    return np.eye(classes, dtype=np.float32)[labels]


class Program:
    """A structure, traced and compiled: call it with data, order, numbers and state.

    Variables and optimizer belong to this program; their values come in with the state and leave with it, so nothing
    of one run is left behind for the next. One program serves one call at a time; further ones wait.
    """

    def __init__(self, structure: Structure) -> None:
        """Build Keras' variables, optimizer and loss; tracing waits for the first call."""
        import keras
        import tensorflow as tf

        network, loss = structure.network, LOSSES[structure.loss]
        self.structure, self.network = structure, network
        # One variable for all weights makes one short loop of a single network's update. Of many networks XLA would
        # choose a formula for each element in that loop, and not vectorise it over the replicas.
        self.sizes = network.sizes if network.replicas > 1 else [sum(network.sizes)]
        self.variables = [keras.Variable(np.zeros((size, network.replicas), np.float32)) for size in self.sizes]
        self.optimizer = make_optimizer(structure.optimizer)
        self.optimizer.build(self.variables)
        self.slots = [v for v in self.optimizer.variables if len(v.shape) == 2]
        self.first_slots = tuple(slot.numpy() for slot in self.slots)
        self.loss = getattr(keras.losses, loss.keras_class)(**({"from_logits": True} if loss.logits_of else {}))
        self._train = tf.function(self._epochs, jit_compile=network.jit, autograph=True)
        self._turn = threading.Lock()
        self.has_answered = False
        self._concrete: Any = None  # called directly: finding it among the traces again would take a millisecond

    @property
    def compilations(self) -> int:
        """Count how often this program was traced (and compiled) so far."""
        return int(self._train.experimental_get_tracing_count())

    def first_state(self, weights: np.ndarray) -> State:
        """Return the state before the first update, from weights (parameters, replicas)."""
        none = np.zeros(self.network.replicas, np.int32)
        best = np.full(self.network.replicas, np.inf, np.float32)
        return State(0, 0, weights, self.first_slots, best, weights, none, none)

    def __call__(self, split: Split, order: np.ndarray, numbers: Numbers, state: State) -> tuple[Any, ...]:
        """Train `numbers.epochs` epochs; return the five curves, snapshot numbers, snapshots and state of a Chunk."""
        inputs = [*tensors(split, self.structure.samples, self.structure.validation), *_packed(order, numbers, state)]
        with self._turn:
            if self._concrete is None:
                self._concrete = self._train.get_concrete_function(*inputs)
            results = self._concrete(*inputs)
            self.has_answered = True
        curves, snapshots, (first, last, epoch, updates), (best_epoch, stopped_at), flats, best = (
            result.numpy() for result in results
        )
        kept = np.arange(first, last + 1)
        weights, best_weights, *slots = np.split(flats, np.cumsum(self._parts())[:-1])
        after = State(int(epoch), int(updates), weights, tuple(slots), best, best_weights, best_epoch, stopped_at)
        return *curves[:, : after.epoch - state.epoch], kept, snapshots[: len(kept)], after

    def _parts(self) -> list[int]:
        """Count the rows that weights, best weights and the optimizer's slots take in one packed array."""
        return [sum(self.sizes)] * 2 + [slot.shape[0] for slot in self.slots]

    def _epochs(
        self,
        x: Any,
        y: Any,
        x_val: Any,
        y_val: Any,
        order: Any,
        counts: Any,
        rates: Any,
        marks: Any,
        flats: Any,
        best: Any,
    ) -> Any:
        """Loop over epochs; traced once by TensorFlow, which turns `while` and `for` into loops of the graph.

        The inputs are few and packed, for TensorFlow takes a tenth of a millisecond to look at each.
        """
        import tensorflow as tf

        epoch, update, numbers = _unpacked(counts, rates, marks)
        watch = self._restore(flats, update, numbers) | {"best": best, "best_epoch": marks[1], "stopped_at": marks[2]}
        first_epoch, first_slot = epoch, self._slot(epoch, update, numbers, ahead=1)
        snapshots = tf.TensorArray(tf.float32, self.structure.slots, element_shape=watch["best_weights"].shape)
        curves = [tf.TensorArray(tf.float32, self.structure.epochs, element_shape=best.shape) for _ in CURVES]
        while tf.logical_and(epoch < first_epoch + numbers["epochs"], self._is_running(watch)):
            rows = tf.gather(order, epoch - first_epoch)  # brackets would have each first epoch compiled
            seen, update, snapshots = self._batches(x, y, rows, numbers, update, snapshots, first_slot)
            epoch += 1
            watch["weights"] = self._held(watch)
            if not self.structure.by_update:
                slot = self._slot(epoch, update, numbers)
                snapshots = snapshots.write(slot - first_slot, watch["weights"])
            values = self._measures(seen, x_val, y_val, watch["weights"], numbers)
            watch = self._watched(watch, values, epoch, numbers)
            curves = [c.write(epoch - first_epoch - 1, v) for c, v in zip(curves, values, strict=True)]
        flats = tf.concat([watch["weights"], watch["best_weights"], *(slot.value for slot in self.slots)], axis=0)
        counts = tf.stack([first_slot, self._slot(epoch, update, numbers), epoch, update])
        marks = tf.stack([watch["best_epoch"], watch["stopped_at"]])
        return tf.stack([curve.stack() for curve in curves]), snapshots.stack(), counts, marks, flats, watch["best"]

    def _restore(self, flats: Any, update: Any, numbers: Any) -> dict[str, Any]:
        """Give variables and optimizer the values of the state; return its weights and best weights."""
        import tensorflow as tf

        weights, best_weights, *slots = tf.split(flats, self._parts(), axis=0)
        self._assign(weights)
        for variable, value in zip(self.slots, slots, strict=True):
            variable.assign(value)
        self.optimizer.iterations.assign(tf.cast(update, tf.int64))
        set_numbers(self.optimizer, numbers)
        return {"weights": weights, "best_weights": best_weights}

    def _assign(self, flat: Any) -> None:
        import tensorflow as tf

        for variable, part in zip(self.variables, tf.split(flat, self.sizes, axis=0), strict=True):
            variable.assign(part)

    def _flat(self) -> Any:
        """Return all weights (parameters, replicas) as they stand now."""
        import tensorflow as tf

        return tf.concat([variable.value for variable in self.variables], axis=0)

    def _is_running(self, watch: dict[str, Any]) -> Any:
        """Tell whether a single network goes on; replicas go on together, so that shares of a sweep stay in step."""
        import tensorflow as tf

        return tf.reduce_any(watch["stopped_at"] == 0) if self.network.replicas == 1 else True

    def _slot(self, epoch: Any, update: Any, numbers: Any, ahead: int = 0) -> Any:
        """Return the number of the snapshot that holds this epoch or update: the k-th is taken at k * every."""
        count = update if self.structure.by_update else epoch
        return (count + ahead + numbers["every"] - 1) // numbers["every"]

    def _batches(
        self, x: Any, y: Any, rows: Any, numbers: Any, update: Any, snapshots: Any, first_slot: Any
    ) -> tuple[Any, Any, Any]:
        """Train one epoch; return the sums over its samples of loss and hits (2, replicas), and what goes on."""
        import tensorflow as tf

        s, batch_size = self.structure, numbers["batch_size"]
        steps = (numbers["samples"] + batch_size - 1) // batch_size
        # Under XLA the epoch is put in order once; for large data a batch at a time is less memory.
        x_epoch, y_epoch = (_take(x, rows, s), _take(y, rows, s)) if self.network.jit else (x, y)
        seen = tf.zeros((2, self.network.replicas))
        step = 0
        while step < steps:  # `for step in tf.range(steps)` would be compiled again for each number of steps
            offset = step * batch_size
            count = tf.minimum(batch_size, numbers["samples"] - offset)
            x_batch, y_batch = self._batch(x_epoch, y_epoch, rows, offset)
            gradients, feedback = self._gradients(x_batch, y_batch, count, numbers, update)
            self.optimizer.apply(gradients, self.variables)
            step, update = step + 1, update + 1
            seen += tf.cast(count, tf.float32) * tf.stack(feedback)
            if s.by_update:
                slot = self._slot(0, update, numbers)
                snapshots = snapshots.write(slot - first_slot, self._flat())
        return seen, update, snapshots

    def _batch(self, x: Any, y: Any, rows: Any, offset: Any) -> tuple[Any, Any]:
        if self.network.jit:
            return _rows(x, offset, self.network.rows, jit=True), _rows(y, offset, self.network.rows, jit=True)
        rows = _rows(rows, offset, self.network.rows, jit=False)
        return _take(x, rows, self.structure), _take(y, rows, self.structure)

    def _gradients(self, x: Any, y: Any, count: Any, numbers: Any, update: Any) -> tuple[list[Any], tuple[Any, Any]]:
        """Return the gradients of the variables, and mean loss and accuracy of the batch, (replicas,) each."""
        import tensorflow as tf

        parts = tf.split(self._flat(), self.network.sizes) if len(self.variables) == 1 else self._values()
        weights = shaped(self.network, parts)
        with tf.GradientTape() as tape:
            tape.watch(weights)
            outputs = forward(self.network, weights, x, functools.partial(self._drop, numbers, update))
            loss, accuracy = self._feedback(y, outputs, count)
            total = tf.reduce_sum(loss) + tf.reduce_sum(self._penalty(weights, numbers))
        gradients = [tf.reshape(g, (-1, self.network.replicas)) for g in tape.gradient(total, weights)]
        return gradients if len(self.variables) > 1 else [tf.concat(gradients, axis=0)], (loss, accuracy)

    def _values(self) -> list[Any]:
        return [variable.value for variable in self.variables]

    def _drop(self, numbers: Any, update: Any, layer: int, x: Any) -> Any:
        """Drop outputs of one layer by masks that seed, update and layer alone decide."""
        import tensorflow as tf

        counter = update * len(self.network.layers) + layer
        shape = x.shape[:2]
        if not self.structure.own_order:
            uniform = tf.random.stateless_uniform((*shape, 1), tf.stack([numbers["seed"][0], counter]))
            return dropped(x, numbers["dropout"][layer], uniform)
        uniform = tf.map_fn(
            lambda seed: tf.random.stateless_uniform(shape, tf.stack([seed, counter])),
            numbers["seed"],
            fn_output_signature=tf.float32,
        )
        return dropped(x, numbers["dropout"][layer], tf.transpose(uniform, (1, 2, 0)))

    def _feedback(self, y: Any, outputs: Any, count: Any) -> tuple[Any, Any]:
        """Return mean loss and accuracy (replicas,) each over the first `count` samples; the rest is padding."""
        import keras
        import tensorflow as tf

        predicted = tf.transpose(outputs, (0, 2, 1))
        wanted = tf.broadcast_to(tf.transpose(y, (0, 2, 1)), tf.shape(predicted))
        predicted = tf.ensure_shape(predicted, (None, self.network.replicas, y.shape[1]))
        wanted = tf.ensure_shape(wanted, predicted.shape)
        loss = self.loss.call(wanted, predicted)
        if y.shape[1] > 1:
            hit = tf.cast(keras.metrics.categorical_accuracy(wanted, predicted), tf.float32)
        else:
            middle = 0.0 if self.network.logits else 0.5
            hit = tf.cast(tf.equal(predicted > middle, wanted > 0.5), tf.float32)[..., 0]
        share = tf.where(tf.range(y.shape[0]) < count, 1 / tf.cast(count, tf.float32), 0.0)[:, None]
        return tf.reduce_sum(share * loss, axis=0), tf.reduce_sum(share * hit, axis=0)

    def _penalty(self, weights: list[Any], numbers: Any) -> Any:
        """Return L1 and L2 penalties (replicas,) of the kernels, as Keras' regularizers add them; biases go free."""
        import tensorflow as tf

        absolute = sum(tf.reduce_sum(tf.abs(kernel), (0, 1)) for kernel in weights[::2])
        squares = sum(tf.reduce_sum(kernel**2, (0, 1)) for kernel in weights[::2])
        return numbers["l1"] * absolute + numbers["l2"] * squares

    def _held(self, watch: dict[str, Any]) -> Any:
        """Return the weights after an epoch; replicas that early stopping has ended keep those they had before."""
        import tensorflow as tf

        weights = tf.where(watch["stopped_at"] == 0, self._flat(), watch["weights"])
        self._assign(weights)
        return weights

    def _measures(self, seen: Any, x_val: Any, y_val: Any, flat: Any, numbers: Any) -> tuple[Any, ...]:
        """Return the values of `CURVES` (replicas,) each at the end of an epoch."""
        import tensorflow as tf

        weights = cut(self.network, flat)
        loss, accuracy = tf.unstack(seen / tf.cast(numbers["samples"], tf.float32))
        val_loss = val_accuracy = tf.zeros_like(loss)
        if self.structure.validation:
            outputs = forward(self.network, weights, x_val[..., None])
            val_loss, val_accuracy = self._feedback(y_val[..., None], outputs, numbers["validation"])
        return loss, self._penalty(weights, numbers), accuracy, val_loss, val_accuracy

    def _watched(self, watch: dict[str, Any], values: tuple[Any, ...], epoch: Any, numbers: Any) -> dict[str, Any]:
        """Note where a replica is better than ever, and end the run of one that has not been so for too long."""
        import tensorflow as tf

        loss, _, _, val_loss, _ = values
        watched, running = val_loss if self.structure.validation else loss, watch["stopped_at"] == 0
        better = tf.logical_and(running, watched < watch["best"])
        best_epoch = tf.where(better, epoch, watch["best_epoch"])
        impatient = tf.logical_and(running, epoch - best_epoch >= numbers["patience"])
        return {
            "weights": watch["weights"],
            "best_weights": tf.where(better, watch["weights"], watch["best_weights"]),
            "best": tf.where(better, watched, watch["best"]),
            "best_epoch": best_epoch,
            "stopped_at": tf.where(impatient, epoch, watch["stopped_at"]),
        }


@functools.lru_cache(maxsize=2)
def tensors(split: Split, samples: int, validation: int) -> tuple[Any, ...]:
    """Hold the padded data (rows, values) of a split as TensorFlow constants, so that a chunk does not copy it again.

    For the two newest splits, whichever program they feed: as float32, MNIST is 200 MB.
    """
    import tensorflow as tf

    parts = ((split.x_train, split.y_train, samples), (split.x_val, split.y_val, validation))
    arrays = (a for x, y, rows in parts for a in (_padded(x, rows), _padded(targets(y, split.classes), rows)))
    return tuple(map(tf.constant, arrays))


def _padded(array: np.ndarray, rows: int) -> np.ndarray:
    flat = array.reshape(len(array), math.prod(array.shape[1:]))
    return np.pad(flat.astype(np.float32), [(0, rows - len(flat)), (0, 0)])


def _packed(order: np.ndarray, numbers: Numbers, state: State) -> tuple[Any, ...]:
    """Pack what a call is given beside the data into few tensors, in the order of `Program._epochs`."""
    import tensorflow as tf

    counts = np.array([state.epoch, state.updates, *(getattr(numbers, name) for name in _COUNTS)], np.int32)
    rates = np.stack([*(getattr(numbers, name) for name in _RATES), *numbers.dropout])
    marks = np.stack([numbers.seed, state.best_epoch, state.stopped_at])
    flats = np.concatenate([state.weights, state.best_weights, *state.slots])
    return tuple(map(tf.constant, (order, counts, rates, marks, flats, state.best)))


def _unpacked(counts: Any, rates: Any, marks: Any) -> tuple[Any, Any, dict[str, Any]]:
    """Return epoch, update and all numbers by name."""
    import tensorflow as tf

    epoch, update, *others = tf.unstack(counts)
    numbers = dict(zip(_COUNTS, others, strict=True)) | dict(zip(_RATES, tf.unstack(rates[: len(_RATES)]), strict=True))
    return epoch, update, numbers | {"dropout": rates[len(_RATES) :], "seed": marks[0]}


class _Given:
    """A number that only the compiled function will know: not zero for Keras' Python, a tensor for its arithmetic."""

    def __init__(self) -> None:
        self.tensor: Any = None

    def __ne__(self, other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]

    def __tf_tensor__(self, dtype: Any = None, name: Any = None) -> Any:
        return self.tensor


def make_optimizer(name: str) -> Any:
    """Build the Keras optimizer behind an id of `OPTIMIZERS`, its rate and momentum left open for `set_numbers`."""
    import keras

    class Given(keras.optimizers.schedules.LearningRateSchedule):
        """The learning rate that the compiled function is called with, one for each replica."""

        rate: Any = 0.0

        def __call__(self, step: Any) -> Any:
            return self.rate

    choice = OPTIMIZERS[name]
    settings = dict(choice.settings) | ({"momentum": 0.5} if choice.momentum else {})
    optimizer = getattr(keras.optimizers, choice.keras_class)(learning_rate=Given(), **settings)
    if choice.momentum:
        optimizer.momentum = _Given()
    return optimizer


def set_numbers(optimizer: Any, numbers: dict[str, Any]) -> None:
    """Give an optimizer of `make_optimizer` the tensors `learning_rate` and `momentum`, () or (replicas,) each."""
    optimizer._learning_rate.rate = numbers["learning_rate"]
    if isinstance(getattr(optimizer, "momentum", None), _Given):
        optimizer.momentum.tensor = numbers["momentum"]


def _rows(array: Any, offset: Any, count: int, *, jit: bool) -> Any:
    """Cut out `count` rows from `offset` on.

    XLA would take the offset of `tf.slice`, and all that decides it, for constants: unseen by any counter of traces,
    it would compile again whenever batch size, samples or patience change, or a chunk begins with another epoch.
    """
    import tensorflow as tf
    from tensorflow.compiler.tf2xla.ops import gen_xla_ops

    begin, size = [offset] + [0] * (len(array.shape) - 1), [count, *array.shape[1:]]
    return gen_xla_ops.xla_dynamic_slice(array, tf.stack(begin), size) if jit else tf.slice(array, begin, size)


def _take(array: Any, rows: Any, structure: Structure) -> Any:
    """Gather rows of (samples, values) into (rows, values, 1), or (rows, values, replicas) where orders differ."""
    import tensorflow as tf

    if structure.own_order:
        return tf.transpose(tf.gather(array, rows), (0, 2, 1))
    return tf.gather(array, rows[:, 0])[..., None]
