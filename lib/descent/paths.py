"""Paths: a descent step by step and what became of it, and what a sweep of learning rates tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lib.descent.curves import Curve

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Path:
    """The positions of a descent: x, loss, slope and velocity, each of shape (steps + 1,), all finite.

    Where it diverged, the path ends with the first step out of bounds, and `diverged_at` is that step.
    """

    x: Array
    loss: Array
    slope: Array
    velocity: Array
    diverged_at: int | None = None


BOUND = 50.0  # further from 0 than this, an order beyond every window, a descent counts as diverged


def descend(curve: Curve, *, start: float, learning_rate: float, momentum: float = 0.0, steps: int = 50) -> Path:
    """Go down a curve as Keras' SGD does: velocity = momentum velocity - learning_rate slope, then x += velocity.

    Stops early where it passes `BOUND`. Raises ValueError when a setting is out of range.

    >>> from lib.descent import parabola
    >>> descend(parabola(1.0), start=2.0, learning_rate=0.5, steps=3).x
    array([2.  , 1.  , 0.5 , 0.25])
    """
    _check_descent(learning_rate, momentum, steps)
    xs, velocities, diverged_at = [float(start)], [0.0], None
    for step in range(1, steps + 1):
        velocities.append(momentum * velocities[-1] - learning_rate * float(curve.derivative(xs[-1])))
        xs.append(xs[-1] + velocities[-1])
        if abs(xs[-1]) > BOUND:
            # A quartic can leap so far in one step that its loss overflows: bring it back to the bound.
            xs[-1] = float(np.copysign(BOUND, xs[-1]))
            diverged_at = step
            break
    x = np.array(xs)
    return Path(x, np.asarray(curve.function(x)), np.asarray(curve.derivative(x)), np.array(velocities), diverged_at)


def _check_descent(learning_rate: float, momentum: float, steps: int) -> None:
    if not learning_rate > 0:
        raise ValueError(f"The learning rate is {learning_rate}, but a step needs a positive one. Try 0.1.")
    if not 0 <= momentum < 1:
        raise ValueError(f"The momentum is {momentum}, but it must be at least 0 and below 1. Try 0.9.")
    if steps < 1:
        raise ValueError(f"The number of steps is {steps}, but a descent takes at least one.")


Verdict = Literal["too_slow", "converges", "oscillates", "trapped", "diverges"]
TOLERANCE = 0.02  # of the window's width: nearer to the lowest point than this counts as there
FLAT = 0.1  # a slope below this is next to none in these windows


def verdict(curve: Curve, path: Path) -> Verdict:
    """What became of a descent, in one word.

    In this order: `diverges`, it left the window for good or ended higher than it began; `converges`, its last
    three positions lie within `TOLERANCE` of the lowest point; `oscillates`, in the last quarter of its steps it
    still jumps to and fro by more than that, or swings ten times as far in the last half; `trapped`, it stands
    where the slope is below `FLAT`, with a hump before the lowest point or on a shoulder that curves downward;
    `too_slow`, it was still on its way.

    >>> from lib.descent import parabola
    >>> verdict(parabola(), descend(parabola(), start=2.0, learning_rate=2.1))
    'diverges'
    """
    tolerance = TOLERANCE * (curve.domain[1] - curve.domain[0])
    if path.diverged_at is not None or path.loss[-1] > path.loss[0] + 1e-9:
        return "diverges"
    if np.abs(path.x[-3:] - curve.lowest).max() <= tolerance:
        return "converges"
    if _oscillates(path, tolerance):
        return "oscillates"
    return "trapped" if _is_trapped(curve, float(path.x[-1])) else "too_slow"


def _oscillates(path: Path, tolerance: float) -> bool:
    late, half = path.x[-max(4, len(path.x) // 4) :], path.x[len(path.x) // 2 :]
    to_and_fro = _turns(late) >= 2 and np.ptp(late) > tolerance
    swings = _turns(half) >= 1 and np.ptp(half) > 10 * tolerance
    return bool(to_and_fro or swings)


def _turns(x: Array) -> int:
    return int(np.count_nonzero(np.diff(np.sign(np.diff(x)))))


def _is_trapped(curve: Curve, x: float) -> bool:
    if abs(curve.derivative(x)) >= FLAT:
        return False
    between = curve.function(np.linspace(x, curve.lowest, 200))
    return bool(between.max() > between[0] + 1e-3 or curve.second_derivative(x) < 0)


def stability_limit(curvature: float, momentum: float = 0.0) -> float:
    """The learning rate above which descent diverges in a valley of this curvature: 2 (1 + m) / c.

    Source: the roots of r^2 - (1 + m - lr c) r + m leave the unit circle there (Polyak, 1964). Raises ValueError
    unless the curvature is positive.

    >>> stability_limit(4.0), stability_limit(4.0, momentum=0.5)
    (0.5, 0.75)
    """
    if not curvature > 0:
        raise ValueError(f"The curvature is {curvature}, but a valley needs a positive one. Try 1.0.")
    return 2 * (1 + momentum) / curvature


def step_factor(learning_rate: float, curvature: float) -> float:
    """What one plain step multiplies the distance to the bottom of a parabola with: 1 - lr c.

    >>> step_factor(0.5, 1.0)
    0.5
    """
    return 1 - learning_rate * curvature


def observed_factor(path: Path) -> float:
    """The median of x[k + 1] / x[k] along a path around a valley at 0: without momentum all of them are 1 - lr c.

    Raises ValueError when the path starts at the bottom.

    >>> from lib.descent import parabola
    >>> observed_factor(descend(parabola(1.0), start=2.0, learning_rate=0.5, steps=3))
    0.5
    """
    before = path.x[:-1]
    if before[0] == 0:
        raise ValueError("The path starts at the bottom, where every step is 0. Start elsewhere.")
    # From the velocity, since a last step out of bounds was brought back to them.
    return float(np.median(1 + path.velocity[1:][before != 0] / before[before != 0]))


def kept(count: int, most: int) -> NDArray[np.int_]:
    """Which of `count` steps to draw when at most `most` fit: evenly spread, the first and the last among them.

    Raises ValueError unless there is a step to keep and room for two.

    >>> kept(11, 3)
    array([ 0,  5, 10])
    """
    if count < 1 or most < 2:
        raise ValueError(f"Cannot keep {most} of {count} steps: it takes one step or more, and room for two.")
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(int))


# --- A sweep of learning rates ----------------------------------------------------------------------------------------

Zone = Literal["too_slow", "good", "divergent"]
SHARE = 0.2  # of the way from the best final loss back to the initial one: runs that ended below are good


def learning_rates(n: int = 64, low: float = 1e-4, high: float = 10.0) -> Array:
    """Learning rates from low to high, n of them, each the same factor above the one before.

    Raises ValueError unless 0 < low < high.

    >>> learning_rates(3, 0.01, 1.0)
    array([0.01, 0.1 , 1.  ])
    """
    if not 0 < low < high:
        raise ValueError(
            f"Rates from {low} to {high} cannot be spread: the lower must be positive, the upper above it."
        )
    return np.geomspace(low, high, n)


def nearest_rate(rates: Sequence[float], wanted: float) -> float:
    """The learning rate that comes nearest to the one wanted, by the factor between them.

    >>> nearest_rate((0.01, 0.04, 0.2), 0.1)
    0.2
    """
    return min(rates, key=lambda rate: abs(np.log(rate / wanted)))


def best_rate(rates: Sequence[float], final_losses: Sequence[float]) -> float:
    """The learning rate whose run ended with the least loss, the smallest one of several.

    >>> best_rate((0.01, 0.1, 1.0), (0.3, 0.1, np.inf))
    0.1
    """
    return min(zip(final_losses, rates, strict=True))[1]


def zones(final_losses: ArrayLike, *, initial_loss: float) -> list[Zone]:
    """What became of each run of a sweep whose learning rates ascend.

    With the least final loss as the best: `good` ended no higher than a `SHARE` of the way from the best back to the
    initial loss, and no higher than nine tenths of the initial loss; of the others, those with a smaller rate than the
    best run are `too_slow`, those with a larger one `divergent` (they jump about or fly off), and so is every run
    whose loss is not finite.

    >>> zones([0.69, 0.3, 0.1, 0.5, np.inf], initial_loss=0.7)
    ['too_slow', 'too_slow', 'good', 'divergent', 'divergent']
    """
    final = np.where(np.isfinite(final_losses), final_losses, np.inf)
    best = int(np.argmin(final))
    least = min(float(final[best]), initial_loss)
    enough = min(least + SHARE * (initial_loss - least), 0.9 * initial_loss)
    return [_zone(loss, enough, below_best=i <= best) for i, loss in enumerate(final)]


def _zone(loss: float, enough: float, *, below_best: bool) -> Zone:
    if loss <= enough:
        return "good"
    return "too_slow" if below_best and np.isfinite(loss) else "divergent"
