"""The code of the window, its arithmetic, the stack and pooling runs as printed, and prints the page's numbers."""

from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from sklearn.datasets import load_sample_image

from lib import kernels, pooling, stacks, tensors, uploads
from lib.convolution import KERNELS
from lib.lessons.convolution import pooling as pooling_lesson
from lib.lessons.convolution import subjects
from lib.lessons.convolution.stack import WINDOWS
from lib.lessons.convolution.subjects import Subject
from lib.snippets import convolution as snippets
from lib.snippets.convolution import Image
from lib.training.convolution import Asked
from lib.windows import Window
from tests.snippets.test_descent import printed

pytest.importorskip("keras")

ORIENTATION = 0x0112
"""The EXIF tag that says how a photograph is to be turned."""


def namespace(source: str) -> dict[str, np.ndarray]:
    names: dict[str, np.ndarray] = {}
    exec(source, names)
    return names


@pytest.mark.parametrize(
    ("name", "channels", "kernel", "relu"),
    [
        ("digit", None, "vertical_edges", True),
        ("china", None, "blur", False),
        ("flower", [0, 2], "laplace", True),
        ("china", [], "emboss", False),
    ],
)
def test_the_window_prints_the_number_of_the_page_twice(
    name: str, channels: list[int] | None, kernel: str, relu: bool
) -> None:
    image = Image(name, 7, subjects.SIDE)
    source = snippets.window(
        image=image, matrix=KERNELS[kernel], channels=channels, place=(9, 12), bias=-0.3, relu=relu
    )
    said = printed(source)
    pixels = subjects.pixels(Subject(name, 7), section="window")
    assert pixels is not None
    x = (pixels if channels is not None else subjects.grey(pixels)[..., None]) / 255
    weights = kernels.over_channels(KERNELS[kernel], x.shape[2], channels)
    place = kernels.at_place(x, weights, 9, 12, bias=-0.3, relu=relu)
    assert float(said["sum of products"]) == pytest.approx(place.total, abs=1e-4)
    assert float(said["plus the bias"]) == pytest.approx(place.biased, abs=1e-4)
    assert float(said["Keras at this place"]) == pytest.approx(place.output, abs=1e-4)
    assert said["shape of the kernel"] == str((3, 3, x.shape[2], 1))
    assert said["shape of the response map"] == str((x.shape[0] - 2, x.shape[1] - 2))
    assert ("after relu" in said) == relu


@pytest.mark.parametrize(
    "asked",
    [
        Asked("convolution", 28, 1, 3, 2, 1, "same", 32),
        Asked("convolution", 28, 3, 5, 1, 2, "valid", 8),
        Asked("average", 11, 16, 2, 2, 1, "valid", 0),
        Asked("max", 11, 16, 3, 2, 1, "same", 0),
    ],
)
def test_the_arithmetic_prints_what_keras_says(asked: Asked) -> None:
    said = printed(snippets.arithmetic(asked))
    window = Window(asked.kernel_size, asked.strides, asked.dilation_rate, asked.padding)
    places = window.output_size(asked.size)
    assert said["places"] == str(places)
    assert said["Keras says"] == str((places, places, asked.filters or asked.channels))
    assert said["parameters"] == str((asked.kernel_size**2 * asked.channels + 1) * asked.filters)
    if asked.padding == "same":
        assert said["padding before and after"] == ", ".join(map(str, window.padded(asked.size)))
    else:
        assert said["discarded at the end"] == str(window.discarded(asked.size))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (Asked("convolution", 5, 1, 7, 1, 1, "valid", 2), "ValueError: Computed output size"),
        (Asked("convolution", 28, 1, 3, 2, 2, "same", 2), "ValueError: `strides > 1` not supported"),
        (Asked("max", 5, 1, 7, 1, 1, "valid", 0), "the window reaches farther than the input"),
    ],
)
def test_what_keras_refuses_is_printed(asked: Asked, said: str) -> None:
    assert said in printed(snippets.arithmetic(asked))["text"]


