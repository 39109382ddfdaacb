"""Data augmentation: what Keras' random layers show the network of few digits, and what it gains by that."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from lib.charts.convolution import convnet as curve_charts
from lib.charts.convolution import moving as move_charts
from lib.charts.convolution import sheets
from lib.charts.convolution.tiles import greys, png
from lib.lessons import pictures
from lib.lessons.convolution import convnet, telling, trained
from lib.lessons.convolution.moving import CURVES
from lib.snippets import convnet as snippets
from lib.training import augmentation as augmentations
from lib.training import convnet as trainings
from lib.training import image_worker
from lib.training.augmentation import Augmentation
from lib.training.convnet_worker import Move
from lib.training.images import ImageRecipe, ImageRun
from lib.ui import address, controls, picture, training
from lib.ui.layout import answer, beside, numbers
from lib.ui.predict import predict
from lib.ui.text import t

SAMPLES = (50, 100, 200, 400, 800)
SHOWN = 24
"""Versions of one digit on the sheet."""

FAR = 4
"""Pixels by which test digits are shifted at most for the figure."""

MOVES: tuple[Move, ...] = tuple((float(shift), 0.0, 0.0, 1.0) for shift in CURVES["shift"])


@dataclass(frozen=True)
class Settings:
    """How digits are moved, how many there are, for how long they are trained with, and which one is shown."""

    moved: Augmentation
    samples: int
    epochs: int
    number: int


def settings() -> Settings:
    """What the controls say."""
    shift, turn, zoom = (
        controls.slider(
            label, key=f"augmentation_{key}", default=default, minimum=0, maximum=most, step=5, format=form, live=False
        )
        for label, key, default, most, form in (
            (t("RandomTranslation: up to … of the side"), "shift", 10, 30, lambda share: f"{share:.0f} %"),
            (t("RandomRotation: up to … degrees"), "turn", 10, 45, lambda degrees: f"{degrees:.0f}°"),
            (t("RandomZoom: up to … of the size"), "zoom", 10, 40, lambda share: f"{share:.0f} %"),
        )
    )
    return Settings(
        Augmentation(shift / 100, turn, zoom / 100),
        controls.slider(
            t("Training digits"), key="augmentation_samples", default=200, values=SAMPLES, format="d", live=False
        ),
        controls.slider(
            t("Epochs"), key="augmentation_epochs", default=40, minimum=10, maximum=60, step=10, live=False
        ),
        controls.slider(
            t("Digit to show"), key="augmentation_digit", default=0, minimum=0, maximum=SAMPLES[0] - 1, step=1
        ),
    )


def show() -> None:
    """Show versions of one digit, and training with and without them."""
    st.markdown(
        t(
            "Few images, and a network that knows them by heart: **data augmentation** moves each image a little, at "
            "random and anew in every epoch. A shifted 8 is still an 8, and the network has to learn that. Keras has "
            "layers for it, which do so while training and let test images pass as they are."
        )
    )
    guess = predict(
        t("The same network learns from the same few digits, but moved anew each time. What becomes of its accuracy?"),
        {
            "both": t("training and test both rise"),
            "test": t("training falls, test rises"),
            "neither": t("both fall"),
        },
        key="augmentation_prediction",
    )
    verdict = st.container()
    left, right = beside("augmentation")
    with left:
        chosen = settings()
    with right:
        recipes = _recipes(chosen)
        if recipes is None:
            trained.refuse()
            return
        _versions(chosen, recipes["plain"])
        runs = _trained(recipes, moved_too=guess is not None)
        tried = _moved_digits(runs) if len(runs) == 2 else None
    if guess and tried is not None and all(run.is_over for run in runs.values()):
        with verdict:
            _answer(guess, chosen, runs)
        _notice(runs, tried)


def code() -> str:
    """Both trainings with Keras' layers inside the model, and the accuracies on shifted digits."""
    recipes = _recipes(settings())
    return "" if recipes is None else snippets.augmentation(recipe=recipes["moved"], moves=MOVES)


def _recipes(chosen: Settings) -> dict[str, ImageRecipe] | None:
    """Training without augmentation and with it; None where the convnet cannot be trained."""
    network = trained.recipe()
    if network is None:
        return None
    with address.reading():
        source = convnet.settings().source
    return {
        name: trainings.few(network.layers, source=source, samples=chosen.samples, epochs=chosen.epochs, moved=moved)
        for name, moved in (("plain", None), ("moved", chosen.moved))
    }


def _versions(chosen: Settings, recipe: ImageRecipe) -> None:
    """A sheet of what the network is shown of one digit: first as it is, then as it comes."""
    block = tuple(range(SAMPLES[0]))
    found = pictures.samples(recipe.data, "train", block, key="augmentation_samples_shown")
    if found is None:
        return
    image = found[0][chosen.number] / np.float32(255)
    asked = chosen.moved, recipe.data, chosen.number
    versions = trained.remembered(
        "versions",
        asked,
        lambda: training.call(
            augmentations.versions, chosen.moved, image, SHOWN - 1, recipe.seed, key="augmentation_versions"
        ),
    )
    if versions is None:
        return
    shown = greys(np.concatenate([image[np.newaxis], versions]))
    picture.image(
        png(sheets.sheet(shown, columns=8, tile=84, chosen=0)),
        alt=t("A training digit, framed, and versions of it as the network is shown them."),
        caption=t("0 is the digit as it is; the others are what the network is shown of it, one in each epoch."),
    )


