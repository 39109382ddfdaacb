"""The engine: many epochs of Keras training in one compiled call, for one network or for many replicas side by side.

How it is fast: `model.fit` pays Python for every batch. Here two loops, over epochs and over batches, are traced once
into one `tf.function` (lib/training/program.py), and numbers (rates, penalties, seeds, batch size, epochs) are its
inputs, so that moving a slider compiles nothing. What it is made of stays Keras: initializers, activations, losses,
optimizers.

Replicas stand in the last axis of everything: kernels are (inputs, units, replicas), activations (samples, units,
replicas). Keras' optimizers act element by element, so replicas train independently, each at its own rate; a single
run is one replica. All weights of a network form one flat Keras variable (parameters, replicas).
"""

from __future__ import annotations

import functools
import math
import weakref
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lib.datasets import Split
from lib.training.program import BATCH_CAPACITIES, Numbers, Program, State, Structure, capacity, cut, forward
from lib.training.recipe import INITIALIZERS, Recipe, layer_shapes

CHUNK_EPOCHS = 128
"""Epochs that one compiled call trains at most; longer runs travel in chunks."""

ORDER_VALUES = 1 << 20
"""Sample numbers in the shuffled order that one call is given, at most (4 MB): large sets get fewer epochs a chunk."""

SNAPSHOT_VALUES = 8_000_000
"""Numbers in all snapshots of one call, at most (32 MB as float32): large networks keep fewer snapshots."""

COMPILED_PROGRAMS = 24
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


def snapshot_every(recipe: Recipe, samples: int, inputs: int) -> int:
    """Return how many epochs (or updates) lie between two snapshots, so that neither number nor memory is passed."""
    per_epoch = updates_per_epoch(samples, recipe.batch_size) if recipe.snapshot_unit == "update" else 1
    return max(1, -(-recipe.epochs * per_epoch // _snapshots_kept(recipe, inputs, 1)))


def _snapshots_kept(recipe: Recipe, inputs: int, replicas: int) -> int:
    parameters = sum(map(math.prod, layer_shapes(recipe.layers, inputs)))
    return max(1, min(recipe.snapshots, SNAPSHOT_VALUES // (parameters * replicas)))


def structure_of(recipes: tuple[Recipe, ...], split: Split) -> Structure:
    """Tell which compiled program trains these recipes, alike but for their numbers, on this data."""
    recipe, replicas = recipes[0], len(recipes)
    inputs = math.prod(split.x_train.shape[1:])
    samples = max(64, capacity(len(split.x_train)))
    epochs = max(1, min(CHUNK_EPOCHS, capacity(recipe.epochs), ORDER_VALUES // samples))
    snapshots = _snapshots_kept(recipe, inputs, 1)
    return Structure(
        inputs=inputs,
        layers=tuple(
            replace(layer, dropout=float(any(r.layers[i].dropout for r in recipes)))
            for i, layer in enumerate(recipe.layers)
        ),
        loss=recipe.loss,
        optimizer=recipe.optimizer,
        samples=samples,
        validation=max(64, capacity(len(split.x_val))) if len(split.x_val) else 0,
        batch=capacity(min(recipe.batch_size or len(split.x_train), len(split.x_train)), BATCH_CAPACITIES),
        epochs=epochs,
        slots=capacity((snapshots if recipe.snapshot_unit == "update" else min(snapshots, epochs)) + 2),
        replicas=replicas,
        by_update=recipe.snapshot_unit == "update",
        own_order=len({r.seed for r in recipes}) > 1,
    )


@functools.lru_cache(maxsize=COMPILED_PROGRAMS)
def compiled(structure: Structure, copy: int = 0) -> Program:
    """Return the program for a structure: compiled at its first call, kept for the next ones."""
    _PROGRAMS.append(structure)
    program = Program(structure)
    _KEPT.add(program)
    return program


_PROGRAMS: list[Structure] = []
_KEPT: weakref.WeakSet[Program] = weakref.WeakSet()


def programs_compiled() -> int:
    """Count the programs that this process has compiled, dropped ones too."""
    return len(_PROGRAMS)


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
    """Return the first weights as one flat vector: the recipe's own, or drawn by its Keras initializer, biases zero.

    Layer number i, counted from 0, draws with seed 100 * recipe.seed + i.
    """
    shapes = layer_shapes(recipe.layers, inputs)
    if recipe.start is not None:
        wanted = sum(map(math.prod, shapes))
        if len(recipe.start) != wanted:
            raise ValueError(
                f"start holds {len(recipe.start)} weights; expected {wanted} for this network; give them all"
            )
        return np.asarray(recipe.start, np.float32)
    kernels = [_drawn(recipe.initializer, 100 * recipe.seed + i, shape) for i, shape in enumerate(shapes[::2])]
    return np.concatenate([w for kernel in kernels for w in (kernel.ravel(), np.zeros(kernel.shape[1], np.float32))])


@functools.lru_cache(maxsize=4096)
def _drawn(initializer: str, seed: int, shape: tuple[int, ...]) -> np.ndarray:
    import keras

    kind = getattr(keras.initializers, INITIALIZERS[initializer])
    return np.asarray((kind() if initializer == "zeros" else kind(seed=seed))(shape), np.float32)


def first_state(recipes: tuple[Recipe, ...], split: Split) -> State:
    """Return the state before the first update: initial weights, and an optimizer that has seen nothing."""
    inputs = math.prod(split.x_train.shape[1:])
    weights = np.stack([initial_weights(recipe, inputs) for recipe in recipes], axis=-1)
    return compiled(structure_of(recipes, split)).first_state(weights)


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
    order = _orders(seeds, samples, structure.samples + structure.batch, state.epoch, count, structure.epochs)
    numbers = Numbers.of(recipes, samples, len(split.x_val), count, snapshot_every(recipe, samples, structure.inputs))
    return Chunk(*compiled(structure, copy)(split, order, numbers, state))


def predict(recipe: Recipe, weights: np.ndarray, x: np.ndarray, *, room: int = 1) -> np.ndarray:
    """Return predictions (snapshots, samples, outputs) of flat weights (snapshots, parameters) for x (samples, inputs).

    Compiled for `room` snapshots or more, so that calls with fewer compile nothing.
    """
    structure = Structure(
        inputs=x.shape[1],
        layers=recipe.layers,
        loss="mse",  # not a loss that wants logits: predictions come with their last activation
        optimizer=recipe.optimizer,
        samples=len(x),
        validation=0,
        batch=1,
        epochs=1,
        slots=1,
        replicas=capacity(max(room, len(weights))),
        by_update=False,
        own_order=False,
    )
    padded = np.zeros((weights.shape[1], structure.replicas), np.float32)
    padded[:, : len(weights)] = weights.T
    outputs = _predictor(structure)(padded, x.astype(np.float32)).numpy()
    return np.ascontiguousarray(outputs[..., : len(weights)].transpose(2, 0, 1))


@functools.lru_cache(maxsize=COMPILED_PROGRAMS)
def _predictor(structure: Structure) -> Callable[[np.ndarray, np.ndarray], Any]:
    import tensorflow as tf

    _PROGRAMS.append(structure)
    return tf.function(
        lambda flat, x: forward(structure, cut(structure, flat), x[..., None]), jit_compile=structure.jit
    )


def compilations() -> int:
    """Count the traces of all programs that this process keeps: one each, as long as only numbers move."""
    return sum(program.compilations for program in _KEPT)
