"""Every template of fitting and of penalties is a valid chart whose encodings find their columns in the rows."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from lib import fitting
from lib.charts.overfitting import capacity, curve, decay, penalty
from lib.datasets import wave_height

NAMES = {"underfit": "u", "right": "r", "overfit": "o"}
PARTS = (("training", "t"), ("test", "s"))
FITS = (("fit", "f"), ("truth", "t"))
RNG = np.random.default_rng(0)


def curve_datasets(size: int = 3) -> dict[str, Any]:
    fitted = fitting.fits(16, 0.3, 0)
    return curve.datasets(
        x=fitting.GRID,
        curve=fitted.curves[:, size],
        truth=wave_height(fitting.GRID),
        points=tuple(fitted.points.T),
        test=tuple(fitted.others.T),
        sizes=range(16),
        training=fitted.training,
        tested=fitted.test,
        verdicts=fitting.verdicts(fitted.test),
        names=NAMES,
        now=size,
    )


def many_datasets() -> dict[str, Any]:
    fitted = fitting.many(16, 0.3, 0)
    shares = {"bias": fitted.bias, "variance": fitted.variance, "noise": np.full(16, 0.09)}
    shares |= {"expected": fitted.expected, "measured": fitted.measured}
    return curve.many_datasets(
        x=fitting.GRID, curves=fitted.curves[..., 15], truth=wave_height(fitting.GRID), shares=shares, now=15
    )


def capacity_datasets() -> dict[str, Any]:
    losses = {name: (np.linspace(0.7, 0, 9), np.linspace(0.7, 0.2, 9)) for name in capacity.NETWORKS}
    return capacity.datasets(losses, dict.fromkeys(losses, (4, 0.3)), baseline=(0.66, "baseline"))


def decay_datasets() -> dict[str, Any]:
    weights = {name: RNG.normal(size=(3, 50)) for name in decay.PENALTIES}
    return decay.datasets({name: np.linspace(1, 0, 10) for name in weights}, [0, 5, 10], weights)


def penalty_datasets() -> dict[str, Any]:
    bowl = fitting.bowl(("bmi", "age"))
    paths = {kind: np.array([fitting.penalised(bowl, kind, s) for s in (0, 0.5)]) for kind in fitting.PENALTIES}
    return penalty.datasets(bowl, paths, {kind: path[-1] for kind, path in paths.items()})


TITLES = {"y_title": "y", "size_title": "s", "error_title": "e", "fits": FITS}
CHARTS: dict[str, tuple[Callable[[], Any], Callable[[], dict[str, Any]]]] = {
    "curve": (lambda: curve.chart(parts=PARTS, sizes=(-0.4, 15.4), **TITLES), curve_datasets),
    "curve of powers": (lambda: curve.chart(parts=PARTS, sizes=(0.7, 90), log=True, **TITLES), curve_datasets),
    "many": (
        lambda: curve.many_chart(shares=tuple((name, name) for name in curve.SHARES), sizes=(-0.4, 15.4), **TITLES),
        many_datasets,
    ),
    "capacity": (
        lambda: capacity.chart(
            epoch_title="e",
            loss_title="l",
            names=tuple((name, name) for name in capacity.NETWORKS),
            parts=(("training", "t"), ("validation", "v")),
            last=100,
        ),
        capacity_datasets,
    ),
    "decay": (
        lambda: decay.chart(
            epoch_title="e",
            loss_title="l",
            weight_title="w",
            names=tuple((name, name) for name in decay.PENALTIES),
            last=10,
        ),
        decay_datasets,
    ),
    "losses": (
        lambda: decay.loss_chart(
            epoch_title="e", loss_title="l", names=tuple((name, name) for name in decay.LINES), last=10
        ),
        lambda: decay.loss_datasets([1.0, 0.5], [0.2, 0.1], [1.0, 0.0]),
    ),
    "penalty": (
        lambda: penalty.chart(x_title="x", y_title="y", names=(("l1", "L1"), ("l2", "L2"))),
        penalty_datasets,
    ),
}


@pytest.mark.parametrize("name", CHARTS)
def test_a_template_is_valid_and_names_the_rows_that_are_sent(name: str) -> None:
    template, rows = CHARTS[name]
    spec = template().to_dict()  # validates
    text = json.dumps(spec)
    for dataset, columns in rows().items():
        assert f'"name": "{dataset}"' in text
        lengths = {len(np.asarray(column)) for column in dict(columns).values()}
        assert len(lengths) == 1
        for column in dict(columns).values():
            values = np.asarray(column)
            assert values.dtype.kind in "US" or values.dtype == object or np.isfinite(values.astype(float)).all()


def test_zones_meet_without_gap_and_cover_every_size() -> None:
    zones = curve.zone_columns([1, 2, 8, 64], ["underfit", "right", "right", "overfit"], NAMES, log=True)
    assert zones["low"][1:].tolist() == pytest.approx(zones["high"][:-1].tolist())
    assert zones["high"].tolist() == pytest.approx([2**0.5, 512**0.5, 64 * 8**0.5])
    assert zones["low"][0] < 1


def test_heights_and_errors_beyond_the_window_are_drawn_at_its_edge() -> None:
    rows = curve_datasets(size=15)
    assert np.abs(rows["curves"]["y"]).max() <= curve.FAR
    assert rows["errors"]["error"].min() == curve.ERRORS[0]
    assert rows["errors"]["error"].max() == curve.ERRORS[1]


def test_bars_count_every_weight() -> None:
    weights = RNG.normal(size=(4, 200)) * 3
    counts = decay.bin_counts(weights)
    assert counts.sum(axis=1).tolist() == [200] * 4
    inside = np.histogram(weights[0], np.linspace(-decay.REACH, decay.REACH, decay.BINS + 1))[0]
    assert counts[0, 1:-1].tolist() == inside[1:-1].tolist()


def test_the_total_is_the_loss_and_the_penalty() -> None:
    rows = decay.loss_datasets([0.4, 0.3], [0.2, 0.1], [0.5, 0.5])["sums"]
    assert rows["loss"][rows["line"] == "total"] == pytest.approx([0.6, 0.4])


def test_the_levels_go_through_the_weights_that_were_found() -> None:
    rows = penalty_datasets()
    for kind in fitting.PENALTIES:
        now, line = (rows[name]["kind"] == kind for name in ("now", "levels"))
        value = fitting.penalty(kind, rows["now"]["x"][now], rows["now"]["y"][now])
        levels = fitting.penalty(kind, rows["levels"]["x"][line], rows["levels"]["y"][line])
        assert levels == pytest.approx(np.full(len(levels), value[0]))
