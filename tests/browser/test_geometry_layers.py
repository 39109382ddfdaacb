"""The sections on layers in a real browser: the fold plays without the server, and a click looks at a piece."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.helpers import (
    LOOKS,
    Visit,
    assert_no_error,
    chart,
    check_accessibility,
    figures,
    figures_other_than,
    set_slider,
    slider,
    until,
    wait_until_idle,
)

pytestmark = pytest.mark.browser

LESSON = "geometry"

# How often the browser has spoken to the server since the page was told to count.
COUNT = """
() => {
    const send = WebSocket.prototype.send;
    window.__sent = 0;
    WebSocket.prototype.send = function (data) { window.__sent += 1; return send.call(this, data); };
}
"""


def position(page: Page) -> float:
    return float(page.locator(".st-key-fold_plane canvas").get_attribute("data-position") or "nan")


def frames(page: Page) -> int:
    return int(page.locator(".st-key-fold_plane canvas").get_attribute("data-frames") or 0)


@pytest.mark.parametrize(("lang", "viewport", "theme"), LOOKS)
def test_the_fold_is_drawn_and_named_in_every_look(visit: Visit, lang: str, viewport: str, theme: str) -> None:
    page = visit(LESSON, lang=lang, viewport=viewport, theme=theme, step="fold", fold_points="xor")
    canvas = page.locator(".st-key-fold_plane canvas")
    before = canvas.get_attribute("aria-label")
    set_slider(page.locator(".st-key-fold_plane input[type='range']"), 2)
    until(page, lambda: position(page) == 2)
    assert canvas.get_attribute("aria-label") != before
    box = canvas.bounding_box()
    assert box
    assert box["width"] == pytest.approx(box["height"], abs=1)
    check_accessibility(page)
    assert_no_error(page)


def test_the_fold_plays_without_the_server(lesson: Visit) -> None:
    page = lesson("fold")
    page.evaluate(COUNT)
    drawn = frames(page)
    page.get_by_role("button", name="Play").click()
    until(page, lambda: position(page) == 2)
    expect(page.get_by_role("button", name="Play")).to_be_visible()  # it says Pause while it plays
    assert frames(page) > drawn + 10
    assert page.evaluate("window.__sent") == 0
    assert_no_error(page)


def test_the_fold_listens_to_the_keyboard_and_follows_the_angle(lesson: Visit) -> None:
    page = lesson("fold")
    way = page.locator(".st-key-fold_plane input[type='range']")
    way.focus()
    page.keyboard.press("End")
    until(page, lambda: position(page) == 2)
    before, drawn = figures(page), frames(page)
    slider(page, "fold_angle").focus()
    page.keyboard.press("ArrowRight")
    figures_other_than(page, before)
    until(page, lambda: frames(page) > drawn)
    assert position(page) == 2  # what the learner sees stays where it is
    assert_no_error(page)


def test_a_click_on_a_piece_looks_at_it(lesson: Visit) -> None:
    page = lesson("pieces")
    picture = chart(page, "pieces")
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    assert box
    page.mouse.click(box["x"] + 0.4 * box["width"], box["y"] + 0.75 * box["height"])
    expect(page).to_have_url(re.compile("pieces_x1="))
    wait_until_idle(page)
    assert_no_error(page)
