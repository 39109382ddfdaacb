"""The first network in a real browser: drawn by mouse, keys and touch, stopped and gone on with, asked by a click."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.helpers import (
    LOOKS,
    Visit,
    assert_charts_fit,
    assert_fits_width,
    assert_no_error,
    chart,
    check_accessibility,
    click_inside,
    figures,
    picture,
    slider,
    until,
    wait_until_idle,
    walk,
)
from tests.strokes import DIGITS

pytestmark = pytest.mark.browser

LESSON = "first_network"
LEAD = "it reads digits that it has never seen"
SECTIONS = ("data", "numbers", "parts", "train", "judge", "own", "weights", "trouble")


@pytest.mark.parametrize(("lang", "viewport", "theme"), LOOKS)
def test_the_first_network_is_whole(visit: Visit, lang: str, viewport: str, theme: str) -> None:
    page = visit(LESSON, lang=lang, viewport=viewport, theme=theme)
    for section in walk(page, SECTIONS):
        assert_charts_fit(page)
        if section == "own":
            expect(page.locator(".st-key-pad canvas")).to_be_visible()
        for image in page.locator("[data-testid='stImage'] img").all():
            box = image.bounding_box()
            assert box
            assert box["x"] + box["width"] <= page.viewport_size["width"] + 1, f"{section} hangs over"
            assert image.get_attribute("alt")


def canvas(page: Page) -> Locator:
    """The pad, scrolled into view."""
    pad = page.locator(".st-key-pad canvas")
    pad.scroll_into_view_if_needed()
    return pad


def places(pad: Locator, line: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Where the points of a stroke are on the screen."""
    box = pad.bounding_box()
    assert box
    return [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in line]


def draw(page: Page, digit: int) -> None:
    """Draw a digit with the mouse."""
    for line in DIGITS[digit][0]:
        first, *others = places(canvas(page), list(line))
        page.mouse.move(*first)
        page.mouse.down()
        for place in others:
            page.mouse.move(*place)
        page.mouse.up()


def test_digits_are_read_while_they_are_drawn(lesson: Visit) -> None:
    page = lesson("own")
    for digit in (3, 0):
        (line,) = DIGITS[digit][0]
        first, *others = places(canvas(page), list(line))
        page.mouse.move(*first)
        page.mouse.down()
        until(page, lambda: figures(page)[0] != "–")  # before the pen is lifted
        for place in others:
            page.mouse.move(*place)
        until(page, lambda digit=digit: figures(page)[0] == str(digit))
        page.mouse.up()
        wait_until_idle(page)
        assert float(figures(page)[1].split()[0]) > 50
        page.get_by_role("button", name="Clear").click()
        until(page, lambda: figures(page) == ["–", "–"])
    wait_until_idle(page)
    assert_no_error(page)


def test_a_digit_is_drawn_by_keys(lesson: Visit) -> None:
    page = lesson("own")
    pad = canvas(page)
    pad.focus()
    for keys in (["ArrowUp"] * 10, [" "], ["ArrowDown"] * 20, [" "]):  # a one, down the middle
        for key in keys:
            pad.press(key)
    until(page, lambda: figures(page)[0] == "1")
    before = picture(page, "own_bars")
    pad.press("Backspace")
    until(page, lambda: figures(page)[0] == "–")
    until(page, lambda: picture(page, "own_bars") != before)
    wait_until_idle(page)
    assert_no_error(page)


def test_a_digit_is_drawn_by_touch_on_a_phone(lesson: Visit) -> None:
    page = lesson("own", viewport="phone", lang="zh", theme="dark")
    touch = page.context.new_cdp_session(page)
    touch.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    for line in DIGITS[2][0]:
        for kind, (x, y) in zip(
            ["touchStart", *["touchMove"] * (len(line) - 1)], places(canvas(page), list(line)), strict=True
        ):
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    until(page, lambda: figures(page)[0] == "2")
    wait_until_idle(page)
    assert_no_error(page)
    assert_fits_width(page)
    assert_charts_fit(page)
    check_accessibility(page)


