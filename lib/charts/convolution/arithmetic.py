"""A window on the cells of an input, with padding and what is discarded, and beside it the cells that come out."""

from __future__ import annotations

import altair as alt

from lib.charts.cells import Columns
from lib.charts.convolution import squares
from lib.charts.convolution.squares import Part
from lib.stacks import unread
from lib.windows import Window

GAP = 2.0
"""Units between the input and the output."""

HEIGHT = 340


def chart(*, height: int = HEIGHT) -> alt.LayerChart:
    """The template. Datasets: areas, lines, words."""
    return squares.chart(height=height)


def datasets(window: Window, size: int, *, row: int, column: int, names: tuple[str, str]) -> dict[str, Columns]:
    """An input of `size` by `size` cells with the window at a place of the output, counted from 0; both named."""
    places, (before, after) = window.output_size(size), window.padded(size)
    padded, reach = before + size + after, window.reach
    left, top = padded + GAP, (padded - places) / 2
    x, y = (before + window.starts(size)[at] for at in (column, row))
    cell = left + column, top + row, left + column + 1, top + row + 1
    bands = [band for band in _padding(before, size, padded) if band[2] > band[0] and band[3] > band[1]]
    areas: list[Part] = [
        ("input", before, before, before + size, before + size),
        *[("padding", *band) for band in bands],
        ("output", left, top, left + places, top + places),
        *_cells(window, x, y),
        ("frame", x, y, x + reach, y + reach),
        ("chosen", *cell),
        ("frame", *cell),
    ]
    lines: list[Part] = [
        *squares.grid(before, before, before + size, before + size),
        *[line for band in bands for line in squares.grid(*band, kind="ghost")],
        *squares.grid(left, top, left + places, top + places),
        *_unread(window, size, before),
        ("ray", x + reach, y, left + column, top + row),
        ("ray", x + reach, y + reach, left + column, top + row + 1),
    ]
    words = [(names[0], 0.0, 0.0), (names[1], left, top)]
    return squares.datasets(areas, lines, words, wide=left + places, high=padded)


def too_large(window: Window, size: int, *, name: str) -> dict[str, Columns]:
    """A window that has no place on an input of `size` by `size` cells, laid over it."""
    reach = window.reach
    areas: list[Part] = [("input", 0, 0, size, size), *_cells(window, 0, 0), ("frame", 0, 0, reach, reach)]
    return squares.datasets(areas, squares.grid(0, 0, size, size), [(name, 0, 0)], wide=reach, high=reach)


def _padding(before: int, size: int, padded: int) -> list[tuple[float, float, float, float]]:
    """The bands around the input: above, below, on the left, on the right."""
    end = before + size
    return [
        (0, 0, padded, before),
        (0, end, padded, padded),
        (0, before, before, end),
        (end, before, padded, end),
    ]


def _cells(window: Window, x: float, y: float) -> list[Part]:
    """The cells that the window reads from this corner on; with dilation they lie apart."""
    offsets = range(0, window.reach, window.dilation_rate)
    return [("chosen", x + right, y + down, x + right + 1, y + down + 1) for down in offsets for right in offsets]


def _unread(window: Window, size: int, before: int) -> list[Part]:
    """Hatching over the rows and columns that no place of the window reads."""
    end = before + size
    drawn: list[Part] = []
    for cell in unread(window, size):
        at = before + cell
        drawn += squares.hatching(before, at, end, at + 1) + squares.hatching(at, before, at + 1, end)
    return drawn
