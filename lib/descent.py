"""Gradient descent in pieces that fit a REPL: slopes, trials, paths, surfaces, the linear unit, a sweep of rates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Interval = tuple[float, float]

# --- Curves of one variable -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Curve:
    """A loss of one variable with both derivatives, the window it is drawn in, and where a descent starts.

    `lowest` is the x of its deepest minimum.
    """

    function: Callable[[Any], Any]
    derivative: Callable[[Any], Any]
    second_derivative: Callable[[Any], Any]
    domain: Interval
    range: Interval
    start: float
    lowest: float


def parabola(curvature: float = 1.0) -> Curve:
    """The curve c/2 x^2, whose curvature is c everywhere.

    Raises ValueError unless the curvature is positive.

    >>> parabola(2.0).function(3.0)
    9.0
    """
    if not curvature > 0:
        raise ValueError(f"The curvature is {curvature}, but a valley needs a positive one. Try 1.0.")
    return Curve(
        function=lambda x: curvature / 2 * x**2,
        derivative=lambda x: curvature * x,
        second_derivative=lambda x: curvature + 0 * x,
        domain=(-3.0, 3.0),
        range=(-0.3, 5.0),
        start=-2.5,
        lowest=0.0,
    )


TWO_MINIMA = Curve(
    function=lambda x: x**4 / 4 - x**2 + 0.2 * x + 1.5,
    derivative=lambda x: x**3 - 2 * x + 0.2,
    second_derivative=lambda x: 3 * x**2 - 2,
    domain=(-2.4, 2.4),
    range=(0.0, 4.0),
    start=2.1,
    lowest=-1.461786206372443,
)

# u^2 / (1 + u^2) is a valley at u = 0 and flattens on both sides; the window shows one of its shoulders.
PLATEAU = Curve(
    function=lambda x: 3 * _u(x) ** 2 / (1 + _u(x) ** 2),
    derivative=lambda x: 7.5 * _u(x) / (1 + _u(x) ** 2) ** 2,
    second_derivative=lambda x: 9.375 * (1 - 3 * _u(x) ** 2) / (1 + _u(x) ** 2) ** 3,
    domain=(-4.0, 3.0),
    range=(-0.2, 3.2),
    start=-2.5,
    lowest=1.5,
)


def _u(x: Any) -> Any:
    return (x - 1.5) / 0.8


CURVES = {"parabola": parabola(), "two_minima": TWO_MINIMA, "plateau": PLATEAU}


# --- Slope ------------------------------------------------------------------------------------------------------------


def secant_slope(curve: Curve, x: float, eps: float) -> float:
    """The slope of the line through f(x) and f(x + eps): (f(x + eps) - f(x)) / eps.

    Raises ValueError when eps is zero.

    >>> secant_slope(parabola(2.0), 1.0, 0.5)
    2.5
    """
    if eps == 0:
        raise ValueError("eps is 0, and a secant needs two points. Try 0.001.")
    return float((curve.function(x + eps) - curve.function(x)) / eps)


def tangent_slope(curve: Curve, x: float) -> float:
    """The slope a of the curve at x itself: its derivative there.

    >>> tangent_slope(parabola(2.0), 1.0)
    2.0
    """
    return float(curve.derivative(x))


def linear_approximation(curve: Curve, x: float, eps: float) -> float:
    """What the tangent at x foretells for x + eps: f(x) + a eps.

    >>> linear_approximation(parabola(2.0), 1.0, 0.5)
    2.0
    """
    return float(curve.function(x) + curve.derivative(x) * eps)


def approximation_error(curve: Curve, x: float, eps: float) -> float:
    """How far the tangent misses the curve at x + eps; it shrinks as eps^2 (about f''(x) / 2 eps^2).

    >>> approximation_error(parabola(2.0), 1.0, 0.5)
    0.25
    """
    return abs(float(curve.function(x + eps)) - linear_approximation(curve, x, eps))


# --- One coefficient at a time ----------------------------------------------------------------------------------------

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


# --- Descent on a curve -----------------------------------------------------------------------------------------------


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

    >>> observed_factor(descend(parabola(1.0), start=2.0, learning_rate=0.5, steps=3))
    0.5
    """
    before = path.x[:-1]
    if before[0] == 0:
        raise ValueError("The path starts at the bottom, where every step is 0. Start elsewhere.")
    # From the velocity, since a last step out of bounds was brought back to them.
    return float(np.median(1 + path.velocity[1:][before != 0] / before[before != 0]))


# --- Surfaces of two variables ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Surface:
    """A loss of two variables, `function(x, y, xp)` with xp numpy or tensorflow, and where a race on it runs.

    `minima` are (x, y), the deepest first; `learning_rates` suit each optimizer by id.
    """

    function: Callable[[Any, Any, Any], Any]
    x_domain: Interval
    y_domain: Interval
    start: tuple[float, float]
    minima: tuple[tuple[float, float], ...]
    learning_rates: dict[str, float]

    def is_off(self, x: float, y: float) -> bool:
        """Whether a position lies outside of the window by more than half its size: off the map.

        >>> SURFACES["bowl"].is_off(0.0, 1.0), SURFACES["bowl"].is_off(0.0, 99.0)
        (False, True)
        """
        windows = ((x, self.x_domain), (y, self.y_domain))
        return any(abs(at - (low + high) / 2) > high - low for at, (low, high) in windows)


def _bowl(x: Any, y: Any, xp: Any) -> Any:
    return (x**2 + y**2) / 2


def _ravine(x: Any, y: Any, xp: Any) -> Any:
    return x**2 / 20 + y**2


