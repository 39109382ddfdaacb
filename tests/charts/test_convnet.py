"""The pictures of the trained convnet: their columns are found, their rows finite, and each pixel where it belongs."""

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageColor

from lib.charts import theme
from lib.charts.convolution import attention, convnet, maps, moving, shares, sheets
from lib.charts.convolution.tiles import png
from tests.charts.test_tensors import said_of

ACCENT = list(ImageColor.getrgb(theme.ACCENT))[:3]
RNG = np.random.default_rng(0)
NETWORKS = (("convnet", "c"), ("dense", "d"))
TWO = convnet.Curves(np.linspace(0, 1, 8), np.array([0.7, 0.9]), per_epoch=4, epochs=2)
BEGUN = convnet.Curves(np.array([0.2]), np.zeros(0), per_epoch=4, epochs=2)
LIKELY = np.array([0.002, *[0.0] * 8, 0.998])


def frames(datasets: dict[str, Any]) -> dict[str, pd.DataFrame]:
    return {name: pd.DataFrame(columns) for name, columns in datasets.items()}


CHARTS: dict[str, tuple[Callable[[], Any], Callable[[], dict[str, pd.DataFrame]]]] = {
    "curves": (
        lambda: convnet.chart(
            epoch_title="e",
            accuracy_title="a",
            networks=NETWORKS,
            parts=(("training", "t"), ("test", "s")),
            epochs=2,
        ),
        lambda: frames(convnet.datasets({"convnet": TWO, "dense": BEGUN})),
    ),
    "shares": (lambda: shares.chart(digit_title="d", share_title="s"), lambda: frames(shares.datasets(LIKELY, now=9))),
    "pairs": (
        lambda: shares.pair_chart(digit_title="d", share_title="s", networks=NETWORKS),
        lambda: frames(shares.pair_datasets({"convnet": LIKELY, "dense": LIKELY[::-1]}, truth=9)),
    ),
    "moving": (
        lambda: moving.chart(move_title="m", accuracy_title="a", networks=NETWORKS, domain=(-2, 2)),
        lambda: frames(moving.datasets([-2, 0, 2], {"convnet": [0.5, 1, 0.5], "dense": [0.4, 0.9, 0.4]}, now=1)),
    ),
}


@pytest.mark.parametrize("name", CHARTS)
def test_a_template_is_valid_and_finds_its_columns(name: str) -> None:
    template, datasets = CHARTS[name]
    spec, rows = template().to_dict(), datasets()
    columns = set().union(*(frame.columns for frame in rows.values()))
    assert said_of(spec, "name") >= set(rows)
    assert {field for field in said_of(spec, "field") if isinstance(field, str)} <= columns
    for frame in rows.values():
        assert np.isfinite(frame.select_dtypes("number").to_numpy()).all()


# --- Curves -----------------------------------------------------------------------------------------------------------


def test_numbers_at_the_ends_of_curves_stand_apart() -> None:
    near = convnet.Curves(TWO.batches, np.array([0.7, 0.899]), per_epoch=4, epochs=2)
    ends = frames(convnet.datasets({"convnet": TWO, "dense": near}))["ends"]
    assert sorted(ends["text"]) == ["89.9 %", "90.0 %"]
    assert abs(ends["accuracy"].diff().iloc[1]) > 0.03


def test_a_run_that_has_just_begun_has_no_end_yet() -> None:
    rows = frames(convnet.datasets({"dense": BEGUN}))
    assert len(rows["ends"]) == len(rows["dots"]) == 0
    assert rows["curves"]["epoch"].tolist() == [0.25]


def test_nothing_is_drawn_of_no_run() -> None:
    assert {len(frame) for frame in frames(convnet.datasets({})).values()} == {0}


def test_long_runs_are_drawn_with_few_points() -> None:
    long = convnet.Curves(RNG.random(4690), RNG.random(10), per_epoch=469, epochs=10)
    curves = frames(convnet.datasets({"convnet": long}))["curves"]
    training = curves.query("part == 'training'")
    assert len(training) <= convnet.POINTS
    assert training["epoch"].iloc[-1] == 10


def test_probabilities_too_small_to_say_are_not_said() -> None:
    bars = frames(shares.datasets(LIKELY, now=0))["bars"]
    assert bars["text"].tolist() == [""] * 9 + ["100 %"]
    assert bars["now"].tolist() == [True] + [False] * 9


# --- Sheets of maps ---------------------------------------------------------------------------------------------------


