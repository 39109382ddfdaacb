"""The race: six optimizers make something else of the same slopes."""

from collections.abc import Mapping
from typing import TypedDict

import numpy as np
import streamlit as st

from lib import descent
from lib.charts import descent as charts
from lib.lessons.descent import names
from lib.snippets import descent_training as snippets
from lib.training import descent as trainings
from lib.training.race import race
from lib.training.recipe import OPTIMIZERS
from lib.ui import controls, picture, training
from lib.ui.layout import answer, beside
from lib.ui.predict import predict
from lib.ui.text import mark, t

SURFACES = {
    "bowl": mark("bowl"),
    "ravine": mark("ravine"),
    "saddle": mark("saddle"),
    "many_minima": mark("many minima"),
}


class Settings(TypedDict):
    """What the controls say; the learning rates are by optimizer, in the order of the registry."""

    surface: str
    learning_rates: dict[str, float]
    momentum: float
    steps: int


def settings() -> Settings:
    """Ask for a surface, for who races on it, and how fast."""
    surface = controls.choice(
        t("Surface"), list(descent.SURFACES), key="race_surface", default="ravine", names=_surface_name
    )
    runners = controls.choices(
        t("Optimizers"), list(OPTIMIZERS), key="race_optimizers", default=list(OPTIMIZERS), names=names.optimizer
    )
    factor = controls.slider(
        t("Learning rates, times"),
        key="race_factor",
        default=1.0,
        values=(0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.4, 2.0, 3.0, 5.0, 10.0),
        help=t("Each optimizer begins with a rate that suits it on this surface; this multiplies all of them."),
    )
    rates = {name: float(f"{descent.SURFACES[surface].learning_rates[name] * factor:.4g}") for name in runners}
    return {
        "surface": surface,
        "learning_rates": rates,
        "momentum": controls.slider(
            t("Momentum"), key="race_momentum", default=0.9, minimum=0.0, maximum=0.99, step=0.01, format=".2f"
        ),
        "steps": controls.slider(t("Steps"), key="race_steps", default=60, minimum=10, maximum=200, step=10),
    }


def _surface_name(id: str) -> str:
    return t(SURFACES[id])


def show() -> None:
    """Show the paths of the optimizers on a surface."""
    st.markdown(
        t(
            "With two weights the loss is a landscape, seen here from above: lines join places of equal height, "
            "and a star marks the lowest ground. Six of Keras' optimizers start at the same place, yet each makes "
            "something else of the slopes it meets. *Momentum* and *Nesterov* keep a velocity; *Adagrad* and "
            "*RMSprop* give each weight a step size of its own; *Adam* does both."
        )
    )
    _ask()
    left, right = beside("race")
    with left:
        chosen = settings()
        if not chosen["learning_rates"]:
            st.info(t("Choose at least one optimizer to start the race."))
            return
        training.foresee(*trainings.next_races())
        paths = _paths(chosen)
        if paths is None:
            return
    with right:
        _picture(chosen, paths)
        _name_the_lost(chosen["surface"], paths)
    st.markdown(
        t(
            "**Notice** in the ravine how SGD jumps from wall to wall: the steep walls forbid a larger rate, and "
            "the floor is almost flat. Momentum swings along the floor; Adagrad, RMSprop and Adam begin with about "
            "equal steps in both directions (this ravine lies along an axis, which flatters them). On the saddle "
            "the slope nearly vanishes, and SGD lingers longest; who leaves first? Among many minima SGD stays in "
            "the first valley on its way; enough momentum rolls through it, but where that ends is mostly luck."
        )
    )


def _ask() -> None:
    guess = predict(
        t("In the ravine: what will happen to SGD when all learning rates are multiplied by 1.4?"),
        {"faster": t("it arrives sooner"), "same": t("next to nothing"), "lost": t("it flies off the map")},
        key="race_prediction",
    )
    if guess:
        said = t(
            "The computation says: the walls have curvature 2, so the limit is 2/2 = {limit:g}, and a rate of "
            "{rate:.3g} is above it. Try it: SGD flies off, and the others stay.",
            limit=descent.stability_limit(2.0),
            rate=1.4 * descent.SURFACES["ravine"].learning_rates["sgd"],
        )
        answer(guess, "lost", said)


def _paths(chosen: Settings) -> dict[str, np.ndarray] | None:
    return training.call(
        race,
        chosen["surface"],
        tuple(chosen["learning_rates"].items()),
        chosen["momentum"],
        descent.SURFACES[chosen["surface"]].start,
        chosen["steps"],
        key="race",
    )


def _picture(chosen: Settings, paths: Mapping[str, np.ndarray]) -> None:
    surface = descent.SURFACES[chosen["surface"]]
    losses = {name: surface.loss(*path.T) for name, path in paths.items()}
    picture.show(
        charts.race.chart,
        charts.race.datasets(chosen["surface"], paths, losses),
        key="race",
        alt=t("The paths of the optimizers on contour lines seen from above; beneath, the loss of each by step."),
        x_title=t("weight x"),
        y_title=t("weight y"),
        step_title=t("Step"),
        loss_title=t("loss"),
        names=tuple((id, names.optimizer(id)) for id in OPTIMIZERS),
        x_domain=surface.x_domain,
        y_domain=surface.y_domain,
        loss_domain=(0.0, 1.1 * float(surface.loss(*surface.start))),
        last=chosen["steps"],
    )


def _name_the_lost(surface: str, paths: Mapping[str, np.ndarray]) -> None:
    lost = [names.optimizer(id) for id, path in paths.items() if descent.SURFACES[surface].is_off(*path[-1])]
    if lost:
        st.warning(t("Flew off the map: {names}. A smaller learning rate keeps them in.", names=", ".join(lost)))


def code() -> str:
    """Let the chosen optimizers of Keras race; nothing where nobody does."""
    chosen = settings()
    return snippets.race(**chosen) if chosen["learning_rates"] else ""
