"""The sections on layers in a real browser: the fold plays without the server, and a click looks at a piece."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.helpers import (
    Visit,
    assert_no_error,
    chart,
    figures,
    figures_other_than,
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


def test_the_fold_plays_and_listens_without_the_server_and_follows_the_angle(lesson: Visit) -> None:
    page = lesson("fold")
    until(page, lambda: frames(page) > 0)
    page.evaluate(COUNT)
    drawn = frames(page)
    page.get_by_role("button", name="Play").click()
    until(page, lambda: position(page) == 2)
    expect(page.get_by_role("button", name="Play")).to_be_visible()  # it says Pause while it plays
    assert frames(page) > drawn + 10
    page.locator(".st-key-fold_plane input[type='range']").focus()
    page.keyboard.press("Home")
    until(page, lambda: position(page) == 0)
    page.keyboard.press("End")
    until(page, lambda: position(page) == 2)
    assert page.evaluate("window.__sent") == 0
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
    until(page, lambda: "pieces_x1=" in page.url)
    wait_until_idle(page)
    assert_no_error(page)
