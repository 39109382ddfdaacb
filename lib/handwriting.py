"""A digit of one's own, prepared as those of MNIST were: scaled into 20 by 20, centred by its mass in 28 by 28.

MNIST's own recipe, by LeCun, Cortes and Burges: the ink is scaled to fit a box of 20 by 20 pixels, its proportions
kept; smoothing makes greys of its edges; the middle of its mass goes to the middle of 28 by 28 pixels.

>>> prepared(drawn([[(0.5, 0.2), (0.5, 0.8)]])).digit.shape
(28, 28)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Array = NDArray[Any]
Strokes = Sequence[Sequence[tuple[float, float]]]
"""Lines of points (across, down), each from 0 to 1: what a pen did between two lifts."""

SIDE = 28
BOX = 20
"""The side of the box that the ink is scaled into, in pixels."""

CANVAS = 224
"""The side of the picture that strokes are drawn on, in pixels: eight for one of the digit's."""

PEN = 0.085
"""The width of the pen, as a share of the canvas: about as thick as MNIST's, once a digit is scaled down."""

INK = 0.05
"""What is darker counts as ink, when the box around it is looked for."""

MOST_POINTS = 20_000
"""Points in all strokes together; beyond, the last ones are left out."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """The steps from a drawing to a digit, each an image with ink from 0 to 1.

    `box` is (top, left, bottom, right) of the ink in the drawing, the last two one behind it; `scaled` its content in
    at most 20 by 20 pixels, `corner` the row and column of the digit (28, 28) where that begins.
    """

    drawing: Array
    box: tuple[int, int, int, int]
    scaled: Array
    corner: tuple[int, int]
    digit: Array


def drawn(strokes: Strokes, *, side: int = CANVAS, pen: float = PEN) -> Array:
    """The ink (side, side), from 0 to 1, of strokes with a round pen; a stroke of one point is a dot.

    >>> float(drawn([[(0.5, 0.5)]])[112, 112]), float(drawn([]).max())
    (1.0, 0.0)
    """
    image = Image.new("L", (side, side))
    draw, radius, left = ImageDraw.Draw(image), pen * side / 2, MOST_POINTS
    for stroke in strokes:
        points = [(side * float(x), side * float(y)) for x, y in stroke[:left]]
        left -= len(points)
        draw.line(points, fill=255, width=round(2 * radius))
        for x, y in points:  # round ends and joints
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return np.asarray(image, np.float32) / 255


def prepared(drawing: Array) -> Prepared | None:
    """The steps from a drawing (height, width), ink from 0 to 1, to a digit as MNIST's are; None where there is no ink.

    Any size will do, also that of a digit which is prepared already.
    """
    rows, columns = (np.flatnonzero((drawing > INK).any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return None
    box = int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1
    scaled = _scaled(drawing[box[0] : box[2], box[1] : box[3]])
    corner = _corner(scaled)
    digit = np.zeros((SIDE, SIDE), np.float32)
    digit[corner[0] : corner[0] + scaled.shape[0], corner[1] : corner[1] + scaled.shape[1]] = scaled
    return Prepared(np.asarray(drawing, np.float32), box, scaled, corner, digit)


def _scaled(ink: Array) -> Array:
    """The ink (height, width) with its longer side of 20 pixels, and its proportions."""
    height, width = ink.shape
    share = BOX / max(height, width)
    size = max(1, round(width * share)), max(1, round(height * share))
    image = Image.fromarray(np.asarray(ink, np.float32))
    # A box filter averages what one pixel covers; enlarging, it would show squares.
    filter = Image.Resampling.BOX if share < 1 else Image.Resampling.BICUBIC
    return np.clip(np.asarray(image.resize(size, filter), np.float32), 0, 1)


def _corner(ink: Array) -> tuple[int, int]:
    """Where the ink goes in 28 by 28, so that the middle of its mass is in the middle, as far as it has room."""
    mass = ink.sum()
    corner = []
    for axis, size in enumerate(ink.shape):
        middle = float((ink.sum(axis=1 - axis) * (np.arange(size) + 0.5)).sum() / mass)
        corner.append(int(np.clip(round(SIDE / 2 - middle), 0, SIDE - size)))
    return corner[0], corner[1]
