"""A second run from the same start, on the same batches, that differs from the first in one setting."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from lib.lessons.overfitting import laboratory_names as names
from lib.lessons.overfitting import laboratory_points as own
from lib.lessons.overfitting.laboratory_settings import part
from lib.training import laboratory
from lib.training.laboratory import DIFFERENCES, Settings
from lib.ui import controls
from lib.ui.text import t

OTHERS = {
    "learning_rate": 0.01,
    "l2": 0.01,
    "l1": 0.003,
    "dropout": 0.2,
    "batch_norm": True,
    "optimizer": "adam",
    "schedule": "cosine",
    "momentum": 0.5,
    "batch": "all",
    "activations": "relu",
    "loss": "mse",
    "noise": 1.0,
}
"""What the second run says of each setting, unless it is told otherwise."""


def other(settings: Settings) -> tuple[Settings, str, str] | None:
    """Ask for a second run; its settings and the names of both, None where only one is wanted or both are the same."""
    with part("compare") as shown:
        wanted = controls.toggle(t("Compare two runs"), key="laboratory_compare")
        if not wanted or not shown:
            return None
        with st.container(border=True, key="laboratory_difference_box"):
            setting = controls.choice(
                t("They differ in"), tuple(DIFFERENCES), key="laboratory_difference", names=names.difference
            )
            options = [_spelled(value) for value in DIFFERENCES[setting]]
            chosen = controls.choice(
                t("The second run has"),
                options,
                key=f"laboratory_other_{setting}",
                default=_spelled(OTHERS[setting]),
                names=lambda id: names.value(setting, DIFFERENCES[setting][options.index(id)]),
            )
            value = DIFFERENCES[setting][options.index(chosen)]
            second = varied(settings, setting, value)
            if _without_effect(settings, second):
                st.info(t("Both runs are the same so: choose another value, or another setting."))
                return None
    return second, _named(setting, settings), _named(setting, second)


def varied(settings: Settings, setting: str, value: Any) -> Settings:
    """The settings with another value of one of them."""
    if setting == "activations":
        value = (value,) * len(settings.units)
    return replace(settings, **{setting: value})


def _without_effect(first: Settings, second: Settings) -> bool:
    """Whether both would train the same run, as far as there are points to train on."""
    if own.lacking(first.data):
        return False
    return laboratory.same_run(laboratory.recipe(first), laboratory.recipe(second))


def _named(setting: str, settings: Settings) -> str:
    value = getattr(settings, setting)
    if setting == "activations":
        value = ", ".join(dict.fromkeys(value))
    return f"{names.difference(setting)}: {names.value(setting, value)}"


def _spelled(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else str(value)
