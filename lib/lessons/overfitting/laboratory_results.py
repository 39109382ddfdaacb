"""What the laboratory says of a run: whether it has learned, or why not and what to try."""

import streamlit as st

from lib.training import laboratory
from lib.training.laboratory import Settings
from lib.training.recipe import Run
from lib.ui.text import mark, t

WHAT = {
    "learned": mark("It has learned: it does about as well on points that it has never seen."),
    "overfits": mark(
        "It overfits: it does well on its training points, but clearly worse on others. Try more points, fewer units, "
        "less noise, L2, dropout or early stopping."
    ),
    "frequent": mark(
        "It has not learned: it is right no more often than if it always answered with the most frequent class. Bring "
        "more points of the others, give it more epochs, or another learning rate."
    ),
    "decayed": mark(
        "It has not learned: the penalty on the weights is larger than the loss, so it keeps them small instead of "
        "using them. Lower L1 or L2."
    ),
    "line": mark(
        "It has not learned: without a hidden layer, or with linear ones alone, it can only draw a straight line, and "
        "these points need a curve. Add a hidden layer with tanh or relu, or features such as x₁²."
    ),
    "slow": mark(
        "It has not learned yet, but its loss is still falling. Give it more epochs, or a larger learning rate."
    ),
    "restless": mark(
        "It has not learned: its loss jumps up and down instead of falling. Try a smaller learning rate, or larger "
        "batches."
    ),
    "stuck": mark(
        "It has not learned: its loss hardly moves. Try new weights, another activation, or another learning rate; "
        "with relu all units of a layer may have fallen silent."
    ),
    "little": mark(
        "It has learned something, and then no more. Try more units or layers, other features, new weights, less "
        "dropout, or less noise."
    ),
}
HEIGHTS = mark("Share of the heights' variance explained: {training} on training points, {test} on test points.")


def say(settings: Settings, run: Run) -> None:
    """Say in a sentence what came of the run."""
    found = laboratory.diagnosis(run)
    if found.reason == "diverged":
        _say_divergence(settings, run)
    else:
        kind = {"learned": st.success, "overfits": st.warning}.get(found.reason, st.info)
        kind(t(WHAT[found.reason]), icon=":material/check_circle:" if found.reason == "learned" else None)
    if run.accuracy is None and run.epochs:
        st.caption(t(HEIGHTS, training=f"{found.training:.1%}", test=f"{found.test:.1%}"))
    if run.stopped_at is not None:
        st.caption(
            t(
                "Early stopping ended it after epoch {stopped}: the test loss was lowest after epoch {best}. So the "
                "test points took part in a choice; they are validation points now.",
                stopped=run.stopped_at,
                best=run.best_epoch if run.best_epoch is not None else run.stopped_at,
            )
        )


def _say_divergence(settings: Settings, run: Run) -> None:
    cause = (
        t("relu and its kin let outputs, and so steps, grow without bound")
        if set(settings.activations) - {"tanh", "sigmoid"}
        else t("a step that overshoots makes the next gradient, and so the next step, larger still")
    )
    st.warning(
        t(
            "It diverged in epoch {epoch}: the numbers grew beyond all bounds. The learning rate of {rate:g} is too "
            "large here; {cause}. Try a tenth of it, tanh units, another optimizer, or smaller penalties. The "
            "picture shows the run up to the last numbers that were finite.",
            epoch=run.diverged_at,
            rate=settings.learning_rate,
            cause=cause,
        ),
        icon=":material/error:",
    )
