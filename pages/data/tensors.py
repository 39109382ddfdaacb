"""Tensors and slicing: the reader will understand data as numbers along axes, and cut out of them what is wanted."""

import math

import numpy as np
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from lib import layouts, slicing, tensors, uploads
from lib.charts import cells
from lib.charts import tensors as charts
from lib.datasets import load
from lib.snippets import tensors as code
from lib.training import tensors as trainings
from lib.training.recipe import Recipe, Run
from lib.ui import address, controls, lesson, picture, training
from lib.ui.layout import answer, beside, numbers
from lib.ui.predict import predict
from lib.ui.text import t

AXIS_NAMES = {
    "samples": t("samples"),
    "features": t("features"),
    "timesteps": t("time steps"),
    "frames": t("frames"),
    "height": t("height"),
    "width": t("width"),
    "channels": t("channels"),
}


def axes_table(shape: tuple[int, ...], axes: tuple[str, ...]) -> None:
    """A table of the axes: number, name, size."""
    st.table(
        {
            t("axis"): list(map(str, range(len(shape)))),
            t("what it counts"): [AXIS_NAMES[axis] for axis in axes],
            t("size"): [f"{size:,}" for size in shape],
        }
    )


# --- From number to video ---------------------------------------------------------------------------------------------

RUNG_NAMES = {
    "number": t("0 · number"),
    "row": t("1 · row"),
    "table": t("2 · table"),
    "photograph": t("3 · photograph"),
    "digits": t("4 · digits"),
    "clips": t("5 · clips"),
}
RUNG_STORIES = {
    "number": t(
        "The length of one sepal of an iris, in centimetres. It has no axis: its shape is `()`, and it holds one "
        "element, not none."
    ),
    "row": t("One iris flower: four measurements in centimetres. A *vector* has one axis."),
    "table": t("The irises: flower by flower, four measurements each. A *matrix* has two axes: rows and columns."),
    "photograph": t("A photograph: rows and columns of pixels, and for each pixel how much red, green and blue."),
    "digits": t("A batch of handwritten digits. Axis 0 counts the samples; a grey image has a single channel."),
    "clips": t("Short clips, made here from digits that wander to the right. This is how video is laid out."),
}


def ladder_settings() -> dict[str, str]:
    names = RUNG_NAMES.__getitem__
    return {
        "rung": controls.choice(
            t("Rank and data"), list(tensors.RUNGS), key="ladder_rung", default="table", names=names
        )
    }


def ladder() -> None:
    st.markdown(
        t(
            "A **tensor** is a container for numbers. Its directions are called **axes**, and the number of its "
            "axes is its **rank**. Climb the ladder: each rung has one axis more than the one below. The arrows "
            "are the axes; they are counted from 0."
        )
    )
    left, right = beside("ladder")
    with left:
        name = ladder_settings()["rung"]
        array = tensors.rung(name)
        st.markdown(RUNG_STORIES[name])
        numbers(
            (t("rank, `ndim`"), str(array.ndim)), (t("shape"), str(array.shape)), (t("type, `dtype`"), str(array.dtype))
        )
        numbers(
            (t("elements, `size`"), f"{array.size:,}"),
            (t("memory, `nbytes`"), tensors.memory_spelled(array.nbytes)),
            key="numbers_2",
        )
    with right:
        picture.image(charts.ladder.of_rung(name), alt=RUNG_STORIES[name])
        if array.ndim:
            axes_table(array.shape, tensors.RUNGS[name].axes)
    st.markdown(
        t(
            "**Notice** that the number of elements is the product of the shape, and the memory is the number of "
            "elements times the bytes that the type takes for each. The product of no numbers is 1: that is why a "
            "tensor of shape `()` holds one element."
        )
    )


def ladder_code() -> str:
    return code.ladder(**ladder_settings())


# --- Shapes of real data ----------------------------------------------------------------------------------------------

CLASSIC_NAMES = {
    "people": t("people"),
    "prices": t("share prices"),
    "posts": t("posts"),
    "images_last": t("images, channels last"),
    "images_first": t("images, channels first"),
    "video": t("video"),
}
CLASSIC_STORIES = {
    "people": t("Vector data, the usual table: age, postcode and income of each person."),
    "prices": t("A sequence: trading days of minutes, with three prices each minute. Axis 1 is time."),
    "posts": t(
        "Text: the characters of each post in order, each *one-hot*: a single 1 at the place of its symbol, and 0 "
        "everywhere else."
    ),
    "images_last": t("Colour images as TensorFlow and Keras like them: the channels come last."),
    "images_first": t("The same images, the channels before height and width: PyTorch's habit."),
    "video": t("Clips of frames, each frame a colour image: rank 5."),
}


def shapes_settings() -> dict[str, str]:
    kinds, names = list(tensors.CLASSICS), CLASSIC_NAMES.__getitem__
    return {
        "kind": controls.choice(t("Data"), kinds, key="shapes_kind", default="video", names=names),
        "dtype": controls.choice(t("Data type"), list(tensors.DTYPES), key="shapes_dtype", default="float32"),
    }


