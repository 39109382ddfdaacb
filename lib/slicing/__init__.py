"""Slicing: an expression such as `[10:100, 7:-7, ::2]` is parsed, and NumPy says what it chooses."""

from lib.slicing.choosing import (
    MOST_STEP,
    Axis,
    Fate,
    Range,
    Selection,
    Trouble,
    axes,
    image_ranges,
    is_valid,
    numpy_index,
    plain_range,
    select,
    trouble,
    with_range,
)
from lib.slicing.parsing import LONGEST, SENTENCES, Item, Items, SliceError, item_spelled, parse, spelled

__all__ = [
    "LONGEST",
    "MOST_STEP",
    "SENTENCES",
    "Axis",
    "Fate",
    "Item",
    "Items",
    "Range",
    "Selection",
    "SliceError",
    "Trouble",
    "axes",
    "image_ranges",
    "is_valid",
    "item_spelled",
    "numpy_index",
    "parse",
    "plain_range",
    "select",
    "spelled",
    "trouble",
    "with_range",
]
