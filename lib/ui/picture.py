"""Pictures on the page: charts whose data changes while their frame stays, and images."""

import io
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal

import altair as alt
import numpy as np
import pandas as pd
import pyarrow as pa
import streamlit as st
from altair.utils.schemapi import debug_mode
from PIL import Image

Columns = Mapping[str, Sequence[Any] | np.ndarray]
Template = Callable[..., "alt.TopLevelMixin | dict[str, Any]"]


def show(
    template: Template,
    datasets: Mapping[str, pd.DataFrame | pa.Table | Columns],
    *,
    key: str,
    alt: str,
    on_select: Literal["ignore", "rerun"] | Callable[[], None] = "ignore",
    **arguments: Any,
) -> Any:
    """Draw `template(**arguments)` with `datasets` by the names that it uses; the selection if `on_select` asks for it.

    The template is built once for the same arguments, which must be hashable; what moves with a control belongs into
    the datasets, so that the browser exchanges rows in the chart that it already shows. It gives a chart of Altair or a
    specification of Vega-Lite. `alt` says what the picture shows to those who cannot see it. Each dataset is a
    DataFrame, or columns by name.
    """
    spec = _spec(template, tuple(sorted(arguments.items())))
    tables = {name: _table(data) for name, data in datasets.items()}
    with st.container(key=f"picture_{key}"):
        return st.vega_lite_chart(
            spec | {"datasets": tables}, key=key, on_select=on_select, alt=alt, width=_width(spec), theme="streamlit"
        )


def growing(template: Template, *, key: str, alt: str, **arguments: Any) -> Callable[[Mapping[str, Any]], None]:
    """Make room for a picture that grows while a run is followed: the function that draws it with new datasets.

    What `show` draws may stand on a page once; this may be drawn again and again in one run of the script.
    """
    spec = _spec(template, tuple(sorted(arguments.items())))
    with st.container(key=f"picture_{key}"):
        place = st.empty()

    def draw(datasets: Mapping[str, Any]) -> None:
        tables = {name: _table(data) for name, data in datasets.items()}
        place.vega_lite_chart(spec | {"datasets": tables}, key=key, alt=alt, width=_width(spec), theme="streamlit")

    return draw


def image(
    picture: Callable[[], Image.Image] | Image.Image | np.ndarray | bytes,
    *,
    alt: str,
    caption: str | None = None,
    width: Any = "stretch",
) -> None:
    """Show an image (Pillow's, an array, an encoded file); `alt` says what it shows to those who cannot see it.

    A function that draws always the same is called and its image encoded once.
    """
    shown = _png(picture) if callable(picture) else picture
    st.image(shown, caption=caption, width=width, alt=alt, output_format="PNG")


@lru_cache(maxsize=64)
def _png(draw: Callable[[], Image.Image]) -> bytes:
    encoded = io.BytesIO()
    draw().save(encoded, "PNG")
    return encoded.getvalue()


@lru_cache(maxsize=512)
def _spec(template: Template, arguments: tuple[tuple[str, Any], ...]) -> dict[str, Any]:
    """The specification of a chart, without data: building one takes 20 to 150 ms, and validating it as much again."""
    if template.__module__ == "__main__":
        raise ValueError(
            f"template {template.__qualname__} is defined in a page, anew in each run; move it to lib/charts"
        )
    with debug_mode(False):  # Altair checks each part against its schema otherwise; the tests do
        made = template(**dict(arguments))
        spec: dict[str, Any] = dict(made) if isinstance(made, dict) else made.to_dict(validate=False)
    spec.pop("datasets", None)
    if "vconcat" in spec:  # else layers in a stack hang over on the right
        spec.setdefault("autosize", {"type": "fit-x", "contains": "padding"})
    return spec


def _width(spec: Mapping[str, Any]) -> Literal["stretch", "content"]:
    """Charts fill the page's width, except for those side by side, which Vega cannot stretch."""
    return "content" if {"hconcat", "facet", "repeat"} & set(spec) else "stretch"


def _table(data: pd.DataFrame | pa.Table | Columns) -> pa.Table:
    """What travels to the browser; the index of a DataFrame, which no picture uses, does not."""
    if isinstance(data, pd.DataFrame):
        return pa.Table.from_pandas(data, preserve_index=False)
    if isinstance(data, pa.Table):
        return data
    return pa.table({name: pa.array(np.asarray(column)) for name, column in data.items()})
