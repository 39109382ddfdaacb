"""Broadcasting and dot products: the reader will understand the few operations on arrays that a network is made of."""

from contextlib import nullcontext
from typing import Any

import numpy as np
import streamlit as st

from lib import broadcasting, products, speed
from lib.broadcasting import Shape, ShapeError
from lib.charts import broadcasting as charts
from lib.charts import cells
from lib.datasets import load
from lib.snippets import broadcasting as code
from lib.training import broadcasting as trainings
from lib.training.recipe import Run
from lib.ui import address, controls, lesson, picture, training
from lib.ui.course import HOME
from lib.ui.layout import answer, beside, numbers
from lib.ui.predict import predict
from lib.ui.text import literal, t

NAMES = ("x", "y", "z")


def duration(seconds: float) -> str:
    """Spell a time in the unit that suits it."""
    factor, unit = next(
        ((factor, unit) for factor, unit in ((1, "s"), (1e3, "ms")) if seconds * factor >= 1), (1e6, "µs")
    )
    return f"{seconds * factor:.3g} {unit}"


def memory(count: float) -> str:
    """Spell a number of bytes in the unit that suits it."""
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if count < 1000:
            return f"{count:.4g} {unit}"
        count /= 1000
    return f"{count:,.4g} PB"


def sheet(name: str, datasets: dict[str, Any], shape: Shape, *, key: str, field: Shape | None = None) -> None:
    """Show an array as cells under its name and shape; it may fill a larger `field`."""
    st.markdown(f"**{name}** `{shape}`")
    alt = t("The entries of {name} in rows and columns; the code below prints them.", name=name)
    picture.show(cells.chart, datasets, key=key, alt=alt, **charts.arrays.field(shape if field is None else field))


def typed_shape(text: str) -> Shape | None:
    """The shape that a line spells; None, with a sentence on the page, if it spells none."""
    try:
        return broadcasting.parse_shape(text)
    except ShapeError as error:
        sentences = {
            "long": t("The shape has {came} characters; at most {most} are allowed. Please shorten it."),
            "size": t("{came} is not a size. Write whole numbers from 0 to {most}, with commas, as in (4, 3)."),
            "axes": t("The shape has {came} axes; at most {most} are allowed here. Please leave some out."),
            "elements": t("The shape has {came} elements; at most {most} are allowed. Please make some axes smaller."),
        }
        st.warning(sentences[error.reason].format(**error.values | {"came": literal(error.values["came"])}))
        return None


def readable_shapes(*texts: str) -> tuple[Shape, ...] | None:
    """The shapes that lines spell, for the code; None if one of them spells none."""
    try:
        return tuple(map(broadcasting.parse_shape, texts))
    except ShapeError:
        return None


def presets(section: str, offered: tuple[dict[str, Any], ...], *, sign: str) -> None:
    """Buttons that set controls of a section, each with the shapes that it sets and a sign between them."""
    with st.container(horizontal=True, key=f"{section}_presets"):
        for number, values in enumerate(offered):
            label = f" {sign} ".join(values[name] for name in NAMES if name in values)
            st.button(label, key=f"{section}_preset{number}", on_click=_put, args=(section, values))


def _put(section: str, values: dict[str, Any]) -> None:
    for name, value in values.items():
        controls.put(f"{section}_{name}", value)


def numpy_says(message: str) -> None:
    """Show an error as NumPy words it."""
    st.warning(t("NumPy says:") + f" `{message.strip()}`", icon=":material/error:")


# --- Element by element -----------------------------------------------------------------------------------------------

OPERATION_NAMES = {"relu": "relu(x)", "add": "x + y", "both": "relu(x + y)"}
SIZES = (10, 20, 50, 100, 150, 200, 300, 400)
PREDICTED_SIZE = 200
SMALL = (3, 4)


def elementwise_settings() -> dict[str, Any]:
    return {
        "operation": controls.choice(
            t("Operation"),
            list(OPERATION_NAMES),
            key="elementwise_operation",
            default="both",
            names=OPERATION_NAMES.__getitem__,
        ),
        "entry": controls.slider(
            t("Entry that the loop has reached"), key="elementwise_entry", default=5, minimum=1, maximum=12, step=1
        ),
        "size": controls.slider(t("Rows and columns for the race"), key="elementwise_size", default=200, values=SIZES),
    }


