"""What pages ask of a whole set of images without holding it: a few of them, and how many there are of each class."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lib.datasets import Data, images


@dataclass(frozen=True, eq=False)
class Found:
    """Images (n, height, width), bytes, their labels (n,), and how many of each class there are in all (classes,)."""

    images: np.ndarray
    labels: np.ndarray
    counts: np.ndarray


def browse(data: Data, part: str, digit: int | None, start: int, count: int) -> Found:
    """The first `count` images of a digit, or of any for None, from number `start` on; `part` is "train" or "test".

    For data that are `trainer_only`, call it in the trainer process.

    >>> from lib.datasets import request
    >>> browse(request("digits28"), "test", 7, 100, 3).labels.tolist()
    [7, 7, 7]
    """
    found = images(data)
    x, y = (found.x_train, found.y_train) if part == "train" else (found.x_test, found.y_test)
    wanted = np.arange(start, len(y)) if digit is None else start + np.flatnonzero(y[start:] == digit)
    chosen = wanted[:count]
    return Found(x[chosen, ..., 0], y[chosen], np.bincount(y, minlength=len(found.class_names)))
