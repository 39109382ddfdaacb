"""Photographs that learners bring: decoded within bounds, for they come from anywhere."""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

MOST_BYTES = 5_000_000
MOST_PIXELS = 20_000_000
SIDE = 256
"""The longer side of what is kept, in pixels."""

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")

# What Pillow raises for files that are broken, forged or far too large.
BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)
BROKEN = (OSError, ValueError, SyntaxError, EOFError, OverflowError, TypeError, struct.error, *BOMBS)

SENTENCES = {
    "bytes": "the file has {came:,} bytes; expected at most {most:,}; make the picture smaller",
    "pixels": "the picture has {came:,} pixels; expected at most {most:,}; make it smaller",
    "unreadable": "the file is no picture that can be read; expected one of {formats}; save it as one of these",
}


class UploadError(ValueError):
    """A file that is not taken: `reason` is a key of SENTENCES, `values` are its numbers."""

    def __init__(self, reason: str, **values: object) -> None:
        super().__init__(SENTENCES[reason].format(**values))
        self.reason = reason
        self.values: Mapping[str, object] = values


def decode(content: bytes) -> NDArray[np.uint8]:
    """A picture as uint8 (height, width, 3), turned upright, at most SIDE pixels a side; read-only.

    What is transparent lies on white. Size and format are checked before any pixel is decoded. Raises UploadError.
    """
    if len(content) > MOST_BYTES:
        raise UploadError("bytes", came=len(content), most=MOST_BYTES)
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise UploadError("pixels", came=image.width * image.height, most=MOST_PIXELS)
            image.draft("RGB", (2 * SIDE, 2 * SIDE))  # a JPEG decodes at the size that is needed
            eight: Image.Image = _of_8_bits(image) if image.mode.startswith("I") else image
            eight.thumbnail((SIDE, SIDE))
            upright = _on_white(ImageOps.exif_transpose(eight))
    except UploadError:
        raise
    except BROKEN as error:
        raise UploadError("unreadable", formats=", ".join(FORMATS)) from error
    pixels = np.array(upright)
    pixels.setflags(write=False)
    return pixels


def _of_8_bits(image: Image.Image) -> Image.Image:
    """A picture of 16 bits a pixel in greys of 8, upright; Pillow would cut off what is above 255."""
    eight = Image.fromarray((np.asarray(ImageOps.exif_transpose(image)) >> 8).clip(0, 255).astype(np.uint8))
    if isinstance(grey := image.info.get("transparency"), int):
        eight.info["transparency"] = grey >> 8  # with it go all greys that are now the same
    return eight


def _on_white(image: Image.Image) -> Image.Image:
    """A picture in three colours, as on paper where it is transparent."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    transparent = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", transparent.size, "white"), transparent).convert("RGB")