def small_arrays() -> tuple[np.ndarray, np.ndarray]:
    return products.matrix(*SMALL, seed=7), products.matrix(*SMALL, seed=8)


def elementwise() -> None:
    st.markdown(
        t(
            "Some operations look at one entry at a time: **addition** adds two entries at the same place, and "
            "**relu** replaces a negative entry by 0: $\\mathrm{relu}(x) = \\max(x, 0)$. One can write them as a "
            "loop in a loop, over rows and columns. NumPy takes the whole array in one expression, and the loops "
            "run in compiled code."
        )
    )
    left, right = beside("elementwise")
    with left:
        settings = elementwise_settings()
    with right:
        _loop_pictures(settings["operation"], settings["entry"])
    _race(settings["operation"], settings["size"])
    st.markdown(
        t(
            "**Notice** that every entry of the result depends on one place only: the order of the loop does not "
            "matter, and all entries could be computed at once. In the race NumPy's lead grows with the array. For "
            "small ones, the call itself takes most of its time."
        )
    )


def _loop_pictures(operation: str, entry: int) -> None:
    x, y = small_arrays()
    shown = {"x": (x, "first")} if operation == "relu" else {"x": (x, "first"), "y": (y, "second")}
    shown[OPERATION_NAMES[operation]] = (speed.OPERATIONS[operation].vectorized(x, y), "plain")
    for place, (name, (values, kind)) in zip(st.columns(len(shown)), shown.items(), strict=True):
        with place:
            result = name == OPERATION_NAMES[operation]
            rows = charts.arrays.visited(values, entry, kind=kind, hide=result)
            sheet(name, rows, SMALL, key=f"elementwise_{'z' if result else name}")


def _race(operation: str, size: int) -> None:
    guess = predict(
        t("A Python loop and NumPy do the same work on an array of 200 by 200. How much longer does the loop take?"),
        {"same": t("hardly any longer"), "ten": t("about ten times"), "hundred": t("about a hundred times, or more")},
        key="elementwise_prediction",
    )
    label = t("Measure {operation} on {size} by {size}", operation=OPERATION_NAMES[operation], size=size)
    st.button(label, icon=":material/timer:", key="elementwise_measure", on_click=_measure_loop, args=(operation, size))
    found = st.session_state.get("loop measured", {}).get((operation, size))
    if isinstance(found, float):
        say_too_slow(found)
    elif found:
        _race_result(found)
        if guess and size == PREDICTED_SIZE:
            said = t("Measured on this machine: **{ratio:.0f}** times as long.", ratio=found.ratio)
            answer(guess, found.order, said)


def say_too_slow(seconds: float) -> None:
    """Say that a measurement would take longer than the page may."""
    st.warning(
        t(
            "On this machine that would take about {seconds:.2g} s; a measurement may take {budget:g} s. Please "
            "choose a smaller size.",
            seconds=seconds,
            budget=speed.BUDGET,
        )
    )


def _measure_loop(operation: str, size: int) -> None:
    measured = st.session_state.setdefault("loop measured", {})
    try:
        measured[operation, size] = speed.compare(operation, size)
    except speed.TooSlow as error:
        measured[operation, size] = error.seconds


def _race_result(found: speed.Comparison) -> None:
    numbers(
        (t("Python loop"), duration(found.loop)),
        (t("NumPy"), duration(found.numpy)),
        (t("Loop / NumPy"), f"{found.ratio:.0f}"),
    )
    names = (t("Python loop"), t("NumPy"))
    picture.show(
        charts.bars.chart,
        {"bars": charts.bars.bar_rows(names, (found.loop, found.numpy), (duration(found.loop), duration(found.numpy)))},
        key="elementwise_bars",
        alt=t("The time of the loop and of NumPy on a logarithmic axis; the numbers are given above."),
        title=t("time (s)"),
        domain=(1e-7, 10.0),
        names=names,
    )
    st.markdown(
        t(
            "Medians of {loop} runs of the loop and {numpy} of NumPy, on the server, just now. Both gave the same "
            "{size} by {size} numbers. Each step on the axis is a factor of ten.",
            loop=found.loop_repeats,
            numpy=found.numpy_repeats,
            size=found.size,
        )
    )


