"""Kernels learn: from random numbers to weights that find something."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib import filters
from lib.charts.convolution import kernels as charts
from lib.charts.convolution import tiles
from lib.layers import Conv2D, ledger
from lib.lessons import pictures
from lib.lessons.convolution import telling, trained
from lib.maps import maps
from lib.snippets import filters as snippets
from lib.training import convnet_worker
from lib.training.convnet import INPUTS, Network, convolutions
from lib.training.images import SOURCES, ImageRecipe, ImageRun
from lib.ui import controls, picture
from lib.ui.layout import answer, beside, numbers
from lib.ui.predict import predict
from lib.ui.text import mark, t

HARDLY, COMPLETELY = 0.2, 0.8
"""Relative changes between which kernels have changed by about half."""

UNMOVED = 0.005
"""Relative changes below which a kernel counts as never moved."""

VIEWS = {
    "filter": mark("one filter"),
    "channel": mark("all filters"),
}


@dataclass(frozen=True)
class Settings:
    """A convolution by its position, the epochs, a filter, one of its input channels, what the sheet shows, the image.

    `view` is a key of VIEWS; where there is one input channel only, the sheet shows all filters.
    """

    position: int
    epoch: int
    number: int
    channel: int
    view: str
    which: int | None


def settings() -> Settings:
    """What the controls say."""
    recipe = trained.recipe()
    layers = Network().layers if recipe is None else recipe.layers
    position = trained.layer("kernels_layer", layers, (Conv2D,))
    epoch = trained.epoch("kernels_epoch", recipe)
    *_, channels, count = ledger(layers, INPUTS)[position].weights[0]
    view, channel = "channel", 0
    if channels > 1:
        view = controls.choice(t("On the sheet"), list(VIEWS), key="kernels_view", names=lambda view: t(VIEWS[view]))
    number = _whole(t("Filter"), "kernels_filter", count)
    if channels > 1:
        channel = _whole(t("Input channel"), "kernels_channel", channels)
    which = pictures.number(SOURCES["digits28"] if recipe is None else recipe.data, "kernels")
    return Settings(position, epoch, number, channel, view, which)


def _whole(label: str, key: str, count: int) -> int:
    return controls.slider(label, key=key, default=0, minimum=0, maximum=count - 1, step=1)


def show() -> None:
    """Show kernels before and after training, how far each has moved, and what a chosen one finds in a digit."""
    st.markdown(
        t(
            "Nobody designs these kernels. Each begins as numbers drawn at random, and every update moves each weight "
            "a little. On the sheet every kernel is there twice: **on the left before training**, **on the right after "
            "it**. Blue weights are negative, white ones 0, orange ones positive. Move the epochs and watch them "
            "learn."
        )
    )
    guess = predict(
        t("By how much do the kernels of the first layer change in training, measured against what they were?"),
        {
            "hardly": t("by less than 20 %"),
            "half": t("by 20 to 80 %"),
            "completely": t("by more than 80 %"),
        },
        key="kernels_prediction",
    )
    verdict = st.container()
    left, right = beside("kernels", picture_width=2)
    with left:
        chosen = settings()
        pad = st.container()
    with right:
        recipe = trained.recipe()
        run = trained.run(recipe)
        if recipe is None or run is None:
            return
        if guess:
            with verdict:
                _answer(guess, recipe, run)
        dead = _dead(recipe, run, chosen)
        _sheet(chosen, recipe, run, dead)
        _numbers(chosen, recipe, run)
        _found(chosen, recipe, run, pad)
    _changes(chosen, recipe, run, dead)


def code() -> str:
    """The training, how far each kernel has moved, which filters are dead, and what the chosen one answers."""
    chosen, recipe = settings(), trained.recipe()
    if recipe is None:
        return ""
    return snippets.kernels(
        recipe=recipe,
        epoch=chosen.epoch,
        position=chosen.position,
        number=chosen.number,
        channel=chosen.channel,
        image=trained.image_source(chosen.which),
    )


def _pair(chosen: Settings, recipe: ImageRecipe, run: ImageRun) -> tuple[np.ndarray, np.ndarray]:
    """The layer's kernels (height, width, channels, filters) as they were drawn, and after the chosen epochs."""
    index = filters.kernel_index(recipe.layers, chosen.position)
    return run.weights[0][index], trained.weights(run, chosen.epoch)[1][index]


