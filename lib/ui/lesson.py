"""The frame of a lesson: one section at a time, the code of each, and all of them as a notebook.

A section is a module of lib/lessons. Its controls are asked twice: drawn by `show`, and only read by `code`. So they
stand in a function of their own:

    def settings() -> float:
        return controls.slider(t("Point"), key="slope_x", default=1.0, minimum=-2.0, maximum=2.0, step=0.05)

    def show() -> None:
        x = settings()
        picture.show(...)

    def code() -> str:
        return f"x = {settings()}"

The page lists the sections:

    lesson.run(t("Gradient descent"), t("..."), [Section("slope", t("Slope"), slope.show, slope.code)])

The frame shows the panel with the code below each section; a section does not.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib.ui import address, code, component
from lib.ui.course import HOME, LESSONS
from lib.ui.text import language, speaking, t

STEP = "step"


@dataclass(frozen=True)
class Section:
    """One idea: what it shows, and the runnable code for its present settings ("" for none)."""

    id: str
    title: str
    show: Callable[[], None]
    code: Callable[[], str] = lambda: ""


def run(title: str, lead: str, sections: Sequence[Section]) -> None:
    """Show the section that the address names (`?step=`), the first without one, in the frame of its lesson."""
    st.title(title, anchor=False)
    beneath = st.empty()
    current = _stepper(sections)
    section = sections[current]
    if current == 0:  # what all this is for is said once; later sections get the room
        beneath.markdown(lead)
    component.place(key="place", data={"place": section.id})
    with _alone(section.id, current, len(sections)):
        st.header(section.title, anchor=False)
        section.show()
        _code_panel(section)
        _steps_beside(sections, current)
        _notebook_button(title, sections)


def _alone(section: str, current: int, count: int) -> DeltaGenerator:
    """Make a place for this section, and empty those of the others.

    Streamlit leaves what stood in a place until something else comes to it or the run ends. In one place for all, a
    section that trains would stand for as long among what the one before had left.
    """
    places = [st.container(key=f"section_{section}") if n == current else st.empty() for n in range(count)]
    return places[current]


def _stepper(sections: Sequence[Section]) -> int:
    ids = [section.id for section in sections]
    value = address.recall(STEP, parse=lambda text: text if text in ids else None, default=ids[0])
    value = value if value in ids else ids[0]
    if address.arrived() or st.session_state.get(STEP) not in ids:
        st.session_state[STEP] = value
    titles = {section.id: f"{number}\u2002{section.title}" for number, section in enumerate(sections, start=1)}
    chosen = st.pills(
        t("Sections"),
        ids,
        format_func=titles.__getitem__,
        key=STEP,
        required=True,
        label_visibility="collapsed",
        wrap=True,
    )
    chosen = chosen if chosen in ids else ids[0]
    address.keep(STEP, chosen, spell=str, default=ids[0])
    return ids.index(chosen)


def _code_panel(section: Section) -> None:
    with address.reading():
        source = section.code()
    if source:
        code.panel(source, section=section.id)


def _steps_beside(sections: Sequence[Section], current: int) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute", key="steps_beside"):
        if current > 0:
            to = sections[current - 1]
            label = t("Previous: {section}", section=to.title)
            st.button(label, icon=":material/arrow_back:", key="step_back", on_click=_go_to, args=(to.id,))
        if current + 1 < len(sections):
            to = sections[current + 1]
            label = t("Next: {section}", section=to.title)
            st.button(
                label,
                icon=":material/arrow_forward:",
                icon_position="right",
                type="primary",
                key="step_on",
                on_click=_go_to,
                args=(to.id,),
            )
        else:
            _lesson_link()


def _lesson_link() -> None:
    """The way on from the last section: to the next lesson, from the last one home."""
    ids = [lesson.id for lesson in LESSONS]
    page = st.session_state.get("page")
    if page not in ids:
        return
    following = LESSONS[ids.index(page) + 1 :][:1]
    with st.container(key="next_lesson", width="content"):
        for to in following:
            label = t("Next lesson: {title}", title=t(to.title))
            st.page_link(to.file, label=label, icon=":material/arrow_forward:", icon_position="right")
        if not following:
            st.page_link(HOME.file, label=t("To all lessons"), icon=":material/home:")


def _go_to(section: str) -> None:
    st.session_state[STEP] = section


def _notebook_button(title: str, sections: Sequence[Section]) -> None:
    settings, spoken = address.snapshot(), language()

    def make() -> bytes:
        with address.reading(settings), speaking(spoken):
            return code.notebook(title, [(f"## {section.title}", section.code()) for section in sections])

    code.download(make, file_name=f"unfold-{st.session_state.get('page') or 'lesson'}.ipynb", key="notebook")
