"""The learner's language: what is said in it, and how it is chosen.

English stands in the code: `t("Learning rate")`. Other languages are gettext catalogues below assets/locale, kept with
`python -m lib.ui.catalogue` and compiled in memory when they are first needed. The language belongs to the session,
never to the process.
"""

import gettext
import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

import streamlit as st
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from lib.ui import session

LANGUAGES = {"en": "English", "zh": "中文"}
DEFAULT = "en"
LOCALE = Path(__file__).resolve().parents[2] / "assets" / "locale"

_AS_IT_STANDS = gettext.NullTranslations()

_spoken: ContextVar[str | None] = ContextVar("spoken", default=None)


def t(message: str, /, **values: object) -> str:
    """`message` in the learner's language, with `values` put into its named placeholders.

    Without values the message is taken as it is, so that formulas may keep their braces; with values, braces that
    are meant as braces are doubled.

    >>> t("Step {number} of {total}", number=2, total=7)
    'Step 2 of 7'
    >>> with speaking("zh"):
    ...     t("Previous: {section}", section="斜率")
    '上一节：斜率'
    """
    said = translations(language()).gettext(message) if message else message
    return said.format(**values) if values else said


def mark(message: str) -> str:
    """`message` itself, marked for the catalogue: for names in a table, which t() translates where they are shown."""
    return message


def language() -> str:
    """The language of this session, one of LANGUAGES; the default where there is no session."""
    spoken = _spoken.get()
    if spoken is not None:
        return spoken
    chosen = st.session_state.get("lang") if session.running() else None
    if chosen in LANGUAGES:
        return str(chosen)
    return str(st.session_state.get("language", DEFAULT)) if session.running() else DEFAULT


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak `language` within the block, whatever the session has chosen: for work that runs outside of a session."""
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def preferred(locale: str | None) -> str:
    """The language for a browser's locale such as "zh-CN"; the default for one that the course does not speak.

    >>> preferred("zh-Hant-TW"), preferred("fr-FR"), preferred(None)
    ('zh', 'en', 'en')
    """
    primary = (locale or "").replace("_", "-").split("-")[0].lower()
    return primary if primary in LANGUAGES else DEFAULT


def translations(language: str) -> gettext.NullTranslations:
    """The compiled catalogue of a language; an edited .po file is compiled anew."""
    if language == DEFAULT:  # asked a hundred times for each page
        return _AS_IT_STANDS
    path = LOCALE / language / "LC_MESSAGES" / "unfold.po"
    if not path.exists():
        return _AS_IT_STANDS
    return _compiled(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=2 * len(LANGUAGES))
def _compiled(path: Path, _changed_ns: int) -> gettext.GNUTranslations:
    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def literal(came: object) -> str:
    """What a learner typed, as code in Markdown: nothing in it becomes a link, a picture or a formula.

    >>> literal("![a](b)")
    '`![a](b)`'
    """
    return "`" + " ".join(str(came).replace("`", "'").split()) + "`"
