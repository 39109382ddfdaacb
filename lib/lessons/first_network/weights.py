"""What the units look for: the weights of hidden units as images, before and after training."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from lib import maps
from lib.charts.first_network import judge as bars
from lib.charts.first_network import weights as charts
from lib.lessons import pictures
from lib.lessons.first_network import train, weights_words
from lib.lessons.pictures import Picture
from lib.snippets import first_network_training as snippets
from lib.training import first_network as trainings
from lib.training.images import ImageRecipe, ImageRun
from lib.ui import address, controls, picture, training
from lib.ui.layout import beside, numbers
from lib.ui.predict import predict
from lib.ui.text import mark, t

NETWORKS = {"hidden": mark("the trained one"), "plain": mark("without a hidden layer")}
VIEWS = {"weights": mark("weights"), "change": mark("what training changed")}
ORDERS = {"strength": mark("who speaks loudest"), "digit": mark("for one digit"), "number": mark("as they come")}

PAGE = 32
"""Hidden units on a sheet."""

DRAWN = "weights_drawn"
"""Where a drawn digit is kept for the code."""


@dataclass(frozen=True)
class Settings:
    """The network, the epoch, what is shown of its units in which order, the chosen place, and the test image.

    Places count from 0; `number` is None for a drawing.
    """

    plain: bool
    epoch: int
    changes: bool
    order: str
    digit: int
    place: int
    number: int | None


def settings() -> Settings:
    """Ask for a network, an epoch, units in some order, and an image."""
    plain = _network() == "plain"
    recipe = _recipe(plain=plain)
    return _asked(recipe, tuple(range(train.reached(recipe) + 1)))


def _network() -> str:
    return controls.choice(t("Network"), list(NETWORKS), key="weights_network", names=lambda name: t(NETWORKS[name]))


def _recipe(*, plain: bool) -> ImageRecipe:
    with address.reading():
        recipe = train.settings().recipe
    return trainings.without_hidden(recipe) if plain else recipe


def _asked(recipe: ImageRecipe, epochs: tuple[int, ...]) -> Settings:
    """Ask for one of the `epochs` that are kept of a network, for units and their order, and for an image."""
    plain, width = len(recipe.layers) == 2, recipe.layers[1].units  # type: ignore[union-attr]  # the second is dense
    epoch = _epoch(recipe, epochs)
    view = controls.choice(t("Show"), list(VIEWS), key="weights_view", names=lambda name: t(VIEWS[name]))
    order, digit, place = _unit(plain, width)
    return Settings(plain, epoch, view == "change", order, digit, place, pictures.number(recipe.data, "weights"))


def _epoch(recipe: ImageRecipe, epochs: tuple[int, ...]) -> int:
    """One of the epochs, counted from the last one: a stopped run that goes on is looked at in its end again."""
    last = epochs[-1]
    if len(epochs) == 1:
        return last
    before_the_end = controls.slider(
        t("Epochs of training"),
        key=f"weights_epoch_{recipe.epochs}",  # how many there are differs from recipe to recipe
        default=0,
        values=tuple(last - epoch for epoch in epochs),
        format=lambda left: f"{last - left:.0f}",
    )
    return last - before_the_end


def _unit(plain: bool, width: int) -> tuple[str, int, int]:
    """The order of the units, the digit that this is for, and the place of the chosen one in it."""
    if plain:
        place = controls.slider(t("The unit of the digit"), key="weights_own", default=0, minimum=0, maximum=9, step=1)
        return "number", 0, place
    order = controls.choice(
        t("Order of the units"), list(ORDERS), key="weights_order", names=lambda name: t(ORDERS[name])
    )
    digit, page, pages = 0, 1, -(-width // PAGE)
    if address.only_reading() or order == "digit":
        digit = controls.slider(t("For the digit"), key="weights_digit", default=0, minimum=0, maximum=9, step=1)
    if pages > 1:
        page = controls.slider(t("Sheet"), key="weights_page", default=1, minimum=1, maximum=pages, step=1)
    on_page = controls.slider(t("Unit"), key="weights_place", default=1, minimum=1, maximum=min(width, PAGE), step=1)
    return order, digit, PAGE * (page - 1) + on_page - 1


def show() -> None:
    """Show the weights of many units as images, and what one of them makes of a digit."""
    st.markdown(
        t(
            "A dense unit has one weight for each pixel, so its weights are an image as well: **blue** is negative, "
            "white is 0, **orange** is positive. Ink on an orange pixel speaks for the unit, ink on a blue one "
            "against it. These pictures are all that the first layer knows."
        )
    )
    guess = predict(
        t("The weights of one of the hidden units after training, as an image: what will you see?"),
        {"digit": t("a digit"), "stroke": t("parts of digits, such as strokes"), "noise": t("mostly noise")},
        key="weights_prediction",
    )
    verdict = st.container()
    left, right = beside("weights", picture_width=1.9)
    with left:
        plain = _network() == "plain"
        run = training.images(_recipe(plain=plain), key="first_network_plain" if plain else "first_network")
        if run is None or not run.weights:
            return
        if plain:
            train.note(run)
            train.say_divergence(run)
        else:
            train.remind(run)
        chosen = _asked(run.recipe, run.weight_epochs)
        image = pictures.chosen(run.recipe.data, chosen.number, key="weights")
        if image is not None:
            controls.put(DRAWN, image.pixels if chosen.number is None else None)
    other = training.remembered("first_network", _recipe(plain=False)) if plain else None
    if guess:
        with verdict:
            weights_words.say(guess, other if plain else run)
    with right:
        _sheet(run, chosen)
        if image is not None:
            _one(run, chosen, image)
    st.markdown(weights_words.noticed(run, chosen.epoch, other))


def _kept(run: ImageRun, epoch: int) -> list[np.ndarray]:
    """The weights after this many epochs."""
    return run.weights[run.weight_epochs.index(epoch)]


def _ordered(run: ImageRun, chosen: Settings) -> np.ndarray:
    """The numbers of the units in the chosen order: that at the end, so that pictures stay while the epochs move."""
    end = run.weights[-1]
    if chosen.order == "strength":
        return np.argsort(-np.linalg.norm(end[2], axis=1), kind="stable")
    if chosen.order == "digit":
        return np.argsort(-end[2][:, chosen.digit], kind="stable")
    return np.arange(end[0].shape[1])


def _sheet(run: ImageRun, chosen: Settings) -> None:
    first, order = chosen.place // PAGE * PAGE, _ordered(run, chosen)
    page = order[first : first + PAGE]
    kernels = _kept(run, chosen.epoch)[0][:, page]
    if chosen.changes:
        kernels = kernels - run.weights[0][0][:, page]
    bound = weights_words.bounds(run)[chosen.changes]
    picture.image(
        charts.sheet(kernels.T.reshape(-1, 28, 28), bound, chosen=chosen.place - first, least=len(page)),
        alt=t("The weights of units as images, blue below zero and orange above; the chosen one is framed."),
    )
    said = t("Units {first} to {last} of {all}", first=first + 1, last=first + len(page), all=len(order))
    said = t("The ten units, for the digits 0 to 9") if chosen.plain else said
    values = {"said": said, "epoch": chosen.epoch, "bound": bound}
    end = t("{said} before training; full colour from ±{bound:.2g} on.", **values)
    if chosen.epoch:
        end = t("{said} after epoch {epoch}; full colour from ±{bound:.2g} on.", **values)
    st.caption(end)


def _one(run: ImageRun, chosen: Settings, image: Picture) -> None:
    """What the chosen unit makes of an image: always with its weights, whatever is shown of the others."""
    weights, unit = _kept(run, chosen.epoch), int(_ordered(run, chosen)[chosen.place])
    kernel, ink = weights[0][:, unit].reshape(28, 28), image.ink[..., 0]
    added, bias = float((kernel * ink).sum()), float(weights[1][unit])
    picture.image(
        charts.product(kernel, ink, weights_words.bounds(run)[0]),
        alt=t("The weights of the chosen unit, times the test image, and the products at each pixel."),
    )
    outputs = maps.maps(run.recipe.layers, weights, image.ink)
    after = float(outputs[1][unit])
    numbers(
        (t("unit"), str(unit)),
        (t("products added"), f"{added:.2f}"),
        (t("plus bias"), f"{added + bias:.2f}"),
        (t("after softmax") if chosen.plain else t("after relu"), f"{after:.2f}"),
    )
    if chosen.plain:
        picture.show(
            bars.bars,
            bars.bar_rows(outputs[-1], label=image.label),
            key="weights_probabilities",
            alt=t("The ten probabilities of this image as bars."),
            digit_title=t("digit: what is read in colour, what it is framed"),
            share_title=t("probability"),
            height=210,
        )
        return
    picture.show(
        charts.outgoing,
        charts.outgoing_rows(weights[2][unit]),
        key="weights_outgoing",
        alt=t("The ten weights with which the output of the chosen unit goes to the digits, as bars."),
        digit_title=t("digit: the unit speaks for it (up) or against it"),
        weight_title=t("weight"),
        bound=charts.ceiling(run.weights[-1][2]),
    )


def code() -> str:
    """The training, and the weights of the chosen unit with what it makes of the image."""
    chosen = settings()
    recipe = _recipe(plain=chosen.plain)
    return snippets.weights(
        recipe=recipe,
        epoch=chosen.epoch,
        order=chosen.order,
        digit=chosen.digit,
        place=chosen.place,
        pixels=address.settings().values.get(DRAWN) if chosen.number is None else None,
        number=chosen.number or 0,
        stopped=train.stopped(recipe),
    )
