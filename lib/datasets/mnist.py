"""MNIST, the 70,000 handwritten digits: from a folder where a setting names one, else through Keras."""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lib.datasets.archive import DataUnavailable, read_archive

Array = NDArray[Any]

FOLDER_SETTING = "UNFOLD_DATA"
FILE = "mnist.npz"
SHAPES = {"x_train": (60000, 28, 28), "y_train": (60000,), "x_test": (10000, 28, 28), "y_test": (10000,)}
# A network that swallows packets would else hold the trainer for minutes.
TIMEOUT_SECONDS = 20.0
# Pages ask again whenever a control moves, and each try without a network may hold the trainer for that long.
AGAIN_SECONDS = 30.0

_failures: list[tuple[float, str]] = []
"""When the last download failed, and how; empty where none has."""


def mnist() -> tuple[Array, Array]:
    """Ink (70000, 28, 28, 1), uint8 from 0 to 255, and the digit (70000,): the 60,000 for training come first.

    Where the environment variable UNFOLD_DATA names a folder, the file mnist.npz there is read, and nothing is
    downloaded. Otherwise Keras downloads it once and keeps it in its own cache. That imports Keras: call it in the
    trainer process alone. The bytes of the file are not compared with a known hash, for good copies differ in them.

    Raises DataUnavailable, see `lib.datasets.archive`, where neither is to be had.
    """
    folder = os.environ.get(FOLDER_SETTING, "").strip()
    arrays = from_file(Path(os.path.expanduser(folder)) / FILE) if folder else from_keras()
    ink = np.concatenate([arrays["x_train"], arrays["x_test"]])
    return ink[..., np.newaxis], np.concatenate([arrays["y_train"], arrays["y_test"]])


def from_file(path: Path) -> dict[str, Array]:
    """The four arrays of an mnist.npz, checked as `read_archive` does, and its labels to be digits."""
    arrays = read_archive(path, SHAPES, setting=FOLDER_SETTING)
    for key in ("y_train", "y_test"):
        if (largest := arrays[key].max()) > 9:
            raise DataUnavailable("values", path=str(path), key=key, came=f"0 to {largest}", expected="0 to 9")
    return arrays


def from_keras() -> dict[str, Array]:
    """The four arrays of keras.datasets.mnist, by the keys of its file.

    A download that failed is not tried again for AGAIN_SECONDS: until then the same error is raised.
    """
    import keras

    if _failures and time.monotonic() < _failures[-1][0] + AGAIN_SECONDS:
        raise _not_downloaded(_failures[-1][1])
    try:
        with _timeout(TIMEOUT_SECONDS):
            (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
    # Keras raises a bare Exception when a download fails: nothing narrower can be named.
    except Exception as error:
        _failures[:] = [(time.monotonic(), str(error))]
        raise _not_downloaded(str(error)) from error
    return {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}


def _not_downloaded(came: str) -> DataUnavailable:
    return DataUnavailable("download", came=came, setting=FOLDER_SETTING, expected=FILE)


@contextmanager
def _timeout(seconds: float) -> Iterator[None]:
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
