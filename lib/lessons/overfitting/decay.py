"""Weight decay: a penalty on large weights holds the validation loss down; L1 brings most weights near zero."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import streamlit as st

from lib import fitting
from lib.charts.overfitting import decay as charts
from lib.datasets import load
from lib.snippets import overfitting as snippets
from lib.training import overfitting as trainings
from lib.training.recipe import Recipe, Run
from lib.ui import controls, picture, training
from lib.ui.layout import answer, beside
from lib.ui.predict import predict
from lib.ui.text import mark, t

NAMES = {"none": mark("no penalty"), "l1": "L1", "l2": "L2", "both": mark("L1 and L2")}
USUAL = {"l1": 0.003, "l2": 0.01}


def settings() -> dict[str, Recipe]:
    """Ask for the strengths of the two penalties, and how long the four networks train."""
    l1, l2 = (
        controls.slider(label, key=f"decay_{kind}", default=USUAL[kind], values=trainings.STRENGTHS)
        for kind, label in (("l1", t("Strength of L1")), ("l2", t("Strength of L2")))
    )
    epochs = controls.slider(t("Epochs"), key="decay_epochs", default=150, values=trainings.EPOCHS)
    seed = controls.slider(t("Seed"), key="decay_seed", default=0, minimum=0, maximum=20, step=1)
    return dict(zip(trainings.PENALTIES, trainings.decay(l1=l1, l2=l2, epochs=epochs, seed=seed), strict=True))


def show() -> None:
    """Show the validation losses and the weights of four penalties, and what a penalty adds to the loss."""
    split = load(trainings.table(64, 0))
    st.markdown(
        t(
            "To learn something by heart, a network bends sharply, and for that it needs large weights. So let large "
            "weights cost something. While training, a **penalty** is added to the loss: **L1** adds a strength times "
            "the sum of all $|w|$, **L2** a strength times the sum of all $w^2$; L2 is also called **weight decay**. "
            "Here the reference network of the last section learns four times from the same start and the same "
            "batches of the same **real data** ({source}): without a penalty, with L1, with L2, and with both.",
            source=split.source,
        )
    )
    left, right = beside("decay")
    with left:
        recipes = settings()
        _predicted(recipes["none"].seed)
        swept = training.sweep(tuple(recipes.values()), key="decay")
        if swept is None:
            return
        runs = dict(zip(recipes, swept, strict=True))
        _table(runs)
    with right:
        _picture(runs)
    _notice(runs)
    _told_apart(runs)


def _predicted(seed: int) -> None:
    guess = predict(
        t("Which penalty brings most of the weights to zero, or nearly so?"),
        {"l1": "L1", "l2": "L2", "alike": t("both about as many")},
        key="decay_prediction",
    )
    if not guess:
        return
    swept = training.sweep(trainings.decay(l1=USUAL["l1"], l2=USUAL["l2"], seed=seed), key="decay_answer")
    if swept is None:
        return
    kernels = [_kernels(run)[-1] for run in swept]
    said = t(
        "With an L1 of {l1} and an L2 of {l2} the computation counts, of {all} weights, **{many}** under L1 and "
        "**{few}** under L2 that are smaller than {near}.",
        l1=USUAL["l1"],
        l2=USUAL["l2"],
        all=len(kernels[1]),
        many=_near_zero(kernels[1]),
        few=_near_zero(kernels[2]),
        near=snippets.NEAR_ZERO,
    )
    answer(guess, "l1", said)


def _kernels(run: Run) -> np.ndarray:
    """All weights that are penalised, without the biases, at each snapshot: (snapshots, weights)."""
    penalised = np.concatenate([np.full(math.prod(shape), len(shape) == 2) for shape in run.shapes])
    return np.asarray(run.weights[:, penalised])


def _near_zero(kernels: np.ndarray) -> int:
    return int(np.sum(np.abs(kernels) < snippets.NEAR_ZERO))


def _name(id: str) -> str:
    return t(NAMES[id])


def _table(runs: dict[str, Run]) -> None:
    kernels = {name: _kernels(run)[-1] for name, run in runs.items()}
    losses = {name: np.zeros(1) if run.val_loss is None else run.val_loss for name, run in runs.items()}
    st.table(
        pd.DataFrame(
            {
                t("|w| < {near}", near=snippets.NEAR_ZERO): [str(_near_zero(each)) for each in kernels.values()],
                t("sum of |w|"): [f"{np.abs(each).sum():.1f}" for each in kernels.values()],
                t("lowest validation loss"): [f"{fitting.smoothed(each).min():.3f}" for each in losses.values()],
                t("at the end"): [f"{each[-1]:.3f}" for each in losses.values()],
            },
            index=[_name(name) for name in runs],
        )
    )
    st.caption(
        t(
            "Of {weights} weights; biases are not penalised. The lowest loss is that of the curve smoothed over five "
            "epochs.",
            weights=len(kernels["none"]),
        )
    )


def _picture(runs: dict[str, Run]) -> None:
    first = runs["none"]
    picture.show(
        charts.chart,
        charts.datasets(
            {name: [] if run.val_loss is None else run.val_loss for name, run in runs.items()},
            first.snapshot_epochs,
            {name: _kernels(run) for name, run in runs.items()},
        ),
        key="decay",
        alt=t(
            "Validation loss by epoch for four penalties; beneath, for each a histogram of its weights at the chosen "
            "epoch. The table beside it says how many weights are near zero."
        ),
        epoch_title=t("Epoch"),
        loss_title=t("validation loss"),
        weight_title=t("weight"),
        names=tuple((name, _name(name)) for name in charts.PENALTIES),
        last=first.recipe.epochs,
    )


def _notice(runs: dict[str, Run]) -> None:
    last = {name: _kernels(run)[-1] for name, run in runs.items()}
    counts = {f"{name}_zero": _near_zero(kernels) for name, kernels in last.items()}
    largest = {f"{name}_most": float(np.abs(kernels).max()) for name, kernels in last.items()}
    st.markdown(
        t(
            "**Notice** the bars while you go through the epochs. L1 pulls every weight toward zero with the same "
            "force, however small it is: it empties many weights and can leave a few large. L2 pulls a weight the "
            "harder the larger it is, and hardly at all when it is small: it makes all of them smaller. Here, of {all} "
            "weights, {none_zero} are near zero without a penalty, {l1_zero} with L1 and {l2_zero} with L2; the "
            "largest is {none_most:.2f}, {l1_most:.2f} and {l2_most:.2f}. Gradient steps do not stop at zero exactly, "
            "they jump about it; that is why we count what is smaller than {near}.",
            all=len(last["none"]),
            near=snippets.NEAR_ZERO,
            **counts,
            **largest,
        )
    )
    st.markdown(
        t(
            "With both penalties, at the strengths that are set when the page opens, the validation loss rises less "
            "after its minimum. How much depends on the seed; a weak penalty changes little, and a strength of 0 "
            "nothing. Too strong a penalty hurts: the network can no longer learn."
        )
    )


def _told_apart(runs: dict[str, Run]) -> None:
    left, right = beside("decay_losses")
    with left:
        shown = controls.choice(t("Losses of"), ["l1", "l2", "both"], key="decay_shown", default="l2", names=_name)
        run = runs[shown]
        st.markdown(
            t(
                "Two losses that are easily confused: Keras' `fit` shows the training loss **with** the penalty, here "
                "{total:.4f} at the end. {penalty:.4f} of it is the penalty, and only {loss:.4f} is how wrong the "
                "predictions are. `fit` adds the penalty to its validation loss as well. All other numbers and curves "
                "of this page are without it: only so can runs with different penalties be compared.",
                total=float(run.loss[-1] + run.penalty[-1]),
                penalty=float(run.penalty[-1]),
                loss=float(run.loss[-1]),
            )
        )
    with right:
        picture.show(
            charts.loss_chart,
            charts.loss_datasets(run.loss, run.penalty, [] if run.val_loss is None else run.val_loss),
            key="decay_losses",
            alt=t(
                "Training loss with and without the penalty, and validation loss, by epoch; the text beside it says "
                "where they end."
            ),
            epoch_title=t("epoch"),
            loss_title=t("loss"),
            names=(
                ("training", t("training")),
                ("total", t("training with penalty")),
                ("validation", t("validation")),
            ),
            last=run.recipe.epochs,
        )


def code() -> str:
    """Train with Keras' regularizers."""
    return snippets.decay(recipes=settings())
