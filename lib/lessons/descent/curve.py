"""Down the loss curve: steps against the slope arrive, crawl, jump about or fly off, as rate and momentum decide."""

from typing import TypedDict

import streamlit as st

from lib import descent
from lib.charts import descent as charts
from lib.lessons.descent import names
from lib.snippets import descent as snippets
from lib.ui import controls, picture
from lib.ui.layout import answer, beside, numbers
from lib.ui.predict import predict
from lib.ui.text import mark, t

RATES = tuple(float(f"{rate:.2g}") for rate in descent.learning_rates(81, 0.001, 10))
VERDICTS = {
    "too_slow": mark("Too slow: the steps are so small, or so few, that the ball is still on its way."),
    "converges": mark("It arrives: the ball has all but come to rest at the lowest point."),
    "oscillates": mark("It jumps to and fro: the rate or the momentum is too large for the ball to have come to rest."),
    "trapped": mark("Trapped: the ball rests where the slope is next to nothing, but lower ground lies elsewhere."),
    "diverges": mark(
        "It diverges: the steps are so large that they lead uphill, and the ball ends higher than it began."
    ),
}


class Settings(TypedDict):
    """What the controls say; the curvature is that of the parabola, the one curve that has one everywhere."""

    curve: str
    learning_rate: float
    momentum: float
    start: float
    steps: int
    curvature: float


def settings() -> Settings:
    """Ask for a curve and for how the ball goes down on it."""
    curve = controls.choice(t("Curve"), list(descent.CURVES), key="curve_curve", names=names.curve)
    return {
        "curve": curve,
        "learning_rate": controls.slider(t("Learning rate"), key="curve_rate", default=0.1, values=RATES),
        "momentum": controls.slider(
            t("Momentum"),
            key="curve_momentum",
            default=0.0,
            minimum=0.0,
            maximum=0.95,
            step=0.05,
            format=".2f",
            help=t("The share of the last step that is kept and added to the next one."),
        ),
        "start": controls.slider(
            t("Starting point"), key="curve_start", default=-2.0, minimum=-2.3, maximum=2.3, step=0.1
        ),
        "steps": controls.slider(t("Steps"), key="curve_steps", default=30, minimum=10, maximum=100, step=10),
        "curvature": _curvature() if curve == "parabola" else 1.0,
    }


def _curvature() -> float:
    return controls.slider(
        t("Curvature c"),
        key="curve_curvature",
        default=1.0,
        minimum=0.5,
        maximum=4.0,
        step=0.25,
        help=t("How steeply the parabola c/2 x² bends."),
    )


def show() -> None:
    """Show a ball going down a curve, and in one sentence how it ends."""
    st.markdown(
        t(
            "Step against the slope $a$, again and again: $x \\leftarrow x - \\eta\\,a$. The **learning rate** "
            "$\\eta$ decides how far each step goes. **Momentum** keeps a share of the last step, like a ball that "
            "rolls: it speeds up slow valleys and may carry over a hump."
        )
    )
    left, right = beside("curve")
    with left:
        chosen = settings()
        parabola = chosen["curve"] == "parabola"
        curve = descent.parabola(chosen["curvature"]) if parabola else descent.CURVES[chosen["curve"]]
        guess = _guess() if parabola else None
        path = _path(curve, chosen)
        st.markdown(f"**{t(VERDICTS[descent.verdict(curve, path)])}**")
        if parabola:
            _figures(chosen, path, asked=guess is None)
    with right:
        _picture(curve, path, last=chosen["steps"])
    st.markdown(
        t(
            "**Notice** in the one valley: with curvature $c$ every plain step multiplies $x$ by $1 - \\eta\\,c$. "
            "Above a rate of $2/c$ that is more than one in size, and the ball flies off; momentum $m$ moves the "
            "limit to $2(1 + m)/c$. With two valleys, start at 2.3 with a rate of 0.1: without momentum the ball "
            "rests in the wrong one. Turn momentum up until it carries over the hump, near 0.75. Pictures in one "
            "dimension can mislead: real losses live in millions of them, where there are many more ways around a "
            "hump."
        )
    )


def _guess() -> str | None:
    guess = predict(
        t("The curvature is 1. From which learning rate on will the ball fly out of the valley?"),
        {"half": "0.5", "one": "1", "two": "2", "four": "4"},
        key="curve_prediction",
    )
    if guess:
        limit = descent.stability_limit(1.0)
        said = t("The computation says **{limit:g}**: set the rate just below and just above it.", limit=limit)
        answer(guess, "two", said)
    return guess


def _path(curve: descent.Curve, chosen: Settings) -> descent.Path:
    return descent.descend(
        curve,
        start=chosen["start"],
        learning_rate=chosen["learning_rate"],
        momentum=chosen["momentum"],
        steps=chosen["steps"],
    )


def _figures(chosen: Settings, path: descent.Path, *, asked: bool) -> None:
    limit = descent.stability_limit(chosen["curvature"], chosen["momentum"])
    factor = descent.step_factor(chosen["learning_rate"], chosen["curvature"])
    numbers(
        (t("Stable up to a rate of"), "?" if asked else f"{limit:.3g}"),
        (t("Each plain step multiplies x by"), f"{factor:.3g}"),
        (t("Seen: x is multiplied by"), f"{descent.observed_factor(path):.3g}" if path.x[0] else "–"),
    )


def _picture(curve: descent.Curve, path: descent.Path, *, last: int) -> None:
    picture.show(
        charts.curve.chart,
        charts.curve.datasets(curve, path),
        key="curve",
        alt=t(
            "A ball goes down a loss curve step by step; beneath, its loss by step. The sentence beside it "
            "says how it ends."
        ),
        x_title=t("weight x"),
        y_title=t("loss"),
        step_title=t("Step"),
        x_domain=curve.domain,
        y_domain=curve.range,
        last=last,
    )


def code() -> str:
    """Go down the curve with Keras' SGD."""
    return snippets.curve(**settings())
