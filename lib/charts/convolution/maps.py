"""An image with the part of it that one cell sees, and the map in which that cell lies."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lib.charts.convolution.tiles import Box, Pixels, enlarged, frame, greys, on_ground, row

Array = NDArray[Any]

SIDE = 196
"""Pixels of the image's side, and about those of the map's."""

MARGIN = 8


def pair(image: Array, seen: Box, output: Array, cell: tuple[int, int], largest: float) -> Pixels:
    """An image (height, width) from 0 to 1, `seen` framed; beside it a map (rows, columns), its `cell` framed.

    The map is white at `largest`.

    >>> pair(np.zeros((28, 28)), (0, 0, 3, 3), np.zeros((26, 26)), (0, 0), 1.0).shape[2]
    4
    """
    shown = output / largest if largest > 0 else np.zeros_like(output)
    return row([_framed(image, seen), _framed(shown, (*cell, cell[0] + 1, cell[1] + 1))], gap=24)


def _framed(values: Array, box: Box) -> Pixels:
    scale = max(1, SIDE // max(values.shape))
    canvas = on_ground(enlarged(greys(values), scale), MARGIN)
    top, left, bottom, right = (MARGIN + scale * place for place in box)
    frame(canvas, (top, left, bottom, right), line=4)
    return canvas
