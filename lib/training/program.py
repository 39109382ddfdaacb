"""The compiled program: two loops, over epochs and over batches, around Keras' forward pass, loss and optimizer.

TensorFlow and Keras are imported inside functions: the page process may import this module and stays light.
"""

from __future__ import annotations

import functools
import threading
from dataclasses import replace
from typing import Any

import numpy as np

from lib.datasets import Split
from lib.training.inputs import CURVES, Numbers, State, Structure, packed, tensors, unpacked
from lib.training.network import batch_moments, dropped, forward, moved, shaped
from lib.training.optimizer import make_optimizer, set_numbers
from lib.training.recipe import LOSSES, by_layer


class Program:
    """A structure, traced and compiled: call it with data, order, numbers and state.

    Variables and optimizer belong to this program; their values come in with the state and leave with it, so nothing
    of one run is left behind for the next. One program serves one call at a time; further ones wait.

    Inside, flat weights begin with all that is trained, which the optimizer alone sees, and end with the moving
    statistics of normalised layers; outside they stand layer by layer.
    """

    def __init__(self, structure: Structure) -> None:
        """Build Keras' variables, optimizer and loss; tracing waits for the first call."""
        import keras
        import tensorflow as tf

        network, loss = structure.network, LOSSES[structure.loss]
        self.structure, self.network = structure, network
        self.moving = network.moving
        self.trained = [i for i in range(len(network.sizes)) if i not in self.moving]
        # One variable for all weights makes one short loop of a single network's update. Of many networks XLA would
        # choose a formula for each element in that loop, and not vectorise it over the replicas.
        self.variables, self.statistics = (
            [keras.Variable(np.zeros((size, network.replicas), np.float32)) for size in self._sizes(positions)]
            for positions in (self.trained, self.moving)
        )
        self.inside, self.outside = self._orders()
        self.optimizer = make_optimizer(structure.optimizer, structure.schedule)
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
        weights, best_weights = state.weights[self.inside], state.best_weights[self.inside]
        before = replace(state, weights=weights, best_weights=best_weights)
        inputs = [*tensors(split, self.structure.samples, self.structure.validation), *packed(order, numbers, before)]
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
        weights, best_weights = weights[self.outside], best_weights[self.outside]
        after = State(int(epoch), int(updates), weights, tuple(slots), best, best_weights, best_epoch, stopped_at)
        return *curves[:, : after.epoch - state.epoch], kept, snapshots[: len(kept), self.outside], after

    def _sizes(self, positions: list[int]) -> list[int]:
        """Count the rows of the variables that hold the weights at these positions."""
        sizes = [self.network.sizes[i] for i in positions]
        return sizes if self.network.replicas > 1 else [sum(sizes)] * bool(sizes)

    def _orders(self) -> tuple[Any, Any]:
        """Return indices that bring the rows of flat weights into the order inside, and back."""
        if not self.moving:
            return slice(None), slice(None)
        rows = np.split(np.arange(sum(self.network.sizes)), np.cumsum(self.network.sizes)[:-1])
        inside = np.concatenate([rows[i] for i in self.trained + self.moving])
        return inside, np.argsort(inside)

    def _parts(self) -> list[int]:
        """Count the rows that weights, best weights and the optimizer's slots take in one packed array."""
        return [sum(self.network.sizes)] * 2 + [slot.shape[0] for slot in self.slots]

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

        epoch, update, numbers = unpacked(counts, rates, marks)
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

        sizes = self._sizes(self.trained) + self._sizes(self.moving)
        for variable, part in zip(self.variables + self.statistics, tf.split(flat, sizes, axis=0), strict=True):
            variable.assign(part)

    def _flat(self) -> Any:
        """Return all weights (parameters, replicas) as they stand now."""
        import tensorflow as tf

        return tf.concat(self._values(), axis=0)

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
            gradients, statistics, feedback = self._gradients(x_batch, y_batch, count, numbers, update)
            self.optimizer.apply(gradients, self.variables)
            for variable, value in zip(self.statistics, statistics, strict=True):
                variable.assign(value)
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

    def _gradients(
        self, x: Any, y: Any, count: Any, numbers: Any, update: Any
    ) -> tuple[list[Any], list[Any], tuple[Any, Any]]:
        """Return gradients, new statistics, and mean loss and accuracy (replicas,) of the batch."""
        import tensorflow as tf

        weights, seen = self._weights(), list[Any]()
        trained = [weights[i] for i in self.trained]
        drop, moments = functools.partial(self._drop, numbers, update), functools.partial(_noted, seen, count)
        with tf.GradientTape() as tape:
            tape.watch(trained)
            outputs = forward(self.network, weights, x, drop, moments)
            loss, accuracy = self._feedback(y, outputs, count)
            total = tf.reduce_sum(loss) + tf.reduce_sum(self._penalty(weights, numbers))
        gradients = [tf.reshape(g, (-1, self.network.replicas)) for g in tape.gradient(total, trained)]
        statistics = [moved(weights[i], value) for i, value in zip(self.moving, seen, strict=True)]
        return self._joined(gradients), self._joined(statistics), (loss, accuracy)

    def _joined(self, parts: list[Any]) -> list[Any]:
        """Put parts (values, replicas) together as the variables hold them."""
        import tensorflow as tf

        return [tf.concat(parts, axis=0)] if parts and self.network.replicas == 1 else parts

    def _values(self) -> list[Any]:
        return [variable.value for variable in self.variables + self.statistics]

    def _weights(self) -> list[Any]:
        """Return the weights as they stand now, in the network's order and with its shapes."""
        return self._cut(self._flat()) if self.network.replicas == 1 else self._in_order(self._values())

    def _cut(self, flat: Any) -> list[Any]:
        """Cut flat weights of the order inside into those of the network's order, with its shapes."""
        import tensorflow as tf

        return self._in_order(tf.split(flat, [self.network.sizes[i] for i in self.trained + self.moving], axis=0))

    def _in_order(self, parts: list[Any]) -> list[Any]:
        positions = self.trained + self.moving
        return shaped(self.network, [parts[positions.index(i)] for i in range(len(parts))])

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
        """Return L1 and L2 penalties (replicas,) of the kernels alone, as Keras' regularizers add them."""
        import tensorflow as tf

        kernels = [layer.kernel for layer in by_layer(self.network.layers, weights)]
        absolute = sum(tf.reduce_sum(tf.abs(kernel), (0, 1)) for kernel in kernels)
        squares = sum(tf.reduce_sum(kernel**2, (0, 1)) for kernel in kernels)
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

        weights = self._cut(flat)
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


def _noted(seen: list[Any], count: Any, sums: Any) -> tuple[Any, Any]:
    """Return the moments of a batch, and note them: mean and variance, layer by layer."""
    moments = batch_moments(sums, count)
    seen += moments
    return moments


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
