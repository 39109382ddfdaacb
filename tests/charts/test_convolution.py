"""The pictures of the lesson on convolution: every cell in its place, and what matters marked."""

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageColor

from lib import kernels, stacks
from lib.charts import cells, theme
from lib.charts.convolution import arithmetic, pooling, squares, stack, tiles, window
from lib.convolution import KERNELS, convolve
from lib.windows import Window
from tests.charts.test_tensors import said_of

ACCENT = list(ImageColor.getrgb(theme.ACCENT))[:3]
RNG = np.random.default_rng(0)
COLOURED = RNG.uniform(size=(9, 12, 3))


def frames(datasets: dict[str, cells.Columns]) -> dict[str, pd.DataFrame]:
    return {name: pd.DataFrame(columns) for name, columns in datasets.items()}


def place_rows(channels: int) -> dict[str, pd.DataFrame]:
    kernel = kernels.over_channels(KERNELS["vertical_edges"], channels)
    place = kernels.at_place(COLOURED[..., :channels], kernel, 2, 3)
    return frames(window.datasets(place, kernel, names=("patch", "kernel", "products"), channel_names="RGB"))


def window_rows(size: int = 28, **chosen: Any) -> dict[str, pd.DataFrame]:
    at = {"row": chosen.pop("row", 0), "column": chosen.pop("column", 0)}
    return frames(arithmetic.datasets(Window(**chosen), size, **at, names=("input", "output")))


def stack_rows(*layers: Window, cell: int = 0) -> dict[str, pd.DataFrame]:
    levels = stacks.levels(layers, 28)
    return frames(stack.datasets(levels, stacks.seen(layers, 28, cell), [str(level.size) for level in levels]))


CHARTS: dict[str, tuple[Callable[[], Any], Callable[[], dict[str, pd.DataFrame]]]] = {
    "grey": (lambda: window.arithmetic(channels=1), lambda: place_rows(1)),
    "colour": (lambda: window.arithmetic(channels=3), lambda: place_rows(3)),
    "arithmetic": (arithmetic.chart, lambda: window_rows(kernel_size=3, strides=2, padding="same")),
    "stack": (lambda: stack.chart(levels=3, size=28), lambda: stack_rows(Window(3), Window(2, 2))),
    "pooling": (
        lambda: pooling.chart(title="change", names=(("none", "none"), ("max", "max"))),
        lambda: frames(pooling.datasets({"none": 0.5, "max": 0.1})),
    ),
}


@pytest.mark.parametrize("name", CHARTS)
def test_a_template_is_valid_and_finds_its_columns(name: str) -> None:
    template, datasets = CHARTS[name]
    spec, rows = template().to_dict(), datasets()
    columns = set().union(*(frame.columns for frame in rows.values()))
    assert said_of(spec, "field") - said_of(spec, "as") <= columns
    sources = [part["data"]["name"] for part in (spec, *spec["layer"]) if "data" in part]
    assert set(sources) == set(rows)


# --- The window -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("channels", [1, 3])
def test_patch_kernel_and_products_stand_side_by_side(channels: int) -> None:
    rows = place_rows(channels)["cells"]
    assert len(rows) == 27 * channels
    (wide,), (high,) = ([scale["domain"][1]] for scale in _scales(window.arithmetic(channels=channels)))
    assert rows["x2"].max() <= wide
    assert rows["y2"].max() == pytest.approx(high)
    kernel = rows.iloc[9:18]["text"].tolist()
    assert kernel == ["−1", "0", "1", "−2", "0", "2", "−1", "0", "1"]


def _scales(chart: Any) -> list[dict[str, Any]]:
    encoding = chart.to_dict()["encoding"]
    return [encoding[axis]["scale"] for axis in ("x", "y")]


def test_each_channel_says_its_sum() -> None:
    said = place_rows(3)["captions"]["text"].tolist()
    kernel = kernels.over_channels(KERNELS["vertical_edges"], 3)
    products = kernels.at_place(COLOURED, kernel, 2, 3).products
    assert [text for text in said if text.startswith("Σ")] == [
        f"Σ {window.said(products[..., channel].sum())}" for channel in range(3)
    ]
    assert [text for text in said if text in ("R", "G", "B")] == ["R", "G", "B"]


def test_letters_read_on_their_cells() -> None:
    rows = place_rows(1)["cells"]
    for fill, ink in zip(rows["fill"], rows["ink"], strict=True):
        light = np.dot(ImageColor.getrgb(fill)[:3], (0.299, 0.587, 0.114)) > 140
        assert ink == window.INKS[int(light)]


