"""The compiled program: two loops, over epochs and over batches, around Keras' forward pass, loss and optimizer.

TensorFlow and Keras are imported inside functions: the page process may import this module and stays light.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from lib.datasets import Split
from lib.training.recipe import LOSSES, OPTIMIZERS, Dense, Recipe, layer_shapes

BATCH_CAPACITIES = (1, 2, 5, 10, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096)
"""Batches are padded up to one of these sizes, so that a moving batch size compiles rarely; beyond, powers of two."""

FUSED_PRODUCTS = 1 << 15
"""Multiplications in one layer, batch and replica up to which a matrix product is written as multiply and sum.

XLA fuses that with bias, activation and their gradients into one loop. A call to a matrix product costs more than the
arithmetic of so small a layer: the fused form gives three to four times the epochs per second on 2-4-2-1.
"""

XLA_PRODUCTS = 1 << 21
"""Multiplications in one layer and batch from which on the plain compiled loop beats XLA, as Dense(512) on MNIST."""


@dataclass(frozen=True)
class Structure:
    """What a program is compiled for: everything about recipes and data that is not a number.

    `samples`, `validation`, `batch`, `epochs` and `slots` are capacities, to which the real sizes are padded;
    `own_order` says that replicas shuffle by seeds of their own.
    """

    inputs: int
    layers: tuple[Dense, ...]
    loss: str
    optimizer: str
    samples: int
    validation: int
    batch: int
    epochs: int
    slots: int
    replicas: int
    by_update: bool
    own_order: bool

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """Shapes of the weights of one replica: kernel, bias, kernel, bias, ..."""
        return layer_shapes(self.layers, self.inputs)

    @property
    def jit(self) -> bool:
        """Whether XLA compiles the loops, or TensorFlow's own graph runs them."""
        return max(map(math.prod, self.shapes)) * self.batch < XLA_PRODUCTS