def elementwise_code() -> str:
    settings = elementwise_settings()
    x, y = small_arrays()
    return code.elementwise(operation=settings["operation"], size=settings["size"], x=x, y=y)


# --- Broadcasting -----------------------------------------------------------------------------------------------------

SHAPE_PRESETS = (
    {"x": "(4, 3)", "y": "(3,)", "third": False},
    {"x": "(4, 1)", "y": "(1, 3)", "third": False},
    {"x": "(32, 10)", "y": "(10,)", "third": False},
    {"x": "(64, 3, 32, 10)", "y": "(32, 10)", "third": False},
    {"x": "(4, 3)", "y": "(4,)", "third": False},
    {"x": "(4, 1)", "y": "(3,)", "third": True, "z": "(2, 1, 1)"},
)


def broadcasting_settings() -> tuple[str, ...]:
    x = controls.text(t("Shape of x"), key="broadcasting_x", default="(4, 3)", longest=broadcasting.LONGEST_TEXT)
    y = controls.text(t("Shape of y"), key="broadcasting_y", default="(3,)", longest=broadcasting.LONGEST_TEXT)
    if not controls.toggle(t("A third array z"), key="broadcasting_third"):
        return x, y
    z = controls.text(t("Shape of z"), key="broadcasting_z", default="(2, 1, 1)", longest=broadcasting.LONGEST_TEXT)
    return x, y, z


def stretching() -> None:
    st.markdown(
        t(
            "What if two arrays have different shapes? NumPy writes the shapes one below the other, **aligned at "
            "the right**. On each axis the sizes must be equal, or one of them is 1, or is missing. An axis of 1 "
            "is *stretched*: its only entry is used again and again, as if it were copied. No copy is made. This "
            "is **broadcasting**, and it is how a bias $b$ is added to every sample of a batch."
        )
    )
    guess = predict(
        t("x has the shape (4, 3) and y the shape (4,). What is the shape of x + y?"),
        {"rows": "(4, 3)", "square": "(4, 4)", "error": t("none: it is an error")},
        key="broadcasting_prediction",
    )
    if guess:
        said = t("NumPy says: “{message}”. At the right, 3 meets 4.", message=broadcasting.numpy_message((4, 3), (4,)))
        answer(guess, "error", said)
    presets("broadcasting", SHAPE_PRESETS, sign="+")
    left, right = beside("broadcasting", picture_width=2)
    with left:
        shapes = tuple(map(typed_shape, broadcasting_settings()))
    if None in shapes:
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
        label = f"{name}{mend.index} → {mend.result}"
        key = f"broadcasting_mend{mend.operand}_{len(mend.index)}"
        st.button(
            label, key=key, icon=":material/build:", on_click=_put, args=("broadcasting", {name: str(mend.shape)})
        )


def _fit(shapes: tuple[Shape, ...], result: Shape) -> None:
    held, copied = (sum(map(broadcasting.nbytes, each)) for each in (shapes, [result] * len(shapes)))
    numbers((t("Shape of the result"), str(result)), key="broadcasting_result")
    numbers(
        (t("Memory of the operands"), memory(held)),
        (t("With real copies"), memory(copied)),
        key="broadcasting_memory",
    )


def _alignment(shapes: tuple[Shape, ...], result: Shape | None) -> None:
    axes = broadcasting.align(*shapes)
    if not axes:
        st.markdown(t("No operand has an axis: these are single numbers, and so is their sum."))
        return
    named = NAMES[: len(shapes)]
    table = {t("axis"): [str(place).replace("-", "\N{MINUS SIGN}") for place in range(-len(axes), 0)]}
    table |= {
        name: ["" if axis.sizes[i] is None else str(axis.sizes[i]) for axis in axes] for i, name in enumerate(named)
    }
    table[t("result")] = ["?" if axis.size is None else str(axis.size) for axis in axes]
    table[t("what happens")] = [_what_happens(axis, named) for axis in axes]
    st.table(table)
    if result is not None:
        strides = (
            f"{name} `{broadcasting.strides(shape, result)}`" for name, shape in zip(NAMES, shapes, strict=False)
        )
        st.markdown(t("Strides in bytes, one for each axis of the result:") + " " + ", ".join(strides))


