"""Convolution and pooling in NumPy against Keras' own layers, and by hand."""

from typing import Any

import numpy as np
import pytest

from lib.convolution import KERNELS, both, convolve, flipped, patches, pool
from lib.windows import Window, WindowError

ROUNDS = 2000
ILLEGAL = 500


def settings(rng: np.random.Generator) -> dict[str, Any]:
    """Any numbers that could be set, legal or not."""
    return {
        "kernel_size": int(rng.integers(1, 7)),
        "strides": int(rng.integers(1, 4)),
        "dilation_rate": int(rng.integers(1, 4)) if rng.random() < 0.5 else 1,
        "padding": ("valid", "same")[rng.integers(2)],
    }


def is_legal(size: int, chosen: dict[str, Any]) -> bool:
    try:
        Window(**chosen).output_size(size)
    except WindowError:
        return False
    return True


def keras_convolution(image: np.ndarray, kernel: np.ndarray, bias: np.ndarray, **chosen: Any) -> np.ndarray:
    import keras

    layer = keras.layers.Conv2D(kernel.shape[3], **chosen)
    layer.build((None, *image.shape))
    layer.set_weights([kernel, bias])
    return np.asarray(layer(image[None].astype(np.float32)))[0]


def keras_pooling(image: np.ndarray, kind: str, **chosen: Any) -> np.ndarray:
    import keras

    layer = {"max": keras.layers.MaxPooling2D, "average": keras.layers.AveragePooling2D}[kind](**chosen)
    return np.asarray(layer(image[None].astype(np.float32)))[0]


@pytest.mark.slow
def test_two_thousand_convolutions_agree_with_keras() -> None:
    rng, legal = np.random.default_rng(5), 0
    while legal < ROUNDS:
        chosen = settings(rng)
        height, width, channels, filters = (int(n) for n in rng.integers(1, [13, 13, 4, 4]))
        if not is_legal(min(height, width), chosen):
            continue
        legal += 1
        window = Window(**chosen)
        size = chosen.pop("kernel_size")
        image = rng.normal(size=(height, width, channels))
        kernel, bias = rng.normal(size=(size, size, channels, filters)), rng.normal(size=filters)
        expected = keras_convolution(image, kernel, bias, kernel_size=size, **chosen)
        assert expected.shape == (window.output_size(height), window.output_size(width), filters)
        assert convolve(image, kernel, bias, **chosen) == pytest.approx(expected, abs=1e-4)


@pytest.mark.slow
def test_two_thousand_poolings_agree_with_keras() -> None:
    rng, legal = np.random.default_rng(6), 0
    while legal < ROUNDS:
        pool_size, strides = (int(n) for n in rng.integers(1, 6, 2))
        chosen: dict[str, Any] = {"pool_size": pool_size, "strides": strides}
        chosen["padding"] = ("valid", "same")[rng.integers(2)]
        image = rng.normal(size=rng.integers(1, [13, 13, 4]))
        if chosen["padding"] == "valid" and pool_size > min(image.shape[:2]):
            with pytest.raises(WindowError):
                pool(image, "max", **chosen)
            continue
        legal += 1
        for kind in ("max", "average"):
            expected = keras_pooling(image, kind, **chosen)
            assert pool(image, kind, **chosen) == pytest.approx(expected, abs=1e-5)  # type: ignore[arg-type]


@pytest.mark.slow
def test_five_hundred_illegal_settings_are_refused_as_keras_refuses_them() -> None:
    rng, illegal = np.random.default_rng(7), 0
    while illegal < ILLEGAL:
        chosen = settings(rng) | ({"strides": 0} if rng.random() < 0.05 else {})
        chosen |= {"kernel_size": 0} if rng.random() < 0.05 else {}
        chosen |= {"dilation_rate": 0} if rng.random() < 0.05 else {}
        size = int(rng.integers(1, 10))
        if is_legal(size, chosen):
            continue
        illegal += 1
        image = rng.normal(size=(size, size, 1))
        kernel_size = chosen.pop("kernel_size")
        with pytest.raises(ValueError, match=r"kernel_size|strides|dilation_rate|output shape"):
            keras_convolution(
                image, np.ones((kernel_size, kernel_size, 1, 1)), np.zeros(1), kernel_size=kernel_size, **chosen
            )


def test_one_place_by_hand() -> None:
    image = np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 3.0], [2.0, 0.0, 1.0]])[..., None]
    kernel = np.array([[1.0, 0.0], [-1.0, 2.0]])[..., None, None]
    # 1 * 1 + 2 * 0 + 0 * -1 + 1 * 2 = 3, and so on; plus 0.5
    assert convolve(image, kernel, 0.5)[..., 0].tolist() == [[3.5, 7.5], [-1.5, 3.5]]


def test_all_channels_are_summed() -> None:
    image, kernel = np.ones((3, 3, 3)), np.ones((3, 3, 3, 2)) * [1, 2]
    assert convolve(image, kernel).tolist() == [[[27.0, 54.0]]]


def test_channels_that_differ_are_named() -> None:
    with pytest.raises(ValueError, match=r"image is \(3, 3, 2\) and the kernel \(3, 3, 1, 1\)"):
        convolve(np.ones((3, 3, 2)), np.ones((3, 3, 1, 1)))


def test_a_flipped_kernel_is_the_convolution_of_mathematics() -> None:
    rng = np.random.default_rng(0)
    signal, kernel = rng.normal(size=9), rng.normal(size=3)
    seen = convolve(signal[None, :, None], flipped(kernel[None, :, None, None]))
    assert seen.ravel() == pytest.approx(np.convolve(signal, kernel, "valid"))


def test_a_symmetric_kernel_is_its_own_mirror() -> None:
    same = {name for name, kernel in KERNELS.items() if np.array_equal(kernel[::-1, ::-1], kernel)}
    assert same == {"identity", "blur", "sharpen", "laplace"}


def test_presets_do_what_their_names_say() -> None:
    ramp = np.tile(np.arange(8.0), (8, 1))[..., None]  # brighter to the right
    seen = {name: convolve(ramp, kernel[..., None, None])[3, 3, 0] for name, kernel in KERNELS.items()}
    assert seen["identity"] == seen["blur"] == seen["sharpen"] == 4.0  # none of them changes an even slope
    assert seen["vertical_edges"] == 8.0
    assert seen["horizontal_edges"] == seen["laplace"] == 0.0
    assert KERNELS["blur"].sum() == KERNELS["sharpen"].sum() == KERNELS["emboss"].sum() == 1


def test_padding_takes_no_part_in_pooling() -> None:
    image = -np.ones((3, 3, 1))
    assert (pool(image, "max", padding="same") == -1).all()
    assert (pool(image, "average", padding="same") == -1).all()
    assert pool(np.zeros((11, 11, 1)), "max").shape == (5, 5, 1)
    assert pool(np.zeros((11, 11, 1)), "max", padding="same").shape == (6, 6, 1)


def test_patches_are_a_view_of_the_image() -> None:
    image = np.zeros((200, 200, 3))
    seen = patches(image, both(Window(11)))
    assert seen.shape == (190, 190, 11, 11, 3)
    assert seen.base is not None
    assert seen.strides[0] == seen.strides[2]