def _saddle(x: Any, y: Any, xp: Any) -> Any:
    return 1 - x**2 / 2 + x**4 / 16 + y**2 / 2


def _many_minima(x: Any, y: Any, xp: Any) -> Any:
    return (x**2 + y**2) / 20 + (2 - xp.cos(2 * x) - xp.cos(2 * y)) / 5


# Where x / 10 + 0.4 sin(2 x) = 0 at a minimum; -R lies as far on the other side.
_R = 2.7607232149881504

SURFACES = {
    "bowl": Surface(
        _bowl,
        x_domain=(-4.0, 4.0),
        y_domain=(-2.0, 2.0),
        start=(-3.5, 1.6),
        minima=((0.0, 0.0),),
        learning_rates={"sgd": 0.2, "momentum": 0.05, "nesterov": 0.05, "adagrad": 0.8, "rmsprop": 0.2, "adam": 0.2},
    ),
    "ravine": Surface(
        _ravine,
        x_domain=(-6.0, 3.0),
        y_domain=(-2.2, 2.2),
        start=(-5.0, 1.6),
        minima=((0.0, 0.0),),
        learning_rates={"sgd": 0.9, "momentum": 0.1, "nesterov": 0.1, "adagrad": 0.8, "rmsprop": 0.2, "adam": 0.3},
    ),
    # The start stands almost on the ridge: what little it is off decides for the right-hand valley.
    "saddle": Surface(
        _saddle,
        x_domain=(-3.2, 3.2),
        y_domain=(-2.0, 2.0),
        start=(0.01, 1.7),
        minima=((2.0, 0.0), (-2.0, 0.0)),
        learning_rates={"sgd": 0.2, "momentum": 0.1, "nesterov": 0.1, "adagrad": 0.3, "rmsprop": 0.1, "adam": 0.1},
    ),
    "many_minima": Surface(
        _many_minima,
        x_domain=(-6.0, 4.0),
        y_domain=(-3.0, 3.0),
        start=(-5.0, 1.7),
        minima=(
            (0.0, 0.0),
            *((_R * i, _R * j) for i, j in ((-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (-1, 1), (1, -1), (1, 1))),
        ),
        learning_rates={"sgd": 0.2, "momentum": 0.1, "nesterov": 0.1, "adagrad": 0.5, "rmsprop": 0.1, "adam": 0.3},
    ),
}


def grid(surface: Surface, resolution: int = 60) -> tuple[Array, Array, Array]:
    """The surface on a grid: x (resolution,), y (resolution,) and values (y, x), both ends of the window included.

    >>> x, y, values = grid(SURFACES["bowl"], 5)
    >>> values.shape, float(values[2, 2])
    ((5, 5), 0.0)
    """
    x = np.linspace(*surface.x_domain, resolution)
    y = np.linspace(*surface.y_domain, resolution)
    return x, y, np.asarray(surface.function(x[None, :], y[:, None], np))


def kept(count: int, most: int) -> NDArray[np.int_]:
    """Which of `count` steps to draw when at most `most` fit: evenly spread, the first and the last among them.

    Raises ValueError unless there is a step to keep and room for two.

    >>> kept(11, 3)
    array([ 0,  5, 10])
    """
    if count < 1 or most < 2:
        raise ValueError(f"Cannot keep {most} of {count} steps: it takes one step or more, and room for two.")
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(int))


# --- The linear unit --------------------------------------------------------------------------------------------------


def unit_loss(x: ArrayLike, y: ArrayLike, w: ArrayLike, b: ArrayLike) -> Array:
    """The mean squared error of w x + b over the data, for every w and b (broadcast together).

    Closed form from the moments of the data, so that a whole grid costs no more than a point:
    w^2 E[x^2] + 2 w b E[x] + b^2 - 2 w E[xy] - 2 b E[y] + E[y^2].

    >>> float(unit_loss([0, 1], [1, 3], w=1.0, b=1.0))
    0.5
    """
    x, y, w, b = (np.asarray(v, dtype=float) for v in (x, y, w, b))
    # Moments about the means lose fewer digits than raw ones: the error of the mean, then of what varies around it.
    dx, dy = x - x.mean(), y - y.mean()
    offset = w * x.mean() + b - y.mean()
    return np.asarray(offset**2 + w**2 * (dx * dx).mean() - 2 * w * (dx * dy).mean() + (dy * dy).mean())


def unit_gradient(x: ArrayLike, y: ArrayLike, w: float, b: float) -> tuple[float, float]:
    """The gradient of the mean squared error by w and by b: 2 E[(w x + b - y) x] and 2 E[w x + b - y].

    The factor 2 is that of Keras' "mse"; half the squared error would not have it.

    >>> unit_gradient([0, 1], [1, 3], w=1.0, b=1.0)
    (-1.0, -1.0)
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    error = w * x + b - y
    return float(2 * (error * x).mean()), float(2 * error.mean())


def least_squares(x: ArrayLike, y: ArrayLike) -> tuple[float, float]:
    """The w and b with the least mean squared error: w = cov(x, y) / var(x), b = E[y] - w E[x].

    Raises ValueError when all x are equal.

    >>> least_squares([0, 1, 2], [1, 3, 5])
    (2.0, 1.0)
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    dx = x - x.mean()
    if not dx.any():
        raise ValueError("All x are equal, so no slope fits best. Bring inputs that differ.")
    w = float((dx * y).sum() / (dx * dx).sum())
    return w, float(y.mean() - w * x.mean())


# --- The sweep --------------------------------------------------------------------------------------------------------

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
