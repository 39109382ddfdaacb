"""Element by element: some operations look at one entry at a time, which NumPy does without a loop in Python."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from lib import products, speed
from lib.charts import broadcasting as charts
from lib.lessons.broadcasting.refusals import say_too_slow
from lib.lessons.broadcasting.sheets import sheet
from lib.quantities import spelled_time
from lib.snippets import broadcasting as snippets
from lib.ui import controls, picture
from lib.ui.layout import answer, beside, numbers
from lib.ui.predict import predict
from lib.ui.text import t

OPERATIONS = {"relu": "relu(x)", "add": "x + y", "both": "relu(x + y)"}
SIZES = (10, 20, 50, 100, 150, 200, 300, 400)
PREDICTED_SIZE = 200
SMALL = (3, 4)


@dataclass(frozen=True)
class Settings:
    """An operation of `speed.OPERATIONS`, the entry that its loop has reached, and the size of the race's arrays."""

    operation: str
    entry: int
    size: int


def settings() -> Settings:
    """What is computed, and how far."""
    operation = controls.choice(
        t("Operation"),
        list(OPERATIONS),
        key="elementwise_operation",
        default="both",
        names=OPERATIONS.__getitem__,
    )
    entry = controls.slider(
        t("Entry that the loop has reached"), key="elementwise_entry", default=5, minimum=1, maximum=12, step=1
    )
    size = controls.slider(t("Rows and columns for the race"), key="elementwise_size", default=200, values=SIZES)
    return Settings(operation, entry, size)


def show() -> None:
    """Show the loop on small arrays, and its race with NumPy on larger ones."""
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
        chosen = settings()
    with right:
        _loop_pictures(chosen.operation, chosen.entry)
    _race(chosen.operation, chosen.size)
    st.markdown(
        t(
            "**Notice** that every entry of the result depends on one place only: the order of the loop does not "
            "matter, and all entries could be computed at once. In the race NumPy's lead grows with the array. For "
            "small ones, the call itself takes most of its time."
        )
    )


def _small_arrays() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return products.matrix(*SMALL, seed=7), products.matrix(*SMALL, seed=8)


def _loop_pictures(operation: str, entry: int) -> None:
    x, y = _small_arrays()
    shown = {"x": (x, "first")} if operation == "relu" else {"x": (x, "first"), "y": (y, "second")}
    shown[OPERATIONS[operation]] = (speed.OPERATIONS[operation].vectorized(x, y), "plain")
    for place, (name, (values, kind)) in zip(st.columns(len(shown)), shown.items(), strict=True):
        with place:
            result = name == OPERATIONS[operation]
            rows = charts.arrays.visited(values, entry, kind=kind, hide=result)
            sheet(name, rows, SMALL, key=f"elementwise_{'z' if result else name}")


def _race(operation: str, size: int) -> None:
    guess = predict(
        t("A Python loop and NumPy do the same work on an array of 200 by 200. How much longer does the loop take?"),
        {"same": t("hardly any longer"), "ten": t("about ten times"), "hundred": t("about a hundred times, or more")},
        key="elementwise_prediction",
    )
    verdict = st.container()
    label = t("Measure {operation} on {size} by {size}", operation=OPERATIONS[operation], size=size)
    st.button(label, icon=":material/timer:", key="elementwise_measure", on_click=_measure, args=(operation, size))
    found = st.session_state.get("loop measured", {}).get((operation, size))
    if isinstance(found, float):
        say_too_slow(found)
    elif found:
        _race_result(found)
        if guess and size == PREDICTED_SIZE:
            said = t("Measured on this machine: **{ratio:.0f}** times as long.", ratio=found.ratio)
            with verdict:
                answer(guess, found.order, said)
            return
    if guess:
        verdict.markdown(t("The measurement answers: choose {size} by {size}, and measure.", size=PREDICTED_SIZE))


def _measure(operation: str, size: int) -> None:
    measured = st.session_state.setdefault("loop measured", {})
    try:
        measured[operation, size] = speed.compare(operation, size)
    except speed.TooSlow as error:
        measured[operation, size] = error.seconds


def _race_result(found: speed.Comparison) -> None:
    names, times = (t("Python loop"), t("NumPy")), (found.loop, found.numpy)
    said = tuple(map(spelled_time, times))
    numbers(*zip(names, said, strict=True), (t("Loop / NumPy"), f"{found.ratio:.0f}"))
    picture.show(
        charts.bars.chart,
        {"bars": charts.bars.bar_rows(names, times, said)},
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


def code() -> str:
    """The double loop and NumPy's expression, timed."""
    chosen = settings()
    x, y = _small_arrays()
    return snippets.elementwise(operation=chosen.operation, size=chosen.size, x=x, y=y)
