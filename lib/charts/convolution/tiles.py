"""Images and response maps as tiles of large pixels: coloured, framed, hatched, laid side by side."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor

from lib.charts import theme

Array = NDArray[Any]
Pixels = NDArray[np.uint8]
"""Red, green and blue (height, width, 3), or with opacity (height, width, 4)."""
Box = tuple[int, int, int, int]
"""The top, the left, and the first row and column that lie no more in it."""

PAPER, INK = (255, 255, 255), (49, 51, 63)


@lru_cache(maxsize=1)
def _scale() -> Pixels:
    """511 colours from the most negative number over white at zero to the most positive one."""
    stops = np.array([ImageColor.getrgb(colour)[:3] for colour in theme.WEIGHTS], float)
    places = np.linspace(0, 2, 511)
    return np.stack([np.interp(places, range(3), channel) for channel in stops.T], axis=1).round().astype(np.uint8)


def diverging(values: Array, bound: float) -> Pixels:
    """Numbers (...) as colours (..., 3): blue at -bound, white at 0, orange at bound.

    >>> diverging(np.array([-1.0, 0.0, 2.0]), 2.0)[1].tolist()
    [255, 255, 255]
    """
    share = np.clip(values / bound, -1, 1) if bound else np.zeros_like(values)
    return _scale()[(255 + 255 * share).round().astype(np.intp)]


def strongest(values: Array) -> float:
    """The size from which on numbers get their full colour: few are larger, and a single one makes no map pale.

    >>> strongest(np.array([0.0, -2.0, 2.0]))
    2.0
    """
    return float(np.percentile(np.abs(values), 99)) or float(np.abs(values).max())


def greys(values: Array) -> Pixels:
    """Numbers (...) from 0 to 1 as colours (..., 3) from black to white.

    >>> greys(np.array([0.0, 2.0])).tolist()
    [[0, 0, 0], [255, 255, 255]]
    """
    return (255 * np.clip(values, 0, 1)).round().astype(np.uint8)[..., np.newaxis].repeat(3, axis=-1)


def enlarged(pixels: Pixels, scale: int) -> Pixels:
    """Each pixel as a square of `scale` by `scale`."""
    return pixels.repeat(scale, axis=0).repeat(scale, axis=1)


def frame(canvas: Pixels, box: Box, *, line: int = 7) -> None:
    """Draw a frame around a box into the canvas, in place: the accent between two light lines, seen on any ground."""
    top, left, bottom, right = box
    inside = canvas[top:bottom, left:right].copy()
    accent = ImageColor.getrgb(theme.ACCENT)[:3]
    for grown, colour in ((line + 2, PAPER), (line, accent), (2, PAPER)):
        ring = canvas[max(top - grown, 0) : bottom + grown, max(left - grown, 0) : right + grown]
        ring[:] = (*colour, 255)[: canvas.shape[2]]
    canvas[top:bottom, left:right] = inside


def hatch(canvas: Pixels, box: Box, *, step: int = 6, line: int = 2) -> None:
    """Draw slanted lines over a box of the canvas, in place."""
    top, left, bottom, right = box
    rows, columns = np.indices((bottom - top, right - left))
    striped = (rows + columns) % step < line
    canvas[top:bottom, left:right][striped] = (*INK, 255)[: canvas.shape[2]]


def edged(pixels: Pixels, *, line: int = 1) -> Pixels:
    """The tile with a thin grey edge drawn into its border, which shows where it ends on a page of its own colour."""
    drawn = pixels.copy()
    grey = ImageColor.getrgb(theme.INPUT)[:3]
    for side in (drawn[:line], drawn[-line:], drawn[:, :line], drawn[:, -line:]):
        side[..., :3] = grey
    return drawn


def opaque(pixels: Pixels) -> Pixels:
    """Colours (height, width, 3) with an opacity (height, width, 4), which is full."""
    return np.concatenate([pixels, np.full((*pixels.shape[:2], 1), 255, np.uint8)], axis=2)


def on_ground(pixels: Pixels, margin: int) -> Pixels:
    """A tile with transparent ground around it."""
    pixels = pixels if pixels.shape[2] == 4 else opaque(pixels)
    return np.pad(pixels, ((margin, margin), (margin, margin), (0, 0)))


def row(parts: Sequence[Pixels], *, gap: int) -> Pixels:
    """Tiles with opacity side by side, their middles at the same height, on transparent ground."""
    height = max(part.shape[0] for part in parts)
    blank = np.zeros((height, gap, 4), np.uint8)
    laid: list[Pixels] = []
    for part in parts:
        above = (height - part.shape[0]) // 2
        laid += [np.pad(part, ((above, height - part.shape[0] - above), (0, 0), (0, 0))), blank]
    return np.concatenate(laid[:-1], axis=1)


def png(pixels: Pixels) -> bytes:
    r"""The image encoded quickly rather than small: a slider that is dragged waits for it.

    >>> png(np.zeros((2, 2, 4), np.uint8))[:4]
    b'\x89PNG'
    """
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG", compress_level=1)
    return stream.getvalue()