def shapes() -> None:
    st.markdown(
        t(
            "Data of the same kind nearly always come in the same order of axes. Axis 0 counts the **samples**; "
            "then comes time, if there is any; then height and width; what is measured at each place comes last."
        )
    )
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
    left, right = beside("shapes")
    with left:
        settings = shapes_settings()
        classic, dtype = tensors.CLASSICS[settings["kind"]], settings["dtype"]
        st.markdown(CLASSIC_STORIES[settings["kind"]])
    with right:
        numbers(
            (t("shape"), str(classic.shape)),
            (t("elements"), f"{math.prod(classic.shape):,}"),
            (t("memory as {dtype}", dtype=dtype), tensors.memory_spelled(tensors.memory(classic.shape, dtype))),
        )
        axes_table(classic.shape, classic.axes)
    st.markdown(
        t(
            "**Notice** how soon it is too much: the posts as float32 would take {posts}, and the four short clips "
            "{video}. So data are kept in small types, and a network sees them batch by batch.",
            posts=tensors.memory_spelled(tensors.memory(tensors.CLASSICS["posts"].shape, "float32")),
            video=tensors.memory_spelled(tensors.memory(tensors.CLASSICS["video"].shape, "float32")),
        )
    )


def shapes_code() -> str:
    return code.shapes(**shapes_settings())


# --- Slicing ----------------------------------------------------------------------------------------------------------

DATA_NAMES = {
    "digits": t("128 digits"),
    "photograph": t("photograph"),
    "own": t("your own photograph"),
    "cube": t("numbered cube"),
}
PRESETS = {
    "digits": (
        *("[10:100, 7:-7, 7:-7]", "[:, 14:, 14:]", "[4]", "[4:5]", "[:, :, ::-1]", "[[0, 5, 9]]", "[..., 14]"),
        *("[:16:2, None]", "[128]"),
    ),
    "photograph": ("[40:120, 60:200]", "[::-1]", "[:, ::-1]", "[..., 0]", "[::8, ::8]", "[..., ::-1]", "[:, 300]"),
    "cube": (
        *("[1]", "[1:2]", "[..., -1]", "[:, 1:3, ::2]", "[::-1, 0]", "[[0, 2], [1, 3]]", "[0, :, [1, 3]]"),
        *("[[True, False, True]]", "[:, None, 0]", "[0, 4]"),
    ),
}
PRESETS["own"] = PRESETS["photograph"]
FATES = {
    "kept": t("kept"),
    "dropped": t("dropped"),
    "new": t("new"),
    "listed": t("picked by a list"),
    "nothing": t("stands for no axis"),
}
MEMORY_NAMES = {"view": t("view"), "copy": t("copy"), "scalar": t("one number")}
MEMORY_STORIES = {
    "view": t("A **view**: the result looks at the same memory. Whoever writes into it changes the original as well."),
    "copy": t("A **copy**: a list of indices, or of truth values, gathers entries into new memory."),
    "scalar": t("Every axis was dropped, so a single **number** comes out."),
}


def slice_data() -> str:
    return controls.choice(t("What to slice"), list(DATA_NAMES), key="slice_data", names=DATA_NAMES.__getitem__)


def slice_text(data: str) -> str:
    return controls.text(
        t("x[…], as in NumPy"),
        key=f"slice_{data}",
        default=PRESETS[data][0],
        longest=slicing.LONGEST,
        help=t("Indices, slices start:stop:step, ..., None or np.newaxis, and lists of indices or of True and False."),
    )


def slice_section() -> None:
    st.markdown(
        t(
            "Choosing parts of a tensor is called **slicing**. For each axis, from the left, you write an *index* "
            "(the axis is dropped) or a slice `start:stop:step` (the axis is kept). Counting begins at 0, `stop` is "
            "left out, and negative numbers count from the end. Axes that you do not mention are kept whole."
        )
    )
    left, right = beside("slice")
    with left:
        data = slice_data()
        array = _sliced_array(data)
        if array is None:
            return
        line = st.container(key="slice_line")
        _range_sliders(data, array)
        with line:
            typed = slice_text(data)
        _presets(data)
    with right:
        _slice_result(data, array, typed)
    st.markdown(
        t(
            "**Notice** with the digits: `[10:100]`, `[10:100, :, :]` and `[10:100, 0:28, 0:28]` choose the same. "
            "`[4]` drops the axis and `[4:5]` keeps it. A slice that reaches too far is cut off silently, an index "
            "that reaches too far is an error. A pair of brackets around everything is the outer one: `[0, 2]` are "
            "two indices, `[[0, 2]]` is a list."
        )
    )


def _sliced_array(data: str) -> np.ndarray | None:
    if data == "own":
        return _uploaded()
    if data == "digits":
        return tensors.digit_images()[: tensors.DIGITS]
    return tensors.cube() if data == "cube" else tensors.photograph()


def _uploaded() -> np.ndarray | None:
    file = st.file_uploader(
        t("A photograph of yours"), type=["jpg", "jpeg", "png", "webp", "gif", "bmp"], key="slice_upload"
    )
    if file is None:
        st.info(t("Choose a picture; it is made small, and forgotten when you close the page."))
        return None
    try:
        return _decoded(file)
    except uploads.UploadError as error:
        sentences = {
            "bytes": t("The file has {came:,} bytes; at most {most:,} are taken. Make the picture smaller."),
            "pixels": t("The picture has {came:,} pixels; at most {most:,} are taken. Make it smaller."),
            "unreadable": t("This is no picture that can be read. Take one of {formats}."),
        }
        st.error(sentences[error.reason].format(**error.values))
        return None


