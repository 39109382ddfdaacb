"""A drawing on its way to a digit: four pictures in a row, each with two short lines beneath."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor

from lib.charts import theme
from lib.charts.cells import Columns
from lib.charts.first_network.sheets import data_address

Array = NDArray[Any]

COUNT = 4
LARGEST = 124
"""The side of a picture in pixels, at most."""

SIDE = f"min({LARGEST}, width / {COUNT} - 10)"


def chart(*, height: int = 172) -> alt.LayerChart:
    """The template. Dataset: steps (number, url, title, size)."""
    steps = theme.data("steps")
    x = alt.X("number:Q", axis=None).scale(domain=[0, COUNT], nice=False)
    side = alt.expr(SIDE)
    images = steps.mark_image(width=side, height=side, baseline="top", aspect=True, tooltip=None, clip=False)
    words: dict[str, Any] = {"baseline": "top", "color": theme.INK, "tooltip": None}
    letters = alt.expr(f"{theme.PHONE} ? 11 : 14")
    title = steps.mark_text(fontWeight="bold", fontSize=letters, **words)
    size = steps.mark_text(fontSize=letters, **words)
    return theme.layered(
        images.encode(x, y=alt.value(0), url="url:N"),
        title.encode(x, y=alt.value(alt.expr(f"{SIDE} + 8")), text="title:N"),
        size.encode(x, y=alt.value(alt.expr(f"{SIDE} + 28")), text="size:N"),
        height=height,
    ).configure_view(stroke=None)


def rows(pictures: Sequence[Array], titles: Sequence[str], sizes: Sequence[str]) -> dict[str, Columns]:
    """The dataset "steps" for pictures of bytes, grey or in colours, with their titles and sizes.

    >>> rows([np.zeros((2, 2), np.uint8)], ["drawn"], ["2 × 2"])["steps"]["number"].tolist()
    [0.5]
    """
    return {
        "steps": {
            "number": np.arange(len(pictures)) + 0.5,
            "url": np.array([data_address(_large(picture)) for picture in pictures], str),
            "title": np.array(titles, str),
            "size": np.array(sizes, str),
        }
    }


def _large(picture: Array) -> Array:
    """Pixels that are seen as such: enlarged to about the size that they are shown in, without smoothing."""
    times = max(1, LARGEST // max(picture.shape[:2]))
    return picture.repeat(times, axis=0).repeat(times, axis=1)


def boxed(drawing: Array, box: tuple[int, int, int, int]) -> Array:
    """A drawing (height, width), ink from 0 to 1, half as large, with the box around its ink framed: bytes in colours.

    >>> boxed(np.zeros((8, 8)), (2, 2, 6, 6)).shape
    (4, 4, 3)
    """
    shown = whitened(drawing[::2, ::2])[..., np.newaxis].repeat(3, axis=2)
    top, left, bottom, right = (side // 2 for side in box)
    bottom, right = max(bottom, top + 1), max(right, left + 1)
    accent = np.array(ImageColor.getrgb(theme.ACCENT)[:3], np.uint8)
    frame = shown[top:bottom, left:right]
    frame[:2] = frame[-2:] = accent
    frame[:, :2] = frame[:, -2:] = accent
    return shown


def whitened(ink: Array) -> Array:
    """Ink from 0 to 1 as bytes, white on black as the digits are.

    >>> whitened(np.array([0.0, 1.0])).tolist()
    [0, 255]
    """
    return np.round(255 * np.clip(ink, 0, 1)).astype(np.uint8)


def fitted(ink: Array, side: int) -> Array:
    """Ink of any size in the middle of a square of black, scaled to fit it: bytes (side, side).

    >>> fitted(np.ones((2, 4)), 8).sum(axis=1).tolist()
    [0, 0, 2040, 2040, 2040, 2040, 0, 0]
    """
    height, width = ink.shape
    share = side / max(height, width)
    size = max(1, round(width * share)), max(1, round(height * share))
    scaled = np.asarray(Image.fromarray(whitened(ink)).resize(size, Image.Resampling.NEAREST))
    square = np.zeros((side, side), np.uint8)
    top, left = (side - size[1]) // 2, (side - size[0]) // 2
    square[top : top + size[1], left : left + size[0]] = scaled
    return square
