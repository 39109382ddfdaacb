"""Moved images: exact for whole pixels, and those of Pillow's own turning and of SciPy's interpolation between them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from scipy import ndimage

from lib.moving import affine, moved

IMAGE = np.random.default_rng(0).random((28, 28)).astype(np.float32)


@given(st.integers(-28, 28), st.integers(-28, 28))
def test_whole_pixels_are_shifted_exactly(right: int, down: int) -> None:
    expected = np.zeros_like(IMAGE)
    rows, columns = (slice(max(step, 0), 28 + min(step, 0)) for step in (down, right))
    from_rows, from_columns = (slice(max(-step, 0), 28 + min(-step, 0)) for step in (down, right))
    expected[rows, columns] = IMAGE[from_rows, from_columns]
    np.testing.assert_array_equal(moved(IMAGE, right=right, down=down), expected)


@pytest.mark.parametrize("degrees", [-170.0, -45.0, 10.0, 90.0])
def test_an_image_is_turned_counterclockwise_as_pillow_turns_it(degrees: float) -> None:
    expected = np.asarray(Image.fromarray(IMAGE).rotate(degrees, Image.Resampling.BILINEAR))
    np.testing.assert_allclose(moved(IMAGE, degrees=degrees), expected, atol=1e-4)


@pytest.mark.parametrize(("right", "degrees", "scale"), [(0.5, 0.0, 1.0), (3.25, 30.0, 1.4), (-2.0, -12.0, 0.7)])
def test_between_pixels_it_interpolates_as_scipy_does(right: float, degrees: float, scale: float) -> None:
    inside = np.zeros_like(IMAGE)
    inside[8:20, 8:20] = IMAGE[8:20, 8:20]  # what lies at the border is not asked here
    a, b, c, d, e, f = affine((28, 28), right=right, degrees=degrees, scale=scale)
    # SciPy counts rows first, and from the middles of the pixels.
    offset = (f + (d + e - 1) / 2, c + (a + b - 1) / 2)
    expected = ndimage.affine_transform(inside, [[e, d], [b, a]], offset, order=1)
    np.testing.assert_allclose(moved(inside, right=right, degrees=degrees, scale=scale), expected, atol=1e-5)


def test_twice_as_large_a_dot_is_four_times_the_ink() -> None:
    dot = np.zeros((28, 28), np.float32)
    dot[13:15, 13:15] = 1
    assert moved(dot, scale=2).sum() == pytest.approx(4 * dot.sum())
    assert moved(dot, scale=2, right=40).sum() == 0


@pytest.mark.parametrize("scale", [0.0, -1.0, float("nan")])
def test_nothing_is_scaled_away(scale: float) -> None:
    with pytest.raises(ValueError, match="expected a number above 0"):
        moved(IMAGE, scale=scale)
