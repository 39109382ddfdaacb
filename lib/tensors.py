"""Tensors: real data of every rank, the classic shapes, batches, data types, and the ways to make a tensor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lib.datasets import bundled

Array = NDArray[Any]
Images = NDArray[np.uint8]

# --- Real data --------------------------------------------------------------------------------------------------------

DIGITS = 128
"""Digits in the batch that the lesson slices."""

PHOTOGRAPH_SIDE = 256
"""The longer side of the photograph that the lesson slices, in pixels."""


@lru_cache(maxsize=1)
def digit_images() -> Images:
    """All digits at MNIST's size as MNIST stores them: uint8 (1797, 28, 28), ink from 0 to 255; read-only.

    >>> digit_images().shape, int(digit_images().max())
    ((1797, 28, 28), 255)
    """
    ink, _ = bundled.digits28()
    return _frozen((ink[..., 0] * (255 / 16)).round().astype(np.uint8))


@lru_cache(maxsize=1)
def photograph() -> Images:
    """The photograph of the lesson, small: uint8 (171, 256, 3), red, green and blue from 0 to 255; read-only.

    >>> photograph().shape
    (171, 256, 3)
    """
    from PIL import Image

    image = Image.fromarray(bundled.photograph("china"))
    image.thumbnail((PHOTOGRAPH_SIDE, PHOTOGRAPH_SIDE))
    return _frozen(np.array(image))


@lru_cache(maxsize=1)
def cube() -> Array:
    """The numbers 0 to 59 in shape (3, 4, 5): small enough to read every entry; read-only.

    >>> cube()[1, 2, 3]
    np.int64(33)
    """
    return _frozen(np.arange(60).reshape(3, 4, 5))


@lru_cache(maxsize=1)
def clips(samples: int = 4, frames: int = 8, stride: int = 2) -> Images:
    """Short clips of digits that wander to the right, `stride` pixels a frame: uint8 (samples, frames, 28, 28, 1).

    >>> clips().shape
    (4, 8, 28, 28, 1)
    """
    images = digit_images()[:samples]
    moved = [np.roll(images, stride * (k - frames // 2), axis=2) for k in range(frames)]
    return _frozen(np.stack(moved, axis=1)[..., np.newaxis])


def _frozen(array: Array) -> Array:
    array.setflags(write=False)
    return array


@dataclass(frozen=True)
class Rung:
    """A rung of the ladder: what gives its array, and the names of the array's axes."""

    make: Callable[[], Array]
    axes: tuple[str, ...]


RUNGS = {
    "number": Rung(lambda: bundled.table("iris")[0][0, 0:1].reshape(()), ()),
    "row": Rung(lambda: bundled.table("iris")[0][0], ("features",)),
    "table": Rung(lambda: bundled.table("iris")[0], ("samples", "features")),
    "photograph": Rung(lambda: photograph(), ("height", "width", "channels")),
    "digits": Rung(lambda: digit_images()[:DIGITS, ..., np.newaxis], ("samples", "height", "width", "channels")),
    "clips": Rung(lambda: clips(), ("samples", "frames", "height", "width", "channels")),
}
"""From rank 0 to rank 5, each with real data."""


@lru_cache(maxsize=len(RUNGS))
def rung(name: str) -> Array:
    """The array of a rung of RUNGS; its rank is the number of the rung.

    >>> [rung(name).ndim for name in RUNGS]
    [0, 1, 2, 3, 4, 5]
    """
    return RUNGS[name].make()


# --- Shapes and memory ------------------------------------------------------------------------------------------------

DTYPES = ("uint8", "float16", "float32", "float64")


@dataclass(frozen=True)
class Classic:
    """A kind of data as it is usually laid out: its shape, and what its axes are."""

    shape: tuple[int, ...]
    axes: tuple[str, ...]


CLASSICS = {
    "people": Classic((10_000, 3), ("samples", "features")),
    "prices": Classic((250, 390, 3), ("samples", "timesteps", "features")),
    "posts": Classic((1_000_000, 280, 128), ("samples", "timesteps", "features")),
    "images_last": Classic((128, 256, 256, 3), ("samples", "height", "width", "channels")),
    "images_first": Classic((128, 3, 256, 256), ("samples", "channels", "height", "width")),
    "video": Classic((4, 240, 144, 256, 3), ("samples", "frames", "height", "width", "channels")),
}


