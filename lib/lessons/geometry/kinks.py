"""Kinks in a curve: n units of relu on one number make a curve of straight parts, with a kink for each unit."""

from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from lib import folding
from lib.charts.geometry import kinks as charts
from lib.datasets import load
from lib.snippets import folding as snippets
from lib.training import geometry as trainings
from lib.training.recipe import Recipe, Run
from lib.ui import controls, picture, training
from lib.ui.layout import beside, numbers
from lib.ui.text import t

LOSS_DOMAIN = (0.005, 10.0)


def settings() -> Recipe:
    """Ask for the number of units, and for how they are trained."""
    units = controls.choice(
        t("Units with relu"), [str(units) for units in trainings.KINK_UNITS], key="kinks_units", default="4"
    )
    return trainings.bending(
        units=int(units),
        learning_rate=controls.slider(t("Learning rate"), key="kinks_rate", default=0.01, values=trainings.KINK_RATES),
        epochs=controls.slider(t("Epochs"), key="kinks_epochs", default=300, minimum=20, maximum=600, step=20),
        seed=controls.slider(t("Seed of the weights"), key="kinks_seed", default=0, minimum=0, maximum=20, step=1),
    )


def show() -> None:
    """Show the curve of a trained network through noisy points, with its kinks, at every epoch."""
    st.markdown(
        t(
            "Take one number $x$ instead of a plane. A unit of relu gives 0 on one side of a place and a straight line "
            "on the other: its place of folding, $x = -b / w$, is a **kink**. A second layer without activation adds "
            "the units up. So with $n$ units the curve has at most $n$ kinks, and is straight between them. Here a "
            "real Keras network, `Dense(n, relu)` and `Dense(1)`, learns generated points around a wave."
        )
    )
    left, right = beside("kinks")
    with left:
        recipe = settings()
        training.foresee(*trainings.next_bendings())
        run = training.run(recipe, key="kinks")
        if run is None:
            return
        curves = [folding.bent_line(*_layers(run, snapshot), *charts.X_DOMAIN) for snapshot in range(len(run.weights))]
        _figures(run, curves[-1])
    with right:
        _picture(run, curves)
    st.markdown(
        t(
            "**Notice** where it begins: all biases are 0 at first, so all kinks lie at $x = 0$. Pull the slider: "
            "from epoch to epoch the kinks move, and the curve comes closer to the points. With one unit the curve can "
            "bend once; the wave needs more. With more units it can follow the wave more closely, but some of them may "
            "fold where there is nothing to bend, or outside of the picture. Another seed finds other kinks."
        )
    )


def _layers(run: Run, snapshot: int) -> tuple[folding.Layer, folding.Layer]:
    kernel, bias, last_kernel, last_bias = run.weights_at(snapshot)
    return (kernel, bias), (last_kernel, last_bias)


def _figures(run: Run, curve: tuple[NDArray[Any], NDArray[Any]]) -> None:
    units = run.recipe.layers[0].units
    numbers(
        (t("kinks at the end"), f"{len(curve[0]) - 2}"),
        (t("units"), f"{units}"),
        (t("training loss"), f"{_loss(run, -1):.4f}"),
    )
    if run.diverged_at is not None:
        st.warning(t("It diverged in epoch {epoch}.", epoch=run.diverged_at))


def _loss(run: Run, snapshot: int) -> float:
    """The mean squared error of a snapshot over the training points."""
    split = load(run.recipe.data)
    hidden, last = _layers(run, snapshot)
    return float(np.mean((folding.values((hidden, last), split.x_train) - split.y_train[:, 0]) ** 2))


def _picture(run: Run, curves: list[tuple[NDArray[Any], NDArray[Any]]]) -> None:
    split = load(run.recipe.data)
    picture.show(
        charts.chart,
        charts.datasets(
            split.x_train[:, 0],
            split.y_train[:, 0],
            epochs=run.snapshot_epochs,
            curves=curves,
            losses=[max(_loss(run, snapshot), LOSS_DOMAIN[0]) for snapshot in range(len(curves))],
        ),
        key="kinks",
        alt=t("Generated points, and the curve of the network with its kinks; beneath, the loss by epoch."),
        x_title="x",
        y_title=t("height"),
        step_title=t("Epoch"),
        loss_title=t("loss"),
        names=(("kink", t("kink of a unit")),),
        loss_domain=LOSS_DOMAIN,
        last=run.recipe.epochs,
    )


def code() -> str:
    """Train the network with Keras, and find its kinks."""
    return snippets.kinks(recipe=settings())