def test_a_drawing_outlives_a_visit_to_another_section(lesson: Visit) -> None:
    page = lesson("own")
    draw(page, 6)
    until(page, lambda: figures(page)[0] == "6")
    wait_until_idle(page)
    page.locator(".st-key-step_back button").click()
    wait_until_idle(page)
    page.locator(".st-key-step_on button").click()
    wait_until_idle(page)
    assert figures(page)[0] == "6"
    assert int(canvas(page).get_attribute("data-points") or 0) > 10
    assert_no_error(page)


def test_a_stopped_training_keeps_what_is_there_and_goes_on(lesson: Visit) -> None:
    page = lesson("train", train_epochs="1", train_width="1024", train_optimizer="adam")
    slider(page, "train_epochs").press("End")  # twenty epochs take some seconds
    page.locator(".st-key-first_network_stop button").click()
    stopped = page.get_by_test_id("stAlert")
    expect(stopped).to_contain_text("updates: what was learned so far is kept.")
    wait_until_idle(page)
    done, all_updates = (int(part.replace(",", "")) for part in figures(page)[-2].split(" / "))
    assert 0 < done < all_updates == 900
    before = picture(page, "train")
    page.get_by_role("button", name="Go on").click()
    until(page, lambda: figures(page)[-2] == "900", seconds=120)
    wait_until_idle(page)
    assert picture(page, "train") != before
    expect(stopped).to_have_count(0)
    assert_no_error(page)


def test_a_click_on_the_table_shows_the_images_of_its_cell(lesson: Visit) -> None:
    page = lesson("judge")
    cells = (
        chart(page, "judge_table")
        .locator("path[aria-roledescription]")
        .or_(chart(page, "judge_table").locator("g.mark-rect.role-mark path"))
    )
    click_inside(page, cells.nth(33))  # row by row: the threes that are read as threes
    until(page, lambda: slider(page, "judge_digit").get_attribute("aria-valuetext") == "3")
    assert slider(page, "judge_taken").get_attribute("aria-valuetext") == "3"
    expect(page.get_by_text("Digits 3 that were read correctly")).to_be_visible()
    wait_until_idle(page)
    assert "judge_digit=3" in page.url
    click_inside(page, cells.nth(58))  # a mistake, or none: fives that are taken for eights
    until(page, lambda: slider(page, "judge_digit").get_attribute("aria-valuetext") == "5")
    assert slider(page, "judge_taken").get_attribute("aria-valuetext") == "8"
    wait_until_idle(page)
    slider(page, "judge_digit").press("Home")
    until(page, lambda: "judge_digit=0" in page.url)  # the server has seen it
    wait_until_idle(page)
    click_inside(page, cells.nth(33))  # the same cell once more
    until(page, lambda: slider(page, "judge_digit").get_attribute("aria-valuetext") == "3")
    wait_until_idle(page)
    assert_no_error(page)


def test_who_leaves_a_training_takes_nothing_of_its_section_along(lesson: Visit) -> None:
    page = lesson("data", train_epochs="20", train_width="1024", train_batch="32")
    progress = page.locator(".st-key-first_network_progress")
    lead = page.get_by_test_id("stMarkdown").filter(has_text=LEAD)
    expect(lead).to_have_count(1)
    page.get_by_role("radio", name="Train it").click()
    expect(progress).to_be_visible()
    expect(lead).to_have_count(0)
    expect(page.get_by_role("heading", level=2)).to_be_focused()
    page.get_by_role("radio", name="Judge it").click()
    expect(page.get_by_role("heading", name="Judge it")).to_be_visible()
    expect(page.locator(".st-key-train_width")).to_have_count(0)
    expect(progress).to_be_visible()  # the training itself goes on
    expect(page.locator(".st-key-train_width")).to_have_count(0)
    wait_until_idle(page)
    assert figures(page)[0].endswith("of 359")
    assert_no_error(page)
