"""Pages without a browser: open one through the shell, as a learner does, and read what it shows."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parent.parent


def visit(
    page: str | None = None,
    *,
    lang: str | None = "en",
    query: Mapping[str, str] | None = None,
    context: Mapping[str, Any] | None = None,
) -> AppTest:
    """Open `page` (a file relative to the project, None for home) through streamlit_app.py.

    `query` holds the other parameters of the address, `context` what the browser tells (see `AppTest.context`);
    `lang=None` leaves the language to the browser's locale.
    """
    at = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    at.context = dict(context or {})
    address = ({"lang": lang} if lang else {}) | dict(query or {})
    at.query_params = dict(address)
    at.run()
    assert_no_exception(at)
    if page is not None:
        at.query_params = dict(address)
        at.switch_page(page).run()
        assert_no_exception(at)
    return at


def assert_no_exception(at: AppTest) -> None:
    """Fail with the messages of the exceptions that the page shows, if it shows any."""
    assert not at.exception, "\n".join(f"{shown.message}\n{shown.stack_trace}" for shown in at.exception)
