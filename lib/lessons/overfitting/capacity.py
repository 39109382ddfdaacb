"""Less to store: a smaller network begins to overfit later, and at first gets worse more slowly, mostly."""

from __future__ import annotations

import streamlit as st

from lib import fitting
from lib.charts.overfitting import capacity as charts
from lib.datasets import load
from lib.snippets import overfitting as snippets
from lib.training import overfitting as trainings
from lib.training.recipe import Recipe, Run
from lib.ui import controls, picture, training
from lib.ui.layout import beside, numbers
from lib.ui.text import mark, t

NAMES = {"small": mark("small"), "reference": mark("reference"), "large": mark("large")}


def settings() -> dict[str, Recipe]:
    """Ask how long and from how many samples the three networks learn."""
    samples = controls.slider(
        t("Training samples"), key="capacity_samples", default=64, values=trainings.SAMPLES, live=False
    )
    epochs = controls.slider(t("Epochs"), key="capacity_epochs", default=100, values=trainings.EPOCHS, live=False)
    seed = controls.slider(
        t("Seed"),
        key="capacity_seed",
        default=0,
        minimum=0,
        maximum=20,
        step=1,
        live=False,
        help=t("Draws other rows for training, other first weights and other batches."),
    )
    return {
        network: trainings.capacity(network=network, samples=samples, epochs=epochs, seed=seed)
        for network in trainings.NETWORKS
    }


def show() -> None:
    """Show the losses of the three networks and where each turns."""
    split = load(trainings.table(64, 0))
    st.markdown(
        t(
            "What does not fit into a network cannot be learned by heart. Three real Keras networks learn to tell "
            "malignant tumours from benign ones, from {features} measurements each: **real data** ({source}). They "
            "get the same few training samples in the same batches; {validation} others are for validation. A "
            "network **overfits** from the epoch on in which its validation loss, smoothed over five epochs, is "
            "smallest: the training loss still falls, but what it learns now does not help with new samples.",
            features=split.x_train.shape[1],
            source=split.source,
            validation=trainings.VALIDATION,
        )
    )
    left, right = beside("capacity")
    with left:
        recipes = settings()
        base = _baseline(recipes)
        runs: dict[str, Run] = {}
        for name, recipe in recipes.items():
            run = training.run(recipe, key=f"capacity_{name}")
            if run is None:
                return
            runs[name] = run
        training.foresee(*trainings.next_capacities())  # not before: it would stand in the way
        _figures(runs)
        st.markdown(
            t(
                "The **baseline**, without any network: always answer with the more frequent class. That is right for "
                "{accuracy:.1f} % of the validation samples; the large network is right for {reached:.1f} %.",
                accuracy=100 * base.accuracy,
                reached=100 * _last_accuracy(runs["large"]),
            )
        )
    with right:
        _picture(runs, base)
    _notice(runs)


def _baseline(recipes: dict[str, Recipe]) -> fitting.Baseline:
    split = load(recipes["reference"].data)
    return fitting.baseline(split.y_train, split.y_val)


def _last_accuracy(run: Run) -> float:
    return float(run.val_accuracy[-1]) if run.val_accuracy is not None and run.epochs else 0.0


def _turn(run: Run) -> tuple[int, float]:
    """The epoch in which the smoothed validation loss is smallest, and its value there."""
    smooth = fitting.smoothed([] if run.val_loss is None else run.val_loss)
    epoch = fitting.turning_point([] if run.val_loss is None else run.val_loss)
    return epoch, float(smooth[epoch - 1])


def _figures(runs: dict[str, Run]) -> None:
    numbers(*((t("{network} overfits from epoch", network=_name(name, run)), _said(run)) for name, run in runs.items()))


def _said(run: Run) -> str:
    """The epoch of the turn; where the loss still falls at the end, none has been seen."""
    epoch, _ = _turn(run)
    return str(epoch) if epoch <= run.epochs - 2 else t("not yet")


def _name(id: str, run: Run) -> str:
    return "-".join(str(layer.units) for layer in run.recipe.layers)


def _picture(runs: dict[str, Run], base: fitting.Baseline) -> None:
    last = next(iter(runs.values())).recipe.epochs
    picture.show(
        charts.chart,
        charts.datasets(
            {name: (run.loss, [] if run.val_loss is None else run.val_loss) for name, run in runs.items()},
            {name: _turn(run) for name, run in runs.items()},
            baseline=(base.loss, t("baseline")),
        ),
        key="capacity",
        alt=t(
            "Training and validation loss by epoch of a small, a reference and a large network, with a mark where the "
            "validation loss of each is smallest; the figures beside it say these epochs."
        ),
        epoch_title=t("epoch"),
        loss_title=t("loss"),
        names=tuple((name, f"{t(NAMES[name])} {_name(name, run)}") for name, run in runs.items()),
        parts=(("training", t("training")), ("validation", t("validation"))),
        last=last,
    )


def _notice(runs: dict[str, Run]) -> None:
    parameters = {name: run.weights.shape[1] for name, run in runs.items()}
    st.markdown(
        t(
            "**Notice** how soon the large network turns. With its {large:,} weights it knows the training samples by "
            "heart after a few epochs, and its validation loss rises while its training loss goes to zero. The "
            "reference network ({reference:,} weights) turns later, and right after that its loss mostly rises more "
            "slowly; the small one ({small:,} weights) mostly turns later still, or not at all while we look. But "
            "small is not simply better: its validation loss often stays above that of the others even at its best, "
            "because it cannot learn enough. Change the seed several times before you believe one picture.",
            large=parameters["large"],
            reference=parameters["reference"],
            small=parameters["small"],
        )
    )
    st.markdown(
        t(
            "So this is the way that most projects go: **define** the problem, choose how success is **measured**, "
            "choose how to **evaluate** (which samples are held back), **beat a baseline**, make the network large "
            "enough to **overfit**, and only then **regularize** it: a smaller network, weight decay, dropout."
        )
    )


def code() -> str:
    """Train the three networks with Keras."""
    return snippets.capacity(recipes=settings())
