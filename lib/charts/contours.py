"""A surface seen from above: contour lines and faint bands as one small transparent picture, for light and dark."""

from __future__ import annotations

import base64
import io

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image

from lib.charts import theme

GREY = 128
FAINT, LINE = 52, 150  # opacity of the highest band and of the contour lines, of 255


def picture(values: NDArray[np.float64], *, levels: int = 14) -> Image.Image:
    """Draw values of shape (height, width), first row at the bottom, as grey bands that thicken uphill.

    The levels are evenly spaced in the square root of the height above the lowest point, which gives a parabolic
    valley evenly spaced rings. Raises ValueError unless the values are finite and a matrix.

    >>> picture(np.zeros((4, 6))).size
    (6, 4)
    """
    if values.ndim != 2 or not np.isfinite(values).all():
        raise ValueError(f"Expected finite heights of shape (height, width), got shape {values.shape}. Check the grid.")
    height = np.sqrt(values[::-1] - values.min())
    band = np.floor(height / (height.max() or 1.0) * levels).clip(0, levels - 1)
    alpha = FAINT * band / (levels - 1)
    # A contour line runs where a pixel and its neighbour, to the right or below, lie in different bands.
    edge = np.zeros(band.shape, dtype=bool)
    edge[:, :-1] |= band[:, :-1] != band[:, 1:]
    edge[:-1] |= band[:-1] != band[1:]
    pixels = np.full((*band.shape, 2), GREY, dtype=np.uint8)
    pixels[..., 1] = np.where(edge, LINE, alpha)
    return Image.fromarray(pixels, "LA")


def data_url(image: Image.Image, *, shrink: int = 2) -> str:
    """The picture as a PNG in a data URL, made smaller by an integer factor so that its lines come out smooth.

    >>> data_url(picture(np.zeros((4, 6))))[:22]
    'data:image/png;base64,'
    """
    small = image.reduce(shrink) if shrink > 1 else image
    stream = io.BytesIO()
    small.save(stream, format="PNG")
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode("ascii")


def surface_rows(
    values: NDArray[np.float64], x_domain: tuple[float, float], y_domain: tuple[float, float], *, levels: int = 14
) -> pd.DataFrame:
    """The one row of the dataset "surface": url, x, x2, y, y2."""
    url = data_url(picture(values, levels=levels))
    (x, x2), (y, y2) = x_domain, y_domain
    return pd.DataFrame({"url": [url], "x": [x], "x2": [x2], "y": [y], "y2": [y2]})


def layer() -> alt.Chart:
    """The surface as the lowest layer of a chart, whose other layers say what the axes are. Dataset: surface."""
    image: alt.Chart = theme.data("surface").mark_image(aspect=False, clip=True, tooltip=None)
    return image.encode(x="x:Q", x2="x2:Q", y="y:Q", y2="y2:Q", url="url:N")
