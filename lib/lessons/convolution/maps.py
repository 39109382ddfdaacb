"""Feature maps: what every layer makes of an image, and which part of it one cell sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from lib import filters
from lib.charts.convolution import maps as charts
from lib.charts.convolution import shares, sheets
from lib.charts.convolution.tiles import Box, png
from lib.layers import AveragePooling2D, Conv2D, Dense, Flatten, Layer, MaxPooling2D, ledger
from lib.lessons import pictures
from lib.lessons.convolution import telling, trained
from lib.maps import maps
from lib.snippets import convnet as snippets
from lib.training.convnet import INPUTS, Network
from lib.training.images import SOURCES, ImageRecipe
from lib.ui import controls, picture
from lib.ui.layout import beside, numbers
from lib.ui.text import t

MANY = 64
"""Maps up to which eight stand in a row of the sheet; more stand closer."""


@dataclass(frozen=True)
class Settings:
    """The image, a layer by its position, one of its maps, a cell of it, the epochs, and how maps are brightened."""

    which: int | None
    position: int
    number: int
    cell: tuple[int, int]
    epoch: int
    alone: bool


def settings() -> Settings:
    """What the controls say."""
    recipe = trained.recipe()
    which = pictures.number(SOURCES["digits28"] if recipe is None else recipe.data, "maps")
    layers = Network().layers if recipe is None else recipe.layers
    position = trained.layer("maps_layer", layers, (Conv2D, MaxPooling2D, AveragePooling2D, Dense))
    shape = ledger(layers, INPUTS)[position].shape
    number = controls.slider(
        t("Map") if len(shape) == 3 else t("Unit"),
        key="maps_map",
        default=0,
        minimum=0,
        maximum=shape[-1] - 1,
        step=1,
    )
    cell = 0, 0
    if len(shape) == 3 and min(shape[:2]) > 1:
        row, column = (
            controls.slider(name, key=f"maps_{key}", default=size // 2, minimum=0, maximum=size - 1, step=1)
            for name, key, size in ((t("Row of the cell"), "row", shape[0]), (t("Its column"), "column", shape[1]))
        )
        cell = row, column
    epoch = trained.epoch("maps_epoch", recipe)
    alone = controls.toggle(
        t("Brighten each map by itself"),
        key="maps_alone",
        help=t("Without it, all maps of the layer have the same scale: white is the largest number of all."),
    )
    return Settings(which, position, number, cell, epoch, alone)


def show() -> None:
    """Show all maps of a layer, one of them beside the image, and what its cell sees there."""
    st.markdown(
        t(
            "What does the trained network see? Every filter makes a map of its own: bright where it finds its "
            "pattern. Choose an image and a layer, then a map and one of its cells: the frame in the image is all that "
            "this cell can see, its **receptive field**."
        )
    )
    left, right = beside("maps")
    with left:
        pad = st.container()
        chosen = settings()
    with right:
        recipe = trained.recipe()
        run = trained.run(recipe)
        if recipe is None or run is None:
            return
        looked_at = trained.look(recipe, chosen.which, "maps", pad)
        if looked_at is None:
            return
        _, weights = trained.weights(run, chosen.epoch)
        outputs = maps(recipe.layers, weights, looked_at.ink)
        if looked_at.is_empty:
            outputs = [np.zeros_like(output) for output in outputs]
        _pictures(chosen, recipe, looked_at, outputs)
    empty = np.flatnonzero(sheets.empty_maps(outputs[chosen.position])).tolist()
    if empty and not looked_at.is_empty and chosen.position != len(recipe.layers) - 1:
        st.markdown(t("Empty, with nothing above 0: {numbers}", numbers=trained.counted(empty)))
    st.markdown(_notice(recipe, outputs, drawn=not looked_at.is_empty))


def code() -> str:
    """The outputs of all layers by Keras, and the cell that is looked at."""
    chosen, recipe = settings(), trained.recipe()
    if recipe is None:
        return ""
    return snippets.maps(
        recipe=recipe,
        epoch=chosen.epoch,
        image=trained.image_source(chosen.which),
        position=chosen.position,
        number=chosen.number,
        cell=chosen.cell,
    )


def _pictures(
    chosen: Settings, recipe: ImageRecipe, looked_at: pictures.Picture, outputs: Sequence[np.ndarray]
) -> None:
    """The figures, the image beside one map, and the sheet of all maps; the last layer as ten bars."""
    output, layers = outputs[chosen.position], recipe.layers
    seen = _seen(layers[: chosen.position + 1], chosen.cell)
    of_one = output[..., chosen.number].reshape(output.shape[:-1] or (1, 1))
    blank = looked_at.is_empty
    empty = sheets.empty_maps(output) & (not blank)
    numbers(
        (t("output"), " × ".join(map(str, output.shape))),
        (t("the cell sees"), f"{seen[2] - seen[0]} × {seen[3] - seen[1]}"),
        (t("its number"), trained.NOTHING if blank else f"{of_one[chosen.cell]:.2f}"),
        (t("empty maps"), trained.NOTHING if blank else f"{empty.sum()} / {len(empty)}"),
    )
    if chosen.position == len(layers) - 1:
        picture.show(
            shares.chart,
            shares.datasets(output, now=chosen.number),
            key="maps_shares",
            alt=t("The probability of each digit as a bar, with its number."),
            digit_title=t("digit"),
            share_title=t("probability"),
        )
        return
    largest = float((of_one if chosen.alone else output).max())
    pair = charts.pair(looked_at.ink[..., 0], seen, of_one, chosen.cell, largest)
    picture.image(
        png(pair),
        alt=t("The image with the receptive field framed, and beside it the chosen map with the cell framed."),
        width="content",
    )
    many = len(empty) > MANY
    sheet = sheets.sheet(
        sheets.maps_of(output, alone=chosen.alone),
        chosen=chosen.number,
        empty=empty,
        tile=36 if many or output.ndim == 1 else 78,
        columns=16 if many or output.ndim == 1 else 8,
    )
    picture.image(png(sheet), alt=t("All maps of the layer, numbered, the chosen one framed; empty ones are crossed."))


def _seen(layers: Sequence[Layer], cell: tuple[int, int]) -> Box:
    """The box of the image that a cell of the last of these layers depends on; behind Flatten, all of it."""
    if any(isinstance(layer, Flatten) for layer in layers):
        return 0, 0, INPUTS[0], INPUTS[1]
    return filters.field(layers, INPUTS[:2], cell)


def _notice(recipe: ImageRecipe, outputs: Sequence[np.ndarray], *, drawn: bool) -> str:
    convolved = [
        (layer, output) for layer, output in zip(recipe.layers, outputs, strict=True) if isinstance(layer, Conv2D)
    ]
    zeros = [100 * float((output == 0).mean()) for _, output in convolved]
    said = t(
        "**Notice** how the maps change on the way up. The first ones still look like the digit: its edges, its ink, "
        "its ground. Higher up they have fewer cells, each of which sees more of the image, and it is hard to say "
        "what they show: they say which patterns are there, and roughly where."
    )
    if len(zeros) == 1 or not drawn:
        return said
    shares_of_zeros = t(
        "Of the numbers in the first maps {first:.0f} % are 0, of those that come out of the last convolution "
        "{last:.0f} %.",
        first=zeros[0],
        last=zeros[-1],
    )
    return telling.sentences(said, shares_of_zeros)
