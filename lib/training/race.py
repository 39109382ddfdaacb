"""Keras' optimizers on a surface of two variables: every step of each of them, from one start."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from lib.descent import SURFACES
from lib.training.program import make_optimizer, set_numbers

MOST_STEPS = 400
"""Steps of a race at most: what the compiled call has room for."""

FAR = 1e3
"""A position further out than this has left every window for good: the path ends before it."""


def race(
    surface: str, learning_rates: tuple[tuple[str, float], ...], momentum: float, start: tuple[float, float], steps: int
) -> dict[str, np.ndarray]:
    """Run optimizers, given by id with their learning rates, down a surface: positions (steps + 1, 2) by id.

    The gradients come from TensorFlow's GradientTape, the steps from Keras' optimizers. A path that leaves for good
    or ceases to be finite ends there and is shorter. Raises ValueError for more than `MOST_STEPS` steps.
    """
    if not 1 <= steps <= MOST_STEPS:
        raise ValueError(f"steps is {steps}; expected 1 to {MOST_STEPS}; choose a number in that range")
    ids = tuple(name for name, _ in learning_rates)
    rates = np.array([rate for _, rate in learning_rates], np.float32)
    positions = _runner(surface, ids)(rates, np.float32(momentum), np.array(start, np.float32), np.int32(steps)).numpy()
    return {name: _until_lost(positions[: steps + 1, i]) for i, name in enumerate(ids)}


def _until_lost(path: np.ndarray) -> np.ndarray:
    there = (np.abs(path) < FAR).all(axis=1)  # False for NaN as well
    return path if there.all() else path[: there.argmin()]


@functools.lru_cache(maxsize=8)
def _runner(surface: str, ids: tuple[str, ...]) -> Any:
    """Compile the race of some optimizers on one surface; rates, momentum, start and steps stay its inputs."""
    import keras
    import tensorflow as tf

    function = SURFACES[surface].function
    runners = [(keras.Variable(np.zeros(2, np.float32)), make_optimizer(name)) for name in ids]
    for position, optimizer in runners:
        optimizer.build([position])
    fresh = [[variable.numpy() for variable in optimizer.variables] for _, optimizer in runners]

    @tf.function(jit_compile=True)
    def run(rates: Any, momentum: Any, start: Any, steps: Any) -> Any:
        for (position, optimizer), values, rate in zip(runners, fresh, tf.unstack(rates), strict=True):
            position.assign(start)
            for variable, value in zip(optimizer.variables, values, strict=True):
                variable.assign(value)
            set_numbers(optimizer, {"learning_rate": rate, "momentum": momentum})
        path = tf.TensorArray(tf.float32, MOST_STEPS + 1, element_shape=(len(runners), 2))
        path = path.write(0, tf.stack([position.value for position, _ in runners]))
        for step in tf.range(steps):
            for position, optimizer in runners:
                at = position.value
                with tf.GradientTape() as tape:
                    tape.watch(at)
                    loss = function(at[0], at[1], tf)
                optimizer.apply([tape.gradient(loss, at)], [position])
            path = path.write(step + 1, tf.stack([position.value for position, _ in runners]))
        return path.stack()

    return run
