"""Frames a second that canvases draw while they play, and what the browser says to the server meanwhile: nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import chromium
from tests.browser.helpers import wait_until_idle
from tests.browser.server import running_server

SLOW = "0.5"
"""The speed at which the paper ball plays, so that it is not over before it is measured."""


@dataclass(frozen=True)
class Scene:
    """A canvas that counts its frames in `data-frames`, where it is found, and the button that makes it play."""

    name: str
    path: str
    query: str
    canvas: str
    play: str
    speed: str = ""


PAPER = ".st-key-picture_paper"
POSITION, EPOCH = (f"{PAPER} button[data-plays='{what}']" for what in ("position", "epoch"))
GROUND = ".playground"
LARGEST = "laboratory_layers=6&" + "&".join(f"laboratory_units_{layer}=8" for layer in range(1, 7))
SCENES = (
    Scene("plane, layers", "geometry", "step=paper", f"{PAPER} #view", POSITION, f"{PAPER} #speed"),
    Scene("plane, epochs", "geometry", "step=paper", f"{PAPER} #view", EPOCH, f"{PAPER} #speed"),
    Scene("space, layers", "geometry", "step=paper&paper_data=circle", f"{PAPER} #view", POSITION, f"{PAPER} #speed"),
    Scene("space, epochs", "geometry", "step=paper&paper_data=circle", f"{PAPER} #view", EPOCH, f"{PAPER} #speed"),
    Scene("laboratory", "overfitting", "step=laboratory", f"{GROUND} canvas", f"{GROUND} .play"),
    Scene("laboratory, 6×8", "overfitting", f"step=laboratory&{LARGEST}", f"{GROUND} canvas", f"{GROUND} .play"),
)

# Counts frames for some seconds from the moment at which the first one was drawn.
WATCH = """
async (canvas, seconds) => {
    const count = () => Number(canvas.dataset.frames);
    const next = () => new Promise(requestAnimationFrame);
    const before = count();
    while (count() === before) await next();
    const [first, began] = [count(), performance.now()];
    let [longest, last, seen] = [0, began, first];
    while (performance.now() - began < 1000 * seconds) {
        await next();
        if (count() === seen) continue;
        longest = Math.max(longest, performance.now() - last);
        [last, seen] = [performance.now(), count()];
    }
    return { frames: seen - first, seconds: (performance.now() - began) / 1000, longest_ms: longest };
}
"""

# What stands still: the milliseconds that this browser needs for two million tangents, to read the frames against.
REFERENCE = """
() => {
    const began = performance.now();
    let sum = 0;
    for (let i = 0; i < 2e6; i += 1) sum += Math.tanh(i * 1e-6);
    return sum && performance.now() - began;
}
"""


@dataclass
class Traffic:
    """What went from the browser to the server since it was last emptied."""

    sent: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Note requests, and frames on the page's WebSockets; before the page is opened."""
        page.on("request", lambda request: self.sent.append(request.url))
        page.on("websocket", lambda socket: socket.on("framesent", lambda _: self.sent.append(socket.url)))


def measure(*, quick: bool) -> dict[str, Any]:
    """For each scene the frames a second, the longest wait for a frame (ms), and how often the server was asked.

    `reference_ms` is what two million hyperbolic tangents took in the same browser just before.
    In headless Chromium without a graphics card, at 1366 by 768 pixels. Raises RuntimeError where there is no browser,
    or where something went to the server while a canvas played.
    """
    seconds = 0.3 if quick else 3.0
    with _browser() as browser, TemporaryDirectory() as folder, running_server(Path(folder) / "output.txt") as server:
        return {scene.name: _scene(browser, server.url, scene, seconds) for scene in SCENES}


def table(measured: dict[str, Any]) -> str:
    """The figures for reading."""
    lines = [f"{'scene':16}{'frames/s':>10}{'longest, ms':>14}{'requests':>10}{'reference, ms':>16}"]
    lines += [
        f"{name:16}{row['frames_per_second']:>10.1f}{row['longest_ms']:>14.1f}{row['requests']:>10}"
        f"{row['reference_ms']:>16.1f}"
        for name, row in measured.items()
    ]
    return "\n".join(lines)


@contextmanager
def _browser() -> Iterator[Browser]:
    path = chromium.executable()
    if path is None:
        raise RuntimeError(chromium.MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(chromium.ARGUMENTS))
        yield browser
        browser.close()


def _scene(browser: Browser, url: str, scene: Scene, seconds: float) -> dict[str, Any]:
    traffic = Traffic()
    # Reduced motion: nothing plays by itself, so that it plays from the beginning when the button is pressed.
    page = browser.new_page(viewport={"width": 1366, "height": 768}, reduced_motion="reduce")
    traffic.watch(page)
    page.goto(f"{url}/{scene.path}?lang=en&{scene.query}")
    wait_until_idle(page)
    if scene.speed:
        page.locator(scene.speed).select_option(SLOW)
    reference_ms = min(page.evaluate(REFERENCE) for _ in range(3))
    traffic.sent.clear()
    page.locator(scene.play).click()
    seen = page.locator(scene.canvas).evaluate(WATCH, seconds)
    sent = list(traffic.sent)
    page.close()
    if sent:
        raise RuntimeError(f"{scene.name}: {len(sent)} messages went out, the first to {sent[0]}; expected none")
    return {
        "frames_per_second": round(seen["frames"] / seen["seconds"], 1),
        "longest_ms": round(seen["longest_ms"], 1),
        "requests": len(sent),
        "reference_ms": round(reference_ms, 1),
    }
