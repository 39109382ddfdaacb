"""The laboratory in a real browser: drawn, rewound without the server, clicked, and set by hand with keys alone."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.helpers import (
    Visit,
    assert_no_error,
    slider,
    until,
    wait_until_idle,
)
from tests.browser.test_descent import COUNT

pytestmark = pytest.mark.browser

LESSON = "overfitting"
POINTS = "_".join(f"{x}*{y}*{int(x > 0)}" for x in (-4, -2, -1, 1, 2, 4) for y in (-3, -1, 1, 3))
"""Enough points for whole batches, so that four more compile nothing."""
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


def laboratory(lesson: Visit, **query: str) -> Page:
    """The laboratory with its picture, which is drawn in a frame of its own."""
    page = lesson("laboratory", **query)
    until(page, lambda: frames(page) > 0)
    return page


def test_it_is_rewound_and_played_without_the_server_and_trained_anew_at_another_rate(lesson: Visit) -> None:
    page = laboratory(lesson)
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
    picture = drawn(page)
    slider(page, "laboratory_rate").focus()
    page.keyboard.press("Home")
    until(page, lambda: numbers(page) != end)
    assert drawn(page) != picture
    until(page, lambda: "laboratory_rate=0.0001" in page.url)
    wait_until_idle(page)
    assert_no_error(page)


def test_a_weight_is_set_with_keys_alone(lesson: Visit) -> None:
    page = laboratory(lesson)
    end = numbers(page)
    page.locator(".playground .hand summary").focus()
    page.keyboard.press("Enter")
    page.locator(".playground .which select").select_option(label="x₂ → layer 1, unit 4")
    page.locator(".playground .value input").fill("2.5")
    page.keyboard.press("Enter")
    until(page, lambda: "laboratory_hand=0.1.3%2A2.5" in page.url)
    wait_until_idle(page)
    expect(page.locator(".playground .epoch")).to_have_text("Epoch 0")
    expect(page.locator(".playground .forget")).to_be_enabled()
    page.locator(".playground .now").focus()
    page.keyboard.press("End")
    until(page, lambda: numbers(page) != end)
    assert_no_error(page)


def test_a_click_on_a_line_chooses_its_weight(lesson: Visit) -> None:
    page = laboratory(lesson)
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
    page = laboratory(lesson, laboratory_data="own_classes", laboratory_points=POINTS)
    box = canvas(page).bounding_box()
    assert box
    for share in (0.70, 0.75, 0.80, 0.85):
        canvas(page).click(position={"x": box["width"] * share, "y": 150})
    until(page, lambda: len(page.url.split("laboratory_points=")[-1].split("&")[0].split("_")) == 28, seconds=60)
    wait_until_idle(page)
    assert_no_error(page)


def test_two_runs_are_rewound_together(lesson: Visit) -> None:
    page = laboratory(lesson, laboratory_compare="on")
    epochs = page.locator(".playground .epoch")
    expect(epochs).to_have_count(2)
    expect(epochs.nth(1)).to_contain_text("Epoch")  # drawn, and so listening
    page.locator(".playground .now").first.focus()
    page.keyboard.press("Home")
    expect(epochs.nth(1)).to_have_text("Epoch 0")
    assert_no_error(page)


def test_the_model_and_the_script_are_handed_out(lesson: Visit) -> None:
    page = laboratory(lesson)
    page.locator(".st-key-laboratory_export summary").click()
    with page.expect_download() as script:
        page.locator(".st-key-laboratory_script button").click()
    assert "import keras" in script.value.path().read_text()
    with page.expect_download() as model:
        page.locator(".st-key-laboratory_model button").click()
    assert model.value.path().read_bytes()[:2] == b"PK"
    assert_no_error(page)
