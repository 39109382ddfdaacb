"""What the learner reads, in her language."""

from pathlib import Path

import pytest

from lib.ui import text
from lib.ui.text import DEFAULT, LANGUAGES, preferred, speaking, t, translations


def test_english_is_what_the_code_says() -> None:
    assert t("Share") == "Share"


def test_chinese_comes_from_the_catalogue() -> None:
    with speaking("zh"):
        assert t("Gradient descent") == "梯度下降"


def test_values_are_put_into_the_translation() -> None:
    with speaking("zh"):
        assert t("Next: {section}", section="斜率") == "下一节：斜率"


def test_without_values_braces_are_braces() -> None:
    assert t(r"$\frac{a}{b}$") == r"$\frac{a}{b}$"


def test_an_empty_message_stays_empty() -> None:
    with speaking("zh"):
        assert t("") == ""  # gettext would answer with the head of the catalogue


def test_an_unknown_message_is_said_as_it_stands() -> None:
    with speaking("zh"):
        assert t("never translated") == "never translated"


def test_speaking_ends_with_its_block() -> None:
    with speaking("zh"):
        pass
    assert text.language() == DEFAULT


@pytest.mark.parametrize(
    ("locale", "language"),
    [("zh", "zh"), ("zh-CN", "zh"), ("zh_Hans_CN", "zh"), ("ZH-tw", "zh"), ("en-GB", "en"), ("fr", "en"), ("", "en")],
)
def test_a_browsers_locale_chooses_the_language(locale: str, language: str) -> None:
    assert preferred(locale) == language


def test_every_language_has_a_name_in_itself() -> None:
    assert LANGUAGES == {"en": "English", "zh": "中文"}


def test_an_edited_catalogue_is_compiled_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "LOCALE", tmp_path)
    path = tmp_path / "zh" / "LC_MESSAGES" / "unfold.po"
    path.parent.mkdir(parents=True)
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
    for said in ("一", "二"):
        path.write_text(f'{head}msgid "one"\nmsgstr "{said}"\n', encoding="utf-8")
        assert translations("zh").gettext("one") == said


def test_a_language_without_a_catalogue_speaks_english(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "LOCALE", tmp_path)
    assert translations("zh").gettext("Share") == "Share"
