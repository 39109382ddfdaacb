"""The printed code of the first network's data and parts runs as printed, and prints what the page shows."""

from dataclasses import replace

import numpy as np
import pytest

from lib import loop, preparation
from lib.datasets import images, request
from lib.initializers import first_weights
from lib.layers import DENSE, Dense, Flatten, parameters
from lib.snippets import first_network as snippets
from lib.tensors import scaled
from lib.training.browsing import browse
from lib.training.engine import shuffled
from lib.training.images import ImageRecipe
from tests.snippets.test_descent import printed

DATA = request("digits28", samples=400, seed=2)


@pytest.mark.parametrize(("part", "digit", "start"), [("train", None, 300), ("test", 3, 0), ("train", 7, 60)])
def test_the_data_prints_counts_and_labels_of_the_sheet(part: str, digit: int | None, start: int) -> None:
    said = printed(snippets.data(data=DATA, part=part, digit=digit, start=start, count=60))
    found = browse(DATA, part, digit, start, 60)
    assert "training images = (320, 28, 28), uint8; labels (320,)" in said["text"]
    assert said["images of each digit"] == str(found.counts.tolist())
    assert said["images"] == str(found.counts.sum())
    best = found.counts.argmax()
    assert said[f"always answering {best} is right"] == f"{100 * found.counts.max() / found.counts.sum():.1f} %"
    assert said["labels of the sheet"] == str(found.labels.tolist())


def test_the_numbers_print_the_window_the_forms_and_both_losses() -> None:
    said = printed(snippets.numbers(data=DATA, number=5, row=12, column=3, window=8))
    found = images(DATA)
    image, label = found.x_train[5, ..., 0], int(found.y_train[5])
    assert str(image[12:20, 3:11]) in said["text"]
    assert str(scaled(image)[12:20, 3:11].round(2)) in said["text"]
    assert said["stored"] == f"(320, 28, 28), uint8, {image.min()} to {image.max()}, {320 * 784} bytes"
    assert said["scaled"] == f"(320, 28, 28), float32, 0 to {scaled(image).max():g}, {4 * 320 * 784} bytes"
    assert said["in one row"] == f"(320, 784), float32, {4 * 320 * 784} bytes"
    assert said["place of the first pixel of the window"] == str(28 * 12 + 3)
    assert max(map(len, said["probabilities"].strip("[]").split(", "))) <= 4  # no noise of float32
    assert said["one-hot"] == str([int(digit == label) for digit in range(10)])
    p = loop.forward(first_weights(DENSE, (28, 28, 1)), preparation.in_rows(scaled(image)[None]))[-1]
    loss = f"{loop.cross_entropy(p, np.array([label])):.4f}"
    assert said["sparse_categorical_crossentropy"] == said["categorical_crossentropy"] == loss


@pytest.mark.parametrize("optimizer", loop.OPTIMIZERS)
def test_the_parts_print_one_turn_of_the_loop(optimizer: str) -> None:
    layers = (Flatten(), Dense(32), Dense(32), Dense(10, "softmax"))
    way = loop.OPTIMIZERS[optimizer]
    recipe = ImageRecipe(DATA, layers, optimizer, learning_rate=way.learning_rate, batch_size=64)
    said = printed(snippets.parts(recipe=recipe, epochs=5))
    found, order = images(DATA), shuffled(0, DATA.training, 0)[:64]
    x, y = scaled(preparation.in_rows(found.x_train[order])), found.y_train[order]
    turn = loop.turn(first_weights(layers, (28, 28, 1)), x, y, optimizer)
    assert said["weights"] == str(parameters(layers, (28, 28, 1)))
    assert said["kept by the optimizer"] == str(way.slots * parameters(layers, (28, 28, 1)))
    assert said["shapes of the gradient"] == str([gradient.shape for gradient in turn.gradients])
    assert said["p of the right digit"] == f"{turn.probabilities[0, y[0]]:.3f}"
    assert said["loss"] == f"{turn.loss:.3f}"
    assert said["right answers"] == str(turn.right)
    assert said["largest change"] == f"{turn.largest_change:.4f}"
    one = turn.example
    assert said["a weight"] == f"{one.before:.5f}, slope {one.slope:.5f}, after the step {one.after:.5f}"
    assert said["loss after the step"] == f"{turn.loss_after:.3f}"
    assert said["right answers after the step"] == str(turn.right_after)


def test_the_parts_of_the_course_print_the_updates_of_the_bundled_digits() -> None:
    said = printed(snippets.parts(recipe=replace(ImageRecipe(request("digits28", seed=2)), epochs=1), epochs=5))
    assert (said["weights"], said["updates in an epoch"]) == ("407050", "12")
    assert (said["images in the last batch"], said["updates in 5 epochs"]) == ("30", "60")
