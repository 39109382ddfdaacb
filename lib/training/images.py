"""Networks on images: what to train, what comes of it batch by batch, and how pages follow a run.

Unlike the small networks of the other lessons these are Keras models as they come, trained by a compiled loop in
lib/training/image_worker.py. A run travels in parts of a fraction of a second, and every batch's loss with it.
"""

from __future__ import annotations

import itertools
from collections.abc import Generator
from dataclasses import dataclass, replace

import numpy as np

from lib.datasets import Data, described, images, request
from lib.layers import DENSE, Dense, Layer, ledger, products_per_image
from lib.training import image_worker
from lib.training.augmentation import Augmentation
from lib.training.recipe import OPTIMIZERS, Progress
from lib.training.trainer import PART_SECONDS, PROGRAMS, Trainer

SOURCES = {
    "digits28": request("digits28", seed=2),
    "mnist_6000": request("mnist", samples=7_000, train_share=6 / 7, seed=2),
    "mnist": request("mnist", samples=70_000, train_share=6 / 7, seed=2),
}
"""Where the digits come from: the bundled ones, always at hand; a tenth of MNIST; all of it."""

LARGEST_NETWORK = 4_000_000
"""Weights in one network, at most: 16 MB as float32, and as much again for an optimizer's state."""

MOST_PRODUCTS = 30_000_000
"""Multiplications for one image, forward, at most: more would keep everybody waiting."""

MOST_KEPT = 12 << 20
"""Bytes of the weights that a run keeps of all its epochs; where they are more, only its start and the latest stay."""


