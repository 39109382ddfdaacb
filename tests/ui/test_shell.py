"""What stands around every page."""

import asyncio
from collections.abc import Callable, MutableMapping
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from lib.ui.course import COURSE, LESSONS
from lib.ui.shell import HomeForTheLost

Visit = Callable[..., AppTest]


def title(at: AppTest) -> str:
    return str(at.title[0].value)


@pytest.mark.parametrize(
    ("lang", "locale", "said"),
    [
        ("en", "zh-CN", "Deep learning is unfolding"),
        ("zh", "en-US", "深度学习，就是把揉皱的纸展开"),
        (None, "zh-CN", "深度学习，就是把揉皱的纸展开"),
        (None, "fr-FR", "Deep learning is unfolding"),
        ("xx", "zh-CN", "深度学习，就是把揉皱的纸展开"),
        ("中文", "en-US", "Deep learning is unfolding"),
    ],
)
def test_the_address_chooses_the_language_then_the_browser(app: Visit, lang: str, locale: str, said: str) -> None:
    at = app(lang=lang, context={"locale": locale})
    assert title(at) == said
    assert at.query_params["lang"] == ("zh" if "深" in said else "en")


def test_the_switch_changes_the_language_here_and_in_the_address(app: Visit) -> None:
    at = app()
    at.button_group(key="language_switch").set_value("zh").run()
    assert title(at).startswith("深度学习")
    assert at.query_params == {"lang": "zh"}
    at.run()
    assert title(at).startswith("深度学习")


def test_the_language_belongs_to_the_session(app: Visit) -> None:
    one, other = app(), app()
    one.button_group(key="language_switch").set_value("zh").run()
    assert title(other.run()) == "Deep learning is unfolding"


def test_what_is_asked_for_in_vain_is_named_at_home(app: Visit) -> None:
    at = app(query={"unknown": "<b>[x](y) lesson-9"})
    assert at.info[0].value == "There is no page `bxy lesson-9` here. This is where the course begins."
    assert "unknown" not in at.query_params
    assert at.run().info  # a language switched or a reload does not take the sentence away


def test_every_lesson_has_its_own_address_and_file() -> None:
    lessons = [lesson for part in COURSE for lesson in part.lessons]
    assert len({lesson.id for lesson in lessons}) == len({lesson.file for lesson in lessons}) == len(lessons)
    assert all(lesson.alt for lesson in LESSONS)


def answer(
    path: str, *, base: str = "", accept: bytes = b"text/html,*/*", query: bytes = b"", kind: str = "http"
) -> Any:
    """What the middleware answers: the address it redirects to, or None where it passes the request on."""
    sent: list[MutableMapping[str, Any]] = []
    passed: list[str] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        passed.append(scope["path"])

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    async def receive() -> MutableMapping[str, Any]:
        return {}

    scope = {"type": kind, "method": "GET", "path": path, "query_string": query, "headers": [(b"accept", accept)]}
    asyncio.run(HomeForTheLost(application, course=COURSE, base=base)(scope, receive, send))
    if passed:
        return None
    assert sent[0]["status"] == 307
    return dict(sent[0]["headers"])[b"location"].decode()


@pytest.mark.parametrize(
    "path", ["/", "/descent", "/descent/", "/static/js/index.js", "/_stcore/health", "/favicon.png", "/media/x.ipynb"]
)
def test_known_addresses_are_passed_on(path: str) -> None:
    assert answer(path) is None


def test_a_lesson_may_ask_for_the_servers_health_beside_itself() -> None:
    assert answer("/descent/_stcore/health") is None  # Streamlit's front end looks for the server so


@pytest.mark.parametrize(
    ("path", "home"),
    [
        ("/nonsense", "/?unknown=nonsense"),
        ("/descent/more", "/?unknown=descent/more"),
        ("/Descent", "/?unknown=Descent"),
        ("/descent.html", "/?unknown=descent.html"),
        ("/../favicon.png", "/?unknown=../favicon.png"),
        ("/a\r\nb: c", "/?unknown=a%0D%0Ab%3A%20c"),
        ("//evil/host", "/?unknown=evil/host"),
        ("/课程", "/?unknown=%E8%AF%BE%E7%A8%8B"),
        ("/" + "x" * 99, "/?unknown=" + "x" * 40),
    ],
)
def test_unknown_addresses_lead_home(path: str, home: str) -> None:
    assert answer(path) == home


def test_the_way_home_keeps_the_language() -> None:
    assert answer("/nonsense", query=b"x=1&lang=zh&y=2") == "/?unknown=nonsense&lang=zh"


def test_a_course_below_a_base_path_finds_its_pages() -> None:
    assert answer("/course/descent", base="course") is None
    assert answer("/course/nonsense", base="course") == "/course/?unknown=nonsense"


def test_what_is_no_visit_is_passed_on() -> None:
    assert answer("/nonsense", accept=b"application/json") is None
    assert answer("/nonsense", kind="websocket") is None
