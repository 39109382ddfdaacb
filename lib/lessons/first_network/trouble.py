"""Break it: the same training with one thing wrong, beside the one as it should be; what still works, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

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
    "scale": mark(
        "{images:,} digits to learn from, with {optimizer}. Their pixels go in as they are, from 0 to 255, not divided "
        "by 255. How well does the network read new digits, compared with the one as it should be?"
    ),
    "one_epoch": mark(
        "{images:,} digits to learn from, with {optimizer}. Each is seen once only. How well does the network read new "
        "digits, compared with the one as it should be?"
    ),
    "rate": mark(
        "{images:,} digits to learn from, with {optimizer}. The learning rate is {factor:,} times as large. How well "
        "does the network read new digits, compared with the one as it should be?"
    ),
    "labels": mark(
        "{images:,} digits to learn from, with {optimizer}. Their labels are shuffled like cards: most are wrong. How "
        "well does the network read new digits, compared with the one as it should be?"
    ),
    "pixels": mark(
        "{images:,} digits to learn from, with {optimizer}. The pixels of all images are shuffled, always in the same "
        "order: you cannot read them any more. How well does the network read new ones, compared with the one as it "
        "should be?"
    ),
}
Runs = tuple[ImageRun | None, ImageRun | None]
"""The training as it should be and the broken one; None where it was not begun."""

OPTIMIZERS = ("rmsprop", "sgd")
EPOCHS = (1, 2, 5, 10, 20, 50, 100)
SHOWN = 10
"""Training images that are shown as the network gets them."""


@dataclass(frozen=True)
class Settings:
    """The source of images, what is wrong, and the training as it should be; `factor` multiplies a rate too large."""

    source: str
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
    return Settings(source, trouble, factor, right)


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
        progress, figures = st.container(), st.container()
        draw = _picture(chosen)
    with progress:
        sound, broken = _trained(chosen, draw)
    if broken is not None:
        with left:
            _images(chosen)
    with figures:
        _figures(sound, broken)
    if sound is None or broken is None or not (sound.is_over and broken.is_over):
        _waits(sound, broken)
        return
    said = trouble_words.told(sound, broken)
    if guess:
        with verdict:
            answer(guess, trouble_words.level(sound, broken), said)
    else:
        st.markdown(f"**{trouble_words.verdict(sound, broken)}** {said}")
    st.markdown(trouble_words.reason(chosen.trouble, sound, broken))


def _predicted(chosen: Settings) -> str | None:
    case = f"{chosen.trouble}_{chosen.factor}" if chosen.trouble == "rate" else chosen.trouble
    optimizer = chosen.right.optimizer
    return predict(
        t(
            QUESTIONS[chosen.trouble],
            images=chosen.right.data.training,
            optimizer=names.optimizer(optimizer),
            factor=chosen.factor,
        ),
        {
            "good": t("nearly as well"),
            "worse": t("clearly worse"),
            "guessing": t("no better than guessing"),
        },
        key=f"trouble_{case}_{optimizer}_{chosen.source}_prediction",
    )


def _trained(chosen: Settings, draw: Callable[[Runs], None]) -> Runs:
    """Both runs as far as they came, drawn while they grow; the broken one waits until the other has begun."""
    begun: Runs = (None, None)
    draw(begun)

    def draw_right(run: ImageRun) -> None:
        draw((run, begun[1]))

    right = _one(t("As it should be:"), chosen.right, "trouble_right", draw_right)
    if right is None:
        return begun
    broken = _one(t("Broken:"), chosen.broken, "trouble_broken", lambda run: draw((right, run)))
    if broken is not None:
        train.say_divergence(broken)
    return right, broken


def _one(name: str, recipe: ImageRecipe, key: str, draw: Callable[[ImageRun], None]) -> ImageRun | None:
    """Train one of the two, its name above its bar or button until it is over."""
    title = st.empty()
    kept = training.remembered(key, recipe)
    if kept is None or not kept.is_over:
        title.markdown(f"**{name}**")
    run = training.images(recipe, key=key, draw=draw)
    if run is not None and run.is_over:
        title.empty()
    return run


def _waits(right: ImageRun | None, broken: ImageRun | None) -> None:
    """Say why the two cannot be compared yet."""
    if right is None and broken is None:
        return
    if any(run is not None and not run.is_over and not len(run.test_accuracy) for run in (right, broken)):
        st.info(t("The network has not been tested yet: let it train for one epoch at least."))
        return
    st.info(t("One of the two trainings is not over. Let it go on to its end: only then can they be compared."))


def _figures(right: ImageRun | None, broken: ImageRun | None) -> None:
    if right is None:
        return
    tested, trained = (broken.test_accuracy, broken.by_epoch("accuracies")) if broken else (np.zeros(0), np.zeros(0))
    numbers(
        (t("as it should be: test"), trouble_words.percent(right.test_accuracy)),
        (t("broken: test"), trouble_words.percent(tested)),
        (t("broken: training"), trouble_words.percent(trained)),
    )


def _picture(chosen: Settings) -> Callable[[Runs], None]:
    """Make room for the picture of both runs: what draws them while they grow."""
    draw = picture.growing(
        charts.chart,
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
    return lambda runs: draw(_datasets(runs))


def _datasets(runs: Runs) -> dict[str, Any]:
    none = np.zeros(0), np.zeros(0)
    curves = {}
    for name, run in zip(charts.RUNS, runs, strict=True):
        curves[name, "training"] = (run.by_epoch("losses"), run.by_epoch("accuracies")) if run else none
        curves[name, "test"] = (run.test_loss, run.test_accuracy) if run else none
    return charts.datasets(curves, chance=t("guessing"))


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
