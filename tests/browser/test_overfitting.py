"""The lesson on overfitting in a real browser: whole on every screen, dragged, rewound, and sent as a link."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.helpers import (
    LOOKS,
    Visit,
    assert_charts_fit,
    assert_no_error,
    chart,
    figures,
    figures_other_than,
    grab,
    picture,
    rewinder,
    slider,
    until,
    wait_until_idle,
    walk,
)

pytestmark = pytest.mark.browser

LESSON = "overfitting"
SECTIONS = (
    "curve",
    "laboratory",
    "capacity",
    "decay",
    "penalty",
    "dropout",
    "data",
    "labels",
    "judging",
    "leak",
)

COUNT = """
() => {
    const send = WebSocket.prototype.send;
    window.__sent = 0;
    WebSocket.prototype.send = function (data) { window.__sent += 1; return send.call(this, data); };
}
"""


@pytest.mark.parametrize(("lang", "viewport", "theme"), LOOKS)
def test_the_lesson_on_overfitting_is_whole(visit: Visit, lang: str, viewport: str, theme: str) -> None:
    page = visit(LESSON, lang=lang, viewport=viewport, theme=theme)
    for _ in walk(page, SECTIONS):
        assert_charts_fit(page)


@pytest.mark.parametrize(("section", "key"), [("curve", "curve_degree"), ("penalty", "penalty_strength")])
def test_the_picture_follows_the_thumb_while_it_is_held(lesson: Visit, section: str, key: str) -> None:
    page = lesson(section)
    figures_before, picture_before = figures(page), picture(page, section)
    left, right, y = grab(page, slider(page, key))
    for share in (0.3, 0.5, 0.7):
        page.mouse.move(left + (right - left) * share, y)
        page.wait_for_timeout(30)
    figures_other_than(page, figures_before)
    until(page, lambda: picture(page, section) != picture_before)
    assert f"{key}=" not in page.url  # the address waits for the learner to let go
    page.mouse.up()
    expect(page).to_have_url(re.compile(f"{key}="))
    wait_until_idle(page)
    assert_no_error(page)


def test_the_degree_listens_to_the_keyboard(lesson: Visit) -> None:
    page = lesson("curve")
    before = figures(page)
    slider(page, "curve_degree").focus()
    page.keyboard.press("End")
    figures_other_than(page, before)
    expect(page).to_have_url(re.compile("curve_degree=15"))
    assert_no_error(page)


def test_many_training_sets_are_drawn_at_once(lesson: Visit) -> None:
    page = lesson("curve", curve_many="on", viewport="phone", theme="dark")
    lines = chart(page, "curve_sets").locator("g.mark-line.role-mark path")
    assert lines.count() >= 40
    assert len(figures(page)) == 5
    assert_no_error(page)


def test_the_strength_of_a_penalty_trains_again_at_once(lesson: Visit) -> None:
    page = lesson("decay")
    table = page.get_by_test_id("stTable")
    before = table.inner_text()
    slider(page, "decay_l1").focus()
    page.keyboard.press("End")
    until(page, lambda: table.inner_text() != before)
    expect(page).to_have_url(re.compile(r"decay_l1=0\.1"))
    wait_until_idle(page)
    assert_no_error(page)


def test_rewinding_the_weights_answers_without_the_server(lesson: Visit) -> None:
    page = lesson("decay")
    step = rewinder(page, "decay")
    at_the_end = picture(page, "decay")
    page.evaluate(COUNT)
    step.focus()
    page.keyboard.press("Home")
    until(page, lambda: picture(page, "decay") != at_the_end)
    page.keyboard.press("End")
    until(page, lambda: picture(page, "decay") == at_the_end)
    assert page.evaluate("window.__sent") == 0


@pytest.mark.parametrize(
    ("section", "key", "query"),
    [
        ("curve", "curve", {"curve_degree": "9", "curve_points": "60", "curve_noise": "0.5"}),
        ("penalty", "penalty", {"penalty_pair": "cholesterol", "penalty_strength": "0.1"}),
    ],
)
def test_the_address_shows_the_same_picture_in_a_new_tab(
    lesson: Visit, section: str, key: str, query: dict[str, str]
) -> None:
    page = lesson(section, **query)
    other = page.context.new_page()
    other.goto(page.url)
    wait_until_idle(other)
    assert picture(other, key) == picture(page, key)
    assert figures(other) == figures(page)
    assert figures(lesson(section)) != figures(page)
