"""A table of the axes of a tensor: number, name, size."""

import streamlit as st

from lib.ui.text import mark, t

NAMES = {
    "samples": mark("samples"),
    "features": mark("features"),
    "timesteps": mark("time steps"),
    "frames": mark("frames"),
    "height": mark("height"),
    "width": mark("width"),
    "channels": mark("channels"),
}


def table(shape: tuple[int, ...], axes: tuple[str, ...]) -> None:
    """Show the axes of a tensor of this shape; their names are keys of NAMES."""
    st.table(
        {
            t("axis"): list(map(str, range(len(shape)))),
            t("what it counts"): [t(NAMES[axis]) for axis in axes],
            t("size"): [f"{size:,}" for size in shape],
        }
    )
