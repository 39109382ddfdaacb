"""64 learning rates at once: between rates that are too small and too large lies a valley of good ones."""

import math
from dataclasses import replace

import numpy as np
import streamlit as st

from lib import datasets, descent
from lib.charts import descent as charts
from lib.charts import plane
from lib.datasets import load
from lib.lessons.descent import names, runs
from lib.snippets import descent_training as snippets
from lib.training import descent as trainings
from lib.training.recipe import OPTIMIZERS, Recipe, Run
from lib.ui import controls, picture, training
from lib.ui.layout import beside, numbers
from lib.ui.text import mark, t

DATA = {
    "circle": mark("circle"),
    "xor": "XOR",
    "gauss": mark("two clouds"),
    "spiral": mark("spiral"),
    "moons": mark("moons"),
}


def settings() -> tuple[Recipe, float]:
    """Ask for the recipe whose learning rates are tried, and for the rate of the run that is shown below."""
    recipe = trainings.classifier(
        data=controls.choice(t("Data"), list(trainings.SWEEP_DATA), key="sweep_data", names=_data_name),
        network=controls.choice(t("Network"), list(trainings.SWEEP_NETWORKS), key="sweep_network"),
        optimizer=controls.choice(t("Optimizer"), list(OPTIMIZERS), key="sweep_optimizer", names=names.optimizer),
        noise=controls.slider(
            t("Noise"), key="sweep_noise", default=0.5, minimum=0.0, maximum=1.5, step=0.1, live=False
        ),
        epochs=controls.slider(
            t("Epochs"), key="sweep_epochs", default=60, minimum=10, maximum=200, step=10, live=False
        ),
    )
    usual = descent.nearest_rate(trainings.SWEEP_RATES, 0.1)
    rate = controls.slider(t("Learning rate of one run"), key="sweep_rate", default=usual, values=trainings.SWEEP_RATES)
    return recipe, rate


def _data_name(id: str) -> str:
    return t(DATA[id])


def show() -> None:
    """Show how every learning rate ended, and one of the runs."""
    st.markdown(
        t(
            "Which learning rate is right? Ask all of them. Here **64 real networks** learn at once, from the same "
            "start on the same batches, each with its own learning rate. The data is generated: {points} points of "
            "two classes. Every mark is one finished training. Click one, or move the slider, to see its run below.",
            points=trainings.POINTS,
        )
    )
    left, right = beside("sweep")
    with left:
        recipe, rate = settings()
        training.foresee(*trainings.next_sweeps(_network_name(recipe), recipe.optimizer))
        swept = training.sweep(trainings.sweep(recipe), key="sweep")
        if swept is None:
            return
    with right:
        zone = _rates(swept, rate)
    _picked(replace(recipe, learning_rate=rate, grid=60), zone)


def _network_name(recipe: Recipe) -> str:
    widths = tuple(layer.units for layer in recipe.layers[:-1])
    return next(name for name, hidden in trainings.SWEEP_NETWORKS.items() if hidden == widths)


def _rates(swept: tuple[Run, ...], rate: float) -> descent.Zone:
    """Show the last loss of each run over its learning rate; return the zone in which the picked one lies."""
    rates = trainings.SWEEP_RATES
    finals = [_last(run.loss) if run.diverged_at is None else math.inf for run in swept]
    zones = descent.zones(finals, initial_loss=math.log(2))
    picture.show(
        charts.sweep.chart,
        {"runs": charts.sweep.sweep_rows(rates, finals, zones, picked=rates.index(rate), ceiling=1.0)},
        key="sweep",
        on_select=_pick,
        alt=t("Loss after the last epoch over the learning rate, for 64 runs; the best rate is named below."),
        rate_title=t("learning rate"),
        loss_title=t("loss after the last epoch (drawn up to 1)"),
        names=(("too_slow", t("too slow")), ("good", t("good")), ("divergent", t("too large"))),
        rate_domain=(0.0008, 40.0),
        loss_domain=(0.0, 1.02),
    )
    st.markdown(
        t(
            "**Notice** the valley that mostly lies between two failures: too small a rate has hardly learned "
            "after {epochs} epochs, too large a one jumps about. The best here is **{best:g}**. Change the "
            "optimizer: each has its own good range, and Adam's begins at much smaller rates than SGD's. Change "
            "the data: for two clouds far more rates will do. So a rate is good only for a task, a network and an "
            "optimizer.",
            epochs=swept[0].recipe.epochs,
            best=descent.best_rate(rates, finals),
        )
    )
    return zones[rates.index(rate)]


def _pick() -> None:
    """Take a click on a mark over to the slider."""
    chosen = st.session_state["sweep"]["selection"].get("pick") or []
    if chosen and chosen[0].get("run") in range(len(trainings.SWEEP_RATES)):
        controls.put("sweep_rate", trainings.SWEEP_RATES[chosen[0]["run"]])


def _picked(recipe: Recipe, zone: descent.Zone) -> None:
    left, right = beside("picked")
    with left:
        run = training.run(recipe, key="picked")
        if run is None:
            return
        runs.say_divergence(run)
        if run.epochs:
            _figures(run)
        if zone == "divergent":
            st.caption(
                t(
                    "With so large a learning rate training is chaotic: the code below prints other numbers, "
                    "because another machine rounds the last digit differently."
                )
            )
    with right:
        if run.epochs and run.maps is not None:
            _plane(run, run.maps[..., 0])


def _figures(run: Run) -> None:
    numbers(
        (t("training loss"), f"{_last(run.loss):.4f}"),
        (t("validation loss"), f"{_last(run.val_loss):.4f}"),
        (t("validation accuracy"), f"{100 * _last(run.val_accuracy):.1f} %"),
    )


def _last(values: np.ndarray | None) -> float:
    return float(values[-1]) if values is not None and len(values) else math.inf


def _plane(run: Run, maps: np.ndarray) -> None:
    split = load(run.recipe.data)
    picture.show(
        plane.chart,
        {
            "maps": plane.map_rows(maps, run.snapshot_epochs, datasets.DOMAIN),
            "points": plane.point_rows(split.x_train, split.y_train),
            "losses": runs.losses(run),
        },
        key="picked",
        alt=t("What the chosen network predicts on the plane, with the training points; beneath, its losses by epoch."),
        x_title="x₁",
        y_title="x₂",
        step_title=t("Epoch"),
        loss_title=t("loss"),
        classes=(t("class 0"), t("class 1")),
        parts=runs.parts(),
        domain=datasets.DOMAIN,
        loss_domain=(0.01, 100.0),
        last=run.recipe.epochs,
    )


def code() -> str:
    """Train the picked run with Keras."""
    recipe, rate = settings()
    return snippets.sweep(recipe=replace(recipe, learning_rate=rate))
