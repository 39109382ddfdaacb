"""The laboratory in a real browser: drawn, rewound without the server, clicked, and set by hand with keys alone."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.helpers import (
    LOOKS,
    Visit,
    assert_fits_width,
    assert_no_error,
    check_accessibility,
    slider,
    until,
    wait_until_idle,
)
from tests.browser.test_descent import COUNT

pytestmark = pytest.mark.browser

LESSON = "overfitting"
POINTS = "-3*1*0_2*2*1_-2*-3*0_4*-1*1"
FRAMES = 60


def canvas(page: Page) -> Locator:
    return page.locator(".playground canvas").first


def frames(page: Page) -> int:
    return int(canvas(page).get_attribute("data-frames") or 0)


def numbers(page: Page) -> list[str]:
    """Losses and accuracies of the shown epoch."""
    return page.locator(".playground .numbers").first.locator("dd").all_inner_texts()


def drawn(page: Page) -> str:
    """What the canvas shows."""
    return str(canvas(page).evaluate("canvas => canvas.toDataURL()"))


@pytest.mark.parametrize(("lang", "viewport", "theme"), LOOKS)
def test_it_is_whole_in_every_look(visit: Visit, lang: str, viewport: str, theme: str) -> None:
    page = visit(LESSON, step="laboratory", lang=lang, viewport=viewport, theme=theme)
    expect(canvas(page)).to_be_visible()
    assert len(numbers(page)) == 4
    assert_no_error(page)
    assert_fits_width(page)
    check_accessibility(page)


def test_it_is_rewound_and_played_without_the_server(lesson: Visit) -> None:
    page = lesson("laboratory")
    end, picture = numbers(page), drawn(page)
    page.evaluate(COUNT)
    time = page.locator(".playground .now")
    time.focus()
    page.keyboard.press("Home")
    until(page, lambda: numbers(page) != end)
    expect(page.locator(".playground .epoch")).to_have_text("Epoch 0")
    assert drawn(page) != picture
    page.locator(".playground .on").click()
    expect(page.locator(".playground .epoch")).to_have_text("Epoch 1")
    before = frames(page)
    page.get_by_role("button", name="Play").click()
    until(page, lambda: frames(page) > before + FRAMES, seconds=60)
    expect(page.get_by_role("button", name="Play")).to_be_visible(timeout=60_000)
    until(page, lambda: numbers(page) == end)
    assert page.evaluate("window.__sent") == 0
    assert_no_error(page)


def test_a_moved_learning_rate_trains_and_draws_anew(lesson: Visit) -> None:
    page = lesson("laboratory")
    end, picture = numbers(page), drawn(page)
    slider(page, "laboratory_rate").focus()
    page.keyboard.press("Home")
    until(page, lambda: numbers(page) != end)
    assert drawn(page) != picture
    expect(page).to_have_url(re.compile("laboratory_rate=0.0001"))
    assert_no_error(page)


def test_a_weight_is_set_with_keys_alone(lesson: Visit) -> None:
    page = lesson("laboratory")
    end = numbers(page)
    page.locator(".playground .hand summary").focus()
    page.keyboard.press("Enter")
    page.locator(".playground .which select").select_option(label="x₂ → layer 1, unit 4")
    page.locator(".playground .value input").fill("2.5")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(re.escape("laboratory_hand=0.1.3%2A2.5")))
    wait_until_idle(page)
    expect(page.locator(".playground .epoch")).to_have_text("Epoch 0")
    expect(page.locator(".playground .forget")).to_be_enabled()
    page.locator(".playground .now").focus()
    page.keyboard.press("End")
    until(page, lambda: numbers(page) != end)
    assert_no_error(page)


def test_a_click_on_a_line_chooses_its_weight(lesson: Visit) -> None:
    page = lesson("laboratory")
    hand = page.locator(".playground .hand")
    assert hand.get_attribute("open") is None
    box = canvas(page).bounding_box()
    assert box
    for x in range(40, int(box["width"] / 2), 6):  # across the lines between the columns
        canvas(page).click(position={"x": x, "y": box["height"] * 0.4})
        if hand.get_attribute("open") is not None:
            break
    assert hand.get_attribute("open") is not None
    assert page.locator(".playground .value input").input_value()


def test_clicks_add_points_however_quick(lesson: Visit) -> None:
    page = lesson("laboratory", laboratory_data="own_classes", laboratory_points=POINTS)
    expect(canvas(page)).to_be_visible()
    box = canvas(page).bounding_box()
    assert box
    for share in (0.70, 0.75, 0.80, 0.85):
        canvas(page).click(position={"x": box["width"] * share, "y": 150})
    until(page, lambda: len(page.url.split("laboratory_points=")[-1].split("&")[0].split("_")) == 8, seconds=60)
    wait_until_idle(page)
    assert_no_error(page)


def test_two_runs_are_rewound_together(lesson: Visit) -> None:
    page = lesson("laboratory", laboratory_compare="on")
    epochs = page.locator(".playground .epoch")
    assert epochs.count() == 2
    page.locator(".playground .now").first.focus()
    page.keyboard.press("Home")
    expect(epochs.nth(1)).to_have_text("Epoch 0")
    assert_no_error(page)


def test_the_model_and_the_script_are_handed_out(lesson: Visit) -> None:
    page = lesson("laboratory")
    page.locator(".st-key-laboratory_export summary").click()
    with page.expect_download() as script:
        page.locator(".st-key-laboratory_script button").click()
    assert "import keras" in script.value.path().read_text()
    with page.expect_download() as model:
        page.locator(".st-key-laboratory_model button").click()
    assert model.value.path().read_bytes()[:2] == b"PK"
    assert_no_error(page)
