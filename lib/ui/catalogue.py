"""Keeps the catalogues of translations in step with the code: `python -m lib.ui.catalogue`.

Messages are the literal arguments of t() and mark() in streamlit_app.py, pages/ and lib/. The command adds new ones to
each assets/locale/<language>/LC_MESSAGES/unfold.po, drops what the code no longer says, and reports what waits for
translation. Nothing is guessed: a changed message is a new one.
"""

import ast
import logging
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from lib.ui.text import DEFAULT, LANGUAGES, LOCALE

ROOT = LOCALE.parents[1]
KEYWORDS = ("t", "mark")


def extract(root: Path = ROOT) -> Catalog:
    """All messages of the code below `root`, with the files that say them."""
    found = Catalog(project="Unfold", charset="utf-8")
    for path in sources(root):
        for message in said(path.read_text(encoding="utf-8")):
            found.add(message, locations=[(path.relative_to(root).as_posix(), 0)])
    return found


def said(code: str) -> list[str]:
    """The messages of some code, in their order.

    The syntax tree tells them, and not Babel's own reader, which takes a key for a message and overlooks f-strings.

    >>> said("t('Rate'); mark('long ' 'words'); t(names['key'])")
    ['Rate', 'long words']
    """
    calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call) and node.args]
    named = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id in KEYWORDS]
    named.sort(key=lambda call: (call.lineno, call.col_offset))
    first = [call.args[0] for call in named]
    return [words.value for words in first if isinstance(words, ast.Constant) and isinstance(words.value, str)]


def sources(root: Path = ROOT) -> list[Path]:
    """The files that may say something to the learner."""
    return [root / "streamlit_app.py", *sorted((root / "pages").rglob("*.py")), *sorted((root / "lib").rglob("*.py"))]


def load(language: str) -> Catalog:
    """The catalogue of a language as it stands in its file, or an empty one."""
    path = _path(language)
    if not path.exists():
        comment = f"# What Unfold says, in {LANGUAGES[language]}. Kept with `python -m lib.ui.catalogue`."
        return Catalog(locale=language, project="Unfold", version="0", charset="utf-8", header_comment=comment)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def update(language: str) -> Catalog:
    """Bring the catalogue of a language into step with the code, in its file."""
    catalogue = load(language)
    catalogue.update(extract(), no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    catalogue.fuzzy = False
    path = _path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=110, include_lineno=False, sort_by_file=True, ignore_obsolete=True)
    return catalogue


def untranslated(catalogue: Catalog) -> list[str]:
    """The messages of a catalogue that have no translation yet."""
    return [str(message.id) for message in catalogue if message.id and not message.string]


def _path(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "unfold.po"


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    for name in LANGUAGES:
        if name != DEFAULT:
            waiting = untranslated(update(name))
            logging.info("%s: %d to translate%s", name, len(waiting), "".join(f"\n  {said!r}" for said in waiting))
