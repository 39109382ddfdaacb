"""The pictures from training on: columns are found, rows are finite, images have their sizes and colours."""

import io
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageColor

from lib.charts import theme
from lib.charts.first_network import judge, marked, own, train, trouble, weights
from tests.charts.test_tensors import said_of

PARTS = (("training", "t"), ("test", "v"))
RUNS = (("right", "r"), ("broken", "b"))
CURVE = np.array([2.0, 1.0, 0.5]), np.array([0.3, 0.6, 0.9])


def frames(datasets: dict[str, Any]) -> dict[str, pd.DataFrame]:
    return {name: pd.DataFrame(columns) for name, columns in datasets.items()}


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)))


def trained() -> dict[str, Any]:
    return train.datasets(CURVE, CURVE, CURVE, per_epoch=1, last=3, gap="gap")


CHARTS: dict[str, Any] = {
    "train": (
        lambda: train.chart(update_title="u", accuracy_title="a", loss_title="l", parts=PARTS, last=3),
        lambda: frames(trained()),
    ),
    "confusion": (
        lambda: judge.confusion(true_title="d", predicted_title="t"),
        lambda: judge.confusion_rows(np.eye(10, dtype=int), true=1, predicted=2),
    ),
    "bars": (
        lambda: judge.bars(digit_title="d", share_title="p"),
        lambda: frames(judge.bar_rows(np.full(10, 0.1), label=3, said="draw")),
    ),
    "steps": (
        own.chart,
        lambda: frames(own.rows([np.zeros((4, 4), np.uint8)] * 4, ["t"] * 4, ["s"] * 4)),
    ),
    "outgoing": (
        lambda: weights.outgoing(digit_title="d", weight_title="w", bound=1.0),
        lambda: frames(weights.outgoing_rows(np.linspace(-1, 1, 10))),
    ),
    "trouble": (
        lambda: trouble.chart(
            epoch_title="e", accuracy_title="a", loss_title="l", runs=RUNS, parts=PARTS, last=3, far=True
        ),
        lambda: frames(
            trouble.datasets({(run, part): CURVE for run, _ in RUNS for part, _ in PARTS}, chance="guessing")
        ),
    ),
}


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_finds_its_columns_and_no_number_is_missing(name: str) -> None:
    template, rows = CHARTS[name]
    chart: alt.TopLevelMixin = template()
    spec = chart.to_dict()
    frames = rows()
    columns = set().union(*(set(frame.columns) for frame in frames.values()))
    assert said_of(spec, "field") <= columns
    for frame in frames.values():
        assert np.isfinite(frame.select_dtypes("number").to_numpy(float)).all()


# --- Training ---------------------------------------------------------------------------------------------------------


def test_the_line_of_batches_is_a_mean_of_as_many_as_it_says() -> None:
    losses = np.arange(600.0)
    rows = train.batch_rows(losses, losses / 600, last=600)
    each = train.averaged(600)
    assert each == 6
    np.testing.assert_allclose(rows["loss"], losses.reshape(-1, each).mean(axis=1))
    assert rows["update"][0] == 3
    assert len(train.batch_rows(losses[:8], losses[:8], last=600)["loss"]) == 2  # a run under way


def test_an_epoch_stands_at_its_last_update_and_the_gap_between_its_ends() -> None:
    test = CURVE[0], np.array([0.5, 0.7, 0.8])
    rows = train.datasets(CURVE, CURVE, test, per_epoch=45, last=135, gap="10 points")
    epochs = pd.DataFrame(rows["epochs"])
    assert epochs[epochs["part"] == "test"]["update"].tolist() == [45, 90, 135]
    assert (rows["gap"]["low"][0], rows["gap"]["high"][0]) == (0.8, 0.9)
    assert rows["gap"]["update"].tolist() == [135]


@pytest.mark.parametrize(("epochs", "early"), [(1, True), (2, False), (3, False)])
def test_the_gap_is_named_on_the_side_that_has_room(epochs: int, early: bool) -> None:
    curve = CURVE[0][:epochs], CURVE[1][:epochs]
    rows = train.datasets(CURVE, curve, curve, per_epoch=45, last=135, gap="10 points")
    assert rows["gap"]["early"].tolist() == [early]


