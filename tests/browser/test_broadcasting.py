"""The broadcasting lesson in a real browser: drawn in all looks, typed, clicked, mended, moved by keys, measured."""

import pytest
from playwright.sync_api import expect

from tests.browser.helpers import (
    LOOKS,
    Visit,
    assert_charts_fit,
    assert_fits_width,
    assert_no_error,
    chart,
    check_accessibility,
    click_inside,
    slider,
    wait_until_idle,
    walk,
)

pytestmark = pytest.mark.browser

LESSON = "broadcasting"
SECTIONS = ("elementwise", "broadcasting", "product", "axes", "layer", "cost")


@pytest.mark.parametrize(("lang", "viewport", "theme"), LOOKS)
def test_the_lesson_is_whole_from_beginning_to_end(visit: Visit, lang: str, viewport: str, theme: str) -> None:
    page = visit(LESSON, lang=lang, viewport=viewport, theme=theme)
    for _ in walk(page, SECTIONS):
        assert page.get_by_test_id("stVegaLiteChart").count() >= 1
        assert_charts_fit(page)


@pytest.mark.parametrize(("viewport", "theme"), [("projector", "light"), ("phone", "dark")])
def test_a_clash_is_shown_and_mended_by_the_button(lesson: Visit, viewport: str, theme: str) -> None:
    page = lesson("broadcasting", viewport=viewport, theme=theme)
    page.get_by_label("Shape of y").fill("(4,)")
    page.keyboard.press("Enter")
    expect(page.get_by_text("operands could not be broadcast together").first).to_be_visible()
    wait_until_idle(page)
    assert_fits_width(page)
    check_accessibility(page)
    page.get_by_role("button", name="y[:, None]").click()
    expect(page.get_by_label("Shape of y")).to_have_value("(4, 1)")
    wait_until_idle(page)
    assert page.get_by_text("operands could not be broadcast together").count() == 0
    assert "broadcasting_y=" in page.url
    assert_no_error(page)
    page.go_back()
    expect(page.get_by_label("Shape of y")).to_have_value("(4,)")


def test_a_click_on_an_entry_chooses_it(lesson: Visit) -> None:
    page = lesson("product")
    entry = chart(page, "product").locator("svg.marks g.mark-rect").last.locator("path").nth(3)
    click_inside(page, entry)
    expect(page.get_by_text("dot(x, y)[1, 1]")).to_be_visible()
    wait_until_idle(page)
    assert "product_row=1" in page.url
    assert "product_column=1" in page.url
    assert_no_error(page)


def test_keys_choose_an_entry(lesson: Visit) -> None:
    page = lesson("product")
    slider(page, "product_row").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("dot(x, y)[1, 0]")).to_be_visible()
    slider(page, "product_column").focus()
    page.keyboard.press("End")
    expect(page.get_by_text("dot(x, y)[1, 1]")).to_be_visible()
    wait_until_idle(page)
    assert_no_error(page)


def test_a_measurement_comes_by_the_keyboard(lesson: Visit) -> None:
    page = lesson("elementwise", elementwise_size="50")
    page.locator(".st-key-elementwise_measure button").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("stMetricValue")).to_have_count(3)
    wait_until_idle(page)
    assert_no_error(page)
    check_accessibility(page)


@pytest.mark.parametrize("viewport", ["projector", "phone"])
def test_the_largest_product_fits_the_window(lesson: Visit, viewport: str) -> None:
    sizes = dict.fromkeys(("product_n", "product_k", "product_m", "product_p"), "8")
    page = lesson("product", viewport=viewport, **sizes)
    assert_fits_width(page)
    assert_no_error(page)


def test_a_moved_input_changes_the_prediction(lesson: Visit) -> None:
    page = lesson("layer")
    table = page.get_by_test_id("stTable")
    before = table.inner_text()
    slider(page, "layer_shift").focus()
    page.keyboard.press("End")
    expect(table).not_to_have_text(before)
    wait_until_idle(page)
    assert_no_error(page)
