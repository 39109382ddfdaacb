"""Sheets of numbered tiles: the maps of a layer, its kernels, or whatever each of its filters has of its own."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor, ImageDraw, ImageFont

from lib.charts import theme
from lib.charts.convolution.tiles import Pixels, enlarged, greys

Array = NDArray[Any]

GROUND = (49, 51, 63)
"""What lies between tiles, dark in both themes, so that black and white both stand out."""

GAP = 7
STRIP = 22
"""Pixels above a tile, for its number."""

LETTER = 19


def sheet(
    pictures: Pixels,
    *,
    tile: int = 78,
    columns: int = 8,
    chosen: int | None = None,
    empty: NDArray[np.bool_] | None = None,
    numbers: tuple[str, ...] | None = None,
) -> Pixels:
    """Pictures (n, height, width, 3) of bytes as numbered tiles of about `tile` pixels, row by row: one image.

    The chosen one is framed, `empty` ones (n,) are crossed out. `numbers` stand above them, 0, 1, 2, ... without any.

    >>> sheet(np.zeros((3, 2, 2, 3), np.uint8), tile=20, columns=2).shape
    (105, 61, 3)
    """
    count, height, width = pictures.shape[:3]
    scale = max(1, tile // max(height, width))
    tall, wide = scale * height, scale * width
    columns = min(columns, count)
    rows = -(-count // columns)
    step_down, step_across = tall + STRIP + GAP, wide + GAP
    canvas = np.full((rows * step_down + GAP, columns * step_across + GAP, 3), GROUND, np.uint8)
    for i, picture in enumerate(pictures):
        top, left = GAP + i // columns * step_down, GAP + i % columns * step_across
        is_empty, is_chosen = bool(empty is not None and empty[i]), i == chosen
        number = _number(str(i) if numbers is None else numbers[i], wide, is_chosen)
        canvas[top : top + STRIP, left : left + wide] = number
        top += STRIP
        if is_chosen:
            canvas[top - 4 : top + tall + 4, left - 4 : left + wide + 4] = _ACCENT
        canvas[top : top + tall, left : left + wide] = _crossed(tall, wide) if is_empty else enlarged(picture, scale)
    return canvas


_ACCENT = np.array(ImageColor.getrgb(theme.ACCENT)[:3], np.uint8)


@lru_cache(maxsize=2)
def _font(size: int) -> Any:
    return ImageFont.load_default(size)


@lru_cache(maxsize=512)
def _number(text: str, wide: int, is_chosen: bool) -> Pixels:
    """A number on the ground; the chosen one's on the accent."""
    image = Image.new("RGB", (wide, STRIP), tuple(int(c) for c in _ACCENT) if is_chosen else GROUND)
    size = min(LETTER, int(1.5 * wide / max(1, len(text))))
    ImageDraw.Draw(image).text((wide / 2, STRIP / 2), text, fill="white", font=_font(size), anchor="mm")
    return np.asarray(image)


@lru_cache(maxsize=8)
def _crossed(tall: int, wide: int) -> Pixels:
    """A tile of which there is nothing to see."""
    image = Image.new("RGB", (wide, tall), GROUND)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, wide - 1, tall - 1), outline=theme.INPUT)
    draw.line((0, 0, wide - 1, tall - 1), fill=theme.INPUT, width=2)
    draw.line((0, tall - 1, wide - 1, 0), fill=theme.INPUT, width=2)
    return np.asarray(image)


def maps_of(output: Array, *, alone: bool = False) -> Pixels:
    """What comes out of a layer as pictures (maps, height, width, 3), black at 0 and white at the layer's largest.

    With `alone` white is each map's own largest.
    `output` has the shape (height, width, maps), or (values,): then each value is a map of one cell.

    >>> maps_of(np.array([0.0, 1.0, 2.0]))[:, 0, 0, 0].tolist()
    [0, 128, 255]
    """
    cells = output if output.ndim == 3 else output.reshape(1, 1, -1)
    largest = cells.max(axis=(0, 1) if alone else None, keepdims=True)
    return greys(np.moveaxis(cells / np.where(largest > 0, largest, 1.0), 2, 0))


def empty_maps(output: Array) -> NDArray[np.bool_]:
    """Which maps have nothing above 0.

    >>> empty_maps(np.array([0.0, 1.0, 2.0])).tolist()
    [True, False, False]
    """
    cells = output if output.ndim == 3 else output.reshape(1, 1, -1)
    return np.asarray(~(cells.max(axis=(0, 1)) > 0))
