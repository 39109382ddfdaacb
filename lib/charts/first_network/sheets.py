"""Images of digits as pictures: sheets with labels, an image with a window on it, its numbers, the long row."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor, ImageDraw, ImageFont

from lib.charts import theme
from lib.charts.tensors.sheets import GREY, png

Pixels = NDArray[np.uint8]

LABEL_PAPER, LABEL_INK = 235, 40
"""The ground and the letters of labels: paper, so that nobody takes them for a part of the image."""


def data_address(image: Pixels) -> str:
    """An image (height, width) of bytes as an address that holds it, for charts that draw images.

    >>> data_address(np.zeros((2, 2), np.uint8))[:22]
    'data:image/png;base64,'
    """
    return "data:image/png;base64," + base64.b64encode(png(image)).decode()


def labelled(
    images: Pixels, labels: NDArray[np.integer[Any]], *, rows: int, columns: int, scale: int = 3, gap: int = 6
) -> Pixels:
    """Images (n, height, width) of digits, each with its label beneath, row by row on a sheet of this many.

    What the images do not fill is transparent. Raises ValueError where the sheet has no room for all of them.

    >>> labelled(np.zeros((2, 28, 28), np.uint8), np.array([3, 4]), rows=1, columns=3, scale=1, gap=2).shape
    (38, 88, 4)
    """
    if len(images) > rows * columns:
        raise ValueError(f"{len(images)} images do not fit {rows} by {columns} places; show fewer, or more places")
    height, width = images.shape[1:]
    high = 10 * scale
    tiles = np.full((rows * columns, scale * height + high + gap, scale * width + gap), GREY, np.uint8)
    tiles[: len(images), : scale * height, : scale * width] = images.repeat(scale, axis=1).repeat(scale, axis=2)
    if len(images):
        names = np.stack([_label(digit, scale * width, high) for digit in range(10)])
        tiles[: len(images), scale * height : scale * height + high, : scale * width] = names[labels]
    tiles = tiles.reshape(rows, columns, *tiles.shape[1:]).swapaxes(1, 2)
    shades = tiles.reshape(rows * tiles.shape[1], -1)
    filled = np.uint8(255) * (np.arange(rows * columns) < len(images)).reshape(rows, columns)
    covers = filled.repeat(len(shades) // rows, axis=0).repeat(shades.shape[1] // columns, axis=1)
    shown: Pixels = np.stack([shades, shades, shades, covers], axis=2)
    return shown[: -gap or None, : -gap or None]


@lru_cache(maxsize=64)
def _label(digit: int, width: int, height: int) -> Pixels:
    tile = Image.new("L", (width, height), LABEL_PAPER)
    ImageDraw.Draw(tile).text((width / 2, height / 2), str(digit), LABEL_INK, _font(round(0.9 * height)), anchor="mm")
    return np.asarray(tile)


@lru_cache(maxsize=16)
def _font(size: int) -> Any:
    return ImageFont.load_default(size)


PIXEL, CELL, BETWEEN = 10, 72, 40
"""What an image's pixel, a cell with a number, and the room between image and cells measure in a `zoomed` picture."""


def zoomed(image: Pixels, row: int, column: int, texts: Sequence[Sequence[str]]) -> Pixels:
    """An image (height, width) beside a window on it, whose pixels are cells with these texts; the rest is transparent.

    The window begins at row and column and has as many rows and columns as there are texts.

    >>> zoomed(np.zeros((28, 28), np.uint8), 3, 4, [["0"] * 8] * 8).shape
    (576, 896, 4)
    """
    rows, columns = len(texts), len(texts[0])
    cells = _numbered(image[row : row + rows, column : column + columns], texts)
    small = Image.fromarray(image.repeat(PIXEL, axis=0).repeat(PIXEL, axis=1)).convert("RGBA")
    top, left = (cells.height - small.height) // 2, small.width + BETWEEN
    shown = Image.new("RGBA", (left + cells.width, cells.height))
    shown.paste(small, (0, top))
    shown.paste(cells, (left, 0))
    near = column * PIXEL, top + row * PIXEL
    far = near[0] + columns * PIXEL, near[1] + rows * PIXEL
    pen = ImageDraw.Draw(shown)
    pen.rectangle((*near, far[0] - 1, far[1] - 1), outline=theme.ACCENT, width=3)
    pen.line((far[0], near[1], left, 2), theme.ACCENT, 2)
    pen.line((*far, left, cells.height - 2), theme.ACCENT, 2)
    return np.asarray(shown)


def _numbered(shades: Pixels, texts: Sequence[Sequence[str]]) -> Image.Image:
    """Pixels (rows, columns) as cells of their own grey, each with its text, in a frame."""
    rows, columns = shades.shape
    shown = Image.fromarray(shades.repeat(CELL, axis=0).repeat(CELL, axis=1)).convert("RGBA")
    pen = ImageDraw.Draw(shown)
    for k in range(1, max(rows, columns)):
        pen.line((k * CELL, 0, k * CELL, rows * CELL), (GREY,) * 3, 2)
        pen.line((0, k * CELL, columns * CELL, k * CELL), (GREY,) * 3, 2)
    for (row, column), shade in np.ndenumerate(shades):
        text, ink = texts[row][column], (20, 20, 20) if shade > GREY else (255, 255, 255)
        middle = ((column + 0.5) * CELL, (row + 0.5) * CELL)
        pen.text(middle, text, ink, _font(_letter(text)), anchor="mm")
    pen.rectangle((0, 0, columns * CELL - 1, rows * CELL - 1), outline=theme.ACCENT, width=5)
    return shown


def _letter(text: str) -> int:
    """As large as can be read and fits: a letter is little more than half as wide as high."""
    return min(round(0.44 * CELL), round(1.6 * CELL / max(1, len(text))))


STRIP_HEIGHT, STRIP_MARK = 38, 13


def strip(image: Pixels, marked: NDArray[np.integer[Any]]) -> Pixels:
    """All pixels of an image (height, width) in one row, those at the places `marked` with a bar above and below.

    >>> strip(np.zeros((28, 28), np.uint8), np.array([0, 1, 28])).shape
    (64, 784, 3)
    """
    row = image.ravel()
    shown = np.full((STRIP_HEIGHT + 2 * STRIP_MARK, len(row), 3), GREY, np.uint8)
    shown[STRIP_MARK:-STRIP_MARK] = row[None, :, None]
    accent = np.array(ImageColor.getrgb(theme.ACCENT)[:3], np.uint8)
    for part in (shown[: STRIP_MARK - 2], shown[2 - STRIP_MARK :]):
        part[:, marked.ravel()] = accent
    return shown
