"""What windows are moved over: a digit, a photograph, or the learner's own image."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from lib import datasets, tensors
from lib.lessons import upload
from lib.ui import controls
from lib.ui.text import mark, t

Pixels = NDArray[np.uint8]

NAMES = {
    "digit": mark("digit"),
    "china": mark("temple"),
    "flower": mark("flower"),
    "own": mark("your own"),
}
SIDE = 96
"""The longer side of a photograph, in pixels."""
DIGIT = 28
DIGITS = 10
LEAST = 8
"""Pixels that each side must have at least."""


@dataclass(frozen=True)
class Subject:
    """A key of NAMES, and which digit."""

    name: str
    digit: int = 0


def subject(section: str, *, default: str = "digit", own: bool = True) -> Subject:
    """Ask for an image; the controls begin with the name of their section."""
    names = [name for name in NAMES if own or name != "own"]
    name = controls.choice(
        t("Image"), names, key=f"{section}_image", default=default, names=lambda name: t(NAMES[name])
    )
    return Subject(name, digit(section) if name == "digit" else 0)


def digit(section: str, *, default: int = 3) -> int:
    """Ask which digit it should be."""
    return controls.slider(t("Digit"), key=f"{section}_digit", default=default, minimum=0, maximum=DIGITS - 1, step=1)


def pixels(of: Subject, *, section: str, side: int = SIDE) -> Pixels | None:
    """A digit (28, 28), or a photograph (height, width, 3); None, with a sentence on the page, while there is none."""
    if of.name == "digit":
        return tensors.digit_images()[of.digit]
    if of.name in datasets.PHOTOGRAPHS:
        return photograph(of.name, side)
    own = upload.photograph(f"{section}_upload")
    if own is None:
        return None
    small = _small(own, side)
    if min(small.shape[:2]) < LEAST:
        height, width = small.shape[:2]
        st.error(
            t(
                "The picture has {height} by {width} pixels here; {least} are needed each way. Take a larger one, or "
                "one that is less narrow.",
                height=height,
                width=width,
                least=LEAST,
            )
        )
        return None
    return small


@lru_cache(maxsize=8)
def photograph(name: str, side: int = SIDE) -> Pixels:
    """A photograph of `datasets.PHOTOGRAPHS`, its longer side so many pixels; read-only."""
    small = _small(datasets.photograph(name), side)
    small.setflags(write=False)
    return small


def grey(coloured: Pixels) -> Pixels:
    """The brightness (height, width) of an image, as Pillow weighs its channels."""
    return coloured if coloured.ndim == 2 else np.array(Image.fromarray(coloured).convert("L"))


def credit(of: Subject) -> None:
    """Say who took a photograph."""
    if of.name in datasets.PHOTOGRAPHS:
        st.caption(t("Photograph: {author}", author=datasets.PHOTOGRAPHS[of.name]))


def _small(coloured: Pixels, side: int) -> Pixels:
    image = Image.fromarray(coloured)
    image.thumbnail((side, side))
    return np.array(image)
