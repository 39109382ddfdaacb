"""Losses of one weight: curves, and their slope between two points and at one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Interval = tuple[float, float]


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
