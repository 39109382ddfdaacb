"""The pictures of the lesson on tensors: valid templates, rows for their encodings, pixels where they belong."""

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from lib import layouts, slicing, tensors
from lib.charts import theme
from lib.charts.tensors import batches, crops, ladder, layout, sheets
from lib.charts.tensors import slicing as cubes
from lib.datasets import request

NAMES = (("whole", "whole image"), ("own", "yours"))
CAPTIONS = ("before", "memory", "after")


def cube_datasets(expression: str = "[1, :, ::2]") -> dict[str, pd.DataFrame]:
    chosen = slicing.select(tensors.cube(), slicing.parse(expression))
    return cubes.datasets(tensors.cube(), chosen.chosen, chosen.result)


def layout_datasets(step: int = 2) -> dict[str, pd.DataFrame]:
    laid = layouts.transposed((3, 2), (1, 0))
    return layout.datasets(laid.before, laid.after, step=step, captions=CAPTIONS)


CHARTS: dict[str, tuple[Callable[[], Any], Callable[[], dict[str, pd.DataFrame]]]] = {
    "cube": (cubes.chart, cube_datasets),
    "layout": (lambda: layout.chart(last=5), layout_datasets),
    "batches": (lambda: batches.chart(samples_title="sample", samples=600), lambda: batches.datasets(600, 128, 4)),
    "bars": (
        lambda: crops.chart(accuracy_title="accuracy", names=NAMES),
        lambda: crops.datasets([("whole", 0.98), ("own", 0.5)], now="own"),
    ),
    "confusion": (
        lambda: crops.confusion(true_title="digit", predicted_title="taken for"),
        lambda: crops.confusion_rows(np.eye(10, dtype=int)),
    ),
}


def said_of(spec: Any, word: str) -> set[str]:
    """What the specification says after this word, anywhere: "field" of encodings, "as" of computed columns."""
    if isinstance(spec, list):
        return set().union(*(said_of(part, word) for part in spec))
    if not isinstance(spec, dict):
        return set()
    own = {spec[word]} if isinstance(spec.get(word), str) else set()
    return own.union(*(said_of(part, word) for part in spec.values()))


@pytest.mark.parametrize("name", CHARTS)
def test_a_template_is_valid_and_finds_its_columns(name: str) -> None:
    template, datasets = CHARTS[name]
    spec, rows = template().to_dict(), datasets()
    columns = set().union(*(frame.columns for frame in rows.values()))
    assert said_of(spec, "field") - said_of(spec, "as") <= columns
    sources = [part["data"]["name"] for part in (spec, *spec["layer"]) if "data" in part]
    assert set(sources) == set(rows)


# --- Cells ------------------------------------------------------------------------------------------------------------


def test_the_cube_frames_what_was_chosen_and_shows_it_below() -> None:
    cells = cube_datasets()["cells"]
    assert cells.query("kind == 'chosen'")["text"].astype(int).tolist() == tensors.cube()[1, :, ::2].ravel().tolist()
    assert cells.query("kind == 'first'")["text"].astype(int).tolist() == tensors.cube()[1, :, ::2].ravel().tolist()


@pytest.mark.parametrize(
    "expression", ["[:, :, :]", "[0, 0, 0]", "[0:0]", "[[0, 0, 0, 0, 0]]", "[None, None]", "[1, 1]"]
)
def test_the_field_has_room_for_what_it_draws(expression: str) -> None:
    cells = cube_datasets(expression)["cells"]
    assert cells["x2"].max() <= cubes.BLOCKS * cubes.ACROSS - 0.5
    assert cells["y2"].max() <= 2 * cubes.DOWN


def test_elements_arrive_in_their_reading_order() -> None:
    elements = layout_datasets(step=2)["elements"]
    before, memory, after = (elements[i * 6 : i * 6 + 6] for i in range(3))
    assert before["element"].tolist() == memory["element"].tolist() == [0, 1, 2, 3, 4, 5]
    assert after["element"].tolist() == [0, 2, 4, 1, 3, 5]
    assert after["filled"].tolist() == [True, True, False, False, False, False]
    assert elements.query("now")["element"].tolist() == [2, 2, 2]


