"""The server and the browser that the tests of this folder share; `tests/browser/helpers.py` says how to write one."""

import os
from collections.abc import Callable, Iterator
from functools import cache
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright

from tests.browser import chromium
from tests.browser.helpers import (
    LOCALES,
    TIMEOUT_MS,
    VIEWPORTS,
    Visit,
    forget_errors,
    record_errors,
    wait_until_idle,
)
from tests.browser.server import Server, running_server


@pytest.fixture(scope="session")
def browser_path() -> str:
    """The system's browser. Without one the tests are skipped, but in CI they fail."""
    path = chromium.executable()
    if path is None and os.environ.get("CI") == "true":
        pytest.fail(chromium.MISSING)
    if path is None:
        pytest.skip(chromium.MISSING)
    return path


@pytest.fixture(scope="session")
def playwright(browser_path: str, playwright: Playwright) -> Playwright:
    """Playwright's driver, which is not started where there is no browser."""
    return playwright


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_path: str, browser_type_launch_args: dict[str, object]) -> dict[str, object]:
    """Start the system's browser rather than one of Playwright's own."""
    return browser_type_launch_args | {"executable_path": browser_path, "args": list(chromium.ARGUMENTS)}


@pytest.fixture(scope="session")
def server(browser_path: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The running app, one for all browser tests; it prints no traceback and leaves no process behind."""
    with running_server(tmp_path_factory.mktemp("server") / "output.txt") as server:
        yield server
        output = server.output
    assert "Traceback" not in output, output


@pytest.fixture(scope="session")
def base_url(server: Server) -> str:
    """Where the app answers."""
    return server.url


@pytest.fixture(scope="session")
def window(browser: Browser, base_url: str) -> Callable[..., BrowserContext]:
    """A browser's window of this size, theme and locale, without memories of what was opened in it before.

    One blank page stays open in it, and with that the process and what it has compiled of Streamlit's front end: the
    next page opens in half the time.
    """

    @cache
    def opened(viewport: str, theme: str, locale: str) -> Page:
        context = browser.new_context(viewport=VIEWPORTS[viewport], color_scheme=theme, locale=locale)
        page = context.new_page()
        page.goto(f"{base_url}/_stcore/health")
        return page

    def emptied(viewport: str, theme: str, locale: str) -> BrowserContext:
        page = opened(viewport, theme, locale)
        page.evaluate("localStorage.clear()")
        page.context.clear_cookies()
        return page.context

    return emptied


@pytest.fixture
def visit(window: Callable[..., BrowserContext], base_url: str) -> Iterator[Visit]:
    """Open a page in a browser's window and wait until it is idle.

    `visit("descent", lang="zh", viewport="phone", theme="dark", step="race")`: the page's path in the address (""
    for home), the language (None leaves it to the browser's `locale`), and the other parameters of the address.
    """
    pages: list[Page] = []

    def open_page(
        path: str = "",
        *,
        lang: str | None = "en",
        locale: str | None = None,
        viewport: str = "projector",
        theme: str = "light",
        **query: str,
    ) -> Page:
        page = window(viewport, theme, locale or LOCALES.get(lang or "en", "en-GB")).new_page()
        page.set_default_timeout(TIMEOUT_MS)
        record_errors(page)
        pages.append(page)
        address = ({"lang": lang} if lang else {}) | query
        page.goto(f"{base_url}/{path}?{urlencode(address)}")
        wait_until_idle(page)
        return page

    yield open_page
    for page in pages:
        forget_errors(page)
        page.close()


@pytest.fixture
def lesson(visit: Visit, request: pytest.FixtureRequest) -> Visit:
    """Open a section of the page that the test's module names as LESSON: `lesson("slope", slope_x="1.5")`."""
    path = request.module.LESSON

    def open_section(section: str, **query: str) -> Page:
        return visit(path, step=section, **query)

    return open_section


@pytest.fixture(params=list(LOCALES))
def lang(request: pytest.FixtureRequest) -> str:
    """Each language in turn."""
    return str(request.param)


@pytest.fixture(params=list(VIEWPORTS))
def viewport(request: pytest.FixtureRequest) -> str:
    """A projector's window and a phone's, in turn."""
    return str(request.param)


@pytest.fixture(params=["light", "dark"])
def theme(request: pytest.FixtureRequest) -> str:
    """Both themes in turn."""
    return str(request.param)
