"""Pooling: a map made smaller by its maxima or means, and what of it survives when the image moves by a pixel."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from lib import pooling
from lib.charts.convolution import pooling as charts
from lib.charts.convolution import tiles
from lib.convolution import KERNELS
from lib.lessons.broadcasting.tables import table
from lib.lessons.convolution import subjects, telling
from lib.lessons.convolution.subjects import Subject
from lib.snippets import convolution as snippets
from lib.ui import controls, picture
from lib.ui.layout import answer, beside
from lib.ui.predict import predict
from lib.ui.text import mark, t

Array = NDArray[np.float64]

SIDE = 50
"""The longer side of a photograph, without its margin: its map is small enough to be looked at cell by cell."""
PAIRS = ("none", "strides"), ("average", "max")
"""The ways that are drawn side by side, all four in a row, or two by two on a phone."""

KERNEL_NAMES = {
    "vertical_edges": mark("vertical edges"),
    "horizontal_edges": mark("horizontal edges"),
    "laplace": mark("Laplace"),
    "identity": mark("identity"),
}
NAMES = {
    "none": mark("map as it is"),
    "strides": mark("strides of {size}"),
    "average": mark("average pooling {size}"),
    "max": mark("max pooling {size}"),
}


@dataclass(frozen=True)
class Settings:
    """The image, the kernel, the pool size, and by how many pixels the image is moved."""

    of: Subject
    kernel: str
    size: int
    down: int
    right: int


ASKED = Settings(Subject("china"), "vertical_edges", 2, 0, 1)
"""What the prediction is about."""


def settings() -> Settings:
    """What the controls say."""
    of = subjects.subject("pooling", default="china", own=False)
    kernel = controls.choice(
        t("Kernel"), list(KERNEL_NAMES), key="pooling_kernel", names=lambda name: t(KERNEL_NAMES[name])
    )
    size = controls.slider(t("Pool size"), key="pooling_size", default=2, minimum=1, maximum=charts.LARGEST, step=1)
    right = _move(t("Move the image to the right, in pixels"), "pooling_right", 0)
    return Settings(of, kernel, size, _move(t("Move it down"), "pooling_down", 0), right)


def _move(label: str, key: str, default: int) -> int:
    most = pooling.MARGIN
    return controls.slider(label, key=key, default=default, minimum=-most, maximum=most, step=1)


def show() -> None:
    """Show a response map and three smaller ones before and after the image moved, and how much of each changed."""
    st.markdown(
        t(
            "Pooling makes a map smaller. From each patch of 2 × 2, say, it keeps one number: **max pooling** the "
            "largest, **average pooling** the mean. It has nothing to learn. A convolution with **strides** makes its "
            "map smaller, too: it simply leaves places out. Here is a real response map after relu, made smaller in "
            "all three ways. Move the image by a pixel: which numbers stay where they were?"
        )
    )
    guess = predict(
        t(
            "The map of the temple's vertical edges is made half as high and wide in three ways. Then the temple is "
            "moved by one pixel to the right. Which of the three small maps changes least?"
        ),
        {"strides": t("that with strides"), "average": t("that of the means"), "max": t("that of the maxima")},
        key="pooling_prediction",
    )
    if guess:
        _answer(guess)
    left, right = beside("pooling", picture_width=2.6)
    with left:
        chosen = settings()
        _moved_image(chosen)
    before, after = _maps(chosen)
    with right:
        _columns(before, after, chosen.size)
        _changes(before, after, chosen.size)
        _against_strides(before["none"].shape, before, chosen.size)
    st.markdown(
        t(
            "**Notice** that strides save products, for pooling needs the whole map first; but they protect from "
            "nothing: their map changes as much as the one that it was taken from, and the strongest response may fall "
            "between two places. The maximum keeps it: it asks whether the pattern is there *at all*, wherever in the "
            "patch; the mean asks how much of it there is, and waters down a single strong response. A move by as many "
            "pixels as the pool is large moves the pooled map by a whole cell. What does not fill a patch at the edge "
            "is discarded: those rows and columns are hatched in the map as it is."
        )
    )


def _answer(guess: str) -> None:
    changes = _all_changes(*_maps(ASKED))
    sentence = t(
        "With strides it changes by {strides:.0f} %, with means by {average:.0f} %, with maxima by {max:.0f} %; the "
        "map itself changes by {none:.0f} %.",
        **{way: 100 * change for way, change in changes.items()},
    )
    look = t("Now move the image by one pixel to the right, and look.")
    answer(guess, min(pooling.WAYS[1:], key=changes.__getitem__), telling.sentences(sentence, look))


def _maps(chosen: Settings) -> tuple[dict[str, Array], dict[str, Array]]:
    """The response map in all ways, of the image as it is and of the image that was moved."""
    image, kernel = _image(chosen.of), KERNELS[chosen.kernel]
    places = (0, 0), (chosen.down, chosen.right)
    before, after = (pooling.response(pooling.moved(image, *place), kernel) for place in places)
    return pooling.summaries(before, chosen.size), pooling.summaries(after, chosen.size)


def _image(of: Subject) -> Array:
    """Brightness from 0 to 1 with a margin around it: of a photograph its own pixels, of a digit empty ones."""
    margin = pooling.MARGIN
    pixels = subjects.pixels(of, section="pooling", side=SIDE + 2 * margin)
    assert pixels is not None  # without an image of one's own there always is one
    return subjects.grey(pixels) / 255 if pixels.ndim == 3 else np.pad(pixels, margin) / 255


def _all_changes(before: dict[str, Array], after: dict[str, Array]) -> dict[str, float]:
    return {way: pooling.change(before[way], after[way]) for way in pooling.WAYS}


def _name(way: str, size: int) -> str:
    return t(NAMES[way], size=size)


def _moved_image(chosen: Settings) -> None:
    seen = tiles.greys(pooling.moved(_image(chosen.of), chosen.down, chosen.right))
    alt = t("The image, moved.")
    picture.image(tiles.png(tiles.enlarged(seen, max(1, 200 // max(seen.shape[:2])))), alt=alt, width="content")
    subjects.credit(chosen.of)


def _columns(before: dict[str, Array], after: dict[str, Array], size: int) -> None:
    """A column of three pictures for each way."""
    full = before["none"].shape
    bound = tiles.strongest(before["none"])
    st.markdown(
        t(
            "Above the maps of the moved image, **white** for 0, **orange** from {bound:.2f} on. Beneath **what has "
            "changed** against the image at its old place: orange was added, blue was lost.",
            bound=bound,
        )
    )
    with st.container(horizontal=True, gap="xsmall", key="pooling_maps"):
        for number, pair in enumerate(PAIRS):
            with st.container(horizontal=True, gap="xsmall", width="content", key=f"pooling_maps_{number}"):
                for way in pair:
                    _column(way, charts.column(before[way], after[way], full=full, size=size, bound=bound), size)


def _column(way: str, drawn: tiles.Pixels, size: int) -> None:
    picture.image(
        tiles.png(drawn),
        alt=t("{name}: the map of the moved image, and beneath it what has changed.", name=_name(way, size)),
        caption=_name(way, size),
        width=drawn.shape[1],
    )


def _changes(before: dict[str, Array], after: dict[str, Array], size: int) -> None:
    picture.show(
        charts.chart,
        charts.datasets(_all_changes(before, after)),
        key="pooling",
        alt=t("How much of each map has changed, as bars with their numbers."),
        title=t("mean change of a number, as a share of the mean number"),
        names=tuple((way, _name(way, size)) for way in pooling.WAYS),
    )


def _against_strides(full: tuple[int, ...], before: dict[str, Array], size: int) -> None:
    """What each way keeps, and what it costs: pooling needs the whole map first."""
    places = dict.fromkeys(pooling.WAYS, full[0] * full[1]) | {"strides": before["strides"].size}
    table(
        {
            t("made smaller by"): [_name(way, size) for way in pooling.WAYS],
            t("output"): [f"{rows} × {columns}" for rows, columns in (before[way].shape for way in pooling.WAYS)],
            t("largest number"): [f"{before[way].max():.2f}" for way in pooling.WAYS],
            t("mean"): [f"{before[way].mean():.3f}" for way in pooling.WAYS],
            t("products to compute"): [f"{9 * places[way]:,}" for way in pooling.WAYS],
        }
    )


def code() -> str:
    """The maps before and after the move, and how much they differ, with Keras' own layers."""
    chosen = settings()
    return snippets.pooling(
        image=snippets.Image(chosen.of.name, chosen.of.digit, SIDE + 2 * pooling.MARGIN),
        kernel=KERNELS[chosen.kernel],
        size=chosen.size,
        move=(chosen.down, chosen.right),
    )
