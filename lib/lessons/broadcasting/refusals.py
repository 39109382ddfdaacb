"""What is refused: arrays that do not fit, in NumPy's own words, and measurements that would take too long."""

import streamlit as st

from lib import speed
from lib.quantities import spelled_time
from lib.ui.text import t


def numpy_says(message: str) -> None:
    """Show an error as NumPy words it."""
    st.warning(t("NumPy says:") + f" `{message.strip()}`", icon=":material/error:")


def say_too_slow(seconds: float) -> None:
    """Say that a measurement would take longer than the page may."""
    st.warning(
        t(
            "By a small trial, that would take about {time} on this machine now; a measurement may take {budget}. "
            "Please choose a smaller size.",
            time=spelled_time(seconds),
            budget=spelled_time(speed.BUDGET),
        )
    )