def _what_happens(axis: broadcasting.Axis, named: tuple[str, ...]) -> str:
    roles = {name: axis.role(i) for i, name in enumerate(named)}
    if axis.size is None:
        return t("clash: {sizes}", sizes=" ≠ ".join(map(str, axis.clashing)))
    said = {"stretched": t("{name} is stretched"), "missing": t("{name} has no such axis and gets one")}
    changed = [said[role].format(name=name) for name, role in roles.items() if role in said]
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


def broadcasting_code() -> str:
    shapes = readable_shapes(*broadcasting_settings())
    if shapes is None:
        return ""
    if not broadcasting.numpy_message(*shapes):
        return code.broadcasting(shapes=shapes, result=broadcasting.result_shape(*shapes))
    mends = [mend for mend in broadcasting.mends(*shapes) if code.is_small(mend.result)]
    return code.broadcasting(shapes=shapes, result=None, mend=(mends[0].operand, mends[0].index) if mends else None)


# --- Dot product ------------------------------------------------------------------------------------------------------

KIND_NAMES = {
    "vectors": t("vector · vector"),
    "vector": t("matrix · vector"),
    "matrices": t("matrix · matrix"),
}


def product_sizes() -> dict[str, Any]:
    kind = controls.choice(
        t("What is multiplied"), list(KIND_NAMES), key="product_kind", default="matrices", names=KIND_NAMES.__getitem__
    )
    return {
        "rows": 1 if kind == "vectors" else _size(t("Rows of x"), "product_n", 3),
        "inner": _size(t("Entries of x") if kind == "vectors" else t("Columns of x"), "product_k", 4),
        "other": _size(t("Rows of y") if kind == "matrices" else t("Entries of y"), "product_m", 4),
        "columns": _size(t("Columns of y"), "product_p", 2) if kind == "matrices" else 1,
        "seed": controls.slider(t("Other numbers"), key="product_seed", default=1, minimum=1, maximum=20, step=1),
        "kind": kind,
    }


def product_entry(sizes: dict[str, Any]) -> dict[str, int]:
    step = controls.slider(
        t("Products to add up, at most"), key="product_step", default=8, minimum=1, maximum=8, step=1
    )
    return {
        "row": _place(t("Row of the entry"), "product_row", sizes["rows"]),
        "column": _place(t("Column of the entry"), "product_column", sizes["columns"]),
        "step": min(step, sizes["inner"]),
    }


def product_arrays(sizes: dict[str, Any], entry: dict[str, int]) -> dict[str, Any]:
    x = products.matrix(sizes["rows"], sizes["inner"], seed=sizes["seed"])
    y = products.matrix(sizes["columns"], sizes["other"], seed=sizes["seed"] + 100)  # its columns
    x, wrong_x = _edited(x, t("Row {number} of x"), "product_x", entry["row"])
    y, wrong_y = _edited(y, t("Column {number} of y"), "product_y", entry["column"])
    return {
        "x": x[0] if sizes["kind"] == "vectors" else x,
        "y": y.T if sizes["kind"] == "matrices" else y[0],
        "wrong": [*wrong_x, *wrong_y],
    }


def _size(label: str, key: str, default: int) -> int:
    return controls.slider(label, key=key, default=default, minimum=1, maximum=8, step=1)


def _place(label: str, key: str, count: int) -> int:
    """The number of a row or column, counted from 0; there is nothing to choose where it is the only one."""
    if count == 1:
        return 0
    return controls.slider(label, key=key, default=0, minimum=0, maximum=count - 1, step=1)


def _edited(lines: np.ndarray, label: str, key: str, chosen: int) -> tuple[np.ndarray, list[products.LineError]]:
    """The lines (count, k) with what the learner typed instead; the chosen one can be typed now."""
    edited, wrong = lines.copy(), []
    for number, line in enumerate(lines):
        with nullcontext() if number == chosen else address.reading():
            typed = controls.text(
                label.format(number=number),
                key=f"{key}{number}",
                default="",
                longest=100,
                placeholder=", ".join(f"{value:g}" for value in line),
            )
        try:
            edited[number] = products.replaced(line, products.parse_line(typed))
        except products.LineError as error:
            wrong.append(error)
    return edited, wrong


