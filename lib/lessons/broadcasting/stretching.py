"""Broadcasting: shapes are aligned at the right, and axes of 1 are stretched without a copy."""

import streamlit as st

from lib import broadcasting
from lib.charts import broadcasting as charts
from lib.lessons.broadcasting import typed
from lib.lessons.broadcasting.refusals import numpy_says
from lib.lessons.broadcasting.sheets import sheet
from lib.lessons.broadcasting.tables import table
from lib.lessons.broadcasting.typed import NAMES
from lib.quantities import spelled_bytes
from lib.shapes import LONGEST_TEXT, Shape, memory
from lib.snippets import broadcasting as snippets
from lib.ui import controls
from lib.ui.layout import answer, beside, numbers
from lib.ui.predict import predict
from lib.ui.text import mark, t

PRESETS: tuple[dict[str, str | bool], ...] = (
    {"x": "(4, 3)", "y": "(3,)", "third": False},
    {"x": "(4, 1)", "y": "(1, 3)", "third": False},
    {"x": "(32, 10)", "y": "(10,)", "third": False},
    {"x": "(64, 3, 32, 10)", "y": "(32, 10)", "third": False},
    {"x": "(4, 3)", "y": "(4,)", "third": False},
    {"x": "(4, 1)", "y": "(3,)", "third": True, "z": "(2, 1, 1)"},
)
CHANGES = {"stretched": mark("{name} is stretched"), "missing": mark("{name} has no such axis and gets one")}
"""What becomes of an axis of an operand, by its role."""


def settings() -> tuple[str, ...]:
    """The shapes of the operands, as they are typed."""
    x = controls.text(t("Shape of x"), key="broadcasting_x", default="(4, 3)", longest=LONGEST_TEXT)
    y = controls.text(t("Shape of y"), key="broadcasting_y", default="(3,)", longest=LONGEST_TEXT)
    if not controls.toggle(t("A third array z"), key="broadcasting_third"):
        return x, y
    z = controls.text(t("Shape of z"), key="broadcasting_z", default="(2, 1, 1)", longest=LONGEST_TEXT)
    return x, y, z


def show() -> None:
    """Show how the operands are aligned and stretched, or why they clash and what mends it."""
    st.markdown(
        t(
            "What if two arrays have different shapes? NumPy writes the shapes one below the other, **aligned at "
            "the right**. On each axis the sizes must be equal, or one of them is 1, or is missing. An axis of 1 "
            "is *stretched*: its only entry is used again and again, as if it were copied. No copy is made. This "
            "is **broadcasting**, and it is how a bias $b$ is added to every sample of a batch."
        )
    )
    _prediction()
    typed.presets("broadcasting", PRESETS, sign="+")
    left, right = beside("broadcasting", picture_width=2)
    with left:
        shapes = typed.shapes(*settings())
    if shapes is None:
        return
    message = broadcasting.numpy_message(*shapes)
    result = None if message else broadcasting.result_shape(*shapes)
    with left:
        if result is None:
            _clash(shapes, message)
        else:
            _fit(shapes, result)
    with right:
        _alignment(shapes, result)
        _array_pictures(shapes, result)
    st.markdown(
        t(
            "**Notice** that the rule reads from the right: (4, 3) and (3,) fit, (4, 3) and (4,) do not. Dashed "
            "cells are virtual copies: a *stride* of 0 bytes makes NumPy read the same number again. Where shapes "
            "clash, `[:, None]` inserts an axis of 1, which can be stretched. And beware: (4, 1) and (3,) fit as "
            "well, to a table of (4, 3). A forgotten axis may give a large result instead of an error."
        )
    )


def _prediction() -> None:
    guess = predict(
        t("x has the shape (4, 3) and y the shape (4,). What is the shape of x + y?"),
        {"rows": "(4, 3)", "square": "(4, 4)", "error": t("none: it is an error")},
        key="broadcasting_prediction",
    )
    if guess:
        said = t("NumPy says: “{message}”. At the right, 3 meets 4.", message=broadcasting.numpy_message((4, 3), (4,)))
        answer(guess, "error", said)


