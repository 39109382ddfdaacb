"""Every template of the sections on layers is a valid chart whose encodings find their columns."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from lib import folding
from lib.charts import theme
from lib.charts.geometry import collapse, fold, kinks, pieces
from tests.charts.test_descent import fields, units

LAYERS = (("1", "first"), ("2", "second"))
PLANE = folding.grid(1.0, lines=3, points=5)
FOLDED = folding.random_folds(4, 2, 0)


def kink_datasets() -> dict[str, pd.DataFrame]:
    curve = (np.array([-1.0, 0.0, 1.0]), np.array([0.0, 1.0, 0.0]))
    return kinks.datasets([0.0, 0.5], [1.0, 0.5], epochs=[0, 10], curves=[curve, curve], losses=[1.0, 0.1])


CHARTS: dict[str, tuple[Callable[[], Any], Callable[[], dict[str, Any]]]] = {
    "collapse": (
        lambda: collapse.chart(
            x_title="x", y_title="y", step_title="layer", names=(("stack", "s"), ("single", "o")), last=2
        ),
        lambda: collapse.datasets(PLANE, [None, PLANE], PLANE, ["", "a", "b"]),
    ),
    "above": (
        lambda: fold.above(x_title="x", y_title="y"),
        lambda: fold.above_datasets(np.array([1.0, 0.5]), 0.2, "relu"),
    ),
    "side": (fold.side, lambda: fold.side_datasets(np.array([1.0, 0.5]), 0.2, "tanh")),
    "kinks": (
        lambda: kinks.chart(
            x_title="x",
            y_title="y",
            step_title="epoch",
            loss_title="loss",
            names=(("kink", "k"),),
            loss_domain=(0.01, 1.0),
            last=10,
        ),
        kink_datasets,
    ),
    "pieces": (
        lambda: pieces.chart(x_title="x", y_title="y", names=LAYERS, half=2.0),
        lambda: pieces.datasets(FOLDED, chosen=0, said=[str(i) for i in range(len(FOLDED.pieces))]),
    ),
    "output": (
        lambda: pieces.output_chart(x_title="x", y_title="y", names=LAYERS, half=2.0),
        lambda: pieces.output_datasets(FOLDED, np.linspace(-1, 1, 16).reshape(4, 4), 2.0),
    ),
}


@pytest.mark.parametrize("name", CHARTS)
def test_encodings_find_their_columns_which_are_finite(name: str) -> None:
    template, rows = CHARTS[name]
    spec, datasets = template().to_dict(), {key: pd.DataFrame(data) for key, data in rows().items()}
    assert spec == template().to_dict()
    assert not spec.get("datasets")
    made = {"mx", "my", "loss"}
    used = set()
    for data, mark in units(spec):
        assert fields(mark) <= set(datasets[data].columns) | made, (name, data)
        used.add(data)
    assert used == set(datasets)
    for table in datasets.values():
        assert np.isfinite(table.select_dtypes("number").to_numpy()).all()


def test_a_layer_that_is_no_plane_leaves_its_step_empty() -> None:
    rows = collapse.datasets(PLANE, [None, 2 * PLANE], PLANE, ["", "", ""])
    assert set(rows["stack"]["step"]) == {0, 2}
    assert set(np.asarray(rows["stack"]["until"])[np.asarray(rows["stack"]["step"]) == 0]) == {1}
    assert set(rows["single"]["step"]) == {2}


@pytest.mark.parametrize(("bias", "rise"), [(0.2, 0.35), (9.0, 0.15)])
def test_the_post_is_as_high_as_an_output_of_one(bias: float, rise: float) -> None:
    rows = fold.side_datasets(np.array([0.0, 0.0]), bias, "linear", names=("a", "b", "one"))
    low, high = rows["post"]["y"]
    lifted = rows["surface"]["y"] - fold.side_datasets(np.array([0.0, 0.0]), 0.0, "linear")["surface"]["y"]
    assert high - low == pytest.approx(rise, abs=1e-6)
    assert lifted == pytest.approx(bias * rise, abs=1e-5)
    assert rows["names"]["text"] == ["a", "b", "one"]


def test_only_relu_has_a_side_that_is_hatched() -> None:
    kernel = np.array([0.9, 0.0])
    assert len(fold.above_datasets(kernel, 0.0, "relu")["hatch"]["x"])
    assert not len(fold.above_datasets(kernel, 0.0, "tanh")["hatch"]["x"])
    assert fold.above_datasets(kernel, 0.0, "relu")["levels"]["text"] == ["1"]


def test_hatching_stays_on_the_side_of_zero() -> None:
    rows = fold.above_datasets(np.array([1.0, 0.0]), 0.5, "relu")["hatch"]
    assert max(rows["x"].max(), rows["x2"].max()) <= -0.5 + 1e-9


def test_a_unit_that_is_on_everywhere_has_no_line_of_zero() -> None:
    rows = fold.above_datasets(np.array([0.1, 0.0]), 2.0, "relu")
    assert not len(rows["zero"]["x"])
    assert not len(rows["hatch"]["x"])


def test_arrows_point_uphill() -> None:
    piece = folding.Piece(folding.square(1.0), (True,), np.array([1.0, 0.0]), 0.0)
    rows = pieces.datasets(folding.Folded((piece,), ()), chosen=0, said=["y = x"])
    assert rows["arrows"]["angle"].tolist() == [90.0]  # clockwise from upwards
    assert rows["arrows"]["size"][0] > 0


def test_flat_pieces_are_grey_and_opposite_ways_differ() -> None:
    assert pieces.color(np.zeros(2)) == theme.INPUT
    colors = {pieces.color(np.array(way)) for way in ((1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0))}
    assert len(colors) == 4


def test_kinks_are_the_corners_between_the_ends() -> None:
    rows = kink_datasets()
    assert rows["kinks"]["x"].tolist() == [0.0, 0.0]
    assert rows["curve"]["until"].tolist() == [10] * 3 + [theme.FOREVER] * 3
