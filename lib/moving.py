"""Move an image: turn it, scale it, shift it, as Pillow does.

>>> moved(np.eye(3, dtype=np.float32), right=1).tolist()
[[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]]
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Array = NDArray[Any]
Affine = tuple[float, float, float, float, float, float]
"""The numbers a to f by which the place (across, down) of a new pixel comes from (ax + by + c, dx + ey + f)."""


def affine(side: tuple[int, int], *, right: float = 0, down: float = 0, degrees: float = 0, scale: float = 1) -> Affine:
    """Where each pixel of an image (height, width) comes from, once it is moved.

    It is scaled, then turned counterclockwise, both around its middle, and then shifted by so many pixels.

    >>> affine((28, 28), right=2, down=-1)
    (1.0, 0.0, -2.0, 0.0, 1.0, 1.0)
    """
    cosine, sine = (turn(math.radians(degrees)) / scale for turn in (math.cos, math.sin))
    y, x = (size / 2 for size in side)
    across, below = x + right, y + down
    return (
        cosine,
        0.0 - sine,
        x - cosine * across + sine * below,
        sine,
        cosine,
        y - sine * across - cosine * below,
    )


def moved(image: Array, *, right: float = 0, down: float = 0, degrees: float = 0, scale: float = 1) -> Array:
    """An image (height, width), float32, scaled and turned around its middle, then shifted; zeros come in from outside.

    Between pixels it interpolates linearly; a shift by whole pixels is exact. Raises ValueError where the scale is not
    above zero.

    >>> moved(np.array([[0.0, 1.0], [0.0, 0.0]]), degrees=90).round(3).tolist()
    [[1.0, 0.0], [0.0, 0.0]]
    """
    if not scale > 0:
        raise ValueError(f"scale is {scale}; expected a number above 0; make it larger")
    height, width = image.shape
    numbers = affine((height, width), right=right, down=down, degrees=degrees, scale=scale)
    picture = Image.fromarray(np.ascontiguousarray(image, np.float32))
    return np.asarray(
        picture.transform((width, height), Image.Transform.AFFINE, numbers, Image.Resampling.BILINEAR), np.float32
    )
