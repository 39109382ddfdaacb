"""Rows and columns as the learner types them: numbers in place of their own, and a sentence where these do not fit."""

import numpy as np
from numpy.typing import NDArray

from lib import products
from lib.ui import address, controls
from lib.ui.text import literal, mark, t

Array = NDArray[np.float64]

LONGEST = 100
"""Characters of a line at most."""

SENTENCES = {
    "number": mark(
        "{came} cannot be read as a number here. Write plain numbers with commas between, as in 1, 0, −2.5."
    ),
    "large": mark("{came} is too large. Write numbers from −{most:g} to {most:g}."),
}
"""What is said where a line holds something else than numbers, by the reason of the error."""


def edited(lines: Array, label: str, key: str, chosen: int) -> tuple[Array, list[str]]:
    """The lines (count, k) with what the learner typed instead, and sentences about what is wrong with that.

    The chosen line, counted from 0, can be typed now; `label` names one by its {number}.
    """
    names = [label.format(number=number) for number in range(len(lines))]
    with address.reading():  # the others keep what was typed into them
        typed = [controls.text(name, key=f"{key}{i}", default="", longest=LONGEST) for i, name in enumerate(names)]
    usual = ", ".join(f"{value:g}" for value in lines[chosen])
    typed[chosen] = controls.text(names[chosen], key=f"{key}{chosen}", default="", longest=LONGEST, placeholder=usual)
    taken = [_taken(line, text, name) for line, text, name in zip(lines, typed, names, strict=True)]
    return np.stack([line for line, _ in taken]), [sentence for _, sentence in taken if sentence]


def _taken(line: Array, typed: str, name: str) -> tuple[Array, str]:
    """The line (k,) with the typed numbers as far as they go, and a sentence about what is wrong with them, or ""."""
    try:
        typed_numbers = products.parse_line(typed)
    except products.LineError as error:
        return line, t(SENTENCES[error.reason]).format(**error.values | {"came": literal(error.values["came"])})
    return products.replaced(line, typed_numbers), _length_sentence(name, len(typed_numbers), len(line))


def _length_sentence(name: str, came: int, length: int) -> str:
    if came in (0, length):
        return ""
    more = t(
        "{line} has length {length}, but {came} numbers were typed: the last ones are left out. Please remove them."
    )
    fewer = t(
        "{line} has length {length}, but was typed with length {came}: its last entries stay as they were. Please add "
        "the missing numbers."
    )
    return (more if came > length else fewer).format(line=name, length=length, came=came)
