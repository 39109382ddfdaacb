"""Keras' optimizers on a surface of two variables: every step of each of them, from one start."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from lib.descent import SURFACES
from lib.training.engine import count_program
from lib.training.optimizer import make_optimizer, set_numbers
from lib.training.recipe import OPTIMIZERS

MOST_STEPS = 400
"""Steps of a race at most: what the compiled call has room for."""

FAR = 1e3
"""A position further out than this has left every window for good: the path ends before it."""


def race(
    surface: str, learning_rates: tuple[tuple[str, float], ...], momentum: float, start: tuple[float, float], steps: int
) -> dict[str, np.ndarray]:
    """Run optimizers, given by id with their learning rates, down a surface: positions (steps + 1, 2) by id.

    The gradients come from TensorFlow's GradientTape, the steps from Keras' optimizers. A path that leaves for good
    or ceases to be finite ends there and is shorter. Raises ValueError for an unknown surface or optimizer, and for
    more than `MOST_STEPS` steps.
    """
    _check(surface, learning_rates, steps)
    rates = np.array([dict(learning_rates).get(name, 0.0) for name in OPTIMIZERS], np.float32)
    positions = _runner(surface)(rates, np.float32(momentum), np.array(start, np.float32), np.int32(steps)).numpy()
    paths = dict(zip(OPTIMIZERS, positions[: steps + 1].transpose(1, 0, 2), strict=True))
    return {name: _until_lost(paths[name]) for name, _ in learning_rates}


def _check(surface: str, learning_rates: tuple[tuple[str, float], ...], steps: int) -> None:
    if surface not in SURFACES:
        raise ValueError(f"surface is {surface!r}; expected one of {', '.join(SURFACES)}; choose one of these")
    unknown = [name for name, _ in learning_rates if name not in OPTIMIZERS]
    if unknown:
        raise ValueError(f"optimizer is {unknown[0]!r}; expected one of {', '.join(OPTIMIZERS)}; choose one of these")
    if not 1 <= steps <= MOST_STEPS:
        raise ValueError(f"steps is {steps}; expected 1 to {MOST_STEPS}; choose a number in that range")


def _until_lost(path: np.ndarray) -> np.ndarray:
    there = (np.abs(path) < FAR).all(axis=1)  # False for NaN as well
    return path if there.all() else path[: there.argmin()]


@functools.cache
def _runner(surface: str) -> Callable[..., Any]:
    """Compile the race of all optimizers on one surface: rates, momentum, start and steps stay its inputs."""
    import keras
    import tensorflow as tf

    racers = [(keras.Variable(np.zeros(2, np.float32)), make_optimizer(name)) for name in OPTIMIZERS]
    for position, optimizer in racers:
        optimizer.build([position])
    fresh = [[variable.numpy() for variable in optimizer.variables] for _, optimizer in racers]

    def places() -> Any:
        return tf.stack([position.value for position, _ in racers])

    def run(rates: Any, momentum: Any, start: Any, steps: Any) -> Any:
        for (position, optimizer), values, rate in zip(racers, fresh, tf.unstack(rates), strict=True):
            position.assign(start)
            for variable, value in zip(optimizer.variables, values, strict=True):
                variable.assign(value)
            set_numbers(optimizer, {"learning_rate": rate, "momentum": momentum})
        path = tf.TensorArray(tf.float32, MOST_STEPS + 1, element_shape=(len(racers), 2)).write(0, places())
        step = 0
        while step < steps:  # `for step in tf.range(steps)` would be compiled again for each number of steps
            for position, optimizer in racers:
                optimizer.apply([_slope(surface, position.value)], [position])
            step += 1
            path = path.write(step, places())
        return path.stack()

    count_program()
    return tf.function(run, jit_compile=True)


def _slope(surface: str, at: Any) -> Any:
    """Return the gradient (2,) of the surface at a position (2,)."""
    import tensorflow as tf

    with tf.GradientTape() as tape:
        tape.watch(at)
        loss = SURFACES[surface].function(at[0], at[1], tf)
    return tape.gradient(loss, at)
