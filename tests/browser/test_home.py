"""Home and what stands around every page, in a real browser."""

import re
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import Page, expect

from tests.browser.helpers import Visit, assert_fits_width, assert_no_error, check_accessibility, wait_until_idle

pytestmark = pytest.mark.browser


def language_in_address(page: Page) -> list[str]:
    return parse_qs(urlparse(page.url).query).get("lang", [])


def test_home_is_whole_fits_and_is_accessible(visit: Visit, lang: str, viewport: str, theme: str) -> None:
    page = visit(lang=lang, viewport=viewport, theme=theme)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert_no_error(page)
    assert_fits_width(page)
    check_accessibility(page)


def test_the_switch_changes_the_language_and_the_address(visit: Visit, viewport: str) -> None:
    page = visit(lang="en", viewport=viewport)
    page.get_by_role("radio", name="中文").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile("[一-鿿]"))
    wait_until_idle(page)
    assert language_in_address(page) == ["zh"]
    assert_no_error(page)


def test_screen_readers_are_told_the_language(visit: Visit) -> None:
    page = visit("broadcasting", lang="zh")
    assert page.locator("html").get_attribute("lang") == "zh"
    page.get_by_role("radio", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


@pytest.mark.parametrize(
    ("locale", "language"), [("zh-CN", "zh"), ("zh-Hant-TW", "zh"), ("en-US", "en"), ("fr-FR", "en")]
)
def test_the_browsers_locale_chooses_the_first_language(visit: Visit, locale: str, language: str) -> None:
    page = visit(lang=None, locale=locale)
    assert language_in_address(page) == [language]


def test_the_language_stays_when_the_page_changes(visit: Visit) -> None:
    page = visit(lang="zh")
    page.locator("[data-testid='stSidebarNavLink'][href*='descent']").click()
    page.wait_for_url("**/descent?**")
    wait_until_idle(page)
    assert language_in_address(page) == ["zh"]
    assert_no_error(page)


def test_an_unknown_page_leads_home_with_a_sentence(visit: Visit) -> None:
    page = visit("nowhere", lang="en")
    expect(page.get_by_role("status").filter(has_text="nowhere")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert_no_error(page)


@pytest.mark.parametrize("lang", ["xx", "", "../zh", "zh" * 500])
def test_an_unknown_language_is_answered_in_english(visit: Visit, lang: str) -> None:
    page = visit(lang=lang, locale="en-GB")
    expect(page.get_by_role("radio", name="English")).to_be_checked()
    assert_no_error(page)
