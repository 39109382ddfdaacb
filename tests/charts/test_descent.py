"""Every template is a valid chart whose encodings find their columns in the rows made for it."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest

from lib import descent
from lib.backpropagation import neuron, steps
from lib.charts import contours, plane
from lib.charts.descent import backpropagation, coefficient, curve, race, slope, sweep, unit
from lib.descent import CURVES, SURFACES

WINDOW = {"x_domain": (-3.0, 3.0), "y_domain": (0.0, 5.0)}
NAMES = (("sgd", "SGD"), ("adam", "Adam"))
ZONE_NAMES = tuple((zone, zone) for zone in sweep.ZONES)
W, B = (-1.0, 5.0), (60.0, 120.0)


def race_datasets() -> dict[str, pd.DataFrame]:
    walk = np.linspace((-5, 1.6), (0, 0), 11)
    return race.datasets("ravine", {"sgd": walk, "adam": walk[:4]}, {"sgd": range(11), "adam": range(4)})


def unit_datasets() -> dict[str, pd.DataFrame]:
    numbers = np.linspace(0, 1, 1001)
    return unit.datasets([0, 5, 10], [90, 102, 116], w=numbers, b=numbers, loss=numbers, w_domain=W, b_domain=B)


def sweep_datasets() -> dict[str, pd.DataFrame]:
    losses = [0.6, 0.1, np.inf]
    zones = descent.zones(losses, initial_loss=0.7)
    return {"runs": sweep.sweep_rows([0.01, 0.1, 1.0], losses, zones, picked=1, ceiling=1.0)}


def graph_datasets() -> dict[str, pd.DataFrame]:
    nodes = neuron(x1=2, x2=-1, w1=0.5, w2=-1, b=-1.5, target=1)
    return backpropagation.datasets(nodes, steps(nodes))


CHARTS: dict[str, tuple[Callable[[], Any], Callable[[], dict[str, pd.DataFrame]]]] = {
    "slope": (
        lambda: slope.chart(x_title="x", y_title="f(x)", names=(("secant", "s"), ("tangent", "t")), **WINDOW),
        lambda: slope.datasets(CURVES["two_minima"], -0.7, 0.5),
    ),
    "coefficient": (
        lambda: coefficient.chart(w_title="w", loss_title="loss"),
        lambda: coefficient.datasets(descent.trial(0.3, 0.05)),
    ),
    "curve": (
        lambda: curve.chart(x_title="w", y_title="loss", step_title="step", last=20, **WINDOW),
        lambda: curve.datasets(
            CURVES["parabola"], descent.descend(CURVES["parabola"], start=-2.5, learning_rate=0.1, steps=20)
        ),
    ),
    "race": (
        lambda: race.chart(
            x_title="x",
            y_title="y",
            step_title="step",
            loss_title="loss",
            names=NAMES,
            loss_domain=(0, 5),
            last=10,
            **WINDOW,
        ),
        race_datasets,
    ),
    "unit": (
        lambda: unit.chart(
            x_title="x",
            y_title="y",
            w_title="w",
            b_title="b",
            step_title="update",
            loss_title="loss",
            w_domain=W,
            b_domain=B,
            loss_domain=(0.1, 10),
            last=1000,
            **WINDOW,
        ),
        unit_datasets,
    ),
    "sweep": (
        lambda: sweep.chart(
            rate_title="rate", loss_title="loss", names=ZONE_NAMES, rate_domain=(1e-3, 1), loss_domain=(0, 1)
        ),
        sweep_datasets,
    ),
    "run": (
        lambda: plane.loss_chart(
            step_title="epoch", loss_title="loss", parts=(("training", "t"),), last=3, loss_domain=(1, 10)
        ),
        lambda: {"losses": plane.loss_rows([3, 2, 1], [3, 2.5, 2]), "said": plane.said_rows([0, 1], ["a", "b"])},
    ),
    "backpropagation": (lambda: backpropagation.chart(step_title="step", last=15), graph_datasets),
}


def units(spec: dict[str, Any], inherited: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every single mark of a spec, with the name of its data."""
    name = spec.get("data", {}).get("name", inherited)
    parts = [*spec.get("layer", []), *spec.get("vconcat", [])]
    if not parts:
        yield name, spec
    for part in parts:
        yield from units(part, name)


def fields(unit: dict[str, Any]) -> set[str]:
    """The columns that a mark reads, without those that its own transforms make."""
    made = {transform["as"] for transform in unit.get("transform", []) if "as" in transform}
    return {c["field"] for c in unit["encoding"].values() if isinstance(c, dict) and "field" in c} - made


@pytest.mark.parametrize("name", CHARTS)
def test_encodings_find_their_columns(name: str) -> None:
    template, rows = CHARTS[name]
    spec, datasets = template().to_dict(), rows()
    used = set()
    for data, mark in units(spec):
        assert fields(mark) <= set(datasets[data].columns), (name, data)
        used.add(data)
    assert used == set(datasets)


@pytest.mark.parametrize("name", CHARTS)
def test_rows_hold_no_nan_and_no_infinity(name: str) -> None:
    for rows in CHARTS[name][1]().values():
        numbers = rows.select_dtypes("number").to_numpy()
        assert np.isfinite(numbers).all()
        assert not rows.isna().any().any()


