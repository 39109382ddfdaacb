"""How fast this machine computes: measured several times, the median given, and never longer than a budget."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

BUDGET = 0.5
"""Seconds that all repeats of one measurement may take together."""

FEWEST, MOST = 3, 9
"""Repeats of a measurement: the first must seem possible, more than the second say no more."""

_ALONE = threading.Lock()

PILOT = 24
"""The side of the small array from which the time of a large one is estimated."""


class TooSlow(ValueError):
    """A measurement that would pass the budget: the `seconds` it would take, and what it may take."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"measuring would take about {seconds:.2g} s; expected at most {BUDGET} s; choose a smaller size"
        )
        self.seconds = seconds


def check(estimate: float) -> None:
    """Raise TooSlow where work of so many seconds, by estimate, could not be done `FEWEST` times within the budget."""
    if estimate * FEWEST > BUDGET:
        raise TooSlow(estimate * FEWEST)


def median_seconds(work: Callable[[], object]) -> tuple[float, int]:
    """The median time of `work`, and how often it was done: up to `MOST` times within the budget, at least once.

    Nothing else is measured meanwhile, for each would falsify the other.

    >>> median_seconds(lambda: None)[1]
    9
    """
    with _ALONE:
        times, end = [seconds(work)], time.perf_counter() + BUDGET
        while len(times) < MOST and time.perf_counter() + times[-1] < end:
            times.append(seconds(work))
    return median(times), len(times)


def seconds(work: Callable[[], object]) -> float:
    """How long `work` takes, done once."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


PILOT_SECONDS = 0.05
"""How long a small piece of work is repeated: on a busy machine its first runs may take a hundred times the usual."""


def least_seconds(work: Callable[[], object]) -> float:
    """The least time of `work`, done for `PILOT_SECONDS`, at least twice: by it the time of more work is estimated."""
    taken = [seconds(work), seconds(work)]
    while sum(taken) < PILOT_SECONDS:
        taken.append(seconds(work))
    return min(taken)


# --- A loop against NumPy ---------------------------------------------------------------------------------------------


def relu_loop(x: Array, y: Array) -> Array:
    """relu(x), entry by entry in Python; y takes no part.

    >>> relu_loop(np.array([[-1.0, 2.0]]), np.zeros((1, 2))).tolist()
    [[0.0, 2.0]]
    """
    z = x.copy()
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            z[i, j] = max(x[i, j], 0.0)
    return z


def add_loop(x: Array, y: Array) -> Array:
    """The sum x + y, entry by entry in Python.

    >>> add_loop(np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]])).tolist()
    [[4.0, 6.0]]
    """
    z = x.copy()
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            z[i, j] = x[i, j] + y[i, j]
    return z


def both_loop(x: Array, y: Array) -> Array:
    """relu(x + y), entry by entry in Python.

    >>> both_loop(np.array([[1.0, 2.0]]), np.array([[3.0, -4.0]])).tolist()
    [[4.0, 0.0]]
    """
    z = x.copy()
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            z[i, j] = max(x[i, j] + y[i, j], 0.0)
    return z


@dataclass(frozen=True)
class Elementwise:
    """An operation on every entry of x and y (n, n): as a Python loop, and as one expression of NumPy."""

    loop: Callable[[Array, Array], Array]
    vectorized: Callable[[Array, Array], Array]


OPERATIONS = {
    "relu": Elementwise(relu_loop, lambda x, y: np.maximum(x, 0.0)),
    "add": Elementwise(add_loop, lambda x, y: x + y),
    "both": Elementwise(both_loop, lambda x, y: np.maximum(x + y, 0.0)),
}


@dataclass(frozen=True)
class Comparison:
    """The median seconds of a loop and of NumPy for the same work, how often each was done, and that both agree."""

    size: int
    loop: float
    numpy: float
    loop_repeats: int
    numpy_repeats: int
    equal: bool

    @property
    def ratio(self) -> float:
        """How many times as long the loop takes."""
        return self.loop / self.numpy

    @property
    def order(self) -> str:
        """The ratio in one word: `same` below 3, `ten` below 30, else `hundred`."""
        return "same" if self.ratio < 3 else "ten" if self.ratio < 30 else "hundred"


def compare(operation: str, size: int) -> Comparison:
    """Time one of `OPERATIONS` on random arrays (size, size). Raises TooSlow before it would take too long.

    >>> compare("add", 8).equal
    True
    """
    chosen, rng = OPERATIONS[operation], np.random.default_rng(0)
    small = rng.normal(size=(2, PILOT, PILOT))
    check(least_seconds(lambda: chosen.loop(*small)) * (size / PILOT) ** 2)
    x, y = rng.normal(size=(2, size, size))
    results: dict[str, Array] = {}
    loop, loop_repeats = median_seconds(lambda: results.update(loop=chosen.loop(x, y)))
    quick, quick_repeats = median_seconds(lambda: results.update(numpy=chosen.vectorized(x, y)))
    equal = np.array_equal(results["loop"], results["numpy"])
    return Comparison(size, loop, quick, loop_repeats, quick_repeats, equal)


# --- A matrix product -------------------------------------------------------------------------------------------------

PILOT_PRODUCT = 128
"""The side of the small matrices from which the time of a large product is estimated."""

DTYPES = ("float16", "float32", "float64")


@dataclass(frozen=True)
class Speed:
    """The median seconds of a matrix product, how often it was done, and its multiplications a second."""

    seconds: float
    repeats: int
    rate: float


def product_speed(batch: int, inputs: int, units: int, dtype: str = "float32") -> Speed:
    """Time dot(x, W) of random x (batch, inputs) and W (inputs, units). Raises TooSlow before it would take too long.

    >>> product_speed(8, 8, 8).repeats
    9
    """
    small = np.ones((PILOT_PRODUCT, PILOT_PRODUCT), dtype)
    check(least_seconds(lambda: np.dot(small, small)) / PILOT_PRODUCT**3 * batch * inputs * units)
    rng = np.random.default_rng(0)
    x, w = (rng.random(shape, np.float32).astype(dtype) for shape in ((batch, inputs), (inputs, units)))
    middle, repeats = median_seconds(lambda: np.dot(x, w))
    return Speed(middle, repeats, batch * inputs * units / middle)
