"""What excites a filter: the network stays as it is, and the image is changed, step by step up the gradient."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from lib import filters
from lib.charts.convolution import excite as charts
from lib.charts.convolution import tiles
from lib.layers import Conv2D, ledger
from lib.lessons import pictures
from lib.lessons.convolution import telling, trained
from lib.snippets import filters as snippets
from lib.training import excitation
from lib.training.convnet import INPUTS, Network
from lib.training.excitation import Excited
from lib.training.images import ImageRecipe, ImageRun
from lib.ui import controls, picture, training
from lib.ui.layout import answer, beside, numbers
from lib.ui.predict import predict
from lib.ui.text import t
from lib.windows import field_size

STEPS = (10, 20, 30, 40, 60)
TYPICAL = 1
"""The filter that is shown first: as for most, its image does better than any digit, and it has a clear pattern."""
SEED = 0
KEPT = 4
"""Sets of images that a visitor keeps: up to 1.5 MB each."""
DIGITS = 6
"""Test digits that are shown, those that excite the filter most."""
WEAKER, STRONGER = 1.0, 4.0
"""How many times as strongly as the best test digit the image excites the filter, between which it is some times."""
WHITE, BLACK, PLAIN = 0.95, 0.05, 0.6
"""From where on and up to where a pixel counts as white and as black; the share of white ones of a plain image."""


@dataclass(frozen=True)
class Settings:
    """A convolution by its position, one of its filters, the noise to begin with, the steps, and how many are shown."""

    position: int
    number: int
    noise: float
    steps: int
    step: int


def settings() -> Settings:
    """What the controls say."""
    recipe = trained.recipe()
    layers = Network().layers if recipe is None else recipe.layers
    position = trained.layer("excite_layer", layers, (Conv2D,), default=2)
    count = ledger(layers, INPUTS)[position].shape[-1]
    number = controls.slider(t("Filter"), key="excite_filter", default=TYPICAL, minimum=0, maximum=count - 1, step=1)
    noise = controls.slider(
        t("Noise at the start"),
        key="excite_noise",
        default=0.25,
        minimum=0.0,
        maximum=0.5,
        step=0.05,
        format=".2f",
        live=False,
        help=t("How far each pixel of the first image is from grey, at most."),
    )
    steps = controls.slider(t("Steps in all"), key="excite_steps", default=30, values=STEPS, live=False)
    before_the_end = controls.slider(
        t("Step"),
        key="excite_step",
        default=0,
        values=tuple(range(steps, -1, -1)),
        format=lambda left: f"{steps - left:.0f}",
    )
    return Settings(position, number, noise, steps, steps - before_the_end)


def show() -> None:
    """Show an image that grows to what a filter answers to, those of its neighbours, and how its activation rises."""
    st.markdown(
        t(
            "Now turn the question round: what would a filter *like* to see? So far images stayed as they were, and "
            "training changed the weights. Here **the network stays as it is, and the image is changed**. Begin with "
            "grey noise, and ask for each pixel how fast the filter's **activation**, the mean of its map, grows with "
            "it: that is the gradient. Go a small step uphill, then again. This is gradient descent turned upward, "
            "gradient *ascent*."
        )
    )
    guess = predict(
        t(
            "Each filter of this layer gets an image of its own, made to excite it. For most filters, how strong is "
            "the activation by this image (the median), compared with that by the best test digit?"
        ),
        {"weaker": t("less"), "some": t("up to four times as much"), "stronger": t("even more")},
        key="excite_prediction",
    )
    verdict = st.container()
    left, right = beside("excite", picture_width=2)
    with left:
        chosen = settings()
    with right:
        recipe = trained.recipe()
        run = trained.run(recipe)
        if recipe is None or run is None:
            return
        page = _page(recipe, chosen)
        grown, answers = _grown(recipe, run, chosen, page), _answers(recipe, run, chosen)
        if grown is None or answers is None:
            return
        if guess:
            with verdict:
                _answer(guess, chosen, grown, page, answers[:, list(page)])
        _images(recipe, chosen, grown, page, answers[:, chosen.number])
        _sheet(chosen, grown, page, answers[:, list(page)])
    with left:
        _curve(chosen, grown, page, answers[:, chosen.number])
    st.markdown(notice(recipe, chosen, grown, page, answers[:, list(page)]))


def code() -> str:
    """The training, and the climb of the chosen filter's image."""
    chosen, recipe = settings(), trained.recipe()
    if recipe is None:
        return ""
    return snippets.excite(
        recipe=recipe,
        position=chosen.position,
        number=chosen.number,
        noise=chosen.noise,
        steps=chosen.steps,
        digits=pictures.MOST,
        seed=SEED,
    )