def _decoded(file: UploadedFile) -> np.ndarray:
    """The pixels of an uploaded picture, or the error that it gives, kept for this visitor until another one comes."""
    kept = st.session_state.get("slice_decoded")
    if kept is None or kept[0] != file.file_id:
        try:
            kept = file.file_id, uploads.decode(file.getvalue())
        except uploads.UploadError as error:
            kept = file.file_id, error
        st.session_state["slice_decoded"] = kept
    if isinstance(kept[1], uploads.UploadError):
        raise kept[1]
    return kept[1]


def _presets(data: str) -> None:
    st.markdown(t("Try these:"))
    with st.container(horizontal=True, key="slice_presets"):
        for number, preset in enumerate(PRESETS[data]):
            st.button(
                f"`{preset}`", key=f"slice_preset_{number}", on_click=controls.put, args=(f"slice_{data}", preset)
            )


def _range_sliders(data: str, array: np.ndarray) -> None:
    """Sliders for one axis, in step with the line: whichever moved last decides, and the line where both are new."""
    key = f"slice_{data}"
    names = [f"{t('axis')} {axis}" for axis in range(array.ndim)]
    axis = int(controls.choice(t("Sliders for"), ["0", "1", "2"], key="slice_axis", names=lambda at: names[int(at)]))
    typed, size = _typed(data), array.shape[axis]
    if size < 2:
        st.caption(t("This axis has a single entry: there is nothing to choose."))
        return
    written = _plain_range(typed, array.shape, axis)
    if written is None:
        said = t("For this axis something else is written than a slice with a step from 1 to {most}: typing decides.")
        st.markdown(said.format(most=slicing.MOST_STEP))
        return
    agreed = st.session_state.get("slice_agreed")
    place = data, array.shape, axis
    if agreed is None or agreed[:2] != (place, typed):
        agreed = place, typed, written
        for name, value in zip(("from", "to", "by"), written, strict=True):
            controls.put(f"slice_{name}", value)
    chosen = (
        controls.slider(t("from"), key="slice_from", default=0, minimum=0, maximum=size - 1, step=1),
        controls.slider(t("to (left out)"), key="slice_to", default=size, minimum=1, maximum=size, step=1),
        controls.slider(t("step"), key="slice_by", default=1, minimum=1, maximum=slicing.MOST_STEP, step=1),
    )
    if chosen != agreed[2]:
        chosen = _apart(chosen, agreed[2])
        respelled = slicing.spelled(slicing.with_range(slicing.parse(typed), array.shape, axis, chosen))
        if len(respelled) <= slicing.LONGEST:
            typed = respelled
            controls.put(key, typed)
    st.session_state["slice_agreed"] = place, typed, chosen


def _apart(chosen: slicing.Range, before: slicing.Range) -> slicing.Range:
    """The range, with the end that was not moved pushed on where the other one came upon it."""
    start, stop, step = chosen
    if start < stop:
        return chosen
    start, stop = (start, start + 1) if start != before[0] else (stop - 1, stop)
    controls.put("slice_from", start)
    controls.put("slice_to", stop)
    return start, stop, step


def _typed(data: str) -> str:
    """What stands in the line, before it is drawn."""
    key = f"slice_{data}"
    if key in st.session_state and not address.arrived():
        return str(st.session_state[key])
    with address.reading():
        return slice_text(data)


def _plain_range(typed: str, shape: tuple[int, ...], axis: int) -> tuple[int, int, int] | None:
    """What the sliders say of this axis; None where the line says more, or nothing that is valid."""
    try:
        return slicing.plain_range(slicing.parse(typed), shape, axis)
    except slicing.SliceError:
        return None


def _slice_result(data: str, array: np.ndarray, typed: str) -> None:
    try:
        items = slicing.parse(typed)
        chosen = slicing.select(array, items)
    except slicing.SliceError as error:
        st.error(_syntax_sentence(error))
        return
    except (IndexError, ValueError) as error:
        st.error(f"{type(error).__name__}: {error}\n\n{_trouble_sentence(slicing.trouble(error, items), array)}")
        return
    numbers(
        (t("shape of x"), str(array.shape)),
        (t("shape of the result"), str(chosen.result.shape)),
        (t("memory"), MEMORY_NAMES[chosen.memory]),
    )
    _slice_picture(data, array, chosen)
    _axis_table(slicing.axes(array.shape, items))
    st.markdown(MEMORY_STORIES[chosen.memory])