@dataclass(frozen=True, eq=False)
class State:
    """Where a run stands between two chunks, as plain arrays: enough to go on in another process.

    `weights` and `best_weights` are (parameters, replicas), `slots` the optimizer's own arrays of that shape,
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
    """The inputs of a program that a slider may move: they never cause a compilation. Rates are (replicas,) each."""

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
        """Collect the numbers of recipes that train side by side; no patience is endless patience."""
        first = recipes[0]
        rates = {name: _column(getattr(r, name) for r in recipes) for name in ("learning_rate", "momentum", "l1", "l2")}
        return cls(
            samples=samples,
            validation=validation,
            batch_size=min(first.batch_size or samples, samples),
            epochs=epochs,
            every=every,
            patience=first.patience or 2**30,
            dropout=np.stack([_column(r.layers[i].dropout for r in recipes) for i in range(len(first.layers))]),
            seed=np.array([r.seed for r in recipes], np.int32),
            **rates,
        )


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

    The variable and the optimizer belong to this program; their values come in with the state and leave with it, so
    nothing of one run is left behind for the next. One program serves one call at a time.
    """

    def __init__(self, structure: Structure) -> None:
        """Build the variable (parameters, replicas) and the Keras optimizer; tracing waits for the first call."""
        import keras
        import tensorflow as tf

        self.structure = structure
        parameters = sum(map(math.prod, structure.shapes))
        self.flat = keras.Variable(np.zeros((parameters, structure.replicas), np.float32), trainable=True)
        self.optimizer = make_optimizer(structure.optimizer)
        self.optimizer.build([self.flat])
        self.slots = [v for v in self.optimizer.variables if v.shape == self.flat.shape]
        self.first_slots = tuple(slot.numpy() for slot in self.slots)
        self.loss = getattr(keras.losses, LOSSES[structure.loss].keras_class)(
            **({"from_logits": True} if LOSSES[structure.loss].logits_of else {})
        )
        self._train = tf.function(self._epochs, jit_compile=structure.jit, autograph=True)
        self._concrete: Any = None  # called directly: finding it among the traces again would take a millisecond
        self._data: tuple[Split | None, tuple[Any, ...]] = (None, ())

    @property
    def compilations(self) -> int:
        """Count how often this program was traced (and compiled) so far."""
        return int(self._train.experimental_get_tracing_count())

    def first_state(self, weights: np.ndarray) -> State:
        """Return the state before the first update, from weights (parameters, replicas)."""
        none = np.zeros(self.structure.replicas, np.int32)
        best = np.full(self.structure.replicas, np.inf, np.float32)
        return State(0, 0, weights, self.first_slots, best, weights, none, none)

    def __call__(self, split: Split, order: np.ndarray, numbers: Numbers, state: State) -> tuple[Any, ...]:
        """Train `numbers.epochs` epochs; return the five curves, snapshot numbers, snapshots and state of a Chunk."""
        import tensorflow as tf

        counts = np.array([state.epoch, state.updates, *(getattr(numbers, name) for name in _COUNTS)], np.int32)
        rates = np.stack([*(getattr(numbers, name) for name in _RATES), *numbers.dropout])
        marks = np.stack([numbers.seed, state.best_epoch, state.stopped_at])
        flats = np.stack([state.weights, state.best_weights, *state.slots])
        inputs = [*self._tensors(split), *map(tf.constant, (order, counts, rates, marks, flats, state.best))]
        if self._concrete is None:
            self._concrete = self._train.get_concrete_function(*inputs)
        results = self._concrete(*inputs)
        curves, snapshots, (first, last, epoch, updates), (best_epoch, stopped_at), flats, best = (
            result.numpy() for result in results
        )
        kept = np.arange(first, last + 1)
        after = State(int(epoch), int(updates), flats[0], tuple(flats[2:]), best, flats[1], best_epoch, stopped_at)
        return *curves[:, : after.epoch - state.epoch], kept, snapshots[: len(kept)], after

    def _tensors(self, split: Split) -> tuple[Any, ...]:
        """Hold the padded data of the newest split as TensorFlow constants, so that a chunk does not copy it again."""
        import tensorflow as tf

        if self._data[0] is not split:
            parts = (
                (split.x_train, split.y_train, self.structure.samples),
                (split.x_val, split.y_val, self.structure.validation),
            )
            arrays = (a for x, y, rows in parts for a in (_padded(x, rows), _padded(targets(y, split.classes), rows)))
            self._data = (split, tuple(map(tf.constant, arrays)))
        return self._data[1]

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
        """Loop over epochs and batches; traced once by TensorFlow, which turns `while` and `for` into graph loops.

        The inputs are few and packed, for TensorFlow takes a tenth of a millisecond to look at each.
        """
        import tensorflow as tf

        s = self.structure
        epoch, update, *others = tf.unstack(counts)
        numbers = dict(zip(_COUNTS, others, strict=True)) | dict(
            zip(_RATES, tf.unstack(rates)[: len(_RATES)], strict=True)
        )
        numbers["dropout"] = rates[len(_RATES) :]
        numbers["seed"], best_epoch, stopped_at = tf.unstack(marks)
        weights, best_weights, *slots = tf.unstack(flats)
        self.flat.assign(weights)
        for variable, value in zip(self.slots, slots, strict=True):
            variable.assign(value)
        self.optimizer.iterations.assign(tf.cast(update, tf.int64))
        set_numbers(self.optimizer, numbers)

        steps = (numbers["samples"] + numbers["batch_size"] - 1) // numbers["batch_size"]
        first_slot = _slot(update if s.by_update else epoch, numbers, 1)
        snapshots = tf.TensorArray(tf.float32, s.slots, element_shape=self.flat.shape)
        curves = [tf.TensorArray(tf.float32, s.epochs, element_shape=(s.replicas,)) for _ in range(5)]
        frozen = weights
        last_epoch = epoch + numbers["epochs"]
        first_epoch = epoch
        while tf.logical_and(epoch < last_epoch, tf.reduce_any(stopped_at == 0)):
            rows = order[epoch - first_epoch]
            x_epoch, y_epoch = (_take(x, rows, s), _take(y, rows, s)) if s.jit else (x, y)
            seen = tf.zeros((2, s.replicas))
            for step in tf.range(steps):
                offset = step * numbers["batch_size"]
                if s.jit:
                    x_batch, y_batch = _rows(x_epoch, offset, s.batch), _rows(y_epoch, offset, s.batch)
                else:
                    batch_rows = _rows(rows, offset, s.batch)
                    x_batch, y_batch = _take(x_epoch, batch_rows, s), _take(y_epoch, batch_rows, s)
                count = tf.minimum(numbers["batch_size"], numbers["samples"] - offset)
                gradient, loss, accuracy = self._gradient(x_batch, y_batch, count, numbers, update)
                self.optimizer.apply([gradient], [self.flat])
                update += 1
                seen += tf.cast(count, tf.float32) * tf.stack([loss, accuracy])
                if s.by_update:
                    snapshots = snapshots.write(_slot(update, numbers) - first_slot, self.flat.value)
            epoch += 1
            running = stopped_at == 0
            self.flat.assign(tf.where(running, self.flat.value, frozen))
            frozen = self.flat.value
            if not s.by_update:
                snapshots = snapshots.write(_slot(epoch, numbers) - first_slot, self.flat.value)
            loss, accuracy = tf.unstack(seen / tf.cast(numbers["samples"], tf.float32))
            val_loss, val_accuracy = self._validate(x_val, y_val, numbers)
            watched = val_loss if s.validation else loss
            better = tf.logical_and(running, watched < best)
            best = tf.where(better, watched, best)
            best_weights = tf.where(better, self.flat.value, best_weights)
            best_epoch = tf.where(better, epoch, best_epoch)
            impatient = tf.logical_and(running, epoch - best_epoch >= numbers["patience"])
            stopped_at = tf.where(impatient, epoch, stopped_at)
            values = (
                loss,
                self._penalty(cut(self.structure, self.flat.value), numbers),
                accuracy,
                val_loss,
                val_accuracy,
            )
            curves = [c.write(epoch - first_epoch - 1, v) for c, v in zip(curves, values, strict=True)]
        last_slot = _slot(update if s.by_update else epoch, numbers)
        flats = tf.stack([self.flat.value, best_weights, *(slot.value for slot in self.slots)])
        counts = tf.stack([first_slot, last_slot, epoch, update])
        stacked = tf.stack([curve.stack() for curve in curves])
        return stacked, snapshots.stack(), counts, tf.stack([best_epoch, stopped_at]), flats, best

    def _gradient(self, x: Any, y: Any, count: Any, numbers: Any, update: Any) -> tuple[Any, Any, Any]:
        import tensorflow as tf

        pieces = cut(self.structure, self.flat.value)
        with tf.GradientTape() as tape:
            tape.watch(pieces)
            outputs = forward(self.structure, pieces, x, numbers, update)
            loss, accuracy = self._feedback(y, outputs, count)
            total = tf.reduce_sum(loss) + tf.reduce_sum(self._penalty(pieces, numbers))
        gradients = tape.gradient(total, pieces)
        if self.structure.jit and self.structure.replicas > 1:
            gradients = _kept_apart(gradients)
        flat = [tf.reshape(gradient, (-1, self.structure.replicas)) for gradient in gradients]
        return tf.concat(flat, axis=0), loss, accuracy

    def _feedback(self, y: Any, outputs: Any, count: Any) -> tuple[Any, Any]:
        """Return mean loss and accuracy (replicas,) each over the first `count` samples; the rest is padding."""
        import keras
        import tensorflow as tf

        predicted = tf.transpose(outputs, (0, 2, 1))
        wanted = tf.broadcast_to(tf.transpose(y, (0, 2, 1)), tf.shape(predicted))
        predicted = tf.ensure_shape(predicted, (None, self.structure.replicas, y.shape[1]))
        wanted = tf.ensure_shape(wanted, predicted.shape)
        loss = self.loss.call(wanted, predicted)
        if y.shape[1] > 1:
            hit = tf.cast(keras.metrics.categorical_accuracy(wanted, predicted), tf.float32)
        else:
            middle = 0.0 if LOSSES[self.structure.loss].logits_of else 0.5
            hit = tf.cast(tf.equal(predicted > middle, wanted > 0.5), tf.float32)[..., 0]
        share = tf.where(tf.range(y.shape[0]) < count, 1 / tf.cast(count, tf.float32), 0.0)[:, None]
        return tf.reduce_sum(share * loss, axis=0), tf.reduce_sum(share * hit, axis=0)

    def _validate(self, x: Any, y: Any, numbers: Any) -> tuple[Any, Any]:
        import tensorflow as tf

        if not self.structure.validation:
            return tf.zeros((self.structure.replicas,)), tf.zeros((self.structure.replicas,))
        return self._feedback(
            y[..., None],
            forward(self.structure, cut(self.structure, self.flat.value), x[..., None]),
            numbers["validation"],
        )

    def _penalty(self, pieces: list[Any], numbers: Any) -> Any:
        """Return L1 and L2 penalties (replicas,) of the kernels, as Keras' regularizers add them; biases go free."""
        import tensorflow as tf

        absolute = sum(tf.reduce_sum(tf.abs(kernel), (0, 1)) for kernel in pieces[::2])
        squares = sum(tf.reduce_sum(kernel**2, (0, 1)) for kernel in pieces[::2])
        return numbers["l1"] * absolute + numbers["l2"] * squares


