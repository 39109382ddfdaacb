"""Home: what the course is, how to begin, and its lessons."""

import streamlit as st

from lib.charts import cover
from lib.datasets import PHOTOGRAPHS
from lib.ui import picture
from lib.ui.course import LESSONS, Lesson
from lib.ui.text import t


def introduction() -> None:
    st.title(t("Deep learning is unfolding"), anchor=False)
    st.markdown(
        t(
            "Lay a blue sheet of paper on an orange one and crumple both into one ball: such are the data that a "
            "network is given. A deep network smooths the ball out again, by one simple move after the other, until a "
            "straight line tells blue from orange. **Learning is finding those moves.**"
        )
    )
    picture.image(
        cover.unfolding,
        alt=t(
            "Two classes of points, blue and orange, wound around each other; unwound step by step, until a straight "
            "line separates them."
        ),
    )


def how_to_begin() -> None:
    st.header(t("How to begin"), anchor=False)
    steps = {
        t("Open a lesson"): t("It goes in sections, one idea each. Take them in their order, or jump to one."),
        t("Move something"): t("Drag a slider: a real Keras model trains while you watch, and the picture answers."),
        t("Take it with you"): t("Every picture shows its code, and its address, which you can send to a friend."),
    }
    for number, (column, (title, text)) in enumerate(zip(st.columns(3), steps.items(), strict=True), start=1):
        with column.container(border=True, height="stretch"):
            st.subheader(f":primary[{number}]\u2002{title}", anchor=False)
            st.markdown(text)


def lessons() -> None:
    st.header(t("Lessons"), anchor=False)
    for lesson in LESSONS:
        card(lesson)
    st.caption(t("The photograph on the card of convolution: {source}.", source=PHOTOGRAPHS["china"]))


def card(lesson: Lesson) -> None:
    with st.container(border=True, key=f"card_{lesson.id}"):
        seen, said = st.columns(2, vertical_alignment="center", gap="medium")
        with seen:
            picture.image(lesson.picture, alt=t(lesson.alt))
        with said:
            st.subheader(t(lesson.title), anchor=False)
            st.markdown(t(lesson.summary))
            st.page_link(lesson.file, label=t("Open the lesson"), icon=":material/arrow_forward:")


introduction()
how_to_begin()
lessons()