@pytest.mark.parametrize(
    ("losses", "accuracies", "ends"),
    [
        ([0.5, 0.06, 0.05], [0.8, 0.97, 0.99], (0.95, 0.1)),
        ([1.9, 1.4, 1.0, 0.9], [0.3, 0.5, 0.68, 0.699], (0.5, 1.0)),
        ([0.7], [0.83], (0.8, 1.0)),
        ([0.7], [0.81], (0.7, 1.0)),
        ([9.0], [0.2], (0.0, 2.5)),
        ([], [], (0.0, 2.5)),
    ],
)
def test_the_magnified_axes_hold_the_last_half(
    losses: list[float], accuracies: list[float], ends: tuple[float, float]
) -> None:
    assert train.window((losses, accuracies)) == ends
    assert train.window(([0.01, 0.01], [1.0, 1.0]), (losses, accuracies)) == ends
    made = train.chart(update_title="u", accuracy_title="a", loss_title="l", parts=PARTS, last=3, ends=ends).to_dict()
    low, high = (panel["layer"][0]["encoding"]["y"]["scale"]["domain"] for panel in made["vconcat"])
    assert (low[0], high[1]) == ends


def test_a_run_that_has_not_begun_draws_nothing() -> None:
    assert all(len(column) == 0 for rows in train.nothing().values() for column in rows.values())


# --- Judging ----------------------------------------------------------------------------------------------------------


def test_one_cell_of_the_table_is_framed() -> None:
    rows = judge.confusion_rows(np.arange(100).reshape(10, 10), true=4, predicted=7, turn=3)["counts"]
    assert rows[rows["now"]]["count"].tolist() == [47]
    assert (rows["turn"] == 3).all()


def test_bars_rest_where_nothing_is_read() -> None:
    rows = judge.bar_rows(None, said="draw")
    assert not rows["bars"]["read"].any()
    assert rows["bars"]["share"].sum() == 0
    assert rows["said"]["text"].tolist() == ["draw"]
    shares = [0.0, 0.003, 0.997, *[0.0] * 7]
    read = judge.bar_rows(shares, label=1)
    assert read["bars"]["read"].argmax() == 2
    assert read["bars"]["label"].argmax() == 1
    assert read["bars"]["text"].tolist() == ["", "", "100", *[""] * 7]


# --- Images -----------------------------------------------------------------------------------------------------------


def test_a_sheet_frames_the_chosen_image_and_leaves_free_places_clear() -> None:
    images = np.full((3, 4, 4), 200, np.uint8)
    sheet = pixels(marked.sheet(images, columns=4, scale=2, chosen=1, gap=6, least=8))
    assert sheet.shape == (28, 56, 4)
    assert (sheet[3:11, 3:11, :3] == 200).all()
    assert tuple(sheet[1, 15, :3]) == ImageColor.getrgb(theme.ACCENT)
    assert sheet[20, 40, 3] == 0
    assert pixels(marked.sheet(images[:2], columns=2, scale=1)).shape[2] == 3


def test_an_image_is_enlarged_without_smoothing() -> None:
    shown = pixels(marked.enlarged(np.array([[0, 255]], np.uint8), scale=3))
    assert shown.shape == (3, 6, 3)
    assert set(shown.ravel().tolist()) == {0, 255}


def test_the_box_of_a_drawing_is_framed() -> None:
    shown = own.boxed(np.zeros((224, 224)), (40, 60, 200, 120))
    assert shown.shape == (112, 112, 3)
    assert tuple(shown[20, 40]) == ImageColor.getrgb(theme.ACCENT)
    assert not shown[60, 45].any()


def test_a_product_is_made_pixel_by_pixel() -> None:
    kernel, image = np.full((28, 28), 1.0), np.zeros((28, 28))
    kernel[:14] = -1.0
    image[:, :14] = 1.0
    shown = pixels(weights.product(kernel, image, 1.0))
    side, left = 28 * weights.TILE, 2 * (28 * weights.TILE + weights.SIGN)
    low, high = (ImageColor.getrgb(theme.WEIGHTS[end]) for end in (0, 2))
    assert tuple(shown[20, 20, :3]) == low
    assert tuple(shown[20, left + 20, :3]) == low
    assert tuple(shown[side - 20, left + 20, :3]) == high
    assert tuple(shown[20, left + side - 20, :3]) == (255, 255, 255)  # no ink, no product


@pytest.mark.parametrize("units", [8, 10, 32])
def test_all_units_of_a_sheet_are_there(units: int) -> None:
    shown = pixels(weights.sheet(np.ones((units, 28, 28)), 1.0, chosen=0, least=units))
    high = np.array(ImageColor.getrgb(theme.WEIGHTS[2]))
    scale = 5 if units == 10 else weights.SCALE
    assert (shown[..., :3] == high).all(axis=2).sum() == units * (28 * scale) ** 2


def test_losses_are_drawn_within_their_axis() -> None:
    curve = np.array([1e10, 1e-9]), np.array([0.1, 0.1])
    rows = trouble.datasets({("right", "test"): curve}, chance="")["curves"]
    assert rows["loss"].tolist() == [trouble.FAR_LOSSES[1], trouble.FAR_LOSSES[0]]
