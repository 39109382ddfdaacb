"""Where it looks: what in an image speaks for a class, by Grad-CAM."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from lib import filters, stacks
from lib.charts.convolution import attention as charts
from lib.charts.convolution import shares
from lib.charts.convolution.tiles import png
from lib.gradcam import Heat, heat
from lib.layers import Layer, ledger
from lib.lessons import pictures
from lib.lessons.convolution import trained
from lib.maps import maps
from lib.snippets import convnet as snippets
from lib.training.convnet import INPUTS, Network, convolutions
from lib.training.images import SOURCES, ImageRecipe
from lib.ui import controls, picture
from lib.ui.layout import beside, numbers
from lib.ui.text import t
from lib.windows import field_size

PREDICTED = -1
"""The position of the slider at which the class is the one that the network predicts."""


@dataclass(frozen=True)
class Settings:
    """The image, a digit or None for the predicted one, and the position of a convolution."""

    which: int | None
    digit: int | None
    position: int


def settings() -> Settings:
    """What the controls say."""
    recipe = trained.recipe()
    which = pictures.number(SOURCES["digits28"] if recipe is None else recipe.data, "attention")
    digit = controls.slider(
        t("What speaks for the digit"),
        key="attention_digit",
        default=PREDICTED,
        minimum=PREDICTED,
        maximum=9,
        step=1,
        format=lambda digit: t("that it predicts") if digit == PREDICTED else f"{digit:.0f}",
    )
    layers = Network().layers if recipe is None else recipe.layers
    return Settings(which, None if digit == PREDICTED else digit, _convolution(layers))


def _convolution(layers: Sequence[Layer]) -> int:
    """Ask for one of the convolutions by the cells of its maps: its position."""
    rows = ledger(layers, INPUTS)
    positions = convolutions(tuple(layers))[::-1]
    names = ("last", "middle", "first") if len(positions) == 3 else ("last", "first")[: len(positions)]
    cells = {name: rows[position].shape[:2] for name, position in zip(names, positions, strict=True)}
    if len(positions) == 1:
        return positions[0]
    chosen = controls.choice(
        t("Maps of the convolution with so many cells"),
        list(names),
        key="attention_maps",
        names=lambda name: " × ".join(map(str, cells[name])),
    )
    return positions[names.index(chosen)]


def show() -> None:
    """Show the image under its heat, the cells that it comes from, and the ten probabilities."""
    st.markdown(
        t(
            "What in this image makes the network decide? **Grad-CAM** asks how much each map of a convolution speaks "
            "for a digit: how fast the digit's **score**, the sum that softmax makes a probability of, grows with the "
            "map, at all its cells on average. The maps, each times this number, are added up; what is above 0 is the "
            "**heat**. Beside the image each cell's heat is a share of the greatest."
        )
    )
    left, right = beside("attention")
    with left:
        pad = st.container()
        chosen = settings()
    with right:
        recipe = trained.recipe()
        run = trained.run(recipe)
        if recipe is None or run is None:
            return
        looked_at = trained.look(recipe, chosen.which, "attention", pad)
        if looked_at is None:
            return
        weights = run.weights[-1]
        likely = maps(recipe.layers, weights, looked_at.ink)[-1]
        digit = int(likely.argmax()) if chosen.digit is None else chosen.digit
        found = heat(recipe.layers, weights, looked_at.ink, chosen.position, digit)
        if looked_at.is_empty:
            likely, found = np.zeros_like(likely), replace(found, cells=np.zeros_like(found.cells))
        _pictures(looked_at, recipe.layers[: chosen.position + 1], likely, digit, found)
    st.markdown(_notice(recipe, chosen, found))


def code() -> str:
    """Grad-CAM by Keras and TensorFlow."""
    chosen, recipe = settings(), trained.recipe()
    if recipe is None:
        return ""
    return snippets.attention(
        recipe=recipe, image=trained.image_source(chosen.which), position=chosen.position, digit=chosen.digit
    )


def _pictures(
    looked_at: pictures.Picture, layers: Sequence[Layer], likely: np.ndarray, digit: int, found: Heat
) -> None:
    figures = {
        t("speaks for"): str(digit),
        t("score of the digit, before softmax"): f"{found.logit:.2f}",
        t("probability"): f"{100 * likely[digit]:.1f} %",
        t("greatest heat"): f"{found.cells.max():.2f}",
    }
    numbers(*((name, trained.NOTHING if looked_at.is_empty else figure) for name, figure in figures.items()))
    if found.is_cold and not looked_at.is_empty:
        st.info(t("Nothing in these maps speaks for a {digit}: no cell has heat above 0.", digit=digit))
    picture.image(
        png(charts.pair(looked_at.ink[..., 0], found.shares, _middles(layers))),
        alt=t(
            "The image, tinted where it speaks for the digit, with a line around half of the greatest heat; beside it "
            "the heat of each cell as a share of the greatest."
        ),
        width="content",
    )
    picture.show(
        shares.chart,
        shares.datasets(likely, now=digit),
        key="attention_shares",
        alt=t("The probability of each digit as a bar, with its number."),
        digit_title=t("digit"),
        share_title=t("probability"),
    )


def _middles(layers: Sequence[Layer]) -> tuple[float, float]:
    """Where the first cell of the last layer's maps lies over the image, and how far it is to the next one."""
    level = stacks.levels(filters.windows(layers), INPUTS[0])[-1]
    return level.middle(0), float(level.step)


def _notice(recipe: ImageRecipe, chosen: Settings, found: Heat) -> str:
    field = field_size(filters.windows(recipe.layers[: chosen.position + 1]))
    rows, columns = found.cells.shape
    said = t(
        "**Notice** how coarse the heat is: there are only {rows} × {columns} cells, and each has seen {field} × "
        "{field} pixels. Grad-CAM says roughly where, not which pixel. Ask for digits that it does *not* "
        "predict as well: what would speak for a 3 in an 8?",
        rows=rows,
        columns=columns,
        field=field,
    )
    if chosen.position != convolutions(recipe.layers)[-1]:
        said = t(
            "**Notice** how fine the heat is: {rows} × {columns} cells, each of which has seen {field} × {field} "
            "pixels. But early maps know edges and parts, not digits, and a map that speaks for a digit at one place "
            "may speak against it at another. That is why the last convolution is usually asked.",
            rows=rows,
            columns=columns,
            field=field,
        )
    return said
