"""Train it: loss and accuracy batch by batch, training against test by epoch, and the gap between them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import streamlit as st

from lib.charts.first_network import train as charts
from lib.lessons import pictures
from lib.lessons.descent import names
from lib.snippets import first_network_training as snippets
from lib.training import first_network as trainings
from lib.training.images import ImageRecipe, ImageRun
from lib.ui import address, controls, picture, training
from lib.ui.layout import answer, beside, numbers
from lib.ui.predict import predict
from lib.ui.text import t

ENOUGH, HALF = 0.9, 0.65
"""Test accuracies from which on a prediction of "more than 90", and of "about 80" of 100 was right."""

LOW = 90.0
"""Percent of right answers below which, in training and test, a network has learned too little."""

GAP = 0.5
"""Points from which on there is a gap."""

NOTE = "train_note"
"""Where it is kept for the code which run is looked at, and how far it came."""


@dataclass(frozen=True)
class Settings:
    """The source of images, what to train, and whether the picture shows its end as if under a magnifier."""

    source: str
    recipe: ImageRecipe
    zoomed: bool


def settings() -> Settings:
    """Ask for the images, for how long and in which batches to train, for the optimizer and the hidden layer."""
    source = pictures.source("train_source")
    epochs, batch_size = trainings.USUAL[source]
    own = "train" if source == "digits28" else "train_mnist"  # what is usual for one is not for the other
    return Settings(
        source,
        trainings.first_network(
            source,
            epochs=controls.slider(
                t("Epochs"),
                key=f"{own}_epochs",
                default=epochs,
                minimum=1,
                maximum=trainings.MOST_EPOCHS,
                step=1,
                live=False,
            ),
            batch_size=controls.slider(
                t("Batch size"),
                key=f"{own}_batch",
                default=batch_size,
                values=trainings.BATCHES,
                format="d",
                live=False,
            ),
            optimizer=controls.choice(
                t("Optimizer, with its learning rate"),
                list(trainings.LEARNING_RATES),
                key="train_optimizer",
                names=lambda name: f"{names.optimizer(name)} {trainings.LEARNING_RATES[name]:g}",
            ),
            width=controls.slider(
                t("Units in the hidden layer"),
                key="train_width",
                default=512,
                values=trainings.WIDTHS,
                format="d",
                live=False,
            ),
        ),
        controls.toggle(t("Magnify the end of training"), key="train_zoom"),
    )


def show() -> None:
    """Train the network, show how loss and accuracy fall and rise, and name the gap."""
    st.markdown(
        t(
            "Now all four parts at work. In each **update** the network gets one batch, and every weight takes a small "
            "step; when all training images had their turn, an **epoch** is over. After each epoch the network is "
            "**tested** with digits that take no part in training: that is what counts."
        )
    )
    guessed = st.container()
    left, right = beside("train", picture_width=1.9)
    with left:
        chosen = settings()
    with guessed:
        guess, verdict = _asked(chosen), st.container()
    with right:
        progress, figures = st.container(), st.container()
        draw = _picture(chosen)
    if training.trainer().finished.get(chosen.recipe) is None:
        draw(None)  # the frame is there from the beginning
    training.foresee(*trainings.ahead())
    with progress:
        run = training.images(chosen.recipe, key="first_network", draw=draw)
        if run is None:
            return
        note(run)
        say_divergence(run)
    if chosen.zoomed and not run.is_over:
        draw(run, stopped=True)
    with figures:
        _figures(run)
    if guess and len(run.test_accuracy):
        with verdict:
            _answer(guess, run)
    st.markdown(_noticed(run))


def _asked(chosen: Settings) -> str | None:
    return predict(
        t(
            "{images:,} digits to learn from: of 100 digits that the network has never seen, how many will it read "
            "correctly after training?",
            images=chosen.recipe.data.training,
        ),
        {"half": t("about 50"), "most": t("about 80"), "nearly": t("more than 90")},
        key=f"train_{chosen.source}_prediction",
    )


def _answer(guess: str, run: ImageRun) -> None:
    accuracy = float(run.test_accuracy[-1])
    right = "nearly" if accuracy > ENOUGH else "most" if accuracy > HALF else "half"
    said = t(
        "After {updates:,} updates it reads **{right:.1f} of 100** new digits correctly; whoever guesses gets 10.",
        updates=len(run.test_accuracy) * run.recipe.updates_per_epoch,
        right=100 * accuracy,
    )
    answer(guess, right, said)


class _Draw(Protocol):
    """Draws a run as it is, the end of one that is over or `stopped` under the magnifier where that is asked for."""

    def __call__(self, run: ImageRun | None, *, stopped: bool = False) -> None: ...


def _picture(chosen: Settings) -> _Draw:
    """Make room for the picture of a run: what draws it while it grows, and its end."""
    room, frames = st.empty(), {}

    def draw(run: ImageRun | None, *, stopped: bool = False) -> None:
        at_the_end = run is not None and chosen.zoomed and (stopped or run.is_over)
        if at_the_end not in frames:
            with room:
                frames[at_the_end] = _frame(chosen.recipe, _ends(run) if run and at_the_end else None)
        frames[at_the_end](_datasets(run) if run else charts.nothing())

    return draw


def _frame(recipe: ImageRecipe, ends: tuple[float, float] | None) -> Callable[[Mapping[str, Any]], None]:
    return picture.growing(
        charts.chart,
        key="train_end" if ends else "train",
        alt=t(
            "Accuracy above and loss below, by update: a solid line for the batches, with marks for the epochs; a "
            "dashed line for the test after each epoch. The figures beside it say where they end."
        ),
        update_title=t("update ({updates:,} make an epoch)", updates=recipe.updates_per_epoch),
        accuracy_title=t("accuracy"),
        loss_title=t("loss"),
        parts=(("training", t("training")), ("test", t("test"))),
        last=recipe.epochs * recipe.updates_per_epoch,
        ends=ends or charts.WHOLE,
    )


def _curves(run: ImageRun) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Losses and accuracies by epoch, of training and of the test."""
    return (run.by_epoch("losses"), run.by_epoch("accuracies")), (run.test_loss, run.test_accuracy)


