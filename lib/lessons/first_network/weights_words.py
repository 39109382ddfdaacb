"""What is said of the weights of a trained network: what they began as, what training left, and who is dead."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from lib import recognition
from lib.charts.convolution.tiles import strongest
from lib.lessons import pictures
from lib.training.images import ImageRun
from lib.ui.layout import answer
from lib.ui.text import t

MOSTLY = 0.5
"""The share of the beginning in the weights from which on they are called mostly noise."""

PROBED = 100
"""Test images that a unit has to pass over to be called dead."""


@dataclass(frozen=True, eq=False)
class Facts:
    """What is said of all weights of a run, which takes too long to be computed whenever a control moves.

    The weights, and the changes of them, from which on there is full colour; how much of the random beginning is left
    (see `kept_noise`); the share of weights that never changed; and how many units are dead.
    """

    bounds: tuple[float, float]
    noise: float
    still: float
    dead: int


def facts(run: ImageRun) -> Facts:
    """The facts on a run, kept for this visitor until another one comes."""
    kept: tuple[ImageRun, Facts] | None = st.session_state.get("weights_facts")
    if kept is None or kept[0] is not run:
        start, end = run.weights[0][0], run.weights[-1][0]
        bounds = strongest(end), strongest(end - start) or 1.0
        found = Facts(bounds, kept_noise(start, end), float((start == end).mean()), _dead(run))
        kept = st.session_state["weights_facts"] = run, found
    return kept[1]


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
        "The weights of a unit begin as random numbers. After {epochs} epochs this beginning still makes up "
        "**{share:.0f} %** of what differs from pixel to pixel, on average.",
        epochs=run.weight_epochs[-1],
        share=100 * share,
    )
    answer(guess, "noise" if share > MOSTLY else "stroke", said)


def noticed(run: ImageRun) -> str:
    """What to notice in the weights of a run, from its numbers."""
    if len(run.weights) < 2:
        return t(
            "**Notice** that these are still the random weights that training begins with. What it makes of them is "
            "kept after each epoch: let the network train for one epoch at least."
        )
    if len(run.recipe.layers) == 2:
        return t(
            "**Notice** that without a hidden layer there are ten units, and each sees a digit of its own: where its "
            "digits have ink it is orange, where others have it, blue. In the middle of the 0 is a blue spot, for ink "
            "there says that it is no 0. One such picture has to do for all ways to write a digit. Still this network "
            "reads {accuracy:.1f} % of the test digits.",
            accuracy=100 * run.test_accuracy[-1],
        )
    found, units = facts(run), run.weights[-1][0].shape[1]
    values = {"noise": 100 * found.noise, "still": 100 * found.still, "units": units}
    if found.noise > MOSTLY:
        said = t(
            "**Notice** honestly: most of this looks like noise, and {noise:.0f} % of it **is** the noise that the "
            "weights began with. {still:.0f} % of them have not changed at all, because their pixel is black in every "
            "training image, or because their unit never answered. Choose “what training changed”: beneath the noise "
            "lie strokes, edges and gaps. No unit is a digit; {units} units together say what digit it is. With few "
            "units (train 16 or 32 of them) each has more to say.",
            **values,
        )
    else:
        said = t(
            "**Notice** the strokes, edges and gaps: only {noise:.0f} % of what you see is the noise that the weights "
            "began with. {still:.0f} % of the weights have not changed at all, because their pixel is black in every "
            "training image, or because their unit never answered. Choose “what training changed” to see the rest. "
            "Still no unit is a digit; {units} units together say what digit it is.",
            **values,
        )
    if found.dead:
        said += " " + t(
            "**{dead} of {units} units are dead**: for each of {probed} test images their sum is negative, and relu "
            "makes 0 of it. No gradient comes through a 0, so they hardly learn any more.",
            dead=found.dead,
            units=units,
            probed=PROBED,
        )
    return said


def _dead(run: ImageRun) -> int:
    """How many hidden units give 0 for every one of some test images."""
    block = tuple(range(min(run.recipe.data.validation, pictures.MOST)))
    found = pictures.samples(run.recipe.data, "test", block, key="weights_dead")
    if found is None:
        return 0
    outputs = recognition.read(run.recipe.layers[:2], run.weights[-1], found[0][:PROBED] / np.float32(255))
    return int((outputs.max(axis=0) == 0).sum())