@pytest.mark.parametrize("shape", [(12,), (12, 1), (1, 12), (2, 2, 3), (12, 1, 1), (1, 2, 3, 2)])
def test_each_layout_stays_in_its_room(shape: tuple[int, ...]) -> None:
    before, after = np.arange(12).reshape(3, 4), np.arange(12).reshape(shape)
    cells = layout.datasets(before, after, step=12, captions=CAPTIONS)["elements"][24:]
    assert len(cells) == 12
    assert cells["x2"].max() <= layout.WIDE
    assert cells["y2"].max() <= layout.TALL
    assert not cells[["x", "y"]].duplicated().any()


def test_the_chosen_batch_is_marked_and_clipped() -> None:
    rows = batches.datasets(600, 128, 4)["batches"]
    assert rows.query("now")[["start", "stop"]].to_numpy().tolist() == [[512, 600]]
    assert len(rows) == 6
    assert len(batches.datasets(60_000, 128, 0)["batches"]) == 2


def test_mistakes_are_told_from_right_answers() -> None:
    counts = np.zeros((10, 10), int)
    counts[3, 3], counts[3, 8] = 3, 1
    rows = crops.confusion_rows(counts)["counts"].query("count > 0").set_index("predicted")
    assert rows["right"].to_dict() == {3: True, 8: False}
    assert rows["strength"].tolist() == pytest.approx([0.75**0.5, 0.5])


# --- Images -----------------------------------------------------------------------------------------------------------


def test_what_was_not_chosen_is_dimmed_and_what_was_is_framed() -> None:
    images = np.full((2, 4, 4), 255, np.uint8)
    chosen = np.zeros((2, 4, 4), bool)
    chosen[1, 1:4, 1:4] = True
    shown = sheets.sheet(images, chosen, scale=1, gap=1)
    accent = [int(theme.ACCENT[i : i + 2], 16) for i in (1, 3, 5)]
    assert shown[0, 0].tolist() == [153] * 3
    assert shown[0, 4].tolist() == [sheets.GREY] * 3
    assert shown[1, 5 + 1].tolist() == accent
    assert shown[2, 5 + 2].tolist() == [255] * 3


def test_a_sheet_enlarges_without_smoothing() -> None:
    image = np.array([[[0, 255]]], np.uint8)
    np.testing.assert_array_equal(sheets.sheet(image, scale=3)[..., 0], [[0, 0, 0, 255, 255, 255]] * 3)


def test_a_crop_of_digits_is_framed_from_its_first_pixel_to_its_last() -> None:
    shown = np.asarray(Image.open(io.BytesIO(crops.kept(request("digits"), (2, 6, 1), (7, 0, -3)))))
    framed = (shown[:64, :64] == [int(theme.ACCENT[i : i + 2], 16) for i in (1, 3, 5)]).all(axis=-1)
    assert shown.shape == (3 * 64 + 2 * 6, 4 * 64 + 3 * 6, 3)
    assert [axis[[0, -1]].tolist() for axis in map(np.unique, np.nonzero(framed))] == [[16, 47], [8, 63]]


@pytest.mark.parametrize("shape", [(3,), (2, 3, 4, 2), (1, 2, 3, 4, 3)])
def test_what_is_no_image_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="expected \\(n, height, width\\)"):
        sheets.sheet(np.zeros(shape, np.uint8))


@pytest.mark.parametrize(("shape", "colours"), [((3,), True), ((0, 3), False), ((5, 5, 2), True), ((1, 2, 3, 3), True)])
def test_results_that_are_no_pictures_are_none(shape: tuple[int, ...], colours: bool) -> None:
    assert sheets.result(np.zeros(shape, np.uint8), colours=colours) is None


@pytest.mark.parametrize("name", tensors.RUNGS)
def test_every_rung_is_drawn_with_its_axes(name: str) -> None:
    drawn = np.asarray(ladder.of_rung(name)())
    accent = np.array([int(theme.ACCENT[i : i + 2], 16) for i in (1, 3, 5)])
    marked = (drawn[..., :3] == accent).all(axis=-1) & (drawn[..., 3] == 255)
    assert drawn.shape[:2] == ladder.SIZE[::-1]
    assert marked.any() == (tensors.rung(name).ndim > 0)


def test_more_axes_than_can_be_drawn_are_refused() -> None:
    with pytest.raises(ValueError, match="expected 0 to 5"):
        ladder.picture(np.zeros((1,) * 6))
