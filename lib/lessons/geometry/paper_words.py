"""What the paper ball says of a run: how far it came, and if it is not unfolded, why and what to try."""

import streamlit as st

from lib.lessons.geometry import paper_sheet
from lib.training import unfolding as trainings
from lib.training.recipe import Run
from lib.training.unfolding import Unfolded
from lib.ui import controls
from lib.ui.layout import answer, numbers
from lib.ui.predict import predict
from lib.ui.text import t


def figures(run: Run, seen: Unfolded) -> None:
    """Show how far a run has come, as figures."""
    reached = "–" if seen.epoch is None else f"{run.snapshot_epochs[seen.epoch]:g}"
    numbers(
        (t("accuracy at the end"), f"{100 * seen.accuracy[-1]:.1f} %"),
        (t("100 % first at epoch"), reached),
        (t("gap at the end"), f"{seen.gaps[-1]:.2f}"),
    )


def verdict(run: Run, seen: Unfolded) -> None:
    """Say in sentences what is seen, and what to try."""
    text = said(run, seen)
    (st.success if seen.reason == "unfolded" else st.info)(text, icon=None)
    share = paper_sheet.seen_share(run)
    if share is not None:
        st.caption(
            t(
                "Layers of more than 3 units are seen along 3 principal axes, the directions in which their points "
                "spread most: {share:.0f} % or more of the variance at the last epoch. The cut is then drawn where "
                "it meets this view.",
                share=100 * share,
            )
        )


def said(run: Run, seen: Unfolded) -> str:
    """The sentences for the reason that the diagnosis gives."""
    if seen.reason == "unfolded":
        return _unfolded(seen)
    dead = t("Some unit gives the same for all points, as a relu does that is 0 everywhere: what it folded is lost.")
    sentences = {
        "diverged": t(
            "It diverged in epoch {epoch}: the numbers grew beyond all bounds. Try a smaller learning rate.",
            epoch=run.diverged_at,
        ),
        "almost": t(
            "Almost: after the last layer a straight cut could separate the classes, but the network has not yet put "
            "its own cut there. Try more epochs."
        ),
        "too_narrow": t(
            "Not unfolded, and the layers are too narrow for it: two units keep everything in a plane, and there the "
            "ring stays closed around the disc. Look at the small map: the region of class 1 runs out through the "
            "ring. Try three units."
        ),
        "dead_units": dead + " " + t("Try another seed, or tanh."),
        "jumping": t(
            "Not unfolded: the loss jumps up and down, for the steps are too large. Try a smaller learning rate."
        ),
        "still_learning": t(
            "Not unfolded yet: the loss is still falling. Try more epochs, or a somewhat larger learning rate."
        ),
        "stuck": t(
            "Not unfolded: the loss no longer falls; the sheet is caught in a crease. Try another seed, more units "
            "or another learning rate."
        ),
    }
    return sentences[seen.reason]


def _unfolded(seen: Unfolded) -> str:
    layer, last = seen.layer, len(seen.gaps) - 1
    if layer is None:  # the cut of the network lies closer to the points than what the exact test tells apart
        return t("Unfolded: after the last layer the network's straight cut separates all points.")
    if layer == last:
        return t(
            "Unfolded: after the last layer, and not before, a straight cut separates all points. The gap between "
            "the classes there is {gap:.2f}, in units of the points' spread.",
            gap=seen.gaps[last],
        )
    return t(
        "Unfolded: a straight cut separates all points after layer {layer} already, where the gap between the "
        "classes is {first:.2f}; after the last layer it is {gap:.2f}, in units of the points' spread.",
        layer=layer,
        first=seen.gaps[layer],
        gap=seen.gaps[last],
    )


def ring() -> None:
    """Ask whether layers of two units can open a ring, and let the learner try."""
    options = {
        "layers": t("Yes, with enough layers"),
        "epochs": t("Yes, with enough epochs"),
        "no": t("No, never"),
    }
    guess = predict(
        t(
            "A disc lies inside a ring. All hidden layers have **2 units**. Can the network unfold them until a "
            "straight line separates disc and ring?"
        ),
        options,
        key="paper_ring",
    )
    if guess is None:
        return
    answer(
        guess,
        "no",
        t(
            "With 2 units the sheet stays in a plane. Turning, stretching and bending with tanh never tears it, so a "
            "closed ring remains a closed ring around its disc, and relu can only press parts of the plane together. "
            "At best the network slips out between two neighbouring points of the ring. With a **third unit** the "
            "disc is lifted out of the ring, and a flat cut passes between them."
        ),
    )
    with st.container(horizontal=True, key="paper_tries"):
        st.button(t("Try 2 units"), key="paper_try_two", on_click=_try, args=("2-2-2",))
        st.button(t("Try 3 units"), key="paper_try_three", on_click=_try, args=("3",))


def _try(network: str) -> None:
    controls.put("paper_data", "circle")
    controls.put("paper_network", network)


def notice(run: Run) -> None:
    """Say what to look for in the picture."""
    st.markdown(
        t(
            "**Notice** that each move alone is simple. Where training succeeds, the chain of them smooths a crumpled "
            "ball. The **cut** (red) is straight at the end. Carried back through all layers it is the boundary that "
            "the small map shows: the network bends not the line but the space. The {points} points are generated, "
            "and all of them train.",
            points=trainings.POINTS,
        )
    )