@dataclass(frozen=True)
class ImageRecipe:
    """Everything that decides the training of a network on images.

    The last layer is Dense with softmax, one unit for each class; the loss is the sparse categorical cross-entropy.
    `scaled` divides pixels by 255. `labels` or `pixels` "shuffled" give training images the labels of others, or all
    images their pixels in one random order. `momentum` counts for the optimizers that have one. With `augmentation`
    training images are moved at random, anew each time; test images never are.

    Raises ValueError, or lib.layers.LayerError, where something does not go together.
    """

    data: Data
    layers: tuple[Layer, ...] = DENSE
    optimizer: str = "rmsprop"
    learning_rate: float = 0.001
    momentum: float = 0.9
    batch_size: int = 128
    epochs: int = 5
    seed: int = 0
    scaled: bool = True
    labels: str = "right"
    pixels: str = "in_order"
    augmentation: Augmentation | None = None

    def __post_init__(self) -> None:
        """Refuse what could not be trained."""
        dataset = described(self.data.name)
        if dataset.kind != "images":
            raise ValueError(f"{self.data.name} is of the kind {dataset.kind}, expected images: choose digits28.")
        if self.optimizer not in OPTIMIZERS:
            raise ValueError(f"optimizer is {self.optimizer!r}; expected one of {', '.join(OPTIMIZERS)}; choose one")
        for name, low, high in (("learning_rate", 0.0, 1e6), ("momentum", 0.0, 1.0)):
            if not low <= (came := getattr(self, name)) <= high:  # NaN is within no bounds
                raise ValueError(f"{name} is {came}; expected {low:g} to {high:g}; choose a number in that range")
        for name, least, most in (("batch_size", 1, 10_000), ("epochs", 1, 1000), ("seed", 0, 2**20)):
            if not least <= (count := getattr(self, name)) <= most:
                raise ValueError(f"{name} is {count}; expected {least} to {most}; choose a number in that range")
        last = self.layers[-1] if self.layers else None
        if last != Dense(dataset.classes, "softmax"):
            raise ValueError(f"the last layer is {last}; expected {dataset.classes} units with softmax; put it there")
        parameters = sum(row.parameters for row in ledger(self.layers, self.inputs))
        if parameters > LARGEST_NETWORK:
            raise ValueError(f"the network has {parameters:,} weights; expected at most {LARGEST_NETWORK:,}; shrink it")
        if (products := products_per_image(self.layers, self.inputs)) > MOST_PRODUCTS:
            raise ValueError(
                f"the network multiplies {products:,} times for an image; expected at most {MOST_PRODUCTS:,}; shrink it"
            )

    @property
    def inputs(self) -> tuple[int, ...]:
        """The shape of an image: height, width, channels."""
        height, width, channels = described(self.data.name).inputs
        if not self.data.crop:
            return height, width, channels
        rows, columns = (len(range(*kept)) for kept in self.data.crop)
        return rows, columns, channels

    @property
    def updates_per_epoch(self) -> int:
        """The batches of an epoch; the last one may be smaller.

        >>> from lib.datasets import request
        >>> ImageRecipe(request("mnist", samples=70_000, train_share=6 / 7)).updates_per_epoch
        469
        """
        return -(-self.data.training // self.batch_size)

    @property
    def products(self) -> int:
        """About how many multiplications the training takes: forward, and twice as many backward.

        >>> from lib.datasets import request
        >>> ImageRecipe(request("digits28", samples=1000, train_share=0.5), epochs=2).products
        1219584000
        """
        each = products_per_image(self.layers, self.inputs)
        return 3 * each * self.data.training * self.epochs


@dataclass(frozen=True, eq=False)
class ImageRun:
    """How far a run has come: curves by update and by epoch, the weights at its beginning and after each epoch.

    `losses` and `accuracies` (updates,) are those of the batches, before the step that each made; of the tests that
    follow each epoch, `test_loss` and `test_accuracy` (epochs,), with `probabilities` (samples, classes) of the last
    one. `weights` holds a list of arrays, in Keras' order, for each of `weight_epochs`: 0, 1, 2, ... epochs, or the
    start and the latest ones where they would fill the memory. `seconds` is the time spent training and testing,
    without compiling. `diverged_at` is the update at which a loss was not finite: there the run ends. `state` is where
    to go on.
    """

    recipe: ImageRecipe
    losses: np.ndarray
    accuracies: np.ndarray
    test_loss: np.ndarray
    test_accuracy: np.ndarray
    probabilities: np.ndarray | None
    weights: tuple[list[np.ndarray], ...]
    seconds: float
    diverged_at: int | None = None
    weight_epochs: tuple[int, ...] = ()
    state: image_worker.State | None = None

    @property
    def nbytes(self) -> int:
        """The bytes of its arrays, and of those with which it would go on."""
        arrays = [self.losses, self.accuracies, self.probabilities, *itertools.chain(*self.weights)]
        if self.state is not None:
            arrays += [*self.state.weights, *self.state.slots, *(self.state.answers or ())]
        return sum(array.nbytes for array in arrays if array is not None)

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to do."""
        return self.diverged_at is not None or len(self.test_loss) == self.recipe.epochs

    @property
    def epoch(self) -> float:
        """How many epochs are done, with a fraction for the one under way."""
        return len(self.losses) / self.recipe.updates_per_epoch

    @property
    def seconds_left(self) -> float:
        """About how long the rest will take, going by what is done so far; infinite at the beginning."""
        done = min(self.epoch / self.recipe.epochs, 1.0)
        return self.seconds * (1 - done) / done if done and self.seconds else float("inf")

    def by_epoch(self, curve: str) -> np.ndarray:
        """The mean of `losses` or `accuracies` over each whole epoch (epochs,), each sample with the same weight."""
        values, per_epoch = getattr(self, curve), self.recipe.updates_per_epoch
        whole = values[: len(values) // per_epoch * per_epoch].reshape(-1, per_epoch)
        sizes = np.full(per_epoch, self.recipe.batch_size, float)
        sizes[-1] = self.recipe.data.training - self.recipe.batch_size * (per_epoch - 1)
        return np.asarray(whole @ sizes / sizes.sum())


def train(
    trainer: Trainer, recipe: ImageRecipe, begun: ImageRun | None = None
) -> Generator[ImageRun | Progress, None, ImageRun]:
    """Train a recipe, on from where it was `begun`: yields the run as far as it is after each part, and signs of life.

    Closing the generator drops the part that is under way. Raises what `Trainer.call` raises, and DataUnavailable.
    """
    run: ImageRun = trainer.finished.get(recipe) or begun or _at_the_start(recipe)
    while not run.is_over:
        call = trainer.call if run.state is None else trainer.go_on
        part = yield from call(image_worker.train_part, recipe, run.state, PART_SECONDS)
        if part.programs >= PROGRAMS:
            trainer.replace()
        run = _joined(run, part)
        yield run
    trainer.finished.keep(recipe, run, run.nbytes)
    return run


def _at_the_start(recipe: ImageRecipe) -> ImageRun:
    nothing = np.zeros(0)
    return ImageRun(recipe, nothing, nothing, nothing, nothing, None, (), 0.0)


def _joined(run: ImageRun, part: image_worker.Part) -> ImageRun:
    losses = np.append(run.losses, part.losses)
    bad = np.flatnonzero(~np.isfinite(losses))
    diverged_at = int(bad[0]) if len(bad) else None
    if part.tested is not None and not np.isfinite(part.tested.loss):  # the last step of the epoch went too far
        diverged_at = len(losses)
    tested = [] if part.tested is None or diverged_at is not None else [part.tested]
    joined = replace(
        run,
        losses=losses[:diverged_at],
        accuracies=np.append(run.accuracies, part.accuracies)[:diverged_at],
        test_loss=np.append(run.test_loss, [test.loss for test in tested]),
        test_accuracy=np.append(run.test_accuracy, [test.accuracy for test in tested]),
        probabilities=tested[-1].probabilities if tested else run.probabilities,
        seconds=run.seconds + part.seconds,
        diverged_at=diverged_at,
        state=part.state,
    )
    if part.first_weights is not None:
        joined = _with_weights(joined, part.first_weights, 0)
    if tested:
        joined = _with_weights(joined, part.state.weights, len(joined.test_loss))
    return replace(joined, state=None) if joined.is_over else joined


def _with_weights(run: ImageRun, weights: list[np.ndarray], epoch: int) -> ImageRun:
    """Keep these weights as well, and let go of the earliest after the start where all would be too many."""
    kept, epochs = (*run.weights, weights), (*run.weight_epochs, epoch)
    each = sum(array.nbytes for array in weights)
    while len(kept) > 2 and len(kept) * each > MOST_KEPT:
        kept, epochs = kept[:1] + kept[2:], epochs[:1] + epochs[2:]
    return replace(run, weights=kept, weight_epochs=epochs)


def samples(data: Data, part: str, indices: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Some pictures (n, height, width, channels), bytes, and their labels (n,): of the `part` "train" or "test".

    For data that are `trainer_only`, call it in the trainer process.

    >>> samples(SOURCES["digits28"], "test", (0, 5))[0].shape
    (2, 28, 28, 1)
    """
    found, chosen = images(data), list(indices)
    x, y = (found.x_train, found.y_train) if part == "train" else (found.x_test, found.y_test)
    return x[chosen], y[chosen]
