"""For teachers: an address that spares a class some of the controls."""

from urllib.parse import urlencode

import streamlit as st

from lib.lessons.overfitting import laboratory_names as names
from lib.lessons.overfitting.laboratory_settings import HIDE, hidden
from lib.ui.text import t


def link() -> None:
    """Ask what a class should not see, and offer the page as it will see it, with all settings as they are now."""
    if "teachers" in hidden():
        return
    folded = st.expander(t("For teachers"), icon=":material/school:", key="laboratory_teachers", on_change="rerun")
    if not folded.open:
        return
    with folded:
        st.markdown(
            t(
                "Choose what your class should not see, open the page without it, and share its address. All other "
                "settings stay as they are now; hidden ones keep their values."
            )
        )
        chosen = st.pills(
            t("Hide"),
            list(names.CONTROLS),
            default=list(hidden()),
            format_func=names.control,
            selection_mode="multi",
            key="laboratory_hidden",
            wrap=True,
        )
        st.link_button(t("Open the page without them"), address(tuple(chosen)), icon=":material/open_in_new:")


def address(without: tuple[str, ...]) -> str:
    """The address of the page as it is now, with these controls hidden."""
    query = {name: value for name, value in st.query_params.to_dict().items() if name != HIDE}
    return "?" + urlencode(query | ({HIDE: ".".join(without)} if without else {}), safe=".*")
