"""A window on an image: the image, the kernel and the response map side by side, and the arithmetic of one place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np
from numpy.typing import NDArray

from lib.charts import theme
from lib.charts.cells import LETTER_FILLS, Columns, caption_columns, cell_columns, joined
from lib.charts.convolution import tiles
from lib.charts.convolution.tiles import Pixels
from lib.kernels import SIDE, Place

Array = NDArray[Any]

# --- Image, kernel, response map --------------------------------------------------------------------------------------

LONGER = 480
"""Pixels of the longer side of an image as it is drawn."""
MARGIN, GAP = 12, 16
WEIGHT = 30
"""Pixels of a weight."""


def scene(image: Array, kernel: Array, responses: Array, *, bound: float, row: int, column: int) -> Pixels:
    """The image (height, width, 1 or 3) from 0 to 1, the kernel (3, 3, channels), and the responses (rows, columns).

    Window and place are framed. Responses are blue below 0 and orange above it, up to `bound`; with a bound of 0 they
    are shown as an image is. They stand where the middles of their windows lie.
    """
    scale = max(1, LONGER // max(image.shape[:2]))
    pixels = tiles.greys(image[..., 0]) if image.shape[2] == 1 else (255 * image).round().astype(np.uint8)
    left = tiles.on_ground(tiles.edged(tiles.enlarged(pixels, scale), line=2), MARGIN)
    top, side = MARGIN + scale * row, MARGIN + scale * column
    tiles.frame(left, (top, side, top + SIDE * scale, side + SIDE * scale))
    shown = tiles.diverging(responses, bound) if bound else tiles.greys(responses)
    right = tiles.on_ground(tiles.edged(tiles.enlarged(shown, scale), line=2), MARGIN + scale)
    tiles.frame(right, (top + scale, side + scale, top + 2 * scale, side + 2 * scale))
    return tiles.row([left, _weights(kernel), right], gap=GAP)


def _weights(kernel: Array) -> Pixels:
    """The kernel as colours, of each channel one below the other."""
    bound = float(np.abs(kernel).max())
    parts = []
    for channel in range(kernel.shape[2]):
        part = tiles.on_ground(tiles.enlarged(tiles.diverging(kernel[..., channel], bound), WEIGHT), MARGIN)
        tiles.frame(part, (MARGIN, MARGIN, MARGIN + SIDE * WEIGHT, MARGIN + SIDE * WEIGHT), line=5)
        parts.append(part)
    return np.concatenate(parts)


# --- The arithmetic of one place --------------------------------------------------------------------------------------

SIGN = 0.8
"""Room for a sign between two matrices, in cells."""
HEAD = 0.8
"""Room for the names above them."""
SPACE = 0.25
"""Room between channels."""
LETTER, SUM = 0.9, 2.2
"""Room for the name of a channel on the left and for its sum on the right, where there are several."""
ROW_HEIGHT = {1: 48, 3: 34}
"""Pixels of a row of cells, by the number of channels."""
MOST_DIGITS = 5
"""Behind the point of a sum, at most."""
INKS = ("#FFFFFF", "#31333F")
"""Letters on dark and on light cells."""


def arithmetic(*, channels: int) -> alt.LayerChart:
    """The template. Datasets: cells (with their colours), captions."""
    wide, high = _field(channels)
    cells, size = theme.data("cells"), f"{theme.PHONE} ? 12 : 16"
    ground = cells.encode(x2="x2:Q", y2="y2:Q", fill=alt.Fill("fill:N", scale=None, legend=None))
    ground = ground.mark_rect(stroke=theme.INPUT, strokeWidth=1, tooltip=None)
    middle = cells.transform_calculate(
        wide="datum.x2 - datum.x", long="length(datum.text)", x="(datum.x + datum.x2) / 2", y="(datum.y + datum.y2) / 2"
    ).transform_joinaggregate(longest="max(long)")
    fitting = alt.expr(f"min({size}, {LETTER_FILLS} * datum.wide * width / domain('x')[1] / datum.longest)")
    numbers = middle.encode(text="text:N", color=alt.Color("ink:N", scale=None, legend=None))
    captions = theme.words(theme.data("captions"), "text")
    x = alt.X("x:Q", axis=None).scale(domain=[0, wide], nice=False)
    y = alt.Y("y:Q", axis=None).scale(domain=[0, high], nice=False, reverse=True)
    height = round(high * ROW_HEIGHT[channels])
    drawn = theme.layered(ground, numbers.mark_text(fontSize=fitting, tooltip=None), *captions, height=height)
    return drawn.encode(x, y)


def datasets(
    place: Place, kernel: Array, *, names: tuple[str, str, str], channel_names: Sequence[str] = ("",)
) -> dict[str, Columns]:
    """The patch, the kernel (3, 3, channels) and the products under their `names`, a row of matrices a channel."""
    channels, places = kernel.shape[2], digits(place.products.sum(axis=(0, 1)))
    bound = float(np.abs(kernel).max())
    left = LETTER if channels > 1 else 0.0
    lefts = [left + number * (SIDE + SIGN) for number in range(3)]
    cells, captions = [], [(at + SIDE / 2, HEAD / 2, name) for at, name in zip(lefts, names, strict=True)]
    for channel in range(channels):
        top = HEAD + channel * (SIDE + SPACE)
        grounds = (
            _channel(place.patch[..., channel], channel if channels > 1 else None),
            tiles.diverging(kernel[..., channel], bound),
            tiles.diverging(place.products[..., channel], bound),
        )
        values = (place.patch[..., channel], kernel[..., channel], place.products[..., channel])
        for at, matrix, ground, most in zip(lefts, values, grounds, (2, 4, 2), strict=True):
            cells.append(_coloured(matrix, ground, most, left=at, top=top))
        middle = top + SIDE / 2
        captions += [(lefts[1] - SIGN / 2, middle, "×"), (lefts[2] - SIGN / 2, middle, "=")]
        if channels > 1:
            total = said(place.products[..., channel].sum(), places)
            captions += [
                (left / 2, middle, channel_names[channel]),
                (lefts[2] + SIDE + SUM / 2, middle, f"Σ {total}"),
            ]
    return {"cells": joined(*cells), "captions": caption_columns(*captions)}


def said(value: float, digits: int = 2) -> str:
    """A number as cells say it, with a real minus sign.

    >>> said(-0.0625), said(-0.0625, 4), said(-1e-9)
    ('−0.06', '−0.0625', '0')
    """
    return f"{round(float(value), digits) + 0.0:g}".replace("-", "\N{MINUS SIGN}")


def digits(sums: Array) -> int:
    """How many digits behind the point sums (n,) need, so that as they are said they add up to their total.

    >>> digits(np.array([0.5, 0.25])), digits(np.array([-0.073, 0.017, 0.047]))
    (2, 3)
    """
    for count in range(2, MOST_DIGITS):
        if round(float(sum(round(float(each), count) for each in sums)), count) == round(float(sums.sum()), count):
            return count
    return MOST_DIGITS


def _field(channels: int) -> tuple[float, float]:
    """Units across and down."""
    wide = 3 * SIDE + 2 * SIGN + (LETTER + SUM if channels > 1 else 0)
    return wide, HEAD + channels * SIDE + (channels - 1) * SPACE


def _channel(patch: Array, channel: int | None) -> Pixels:
    """A patch (3, 3) in greys, or as light of its channel alone."""
    shown = tiles.greys(patch)
    if channel is not None:
        shown[..., [other for other in range(3) if other != channel]] = 0
    return shown


def _coloured(values: Array, grounds: Pixels, digits: int, *, left: float, top: float) -> Columns:
    """Cells with the colours of their grounds, and letters that read on these."""
    texts = [[said(value, digits) for value in line] for line in values]
    colours = grounds.reshape(-1, 3)
    light = colours @ (0.299, 0.587, 0.114) > 140
    return cell_columns(texts, left=left, top=top) | {
        "fill": np.array(["#{:02X}{:02X}{:02X}".format(*colour) for colour in colours.tolist()]),
        "ink": np.where(light, INKS[1], INKS[0]),
    }
