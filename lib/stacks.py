"""A stack of windows on one axis: how many cells each level has, where they lie, and how much input a cell sees.

>>> [level.field for level in levels([Window(3), Window(2, strides=2), Window(3)], 28)]
[1, 3, 4, 8]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lib.windows import Window, field_size, receptive_field


@dataclass(frozen=True)
class Level:
    """A row of `size` cells, each of which sees `field` cells of the input.

    In units of the input's cells, neighbours lie `step` apart, and the middle of the first one lies at `offset`.
    """

    size: int
    field: int
    step: int
    offset: float

    def middle(self, cell: int) -> float:
        """Where the middle of a cell lies above the input, whose first cell reaches from 0 to 1.

        >>> levels([Window(3)], 5)[1].middle(0)
        1.5
        """
        return self.offset + self.step * cell


def levels(windows: Sequence[Window], size: int) -> list[Level]:
    """The input and what comes out of each window of a stack. Raises lib.windows.WindowError where one has no place."""
    rows = [Level(size, 1, 1, 0.5)]
    for number, window in enumerate(windows, start=1):
        below = rows[-1]
        before, _ = window.padded(below.size)
        offset = below.offset + below.step * ((window.reach - 1) / 2 - before)
        rows.append(
            Level(window.output_size(below.size), field_size(windows[:number]), below.step * window.strides, offset)
        )
    return rows


def seen(windows: Sequence[Window], size: int, cell: int) -> list[tuple[int, int]]:
    """The first and the last cell of each level that an output cell depends on, from the input up to itself.

    Raises IndexError where the output has no such cell.

    >>> seen([Window(3), Window(2, strides=2)], 28, 5)
    [(10, 13), (10, 11), (5, 5)]
    """
    sizes = [level.size for level in levels(windows, size)]
    return [receptive_field(windows[number:], sizes[number], cell) for number in range(len(sizes))]


def unread(window: Window, size: int) -> list[int]:
    """The cells of an axis that no place of the window reads: at its end, or between places that lie far apart.

    >>> unread(Window(3, strides=2), 28), unread(Window(1, strides=3), 7)
    ([27], [1, 2, 4, 5])
    """
    within = range(0, window.reach, window.dilation_rate)
    read = {start + offset for start in window.starts(size) for offset in within}
    return [cell for cell in range(size) if cell not in read]