def _clash(shapes: tuple[Shape, ...], message: str) -> None:
    numpy_says(message)
    if all(axis.size is not None for axis in broadcasting.align(*shapes)):
        st.markdown(t("The shapes fit, but the result would be larger than any memory. Make some axes smaller."))
        return
    mends = broadcasting.mends(*shapes)[:3]
    if not mends:
        st.markdown(t("No single new axis of 1 mends this. Change a size instead."))
        return
    st.markdown(t("A new axis of 1 mends it. Choose where; the arrow leads to the shape of the result:"))
    for mend in mends:
        name = NAMES[mend.operand]
        st.button(
            f"{name}{mend.index} → {mend.result}",
            key=f"broadcasting_mend{mend.operand}_{len(mend.index)}",
            icon=":material/build:",
            on_click=typed.put,
            args=("broadcasting", {name: str(mend.shape)}),
        )


def _fit(shapes: tuple[Shape, ...], result: Shape) -> None:
    held, copied = sum(map(memory, shapes)), len(shapes) * memory(result)
    numbers((t("Shape of the result"), str(result)), key="broadcasting_result")
    numbers(
        (t("Memory of the operands"), spelled_bytes(held)),
        (t("With real copies"), spelled_bytes(copied)),
        key="broadcasting_memory",
    )


def _alignment(shapes: tuple[Shape, ...], result: Shape | None) -> None:
    axes = broadcasting.align(*shapes)
    if not axes:
        st.markdown(t("No operand has an axis: these are single numbers, and so is their sum."))
        return
    named = NAMES[: len(shapes)]
    columns = {t("axis"): [str(place).replace("-", "\N{MINUS SIGN}") for place in range(-len(axes), 0)]}
    columns |= {
        name: ["" if axis.sizes[i] is None else str(axis.sizes[i]) for axis in axes] for i, name in enumerate(named)
    }
    columns[t("result")] = ["?" if axis.size is None else str(axis.size) for axis in axes]
    columns[t("what happens")] = [_what_happens(axis, named) for axis in axes]
    table(columns)
    if result is not None:
        strides = (f"{name} `{broadcasting.strides(shape, result)}`" for name, shape in zip(named, shapes, strict=True))
        st.markdown(t("Strides in bytes, one for each axis of the result:") + " " + ", ".join(strides))


def _what_happens(axis: broadcasting.Axis, named: tuple[str, ...]) -> str:
    if axis.size is None:
        return t("clash: {sizes}", sizes=" ≠ ".join(map(str, axis.clashing)))
    roles = {name: axis.role(i) for i, name in enumerate(named)}
    changed = [t(CHANGES[role], name=name) for name, role in roles.items() if role in CHANGES]
    return "; ".join(changed) or t("equal")


def _array_pictures(shapes: tuple[Shape, ...], result: Shape | None) -> None:
    if not all(map(charts.arrays.fits, shapes if result is None else (*shapes, result))):
        st.info(
            t("These arrays are not drawn: they are empty, or larger than 3 sheets of 6 by 6. The rule is the same.")
        )
        return
    drawn = [
        (name, charts.arrays.operand(i, shape, shape if result is None else result), shape)
        for i, (name, shape) in enumerate(zip(NAMES, shapes, strict=False))
    ]
    if result is not None:
        drawn.append((" + ".join(NAMES[: len(shapes)]), charts.arrays.total(*shapes), result))
    for number, (place, (name, rows, shape)) in enumerate(zip(st.columns(len(drawn)), drawn, strict=True)):
        with place:
            sheet(name, rows, shape, field=shape if result is None else result, key=f"broadcasting_{number}")


def code() -> str:
    """The sum of the operands, or its error and what mends it; "" where a line spells no shape."""
    shapes = typed.readable(*settings())
    if shapes is None:
        return ""
    if not broadcasting.numpy_message(*shapes):
        return snippets.broadcasting(shapes=shapes, result=broadcasting.result_shape(*shapes))
    mends = [mend for mend in broadcasting.mends(*shapes) if snippets.is_small(mend.result)]
    mend = (mends[0].operand, mends[0].index) if mends else None
    return snippets.broadcasting(shapes=shapes, result=None, mend=mend)