def product() -> None:
    st.markdown(
        t(
            "The **dot product** of two vectors multiplies entry by entry and adds everything up to one number. A "
            "matrix times a vector does that for each row. A matrix times a matrix does it for **each row of x "
            "with each column of y**: entry $(i, j)$ of the result is row $i$ of $x$ times column $j$ of $y$. So "
            "$(a, b) \\cdot (b, c)$ gives $(a, c)$, and the two inner sizes must be equal."
        )
    )
    guess = predict(
        t("x has the shape (2, 3), y the shape (3, 4), and dot(x, y) the shape (2, 4). And dot(y, x)?"),
        {"same": "(2, 4)", "turned": "(4, 2)", "inner": "(3, 3)", "error": t("none: it is an error")},
        key="product_prediction",
    )
    if guess:
        said = t("NumPy says: “{message}”.", message=products.numpy_message("dot", (3, 4), (2, 3)))
        answer(guess, "error", said)
    left, right = beside("product", picture_width=2)
    with left:
        sizes = product_sizes()
    with right:
        shown = st.container()
        entry = product_entry(sizes)
    with left:
        arrays = product_arrays(sizes, entry)
        _say_wrong_lines(arrays["wrong"])
    with shown:
        _product_picture(arrays["x"], arrays["y"], **entry)
    with right:
        _both_ways(arrays["x"], arrays["y"])
    st.markdown(
        t(
            "**Notice** that a row of $x$ and a column of $y$ meet in one entry, and no other entry needs the same "
            "pair. Choose another entry by a click, or with the sliders. Make both matrices square: now dot(x, y) "
            "and dot(y, x) both exist, and still differ."
        )
    )


def _say_wrong_lines(wrong: list[products.LineError]) -> None:
    sentences = {
        "number": t("{came} is not a number. Write numbers with commas between, as in 1, 0, −2."),
        "large": t("{came} is too large. Write numbers from −{most:g} to {most:g}."),
    }
    for error in wrong:
        st.warning(sentences[error.reason].format(**error.values | {"came": literal(error.values["came"])}))


def _product_picture(x: np.ndarray, y: np.ndarray, *, row: int, column: int, step: int) -> None:
    table_x, table_y = np.atleast_2d(x), y if y.ndim == 2 else y[:, None]
    picture.show(
        charts.product.chart,
        charts.product.datasets(table_x, table_y, row=row, column=column, step=step, names=("x", "y", "dot(x, y)")),
        key="product",
        on_select=_pick_entry,
        alt=t("x on the left, y above, and between them their product; row, column and entry are marked."),
    )
    message = products.numpy_message("dot", x.shape, y.shape)
    if message:
        numpy_says(message)
        sentence = t(
            "A row of x has {left} entries, a column of y has {right}: there is no partner for each. Make them equal.",
            left=table_x.shape[1],
            right=table_y.shape[0],
        )
        st.markdown(sentence)
        return
    one, other = products.factors(x, y, row, column)
    place = {0: "", 1: f"[{row}]", 2: f"[{row}, {column}]"}[x.ndim + y.ndim - 2]
    written = products.spelled_sum(one[:step], other[:step])
    unfinished = "" if step == len(one) else " " + t("({step} of {all} products)", step=step, all=len(one))
    st.markdown(f"**dot(x, y){place}**: {written}{unfinished}")


def _pick_entry() -> None:
    """Take a click on an entry over to the sliders."""
    chosen = st.session_state["product"]["selection"].get("pick") or []
    for axis in ("row", "column"):
        if chosen and chosen[0].get(axis) in range(8):
            controls.put(f"product_{axis}", int(chosen[0][axis]))


def _both_ways(x: np.ndarray, y: np.ndarray) -> None:
    def outcome(a: np.ndarray, b: np.ndarray) -> str:
        return products.numpy_message("dot", a.shape, b.shape) or str(products.dot_rule(a.shape, b.shape).shape)

    st.table(
        {"": ["dot(x, y)", "dot(y, x)"], t("shape of the result, or NumPy's error"): [outcome(x, y), outcome(y, x)]}
    )
    if x.shape == y.shape and not products.numpy_message("dot", x.shape, y.shape):
        same = np.array_equal(np.dot(x, y), np.dot(y, x))
        st.markdown(t("Both hold the same numbers.") if same else t("Both exist, but their numbers differ."))


def product_code() -> str:
    sizes = product_sizes()
    entry = product_entry(sizes)
    arrays = product_arrays(sizes, entry)
    return code.product(x=arrays["x"], y=arrays["y"], row=entry["row"], column=entry["column"])


