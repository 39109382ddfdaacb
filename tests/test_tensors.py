"""Tensors: the ladder, the classic shapes, batches, types and ways to make one are what NumPy says."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib import tensors
from lib.datasets import load, request
from lib.quantities import spelled_bytes
from lib.shapes import memory


@pytest.mark.parametrize("rank", range(6))
def test_each_rung_has_one_axis_more_and_names_for_all(rank: int) -> None:
    name = list(tensors.RUNGS)[rank]
    array = tensors.rung(name)
    assert array.ndim == rank == len(tensors.RUNGS[name].axes)


def test_a_tensor_without_axes_holds_one_element() -> None:
    assert tensors.rung("number").size == 1
    assert tensors.rung("number").shape == ()


def test_digits_are_those_of_the_data_set_as_bytes() -> None:
    split = load(request("digits28"))
    ink = np.concatenate([split.x_train, split.x_val])[..., 0].sum()
    assert tensors.digit_images().sum() / 255 == pytest.approx(ink, rel=1e-3)


def test_clips_wander_two_pixels_a_frame() -> None:
    clips = tensors.clips()
    np.testing.assert_array_equal(np.roll(clips[:, 3], 2, axis=2), clips[:, 4])


@pytest.mark.parametrize("name", ["photograph", "digits", "clips"])
def test_shared_arrays_are_read_only(name: str) -> None:
    with pytest.raises(ValueError, match="read-only"):
        tensors.rung(name)[0] = 1


def test_four_clips_of_video_take_425_megabytes() -> None:
    video = tensors.CLASSICS["video"].shape
    assert math.prod(video) == 106_168_320
    assert spelled_bytes(memory(video, "float32")) == "425 MB"


@pytest.mark.parametrize("classic", tensors.CLASSICS.values())
def test_each_axis_of_a_classic_shape_has_a_name(classic: tensors.Classic) -> None:
    assert len(classic.axes) == len(classic.shape)


@given(st.integers(1, 5000), st.integers(1, 600))
def test_batches_cover_each_sample_once(samples: int, size: int) -> None:
    cut = tensors.Batches(samples, size)
    x = np.arange(samples)
    parts = [x[cut.slice(n)] for n in range(cut.count)]
    np.testing.assert_array_equal(np.concatenate(parts), x)
    assert [len(part) for part in parts] == [cut.length(n) for n in range(cut.count)]
    assert len(parts[-1]) == cut.last


def test_mnist_at_128_takes_469_updates_and_the_last_has_96() -> None:
    cut = tensors.Batches(60_000, 128)
    assert (cut.count, cut.last, 5 * cut.count) == (469, 96, 2345)


def test_no_samples_or_no_batch_is_refused() -> None:
    with pytest.raises(ValueError, match="expected 1 or more"):
        tensors.Batches(0, 128)


@given(st.integers(0, 255), st.integers(0, 255))
def test_bytes_wrap_around_and_floats_are_cut_off(pixel: int, by: int) -> None:
    image = np.array([pixel], np.uint8)
    assert tensors.brightened(image, by)[0] == (pixel + by) % 256
    assert tensors.brightened_safely(image, by)[0] == min(pixel + by, 255)


def test_pixels_become_numbers_from_zero_to_one() -> None:
    scaled = tensors.scaled(tensors.digit_images())
    assert scaled.dtype == np.float32
    assert (scaled.min(), scaled.max()) == (0, 1)


@pytest.mark.parametrize(("value", "kept"), [(0.1, 0.0999755859375), (2049, 2048), (65504, 65504), (70000, math.inf)])
def test_float16_keeps_about_three_digits(value: float, kept: float) -> None:
    assert tensors.stored(value, "float16") == kept
    assert tensors.stored(value, "float64") == value


@pytest.mark.parametrize("maker", tensors.MAKERS)
def test_what_is_made_is_what_the_code_makes(maker: str) -> None:
    numbers = {"mean": -1.5, "deviation": 0.5}
    written = eval(tensors.making(maker, 3, 4, **numbers), {"np": np, "rng": np.random.default_rng(7)})
    made = tensors.made(maker, 3, 4, seed=7, **numbers)
    np.testing.assert_array_equal(made, written)
    assert made.shape == (3, 4)
    assert made.dtype == written.dtype
