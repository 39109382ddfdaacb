"""The window, its arithmetic, the stack and pooling in a real browser: dragged, stepped by keys, typed, uploaded."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.helpers import (
    LOOKS,
    Visit,
    assert_charts_fit,
    assert_fits_width,
    assert_no_error,
    check_accessibility,
    figures,
    figures_other_than,
    picture,
    set_slider,
    slider,
    until,
    wait_until_idle,
    walk,
)

pytestmark = pytest.mark.browser

LESSON = "convolution"
SECTIONS = (
    "window",
    "arithmetic",
    "stack",
    "pooling",
    "convnet",
    "maps",
    "kernels",
    "excite",
    "attention",
    "moving",
    "augmentation",
)


@pytest.mark.parametrize(("lang", "viewport", "theme"), LOOKS)
def test_the_lesson_on_convolution_is_whole(visit: Visit, lang: str, viewport: str, theme: str) -> None:
    page = visit(LESSON, lang=lang, viewport=viewport, theme=theme)
    for section in walk(page, SECTIONS):
        assert_charts_fit(page)
        for image in page.locator("[data-testid='stImage'] img").all():
            box = image.bounding_box()
            assert box
            assert box["x"] + box["width"] <= page.viewport_size["width"] + 1, f"{section} hangs over"
            assert image.get_attribute("alt")


def shown(page: Page) -> str:
    """The address of the picture of image, kernel and map."""
    return str(page.locator("[data-testid='stImage'] img").first.get_attribute("src"))


def test_the_window_is_dragged_and_stepped_by_keys(lesson: Visit) -> None:
    page = lesson("window")
    drawn, numbers = shown(page), picture(page, "window_1")
    set_slider(slider(page, "window_column"), 8)
    until(page, lambda: shown(page) != drawn and picture(page, "window_1") != numbers)
    before = figures(page)
    slider(page, "window_row").press("ArrowRight")
    figures_other_than(page, before)
    expect(page).to_have_url(re.compile("window_row=14"))
    wait_until_idle(page)
    assert_no_error(page)


@pytest.mark.parametrize(
    ("section", "settings"),
    [
        ("window", {"window_image": "flower", "window_depth": "colour", "window_kernel": "blur"}),
        (
            "arithmetic",
            {
                "arithmetic_size": "32",
                "arithmetic_kernel": "7",
                "arithmetic_dilation": "3",
                "arithmetic_padding": "same",
                "arithmetic_filters": "128",
                "arithmetic_channels": "128",
            },
        ),
        ("arithmetic", {"arithmetic_size": "4", "arithmetic_kernel": "7"}),
        ("pooling", {"pooling_image": "digit", "pooling_size": "4"}),
    ],
)
def test_the_fullest_of_each_section_fits_a_phone(lesson: Visit, section: str, settings: dict[str, str]) -> None:
    page = lesson(section, viewport="phone", lang="en", theme="dark", **settings)
    assert_no_error(page)
    assert_fits_width(page)
    assert_charts_fit(page)
    for image in page.locator("[data-testid='stImage'] img").all():
        box = image.bounding_box()
        assert box
        assert box["x"] + box["width"] <= 390
    for formula in page.locator(".katex-display").all():
        assert formula.evaluate("formula => formula.scrollWidth <= formula.clientWidth + 1"), "a formula is too wide"
    check_accessibility(page)


def test_the_maps_of_pooling_stand_two_by_two_on_a_phone_and_in_a_row_on_a_projector(lesson: Visit) -> None:
    for viewport, rows in (("phone", 2), ("projector", 1)):
        page = lesson("pooling", viewport=viewport)
        maps = page.locator(".st-key-pooling_maps [data-testid='stImage'] img").all()
        tops = [round(box["y"]) for box in map(Locator.bounding_box, maps) if box]
        assert len(tops) == 4
        assert len(set(tops)) == rows


def test_the_sizes_leave_no_room_empty_on_a_phone(lesson: Visit) -> None:
    page = lesson("arithmetic", viewport="phone")
    box = page.locator(".st-key-picture_arithmetic [data-testid='stVegaLiteChart']").bounding_box()
    assert box
    assert box["height"] < 240


def test_why_a_kernel_cannot_be_read_stands_above_the_controls_on_a_phone(lesson: Visit) -> None:
    page = lesson("window", viewport="phone", window_kernel="typed", window_typed="x")
    error, field = (page.locator(place).bounding_box() for place in ("[data-testid='stAlert']", ".st-key-window_image"))
    assert error
    assert field
    assert error["y"] + error["height"] <= field["y"]


def test_a_kernel_is_typed(lesson: Visit) -> None:
    page = lesson("window", window_kernel="typed", lang="zh", theme="dark")
    field = page.locator(".st-key-window_typed input")
    field.fill("1 2 3")
    field.press("Enter")
    expect(page.get_by_test_id("stAlert")).to_contain_text("9")
    wait_until_idle(page)
    check_accessibility(page)
    field.fill("0 0 0，0 2 0，0 0 0")
    field.press("Enter")
    expect(page.get_by_test_id("stAlert")).to_have_count(0)
    wait_until_idle(page)
    assert figures(page)
    assert_no_error(page)


def test_the_learners_own_image_is_looked_at(lesson: Visit) -> None:
    page = lesson("window", window_image="own", window_depth="colour")
    stream = io.BytesIO()
    Image.effect_noise((400, 300), 80).convert("RGB").save(stream, "JPEG")
    chosen = {"name": "own.jpg", "mimeType": "image/jpeg", "buffer": stream.getvalue()}
    page.locator(".st-key-window_upload input[type=file]").set_input_files(chosen)
    expect(page.get_by_text("72 × 96")).to_be_visible()
    wait_until_idle(page)
    assert len(figures(page)) == 2
    assert_no_error(page)


def test_keras_answers_while_a_slider_is_moved(lesson: Visit) -> None:
    page = lesson("arithmetic")
    expect(page.get_by_text("(26, 26, 32)").last).to_be_visible()
    drawn = picture(page, "arithmetic")
    set_slider(slider(page, "arithmetic_size"), 10)
    until(page, lambda: picture(page, "arithmetic") != drawn)
    until(page, lambda: figures(page)[:1] == ["(9, 9, 32)"])
    expect(page.locator("code", has_text="(9, 9, 32)")).to_be_visible()
    wait_until_idle(page)
    assert_no_error(page)


def test_a_moved_image_changes_its_maps(lesson: Visit) -> None:
    page = lesson("pooling")
    drawn, bars = shown(page), picture(page, "pooling")
    slider(page, "pooling_right").press("ArrowLeft")
    until(page, lambda: shown(page) != drawn and picture(page, "pooling") != bars)
    wait_until_idle(page)
    assert_no_error(page)
