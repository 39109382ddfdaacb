"""Images as numbers: what is stored of one digit, and the steps that prepare it, and its label, for a network."""

import math
from dataclasses import dataclass

import numpy as np
import streamlit as st

from lib import loop, preparation
from lib.charts import cells
from lib.charts.first_network import sheets
from lib.charts.tensors.sheets import png
from lib.datasets import Data
from lib.initializers import first_weights
from lib.layers import DENSE
from lib.lessons import pictures
from lib.quantities import spelled_bytes
from lib.shapes import memory
from lib.snippets import first_network as snippets
from lib.tensors import scaled
from lib.training.images import SOURCES
from lib.ui import controls, picture
from lib.ui.layout import answer, beside
from lib.ui.layout import numbers as figures
from lib.ui.predict import predict
from lib.ui.text import mark, t

STAGES = {
    "stored": mark("as stored"),
    "scaled": mark("scaled"),
    "row": mark("in one row"),
    "one_hot": mark("one-hot label"),
}
IMAGES = 100
"""Images to choose among."""
PIXELS, WINDOW = 28, 8
CLASSES = 10
NAMES_WIDTH = 2.9
"""Room for the names of rows, in cells."""
FIRST = 10
"""The row and the column at which the window begins, until it is moved."""


@dataclass(frozen=True)
class Settings:
    """Where the images come from, the number of one of them, the stage, and where the window on it begins."""

    source: str
    number: int
    stage: str
    row: int
    column: int

    @property
    def data(self) -> Data:
        """The request for the images."""
        return SOURCES[self.source]


def settings() -> Settings:
    """What the controls say; everything is counted from 0."""
    source = pictures.source("data_source")
    number = controls.slider(t("Image"), key="numbers_image", default=0, minimum=0, maximum=IMAGES - 1, step=1)
    stage = controls.choice(t("Stage"), list(STAGES), key="numbers_stage", names=lambda stage: t(STAGES[stage]))
    if stage == "one_hot":
        return Settings(source, number, stage, FIRST, FIRST)
    row, column = _corner(t("Window from row"), "numbers_row"), _corner(t("Window from column"), "numbers_column")
    return Settings(source, number, stage, row, column)


def _corner(label: str, key: str) -> int:
    return controls.slider(label, key=key, default=FIRST, minimum=0, maximum=PIXELS - WINDOW, step=1)


def show() -> None:
    """Show an image with the numbers in a window of it, stage by stage, and its label as one-hot."""
    st.markdown(
        t(
            "To a computer an image is a table of numbers, one for each **pixel**: here 28 rows of 28, from 0 (black) "
            "to 255 (white). That is how it is stored, a byte for each. The network of this lesson takes all pixels of "
            "an image at once, in one row of 784, as small numbers with fractions. Choose a stage and watch what "
            "changes, and what does not."
        )
    )
    guess = predict(
        t("The pixels become float32 and are divided by 255, so that they lie between 0 and 1. How much memory then?"),
        {"less": t("less than before"), "same": t("the same"), "more": t("four times as much")},
        key="numbers_prediction",
    )
    verdict = st.container()
    left, right = beside("numbers", picture_width=2)
    with left:
        chosen = settings()
    if guess:
        with verdict:
            _answer(guess, chosen.data)
    with right:
        found = pictures.samples(chosen.data, "train", tuple(range(IMAGES)), key="numbers")
        if found is None:
            return
        image, label = found[0][chosen.number], int(found[1][chosen.number])
        if chosen.stage == "one_hot":
            _label(image, label, chosen)
        else:
            _image(image, chosen)
    if chosen.stage == "one_hot":
        with left:
            picture.image(image.repeat(8, axis=0).repeat(8, axis=1), alt=t("The image enlarged."), width=168)
    st.markdown(_notice(chosen.stage))


def code() -> str:
    """The window, the preparation of all training images, and the label in both forms."""
    chosen = settings()
    return snippets.numbers(data=chosen.data, number=chosen.number, row=chosen.row, column=chosen.column, window=WINDOW)


def _answer(guess: str, data: Data) -> None:
    before, after = (memory(form.shape, form.dtype) for form in _forms(data)[:2])
    answer(
        guess,
        "more" if after > before else "same" if after == before else "less",
        t(
            "A float32 takes 4 bytes, however small it is: {before} become {after}.",
            before=spelled_bytes(before),
            after=spelled_bytes(after),
        ),
    )


def _forms(data: Data) -> tuple[preparation.Form, ...]:
    return tuple(preparation.forms(data.training).values())


def _image(image: np.ndarray, chosen: Settings) -> None:
    """The image, its window in numbers, all of it in one row, and what the whole set has become."""
    window = image[chosen.row : chosen.row + WINDOW, chosen.column : chosen.column + WINDOW]
    places = preparation.places(chosen.row + np.arange(WINDOW), chosen.column + np.arange(WINDOW), PIXELS)
    picture.image(
        png(sheets.zoomed(image, chosen.row, chosen.column, _texts(window, places, chosen.stage))),
        alt=t("The image with a frame around a window, and the pixels of the window enlarged, each with its number."),
    )
    picture.image(
        png(sheets.strip(image, places)),
        alt=t("All 784 pixels of the image in one row; those of the window are marked."),
    )
    _whole_set(image, chosen)