def _names() -> tuple[tuple[str, str], ...]:
    return (("moved", t("with augmentation")), ("plain", t("without")))


def _trained(recipes: dict[str, ImageRecipe], *, moved_too: bool) -> dict[str, ImageRun]:
    """The runs, drawn while they grow; the one with augmentation once a prediction is made, `moved_too`."""
    training.foresee((image_worker.prepare, (recipes["moved"],)))
    figures = st.container()
    draw = picture.growing(
        curve_charts.chart,
        key="augmentation",
        alt=t("Accuracy by epoch while training and on test digits, with augmentation and without."),
        epoch_title=t("epoch"),
        accuracy_title=t("accuracy"),
        networks=_names(),
        parts=(("training", t("while training")), ("test", t("on test digits"))),
        epochs=recipes["plain"].epochs,
        height=260,
    )
    curves: dict[str, curve_charts.Curves] = {}
    draw(curve_charts.datasets(curves))
    names = {"moved": t("with augmentation"), "plain": t("without augmentation")}
    runs = {}
    for name, recipe in recipes.items():
        if name == "moved" and not moved_too:
            continue

        def follow(run: ImageRun, name: str = name) -> None:
            curves[name] = trained.curves(run)
            draw(curve_charts.datasets(curves))

        run = telling.followed(recipe, key=f"augmentation_{name}", name=names[name], draw=follow)
        if run is not None and len(run.test_accuracy):
            runs[name] = run
    with figures:
        numbers(
            (t("with augmentation: training / test"), _shares(runs.get("moved"))),
            (t("without: training / test"), _shares(runs.get("plain"))),
        )
    return runs


def _shares(run: ImageRun | None) -> str:
    """Training and test accuracy at the end."""
    if run is None:
        return "?"
    return f"{100 * _training(run):.1f} % / {100 * run.test_accuracy[-1]:.1f} %"


def _training(run: ImageRun) -> float:
    return float(run.by_epoch("accuracies")[-1])


def _moved_digits(runs: dict[str, ImageRun]) -> np.ndarray | None:
    """The accuracies of both networks on shifted test digits, drawn: (networks, shifts)."""
    both = [runs[name] for name, _ in _names()]
    tried = trained.accuracies(both, MOVES, key="augmentation_accuracies")
    if tried is None:
        return None
    picture.show(
        move_charts.chart,
        move_charts.datasets(CURVES["shift"], {name: tried[i] for i, (name, _) in enumerate(_names())}),
        key="augmentation_moved",
        alt=t("Accuracy of both networks on test digits by how far all of these are shifted."),
        move_title=t("pixels to the right"),
        accuracy_title=t("test accuracy"),
        networks=_names(),
        domain=(CURVES["shift"][0], CURVES["shift"][-1]),
        height=220,
    )
    return tried


def _answer(guess: str, chosen: Settings, runs: dict[str, ImageRun]) -> None:
    """Say what became of both accuracies, with a verdict where it is one of the answers."""
    training_gain = _training(runs["moved"]) - _training(runs["plain"])
    test_gain = float(runs["moved"].test_accuracy[-1] - runs["plain"].test_accuracy[-1])
    said = t(
        "While training, accuracy {training}; on test digits it {test}.",
        training=_changed(training_gain),
        test=_changed(test_gain),
    )
    right = verdict(training_gain, test_gain)
    if chosen.moved == Augmentation():
        st.markdown(telling.sentences(said, t("No digit is moved here, so this is luck: move them.")))
    elif right is None:
        st.markdown(telling.sentences(said, t("That is none of the three answers.")))
    else:
        answer(guess, right, said)


def _changed(gain: float) -> str:
    points = round(100 * gain, 1)
    if not points:
        return t("stays the same")
    if points > 0:
        return t("rises by **{points:.1f}** points", points=points)
    return t("falls by **{points:.1f}** points", points=-points)


def verdict(training_gain: float, test_gain: float) -> str | None:
    """Which answer is right where accuracies have changed so; None where it is none of them.

    >>> verdict(-0.1, 0.02), verdict(0.1, -0.02)
    ('test', None)
    """
    if test_gain > 0:
        return "both" if training_gain > 0 else "test"
    return "neither" if training_gain <= 0 and test_gain < 0 else None


def _notice(runs: dict[str, ImageRun], tried: np.ndarray) -> None:
    near = np.abs(CURVES["shift"]) <= FAR
    moved, plain = 100 * tried[:, near].mean(axis=1)
    gain = float(runs["moved"].test_accuracy[-1] - runs["plain"].test_accuracy[-1])
    if gain > 0:
        said = t(
            "**Notice** that training becomes harder, for no image comes twice; what is learned by that holds for "
            "digits that were never seen."
        )
    else:
        said = t(
            "**Notice** that these moves do not pay on the test digits as they are: moved too far, too few epochs, or "
            "enough digits without it. Move them less, or train longer."
        )
    more = t(
        "Test digits shifted by up to {pixels} pixels are recognised in {moved:.0f} % of all cases with augmentation, "
        "in {plain:.0f} % without.",
        pixels=FAR,
        moved=moved,
        plain=plain,
    )
    st.markdown(telling.sentences(said, more))
    st.markdown(
        t("Augmentation moves what is there; it makes no new digits. Real ones, if you can get them, are better.")
    )
