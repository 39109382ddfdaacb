"""The slope: a small step to the side turns the secant into the tangent, and its slope into the derivative."""

from typing import TypedDict

import streamlit as st

from lib import descent
from lib.charts import descent as charts
from lib.lessons.descent import names
from lib.snippets import descent as snippets
from lib.ui import controls, picture
from lib.ui.layout import beside, numbers
from lib.ui.text import t


class Settings(TypedDict):
    """What the controls say."""

    curve: str
    x: float
    eps: float


def settings() -> Settings:
    """Ask for a curve, a point on it, and the step to a second one."""
    return {
        "curve": controls.choice(t("Curve"), list(descent.CURVES), key="slope_curve", names=names.curve),
        "x": controls.slider(t("Point x"), key="slope_x", default=-1.5, minimum=-2.4, maximum=2.4, step=0.05),
        "eps": controls.slider(
            t("Step ε"),
            key="slope_eps",
            default=1.0,
            values=(0.001, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0),
            help=t("How far to the right the second point lies."),
        ),
    }


def show() -> None:
    """Show a secant and a tangent, and how far the tangent misses the curve."""
    st.markdown(
        t(
            "A network learns by changing numbers, its **weights**. The **loss** says how wrong its predictions "
            "are: small is good. Which way should a weight go to make the loss smaller? Look at the loss as a "
            "curve over one weight $x$ and take a small step $\\varepsilon$ to the side. The line through both "
            "points, the *secant*, rises by some slope. Make the step smaller: the secant turns into the "
            "**tangent**, and its slope $a$ into the **derivative**."
        )
    )
    left, right = beside("slope")
    with left:
        chosen = settings()
        curve, x, eps = descent.CURVES[chosen["curve"]], chosen["x"], chosen["eps"]
        _figures(curve, x, eps)
    with right:
        _picture(curve, x, eps)
    st.markdown(
        t(
            "**Notice** that the tangent foretells the curve nearby: $f(x + \\varepsilon) \\approx f(x) + "
            "a\\,\\varepsilon$. Make a small step ten times smaller, and it misses about a hundred times less. "
            "Where the slope is positive, going left lowers the loss; where it is negative, going right does. That "
            "is all gradient descent needs to know."
        )
    )


def _figures(curve: descent.Curve, x: float, eps: float) -> None:
    numbers(
        (t("Slope of the secant"), f"{descent.secant_slope(curve, x, eps):.4f}"),
        (t("Slope of the tangent"), f"{descent.tangent_slope(curve, x):.4f}"),
        (t("Miss at x + ε"), f"{descent.approximation_error(curve, x, eps):.2g}"),
    )


def _picture(curve: descent.Curve, x: float, eps: float) -> None:
    picture.show(
        charts.slope.chart,
        charts.slope.datasets(curve, x, eps),
        key="slope",
        alt=t(
            "A loss curve, a point on it with its tangent, and the secant to a second point; the slopes are "
            "given beside it."
        ),
        x_title=t("weight x"),
        y_title=t("loss f(x)"),
        names=(("secant", t("secant")), ("tangent", t("tangent"))),
        x_domain=curve.domain,
        y_domain=curve.range,
    )


def code() -> str:
    """Compute both slopes and the miss."""
    return snippets.slope(**settings())