def test_maps_share_the_scale_of_the_layer_or_have_their_own() -> None:
    output = np.zeros((2, 2, 3))
    output[0, 0], output[1, 1] = [1.0, 4.0, 0.0], [0.5, 2.0, 0.0]
    assert sheets.maps_of(output)[:, 0, 0, 0].tolist() == [64, 255, 0]
    assert sheets.maps_of(output, alone=True)[:, 1, 1, 0].tolist() == [128, 128, 0]
    assert sheets.empty_maps(output).tolist() == [False, False, True]
    assert sheets.maps_of(np.zeros(4)).max() == 0
    assert sheets.empty_maps(np.zeros(4)).all()


def test_the_chosen_tile_is_framed_and_the_empty_one_crossed() -> None:
    white = np.full((3, 4, 4, 3), 255, np.uint8)
    drawn = sheets.sheet(white, tile=40, columns=3, chosen=1, empty=np.array([False, False, True]))
    step, top = 40 + sheets.GAP, sheets.GAP + sheets.STRIP
    middles = [drawn[top + 20, sheets.GAP + i * step + 15].tolist() for i in range(3)]
    assert middles[:2] == [[255] * 3] * 2
    assert middles[2] != [255] * 3
    beside = [drawn[top + 20, sheets.GAP + i * step - 2].tolist() for i in range(3)]
    assert beside[1] == ACCENT != beside[0]


@pytest.mark.parametrize("count", [1, 3, 64, 128])
@pytest.mark.parametrize("size", [1, 3, 26])
def test_a_sheet_has_room_for_every_tile(count: int, size: int) -> None:
    drawn = sheets.sheet(np.full((count, size, size, 3), 255, np.uint8), tile=30, columns=8)
    tile = max(1, 30 // size) * size
    columns, rows = min(8, count), -(-count // 8)
    assert drawn.shape[1] == columns * (tile + sheets.GAP) + sheets.GAP
    assert drawn.shape[0] == rows * (tile + sheets.STRIP + sheets.GAP) + sheets.GAP
    assert Image.open(io.BytesIO(png(drawn))).size == drawn.shape[1::-1]


def test_the_field_and_the_cell_are_framed() -> None:
    drawn = maps.pair(np.zeros((28, 28)), (4, 8, 7, 11), np.zeros((26, 26)), (4, 8), 0.0)
    rows, columns = np.nonzero((drawn[..., :3] == ACCENT).all(axis=2))
    scale = maps.SIDE // 28
    left = columns < maps.SIDE + 2 * maps.MARGIN
    assert abs(rows[left].min() - (maps.MARGIN + scale * 4)) <= 5
    assert abs(columns[left].max() - (maps.MARGIN + scale * 11)) <= 5
    assert (~left).any()


# --- Heat -------------------------------------------------------------------------------------------------------------


def test_heat_lies_where_its_cells_look() -> None:
    shares_of_cells = np.zeros((3, 3))
    shares_of_cells[0, 2] = 1
    heat = attention.spread(shares_of_cells, 28, (9.0, 4.0))
    assert heat.shape == (280, 280)
    assert heat[:90, 170:].min() > 0.98  # above and right of the cell's middle there is no other cell
    assert heat[130:, :].max() < 0.02
    assert heat[:, :130].max() < 0.02
    assert heat[110, 200] == pytest.approx(0.5, abs=0.02)


def test_heat_of_cells_of_one_pixel_is_theirs() -> None:
    cells = RNG.random((28, 28))
    np.testing.assert_allclose(attention.spread(cells, 28, (0.5, 1.0))[5::10, 5::10], cells, atol=0.11)


def test_cold_images_stay_grey_and_hot_ones_are_tinted_and_outlined() -> None:
    image, cells = np.full((28, 28), 0.5), np.zeros((3, 3))
    cold = attention.over(image, cells, (9.0, 4.0))
    assert (cold == 128).all()
    cells[1, 1] = 1
    hot = attention.over(image, cells, (9.0, 4.0))
    assert (hot[140, 130:135] != 128).any()
    assert (hot == 255).all(axis=2).any()  # the line is white


@pytest.mark.parametrize("side", [1, 3, 11, 26])
def test_cells_are_drawn_with_their_numbers_where_there_is_room(side: int) -> None:
    drawn = attention.cells(np.full((side, side), 0.5), 280)
    scale = 280 // side
    assert drawn.shape[:2] == (scale * side, scale * side)
    inside = drawn[2 : scale - 1, 2 : scale - 1].reshape(-1, 3)
    assert (len(np.unique(inside, axis=0)) > 1) == (side <= attention.MOST_NUMBERED)
