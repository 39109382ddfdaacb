"""More than two axes: what dot and matmul sum away, what they keep, and where they part ways."""

import streamlit as st

from lib import products
from lib.charts import broadcasting as charts
from lib.charts import cells
from lib.lessons.broadcasting import typed
from lib.lessons.broadcasting.refusals import numpy_says
from lib.shapes import LONGEST_TEXT, Shape
from lib.snippets import broadcasting as snippets
from lib.ui import controls, picture
from lib.ui.layout import beside, numbers
from lib.ui.text import t

PRESETS = (
    {"x": "(2, 3, 4, 5)", "y": "(5,)"},
    {"x": "(2, 3, 4, 5)", "y": "(5, 6)"},
    {"x": "(2, 3, 4, 5)", "y": "(3, 5, 6)"},
    {"x": "(2, 3, 4, 5)", "y": "(7, 5, 6)"},
    {"x": "(2, 3)", "y": "(2, 3)"},
    {"x": "()", "y": "(2, 3)"},
)


def settings() -> tuple[str, str]:
    """The shapes of x and y, as they are typed."""
    x = controls.text(t("Shape of x"), key="axes_x", default="(2, 3, 4, 5)", longest=LONGEST_TEXT)
    return x, controls.text(t("Shape of y"), key="axes_y", default="(3, 5, 6)", longest=LONGEST_TEXT)


def show() -> None:
    """Show the shapes of both products, and which axis came from where."""
    st.markdown(
        t(
            "A batch of images has four axes, and products work for any number of them. Both `dot` and `matmul` "
            "(which is `x @ y`) take the **last axis of x** and the **last but one of y**, or its only one: these "
            "must be equal, and are summed away. With up to two axes both do the same. With more they part ways: "
            "`dot` keeps all other axes of x and of y, one after the other. `matmul` sees a stack of matrices and "
            "*broadcasts* the axes before the last two."
        )
    )
    typed.presets("axes", PRESETS, sign="·")
    left, right = beside("axes", picture_width=2)
    with left:
        shapes = typed.shapes(*settings())
    if shapes is None:
        return
    x, y = shapes
    with left:
        _outcomes(x, y)
    with right:
        _picture(x, y)
    st.markdown(
        t(
            "**Notice** where each axis of the result comes from: blue from x, orange from y, grey from both. The "
            "marked axes are summed away. A dense layer in Keras uses this rule: (a, b, c, d) times a kernel "
            "(d, e) gives (a, b, c, e), whatever a, b and c mean."
        )
    )


def _outcomes(x: Shape, y: Shape) -> None:
    for function, rule in products.RULES.items():
        reason = products.refusal(function, x, y)
        if reason:
            st.markdown(f"**{function}**")
            numpy_says(products.numpy_message(function, x, y))
            st.markdown(_explained(reason, x, y))
        else:
            numbers((function, str(rule(x, y).shape)), key=f"axes_{function}")


def _explained(reason: products.Reason, x: Shape, y: Shape) -> str:
    """The sentence about the axes that do not go together."""
    if reason == "scalar":
        return t("matmul takes no single numbers. Give both shapes at least one axis.")
    if reason == "inner" and len(y) == 1:
        sentence = t("The last axis of x has size {left}, the only one of y {right}: make them equal.")
        return sentence.format(left=x[-1], right=y[0])
    if reason == "inner":
        sentence = t("The last axis of x has size {left}, the last but one of y {right}: make them equal.")
        return sentence.format(left=x[-1], right=y[-2])
    if reason == "stack":
        sentence = t("The axes before the last two, {left} and {right}, do not broadcast: make them equal, or 1.")
        return sentence.format(left=x[:-2], right=y[:-2])
    return t("The result would have more entries than NumPy can count. Make some axes smaller.")


def _picture(x: Shape, y: Shape) -> None:
    found = {
        function: None if products.refusal(function, x, y) else rule(x, y) for function, rule in products.RULES.items()
    }
    longest = max(len(shape) for shape in (x, y, *(product.shape for product in found.values() if product)))
    picture.show(
        cells.sized,
        charts.axes.datasets(x, y, found, ("x", "y", "dot", "matmul"), refused="✗"),
        key="axes",
        alt=t("The axes of x, of y and of both products as cells with their sizes; the results are given beside it."),
        **charts.axes.field(4, longest),
    )


def code() -> str:
    """Both products, or their errors; "" where a line spells no shape."""
    shapes = typed.readable(*settings())
    return snippets.axes(x=shapes[0], y=shapes[1]) if shapes else ""
