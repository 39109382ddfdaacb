"""The lesson on overfitting in a real browser: whole on every screen, dragged, rewound, and sent as a link."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.helpers import (
    LOOKS,
    TIMEOUT_MS,
    Visit,
    assert_charts_fit,
    assert_no_error,
    chart,
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

pytestmark = pytest.mark.browser

LESSON = "overfitting"
SECTIONS = (
    "curve",
    "laboratory",
    "capacity",
    "decay",
    "penalty",
    "dropout",
    "data",
    "labels",
    "judging",
    "leak",
)

COUNT = """
() => {
    const send = WebSocket.prototype.send;
    window.__sent = 0;
    WebSocket.prototype.send = function (data) { window.__sent += 1; return send.call(this, data); };
}
"""


@pytest.mark.parametrize(("lang", "viewport", "theme"), LOOKS)
def test_the_lesson_on_overfitting_is_whole(visit: Visit, lang: str, viewport: str, theme: str) -> None:
    page = visit(LESSON, lang=lang, viewport=viewport, theme=theme)
    for section in walk(page, SECTIONS):
        assert_charts_fit(page)
        if section == "laboratory":
            expect(page.locator(".playground canvas")).to_be_visible()
            expect(page.locator(".playground .numbers dd")).to_have_count(4)


def test_the_rings_keep_their_frame_when_the_strength_moves(lesson: Visit) -> None:
    page = lesson("penalty")
    frame = chart(page, "penalty").locator("svg .role-axis-label text")
    before = frame.all_text_contents()
    assert len(before) > 5
    assert all(before)
    slider(page, "penalty_strength").focus()
    for _ in range(3):
        shown = figures(page)
        page.keyboard.press("ArrowRight")
        figures_other_than(page, shown)
        wait_until_idle(page)
        assert frame.all_text_contents() == before
    assert_no_error(page)


@pytest.mark.parametrize(("section", "key"), [("curve", "curve_degree"), ("penalty", "penalty_strength")])
def test_the_picture_follows_the_thumb_while_it_is_held(lesson: Visit, section: str, key: str) -> None:
    page = lesson(section)
    figures_before, picture_before = figures(page), picture(page, section)
    left, right, y = grab(page, slider(page, key))
    for share in (0.3, 0.5, 0.7):
        page.mouse.move(left + (right - left) * share, y)
        page.wait_for_timeout(30)
    figures_other_than(page, figures_before)
    until(page, lambda: picture(page, section) != picture_before)
    assert f"{key}=" not in page.url  # the address waits for the learner to let go
    page.mouse.up()
    expect(page).to_have_url(re.compile(f"{key}="), timeout=TIMEOUT_MS)
    wait_until_idle(page)
    assert_no_error(page)


def test_the_degree_listens_to_the_keyboard(lesson: Visit) -> None:
    page = lesson("curve")
    before = figures(page)
    slider(page, "curve_degree").focus()
    page.keyboard.press("End")
    figures_other_than(page, before)
    expect(page).to_have_url(re.compile("curve_degree=15"), timeout=TIMEOUT_MS)
    assert_no_error(page)


def test_many_training_sets_are_drawn_at_once(lesson: Visit) -> None:
    page = lesson("curve", curve_many="on", viewport="phone", theme="dark")
    lines = chart(page, "curve_sets").locator("g.mark-line.role-mark path")
    assert lines.count() >= 40
    assert len(figures(page)) == 5
    assert_no_error(page)


def test_the_weights_are_rewound_without_the_server_and_trained_again_at_once(lesson: Visit) -> None:
    page = lesson("decay")
    step = rewinder(page, "decay")
    at_the_end = picture(page, "decay")
    page.evaluate(COUNT)
    step.focus()
    page.keyboard.press("Home")
    until(page, lambda: picture(page, "decay") != at_the_end)
    page.keyboard.press("End")
    until(page, lambda: picture(page, "decay") == at_the_end)
    assert page.evaluate("window.__sent") == 0
    table = page.get_by_test_id("stTable")
    before = table.inner_text()
    slider(page, "decay_l1").focus()
    page.keyboard.press("End")
    until(page, lambda: table.inner_text() != before)
    until(page, lambda: "decay_l1=0.1" in page.url)
    wait_until_idle(page)
    assert_no_error(page)


@pytest.mark.parametrize(
    ("section", "control", "pictures"),
    [
        ("dropout", "dropout_rate", ("dropout_masks", "dropout_rates", "dropout_curves")),
        ("data", "data_size", ("data_sizes", "data_updates")),
        ("labels", "labels_share", ("labels",)),
        ("judging", "judging_parts", ("judging_blocks", "judging_luck")),
        ("leak", "leak_rounds", ("leak",)),
    ],
)
def test_a_moved_control_changes_figures_and_pictures(
    lesson: Visit, section: str, control: str, pictures: tuple[str, ...]
) -> None:
    page = lesson(section)
    before, drawn = figures(page), {key: picture(page, key) for key in pictures}
    slider(page, control).focus()
    page.keyboard.press("ArrowRight" if control == "labels_share" else "ArrowLeft")  # which stands at its least
    until(page, lambda: f"{control}=" in page.url)
    wait_until_idle(page)
    assert figures_other_than(page, before)
    for key in pictures:
        until(page, lambda key=key: picture(page, key) != drawn[key])
    assert_no_error(page)


def test_features_chosen_by_the_judges_are_a_leak_of_their_own(lesson: Visit) -> None:
    page = lesson("leak", leak_features="100")
    before, pairs, search = figures(page), picture(page, "leak_pairs"), picture(page, "leak")
    slider(page, "leak_features").focus()
    page.keyboard.press("Home")
    until(page, lambda: picture(page, "leak_pairs") != pairs)
    until(page, lambda: "leak_features=5" in page.url)
    wait_until_idle(page)
    assert figures(page)[:-1] == before[:-1]  # the search and the scaling know nothing of it
    assert figures(page)[-1] != before[-1]
    assert picture(page, "leak") == search
    assert_no_error(page)


@pytest.mark.parametrize(
    ("section", "key", "query"),
    [
        ("curve", "curve", {"curve_degree": "9", "curve_points": "60", "curve_noise": "0.5"}),
        ("penalty", "penalty", {"penalty_pair": "cholesterol", "penalty_strength": "0.1"}),
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
    other.goto(re.sub("curve_[^&]*|penalty_[^&]*", "", page.url))
    wait_until_idle(other)
    assert figures(other) != figures(page)
    other.close()
