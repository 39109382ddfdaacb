"""The geometry lesson in a real browser: whole on every screen; arrows dragged, moves played, sliders followed."""

import math
import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.helpers import (
    LOOKS,
    TIMEOUT_MS,
    Visit,
    assert_charts_fit,
    assert_fits_width,
    assert_no_error,
    check_accessibility,
    figures,
    figures_other_than,
    set_slider,
    slider,
    until,
    wait_until_idle,
    walk,
)

pytestmark = pytest.mark.browser

LESSON = "geometry"
SECTIONS = ("vectors", "matrices", "composition", "collapse", "fold", "kinks", "pieces", "paper")

# How often the browser has spoken to the server since the page was told to count.
COUNT = """
() => {
    const send = WebSocket.prototype.send;
    window.__sent = 0;
    WebSocket.prototype.send = function (data) { window.__sent += 1; return send.call(this, data); };
}
"""


def plane(page: Page, key: str) -> Locator:
    return page.locator(f".st-key-picture_{key}_plane")


def handle(page: Page, key: str, arrow: int) -> Locator:
    return plane(page, key).locator(f".handle[data-arrow='{arrow}']")


def said(page: Page, key: str) -> str:
    """What the plane says to those who cannot see it."""
    return plane(page, key).locator("#said").inner_text()


def shown(page: Page, key: str) -> list[float]:
    """The whole map that the plane shows at this moment: W by rows, then b."""
    return [float(entry) for entry in (plane(page, key).locator("canvas").get_attribute("data-matrix") or "").split()]


def frames(page: Page, key: str) -> int:
    return int(plane(page, key).locator("canvas").get_attribute("data-frames") or 0)


def settled_frames(page: Page, key: str) -> int:
    """How many frames the plane has drawn, once it draws no more."""
    until(page, lambda: frames(page, key) > 0)
    drawn = [0]
    until(page, lambda: drawn.append(frames(page, key)) or len(set(drawn[-10:])) == 1 < len(drawn))
    return drawn[-1]


def middle(part: Locator) -> tuple[float, float]:
    expect(part).to_be_visible()  # the plane is drawn in a frame of its own, and only then its handles stand
    part.scroll_into_view_if_needed()
    box = part.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def unit(page: Page, key: str, reach: float) -> float:
    """The length of 1 in pixels."""
    box = plane(page, key).locator("canvas").bounding_box()
    assert box
    return box["width"] / (2 * reach)


# --- How it looks -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("lang", "viewport", "theme"), LOOKS)
def test_the_lesson_is_whole_from_beginning_to_end(visit: Visit, lang: str, viewport: str, theme: str) -> None:
    page = visit(LESSON, lang=lang, viewport=viewport, theme=theme, fold_points="xor")
    for section in walk(page, SECTIONS):
        assert page.locator("canvas, [data-testid='stVegaLiteChart']").count() >= 1, section
        assert_charts_fit(page)
        if section == "fold":
            assert_the_fold_is_drawn_and_named(page)


def assert_the_fold_is_drawn_and_named(page: Page) -> None:
    canvas = page.locator(".st-key-fold_plane canvas")
    expect(canvas).to_have_attribute("data-position", "0.00")
    before = canvas.get_attribute("aria-label")
    set_slider(page.locator(".st-key-fold_plane input[type='range']"), 2)
    expect(canvas).to_have_attribute("data-position", "2.00")
    assert canvas.get_attribute("aria-label") != before
    box = canvas.bounding_box()
    assert box
    assert box["width"] == pytest.approx(box["height"], abs=1)
    check_accessibility(page)
    assert_no_error(page)


@pytest.mark.parametrize(
    "settings",
    [
        {"matrices_rows": "on", "matrices_what": "cloud"},
        {"matrices_what": "image", "matrices_y": "down", "matrices_move": "shear"},
    ],
)
def test_what_is_moved_fits_a_phone(lesson: Visit, settings: dict[str, str]) -> None:
    page = lesson("matrices", viewport="phone", lang="zh", theme="dark", **settings)
    assert_no_error(page)
    assert_fits_width(page)
    check_accessibility(page)


