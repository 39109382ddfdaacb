"""The printed code of the lesson on tensors runs as printed, and prints what the page shows."""

import math
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lib import layouts, slicing, tensors, uploads
from lib.snippets import tensors as snippets
from lib.training import tensors as trainings
from tests.snippets.test_descent import printed


@pytest.mark.parametrize("rung", tensors.RUNGS)
def test_the_ladder_prints_the_attributes(rung: str) -> None:
    said, array = printed(snippets.ladder(rung=rung)), tensors.rung(rung)
    assert said["ndim"] == str(array.ndim)
    assert said["shape"] == str(array.shape)
    assert said["dtype"] == str(array.dtype)
    assert (said["elements"], said["bytes"]) == (str(array.size), str(array.nbytes))


def test_shapes_print_the_memory_of_video() -> None:
    said = printed(snippets.shapes(kind="video", dtype="float32"))
    assert (said["elements"], said["bytes"]) == ("106168320", "424673280")


@pytest.mark.parametrize("data", ["digits", "photograph", "cube"])
@pytest.mark.parametrize("expression", ["[1]", "[..., ::-1]", "[[0, 2]]", "[400]", "[:, ::0]"])
def test_slicing_prints_shape_and_memory_or_the_error(data: str, expression: str) -> None:
    text = printed(snippets.slicing(data=data, expression=expression))["text"]
    arrays = {"digits": tensors.digit_images()[:128], "photograph": tensors.photograph(), "cube": tensors.cube()}
    assert f"x has shape {arrays[data].shape}" in text
    if expression in ("[400]", "[:, ::0]"):
        with pytest.raises((IndexError, ValueError)) as caught:
            slicing.select(arrays[data], slicing.parse(expression))
        assert f"{caught.type.__name__}: {caught.value}" in text
        return
    chosen = slicing.select(arrays[data], slicing.parse(expression))
    assert f"y has shape {chosen.result.shape}" in text
    assert f"shares memory with x: {chosen.memory == 'view'}" in text


@pytest.mark.parametrize("data", ["digits", "photograph"])
def test_the_code_makes_the_images_of_the_page(data: str) -> None:
    names: dict[str, np.ndarray] = {}
    exec(snippets.slicing(data=data, expression="[0]"), names)
    shown = tensors.digit_images()[:128] if data == "digits" else tensors.photograph()
    np.testing.assert_array_equal(names["x"], shown)


def test_layouts_print_the_order_of_reading() -> None:
    said = printed(snippets.layout(shape=(3, 2), operation="transpose(1, 0)"))
    laid = layouts.transposed((3, 2), (1, 0))
    assert said["read in the order"] == str(laid.order.tolist())
    assert said["strides"] == str(laid.strides_after)
    assert "ValueError: cannot reshape" in printed(snippets.layout(shape=(3, 2), operation="reshape(4, 2)"))["text"]


def test_batches_print_469_updates() -> None:
    said = printed(snippets.batches(samples=60_000, size=128, epochs=5, number=468))
    assert said["updates per epoch"] == "469"
    assert said["samples in the last batch"] == "96"
    assert said["updates in all"] == "2345"
    assert said["shape of batch n"] == "(96, 28, 28)"


def test_data_types_print_what_wraps_around_and_what_is_kept() -> None:
    said = printed(snippets.dtypes(digit=3, by=100, value=2049.0))
    image = tensors.digit_images()[3]
    wrapped = (tensors.brightened(image, 100) != tensors.brightened_safely(image, 100)).sum()
    assert said["pixels that wrapped around"] == str(wrapped)
    assert (said["float16"], said["float32"]) == ("2048", "2049")


@pytest.mark.parametrize("maker", tensors.MAKERS)
def test_tensors_are_made_as_on_the_page(maker: str) -> None:
    said = printed(snippets.making(expression=tensors.making(maker, 2, 3), seed=4))
    made = tensors.made(maker, 2, 3, seed=4)
    assert (said["shape"], said["dtype"]) == (str(made.shape), str(made.dtype))
    assert str(made) in said["text"]


@pytest.mark.parametrize("mode", ["RGBA", "I;16"])
def test_a_picture_of_ones_own_is_read_as_on_the_page(
    mode: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    made = rng.integers(0, 65_536, (20, 30)) if mode == "I;16" else rng.integers(0, 256, (20, 30, 4))
    Image.fromarray(made.astype(np.uint16 if mode == "I;16" else np.uint8)).save("photograph.jpg", "PNG")
    names: dict[str, np.ndarray] = {}
    exec(snippets.slicing(data="own", expression="[0]"), names)
    np.testing.assert_array_equal(names["x"], uploads.decode(Path("photograph.jpg").read_bytes()))


def test_no_snippet_of_tensors_imports_this_project() -> None:
    recipe = trainings.classifier((2, 6, 1), (2, 6, 1))
    sources = [snippets.ladder(rung=rung) for rung in tensors.RUNGS]
    sources += [snippets.slicing(data=data, expression="[0]") for data in ("digits", "own", "cube")]
    sources.append(snippets.crop(recipe=recipe, expression="[:, 2:6, 2:6]", inputs=math.prod((4, 4))))
    for source in sources:
        assert "from lib" not in source
        compile(source, "snippet", "exec")
