"""What a browser test asks of a page.

How to write one:

    import pytest
    from tests.browser.helpers import assert_no_error, check_accessibility, set_slider, wait_until_idle

    pytestmark = pytest.mark.browser


    def test_a_smaller_step_turns_the_secant_into_the_tangent(visit, lang, viewport, theme):
        page = visit("descent", lang=lang, viewport=viewport, theme=theme, step="slope")
        page.locator(".st-key-slope_eps input").focus()
        page.keyboard.press("Home")
        wait_until_idle(page)
        assert_no_error(page)
        check_accessibility(page)

The fixtures `lang` (en, zh), `viewport` (projector, phone) and `theme` (light, dark) run a test once for each of their
values: name only those on which the fact may depend. `visit` opens a page, waits until it is idle, and returns it;
`lesson("slope", slope_x="1.5")` does so for a section of the page that the module names as LESSON.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Locator, Page, expect

Visit = Callable[..., Page]
"""The type of the fixtures `visit` and `lesson`."""

VIEWPORTS = {"projector": {"width": 1366, "height": 768}, "phone": {"width": 390, "height": 844}}
LOCALES = {"en": "en-GB", "zh": "zh-CN"}
TIMEOUT_MS = 180_000  # a section may wait for programs that are compiled on a slow and busy machine

# Language, viewport and theme, each value once: a walk through a whole lesson takes long. English, whose words are the
# longer ones, has the narrow window.
LOOKS = [("en", "phone", "dark"), ("zh", "projector", "light")]

# Idle: the script has ended, nothing is drawn as a placeholder, every chart has its picture, and that for 200 ms,
# since a control's change reaches the server only after it was throttled, and a chart is drawn anew when it finds its
# frame wider or narrower than it was.
IDLE = """
() => {
    const app = document.querySelector("[data-testid='stApp']");
    const charts = [...document.querySelectorAll("[data-testid='stVegaLiteChart']")];
    const idle = app
        && app.getAttribute("data-test-script-state") === "notRunning"
        && app.getAttribute("data-test-connection-state") === "CONNECTED"
        && !document.querySelector("[data-testid='stSkeleton'], [data-testid='stAppSkeleton'], [data-stale='true']")
        && document.querySelector("[data-testid='stMainBlockContainer']")
        && charts.every((chart) => chart.querySelector("canvas, svg"));
    const drawn = charts.map((chart) => chart.querySelector("canvas, svg"));
    const sizes = [...charts, ...drawn].map((part) => part?.clientWidth).join();
    const now = performance.now();
    if (!idle || sizes !== window.__idleSizes) {
        window.__idleSizes = sizes;
        window.__idleSince = undefined;
        return false;
    }
    window.__idleSince ??= now;
    return now - window.__idleSince > 200;
}
"""

# What Streamlit's own frame breaks, whatever the app does: the rule of axe, and where (a CSS selector of an ancestor).
EXCEPTIONS: Mapping[str, str] = {
    # The navigation wraps the items of each section in a <div> between <ul> and <li>.
    "list": "[data-testid='stSidebarNavItems']",
    "listitem": "[data-testid='stSidebarNavItems']",
}

# At a page's own address Streamlit's front end asks first whether the server lives below it: "not found" is no error.
ASKING_AROUND = re.compile(r"^https?://[^/]+/[^/?]+/_stcore/(health|host-config)$")

_errors: dict[Page, list[str]] = {}


# --- The page as a whole ----------------------------------------------------------------------------------------------


def record_errors(page: Page) -> None:
    """Remember what the page's console calls an error, for `assert_no_error`."""
    errors = _errors.setdefault(page, [])

    def record(message: ConsoleMessage) -> None:
        where = str(message.location.get("url", ""))
        if message.type == "error" and not ASKING_AROUND.match(where):
            errors.append(f"{message.text} ({where})")

    page.on("console", record)
    page.on("pageerror", lambda error: errors.append(str(error)))


def forget_errors(page: Page) -> None:
    """Forget what `record_errors` remembered of this page."""
    _errors.pop(page, None)


def wait_until_idle(page: Page) -> None:
    """Wait until the server has answered and every picture is drawn."""
    page.evaluate("window.__idleSince = undefined")
    page.wait_for_function(IDLE, timeout=TIMEOUT_MS)


def assert_no_error(page: Page) -> None:
    """Fail if the page shows an exception, or the app's apology for one, or if its console reported an error."""
    for failure in page.locator("[data-testid='stException'], .st-key-failure").all():
        raise AssertionError(f"the page failed: {failure.inner_text()}")
    assert "Traceback" not in page.locator("body").inner_text()
    assert not _errors.get(page), "\n".join(_errors[page])


def assert_fits_width(page: Page) -> None:
    """Fail if the page, or what it shows, is wider than the window."""
    wide = page.evaluate(
        """() => {
            const main = document.querySelector("[data-testid='stMain']");
            return [document.documentElement, main]
                .filter((part) => part.scrollWidth > part.clientWidth + 1)
                .map((part) => `${part.tagName}: ${part.scrollWidth} px in ${part.clientWidth}`);
        }"""
    )
    assert not wide, f"wider than the window: {wide}"


