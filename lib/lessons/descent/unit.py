"""The linear unit: the smallest network learns the calories of cereals, along a path in the valley of its loss."""

import numpy as np
import streamlit as st

from lib import datasets, descent
from lib.charts import descent as charts
from lib.charts import plane
from lib.datasets import load
from lib.lessons.descent import runs
from lib.snippets import descent_training as snippets
from lib.training import descent as trainings
from lib.training.engine import updates_per_epoch
from lib.training.recipe import Recipe, Run
from lib.ui import controls, picture, training
from lib.ui.layout import beside, numbers
from lib.ui.text import mark, t

INPUTS = {"sugar": mark("sugar"), "fibre": mark("fibre"), "protein": mark("protein")}
W_DOMAIN, B_DOMAIN = (-2.0, 14.0), (-10.0, 110.0)
LOSS_DOMAIN = (1.0, 20000.0)
MEAL = 5.0


def settings() -> Recipe:
    """Ask for the inputs of the unit and for how it is trained."""
    return trainings.unit(
        inputs=controls.choice(t("Inputs"), list(trainings.INPUTS), key="unit_inputs", names=_inputs_name),
        batch=controls.choice(
            t("Samples in a batch"), list(trainings.BATCHES), key="unit_batch", default="8", names=_batch_name
        ),
        learning_rate=controls.slider(t("Learning rate"), key="unit_rate", default=0.004, values=trainings.UNIT_RATES),
        epochs=controls.slider(t("Epochs"), key="unit_epochs", default=600, minimum=50, maximum=1000, step=50),
    )


def _inputs_name(inputs: str) -> str:
    return " + ".join(t(INPUTS[feature]) for feature in trainings.INPUTS[inputs])


def _batch_name(batch: str) -> str:
    return t("all") if batch == "all" else batch


def show() -> None:
    """Show what the unit has learned, beside the truth: on its path with one input, in a table with several."""
    st.markdown(
        t(
            "The smallest network of all: one unit, $y = w\\,x + b$. It is to tell the calories of breakfast "
            "cereals from their sugar. The data is **generated** around $w = {w}$ and $b = {b}$, with some noise, "
            "so we know what it should find. A real Keras `Dense(1)` starts from $w = b = 0$ and learns by SGD.",
            w=f"{datasets.WEIGHTS['sugar']:g}",
            b=f"{datasets.BASE:g}",
        )
    )
    left, right = beside("unit")
    with left:
        recipe = settings()
        training.foresee(*trainings.next_units())
        run = training.run(recipe, key="unit")
        if run is None:
            return
        _figures(run)
        runs.say_divergence(run)
    alone = len(recipe.data.features) == 1
    with right:
        if alone:
            _path(run, load(recipe.data))
        else:
            _table(run)
            _losses(run)
    _notice(alone=alone)


def _figures(run: Run) -> None:
    meal = _meal(run.recipe)
    kcal = descent.unit_output(meal, run.weights[-1])
    truth = descent.unit_output(meal, _truth(run.recipe))
    numbers(
        (t("w of sugar (true: {w:g})", w=datasets.WEIGHTS["sugar"]), _figure(run.weights[-1, 0], ".3f")),
        (t("b (true: {b:g})", b=datasets.BASE), _figure(run.weights[-1, -1], ".2f")),
        (t("kcal for inputs of {grams:g} g (true: {truth:g})", grams=MEAL, truth=truth), _figure(kcal, ".1f")),
    )


def _meal(recipe: Recipe) -> list[float]:
    return [MEAL] * len(recipe.data.features)


def _truth(recipe: Recipe) -> list[float]:
    return [*(datasets.WEIGHTS[name] for name in recipe.data.features), datasets.BASE]


def _figure(value: float, format_: str) -> str:
    """Spell a number that training gave, in powers of ten where it grew beyond a million."""
    return format(value, format_ if abs(value) < 1e6 else ".2e")


def _path(run: Run, split: datasets.Split) -> None:
    x, y = split.x_train[:, 0], split.y_train[:, 0]
    w, b = run.weights[:, 0], run.weights[:, 1]
    losses = descent.unit_loss(x, y, w, b)
    per_epoch = updates_per_epoch(len(x), run.recipe.batch_size)
    updates = (run.snapshot_epochs * per_epoch).round().astype(int)
    picture.show(
        charts.unit.chart,
        charts.unit.datasets(x, y, w=w, b=b, loss=losses, w_domain=W_DOMAIN, b_domain=B_DOMAIN, updates=updates),
        key="unit",
        alt=t(
            "Calories over sugar with the learned line; the path of w and b on the loss surface; the loss by update."
        ),
        x_title=t("sugar (g)"),
        y_title=t("energy (kcal)"),
        w_title=t("weight w (kcal per g)"),
        b_title=t("bias b (kcal)"),
        step_title=t("Update"),
        loss_title=t("loss"),
        x_domain=(0.0, 15.0),
        y_domain=(0.0, 140.0),
        w_domain=W_DOMAIN,
        b_domain=B_DOMAIN,
        loss_domain=LOSS_DOMAIN,
        last=run.recipe.epochs * per_epoch,
    )


def _table(run: Run) -> None:
    st.markdown(
        t("With several inputs the line becomes a plane, then a hyperplane: $y = w_0 x_0 + w_1 x_1 + \\dots + b$.")
    )
    st.table(
        {
            t("coefficient"): [*(t(INPUTS[name]) for name in run.recipe.data.features), t("bias")],
            t("learned"): [_figure(value, ".3f") for value in run.weights[-1]],
            t("true"): [f"{value:g}" for value in _truth(run.recipe)],
        }
    )


def _losses(run: Run) -> None:
    picture.show(
        plane.loss_chart,
        {
            "losses": runs.losses(run),
            "said": plane.said_rows(run.snapshot_epochs, [_said(weights) for weights in run.weights]),
        },
        key="unit_loss",
        alt=t("Training and validation loss by epoch."),
        step_title=t("Epoch"),
        loss_title=t("loss"),
        parts=runs.parts(),
        last=run.recipe.epochs,
        loss_domain=LOSS_DOMAIN,
    )


def _said(weights: np.ndarray) -> str:
    return f"w = {', '.join(_figure(w, '.2f') for w in weights[:-1])}; b = {_figure(weights[-1], '.1f')}"


def _notice(*, alone: bool) -> None:
    if alone:
        st.markdown(
            t(
                "**Notice** the two speeds. The ball drops to the floor of the valley in a few updates, then "
                "creeps along it: $w$ is pulled hard, since sugar is counted in many grams, $b$ only gently. Take "
                "one sample at a time and the path trembles; take all and it is smooth, but every epoch is a "
                "single update. With a learning rate of 0.02 it diverges, for the valley's walls are steep; one "
                "sample at a time even sooner."
            )
        )
    else:
        st.markdown(
            t(
                "**Notice** that all weights learn at once, each at a speed of its own. The bias, which starts "
                "furthest from its place, takes longest: more epochs, or smaller batches, bring it closer."
            )
        )


def code() -> str:
    """Train the unit with Keras, and ask it for the calories of one meal."""
    recipe = settings()
    return snippets.unit(recipe=recipe, meal=_meal(recipe))
