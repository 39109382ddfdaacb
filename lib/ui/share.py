"""Sending the present moment of a lesson to somebody else."""

import streamlit as st

from lib.ui import component
from lib.ui.text import t


def button() -> None:
    """A button that opens the address of what is on screen, ready to be copied."""
    with st.popover(t("Share"), icon=":material/link:", type="tertiary", key="share"):
        component.share(
            key="share_address",
            data={
                "label": t("This address opens the page as it is now, with all its settings:"),
                "copy": t("Copy"),
                "copied": t("Copied."),
                "failed": t("Please copy it by hand: it is selected."),
            },
        )
