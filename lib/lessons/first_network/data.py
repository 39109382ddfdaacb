"""The data: images with their labels, sheet by sheet, and how many there are of each digit."""

from dataclasses import dataclass

import streamlit as st

from lib.charts.first_network import data as chart
from lib.charts.first_network import sheets
from lib.charts.tensors.sheets import png
from lib.datasets import Data, described
from lib.lessons import pictures
from lib.snippets import first_network as snippets
from lib.training import first_network
from lib.training.browsing import Found, browse
from lib.training.images import SOURCES
from lib.ui import controls, picture, training
from lib.ui.layout import beside, numbers
from lib.ui.text import mark, t

ROWS, COLUMNS = 6, 10
COUNT = ROWS * COLUMNS
"""Images on a sheet, and how far one position of the slider is from the next."""
ALL = "all"
SOURCE_WORDS = {
    "digits28": mark(
        "The bundled digits are 1,797 small images of 8 by 8 pixels, which come with scikit-learn, enlarged to the "
        "size of MNIST's: blurred, but always at hand. They stand in until you choose MNIST."
    ),
    "mnist": mark(
        "MNIST is the classic of machine learning: 70,000 digits in 28 by 28 shades of grey, 60,000 to learn from and "
        "10,000 for the test."
    ),
}
PARTS = {"train": mark("training"), "test": mark("test")}


@dataclass(frozen=True)
class Settings:
    """Where the images come from, whether they train or test, which digit, and the number of the first one."""

    source: str
    part: str
    digit: int | None
    start: int

    @property
    def data(self) -> Data:
        """The request for the images."""
        return SOURCES[self.source]


def settings() -> Settings:
    """What the controls say; images are counted from 0."""
    source = pictures.source("data_source")
    part = controls.choice(t("Part"), list(PARTS), key="data_part", names=lambda part: t(PARTS[part]))
    digit = controls.choice(
        t("Show"),
        [ALL, *"0123456789"],
        key="data_digit",
        names=lambda digit: t("all digits") if digit == ALL else digit,
    )
    data = SOURCES[source]
    samples = data.training if part == "train" else data.validation
    last = (samples - 1) // COUNT * COUNT
    label = t("From image number") if digit == ALL else t("From image number, counting all digits")
    start = controls.slider(label, key="data_start", default=0, minimum=0, maximum=last, step=COUNT, format=",d")
    return Settings(source, part, None if digit == ALL else int(digit), start)


def show() -> None:
    """Show a sheet of images with their labels, and how many there are of each digit."""
    training.foresee(*first_network.ahead())  # what later sections train is compiled while the learner reads here
    st.markdown(
        t(
            "A network learns from examples. Each image here is a **sample**: one data point. What it shows is one of "
            "ten categories, the digits 0 to 9, and each category is a **class**. The class of a sample is its "
            "**label**; it stands beneath. The network learns from the *training* images and is judged on the *test* "
            "images, which it never sees while it learns."
        )
    )
    left, right = beside("data", picture_width=2)
    with left:
        chosen = settings()
    with right:
        found = _found(chosen)
        if found is None:
            return
        _sheet(chosen, found)
        _figures(chosen, found)
    with left:
        _bars(chosen, found)
    st.markdown(
        t(
            "**Notice** how differently people write the same digit, and that some would puzzle you without their "
            "label. All digits are about equally frequent, so whoever always answers the same one is right about once "
            "in ten: a network has to beat that."
        )
    )


def code() -> str:
    """The arrays, how many there are of each digit, and the labels of the sheet."""
    chosen = settings()
    return snippets.data(data=chosen.data, part=chosen.part, digit=chosen.digit, start=chosen.start, count=COUNT)


def _found(chosen: Settings) -> Found | None:
    """The images of the sheet; None, with a sentence on the page, where they cannot be had."""
    asked = chosen.data, chosen.part, chosen.digit, chosen.start, COUNT
    return training.call(browse, *asked, key="data") if described(chosen.data.name).trainer_only else browse(*asked)


def _sheet(chosen: Settings, found: Found) -> None:
    if not len(found.labels):
        st.info(t("From image {start:,} on there is no {digit} any more.", start=chosen.start, digit=chosen.digit))
        return
    labels = " ".join(map(str, found.labels.tolist()))
    picture.image(
        png(sheets.labelled(found.images, found.labels, rows=ROWS, columns=COLUMNS)),
        alt=t("Handwritten digits, each with its label beneath: {labels}.", labels=labels),
    )


def _figures(chosen: Settings, found: Found) -> None:
    """What the source is, and how large it is."""
    st.markdown(t(SOURCE_WORDS[chosen.data.name]))
    height, width, _ = described(chosen.data.name).inputs
    numbers(
        (t("images"), f"{found.counts.sum():,}"),
        (t("classes"), str(len(found.counts))),
        (t("pixels of an image"), f"{height} × {width}"),
        (
            t("always answering {digit} is right", digit=found.counts.argmax()),
            f"{100 * found.counts.max() / found.counts.sum():.1f} %",
        ),
    )


def _bars(chosen: Settings, found: Found) -> None:
    picture.show(
        chart.chart,
        chart.datasets(found.counts, now=chosen.digit),
        key="data",
        alt=t("How many images there are of each digit, as bars."),
        digit_title=t("digit"),
        count_title=t("images"),
        most=chart.ceiling(found.counts),
    )
