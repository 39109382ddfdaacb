"""Quantities as they are said: bytes and times in the unit that suits them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

BYTES = ("B", "kB", "MB", "GB", "TB", "PB")
TIMES = ("µs", "ms", "s")
"""Units from the smallest, each a thousand times the one before."""


def spelled_bytes(count: float) -> str:
    """A number of bytes to three digits, in the unit that suits it.

    >>> spelled_bytes(424_673_280), spelled_bytes(8), spelled_bytes(2**64 * 8)
    ('425 MB', '8 B', '148,000 PB')
    """
    return _spelled(count, BYTES)


def spelled_time(seconds: float) -> str:
    """A time to three digits, in the unit that suits it.

    >>> spelled_time(0.01234), spelled_time(5e-7), spelled_time(3600)
    ('12.3 ms', '0.5 µs', '3,600 s')
    """
    return _spelled(seconds * 1e6, TIMES)


def _spelled(value: float, units: Sequence[str]) -> str:
    *smaller, largest = units
    for unit in smaller:
        if value < 999.5:  # what rounds to a thousand takes the next unit
            return f"{_digits(value)} {unit}"
        value /= 1000
    return f"{_digits(value)} {largest}"


def _digits(value: float) -> str:
    """Three digits without an exponent, thousands apart.

    >>> _digits(0.00001234), _digits(123_456.0)
    ('0.0000123', '123,000')
    """
    return f"{Decimal(f'{value:.3g}'):,f}"
