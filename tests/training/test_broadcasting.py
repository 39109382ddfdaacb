"""The layer by hand against Keras: the same numbers for every sample, at every stage of training."""

import time

import numpy as np
import pytest

from lib import products
from lib.datasets import load
from lib.training import broadcasting as trainings
from lib.training.recipe import Run
from lib.training.trainer import Trainer, wait

pytest.importorskip("keras")


@pytest.fixture(scope="module")
def runs() -> dict[tuple[str, int], Run]:
    trainer = Trainer()
    asked = [(data, epochs) for data in trainings.TABLES for epochs in (0, 50)]
    try:
        return {
            (data, epochs): wait(trainer.train((trainings.classifier(data=data, epochs=epochs),)))[0]
            for data, epochs in asked
        }
    finally:
        trainer.stop()


def by_hand(run: Run, x: np.ndarray) -> list[np.ndarray]:
    kernel, bias, kernel2, bias2 = run.weights_at(-1)
    hidden = products.dense(x, kernel, bias).output
    return [hidden, products.dense(hidden, kernel2, bias2, products.softmax).output]


@pytest.mark.parametrize("data", trainings.TABLES)
@pytest.mark.parametrize("epochs", [0, 50])
def test_numpy_and_keras_differ_by_less_than_1e_5(runs: dict[tuple[str, int], Run], data: str, epochs: int) -> None:
    run = runs[data, epochs]
    for x in load(run.recipe.data).x_val:
        for moved in (x, x + 3, -x):
            keras = trainings.keras_outputs(run.recipe.layers, run.weights[-1].tobytes(), tuple(moved.tolist()))
            for ours, theirs in zip(by_hand(run, moved), keras, strict=True):
                np.testing.assert_allclose(ours, theirs, atol=1e-5)


@pytest.mark.parametrize("data", trainings.TABLES)
def test_trained_networks_tell_the_classes_apart(runs: dict[tuple[str, int], Run], data: str) -> None:
    accuracy = runs[data, 50].val_accuracy
    assert accuracy is not None
    assert accuracy[-1] > 0.85


def test_another_sample_needs_no_new_model(runs: dict[tuple[str, int], Run]) -> None:
    run = runs["iris", 50]
    weights = run.weights[-1].tobytes()
    trainings.keras_outputs(run.recipe.layers, weights, (0.0,) * 4)
    begun = time.perf_counter()
    for shift in range(20):
        trainings.keras_outputs(run.recipe.layers, weights, (float(shift),) * 4)
    assert (time.perf_counter() - begun) / 20 < 0.05


def test_weights_of_another_network_are_refused() -> None:
    layers = trainings.classifier().layers
    with pytest.raises(ValueError, match="there are 2 weights; expected 51 for these layers"):
        trainings.keras_outputs(layers, np.zeros(2, np.float32).tobytes(), (0.0,) * 4)