def _syntax_sentence(error: slicing.SliceError) -> str:
    sentences = {
        "long": t("This has {came} characters; {most} are the most. Make it shorter."),
        "empty": t("Nothing is written between the brackets. Write for example `[0]` or `[1:3]`."),
        "character": t("`{came}` means nothing here. Use digits, colons, commas and brackets from the ASCII keyboard."),
        "number": t("`{came}` is not a whole number. Indices are whole numbers such as 3 or -3."),
        "name": t("`{came}` is unknown here. Only `...`, `None`, `np.newaxis`, `True` and `False` are names."),
        "truth": t("`{came}` stands alone. Write truth values as a list, one for each entry of the axis."),
        "mixed": t("A list holds both numbers and truth values. Take one of the two."),
        "nested": t("A list stands in a list. Here lists have one level."),
        "bracket": t("A bracket has no partner. Each `[` needs a `]`."),
        "unexpected": t("`{came}` does not belong here. Between two commas stands one index, one slice or one list."),
        "end": t("The end comes too early. Write an index, a slice or a list."),
    }
    said = sentences[error.reason].format(**error.values)
    return t("Character {position}: {said}", position=error.position + 1, said=said)


def _trouble_sentence(trouble: slicing.Trouble, array: np.ndarray) -> str:
    sentences = {
        "bounds": t(
            "Axis {axis} has {size} entries, numbered from 0 to {last}, or from -{size} to -1 from the end. There is "
            "no entry {index}."
        ),
        "many": t("You wrote {came} indices or slices, but x has only {rank} axes. Take some away."),
        "ellipses": t("Two Ellipses: it would not be clear which axes each of them stands for. Keep one."),
        "mask": t("The list of truth values has {came} entries, but axis {axis} has {size}. It needs one for each."),
        "broadcast": t("Lists are read side by side, so they need the same length; here they have {shapes}."),
        "step": t("A step of 0 would never arrive. Take 1, or -1 to go backwards."),
        "huge": t("An index is too large for any tensor: it does not fit into 64 bits."),
        "dimensions": t("A tensor in NumPy has at most 64 axes. Take fewer new ones."),
        "other": t("NumPy's message says why."),
    }
    values = dict(trouble.values)
    if trouble.reason == "bounds":
        values["last"] = values["size"] - 1
    said = sentences[trouble.reason].format(**values)
    if trouble.reason == "step" and values["axis"] is not None:
        return t("Axis {axis}: {said}", axis=values["axis"], said=said)
    return said


def _slice_picture(data: str, array: np.ndarray, chosen: slicing.Selection) -> None:
    if data == "cube":
        alt = t("The cube's entries in cells, the chosen ones framed; beneath them what comes out.")
        rows = charts.slicing.datasets(array, chosen.chosen, chosen.result)
        picture.show(charts.slicing.chart, rows, key="slice", alt=alt)
        drawn = charts.slicing.fits(chosen.result.shape)
    else:
        colours = data != "digits"
        images, masks = (array[np.newaxis], chosen.chosen[np.newaxis]) if colours else (array, chosen.chosen)
        place = charts.sheets.png(charts.sheets.sheet(images, masks, scale=2 if colours else 1))
        st.markdown(t("chosen, in place"))
        picture.image(place, alt=t("What was chosen, in place: bright and framed."))
        result = charts.sheets.result(chosen.result, colours=colours)
        drawn = result is not None
        if result is not None:
            came = charts.sheets.png(result)
            st.markdown(t("what comes out"))
            picture.image(came, alt=t("What comes out."), width="content")
    if not drawn:
        st.markdown(t("The result is no picture that could be drawn here. Its numbers:"))
        st.markdown(f"```\n{np.array2string(chosen.result, threshold=20, edgeitems=2, max_line_width=60)[:600]}\n```")


def _axis_table(described: list[slicing.Axis]) -> None:
    if described:
        st.table(
            {
                t("axis: size"): [f"{_or_dash(axis.axis)}: {_or_dash(axis.size)}" for axis in described],
                t("written"): [f"`{slicing.item_spelled(axis.item)}`" for axis in described],
                t("start:stop:step"): [f"`{_clipped(axis)}`" for axis in described],
                t("becomes: length"): [f"{FATES[axis.fate]}: {_or_dash(axis.length)}" for axis in described],
            }
        )


def _clipped(axis: slicing.Axis) -> str:
    """The slice of an axis after clipping, or its index counted from the front."""
    if axis.fate == "dropped":
        return str(axis.start)
    return slicing.item_spelled(slice(axis.start, axis.stop, axis.step)) if axis.fate == "kept" else "–"


def _or_dash(value: int | None) -> str:
    return "–" if value is None else str(value)


def slice_code() -> str:
    data = slice_data()
    try:
        items = slicing.parse(slice_text(data))
    except slicing.SliceError:
        return ""
    return code.slicing(data=data, expression=slicing.spelled(items))


# --- Reshape is not transpose -----------------------------------------------------------------------------------------

SHAPES = {"3x2": (3, 2), "3x4": (3, 4), "2x2x3": (2, 2, 3)}
OPERATION_NAMES = {"reshape": "reshape", "transpose": "transpose"}


def layout_settings() -> dict[str, object]:
    shape = controls.choice(t("Shape before"), list(SHAPES), key="layout_shape", names=lambda name: str(SHAPES[name]))
    operation = controls.choice(t("Operation"), ["reshape", "transpose"], key="layout_operation")
    if operation == "reshape":
        how = controls.text(t("New shape; -1 is worked out"), key="layout_target", default="(2, -1)", longest=30)
    else:
        orders = [".".join(map(str, order)) for order in layouts.orders(len(SHAPES[shape]))]
        how = controls.choice(t("New order of the axes"), orders, key=f"layout_axes_{shape}", names=_order_name)
    return {"shape": SHAPES[shape], "operation": operation, "how": how}


