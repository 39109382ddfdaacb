"""Small arrays drawn as cells with their numbers in them: what the lessons on tensors share."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from lib.charts import theme

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


def chart(*, columns: float, rows: float, height: int, letters: float = 1.0) -> alt.LayerChart:
    """The template: a field of `columns` by `rows` units, counted from the left and from the top.

    Datasets: cells (of `cell_rows`) and captions (of `caption_rows`). `letters` enlarges the numbers.
    """
    x = alt.X("x:Q", axis=None).scale(domain=[0, columns], nice=False)
    y = alt.Y("y:Q", axis=None).scale(domain=[0, rows], nice=False, reverse=True)
    cells, size = theme.data("cells"), alt.expr(f"{letters} * ({theme.PHONE} ? 12 : 15)")
    grounds = [
        cells.transform_filter(f"datum.kind === '{kind}'")
        .mark_rect(
            fill=fill, fillOpacity=opacity, stroke=stroke, strokeWidth=width, strokeDash=list(dash), tooltip=None
        )
        .encode(x, alt.X2("x2:Q"), y, alt.Y2("y2:Q"))
        for kind, (fill, opacity, stroke, width, dash) in KINDS.items()
    ]
    middle = cells.transform_calculate(x="(datum.x + datum.x2) / 2", y="(datum.y + datum.y2) / 2").encode(x, y)
    numbers = middle.encode(text="text:N").mark_text(color=theme.INK, fontSize=size, tooltip=None)
    captions = theme.data("captions").encode(x, y)
    return theme.layered(*grounds, numbers, *theme.words(captions, "text"), height=height)


def cell_rows(
    values: ArrayLike,
    kinds: ArrayLike = "plain",
    *,
    left: float = 0,
    top: float = 0,
    width: float = 1,
    height: float = 1,
) -> pd.DataFrame:
    """Cells (x, x2, y, y2, text, kind) of a matrix of numbers or texts, its first row on top.

    `kinds` are of `KINDS`, one for all or one for each; `left` and `top` say where the matrix begins, in units of the
    field; cells are `width` by `height` units. Raises ValueError for an unknown kind, or for what is no matrix.

    >>> cell_rows([[1, 2.5]])["text"].tolist()
    ['1', '2.5']
    """
    texts = np.vectorize(spelled, otypes=[object])(np.asarray(values))
    if texts.ndim != 2:
        raise ValueError(f"values have {texts.ndim} axes; expected a matrix, with 2; reshape them first")
    kind = np.broadcast_to(np.asarray(kinds, object), texts.shape).ravel()
    unknown = set(kind) - set(KINDS)
    if unknown:
        raise ValueError(f"kinds are {sorted(unknown)}; expected some of {', '.join(KINDS)}; name these")
    row, column = np.indices(texts.shape).reshape(2, -1)
    x, y = left + width * column, top + height * row
    return pd.DataFrame({"x": x, "x2": x + width, "y": y, "y2": y + height, "text": texts.ravel(), "kind": kind})


def caption_rows(*captions: tuple[float, float, str]) -> pd.DataFrame:
    """Texts (x, y, text) beside the cells, each centred at its place in units of the field."""
    return pd.DataFrame(list(captions), columns=["x", "y", "text"])


def spelled(value: object) -> str:
    """A number as short as it can be said in a cell, with a real minus sign.

    >>> spelled(np.float32(-0.25)), spelled(3), spelled(2.0), spelled("…")
    ('−0.25', '3', '2', '…')
    """
    said = format(float(value) + 0.0, ".4g") if isinstance(value, float | np.floating) else str(value)
    return said.replace("-", "\N{MINUS SIGN}")
