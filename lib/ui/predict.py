"""Predict first: the learner commits to an answer, then the computation answers."""

from collections.abc import Mapping

import streamlit as st

from lib.ui.text import t


def predict(question: str, options: Mapping[str, str], *, key: str) -> str | None:
    """Ask `question`; the id of the answer that the learner has committed to, None until then.

    `options` are labels by id. The answer belongs to the session and never to the address, so that a link that is
    passed on gives nothing away; it outlives a change of section, page and language.
    """
    given = st.session_state.get(_memory(key))
    with st.container(border=True, key=f"{key}_predict"):
        st.markdown(t("**Predict first** · {question}", question=question))
        if isinstance(given, str) and given in options:
            st.markdown(t("Your prediction: **{answer}**", answer=options[given]))
            return given
        _ask(question, options, key)
    return None


def _ask(question: str, options: Mapping[str, str], key: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):  # low, for the picture stands beneath
        chosen = st.radio(
            question,
            list(options),
            index=None,
            format_func=lambda option: options[option],
            key=key,
            horizontal=True,
            label_visibility="collapsed",
            width="content",
        )
        st.button(
            t("This is my answer"), disabled=chosen is None, on_click=_commit, args=(key, options), key=f"{key}_commit"
        )


def _commit(key: str, options: Mapping[str, str]) -> None:
    chosen = st.session_state.get(key)
    if isinstance(chosen, str) and chosen in options:
        st.session_state[_memory(key)] = chosen


def _memory(key: str) -> str:
    return f"prediction {key}"
