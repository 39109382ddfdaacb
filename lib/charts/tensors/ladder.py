"""Tensors of rank 0 to 5 as pictures with an arrow along each axis; the numbers on the arrows are those of the axes."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from lib import tensors
from lib.charts import theme
from lib.charts.tensors import sheets

Array = NDArray[Any]
Point = tuple[float, float]

SIZE = (680, 300)
LETTERS = 26
INK, CARD = "#31333F", "#FFFFFF"  # numbers stand on cards, so that they read on a light page and on a dark one
MARGIN = 44
"""Pixels around a drawing where the arrows run."""


def picture(array: Array) -> Image.Image:
    """The picture of an array by its rank: numbers up to rank 2, then an image, images, clips of images.

    Raises ValueError beyond rank 5.

    >>> picture(np.array(5.1)).size
    (680, 300)
    """
    if array.ndim >= len(_DRAWERS):
        raise ValueError(f"the array has rank {array.ndim}; expected 0 to {len(_DRAWERS) - 1}; index it first")
    canvas = Image.new("RGBA", SIZE)
    _DRAWERS[array.ndim](canvas, array)
    return canvas


@lru_cache(maxsize=len(tensors.RUNGS))
def of_rung(name: str) -> Callable[[], Image.Image]:
    """What draws a rung of the ladder: the same function each time, so that its picture is encoded once.

    >>> of_rung("row") is of_rung("row")
    True
    """
    return partial(picture, tensors.rung(name))


def _numbers(canvas: Image.Image, array: Array) -> None:
    """Numbers of rank 0 to 2 on cards; of a long table the first rows."""
    rows = 1 if array.ndim < 2 else 5
    table = np.atleast_2d(array)[:rows]
    width, height = 130, 44
    left, top = (MARGIN, MARGIN) if array.ndim == 2 else (MARGIN, 110)
    draw = ImageDraw.Draw(canvas)
    for (row, column), value in np.ndenumerate(table):
        x, y = left + column * width, top + row * height
        draw.rectangle((x, y, x + width - 4, y + height - 4), fill=CARD, outline=theme.INPUT, width=2)
        _centred(draw, (x + width / 2 - 2, y + height / 2 - 2), f"{value:g}", INK)
    right, bottom = left + table.shape[1] * width, top + len(table) * height
    if array.ndim == 2 and len(array) > rows:
        _centred(draw, ((left + right) / 2, bottom + 4), "…", theme.INPUT)
    if array.ndim:
        _arrow(draw, (left, top - 24), (right, top - 24), array.ndim - 1)
    if array.ndim == 2:
        _arrow(draw, (left - 24, top), (left - 24, bottom + 16), 0)


def _image(canvas: Image.Image, array: Array) -> None:
    """An image of three channels, drawn as three sheets one behind the other."""
    small = Image.fromarray(array)
    small.thumbnail((300, 200))
    pixels = np.asarray(small)
    shift, left, top = 56, MARGIN + 30, MARGIN
    for channel in (2, 1, 0):
        tinted = np.zeros_like(pixels)
        tinted[..., channel] = pixels[..., channel]
        canvas.paste(Image.fromarray(tinted), (left + channel * shift, top + channel * shift // 2))
    draw = ImageDraw.Draw(canvas)
    width, height = small.size
    _arrow(draw, (left - 26, top), (left - 26, top + height), 0)
    _arrow(draw, (left, top - 24), (left + width, top - 24), 1)
    end = (left + width + 2 * shift + 26, top + shift - 4)
    _arrow(draw, (left + width + 26, top - 4), end, 2)


def _images(canvas: Image.Image, array: Array) -> None:
    """The first images of a batch in a row, and the last of them once more, large."""
    row = Image.fromarray(sheets.sheet(array[:6, ..., 0], columns=6, scale=2, gap=4))
    canvas.paste(row, (MARGIN, 120))
    draw = ImageDraw.Draw(canvas)
    _arrow(draw, (MARGIN, 96), (MARGIN + row.width, 96), 0)
    _large(canvas, array[5], first=1)


def _clips(canvas: Image.Image, array: Array) -> None:
    """Clips as rows of frames, and the last frame once more, large."""
    frames = array[:4, :6, ..., 0]
    grid = Image.fromarray(sheets.sheet(frames.reshape(-1, *frames.shape[2:]), columns=6, scale=2, gap=4))
    canvas.paste(grid, (MARGIN, MARGIN))
    draw = ImageDraw.Draw(canvas)
    _arrow(draw, (MARGIN - 24, MARGIN), (MARGIN - 24, MARGIN + grid.height), 0)
    _arrow(draw, (MARGIN, MARGIN - 24), (MARGIN + grid.width, MARGIN - 24), 1)
    _large(canvas, frames[3, 5][..., np.newaxis], first=2)


def _large(canvas: Image.Image, image: Array, *, first: int) -> None:
    """An image (height, width, 1) at the right, its axes numbered from `first`."""
    shown, left, top = Image.fromarray(sheets.sheet(image[np.newaxis], scale=6)), 470, 70
    canvas.paste(shown, (left, top))
    draw = ImageDraw.Draw(canvas)
    _arrow(draw, (left - 24, top), (left - 24, top + shown.height), first)
    _arrow(draw, (left, top - 24), (left + shown.width, top - 24), first + 1)
    right, bottom = left + shown.width, top + shown.height
    _arrow(draw, (right - 44, bottom + 22), (right + 24, bottom + 54), first + 2)


_DRAWERS: tuple[Callable[[Image.Image, Array], None], ...] = (_numbers, _numbers, _numbers, _image, _images, _clips)


def _arrow(draw: ImageDraw.ImageDraw, start: Point, end: Point, axis: int) -> None:
    """An arrow with the number of its axis in the middle, or at its start where it is short."""
    (x, y), (x2, y2) = start, end
    along = np.array([x2 - x, y2 - y]) / np.hypot(x2 - x, y2 - y)
    across = np.array([-along[1], along[0]])
    neck = np.array(end) - 14 * along
    draw.line([start, tuple(neck)], fill=theme.ACCENT, width=4)
    draw.polygon([end, tuple(neck + 8 * across), tuple(neck - 8 * across)], fill=theme.ACCENT)
    badge = ((x + x2) / 2, (y + y2) / 2) if np.hypot(x2 - x, y2 - y) > 90 else start
    draw.circle(badge, 17, fill=theme.ACCENT)
    _centred(draw, badge, str(axis), CARD)


def _centred(draw: ImageDraw.ImageDraw, at: Point, text: str, fill: str) -> None:
    draw.text(at, text, fill=fill, font=ImageFont.load_default(LETTERS), anchor="mm")
