"""Losses of two weights: surfaces that optimizers race on, and the valley of the linear unit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lib.descent.curves import Interval

Array = NDArray[np.float64]


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

    def loss(self, x: ArrayLike, y: ArrayLike) -> Array:
        """The loss at every x and y (broadcast together).

        >>> SURFACES["bowl"].loss([0.0, 1.0], [2.0, 1.0])
        array([2., 1.])
        """
        return np.asarray(self.function(np.asarray(x), np.asarray(y), np))

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
    return x, y, surface.loss(x[None, :], y[:, None])


# --- The linear unit --------------------------------------------------------------------------------------------------


def unit_output(inputs: ArrayLike, weights: ArrayLike) -> float:
    """What the linear unit answers to one sample: the sum of each input times its weight, plus the bias.

    The bias is the last of the weights.

    >>> unit_output([5.0], [2.5, 90.0])
    102.5
    """
    *w, b = np.asarray(weights, dtype=float)
    return float(np.dot(w, inputs) + b)


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
