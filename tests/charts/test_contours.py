"""The picture of a surface: bands rise with the height, and it is transparent where the valley is."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from lib.charts import contours


def test_a_slope_in_two_levels_worked_by_hand() -> None:
    # Heights 0, 1, 2, 3 from the bottom row up: their roots lie in band 0 below half of the highest, else in band 1.
    picture = contours.picture(np.array([[0.0], [0.7], [2.0], [3.0]]), levels=2)
    alpha = np.asarray(picture)[..., 1].ravel()
    # The top row comes first; the line runs on the upper side of where the bands part.
    assert alpha.tolist() == [contours.FAINT, contours.LINE, 0, 0]


def test_a_bowl_is_clear_in_the_middle_and_darkest_in_the_corners() -> None:
    x = np.linspace(-1, 1, 41)
    alpha = np.asarray(contours.picture(x**2 + x[:, None] ** 2))[..., 1]
    assert alpha[20, 20] == 0
    assert alpha[0, 0] >= contours.FAINT


def test_a_flat_surface_is_blank() -> None:
    assert not np.asarray(contours.picture(np.full((3, 3), 7.0)))[..., 1].any()


@pytest.mark.parametrize("values", [np.zeros(3), np.array([[np.nan]])])
def test_heights_that_cannot_be_drawn_are_refused(values: np.ndarray) -> None:
    with pytest.raises(ValueError, match="finite heights"):
        contours.picture(values)


def test_the_data_url_holds_the_picture_half_the_size() -> None:
    url = contours.data_url(contours.picture(np.zeros((40, 60))))
    image = Image.open(io.BytesIO(base64.b64decode(url.split(",")[1])))
    assert (image.size, image.mode) == ((30, 20), "LA")
