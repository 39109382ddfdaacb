"""The address keeps what the controls say, so that any moment of a lesson can be sent as a link.

Streamlit's own `bind="query-params"` is not used for controls: it writes the label that is shown, so that the address
would speak the learner's language; it cannot bind components, which the live slider is; and it drops the settings of a
section that is not on screen. Here the address holds ids and numbers, of all sections of the page, and no defaults.

The rules: who arrives (by link, by reload, with the browser's back and forward buttons) finds what the address says;
from then on the controls decide and the address follows. Every settled change is an entry of the browser's history, so
the back button undoes it. Values belong to the page and are kept while other pages are visited.
"""

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar

import streamlit as st

from lib.ui import session

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Settings:
    """What the controls of a page say: `values` by key, and the `address` for those that were not shown yet."""

    values: MutableMapping[str, Any]
    address: Mapping[str, str]


_reading: ContextVar[Settings | None] = ContextVar("reading", default=None)


def arrive(page: str) -> None:
    """Begin a run of `page`, before its controls: what the address says there wins over what was chosen here before."""
    state = st.session_state
    came_from, by_history = state.get("page"), session.came_by_history()
    state["page"] = page
    state["arrived"] = came_from != page or by_history
    state["on_the_way"] = state["arrived"] and came_from is not None and not by_history
    if by_history:
        _values().clear()
    elif came_from != page:
        for key in st.query_params.to_dict():
            _values().pop(key, None)
    if state["arrived"]:
        state["unwritten"] = {}
    else:
        flush()


def _values() -> dict[str, Any]:
    values: dict[str, Any] = st.session_state.setdefault(f"values of {st.session_state.get('page', '')}", {})
    return values


def arrived() -> bool:
    """Whether the learner came to this address in this run, so that controls must show what it says."""
    return bool(st.session_state.get("arrived", False))


def settings() -> Settings:
    """The settings of this page: those read by `reading`, else the session's own."""
    reading_now = _reading.get()
    if reading_now is not None:
        return reading_now
    return Settings(_values(), st.query_params)


def snapshot() -> Settings:
    """A copy of the settings of this page, which needs no session: see `reading`."""
    now = settings()
    return Settings(dict(now.values), dict(now.address))


@contextmanager
def reading(from_settings: Settings | None = None) -> Iterator[None]:
    """Within the block controls only tell their value: nothing is drawn and no address is written."""
    token = _reading.set(from_settings or snapshot())
    try:
        yield
    finally:
        _reading.reset(token)


def only_reading() -> bool:
    """Whether controls should tell their value without being drawn."""
    return _reading.get() is not None


def recall(key: str, *, parse: Callable[[str], T | None], default: T) -> T:
    """The value under `key`: as chosen before, else as the address says, else `default`.

    `parse` turns the text of the address into a value, and into None what is no value.
    """
    now = settings()
    if key not in now.values:
        text = now.address.get(key)
        value = None if text is None else parse(text)
        now.values[key] = default if value is None else value
    return now.values[key]


def keep(key: str, value: T, *, spell: Callable[[T], str], default: T, settled: bool = True) -> None:
    """Remember the value under `key`; once it is settled the address says it too, unless it is the default.

    Who returns to a page finds the values chosen there before, which must go back into the address: see `flush`.
    """
    _values()[key] = value
    wanted = None if value == default else spell(value)
    if settled and st.query_params.get(key) != wanted:
        if arrived():
            st.session_state["unwritten"][key] = wanted
        else:
            write({key: wanted})


def flush() -> bool:
    """Write what `keep` has gathered in the run in which the learner arrived, all at once; False if that must wait.

    It must wait for the next run where the browser is still on its way here from another page: it would note the
    settings under the address of that page.
    """
    unwritten = st.session_state.get("unwritten", {})
    if st.session_state["on_the_way"]:
        return not unwritten
    write(unwritten)
    st.session_state["unwritten"] = {}
    return True


def write(texts: Mapping[str, str | None]) -> None:
    """Put `texts` into the address; None removes a key."""
    for key in [key for key, text in texts.items() if text is None and key in st.query_params]:
        del st.query_params[key]
    changed = {key: text for key, text in texts.items() if text is not None and st.query_params.get(key) != text}
    if changed:
        st.query_params.update(changed)