def _order_name(order: str) -> str:
    return f"({order.replace('.', ', ')})"


def layout_step(size: int) -> int:
    return controls.slider(t("Elements read"), key=f"layout_step_{size}", default=size, minimum=0, maximum=size, step=1)


def _laid_out(settings: dict[str, object]) -> layouts.Layout | None:
    shape, how = settings["shape"], str(settings["how"])
    if settings["operation"] == "transpose":
        return layouts.transposed(shape, tuple(map(int, how.split("."))))
    try:
        target = layouts.parse_shape(how)
    except ValueError:
        said = t("This is not a shape. Write one to four whole numbers up to {most} with commas, for example (2, 3).")
        st.error(said.format(most=layouts.LARGEST))
        return None
    try:
        return layouts.reshaped(shape, target)
    except ValueError as error:
        st.error(f"ValueError: {error}\n\n{_misfit_sentence(math.prod(shape), target)}")
        return None


def _misfit_sentence(size: int, target: tuple[int, ...]) -> str:
    reason, known = layouts.misfit(size, target)
    return {
        "size": t("There are {size} elements, but this shape has room for {known}. Reshape keeps every element."),
        "rest": t("{size} elements cannot be shared out evenly: {size} is not divisible by {known}."),
        "unknown": t("Only one size may be -1: with two of them there would be many answers."),
    }[reason].format(size=size, known=known)


def layout() -> None:
    st.markdown(
        t(
            "Memory is one long strip; a shape only says how to read it. **Reshape** keeps the order of the elements "
            "and cuts the strip at other places. **Transpose** swaps axes: `x[i, j]` becomes `x[j, i]`, so that the "
            "elements are read in another order. To mix up the two is the most common mistake with tensors."
        )
    )
    guess = predict(
        t("x has shape (3, 2). Do x.reshape(2, 3) and x.T, which both have shape (2, 3), hold the same rows?"),
        {"same": t("yes"), "other": t("no")},
        key="layout_prediction",
    )
    if guess:
        rows = {"reshape": layouts.reshaped((3, 2), (2, 3)), "transpose": layouts.transposed((3, 2), (1, 0))}
        said = t(
            "NumPy says: reshape gives `{reshaped}`, transpose gives `{transposed}`.",
            reshaped=rows["reshape"].after.tolist(),
            transposed=rows["transpose"].after.tolist(),
        )
        answer(guess, "other", said)
    left, right = beside("layout")
    with left:
        settings = layout_settings()
        laid = _laid_out(settings)
        if laid is None:
            return
        step = layout_step(laid.before.size)
        numbers(
            (t("shape before"), str(laid.before.shape)),
            (t("shape after"), str(laid.after.shape)),
            (t("strides after"), str(laid.strides_after)),
            (t("jumps in memory"), str(laid.jumps)),
        )
    with right:
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
    st.markdown(
        t(
            "**Notice** the frame while you drag: with reshape it walks along the strip, with transpose it jumps. "
            "*Strides* say how many places in memory the next entry along each axis is away; transposing only swaps "
            "them, so not a single element moves. For an image of shape (2, 2, 3), channels last, the order (2, 0, "
            "1) gives channels first: three small grey images. Reshaping to (3, 2, 2) has the right shape and is wrong."
        )
    )


def layout_code() -> str:
    settings = layout_settings()
    how = str(settings["how"])
    if settings["operation"] == "transpose":
        return code.layout(shape=settings["shape"], operation=f"transpose{_order_name(how)}")
    try:
        target = layouts.parse_shape(how)
    except ValueError:
        return ""
    return code.layout(shape=settings["shape"], operation=f"reshape({', '.join(map(str, target))})")


# --- Batches ----------------------------------------------------------------------------------------------------------

SAMPLES = {"mnist": 60_000, "digits": 1_797}
SAMPLES_NAMES = {
    "mnist": t("MNIST: {count:,}", count=SAMPLES["mnist"]),
    "digits": t("scikit-learn's digits: {count:,}", count=SAMPLES["digits"]),
}


def batches_settings() -> dict[str, int]:
    data = controls.choice(t("Training samples"), list(SAMPLES), key="batches_data", names=SAMPLES_NAMES.__getitem__)
    samples = SAMPLES[data]
    size = controls.slider(
        t("Batch size"),
        key="batches_size",
        default=128,
        values=(64, 100, 128, 200, 256, 512, 1000, 1024),
        format="d",
    )
    last = tensors.Batches(samples, size).count - 1
    number = controls.slider(t("Batch n"), key="batches_n", default=0, minimum=0, maximum=last, step=1)
    epochs = controls.slider(t("Epochs"), key="batches_epochs", default=5, minimum=1, maximum=20, step=1)
    return {"samples": samples, "size": size, "epochs": epochs, "number": number}


