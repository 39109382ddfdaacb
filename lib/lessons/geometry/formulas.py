"""Matrices as formulas on the page."""

import numpy as np
from numpy.typing import ArrayLike

from lib.geometry import spelled


def matrix(entries: ArrayLike) -> str:
    """A matrix in LaTeX, its entries with two digits behind the point, whole ones without.

    >>> print(matrix([[1, -0.5]]).replace(chr(92), "|"))
    |begin{bmatrix}1 & -0.50|end{bmatrix}
    """
    rows = [" & ".join(_entry(float(entry)) for entry in row) for row in np.asarray(entries, dtype=np.float64)]
    return "\\begin{bmatrix}" + " \\\\ ".join(rows) + "\\end{bmatrix}"


def _entry(value: float) -> str:
    text = spelled(value)
    return text.removesuffix(".00")