# --- More axes --------------------------------------------------------------------------------------------------------

AXES_PRESETS = (
    {"x": "(2, 3, 4, 5)", "y": "(5,)"},
    {"x": "(2, 3, 4, 5)", "y": "(5, 6)"},
    {"x": "(2, 3, 4, 5)", "y": "(3, 5, 6)"},
    {"x": "(2, 3, 4, 5)", "y": "(7, 5, 6)"},
    {"x": "(2, 3)", "y": "(2, 3)"},
    {"x": "()", "y": "(2, 3)"},
)


def axes_settings() -> tuple[str, str]:
    x = controls.text(t("Shape of x"), key="axes_x", default="(2, 3, 4, 5)", longest=broadcasting.LONGEST_TEXT)
    return x, controls.text(t("Shape of y"), key="axes_y", default="(3, 5, 6)", longest=broadcasting.LONGEST_TEXT)


def axes() -> None:
    st.markdown(
        t(
            "A batch of images has four axes, and products work for any number of them. Both `dot` and `matmul` "
            "(which is `x @ y`) take the **last axis of x** and the **last but one of y**, or its only one: these "
            "must be equal, and are summed away. With up to two axes both do the same. With more they part ways: "
            "`dot` keeps all other axes of x and of y, one after the other. `matmul` sees a stack of matrices and "
            "*broadcasts* the axes before the last two."
        )
    )
    presets("axes", AXES_PRESETS, sign="·")
    left, right = beside("axes", picture_width=2)
    with left:
        shapes = tuple(map(typed_shape, axes_settings()))
    if None in shapes:
        return
    with left:
        _axes_outcomes(*shapes)
    with right:
        _axes_picture(*shapes)
    st.markdown(
        t(
            "**Notice** where each axis of the result comes from: blue from x, orange from y, grey from both. The "
            "marked axes are summed away. A dense layer in Keras uses this rule: (a, b, c, d) times a kernel "
            "(d, e) gives (a, b, c, e), whatever a, b and c mean."
        )
    )


def _axes_outcomes(x: Shape, y: Shape) -> None:
    for function in products.RULES:
        message = products.numpy_message(function, x, y)
        if message:
            st.markdown(f"**{function}**")
            numpy_says(message)
        else:
            numbers((function, str(products.RULES[function](x, y).shape)), key=f"axes_{function}")


def _axes_picture(x: Shape, y: Shape) -> None:
    found = {
        function: None if products.numpy_message(function, x, y) else rule(x, y)
        for function, rule in products.RULES.items()
    }
    longest = max(len(shape) for shape in (x, y, *(product.shape for product in found.values() if product)))
    picture.show(
        cells.chart,
        charts.axes.datasets(x, y, found, ("x", "y", "dot", "matmul"), refused="✗"),
        key="axes",
        alt=t("The axes of x, of y and of both products as cells with their sizes; the results are given beside it."),
        **charts.axes.field(4, longest),
    )


def axes_code() -> str:
    shapes = readable_shapes(*axes_settings())
    return code.axes(x=shapes[0], y=shapes[1]) if shapes else ""


# --- A dense layer by hand --------------------------------------------------------------------------------------------

TABLE_NAMES = {"iris": t("iris flowers"), "wine": t("wines")}


def layer_settings() -> dict[str, Any]:
    data = controls.choice(t("Table"), list(trainings.TABLES), key="layer_data", names=lambda name: TABLE_NAMES[name])
    recipe = trainings.classifier(
        data=data,
        epochs=controls.slider(t("Epochs"), key="layer_epochs", default=50, values=trainings.EPOCHS, live=False),
    )
    features = load(recipe.data).feature_names
    sample = controls.slider(
        t("Sample"), key="layer_sample", default=0, minimum=0, maximum=recipe.data.validation - 1, step=1
    )
    feature = controls.choice(t("Input to move"), list(features), key=f"layer_{data}", names=_feature_name)
    shift = controls.slider(
        t("Move it by"),
        key="layer_shift",
        default=0.0,
        minimum=-3.0,
        maximum=3.0,
        step=0.1,
        format="+.1f",
        help=t("In standard deviations: inputs are scaled to mean 0 and deviation 1."),
    )
    return {"recipe": recipe, "sample": sample, "feature": features.index(feature), "shift": shift}


