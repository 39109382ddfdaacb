"""The engine: many epochs of Keras training in one compiled call, for one network or for many replicas side by side.

How it is fast: `model.fit` pays Python for every batch. Here two loops, over epochs and over batches, are traced once
into one `tf.function` (lib/training/program.py), and numbers (rates, penalties, seeds, batch size, epochs) are its
inputs, so that moving a slider compiles nothing. What it is made of stays Keras: initializers, activations, losses,
optimizers.

Replicas stand in the last axis of everything: kernels are (inputs, units, replicas), activations (samples, units,
replicas). Keras' optimizers act element by element, so replicas train independently, each at its own rate; a single
run is one replica. Between calls all weights of a network form one flat array (parameters, replicas).
"""

from __future__ import annotations

import functools
import itertools
import math
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from lib.datasets import Split
from lib.layers import Dense
from lib.training.inputs import BATCH_CAPACITIES, Numbers, State, Structure, capacity
from lib.training.network import Network, cut, forward
from lib.training.program import Program
from lib.training.recipe import INITIALIZERS, LOSSES, Recipe, by_layer, layer_shapes

CHUNK_EPOCHS = 128
"""Epochs that one compiled call trains at most; longer runs travel in chunks."""

ORDER_VALUES = 1 << 20
"""Sample numbers in the shuffled order that one call is given, at most (4 MB): large sets get fewer epochs a chunk."""

SNAPSHOT_VALUES = 8_000_000
"""Numbers in all snapshots of one call, at most (32 MB as float32): large networks keep fewer snapshots."""

PREDICTED_VALUES = 1 << 24
"""Outputs of one layer that a prediction holds at once, at most (64 MB as float32)."""

SMALL_KERNEL = 1 << 12
"""Weights up to which a drawn kernel is remembered (16 KB)."""

FIRST = (0.0, 1.0, 0.0, 0.0, 1.0)
"""Where bias, gamma, beta, moving mean and moving variance begin, as in Keras."""

COMPILED_PROGRAMS = 64
"""Compiled programs kept; the one unused for longest is dropped."""


@dataclass(frozen=True, eq=False)
class Chunk:
    """What some epochs gave, as finite or infinite numbers as they came.

    Curves are (epochs, replicas); `slots` (snapshots,) are the numbers of the snapshots taken, counted from 1 over the
    whole run, `snapshots` (snapshots, parameters, replicas) their weights; `state` is where to go on.
    """

    loss: np.ndarray
    penalty: np.ndarray
    accuracy: np.ndarray
    val_loss: np.ndarray
    val_accuracy: np.ndarray
    slots: np.ndarray
    snapshots: np.ndarray
    state: State


