"""Small arrays as sheets of cells, under their names and shapes."""

import streamlit as st

from lib.charts import broadcasting as charts
from lib.charts import cells
from lib.charts.cells import Columns
from lib.shapes import Shape
from lib.ui import picture
from lib.ui.text import t


def sheet(name: str, datasets: dict[str, Columns], shape: Shape, *, key: str, field: Shape | None = None) -> None:
    """Show an array as cells under its name and shape; it may fill a larger `field`."""
    st.markdown(f"**{name}** `{shape}`")
    alt = t("The entries of {name} in rows and columns; the code below prints them.", name=name)
    picture.show(cells.sized, datasets, key=key, alt=alt, **charts.arrays.field(shape if field is None else field))
