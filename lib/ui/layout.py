"""How the parts of a section stand on the page: controls beside their picture, figures side by side, an answer."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib.ui.text import t


def beside(name: str, *, picture_width: float = 1.6) -> tuple[DeltaGenerator, DeltaGenerator]:
    """Lay out controls beside their picture, so many times as wide; on a phone the picture stands above them."""
    with st.container(key=f"beside_{name}"):
        controls_side, picture_side = st.columns([1, picture_width], gap="large")
    return controls_side, picture_side


def numbers(*shown: tuple[str, str], key: str = "numbers") -> None:
    """Show figures side by side: a label and a text each; a further row of them in a section takes another key."""
    with st.container(horizontal=True, key=key):
        for label, value in shown:
            st.metric(label, value.replace("-", "\N{MINUS SIGN}"), width="content")


def answer(guess: str, right: str, sentence: str) -> None:
    """Say whether a prediction was right, and what the computation says."""
    verdict = t("You were right.") if guess == right else t("Not quite.")
    st.markdown(f"**{verdict}** {sentence}")
