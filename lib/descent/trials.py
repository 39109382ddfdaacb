"""Learning without slopes: one coefficient tried a little lower and higher, and what that costs a whole network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np

from lib.descent.curves import Interval

# 0.5 + A sin(k (w - 0.3)) with A sin(0.05 k) = 0.1, so that a step of 0.05 either way changes the loss by 0.1.
_WAVE = 5.0
_HEIGHT = 0.1 / float(np.sin(0.05 * _WAVE))
COEFFICIENT_DOMAIN: Interval = (-0.3, 0.6)
COEFFICIENT_RANGE: Interval = (0.0, 1.0)
COEFFICIENT_LOWEST = 0.3 - np.pi / (2 * _WAVE)


def coefficient_loss(w: Any) -> Any:
    """The loss as one coefficient changes and all others stay: 0.5 at 0.3, 0.6 at 0.35, 0.4 at 0.25, least near -0.014.

    >>> [round(float(coefficient_loss(w)), 12) for w in (0.25, 0.3, 0.35)]
    [0.4, 0.5, 0.6]
    """
    return 0.5 + _HEIGHT * np.sin(_WAVE * (w - 0.3))


Way = Literal["down", "up", "stay"]


@dataclass(frozen=True)
class Trial:
    """The losses at w - h, w and w + h, and which way is better; `passes` counts the forward passes it took."""

    w: float
    h: float
    down: float
    here: float
    up: float
    better: Way
    passes: int = 2


def trial(w: float, h: float) -> Trial:
    """Try one coefficient a little lower and a little higher, all else fixed.

    The loss at w itself is known from the step before, so a trial costs two forward passes.

    >>> trial(0.3, 0.05).better
    'down'
    """
    down, here, up = (float(coefficient_loss(v)) for v in (w - h, w, w + h))
    return Trial(w, h, down, here, up, better_way(down, here, up))


def better_way(down: float, here: float, up: float) -> Way:
    """Which of three losses is the least: lower the coefficient, raise it, or let it stay.

    >>> better_way(0.4, 0.5, 0.6)
    'down'
    """
    if min(down, up) >= here:
        return "stay"
    return "down" if down <= up else "up"


def parameters(layer_sizes: Sequence[int]) -> int:
    """The number of weights and biases of a dense network: the sum of (inputs + 1) outputs over its layers.

    Raises ValueError unless there are two sizes or more, all positive.

    >>> parameters((784, 512, 10))
    407050
    """
    if len(layer_sizes) < 2 or min(layer_sizes) < 1:
        raise ValueError(f"Layer sizes are {tuple(layer_sizes)}, but a network needs two or more, like (784, 512, 10).")
    return sum((inputs + 1) * outputs for inputs, outputs in pairwise(layer_sizes))


def trial_passes(layer_sizes: Sequence[int]) -> int:
    """Forward passes to try every coefficient once: two for each.

    >>> trial_passes((784, 512, 10))
    814100
    """
    return 2 * parameters(layer_sizes)


def gradient_passes(layer_sizes: Sequence[int]) -> float:
    """The cost of one forward and one backward pass, in forward passes (multiply-adds): three at most.

    Going back, each layer multiplies once for the gradient of its weights and once for that of its inputs, which the
    first layer need not, so a backward pass costs up to two forward ones. (For programs in general the "cheap gradient
    principle" of Griewank and Walther, Evaluating Derivatives, 2008, bounds the whole by about five.)

    >>> round(gradient_passes((784, 512, 10)), 3)
    2.013
    """
    parameters(layer_sizes)  # refuses sizes that make no network
    products = [inputs * outputs for inputs, outputs in pairwise(layer_sizes)]
    return 1 + (2 * sum(products) - products[0]) / sum(products)
