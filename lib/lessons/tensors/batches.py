"""Batches: a network takes the samples batch by batch, and each batch is a slice along axis 0."""

from typing import TypedDict

import streamlit as st

from lib import tensors
from lib.charts import tensors as charts
from lib.snippets import tensors as snippets
from lib.ui import controls, picture
from lib.ui.layout import beside, numbers
from lib.ui.text import mark, t

SAMPLES = {"mnist": 60_000, "digits": 1_797}
NAMES = {"mnist": mark("MNIST: {count:,}"), "digits": mark("scikit-learn's digits: {count:,}")}
SIZES = (64, 100, 128, 200, 256, 512, 1000, 1024)


class Settings(TypedDict):
    """The samples, the size of a batch, the epochs, and the number of the batch that is shown."""

    samples: int
    size: int
    epochs: int
    number: int


def settings() -> Settings:
    """What the controls say; batches are counted from 0."""
    data = controls.choice(t("Training samples"), list(SAMPLES), key="batches_data", names=_name)
    samples = SAMPLES[data]
    size = controls.slider(t("Batch size"), key="batches_size", default=128, values=SIZES, format="d")
    last = tensors.Batches(samples, size).count - 1
    number = controls.slider(t("Batch n"), key="batches_n", default=0, minimum=0, maximum=last, step=1)
    epochs = controls.slider(t("Epochs"), key="batches_epochs", default=5, minimum=1, maximum=20, step=1)
    return {"samples": samples, "size": size, "epochs": epochs, "number": number}


def show() -> None:
    """Show how many updates an epoch has, and where one batch lies among the samples."""
    st.markdown(
        t(
            "Axis 0 is the **samples axis**, or batch axis. A network does not see all samples at once: it takes "
            "a **batch** of them, predicts, and updates its weights. One walk through all samples is an **epoch**. "
            "Batch n is a slice along axis 0."
        )
    )
    left, right = beside("batches")
    with left:
        chosen = settings()
    with right:
        _updates(chosen)
        _batch(chosen)
    st.markdown(
        t(
            "**Notice** that the last batch takes what is left: the slice reaches beyond the end and is cut off. "
            "Larger batches mean fewer updates in an epoch; whether that is better, the lesson on gradient descent "
            "tries out."
        )
    )


def code() -> str:
    """The count of updates, and one batch."""
    return snippets.batches(**settings())


def _name(data: str) -> str:
    return t(NAMES[data], count=SAMPLES[data])


def _updates(chosen: Settings) -> None:
    cut, epochs = tensors.Batches(chosen["samples"], chosen["size"]), chosen["epochs"]
    numbers(
        (t("updates in an epoch"), f"{cut.count:,}"),
        (t("samples in the last batch"), str(cut.last)),
        (t("updates in {epochs} epochs", epochs=epochs), f"{cut.count * epochs:,}"),
    )


def _batch(chosen: Settings) -> None:
    """One batch as a slice, on the line of all samples, and as images where the samples are digits."""
    samples, size, n = chosen["samples"], chosen["size"], chosen["number"]
    cut = tensors.Batches(samples, size)
    taken = cut.slice(n)
    st.markdown(
        t(
            "Batch n = {n}: `x[{size} * {n} : {size} * {after}]` is `x[{start}:{stop}]`, with **{length}** samples.",
            n=n,
            after=n + 1,
            size=size,
            start=taken.start,
            stop=taken.stop,
            length=cut.length(n),
        )
    )
    picture.show(
        charts.batches.chart,
        charts.batches.datasets(samples, size, n),
        key="batches",
        alt=t("The samples on a line; the chosen batch is marked."),
        samples_title=t("sample"),
        samples=samples,
    )
    if samples == len(tensors.digit_images()):
        shown = tensors.digit_images()[taken][: tensors.DIGITS]
        sheet = charts.sheets.sheet(shown, scale=1)
        picture.image(charts.sheets.png(sheet), alt=t("The first digits of the batch."))
        st.markdown(t("The first {count} images of the batch.", count=len(shown)))
