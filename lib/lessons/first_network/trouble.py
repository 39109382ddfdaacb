"""Break it: the same training with one thing wrong, beside the one as it should be; what still works, and why."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from lib.charts.first_network import sheets
from lib.charts.first_network import trouble as charts
from lib.datasets import described
from lib.lessons import pictures
from lib.lessons.descent import names
from lib.lessons.first_network import train, trouble_words
from lib.snippets import first_network_training as snippets
from lib.training import first_network as trainings
from lib.training.images import ImageRecipe, ImageRun
from lib.ui import address, controls, picture, training
from lib.ui.layout import answer, beside, numbers
from lib.ui.predict import predict
from lib.ui.text import mark, t

NAMES = {
    "scale": mark("no scaling"),
    "one_epoch": mark("one epoch"),
    "rate": mark("learning rate too large"),
    "labels": mark("labels shuffled"),
    "pixels": mark("pixels shuffled"),
}
QUESTIONS = {
    "scale": mark("Pixels go in as they are, from 0 to 255, not divided by 255. Does the network learn to read?"),
    "one_epoch": mark("Every training image is seen once only. How good is the network then?"),
    "rate": mark("The learning rate is {factor:,} times as large. Does the network learn faster?"),
    "labels": mark("The labels of the training images are shuffled like cards: most are wrong. What about the test?"),
    "pixels": mark(
        "The pixels of all images are shuffled, always in the same order. You cannot read them any more. The network?"
    ),
}
OPTIMIZERS = ("rmsprop", "sgd")
EPOCHS = (1, 2, 5, 10, 20, 50, 100)
SHOWN = 10
"""Training images that are shown as the network gets them."""


@dataclass(frozen=True)
class Settings:
    """What is wrong, and the training as it should be; `factor` multiplies a learning rate that is too large."""

    trouble: str
    factor: int
    right: ImageRecipe

    @property
    def broken(self) -> ImageRecipe:
        """The training with something wrong."""
        return trainings.troubled(self.right, self.trouble, factor=self.factor)


def settings() -> Settings:
    """Ask what is to be wrong, and with which images, for how long and by which optimizer to train."""
    trouble = controls.choice(
        t("What is wrong"), list(trainings.TROUBLES), key="trouble_case", names=lambda name: t(NAMES[name])
    )
    factor = 1000
    if address.only_reading() or trouble == "rate":
        factor = controls.slider(
            t("Times the learning rate"),
            key="trouble_factor",
            default=1000,
            values=trainings.FACTORS,
            format="d",
            live=False,
        )
    source = pictures.source("trouble_source")
    usual = trainings.USUAL[source][0]
    right = trainings.first_network(
        source,
        epochs=controls.slider(
            t("Epochs"), key=f"trouble_epochs_{usual}", default=usual, values=EPOCHS, format="d", live=False
        ),
        optimizer=controls.choice(
            t("Optimizer, with its learning rate"),
            list(OPTIMIZERS),
            key="trouble_optimizer",
            names=lambda name: f"{names.optimizer(name)} {trainings.LEARNING_RATES[name]:g}",
        ),
    )
    return Settings(trouble, factor, right)


def show() -> None:
    """Train both, show their curves, and say what still works and why."""
    st.markdown(
        t(
            "To know what each part is good for, break one. The first network is trained twice, from the same weights: "
            "once as it should be, in grey, and once with **one** thing wrong, in colour."
        )
    )
    asked = st.container()
    left, right = beside("trouble", picture_width=1.9)
    with left:
        chosen = settings()
    with asked:
        guess = _predicted(chosen)
        verdict = st.container()
    with right:
        runs = _trained(chosen)
    if runs is None:
        return
    with right:
        _figures(*runs)
        _picture(chosen, *runs)
    with left:
        _images(chosen)
    if not all(run.is_over for run in runs):
        st.info(t("One of the two trainings was stopped. Let it go on: only then can they be compared."))
        return
    said = trouble_words.told(*runs)
    if guess:
        with verdict:
            answer(guess, trouble_words.level(*runs), said)
    else:
        st.markdown(f"**{trouble_words.verdict(*runs)}** {said}")
    st.markdown(trouble_words.reason(chosen.trouble, *runs))


def _predicted(chosen: Settings) -> str | None:
    return predict(
        t(QUESTIONS[chosen.trouble], factor=chosen.factor),
        {
            "good": t("nearly as good"),
            "worse": t("clearly worse"),
            "guessing": t("no better than guessing"),
        },
        key=f"trouble_{chosen.trouble}_prediction",
    )


def _trained(chosen: Settings) -> tuple[ImageRun, ImageRun] | None:
    """Both runs; None where one of them was not begun, or not yet tested."""
    right = training.images(chosen.right, key="trouble_right")
    broken = training.images(chosen.broken, key="trouble_broken") if right is not None else None
    if right is None or broken is None:
        return None
    train.say_divergence(broken)
    if not len(right.test_accuracy) or not (len(broken.test_accuracy) or broken.diverged_at is not None):
        st.info(t("The network has not been tested yet: let it train for one epoch at least."))
        return None
    return right, broken


def _figures(right: ImageRun, broken: ImageRun) -> None:
    numbers(
        (t("as it should be: test"), trouble_words.percent(right.test_accuracy)),
        (t("broken: test"), trouble_words.percent(broken.test_accuracy)),
        (t("broken: training"), trouble_words.percent(broken.by_epoch("accuracies"))),
    )


def _picture(chosen: Settings, right: ImageRun, broken: ImageRun) -> None:
    curves = {}
    for name, run in (("right", right), ("broken", broken)):
        curves[name, "training"] = run.by_epoch("losses"), run.by_epoch("accuracies")
        curves[name, "test"] = run.test_loss, run.test_accuracy
    picture.show(
        charts.chart,
        charts.datasets(curves, chance=t("guessing")),
        key="trouble",
        alt=t(
            "Accuracy above and loss below, by epoch: training solid and test dashed, as it should be in grey and "
            "broken in colour. The figures say where they end."
        ),
        epoch_title=t("epoch"),
        accuracy_title=t("accuracy"),
        loss_title=t("loss (in powers of ten)"),
        runs=(("right", t("as it should be")), ("broken", t("broken"))),
        parts=(("training", t("training")), ("test", t("test"))),
        last=chosen.right.epochs,
        far=chosen.trouble == "rate" or (chosen.trouble == "scale" and chosen.right.optimizer == "sgd"),
    )


def _images(chosen: Settings) -> None:
    """The first training images as the broken training has them, with their labels, where that is what is broken."""
    if chosen.trouble not in ("labels", "pixels"):
        return
    found = _taught(chosen.broken)
    if found is None:
        return
    images, labels = found
    picture.image(
        sheets.labelled(images, labels, rows=2, columns=SHOWN // 2),
        alt=t("The first training images as the network gets them."),
    )
    said = t("The first training images as the network gets them; their labels: {labels}")
    st.caption(said.format(labels=", ".join(map(str, labels.tolist()))))


def _taught(recipe: ImageRecipe) -> tuple[np.ndarray, np.ndarray] | None:
    if not described(recipe.data.name).trainer_only:
        return trainings.taught(recipe, SHOWN)
    asked = recipe.data, recipe.labels, recipe.pixels
    kept = st.session_state.get("trouble_taught")
    if kept is None or kept[0] != asked:
        came = training.call(trainings.taught, recipe, SHOWN, key="trouble_taught_call")
        if came is None:
            return None
        kept = st.session_state["trouble_taught"] = asked, came
    images, labels = kept[1]
    return images, labels


def code() -> str:
    """Both trainings with Keras."""
    chosen = settings()
    return snippets.trouble(recipes=(chosen.right, chosen.broken))
