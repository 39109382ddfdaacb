"""What the lesson on the first network trains: it learns, reads drawings, and breaks as the lesson says."""

import os
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from lib.datasets import FOLDER_SETTING, images
from lib.drawn_digits import prepare
from lib.handwriting import drawn
from lib.layers import DENSE, parameters
from lib.recognition import read
from lib.training import image_worker
from lib.training.first_network import (
    BATCHES,
    LEARNING_RATES,
    TROUBLES,
    USUAL,
    WIDTHS,
    ahead,
    first_network,
    latest,
    network,
    taught,
    troubled,
    true_labels,
    without_hidden,
)
from lib.training.image_worker import train_part
from lib.training.images import SOURCES, ImageRecipe, ImageRun, _at_the_start, _joined
from lib.training.recipe import OPTIMIZERS
from tests.strokes import DIGITS


@cache
def trained(recipe: ImageRecipe) -> ImageRun:
    run = _at_the_start(recipe)
    while not run.is_over:
        run = _joined(run, train_part(recipe, run.state, 3600.0))
    return run


def recognised(run: ImageRun, like: str, skip: tuple[str, ...] = ()) -> float:
    """The share of the drawings of tests/strokes.py that a network reads."""
    right = []
    for digit, ways in DIGITS.items():
        for way in ways:
            steps = prepare(drawn(way), like=like, skip=skip)
            assert steps is not None
            ink = np.round(255 * steps.digit) / 255
            right.append(read(run.recipe.layers, run.weights[-1], ink[np.newaxis])[0].argmax() == digit)
    return float(np.mean(right))


def test_the_classic_is_2345_updates_of_407050_weights() -> None:
    recipe = first_network("mnist")
    assert recipe.epochs * recipe.updates_per_epoch == 2345
    assert recipe.layers == DENSE
    assert (recipe.optimizer, recipe.learning_rate, recipe.batch_size) == ("rmsprop", 0.001, 128)
    assert parameters(recipe.layers, recipe.inputs) == 407_050


def test_every_choice_of_the_page_can_be_trained() -> None:
    assert set(LEARNING_RATES) == set(OPTIMIZERS)
    for source in SOURCES:
        assert USUAL[source][1] in BATCHES
    for optimizer in LEARNING_RATES:
        assert first_network(optimizer=optimizer, width=WIDTHS[-1]).learning_rate == LEARNING_RATES[optimizer]
    assert without_hidden(first_network()).layers == network(0)


def test_the_network_reads_new_digits_and_most_drawings() -> None:
    run = trained(first_network())
    assert run.test_accuracy[-1] > 0.93
    assert recognised(run, "digits28") >= 0.85
    assert recognised(run, "digits28", ("scaling", "centring")) < 0.6
    assert recognised(run, "mnist") < 0.6


@pytest.mark.parametrize("optimizer", [optimizer for optimizer in LEARNING_RATES if optimizer != "rmsprop"])
def test_every_optimizer_learns_at_its_rate(optimizer: str) -> None:
    assert trained(first_network(epochs=5, width=128, optimizer=optimizer)).test_accuracy[-1] > 0.88


@pytest.mark.skipif(not os.environ.get(FOLDER_SETTING), reason="needs MNIST in a folder")
def test_a_network_that_learned_from_mnist_reads_drawings() -> None:
    run = trained(first_network("mnist_6000"))
    assert run.test_accuracy[-1] > 0.91
    assert recognised(run, "mnist") >= 0.85
    assert recognised(run, "digits28") < 0.7


# --- Trouble ----------------------------------------------------------------------------------------------------------


def test_trouble_changes_one_thing() -> None:
    recipe = first_network()
    changed = {trouble: troubled(recipe, trouble) for trouble in TROUBLES}
    assert changed["scale"] == replace(recipe, scaled=False)
    assert changed["rate"] == replace(recipe, learning_rate=1.0)
    assert changed["one_epoch"] == replace(recipe, epochs=1)
    with pytest.raises(ValueError, match="trouble is 'magic'"):
        troubled(recipe, "magic")


def test_unscaled_pixels_kill_sgd_and_spare_rmsprop() -> None:
    for optimizer, least, most in (("rmsprop", 0.9, 1.0), ("sgd", 0.0, 0.2)):
        run = trained(troubled(first_network(optimizer=optimizer), "scale"))
        assert least <= run.test_accuracy[-1] <= most
        assert run.losses[0] > 50


def test_a_learning_rate_a_thousand_times_too_large_ends_in_guessing() -> None:
    run = trained(troubled(first_network(epochs=5), "rate", factor=1000))
    assert run.test_accuracy[-1] < 0.2
    assert run.losses.max() > 1000


def test_shuffled_labels_are_only_learned_by_heart() -> None:
    run = trained(troubled(first_network(epochs=40), "labels"))
    assert run.by_epoch("accuracies")[-1] > 0.22
    assert run.test_accuracy[-1] < 0.18


def test_shuffled_pixels_do_not_matter() -> None:
    right, shuffled = trained(first_network(epochs=5)), trained(troubled(first_network(epochs=5), "pixels"))
    assert shuffled.test_accuracy[-1] > right.test_accuracy[-1] - 0.03


# --- What pages ask about images --------------------------------------------------------------------------------------


@pytest.mark.parametrize("trouble", ["labels", "pixels", "scale"])
def test_what_is_taught_is_what_training_takes(trouble: str, monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = troubled(first_network(), trouble)
    shown, labels = taught(recipe, 12)
    program, taken = image_worker._program(recipe), []

    def train(x: Any, y: Any, *others: Any) -> Any:
        taken.append((x.numpy()[:12, ..., 0], y[:12]))
        return compiled(x, y, *others)

    compiled = program.train
    monkeypatch.setattr(train, "experimental_get_tracing_count", lambda: 1, raising=False)
    monkeypatch.setattr(program, "train", train)
    train_part(recipe, None, 0.0)
    ((x, y),) = taken
    np.testing.assert_array_equal(shown, x)
    np.testing.assert_array_equal(labels, y)


def test_true_labels_are_those_of_the_test() -> None:
    data = SOURCES["digits28"]
    np.testing.assert_array_equal(true_labels(data), images(data).y_test)


def test_the_latest_weights_are_there_within_an_epoch() -> None:
    recipe = first_network(epochs=1, width=8)
    run = _at_the_start(recipe)
    assert latest(run) is None
    run = _joined(run, train_part(recipe, None, 0.0))
    assert run.state is not None
    assert latest(run) is run.state.weights
    whole = trained(recipe)
    assert latest(whole) is whole.weights[-1]


def test_what_is_foreseen_is_what_the_page_trains() -> None:
    (_, (first,)), (_, (plain,)) = ahead()
    assert first == first_network()
    assert plain == without_hidden(first_network())