# --- Batches ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Batches:
    """How `samples` are cut into batches of `size`, in order; the last one takes what is left.

    Raises ValueError where one of them is below 1.

    >>> mnist = Batches(60_000, 128)
    >>> mnist.count, mnist.last, mnist.slice(468)
    (469, 96, slice(59904, 60032, None))
    """

    samples: int
    size: int

    def __post_init__(self) -> None:
        if self.samples < 1 or self.size < 1:
            raise ValueError(f"{self.samples} samples in batches of {self.size}; expected 1 or more; take more")

    @property
    def count(self) -> int:
        """The number of batches: of updates in one epoch."""
        return -(-self.samples // self.size)

    @property
    def last(self) -> int:
        """The number of samples in the last batch."""
        return self.samples - (self.count - 1) * self.size

    def slice(self, number: int) -> slice:
        """The slice of batch `number`, counted from 0: it may end beyond the samples, where NumPy clips it."""
        return slice(self.size * number, self.size * (number + 1))

    def length(self, number: int) -> int:
        """The number of samples in batch `number`."""
        return len(range(self.samples)[self.slice(number)])


# --- Data types -------------------------------------------------------------------------------------------------------


def brightened(image: Images, by: int) -> Images:
    """Pixels plus `by` in uint8, as NumPy adds them: beyond 255 they begin again at 0.

    >>> brightened(np.array([100, 200], np.uint8), 100)
    array([200,  44], dtype=uint8)
    """
    return image + np.full_like(image, by)


def brightened_safely(image: Images, by: int) -> Images:
    """Pixels plus `by`, added in float32 and clipped at 255 before they become uint8 again.

    >>> brightened_safely(np.array([100, 200], np.uint8), 100)
    array([200, 255], dtype=uint8)
    """
    return np.clip(image.astype(np.float32) + by, 0, 255).astype(np.uint8)


def scaled(image: Images) -> NDArray[np.float32]:
    """Pixels from 0 to 255 as float32 from 0 to 1: what a network is fed.

    >>> scaled(np.array([0, 51, 255], np.uint8))
    array([0. , 0.2, 1. ], dtype=float32)
    """
    return image.astype(np.float32) / np.float32(255)


def stored(value: float, dtype: str) -> float:
    """What a type of floating point keeps of a number; infinity where it is too large for it.

    >>> stored(2049, "float16"), stored(70_000, "float16")
    (2048.0, inf)
    """
    with np.errstate(over="ignore"):
        return float(np.float64(value).astype(dtype))


# --- Ways to make a tensor --------------------------------------------------------------------------------------------

MAKERS = {
    "list": "np.array({list})",
    "zeros": "np.zeros(({rows}, {columns}))",
    "ones": "np.ones(({rows}, {columns}))",
    "eye": "np.eye({rows}, {columns})",
    "arange": "np.arange({size}).reshape({rows}, {columns})",
    "linspace": "np.linspace(0, 1, {size}).reshape({rows}, {columns})",
    "uniform": "rng.uniform(0, 1, ({rows}, {columns}))",
    "normal": "rng.normal({mean}, {deviation}, ({rows}, {columns}))",
    "permutation": "rng.permutation({size}).reshape({rows}, {columns})",
}
"""How each way is written; those with `rng` draw at random."""


def is_random(maker: str) -> bool:
    """Whether this way of MAKERS draws from `rng = np.random.default_rng(seed)`.

    >>> is_random("normal"), is_random("eye")
    (True, False)
    """
    return MAKERS[maker].startswith("rng.")


def making(maker: str, rows: int, columns: int, *, mean: float = 0.0, deviation: float = 1.0) -> str:
    """The expression that makes a tensor of this shape.

    >>> making("zeros", 2, 3)
    'np.zeros((2, 3))'
    """
    counted = [[10 * i + j for j in range(columns)] for i in range(rows)]
    return MAKERS[maker].format(
        rows=rows, columns=columns, size=rows * columns, list=counted, mean=mean, deviation=deviation
    )


def made(maker: str, rows: int, columns: int, *, seed: int = 0, mean: float = 0.0, deviation: float = 1.0) -> Array:
    """The tensor (rows, columns) that `making` writes; the same seed draws the same numbers.

    >>> made("eye", 2, 3).tolist()
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    """
    shape, size, rng = (rows, columns), rows * columns, np.random.default_rng(seed)
    make: dict[str, Callable[[], Array]] = {
        "list": lambda: np.array([[10 * i + j for j in range(columns)] for i in range(rows)]),
        "zeros": lambda: np.zeros(shape),
        "ones": lambda: np.ones(shape),
        "eye": lambda: np.eye(rows, columns),
        "arange": lambda: np.arange(size).reshape(shape),
        "linspace": lambda: np.linspace(0, 1, size).reshape(shape),
        "uniform": lambda: rng.uniform(0, 1, shape),
        "normal": lambda: rng.normal(mean, deviation, shape),
        "permutation": lambda: rng.permutation(size).reshape(shape),
    }
    return make[maker]()
