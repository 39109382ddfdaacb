"""The shape of a penalty: L1 has corners on the axes, so that weights become exactly zero; L2 is round."""

from __future__ import annotations

from functools import lru_cache
from typing import TypedDict

import numpy as np
import streamlit as st

from lib import fitting
from lib.charts.overfitting import penalty as charts
from lib.datasets import described
from lib.snippets import overfitting as snippets
from lib.ui import controls, picture
from lib.ui.layout import beside, numbers
from lib.ui.text import mark, t

PAIRS = {"age": ("bmi", "age"), "pressure": ("bmi", "blood_pressure"), "cholesterol": ("tc", "ldl")}
NAMES = {
    "bmi": mark("body mass index"),
    "age": mark("age"),
    "blood_pressure": mark("blood pressure"),
    "tc": mark("total cholesterol"),
    "ldl": mark("LDL cholesterol"),
}
STRENGTHS = tuple(round(0.02 * step, 2) for step in range(1, 76))


class Settings(TypedDict):
    """What the controls say."""

    features: tuple[str, str]
    strength: float


def settings() -> Settings:
    """Ask for two measurements and the strength of both penalties."""
    pair = controls.choice(t("Measurements"), list(PAIRS), key="penalty_pair", names=_pair_name)
    strength = controls.slider(
        t("Strength of the penalty"), key="penalty_strength", default=0.3, values=STRENGTHS, format=".2f"
    )
    return {"features": PAIRS[pair], "strength": strength}


def _pair_name(id: str) -> str:
    return " + ".join(t(NAMES[feature]) for feature in PAIRS[id])


def show() -> None:
    """Show the loss over two weights, and where it ends up with each penalty."""
    st.markdown(
        t(
            "Why does L1 bring weights to zero, and L2 not? Look at a model with two weights only: $y = w_1 x_1 + "
            "w_2 x_2$ predicts from two measurements how diabetes develops (**real data**, {source}; all columns are "
            "standardised). The grey rings are its loss, seen from above; the star is the lowest point. A penalty "
            "pulls away from the star toward zero, until loss and penalty together are smallest. Around zero the "
            "penalty is constant on a **diamond** for L1, $|w_1| + |w_2|$, and on a **circle** for L2, $w_1^2 + "
            "w_2^2$. Where such a line just touches a ring of the loss, the weights come to rest.",
            source=described("diabetes").source,
        )
    )
    left, right = beside("penalty")
    with left:
        chosen = settings()
        bowl = fitting.bowl(chosen["features"])
        found = {kind: fitting.penalised(bowl, kind, chosen["strength"]) for kind in fitting.PENALTIES}
        for kind, w in found.items():
            _figures(bowl, kind, w)
    with right:
        picture.show(
            charts.chart,
            charts.datasets(bowl, _paths(chosen["features"]), found),
            key="penalty",
            alt=t(
                "The loss over two weights as rings around its lowest point, with a diamond and a circle around zero "
                "that touch it where L1 and L2 let the weights rest; the figures beside it say the weights."
            ),
            x_title=t("w₁: {measurement}", measurement=t(NAMES[chosen["features"][0]])),
            y_title=t("w₂: {measurement}", measurement=t(NAMES[chosen["features"][1]])),
            names=tuple((kind, kind.upper()) for kind in charts.KINDS),
        )
    st.markdown(
        t(
            "**Notice** the path of the diamond when you raise the strength. The diamond has its corners on the "
            "axes, and a ring that comes from the side often touches it at a corner first: there one weight is "
            "**exactly** zero, and it stays there. The circle has no corners: L2 makes the two weights together "
            "smaller, and one of them is zero only by chance. A weight that is zero needs no measurement: L1 chooses "
            "among the inputs. Take the two cholesterols, which say nearly the same: L1 soon drops one of them."
        )
    )


def _figures(bowl: fitting.Bowl, kind: str, w: np.ndarray) -> None:
    name = kind.upper()
    numbers(
        (t("w₁ with {penalty}", penalty=name), _said(w[0])),
        (t("w₂ with {penalty}", penalty=name), _said(w[1])),
        (t("loss with {penalty}", penalty=name), f"{float(bowl.loss(*w)):.4f}"),
        key=f"penalty_numbers_{kind}",
    )


def _said(weight: float) -> str:
    return "0" if weight == 0 else f"{weight:.4f}"


@lru_cache(maxsize=8)
def _paths(features: tuple[str, str]) -> dict[str, np.ndarray]:
    """Where each penalty lets the weights rest, from no strength to the greatest."""
    bowl = fitting.bowl(features)
    return {
        kind: np.array([fitting.penalised(bowl, kind, strength) for strength in (0.0, *STRENGTHS)])
        for kind in fitting.PENALTIES
    }


def code() -> str:
    """Find the weights with scikit-learn."""
    return snippets.penalty(**settings())
