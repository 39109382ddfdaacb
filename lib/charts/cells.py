"""Small arrays drawn as cells with their numbers in them: what the lessons on tensors share."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from lib.charts import theme

Columns = dict[str, NDArray[Any]]
"""A dataset by its columns."""

# What a cell is: its ground, how strong that is, its border and the dashes of the border. Colour never stands alone:
# what matters has a thicker border, a copy that exists only in thought has dashes.
KINDS: dict[str, tuple[str, float, str, float, tuple[int, ...]]] = {
    "plain": (theme.INPUT, 0.12, theme.INPUT, 1.0, (1, 0)),
    "first": (theme.CLASSES[0], 0.25, theme.CLASSES[0], 1.5, (1, 0)),
    "second": (theme.CLASSES[1], 0.25, theme.CLASSES[1], 1.5, (1, 0)),
    "chosen": (theme.ACCENT, 0.25, theme.ACCENT, 3.0, (1, 0)),
    "ghost": (theme.INPUT, 0.0, theme.INPUT, 1.0, (3, 3)),
    "first ghost": (theme.CLASSES[0], 0.08, theme.CLASSES[0], 1.0, (3, 3)),
    "second ghost": (theme.CLASSES[1], 0.08, theme.CLASSES[1], 1.0, (3, 3)),
}

LETTER_FILLS = 1.5
"""The font size at which the letters of a text fill a cell as wide as they are many: each takes 0.6 of it."""


def chart(*, columns: float, rows: float, height: int, letters: float = 1.0) -> alt.LayerChart:
    """The template: a field of `columns` by `rows` units, counted from the left and from the top.

    Datasets: cells (of `cell_columns`) and captions (of `caption_columns`). `letters` enlarges the numbers; they become
    smaller where the longest would not fit its cell. Where the size of the field follows a control, `sized` gives the
    same at once.
    """
    cells, size = theme.data("cells"), f"{letters} * ({theme.PHONE} ? 12 : 15)"
    place = cells.encode(x2="x2:Q", y2="y2:Q")
    grounds = [
        place.transform_filter(f"datum.kind === '{kind}'").mark_rect(
            fill=fill, fillOpacity=opacity, stroke=stroke, strokeWidth=width, strokeDash=list(dash), tooltip=None
        )
        for kind, (fill, opacity, stroke, width, dash) in KINDS.items()
    ]
    middle = cells.transform_calculate(
        wide="datum.x2 - datum.x", long="length(datum.text)", x="(datum.x + datum.x2) / 2", y="(datum.y + datum.y2) / 2"
    ).transform_joinaggregate(longest="max(long)")
    fitting = alt.expr(f"min({size}, {LETTER_FILLS} * datum.wide * width / domain('x')[1] / datum.longest)")
    numbers = middle.encode(text="text:N").mark_text(color=theme.INK, fontSize=fitting, tooltip=None)
    captions = theme.words(theme.data("captions"), "text")
    x = alt.X("x:Q", axis=None).scale(domain=[0, columns], nice=False)
    y = alt.Y("y:Q", axis=None).scale(domain=[0, rows], nice=False, reverse=True)
    return theme.layered(*grounds, numbers, *captions, height=height).encode(x, y)


def sized(*, columns: float, rows: float, height: int) -> dict[str, Any]:
    """The specification of `chart` for a field of this size, from one that is built once and serves them all.

    >>> sized(columns=4, rows=3, height=200)["encoding"]["x"]["scale"]["domain"]
    [0, 4]
    """
    whole = _specification()
    domains = {"x": [0, columns], "y": [0, rows]}
    return whole | {
        "height": height,
        "encoding": {
            axis: place | {"scale": place["scale"] | {"domain": domains[axis]}}
            for axis, place in whole["encoding"].items()
        },
    }


@lru_cache(maxsize=1)
def _specification() -> dict[str, Any]:
    """That of a field of any size: to build one takes 20 to 50 ms."""
    specification: dict[str, Any] = chart(columns=1, rows=1, height=1).to_dict(validate=False)
    return specification


def cell_columns(
    values: ArrayLike,
    kinds: ArrayLike = "plain",
    *,
    left: float = 0,
    top: float = 0,
    width: float = 1,
    height: float = 1,
) -> Columns:
    """Cells (x, x2, y, y2, text, kind) of a matrix of numbers or texts, its first row on top.

    `kinds` are of `KINDS`, one for all or one for each; `left` and `top` say where the matrix begins, in units of the
    field; cells are `width` by `height` units. Raises ValueError for an unknown kind, or for what is no matrix.

    >>> cell_columns([[1, 2.5]])["text"].tolist()
    ['1', '2.5']
    """
    matrix = np.asarray(values)
    if matrix.ndim != 2:
        raise ValueError(f"values have {matrix.ndim} axes; expected a matrix, with 2; reshape them first")
    kind = np.broadcast_to(np.asarray(kinds, str), matrix.shape).ravel()
    unknown = set(kind.tolist()) - set(KINDS)
    if unknown:
        raise ValueError(f"kinds are {sorted(unknown)}; expected some of {', '.join(KINDS)}; name these")
    row, column = np.indices(matrix.shape).reshape(2, -1)
    x, y = left + width * column, top + height * row
    text = np.array([spelled(value) for value in matrix.ravel().tolist()], str)
    return {"x": x, "x2": x + width, "y": y, "y2": y + height, "text": text, "kind": kind}


def cell_rows(values: ArrayLike, kinds: ArrayLike = "plain", **place: float) -> pd.DataFrame:
    """The cells of `cell_columns` as a DataFrame, which is slower to make and to send."""
    return pd.DataFrame(cell_columns(values, kinds, **place))


def joined(*parts: Columns) -> Columns:
    """The rows of all parts, one after the other.

    >>> joined(cell_columns([[1]]), cell_columns([[2]], left=3))["x"].tolist()
    [0, 3]
    """
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def caption_columns(*captions: tuple[float, float, str]) -> Columns:
    """Texts (x, y, text) beside the cells, each centred at its place in units of the field."""
    x, y, text = zip(*captions, strict=True) if captions else ((), (), ())
    return {"x": np.array(x, float), "y": np.array(y, float), "text": np.array(text, str)}


def caption_rows(*captions: tuple[float, float, str]) -> pd.DataFrame:
    """The texts of `caption_columns` as a DataFrame."""
    return pd.DataFrame(caption_columns(*captions))


def spelled(value: object) -> str:
    """A number as short as it can be said in a cell, with a real minus sign.

    >>> spelled(np.float32(-0.25)), spelled(3), spelled(2.0), spelled("…")
    ('−0.25', '3', '2', '…')
    """
    said = format(float(value) + 0.0, ".4g") if isinstance(value, float | np.floating) else str(value)
    return said.replace("-", "\N{MINUS SIGN}")
