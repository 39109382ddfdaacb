"""The training loop as boxes and arrows, with a batch in it: one arrangement that fits a projector and a phone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np
from numpy.typing import NDArray

from lib.charts import theme
from lib.charts.cells import Columns

HEIGHT = 540

# From left to right in shares of the width, from top to bottom in pixels: letters have the same height everywhere.
BOXES = {
    "batch": (0.0, 1.0, 2, 92),
    "layers": (0.0, 1.0, 122, 250),
    "optimizer": (0.0, 0.445, 282, 390),
    "probabilities": (0.505, 1.0, 282, 390),
    "gradient": (0.0, 0.445, 422, 538),
    "loss": (0.505, 0.735, 422, 538),
    "metric": (0.76, 1.0, 422, 538),
}
PARTS = ("layers", "loss", "metric", "optimizer")
"""The four parts; the other boxes show what flows between them."""

STEPS = (("batch",), ("layers", "probabilities"), ("loss", "metric"), ("gradient",), ("optimizer",))
"""The boxes whose turn it is in each of the five steps."""

# Arrows with the step that they belong to, as x, y, x2, y2.
_ARROWS = (
    (2, 0.7525, 92, 0.7525, 122),
    (2, 0.7525, 250, 0.7525, 282),
    (3, 0.62, 390, 0.62, 422),
    (3, 0.88, 390, 0.88, 422),
    (4, 0.505, 480, 0.445, 480),
    (5, 0.2225, 422, 0.2225, 390),
    (5, 0.2225, 282, 0.2225, 250),
)
_TURNED = {(0, 1): 180, (0, -1): 0, (-1, 0): 270}
"""By where an arrow points, how far its head, a triangle that points upward, is turned."""

DIGITS = 8
"""Images of the batch that are drawn."""
_DIGITS_FROM = 0.4
_DIGITS_AT, _LABELS_AT = 36, 72
_SIDE = f"min(44, {1 - _DIGITS_FROM - 0.02} * width / {DIGITS} - 3)"

_BARS_FROM, _BARS_TO, _BARS_TOP, _BARS_FOOT = 0.52, 0.985, 308, 370
MOST = 0.4
"""The probability that a bar of full height stands for; an untrained network seldom says more."""

_PITCH, _FIGURE_PITCH = 18, 25
_FIGURE = 1.35
"""How much larger figures are than other letters."""
_LETTER = alt.expr(f"{theme.PHONE} ? (datum.size > 1 ? 14 : 12) : 15 * datum.size")


@dataclass(frozen=True)
class Words:
    """What the boxes say: a title each, what stands at the other end of it, lines, figures larger than these.

    Of each layer there are its name, its output and its weights. Figures that begin with an arrow are in the accent.
    """

    titles: Mapping[str, str]
    asides: Mapping[str, str]
    lines: Mapping[str, Sequence[str]]
    figures: Mapping[str, Sequence[str]]
    layers: Sequence[tuple[str, str, str]]


@dataclass(frozen=True, eq=False)
class Batch:
    """The images of a batch that are drawn, encoded as addresses of data, with their labels, and what is said of them.

    `probabilities` (10,) are those of the first image; None as long as they are not known.
    """

    images: Sequence[str]
    labels: Sequence[int]
    probabilities: NDArray[Any] | None


def chart(*, height: int = HEIGHT) -> alt.LayerChart:
    """The template. Datasets: boxes, arrows, texts, digits, bars."""
    x = alt.X("x:Q", axis=None).scale(domain=[-0.005, 1.005], nice=False, zero=False)
    y = alt.Y("y:Q", axis=None).scale(domain=[0, HEIGHT], nice=False, reverse=True)
    parts = (*_boxes(), *_arrows(), *_digits(), *_bars(), _texts())
    return theme.layered(*(part.encode(x, y) for part in parts), height=height)


def _boxes() -> tuple[alt.Chart, ...]:
    """Parts have a border, what flows a grey ground; whose turn it is, a thick frame in the accent."""
    boxes = theme.data("boxes").encode(x2="x2:Q", y2="y2:Q")
    look: dict[str, Any] = {"cornerRadius": 7, "tooltip": None}
    part, flow = boxes.transform_filter("datum.part"), boxes.transform_filter("!datum.part")
    return (
        flow.mark_rect(fill=theme.INPUT, fillOpacity=0.16, **look),
        part.mark_rect(fillOpacity=0, stroke=theme.INK, strokeWidth=2, **look),
        boxes.transform_filter("datum.now").mark_rect(fillOpacity=0, stroke=theme.ACCENT, strokeWidth=4, **look),
    )


def _arrows() -> tuple[alt.Chart, ...]:
    arrows = theme.data("arrows")
    ink = alt.expr(f"datum.now ? '{theme.ACCENT}' : '{theme.INPUT}'")
    lines = arrows.encode(x2="x2:Q", y2="y2:Q").mark_rule(
        color=ink, strokeWidth=alt.expr("datum.now ? 4 : 2"), tooltip=None
    )
    heads = arrows.transform_calculate(x="datum.head_x", y="datum.head_y").mark_point(
        shape="triangle-up", angle=alt.expr("datum.turned"), color=ink, size=130, tooltip=None
    )
    return lines, heads


def _digits() -> tuple[alt.Chart, ...]:
    digits = theme.data("digits")
    side = alt.expr(_SIDE)
    images = digits.encode(url="url:N").mark_image(width=side, height=side, tooltip=None)
    frame = digits.transform_filter("datum.first").mark_rect(
        width=alt.expr(f"{_SIDE} + 3"),
        height=alt.expr(f"{_SIDE} + 3"),
        fillOpacity=0,
        stroke=theme.ACCENT,
        strokeWidth=2.5,
        tooltip=None,
    )
    return images, frame


def _bars() -> tuple[alt.Chart, ...]:
    """Probabilities of the first image, that of its own digit in the accent."""
    ink = alt.expr(f"datum.right ? '{theme.ACCENT}' : '{theme.INPUT}'")
    return (theme.data("bars").encode(x2="x2:Q", y2="y2:Q").mark_rect(fill=ink, tooltip=None),)


def _texts() -> alt.Chart:
    look: dict[str, Any] = {"fontSize": _LETTER, "baseline": "middle", "tooltip": None}
    made: alt.Chart = (
        theme.data("texts")
        .encode(text="text:N")
        .mark_text(
            align=alt.expr("datum.align"),
            fontWeight=alt.expr("datum.bold ? 'bold' : 'normal'"),
            color=alt.expr(f"datum.loud ? '{theme.ACCENT}' : ({theme.INK.expr})"),
            **look,
        )
    )
    return made


def datasets(words: Words, batch: Batch, *, step: int) -> dict[str, Columns]:
    """What the template draws while it is the turn of the boxes of this step, counted from 1."""
    now = STEPS[step - 1]
    texts = [*_titles(words, now), *_lines(words), *_layer_lines(words), *_digit_texts(batch)]
    return {
        "boxes": _columns(
            ("x", "x2", "y", "y2", "part", "now"),
            [(*place, name in PARTS, name in now) for name, place in BOXES.items()],
        ),
        "arrows": _columns(
            ("x", "y", "x2", "y2", "head_x", "head_y", "turned", "now"),
            [_arrow(*ends, now=belongs == step) for belongs, *ends in _ARROWS],
        ),
        "texts": _columns(("x", "y", "text", "align", "bold", "loud", "size"), texts),
        "digits": _columns(
            ("x", "y", "url", "first"),
            [(_digit_x(i), _DIGITS_AT, url, i == 0) for i, url in enumerate(batch.images)],
        ),
        "bars": _columns(("x", "x2", "y", "y2", "right"), _bar_rows(batch)),
    }


def _columns(names: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> Columns:
    values = zip(*rows, strict=True) if rows else ((),) * len(names)
    return {name: np.array(column) for name, column in zip(names, values, strict=True)}


def _arrow(x: float, y: float, x2: float, y2: float, *, now: bool) -> tuple[Any, ...]:
    """An arrow with its head a little before its end, so that the point touches the box."""
    way = int(np.sign(x2 - x)), int(np.sign(y2 - y))
    return x, y, x2, y2, x2 - 0.012 * way[0], y2 - 6 * way[1], _TURNED[way], now


Text = tuple[float, float, str, str, bool, bool, float]


def _titles(words: Words, now: tuple[str, ...]) -> list[Text]:
    places = {name: (left + 0.02, right - 0.02, top + 16) for name, (left, right, top, _) in BOXES.items()}
    titles: list[Text] = [
        (places[name][0], places[name][2], title, "left", True, name in now, 1.0)
        for name, title in words.titles.items()
    ]
    return titles + [
        (places[name][1], places[name][2], aside, "right", False, False, 1.0) for name, aside in words.asides.items()
    ]


def _lines(words: Words) -> list[Text]:
    """Lines beneath the title of their box, and figures beneath those."""
    texts: list[Text] = []
    for name, (left, _, top, _) in BOXES.items():
        y = top + 16.0
        for line in words.lines.get(name, ()):
            y += _PITCH
            texts.append((left + 0.02, y, line, "left", False, False, 1.0))
        for figure in words.figures.get(name, ()):
            y += _FIGURE_PITCH
            texts.append((left + 0.02, y, figure, "left", True, figure.startswith("→"), _FIGURE))
    return texts


def _layer_lines(words: Words) -> list[Text]:
    left, right, top, foot = BOXES["layers"]
    pitch = min(24, (foot - top - 54) / (len(words.layers) - 1))
    texts: list[Text] = []
    for row, line in enumerate(words.layers):
        y = top + 40 + pitch * row
        places = zip((left + 0.02, 0.58, right - 0.02), line, ("left", "center", "right"), strict=True)
        texts += [(x, y, text, align, False, False, 1.0) for x, text, align in places]
    return texts


def _digit_x(i: int) -> float:
    return _DIGITS_FROM + (1 - _DIGITS_FROM - 0.02) * (i + 0.5) / DIGITS


def _digit_texts(batch: Batch) -> list[Text]:
    """The labels beneath the images, and the digits beneath the bars."""
    texts: list[Text] = [
        (_digit_x(i), _LABELS_AT, str(label), "center", i == 0, i == 0, 1.0) for i, label in enumerate(batch.labels)
    ]
    middle, right = (_BARS_TO - _BARS_FROM) / 20, batch.labels[0]
    return texts + [
        (_bar_x(digit) + middle, _BARS_FOOT + 10, str(digit), "center", digit == right, digit == right, 1.0)
        for digit in range(10)
    ]


def _bar_x(digit: int) -> float:
    return _BARS_FROM + (_BARS_TO - _BARS_FROM) * digit / 10


def _bar_rows(batch: Batch) -> list[tuple[float, float, float, float, bool]]:
    if batch.probabilities is None:
        return []
    high, wide = _BARS_FOOT - _BARS_TOP, (_BARS_TO - _BARS_FROM) / 10
    return [
        (
            _bar_x(digit) + 0.1 * wide,
            _bar_x(digit) + 0.9 * wide,
            _BARS_FOOT - high * min(1.0, float(share) / MOST),
            _BARS_FOOT,
            digit == batch.labels[0],
        )
        for digit, share in enumerate(batch.probabilities)
    ]