def _ends(run: ImageRun) -> tuple[float, float]:
    return charts.window(*_curves(run))


def _datasets(run: ImageRun) -> dict[str, Any]:
    """What the picture shows of a run."""
    return charts.datasets(
        (run.losses, run.accuracies),
        *_curves(run),
        per_epoch=run.recipe.updates_per_epoch,
        last=run.recipe.epochs * run.recipe.updates_per_epoch,
        gap=_gap_words(gap(run)) if len(run.test_accuracy) else "",
    )


def percents(run: ImageRun) -> tuple[float, float]:
    """Percent of right answers of the last tested epoch in training and in the test, as they are shown: rounded."""
    trained = run.by_epoch("accuracies")[len(run.test_accuracy) - 1]
    return round(100 * float(trained), 1), round(100 * float(run.test_accuracy[-1]), 1)


def gap(run: ImageRun) -> float:
    """By how many points the shown accuracy of the last tested epoch is higher in training than in the test."""
    if not len(run.test_accuracy):
        return 0.0
    trained, tested = percents(run)
    return round(trained - tested, 1)


def _gap_words(points: float) -> str:
    if points < 0:
        return t("test +{points:.1f} points", points=-points)
    return t("gap {points:.1f} points", points=points)


def _figures(run: ImageRun) -> None:
    updates = run.recipe.epochs * run.recipe.updates_per_epoch
    done = f"{len(run.losses):,}" if len(run.losses) == updates else f"{len(run.losses):,} / {updates:,}"
    shown = [(t("updates"), done), (t("seconds"), f"{run.seconds:.1f}")]
    if len(run.test_accuracy):
        (trained, tested), points = percents(run), gap(run)
        shown = [
            (t("test accuracy"), f"{tested:.1f} %"),
            (t("training accuracy"), f"{trained:.1f} %"),
            (t("test better by") if points < 0 else t("gap"), t("{points:.1f} points", points=abs(points))),
            *shown,
        ]
    numbers(*shown)


def remind(run: ImageRun, *, latest: bool = False) -> None:
    """Say in other sections which network is looked at, and where training diverged.

    Of a stopped training they take what came of its last test, or, `latest`, of its last update.
    """
    said = t(
        "The network of “Train it”: hidden units {units}, training images {images:,}, epochs {epochs}.",
        units=run.recipe.layers[1].units,  # type: ignore[union-attr]  # the second layer is dense
        images=run.recipe.data.training,
        epochs=run.recipe.epochs,
    )
    if not run.is_over:
        said += " " + _stopped_words(run, latest)
    st.caption(said)
    note(run)
    say_divergence(run)


