"""Data types: all elements of a tensor have one, and in the wrong one numbers change without a warning."""

from typing import TypedDict

import numpy as np
import streamlit as st

from lib import tensors
from lib.charts import tensors as charts
from lib.quantities import spelled_bytes
from lib.shapes import memory
from lib.snippets import tensors as snippets
from lib.ui import controls, picture
from lib.ui.layout import beside, numbers
from lib.ui.text import t

VALUES = (1e-8, 0.001, 0.1, 1 / 3, 1.0, 3.14159265, 255.0, 1000.5, 2049.0, 65504.0, 70000.0, 16777217.0)


class Settings(TypedDict):
    """Which digit, by how much it becomes brighter, and the number to store."""

    digit: int
    by: int
    value: float


def settings() -> Settings:
    """What the controls say."""
    return {
        "digit": int(controls.choice(t("Digit"), list("0123456789"), key="dtypes_digit", default="3")),
        "by": controls.slider(t("Brighten by"), key="dtypes_by", default=100, minimum=0, maximum=255, step=5),
        "value": controls.slider(
            t("A number to store"), key="dtypes_value", default=2049.0, values=VALUES, format=".9g"
        ),
    }


def show() -> None:
    """Show a digit that is brightened in two types, and what each type keeps of a number."""
    st.markdown(
        t(
            "All elements of a tensor have one **data type**. Images are stored as *uint8*: whole numbers from 0 to "
            "255, one byte each. Networks want small numbers with fractions, so images become *float32* and are "
            "divided by 255. Compute in the wrong type, and numbers change without a warning."
        )
    )
    left, right = beside("dtypes")
    with left:
        chosen = settings()
        image, by = tensors.digit_images()[chosen["digit"]], chosen["by"]
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
        _kept(chosen["value"])
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


def code() -> str:
    """The digit brightened in two types, and the number stored in three."""
    return snippets.dtypes(**settings())


def _kept(value: float) -> None:
    """A table of what each type of floating point keeps of a number."""
    kept = {dtype: tensors.stored(value, dtype) for dtype in tensors.DTYPES[1:]}
    st.table(
        {
            t("type"): list(kept),
            t("keeps of {value}", value=f"{value:.9g}"): [f"{number:.10g}" for number in kept.values()],
            t("error"): [f"{abs(number - value):.2g}" for number in kept.values()],
            t("128 digits"): [spelled_bytes(memory((128, 28, 28), dtype)) for dtype in kept],
        }
    )