def updates_per_epoch(samples: int, batch_size: int | None) -> int:
    """Count the batches in one pass over the data: ceil(samples / batch_size); the last one may be smaller.

    >>> updates_per_epoch(60_000, 128), updates_per_epoch(250, None)
    (469, 1)
    """
    return -(-samples // min(batch_size or samples, samples))


def snapshot_every(recipe: Recipe, samples: int, inputs: int, replicas: int = 1) -> int:
    """Return how many epochs (or updates) lie between two snapshots, so that neither number nor memory is passed.

    >>> from lib.datasets import request
    >>> snapshot_every(Recipe(request("circle"), (Dense(1, "tanh"),), epochs=300, snapshots=7), samples=250, inputs=2)
    43
    """
    per_epoch = updates_per_epoch(samples, recipe.batch_size) if recipe.snapshot_unit == "update" else 1
    return max(1, -(-recipe.epochs * per_epoch // _snapshots_kept(recipe, inputs, replicas)))


def _snapshots_kept(recipe: Recipe, inputs: int, replicas: int) -> int:
    parameters = sum(map(math.prod, layer_shapes(recipe.layers, inputs)))
    return max(1, min(recipe.snapshots, SNAPSHOT_VALUES // (parameters * replicas)))


def structure_of(recipes: tuple[Recipe, ...], split: Split) -> Structure:
    """Tell which compiled program trains these recipes, alike but for their numbers, on this data."""
    recipe, network = recipes[0], _network(recipes, split)
    samples = max(64, capacity(len(split.x_train)))
    own_order = len({r.seed for r in recipes}) > 1 and _draws(recipes)
    epochs = _epochs_a_call(recipe, network, samples * (len(recipes) if own_order else 1))
    snapshots = _snapshots_kept(recipe, network.inputs, network.replicas)
    return Structure(
        network=network,
        loss=recipe.loss,
        optimizer=recipe.optimizer,
        schedule=recipe.schedule,
        samples=samples,
        validation=max(64, capacity(len(split.x_val))) if len(split.x_val) else 0,
        epochs=epochs,
        slots=capacity((snapshots if recipe.snapshot_unit == "update" else min(snapshots, epochs)) + 2),
        by_update=recipe.snapshot_unit == "update",
        own_order=own_order,
    )


def _network(recipes: tuple[Recipe, ...], split: Split) -> Network:
    samples = len(split.x_train)
    return Network(
        inputs=math.prod(split.x_train.shape[1:]),
        layers=_layers(recipes),
        replicas=len(recipes),
        rows=capacity(min(recipes[0].batch_size or samples, samples), BATCH_CAPACITIES),
        logits=LOSSES[recipes[0].loss].logits_of is not None,
    )


def _epochs_a_call(recipe: Recipe, network: Network, order: int) -> int:
    """Return the epochs that a call has room for, given the numbers in the order of one epoch.

    Under XLA always the most, so that moving the epochs compiles nothing; large networks are traced anew instead, for
    there compiling costs little, and room for snapshots that are not taken much.
    """
    wanted = CHUNK_EPOCHS if network.jit else capacity(recipe.epochs)
    return max(1, min(CHUNK_EPOCHS, wanted, ORDER_VALUES // order))


def _layers(recipes: tuple[Recipe, ...]) -> tuple[Dense, ...]:
    """Return the layers with a dropout of 1 where some recipe has any: its rate is a number, its place is not."""
    return tuple(
        replace(layer, dropout=float(any(r.layers[i].dropout for r in recipes)))
        for i, layer in enumerate(recipes[0].layers)
    )


def _draws(recipes: tuple[Recipe, ...]) -> bool:
    """Tell whether training itself draws from the seeds, and not the first weights alone."""
    return recipes[0].shuffle or any(layer.dropout for layer in _layers(recipes))


_LOCK = threading.Lock()
_KEPT: OrderedDict[tuple[Structure, int], Program] = OrderedDict()
_counter = itertools.count(1)
_count = 0


def compiled(structure: Structure, copy: int) -> Program:
    """Return the program for a structure: compiled at its first call, kept for the next ones.

    Threads that train at once need a `copy` number each, for a program serves one call at a time.
    """
    with _LOCK:
        program = _KEPT.pop((structure, copy), None)
        if program is None:
            count_program()
            program = Program(structure)
        _KEPT[structure, copy] = program
        if len(_KEPT) > COMPILED_PROGRAMS:
            _KEPT.popitem(last=False)
    return program


def is_compiled(structure: Structure, copy: int) -> bool:
    """Tell whether this program has been called before, and so answers at once."""
    with _LOCK:
        program = _KEPT.get((structure, copy))
    return program is not None and program.has_answered


def count_program() -> None:
    """Note that this process compiles one more program: TensorFlow never gives back what XLA made of it."""
    global _count
    _count = next(_counter)


def programs_compiled() -> int:
    """Count the programs that this process has compiled, dropped ones too."""
    return _count


def compilations() -> int:
    """Count the traces of all programs that this process keeps: one each, as long as only numbers move."""
    with _LOCK:
        programs = list(_KEPT.values())
    return sum(program.compilations for program in programs)


def shuffled(seed: int, samples: int, epoch: int) -> np.ndarray:
    """Return the order (samples,) in which epoch number `epoch`, counted from 0, visits the samples."""
    return np.random.default_rng([seed, epoch]).permutation(samples)


@functools.lru_cache(maxsize=4)
def _orders(
    seeds: tuple[int | None, ...], samples: int, columns: int, first: int, count: int, epochs: int
) -> np.ndarray:
    """Return the orders of some epochs, padded to (epochs, columns, seeds); a seed of None leaves samples in order.

    Cached: while a slider moves, the seeds stay.
    """
    order = np.zeros((epochs, columns, len(seeds)), np.int32)
    for i in range(count):
        for r, seed in enumerate(seeds):
            order[i, :samples, r] = np.arange(samples) if seed is None else shuffled(seed, samples, first + i)
    return order


def initial_weights(recipe: Recipe, inputs: int) -> np.ndarray:
    """Return the first weights as one flat vector: the recipe's own, or kernels drawn by its Keras initializer.

    Layer number i, counted from 0, draws with seed 100 * recipe.seed + i; what is no kernel begins as in `FIRST`.
    """
    shapes = layer_shapes(recipe.layers, inputs)
    if recipe.start is not None:
        wanted = sum(map(math.prod, shapes))
        if len(recipe.start) != wanted:
            raise ValueError(
                f"start holds {len(recipe.start)} weights; expected {wanted} for this network; give them all"
            )
        return np.asarray(recipe.start, np.float32)
    flat: list[np.ndarray] = []
    for i, (kernel, *others) in enumerate(by_layer(recipe.layers, shapes)):
        flat.append(_kernel(recipe.initializer, 100 * recipe.seed + i, kernel).ravel())
        flat += [np.full(shape, first, np.float32) for shape, first in zip(others, FIRST, strict=True) if shape]
    return np.concatenate(flat)


def _kernel(initializer: str, seed: int, shape: tuple[int, ...]) -> np.ndarray:
    """Draw a kernel, or remember it where it is small: a sweep over seeds draws hundreds, a large one fills memory."""
    draw = _drawn if math.prod(shape) <= SMALL_KERNEL else _drawn.__wrapped__
    return draw(initializer, seed, shape)


@functools.lru_cache(maxsize=1024)
def _drawn(initializer: str, seed: int, shape: tuple[int, ...]) -> np.ndarray:
    import keras

    kind = getattr(keras.initializers, INITIALIZERS[initializer])
    return np.asarray((kind() if initializer == "zeros" else kind(seed=seed))(shape), np.float32)


def first_state(recipes: tuple[Recipe, ...], split: Split) -> State:
    """Return the state before the first update: initial weights, and an optimizer that has seen nothing."""
    inputs = math.prod(split.x_train.shape[1:])
    weights = np.stack([initial_weights(recipe, inputs) for recipe in recipes], axis=-1)
    return compiled(structure_of(recipes, split), 0).first_state(weights)


def nothing_yet(state: State) -> Chunk:
    """Return the chunk of no epochs: snapshot number 0, the weights before the first update."""
    none = np.zeros((0, state.weights.shape[1]), np.float32)
    return Chunk(none, none, none, none, none, np.zeros(1, np.int32), state.weights[None], state)


def train_chunk(
    recipes: tuple[Recipe, ...], split: Split, state: State, *, epochs: int | None = None, copy: int = 0
) -> Chunk:
    """Train the next epochs of these recipes, as many as fit one call and at most `epochs`, from `state` on.

    Calls in several threads at once need a `copy` number each, for a program serves one call at a time.
    """
    recipe, samples = recipes[0], len(split.x_train)
    structure = structure_of(recipes, split)
    count = min(structure.epochs, recipe.epochs - state.epoch, epochs or structure.epochs)
    seeds = tuple(r.seed if r.shuffle else None for r in (recipes if structure.own_order else recipes[:1]))
    order = _orders(seeds, samples, structure.samples + structure.network.rows, state.epoch, count, structure.epochs)
    every = snapshot_every(recipe, samples, structure.network.inputs, len(recipes))
    numbers = Numbers.of(recipes, samples, len(split.x_val), count, every)
    return Chunk(*compiled(structure, copy)(split, order, numbers, state))


def beside(chunks: list[Chunk], replicas: int) -> Chunk:
    """Join the shares of a sweep along the replicas, and leave out those that only filled a share up."""
    names = [field.name for field in fields(Chunk) if field.name not in ("slots", "state")]
    joined = {name: np.concatenate([getattr(chunk, name) for chunk in chunks], axis=-1) for name in names}
    kept = {name: array[..., :replicas] for name, array in joined.items()}
    return Chunk(slots=chunks[0].slots, state=chunks[0].state, **kept)


def behind(chunks: list[Chunk]) -> tuple[Chunk, np.ndarray]:
    """Join chunks one after the other; return them as one, and which of all their snapshots it keeps.

    Where a snapshot was begun in one chunk and finished in the next, the last counts.
    """
    names = [field.name for field in fields(Chunk) if field.name != "state"]
    joined = {name: np.concatenate([getattr(chunk, name) for chunk in chunks]) for name in names}
    newest = np.append(joined["slots"][1:] != joined["slots"][:-1], True)
    joined |= {"slots": joined["slots"][newest], "snapshots": joined["snapshots"][newest]}
    return Chunk(state=chunks[-1].state, **joined), newest


def predict(recipe: Recipe, weights: np.ndarray, x: np.ndarray, *, room: int = 1) -> np.ndarray:
    """Return predictions (snapshots, samples, outputs) of flat weights (snapshots, parameters) for x (samples, inputs).

    Compiled for `room` snapshots or more, so that calls with fewer compile nothing; wide layers take fewer at a time.
    """
    layers = tuple(replace(layer, dropout=0.0) for layer in recipe.layers)
    widest = max(layer.units for layer in layers)
    most = 1 << (max(1, PREDICTED_VALUES // (len(x) * widest)).bit_length() - 1)
    network = Network(
        inputs=x.shape[1],
        layers=layers,
        replicas=min(capacity(max(room, len(weights))), most),
        rows=1,  # all samples at once; but one row's arithmetic decides how it is written, as is fastest here
        logits=False,  # predictions come with their last activation
    )
    return np.concatenate(
        [_predicted(network, weights[i : i + most], x.astype(np.float32)) for i in range(0, len(weights), most)]
    )


def _predicted(network: Network, weights: np.ndarray, x: np.ndarray) -> np.ndarray:
    padded = np.zeros((weights.shape[1], network.replicas), np.float32)
    padded[:, : len(weights)] = weights.T
    outputs = _predictor(network, len(x))(padded, x).numpy()
    return np.ascontiguousarray(outputs[..., : len(weights)].transpose(2, 0, 1))


@functools.lru_cache(maxsize=COMPILED_PROGRAMS)
def _predictor(network: Network, samples: int) -> Callable[[np.ndarray, np.ndarray], Any]:
    """Compile predictions for this many samples: for another number TensorFlow would trace the same function again."""
    import tensorflow as tf

    count_program()
    return tf.function(lambda flat, x: forward(network, cut(network, flat), x[..., None]), jit_compile=network.jit)