@pytest.mark.parametrize("layers", [("conv3", "conv3", "conv3"), ("conv3", "pool2", "conv5", "pool2"), ("pool2",)])
def test_the_gradient_sees_what_the_stack_sees(layers: tuple[str, ...]) -> None:
    windows = [WINDOWS[layer] for layer in layers]
    size = stacks.levels(windows, 28)[-1].size
    said = printed(snippets.stack(layers=layers, windows=WINDOWS, size=28, cell=(1, size - 1)))
    field = stacks.levels(windows, 28)[-1].field
    for axis, cell in (("rows", 1), ("columns", size - 1)):
        first, last = stacks.seen(windows, 28, cell)[0]
        assert said[axis] == f"{first} to {last}"
    assert said["receptive field"] == f"{field} x {field}"
    assert said["output"] == f"{size} x {size}"


@pytest.mark.parametrize(("name", "size", "move"), [("digit", 3, (0, 1)), ("china", 2, (-2, 3))])
def test_pooling_prints_the_changes_of_the_page(name: str, size: int, move: tuple[int, int]) -> None:
    chosen = pooling_lesson.Settings(Subject(name, 4), "laplace", size, *move)
    before, after = pooling_lesson._maps(chosen)
    side = pooling_lesson.SIDE + 2 * pooling.MARGIN
    source = snippets.pooling(image=Image(name, 4, side), kernel=KERNELS["laplace"], size=size, move=move)
    said = printed(source)
    names = {"none": "map as it is", "strides": "strides", "average": "average pooling", "max": "max pooling"}
    for way, label in names.items():
        assert said[f"{label}: shape"] == str(before[way].shape)
        assert said[f"{label}: largest number"] == f"{before[way].max():.2f}"
        assert said[f"{label}: change"] == f"{100 * pooling.change(before[way], after[way]):.0f} %"


def test_typed_weights_keep_all_their_digits() -> None:
    matrix = kernels.parse_kernel("1/9 " * 9)
    chosen = {"image": Image("digit", 0, 0), "channels": None, "place": (0, 0), "bias": 0.0, "relu": False}
    names = namespace(snippets.window(matrix=matrix, **chosen))
    np.testing.assert_allclose(names["kernel"][..., 0], matrix, rtol=1e-11)
    np.testing.assert_array_equal(names["images"][0], tensors.digit_images()[0])


@pytest.mark.parametrize("turned", [1, 6])
def test_a_picture_of_ones_own_is_turned_and_shrunk_as_on_the_page(
    turned: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    exif = PIL.Image.Exif()
    exif[ORIENTATION] = turned
    PIL.Image.fromarray(load_sample_image("china.jpg")).resize((2000, 900)).save("photograph.jpg", exif=exif)
    own = Image("own", 0, subjects.SIDE)
    names = namespace(
        snippets.window(image=own, matrix=KERNELS["blur"], channels=[0], place=(0, 0), bias=0, relu=False)
    )
    expected = subjects._small(uploads.decode(Path("photograph.jpg").read_bytes()), subjects.SIDE)
    assert expected.shape == ((43, 96, 3) if turned == 1 else (96, 43, 3))
    np.testing.assert_array_equal(names["x"], expected / 255)


@pytest.mark.parametrize("mode", ["RGBA", "I;16", "P"])
def test_a_png_of_ones_own_is_read_as_on_the_page(mode: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    if mode == "I;16":
        image = PIL.Image.fromarray(rng.integers(0, 65_536, (40, 300)).astype(np.uint16))
    else:
        image = PIL.Image.fromarray(rng.integers(0, 256, (40, 300, 4)).astype(np.uint8))
        image = image if mode == "RGBA" else image.quantize(16)
    image.save("photograph.jpg", "PNG")
    own = Image("own", 0, subjects.SIDE)
    names = namespace(
        snippets.window(image=own, matrix=KERNELS["blur"], channels=[0], place=(0, 0), bias=0, relu=False)
    )
    expected = subjects._small(uploads.decode(Path("photograph.jpg").read_bytes()), subjects.SIDE)
    np.testing.assert_array_equal(names["x"], expected / 255)


def test_no_snippet_imports_this_project() -> None:
    own = Image("own", 0, subjects.SIDE)
    chosen = {"matrix": KERNELS["blur"], "channels": [1], "place": (0, 0), "bias": 0.0, "relu": False}
    for source in (
        snippets.window(image=own, **chosen),
        snippets.arithmetic(Asked("max", 5, 1, 2, 2, 1, "valid", 0)),
        snippets.stack(layers=["conv3"], windows=WINDOWS, size=28, cell=(0, 0)),
        snippets.pooling(image=own, kernel=KERNELS["blur"], size=2, move=(0, 0)),
    ):
        assert "lib" not in source
        compile(source, "snippet", "exec")
