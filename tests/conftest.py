"""What every test may use: the `app` fixture, and the order in which tests run.

A page test visits a page through the shell, as a learner does, and fails where the page shows an exception. What it
reads there, and how it moves what stands there, is in tests/app.py:

    from tests.app import metrics, move

    def test_the_slope_of_the_parabola_is_its_x(app):
        at = app("pages/learning/descent.py", query={"step": "slope"})
        assert metrics(move(at, "slope_x", "0.5"))[1] == "0.5000"
"""

from collections.abc import Callable, Iterator
from functools import cache

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.scriptrunner import script_runner
from streamlit.testing.v1 import AppTest

from tests.app import visit


@pytest.fixture(scope="session", autouse=True)
def one_look_at_the_packages() -> Iterator[None]:
    """Let Streamlit read the manifests of all installed packages once, and not for each page that a test opens."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        yield


@pytest.fixture(scope="session", autouse=True)
def no_session_of_keras_to_clear() -> Iterator[None]:
    """Let a run of a page end as it does in the app, whose process never imports Keras.

    Where some other test has imported it, Streamlit would clear its session after each run, and all garbage with it.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(script_runner, "_clean_problem_modules", lambda: None)
        yield


@pytest.fixture
def app() -> Callable[..., AppTest]:
    """Open a page: see `tests.app.visit`."""
    return visit


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the browser's tests last: the quick ones answer first, and Playwright's event loop disturbs nobody."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
