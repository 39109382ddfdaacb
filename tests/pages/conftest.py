"""What the tests of pages share: how to open a section of a lesson, and one trainer for all of them."""

from collections.abc import Callable, Iterator

import psutil
import pytest
from streamlit.testing.v1 import AppTest

from lib.ui import training
from tests.app import Lesson


@pytest.fixture
def lesson(app: Callable[..., AppTest], request: pytest.FixtureRequest) -> Lesson:
    """Open a section of the page that the test's module names as PAGE: `lesson("slope", slope_x="1.5", lang="zh")`."""
    page = request.module.PAGE

    def open_section(section: str, *, lang: str = "en", **settings: str) -> AppTest:
        return app(page, lang=lang, query={"step": section} | settings)

    return open_section


@pytest.fixture(scope="session", autouse=True)
def _trainer() -> Iterator[None]:
    """All tests train with one process, which ends with them."""
    yield
    workers = [child for child in psutil.Process().children() if "popen_loky" in " ".join(_command(child))]
    training.stop()
    _, left = psutil.wait_procs(workers, 10)
    assert left == []


def _command(process: psutil.Process) -> list[str]:
    """The command line of a process; nothing of one that has ended meanwhile."""
    try:
        return process.cmdline()
    except psutil.Error:
        return []
