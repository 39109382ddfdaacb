"""An image that excites a filter more and more: the image, all images of a layer, and the activation by step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np
from numpy.typing import NDArray

from lib.charts import theme
from lib.charts.cells import Columns
from lib.charts.convolution import sheets, tiles
from lib.charts.convolution.tiles import Pixels

Array = NDArray[Any]

SIDE = 224
"""Pixels of the chosen image, about."""


def large(image: NDArray[np.uint8]) -> Pixels:
    """One image (height, width) of bytes in large pixels."""
    return tiles.edged(tiles.enlarged(_coloured(image), max(1, SIDE // max(image.shape))))


def sheet(images: NDArray[np.uint8], *, filters: Sequence[int], chosen: int, silent: NDArray[np.bool_]) -> Pixels:
    """Images (n, height, width) of bytes beneath the numbers of their filters, the chosen one framed.

    `silent` filters (n,) have a cross, an x, beside their number.

    >>> sheet(np.zeros((1, 28, 28), np.uint8), filters=[7], chosen=7, silent=np.array([True])).shape
    (92, 70, 3)
    """
    numbers = tuple(f"{number} x" if cross else str(number) for number, cross in zip(filters, silent, strict=True))
    now = list(filters).index(chosen)
    return sheets.sheet(_coloured(images), tile=56, columns=8, chosen=now, numbers=numbers)


def digits(images: NDArray[np.uint8], activations: Sequence[float]) -> Pixels:
    """Digits (n, height, width) of bytes beneath the activations that they cause."""
    return sheets.sheet(_coloured(images), tile=84, columns=3, numbers=tuple(map(spelled, activations)))


def _coloured(images: NDArray[np.uint8]) -> Pixels:
    return np.repeat(images[..., np.newaxis], 3, axis=-1)


def spelled(activation: float) -> str:
    """An activation with three digits.

    >>> spelled(0.0), spelled(0.12345), spelled(12.345)
    ('0', '0.123', '12.3')
    """
    return f"{activation:.3g}"


APART = 0.13
"""The share of the axis that a number needs above or below its middle, to be read beside a line."""


LEAST = 0.001
"""The activation in whose scale the picture of a dead filter is drawn, which has no scale of its own."""


def chart(
    *, step_title: str, activation_title: str, steps: int, names: tuple[tuple[str, str], ...], height: int = 230
) -> alt.LayerChart:
    """The activation by step, the present one marked, beside that of a digit as a dashed line.

    `names` translates the ids "image" and "digit" for the legend. The scale of activations is that of the chosen
    filter. Datasets: curve, now, digit.
    """
    x = theme.x_axis("step", step_title, (0, 1.02 * steps)).axis(tickMinStep=1, format="d", grid=False)
    y = alt.Y("activation:Q", title=activation_title).scale(zero=True, nice=True).axis(tickCount=4)
    ids, legend = [name for name, _ in names], theme.strokes(names)
    dashes = [list(theme.TRAINING_DASH), list(theme.VALIDATION_DASH)]
    color = alt.Color("of:N", legend=legend).scale(domain=ids, range=[theme.ACCENT, theme.INPUT])
    dash = alt.StrokeDash("of:N", legend=legend).scale(domain=ids, range=dashes)
    rule = theme.data("digit").mark_rule(strokeWidth=2).encode(y=y, color=color, strokeDash=dash)
    line = theme.data("curve").mark_line().encode(x, y, color, dash)
    mark = theme.data("now").mark_point(color=theme.ACCENT, size=140).encode(x, y)
    at = alt.Y("place:Q", title=activation_title)
    said = theme.words(theme.data("now").encode(x, at), "text", align=alt.expr("datum.align"))
    return theme.layered(rule, line, mark, *said, height=height)


def datasets(activations: Array, *, step: int, digit: float | None) -> dict[str, Columns]:
    """What `chart` draws of activations (steps + 1,) and of that of a `digit`, where it excites the filter."""
    shown, last = np.array([] if digit is None else [digit], float), len(activations) - 1
    now = float(activations[step])
    return {
        "curve": {
            "of": np.full(last + 1, "image"),
            "step": np.arange(last + 1),
            "activation": np.asarray(activations, float),
        },
        "now": {
            "step": np.array([step]),
            "activation": np.array([now]),
            "place": np.array([_above(now, digit, float(np.max([*activations, *shown, LEAST])))]),
            "text": np.array([spelled(now)]),
            "align": np.array(["right" if step > 0.9 * last else "left" if step < 0.1 * last else "center"]),
        },
        "digit": {"of": np.full(len(shown), "digit"), "activation": shown},
    }


def _above(now: float, digit: float | None, largest: float) -> float:
    """Where the number of the present step stands: above its mark, and above the digit's line where that is near.

    >>> _above(1.0, None, 1.0), _above(1.0, 1.1, 1.1) > 1.2, _above(0.1, 1.0, 1.0)
    (1.13, True, 0.23)
    """
    room = APART * largest
    place = now + room
    return digit + room if digit is not None and abs(place - digit) < room else place
