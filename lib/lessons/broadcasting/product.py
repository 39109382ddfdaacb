"""The dot product: each row of x with each column of y, entry by entry, to one number."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from lib import products
from lib.charts import broadcasting as charts
from lib.lessons.broadcasting.lines import edited
from lib.lessons.broadcasting.refusals import numpy_says
from lib.lessons.broadcasting.tables import table
from lib.snippets import broadcasting as snippets
from lib.ui import controls, picture
from lib.ui.layout import answer, beside
from lib.ui.predict import predict
from lib.ui.text import mark, t

Array = NDArray[np.float64]

KINDS = {
    "vectors": mark("vector · vector"),
    "vector": mark("matrix · vector"),
    "matrices": mark("matrix · matrix"),
}
LARGEST = 8
"""Rows and columns at most."""


@dataclass(frozen=True)
class Sizes:
    """x is (rows, inner), y is (other, columns); they are vectors where `kind` says so. `seed` draws their numbers."""

    kind: str
    rows: int
    inner: int
    other: int
    columns: int
    seed: int


@dataclass(frozen=True)
class Entry:
    """An entry of the product by its row and column, and how many of its products are added up."""

    row: int
    column: int
    step: int


@dataclass(frozen=True, eq=False)
class Operands:
    """x and y with the lines that were typed, and the sentences about what is wrong with those."""

    x: Array
    y: Array
    wrong: list[str]


def sizes() -> Sizes:
    """What is multiplied."""
    kind = controls.choice(
        t("What is multiplied"), list(KINDS), key="product_kind", default="matrices", names=lambda id: t(KINDS[id])
    )
    rows = 1 if kind == "vectors" else _size(t("Rows of x"), "product_n", 3)
    inner = _size(t("Entries of x") if kind == "vectors" else t("Columns of x"), "product_k", 4)
    other = _size(t("Rows of y") if kind == "matrices" else t("Entries of y"), "product_m", 4)
    columns = _size(t("Columns of y"), "product_p", 2) if kind == "matrices" else 1
    seed = controls.slider(t("Other numbers"), key="product_seed", default=1, minimum=1, maximum=20, step=1)
    return Sizes(kind, rows, inner, other, columns, seed)


def _size(label: str, key: str, default: int) -> int:
    return controls.slider(label, key=key, default=default, minimum=1, maximum=LARGEST, step=1)


def entry(of: Sizes) -> Entry:
    """Which entry is looked at, and how far its sum has come."""
    step = controls.slider(
        t("Products to add up, at most"), key="product_step", default=LARGEST, minimum=1, maximum=LARGEST, step=1
    )
    row = _place(t("Row of the entry"), "product_row", of.rows)
    column = _place(t("Column of the entry"), "product_column", of.columns)
    return Entry(row, column, min(step, of.inner))


def _place(label: str, key: str, count: int) -> int:
    """The number of a row or column, counted from 0; there is nothing to choose where it is the only one."""
    if count == 1:
        return 0
    return controls.slider(label, key=key, default=0, minimum=0, maximum=count - 1, step=1)


def operands(of: Sizes, chosen: Entry) -> Operands:
    """The arrays; the row and the column of the chosen entry can be typed."""
    rows = products.matrix(of.rows, of.inner, seed=of.seed)
    columns = products.matrix(of.columns, of.other, seed=of.seed + 100)
    x, wrong_x = edited(rows, t("Row {number} of x"), "product_x", chosen.row)
    y, wrong_y = edited(columns, t("Column {number} of y"), "product_y", chosen.column)
    return Operands(x[0] if of.kind == "vectors" else x, y.T if of.kind == "matrices" else y[0], [*wrong_x, *wrong_y])


def show() -> None:
    """Show x, y and their product with one entry being computed, and both orders of the operands."""
    st.markdown(
        t(
            "The **dot product** of two vectors multiplies entry by entry and adds everything up to one number. A "
            "matrix times a vector does that for each row. A matrix times a matrix does it for **each row of x "
            "with each column of y**: entry $(i, j)$ of the result is row $i$ of $x$ times column $j$ of $y$. So "
            "$(a, b) \\cdot (b, c)$ gives $(a, c)$, and the two inner sizes must be equal."
        )
    )
    _prediction()
    left, right = beside("product", picture_width=2)
    with left:
        of = sizes()
    with right:
        shown = st.container()
        chosen = entry(of)
    with left:
        arrays = operands(of, chosen)
        for sentence in arrays.wrong:
            st.warning(sentence)
    with shown:
        _picture(arrays.x, arrays.y, chosen)
    with right:
        _both_ways(arrays.x, arrays.y)
    st.markdown(
        t(
            "**Notice** that a row of $x$ and a column of $y$ meet in one entry, and no other entry needs the same "
            "pair. Choose another entry by a click, or with the sliders. Make both matrices square and of one size: "
            "now dot(x, y) and dot(y, x) both exist, and still differ."
        )
    )


def _prediction() -> None:
    guess = predict(
        t("x has the shape (2, 3), y the shape (3, 4), and dot(x, y) the shape (2, 4). And dot(y, x)?"),
        {"same": "(2, 4)", "turned": "(4, 2)", "inner": "(3, 3)", "error": t("none: it is an error")},
        key="product_prediction",
    )
    if guess:
        said = t("NumPy says: “{message}”.", message=products.numpy_message("dot", (3, 4), (2, 3)))
        answer(guess, "error", said)


def _picture(x: Array, y: Array, chosen: Entry) -> None:
    row, column, step = chosen.row, chosen.column, chosen.step
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
    picked = st.session_state["product"]["selection"].get("pick") or []
    for axis in ("row", "column"):
        if picked and picked[0].get(axis) in range(LARGEST):
            controls.put(f"product_{axis}", int(picked[0][axis]))


def _both_ways(x: Array, y: Array) -> None:
    def outcome(a: Array, b: Array) -> str:
        return products.numpy_message("dot", a.shape, b.shape) or str(products.dot_rule(a.shape, b.shape).shape)

    table({"": ["dot(x, y)", "dot(y, x)"], t("shape of the result, or NumPy's error"): [outcome(x, y), outcome(y, x)]})
    if x.shape == y.shape and not products.numpy_message("dot", x.shape, y.shape):
        same = np.array_equal(np.dot(x, y), np.dot(y, x))
        st.markdown(t("Both hold the same numbers.") if same else t("Both exist, but their numbers differ."))


def code() -> str:
    """The product both ways, and the chosen entry as a sum."""
    of = sizes()
    chosen = entry(of)
    arrays = operands(of, chosen)
    return snippets.product(x=arrays.x, y=arrays.y, row=chosen.row, column=chosen.column)
