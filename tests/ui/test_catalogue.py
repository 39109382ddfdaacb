"""The catalogues say all that the code says, and say it faithfully."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from lib.ui import catalogue
from lib.ui.text import DEFAULT, LANGUAGES

TRANSLATED = [language for language in LANGUAGES if language != DEFAULT]
PARTS = {
    "placeholders": r"(?<!\{)\{\w*(?:![rsa])?(?::[^{}]*)?\}(?!\})",
    "formulas": r"\$[^$]+\$",
    "code": r"`[^`]+`",
    "links": r"\]\(([^)]+)\)",
    "icons": r":material/\w+:",
    "emphasis": r"\*\*",
}


def messages(language: str) -> list[Message]:
    return [message for message in catalogue.load(language) if message.id]


def calls(path: Path) -> Iterator[ast.Call]:
    """The calls of t() and mark() in a file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in catalogue.KEYWORDS:
            yield node


SAID = {str(message.id) for message in catalogue.extract() if message.id}


def test_the_code_says_something() -> None:
    assert "Share" in SAID


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_message_of_the_code_is_in_the_catalogue(language: str) -> None:
    known = {message.id for message in messages(language)}
    assert sorted(SAID - known) == []  # python -m lib.ui.catalogue


@pytest.mark.parametrize("language", TRANSLATED)
def test_nothing_in_the_catalogue_is_obsolete(language: str) -> None:
    assert [message.id for message in messages(language) if message.id not in SAID] == []
    assert not catalogue.load(language).obsolete


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_message_is_translated_and_none_is_fuzzy(language: str) -> None:
    assert catalogue.untranslated(catalogue.load(language)) == []
    assert [message.id for message in messages(language) if message.fuzzy] == []


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("part", PARTS)
def test_translations_keep_what_is_no_language(language: str, part: str) -> None:
    def count(words: str) -> Counter[str]:
        return Counter(re.findall(PARTS[part], words))

    assert [message.id for message in messages(language) if count(message.id) != count(message.string)] == []


def test_chinese_is_written_with_chinese_punctuation() -> None:
    half = re.compile(r"[\u4e00-\u9fff][,;:?!(]|[,;:?!)][\u4e00-\u9fff]")
    assert [message.string for message in messages("zh") if half.search(message.string)] == []


@pytest.mark.parametrize("path", catalogue.sources(), ids=lambda path: path.name)
def test_no_message_is_built_of_pieces(path: Path) -> None:
    for call in calls(path):
        assert not isinstance(call.args[0], ast.JoinedStr | ast.BinOp), (
            f"line {call.lineno}: give values to t() instead"
        )


def test_messages_are_drawn_from_calls_and_from_marked_tables(tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "lib").mkdir()
    (tmp_path / "streamlit_app.py").write_text("say(f\"**{t('one')}**\")\n")
    (tmp_path / "pages" / "page.py").write_text('NAMES = {"a": mark("two " "parts")}\nt(NAMES["a"])\n')
    assert sorted(message.id for message in catalogue.extract(tmp_path) if message.id) == ["one", "two parts"]
