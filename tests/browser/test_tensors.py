"""The lesson on tensors in a real browser: whole on every screen, typed, dragged, clicked and uploaded."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.helpers import (
    LOOKS,
    Visit,
    assert_fits_width,
    assert_no_error,
    check_accessibility,
    figures,
    picture,
    set_slider,
    slider,
    until,
    wait_until_idle,
    walk,
)

pytestmark = pytest.mark.browser

LESSON = "tensors"
SECTIONS = ("ladder", "shapes", "slice", "layout", "batches", "dtypes", "making", "crop")


def line(page: Page, key: str) -> str:
    return page.locator(f".st-key-{key} input").input_value()


@pytest.mark.parametrize(("lang", "viewport", "theme"), LOOKS)
def test_the_lesson_on_tensors_is_whole(visit: Visit, lang: str, viewport: str, theme: str) -> None:
    page = visit(LESSON, lang=lang, viewport=viewport, theme=theme)
    for section in walk(page, SECTIONS):
        for image in page.locator("[data-testid='stImage'] img").all():
            box = image.bounding_box()
            assert box
            assert box["x"] + box["width"] <= page.viewport_size["width"] + 1, f"{section} hangs over"
            assert image.get_attribute("alt")
        for table in page.get_by_test_id("stTable").all():
            assert table.evaluate("table => table.scrollWidth <= table.clientWidth"), f"{section}: a table is too wide"


@pytest.mark.parametrize("data", ["photograph", "cube"])
def test_each_kind_of_data_fits_a_phone(lesson: Visit, data: str) -> None:
    page = lesson("slice", slice_data=data, viewport="phone", lang="zh", theme="dark")
    assert_no_error(page)
    assert_fits_width(page)
    check_accessibility(page)


def test_a_dragged_slider_writes_the_line_and_the_address(lesson: Visit) -> None:
    page = lesson("slice")
    before = figures(page)
    set_slider(slider(page, "slice_from"), 40)
    until(page, lambda: figures(page) not in (before, []))
    slider(page, "slice_from").press("ArrowRight")
    until(page, lambda: line(page, "slice_digits") == "[41:100, 7:-7, 7:-7]")
    wait_until_idle(page)
    assert figures(page)[1] == "(59, 14, 14)"
    assert "slice_digits=" in page.url
    page.reload()
    wait_until_idle(page)
    assert line(page, "slice_digits") == "[41:100, 7:-7, 7:-7]"
    assert slider(page, "slice_from").get_attribute("aria-valuetext") == "41"
    assert_no_error(page)


def test_a_typed_line_moves_the_sliders_and_an_error_is_explained(lesson: Visit) -> None:
    page = lesson("slice")
    field = page.locator(".st-key-slice_digits input")
    field.fill("[3:8]")
    field.press("Enter")
    until(page, lambda: slider(page, "slice_to").get_attribute("aria-valuetext") == "8")
    field.fill("[128]")
    field.press("Enter")
    expect(page.get_by_test_id("stAlert")).to_contain_text("Axis 0 has 128 entries")
    wait_until_idle(page)
    assert_no_error(page)


def test_a_preset_is_one_press_of_a_key(lesson: Visit) -> None:
    page = lesson("slice")
    page.locator(".st-key-slice_preset_2 button").focus()
    page.keyboard.press("Enter")
    until(page, lambda: line(page, "slice_digits") == "[4]")
    wait_until_idle(page)
    assert figures(page) == ["(128, 28, 28)", "(28, 28)", "view"]
    assert_no_error(page)


def test_a_photograph_of_ones_own_is_cut(lesson: Visit) -> None:
    page = lesson("slice", slice_data="own")
    stream = io.BytesIO()
    Image.new("RGB", (800, 400), "teal").save(stream, "JPEG")
    chosen = {"name": "own.jpg", "mimeType": "image/jpeg", "buffer": stream.getvalue()}
    page.locator(".st-key-slice_upload input[type=file]").set_input_files(chosen)
    expect(page.get_by_test_id("stMetricValue").first).to_have_text("(128, 256, 3)")
    wait_until_idle(page)
    check_accessibility(page)
    assert_no_error(page)


def test_elements_are_read_one_by_one_with_the_arrow_keys(lesson: Visit) -> None:
    page = lesson("layout", layout_operation="transpose", layout_step_6="1")
    before = picture(page, "layout")
    slider(page, "layout_step_6").press("ArrowRight")
    until(page, lambda: picture(page, "layout") != before)
    expect(page).to_have_url(re.compile("layout_step_6=2"))
    wait_until_idle(page)
    assert_no_error(page)
