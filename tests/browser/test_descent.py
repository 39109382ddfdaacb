"""The gradient descent lesson in a real browser: drawn, dragged, rewound, clicked, shared and interrupted."""

import re
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from lib.training import descent as trainings
from tests.browser.helpers import (
    LOOKS,
    TIMEOUT_MS,
    VIEWPORTS,
    Visit,
    assert_charts_fit,
    assert_no_error,
    chart,
    click_inside,
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
from tests.browser.server import Server, running_server

pytestmark = pytest.mark.browser

LESSON = "descent"
SECTIONS = ("slope", "coefficient", "curve", "race", "unit", "sweep", "backpropagation")

# How often the browser has spoken to the server since the page was told to count.
COUNT = """
() => {
    const send = WebSocket.prototype.send;
    window.__sent = 0;
    WebSocket.prototype.send = function (data) { window.__sent += 1; return send.call(this, data); };
}
"""


# --- How it looks -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("lang", "viewport", "theme"), LOOKS)
def test_the_lesson_is_whole_from_beginning_to_end(visit: Visit, lang: str, viewport: str, theme: str) -> None:
    page = visit(LESSON, lang=lang, viewport=viewport, theme=theme)
    for _ in walk(page, SECTIONS):
        assert page.get_by_test_id("stVegaLiteChart").count() >= 1
        assert_charts_fit(page)


def test_previous_leads_back_and_the_address_follows(lesson: Visit) -> None:
    page = lesson("curve")
    page.locator(".st-key-step_back button").click()
    expect(page.get_by_role("heading", level=2)).to_have_text("One coefficient at a time")
    wait_until_idle(page)
    assert "step=coefficient" in page.url
    page.go_back()
    expect(page.get_by_role("heading", level=2)).to_have_text("Down the loss curve")
    wait_until_idle(page)
    assert_no_error(page)


# --- Dragging ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("section", "key"), [("slope", "slope_x"), ("curve", "curve_rate"), ("unit", "unit_rate")])
def test_the_picture_follows_the_thumb_while_it_is_held(lesson: Visit, section: str, key: str) -> None:
    page = lesson(section)
    figures_before, picture_before = figures(page), picture(page, section)
    left, right, y = grab(page, slider(page, key))
    for share in (0.5, 0.45, 0.4, 0.35, 0.3):
        page.mouse.move(left + (right - left) * share, y)
        page.wait_for_timeout(30)
    held = figures_other_than(page, figures_before)
    expect(chart(page, section)).to_be_visible()
    assert picture(page, section) != picture_before
    assert f"{key}=" not in page.url  # the address waits for the learner to let go
    page.mouse.move(left + (right - left) * 0.1, y)
    figures_other_than(page, held)
    page.mouse.up()
    expect(page).to_have_url(re.compile(f"{key}="))
    wait_until_idle(page)
    assert_no_error(page)


def test_the_last_place_of_a_quick_drag_counts(lesson: Visit) -> None:
    page = lesson("unit")
    left, right, y = grab(page, slider(page, "unit_rate"))
    for step in range(60):
        page.mouse.move(left + (right - left) * (0.5 + 0.45 * (-1) ** step * step / 60), y)
    page.mouse.move(left - 30, y)
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"unit_rate=0\.0001\b"))
    wait_until_idle(page)
    settled = figures(page)
    page.reload()
    wait_until_idle(page)
    assert figures(page) == settled
    assert_no_error(page)


def test_a_slider_listens_to_the_keyboard(lesson: Visit) -> None:
    page = lesson("slope", slope_x="1")
    thumb = slider(page, "slope_x")
    thumb.focus()
    before = figures(page)
    page.keyboard.press("ArrowRight")
    assert thumb.get_attribute("aria-valuetext") == "1.05"
    now = figures_other_than(page, before)
    assert now[1] == "1.0500"  # the slope of x² / 2
    page.keyboard.press("End")
    assert figures_other_than(page, now)[1] == "2.4000"
    expect(page).to_have_url(re.compile(r"slope_x=2\.4\b"))
    wait_until_idle(page)
    now = figures(page)
    page.keyboard.press("Home")
    assert figures_other_than(page, now)[1] == "\N{MINUS SIGN}2.4000"
    assert thumb.evaluate("input => input.getRootNode().activeElement === input")
    assert_no_error(page)


# --- Rewinding --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("section", "key"),
    [
        ("curve", "curve"),
        ("race", "race"),
        ("unit", "unit"),
        ("sweep", "picked"),
        ("backpropagation", "backpropagation"),
    ],
)
def test_rewinding_answers_without_the_server(lesson: Visit, section: str, key: str) -> None:
    page = lesson(section)
    step = rewinder(page, key)
    last = int(step.get_attribute("max") or 0)
    step.focus()
    page.evaluate(COUNT)
    page.keyboard.press("Home")
    expect(step).to_have_value("0")
    page.keyboard.press("End")
    expect(step).to_have_value(str(last))
    page.wait_for_timeout(500)
    at_the_end = picture(page, key)
    page.keyboard.press("Home")
    until(page, lambda: picture(page, key) != at_the_end)
    page.wait_for_timeout(500)
    at_the_start = picture(page, key)
    page.keyboard.press("ArrowRight")
    expect(step).to_have_value("1")
    page.keyboard.press("PageUp")
    until(page, lambda: picture(page, key) not in (at_the_start, at_the_end))
    left, right, y = grab(page, step)
    page.mouse.move((left + right) / 2, y)
    until(page, lambda: abs(int(step.input_value()) - last / 2) <= 0.1 * last)
    page.mouse.up()
    page.keyboard.press("End")
    until(page, lambda: picture(page, key) == at_the_end)
    assert page.evaluate("window.__sent") == 0
    assert_no_error(page)