def _page(recipe: ImageRecipe, chosen: Settings) -> range:
    """The filters whose images are made at once: the chosen one among them."""
    count = excitation.together(recipe.layers, recipe.inputs, chosen.position)
    first = chosen.number // count * count
    return range(first, min(first + count, ledger(recipe.layers, INPUTS)[chosen.position].shape[-1]))


def _grown(recipe: ImageRecipe, run: ImageRun, chosen: Settings, page: range) -> Excited | None:
    layers, weights = recipe.layers, run.weights[-1]
    rest = chosen.position, tuple(page), chosen.noise, chosen.steps, SEED
    return trained.remembered(
        "excited",
        (recipe, run.weight_epochs[-1], rest),
        lambda: training.call(excitation.excited, layers, recipe.inputs, weights, *rest, key="excite_images"),
        most=KEPT,
    )


def _answers(recipe: ImageRecipe, run: ImageRun, chosen: Settings) -> np.ndarray | None:
    """The activations that test digits cause, of those that can be shown: (images, filters)."""
    layers, weights = recipe.layers, run.weights[-1]
    rest = chosen.position, recipe.data, pictures.MOST
    return trained.remembered(
        "answers",
        (recipe, run.weight_epochs[-1], rest),
        lambda: training.call(excitation.answers, layers, recipe.inputs, weights, *rest, key="excite_answers"),
        most=KEPT,
    )


def _answer(guess: str, chosen: Settings, grown: Excited, page: range, answers: np.ndarray) -> None:
    """How many times as strongly as the best digit the images excite their filters: the median, and the chosen one."""
    best, last = answers.max(axis=0), grown.activations[:, -1]
    alive = best > 0
    if not alive.any():
        return
    times = float(np.median(last[alive] / best[alive]))
    right, own = _strength(times), page.index(chosen.number)
    said = t(
        "At the median of the filters on the sheet, the image excites its filter **{times:.1f}** times as much as the "
        "best of {count} test digits.",
        times=times,
        count=len(answers),
    )
    of_one = ""
    if not alive[own]:
        of_one = t("No test digit excites filter {number}, so there is nothing to compare.", number=chosen.number)
    elif _strength(float(last[own] / best[own])) != right:
        of_one = t(
            "Filter {number} is an exception: **{times:.1f}** times.", number=chosen.number, times=last[own] / best[own]
        )
    answer(guess, right, telling.sentences(said, of_one))


def _strength(times: float) -> str:
    return "weaker" if times < WEAKER else "some" if times <= STRONGER else "stronger"


def _images(recipe: ImageRecipe, chosen: Settings, grown: Excited, page: range, answers: np.ndarray) -> None:
    """The figures, the image at the chosen step, and the digits that excite the filter most."""
    own = page.index(chosen.number)
    activations, best = grown.activations[own], float(answers.max())
    numbers(
        (t("activation at step {step}", step=chosen.step), charts.spelled(float(activations[chosen.step]))),
        (t("at the start"), charts.spelled(float(activations[0]))),
        (t("of the best test digit"), charts.spelled(best)),
    )
    with st.container(horizontal=True, gap="small", key="excite_images"):
        picture.image(
            tiles.png(charts.large(grown.images[own, chosen.step])),
            alt=t("The image that is made for the chosen filter, at the chosen step."),
            caption=t("filter {number}, step {step}", number=chosen.number, step=chosen.step),
            width=charts.SIDE,
        )
        _digits(recipe, answers)
    st.markdown(_said(grown, own, chosen.number, best))


def _digits(recipe: ImageRecipe, answers: np.ndarray) -> None:
    """The test digits that excite the filter most, beneath what they cause; none for a filter that none excites."""
    strongest = [int(i) for i in np.argsort(-answers, kind="stable")[:DIGITS] if answers[i] > 0]
    block = tuple(range(len(answers)))
    found = pictures.samples(recipe.data, "test", block, key="excite_samples") if strongest else None
    if found is None:
        return
    drawn = charts.digits(found[0][strongest], answers[strongest].tolist())
    picture.image(
        tiles.png(drawn),
        alt=t("The test digits that excite the filter most, with their activations."),
        caption=t("the test digits that excite it most, of {count}", count=len(answers)),
        width=drawn.shape[1],
    )


def _curve(chosen: Settings, grown: Excited, page: range, answers: np.ndarray) -> None:
    """The activation of the chosen filter by step."""
    best = float(answers.max())
    picture.show(
        charts.chart,
        charts.datasets(
            grown.activations[page.index(chosen.number)],
            step=chosen.step,
            digit=best if best > 0 else None,
        ),
        key="excite",
        alt=t("The activation of the filter by step, and that of the best test digit as a dashed line."),
        step_title=t("steps"),
        activation_title=t("activation"),
        steps=chosen.steps,
        names=(("image", t("the image")), ("digit", t("best test digit"))),
    )


