"""What becomes of a response map that is made smaller, and how much of it stays when the image moves by a pixel.

>>> summaries(np.arange(16.0).reshape(4, 4), 2)["max"]
array([[ 5.,  7.],
       [13., 15.]])
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lib.convolution import convolve, pool

Array = NDArray[Any]

WAYS = ("none", "strides", "average", "max")
"""Leave the map as it is; take every second place only, as strides of 2 do; the mean or the maximum of each patch."""

MARGIN = 3
"""Pixels around an image by which it can be moved."""


def response(image: Array, kernel: Array, *, strides: int = 1) -> Array:
    """The response map after relu, as the network keeps it: of an image (height, width) and a kernel (3, 3)."""
    return np.maximum(convolve(image[..., None], kernel[..., None, None], strides=strides)[..., 0], 0.0)


def summaries(responses: Array, size: int) -> dict[str, Array]:
    """A map (height, width) as each of WAYS leaves it; with strides it is what a convolution with strides computes.

    Raises lib.windows.WindowError where patches of this size have no place.
    """
    pooled = {kind: pool(responses[..., None], kind, pool_size=size)[..., 0] for kind in ("average", "max")}
    return {"none": responses, "strides": responses[::size, ::size], **pooled}


def moved(image: Array, down: int, right: int) -> Array:
    """The image without its margin, its content moved by so many pixels; what comes in stood in the margin before.

    Raises ValueError beyond the margin.

    >>> moved(np.eye(7), 0, 1).tolist()
    [[0.0]]
    """
    if max(abs(down), abs(right)) > MARGIN:
        raise ValueError(f"the image is moved by {down} and {right}; expected at most {MARGIN}; move it less")
    height, width = image.shape[:2]
    return image[MARGIN - down : height - MARGIN - down, MARGIN - right : width - MARGIN - right]


def change(before: ArrayLike, after: ArrayLike) -> float:
    """How much of a map has changed: the mean absolute change, relative to the mean of both; 0 to 2, 0 if both are 0.

    >>> change([1.0, 3.0], [3.0, 1.0]), change([0.0], [0.0])
    (1.0, 0.0)
    """
    before, after = np.asarray(before, float), np.asarray(after, float)
    mean = float(before.mean() + after.mean()) / 2
    return float(np.abs(after - before).mean()) / mean if mean else 0.0