def batches() -> None:
    st.markdown(
        t(
            "Axis 0 is the **samples axis**, or batch axis. A network does not see all samples at once: it takes "
            "a **batch** of them, predicts, and updates its weights. One walk through all samples is an **epoch**. "
            "Batch n is a slice along axis 0."
        )
    )
    left, right = beside("batches")
    with left:
        settings = batches_settings()
        samples, size, n = settings["samples"], settings["size"], settings["number"]
        cut = tensors.Batches(samples, size)
    with right:
        numbers(
            (t("updates in an epoch"), f"{cut.count:,}"),
            (t("samples in the last batch"), str(cut.last)),
            (t("updates in {epochs} epochs", epochs=settings["epochs"]), f"{cut.count * settings['epochs']:,}"),
        )
        chosen = cut.slice(n)
        st.markdown(
            t(
                "Batch n = {n}: `x[{size} * {n} : {size} * {after}]` is `x[{start}:{stop}]`, with **{length}** "
                "samples.",
                n=n,
                after=n + 1,
                size=size,
                start=chosen.start,
                stop=chosen.stop,
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
            shown = tensors.digit_images()[chosen][: tensors.DIGITS]
            picture.image(
                charts.sheets.png(charts.sheets.sheet(shown, scale=1)),
                alt=t("The first digits of the batch."),
            )
            st.markdown(t("The first {count} images of the batch.", count=len(shown)))
    st.markdown(
        t(
            "**Notice** that the last batch takes what is left: the slice reaches beyond the end and is cut off. "
            "Larger batches mean fewer updates in an epoch; whether that is better, the lesson on gradient descent "
            "tries out."
        )
    )


def batches_code() -> str:
    return code.batches(**batches_settings())


# --- Data types -------------------------------------------------------------------------------------------------------

VALUES = (1e-8, 0.001, 0.1, 1 / 3, 1.0, 3.14159265, 255.0, 1000.5, 2049.0, 65504.0, 70000.0, 16777217.0)


def dtypes_settings() -> dict[str, float]:
    return {
        "digit": int(controls.choice(t("Digit"), list("0123456789"), key="dtypes_digit", default="3")),
        "by": controls.slider(t("Brighten by"), key="dtypes_by", default=100, minimum=0, maximum=255, step=5),
        "value": controls.slider(
            t("A number to store"), key="dtypes_value", default=2049.0, values=VALUES, format=".9g"
        ),
    }


def dtypes() -> None:
    st.markdown(
        t(
            "All elements of a tensor have one **data type**. Images are stored as *uint8*: whole numbers from 0 to "
            "255, one byte each. Networks want small numbers with fractions, so images become *float32* and are "
            "divided by 255. Compute in the wrong type, and numbers change without a warning."
        )
    )
    left, right = beside("dtypes")
    with left:
        settings = dtypes_settings()
        image, by, value = tensors.digit_images()[settings["digit"]], settings["by"], settings["value"]
        wrapped, clipped = tensors.brightened(image, by), tensors.brightened_safely(image, by)
        numbers(
            (t("255 as float32, divided by 255"), f"{tensors.scaled(np.array([255], np.uint8))[0]:g}"),
            (t("pixels that wrapped around"), str(int((wrapped != clipped).sum()))),
            (t("200 + {by} in uint8", by=by), str(tensors.brightened(np.array([200], np.uint8), by)[0])),
        )
    with right:
        picture.image(
            charts.sheets.png(charts.sheets.sheet(np.stack([image, wrapped, clipped]), columns=3, scale=6, gap=12)),
            alt=t("The digit three times: as it is, brightened in uint8, brightened in float32."),
        )
        st.markdown(t("as it is · brightened in uint8 · in float32, cut off at 255"))
        kept = {dtype: tensors.stored(value, dtype) for dtype in tensors.DTYPES[1:]}
        st.table(
            {
                t("type"): list(tensors.DTYPES[1:]),
                t("keeps of {value}", value=f"{value:.9g}"): [f"{number:.10g}" for number in kept.values()],
                t("error"): [f"{abs(number - value):.2g}" for number in kept.values()],
                t("128 digits"): [tensors.memory_spelled(tensors.memory((128, 28, 28), dtype)) for dtype in kept],
            }
        )
    st.markdown(
        t(
            "**Notice** how the brightest strokes turn dark in uint8: after 255 comes 0 again. *float16* halves the "
            "memory of float32 but keeps only about three digits: beyond {exact:,} it misses whole numbers, "
            "and numbers well above {most:,} become infinity. NumPy's own floats are *float64*; networks are content "
            "with float32.",
            exact=2 ** (np.finfo(np.float16).nmant + 1),
            most=int(np.finfo(np.float16).max),
        )
    )


def dtypes_code() -> str:
    return code.dtypes(**dtypes_settings())


# --- Ways to make a tensor --------------------------------------------------------------------------------------------

MAKER_NAMES = {
    "list": t("from a list"),
    "zeros": "zeros",
    "ones": "ones",
    "eye": "eye",
    "arange": "arange",
    "linspace": "linspace",
    "uniform": "uniform",
    "normal": "normal",
    "permutation": "permutation",
}
MAKER_STORIES = {
    "list": t("A list of lists: each inner list is a row."),
    "zeros": t("Zeros: how biases begin."),
    "ones": t("Ones: a factor that changes nothing, yet."),
    "eye": t("Ones on the diagonal: the identity. Its rows are one-hot vectors."),
    "arange": t("Whole numbers in order, here reshaped."),
    "linspace": t("Evenly spaced numbers from 0 to 1, both ends included, here reshaped."),
    "uniform": t("Random numbers between 0 and 1, all equally likely: how weights may begin."),
    "normal": t("Random numbers around a mean, most of them within one standard deviation."),
    "permutation": t("The whole numbers in random order: how samples are shuffled."),
}
FIELD = (5, 6)


def making_settings() -> dict[str, object]:
    maker = controls.choice(
        t("Way"), list(tensors.MAKERS), key="making_way", default="arange", names=MAKER_NAMES.__getitem__
    )
    settings: dict[str, object] = {
        "maker": maker,
        "rows": controls.slider(t("Rows"), key="making_rows", default=3, minimum=1, maximum=FIELD[0], step=1),
        "columns": controls.slider(t("Columns"), key="making_columns", default=4, minimum=1, maximum=FIELD[1], step=1),
    }
    if tensors.is_random(maker):
        settings["seed"] = controls.slider(t("Seed"), key="making_seed", default=0, minimum=0, maximum=20, step=1)
    if maker == "normal":
        settings["mean"] = controls.slider(
            t("Mean"), key="making_mean", default=0.0, minimum=-5.0, maximum=5.0, step=0.5
        )
        settings["deviation"] = controls.slider(
            t("Standard deviation"), key="making_deviation", default=1.0, minimum=0.0, maximum=3.0, step=0.1
        )
    return settings


def making() -> None:
    st.markdown(
        t(
            "Tensors seldom are typed in. They come from data, or from functions that fill a shape: with zeros, "
            "with a sequence, or at random. Random numbers follow from a **seed**: the same seed gives the same "
            "numbers again."
        )
    )
    left, right = beside("making")
    with left:
        settings = making_settings()
        array = tensors.made(**settings)
        st.markdown(MAKER_STORIES[settings["maker"]])
        st.markdown(f"`{_expression(settings)}`")
    with right:
        rows = {"cells": cells.cell_rows(array.round(2)), "captions": cells.caption_rows()}
        picture.show(
            cells.chart,
            rows,
            key="making",
            alt=t("The tensor's entries in cells, row by row."),
            columns=FIELD[1],
            rows=FIELD[0],
            height=300,
        )
        numbers((t("shape"), str(array.shape)), (t("type"), str(array.dtype)), (t("mean"), f"{array.mean():.3g}"))
    st.markdown(
        t(
            "**Notice** the types: from whole numbers NumPy makes int64, from everything else float64. Change the "
            "shape of a *uniform* or *normal* tensor and keep its seed: the first numbers stay, for they are drawn one "
            "by one."
        )
    )


def _expression(settings: dict[str, object]) -> str:
    return tensors.making(**{name: value for name, value in settings.items() if name != "seed"})


def making_code() -> str:
    settings = making_settings()
    return code.making(expression=_expression(settings), seed=int(settings.get("seed", 0)))


# --- Train on a crop --------------------------------------------------------------------------------------------------

CROP_NAMES = {
    "whole": t("whole image"),
    "middle": t("middle"),
    "corner": t("upper left"),
    "sparse": t("every other pixel"),
    "column": t("one column"),
    "own": t("your crop"),
}


def crop_settings() -> dict[str, object]:
    return {
        "typed": controls.text(
            t("Your crop: x[samples, rows, columns]"), key="crop_slice", default="[:, 1:7, 2:6]", longest=60
        ),
        "optimizer": controls.choice(t("Optimizer"), list(trainings.OPTIMIZERS), key="crop_optimizer"),
        "epochs": controls.slider(
            t("Epochs"), key="crop_epochs", default=20, minimum=5, maximum=50, step=5, live=False
        ),
        "compared": controls.choices(
            t("Compare with"), list(trainings.CROPS), key="crop_compared", default=["whole", "middle"], names=_crop_name
        ),
    }


def _crop_name(crop: str) -> str:
    return CROP_NAMES[crop]


def _ranges(typed: str) -> tuple[slicing.Range, slicing.Range] | None:
    """Rows and columns of a crop; None, with a sentence on the page, where it is none."""
    try:
        kept = slicing.image_ranges(slicing.parse(typed), trainings.SHAPE)
    except slicing.SliceError as error:
        st.error(_syntax_sentence(error))
        return None
    if kept is None:
        st.error(t("A crop keeps all samples and some rows and columns, as [:, 2:6, 2:6] does. Use slices or indices."))
    return kept


def crop() -> None:
    st.markdown(
        t(
            "How much of a digit must a network see? Cut something out with a slice, and train a real Keras network "
            "on what is left: `Dense(32, relu)` and `Dense(10, softmax)`. The data are scikit-learn's handwritten "
            "digits, 8 by 8 pixels each (not MNIST); one fifth of them is kept for validation."
        )
    )
    guess = predict(
        t("The middle 4 by 4 pixels are a quarter of the image. Which accuracy do you expect from them?"),
        {"quarter": t("about 25 %"), "half": t("about 50 %"), "most": t("more than 80 %")},
        key="crop_prediction",
    )
    left, right = beside("crop")
    with left:
        settings = crop_settings()
        own = _ranges(str(settings["typed"]))
        if own is None:
            return
        picture.image(
            _crop_picture(own), alt=t("Twelve digits; what the crop leaves is bright and framed."), width="stretch"
        )
    with right:
        runs = _train_crops(settings, own)
        if runs is None:
            return
        accuracies = [(name, float(run.val_accuracy[-1])) for name, run in runs.items()]
        picture.show(
            charts.crops.chart,
            charts.crops.datasets(accuracies, now="own"),
            key="crop",
            alt=t("Validation accuracy of each crop as a bar, with its number."),
            accuracy_title=t("validation accuracy"),
            names=tuple((name, CROP_NAMES[name]) for name in runs),
        )
        if guess and "middle" in runs:
            middle = dict(accuracies)["middle"]
            right_answer = "most" if middle > 0.8 else "half" if middle > 0.375 else "quarter"
            answer(guess, right_answer, t("The network says **{accuracy:.1f} %**.", accuracy=100 * middle))
        _crop_confusion(runs["own"])
    st.markdown(
        t(
            "**Notice** what the crop costs: a quarter of the pixels may hold most of what is needed, if they are "
            "the right ones. Compare the middle with the upper left, which has just as many pixels. In the table, "
            "orange cells are mistakes: which digits look alike when the rest is gone?"
        )
    )


def _crop_picture(own: tuple[slicing.Range, slicing.Range]) -> bytes:
    images = (load(trainings.classifier(*trainings.WHOLE).data).x_val[:12, ..., 0] * 255).astype(np.uint8)
    chosen = np.zeros(images.shape, dtype=bool)
    rows, columns = (list(range(*kept)) for kept in own)
    chosen[:, np.array(rows)[:, np.newaxis], columns] = True
    return charts.sheets.png(charts.sheets.sheet(images, chosen, columns=4, scale=8, gap=6))


def _train_crops(settings: dict[str, object], own: tuple[slicing.Range, slicing.Range]) -> dict[str, Run] | None:
    """The runs of the crops to compare, and of the learner's own; None where one was stopped or failed."""
    runs = {}
    recipes = _crop_recipes(settings, own)
    training.foresee(*trainings.next_crops(str(settings["optimizer"])))
    for name, recipe in recipes.items():
        run = training.run(recipe, key=f"crop_{name}")
        if run is None:
            return None
        if run.diverged_at is not None:
            st.warning(t("It diverged in epoch {epoch}.", epoch=run.diverged_at))
            return None
        runs[name] = run
    return runs


def _crop_recipes(settings: dict[str, object], own: tuple[slicing.Range, slicing.Range]) -> dict[str, Recipe]:
    how = {"optimizer": settings["optimizer"], "epochs": settings["epochs"]}
    ranges = {name: trainings.ranges(name) for name in settings["compared"]}
    return {name: trainings.classifier(*kept, **how) for name, kept in {**ranges, "own": own}.items()}


def _crop_confusion(run: Run) -> None:
    kept = st.session_state.get("crop_predicted")
    if kept is None or kept[0] != run.recipe:
        predicted = training.call(trainings.predictions, run.recipe, run.weights[-1], key="crop_predictions")
        if predicted is None:
            return
        kept = st.session_state["crop_predicted"] = run.recipe, predicted
    predicted = kept[1]
    truth = load(run.recipe.data).y_val
    pixels = math.prod(load(run.recipe.data).x_val.shape[1:])
    numbers(
        (t("numbers for each image"), f"{pixels} / {math.prod(trainings.SHAPE[1:])}"),
        (t("right answers"), f"{(predicted == truth).sum()} / {len(truth)}"),
        (t("training accuracy"), f"{100 * run.accuracy[-1]:.1f} %"),
    )
    picture.show(
        charts.crops.confusion,
        charts.crops.confusion_rows(trainings.confusion(truth, predicted)),
        key="crop_confusion",
        alt=t("Which digits (down) the network takes for which (across), counted over the validation images."),
        true_title=t("digit"),
        predicted_title=t("taken for, with your crop"),
    )


def crop_code() -> str:
    settings = crop_settings()
    try:
        items = slicing.parse(str(settings["typed"]))
        own = slicing.image_ranges(items, trainings.SHAPE)
    except slicing.SliceError:
        return ""
    if own is None:
        return ""
    recipe = _crop_recipes(settings, own)["own"]
    inputs = math.prod(len(range(*kept)) for kept in own)
    return code.crop(recipe=recipe, expression=slicing.spelled(items), inputs=inputs)


lesson.run(
    t("Tensors and slicing"),
    t(
        "Before a network can learn from anything, the thing must become numbers: one number, a row of them, a "
        "table, a photograph, a video. Here you see what all of these have in common, and learn to cut out of them "
        "just what you want."
    ),
    [
        lesson.Section("ladder", t("From number to video"), ladder, ladder_code),
        lesson.Section("shapes", t("Shapes of real data"), shapes, shapes_code),
        lesson.Section("slice", t("Slicing"), slice_section, slice_code),
        lesson.Section("layout", t("Reshape is not transpose"), layout, layout_code),
        lesson.Section("batches", t("Batches"), batches, batches_code),
        lesson.Section("dtypes", t("Data types"), dtypes, dtypes_code),
        lesson.Section("making", t("Ways to make a tensor"), making, making_code),
        lesson.Section("crop", t("What does a crop cost?"), crop, crop_code),
    ],
)
