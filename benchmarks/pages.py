"""From a moved control to the answer: the server over its WebSocket, and the picture in a browser."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import psutil
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from benchmarks._session import Control, Reply, Session
from lib.ui.course import COURSE, HOME
from lib.ui.lesson import STEP
from tests.browser import chromium
from tests.browser.helpers import wait_until_idle
from tests.browser.server import Server, running_server
from tests.strokes import DIGITS

Milliseconds = float

PATHS = [lesson.id for part in COURSE for lesson in part.lessons]
WARM_AFTER_S = 15.0
FIRST_TRAINING = ("descent", "unit")
DRAGGED = {"laboratory": "laboratory_rate"}  # the slider to drag where the first one waits until it is let go
LIMIT_S = 5.0  # a move that is not answered by then counts as unfinished, and the next one ends it
PAD = ("first_network", "own")  # where digits are drawn and read at once
QUICK_PATHS = [HOME.id, PAD[0]]  # enough to show that everything here runs
PEN_STEP = 3  # the pen goes to every third point of a stroke
PAUSE_S = 0.03  # a browser draws before it sends the next move of a drag

# Notes when anything last changed in a chart or an image, whether drawn on a canvas, in SVG, or loaded.
WATCH = """
(() => {
    const drawn = () => requestAnimationFrame(() => { window.__drawn = performance.now(); });
    for (const name of ["clearRect", "fill", "stroke", "fillText", "drawImage", "putImageData"]) {
        const original = CanvasRenderingContext2D.prototype[name];
        CanvasRenderingContext2D.prototype[name] = function (...given) { drawn(); return original.apply(this, given); };
    }
    document.addEventListener("load", (event) => event.target.tagName === "IMG" && drawn(), true);
    const pictures = "[data-testid='stVegaLiteChart'], [data-testid='stImage']";
    new MutationObserver((changes) => changes.some(({ target }) => target.closest?.(pictures)) && drawn())
        .observe(document, { subtree: true, childList: true, attributes: true });
})();
"""

# Moves a slider as a held thumb does, waits until the server's answer is in and 300 ms went by without a drawing.
# Null where nothing was drawn or no answer came within the limit.
DRAG = """
async (slider, [index, limit]) => {
    const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    const answered = new Promise((resolve) => window.addEventListener("unfold:seen", resolve, { once: true }));
    slider.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true, composed: true }));
    window.__drawn = undefined;
    const began = performance.now();
    slider.value = String(index);
    slider.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
    if (await Promise.race([answered, pause(limit).then(() => "late")]) === "late") return null;
    const after = performance.now();
    while (performance.now() - Math.max(after, window.__drawn ?? 0) < 300) await pause(20);
    return window.__drawn === undefined ? null : window.__drawn - began;
}
"""


# Notes when a pen that is down moved, and when the bars of the ten probabilities changed; both in the page's own clock.
WATCH_PAD = """
() => {
    const bars = document.querySelector(".st-key-picture_own_bars");
    const drawn = ({ target }) => target.closest?.("svg");
    new MutationObserver((changes) => { if (changes.some(drawn)) window.__changed = performance.now(); })
        .observe(bars, { subtree: true, childList: true, attributes: true });
    const moved = (event) => { if (event.buttons) window.__moved = performance.now(); };
    window.addEventListener("pointermove", moved, { capture: true });
}
"""

# From the last move to the last change of the bars; null where they did not change after it.
ANSWERED = "() => window.__changed > window.__moved ? window.__changed - window.__moved : null"


def measure(*, quick: bool) -> dict[str, Any]:
    """Times in milliseconds: the first page, the first training, and each section of each page.

    `server_ms` and `server_p95_ms` are the median and 95th percentile of a rerun after a control of the section moved,
    from the message sent to "script finished"; of its `moves`, `unfinished` were not answered within 5 s. `first_ms` is
    the section's first run. `picture_ms` and `picture_p95_ms` are the times from an input event on the first live
    slider, or on that of `DRAGGED`, to the last change of a picture; null where a section has no live slider, or where
    there is no browser.
    `first_page_ms` is the time from opening the browser's page, as soon as the server answers, to its heading;
    `first_page_server_ms` that of a session without a browser. `first_training_ms` is the first visit to a section
    that trains, once the server was up for 15 s. `pad_ms` and `pad_p95_ms` are the times from a move of the pen on the
    pad of `PAD`, whose network is trained, to the last change of the ten bars beside it, each when the one before
    was answered; null without a browser. `yardstick_ms` is what a fixed loop in Python takes before and after
    all this, so that times from a slow or busy machine can be told from those of a slow app. `quick` opens only
    `QUICK_PATHS`.
    """
    moves = 5 if quick else 60
    drags = 3 if quick else 20
    before = _yardstick()
    with _browser() as browser, TemporaryDirectory() as folder, running_server(Path(folder) / "output.txt") as server:
        measured = {**_first_page(server, browser), **_first_training(server)}
        pages = {path: _sections(server, path, moves) for path in (QUICK_PATHS if quick else PATHS)}
        if browser is not None:
            _add_pictures(browser, server, pages, drags)
        named = {path or "home": sections for path, sections in pages.items()}
        drawn = _pad_times(browser, server, digits=2 if quick else len(DIGITS))
        found = {**measured, **_summary("pad", drawn), "pages": named, "memory_mb": _memory(server)}
    return {**found, "yardstick_ms": [before, _yardstick()]}


def _yardstick() -> Milliseconds:
    """The median time of a loop that stands still while the app changes."""
    times = []
    for _ in range(5):
        began = time.perf_counter()
        sum(number * number for number in range(1_000_000))
        times.append(time.perf_counter() - began)
    return _ms(float(np.median(times)))


def table(measured: dict[str, Any]) -> str:
    """The measured times, a line for each section."""
    head = f"{'page':10} {'section':18} {'first':>8} {'server':>8} {'p95':>8} {'picture':>8} {'p95':>8}  ms  unfinished"
    names = ("first_ms", "server_ms", "server_p95_ms", "picture_ms", "picture_p95_ms")
    lines = [
        f"{page:10} {section or '-':18} "
        + " ".join(f"{_said(times.get(name)):>8}" for name in names)
        + f"  {times['unfinished']} of {times['moves']}"
        for page, sections in measured["pages"].items()
        for section, times in sections.items()
    ]
    alone = ("first_page_ms", "first_page_server_ms", "first_training_ms", "pad_ms", "pad_p95_ms")
    firsts = [f"{name}: {_said(measured[name])}" for name in alone]
    memory = ", ".join(f"{name} {value:.0f}" for name, value in measured["memory_mb"].items())
    before, after = map(_said, measured["yardstick_ms"])
    yardstick = f"a fixed loop in Python: {before} ms before, {after} ms after"
    return "\n".join([head, *lines, *firsts, f"memory in MB: {memory}", yardstick])


def _said(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


@contextmanager
def _browser() -> Iterator[Browser | None]:
    """A headless browser, started before anything is measured; None where there is none."""
    path = chromium.executable()
    if path is None:
        print(chromium.MISSING)
        yield None
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(chromium.ARGUMENTS))
        yield browser
        browser.close()


def _first_page(server: Server, browser: Browser | None) -> dict[str, Milliseconds | None]:
    shown = None
    if browser is not None:
        page = browser.new_page()
        began = time.perf_counter()
        page.goto(f"{server.url}/?lang=en", wait_until="commit")
        page.get_by_role("heading", level=1).wait_for()
        shown = _ms(time.perf_counter() - began)
        page.close()
    with Session(server.websocket_url) as session:
        return {"first_page_ms": shown, "first_page_server_ms": _ms(session.open("", lang="en").seconds)}


def _first_training(server: Server) -> dict[str, Milliseconds | None]:
    path, section = FIRST_TRAINING
    if path not in PATHS:
        return {"first_training_ms": None}
    time.sleep(max(0.0, server.process.create_time() + WARM_AFTER_S - time.time()))
    with Session(server.websocket_url) as session:
        return {"first_training_ms": _ms(session.open(path, lang="en", step=section).seconds)}


def _sections(server: Server, path: str, moves: int) -> dict[str, dict[str, Any]]:
    """The times of each section of a page, found by going from one to the next; a page without has one, named ""."""
    sections = {}
    with Session(server.websocket_url) as session:
        reply = session.open(path, lang="en")
        sections[reply.place()] = _section(session, reply, moves)
        for stepper in reply.controls(STEP):
            for step in stepper.states[1:]:
                reply = session.move(stepper.id, step)
                sections[reply.place()] = _section(session, reply, moves)
    return sections


def _section(session: Session, reply: Reply, moves: int) -> dict[str, Any]:
    print(f"{reply.place() or 'a page'}: first run {reply.seconds:.2f} s")
    controls = reply.controls(f"{reply.place()}_") if reply.place() else []
    slider = next((control.key for control in controls if "json_value" in control.states[0]), None)
    slider = DRAGGED.get(reply.place(), slider)
    return {"first_ms": _ms(reply.seconds), **_server_times(session, controls, moves), "slider": slider}


def _server_times(session: Session, controls: list[Control], moves: int) -> dict[str, Any]:
    """Reruns after each control moved in turn, to places spread over its range."""
    plan = [(control.id, state) for control in controls for state in _spread(control.states, moves, len(controls))]
    times = [_move(session, *move) for move in plan] or [session.rerun().seconds for _ in range(moves)]
    return {
        "server_ms": _ms(float(np.median(times))),
        "server_p95_ms": _ms(float(np.quantile(times, 0.95))),
        "moves": len(times),
        "unfinished": sum(seconds >= LIMIT_S for seconds in times),
    }


def _move(session: Session, widget_id: str, state: dict[str, Any]) -> float:
    """The seconds until the answer to a move, LIMIT_S at most."""
    time.sleep(PAUSE_S)
    try:
        return session.move(widget_id, state, limit=LIMIT_S).seconds
    except TimeoutError:
        return LIMIT_S


def _spread(states: list[dict[str, Any]], moves: int, shares: int) -> list[dict[str, Any]]:
    """A control's share of the moves, evenly over what it can be set to, each at most once."""
    count = min(len(states), max(2, moves // shares))
    return [states[place] for place in np.linspace(0, len(states) - 1, count).astype(int)]


def _add_pictures(browser: Browser, server: Server, pages: dict[str, Any], drags: int) -> None:
    for path, sections in pages.items():
        for section, times in sections.items():
            key = times.pop("slider")
            found = _picture_times(browser, f"{server.url}/{path}?lang=en&step={section}", key, drags) if key else []
            times.update(_summary("picture", found))


def _summary(name: str, times: list[Milliseconds]) -> dict[str, Milliseconds | None]:
    """The median and the 95th percentile of some times, None where there are none."""
    middle, late = np.quantile(times, [0.5, 0.95]).tolist() if times else (None, None)
    return {f"{name}_ms": middle and round(middle, 1), f"{name}_p95_ms": late and round(late, 1)}


def _picture_times(browser: Browser, url: str, key: str, drags: int) -> list[Milliseconds]:
    """From an input event on the live slider to the last change of the picture, in the browser's own clock."""
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    page.add_init_script(WATCH)
    page.goto(url)
    wait_until_idle(page)
    slider = page.locator(f".st-key-{key} input[type=range]")
    times = [slider.evaluate(DRAG, [place, LIMIT_S * 1000]) for place in _places(slider, drags)]
    page.close()
    return [each for each in times if each is not None]


def _pad_times(browser: Browser | None, server: Server, *, digits: int) -> list[Milliseconds]:
    """From moves of the pen, while digits are drawn, to the last change of the bars, in the browser's own clock."""
    path, section = PAD
    if browser is None or path not in PATHS:
        return []
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    page.goto(f"{server.url}/{path}?lang=en&step={section}")
    wait_until_idle(page)
    page.evaluate(WATCH_PAD)
    found: list[Milliseconds | None] = []
    for digit in range(digits):
        for line in DIGITS[digit][0]:
            found += _stroke_times(page, line)
        page.locator(".st-key-pad").get_by_role("button", name="Clear").click()
        wait_until_idle(page)
    page.close()
    return [each for each in found if each is not None]


def _stroke_times(page: Page, line: Sequence[tuple[float, float]]) -> list[Milliseconds | None]:
    """Draw a stroke, move by move; what the answer to each took, None where it changed nothing."""
    pad = page.locator(".st-key-pad canvas")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box
    points = [*line[:-1:PEN_STEP], line[-1]]
    first, *others = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*first)
    page.mouse.down()
    wait_until_idle(page)
    times = []
    for place in others:
        page.mouse.move(*place)
        wait_until_idle(page)
        times.append(page.evaluate(ANSWERED))
    page.mouse.up()
    wait_until_idle(page)
    return times


def _places(slider: Locator, drags: int) -> list[int]:
    """Positions spread over the slider, none of them where it stands."""
    last, now = int(slider.get_attribute("max") or 0), int(slider.input_value())
    return [place for place in np.linspace(0, last, min(drags, last + 1)).astype(int).tolist() if place != now]


def _memory(server: Server) -> dict[str, float]:
    """Resident memory of the process that serves pages, and of its children together, in megabytes."""
    children = server.process.children(recursive=True)
    return {
        "pages": round(server.process.memory_info().rss / 1e6),
        "trainer": round(sum(_resident(child) for child in children) / 1e6),
    }


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def _ms(seconds: float) -> Milliseconds:
    return round(seconds * 1000, 1)
