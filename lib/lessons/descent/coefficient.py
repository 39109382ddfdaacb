"""One coefficient at a time: learning without gradients is possible, and costs two forward passes a coefficient."""

from typing import TypedDict

import streamlit as st

from lib import descent
from lib.charts import descent as charts
from lib.snippets import descent as snippets
from lib.ui import controls, picture
from lib.ui.layout import answer, beside, numbers
from lib.ui.predict import predict
from lib.ui.text import mark, t

NETWORKS = {
    "2-4-2-1": (2, 4, 2, 1),
    "784-512-10": (784, 512, 10),
    "784-512-512-10": (784, 512, 512, 10),
}
BETTER = {
    "down": mark("A lower coefficient is better."),
    "up": mark("A higher coefficient is better."),
    "stay": mark("Staying is best: the bottom is less than one step away."),
}


class Settings(TypedDict):
    """What the controls say."""

    w: float
    h: float
    layer_sizes: tuple[int, ...]


def settings() -> Settings:
    """Ask for a coefficient, a trial step, and the network whose coefficients are counted."""
    return {
        "w": controls.slider(
            t("Coefficient"), key="coef_w", default=0.3, minimum=-0.2, maximum=0.5, step=0.05, format=".2f"
        ),
        "h": controls.slider(t("Trial step"), key="coef_h", default=0.05, values=(0.01, 0.02, 0.05, 0.1)),
        "layer_sizes": NETWORKS[
            controls.choice(t("Network"), list(NETWORKS), key="coef_network", default="784-512-10")
        ],
    }


def show() -> None:
    """Show the loss at one coefficient, a little lower and a little higher, and the price of such trials."""
    st.markdown(
        t(
            "Without gradients one could still learn: hold all weights but one fixed, try that one a little higher "
            "and a little lower, and keep what is better. At 0.3 the loss is 0.5. At 0.35 it is 0.6."
        )
    )
    _ask()
    left, right = beside("coefficient")
    with left:
        chosen = settings()
        trial = descent.trial(chosen["w"], chosen["h"])
        _figures(trial)
    with right:
        picture.show(
            charts.coefficient.chart,
            charts.coefficient.datasets(trial),
            key="coefficient",
            alt=t(
                "A loss curve over one coefficient with three marked values and an arrow to the best; the losses "
                "are given beside it."
            ),
            w_title=t("coefficient"),
            loss_title=t("loss"),
        )
    _say_the_price(chosen["layer_sizes"])


def _ask() -> None:
    guess = predict(
        t("What do you expect the loss to be at 0.25?"),
        {"lower": t("below 0.5"), "same": t("still 0.5"), "higher": t("above 0.5")},
        key="coef_prediction",
    )
    if guess:
        answer(
            guess, "lower", t("The computation says **{loss:.1f}**. So lower it.", loss=descent.coefficient_loss(0.25))
        )


def _figures(trial: descent.Trial) -> None:
    numbers(
        (t("loss at {w:.2f}", w=trial.w - trial.h), f"{trial.down:.3f}"),
        (t("loss at {w:.2f}", w=trial.w), f"{trial.here:.3f}"),
        (t("loss at {w:.2f}", w=trial.w + trial.h), f"{trial.up:.3f}"),
    )
    st.markdown(f"**{t(BETTER[trial.better])}**")


def _say_the_price(sizes: tuple[int, ...]) -> None:
    st.markdown(
        t(
            "**Notice** the price. Each trial is a *forward pass* of the whole network over a batch, two for each "
            "coefficient. A network {sizes} has **{parameters:,}** coefficients, so one round of trying costs "
            "**{trials:,}** forward passes. One forward and one *backward pass* give the slope for all of them at "
            "once, at the price of about **{passes:.1f}** forward passes. The curve here is made up for this "
            "picture.",
            sizes="–".join(map(str, sizes)),
            parameters=descent.parameters(sizes),
            trials=descent.trial_passes(sizes),
            passes=descent.gradient_passes(sizes),
        )
    )


def code() -> str:
    """Try one coefficient, and count what that costs for the network."""
    return snippets.coefficient(**settings())
