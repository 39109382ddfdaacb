"""Where a sliding window stands on an axis: output size, padding as Keras places it, what is discarded, what is seen.

Everything here is about one axis; height and width of an image are two such axes, and know nothing of each other.

>>> Window(3, padding="same").output_size(28), Window(3).output_size(28)
(28, 26)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Padding = Literal["valid", "same"]
PADDINGS: tuple[Padding, ...] = ("valid", "same")

REASONS = ("kernel_size", "strides", "dilation_rate", "both", "large")
"""Why Keras refuses a window: a number below 1, strides and dilation above 1 together, or no place for it."""


class WindowError(ValueError):
    """A window that Keras refuses; `reason` is one of `REASONS`."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True)
class Window:
    """A window of `kernel_size` cells, moved by `strides`, its cells `dilation_rate` apart; Keras' words throughout.

    Padding "valid" adds nothing; "same" adds cells, so that with strides of 1 the output is as long as the input.

    Raises WindowError for what `keras.layers.Conv2D` refuses whatever its input is.
    """

    kernel_size: int
    strides: int = 1
    dilation_rate: int = 1
    padding: Padding = "valid"

    def __post_init__(self) -> None:
        """Refuse numbers below 1, and strides and dilation above 1 together."""
        for name in ("kernel_size", "strides", "dilation_rate"):
            if (came := getattr(self, name)) < 1:
                raise WindowError(name, f"{name} is {came}; expected 1 or more; make it larger")
        if self.padding not in PADDINGS:
            raise ValueError(f"padding is {self.padding!r}; expected one of {', '.join(PADDINGS)}; choose one of these")
        if self.strides > 1 and self.dilation_rate > 1:
            raise WindowError(
                "both",
                f"strides is {self.strides} and dilation_rate {self.dilation_rate}; expected one of them to be 1, as "
                "Keras wants it; make one of them 1",
            )

    @property
    def reach(self) -> int:
        """The cells from the first to the last one that the window covers: d (k - 1) + 1.

        >>> Window(3, dilation_rate=2).reach
        5
        """
        return self.dilation_rate * (self.kernel_size - 1) + 1

    def output_size(self, size: int) -> int:
        """The places for the window on an axis of so many cells: floor((i - reach) / s) + 1, with "same" ceil(i / s).

        Raises WindowError where there is none.

        >>> Window(5).output_size(5), Window(3, strides=2, padding="same").output_size(28)
        (1, 14)
        """
        if size < 1:
            raise ValueError(f"the axis has {size} cells; expected 1 or more; take a larger input")
        if self.padding == "same":
            return -(-size // self.strides)
        if self.reach > size:
            raise WindowError(
                "large",
                f"the window reaches over {self.reach} cells of {size}; expected at most {size}; make it smaller, or "
                'choose padding="same"',
            )
        return (size - self.reach) // self.strides + 1

    def padded(self, size: int) -> tuple[int, int]:
        """The cells that are added before and after an axis; an odd one goes to the end.

        >>> Window(3, strides=2, padding="same").padded(28), Window(4, padding="same").padded(5)
        ((0, 1), (1, 2))
        """
        if self.padding == "valid":
            return 0, 0
        total = max((self.output_size(size) - 1) * self.strides + self.reach - size, 0)
        return total // 2, total - total // 2

    def starts(self, size: int) -> range:
        """The first cell of the window at each of its places; negative where it begins in the padding.

        >>> list(Window(3, padding="same").starts(4))
        [-1, 0, 1, 2]
        """
        before, _ = self.padded(size)
        return range(-before, self.strides * self.output_size(size) - before, self.strides)

    def discarded(self, size: int) -> int:
        """The cells at the end that no window reaches, for the next step would be too far.

        >>> Window(3, strides=2).discarded(28), Window(2, strides=2).discarded(11)
        (1, 1)
        """
        return max(0, size - (self.starts(size)[-1] + self.reach))


def receptive_field(windows: Sequence[Window], size: int, cell: int) -> tuple[int, int]:
    """The first and the last input cell that an output cell of a stack of windows sees; both may lie in the padding.

    `size` counts the cells of the input. Raises IndexError where the output has no such cell.

    >>> receptive_field([Window(3)] * 3, 28, 0)
    (0, 6)
    """
    sizes = [size]
    for window in windows:
        sizes.append(window.output_size(sizes[-1]))
    if not 0 <= cell < sizes[-1]:
        raise IndexError(f"cell is {cell}; expected 0 to {sizes[-1] - 1}; choose one of the output's cells")
    first = last = cell
    for window, before in zip(reversed(windows), reversed(sizes[:-1]), strict=True):
        padding, _ = window.padded(before)
        first = first * window.strides - padding
        last = last * window.strides - padding + window.reach - 1
    return first, last


def field_size(windows: Sequence[Window]) -> int:
    """The width of the receptive field of a stack: each window adds (reach - 1) times all strides below it.

    >>> field_size([Window(3)] * 3), field_size([Window(3), Window(2, strides=2), Window(3)])
    (7, 8)
    """
    width, step = 1, 1
    for window in windows:
        width += (window.reach - 1) * step
        step *= window.strides
    return width
