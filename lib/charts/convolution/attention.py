"""Heat over an image: coloured and outlined where a class has its reasons; beside it the cells with their numbers."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor, ImageDraw, ImageFont

from lib.charts import theme
from lib.charts.convolution.tiles import Pixels, enlarged, greys, on_ground, row

Array = NDArray[Any]

SCALE = 10
"""Pixels of a pixel of the image."""

STRONGEST = 0.8
"""The share of the accent where it is hottest."""

LEVEL = 0.5
"""The share of the greatest heat along which the line runs."""

MOST_NUMBERED = 11
"""Cells in a row that still have room for their numbers."""


def pair(image: Array, shares: Array, middles: tuple[float, float]) -> Pixels:
    """An image (height, width) from 0 to 1 with heat over it, beside the cells (rows, columns), 0 to 1, that it is of.

    In pixels of the image, `middles` are where the middle of the first cell lies and how far the next ones are.

    >>> pair(np.zeros((28, 28)), np.eye(3), (9.0, 4.0)).shape
    (280, 583, 4)
    """
    return row(
        [on_ground(over(image, shares, middles), 0), on_ground(cells(shares, SCALE * image.shape[0]), 0)], gap=24
    )


def over(image: Array, shares: Array, middles: tuple[float, float]) -> Pixels:
    """The image enlarged, tinted by its heat, with a line around where it is more than half of the greatest."""
    heat = spread(shares, image.shape[0], middles)
    ground = enlarged(greys(image), SCALE).astype(float)
    strength = STRONGEST * heat[..., np.newaxis]
    mixed = (1 - strength) * ground + strength * _ACCENT
    mixed[_outline(heat > LEVEL)] = 255
    return mixed.round().astype(np.uint8)


def spread(shares: Array, side: int, middles: tuple[float, float]) -> Array:
    """The heat of cells (rows, columns) for each pixel of the enlarged image, linearly between the cells' middles.

    >>> spread(np.array([[0.0, 1.0]]), 28, (4.0, 10.0))[0, [0, 89, 279]].round(2).tolist()
    [0.0, 0.49, 1.0]
    """
    places = (np.arange(SCALE * side) + 0.5) / SCALE
    first, step = middles
    down, across = (np.clip((places - first) / step, 0, count - 1) for count in shares.shape)
    by_row = _between(shares, down)
    return _between(by_row.T, across).T


def _between(values: Array, places: Array) -> Array:
    """Rows of `values` at places between them."""
    low = np.minimum(places.astype(int), len(values) - 1)
    high = np.minimum(low + 1, len(values) - 1)
    share = (places - low)[:, np.newaxis]
    return np.asarray((1 - share) * values[low] + share * values[high])


def _outline(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The pixels near which `inside` begins: a line two pixels wide."""
    line = np.zeros_like(inside)
    down, across = inside[1:] != inside[:-1], inside[:, 1:] != inside[:, :-1]
    line[1:] |= down
    line[:-1] |= down
    line[:, 1:] |= across
    line[:, :-1] |= across
    return line


def cells(shares: Array, side: int) -> Pixels:
    """Cells (rows, columns) from 0 to 1 as squares from white to the accent, with their numbers where there is room."""
    scale = side // max(shares.shape)
    colours = 255 + (_ACCENT - 255) * (STRONGEST * shares)[..., np.newaxis]
    canvas = Image.fromarray(enlarged(colours.round().astype(np.uint8), scale))
    draw = ImageDraw.Draw(canvas)
    for edge in range(0, canvas.width + 1, scale):
        place = min(edge, canvas.width - 1)
        draw.line((place, 0, place, canvas.height), fill=theme.INPUT)
        draw.line((0, place, canvas.width, place), fill=theme.INPUT)
    if max(shares.shape) <= MOST_NUMBERED:
        font = _font(min(24, int(0.48 * scale)))
        for (i, j), share in np.ndenumerate(shares):
            at = (j + 0.5) * scale, (i + 0.5) * scale
            draw.text(at, _spelled(float(share)), fill="#31333F", font=font, anchor="mm")
    return np.asarray(canvas)


def _spelled(share: float) -> str:
    """A share without its leading zero.

    >>> _spelled(0.256), _spelled(1.0), _spelled(0.001)
    ('.26', '1', '0')
    """
    return f"{share:.2f}".removesuffix(".00").lstrip("0") or "0"


@lru_cache(maxsize=4)
def _font(size: int) -> Any:
    return ImageFont.load_default(size)


_ACCENT = np.array(ImageColor.getrgb(theme.ACCENT)[:3], float)
