"""How a drawing becomes a digit like those that a network has learned from, step by step, or with a step left out.

MNIST's digits are scaled into 20 by 20 pixels and centred by their mass in 28 by 28: see lib/handwriting.py. The small
digits of scikit-learn were made otherwise, by the programs of NIST: slanted ones were set upright, stretched to 20 by
32 pixels in the middle of 32 by 32, and of every square of 4 by 4 pixels only the share of ink was kept: 8 by 8 numbers
from 0 to 16. The lessons enlarge these to 28 by 28 again.

>>> from lib.handwriting import drawn
>>> drawing = drawn([[(0.5, 0.2), (0.5, 0.8)]])
>>> prepare(drawing).digit.shape, prepare(drawing, like="digits28").scaled.shape
((28, 28), (8, 8))
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lib.datasets.bundled import enlarged
from lib.handwriting import SIDE, Prepared, prepared

Array = NDArray[Any]
Box = tuple[int, int, int, int]

STEPS = ("scaling", "centring")
"""What can be left out."""

FIELD = 32
"""The side of the square that NIST's programs put a digit into, in pixels; it is as high as the square."""

WIDTH = 20
"""How wide they made it."""

NARROW = 2.5
"""What is so many times as high as wide, a plain one, keeps its proportions."""

CELL = 4
"""The side of the squares of which only the share of ink is kept."""

LEVELS = 16
"""That share is a number from 0 to this one."""

PEN_ON_PAPER = 1.2
"""How much more ink the pens left with which the small digits were written than the one of the lessons does."""

EDGE = 0.1
"""The share of the rows at the top, and at the bottom, in which the left edge is looked for."""

SOLID = 0.3
"""Ink from which on a pixel belongs to that edge."""

MOST_SHEAR = 0.7
"""How many pixels a row is moved at most against the row above it: a flat stroke has no slant."""


@dataclass(frozen=True, eq=False)
class Steps:
    """A drawing on its way to a digit, each an image with ink from 0 to 1.

    `box` is (top, left, bottom, right) of the ink in the drawing, the last two one behind it; `ink` what it holds, set
    upright for the small digits; `scaled` the same as small as the digit holds it; `digit` (28, 28) is what the network
    gets.
    """

    drawing: Array
    box: Box
    ink: Array
    scaled: Array
    digit: Array


def prepare(drawing: Array, *, like: str = "mnist", skip: Collection[str] = ()) -> Steps | None:
    """The steps from a drawing (side, side), ink from 0 to 1, to a digit; None where there is no ink.

    `like` is "mnist" or "digits28". Without "scaling" the ink stays as large as it is drawn, without "centring" where
    it is drawn, and with both left out the drawing is simply shrunk. Raises ValueError for other names.
    """
    if like not in _PREPARE or not set(skip) <= set(STEPS):
        raise ValueError(
            f"prepare got like={like!r}, skip={list(skip)}; expected one of {list(_PREPARE)} and some of {list(STEPS)}"
        )
    steps = prepared(drawing)
    if steps is None:
        return None
    if set(skip) == set(STEPS):
        shrunk = _resized(steps.drawing, (SIDE, SIDE))
        return Steps(steps.drawing, steps.box, _cut(steps), shrunk, shrunk)
    return _PREPARE[like](steps, skip)


def _cut(steps: Prepared) -> Array:
    top, left, bottom, right = steps.box
    return steps.drawing[top:bottom, left:right]


def _like_mnist(steps: Prepared, skip: Collection[str]) -> Steps:
    ink, scaled, digit = _cut(steps), steps.scaled, steps.digit
    if "scaling" in skip:
        scaled = _shrunk(ink, SIDE / len(steps.drawing))
        digit = _placed(scaled, [SIDE / 2 - mass for mass in _middle(scaled)], SIDE)
    elif "centring" in skip:
        digit = _placed(scaled, _corner_as_drawn(steps, scaled, SIDE), SIDE)
    return Steps(steps.drawing, steps.box, ink, scaled, digit)


