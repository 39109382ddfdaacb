"""Photographs as the plane shows them: encoded small, since they travel with every run."""

import base64
import io
from functools import lru_cache

import numpy as np
from PIL import Image

from lib import datasets

SIDE = 240
QUALITY = 80


@lru_cache(maxsize=4)
def bundled(name: str) -> str:
    """One of `datasets.PHOTOGRAPHS` as an address that holds the picture itself."""
    return encoded(datasets.photograph(name))


def encoded(pixels: np.ndarray) -> str:
    """Pixels (height, width, 3) from 0 to 255 as an address that holds the picture, at most SIDE pixels a side."""
    image = Image.fromarray(pixels)
    image.thumbnail((SIDE, SIDE))
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=QUALITY)
    return "data:image/jpeg;base64," + base64.b64encode(stream.getvalue()).decode("ascii")
