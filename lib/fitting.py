"""Fitting: polynomials through noisy points, bias and variance over many training sets, weights under a penalty.

Polynomials are least squares fits in the basis of Legendre's polynomials. One QR decomposition of the basis at the
points serves all degrees: with V = Q R and the basis B on a grid, the columns of (B R⁻¹) * (Qᵀ y) are what each further
degree adds to the fit.

>>> x, y = np.array([-1.0, 0.0, 1.0]), np.array([1.0, 0.0, 1.0])
>>> polynomials(x, y, at=[0.5], most=2).round(2)  # the mean, a line, the parabola x²
array([[0.67, 0.67, 0.25]])
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.polynomial import legendre
from numpy.typing import ArrayLike, NDArray

from lib import datasets
from lib.datasets import Data, request

Array = NDArray[Any]
Verdict = Literal["underfit", "right", "overfit"]

MOST = 15
"""The highest degree of a polynomial here."""

POINTS = 1000
"""Points drawn around the wave, for training and for the test together."""

SETS = 40
"""Training sets that are fitted side by side."""

NEAR = 1.2
"""A model is called right where its test error is at most so many times the smallest."""

GRID = np.linspace(-1.0, 1.0, 161)
GRID.setflags(write=False)

PENALTIES = ("l1", "l2")


# --- Polynomials ------------------------------------------------------------------------------------------------------


def polynomials(x: ArrayLike, y: ArrayLike, *, at: ArrayLike, most: int = MOST) -> Array:
    """The heights (..., m, most + 1) of the least squares polynomials of degree 0 to `most` at places (m,).

    They go through points x, y (..., n), whose leading axes are training sets. Raises ValueError where a set has
    fewer points than the highest degree needs.

    >>> polynomials([0, 1], [0, 2], at=[2.0], most=1).round(6).tolist()
    [[1.0, 4.0]]
    """
    x, y, at = (np.asarray(values, float) for values in (x, y, at))
    if x.shape[-1] <= most:
        raise ValueError(f"got {x.shape[-1]} points for degree {most}; expected at least {most + 1}; take more points")
    q, r = np.linalg.qr(legendre.legvander(x, most))
    shares = np.einsum("...nd,...n->...d", q, y)
    basis = legendre.legvander(at, most) @ np.linalg.inv(r)
    return np.cumsum(basis * shares[..., np.newaxis, :], axis=-1)


def squared_errors(predictions: ArrayLike, targets: ArrayLike) -> Array:
    """The mean squared error of each column of predictions (n, fits) for targets (n,).

    >>> squared_errors([[1.0, 2.0], [3.0, 3.0]], [1.0, 2.0]).tolist()
    [0.5, 1.0]
    """
    return np.asarray(((np.asarray(predictions) - np.asarray(targets)[:, np.newaxis]) ** 2).mean(axis=0))


def best_size(test_errors: ArrayLike) -> int:
    """The place of the smallest test error.

    >>> best_size([0.9, 0.2, 0.4])
    1
    """
    return int(np.argmin(test_errors))


def verdicts(test_errors: ArrayLike) -> list[Verdict]:
    """For each size, the smallest first: too small, right, or too large, as the test errors say.

    Right is the size with the smallest test error, and its neighbours as far as the error is at most a fifth larger.

    >>> verdicts([0.9, 0.2, 0.23, 0.4])
    ['underfit', 'right', 'right', 'overfit']
    """
    errors = np.asarray(test_errors, float)
    first = last = best_size(errors)
    while first > 0 and errors[first - 1] <= NEAR * errors.min():
        first -= 1
    while last + 1 < len(errors) and errors[last + 1] <= NEAR * errors.min():
        last += 1
    return ["underfit" if size < first else "right" if size <= last else "overfit" for size in range(len(errors))]


def wave(points: int, noise: float, seed: int) -> Data:
    """A request for so many training points around the wave; all others of its 1000 are the test's.

    With the same seed, a larger training set holds the smaller one.
    """
    return request("wave", samples=POINTS, noise=noise, seed=seed, train_share=points / POINTS)


@dataclass(frozen=True, eq=False)
class Fits:
    """Polynomials of all degrees through one training set.

    `points` and `others` are the training and the test points, (n, 2) each; `curves` (grid, degrees) the heights of the
    polynomials on `GRID`, `training` and `test` (degrees,) their mean squared errors.
    """

    points: Array
    others: Array
    curves: Array
    training: Array
    test: Array


def drawn(points: int, noise: float, seed: int) -> tuple[Array, Array]:
    """The training and the test points around the wave, (n, 2) each: those of `wave`, not yet rounded to float32.

    >>> [part.shape for part in drawn(30, 0.3, 0)]
    [(30, 2), (970, 2)]
    """
    rng = np.random.default_rng(seed)
    x, heights = datasets.DATASETS["wave"].loader(wave(points, noise, seed), rng)
    rows = np.column_stack([x[:, 0], heights])[rng.permutation(POINTS)]
    return rows[:points], rows[points:]


@lru_cache(maxsize=64)
def fits(points: int, noise: float, seed: int) -> Fits:
    """Fit polynomials of degree 0 to 15 to so many points around the wave.

    >>> best_size(fits(30, 0.3, 0).test) in range(3, 8)
    True
    """
    train, test = drawn(points, noise, seed)
    heights = polynomials(*train.T, at=np.concatenate([GRID, train[:, 0], test[:, 0]]))
    curves, trained, tested = np.split(heights, [len(GRID), len(GRID) + len(train)])
    return Fits(train, test, curves, squared_errors(trained, train[:, 1]), squared_errors(tested, test[:, 1]))


# --- Many training sets -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Many:
    """Polynomials of all degrees through many training sets of one size, and what their errors are made of.

    `curves` is (sets, grid, degrees). By degree: `bias` is the squared distance of the mean curve from the truth,
    `variance` that of the single curves from their mean, both averaged over `GRID`, and `measured` the mean squared
    error on fresh noisy points at the same places. In expectation `measured` is `bias + variance + noise²`.
    """

    curves: Array
    bias: Array
    variance: Array
    noise: float
    measured: Array

    @property
    def expected(self) -> Array:
        """The error on new points that bias, variance and noise add up to, by degree."""
        return self.bias + self.variance + self.noise**2


@lru_cache(maxsize=64)
def many(points: int, noise: float, seed: int, sets: int = SETS) -> Many:
    """Fit polynomials to so many training sets around the wave, each of so many points.

    >>> fitted = many(60, 0.2, 0)
    >>> bool(fitted.bias[0] > fitted.bias[5]), bool(fitted.variance[5] < fitted.variance[15])
    (True, True)
    """
    rng = np.random.default_rng(seed)
    x, unit = rng.uniform(-1.0, 1.0, (sets, points)), rng.standard_normal((sets, points))
    fresh = rng.standard_normal((sets, len(GRID), 1))
    curves = polynomials(x, datasets.wave_height(x) + noise * unit, at=GRID)
    truth = datasets.wave_height(GRID)[:, np.newaxis]
    return Many(
        curves=curves,
        bias=((curves.mean(axis=0) - truth) ** 2).mean(axis=0),
        variance=curves.var(axis=0).mean(axis=0),
        noise=noise,
        measured=((curves - truth - noise * fresh) ** 2).mean(axis=(0, 1)),
    )


# --- Networks ---------------------------------------------------------------------------------------------------------


def network(x: ArrayLike, weights: Sequence[Array]) -> Array:
    """The outputs (n,) of a network with one hidden layer of tanh units for numbers x (n,).

    `weights` are kernel (1, units), bias (units,), kernel (units, 1), bias (1,).

    >>> network([0.0], [np.ones((1, 2)), np.zeros(2), np.ones((2, 1)), np.array([0.5])]).tolist()
    [0.5]
    """
    hidden = np.tanh(np.asarray(x, float)[:, np.newaxis] @ weights[0] + weights[1])
    return np.asarray((hidden @ weights[2] + weights[3])[:, 0])


def smoothed(curve: ArrayLike, width: int = 5) -> Array:
    """The mean of each value and its neighbours, `width` of them in all; fewer at the ends.

    >>> smoothed([0.0, 3.0, 0.0, 3.0], width=3).tolist()
    [1.5, 1.0, 2.0, 1.5]
    """
    values, ones = np.asarray(curve, float), np.ones(width)
    if len(values) < width:
        return values
    total, count = np.convolve(values, ones, "same"), np.convolve(np.ones(len(values)), ones, "same")
    return np.asarray(total / count)


def turning_point(validation: ArrayLike, width: int = 5) -> int:
    """The epoch, counted from 1, at which the smoothed validation loss is smallest: from there on it overfits.

    >>> turning_point([5, 4, 3, 2, 1, 2, 3, 4, 5])
    5
    """
    return int(np.argmin(smoothed(validation, width))) + 1


# --- What always guessing reaches -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Baseline:
    """What needs no network: the share of the more frequent class, and the loss of its share as every answer."""

    accuracy: float
    loss: float


def baseline(training: ArrayLike, validation: ArrayLike) -> Baseline:
    """The baseline of two classes, 0 and 1, learned from training labels and judged on validation labels.

    Raises ValueError where the training labels are all of one class: their share would be a certainty.

    >>> baseline([1, 1, 0, 1], [1, 0])
    Baseline(accuracy=0.5, loss=0.8369882167858358)
    """
    train, judged = np.ravel(training), np.ravel(validation)
    share = float(train.mean())
    if share in (0.0, 1.0):
        raise ValueError(f"the training labels are all {share:g}; expected both classes; take more samples")
    loss = -float(np.mean(judged * np.log(share) + (1 - judged) * np.log(1 - share)))
    return Baseline(float((judged == round(share)).mean()), loss)


# --- Two weights under a penalty --------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Bowl:
    """The mean squared error of a linear model with two weights: w G w - 2 c w + 1, for standardised columns.

    `gram` is (2, 2), `correlation` (2,): that of each column with the target.
    """

    gram: Array
    correlation: Array

    def loss(self, w1: ArrayLike, w2: ArrayLike) -> Array:
        """The mean squared error at weights of any one shape."""
        w = np.stack(np.broadcast_arrays(np.asarray(w1, float), np.asarray(w2, float)))
        quadratic = np.einsum("i...,ij,j...->...", w, self.gram, w)
        return np.asarray(quadratic - 2 * np.tensordot(self.correlation, w, 1) + 1.0)


@lru_cache(maxsize=16)
def bowl(features: tuple[str, str]) -> Bowl:
    """The loss over two weights that tell the progress of diabetes from two measurements, all standardised.

    >>> bowl(("bmi", "age")).correlation.round(2).tolist()
    [0.59, 0.19]
    """
    split = datasets.load(request("diabetes", features=features, train_share=1.0))
    x, y = split.x_train.astype(float), split.y_train[:, 0].astype(float)
    y = (y - y.mean()) / y.std()
    return Bowl(x.T @ x / len(x), x.T @ y / len(x))


def penalty(kind: str, w1: ArrayLike, w2: ArrayLike) -> Array:
    """|w1| + |w2| for "l1", w1² + w2² for "l2".

    >>> float(penalty("l1", 3, -4)), float(penalty("l2", 3, -4))
    (7.0, 25.0)
    """
    first, second = np.asarray(w1, float), np.asarray(w2, float)
    return np.abs(first) + np.abs(second) if kind == "l1" else first**2 + second**2


def penalised(bowl: Bowl, kind: str, strength: float) -> Array:
    """The two weights (2,) at which loss + strength * penalty is smallest.

    L2 by solving (G + strength I) w = c. L1 exactly: where one weight is zero the other one is a shrunken c, and where
    neither is, G w = c - strength / 2 sign(w); the best of these candidates is the minimum, for the sum is convex.

    >>> model = Bowl(np.eye(2), np.array([0.6, 0.2]))
    >>> penalised(model, "l1", 0.4).round(6).tolist(), penalised(model, "l2", 1.0).round(6).tolist()
    ([0.4, 0.0], [0.3, 0.1])
    """
    gram, c = bowl.gram, bowl.correlation
    if kind == "l2":
        return np.asarray(np.linalg.solve(gram + strength * np.eye(2), c))
    shrunken = np.sign(c) * np.maximum(np.abs(c) - strength / 2, 0) / np.diag(gram)
    candidates = [np.zeros(2), shrunken * (1, 0), shrunken * (0, 1)]
    for signs in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
        w = np.linalg.solve(gram, c - strength / 2 * np.array(signs))
        if (np.sign(w) == signs).all():
            candidates.append(w)
    costs = [float(bowl.loss(*w) + strength * penalty("l1", *w)) for w in candidates]
    return np.asarray(candidates[int(np.argmin(costs))])


def level_line(kind: str, value: float, points: int = 96) -> Array:
    """The closed line (points + 1, 2) on which the penalty has this value: a diamond for L1, a circle for L2.

    >>> (level_line("l1", 2.0, points=4).round(6) + 0.0).tolist()
    [[2.0, 0.0], [0.0, 2.0], [-2.0, 0.0], [0.0, -2.0], [2.0, 0.0]]
    """
    angle = np.linspace(0, 2 * np.pi, points + 1)
    circle = np.column_stack([np.cos(angle), np.sin(angle)])
    if kind == "l1":
        return value * circle / np.abs(circle).sum(axis=1, keepdims=True)
    return np.sqrt(value) * circle