def _like_small_digits(steps: Prepared, skip: Collection[str]) -> Steps:
    ink = upright(_cut(steps))
    height, width = ink.shape
    if "scaling" in skip:
        scaled = _shrunk(ink, FIELD / len(steps.drawing))
    else:
        wide = WIDTH if height < NARROW * width else max(1, round(width * FIELD / height))
        scaled = _resized(ink, (wide, FIELD))
    corner = [(FIELD - size) / 2 for size in scaled.shape]
    if "centring" in skip:
        corner = _corner_as_drawn(steps, scaled, FIELD)
    cells = FIELD // CELL
    shares = _placed(scaled, corner, FIELD).reshape(cells, CELL, cells, CELL).mean(axis=(1, 3))
    small = np.round(LEVELS * np.clip(PEN_ON_PAPER * shares, 0, 1))
    return Steps(steps.drawing, steps.box, ink, small / LEVELS, enlarged(small) / LEVELS)


_PREPARE: dict[str, Callable[[Prepared, Collection[str]], Steps]] = {
    "mnist": _like_mnist,
    "digits28": _like_small_digits,
}


def upright(ink: Array) -> Array:
    """Ink (height, width) without its slant: each row is moved sideways by as much as it lies above or below.

    The slant is the mean of two: that of the mass, which a seven misleads, and that of the left edge, which NIST took.
    Of many ways this is the one with which a network read most drawings.

    >>> upright(np.eye(30)[::-1]).shape[1] < 15
    True
    """
    height, width = ink.shape
    slope = float(np.clip((_slant_of_mass(ink) + _slant_of_edge(ink)) / 2, -MOST_SHEAR, MOST_SHEAR))
    wide = width + int(np.ceil(abs(slope) * height))
    # Of each pixel of the result: where it comes from.
    shear = (1, slope, -slope * _middle(ink)[0] - (wide - width) / 2, 0, 1, 0)
    image = Image.fromarray(np.asarray(ink, np.float32))
    moved = np.asarray(image.transform((wide, height), Image.Transform.AFFINE, shear, Image.Resampling.BILINEAR))
    kept = np.flatnonzero(moved.max(axis=0) > moved.max() / 20)
    return moved[:, kept[0] : kept[-1] + 1]


def _slant_of_mass(ink: Array) -> float:
    """By how many pixels the middle of a row moves to the right from one row to the next: the line of least squares."""
    rows, columns = np.indices(ink.shape) + 0.5
    down, across = _middle(ink)
    spread = float((ink * (rows - down) ** 2).sum())
    return float((ink * (rows - down) * (columns - across)).sum()) / spread if spread > 1e-9 else 0.0


def _slant_of_edge(ink: Array) -> float:
    """The same for the leftmost ink at the top and at the bottom."""
    height = len(ink)
    few = max(1, int(EDGE * height)) + 1
    top, bottom = (np.flatnonzero((part > SOLID).any(axis=0)) for part in (ink[:few], ink[-few:]))
    return float(bottom[0] - top[0]) / height if len(top) and len(bottom) else 0.0


def _middle(ink: Array) -> tuple[float, float]:
    """The middle of the mass: how far below and right of the upper left corner."""
    rows, columns = np.indices(ink.shape) + 0.5
    return float((ink * rows).sum() / ink.sum()), float((ink * columns).sum() / ink.sum())


def _shrunk(ink: Array, share: float) -> Array:
    height, width = ink.shape
    return _resized(ink, (max(1, round(width * share)), max(1, round(height * share))))


def _resized(ink: Array, size: tuple[int, int]) -> Array:
    """The ink with this width and height; shrinking, a pixel gets the mean of what it covers."""
    shrinks = ink.shape[0] >= size[1]
    image = Image.fromarray(np.asarray(ink, np.float32))
    filter = Image.Resampling.BOX if shrinks else Image.Resampling.BICUBIC
    return np.clip(np.asarray(image.resize(size, filter), np.float32), 0, 1)


def _corner_as_drawn(steps: Prepared, ink: Array, side: int) -> list[float]:
    """Where ink begins in a square, so that the middle of its box is where it is in the drawing."""
    top, left, bottom, right = steps.box
    middles = (side / len(steps.drawing) * (one + other) / 2 for one, other in ((top, bottom), (left, right)))
    return [middle - size / 2 for middle, size in zip(middles, ink.shape, strict=True)]


def _placed(ink: Array, corner: Collection[float], side: int) -> Array:
    """The ink in an empty square, from this row and column on as far as there is room; what is too large is cut."""
    ink = ink[:side, :side]
    row, column = (int(np.clip(round(at), 0, side - size)) for at, size in zip(corner, ink.shape, strict=True))
    square = np.zeros((side, side), np.float32)
    square[row : row + ink.shape[0], column : column + ink.shape[1]] = ink
    return square
