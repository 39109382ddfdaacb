"""Recipes refuse what cannot be trained, and say what came, what was expected, and how to mend it."""

from dataclasses import replace

import numpy as np
import pytest

from lib.datasets import load, request
from lib.layers import Dense
from lib.training.recipe import Recipe, by_layer, check_fits, check_same_structure, layer_shapes

CIRCLE = request("circle")
RECIPE = Recipe(CIRCLE, (Dense(4, "tanh"), Dense(1, "tanh")))
NORMED = {"layers": (Dense(4, "tanh", batch_norm=True), Dense(1, "tanh"))}


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("loss", "hinge", "loss is 'hinge'; expected one of mse, .*; choose one of these"),
        ("optimizer", "lion", "optimizer is 'lion'; expected one of sgd, .*; choose one of these"),
        ("schedule", "step", "schedule is 'step'; expected one of constant, .*; choose one of these"),
        ("initializer", "ones", "initializer is 'ones'; expected one of glorot_uniform, .*; choose"),
        ("snapshot_unit", "day", "snapshot_unit is 'day'; expected one of epoch, update; choose"),
        ("learning_rate", -0.1, "learning_rate is -0.1; expected 0 to 1e.06; choose a number in that range"),
        ("learning_rate", float("nan"), "learning_rate is nan; expected"),
        ("momentum", 1.5, "momentum is 1.5; expected 0 to 1; choose"),
        ("l1", float("inf"), "l1 is inf; expected 0 to 1000; choose"),
        ("l2", "0.1", "l2 is '0.1'; expected 0 to 1000; choose"),
        ("batch_size", 0, "batch_size is 0; expected 1 to 10000000; choose a whole number"),
        ("epochs", 2.5, "epochs is 2.5; expected 0 to 100000; choose a whole number in that range"),
        ("epochs", None, "epochs is None; expected"),
        ("patience", 0, "patience is 0; expected 1 to"),
        ("seed", -1, "seed is -1; expected 0 to 1048576"),
        ("snapshots", 1001, "snapshots is 1001; expected 1 to 1000"),
        ("grid", 201, "grid is 201; expected 0 to 200"),
        ("start", (0.0, float("nan")), "start holds a number that is not finite; expected finite weights; begin"),
        ("layers", (), "a recipe has 0 layers; expected at least one; add Dense"),
        ("layers", (Dense(0),), "units is 0; expected 1 to 4096; choose"),
        ("layers", (Dense(1, "step"),), "activation is 'step'; expected one of linear, .*; choose"),
        ("layers", (Dense(1, dropout=1.0),), "dropout is 1.0; expected 0 to 0.95; choose"),
        (
            "layers",
            (Dense(1, "tanh", batch_norm=True),),
            "the last layer has batch_norm; expected none, since .*; leave",
        ),
        ("layers", (Dense(2, "softmax"), Dense(1)), "softmax stands in a hidden layer; expected it in the last"),
        ("layers", (Dense(2, "softmax"),), "softmax meets the loss mse; expected categorical_crossentropy; change"),
        ("loss", "binary_crossentropy", "binary_crossentropy meets the output tanh; expected sigmoid; change one"),
    ],
)
def test_a_field_out_of_range_is_refused(field: str, value: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(RECIPE, **{field: value})  # type: ignore[arg-type]


def test_maps_beyond_the_memory_are_refused() -> None:
    with pytest.raises(ValueError, match="1000 snapshots of a 100 by 100 grid are 10,000,000 points; expected at most"):
        replace(RECIPE, snapshots=1000, grid=100)


def test_whole_numbers_of_numpy_are_whole_numbers() -> None:
    assert replace(RECIPE, epochs=np.int64(3), learning_rate=np.float32(0.5)).epochs == 3  # type: ignore[arg-type]


def test_recipes_that_differ_in_numbers_sweep() -> None:
    check_same_structure(
        (
            RECIPE,
            *RECIPE.varied(learning_rate=(0.1, 0.2), l1=(0.1, 0.0), momentum=(0.0, 0.5), seed=(1, 2)),
            replace(RECIPE, start=(0.0,) * 17),
            replace(RECIPE, layers=(Dense(4, "tanh", dropout=0.3), Dense(1, "tanh"))),
        )
    )


@pytest.mark.parametrize(
    "other",
    [
        {"layers": (Dense(1, "tanh"),)},
        {"epochs": 7},
        {"batch_size": 9},
        {"optimizer": "adam"},
        {"schedule": "cosine"},
        {"grid": 3},
        NORMED,
    ],
)
def test_recipes_that_differ_in_more_do_not_sweep(other: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="a sweep of 2 recipes differs in more than its numbers; expected the same"):
        check_same_structure((RECIPE, replace(RECIPE, **other)))  # type: ignore[arg-type]


def test_weights_are_grouped_by_layer() -> None:
    layers = (Dense(4, batch_norm=True), Dense(1))
    shapes = layer_shapes(layers, inputs=2)
    assert shapes == [(2, 4), (4,), (4,), (4,), (4,), (4,), (4, 1), (1,)]
    first, last = by_layer(layers, [f"{i} {shape}" for i, shape in enumerate(shapes)])
    assert first == ("0 (2, 4)", "1 (4,)", "2 (4,)", "3 (4,)", "4 (4,)", "5 (4,)")
    assert (first.gamma, first.beta, first.mean, first.variance) == first[2:]
    assert last == ("6 (4, 1)", "7 (1,)", None, None, None, None)


def test_a_network_for_other_data_is_refused() -> None:
    with pytest.raises(ValueError, match="the last layer has 2 units; expected 1 for this data; change its units"):
        check_fits(replace(RECIPE, layers=(Dense(2, "tanh"),)), load(CIRCLE))


def test_a_network_too_large_is_refused() -> None:
    large = replace(RECIPE, layers=(Dense(4096, "tanh"), Dense(1000, "tanh"), Dense(1, "tanh")))
    with pytest.raises(ValueError, match="the network has 4,110,289 weights; expected at most 4,000,000; make it"):
        check_fits(large, load(CIRCLE))