def test_window_and_place_are_framed_where_they_are() -> None:
    image = COLOURED[..., :1]
    kernel = kernels.over_channels(KERNELS["laplace"], 1)
    responses = convolve(image, kernel[..., None])[..., 0]
    drawn = window.scene(image, kernel, responses, bound=1.0, row=1, column=5)
    accent = (drawn[..., :3] == ACCENT).all(axis=2) & (drawn[..., 3] == 255)
    scale, line = window.LONGER // 12, 7
    left = accent[:, : 12 * scale + 2 * window.MARGIN]
    rows, columns = (np.flatnonzero(left.any(axis=axis)) for axis in (1, 0))
    top, side = window.MARGIN + scale, window.MARGIN + 5 * scale
    assert rows[[0, -1]].tolist() == [top - line, top + 3 * scale + line - 1]
    assert columns[[0, -1]].tolist() == [side - line, side + 3 * scale + line - 1]
    right = np.flatnonzero(accent[:, -(12 * scale + 2 * window.MARGIN) :].any(axis=0))
    assert right[[0, -1]].tolist() == [side + scale - line, side + 2 * scale + line - 1]


@pytest.mark.parametrize("shape", [(8, 8, 1), (96, 8, 3), (8, 96, 1)])
def test_any_image_is_drawn(shape: tuple[int, int, int]) -> None:
    image = RNG.uniform(size=shape)
    kernel = kernels.over_channels(KERNELS["blur"], shape[2])
    responses = convolve(image, kernel[..., None])[..., 0]
    for row, column in ((0, 0), (shape[0] - 3, shape[1] - 3)):
        drawn = window.scene(image, kernel, responses, bound=0.0, row=row, column=column)
        assert max(drawn.shape[:2]) < 1400
    assert Image.open(io.BytesIO(tiles.png(drawn))).size == drawn.shape[1::-1]


# --- Tiles ------------------------------------------------------------------------------------------------------------


def test_colours_diverge_around_white_at_zero() -> None:
    blue, white, orange = (list(ImageColor.getrgb(colour))[:3] for colour in theme.WEIGHTS)
    assert tiles.diverging(np.array([-9.0, 0.0, 2.0]), 2.0).tolist() == [blue, white, orange]
    assert tiles.diverging(np.zeros(1), 0.0).tolist() == [white]


def test_full_colour_is_for_the_strongest_hundredth() -> None:
    assert tiles.strongest(np.array([0.0] * 900 + [-4.0] * 100 + [50.0])) == 4.0
    assert tiles.strongest(np.array([0.0, 0.0, -4.0])) > 0
    assert tiles.strongest(np.zeros(5)) == 0.0


def test_hatching_covers_its_box_alone() -> None:
    canvas = np.full((20, 20, 3), 255, np.uint8)
    tiles.hatch(canvas, (15, 0, 20, 20))
    dark = (canvas == tiles.INK).all(axis=2)
    assert not dark[:15].any()
    assert 0.2 < dark[15:].mean() < 0.6


# --- The arithmetic ---------------------------------------------------------------------------------------------------


def areas(rows: dict[str, pd.DataFrame], kind: str) -> list[list[float]]:
    chosen = rows["areas"].query("kind == @kind")
    return chosen[["x", "y", "x2", "y2"]].to_numpy().tolist()


def test_padding_stands_at_the_bottom_and_on_the_right() -> None:
    rows = window_rows(kernel_size=3, strides=2, padding="same")
    assert areas(rows, "input") == [[0, 0, 28, 28]]
    assert areas(rows, "padding") == [[0, 28, 29, 29], [28, 0, 29, 28]]


def test_the_window_reads_the_cells_of_keras() -> None:
    rows = window_rows(kernel_size=3, dilation_rate=2, padding="same", size=5, row=4, column=0)
    assert areas(rows, "input") == [[2, 2, 7, 7]]
    assert areas(rows, "frame")[0] == [0, 4, 5, 9]
    read = [area[:2] for area in areas(rows, "chosen")[:-1]]
    assert read == [[x, y] for y in (4, 6, 8) for x in (0, 2, 4)]


