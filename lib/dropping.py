"""Dropout: while a network trains, some outputs of a layer are set to zero and the others are scaled up."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.floating]

OUTPUTS = (1.0, 0.4, 2.0, 0.7, 1.6, 0.2, 1.3, 0.8)
"""What the units of one layer give for one sample: none is zero, so that a zero means dropped. They sum to 8."""


def scale(rate: float) -> float:
    """The factor 1 / (1 - rate) of what is kept. Raises ValueError where nothing would be kept.

    >>> scale(0.5), scale(0.75)
    (2.0, 4.0)
    """
    if not 0 <= rate < 1:
        raise ValueError(f"rate is {rate}; expected 0 up to but not including 1; choose the share to be dropped")
    return 1 / (1 - rate)


def dropped(outputs: ArrayLike, uniform: ArrayLike, rate: float) -> Floats:
    """Outputs (units,) in several batches (batches, units): zero where a uniform number from [0, 1) is below the rate.

    A larger rate drops what a smaller one drops, and more. Raises ValueError as `scale` does.

    >>> dropped([1.0, 3.0], [[0.9, 0.1], [0.6, 0.7]], 0.5).tolist()
    [[2.0, 0.0], [2.0, 6.0]]
    """
    kept = np.asarray(uniform) >= rate
    return np.where(kept, np.asarray(outputs) * scale(rate), 0.0)


def sum_deviation(outputs: ArrayLike, rate: float) -> float:
    """How far the sum (units,) strays with dropout: its standard deviation sqrt(rate / (1 - rate) * sum of squares).

    Each output h becomes 0 or h / (1 - rate), which has the mean h and the variance h² rate / (1 - rate).

    >>> sum_deviation([3.0, 4.0], 0.5)
    5.0
    """
    return float(np.sqrt(rate * scale(rate)) * np.linalg.norm(outputs))
