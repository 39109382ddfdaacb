"""The digits of the lessons on images: where they come from, some of them to look at, and one to look into."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from lib import drawn_digits, handwriting
from lib.datasets import Data, described
from lib.training import images
from lib.ui import controls, pad, training
from lib.ui.text import mark, t

NAMES = {
    "digits28": mark("bundled digits"),
    "mnist_6000": mark("MNIST, 6,000 images"),
    "mnist": mark("MNIST, 60,000 images"),
}

REMEMBERED = 12
"""Requests for samples whose answers a visitor keeps."""


def source(key: str) -> str:
    """Ask for one of `lib.training.images.SOURCES`."""
    return controls.choice(
        t("Images"),
        list(images.SOURCES),
        key=key,
        names=lambda name: t(NAMES[name]),
        help=t(
            "The bundled digits are always there: 1,797 small ones from scikit-learn, enlarged from 8 by 8 to 28 by "
            "28 pixels. MNIST has 70,000 digits; unless the server has a copy, it is downloaded once (11 MB)."
        ),
    )


def samples(data: Data, part: str, indices: tuple[int, ...], *, key: str) -> tuple[np.ndarray, np.ndarray] | None:
    """Some pictures (n, 28, 28), bytes, and their labels (n,), of the `part` "train" or "test".

    None, with a sentence on the page, where the data cannot be had.
    """
    if not described(data.name).trainer_only:
        x, y = images.samples(data, part, indices)
        return x[..., 0], y
    remembered = st.session_state.setdefault("samples", {})
    asked = data, part, indices
    if asked not in remembered:
        came = training.call(images.samples, *asked, key=key)
        if came is None:
            return None
        while len(remembered) >= REMEMBERED:
            remembered.pop(next(iter(remembered)))
        remembered[asked] = came
    x, y = remembered[asked]
    return x[..., 0], y


@dataclass(frozen=True, eq=False)
class Picture:
    """One digit to look at: bytes (28, 28), what it is where that is known, and a name for its place among others."""

    pixels: np.ndarray
    label: int | None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is drawn as yet."""
        return not self.pixels.any()

    @property
    def ink(self) -> np.ndarray:
        """The image as the networks of the lessons take it: (28, 28, 1), from 0 to 1."""
        return np.asarray(self.pixels[..., None] / np.float32(255), np.float32)


def number(data: Data, key: str) -> int | None:
    """Ask for an image: the number of one of the test images, or None for a drawing of the learner's own."""
    chosen = controls.choice(t("Image"), ["test", "drawn"], key=f"{key}_image", names=lambda which: t(IMAGES[which]))
    if chosen == "drawn":
        return None
    last = min(data.validation, MOST) - 1
    return controls.slider(t("Test image"), key=f"{key}_number", default=0, minimum=0, maximum=last, step=1)


IMAGES = {"test": mark("a test image"), "drawn": mark("draw one")}

MOST = 300
"""Test images to choose among, at most."""


def chosen(data: Data, which: int | None, *, key: str) -> Picture | None:
    """The test image of this number, or the one that the learner draws here; None, with a sentence, until it is there.

    `which` is what `number` gave.
    """
    if which is not None:
        block = tuple(range(min(data.validation, MOST)))  # asked for once
        found = samples(data, "test", block, key=f"{key}_samples")
        return None if found is None else Picture(found[0][which], int(found[1][which]))
    strokes = pad.show(key="pad", alt=t("A pad for a digit of your own"))
    prepared = drawn_digits.prepare(handwriting.drawn(strokes), like=data.name)
    if prepared is None:
        st.info(t("Draw a digit on the pad."))
        return None
    return Picture(np.round(255 * prepared.digit).astype(np.uint8), None)
