"""What the lesson on the first network trains, and what it asks the trainer process about its images."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from lib.datasets import Data, images
from lib.layers import Dense, Flatten, Layer
from lib.training.image_worker import disturbed_labels, disturbed_pixels, prepare
from lib.training.images import SOURCES, ImageRecipe, ImageRun

LEARNING_RATES = {
    "rmsprop": 0.001,
    "adam": 0.001,
    "sgd": 0.1,
    "momentum": 0.03,
    "nesterov": 0.03,
    "adagrad": 0.03,
}
"""For each optimizer a rate that does well on all sources of digits; the classic one comes first."""

WIDTHS = (8, 16, 32, 64, 128, 256, 512, 1024)
BATCHES = (32, 64, 128, 256, 512)
MOST_EPOCHS = 20

USUAL = {"digits28": (10, 32), "mnist_6000": (5, 128), "mnist": (5, 128)}
"""For each source how many epochs to train, and the size of a batch."""

Call = tuple[Callable[..., object], tuple[object, ...]]


def network(width: int) -> tuple[Layer, ...]:
    """The first network with a hidden layer of this width, or without one where it is 0.

    >>> network(0)
    (Flatten(), Dense(units=10, activation='softmax', dropout=0.0, batch_norm=False))
    """
    hidden = (Dense(width),) if width else ()
    return Flatten(), *hidden, Dense(10, "softmax")


def first_network(
    source: str = "digits28",
    *,
    epochs: int | None = None,
    batch_size: int | None = None,
    optimizer: str = "rmsprop",
    width: int = 512,
) -> ImageRecipe:
    """The first network on digits of one of `SOURCES`: trained as usual there, where nothing else is said.

    >>> recipe = first_network("mnist")
    >>> recipe.epochs * recipe.updates_per_epoch
    2345
    """
    usual_epochs, usual_batch = USUAL[source]
    return ImageRecipe(
        SOURCES[source],
        network(width),
        optimizer=optimizer,
        learning_rate=LEARNING_RATES[optimizer],
        batch_size=usual_batch if batch_size is None else batch_size,
        epochs=usual_epochs if epochs is None else epochs,
    )


def without_hidden(recipe: ImageRecipe) -> ImageRecipe:
    """The same training of a network without a hidden layer: ten units that see the pixels themselves."""
    return replace(recipe, layers=network(0))


TROUBLES = ("scale", "one_epoch", "rate", "labels", "pixels")
"""Ways to break the training."""

FACTORS = (10, 100, 1000)
"""How many times as large a learning rate may be as the usual one."""


def troubled(recipe: ImageRecipe, trouble: str, *, factor: int = 1000) -> ImageRecipe:
    """The same training with something wrong: one of `TROUBLES`.

    >>> troubled(first_network(), "rate", factor=10).learning_rate
    0.01
    """
    match trouble:
        case "scale":
            return replace(recipe, scaled=False)
        case "one_epoch":
            return replace(recipe, epochs=1)
        case "rate":
            return replace(recipe, learning_rate=round(recipe.learning_rate * factor, 6))
        case "labels":
            return replace(recipe, labels="shuffled")
        case "pixels":
            return replace(recipe, pixels="shuffled")
    raise ValueError(f"trouble is {trouble!r}; expected one of {', '.join(TROUBLES)}; choose one")


def latest(run: ImageRun) -> list[np.ndarray] | None:
    """The weights that a run has come to, also within an epoch; None where it has none yet."""
    if run.state is not None and run.diverged_at is None:
        return run.state.weights
    return run.weights[-1] if run.weights else None


def true_labels(data: Data) -> np.ndarray:
    """The labels (n,) of all test images; call it in the trainer process where the data are `trainer_only`."""
    return images(data).y_test.astype(np.uint8)


def taught(recipe: ImageRecipe, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The first training images (count, 28, 28), bytes, and labels (count,) as a recipe has them, shuffled or not."""
    found = images(recipe.data)
    x = disturbed_pixels(found.x_train[:count, ..., 0], recipe.data, recipe.pixels)
    return x, disturbed_labels(found.y_train, recipe.data, recipe.labels)[:count]


@functools.cache
def ahead() -> tuple[Call, ...]:
    """What is worth compiling before the learner comes to it: the network with and without its hidden layer."""
    recipe = first_network()
    return (prepare, (recipe,)), (prepare, (without_hidden(recipe),))