def test_the_rewinder_is_named(lesson: Visit) -> None:
    page = lesson("curve")
    expect(page.get_by_role("slider", name=re.compile(r"^Step\b"))).to_be_visible()


# --- The sweep --------------------------------------------------------------------------------------------------------


def marks(page: Page) -> Locator:
    """The 64 marks, in the order of their learning rates."""
    return chart(page, "sweep").locator("g.mark-symbol.role-mark").first.locator("path")


def test_a_click_on_a_mark_shows_its_run(lesson: Visit) -> None:
    page = lesson("sweep")
    chart(page, "sweep").scroll_into_view_if_needed()
    rate = slider(page, "sweep_rate")
    before = figures(page)
    click_inside(page, marks(page).nth(10))
    now = figures_other_than(page, before)
    expect(rate).to_have_js_property("value", "10")
    wait_until_idle(page)
    expect(page).to_have_url(re.compile(rf"sweep_rate={trainings.SWEEP_RATES[10]}\b"))
    click_inside(page, marks(page).nth(50))
    figures_other_than(page, now)
    expect(rate).to_have_js_property("value", "50")
    wait_until_idle(page)
    assert_no_error(page)


def test_a_mark_can_be_clicked_again_after_the_slider_was_moved(lesson: Visit) -> None:
    page = lesson("sweep")
    chart(page, "sweep").scroll_into_view_if_needed()
    rate = slider(page, "sweep_rate")
    click_inside(page, marks(page).nth(10))
    expect(rate).to_have_js_property("value", "10")
    wait_until_idle(page)
    rate.focus()
    page.keyboard.press("End")
    expect(page).to_have_url(re.compile("sweep_rate=30"))
    wait_until_idle(page)
    chart(page, "sweep").scroll_into_view_if_needed()
    click_inside(page, marks(page).nth(10))
    expect(rate).to_have_js_property("value", "10", timeout=10_000)
    assert_no_error(page)


# --- The address ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("section", "key", "query"),
    [
        ("slope", "slope", {"slope_curve": "plateau", "slope_x": "0.5", "slope_eps": "0.3"}),
        ("race", "race", {"race_surface": "saddle", "race_optimizers": "sgd.adam", "race_steps": "120"}),
        ("unit", "unit", {"unit_batch": "1", "unit_rate": "0.001", "unit_epochs": "100"}),
        ("sweep", "picked", {"sweep_data": "xor", "sweep_noise": "0.2", "sweep_rate": "0.3"}),
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
    other.close()
    plain = lesson(section)
    assert picture(plain, key) != picture(page, key)


# --- Interruptions ----------------------------------------------------------------------------------------------------


@pytest.fixture
def fresh_server(browser_path: str, tmp_path: Path) -> Iterator[Server]:
    """A server of one's own, that nobody has visited yet."""
    with running_server(tmp_path / "output.txt") as server:
        yield server
        output = server.output
    assert "Traceback" not in output, output


def trainers(server: Server) -> list[psutil.Process]:
    return [child for child in server.process.children(recursive=True) if "LokyProcess" in " ".join(child.cmdline())]


def test_the_first_visitor_may_come_by_a_deep_link_at_once(fresh_server: Server, browser: Browser) -> None:
    page = browser.new_page(viewport=VIEWPORTS["projector"], locale="en-GB")
    page.goto(f"{fresh_server.url}/descent?step=race")
    page.set_default_timeout(TIMEOUT_MS)
    expect(page.get_by_role("heading", level=2)).to_have_text("The race", timeout=TIMEOUT_MS)
    assert not page.get_by_role("dialog").count()
    wait_until_idle(page)
    assert not page.get_by_role("dialog").count()
    assert chart(page, "race").count() == 1
    page.context.close()


def test_a_long_run_can_be_stopped_and_begun_again(lesson: Visit) -> None:
    # A deep network with another optimizer has to be compiled first, which takes seconds.
    page = lesson("sweep")
    page.get_by_role("radio", name="2-8-8-8-8-1").click()
    wait_until_idle(page)
    page.get_by_role("radio", name="Nesterov").click()
    page.locator(".st-key-sweep_stop button").click(timeout=20_000)
    stopped = page.locator(".st-key-sweep_stopped")
    expect(stopped).to_be_visible()
    assert not chart(page, "sweep").count()
    assert_no_error(page)
    stopped.get_by_role("button").click()
    wait_until_idle(page)
    assert marks(page).count() == 64
    assert_no_error(page)


@pytest.mark.parametrize(("when", "optimizer"), [("before", "Adagrad"), ("meanwhile", "RMSprop")])
def test_the_page_survives_a_killed_trainer(lesson: Visit, server: Server, when: str, optimizer: str) -> None:
    page = lesson("sweep")
    (trainer,) = trainers(server)
    if when == "before":
        trainer.kill()
    page.get_by_role("radio", name=optimizer).click()
    if when == "meanwhile":
        expect(page.locator(".st-key-sweep_progress")).to_be_visible()
        trainer.kill()
    wait_until_idle(page)
    assert marks(page).count() == 64
    assert chart(page, "picked").count() == 1
    assert not page.get_by_test_id("stAlert").count()
    assert_no_error(page)
    assert [process.pid for process in trainers(server)] != [trainer.pid]
