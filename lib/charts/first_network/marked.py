"""Images of digits, or maps of weights, on a sheet with one of them framed; images enlarged without smoothing."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import ImageColor

from lib.charts import theme
from lib.charts.tensors.sheets import GREY, png

Array = NDArray[Any]


def sheet(images: Array, *, columns: int, scale: int, chosen: int | None = None, gap: int = 6, least: int = 0) -> bytes:
    r"""Images (n, height, width) or (n, height, width, 3) of bytes row by row, the `chosen` one framed: a PNG.

    Places for `least` images are there even where fewer come, so that the picture keeps its size; they stay clear.

    >>> sheet(np.zeros((3, 4, 4), np.uint8), columns=2, scale=2, chosen=1)[:4]
    b'\x89PNG'
    """
    tiles = _in_colours(images).repeat(scale, axis=1).repeat(scale, axis=2)
    count, height, width = len(tiles), tiles.shape[1] + gap, tiles.shape[2] + gap
    rows = -(-max(count, least, 1) // columns)
    place = np.zeros((rows * columns, height, width, 4), np.uint8)
    place[:count] = (GREY, GREY, GREY, 255)
    if chosen is not None and 0 <= chosen < count:
        place[chosen, ..., :3] = ImageColor.getrgb(theme.ACCENT)[:3]
    half = gap // 2
    place[:count, half : half + tiles.shape[1], half : half + tiles.shape[2], :3] = tiles
    laid = place.reshape(rows, columns, height, width, 4).swapaxes(1, 2)
    shown = laid.reshape(rows * height, columns * width, 4)
    return png(shown if count < rows * columns else shown[..., :3])


def enlarged(image: Array, *, scale: int) -> bytes:
    r"""One image (height, width) or (height, width, 3) of bytes, each pixel so many times as large: a PNG.

    >>> enlarged(np.zeros((4, 4), np.uint8), scale=3)[:4]
    b'\x89PNG'
    """
    return png(_in_colours(image[np.newaxis])[0].repeat(scale, axis=0).repeat(scale, axis=1))


def _in_colours(images: Array) -> Array:
    return images if images.ndim == 4 else images[..., np.newaxis].repeat(3, axis=3)