def _feature_name(name: str) -> str:
    return name.replace("_", " ")


def layer() -> None:
    st.markdown(
        t(
            "Now all of it together. This is a real Keras network with two dense layers, trained on a real table. "
            "The first layer computes `relu(dot(x, W) + b)`: a product, a sum with a bias, and an operation on "
            "each entry. The second does the same with *softmax*, which turns numbers into probabilities. The page "
            "computes both with NumPy from the learned weights, for a sample that was not used in training, and "
            "compares with Keras."
        )
    )
    guess = predict(
        t(
            "One input of the sample moves. How many of the {units} sums dot(x, W) + b of the first layer change?",
            units=trainings.UNITS,
        ),
        {"one": t("one"), "half": t("about half"), "all": t("all of them")},
        key="layer_prediction",
    )
    left, right = beside("layer", picture_width=2.2)
    with left:
        settings = layer_settings()
        run = training.run(settings["recipe"], key="layer")
    if run is None:
        return
    kernel = run.weights_at(-1)[0]
    if guess:
        changed = np.count_nonzero(kernel[settings["feature"]])
        said = t("Each unit has a weight for each input: **{changed}** of them change.", changed=changed)
        answer(guess, "all", said)
    with left:
        steps = _layers_by_hand(run, settings)
        _against_keras(run, *steps)
    with right:
        _layer_pictures(run, settings, *steps)
    st.markdown(
        t(
            "**Notice** how one input flows: it changes all sums of the first layer, but where a sum is negative, "
            "relu gives 0 and the change ends there. The probabilities always add up to 1, so when one grows, "
            "others shrink. With 0 epochs the weights are random, and so are the predictions."
        )
    )


def _layers_by_hand(run: Run, settings: dict[str, Any]) -> tuple[np.ndarray, products.Layer, products.Layer]:
    """The sample with its input moved, and what the two layers make of it."""
    x = load(run.recipe.data).x_val[settings["sample"]].copy()
    x[settings["feature"]] += settings["shift"]
    kernel, bias, kernel2, bias2 = run.weights_at(-1)
    hidden = products.dense(x, kernel, bias)
    return x, hidden, products.dense(hidden.output, kernel2, bias2, products.softmax)


def _against_keras(run: Run, x: np.ndarray, hidden: products.Layer, last: products.Layer) -> None:
    recipe = run.recipe
    weights = run.weights[-1].tobytes()
    keras = training.call(trainings.keras_outputs, recipe.layers, weights, tuple(x.tolist()), key="keras")
    if keras is None:
        return
    difference = max(
        float(np.abs(ours - theirs).max()) for ours, theirs in zip((hidden.output, last.output), keras, strict=True)
    )
    st.table(
        {
            t("class"): [_feature_name(name) for name in load(recipe.data).class_names],
            t("by hand"): [f"{value:.4f}" for value in last.output],
            "Keras": [f"{value:.4f}" for value in keras[-1]],
        }
    )
    numbers((t("Largest difference"), f"{difference:.1e}"), key="layer_difference")


def _layer_pictures(
    run: Run, settings: dict[str, Any], x: np.ndarray, hidden: products.Layer, last: products.Layer
) -> None:
    kernel, bias, kernel2, bias2 = run.weights_at(-1)
    split = load(run.recipe.data)
    truth = split.class_names[int(split.y_val[settings["sample"]])]
    said = t("The true class of this sample: **{truth}**. First layer:", truth=_feature_name(truth))
    st.markdown(said)
    for number, (inputs, weights, biases, made, activation, moved) in enumerate(
        (
            (x, kernel, bias, hidden, "relu", settings["feature"]),
            (hidden.output, kernel2, bias2, last, "softmax", None),
        )
    ):
        if number:
            st.markdown(t("Second layer, whose inputs are the outputs of the first:"))
        names = (*(f"x[{i}]" for i in range(len(inputs))), "dot(x, W)", "+ b", "=", activation)
        picture.show(
            cells.chart,
            charts.layer.datasets(inputs, weights, biases, made, names=names, captions=("x", "W"), moved=moved),
            key=f"layer_{number + 1}",
            alt=t("Inputs, weights, products, biases and outputs of a dense layer as cells with their numbers."),
            **charts.layer.field(*weights.shape),
        )


