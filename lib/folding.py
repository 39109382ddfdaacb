"""Layers as moves of the plane: what linear ones make together, where relu folds it, and into how many pieces.

Points are rows: a layer sends x (n, inputs) to x W + b as Keras does, with W (inputs, units) and b (units,).

>>> single_layer([(2 * np.eye(2), np.ones(2)), (np.eye(2), np.ones(2))])[1]
array([2., 2.])
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]
Layer = tuple[Array, Array]
"""A kernel W (inputs, units) and a bias b (units,)."""
Polygon = Array
"""The corners (corners, 2) of a convex polygon, counterclockwise."""

LEAK = 0.2
"""What leaky_relu keeps of a negative number, as keras.activations.leaky_relu does."""

ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "relu": lambda z: np.maximum(z, 0),
    "abs": np.abs,
    "leaky_relu": lambda z: np.where(z > 0, z, LEAK * z),
    "tanh": np.tanh,
    "sigmoid": lambda z: np.exp(-np.logaddexp(0, -z)),  # 1 / (1 + exp(-z)), which would overflow
    "linear": lambda z: z,
}
"""What a layer does to each sum; "abs" is relu(z) + relu(-z), two units of relu that are added."""

NEAR = 1e-9
"""Distances below this count as none."""


def activate(name: str, z: ArrayLike) -> Array:
    """The outputs of an activation of ACTIVATIONS for sums z. Raises ValueError for an unknown one.

    >>> activate("leaky_relu", [-1.0, 2.0])
    array([-0.2,  2. ])
    """
    if name not in ACTIVATIONS:
        raise ValueError(f"activation is {name!r}; expected one of {', '.join(ACTIVATIONS)}; choose one of these")
    return ACTIVATIONS[name](np.asarray(z, float))


# --- A stack of layers ------------------------------------------------------------------------------------------------


def single_layer(layers: Sequence[Layer]) -> Layer:
    """The one layer that a stack without activations is: W = W₁ W₂ ... and b = (b₁ W₂ + b₂) W₃ + b₃ ...

    Raises ValueError where there is no layer, or where one does not take what the last one gives.
    """
    if not layers:
        raise ValueError("there are 0 layers; expected at least one; add a layer")
    kernel, bias = (np.asarray(part, float) for part in layers[0])
    for number, (next_kernel, next_bias) in enumerate(layers[1:], start=2):
        if kernel.shape[1] != next_kernel.shape[0]:
            raise ValueError(
                f"layer {number} takes {next_kernel.shape[0]} inputs; expected {kernel.shape[1]}, the outputs of the "
                "layer before; change its kernel"
            )
        kernel, bias = kernel @ next_kernel, bias @ next_kernel + next_bias
    return kernel, bias


def outputs(layers: Sequence[Layer], x: ArrayLike, activation: str = "linear") -> list[Array]:
    """What each layer gives for points x (n, inputs); the activation stands between layers, not after the last.

    >>> [y.tolist() for y in outputs([(-np.eye(2), np.zeros(2)), (np.eye(2), np.ones(2))], [[1.0, -2.0]], "relu")]
    [[[0.0, 2.0]], [[1.0, 3.0]]]
    """
    values, given = np.asarray(x, float), []
    for number, (kernel, bias) in enumerate(layers, start=1):
        values = values @ kernel + bias
        values = activate(activation, values) if number < len(layers) else values
        given.append(values)
    return given


def parameters(widths: Sequence[int]) -> int:
    """The numbers in a stack of dense layers, from the inputs to the last layer's units.

    >>> parameters((2, 2)), parameters((2, 64, 2))
    (6, 322)
    """
    return sum((inputs + 1) * units for inputs, units in itertools.pairwise(widths))


def nearest_layer(x: ArrayLike, y: ArrayLike) -> Layer:
    """The layer without activation that sends x (n, inputs) closest to y (n, units), by least squares."""
    ones = np.column_stack([np.asarray(x, float), np.ones(len(np.asarray(x)))])
    solved = np.linalg.lstsq(ones, np.asarray(y, float), rcond=None)[0]
    return solved[:-1], solved[-1]


def largest_difference(one: ArrayLike, other: ArrayLike) -> float:
    """The largest difference between two arrays of the same shape.

    >>> largest_difference([[1, 2]], [[1, 5]])
    3.0
    """
    return float(np.abs(np.asarray(one, float) - np.asarray(other, float)).max())


def grid(half: float, *, lines: int = 13, points: int = 49) -> Array:
    """The lines of a grid (2 * lines, points, 2) over the square from -half to half: upright ones, then level ones.

    >>> grid(1.0, lines=2, points=2)[0].tolist()
    [[-1.0, -1.0], [-1.0, 1.0]]
    """
    along, at = np.linspace(-half, half, points), np.linspace(-half, half, lines)
    upright = np.stack(np.broadcast_arrays(at[:, None], along[None, :]), axis=-1)
    return np.concatenate([upright, upright[..., ::-1]])


# --- One fold ---------------------------------------------------------------------------------------------------------

FATES = ("stays", "first", "second", "corner")
"""What relu does to a part of the plane: keeps it, lays it on the first axis, on the second, or on the corner point."""


def turned(angle: float, scale: float, bias: Sequence[float]) -> Layer:
    """The layer that turns the plane counterclockwise by an angle in degrees, scales it, and moves it by the bias.

    >>> kernel, bias = turned(90, 2.0, (0.0, 1.0))
    >>> (np.array([[1.0, 0.0]]) @ kernel + bias).round(9).tolist()
    [[0.0, 3.0]]
    """
    turn = np.deg2rad(angle)
    kernel = scale * np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    return kernel, np.asarray(bias, float)


def square(half: float) -> Polygon:
    """The corners of the square from -half to half.

    >>> area(square(2.0))
    16.0
    """
    return half * np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])


def area(polygon: Polygon) -> float:
    """The area of a polygon, by the shoelace formula; 0 where it has less than three corners."""
    if len(polygon) < 3:
        return 0.0
    x, y = polygon.T
    return float(abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2)


def clipped(polygon: Polygon, normal: ArrayLike, offset: float) -> Polygon:
    """The part of a convex polygon where normal · p + offset ≥ 0; no corners (0, 2) where there is none.

    >>> area(clipped(square(1.0), (1.0, 0.0), 0.0))
    2.0
    """
    if not len(polygon):
        return polygon
    height = polygon @ np.asarray(normal, float) + offset
    kept: list[Array] = []
    for here, there, low, high in zip(polygon, np.roll(polygon, -1, axis=0), height, np.roll(height, -1), strict=True):
        if low >= 0:
            kept.append(here)
        if low * high < 0:
            kept.append(here + (there - here) * low / (low - high))
    return np.array(kept) if len(kept) > 2 else np.empty((0, 2))


def chord(polygon: Polygon, normal: ArrayLike, offset: float) -> Array:
    """The ends (2, 2) of the line normal · p + offset = 0 within a convex polygon; none (0, 2) where it passes by.

    >>> chord(square(1.0), (0.0, 1.0), -0.5).tolist()
    [[1.0, 0.5], [-1.0, 0.5]]
    """
    height = polygon @ np.asarray(normal, float) + offset
    following, after = np.roll(height, -1), np.roll(polygon, -1, axis=0)
    crossed = (height < 0) != (following < 0)
    if crossed.sum() != 2:
        return np.empty((0, 2))
    share = (height / np.where(crossed, height - following, 1.0))[crossed, None]
    ends: Array = polygon[crossed] + share * (after - polygon)[crossed]
    return ends


def fates(layer: Layer, half: float) -> dict[str, Polygon]:
    """The parts of the square by what relu does to them after a layer of two units, as polygons of the square.

    >>> {fate: area(part) for fate, part in fates(turned(0, 1.0, (0.0, 0.0)), 1.0).items()}
    {'stays': 1.0, 'first': 1.0, 'second': 1.0, 'corner': 1.0}
    """
    kernel, bias = layer
    signs = {"stays": (1, 1), "first": (1, -1), "second": (-1, 1), "corner": (-1, -1)}
    return {
        fate: clipped(clipped(square(half), one * kernel[:, 0], one * bias[0]), other * kernel[:, 1], other * bias[1])
        for fate, (one, other) in signs.items()
    }


def shares(layer: Layer, half: float) -> dict[str, float]:
    """The shares of the square that go each way, which add up to 1."""
    return {fate: area(part) / area(square(half)) for fate, part in fates(layer, half).items()}


PRESSED = {"tanh": 1.5, "sigmoid": 3.0}
"""Sums beyond these are all but flat: tanh(1.5) and sigmoid(3) are a twentieth of their range from the end."""


def pressed_share(layer: Layer, half: float, limit: float) -> float:
    """The share of the square for which a sum is beyond ±limit, where tanh and sigmoid are all but flat.

    >>> pressed_share(turned(0, 1.0, (0.0, 0.0)), 2.0, 1.0)
    0.75
    """
    kernel, bias = layer
    inside = square(half)
    for unit in range(kernel.shape[1]):
        for sign in (1, -1):
            inside = clipped(inside, sign * kernel[:, unit], sign * bias[unit] + limit)
    return 1 - area(inside) / area(square(half))


@dataclass(frozen=True, eq=False)
class Line:
    """The line normal · p = offset, and the share of points of two classes that it has on their own side."""

    normal: Array
    offset: float
    right: float


def best_line(points: ArrayLike, labels: ArrayLike, *, directions: int = 180) -> Line:
    """The line that tells most points (n, 2) of classes 0 and 1 apart, tried in so many directions.

    Among equally good ones that with the widest gap. Raises ValueError where points are not finite.

    >>> best_line([[0, 0], [1, 0], [3, 0]], [0, 0, 1]).right
    1.0
    """
    points, labels = np.asarray(points, float), np.ravel(np.asarray(labels)).astype(int)
    if not np.isfinite(points).all():
        raise ValueError("points hold numbers that are not finite; expected finite ones; leave the others out")
    turns = np.arange(directions) * np.pi / directions
    normals = np.stack([np.cos(turns), np.sin(turns)])
    heights = points @ normals
    order = np.argsort(heights, axis=0, kind="stable")
    heights = np.take_along_axis(heights, order, axis=0)
    ones_below = np.cumsum(labels[order], axis=0)[:-1]
    below = np.arange(1, len(labels))[:, None]
    right = (below - ones_below) + (labels.sum() - ones_below)
    right = np.maximum(right, len(labels) - right)
    gap = np.diff(heights, axis=0)
    score = np.where(gap > 1e-6, right + np.minimum(gap, 1.0) / 1000, 0.0)
    row, column = np.unravel_index(np.argmax(score), score.shape)
    if not score[row, column]:  # all points lie in one place
        most = max(labels.mean(), 1 - labels.mean())
        return Line(normals[:, 0], float(heights[-1, 0]) + 1, float(most))
    offset = (heights[row, column] + heights[row + 1, column]) / 2
    return Line(normals[:, column], float(offset), float(right[row, column] / len(labels)))


# --- Many folds -------------------------------------------------------------------------------------------------------

MOST_UNITS = 12
HALF = 2.0
"""The square that folds are counted in goes from -HALF to HALF."""
INNER = 0.6
"""Random folds pass through this inner part of the square, so that most of them cross in it."""


@dataclass(frozen=True, eq=False)
class Piece:
    """A part of the square in which a network of relu units is one affine map: y = slope · x + constant.

    `pattern` says of each hidden unit, layer by layer, whether it is above 0 there.
    """

    polygon: Polygon
    pattern: tuple[bool, ...]
    slope: Array
    constant: float


@dataclass(frozen=True, eq=False)
class Cut:
    """Where a unit of a hidden layer (1, 2, ...) passes 0, across one piece of the layers before: a segment (2, 2)."""

    layer: int
    segment: Array


@dataclass(frozen=True, eq=False)
class Folded:
    """All pieces that the folds of a network make of the square, and its folds."""

    pieces: tuple[Piece, ...]
    cuts: tuple[Cut, ...]


def random_layers(first: int, second: int, seed: int) -> tuple[Layer, ...]:
    """Hidden layers of `first` and `second` units (0 for none) on two inputs, and an output unit, drawn from a seed.

    Each unit passes 0 at some point of the square. More units leave the first ones of the first layer where they are.

    >>> [kernel.shape for kernel, _ in random_layers(3, 2, seed=0)]
    [(2, 3), (3, 2), (2, 1)]
    """
    rng = np.random.default_rng(seed)
    through = rng.uniform(-INNER * HALF, INNER * HALF, (2, MOST_UNITS, 2))
    kernels = rng.standard_normal((3, MOST_UNITS, MOST_UNITS))
    kernel = kernels[0, :2, :first]
    hidden = [(kernel, -np.einsum("iu,ui->u", kernel, through[0, :first]))]
    if second:
        values = activate("relu", through[1, :second] @ kernel + hidden[0][1])
        kernel = kernels[1, :first, :second]
        hidden.append((kernel, -np.einsum("ui,iu->u", values, kernel)))
    units = second or first
    return *hidden, (kernels[2, :units, :1] / np.sqrt(units), np.zeros(1))


def folded(layers: Sequence[Layer], half: float) -> Folded:
    """Cut the square by the folds of all hidden layers; the last layer has one unit and no activation.

    Within a piece of the layers before, a unit is affine, so it passes 0 along a line, which cuts the piece in two.
    """
    cuts: list[Cut] = []
    parts = [(square(half), (), np.eye(2), np.zeros(2))]
    for number, (kernel, bias) in enumerate(layers[:-1], start=1):
        after = []
        for polygon, pattern, slope, constant in parts:
            sums = slope @ kernel, constant @ kernel + bias
            for piece in _cut_by_all(polygon, *sums, number, cuts):
                above = piece.mean(axis=0) @ sums[0] + sums[1] > 0
                after.append((piece, (*pattern, *above.tolist()), sums[0] * above, sums[1] * above))
        parts = after
    kernel, bias = layers[-1]
    pieces = [
        Piece(polygon, pattern, (slope @ kernel)[:, 0], float((constant @ kernel + bias)[0]))
        for polygon, pattern, slope, constant in parts
    ]
    return Folded(tuple(pieces), tuple(cuts))


def _cut_by_all(polygon: Polygon, kernel: Array, bias: Array, layer: int, cuts: list[Cut]) -> list[Polygon]:
    """The pieces of a polygon between the lines x · kernel + bias = 0; where they run goes into `cuts`."""
    pieces = [polygon]
    heights = polygon @ kernel + bias
    for unit in np.flatnonzero((heights.min(axis=0) < -NEAR) & (heights.max(axis=0) > NEAR)):
        after: list[Polygon] = []
        for piece in pieces:
            after += _halves(piece, kernel[:, unit], float(bias[unit]), layer, cuts)
        pieces = after
    return pieces


def _halves(polygon: Polygon, normal: Array, offset: float, layer: int, cuts: list[Cut]) -> list[Polygon]:
    height = polygon @ normal + offset
    if height.min() > -NEAR or height.max() < NEAR:
        return [polygon]
    height[np.abs(height) < NEAR] = 0.0  # a corner on the line belongs to both halves
    sides: tuple[list[Array], list[Array]] = [], []
    crossings: list[Array] = []
    for i, here in enumerate(polygon):
        low, high = height[i], height[(i + 1) % len(polygon)]
        for side, sign in zip(sides, (1, -1), strict=True):
            if sign * low >= 0:
                side.append(here)
        if low == 0:
            crossings.append(here)
        elif low * high < 0:
            crossing = here + (polygon[(i + 1) % len(polygon)] - here) * low / (low - high)
            crossings.append(crossing)
            sides[0].append(crossing)
            sides[1].append(crossing)
    cuts.append(Cut(layer, np.array(crossings[:2])))
    return [np.array(side) for side in sides]


@lru_cache(maxsize=64)
def random_folds(first: int, second: int, seed: int) -> Folded:
    """The pieces that the layers of `random_layers` make of the square from -HALF to HALF.

    >>> len(random_folds(1, 0, seed=0).pieces)
    2
    """
    return folded(random_layers(first, second, seed), HALF)


def most_pieces(lines: int) -> int:
    """The pieces of a plane that so many lines make at most: 1 + n + n (n - 1) / 2.

    >>> [most_pieces(lines) for lines in range(5)]
    [1, 2, 4, 7, 11]
    """
    return 1 + lines + lines * (lines - 1) // 2


def lines_and_crossings(kernel: Array, bias: Array, half: float) -> tuple[int, int]:
    """How many of the lines x · kernel + bias = 0 pass through the square, and how often they cross in it.

    Together with the square itself they add up to its pieces: 1 + lines + crossings. Where k lines cross in one point
    it counts k - 1 times, lines that lie on each other count once.
    """
    lines = list(_crossing_lines(kernel, bias, half))
    crossings = 0
    for i, one in enumerate(lines):
        met: list[Array] = []  # each point where this line meets earlier ones counts once
        for other in lines[:i]:
            point = _crossing(one, other)
            if point is None or np.abs(point).max() >= half - NEAR:
                continue
            if not any(np.abs(point - known).max() < NEAR for known in met):
                met.append(point)
        crossings += len(met)
    return len(lines), crossings


def piece_at(folded: Folded, point: ArrayLike) -> int:
    """The number of the piece in which a point of the square lies.

    >>> whole = random_folds(1, 0, seed=0)
    >>> piece_at(whole, whole.pieces[1].polygon.mean(axis=0))
    1
    """
    return int(np.argmax(_depths([piece.polygon for piece in folded.pieces], np.asarray(point, float))))


def _depths(polygons: Sequence[Polygon], point: Array) -> Array:
    """How far a point lies within each of some polygons; negative outside."""
    corners = np.concatenate(polygons)
    ends = np.cumsum([len(polygon) for polygon in polygons])
    starts = np.concatenate([[0], ends[:-1]])
    following = np.roll(corners, -1, axis=0)
    following[ends - 1] = corners[starts]
    edges, away = following - corners, point - corners
    across = edges[:, 0] * away[:, 1] - edges[:, 1] * away[:, 0]
    depths: Array = np.minimum.reduceat(across / np.maximum(np.hypot(*edges.T), NEAR), starts)
    return depths


def _crossing_lines(kernel: Array, bias: Array, half: float) -> Iterator[Array]:
    """The different lines (a, b, c), a² + b² = 1, that pass through the inside of the square."""
    known: list[Array] = []
    for line in np.column_stack([kernel.T, bias]):
        length = np.hypot(*line[:2])
        if length < NEAR:
            continue
        line = line / length
        reach = half * np.abs(line[:2]).sum()
        if abs(line[2]) < reach - NEAR and not any(
            min(np.abs(line - other).max(), np.abs(line + other).max()) < NEAR for other in known
        ):
            known.append(line)
            yield line


def _crossing(one: Array, other: Array) -> Array | None:
    equations = np.stack([one[:2], other[:2]])
    if abs(np.linalg.det(equations)) < NEAR:
        return None
    return np.linalg.solve(equations, -np.array([one[2], other[2]]))


def values(layers: Sequence[Layer], points: ArrayLike) -> Array:
    """The outputs (n,) of a network with relu in its hidden layers at points (n, 2)."""
    return outputs(layers, points, "relu")[-1][:, 0]


# --- Kinks of a curve -------------------------------------------------------------------------------------------------


def kinks(kernel: ArrayLike, bias: ArrayLike, low: float, high: float) -> Array:
    """Where relu units on one input bend its curve, between low and high: at x = -b / w, from left to right.

    >>> kinks([1.0, -2.0, 0.0], [0.5, 1.0, 1.0], -1.0, 1.0)
    array([-0.5,  0.5])
    """
    kernel, bias = np.ravel(np.asarray(kernel, float)), np.ravel(np.asarray(bias, float))
    turning = np.abs(kernel) > NEAR
    places = -bias[turning] / kernel[turning]
    return np.sort(places[(low < places) & (places < high)])


def bent_line(hidden: Layer, last: Layer, low: float, high: float) -> tuple[Array, Array]:
    """The ends and kinks x, and the heights y there, of the curve that relu units make over one input.

    Between them it is straight, so this is all of it.
    """
    x = np.concatenate([[low], kinks(*hidden, low, high), [high]])
    return x, values((hidden, last), x[:, None])
