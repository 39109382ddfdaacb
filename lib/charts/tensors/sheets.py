"""Contact sheets: many small images side by side, what was chosen bright and framed, the rest dimmed."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor

from lib.charts import theme

Array = NDArray[Any]
Chosen = NDArray[np.bool_]
Pixels = NDArray[np.uint8]

GREY = 128
"""The ground between images: neither theme's own."""

DIMMED = 0.2
"""How much of its contrast remains of what was not chosen."""

MOST = 128
"""Images on a sheet, at most."""


def sheet(images: Array, chosen: Chosen | None = None, *, columns: int = 16, scale: int = 2, gap: int = 2) -> Pixels:
    """Images (n, height, width) or (n, height, width, 3) of bytes, row by row, as one image (height, width, 3).

    Each is enlarged `scale` times without smoothing. With `chosen`, of the same shape, the rest is dimmed, and what was
    chosen is framed. Raises ValueError for other shapes.

    >>> sheet(np.zeros((3, 4, 5), np.uint8), columns=2, scale=1, gap=1).shape
    (9, 11, 3)
    """
    if images.ndim == 3:
        images, chosen = images[..., np.newaxis], None if chosen is None else chosen[..., np.newaxis]
    if images.ndim != 4 or images.shape[-1] not in (1, 3):
        raise ValueError(
            f"images have shape {images.shape}; expected (n, height, width) or (n, height, width, 3); index them first"
        )
    images, chosen = images[:MOST], None if chosen is None else chosen[:MOST]
    shown = images if chosen is None else np.where(chosen, images, dimmed(images))
    shown = shown.repeat(scale, axis=1).repeat(scale, axis=2)
    if shown.shape[3] == 1:  # after enlarging, which takes three times as long in colours
        shown = shown.repeat(3, axis=3)
    if chosen is not None:
        _frame(shown, chosen, scale)
    return _laid_out(shown, min(columns, len(shown)), gap)


def _frame(shown: Pixels, chosen: Chosen, scale: int) -> None:
    """Draw the bounding box of what was chosen into each enlarged image, in place."""
    accent, line = np.array(ImageColor.getrgb(theme.ACCENT)[:3], np.uint8), max(1, scale // 2)
    rows, columns = np.any(chosen, axis=(2, 3)), np.any(chosen, axis=(1, 3))
    boxes = scale * np.stack([*_ends(rows), *_ends(columns)], axis=1)
    for i in np.flatnonzero(np.any(rows, axis=1)):
        top, bottom, left, right = boxes[i]
        box = shown[i, top:bottom, left:right]
        box[:line] = box[-line:] = accent
        box[:, :line] = box[:, -line:] = accent


def _ends(kept: Chosen) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """For each row of truth values the place of the first that is true, and that behind the last."""
    return kept.argmax(axis=1), kept.shape[1] - kept[:, ::-1].argmax(axis=1)


def _laid_out(images: Pixels, columns: int, gap: int) -> Pixels:
    count, height, width = images.shape[:3]
    rows = -(-count // columns)
    place = np.full((rows * columns, height + gap, width + gap, 3), GREY, np.uint8)
    place[:count, :height, :width] = images
    place = place.reshape(rows, columns, height + gap, width + gap, 3).swapaxes(1, 2)
    return place.reshape(rows * (height + gap), columns * (width + gap), 3)[: -gap or None, : -gap or None]


def result(array: Array, *, colours: bool) -> Pixels | None:
    """What came out of an array of images, or of one image in colours, as one image; None where it is none.

    >>> result(np.zeros((90, 14, 14), np.uint8), colours=False).shape
    (178, 478, 3)
    """
    if array.ndim not in (2, 3) or not array.size or (array.ndim == 3 and colours and array.shape[2] not in (1, 3)):
        return None
    if array.ndim == 3 and not colours:
        return sheet(array)
    height, width = array.shape[:2]
    return sheet(array.reshape(1, height, width, -1), scale=max(1, min(12, 320 // max(height, width))))


def dimmed(image: Array) -> Pixels:
    """Bytes drawn towards grey.

    >>> dimmed(np.array([0, 255], np.uint8)).tolist()
    [102, 153]
    """
    return _DIMMER[image]


_DIMMER = (GREY + (np.arange(256) - GREY) * DIMMED).round().astype(np.uint8)


def png(pixels: Pixels) -> bytes:
    r"""The image encoded quickly rather than small: a slider that is dragged waits for it.

    >>> png(np.zeros((2, 2, 3), np.uint8))[:4]
    b'\x89PNG'
    """
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG", compress_level=1)
    return stream.getvalue()