def _stopped_words(run: ImageRun, latest: bool) -> str:
    if latest:
        return t("It was stopped: here it is as after update {updates:,}, the latest one.", updates=len(run.losses))
    if len(run.test_accuracy):
        return t(
            "It was stopped at update {updates:,}: here it is as at its last test, after epoch {epoch}.",
            updates=len(run.losses),
            epoch=len(run.test_accuracy),
        )
    return t("It was stopped at update {updates:,}, before its first test.", updates=len(run.losses))


def note(run: ImageRun) -> None:
    """Remember for the code how far the run came that is looked at."""
    controls.put(NOTE, (run.recipe, len(run.losses), run.is_over))


def stopped(recipe: ImageRecipe) -> int | None:
    """After how many updates the training of this recipe was stopped; None where it was not."""
    of, updates, is_over = address.settings().values.get(NOTE, (None, 0, True))
    return None if is_over or of != recipe else int(updates)


def reached(recipe: ImageRecipe) -> int:
    """How many epochs of this recipe are over, all of them where it was not stopped."""
    updates = stopped(recipe)
    return recipe.epochs if updates is None else updates // recipe.updates_per_epoch


def say_divergence(run: ImageRun) -> None:
    """Say so where the loss of a run was no longer a number."""
    if run.diverged_at is not None:
        st.warning(
            t(
                "Training diverged: at update {update:,} the loss was no longer a finite number. A smaller learning "
                "rate helps.",
                update=run.diverged_at + 1,
            ),
            icon=":material/error:",
        )


def _noticed(run: ImageRun) -> str:
    each = charts.averaged(run.recipe.epochs * run.recipe.updates_per_epoch)
    line = t("The thin line shows every batch.")
    if each > 1:
        line = t("The thin line is smoothed: each of its points is the mean of {each} batches.", each=each)
    marks = t(
        "The marks for training are means over an epoch, during which the network still learned; the test comes after "
        "it. So in the first epochs the test may even look better."
    )
    return f"{_gap_noticed(run)}\n\n{line} {marks}"


def _gap_noticed(run: ImageRun) -> str:
    if not len(run.test_accuracy):
        return t("**Notice** how steeply the loss falls at first. The test waits for the end of an epoch.")
    (trained, tested), points = percents(run), gap(run)
    values = {"train": trained, "test": tested, "epoch": len(run.test_accuracy), "points": abs(points)}
    if max(trained, tested) < LOW:
        return t(
            "**Notice** that both are low: in epoch {epoch} the network reads {train:.1f} % of the digits that it "
            "learns from, and {test:.1f} % of new ones. It has not even learned its own digits. This is "
            "**underfitting**: the network is too small, or its training too short. Give it more hidden units, more "
            "epochs, or smaller batches, which make more updates.",
            **values,
        )
    if points >= GAP:
        return t(
            "**Notice** the gap. In epoch {epoch} the network reads {train:.1f} % of the digits that it learns from, "
            "but only {test:.1f} % of new ones. What it knows of its own digits does not all hold for others: this is "
            "your first sight of **overfitting**. Magnify the end of training, and train longer: which of the two "
            "curves still climbs?",
            **values,
        )
    if points <= -GAP:
        return t(
            "**Notice** that there is no gap yet: in epoch {epoch} the network reads {train:.1f} % of the digits that "
            "it learns from, and {test:.1f} % of new ones, so the test is better by {points:.1f} points. Train "
            "longer, or make the hidden layer wider: sooner or later the training accuracy runs ahead of the test. "
            "That gap is your first sight of **overfitting**.",
            **values,
        )
    return t(
        "**Notice** that there is no gap yet: in epoch {epoch} the network reads {train:.1f} % of the digits that it "
        "learns from, and {test:.1f} % of new ones. Train longer, or make the hidden layer wider: sooner or later the "
        "training accuracy runs ahead of the test. That gap is your first sight of **overfitting**.",
        **values,
    )


def code() -> str:
    """Train the same network with Keras, and test it."""
    recipe = settings().recipe
    return snippets.train(recipe=recipe, stopped=stopped(recipe))
