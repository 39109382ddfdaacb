"""What the paper ball's component is sent: a run with all that the browser needs to draw it at any epoch and layer."""

import base64
from functools import lru_cache
from typing import Any

import numpy as np
import streamlit as st

from lib import unfolding
from lib.datasets import load
from lib.lessons.geometry import paper_names as names
from lib.training import unfolding as trainings
from lib.training.recipe import Run
from lib.ui import component, networks
from lib.ui.text import t

KEEP = 16
"""Runs whose sheets are kept: a few hundred kilobytes each at most."""


def show(run: Run) -> None:
    """Draw the sheet of a run; from here on the browser needs no server."""
    with st.container(key="picture_paper"):
        component.paper(key="paper_ball", data={**_packed(run), "words": _words()})


@lru_cache(maxsize=KEEP)
def _packed(run: Run) -> dict[str, Any]:
    split = load(run.recipe.data)
    hidden, frames = trainings.layers(run)[:-1], _frames(run)
    return {
        "network": networks.packed(run),
        "points": _base64(split.x_train),
        "labels": split.y_train[:, 0].astype(int).tolist(),
        "turns": _turns(hidden, frames),
        "frames": [[_frame(frame) for frame in pair] for pair in frames],
    }


Frames = list[tuple[unfolding.Frame | None, unfolding.Frame | None]]


@lru_cache(maxsize=KEEP)
def _frames(run: Run) -> Frames:
    return unfolding.frames(trainings.layers(run)[:-1], load(run.recipe.data).x_train)


def seen_share(run: Run) -> float | None:
    """The least share of the points' variance that a view along principal axes shows at the end; None without any."""
    shares = [frame.share[-1] for pair in _frames(run) for frame in pair if frame is not None]
    return float(min(shares)) if shares else None


def _turns(hidden: list[unfolding.Layer], frames: Frames) -> list[dict[str, str] | None]:
    """How each layer turns and stretches the sheet, where both sides of it can be seen as they are."""
    seen_before = [True, *(outputs is None for _, outputs in frames)]
    return [
        _turn(layer) if before and sums is None else None
        for layer, before, (sums, _) in zip(hidden, seen_before, frames, strict=False)
    ]


def _turn(layer: unfolding.Layer) -> dict[str, str]:
    quaternions, stretches = unfolding.turns(layer.kernel)
    return {"quaternions": _base64(quaternions), "stretches": _base64(stretches)}


def _frame(frame: unfolding.Frame | None) -> dict[str, str] | None:
    return None if frame is None else {"mean": _base64(frame.mean), "axes": _base64(frame.axes)}


def _base64(values: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(values, "<f4").tobytes()).decode("ascii")


def _words() -> dict[str, Any]:
    """All that the component says; what it fills in itself stands in braces."""
    return {
        "picture": t("A sheet of graph paper with the points of two classes, on its way through a network."),
        "position": t("Position in the network"),
        "epoch": t("Epoch"),
        "speed": t("Speed"),
        "layers": t("Go to a layer"),
        "input": t("inputs"),
        "layer": t("layer {layer}", layer="{layer}"),
        "affine": t("layer {layer} of {layers}: x W + b", layer="{layer}", layers="{layers}"),
        "activation": t(
            "layer {layer} of {layers}: {activation}", layer="{layer}", layers="{layers}", activation="{activation}"
        ),
        "activations": {activation: names.activation(activation) for activation in trainings.ACTIVATIONS},
        "axes": t("(seen along 3 principal axes)"),
        "of": t("{epoch} of {epochs}", epoch="{epoch}", epochs="{epochs}"),
        "said": t(
            "Now: {where}; epoch {epoch}; accuracy {accuracy} %. {verdict}",
            where="{where}",
            epoch="{epoch}",
            accuracy="{accuracy}",
            verdict="{verdict}",
        ),
        "separated": t("At the end all points lie on their side of the cut."),
        "not_separated": t("At the end {wrong} points lie on the wrong side of the cut (ringed).", wrong="{wrong}"),
        "map": t("the cut in the inputs"),
        "classes": [t("class 0"), t("class 1")],
        "play_position": t("Play: from layer to layer"),
        "play_epoch": t("Play: from epoch to epoch"),
        "pause": t("Pause"),
        "turn": t("Turn the picture"),
        "turn_left": t("turn left"),
        "turn_right": t("turn right"),
        "turn_up": t("tilt up"),
        "turn_down": t("tilt down"),
    }
