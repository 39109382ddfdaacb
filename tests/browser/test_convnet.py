"""The trained convnet in a real browser: seen while it learns, looked into, asked about drawn and moved digits."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.helpers import (
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
)

pytestmark = pytest.mark.browser

LESSON = "convolution"
SMALL = {"convnet_filters": "8", "convnet_depth": "2", "convnet_units": "16", "convnet_epochs": "2"}


def images(page: Page) -> list[str]:
    """The addresses of the images on the page."""
    return [str(image.get_attribute("src")) for image in page.locator("[data-testid='stImage'] img").all()]


def predict(page: Page, key: str) -> None:
    """Commit to the first answer."""
    page.locator(f".st-key-{key} label").filter(has=page.get_by_role("radio")).first.click()
    button = page.locator(f".st-key-{key}_commit button")
    expect(button).to_be_enabled()
    button.click()
    expect(button).to_have_count(0)
    wait_until_idle(page)


@pytest.mark.parametrize(("viewport", "theme"), [("projector", "light"), ("phone", "dark")])
def test_a_prediction_brings_the_dense_network(lesson: Visit, viewport: str, theme: str) -> None:
    page = lesson("convnet", viewport=viewport, theme=theme, lang="zh", **SMALL)
    assert figures(page)[1] == "?"
    before = picture(page, "convnet")
    predict(page, "convnet_prediction")
    until(page, lambda: figures(page)[1].endswith("%"))
    assert picture(page, "convnet") != before
    assert_charts_fit(page)
    assert_fits_width(page)
    check_accessibility(page)
    assert_no_error(page)


def test_a_button_shows_what_is_too_large_and_another_one_goes_back(lesson: Visit) -> None:
    page = lesson("convnet", **SMALL)
    page.locator(".st-key-convnet_preset_unpooled button").click()
    expect(page.get_by_test_id("stAlert")).to_contain_text("15,9")
    expect(page).to_have_url(re.compile("convnet_pooling=none"))
    page.locator(".st-key-convnet_preset_small button").click()
    expect(page.get_by_test_id("stAlert")).to_have_count(0)
    wait_until_idle(page)
    expect(page).not_to_have_url(re.compile("convnet_pooling"))
    assert_no_error(page)


def test_maps_follow_the_sliders(lesson: Visit) -> None:
    page = lesson("maps", **SMALL)
    before = images(page)
    assert len(before) == 2
    set_slider(slider(page, "maps_map"), 5)
    until(page, lambda: images(page) != before)
    wait_until_idle(page)
    shown = figures(page)
    slider(page, "maps_layer").press("ArrowRight")
    assert figures_other_than(page, shown)[0] == "13 × 13 × 8"
    expect(page).to_have_url(re.compile("maps_layer=2"))
    wait_until_idle(page)
    assert_no_error(page)


def test_a_drawn_digit_is_looked_into_while_it_is_drawn_and_the_pad_stays_where_it_is(lesson: Visit) -> None:
    page = lesson("attention", viewport="phone", attention_image="drawn", **SMALL)
    pad = page.locator(".st-key-pad canvas")
    pad.scroll_into_view_if_needed()
    box, before, seen = pad.bounding_box(), figures(page), images(page)
    assert box
    places = [(box["x"] + share * box["width"], box["y"] + share * box["height"]) for share in (0.3, 0.5, 0.7)]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places:
        page.mouse.move(*place)
    figures_other_than(page, before)
    until(page, lambda: images(page) != seen)
    page.mouse.up()
    wait_until_idle(page)
    after = pad.bounding_box()
    assert after
    assert abs(after["y"] - box["y"]) < 2
    check_accessibility(page)
    assert_no_error(page)


def test_a_digit_is_moved_for_both_networks(lesson: Visit) -> None:
    page = lesson("moving", **SMALL)
    predict(page, "moving_prediction")
    curve, bars = picture(page, "moving"), picture(page, "moving_shares")
    set_slider(slider(page, "moving_right"), 14)
    until(page, lambda: picture(page, "moving") != curve and picture(page, "moving_shares") != bars)
    wait_until_idle(page)
    assert_charts_fit(page)
    assert_no_error(page)


def test_augmentation_shows_versions_and_what_it_gains(lesson: Visit) -> None:
    page = lesson("augmentation", augmentation_epochs="10", augmentation_samples="50", **SMALL)
    (versions,) = images(page)
    predict(page, "augmentation_prediction")
    until(page, lambda: figures(page)[0].endswith("%"))
    wait_until_idle(page)
    assert picture(page, "augmentation_moved")
    slider(page, "augmentation_digit").press("ArrowRight")
    until(page, lambda: images(page) != [versions])
    wait_until_idle(page)
    check_accessibility(page)
    assert_no_error(page)
