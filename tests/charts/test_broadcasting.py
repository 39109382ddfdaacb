"""The pictures of the broadcasting lesson: every entry in its place, what matters marked, copies dashed."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest

from lib import products
from lib.charts import cells
from lib.charts.broadcasting import arrays, axes, bars, layer, product

X, Y = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), np.array([[1.0, 0.0], [2.0, 1.0]])
NAMES = ("x", "y", "dot(x, y)")


def frames(datasets: dict[str, cells.Columns]) -> dict[str, pd.DataFrame]:
    return {name: pd.DataFrame(columns) for name, columns in datasets.items()}


def product_rows(**chosen: int) -> dict[str, pd.DataFrame]:
    return frames(product.datasets(X, Y, **{"row": 1, "column": 0, "step": 2} | chosen, names=NAMES))


def layer_rows() -> dict[str, pd.DataFrame]:
    x, kernel, bias = np.array([1.0, -1.0]), np.array([[2.0, 1.0, 0.0], [1.0, 3.0, 12.5]]), np.array([0.5, 0.5, 0.0])
    names = ("x[0]", "x[1]", "dot", "+ b", "=", "relu")
    made = products.dense(x, kernel, bias)
    return frames(layer.datasets(x, kernel, bias, made, names=names, captions=("x", "W"), moved=1))


def axes_rows() -> dict[str, pd.DataFrame]:
    x, y = (2, 3, 4, 5), (3, 5, 6)
    found = {name: rule(x, y) for name, rule in products.RULES.items()}
    return frames(axes.datasets(x, y, found, ("x", "y", "dot", "matmul"), refused="no"))


CHARTS: dict[str, Any] = {
    "array": (lambda: cells.chart(**arrays.field((4, 3))), lambda: frames(arrays.operand(1, (3,), (4, 3)))),
    "product": (lambda: product.chart(), product_rows),
    "axes": (lambda: cells.chart(**axes.field(4, 5)), axes_rows),
    "layer": (lambda: cells.chart(**layer.field(2, 3)), layer_rows),
    "bars": (
        lambda: bars.chart(title="time", domain=(1e-3, 10), names=("a", "b")),
        lambda: frames({"bars": bars.bar_rows(["a", "b"], [0.1, 2.0], ["0.1 s", "2 s"])}),
    ),
}


def units(spec: dict[str, Any], inherited: str = "", shared: Any = None) -> Iterator[tuple[str, dict[str, Any]]]:
    """The marks of a specification, with the names of their data and the encodings that layers share."""
    name, encoding = spec.get("data", {}).get("name", inherited), (shared or {}) | spec.get("encoding", {})
    if "layer" not in spec:
        yield name, spec | {"encoding": encoding}
    for part in spec.get("layer", []):
        yield from units(part, name, encoding)


@pytest.mark.parametrize("name", CHARTS)
def test_encodings_find_their_columns_and_rows_their_place(name: str) -> None:
    template, rows = CHARTS[name]
    spec, datasets = template().to_dict(), rows()
    used = set()
    for data, mark in units(spec):
        made = {transform.get("as") for transform in mark.get("transform", [])}
        fields = {c["field"] for c in mark["encoding"].values() if isinstance(c, dict) and "field" in c} - made
        assert fields <= set(datasets[data].columns), (name, data)
        used.add(data)
    assert used == set(datasets)
    assert not spec.get("datasets")
    for table in datasets.values():
        assert np.isfinite(table.select_dtypes("number").to_numpy()).all()


@pytest.mark.parametrize("name", ["array", "product", "axes", "layer"])
def test_nothing_stands_outside_of_the_field(name: str) -> None:
    template, rows = CHARTS[name]
    spec = template().to_dict()
    (x_domain, y_domain) = (
        next(m["encoding"][axis]["scale"]["domain"] for _, m in units(spec) if "x2" in m["encoding"]) for axis in "xy"
    )
    drawn = rows()["cells"]
    assert drawn["x"].min() >= x_domain[0] - 1e-9
    assert drawn["x2"].max() <= x_domain[1] + 1e-9
    assert drawn["y"].min() >= y_domain[0] - 1e-9
    assert drawn["y2"].max() <= y_domain[1] + 1e-9


# --- Arrays -----------------------------------------------------------------------------------------------------------


def test_an_operand_is_solid_once_and_dashed_where_it_is_repeated() -> None:
    drawn = arrays.operand(1, (3,), (2, 3))["cells"]
    assert drawn["text"].tolist() == ["10", "20", "30"] * 2
    assert drawn["kind"].tolist() == ["second"] * 3 + ["second ghost"] * 3


def test_a_sum_worked_by_hand() -> None:
    assert arrays.total((2, 1), (2,))["cells"]["text"].tolist() == ["10", "20", "11", "21"]


def test_sheets_stand_below_each_other() -> None:
    drawn = arrays.total((2, 1, 1), (1, 1))["cells"]
    assert drawn["y"].tolist() == [0, 1.5]


@pytest.mark.parametrize(
    ("shape", "fits"),
    [((), True), ((6, 6), True), ((7, 1), False), ((3, 6, 6), True), ((4, 1, 1), False), ((0,), False)],
)
def test_small_arrays_are_drawn_and_large_or_empty_ones_not(shape: tuple[int, ...], fits: bool) -> None:
    assert arrays.fits(shape) == fits


def test_the_loop_shows_what_it_has_computed() -> None:
    drawn = arrays.visited(np.array([[1, -2], [3, 4]]), 2, hide=True)["cells"]
    assert drawn["text"].tolist() == ["1", "−2", "", ""]
    assert drawn["kind"].tolist() == ["plain", "chosen", "ghost", "ghost"]


# --- Products ---------------------------------------------------------------------------------------------------------


def test_row_column_and_entry_are_marked() -> None:
    drawn = product_rows()["cells"]
    x, y, outputs = drawn.iloc[:6], drawn.iloc[6:10], drawn.iloc[10:]
    assert x["kind"].tolist() == ["plain", "plain", "first", "chosen", "plain", "plain"]
    assert y["kind"].tolist() == ["second", "plain", "chosen", "plain"]
    assert outputs["kind"].tolist() == ["ghost", "ghost", "chosen", "ghost", "ghost", "ghost"]
    assert outputs["text"].tolist() == ["5", "2", "11", "4", "17", "6"]


def test_the_chosen_entry_is_the_sum_so_far() -> None:
    outputs = product_rows(step=1)["cells"].iloc[10:]
    assert outputs["text"].tolist()[2] == "3"


def test_targets_lie_on_the_outputs_and_know_their_place() -> None:
    rows = product_rows()
    targets, outputs = rows["targets"], rows["cells"].iloc[10:]
    assert targets[["x", "x2", "y", "y2"]].to_numpy().tolist() == outputs[["x", "x2", "y", "y2"]].to_numpy().tolist()
    assert targets["row"].tolist() == [0, 0, 1, 1, 2, 2]
    assert targets["column"].tolist() == [0, 1] * 3


def test_sizes_that_do_not_fit_give_question_marks() -> None:
    rows = product.datasets(X, np.ones((3, 2)), row=0, column=0, step=1, names=NAMES)
    assert rows["cells"]["text"].tolist()[-6:] == ["?"] * 6


def test_the_pick_of_a_product_gives_row_and_column() -> None:
    (pick,) = product.chart().to_dict()["params"]
    assert (pick["name"], pick["select"]["fields"]) == ("pick", ["row", "column", "turn"])


# --- Axes and layers --------------------------------------------------------------------------------------------------


def test_axes_have_the_colour_of_their_operand() -> None:
    drawn = axes_rows()["cells"]
    assert drawn["text"].tolist() == ["2", "3", "4", "5", "3", "5", "6", "2", "3", "4", "3", "6", "2", "3", "4", "6"]
    assert drawn["kind"].tolist()[:7] == ["first"] * 3 + ["chosen", "second", "chosen", "second"]
    assert drawn["kind"].tolist()[12:] == ["first", "plain", "first", "second"]


def test_a_refused_product_and_a_single_number_are_dashed() -> None:
    drawn = axes.datasets((), (2,), {"dot": None}, ("x", "y", "dot"), refused="no")["cells"]
    assert drawn["kind"].tolist() == ["ghost", "second", "ghost"]
    assert drawn["text"].tolist() == ["( )", "2", "no"]


def test_a_layer_shows_each_of_its_numbers() -> None:
    drawn = layer_rows()["cells"]
    assert drawn["text"].tolist()[:2] == ["1.00", "−1.00"]
    assert drawn["text"].tolist()[-3:] == ["1.50", "0.00", "0.00"]
    assert "12.5" in drawn["text"].tolist()
    assert drawn["kind"].tolist()[:2] == ["plain", "chosen"]
