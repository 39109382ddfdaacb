"""The paper ball in a real browser: its numbers are Keras' own, and it plays, turns and rewinds without the server."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from lib import unfolding
from lib.training.recipe import ACTIVATIONS
from tests.browser.helpers import (
    TIMEOUT_MS,
    Visit,
    assert_fits_width,
    assert_no_error,
    check_accessibility,
    until,
    wait_until_idle,
)

pytestmark = pytest.mark.browser

LESSON = "geometry"
PARTS = ("network", "paper_model", "paper_picture", "paper")
ASSETS = Path(__file__).resolve().parents[2] / "assets" / "components"
COUNT = """
() => {
    const send = WebSocket.prototype.send;
    window.__sent = 0;
    WebSocket.prototype.send = function (data) { window.__sent += 1; return send.call(this, data); };
}
"""


# --- The scripts against Keras and NumPy ------------------------------------------------------------------------------


@pytest.fixture
def scripts(page: Page) -> Callable[[str, Any], Any]:
    """Evaluate a JavaScript function of one argument where the scripts of the paper ball stand above it."""
    sources = "\n".join((ASSETS / f"{name}.js").read_text(encoding="utf-8") for name in PARTS)
    sources = sources.replace("export default function (", "function mounted(")

    def evaluated(function: str, argument: Any) -> Any:
        body = json.dumps(f"{sources}\nreturn ({function})(argument);")
        return page.evaluate(f"(text) => new Function('argument', {body})(JSON.parse(text))", json.dumps(argument))

    return evaluated


def test_activations_are_those_of_keras(scripts: Callable[[str, Any], Any]) -> None:
    import keras

    z = np.concatenate([np.linspace(-30, 30, 241), np.linspace(-1, 1, 41)])
    for name in ACTIVATIONS:
        if name == "softmax":
            continue
        said = scripts("({ name, z }) => z.map(ACTIVATIONS[name])", {"name": name, "z": z.tolist()})
        wanted = np.asarray(keras.activations.get(name)(keras.ops.convert_to_tensor(z, "float32")))
        np.testing.assert_allclose(said, wanted, atol=1e-5, err_msg=name)


@pytest.mark.parametrize("batch_norm", [False, True])
def test_the_forward_pass_is_that_of_a_keras_model(scripts: Callable[[str, Any], Any], batch_norm: bool) -> None:
    import keras

    rng = np.random.default_rng(0)
    units, activations = (5, 3, 4), ("selu", "gelu", "softmax")
    model = keras.Sequential([keras.Input((2,))])
    layers, flat = [], []
    for number, (width, activation) in enumerate(zip(units, activations, strict=True)):
        normalised = batch_norm and number < 2
        dense, inputs = keras.layers.Dense(width), 2 if number == 0 else units[number - 1]
        model.add(dense)
        kernel, bias = rng.normal(size=(inputs, width)), rng.normal(size=width)
        dense.set_weights([kernel, bias])
        flat += [kernel.ravel(), bias]
        if normalised:
            norm = keras.layers.BatchNormalization()
            model.add(norm)
            moving = [rng.normal(size=width) for _ in range(3)] + [rng.uniform(0.1, 2, width)]
            norm.set_weights(moving)
            flat += moving
        model.add(keras.layers.Activation(activation))
        layers.append({"units": width, "activation": activation, "batchNorm": normalised})
    x = rng.normal(size=(9, 2))
    said = scripts(
        """({ layers, flat, x }) => {
            const network = places(layers, 2);
            return Array.from(forward(network, Float64Array.from(flat), Float64Array.from(x), 9).at(-1).y);
        }""",
        {"layers": layers, "flat": np.concatenate(flat).tolist(), "x": x.ravel().tolist()},
    )
    wanted = np.asarray(model(x.astype("float32"), training=False))
    np.testing.assert_allclose(np.reshape(said, (9, 4)), wanted, atol=1e-5)


def test_a_part_of_a_turn_is_that_of_numpy(scripts: Callable[[str, Any], Any]) -> None:
    kernels = np.random.default_rng(1).normal(size=(6, 2, 3))
    quaternions, stretches = unfolding.turns(kernels)
    for quaternion, stretch in zip(quaternions, stretches, strict=True):
        for share in (0.0, 0.3, 1.0):
            said = scripts(
                "({ q, s, share }) => between(q, s, share)",
                {"q": quaternion.tolist(), "s": stretch.ravel().tolist(), "share": share},
            )
            np.testing.assert_allclose(
                np.reshape(said, (3, 3)), unfolding.between(quaternion, stretch, share), atol=1e-9
            )


def test_the_boundary_lies_where_the_output_changes_sides(scripts: Callable[[str, Any], Any]) -> None:
    # One unit whose sum is x1 + 2 x2 - 1: a straight line.
    said = scripts(
        """() => {
            const network = places([{ units: 1, activation: "sigmoid" }], 2);
            const weights = Float64Array.from([1, 2, -1]);
            return Array.from(boundary(network, weights, forward(network, weights, MAP, MAP.length / 2).at(-1).z));
        }""",
        None,
    )
    ends = np.reshape(said, (-1, 2))
    assert len(ends) > 60
    np.testing.assert_allclose(ends @ [1, 2], 1, atol=2e-3)


# --- The section ------------------------------------------------------------------------------------------------------


def ball(page: Page) -> Locator:
    return page.locator(".st-key-picture_paper")


def frames(page: Page) -> int:
    return int(ball(page).locator("#view").get_attribute("data-frames") or 0)


def position(page: Page) -> float:
    return float(ball(page).locator("#position").input_value())


def last(page: Page) -> float:
    return float(ball(page).locator("#position").get_attribute("max") or "nan")


def until_played(page: Page) -> None:
    """Wait until the sheet has played to its end."""
    until(page, lambda: position(page) == last(page), seconds=60)


def leave_at_the_end(page: Page) -> None:
    """Take the sheet to its end and wait until it is drawn no more, rather than until it has played."""
    until(page, lambda: frames(page) > 0)
    ball(page).locator("#position").focus()
    page.keyboard.press("End")  # what is held plays no more
    drawn = [0]
    until(page, lambda: drawn.append(frames(page)) or len(set(drawn[-10:])) == 1 < len(drawn), seconds=60)
    assert position(page) == last(page)


def test_the_sheet_plays_by_itself_once_and_without_the_server(lesson: Visit) -> None:
    page = lesson("paper")
    page.evaluate(COUNT)
    until_played(page)
    expect(ball(page).locator("#view")).to_have_attribute("aria-label", re.compile(r"layer 3 of 3.*100 %"))
    before = frames(page)
    ball(page).get_by_role("button", name="Play: from layer to layer").click()
    until(page, lambda: 0 < position(page) < 3)
    until_played(page)
    assert frames(page) > before + 10
    ball(page).get_by_role("button", name="Play: from epoch to epoch").click()
    epoch = ball(page).locator("#epoch")
    until(page, lambda: epoch.input_value() != epoch.get_attribute("max"))
    until(page, lambda: epoch.input_value() == epoch.get_attribute("max"), seconds=60)
    assert page.evaluate("window.__sent") == 0
    assert_no_error(page)


def test_everything_is_done_by_keys(lesson: Visit) -> None:
    page = lesson("paper", paper_data="circle")
    page.emulate_media(reduced_motion="reduce")
    leave_at_the_end(page)
    page.evaluate(COUNT)
    slider = ball(page).locator("#position")
    slider.focus()
    page.keyboard.press("Home")
    expect(ball(page).locator(".said")).to_contain_text("inputs")
    page.keyboard.press("PageUp")
    expect(slider).to_have_attribute("aria-valuetext", "layer 1 of 1: x W + b")
    page.keyboard.press("ArrowRight")
    until(page, lambda: position(page) == pytest.approx(1.1))
    epoch = ball(page).locator("#epoch")
    epoch.focus()
    page.keyboard.press("Home")
    expect(epoch).to_have_attribute("aria-valuetext", "0")
    expect(ball(page).locator(".said")).to_contain_text("wrong side")
    page.keyboard.press("End")
    view = ball(page).locator("#view")
    view.focus()
    until(page, lambda: "100 %" in (view.get_attribute("aria-label") or ""))
    before = frames(page)
    page.keyboard.press("ArrowLeft")
    until(page, lambda: frames(page) > before)
    ball(page).get_by_role("button", name="layer 1").click()
    until(page, lambda: position(page) == 2)
    assert page.evaluate("window.__sent") == 0
    assert_no_error(page)


def test_who_wants_less_motion_sees_none_until_asked(page: Page, base_url: str) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{base_url}/geometry?step=paper&lang=en")
    wait_until_idle(page)
    until(page, lambda: frames(page) > 0)
    page.wait_for_timeout(1500)
    assert position(page) == 0
    still = frames(page)
    page.wait_for_timeout(500)
    assert frames(page) == still


def test_space_is_turned_by_dragging(lesson: Visit) -> None:
    page = lesson("paper", paper_data="circle")
    leave_at_the_end(page)
    view = ball(page).locator("#view")
    box = view.bounding_box()
    assert box
    before, pixels = frames(page), view.evaluate("canvas => canvas.toDataURL()")
    page.mouse.move(box["x"] + 100, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 110, steps=4)
    page.mouse.up()
    until(page, lambda: frames(page) > before)
    until(page, lambda: view.evaluate("canvas => canvas.toDataURL()") != pixels)
    assert_no_error(page)


def test_a_new_run_takes_the_place_of_the_old_one(lesson: Visit) -> None:
    page = lesson("paper")
    leave_at_the_end(page)
    page.get_by_role("radio", name="disc in a ring").click()
    expect(ball(page).locator("#position")).to_have_attribute("max", "2", timeout=TIMEOUT_MS)
    wait_until_idle(page)
    expect(ball(page).get_by_role("button", name="tilt up")).to_be_visible()
    assert position(page) == 2
    assert_no_error(page)


@pytest.mark.parametrize(("viewport", "theme", "lang"), [("phone", "dark", "zh"), ("projector", "light", "en")])
def test_the_section_fits_and_is_accessible(visit: Visit, viewport: str, theme: str, lang: str) -> None:
    page = visit(LESSON, lang=lang, viewport=viewport, theme=theme, step="paper", paper_data="circle")
    leave_at_the_end(page)
    assert_fits_width(page)
    check_accessibility(page)
    for slider in ball(page).locator("input[type=range]").all():
        box = slider.bounding_box()
        assert box
        assert box["height"] >= 32
    assert_no_error(page)
