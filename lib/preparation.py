"""Preparing images for a network: all pixels of an image in one row, and its label as one-hot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]


def in_rows(images: Array) -> Array:
    """Images (n, height, width) with all pixels of each in one row, (n, height * width): line after line.

    >>> in_rows(np.array([[[1, 2], [3, 4]]])).tolist()
    [[1, 2, 3, 4]]
    """
    return images.reshape(len(images), -1)


def places(rows: ArrayLike, columns: ArrayLike, width: int) -> Array:
    """Where the pixels of these rows (m,) and columns (k,) stand once the image is one row: (m, k).

    >>> places([2, 3], [0, 1], width=28).tolist()
    [[56, 57], [84, 85]]
    """
    return np.asarray(width * np.asarray(rows)[:, None] + np.asarray(columns)[None, :])


def one_hot(labels: ArrayLike, classes: int) -> Array:
    """Labels (n,) as float32 (n, classes): 1 at the class, 0 elsewhere. Raises ValueError for a label that is no class.

    >>> one_hot([2, 0], 3).tolist()
    [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    """
    labels = np.asarray(labels, int)
    if len(labels) and not 0 <= labels.min() <= labels.max() < classes:
        raise ValueError(f"labels are {labels.min()} to {labels.max()}; expected 0 to {classes - 1}; take more classes")
    return np.eye(classes, dtype=np.float32)[labels]


@dataclass(frozen=True)
class Form:
    """A form of the training images: the shape of all of them, and the data type."""

    shape: tuple[int, ...]
    dtype: str


def forms(samples: int, height: int = 28, width: int = 28) -> dict[str, Form]:
    """The forms that images take on their way into a network: as stored, scaled, in one row.

    >>> forms(60_000)["row"]
    Form(shape=(60000, 784), dtype='float32')
    """
    return {
        "stored": Form((samples, height, width), "uint8"),
        "scaled": Form((samples, height, width), "float32"),
        "row": Form((samples, height * width), "float32"),
    }
