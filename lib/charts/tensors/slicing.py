"""The numbered cube in cells: what was chosen in place, and what comes out beneath it."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lib.charts import cells

BLOCKS, ROWS, COLUMNS = 3, 4, 5
"""What the field has room for: so many matrices side by side, each with so many rows and columns."""

ACROSS = COLUMNS + 0.5
DOWN = ROWS + 1.4


def chart(*, height: int = 380) -> alt.LayerChart:
    """The template. Datasets: cells, captions."""
    return cells.chart(columns=BLOCKS * ACROSS - 0.5, rows=2 * DOWN, height=height, letters=0.9)


def datasets(cube: NDArray[Any], chosen: NDArray[np.bool_], result: NDArray[Any]) -> dict[str, pd.DataFrame]:
    """The cube (3, 4, 5) with its chosen entries, and the result where the field has room for it: see `fits`."""
    above = block_rows(cube, np.where(chosen, "chosen", "plain"), top=0.9)
    below = block_rows(result, "first", top=DOWN + 0.9) if fits(result.shape) else above[:0]
    names = [(k * ACROSS + COLUMNS / 2, 0.4, f"x[{k}]") for k in range(len(cube))]
    said = (BLOCKS * ACROSS / 2, DOWN + 0.4, f"↓ {_spelled(result.shape)}")
    return {"cells": pd.concat([above, below]), "captions": cells.caption_rows(*names, said)}


def block_rows(array: NDArray[Any], kinds: Any, *, top: float) -> pd.DataFrame:
    """An array as matrices side by side, the axes before its last two laid out in a row."""
    blocks = array.reshape(_blocks(array.shape))
    kinds = np.broadcast_to(kinds, array.shape).reshape(blocks.shape)
    parts = [cells.cell_rows(block, kinds[k], left=k * ACROSS, top=top) for k, block in enumerate(blocks)]
    return pd.concat(parts) if parts else cells.cell_rows(np.zeros((0, 1)))


def fits(shape: tuple[int, ...]) -> bool:
    """Whether the field has room for an array of this shape.

    >>> fits((2, 1, 5)), fits((6, 5))
    (True, False)
    """
    blocks, rows, columns = _blocks(shape)
    return 0 < blocks <= BLOCKS and 0 < rows <= ROWS and 0 < columns <= COLUMNS


def _blocks(shape: tuple[int, ...]) -> tuple[int, int, int]:
    rows, columns = (1, 1, *shape)[-2:]
    return int(np.prod(shape[:-2], dtype=int)), rows, columns


def _spelled(shape: tuple[int, ...]) -> str:
    return str(shape).replace(" ", "\N{NO-BREAK SPACE}")