# --- Dragging ---------------------------------------------------------------------------------------------------------


def test_a_dragged_arrow_changes_the_picture_at_once_then_numbers_and_address(lesson: Visit) -> None:
    page = lesson("matrices", matrices_move="free", matrices_u1="1", matrices_u2="0", matrices_v1="0", matrices_v2="1")
    before = figures(page)
    assert before[0] == "1.00"
    until(page, lambda: shown(page, "matrices") == [1, 0, 0, 1, 0, 0])
    x, y = middle(handle(page, "matrices", 0))
    step = unit(page, "matrices", 2.75)
    page.mouse.move(x, y)
    page.mouse.down()
    for share in (0.25, 0.5, 0.75, 1.0):
        page.mouse.move(x + share * step, y)
    until(page, lambda: shown(page, "matrices") == [2, 0, 0, 1, 0, 0], seconds=5)
    assert figures_other_than(page, before)[0] in ("1.25", "1.50", "1.75", "2.00")
    until(page, lambda: figures(page)[0] == "2.00")
    assert "matrices_u1" in page.url
    assert "matrices_u1=2" not in page.url  # the address waits for the learner to let go
    page.mouse.up()
    expect(page).to_have_url(re.compile("matrices_u1=2(&|$)"), timeout=TIMEOUT_MS)
    wait_until_idle(page)
    assert slider(page, "matrices_u1").get_attribute("aria-valuetext") == "2.00"
    assert said(page, "matrices") == "W = (2.00, 0.00, 0.00, 1.00); area × 2.00"
    settled = figures(page)
    page.reload()
    wait_until_idle(page)
    assert figures(page) == settled
    until(page, lambda: shown(page, "matrices") == [2, 0, 0, 1, 0, 0])
    assert_no_error(page)


def test_the_back_button_undoes_a_drag(lesson: Visit) -> None:
    page = lesson("matrices", matrices_angle="90")
    x, y = middle(handle(page, "matrices", 1))  # v points to the left
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - unit(page, "matrices", 2.75), y, steps=4)
    page.mouse.up()
    expect(page).to_have_url(re.compile("matrices_move=free"), timeout=TIMEOUT_MS)
    wait_until_idle(page)
    assert figures(page)[0] == "2.00"
    while "matrices_move=free" in page.url:
        page.go_back()
        wait_until_idle(page)
    assert figures(page)[0] == "1.00"
    until(page, lambda: shown(page, "matrices") == [0, -1, 1, 0, 0, 0])
    assert_no_error(page)


def test_the_arrow_keys_move_an_arrow(lesson: Visit) -> None:
    page = lesson("vectors", vectors_a1="1", vectors_a2="1")
    tip = handle(page, "vectors", 0)
    tip.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "Shift+ArrowDown"):
        page.keyboard.press(key)
    expect(tip).to_have_attribute("aria-label", "Tip of a (1.20, 0.60)")
    expect(page).to_have_url(re.compile(r"vectors_a1=1\.2(&|$)"), timeout=TIMEOUT_MS)
    expect(page).to_have_url(re.compile(r"vectors_a2=0\.6(&|$)"), timeout=TIMEOUT_MS)
    wait_until_idle(page)
    assert figures(page)[0] == "(1.70, 2.60)"
    assert tip.evaluate("handle => handle.getRootNode().activeElement === handle")
    assert_no_error(page)


def test_the_tip_of_the_second_vector_is_dragged_where_the_first_one_ends(lesson: Visit) -> None:
    page = lesson("vectors", vectors_a1="1", vectors_a2="0", vectors_b1="0", vectors_b2="1")
    x, y = middle(handle(page, "vectors", 1))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 1.5 * unit(page, "vectors", 5.3), steps=5)
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"vectors_b2=2\.5(&|$)"), timeout=TIMEOUT_MS)
    wait_until_idle(page)
    assert figures(page)[0] == "(1.00, 2.50)"
    assert_no_error(page)


