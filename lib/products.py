"""The dot product: its rule of shapes, one entry of it, a dense layer made of it, and what it costs."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lib.shapes import Shape, elements

Array = NDArray[Any]
Origin = Literal["first", "second", "both"]
FIRST: tuple[Origin, ...] = ("first",)
SECOND: tuple[Origin, ...] = ("second",)

# --- Shapes -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Product:
    """The shape of a product, and for each of its axes the operand that it came from.

    `summed` are the axes of the first and of the second operand along which products are added up, counted from 0;
    None where nothing is added up.
    """

    shape: Shape
    origins: tuple[Origin, ...]
    summed: tuple[int, int] | None


Reason = Literal["scalar", "inner", "stack", "large"]


class ProductError(ValueError):
    """Shapes that are not multiplied, and the `reason`.

    `scalar`: a single number in `matmul`; `inner`: the axes that would be summed away differ; `stack`: the axes before
    the last two do not broadcast; `large`: the result could not be counted.
    """

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def dot_rule(x: Shape, y: Shape) -> Product:
    """The rule of `np.dot`: the last axis of x goes with the last but one of y (its only one), all others remain.

    Raises ProductError where these two differ in size, or where the result has too many entries.

    >>> dot_rule((2, 3, 4, 5), (7, 5, 6)).shape
    (2, 3, 4, 7, 6)
    """
    if not x or not y:  # a single number multiplies every entry
        return Product(x + y, FIRST * len(x) + SECOND * len(y), None)
    along = len(x) - 1, max(len(y) - 2, 0)
    _check_equal(x, y, along)
    left, right = x[:-1], _without(y, along[1])
    _check_countable(left + right)
    return Product(left + right, FIRST * len(left) + SECOND * len(right), along)


def matmul_rule(x: Shape, y: Shape) -> Product:
    """The rule of `np.matmul`, which is `@`: rows by columns; all axes before the last two are broadcast.

    Raises ProductError where the sizes do not fit, and for a single number, which `@` refuses.

    >>> matmul_rule((2, 3, 4, 5), (3, 5, 6)).shape
    (2, 3, 4, 6)
    """
    if not x or not y:
        raise ProductError("scalar", "an operand is a single number; expected one axis or more; multiply by * instead")
    along = len(x) - 1, max(len(y) - 2, 0)
    _check_equal(x, y, along)
    batch, origins = _broadcast(x[:-2], y[:-2])
    rows, columns = x[-2:-1], y[-1:] if len(y) > 1 else ()
    return Product(batch + rows + columns, origins + FIRST * len(rows) + SECOND * len(columns), along)


RULES: dict[str, Callable[[Shape, Shape], Product]] = {"dot": dot_rule, "matmul": matmul_rule}


def _without(shape: Shape, axis: int) -> Shape:
    return shape[:axis] + shape[axis + 1 :]


def _check_equal(x: Shape, y: Shape, along: tuple[int, int]) -> None:
    if x[along[0]] != y[along[1]]:
        raise ProductError(
            "inner",
            f"axis {along[0]} of {x} has {x[along[0]]} entries, axis {along[1]} of {y} has {y[along[1]]}; "
            "expected as many; transpose one of them, or choose other arrays",
        )


def _check_countable(shape: Shape) -> None:
    if elements(shape) > np.iinfo(np.intp).max:
        sentence = f"the product has {elements(shape)} entries; expected fewer than 2**63; make axes smaller"
        raise ProductError("large", sentence)


def _broadcast(x: Shape, y: Shape) -> tuple[Shape, tuple[Origin, ...]]:
    """The batch axes (shape and origins) of a matrix product: equal, or 1, or missing."""
    shape: list[int] = []
    origins: list[Origin] = []
    for a, b in zip_longest(x[::-1], y[::-1], fillvalue=1):
        if a != b and 1 not in (a, b):
            sentence = f"the axes before the last two are {x} and {y}; expected equal sizes, or 1; reshape one"
            raise ProductError("stack", sentence)
        shape.append(b if a == 1 else a)
        origins.append("both" if a == b else "second" if a == 1 else "first")
    return tuple(shape[::-1]), tuple(origins[::-1])


def numpy_message(function: str, x: Shape, y: Shape) -> str:
    """What NumPy's `dot` or `matmul` says about arrays of these shapes; "" where it multiplies them.

    The arrays take no memory, for all their entries are one number, and no product is computed.

    >>> numpy_message("dot", (2, 3), (2, 3))
    'shapes (2,3) and (2,3) not aligned: 3 (dim 1) != 2 (dim 0)'
    """
    try:
        RULES[function](x, y)
    except ProductError:
        # Small integers: for floats NumPy would first unfold the arrays in memory.
        left, right = (np.broadcast_to(np.int8(0), shape) for shape in (x, y))
        try:
            getattr(np, function)(left, right)
        except ValueError as refusal:
            return str(refusal)
        raise AssertionError(f"NumPy's {function} multiplies {x} and {y}") from None
    return ""


def refusal(function: str, x: Shape, y: Shape) -> Reason | Literal[""]:
    """Why NumPy's `dot` or `matmul` refuses these shapes, in the words of ProductError; "" where it multiplies them.

    >>> refusal("dot", (2, 3), (2, 3)), refusal("matmul", (2, 1, 1), (3, 1, 1)), refusal("dot", (), (2,))
    ('inner', 'stack', '')
    """
    try:
        RULES[function](x, y)
    except ProductError as error:
        return error.reason
    return ""


# --- One entry --------------------------------------------------------------------------------------------------------

LARGEST_ENTRY = 99.0
SENTENCES = {
    "number": "{came!r} is no number, expected numbers with commas between: write a line like 1, 0, -2.",
    "large": "{came} is too large, expected a number from -{most:g} to {most:g}: write a smaller one.",
}


class LineError(ValueError):
    """A typed line that holds something else than numbers: why (`reason`, one of `SENTENCES`), with what came."""

    def __init__(self, reason: str, came: str) -> None:
        self.reason = reason
        self.values = {"came": came, "most": LARGEST_ENTRY}
        super().__init__(SENTENCES[reason].format(**self.values))


def parse_line(text: str) -> list[float]:
    """The numbers of a typed line, with commas or blanks between. Raises LineError for anything else.

    >>> parse_line("1, -2.5, 3")
    [1.0, -2.5, 3.0]
    """
    return [_number(part) for part in re.split(r"[\s,，;；]+", text.strip("[]()（） \t\n")) if part]


def _number(text: str) -> float:
    plain = text.replace("\N{MINUS SIGN}", "-").replace("\N{FULLWIDTH HYPHEN-MINUS}", "-")
    if not re.fullmatch(r"[+-]?([0-9]{1,9}(\.[0-9]{0,9})?|\.[0-9]{1,9})", plain):
        raise LineError("number", text[:20])
    value = float(plain)
    if abs(value) > LARGEST_ENTRY:
        raise LineError("large", text[:20])
    return value


def matrix(rows: int, columns: int, *, seed: int) -> Array:
    """A matrix (rows, columns) of whole numbers from -2 to 3; one with more rows or columns begins with the same ones.

    >>> bool((matrix(2, 2, seed=1) == matrix(8, 8, seed=1)[:2, :2]).all())
    True
    """
    return _drawn(seed)[:rows, :columns].copy()


@lru_cache(maxsize=64)
def _drawn(seed: int) -> Array:
    return np.random.default_rng(seed).integers(-2, 4, (8, 8)).astype(float)


def factors(x: Array, y: Array, row: int = 0, column: int = 0) -> tuple[Array, Array]:
    """The two vectors that make one entry of dot(x, y): a row of x, if x has rows, and a column of y, if it has some.

    >>> left, right = factors(np.eye(2), np.array([[1, 2], [3, 4]]), row=1, column=0)
    >>> left.tolist(), right.tolist()
    ([0.0, 1.0], [1, 3])
    """
    return (x[row] if x.ndim == 2 else x), (y[:, column] if y.ndim == 2 else y)


def partial_sums(left: ArrayLike, right: ArrayLike) -> Array:
    """The sum of products after each of them: (k,) from two vectors (k,).

    >>> partial_sums([1, 2, 3], [4, 5, 6]).tolist()
    [4.0, 14.0, 32.0]
    """
    return np.cumsum(np.multiply(left, right)) + 0.0  # no -0


def spelled_sum(left: ArrayLike, right: ArrayLike) -> str:
    """The sum of products of two vectors (k,), written out.

    >>> spelled_sum([1, 2.5], [4, -2])
    '1·4 + 2.5·(−2) = −1'
    """
    pairs = zip(np.ravel(left).tolist(), np.ravel(right).tolist(), strict=True)
    written = " + ".join(f"{_spelled(a)}·{_spelled(b)}" for a, b in pairs)
    return f"{written} = {_spelled(float(np.dot(left, right))).strip('()')}"


def _spelled(value: float) -> str:
    return f"(\N{MINUS SIGN}{-value:.9g})" if value < 0 else f"{value + 0.0:.9g}"  # the sum makes 0 of -0


def replaced(values: ArrayLike, numbers: list[float]) -> Array:
    """A row (k,) that begins with these numbers and goes on as it was; what does not fit is left out.

    >>> replaced([1.0, 2.0, 3.0], [7.0]).tolist()
    [7.0, 2.0, 3.0]
    """
    row = np.array(values, float)
    row[: len(numbers)] = numbers[: len(row)]
    return row


# --- A dense layer ----------------------------------------------------------------------------------------------------


def relu(x: ArrayLike) -> Array:
    """Every entry, or 0 where it is negative.

    >>> relu([-1.0, 2.0]).tolist()
    [0.0, 2.0]
    """
    return np.maximum(x, 0)


def softmax(x: ArrayLike) -> Array:
    """Probabilities along the last axis: exp(x) over its sum, after taking away the largest entry.

    >>> softmax([0.0, 0.0]).tolist()
    [0.5, 0.5]
    """
    powers = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


@dataclass(frozen=True, eq=False)
class Layer:
    """What a dense layer computes on the way: dot(x, W) and the sum with b, and the output, each (units,)."""

    product: Array
    sum: Array
    output: Array


def dense(x: Array, kernel: Array, bias: Array, activation: Callable[[Array], Array] = relu) -> Layer:
    """A dense layer by hand: activation(dot(x, kernel) + bias) for x (inputs,), kernel (inputs, units), bias (units,).

    >>> dense(np.array([1.0, 2.0]), np.array([[1.0, -1.0], [1.0, -1.0]]), np.array([0.5, 0.5])).output.tolist()
    [3.5, 0.0]
    """
    product = np.dot(x, kernel)
    return Layer(product, product + bias, activation(product + bias))


# --- Cost -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cost:
    """What relu(dot(x, W) + b) of a whole batch takes: multiplications, and the memory of each array in bytes."""

    multiplications: int
    parameters: int
    bytes: dict[str, int]


def layer_cost(batch: int, inputs: int, units: int, *, itemsize: int = 4) -> Cost:
    """The cost of a dense layer: batch inputs units multiplications. Raises ValueError unless all sizes are positive.

    >>> layer_cost(128, 784, 512).multiplications
    51380224
    """
    if min(batch, inputs, units) < 1:
        raise ValueError(f"the layer has the sizes {batch}, {inputs}, {units}; expected positive ones; change them")
    shapes = {"x": (batch, inputs), "W": (inputs, units), "b": (units,), "y": (batch, units)}
    memory = {name: math.prod(shape) * itemsize for name, shape in shapes.items()}
    return Cost(batch * inputs * units, inputs * units + units, memory)
