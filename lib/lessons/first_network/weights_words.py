"""What is said of the weights of a trained network: what they began as, what training left, and who is dead."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import cast

import numpy as np
import streamlit as st

from lib import recognition
from lib.charts.convolution.tiles import strongest
from lib.lessons import pictures
from lib.lessons.first_network import train
from lib.training.images import ImageRun
from lib.ui.layout import answer
from lib.ui.text import t

MOSTLY = 0.5
"""The share of the beginning in the weights from which on they are called mostly noise."""

PROBED = 100
"""Test images that a unit has to pass over to be called dead."""


@dataclass(frozen=True)
class Facts:
    """What is said of the weights of a run after an epoch, which takes too long to be computed at each move.

    How much of the random beginning is left (see `kept_noise`), the share of weights that never changed, and how many
    units are dead.
    """

    noise: float
    still: float
    dead: int


def bounds(run: ImageRun) -> tuple[float, float]:
    """The weights of a run's end, and the changes of them, from which on there is full colour: the same at all epochs.

    Kept for this visitor until another run comes.
    """
    return cast("tuple[float, float]", _kept(run, "bounds", lambda: _bounds(run)))


def _bounds(run: ImageRun) -> tuple[float, float]:
    start, end = run.weights[0][0], run.weights[-1][0]
    return strongest(end), strongest(end - start) or 1.0


def facts(run: ImageRun, epoch: int) -> Facts:
    """The facts on a run after one of its `weight_epochs`, kept for this visitor until another run comes."""
    return cast(Facts, _kept(run, epoch, lambda: _facts(run, epoch)))


def _facts(run: ImageRun, epoch: int) -> Facts:
    start, weights = run.weights[0][0], run.weights[run.weight_epochs.index(epoch)]
    return Facts(kept_noise(start, weights[0]), float((start == weights[0]).mean()), _dead(run, weights))


def _kept(run: ImageRun, what: Hashable, found: Callable[[], object]) -> object:
    kept: tuple[ImageRun, dict[Hashable, object]] | None = st.session_state.get("weights_facts")
    if kept is None or kept[0] is not run:
        kept = st.session_state["weights_facts"] = run, {}
    if what not in kept[1]:
        kept[1][what] = found()
    return kept[1][what]


def kept_noise(before: np.ndarray, after: np.ndarray) -> float:
    """How much of the variance of a unit's weights (pixels, units) the random ones before training explain, on average.

    >>> kept_noise(np.array([[1.0], [2.0]]), np.array([[3.0], [5.0]]))
    1.0
    """
    one, other = (weights - weights.mean(axis=0) for weights in (before, after))
    both = np.maximum((one**2).sum(axis=0) * (other**2).sum(axis=0), 1e-12)
    return float(((one * other).sum(axis=0) ** 2 / both).mean())


def say(guess: str, run: ImageRun | None) -> None:
    """Answer the prediction by the network with a hidden layer, where it was trained for an epoch at least."""
    if run is None or len(run.weights) < 2:
        return
    share = kept_noise(run.weights[0][0], run.weights[-1][0])
    said = t(
        "The weights of a unit begin as random numbers. After epoch {epoch} this beginning still makes up "
        "**{share:.0f} %** of what differs from pixel to pixel in its weights, on average.",
        epoch=run.weight_epochs[-1],
        share=100 * share,
    )
    answer(guess, "noise" if share > MOSTLY else "stroke", said)


def noticed(run: ImageRun, epoch: int, other: ImageRun | None = None) -> str:
    """What to notice in the weights of a run after an epoch, from its numbers.

    `other` is the run with a hidden layer where this one has none, if there is one.
    """
    if len(run.weights) < 2:
        return t(
            "**Notice** that these are still the random weights that training begins with. What it makes of them is "
            "kept after each epoch: let the network train for one epoch at least."
        )
    if not epoch:
        return t(
            "**Notice** that these are the random weights that training begins with: no pixel means anything yet. Move "
            "the epochs on, and watch what becomes of them."
        )
    return _of_digits(run, epoch, other) if len(run.recipe.layers) == 2 else _of_units(run, epoch)


def _of_digits(run: ImageRun, epoch: int, other: ImageRun | None) -> str:
    own, noise = round(100 * float(run.test_accuracy[epoch - 1]), 1), facts(run, epoch).noise
    values = {"accuracy": own, "epoch": epoch, "noise": 100 * noise}
    if noise > MOSTLY:
        said = t(
            "**Notice** that without a hidden layer there are ten units, and each sees a digit of its own. After epoch "
            "{epoch} that is hard to see: of what differs from pixel to pixel in the weights of a unit, {noise:.0f} % "
            "is the noise that they began with. Choose “what training changed”. This network reads {accuracy:.1f} % of "
            "the test digits after epoch {epoch}.",
            **values,
        )
    else:
        said = t(
            "**Notice** that without a hidden layer there are ten units, and each sees a digit of its own: where its "
            "digits have ink it is orange, where others have it, blue. In the middle of the 0 is a blue spot, for ink "
            "there says that it is no 0. One such picture has to do for all ways to write a digit. Still this network "
            "reads {accuracy:.1f} % of the test digits after epoch {epoch}.",
            **values,
        )
    return f"{said} {_against_two(run, epoch, own, other)}".strip()


def _against_two(run: ImageRun, epoch: int, own: float, other: ImageRun | None) -> str:
    """How a run with one layer stands to the `other`, which has a hidden one, after the same epoch; "" if unknown."""
    if other is None or len(other.test_accuracy) < epoch or other.recipe.data != run.recipe.data:
        return ""
    hidden = round(100 * float(other.test_accuracy[epoch - 1]), 1)
    values = {"hidden": hidden, "units": other.weights[-1][0].shape[1], "images": run.recipe.data.training}
    if own < hidden:
        return t("With a hidden layer of {units} units it is {hidden:.1f} %.", **values)
    if epoch == run.recipe.epochs and hidden >= train.LOW:
        return t(
            "That is no worse than with a hidden layer of {units} units, which reads {hidden:.1f} %: for these "
            "{images:,} training digits, all of one size and in the middle, one layer is enough.",
            **values,
        )
    return t("That is no worse than with a hidden layer of {units} units, which then reads {hidden:.1f} %.", **values)


def _of_units(run: ImageRun, epoch: int) -> str:
    found, units = facts(run, epoch), run.weights[-1][0].shape[1]
    values = {"noise": 100 * found.noise, "still": 100 * found.still, "units": units, "epoch": epoch}
    if found.noise > MOSTLY:
        said = t(
            "**Notice** honestly: after epoch {epoch} most of this looks like noise, and of what differs from pixel to "
            "pixel in the weights of a unit, {noise:.0f} % **is** the noise that they began with. {still:.0f} % of the "
            "weights have not changed at all, because their pixel is black in every training image, or because their "
            "unit gave 0 for every one. Choose “what training changed”: beneath the noise lie strokes, edges and gaps. "
            "No unit is a digit; {units} units together say what digit it is. With few units (train 16 or 32 of them) "
            "each has more to say.",
            **values,
        )
    else:
        said = t(
            "**Notice** the strokes, edges and gaps after epoch {epoch}: of what differs from pixel to pixel in the "
            "weights of a unit, only {noise:.0f} % is the noise that they began with. {still:.0f} % of the weights "
            "have not changed at all, because their pixel is black in every training image, or because their unit gave "
            "0 for every one. Choose “what training changed” to see the rest. Still no unit is a digit; {units} units "
            "together say what digit it is.",
            **values,
        )
    if found.dead:
        said += " " + t(
            "**Dead units: {dead} of {units}.** For each of {probed} test images the sum in such a unit is negative, "
            "and relu makes 0 of it. No gradient comes through a 0, so it hardly learns any more.",
            dead=found.dead,
            units=units,
            probed=PROBED,
        )
    return said


def _dead(run: ImageRun, weights: list[np.ndarray]) -> int:
    """How many hidden units give 0 for every one of some test images."""
    if len(run.recipe.layers) == 2:
        return 0
    block = tuple(range(min(run.recipe.data.validation, pictures.MOST)))
    found = pictures.samples(run.recipe.data, "test", block, key="weights_dead")
    if found is None:
        return 0
    outputs = recognition.read(run.recipe.layers[:2], weights, found[0][:PROBED] / np.float32(255))
    return int((outputs.max(axis=0) == 0).sum())
