"""The real Keras layers of the geometry lesson: stacks that collapse, and a network of relu units that bends a line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from lib.datasets import request
from lib.folding import Layer, grid
from lib.layers import Dense
from lib.training.recipe import Recipe
from lib.training.worker import prepare

Call = tuple[Callable[..., object], tuple[object, ...]]

DEPTHS = (1, 2, 3, 4, 6, 10)
WIDTHS = (2, 4, 16, 64)
HALF = 1.0
"""The stacks move a grid over the square from -HALF to HALF, of so many lines each way and so many points a line."""
LINES, POINTS = 9, 37

KINK_UNITS = (1, 2, 3, 4, 6, 12)
KINK_RATES = (0.001, 0.003, 0.01, 0.03, 0.1)


@dataclass(frozen=True, eq=False)
class Stack:
    """A stack of Keras layers: its weights, and what each layer gives for the points of the grid.

    `outputs` holds (2 * lines, points, 2) for each layer, None for those whose outputs are not points of a plane.
    """

    layers: tuple[Layer, ...]
    outputs: tuple[np.ndarray | None, ...]


def widths(depth: int, width: int) -> tuple[int, ...]:
    """The numbers that a point has along the stack: 2 at its ends, `width` between its layers.

    >>> widths(3, 16)
    (2, 16, 16, 2)
    """
    return 2, *[width] * (depth - 1), 2


@lru_cache(maxsize=64)
def stack(depth: int, width: int, seed: int, activation: str) -> Stack:
    """Build a stack of keras.layers.Dense and send the grid through it; the last layer has no activation.

    Runs in the trainer process.
    """
    lines = grid(HALF, lines=LINES, points=POINTS)
    values: Any = lines.reshape(-1, 2).astype(np.float32)
    layers, outputs = [], []
    for layer in _dense(depth, width, seed, activation):
        values = layer(values)
        kernel, bias = layer.get_weights()
        layers.append((kernel, bias))
        outputs.append(np.asarray(values).reshape(lines.shape) if kernel.shape[1] == 2 else None)
    return Stack(tuple(layers), tuple(outputs))


def _dense(depth: int, width: int, seed: int, activation: str) -> list[Any]:
    """Layers that turn and stretch, so that the grid neither vanishes nor leaves the picture on its way."""
    import keras

    last, made = depth - 1, []
    for number in range(depth):
        gain = (width / 2) ** 0.5 if number == last and depth > 1 else 1.0
        turn = keras.initializers.Orthogonal(gain, seed=100 * seed + number)
        small = 0.15 * (2 / (2 if number == last else width)) ** 0.5
        stretch = keras.initializers.VarianceScaling(0.06 * gain**2, seed=100 * seed + number + 50)
        made.append(
            keras.layers.Dense(
                2 if number == last else width,
                activation="linear" if number == last else activation,
                kernel_initializer=lambda shape, dtype=None, turn=turn, stretch=stretch: (
                    turn(shape, dtype) + stretch(shape, dtype)
                ),
                bias_initializer=keras.initializers.RandomNormal(small, small, seed=100 * seed + number),
            )
        )
    return made


def bending(*, units: int = 4, learning_rate: float = 0.01, epochs: int = 300, seed: int = 0) -> Recipe:
    """A hidden layer of relu units that learns a wave over one number, whose curve is straight between their kinks.

    >>> [layer.units for layer in bending().layers]
    [4, 1]
    """
    return Recipe(
        request("wave", samples=90, noise=0.1, seed=3),
        (Dense(units, "relu"), Dense(1, "linear")),
        "mse",
        "adam",
        learning_rate=learning_rate,
        epochs=epochs,
        seed=seed,
        snapshots=60,
    )


def next_bendings() -> list[Call]:
    """The networks with other numbers of units, to be compiled ahead; other numbers compile nothing."""
    return [(prepare, ((bending(units=units),),)) for units in KINK_UNITS]
