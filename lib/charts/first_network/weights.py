"""The weights of units as images: many on a sheet, and one of them multiplied with an image, pixel by pixel."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageDraw

from lib.charts import theme
from lib.charts.cells import Columns
from lib.charts.convolution.tiles import diverging
from lib.charts.first_network import marked
from lib.charts.tensors.sheets import png

Array = NDArray[Any]

COLUMNS = 8
SCALE = 3
"""Units in a row of a sheet, and how many times as large their weights are shown."""

TILE, SIGN = 6, 44
"""How many times as large the pixels of a product are shown, and how wide the signs between them are."""


def sheet(kernels: Array, bound: float, *, chosen: int, least: int) -> bytes:
    r"""Weights (units, 28, 28) as images, blue at -bound and orange at bound, one of them framed: a PNG.

    >>> sheet(np.zeros((3, 28, 28)), 1.0, chosen=0, least=8)[:4]
    b'\x89PNG'
    """
    columns, scale = (5, 5) if least == 10 else (COLUMNS, SCALE)  # one for each digit
    return marked.sheet(diverging(kernels, bound), columns=columns, scale=scale, chosen=chosen, least=least, gap=8)


def product(kernel: Array, image: Array, bound: float) -> bytes:
    r"""A unit's weights (28, 28), times an image (28, 28) from 0 to 1, and what that gives at each pixel: a PNG.

    >>> product(np.zeros((28, 28)), np.zeros((28, 28)), 1.0)[:4]
    b'\x89PNG'
    """
    products = kernel * image
    parts = [diverging(kernel, bound), _grey(image), diverging(products, bound)]
    side = TILE * len(kernel)
    shown = np.zeros((side, 3 * side + 2 * SIGN, 4), np.uint8)
    for place, part in enumerate(parts):
        left = place * (side + SIGN)
        shown[:, left : left + side, :3] = part.repeat(TILE, axis=0).repeat(TILE, axis=1)
        shown[:, left : left + side, 3] = 255
    picture = Image.fromarray(shown)
    pen = ImageDraw.Draw(picture)
    for place in range(3):
        left = place * (side + SIGN)
        pen.rectangle((left, 0, left + side - 1, side - 1), outline=_SIGN_INK, width=2)
    across, down, arm = SIGN / 2 + side, side / 2, SIGN / 5
    for slope in (1, -1):  # times
        pen.line((across - arm, down - slope * arm, across + arm, down + slope * arm), _SIGN_INK, 4)
    across += side + SIGN
    for above in (-0.6, 0.6):  # equals
        pen.line((across - arm, down + above * arm, across + arm, down + above * arm), _SIGN_INK, 4)
    return png(np.asarray(picture))


_SIGN_INK = (128, 128, 144, 255)
"""A grey that reads on light and on dark ground."""


def _grey(image: Array) -> Array:
    grey: Array = np.round(255 * image).astype(np.uint8)[..., np.newaxis].repeat(3, axis=2)
    return grey


def outgoing(*, digit_title: str, weight_title: str, bound: float, height: int = 210) -> alt.LayerChart:
    """Ten weights as bars up and down from zero, in the colours of weights. Dataset: weights (digit, weight, text)."""
    rows = theme.data("weights")
    x = alt.X("digit:O", axis=alt.Axis(title=digit_title, labelAngle=0, domain=False, ticks=False))
    y = theme.y_axis("weight", weight_title, (-bound, bound)).axis(tickCount=5)
    ink = alt.expr(f"datum.weight < 0 ? '{theme.CLASSES[0]}' : '{theme.CLASSES[1]}'")
    bar = rows.mark_bar(width={"band": 0.72}, tooltip=None, color=ink, clip=True).encode(x, y)
    zero = theme.data("zero").mark_rule(color=theme.INK).encode(y="weight:Q")
    dy = alt.expr("datum.weight < 0 ? 12 : -12")
    words = theme.words(rows.encode(x, y), "text", dy=dy, fontSize=alt.expr(f"{theme.PHONE} ? 9 : 12"))
    return theme.layered(bar, zero, *words, height=height)


def outgoing_rows(weights: ArrayLike) -> dict[str, Columns]:
    """The datasets of `outgoing` for weights (10,).

    >>> outgoing_rows([0.25])["weights"]["text"].tolist()
    ['0.25']
    """
    values = np.asarray(weights, float)
    texts = np.array([f"{value:.2f}".replace("-", "\N{MINUS SIGN}") for value in values], str)
    return {
        "weights": {"digit": np.arange(len(values)), "weight": values, "text": texts},
        "zero": {"weight": np.zeros(1)},
    }


def ceiling(weights: ArrayLike) -> float:
    """The end of an axis that holds these weights and their numbers: rounded up from 1.3 times the largest.

    >>> ceiling([0.31, -0.52])
    0.7
    """
    return float(np.ceil(10 * 1.3 * np.abs(np.asarray(weights)).max()) / 10)