def test_what_is_discarded_is_hatched_and_nothing_else() -> None:
    hatched = window_rows(kernel_size=2, strides=2, size=11)["lines"].query("kind == 'hatch'")
    assert len(hatched)
    for _, line in hatched.iterrows():
        inside_row = min(line["y"], line["y2"]) >= 10
        inside_column = min(line["x"], line["x2"]) >= 10
        assert inside_row or inside_column
    assert not len(window_rows(kernel_size=2, strides=2, size=12)["lines"].query("kind == 'hatch'"))


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(("kernel_size", "strides", "dilation_rate"), [(7, 1, 3), (1, 5, 1), (4, 3, 1)])
def test_all_lies_on_the_field(padding: str, kernel_size: int, strides: int, dilation_rate: int) -> None:
    window_ = Window(kernel_size, strides, dilation_rate, padding)  # type: ignore[arg-type]
    for size in (19, 32):
        last = window_.output_size(size) - 1
        rows = frames(arithmetic.datasets(window_, size, row=last, column=last, names=("input", "output")))
        for drawn in (rows["areas"], rows["lines"]):
            assert drawn[["x", "x2", "y", "y2"]].to_numpy().min() >= 0
            assert (drawn[["x", "x2"]].max(axis=1) <= drawn["wide"]).all()
            assert (drawn[["y", "y2"]].max(axis=1) <= drawn["high"]).all()


def test_a_window_that_is_too_large_is_laid_over_the_input() -> None:
    rows = frames(arithmetic.too_large(Window(7), 4, name="input"))
    assert areas(rows, "frame") == [[0, 0, 7, 7]]
    assert areas(rows, "input") == [[0, 0, 4, 4]]


def test_slanted_lines_end_at_the_sides_of_their_box() -> None:
    for kind, x, y, x2, y2 in squares.hatching(2, 3, 5, 4):
        assert kind == "hatch"
        assert 2 <= min(x, x2) <= max(x, x2) <= 5
        assert 3 <= min(y, y2) <= max(y, y2) <= 4
        assert x + y == pytest.approx(x2 + y2)


def test_a_narrow_frame_is_as_high_as_its_drawing() -> None:
    (height,) = [param for param in arithmetic.chart().to_dict()["params"] if param["name"] == "height"]
    wide = {"width": 10_000.0, "min": min}
    assert eval(height["expr"], wide) == arithmetic.HEIGHT
    rows = window_rows(kernel_size=3)["areas"]
    needed = squares.TOP + 358 / rows["wide"][0] * rows["high"][0]
    assert 0 <= eval(height["expr"], {"width": 358.0, "min": min}) - needed < 25


# --- The stack --------------------------------------------------------------------------------------------------------


def test_the_triangle_has_the_cells_that_are_seen() -> None:
    rows = stack_rows(Window(3), Window(2, 2), cell=5)
    image, first, second = (rows["cells"].iloc[part] for part in (slice(0, 28), slice(28, 54), slice(54, 67)))
    assert image.query("seen")[["x", "x2"]].to_numpy()[[0, -1], [0, 1]].tolist() == [10, 14]
    assert first.query("seen")[["x", "x2"]].to_numpy().tolist() == [[11, 12], [12, 13]]
    assert second.query("seen")[["x", "x2"]].to_numpy().tolist() == [[11, 13]]
    assert rows["seen"]["y"].is_monotonic_increasing
    assert rows["seen"].iloc[-1][["x", "x2"]].tolist() == [10, 14]


def test_words_stand_where_the_triangle_leaves_room() -> None:
    assert set(stack_rows(Window(3), cell=0)["captions"]["side"]) == {"right"}
    assert set(stack_rows(Window(3), cell=25)["captions"]["side"]) == {"left"}


# --- Pooling ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_maps_fill_the_same_room_and_what_is_discarded_is_hatched(size: int) -> None:
    full = RNG.uniform(size=(26, 26))
    small = full[: 26 // size * size : size, : 26 // size * size : size]
    one, other = (pooling.column(part, part, full=full.shape, size=size, bound=1.0) for part in (full, small))
    assert one.shape == other.shape
    unit = pooling.LONGER // 29
    hatched = (one[: 26 * unit, : 26 * unit, :3] == tiles.INK).all(axis=2)
    assert hatched.any() == (26 % size > 0)
    assert not hatched[: 26 // size * size * unit, : 26 // size * size * unit].any()


def test_bars_say_their_numbers() -> None:
    bars = frames(pooling.datasets({"none": 0.934, "max": 0.0}))["bars"]
    assert bars["text"].tolist() == ["93 %", "0 %"]
