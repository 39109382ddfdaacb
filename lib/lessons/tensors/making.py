"""Ways to make a tensor: from a list, filled with a sequence, or drawn at random from a seed."""

from dataclasses import dataclass

import streamlit as st

from lib import tensors
from lib.charts import cells
from lib.snippets import tensors as snippets
from lib.ui import controls, picture
from lib.ui.layout import beside, numbers
from lib.ui.text import mark, t

NAMES = {
    "list": mark("from a list"),
    "zeros": "zeros",
    "ones": "ones",
    "eye": "eye",
    "arange": "arange",
    "linspace": "linspace",
    "uniform": "uniform",
    "normal": "normal",
    "permutation": "permutation",
}
STORIES = {
    "list": mark("A list of lists: each inner list is a row."),
    "zeros": mark("Zeros: how biases begin."),
    "ones": mark("Ones: a factor that changes nothing, yet."),
    "eye": mark("Ones on the diagonal: the identity. Its rows are one-hot vectors."),
    "arange": mark("Whole numbers in order, here reshaped."),
    "linspace": mark("Evenly spaced numbers from 0 to 1, both ends included, here reshaped."),
    "uniform": mark("Random numbers between 0 and 1, all equally likely: how weights may begin."),
    "normal": mark("Random numbers around a mean, most of them within one standard deviation."),
    "permutation": mark("The whole numbers in random order: how samples are shuffled."),
}
FIELD = (5, 6)
"""Rows and columns, at most."""


@dataclass(frozen=True)
class Settings:
    """A way of tensors.MAKERS, the shape, and what only some ways need."""

    maker: str
    rows: int
    columns: int
    seed: int = 0
    mean: float = 0.0
    deviation: float = 1.0

    @property
    def expression(self) -> str:
        """How the tensor is written."""
        return tensors.making(self.maker, self.rows, self.columns, mean=self.mean, deviation=self.deviation)


def settings() -> Settings:
    """What the controls say; the seed, the mean and the deviation are asked for where the way needs them."""
    maker = controls.choice(
        t("Way"), list(tensors.MAKERS), key="making_way", default="arange", names=lambda way: t(NAMES[way])
    )
    rows = controls.slider(t("Rows"), key="making_rows", default=3, minimum=1, maximum=FIELD[0], step=1)
    columns = controls.slider(t("Columns"), key="making_columns", default=4, minimum=1, maximum=FIELD[1], step=1)
    if not tensors.is_random(maker):
        return Settings(maker, rows, columns)
    seed = controls.slider(t("Seed"), key="making_seed", default=0, minimum=0, maximum=20, step=1)
    if maker != "normal":
        return Settings(maker, rows, columns, seed)
    mean = controls.slider(t("Mean"), key="making_mean", default=0.0, minimum=-5.0, maximum=5.0, step=0.5)
    deviation = controls.slider(
        t("Standard deviation"), key="making_deviation", default=1.0, minimum=0.0, maximum=3.0, step=0.1
    )
    return Settings(maker, rows, columns, seed, mean, deviation)


def show() -> None:
    """Show a tensor in cells, and how it is written."""
    st.markdown(
        t(
            "Tensors seldom are typed in. They come from data, or from functions that fill a shape: with zeros, "
            "with a sequence, or at random. Random numbers follow from a **seed**: the same seed gives the same "
            "numbers again."
        )
    )
    left, right = beside("making")
    with left:
        chosen = settings()
        st.markdown(t(STORIES[chosen.maker]))
        st.markdown(f"`{chosen.expression}`")
    with right:
        _made(chosen)
    st.markdown(
        t(
            "**Notice** the types: from whole numbers NumPy makes int64, from everything else float64. Change the "
            "shape of a *uniform* or *normal* tensor and keep its seed: the first numbers stay, for they are drawn one "
            "by one."
        )
    )


def code() -> str:
    """The expression, run."""
    chosen = settings()
    return snippets.making(expression=chosen.expression, seed=chosen.seed)


def _made(chosen: Settings) -> None:
    array = tensors.made(
        chosen.maker, chosen.rows, chosen.columns, seed=chosen.seed, mean=chosen.mean, deviation=chosen.deviation
    )
    picture.show(
        cells.chart,
        {"cells": cells.cell_rows(array.round(2)), "captions": cells.caption_rows()},
        key="making",
        alt=t("The tensor's entries in cells, row by row."),
        columns=FIELD[1],
        rows=FIELD[0],
        height=300,
    )
    numbers((t("shape"), str(array.shape)), (t("type"), str(array.dtype)), (t("mean"), f"{array.mean():.3g}"))
