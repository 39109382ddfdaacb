"""Points on a plane, generated: two classes to tell apart, or a height to predict.

Every set lies in the square `DOMAIN`, so that one pair of axes serves them all. Noise is the standard deviation, in
units of the axes, of a normal displacement of each coordinate. It changes neither the number of draws nor their order:
more noise moves the same points further, and leaves their class or height as it was.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

DOMAIN = (-6.0, 6.0)

Array = NDArray[Any]
Rows = tuple[Array, Array]

# scikit-learn draws its figures about one unit wide.
RINGS_SCALE = 4.5
MOONS_SCALE, MOONS_CENTRE = 3.0, (0.5, 0.25)

BLOB_CENTRES = ((-2.0, -2.0), (2.0, 2.0))
TRIANGLE = ((-2.6, -1.5), (2.6, -1.5), (0.0, 3.0))
SPIRAL_TURNS = 0.875
ARM_TURNS = 0.5
BUMP_CENTRE, BUMP_WIDTH = 3.0, 1.5


def halves(samples: int) -> tuple[int, int]:
    """The sizes of class 0 and class 1, which gets the smaller half.

    >>> halves(5)
    (3, 2)
    """
    return samples - samples // 2, samples // 2


def displaced(points: Array, *, noise: float, rng: np.random.Generator) -> Array:
    """Points (n, 2) moved at random, kept inside the domain.

    >>> displaced(np.array([[5.0, -9.0]]), noise=0.0, rng=np.random.default_rng(0))
    array([[ 5., -6.]])
    """
    return np.clip(points + noise * rng.standard_normal(points.shape), *DOMAIN)


def circle(samples: int, *, noise: float, rng: np.random.Generator) -> Rows:
    """Class 1, a ring of radius 1.8, inside class 0, a ring of radius 4.5.

    >>> x, y = circle(4, noise=0.0, rng=np.random.default_rng(0))
    >>> np.hypot(*x.T).round(1), y
    (array([4.5, 4.5, 1.8, 1.8]), array([0, 0, 1, 1]))
    """
    from sklearn.datasets import make_circles

    points, labels = make_circles(halves(samples), shuffle=False, factor=0.4)
    return displaced(RINGS_SCALE * points, noise=noise, rng=rng), labels


def moons(samples: int, *, noise: float, rng: np.random.Generator) -> Rows:
    """Two half rings that reach into each other: class 0 above, class 1 below.

    >>> x, y = moons(4, noise=0.0, rng=np.random.default_rng(0))
    >>> x.round(2).tolist(), y.tolist()
    ([[1.5, -0.75], [-4.5, -0.75], [-1.5, 0.75], [4.5, 0.75]], [0, 0, 1, 1])
    """
    from sklearn.datasets import make_moons

    points, labels = make_moons(halves(samples), shuffle=False)
    return displaced(MOONS_SCALE * (points - MOONS_CENTRE), noise=noise, rng=rng), labels


def gauss(samples: int, *, noise: float, rng: np.random.Generator) -> Rows:
    """Two round clouds of standard deviation 1: class 0 around (-2, -2), class 1 around (2, 2).

    >>> x, y = gauss(400, noise=0.0, rng=np.random.default_rng(0))
    >>> x[y == 1].mean(axis=0).round(0)
    array([2., 2.])
    """
    from sklearn.datasets import make_blobs

    state = int(rng.integers(2**32))  # scikit-learn takes no Generator
    points, labels = make_blobs(halves(samples), centers=BLOB_CENTRES, shuffle=False, random_state=state)
    return displaced(points, noise=noise, rng=rng), labels


def xor(samples: int, *, noise: float, rng: np.random.Generator) -> Rows:
    """Four squares, a margin of 0.3 from the axes: class 1 where both coordinates have the same sign.

    >>> x, y = xor(4, noise=0.0, rng=np.random.default_rng(0))
    >>> np.sign(x).tolist(), y.tolist()
    ([[1.0, 1.0], [-1.0, 1.0], [-1.0, -1.0], [1.0, -1.0]], [1, 0, 1, 0])
    """
    signs = np.resize([[1, 1], [-1, 1], [-1, -1], [1, -1]], (samples, 2))
    points = signs * rng.uniform(0.3, 5.0, (samples, 2))
    return displaced(points, noise=noise, rng=rng), (signs.prod(axis=1) > 0).astype(int)


def spiral(samples: int, *, noise: float, rng: np.random.Generator) -> Rows:
    """Two arms of seven eighths of a turn, out to radius 5; class 1 is class 0 turned by half a turn.

    >>> x, y = spiral(4, noise=0.0, rng=np.random.default_rng(0))
    >>> np.hypot(*x.T), y
    (array([0.25, 5. , 0.25, 5. ]), array([0, 0, 1, 1]))
    """
    first, second = halves(samples)
    way = np.linspace(0.05, 1.0, first)
    angle = 2 * np.pi * SPIRAL_TURNS * way
    arm = 5.0 * way[:, None] * np.stack([np.sin(angle), np.cos(angle)], axis=1)
    labels = np.repeat([0, 1], (first, second))
    return displaced(np.concatenate([arm, -arm[:second]]), noise=noise, rng=rng), labels


def thirds(samples: int) -> NDArray[Any]:
    """Three classes (samples,), as even as can be, one after the other.

    >>> thirds(5).tolist()
    [0, 0, 1, 1, 2]
    """
    return np.sort(np.arange(samples) % 3)


def blobs(samples: int, *, noise: float, rng: np.random.Generator) -> Rows:
    """Three round clouds of standard deviation 1, around (-2.6, -1.5), (2.6, -1.5) and (0, 3).

    >>> x, y = blobs(600, noise=0.0, rng=np.random.default_rng(0))
    >>> x[y == 2].mean(axis=0).round(0) + 0.0
    array([0., 3.])
    """
    from sklearn.datasets import make_blobs

    state, labels = int(rng.integers(2**32)), thirds(samples)  # scikit-learn takes no Generator
    counts = np.bincount(labels, minlength=3).tolist()
    points, _ = make_blobs(counts, centers=TRIANGLE, shuffle=False, random_state=state)
    return displaced(points, noise=noise, rng=rng), labels


def arms(samples: int, *, noise: float, rng: np.random.Generator) -> Rows:
    """Three arms of half a turn, out to radius 5, each a third of a turn further than the one before.

    >>> x, y = arms(6, noise=0.0, rng=np.random.default_rng(0))
    >>> np.hypot(*x.T), y
    (array([0.5, 5. , 0.5, 5. , 0.5, 5. ]), array([0, 0, 1, 1, 2, 2]))
    """
    labels = thirds(samples)
    way = np.concatenate([np.linspace(0.1, 1.0, np.sum(labels == arm)) for arm in range(3)])
    angle = 2 * np.pi * (ARM_TURNS * way + labels / 3)
    points = 5.0 * way[:, None] * np.stack([np.sin(angle), np.cos(angle)], axis=1)
    return displaced(points, noise=noise, rng=rng), labels


def plane(samples: int, *, noise: float, rng: np.random.Generator) -> Rows:
    """A tilted plane, height (x1 + x2) / 10, over points spread evenly in [-5, 5] squared: heights in [-1, 1].

    >>> x, height = plane(3, noise=0.0, rng=np.random.default_rng(0))
    >>> np.allclose(height, x.sum(axis=1) / 10)
    True
    """
    points = rng.uniform(-5.0, 5.0, (samples, 2))
    return displaced(points, noise=noise, rng=rng), points.sum(axis=1) / 10


def bumps(samples: int, *, noise: float, rng: np.random.Generator) -> Rows:
    """Four Gaussian bumps at (±3, ±3), up where the signs agree and down where they differ: heights in [-1, 1].

    The height is f(x1) f(x2) with f(u) = exp(-(u - 3)² / 2w²) - exp(-(u + 3)² / 2w²) and w = 1.5.

    >>> x, height = bumps(3, noise=0.0, rng=np.random.default_rng(0))
    >>> np.allclose(height, bump_height(x))
    True
    """
    points = rng.uniform(-5.0, 5.0, (samples, 2))
    return displaced(points, noise=noise, rng=rng), bump_height(points)


def bump_height(points: Array) -> Array:
    """The height of `bumps` at points (n, 2), without noise.

    >>> bump_height(np.array([[3.0, 3.0], [-3.0, 3.0], [0.0, 1.0]])).round(3).tolist()
    [0.999, -0.999, 0.0]
    """
    up = np.exp(-((points - BUMP_CENTRE) ** 2) / (2 * BUMP_WIDTH**2))
    down = np.exp(-((points + BUMP_CENTRE) ** 2) / (2 * BUMP_WIDTH**2))
    height: Array = (up - down).prod(axis=1)
    return height


def wave(samples: int, *, noise: float, rng: np.random.Generator) -> Rows:
    """Heights around a wave over one number, spread evenly in [-1, 1]; noise moves the heights alone.

    >>> x, height = wave(3, noise=0.0, rng=np.random.default_rng(0))
    >>> np.allclose(height, wave_height(x[:, 0]))
    True
    """
    x = rng.uniform(-1.0, 1.0, (samples, 1))
    return x, wave_height(x[:, 0]) + noise * rng.standard_normal(samples)


def wave_height(x: Array) -> Array:
    """The height sin(4 x) of `wave` at x, without noise: a polynomial needs degree 3 at least to follow it.

    >>> wave_height(np.array([0.0, np.pi / 8])).tolist()
    [0.0, 1.0]
    """
    height: Array = np.sin(4 * x)
    return height
