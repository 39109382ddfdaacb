"""Slicing: an index drops an axis, a slice keeps it, and what comes out may be a view of the same memory."""

import numpy as np
import streamlit as st

from lib import slicing, tensors
from lib.charts import tensors as charts
from lib.lessons import upload
from lib.lessons.tensors import line, slice_errors
from lib.snippets import tensors as snippets
from lib.ui import controls, picture
from lib.ui.layout import beside, numbers
from lib.ui.text import mark, t

NAMES = {
    "digits": mark("128 digits"),
    "photograph": mark("photograph"),
    "own": mark("your own photograph"),
    "cube": mark("numbered cube"),
}
FATES = {
    "kept": mark("kept"),
    "dropped": mark("dropped"),
    "new": mark("new"),
    "listed": mark("picked by a list"),
    "nothing": mark("stands for no axis"),
}
MEMORY_NAMES = {"view": mark("view"), "copy": mark("copy"), "scalar": mark("one number")}
MEMORY_STORIES = {
    "view": mark(
        "A **view**: the result looks at the same memory. Whoever writes into it changes the original as well."
    ),
    "copy": mark("A **copy**: a list of indices, or of truth values, gathers entries into new memory."),
    "scalar": mark("Every axis was dropped, so a single **number** comes out."),
}


def settings() -> str:
    """What is sliced; how, `line.text` asks."""
    return controls.choice(t("What to slice"), list(NAMES), key="slice_data", names=lambda data: t(NAMES[data]))


def show() -> None:
    """Show what a slice chooses, in place and by itself, and what it does to each axis."""
    st.markdown(
        t(
            "Choosing parts of a tensor is called **slicing**. For each axis, from the left, you write an *index* "
            "(the axis is dropped) or a slice `start:stop:step` (the axis is kept). Counting begins at 0, `stop` is "
            "left out, and negative numbers count from the end. Axes that you do not mention are kept whole; `...` "
            "stands for them. `None` puts in a new axis of size 1, and a list such as `[0, 5, 9]` picks entries."
        )
    )
    left, right = beside("slice")
    with left:
        data = settings()
        array = _array(data)
        if array is None:
            return
        above = st.container(key="slice_line")
        line.sliders(data, array)
        with above:
            typed = line.text(data)
        line.presets(data)
    with right:
        _result(data, array, typed)
    st.markdown(
        t(
            "**Notice** with the digits: `[10:100]`, `[10:100, :, :]` and `[10:100, 0:28, 0:28]` choose the same. "
            "`[4]` drops the axis and `[4:5]` keeps it. A slice that reaches too far is cut off silently, an index "
            "that reaches too far is an error. A pair of brackets around everything is the outer one: `[0, 2]` are "
            "two indices, `[[0, 2]]` is a list."
        )
    )


def code() -> str:
    """The slice, run; "" where it is written wrongly."""
    data = settings()
    try:
        items = slicing.parse(line.text(data))
    except slicing.SliceError:
        return ""
    return snippets.slicing(data=data, expression=slicing.spelled(items))


def _array(data: str) -> np.ndarray | None:
    if data == "own":
        return upload.photograph("slice_upload")
    if data == "digits":
        return tensors.digit_images()[: tensors.DIGITS]
    return tensors.cube() if data == "cube" else tensors.photograph()


def _result(data: str, array: np.ndarray, typed: str) -> None:
    try:
        items = slicing.parse(typed)
        chosen = slicing.select(array, items)
    except slicing.SliceError as error:
        st.error(slice_errors.of_writing(error))
        return
    except (IndexError, ValueError) as error:
        said = slice_errors.of_choosing(slicing.trouble(error, items))
        st.error(f"{type(error).__name__}: {error}\n\n{said}")
        return
    numbers(
        (t("shape of x"), str(array.shape)),
        (t("shape of the result"), str(chosen.result.shape)),
        (t("memory"), t(MEMORY_NAMES[chosen.memory])),
    )
    drawn = _cells(array, chosen) if data == "cube" else _images(array, chosen, colours=data != "digits")
    if not chosen.result.size:
        st.markdown(t("The result is **empty**: on some axis the slice ends before it begins. It has no entries."))
    elif not drawn:
        st.markdown(t("The result is no picture that could be drawn here. Its numbers:"))
        st.markdown(f"```\n{np.array2string(chosen.result, threshold=20, edgeitems=2, max_line_width=60)[:600]}\n```")
    _axis_table(slicing.axes(array.shape, items))
    st.markdown(t(MEMORY_STORIES[chosen.memory]))


def _cells(array: np.ndarray, chosen: slicing.Selection) -> bool:
    """Draw the cube, and the result if there is room for it: whether there was."""
    picture.show(
        charts.slicing.chart,
        charts.slicing.datasets(array, chosen.chosen, chosen.result),
        key="slice",
        alt=t("The cube's entries in cells, the chosen ones framed; beneath them what comes out."),
    )
    return charts.slicing.fits(chosen.result.shape)


def _images(array: np.ndarray, chosen: slicing.Selection, *, colours: bool) -> bool:
    """Draw the images, and the result if it is one or more: whether it was."""
    images, masks = (array[np.newaxis], chosen.chosen[np.newaxis]) if colours else (array, chosen.chosen)
    place = charts.sheets.sheet(images, masks, scale=2 if colours else 1)
    st.markdown(t("chosen, in place"))
    picture.image(charts.sheets.png(place), alt=t("What was chosen, in place: bright and framed."))
    result = charts.sheets.result(chosen.result, colours=colours)
    if result is None:
        return False
    st.markdown(t("what comes out"))
    picture.image(charts.sheets.png(result), alt=t("What comes out."), width="content")
    return True


def _axis_table(described: list[slicing.Axis]) -> None:
    if described:
        st.table(
            {
                t("axis: size"): [f"{_or_dash(axis.axis)}: {_or_dash(axis.size)}" for axis in described],
                t("written"): [f"`{slicing.item_spelled(axis.item)}`" for axis in described],
                t("start:stop:step"): [f"`{_clipped(axis)}`" for axis in described],
                t("becomes: length"): [f"{t(FATES[axis.fate])}: {_or_dash(axis.length)}" for axis in described],
            }
        )


def _clipped(axis: slicing.Axis) -> str:
    """The slice of an axis after clipping, or its index counted from the front."""
    if axis.fate == "dropped":
        return str(axis.start)
    return slicing.item_spelled(slice(axis.start, axis.stop, axis.step)) if axis.fate == "kept" else "–"


def _or_dash(value: int | None) -> str:
    return "–" if value is None else str(value)
