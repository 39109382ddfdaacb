"""Reshape is not transpose: the one cuts the strip of memory at other places, the other reads it in another order."""

import math
from dataclasses import dataclass

import streamlit as st

from lib import layouts
from lib.charts import tensors as charts
from lib.shapes import ShapeError
from lib.snippets import tensors as snippets
from lib.ui import controls, picture
from lib.ui.layout import answer, beside, numbers
from lib.ui.predict import predict
from lib.ui.text import literal, mark, t

SHAPES = {"3x2": (3, 2), "3x4": (3, 4), "2x2x3": (2, 2, 3)}
NO_SHAPE = {
    "size": mark("{came} is not a size. Write one to four whole numbers with commas, for example (2, 3)."),
    "large": mark("{came} is out of range: sizes here go up to {most}. Take a smaller one."),
    "few": mark("This is the shape of a single number: it has room for one element. Write sizes, for example (2, 3)."),
    "axes": mark("The shape has {came} axes; at most {most} are allowed here. Please leave some out."),
    "long": mark("The shape has {came} characters; at most {most} are allowed. Please shorten it."),
}
"""What is said where the line is no shape, by the reason of the error."""
MISFITS = {
    "size": mark("There are {size} elements, but this shape has room for {known}. Reshape keeps every element."),
    "rest": mark("{size} elements cannot be shared out evenly: {size} is not divisible by {known}."),
    "unknown": mark("Only one size may be -1: with two of them there would be many answers."),
}


@dataclass(frozen=True)
class Settings:
    """The shape before, the operation, and how: the new shape as it was typed, or the order of axes such as "1.0"."""

    shape: tuple[int, ...]
    operation: str
    how: str


def settings() -> Settings:
    """What the controls say."""
    shape = controls.choice(t("Shape before"), list(SHAPES), key="layout_shape", names=lambda name: str(SHAPES[name]))
    operation = controls.choice(t("Operation"), ["reshape", "transpose"], key="layout_operation")
    if operation == "reshape":
        how = controls.text(t("New shape; -1 is worked out"), key="layout_target", default="(2, -1)", longest=30)
    else:
        orders = [".".join(map(str, order)) for order in layouts.orders(len(SHAPES[shape]))]
        how = controls.choice(t("New order of the axes"), orders, key=f"layout_axes_{shape}", names=_order_name)
    return Settings(SHAPES[shape], operation, how)


def show() -> None:
    """Show numbered elements before, in memory and after, element by element."""
    st.markdown(
        t(
            "Memory is one long strip; a shape only says how to read it. **Reshape** keeps the order of the elements "
            "and cuts the strip at other places. **Transpose** swaps axes: `x[i, j]` becomes `x[j, i]`, so that the "
            "elements are read in another order. To mix up the two is the most common mistake with tensors."
        )
    )
    _prediction()
    left, right = beside("layout")
    with left:
        laid = _laid_out(settings())
        if laid is None:
            return
        step = _step(laid.before.size)
        numbers(
            (t("shape before"), str(laid.before.shape)),
            (t("shape after"), str(laid.after.shape)),
            (t("strides after"), str(laid.strides_after)),
            (t("jumps in memory"), str(laid.jumps)),
        )
    with right:
        _picture(laid, step)
    st.markdown(
        t(
            "**Notice** the frame while you drag: with reshape it walks along the strip, with transpose it jumps. "
            "*Strides* say how many places in memory the next entry along each axis is away; transposing only swaps "
            "them, so not a single element moves. For an image of shape (2, 2, 3), channels last, the order (2, 0, "
            "1) gives channels first: three small grey images. Reshaping to (3, 2, 2) has the right shape and is wrong."
        )
    )


def code() -> str:
    """The operation, run; "" for what is no shape."""
    chosen = settings()
    if chosen.operation == "transpose":
        return snippets.layout(shape=chosen.shape, operation=f"transpose{_order_name(chosen.how)}")
    try:
        target = layouts.parse_shape(chosen.how)
    except ShapeError:
        return ""
    return snippets.layout(shape=chosen.shape, operation=f"reshape({', '.join(map(str, target))})")


def _order_name(order: str) -> str:
    return f"({order.replace('.', ', ')})"


def _step(size: int) -> int:
    return controls.slider(t("Elements read"), key=f"layout_step_{size}", default=size, minimum=0, maximum=size, step=1)


def _prediction() -> None:
    guess = predict(
        t("x has shape (3, 2). Do x.reshape(2, 3) and x.T, which both have shape (2, 3), hold the same rows?"),
        {"same": t("yes"), "other": t("no")},
        key="layout_prediction",
    )
    if guess:
        said = t(
            "NumPy says: reshape gives `{reshaped}`, transpose gives `{transposed}`.",
            reshaped=layouts.reshaped((3, 2), (2, 3)).after.tolist(),
            transposed=layouts.transposed((3, 2), (1, 0)).after.tolist(),
        )
        answer(guess, "other", said)


def _laid_out(chosen: Settings) -> layouts.Layout | None:
    """Before and after; None, with a sentence on the page, where the new shape is none or does not fit."""
    if chosen.operation == "transpose":
        return layouts.transposed(chosen.shape, tuple(map(int, chosen.how.split("."))))
    try:
        target = layouts.parse_shape(chosen.how)
    except ShapeError as error:
        st.error(t(NO_SHAPE[error.reason]).format(**error.values | {"came": literal(error.values["came"])}))
        return None
    try:
        return layouts.reshaped(chosen.shape, target)
    except ValueError as error:
        st.error(f"ValueError: {error}\n\n{_misfit_sentence(math.prod(chosen.shape), target)}")
        return None


def _misfit_sentence(size: int, target: tuple[int, ...]) -> str:
    reason, known = layouts.misfit(size, target)
    return t(MISFITS[reason], size=size, known=known)


def _picture(laid: layouts.Layout, step: int) -> None:
    captions = (
        t("before: shape {shape}", shape=laid.before.shape),
        t("memory, place by place"),
        t("after: shape {shape}", shape=laid.after.shape),
    )
    picture.show(
        charts.layout.chart,
        charts.layout.datasets(laid.before, laid.after, step=step, captions=captions),
        key="layout",
        alt=t("Numbered elements before, in memory, and after; the one that was read last is framed."),
        last=laid.before.size - 1,
    )