def _texts(pixels: np.ndarray, places: np.ndarray, stage: str) -> list[list[str]]:
    """What stands in the cells: bytes, fractions, or the place of each pixel in the row."""
    if stage == "scaled":
        return [[f"{share:.2f}" for share in line] for line in scaled(pixels).tolist()]
    return [[str(value) for value in line] for line in (places if stage == "row" else pixels).tolist()]


def _whole_set(image: np.ndarray, chosen: Settings) -> None:
    form = preparation.forms(chosen.data.training)[chosen.stage]
    values = image if chosen.stage == "stored" else scaled(image)
    figures(
        (t("all training images"), str(form.shape)),
        (t("data type"), form.dtype),
        (t("range in this image"), f"{values.min():g} … {values.max():.3g}"),
        (t("memory of all"), spelled_bytes(memory(form.shape, form.dtype))),
    )


def _label(image: np.ndarray, label: int, chosen: Settings) -> None:
    """The label as one-hot above the probabilities of an untrained network: of all logarithms one remains."""
    hot = preparation.one_hot([label], CLASSES)[0]
    p = loop.forward(first_weights(DENSE, (PIXELS, PIXELS, 1)), preparation.in_rows(scaled(image)[None]))[-1][0]
    lost = -hot * np.log(p) + 0.0
    st.markdown(
        t(
            "What comes out of a network, its output p, are ten probabilities, one for each digit. The **loss** says "
            "how wrong they are: it is −ln of the right digit's probability, 0 for a sure right answer and large for a "
            "small probability. Keras has it under two names, one for each form of the label. The next section shows "
            "how both come about."
        )
    )
    picture.show(
        cells.chart,
        _label_rows(hot, p, lost, label),
        key="numbers",
        alt=t(
            "Ten cells for the ten digits: the one-hot label, the probabilities of a network that has learned nothing, "
            "and the products whose sum is the loss."
        ),
        columns=NAMES_WIDTH + CLASSES,
        rows=5,
        height=260,
    )
    st.table(
        {
            t("label"): [t("integer"), t("one-hot")],
            t("loss"): ["`sparse_categorical_crossentropy`", "`categorical_crossentropy`"],
            t("value"): [f"{loop.cross_entropy(p[None], np.array([label])):.4f}", f"{lost.sum():.4f}"],
        }
    )
    samples = chosen.data.training
    figures(
        (t("label of this image"), str(label)),
        (t("all labels as integers"), str((samples,))),
        (t("all labels as one-hot"), str((samples, CLASSES))),
    )


def _label_rows(hot: np.ndarray, p: np.ndarray, lost: np.ndarray, label: int) -> dict[str, cells.Columns]:
    left = NAMES_WIDTH
    kinds = np.where(np.arange(CLASSES) == label, "chosen", "plain")[None]
    said = [[f"{value:.0f}" for value in hot]], [[f"{value:.2f}" for value in p]], [[f"{value:.2f}" for value in lost]]
    names = (t("digit"), t("one-hot y"), t("output p"), "−y ln p")
    captions = [(left / 2, top, name) for top, name in zip((0.5, 1.5, 2.9, 4.3), names, strict=True)]
    captions += [(left + digit + 0.5, 0.5, str(digit)) for digit in range(CLASSES)]
    rows = [
        cells.cell_columns(values, kinds, left=left, top=top) for values, top in zip(said, (1, 2.4, 3.8), strict=True)
    ]
    return {"cells": cells.joined(*rows), "captions": cells.caption_columns(*captions)}


def _notice(stage: str) -> str:
    return {
        "stored": t(
            "**Notice** that the numbers are the picture: move the window along a stroke and read its brightness off "
            "them. Seen as a row, neighbours above and below stand 28 places apart."
        ),
        "scaled": t(
            "**Notice** that the picture stays as it is: each number is 255 times smaller, and none is lost. Networks "
            "begin with small weights, and learn best from inputs of about their size; what happens without scaling, "
            "the last section tries out."
        ),
        "row": t(
            "**Notice** that each cell now says its place in the row, 28 times its row plus its column. One row "
            "further down is 28 places on, so the window falls into eight pieces. A dense layer does not know which "
            "pixels are neighbours: it has to find out from the data."
        ),
        "one_hot": t(
            "**Notice** that both forms say the same, and both losses have the same value: the zeros of the one-hot "
            "label strike out all logarithms but that of the right digit. Untrained, the network gives each digit "
            "about a tenth, and −ln 0.1 is {even:.2f}.",
            even=math.log(CLASSES),
        ),
    }[stage]