def cut(structure: Structure, flat: Any) -> list[Any]:
    """Cut the flat weights (parameters, replicas) into kernels (inputs, units, replicas) and biases (units, replicas)."""
    import tensorflow as tf

    parts = tf.split(flat, [math.prod(shape) for shape in structure.shapes], axis=0)
    return [tf.reshape(part, (*shape, structure.replicas)) for part, shape in zip(parts, structure.shapes, strict=True)]


def forward(structure: Structure, weights: list[Any], x: Any, numbers: Any = None, update: Any = None) -> Any:
    """Return outputs (samples, units, replicas), as logits where the loss wants them.

    Dropout acts in training alone, that is where numbers are given.
    """
    import keras

    last = len(structure.layers) - 1
    for i, layer in enumerate(structure.layers):
        x = _affine(x, weights[2 * i], weights[2 * i + 1], structure)
        if i < last or not LOSSES[structure.loss].logits_of:
            x = _activated(keras.activations.get(layer.activation), x)
        if layer.dropout and numbers is not None:
            x = _dropped(x, numbers["dropout"][i], _masks(numbers["seed"], update, i, x.shape[:2], structure))
    return x


def _padded(array: np.ndarray, rows: int) -> np.ndarray:
    flat = array.reshape(len(array), math.prod(array.shape[1:]))
    return np.pad(flat.astype(np.float32), [(0, rows - len(flat)), (0, 0)])


