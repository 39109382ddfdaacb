"""The pictures of the first network's data and parts: valid templates, everything within its box, true pixels."""

import base64
import io
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageColor

from lib.charts import theme
from lib.charts.first_network import data, parts, sheets
from tests.charts.test_tensors import said_of

ACCENT = ImageColor.getrgb(theme.ACCENT)
TITLES = {name: name.title() for name in parts.BOXES}
LAYER = ("Dense 1024, relu", "(512, 1024)", "1,049,600")


def words(layers: int = 5) -> parts.Words:
    lines = {"gradient": ["(1024, 1024) (1024,)"] * 4, "optimizer": ["RMSprop", "learning rate 0.001"]}
    return parts.Words(TITLES, {"layers": "2,913,290 weights"}, lines, {"loss": ["2.303", "→ 2.3"]}, [LAYER] * layers)


def batch(probabilities: Any = None) -> parts.Batch:
    return parts.Batch(["data:image/png;base64,"] * 8, [1, 6, 1, 6, 9, 0, 3, 9], probabilities)


# --- The loop ---------------------------------------------------------------------------------------------------------


def test_the_loop_is_valid_and_finds_its_columns() -> None:
    spec, sent = parts.chart().to_dict(), parts.datasets(words(), batch(np.full(10, 0.1)), step=2)
    columns = {name for rows in sent.values() for name in rows}
    assert said_of(spec, "field") <= columns
    assert {part["data"]["name"] for part in spec["layer"]} == set(sent)


@pytest.mark.parametrize("step", range(1, 6))
def test_each_step_lights_its_boxes_and_its_arrows(step: int) -> None:
    sent = parts.datasets(words(), batch(), step=step)
    lit = [name for name, now in zip(parts.BOXES, sent["boxes"]["now"], strict=True) if now]
    assert set(lit) == set(parts.STEPS[step - 1])
    assert sent["arrows"]["now"].sum() == (0, 2, 2, 1, 2)[step - 1]


def test_the_four_parts_have_a_border() -> None:
    drawn = parts.datasets(words(), batch(), step=1)["boxes"]["part"]
    assert [name for name, part in zip(parts.BOXES, drawn, strict=True) if part] == [
        "layers",
        "optimizer",
        "loss",
        "metric",
    ]


def test_boxes_do_not_overlap_and_arrows_join_them() -> None:
    boxes = list(parts.BOXES.values())
    for i, (left, right, top, foot) in enumerate(boxes):
        assert 0 <= left < right <= 1
        assert 0 <= top < foot <= parts.HEIGHT
        for other in boxes[i + 1 :]:
            assert right <= other[0] or other[1] <= left or foot <= other[2] or other[3] <= top
    sent = parts.datasets(words(), batch(), step=1)["arrows"]
    for x, y in [*zip(sent["x"], sent["y"], strict=True), *zip(sent["x2"], sent["y2"], strict=True)]:
        assert any(left <= x <= right and top <= y <= foot for left, right, top, foot in boxes)


@pytest.mark.parametrize("layers", [3, 4, 5])
def test_all_that_a_box_says_stands_in_a_box(layers: int) -> None:
    sent = parts.datasets(words(layers), batch(np.full(10, 0.1)), step=5)["texts"]
    for x, y in zip(sent["x"], sent["y"], strict=True):
        assert any(left < x < right and top + 6 < y < foot - 6 for left, right, top, foot in parts.BOXES.values()), (
            x,
            y,
        )


def test_bars_are_as_high_as_their_probabilities() -> None:
    p = np.array([0.1, 0.2, 0.4, 0.8, *[0.0] * 6])
    bars = parts.datasets(words(), batch(p), step=2)["bars"]
    heights = bars["y2"] - bars["y"]
    assert heights[1] == pytest.approx(2 * heights[0])
    assert heights[3] == heights[2] == heights.max()  # what is more than the box has room for is cut off
    assert bars["right"].tolist() == [digit == 1 for digit in range(10)]
    assert not len(parts.datasets(words(), batch(), step=1)["bars"]["x"])


# --- Sheets -----------------------------------------------------------------------------------------------------------


def test_a_sheet_shows_each_image_above_its_label() -> None:
    images = np.random.default_rng(0).integers(0, 256, (3, 28, 28), dtype=np.uint8)
    sheet = sheets.labelled(images, np.array([4, 0, 4]), rows=2, columns=2, scale=2, gap=3)
    assert sheet.shape == (2 * (56 + 20) + 3, 2 * 56 + 3, 4)
    np.testing.assert_array_equal(sheet[79:135:2, :56:2, 0], images[2])
    first, second, third = sheet[56:76, :56, 0], sheet[56:76, 59:, 0], sheet[135:155, :56, 0]
    np.testing.assert_array_equal(first, third)  # both say 4
    assert (first != second).any()
    assert first.min() < 80
    assert first.max() == sheets.LABEL_PAPER
    assert (sheet[:, :56, 3] == 255).all()
    assert not sheet[79:155, 59:, 3].any()


def test_a_sheet_of_nothing_is_clear_and_too_many_images_are_refused() -> None:
    nothing = sheets.labelled(np.zeros((0, 28, 28), np.uint8), np.zeros(0, int), rows=1, columns=2)
    assert not nothing[..., 3].any()
    with pytest.raises(ValueError, match="3 images do not fit 1 by 2 places"):
        sheets.labelled(np.zeros((3, 28, 28), np.uint8), np.zeros(3, int), rows=1, columns=2)


def test_a_window_is_enlarged_with_its_numbers() -> None:
    image = np.zeros((28, 28), np.uint8)
    image[20, 27] = 255
    shown = sheets.zoomed(image, 20, 20, [["0"] * 7 + ["255"], *[["0"] * 8] * 7])
    left, cell = 28 * sheets.PIXEL + sheets.BETWEEN, sheets.CELL
    bright = shown[10:cell, left + 7 * cell + 5 : left + 8 * cell - 10]
    assert (bright[..., 0] == 255).mean() > 0.5
    assert bright[..., 0].min() < 60  # dark letters on a bright pixel
    dark = shown[10:cell, left + 10 : left + cell]
    assert (dark[..., 0] == 0).mean() > 0.5
    assert dark[..., 0].max() == 255
    assert shown[0, 0, 3] == 0  # beside the image it is transparent
    assert tuple(shown[8 * cell - 1, left + 4 * cell][:3]) == ACCENT


def test_the_strip_marks_the_places_of_the_window() -> None:
    image = np.arange(784, dtype=np.uint16).reshape(28, 28).astype(np.uint8)
    strip = sheets.strip(image, np.array([[5, 6], [33, 34]]))
    np.testing.assert_array_equal(strip[32, :, 0], image.ravel())
    marked = (strip[0] == ACCENT).all(axis=1)
    assert np.flatnonzero(marked).tolist() == [5, 6, 33, 34]


def test_an_address_of_data_holds_the_image() -> None:
    image = np.random.default_rng(0).integers(0, 256, (28, 28), dtype=np.uint8)
    held = base64.b64decode(sheets.data_address(image).split(",")[1])
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(held))), image)


# --- Bars -------------------------------------------------------------------------------------------------------------


def test_bars_of_digits_are_valid_and_mark_the_chosen_one() -> None:
    sent = data.datasets(np.arange(10), now=3)
    spec = data.chart(digit_title="digit", count_title="images", most=10).to_dict()
    assert said_of(spec, "field") <= set(sent["bars"])
    assert np.flatnonzero(sent["bars"]["now"]).tolist() == [3]
    assert not data.datasets(np.arange(10), now=None)["bars"]["now"].any()
