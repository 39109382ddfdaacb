"""The pictures of the sections on dropout, data, labels, judging and the leak: columns are found, rows are finite."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest

from lib import judging as idea
from lib.charts.overfitting import data, dropout, judging, labels, leak

PARTS = (("training", "t"), ("validation", "v"))
LABELS = np.array([0, 1] * 10)


def frames(datasets: dict[str, Any]) -> dict[str, pd.DataFrame]:
    return {name: pd.DataFrame(columns) for name, columns in datasets.items()}


def label_rows() -> dict[str, pd.DataFrame]:
    x, given = np.array([[0.0, 1.0], [2.0, -1.0]]), np.array([[0.0], [1.0]])
    maps = pd.DataFrame({"step": [0], "until": [9], "url": ["u"], "x": -6, "x2": 6, "y": -6, "y2": 6})
    scores = labels.score_rows([0, 5], {"right": [0.5, 1.0], "validation": [0.5, 0.9]})
    return {"maps": maps, "points": labels.point_rows(x, given, np.array([False, True])), "scores": scores}


CHARTS: dict[str, Any] = {
    "masks": (
        lambda: dropout.masks(unit_title="unit", rows=(("test", "T"), ("1", "B")), sum_title="sum", units=2),
        lambda: frames({"cells": dropout.mask_rows({"test": [1.0, 3.0], "1": [0.0, 6.0]})}),
    ),
    "rates": (
        lambda: dropout.rates(rate_title="r", loss_title="l", parts=PARTS, loss_domain=(0, 1)),
        lambda: frames(dropout.rate_rows([0, 0.5], [[0.1, 0.2]], [[0.4, 0.3]], picked=1, ceiling=1.0)),
    ),
    "curves": (
        lambda: dropout.curves(
            step_title="e",
            loss_title="l",
            parts=PARTS,
            names=(("without", "w"), ("picked", "p")),
            last=2,
            loss_domain=(0, 1),
        ),
        lambda: frames({"curves": dropout.curve_rows({"without": ([0.5, 0.4], [0.6, 0.7]), "picked": ([0.5], [0.6])})}),
    ),
    "sizes": (
        lambda: data.by_size(size_title="n", score_title="a", parts=PARTS, sizes=(10, 20)),
        lambda: frames(
            {
                "scores": data.band_rows([10, 20], np.array([[1, 1], [1, 0.9]]), np.array([[0.4, 0.5], [0.5, 0.6]])),
                "picked": {"x": [10]},
            }
        ),
    ),
    "updates": (
        lambda: data.by_update(update_title="u", loss_title="l", parts=PARTS, last=10, loss_domain=(0.01, 10)),
        lambda: frames({"scores": data.band_rows([5, 10], np.ones((2, 2)), np.ones((2, 2)))}),
    ),
    "labels": (
        lambda: labels.chart(
            x_title="x",
            y_title="y",
            step_title="e",
            score_title="s",
            classes=("0", "1"),
            names=tuple((kind, kind) for kind in labels.KINDS),
            domain=(-6, 6),
            last=5,
        ),
        label_rows,
    ),
    "blocks": (
        lambda: judging.blocks(sample_title="s", names=(("train", "T"), ("judge", "J"))),
        lambda: frames(
            judging.block_rows(idea.folds(LABELS, splitter="k_fold", parts=4, repeats=1), 20, [0.8, 1, 0.6, 1])
        ),
    ),
    "luck": (
        lambda: judging.luck(score_title="s", count_title="c", names=(("mean", "m"), ("outside", "o"))),
        lambda: frames(judging.luck_rows([0.9, 1.0, 0.9], 10, [0.95, 0.97], 0.96)),
    ),
    "search": (
        lambda: leak.search(
            round_title="r",
            score_title="s",
            names=tuple((kind, kind) for kind in leak.KINDS),
            last=2,
            score_domain=(0, 1),
        ),
        lambda: frames(
            leak.search_rows(
                [0.5, 0.6],
                {"validation": [0.5, 0.6], "test": [0.5, 0.4]},
                {"validation": np.array([[0.5, 0.6]] * 3), "test": np.array([[0.5, 0.4]] * 3)},
            )
        ),
    ),
    "pairs": (
        lambda: leak.pairs(score_title="s", names=(("all", "a"), ("train", "t"))),
        lambda: frames(leak.pair_rows({"all": ([0.9, 0.9, 0.6], True), "train": ([0.5], False)})),
    ),
}


def units(spec: dict[str, Any], inherited: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every single mark of a specification, with the name of its data."""
    name = spec.get("data", {}).get("name", inherited)
    parts = [*spec.get("layer", []), *spec.get("vconcat", [])]
    if not parts:
        yield name, spec
    for part in parts:
        yield from units(part, name)


def fields(unit: dict[str, Any]) -> set[str]:
    return {c["field"] for c in unit["encoding"].values() if isinstance(c, dict) and "field" in c}


@pytest.mark.parametrize("name", CHARTS)
def test_a_template_is_valid_and_finds_its_columns(name: str) -> None:
    template, rows = CHARTS[name]
    spec, datasets = template().to_dict(), rows()
    assert spec == template().to_dict()
    assert not spec.get("datasets")
    used = set()
    for source, unit in units(spec):
        assert fields(unit) <= set(datasets[source].columns), (name, source)
        used.add(source)
    assert used == set(datasets)


@pytest.mark.parametrize("name", CHARTS)
def test_rows_hold_no_nan_and_no_infinity(name: str) -> None:
    for rows in CHARTS[name][1]().values():
        assert len(rows)
        assert np.isfinite(rows.select_dtypes("number").to_numpy(float)).all()
        assert not rows.isna().any().any()


def test_mask_rows_worked_by_hand() -> None:
    rows = frames(CHARTS["masks"][1]())["cells"].query("row == '1'")
    assert rows["state"].tolist() == ["dropped", "kept", "sum"]
    assert rows["text"].tolist() == ["0", "6", "6"]
    assert rows["strength"].tolist() == [0, 1, 0]


def test_losses_above_the_ceiling_stand_at_it() -> None:
    rows = frames(dropout.rate_rows([0, 0.9], [[0.1, 2.0]], [[0.4, np.inf]], picked=0, ceiling=0.8))
    assert rows["means"]["loss"].tolist() == [0.1, 0.8, 0.4, 0.8]
    assert rows["runs"]["loss"].tolist() == [0.4, 0.8]


def test_blocks_of_each_row_cover_the_samples_once() -> None:
    blocks = CHARTS["blocks"][1]()["blocks"]
    for _, row in blocks.assign(row=(blocks["y"] * 4).astype(int)).groupby("row"):
        assert (row["x2"] - row["x"]).sum() == pytest.approx(1)


def test_no_more_rows_are_drawn_than_can_be_read() -> None:
    folds = idea.folds(LABELS, splitter="k_fold", parts=10, repeats=10)
    rows = judging.block_rows(folds, 20, np.ones(100))
    assert len(rows["scores"]["y"]) == judging.MOST_ROWS
    assert rows["scores"]["text"][0] == "100.0 %"


def test_luck_counts_each_score() -> None:
    bars = CHARTS["luck"][1]()["bars"]
    assert bars["count"].tolist() == [2, 1]
    assert ((bars["x"] + bars["x2"]) / 2).tolist() == pytest.approx([0.9, 1.0])


def test_equal_scores_are_one_mark_that_grows() -> None:
    rows = CHARTS["pairs"][1]()
    assert rows["scores"]["share"].tolist() == pytest.approx([1 / 3, 2 / 3, 1])
    assert rows["means"]["text"].tolist() == ["80.0 %", "50.0 %"]