def _bound(chosen: Settings, recipe: ImageRecipe, run: ImageRun) -> float:
    """The weight of full colour: the same after all epochs, so that colours may be compared."""
    index = filters.kernel_index(recipe.layers, chosen.position)
    return tiles.strongest(np.stack([run.weights[0][index], run.weights[-1][index]]))


def _answer(guess: str, recipe: ImageRecipe, run: ImageRun) -> None:
    """Say how far the kernels of the first convolution have moved, and the others as well; nothing before an epoch."""
    if not run.weight_epochs[-1]:
        return
    shares = []
    for position in convolutions(recipe.layers):
        index = filters.kernel_index(recipe.layers, position)
        shares.append(filters.overall_change(run.weights[0][index], run.weights[-1][index]))
    right = "hardly" if shares[0] < HARDLY else "half" if shares[0] < COMPLETELY else "completely"
    said = t(
        "After {epochs} epochs the kernels of the first layer have moved by **{change:.0f} %** of their size.",
        epochs=run.weight_epochs[-1],
        change=100 * shares[0],
    )
    if len(shares) > 1:
        rest = ", ".join(f"{100 * share:.0f} %" for share in shares[1:])
        said = telling.sentences(said, t("Those of the later ones: {changes}.", changes=rest))
    answer(guess, right, said)


def _dead(recipe: ImageRecipe, run: ImageRun, chosen: Settings) -> np.ndarray | None:
    """Which filters answer nowhere on the test images, (2, filters): at the beginning, and after the chosen epochs."""
    peaks = trained.peaks(run)
    if peaks is None:
        return None
    place = convolutions(recipe.layers).index(chosen.position)
    now = run.weight_epochs.index(trained.weights(run, chosen.epoch)[0])
    return ~(np.stack([peaks[0][place], peaks[now][place]]) > 0)


def _sheet(chosen: Settings, recipe: ImageRecipe, run: ImageRun, dead: np.ndarray | None) -> None:
    """All kernels of the layer for one input channel, or all slices of one filter."""
    pair, bound = _pair(chosen, recipe, run), _bound(chosen, recipe, run)
    layer, channels = convolutions(recipe.layers).index(chosen.position) + 1, pair[0].shape[2]
    if chosen.view == "filter":
        before, after = (kernels[..., chosen.number] for kernels in pair)
        said = t(
            "**Filter {number}** of convolution {layer} has a slice for each of its {channels} input channels, the "
            "maps of the layer before:",
            number=chosen.number,
            layer=layer,
            channels=channels,
        )
    else:
        before, after = (kernels[:, :, chosen.channel] for kernels in pair)
        said = t("The kernels of all filters of convolution {layer}:", layer=layer)
        if channels > 1:
            said = t(
                "All filters of convolution {layer}, of each the slice for **input channel {channel}**:",
                layer=layer,
                channel=chosen.channel,
            )
    st.markdown(said)
    of_filters = chosen.view == "channel"
    sheet = charts.sheet(
        before,
        after,
        bound=bound,
        chosen=chosen.number if of_filters else chosen.channel,
        dead=dead[1] if of_filters and dead is not None else None,
    )
    picture.image(
        tiles.png(sheet),
        alt=t("Numbered pairs of kernels in colours, before training and after it; the chosen pair is framed."),
    )


def _numbers(chosen: Settings, recipe: ImageRecipe, run: ImageRun) -> None:
    """The chosen kernel, or its slice, with its numbers."""
    before, after = (kernels[..., chosen.channel, chosen.number] for kernels in _pair(chosen, recipe, run))
    picture.show(
        charts.numbers,
        charts.number_datasets(
            before,
            after,
            bound=_bound(chosen, recipe, run),
            names=(t("before training"), _after(chosen, run), t("difference")),
        ),
        key=f"kernels_numbers_{len(before)}",
        alt=t("The weights of the chosen kernel before and after training, and their differences, in cells."),
        side=len(before),
    )


def _after(chosen: Settings, run: ImageRun) -> str:
    epoch = trained.weights(run, chosen.epoch)[0]
    return t("after 1 epoch") if epoch == 1 else t("after {epochs} epochs", epochs=epoch)