def test_where_y_points_down_the_arrow_key_up_lowers_y(lesson: Visit) -> None:
    page = lesson("matrices", matrices_what="image", matrices_y="down", matrices_angle="0")
    handle(page, "matrices", 1).focus()
    page.keyboard.press("ArrowUp")
    until(page, lambda: shown(page, "matrices")[3] == 0.95)
    wait_until_idle(page)
    assert_no_error(page)


# --- Moving -----------------------------------------------------------------------------------------------------------


def test_the_plane_follows_a_slider_and_turns_without_shrinking(lesson: Visit) -> None:
    page = lesson("matrices", matrices_angle="0")
    drawn = settled_frames(page, "matrices")
    page.wait_for_timeout(400)
    assert frames(page, "matrices") == drawn  # an idle plane draws nothing
    set_slider(slider(page, "matrices_angle"), 72)  # 180 degrees, in the middle of which an entry-wise way would vanish
    seen: list[list[float]] = []
    until(page, lambda: seen.append(shown(page, "matrices")) or seen[-1] == [-1, 0, 0, -1, 0, 0])
    assert frames(page, "matrices") > drawn + 1
    assert all(math.hypot(entries[0], entries[2]) == pytest.approx(1.0, abs=0.02) for entries in seen)
    wait_until_idle(page)
    assert_no_error(page)


def test_a_learner_who_wants_no_motion_gets_none(lesson: Visit) -> None:
    page = lesson("composition", composition_a_angle="90", composition_b_tx="1")
    page.emulate_media(reduced_motion="reduce")
    play = plane(page, "composition").locator(".play")
    play.click()
    until(page, lambda: shown(page, "composition") == [0, -1, 1, 0, 0, 0])  # the first move, whole
    play.click()
    until(page, lambda: shown(page, "composition") == [0, -1, 1, 0, 1, 0])
    assert_no_error(page)


def test_moves_play_in_both_orders_and_by_hand_without_the_server(lesson: Visit) -> None:
    page = lesson("composition", composition_a_angle="90", composition_b_tx="2")
    reverse = page.locator(".st-key-picture_composition_reverse canvas")
    address = page.url
    page.evaluate(COUNT)
    drawn = settled_frames(page, "composition")
    plane(page, "composition").locator(".play").click()
    until(page, lambda: shown(page, "composition")[4] == 0)  # while it turns it is not shifted
    until(page, lambda: shown(page, "composition") == [0, -1, 1, 0, 2, 0])
    expect(reverse).to_have_attribute("data-matrix", "0.00 -1.00 1.00 0.00 0.00 2.00")
    assert frames(page, "composition") > drawn + 10
    position = plane(page, "composition").locator("input[type='range']")
    position.focus()
    page.keyboard.press("Home")
    until(page, lambda: shown(page, "composition") == [1, 0, 0, 1, 0, 0])
    expect(reverse).to_have_attribute("data-matrix", "1.00 0.00 0.00 1.00 0.00 0.00")
    assert position.get_attribute("aria-valuetext") == "0.00 / 2"
    set_slider(position, 1.5)
    until(page, lambda: shown(page, "composition") == [0, -1, 1, 0, 1, 0])
    page.wait_for_timeout(300)
    assert page.evaluate("window.__sent") == 0
    assert page.url == address
    assert_no_error(page)


def eigenvalues(page: Page) -> str:
    """The eigenvalues among the figures, spelled as the plane spells them."""
    return figures(page)[2].replace("\N{MINUS SIGN}", "-").replace(",", "")


def test_the_lines_in_the_picture_are_those_of_the_page(lesson: Visit) -> None:
    page = lesson("matrices", matrices_sx="1.5", matrices_sy="1.5", matrices_axis="45")
    canvas = plane(page, "matrices").locator("canvas")
    moves = {"turn": "", "shear": "1.00", "free": "1.81 0.69", "stretch": "", "mirror": "1.00 -1.00"}
    for move, lines in moves.items():
        page.get_by_role("radio", name=move, exact=True).click()
        expect(canvas).to_have_attribute("data-lines", lines, timeout=TIMEOUT_MS)
        wait_until_idle(page)
        if lines:
            assert eigenvalues(page) == lines
    assert_no_error(page)