_COUNTS = ("samples", "validation", "batch_size", "epochs", "every", "patience")
_RATES = ("learning_rate", "momentum", "l1", "l2")


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
    """Build the Keras optimizer, its rate and momentum left open for `set_numbers`."""
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


def set_numbers(optimizer: Any, numbers: Any) -> None:
    optimizer._learning_rate.rate = numbers["learning_rate"]
    if isinstance(getattr(optimizer, "momentum", None), _Given):
        optimizer.momentum.tensor = numbers["momentum"]


def _slot(count: Any, numbers: Any, ahead: int = 0) -> Any:
    """Return the number of the snapshot that holds this epoch or update: the k-th is taken at k * every."""
    return (count + ahead + numbers["every"] - 1) // numbers["every"]


def _kept_apart(gradients: list[Any]) -> list[Any]:
    """Keep XLA from fusing the gradients of all weights into one loop over their concatenation.

    That loop would choose a formula for each element and so not be vectorised over replicas: with 64 of them the
    barrier gives one and a half to two times the epochs per second.
    """
    from tensorflow.compiler.tf2xla.ops import gen_xla_ops

    return gen_xla_ops.xla_optimization_barrier(input=gradients)


def _rows(array: Any, offset: Any, count: int) -> Any:
    """Cut out rows; XLA wants their number to be a constant, and slices written with brackets do not tell it."""
    import tensorflow as tf

    return tf.slice(array, [offset] + [0] * (len(array.shape) - 1), [count, *array.shape[1:]])


def _take(array: Any, rows: Any, structure: Structure) -> Any:
    """Gather rows of (samples, values) into (rows, values, 1), or (rows, values, replicas) where orders differ."""
    import tensorflow as tf

    if structure.own_order:
        return tf.transpose(tf.gather(array, rows), (0, 2, 1))
    return tf.gather(array, rows[:, 0])[..., None]


def _affine(x: Any, kernel: Any, bias: Any, structure: Structure) -> Any:
    """Return x kernel + bias for every replica: (samples, inputs, replicas or 1) to (samples, units, replicas)."""
    import tensorflow as tf

    if structure.jit and structure.batch * math.prod(kernel.shape[:2]) <= FUSED_PRODUCTS:
        return tf.reduce_sum(x[:, :, None, :] * kernel, axis=1) + bias
    if structure.replicas == 1:
        return (tf.matmul(x[..., 0], kernel[..., 0]) + bias[:, 0])[..., None]
    if x.shape[2] == 1:
        return tf.einsum("ni,iur->nur", x[..., 0], kernel) + bias
    return tf.einsum("nir,iur->nur", x, kernel) + bias


def _activated(activation: Any, x: Any) -> Any:
    import tensorflow as tf

    if activation.__name__ == "softmax":
        return tf.transpose(activation(tf.transpose(x, (0, 2, 1))), (0, 2, 1))
    return activation(x)


def _masks(seeds: Any, update: Any, layer: int, shape: Any, structure: Structure) -> Any:
    """Draw uniform numbers (samples, units, 1 or replicas) from seed, update and layer alone."""
    import tensorflow as tf

    counter = update * len(structure.layers) + layer
    if not structure.own_order:
        return tf.random.stateless_uniform((*shape, 1), tf.stack([seeds[0], counter]))
    draws = tf.map_fn(
        lambda seed: tf.random.stateless_uniform(shape, tf.stack([seed, counter])),
        seeds,
        fn_output_signature=tf.float32,
    )
    return tf.transpose(draws, (1, 2, 0))


def _dropped(x: Any, rate: Any, uniform: Any) -> Any:
    """Set a share of outputs to zero and scale the rest by 1 / (1 - rate), as keras.layers.Dropout does."""
    import tensorflow as tf

    return tf.where(uniform >= rate, x / (1 - rate), 0.0)
