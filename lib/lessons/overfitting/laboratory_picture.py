"""The picture of a run in the laboratory: what the component is sent, and its words in the learner's language."""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import streamlit as st

from lib.datasets import load
from lib.lessons.overfitting import laboratory_hand as hand
from lib.lessons.overfitting import laboratory_names as names
from lib.lessons.overfitting import laboratory_points as own
from lib.lessons.overfitting.laboratory_settings import part
from lib.training import laboratory
from lib.training.laboratory import Settings
from lib.training.recipe import Run
from lib.ui import component, controls
from lib.ui.networks import packed
from lib.ui.text import t


@dataclass(frozen=True)
class View:
    """How a run is shown: its test points, the decision alone; its name and group where there are several."""

    tests: bool = False
    discrete: bool = False
    name: str = ""
    group: str = ""
    top: float = 0.0


def view() -> View:
    """Ask whether the test points are shown, and whether the decision alone."""
    with st.container(horizontal=True, key="laboratory_view"):
        with part("tests"):
            tests = controls.toggle(t("Show the test points"), key="laboratory_tests")
        with part("discrete"):
            discrete = controls.toggle(t("Show the decision only"), key="laboratory_discrete")
    return View(tests, discrete)


def show(settings: Settings, run: Run | None, view: View, *, key: str, by_hand: bool) -> None:
    """Draw a run, or the points alone where there is none yet."""
    classes = laboratory.classes(settings)
    component.playground(
        key=key,
        data={
            "name": view.name,
            "group": view.group,
            "task": ("binary" if classes == 2 else "classes") if classes else "height",
            "classes": list(own.class_names(classes) if settings.data == own.CLASSES else _class_names(classes)),
            "features": list(settings.features),
            "featureNames": [names.feature(id) for id in settings.features],
            "points": _points(settings, run),
            "run": _run(run, view) if run is not None else None,
            "tests": view.tests,
            "discrete": view.discrete,
            "adding": settings.data in own.KINDS,
            "hand": by_hand,
            "edited": bool(hand.edits_kept()),
            "seen": hand.seen(),
            "words": _words(),
        },
    )


def _class_names(count: int) -> list[str]:
    return [t("class {number}", number=k) for k in range(count)]


def _points(settings: Settings, run: Run | None) -> dict[str, str]:
    """Training and test points (n, 3) as base64 of float32: x1, x2, and the class or the height."""
    if run is None:
        return {"training": _encoded(np.array(settings.points, float).reshape(-1, 3)), "test": ""}
    split = load(replace(run.recipe.data, features=("x1", "x2")))
    sets = ((split.x_train, split.y_train), (split.x_val, split.y_val))
    training, test = (_encoded(np.column_stack([x, y.reshape(len(y))])) for x, y in sets)
    return {"training": training, "test": test}


def _encoded(values: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(values, "<f4").tobytes()).decode("ascii")


def _run(run: Run, view: View) -> dict[str, Any]:
    tests = np.zeros(0) if run.val_loss is None else run.val_loss
    return {
        "network": packed(run),
        "loss": np.round(run.loss, 6).tolist(),
        "testLoss": np.round(tests, 6).tolist(),
        "epochs": run.recipe.epochs,
        "byUpdate": run.recipe.snapshot_unit == "update",
        "loss_name": run.recipe.loss,
        "top": view.top or top(run),
    }


def top(run: Run) -> float:
    """The highest loss that the picture has room for: that of all epochs, but for a few that stick out."""
    losses = np.concatenate([run.loss, [] if run.val_loss is None else run.val_loss, [0.05]])
    return float(min(losses.max(), max(0.75, 4 * float(np.median(losses)))))


def _words() -> dict[str, str]:
    return {
        "picture": t(
            "The network: features on the left, hidden units, and on the right what it answers for every place of the "
            "plane, with the points; beneath, training and test loss by epoch."
        ),
        "epoch": t("Epoch {epoch}"),
        "rewind": t("Go back and forth in the run"),
        "epochs": t("epochs"),
        "play": t("Play"),
        "pause": t("Pause"),
        "back": t("One step back"),
        "on": t("One step on"),
        "losses": t("loss"),
        "features": t("features"),
        "output": t("output"),
        "outputOf": t("output: {name}"),
        "unit": t("layer {layer}, unit {unit}"),
        "bias": t("bias of {name}"),
        "positive": t("weight above 0"),
        "negative": t("weight below 0"),
        "hollow": t("test point"),
        "low": t("height below 0"),
        "high": t("height above 0"),
        "trainingLoss": t("training loss"),
        "testLoss": t("test loss"),
        "trainingAccuracy": t("training accuracy"),
        "testAccuracy": t("test accuracy"),
        "matrix": t("Confusion matrix"),
        "corner": t("true \\ answered"),
        "trainingPoints": t("Training points"),
        "testPoints": t("Test points"),
        "large": t("Large picture:"),
        "hand": t("Set a weight by hand"),
        "hint": t(
            "Click a line, or the small square of a bias, or choose from the list. Training then begins anew from the "
            "first weights with yours among them."
        ),
        "which": t("Weight"),
        "value": t("Value at the start"),
        "set": t("Start from it"),
        "forget": t("Undo all of mine"),
    }
