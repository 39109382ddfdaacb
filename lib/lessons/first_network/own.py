"""A digit of one's own: drawn, prepared as the network's digits are, and read while it is drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from lib import drawn_digits, handwriting, maps, recognition
from lib.charts.first_network import judge as bars
from lib.charts.first_network import own as charts
from lib.drawn_digits import Steps
from lib.handwriting import Strokes
from lib.lessons import pictures
from lib.lessons.first_network import train
from lib.snippets import first_network_training as snippets
from lib.training import first_network as trainings
from lib.training.images import ImageRecipe
from lib.ui import address, controls, pad, picture, training
from lib.ui.layout import answer, beside, numbers
from lib.ui.predict import predict
from lib.ui.text import mark, t

PREPARATIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "whole": (mark("as its own digits"), ()),
    "centring": (mark("not centred"), ("centring",)),
    "scaling": (mark("not scaled"), ("scaling",)),
    "none": (mark("simply shrunk"), drawn_digits.STEPS),
    "other": (mark("as other digits"), ()),
}
"""Ways to prepare a drawing: their names, and the steps that are left out. The last is that of the other data set."""

OTHER = {"mnist": "digits28", "digits28": "mnist"}

TRIED = 200
"""Test images that are made small and put into a corner, to answer the prediction."""

STROKES = "own_strokes"
"""Where the drawing is kept for the code, in thousandths of the side."""


@dataclass(frozen=True)
class Settings:
    """How the drawing is prepared."""

    preparation: str

    @property
    def skip(self) -> tuple[str, ...]:
        """The steps that are left out."""
        return PREPARATIONS[self.preparation][1]

    def like(self, recipe: ImageRecipe) -> str:
        """The data set whose preparation is used for this network."""
        name = recipe.data.name
        return OTHER[name] if self.preparation == "other" else name


def settings() -> Settings:
    """Ask how the drawing is prepared."""
    return Settings(
        controls.choice(
            t("Prepare the drawing"),
            list(PREPARATIONS),
            key="own_preparation",
            names=lambda name: t(PREPARATIONS[name][0]),
        )
    )


def show() -> None:
    """Let the learner draw, show how the drawing is prepared, and what the network reads in it."""
    recipe = _recipe()
    st.markdown(
        t(
            "Draw a digit. The network that you have trained reads it **while** you draw. It knows only digits that "
            "were prepared in one certain way, so your drawing has to go the same way first."
        )
    )
    guess = predict(
        t(
            "A digit half as large, in the upper left corner, and nothing is prepared: of 100 such digits, how many "
            "will the network read?"
        ),
        {"most": t("nearly as many as before"), "half": t("about half"), "few": t("few: at most 30")},
        key="own_prediction",
    )
    verdict = st.container()
    left, right = beside("own")
    with left:
        run = training.images(recipe, key="first_network")
        weights = trainings.latest(run) if run else None
        if run is None or weights is None:
            return
        strokes = pad.show(key="pad", alt=t("A pad for a digit of your own; what is read stands beside it."))
        _keep(strokes)
        chosen = settings()
        train.remind(run, latest=True)
    steps = drawn_digits.prepare(handwriting.drawn(strokes), like=chosen.like(recipe), skip=chosen.skip)
    with right:
        _reading(recipe, weights, steps)
        _steps(chosen, chosen.like(recipe), steps)
    if guess:
        with verdict:
            _answer(guess, recipe, weights)
    _explained(recipe.data.name)


def _recipe() -> ImageRecipe:
    with address.reading():
        return train.settings().recipe


def _keep(strokes: Strokes) -> None:
    """Remember the drawing for the code, which is also made where there is no session."""
    controls.put(STROKES, [[(round(pad.SCALE * x), round(pad.SCALE * y)) for x, y in stroke] for stroke in strokes])


def _reading(recipe: ImageRecipe, weights: list[np.ndarray], steps: Steps | None) -> None:
    shares = None
    if steps is not None:
        # What networks learn from are bytes.
        ink = np.round(255 * steps.digit) / np.float32(255)
        shares = maps.maps(recipe.layers, weights, ink[..., np.newaxis])[-1]
    numbers(
        (t("read as"), "–" if shares is None else str(shares.argmax())),
        (t("probability"), "–" if shares is None else f"{100 * shares.max():.1f} %"),
    )
    picture.show(
        bars.bars,
        bars.bar_rows(shares, said="" if shares is not None else t("Draw a digit, and the bars will rise.")),
        key="own_bars",
        alt=t("The ten probabilities for your drawing as bars, the highest in colour; the figures above say it."),
        digit_title=t("digit"),
        share_title=t("probability"),
        height=230,
    )


def _steps(chosen: Settings, like: str, steps: Steps | None) -> None:
    shown = _tiles(chosen, like, steps)
    picture.show(
        charts.chart,
        charts.rows(*(list(column) for column in zip(*shown, strict=True))),
        key="own_steps",
        alt=t("Your drawing step by step: with the box around its ink, cut out, scaled, and as the network gets it."),
    )


Tile = tuple[np.ndarray, str, str]
"""A picture with its title and its size."""


def _tiles(chosen: Settings, like: str, steps: Steps | None) -> list[Tile]:
    """The steps from the drawing to the digit; black ones as long as nothing is drawn, so that nothing moves then."""
    cut, small = t("upright"), t("ink of 4 × 4")
    if like == "mnist":
        cut, small = t("box"), t("only shrunk") if "scaling" in chosen.skip else t("scaled")
    titles = [t("drawing"), cut, small, t("input")]
    if steps is None:
        tiles: list[Tile] = [(np.zeros((4, 4), np.uint8), title, "") for title in titles]
    else:
        drawn, cut_out = charts.boxed(steps.drawing, steps.box), charts.fitted(steps.ink, max(steps.ink.shape))
        scaled = charts.fitted(steps.scaled, max(steps.scaled.shape))
        images = [drawn, cut_out, scaled, charts.whitened(steps.digit)]
        sizes = map(_size, (steps.drawing, steps.ink, steps.scaled, steps.digit))
        tiles = list(zip(images, titles, sizes, strict=True))
    return [tiles[0], tiles[-1]] if chosen.preparation == "none" else tiles


def _size(image: np.ndarray) -> str:
    return f"{image.shape[0]} × {image.shape[1]}"


def _explained(name: str) -> None:
    """How the digits that the network knows were prepared, and what to notice."""
    if name == "mnist":
        said = t(
            "**How MNIST's digits were prepared:** the box around the ink is scaled to 20 by 20 pixels, its "
            "proportions kept, and put into 28 by 28 so that the middle of its mass is in the middle."
        )
    else:
        said = t(
            "**How the bundled digits were prepared:** otherwise than MNIST's. Slanted digits were set upright and "
            "stretched to 20 by 32 pixels; then of each square of 4 by 4 pixels only the share of ink was kept, which "
            "makes 8 by 8 numbers from 0 to 16. Here these are enlarged to 28 by 28. They come from forms that were "
            "filled in with care, so write plainly: an open 4, a round 6. A network that learned from MNIST reads "
            "drawings better."
        )
    st.markdown(said)
    st.markdown(
        t(
            "**Notice** what happens when you leave a step out, or prepare the drawing as the other digits: you still "
            "read it without effort, the network often does not. Each of its weights belongs to one place in the "
            "image, and it has never seen ink in the others. It does not know what a digit **is**; it knows which "
            "pixels of its own digits tend to be bright. And it has no way to say “this is no digit”: draw a house."
        )
    )


# --- The prediction's answer ------------------------------------------------------------------------------------------


def _answer(guess: str, recipe: ImageRecipe, weights: list[np.ndarray]) -> None:
    count = min(TRIED, recipe.data.validation)
    found = pictures.samples(recipe.data, "test", tuple(range(count)), key="own_tried")
    if found is None:
        return
    images, labels = found
    usual, small = (_accuracy(recipe, weights, tried, labels) for tried in (images, in_corner(images)))
    right = "most" if small > usual - 0.15 else "few" if small <= 0.3 else "half"
    said = t(
        "Of the first {count} test digits it reads {usual:.0f} %. The same digits half as large in a corner, not "
        "prepared: **{small:.0f} %**. Guessing gives 10 %.",
        count=count,
        usual=100 * usual,
        small=100 * small,
    )
    answer(guess, right, said)


def _accuracy(recipe: ImageRecipe, weights: list[np.ndarray], images: np.ndarray, labels: np.ndarray) -> float:
    read = recognition.read(recipe.layers, weights, images / np.float32(255)).argmax(axis=1)
    return float((read == labels).mean())


def in_corner(images: np.ndarray) -> np.ndarray:
    """Images (n, 28, 28) half as large, each pixel the mean of four, in the upper left corner."""
    count, height, width = images.shape
    halves = images.reshape(count, height // 2, 2, width // 2, 2).mean(axis=(2, 4))
    corner = np.zeros_like(images, np.float32)
    corner[:, : height // 2, : width // 2] = halves
    return corner


def code() -> str:
    """The training, the drawing, its preparation, and what the network reads in it."""
    chosen = settings()
    strokes = address.settings().values.get(STROKES, [])
    recipe = _recipe()
    stopped, like = train.stopped(recipe), chosen.like(recipe)
    return snippets.own(recipe=recipe, strokes=strokes, skip=chosen.skip, like=like, stopped=stopped)
