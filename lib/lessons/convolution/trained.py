"""The networks that several sections look into: those of the section that trains, after as many epochs as one likes."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib.charts.convolution.convnet import Curves
from lib.layers import Layer
from lib.lessons import pictures
from lib.lessons.convolution import convnet, telling
from lib.lessons.convolution.layers import spelled
from lib.snippets import convnet as snippets
from lib.training import convnet_worker
from lib.training.convnet import INPUTS, equal_dense
from lib.training.convnet_worker import Move
from lib.training.images import ImageRecipe, ImageRun
from lib.ui import address, controls, training
from lib.ui.text import t

Result = TypeVar("Result")
Part = TypeVar("Part")

REMEMBERED = 6
"""Answers of the trainer that a visitor keeps, of each kind."""

MANY_REMEMBERED = 100
"""Of the small answers to the parts of a question."""

PATIENCE = 0.3
"""Seconds after which a page shows how much of a question is answered."""

NOTHING = "–"
"""A figure of which nothing can be said, as long as nothing is drawn."""

DRAWING = "drawn digit"
"""Where a page keeps the bytes of what was drawn last, for the code: no control, and so never in the address."""


def recipe() -> ImageRecipe | None:
    """The convnet as the section that trains it is set; None where it cannot be trained."""
    with address.reading():
        return convnet.settings().recipe


def run(asked: ImageRecipe | None, *, key: str = "convnet", name: str = "") -> ImageRun | None:
    """A trained network, or as far as it came, with a sentence that says how far; None, with one too, without any.

    Where there are several networks, its `name` stands above what the page offers.
    """
    if asked is None:
        refuse()
        return None
    came = training.images(asked, key=key) if not name else telling.followed(asked, key=key, name=name)
    if came is None or not came.weights:
        return None
    if not came.is_over:
        _say_how_far(came)
    return came


def _say_how_far(run: ImageRun) -> None:
    """Say after which epoch a run was stopped."""
    epochs = run.weight_epochs[-1]
    if not epochs:
        said = t("Stopped before its first epoch was over: what you see are the weights it began with.")
    elif epochs == 1:
        said = t("Stopped after 1 epoch: there are no later weights of this network.")
    else:
        said = t("Stopped after {epochs} epochs: there are no later weights of this network.", epochs=epochs)
    st.info(said, icon=":material/info:")


def curves(run: ImageRun) -> Curves:
    """What the picture of training shows of a run."""
    recipe = run.recipe
    return Curves(run.accuracies, run.test_accuracy, recipe.updates_per_epoch, recipe.epochs)


def refuse() -> None:
    """Say that there is no network, and where another one is made."""
    st.info(t("The network is set to what cannot be trained. Go to “Train a convnet”, and make it another one."))


def dense(network: ImageRecipe) -> ImageRun | None:
    """The dense network of equal budget, trained; None, with a sentence, where there is none."""
    return run(equal_dense(network), key="convnet_dense", name=t("dense network"))


def epoch(key: str, asked: ImageRecipe | None) -> int:
    """Ask after how many epochs the network is looked into: at first, after all of them."""
    epochs = asked.epochs if asked is not None else 1
    before_the_end = controls.slider(
        t("Trained for … epochs"),
        key=key,
        default=0,
        values=tuple(range(epochs, -1, -1)),
        format=lambda left: t("none: as drawn") if left == epochs else f"{epochs - left:.0f}",
    )
    return epochs - before_the_end


def layer(key: str, layers: Sequence[Layer], kinds: tuple[type, ...], *, default: int = 1) -> int:
    """Ask for one of the layers of these kinds, at first the `default` one of them: its position among all."""
    positions = [position for position, layer in enumerate(layers) if isinstance(layer, kinds)]
    if len(positions) == 1:
        return positions[0]
    which = controls.slider(
        t("Layer"),
        key=key,
        default=min(default, len(positions)),
        minimum=1,
        maximum=len(positions),
        step=1,
        format=lambda number: f"{number:.0f} · {spelled(layers[positions[int(number) - 1]])}",
    )
    return positions[which - 1]


def weights(run: ImageRun, epoch: int) -> tuple[int, list[np.ndarray]]:
    """The weights after so many epochs, or the nearest that were kept: the epoch, and the weights."""
    kept = min(range(len(run.weight_epochs)), key=lambda i: (abs(run.weight_epochs[i] - epoch), i))
    return run.weight_epochs[kept], run.weights[kept]


def look(asked: ImageRecipe, which: int | None, key: str, pad: DeltaGenerator | None = None) -> pictures.Picture | None:
    """The image to look at; where the learner draws it, in the container `pad`, it is remembered for the code.

    Until something is drawn it is black: pictures that came with the first stroke would push the pad away. None, with
    a sentence on the page, where test images cannot be had.
    """
    with pad or contextlib.nullcontext():
        picture = pictures.chosen(asked.data, which, key=key)
    if which is None:
        picture = picture or pictures.Picture(np.zeros(INPUTS[:2], np.uint8), None)
        address.settings().values[DRAWING] = picture.pixels.tobytes()
    return picture


def image_source(which: int | None) -> str:
    """Code that holds the image to look at, as `image`."""
    drawing = address.settings().values.get(DRAWING)
    pixels = None if which is not None or drawing is None else np.frombuffer(drawing, np.uint8).reshape(28, 28)
    return snippets.image(which or 0, pixels)


def accuracies(runs: Sequence[ImageRun], moves: tuple[Move, ...], *, key: str) -> np.ndarray | None:
    """The accuracies of networks on moved test digits (runs, moves), remembered for this visitor."""
    networks = [(run.recipe.layers, run.weights[-1]) for run in runs]
    about = tuple((run.recipe, run.weight_epochs[-1]) for run in runs)
    data = runs[0].recipe.data
    most = convnet_worker.at_once([layers for layers, _ in networks], runs[0].recipe.inputs)

    def ask(part: tuple[Move, ...], number: int) -> np.ndarray | None:
        return remembered(
            "accuracies",
            (about, part),
            lambda: training.call(convnet_worker.accuracies, networks, data, part, key=f"{key}_{number}"),
            most=MANY_REMEMBERED,
        )

    found = in_turn([moves[first : first + most] for first in range(0, len(moves), most)], ask)
    return None if found is None else np.concatenate(found, axis=1)


def peaks(run: ImageRun) -> list[list[np.ndarray]] | None:
    """For each of `run.weight_epochs` and each convolution: the largest number of every filter on the test digits."""
    recipe = run.recipe
    rest = recipe.layers, recipe.inputs

    def ask(epoch: int, number: int) -> list[np.ndarray] | None:
        return remembered(
            "peaks",
            (recipe, epoch),
            lambda: training.call(convnet_worker.peaks, *rest, run.weights[number], recipe.data, key=f"peaks_{number}"),
            most=MANY_REMEMBERED,
        )

    return in_turn(run.weight_epochs, ask)


def in_turn(parts: Sequence[Part], ask: Callable[[Part, int], Result | None]) -> list[Result] | None:
    """What comes of each part of a long question, others taking turns in between; None where one fails or is stopped.

    `ask` gets the part and its number. After a moment a bar shows how far it is.
    """
    place, began = st.empty(), time.monotonic()
    found: list[Result] = []
    for number, part in enumerate(parts):
        if time.monotonic() - began > PATIENCE:
            place.progress(number / len(parts), text=t("Asking the networks: {done:.0%}", done=number / len(parts)))
        came = ask(part, number)
        if came is None:
            return None
        found.append(came)
    place.empty()
    return found


def remembered(name: str, asked: object, ask: Callable[[], Result | None], *, most: int = REMEMBERED) -> Result | None:
    """What came of this before, or comes now; some answers of each name are kept for this visitor."""
    kept: dict[object, Result] = st.session_state.setdefault(f"remembered {name}", {})
    if asked not in kept:
        came = ask()
        if came is None:
            return None
        while len(kept) >= most:
            kept.pop(next(iter(kept)))
        kept[asked] = came
    return kept[asked]


def counted(numbers: Sequence[int]) -> str:
    """Numbers of filters as a list, the first of them where they are many."""
    most = 16
    listed = ", ".join(map(str, numbers[:most]))
    return listed + (" …" if len(numbers) > most else "")