def _found(chosen: Settings, recipe: ImageRecipe, run: ImageRun, pad: DeltaGenerator) -> None:
    """A digit with the place where the chosen filter answers most, and its response maps before and after training."""
    looked_at = trained.look(recipe, chosen.which, "kernels", pad)
    if looked_at is None:
        return
    weights = (run.weights[0], trained.weights(run, chosen.epoch)[1])
    before, after = (_response(chosen, recipe, each, looked_at.ink) for each in weights)
    if looked_at.is_empty:
        before, after = np.zeros_like(before), np.zeros_like(after)
    cell = filters.strongest_cell(after)
    box = None if cell is None else filters.field(recipe.layers[: chosen.position + 1], INPUTS, cell)
    drawn = charts.found(
        (looked_at.ink[..., 0], box), (before, _box(filters.strongest_cell(before))), (after, _box(cell))
    )
    st.markdown(
        t(
            "What **filter {number}** finds in a digit: *left* the digit, framed what the strongest answer sees; "
            "*middle* the response map before training, {before}; *right* the map {after}, {strength}.",
            number=chosen.number,
            before=trained.NOTHING if looked_at.is_empty else _strength(before),
            after=_after(chosen, run),
            strength=trained.NOTHING if looked_at.is_empty else _strength(after),
        )
    )
    picture.image(tiles.png(drawn), alt=t("The digit and the maps of the filter; the strongest answer is framed."))


def _response(chosen: Settings, recipe: ImageRecipe, weights: list[np.ndarray], ink: np.ndarray) -> np.ndarray:
    layers, own = filters.only(recipe.layers, weights, chosen.position, [chosen.number])
    return np.asarray(maps(layers, own, ink)[-1][..., 0])


def _box(cell: tuple[int, int] | None) -> tiles.Box | None:
    return None if cell is None else (*cell, cell[0] + 1, cell[1] + 1)


def _strength(answers: np.ndarray) -> str:
    if not answers.max() > 0:
        return t("empty: 0 everywhere")
    return t("white is {largest:.2f}", largest=answers.max())


def _changes(chosen: Settings, recipe: ImageRecipe, run: ImageRun, dead: np.ndarray | None) -> None:
    """How far each filter of the layer has moved, as bars; which ones are dead; what one may notice."""
    before, after = _pair(chosen, recipe, run)
    changes = filters.relative_change(before, after)
    shown = [
        (t("change of all filters"), f"{100 * filters.overall_change(before, after):.0f} %"),
        (t("change of filter {number}", number=chosen.number), f"{100 * changes[chosen.number]:.0f} %"),
    ]
    if dead is not None:
        shown.append((t("dead filters"), f"{dead[1].sum()} / {len(changes)}"))
    st.markdown(
        t(
            "**How much each filter of the layer has changed**: the size of the difference, divided by the size of "
            "the kernel before training. At 100 % the way is as long as the kernel was."
        )
    )
    numbers(*shown, key="kernels_numbers")
    picture.show(
        charts.changes,
        charts.change_datasets(changes, now=chosen.number, dead=None if dead is None else dead[1]),
        key="kernels_changes",
        alt=t("A bar for each filter: how much it has changed. Dead filters have a cross."),
        filter_title=t("filter"),
        change_title=t("relative change"),
    )
    if dead is not None and dead[1].any():
        st.markdown(_named(recipe, dead[1]))
    st.markdown(_notice(changes, dead, trained.weights(run, chosen.epoch)[0]))


def _named(recipe: ImageRecipe, dead: np.ndarray) -> str:
    """Which filters are dead, and how many images were asked."""
    return t(
        "**×** Dead on the {count} test images that were asked: {numbers}. These filters answer 0 at every place, for "
        "their sums are never positive and relu cuts them off.",
        count=min(recipe.data.validation, convnet_worker.MOST_IMAGES),
        numbers=trained.counted(np.flatnonzero(dead).tolist()),
    )


def _notice(changes: np.ndarray, dead: np.ndarray | None, epoch: int) -> str:
    if not epoch:
        return t("**Notice** the sheet before any training: left and right are the same. Now move the epochs.")
    ends = {"most": int(changes.argmax()), "large": 100 * changes.max(), "least": int(changes.argmin())}
    if changes.min() < UNMOVED:
        said = t(
            "**Notice** how unevenly they learn: filter {most} has moved by {large:.0f} %, filter {least} not at all.",
            **ends,
        )
    else:
        said = t(
            "**Notice** how unevenly they learn: filter {most} has moved by {large:.0f} %, filter {least} by "
            "{small:.0f} %.",
            small=100 * changes.min(),
            **ends,
        )
    asleep = np.zeros(0, int) if dead is None else np.flatnonzero(dead[0] & (changes < UNMOVED))
    if len(asleep):
        never = t(
            "Filter {number} was dead already before training, and has not moved at all: where relu gives 0, its "
            "gradient is 0 as well, so who never responds never learns.",
            number=int(asleep[0]),
        )
        said = telling.sentences(said, never)
    return said
