"""Quantities: three digits in the unit that suits them, and never an exponent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.quantities import BYTES, TIMES, spelled_bytes, spelled_time


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1 kB"),
        (2560, "2.56 kB"),
        (999_499, "999 kB"),
        (999_600, "1 MB"),
        (424_673_280, "425 MB"),
        (10**12, "1 TB"),
        (10**15, "1 PB"),
        (3 * 2**63 * 8, "221,000 PB"),
    ],
)
def test_memory_is_said_in_the_unit_that_suits(count: int, said: str) -> None:
    assert spelled_bytes(count) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.0, "0 µs"), (4e-7, "0.4 µs"), (9.996e-4, "1 ms"), (0.0123, "12.3 ms"), (0.9999, "1 s"), (7200, "7,200 s")],
)
def test_times_are_said_in_the_unit_that_suits(seconds: float, said: str) -> None:
    assert spelled_time(seconds) == said


@given(st.floats(0, 1e30))
def test_nothing_is_said_with_an_exponent_and_all_within_half_a_percent(value: float) -> None:
    for spelled, units, smallest in ((spelled_bytes, BYTES, 1.0), (spelled_time, TIMES, 1e-6)):
        number, unit = spelled(value).replace(",", "").split(" ")
        assert "e" not in number.lower()
        assert float(number) * smallest * 1000.0 ** units.index(unit) == pytest.approx(value, rel=0.00501)
