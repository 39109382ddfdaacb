"""What several sections of the lesson say of a run: the parts of its data, and its last loss."""

import math

import numpy as np

from lib.ui.text import t


def both() -> tuple[tuple[str, str], ...]:
    """The two parts of the data by id, with their names in the learner's language."""
    return ("training", t("training")), ("validation", t("validation"))


def last(values: np.ndarray | None) -> float:
    """The last number of a curve; infinite where there is none, since training diverged at once."""
    return float(values[-1]) if values is not None and len(values) else math.inf
