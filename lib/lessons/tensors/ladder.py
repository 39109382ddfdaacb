"""From number to video: each rung of the ladder has one axis more than the one below."""

import streamlit as st

from lib import tensors
from lib.charts import tensors as charts
from lib.lessons.tensors import axes
from lib.quantities import spelled_bytes
from lib.snippets import tensors as snippets
from lib.ui import controls, picture
from lib.ui.layout import beside, numbers
from lib.ui.text import mark, t

NAMES = {
    "number": mark("0 · number"),
    "row": mark("1 · row"),
    "table": mark("2 · table"),
    "photograph": mark("3 · photograph"),
    "digits": mark("4 · digits"),
    "clips": mark("5 · clips"),
}
STORIES = {
    "number": mark(
        "The length of one sepal of an iris, in centimetres. It has no axis: its shape is `()`, and it holds one "
        "element, not none."
    ),
    "row": mark("One iris flower: four measurements in centimetres. A *vector* has one axis."),
    "table": mark("The irises: flower by flower, four measurements each. A *matrix* has two axes: rows and columns."),
    "photograph": mark("A photograph: rows and columns of pixels, and for each pixel how much red, green and blue."),
    "digits": mark("A batch of handwritten digits. Axis 0 counts the samples; a grey image has a single channel."),
    "clips": mark("Short clips, made here from digits that wander to the right. This is how video is laid out."),
}


def settings() -> str:
    """The rung, one of tensors.RUNGS."""
    return controls.choice(
        t("Rank and data"),
        list(tensors.RUNGS),
        key="ladder_rung",
        default="table",
        names=lambda rung: t(NAMES[rung]),
    )


def show() -> None:
    """Show one rung, what NumPy says of it, and its axes."""
    st.markdown(
        t(
            "A **tensor** is a container for numbers. Its directions are called **axes**, and the number of its "
            "axes is its **rank**. Climb the ladder: each rung has one axis more than the one below. The arrows "
            "are the axes; they are counted from 0."
        )
    )
    left, right = beside("ladder")
    with left:
        rung = settings()
        array = tensors.rung(rung)
        st.markdown(t(STORIES[rung]))
        numbers(
            (t("rank, `ndim`"), str(array.ndim)), (t("shape"), str(array.shape)), (t("type, `dtype`"), str(array.dtype))
        )
        numbers(
            (t("elements, `size`"), f"{array.size:,}"),
            (t("memory, `nbytes`"), spelled_bytes(array.nbytes)),
            key="numbers_2",
        )
    with right:
        picture.image(charts.ladder.of_rung(rung), alt=t(STORIES[rung]))
        if array.ndim:
            axes.table(array.shape, tensors.RUNGS[rung].axes)
    st.markdown(
        t(
            "**Notice** that the number of elements is the product of the shape, and the memory is the number of "
            "elements times the bytes that the type takes for each. The product of no numbers is 1: that is why a "
            "tensor of shape `()` holds one element."
        )
    )


def code() -> str:
    """The attributes of the rung."""
    return snippets.ladder(rung=settings())