def _said(grown: Excited, own: int, number: int, best: float) -> str:
    """What is peculiar about the chosen filter, "" where nothing is."""
    activations = grown.activations[own]
    if not activations[-1] > 0 and best > 0:
        return t(
            "From this start the climb never woke **filter {number}**, though there are test digits that excite it. "
            "Try another noise at the start.",
            number=number,
        )
    if grown.flat[own]:
        return t(
            "**Filter {number} is dead**: its gradient is 0 in every pixel, so that no step leads anywhere, and the "
            "image stays as it was.",
            number=number,
        )
    if not activations[-1] > 0:
        return t(
            "**Filter {number} is dead**: it responds with 0 everywhere, even to the image that was made for it. What "
            "grew there follows its largest sum *before* relu, which stayed negative.",
            number=number,
        )
    if not best > 0:
        return t(
            "No test digit excites **filter {number}**, and yet it is not dead: digits never show it what it is "
            "looking for.",
            number=number,
        )
    if not activations[0] > 0:
        return t(
            "At the start **filter {number}** responded nowhere. There relu has no slope, so the first steps follow "
            "its largest sum *before* relu, until it responds somewhere.",
            number=number,
        )
    return ""


def _sheet(chosen: Settings, grown: Excited, page: range, answers: np.ndarray) -> None:
    """The images of all filters of the page, at the chosen step."""
    silent = ~(grown.activations[:, -1] > 0)
    st.markdown(
        t(
            "**The images of filters {first} to {last}** at step {step}, each made for its own filter:",
            first=page[0],
            last=page[-1],
            step=chosen.step,
        )
    )
    sheet = charts.sheet(grown.images[:, chosen.step], filters=page, chosen=chosen.number, silent=silent)
    picture.image(
        tiles.png(sheet),
        alt=t(
            "The images that excite the filters, numbered, the chosen one framed; a cross marks those that stay at 0."
        ),
    )
    if silent.any():
        st.markdown(_never(silent, grown.flat, answers.max(axis=0) > 0, page))


def _never(silent: np.ndarray, flat: np.ndarray, excited: np.ndarray, page: range) -> str:
    """Which filters have an activation of 0 to the end, and what their images show all the same.

    `excited` are those that some test digit excites, which are not dead therefore.
    """
    said = []
    if (dead := silent & ~excited).any():
        numbers = trained.counted([page[i] for i in np.flatnonzero(dead)])
        said.append(t("**×** Dead, with an activation of 0 to the end: {numbers}.", numbers=numbers))
    if (asleep := silent & excited).any():
        numbers = trained.counted([page[i] for i in np.flatnonzero(asleep)])
        said.append(t("**×** Never woken from this start, though test digits excite them: {numbers}.", numbers=numbers))
    if (silent & ~flat).any():
        said.append(t("What grew in their images follows the largest sum *before* relu, which stayed negative."))
    return telling.sentences(*said)


def notice(recipe: ImageRecipe, chosen: Settings, grown: Excited, page: range, answers: np.ndarray) -> str:
    """What the image has to do with the digits, how large its pattern may be, and who is dead for digits only."""
    seen = field_size(filters.windows(recipe.layers[: chosen.position + 1]))
    said = [
        t(
            "**Notice** that the image is no digit: it need not look like anything. What the filter looks for fits "
            "into {seen} × {seen} pixels, for that is all that a place of its map can see; and as the mean of the map "
            "counts, the image asks for it at as many places as it can.",
            seen=seen,
        )
    ]
    last = grown.images[:, -1] / 255
    plain = int(((last >= WHITE).mean(axis=(1, 2)) >= PLAIN).sum())
    if plain:
        said.append(
            t(
                "{plain} of the {count} images end mostly plain white: for these filters any ink will do.",
                plain=plain,
                count=len(last),
            )
        )
    mean = grown.activations.mean(axis=0)
    half = int(np.argmax(mean - mean[0] >= (mean[-1] - mean[0]) / 2))
    if 0 < half < chosen.steps / 2:
        said.append(
            t(
                "Of the rise of the mean activation, from {start:.3g} to {end:.3g}, half is done after {half} of the "
                "{steps} steps; at the end {done:.0f} % of all pixels are as good as black or white.",
                start=mean[0],
                end=mean[-1],
                half=half,
                steps=chosen.steps,
                done=100 * ((last >= WHITE) | (last <= BLACK)).mean(),
            )
        )
    unseen = (answers.max(axis=0) <= 0) & (grown.activations[:, -1] > 0)
    if unseen.any():
        said.append(
            t(
                "No test digit wakes these filters, but their images do: {numbers}. Dead *for digits* is not dead for "
                "all images.",
                numbers=trained.counted([page[i] for i in np.flatnonzero(unseen)]),
            )
        )
    return telling.sentences(*said)