def assert_charts_fit(page: Page) -> None:
    """Fail if a chart hangs over on the right of its frame."""
    for drawn in page.get_by_test_id("stVegaLiteChart").all():
        frame, inside = drawn.bounding_box(), drawn.locator("svg").first.bounding_box()
        assert frame
        assert inside
        assert inside["x"] + inside["width"] <= frame["x"] + frame["width"] + 1, f"{heading(page)} hangs over"


def check_accessibility(page: Page) -> None:
    """Fail on what axe-core calls a serious or a critical violation, but for `EXCEPTIONS`.

    With a window as high as the page: axe does not judge the colours of what is scrolled away.
    """
    with _whole(page):
        violations = Axe().run(page).response["violations"]
    grave = [found for found in violations if found["impact"] in ("serious", "critical")]
    described = [text for violation in grave if (text := _described(violation, page))]
    assert not described, "\n".join(described)


def walk(page: Page, sections: Sequence[str]) -> Iterator[str]:
    """Go through a lesson by the button that leads on: each section, once it is drawn without error and accessible."""
    seen = []
    for section in sections:
        seen.append(heading(page))
        assert_no_error(page)
        assert_fits_width(page)
        check_accessibility(page)
        yield section
        if section != sections[-1]:
            page.locator(".st-key-step_on button").click()
            expect(page.get_by_role("heading", level=2)).not_to_have_text(seen[-1])
            expect(page.get_by_role("heading", level=2)).to_be_focused()
            wait_until_idle(page)
    assert len(set(seen)) == len(sections)
    assert not page.locator(".st-key-step_on").count()


def until(page: Page, fact: Callable[[], object], *, seconds: float = 20) -> None:
    """Wait until `fact()` is true."""
    deadline = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < deadline, "it did not come true"
        page.wait_for_timeout(20)


# --- Its parts --------------------------------------------------------------------------------------------------------


def heading(page: Page) -> str:
    """The title of the section."""
    return page.get_by_role("heading", level=2).inner_text()


def figures(page: Page) -> list[str]:
    """The figures of the section."""
    return [shown.inner_text() for shown in page.get_by_test_id("stMetricValue").all()]


def figures_other_than(page: Page, before: list[str]) -> list[str]:
    """The figures of the page once they have changed."""
    until(page, lambda: figures(page) not in (before, []))
    return figures(page)


def chart(page: Page, key: str) -> Locator:
    """The chart of `picture.show` under this key."""
    return page.locator(f".st-key-picture_{key} [data-testid='stVegaLiteChart']")


def picture(page: Page, key: str) -> str:
    """What a chart shows, as the parts of its SVG in alphabetical order.

    Vega numbers its clips anew whenever it draws, and draws marks that come back after all others of their layer.
    """
    svg = re.sub(r"\b(clip|gradient)_?\d+", "", chart(page, key).locator("svg").inner_html())
    return "\n".join(sorted(svg.split("<")))


def rewinder(page: Page, key: str) -> Locator:
    """The slider beneath a chart that goes back and forth in it."""
    return chart(page, key).locator("input[type='range'][name='step']")


def slider(page: Page, key: str) -> Locator:
    """The thumb of the live slider under this key."""
    return page.locator(f".st-key-{key} input[type='range']")


def grab(page: Page, thumb: Locator) -> tuple[float, float, float]:
    """Press the mouse on a slider's thumb; the left end, the right end and the height of its way."""
    thumb.scroll_into_view_if_needed()
    box = thumb.bounding_box()
    assert box
    low, high, value = (float(thumb.evaluate(f"input => input.{name} || 0")) for name in ("min", "max", "value"))
    left, right, y = box["x"] + 8, box["x"] + box["width"] - 8, box["y"] + box["height"] / 2
    page.mouse.move(left + (right - left) * (value - low) / (high - low), y)
    page.mouse.down()
    return left, right, y


def click_inside(page: Page, part: Locator) -> None:
    """Click the middle of a part of a chart."""
    part.scroll_into_view_if_needed()
    box = part.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def set_slider(slider: Locator, value: float) -> None:
    """Move an `<input type=range>` as a drag does: one input event at the new place, without letting go."""
    slider.evaluate(
        """(slider, value) => {
            slider.value = String(value);
            slider.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
        }""",
        value,
    )


@contextmanager
def _whole(page: Page) -> Iterator[None]:
    """Make the window as high as the page for a moment."""
    size = page.viewport_size
    assert size is not None
    height = page.get_by_test_id("stMain").evaluate("main => main.scrollHeight")
    page.set_viewport_size({"width": size["width"], "height": max(size["height"], height)})
    wait_until_idle(page)
    yield
    page.set_viewport_size(size)
    wait_until_idle(page)


def _described(violation: dict[str, Any], page: Page) -> str:
    """The rule and the elements that break it; "" if all of them are excepted."""
    frame = EXCEPTIONS.get(violation["id"])
    nodes = [node for node in violation["nodes"] if not (frame and _within(page, node["target"], frame))]
    places = [f"  {node['target']}: {node['html'][:200]}\n    {node['failureSummary']}" for node in nodes]
    return "\n".join([f"{violation['id']} ({violation['impact']})", *places]) if nodes else ""


def _within(page: Page, target: list[Any], frame: str) -> bool:
    """Whether the element that axe names lies inside `frame`; one in a shadow root or an iframe does not."""
    if len(target) != 1 or not isinstance(target[0], str):
        return False
    return bool(
        page.evaluate("([target, frame]) => !!document.querySelector(target)?.closest(frame)", [target[0], frame])
    )
