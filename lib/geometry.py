"""The plane and its moves: 2 by 2 matrices, affine maps as 3 by 3 matrices, areas, and lines that stay on themselves.

Points are rows (n, 2), as samples of a data set are; a matrix W moves them by `points @ W.T`. Angles are degrees, seen
with y pointing up: positive ones turn to the left.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from itertools import permutations
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

NOTHING = 1e-9
"""What is smaller than this is zero: sines and cosines leave crumbs of about 1e-16."""

# --- Matrices ---------------------------------------------------------------------------------------------------------


def rotation(angle: float) -> Array:
    """The matrix (2, 2) that turns by `angle`: its columns are where the arrows (1, 0) and (0, 1) go.

    >>> rotation(90.0).round(3) + 0.0
    array([[ 0., -1.],
           [ 1.,  0.]])
    """
    cosine, sine = _direction(angle)
    return np.column_stack([(cosine, sine), (-sine, cosine)])


def scaling(x: float, y: float) -> Array:
    """The matrix (2, 2) that stretches by the factor `x` sideways and by `y` upwards.

    >>> scaling(2.0, 0.5) @ [1.0, 1.0]
    array([2. , 0.5])
    """
    return np.diag(np.array([x, y], dtype=np.float64))


def shear(factor: float) -> Array:
    """The matrix (2, 2) that pushes each point sideways by `factor` times its height.

    >>> shear(1.5) @ [0.0, 1.0]
    array([1.5, 1. ])
    """
    return np.array([[1.0, factor], [0.0, 1.0]])


def reflection(axis: float) -> Array:
    """The matrix (2, 2) that mirrors the plane at a line through the origin; `axis` is the line's angle.

    >>> (reflection(45.0) @ [1.0, 0.0]).round(3) + 0.0
    array([0., 1.])
    """
    cosine, sine = _direction(2 * axis)
    return np.array([[cosine, sine], [sine, -cosine]])


def projection(axis: float) -> Array:
    """The matrix (2, 2) that drops every point onto a line through the origin; `axis` is the line's angle.

    >>> projection(0.0) @ [3.0, 4.0]
    array([3., 0.])
    """
    direction = _direction(axis)
    return np.outer(direction, direction)


def _direction(angle: float) -> Array:
    radians = np.deg2rad(angle)
    return np.array([np.cos(radians), np.sin(radians)])


def angle_of(matrix: ArrayLike) -> float:
    """The angle by which a matrix (2, 2) turns: that of the rotation nearest to it, from -180 to 180 degrees.

    >>> round(angle_of(rotation(30.0).T), 6)
    -30.0
    """
    (a, b), (c, d) = np.asarray(matrix, dtype=np.float64)
    return float(np.rad2deg(np.arctan2(c - b, a + d)))


# --- Affine maps ------------------------------------------------------------------------------------------------------


def affine(matrix: ArrayLike, shift: ArrayLike = (0.0, 0.0)) -> Array:
    """The map W x + b as one matrix (3, 3): W with b as a third column, and (0, 0, 1) below.

    Raises ValueError where W is not (2, 2) or b not (2,).

    >>> affine([[1, 0], [0, 1]], [3, -2])
    array([[ 1.,  0.,  3.],
           [ 0.,  1., -2.],
           [ 0.,  0.,  1.]])
    """
    w, b = np.asarray(matrix, dtype=np.float64), np.asarray(shift, dtype=np.float64)
    if w.shape != (2, 2) or b.shape != (2,):
        raise ValueError(f"W is {w.shape} and b is {b.shape}; expected (2, 2) and (2,); give a map of the plane")
    whole = np.eye(3)
    whole[:2, :2], whole[:2, 2] = w, b
    return whole


def compose(*moves: Array) -> Array:
    """One map for several moves (3, 3), the first one first: it stands rightmost in the product.

    >>> compose(affine(rotation(90.0)), affine(np.eye(2), [1, 0])).round(3) + 0.0
    array([[ 0., -1.,  1.],
           [ 1.,  0.,  0.],
           [ 0.,  0.,  1.]])
    """
    return reduce(lambda done, move: move @ done, moves, np.eye(3))


def moved(points: ArrayLike, move: Array) -> Array:
    """Points (n, 2) after a map (3, 3), or after a matrix (2, 2).

    >>> moved([[1, 0]], rotation(90.0)).round(3) + 0.0
    array([[0., 1.]])
    """
    rows = np.asarray(points, dtype=np.float64)
    return rows @ move[:2, :2].T + (move[:2, 2] if move.shape == (3, 3) else 0.0)


def pixel_coefficients(matrix: ArrayLike, *, size: tuple[int, int]) -> tuple[float, float, float, float, float, float]:
    """What Pillow's `Image.transform(size, Image.Transform.AFFINE, ...)` needs to move a picture by W about its centre.

    Pillow asks for each pixel of the result where it comes from, and so for the inverse; its y points down. `size` is
    the picture's width and height in pixels. Raises ValueError where W has no inverse.

    >>> pixel_coefficients([[2, 0], [0, 2]], size=(100, 60))
    (0.5, 0.0, 25.0, 0.0, 0.5, 15.0)
    """
    w = np.asarray(matrix, dtype=np.float64)
    if abs(determinant(w)) < NOTHING:
        raise ValueError(
            f"the determinant of {w.tolist()} is 0; expected another one; what has collapsed has no way back"
        )
    back, centre = np.linalg.inv(w), np.array(size) / 2
    x, y = centre - back @ centre
    a, b, c, d = (float(entry) for entry in back.flat)
    return a, b, float(x), c, d, float(y)


# --- Areas ------------------------------------------------------------------------------------------------------------

UNIT_SQUARE: Array = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])

Outcome = Literal["collapsed", "flipped", "kept"]


def determinant(matrix: ArrayLike) -> float:
    """By how much a matrix (2, 2) multiplies areas; negative where it turns the plane over.

    >>> determinant([[2, 0], [0, 3]]), determinant([[0, 1], [1, 0]])
    (6.0, -1.0)
    """
    return tidy(float(np.linalg.det(np.asarray(matrix, dtype=np.float64))))


def area(polygon: ArrayLike) -> float:
    """The area of a polygon by its corners (n, 2), negative where they run clockwise: the shoelace formula.

    >>> area(UNIT_SQUARE), area(UNIT_SQUARE[::-1])
    (1.0, -1.0)
    """
    x, y = np.asarray(polygon, dtype=np.float64).T
    return float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2


def outcome(determinant: float) -> Outcome:
    """What happens to the plane: `collapsed` onto a line or a point, `flipped` over, or `kept` with its face up.

    >>> outcome(0.0), outcome(-2.0), outcome(0.5)
    ('collapsed', 'flipped', 'kept')
    """
    if abs(determinant) < NOTHING:
        return "collapsed"
    return "flipped" if determinant < 0 else "kept"


# --- Lines that stay on themselves ------------------------------------------------------------------------------------

Kind = Literal["none", "one", "two", "all"]


@dataclass(frozen=True)
class Eigen:
    """The lines through the origin that a matrix maps onto themselves.

    `none`: the matrix turns every direction; `two` lines with different values; `one` line, whose value counts twice
    (a defective matrix, as a shear is); `all`: a multiple of the identity. `values` are the factors along the lines,
    `directions` their unit vectors, which are not listed for `all`.
    """

    kind: Kind
    values: tuple[float, ...]
    directions: tuple[tuple[float, float], ...]


def eigen(matrix: ArrayLike) -> Eigen:
    """The real eigenvalues of a matrix (2, 2), the larger one first, and their directions.

    >>> eigen([[1, 1], [0, 1]])
    Eigen(kind='one', values=(1.0,), directions=((1.0, 0.0),))
    >>> eigen(scaling(0.5, 2.0)).values, eigen(rotation(30.0)).kind, eigen(scaling(2.0, 2.0)).kind
    ((2.0, 0.5), 'none', 'all')
    """
    w = np.asarray(matrix, dtype=np.float64)
    (a, b), (c, d) = w
    if np.allclose(w, w[0, 0] * np.eye(2), atol=NOTHING):
        return Eigen("all", (tidy(float(a)),), ())
    spread = ((a - d) / 2) ** 2 + b * c  # the square of half the distance between the two eigenvalues
    if abs(spread) < NOTHING * float(np.abs(w).max()) ** 2:
        value = (a + d) / 2
        return Eigen("one", (tidy(float(value)),), (_null_direction(w - value * np.eye(2)),))
    if spread < 0:
        return Eigen("none", (), ())
    values, vectors = np.linalg.eig(w)
    order = np.argsort(values)[::-1]
    return Eigen("two", tuple(tidy(float(values[i])) for i in order), tuple(_upward(vectors[:, i]) for i in order))


def _null_direction(matrix: Array) -> tuple[float, float]:
    return _upward(np.linalg.svd(matrix)[2][-1])


def _upward(vector: Array) -> tuple[float, float]:
    """A direction and its opposite lie on one line: the one that points up, or to the right."""
    x, y = (tidy(float(entry)) for entry in vector)
    return (-x + 0.0, -y + 0.0) if (y, x) < (0.0, 0.0) else (x, y)


# --- The order of moves -----------------------------------------------------------------------------------------------


def agree(first: Array, second: Array) -> bool:
    """Whether two maps (3, 3) are the same, up to rounding.

    >>> agree(affine(rotation(360.0)), np.eye(3)), agree(affine(rotation(180.0)), np.eye(3))
    (True, False)
    """
    return bool(np.allclose(first, second, atol=NOTHING))


def commute(*moves: Array) -> bool:
    """Whether moves (3, 3) give the same map in every order.

    >>> commute(affine(rotation(30.0)), affine(rotation(50.0))), commute(affine(rotation(30.0)), affine(shear(1.0)))
    (True, False)
    """
    whole = compose(*moves)
    return all(agree(compose(*order), whole) for order in permutations(moves))


def distances(points: ArrayLike, first: Array, second: Array) -> Array:
    """How far apart the points (n, 2) land under two maps: (n,).

    >>> distances([[1, 0], [0, 2]], affine(scaling(1.0, 1.0)), affine(scaling(1.0, 2.0)))
    array([0., 2.])
    """
    return np.hypot(*(moved(points, first) - moved(points, second)).T)


# --- Moves to choose --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Parameter:
    """A number of a move: its bounds, the step between its positions, and what it is when nobody says."""

    minimum: float
    maximum: float
    step: float
    default: float


@dataclass(frozen=True)
class Move:
    """A kind of move: its parameters by name, and the function of them that gives W and b."""

    parameters: Mapping[str, Parameter]
    make: Callable[..., tuple[Array, Array]]


_STAY = np.zeros(2)
_ANGLE = Parameter(-180.0, 180.0, 5.0, 45.0)
_AXIS = Parameter(0.0, 180.0, 5.0, 60.0)
_FACTOR = Parameter(-2.0, 2.0, 0.1, 1.5)
_WAY = Parameter(-2.0, 2.0, 0.1, 2.0)

MOVES: dict[str, Move] = {
    "rotate": Move({"angle": _ANGLE}, lambda angle: (rotation(angle), _STAY)),
    "scale": Move({"sx": _FACTOR, "sy": Parameter(-2.0, 2.0, 0.1, 0.5)}, lambda sx, sy: (scaling(sx, sy), _STAY)),
    "shear": Move({"k": Parameter(-2.0, 2.0, 0.1, 1.0)}, lambda k: (shear(k), _STAY)),
    "reflect": Move({"axis": _AXIS}, lambda axis: (reflection(axis), _STAY)),
    "project": Move({"line": Parameter(0.0, 180.0, 5.0, 30.0)}, lambda line: (projection(line), _STAY)),
    "shift": Move({"tx": _WAY, "ty": Parameter(-2.0, 2.0, 0.1, 0.0)}, lambda tx, ty: (np.eye(2), np.array([tx, ty]))),
}


def made(kind: str, parameters: Mapping[str, float]) -> Array:
    """The map (3, 3) of a kind of `MOVES` with its parameters by name.

    Raises ValueError for another kind, and where parameters are missing or too many.

    >>> made("scale", {"sx": 2.0, "sy": 1.0})[:2, :2]
    array([[2., 0.],
           [0., 1.]])
    """
    if kind not in MOVES:
        raise ValueError(f"there is no move {kind!r}; expected one of {', '.join(MOVES)}; take one of them")
    expected = list(MOVES[kind].parameters)
    if sorted(parameters) != sorted(expected):
        raise ValueError(f"{kind} came with {sorted(parameters)}; expected {expected}; give each of them")
    return affine(*MOVES[kind].make(**parameters))


# --- Things to move ---------------------------------------------------------------------------------------------------

LETTER: Array = np.column_stack(
    [
        [0.2, 0.5, 0.5, 1.0, 1.0, 0.5, 0.5, 1.2, 1.2, 0.2],
        [0.2, 0.2, 0.8, 0.8, 1.1, 1.1, 1.4, 1.4, 1.7, 1.7],
    ]
)
"""The corners (10, 2) of the letter F: it shows when it is turned over, as a square would not."""


# --- Numbers in words -------------------------------------------------------------------------------------------------


def tidy(value: float) -> float:
    """A number without the crumbs of sines and cosines, and without a negative zero.

    >>> tidy(-1e-17), tidy(0.1 + 0.2)
    (0.0, 0.3)
    """
    return round(value, 10) + 0.0


def spelled(value: float | np.floating[Any]) -> str:
    """A number with two digits behind the point, and no minus before 0.00.

    >>> spelled(-0.001), spelled(1.005), spelled(-2)
    ('0.00', '1.00', '-2.00')
    """
    return f"{round(float(value), 2) + 0.0:.2f}"


def spelled_factor(value: float) -> str:
    """A factor as `spelled`, with two digits that count where that would take a small one for 0.

    >>> spelled_factor(1.25), spelled_factor(0.0025), spelled_factor(-1e-17)
    ('1.25', '0.0025', '0.00')
    """
    return f"{tidy(value):{factor_format(value)}}"


def factor_format(value: float) -> str:
    """The format of a factor: two digits behind the point, or two that count where those would be 0.00.

    >>> factor_format(1.25), factor_format(0.0025)
    ('.2f', '.2g')
    """
    return ".2g" if 0 < abs(tidy(value)) < 0.005 else ".2f"