@pytest.mark.parametrize("name", CHARTS)
def test_templates_are_the_same_each_time_and_carry_no_rows(name: str) -> None:
    template, _ = CHARTS[name]
    spec = template().to_dict()
    assert spec == template().to_dict()
    assert not spec.get("datasets")


@pytest.mark.parametrize("name", ["curve", "race", "unit", "backpropagation"])
def test_a_range_input_named_step_rewinds(name: str) -> None:
    spec = CHARTS[name][0]().to_dict()
    (step,) = (param for param in spec["params"] if param["name"] == "step")
    assert step["bind"]["input"] == "range"
    assert step["bind"]["min"] == 0


@pytest.mark.parametrize("name", ["curve", "race", "unit"])
def test_stacked_panels_fit_the_width(name: str) -> None:
    assert CHARTS[name][0]().to_dict()["autosize"] == {"type": "fit-x", "contains": "padding"}


def test_the_sweep_has_a_point_selection_named_pick() -> None:
    params = CHARTS["sweep"][0]().to_dict()["params"]
    assert [(p["name"], p["select"]["type"], p["select"]["fields"]) for p in params] == [
        ("pick", "point", ["run", "turn"])
    ]


def test_slope_rows_worked_by_hand() -> None:
    rows = slope.datasets(descent.parabola(2.0), 1.0, 0.5)
    assert rows["points"].to_dict("list") == {
        "role": ["x", "x + ε"],
        "said": ["x", "x + ε"],
        "x": [1.0, 1.5],
        "y": [1.0, 2.25],
        "side": ["above"] * 2,
    }
    assert rows["gap"].to_dict("list") == {"x": [1.5], "y": [2.25], "y2": [2.0], "label": ["0.25"], "side": ["below"]}
    secant = rows["lines"].query("kind == 'secant'")
    assert np.polyfit(secant["x"], secant["y"], 1) == pytest.approx([2.5, -1.5])


def test_letters_give_way_where_the_points_all_but_meet() -> None:
    rows = slope.datasets(descent.parabola(2.0), 1.0, 0.01)
    assert rows["points"]["said"].tolist() == ["x", ""]
    assert rows["gap"]["label"].tolist() == [""]


def test_the_arrow_points_to_the_better_trial() -> None:
    rows = coefficient.datasets(descent.trial(0.3, 0.05))
    assert rows["trials"]["verdict"].tolist() == ["better", "here", "worse"]
    assert rows["trials"]["label"].tolist() == ["0.25 → 0.4", "0.3 → 0.5", "0.35 → 0.6"]
    assert rows["arrow"].round(12).to_dict("list") == {"w": [0.3], "loss": [0.5], "w2": [0.25], "loss2": [0.4]}


def test_path_rows_say_until_when_they_hold() -> None:
    path = descent.descend(descent.parabola(), start=1.0, learning_rate=0.5, steps=2)
    rows = curve.path_rows(path)
    assert rows["x"].tolist() == [1.0, 0.5, 0.25]
    assert rows["until"].tolist() == [1, 2, 1_000_000_000]


def test_long_paths_are_thinned_and_keep_their_numbers() -> None:
    rows = unit.path_rows(np.arange(1001), np.zeros(1001), np.zeros(1001), most=101)
    assert len(rows) == 101
    assert (rows["w"] == rows["step"]).all()
    assert rows["until"].iloc[0] == rows["step"].iloc[1] == 10


def test_race_rows_of_a_run_that_ended_early_stay_at_their_end() -> None:
    rows = race_datasets()["paths"].query("optimizer == 'adam'")
    assert rows["step"].tolist() == [0, 1, 2, 3]
    assert rows["until"].iloc[-1] > 10


def test_losses_that_are_no_numbers_stand_at_the_ceiling() -> None:
    rows = sweep_datasets()["runs"]
    assert rows["loss"].tolist() == [0.6, 0.1, 1.0]
    assert rows["zone"].tolist() == ["too_slow", "good", "divergent"]
    assert rows["picked"].tolist() == [False, True, False]


def test_the_graph_reveals_values_forward_and_gradients_back() -> None:
    nodes = graph_datasets()["nodes"].set_index("name")
    assert nodes.loc["w1", ["forward", "backward", "gradient"]].tolist() == [0, 15, "−1.692"]
    assert nodes.loc["loss", ["forward", "backward"]].tolist() == [6, 7]
    assert nodes.loc["x1", "backward"] == -1


@pytest.mark.parametrize("surface_id", SURFACES)
def test_pictures_of_surfaces_are_small(surface_id: str) -> None:
    (url,) = race.surface_rows(surface_id)["url"]
    assert len(url) < 100_000


def test_the_unit_surface_is_lowest_at_least_squares() -> None:
    (row,) = unit.surface_rows([0, 1, 2], [1, 3, 5], (0, 4), (-1, 3), width=80).to_dict("records")
    assert {key: row[key] for key in ("x", "x2", "y", "y2")} == {"x": 0, "x2": 4, "y": -1, "y2": 3}
    w, b = np.linspace(0, 4, 81), np.linspace(-1, 3, 81)
    alpha = np.asarray(contours.picture(descent.unit_loss([0, 1, 2], [1, 3, 5], w[None, :], b[:, None])))[..., 1]
    assert alpha[40, 40] == 0  # w = 2, b = 1
