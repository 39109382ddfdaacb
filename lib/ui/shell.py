"""What stands around every page: language, navigation, sharing, and the answers when something is not there."""

import logging
import re
import threading
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import streamlit as st

from lib.ui import address, component, controls, share
from lib.ui.component import ASSETS
from lib.ui.course import LESSONS, Lesson, Part
from lib.ui.text import LANGUAGES, language, preferred, t, translations

STYLE = ASSETS.parent / "style.css"
LOGO = ASSETS.parent / "logo.svg"
ICON = ASSETS.parent / "icon.png"


def warm() -> None:
    """Do in the background what the first visitor would wait for: imports, catalogues, the pictures of the cover."""
    # Until its first navigation Streamlit takes the folder pages/ for pages of the old kind, and tells the first
    # visitor who comes by a deep link that there is no such page. It warns that no visitor is there.
    warnings = logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context")
    warnings.disabled = True
    st.navigation([st.Page(begin, title="Unfold")])
    warnings.disabled = False
    threading.Thread(target=_prepare, daemon=True).start()


def _prepare() -> None:
    from lib.ui import lesson, picture, predict  # noqa: F401  # altair alone takes a second

    for name in LANGUAGES:
        translations(name)
    for lesson_ in LESSONS:
        lesson_.picture()


def begin() -> None:
    """Set the page up, and show the language switch and the share button above everything else."""
    st.set_page_config(page_icon=str(ICON), layout="wide")
    st.html(STYLE)
    _choose_language()
    with st.container(key="tongue"):
        component.tongue(key="page_language", data={"language": language()})
    st.logo(str(LOGO), size="large", icon_image=str(ICON))
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center", key="shell"):
        _language_switch()
        share.button()


def _choose_language() -> None:
    """Find the language: that of the address, else of this session, else of the browser.

    A hidden select box carries it, because Streamlit keeps only what is bound to a widget in the address when the page
    changes. Its options are shown as they are, so that the address holds the id.
    """
    asked = st.query_params.get("lang")
    if "language" not in st.session_state:
        st.session_state["language"] = asked if asked in LANGUAGES else preferred(st.context.locale)
        st.session_state["silent"] = asked not in LANGUAGES
    if not st.session_state["silent"]:
        with st.container(key="language_carrier"):
            chosen = st.selectbox("lang", list(LANGUAGES), index=None, key="lang", bind="query-params")
        st.session_state["language"] = chosen or st.session_state["language"]


def _say_language() -> None:
    """Put the language into an address that says none: before the carrier takes hold of it, and as if it came so."""
    if st.session_state["silent"]:
        st.session_state["silent"] = False
        st.query_params["lang"] = language()
        st.rerun()


def _language_switch() -> None:
    st.session_state["language_switch"] = language()
    st.segmented_control(
        t("Language"),
        list(LANGUAGES),
        format_func=LANGUAGES.__getitem__,
        key="language_switch",
        required=True,
        label_visibility="collapsed",
        on_change=_switch_language,
    )


def _switch_language() -> None:
    if st.session_state["language_switch"] in LANGUAGES:
        st.session_state["lang"] = st.session_state["language_switch"]


def navigate(course: Sequence[Part]) -> None:
    """Show the course in the side bar and run the page that the address names."""
    pages = {t(part.title): [_page(lesson) for lesson in part.lessons] for part in course}
    page = st.navigation(pages)
    _say_language()  # not before: a rerun forgets the page that the navigation has not found yet
    address.arrive(page.url_path)
    _excuse(page.url_path)
    page.run()
    controls.acknowledge(again=not address.flush())


def _page(lesson: Lesson) -> Any:
    return st.Page(
        lesson.file,
        title=t(lesson.title),
        icon=lesson.icon,
        url_path=lesson.id or None,
        default=not lesson.id,
        help=t(lesson.summary),
    )


def _excuse(page: str) -> None:
    """Say that a page does not exist, to who asked for it and was sent home."""
    state = st.session_state
    if "unknown" in st.query_params:
        state["unknown"] = re.sub(r"[^\w ./-]", "", st.query_params["unknown"])[:40]
        del st.query_params["unknown"]
    if page:
        state.pop("unknown", None)
    if "unknown" in state:
        st.info(t("There is no page `{name}` here. This is where the course begins.", name=state["unknown"]))


def apologize(error: Exception) -> bool:
    """Tell the learner in one sentence that the page failed; Streamlit has logged the details already."""
    with st.container(key="failure"):
        st.error(t("Something went wrong on this page. Please change a setting or reload the page."))
    return True


SERVED = {"_stcore", "app", "component", "media", "static"}
"""Folders in addresses of what Streamlit serves beside pages."""

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class HomeForTheLost:
    """ASGI middleware that sends a visitor of an unknown page home, where a sentence awaits (see `_excuse`).

    Streamlit would serve its front end at any address and open a dialog, in English, about files of the app.
    """

    def __init__(self, app: Application, *, course: Sequence[Part], base: str = "") -> None:
        self.app = app
        self.pages = {lesson.id for part in course for lesson in part.lessons}
        self.base = f"/{base.strip('/')}".rstrip("/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, or pass it on."""
        if scope["type"] == "http" and _wants_a_page(scope) and self.is_lost(scope["path"]):
            await send({"type": "http.response.start", "status": 307, "headers": [(b"location", self._home(scope))]})
            await send({"type": "http.response.body", "body": b""})
        else:
            await self.app(scope, receive, send)

    def is_lost(self, path: str) -> bool:
        """Whether `path` is neither the address of a page nor of something that Streamlit serves."""
        name = path.removeprefix(self.base).strip("/")
        return name not in self.pages and not SERVED & set(name.split("/")) and not _is_front_end(name)

    def _home(self, scope: Scope) -> bytes:
        name = unquote(scope["path"]).removeprefix(self.base).strip("/")
        language = re.search(rb"(?:^|&)(lang=\w+)", scope.get("query_string", b""))
        said = f"&{language[1].decode()}" if language else ""
        return f"{self.base}/?unknown={quote(name[:40])}{said}".encode()


def _is_front_end(name: str) -> bool:
    """Whether this is a file beside Streamlit's own start page, such as its icon."""
    return Path(name).name == name and (Path(st.__file__).parent / "static" / name).is_file()


def _wants_a_page(scope: Scope) -> bool:
    """Whether a browser asks for a page to show, rather than for one of its parts or for the server's health."""
    return scope["method"] in {"GET", "HEAD"} and b"text/html" in dict(scope["headers"]).get(b"accept", b"")
