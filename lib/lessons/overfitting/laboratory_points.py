"""Points of the learner's own in the laboratory: clicked, typed, or from a CSV file."""

from __future__ import annotations

from typing import Any

import streamlit as st

from lib import points as files
from lib.datasets import MOST_CLASSES, Point
from lib.ui import address, controls
from lib.ui.text import literal, mark, t

KINDS = CLASSES, HEIGHTS = "own_classes", "own_heights"
NAMES = "laboratory names"
SCALED = "laboratory scaled"

ERRORS = {
    "empty": mark("The file is empty. It needs rows of two numbers and a class or a height."),
    "bytes": mark("The file has {came:,} bytes; at most {most:,} are taken. Leave rows out."),
    "binary": mark("The file is no text. Export your table as CSV and take that file."),
    "quotes": mark("Row {row} cannot be read: its quotation marks are not in pairs. Mend it."),
    "long": mark("Row {row} has a cell of more than {most:,} letters. It needs a number or a short name; mend it."),
    "columns": mark(
        "Row {row} has this many columns: {came}; expected are {expected}: two numbers and a class or a height, with a "
        "comma, a semicolon or a tab between them."
    ),
    "ragged": mark("Row {row} has this many columns: {came}; expected are {expected}, as in the first row."),
    "missing": mark("Row {row}, column {column} is empty. Fill it, or leave the row out."),
    "number": mark("Row {row}, column {column} says “{came}”, which is no number. Mend it."),
    "finite": mark("Row {row}, column {column} says “{came}”, which is no finite number. Leave the row out."),
    "large": mark("Row {row}, column {column} says “{came}”, which is beyond ±{most:g}. Take another unit."),
    "few": mark("The file has this many points: {came}; at least {least} are needed."),
    "rows": mark("The file has {came:,} points; at most {most:,} are taken. Leave some out."),
    "one": mark("All points are of the class “{came}”. The network needs two classes at least."),
    "many": mark(
        "The points are of {came} classes; at most {most} are taken. If the third column holds heights, choose "
        "“my own points: heights” as data."
    ),
    "same": mark("All points lie in one place. Check the first two columns."),
    "flat": mark("All heights are {came:g}: there is nothing to learn. Check the third column."),
}
LACKING = {
    "few": mark("So far there are {count} points; the network needs {least} at least. Click in the square, or type."),
    "one": mark("All points are of one class so far. Choose another class and add points of it."),
    "flat": mark("All points have the same height so far. Add one with another height."),
}


def points(data: str) -> tuple[Point, ...]:
    """The learner's points for this kind of data; none for generated data."""
    return recalled(data) if data in KINDS else ()


def _key(data: str) -> str:
    return "laboratory_points" if data == CLASSES else "laboratory_heights"


def recalled(data: str) -> tuple[Point, ...]:
    """The points as this session or the address has them; they go into the address while they are few."""
    key, classes = _key(data), data == CLASSES
    value: tuple[Point, ...] = address.recall(key, parse=lambda text: files.parsed(text, classes=classes), default=())
    if not address.only_reading():
        long = len(value) > files.ADDRESS_POINTS
        address.keep(key, value, spell=files.spelled, default=value if long else ())
    return value


def lacking(data: str) -> str | None:
    """What the learner's points lack to be trained on, a key of LACKING; None if nothing, and for generated data."""
    return files.lacking(recalled(data), classes=data == CLASSES) if data in KINDS else None


def add(data: str, x1: float, x2: float, label: float) -> None:
    """Add one point, if it is one."""
    _put(data, files.added(recalled(data), (x1, x2, label)))


def _put(data: str, value: tuple[Point, ...]) -> None:
    address.settings().values[_key(data)] = value


def clicked(data: str) -> float:
    """The class or the height that a click adds, as it was chosen last."""
    with address.reading():
        return _label(data)


def _label(data: str) -> float:
    if data == HEIGHTS:
        return controls.slider(
            t("Height of the next point"), key="laboratory_height", default=1.0, minimum=-1.0, maximum=1.0, step=0.1
        )
    options = [str(number) for number in range(MOST_CLASSES)]
    return float(controls.choice(t("Class of the next point"), options, key="laboratory_class"))


def class_names(count: int) -> tuple[str, ...]:
    """What the classes of a learner's file are called; numbers where there is no file."""
    kept = st.session_state.get(NAMES, ())
    return tuple(kept[k] if k < len(kept) else t("class {number}", number=k) for k in range(count))


def panel(data: str) -> bool:
    """Ask for points; whether there are enough to train on, with a sentence on the page where there are not."""
    with st.container(border=True, key="laboratory_own"):
        st.markdown(t("**Your points.** Click in the square of the picture, or type a place and add it."))
        label = _label(data)
        with st.container(horizontal=True, vertical_alignment="bottom", key="laboratory_typed"):
            x1 = st.number_input("x₁", -6.0, 6.0, 0.0, 0.5, key="laboratory_x1", width=110)
            x2 = st.number_input("x₂", -6.0, 6.0, 0.0, 0.5, key="laboratory_x2", width=110)
            st.button(t("Add the point"), key="laboratory_add", on_click=add, args=(data, x1, x2, label))
            back = st.empty()
            clear = st.empty()
        _file(data)
        have = recalled(data)
        none = not have
        back.button(t("Undo"), key="laboratory_back", on_click=_put, args=(data, have[:-1]), disabled=none)
        clear.button(t("Clear all"), key="laboratory_clear", on_click=_put, args=(data, ()), disabled=none)
        st.caption(t("{count} points; at most {most}.", count=len(have), most=files.MOST_POINTS))
        lack = lacking(data)
        if lack:
            st.info(t(LACKING[lack], count=len(have), least=files.LEAST_POINTS))
        return lack is None


def _file(data: str) -> None:
    file = st.file_uploader(
        t("Or a CSV file: two numbers and a class or a height in each row"),
        type=["csv", "tsv", "txt"],
        key=f"laboratory_file_{data}",
    )
    if file is not None:
        _take(data, file)
    scaled = st.session_state.get(f"{SCALED} {data}")
    if scaled is not None:
        _say_scaled(scaled)


def _take(data: str, file: Any) -> None:
    """Take a file in once, when it is new; its error stays on the page while it does."""
    seen = f"laboratory seen {data}"
    kept = st.session_state.get(seen)
    if kept is None or kept[0] != file.file_id:
        try:
            read = files.parse_csv(file.getvalue(), target="class" if data == CLASSES else "height")
        except files.PointsError as error:
            st.session_state[seen] = kept = (file.file_id, error)
        else:
            st.session_state[seen] = kept = (file.file_id, None)
            st.session_state[f"{SCALED} {data}"] = read
            st.session_state[NAMES] = read.names if data == CLASSES else st.session_state.get(NAMES, ())
            _put(data, read.rows)
    if kept[1] is not None:
        st.error(sentence(kept[1]))


def sentence(error: files.PointsError) -> str:
    """The sentence of a file that is not taken; what the file says stands in it as it is."""
    values = {name: literal(came) if isinstance(came, str) else came for name, came in error.values.items()}
    return t(ERRORS[error.reason], **values)


def _say_scaled(read: files.Points) -> None:
    spelled = [
        t("{name}: {low:g} to {high:g}", name=literal(name), low=low, high=high)
        for name, (low, high) in zip(read.columns, read.ranges, strict=True)
    ]
    st.caption(
        t(
            "Your file's numbers were scaled into the square, so that each column reaches from −5 to 5 (heights from "
            "−1 to 1). They were {ranges}.",
            ranges="; ".join(spelled),
        )
    )