def layer_code() -> str:
    return code.layer(**layer_settings())


# --- Cost -------------------------------------------------------------------------------------------------------------

POWERS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
INPUT_SIZES = (1, 4, 13, 64, 128, 256, 512, 784, 1024, 2048)
PARTS = ("x", "W", "b", "y")


def cost_settings() -> dict[str, Any]:
    return {
        "batch": controls.slider(t("Samples in a batch"), key="cost_batch", default=128, values=POWERS),
        "inputs": controls.slider(t("Inputs"), key="cost_inputs", default=784, values=INPUT_SIZES),
        "units": controls.slider(t("Units"), key="cost_units", default=512, values=(*POWERS, 2048)),
        "dtype": controls.choice(t("Numbers"), list(speed.DTYPES), key="cost_dtype", default="float32"),
    }


def cost() -> None:
    st.markdown(
        t(
            "What does a dense layer cost? Every sample of the batch meets every weight once, so the matrix "
            "product takes **batch · inputs · units** multiplications, and about as many additions. Bias and "
            "activation touch each output once, which is next to nothing. The memory is that of four arrays: "
            "inputs x, weights W, bias b and outputs y."
        )
    )
    left, right = beside("cost")
    with left:
        settings = cost_settings()
        sizes = [settings[name] for name in ("batch", "inputs", "units")]
        found = products.layer_cost(*sizes, itemsize=np.dtype(settings["dtype"]).itemsize)
        numbers((t("Multiplications"), f"{found.multiplications:,}"), (t("Parameters"), f"{found.parameters:,}"))
        numbers((t("Memory of all four"), memory(sum(found.bytes.values()))), key="cost_memory")
    with right:
        picture.show(
            charts.bars.chart,
            {
                "bars": charts.bars.bar_rows(
                    PARTS, list(found.bytes.values()), [memory(count) for count in found.bytes.values()]
                )
            },
            key="cost",
            alt=t("The memory of inputs, weights, bias and outputs on a logarithmic axis."),
            title=t("memory (bytes)"),
            domain=(1.0, 1e9),
            names=PARTS,
            height=220,
        )
        _product_speed(*sizes, settings["dtype"])
    st.markdown(
        t(
            "**Notice** that a larger batch costs more multiplications but no more weights: this is why batches "
            "are computed at once. Half the bytes of a number take half the memory. But a processor without "
            "hardware for float16 is far slower with it than with float32: measure both, on a small layer first."
        )
    )
    st.page_link(HOME.file, label=t("To all lessons"), icon=":material/home:")


def _product_speed(batch: int, inputs: int, units: int, dtype: str) -> None:
    asked = (batch, inputs, units, dtype)
    label = t("Measure this product here")
    st.button(label, icon=":material/timer:", key="cost_measure", on_click=_measure_product, args=asked)
    measured = st.session_state.get("products measured", {})
    found = measured.get(asked)
    if isinstance(found, float):
        say_too_slow(found)
    elif found:
        numbers(
            (t("Time of one product"), duration(found.seconds)),
            (t("Multiplications a second"), f"{found.rate:.2e}"),
            key="cost_speed",
        )
        st.markdown(t("Median of {repeats} products, on the server, just now.", repeats=found.repeats))


def _measure_product(*asked: Any) -> None:
    measured = st.session_state.setdefault("products measured", {})
    try:
        measured[asked] = speed.product_speed(*asked)
    except speed.TooSlow as error:
        measured[asked] = error.seconds


def cost_code() -> str:
    return code.cost(**cost_settings())


lesson.run(
    t("Broadcasting and dot products"),
    t(
        "Whatever a network does comes down to a few operations on arrays: `relu(dot(input, W) + b)`. After this "
        "lesson you can compute a layer by hand."
    ),
    [
        lesson.Section("elementwise", t("Element by element"), elementwise, elementwise_code),
        lesson.Section("broadcasting", t("Broadcasting"), stretching, broadcasting_code),
        lesson.Section("product", t("The dot product"), product, product_code),
        lesson.Section("axes", t("More than two axes"), axes, axes_code),
        lesson.Section("layer", t("A dense layer by hand"), layer, layer_code),
        lesson.Section("cost", t("What it costs"), cost, cost_code),
    ],
)
