"""Kernels: read as they are typed within bounds, and one place computed as the whole map is."""

import contextlib
import random

import numpy as np
import pytest

from lib.convolution import KERNELS, convolve
from lib.kernels import LONGEST, SENTENCES, KernelError, at_place, over_channels, parse_kernel

SOBEL = [[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]]


@pytest.mark.parametrize(
    "text",
    [
        "-1 0 1 -2 0 2 -1 0 1",
        "-1, 0, 1; -2, 0, 2; -1, 0, 1",
        "-1 0 1\n-2 0 2\n-1 0 1",
        "[[-1, 0, 1],\n [-2, 0, 2],\n [-1, 0, 1]]",
        "−1，0，1；−2，０，２；（−1 0 1）",
        "-1. -0 +1.0 | -4/2 0/5 .2e1".replace(".2e1", "2") + " | -1 0 1",
    ],
)
def test_one_kernel_has_many_spellings(text: str) -> None:
    assert parse_kernel(text).tolist() == SOBEL


def test_exponents_are_read() -> None:
    assert parse_kernel("1e1 2.5E-2 -1e+0 0 0 0 0 0 1e-999").ravel()[[0, 1, 2, 8]].tolist() == [10, 0.025, -1, 0]


def test_fractions_are_divided() -> None:
    assert parse_kernel("1/9 " * 9) == pytest.approx(np.full((3, 3), 1 / 9))
    assert parse_kernel("½ 0 0 0 0 0 0 0 -1/4")[[0, 2], [0, 2]].tolist() == [0.5, -0.25]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1 2 3", "count"),
        ("", "count"),
        ("1 " * 10, "count"),
        ("1 2 3 4 5 6 7 8 x", "number"),
        ("1e3 " + "0 " * 8, "large"),
        ("1e9 " + "0 " * 8, "large"),
        ("123456789012 " + "0 " * 8, "large"),
        ("1e999/1e999 " + "0 " * 8, "large"),
        ("1/1e-999 " + "0 " * 8, "zero"),
        ("1e " + "0 " * 8, "number"),
        ("1e1.5 " + "0 " * 8, "number"),
        ("0,5 1 1 1 1 1 1 1 1", "count"),
        ("nan " * 9, "number"),
        ("1//2 " + "0 " * 8, "number"),
        ("__import__('os') " + "0 " * 8, "number"),
        ("1/0 " + "0 " * 8, "zero"),
        ("101 " + "0 " * 8, "large"),
        ("1/.001 " + "0 " * 8, "large"),
        ("0" * (LONGEST + 1), "long"),
    ],
)
def test_what_is_no_kernel_says_why(text: str, reason: str) -> None:
    with pytest.raises(KernelError) as caught:
        parse_kernel(text)
    assert caught.value.reason == reason
    assert reason in SENTENCES


def test_anything_typed_is_a_kernel_or_says_why() -> None:
    rng = random.Random(5)
    signs = [*"0123456789.,;/-+()[]{}| \n", "－", "½", "ﷺ", "\u202e", "😀", "e", "_", "inf", "0x1"]
    for _ in range(3000):
        text = "".join(rng.choice(signs) for _ in range(rng.randint(0, 40)))
        with contextlib.suppress(KernelError):  # any other error fails
            assert np.abs(parse_kernel(text)).max() <= 100


@pytest.mark.parametrize("relu", [False, True])
def test_every_place_has_the_number_of_the_map(relu: bool) -> None:
    rng = np.random.default_rng(0)
    image, kernel = rng.normal(size=(6, 5, 3)), rng.normal(size=(3, 3, 3))
    responses = convolve(image, kernel[..., None], 0.25)[..., 0]
    responses = np.maximum(responses, 0) if relu else responses
    for row, column in np.ndindex(responses.shape):
        place = at_place(image, kernel, row, column, bias=0.25, relu=relu)
        assert place.output == pytest.approx(responses[row, column], abs=1e-12)
        assert place.products.sum() == pytest.approx(place.total)


def test_one_place_by_hand() -> None:
    image = np.arange(16.0).reshape(4, 4, 1)
    place = at_place(image, over_channels(KERNELS["vertical_edges"], 1), 1, 0, bias=-10.0, relu=True)
    assert place.patch[..., 0].tolist() == [[4, 5, 6], [8, 9, 10], [12, 13, 14]]
    assert (place.total, place.biased, place.output) == (8.0, -2.0, 0.0)  # (6 - 4) + 2 (10 - 8) + (14 - 12)


@pytest.mark.parametrize("place", [(-1, 0), (2, 0), (0, 2)])
def test_a_place_beyond_the_map_is_refused(place: tuple[int, int]) -> None:
    with pytest.raises(IndexError, match=r"expected one of a map of \(2, 2\)"):
        at_place(np.zeros((4, 4, 1)), np.zeros((3, 3, 1)), *place)


def test_channels_that_are_not_looked_at_have_no_weight() -> None:
    kernel = over_channels(np.ones((3, 3)), 3, [2])
    assert kernel.shape == (3, 3, 3)
    assert kernel.sum(axis=(0, 1)).tolist() == [0, 0, 9]
    assert over_channels(np.ones((3, 3)), 2).sum() == 18
