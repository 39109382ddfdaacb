"""Shapes of real data: data of the same kind nearly always come in the same order of axes."""

import math

import numpy as np
import streamlit as st

from lib import tensors
from lib.lessons.tensors import axes
from lib.quantities import spelled_bytes
from lib.shapes import memory
from lib.snippets import tensors as snippets
from lib.ui import controls
from lib.ui.layout import answer, beside, numbers
from lib.ui.predict import predict
from lib.ui.text import mark, t

NAMES = {
    "people": mark("people"),
    "prices": mark("share prices"),
    "posts": mark("posts"),
    "images_last": mark("images, channels last"),
    "images_first": mark("images, channels first"),
    "video": mark("video"),
}
STORIES = {
    "people": mark("Vector data, the usual table: age, postcode and income of each person."),
    "prices": mark("A sequence: trading days of minutes, with three prices each minute. Axis 1 is time."),
    "posts": mark(
        "Text: the characters of each post in order, each *one-hot*: a single 1 at the place of its symbol, and 0 "
        "everywhere else."
    ),
    "images_last": mark("Colour images as TensorFlow and Keras like them: the channels come last."),
    "images_first": mark("The same images, the channels before height and width: PyTorch's habit."),
    "video": mark("Clips of frames, each frame a colour image: rank 5."),
}


def settings() -> tuple[str, str]:
    """The kind of data, one of tensors.CLASSICS, and its type, one of tensors.DTYPES."""
    kinds = list(tensors.CLASSICS)
    return (
        controls.choice(t("Data"), kinds, key="shapes_kind", default="video", names=lambda kind: t(NAMES[kind])),
        controls.choice(t("Data type"), list(tensors.DTYPES), key="shapes_dtype", default="float32"),
    )


def show() -> None:
    """Show the shape of a kind of data, its memory and its axes."""
    st.markdown(
        t(
            "Data of the same kind nearly always come in the same order of axes. Axis 0 counts the **samples**; "
            "then comes time, if there is any; then height and width; what is measured at each place comes last."
        )
    )
    _prediction()
    left, right = beside("shapes")
    with left:
        kind, dtype = settings()
        classic = tensors.CLASSICS[kind]
        st.markdown(t(STORIES[kind]))
    with right:
        numbers(
            (t("shape"), str(classic.shape)),
            (t("elements"), f"{math.prod(classic.shape):,}"),
            (t("memory as {dtype}", dtype=dtype), spelled_bytes(memory(classic.shape, dtype))),
        )
        axes.table(classic.shape, classic.axes)
    st.markdown(
        t(
            "**Notice** how soon it is too much: the posts as float32 would take {posts}, and the four short clips "
            "{video}. So data are kept in small types, and a network sees them batch by batch.",
            posts=spelled_bytes(memory(tensors.CLASSICS["posts"].shape, "float32")),
            video=spelled_bytes(memory(tensors.CLASSICS["video"].shape, "float32")),
        )
    )


def code() -> str:
    """The elements and the memory of the shape."""
    kind, dtype = settings()
    return snippets.shapes(kind=kind, dtype=dtype)


def _prediction() -> None:
    guess = predict(
        t("A vector with five entries is called 5-dimensional. How many axes does it have?"),
        {"one": t("one"), "five": t("five")},
        key="shapes_prediction",
    )
    if guess:
        vector, tensor = np.zeros(5), np.zeros((1,) * 5)
        said = t(
            "NumPy says: a 5-dimensional vector has shape `{vector}`, so {axes} axis with five entries. A tensor of "
            "rank 5 has {rank} axes, for example shape `{tensor}`.",
            vector=vector.shape,
            axes=vector.ndim,
            rank=tensor.ndim,
            tensor=tensor.shape,
        )
        answer(guess, "one", said)
