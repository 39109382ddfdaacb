"""The laboratory: everything about a small network can be changed, and is trained anew by real Keras at once."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from lib.lessons.overfitting import laboratory_compare as compare
from lib.lessons.overfitting import laboratory_export as export
from lib.lessons.overfitting import laboratory_hand as hand
from lib.lessons.overfitting import laboratory_picture as picture
from lib.lessons.overfitting import laboratory_points as own
from lib.lessons.overfitting import laboratory_results as results
from lib.lessons.overfitting import laboratory_settings as asked
from lib.lessons.overfitting import laboratory_teach as teach
from lib.snippets import laboratory as snippets
from lib.training import laboratory
from lib.training.laboratory import Settings
from lib.training.recipe import Run
from lib.ui import address, training
from lib.ui.layout import beside
from lib.ui.text import t


def show() -> None:
    """Show a network in the plane, and train it anew for every change."""
    st.markdown(
        t(
            "Here is a whole network, trained by real Keras each time you change something. Make it learn; then make "
            "it **overfit**: few points, much noise, many units, many epochs. Watch the two losses move apart."
        )
    )
    with address.reading():
        data = asked.data()
    hand.taken_in(data)
    asked.remember_hidden()
    left, right = beside("laboratory", picture_width=2.4)
    with left:
        settings = asked.settings()
        second = compare.other(settings)
    with right:
        ready = settings.data not in own.KINDS or own.panel(settings.data)
        settings = replace(settings, points=own.points(settings.data))
        view = picture.view()
        if ready:
            _runs(settings, view, second)
        else:
            picture.show(settings, None, view, key=hand.PLAYGROUNDS[0], by_hand=False)
    teach.link()


def _runs(settings: Settings, view: picture.View, second: tuple[Settings, str, str] | None) -> None:
    if second is None:
        run = _trained(settings, "laboratory")
        if run is not None:
            picture.show(settings, run, view, key=hand.PLAYGROUNDS[0], by_hand=_by_hand())
            _say_by_hand(run)
            results.say(settings, run)
    else:
        run = _side_by_side(settings, view, second)
    training.foresee(*laboratory.next_trainings(settings))
    if run is not None:
        _notice(settings)
        if "export" not in asked.hidden():
            export.offer(lambda: _script(settings), run)


def _trained(settings: Settings, key: str) -> Run | None:
    made = hand.with_edits(laboratory.recipe(settings))
    return training.run(made, key=key) if made is not None else None


def _say_by_hand(run: Run) -> None:
    changed = sum(laboratory.position(run.recipe, place) is not None for place, _ in hand.edits_kept())
    if changed:
        st.markdown(
            t(
                "Weights set by hand: {count}. The run begins with them, at epoch 0; press Play to see what becomes of "
                "them. What is said below holds for its end.",
                count=changed,
            )
        )


def _by_hand() -> bool:
    return "hand" not in asked.hidden()


def _side_by_side(settings: Settings, view: picture.View, second: tuple[Settings, str, str]) -> Run | None:
    """Show two runs from the same start, rewound together, on one scale of the loss."""
    other, *called = second
    both = (settings, replace(other, points=settings.points))
    trained = [_trained(each, key) for each, key in zip(both, ("laboratory", "laboratory_second"), strict=True)]
    runs = [run for run in trained if run is not None]
    if len(runs) < 2:
        return None
    same_loss = runs[0].recipe.loss == runs[1].recipe.loss
    scale = max(picture.top(run) for run in runs) if same_loss else 0.0
    for column, each, run, name, key in zip(st.columns(2), both, runs, called, hand.PLAYGROUNDS, strict=True):
        with column:
            named = replace(view, name=name, group="both", top=scale)
            picture.show(each, run, named, key=key, by_hand=_by_hand())
            results.say(each, run)
    return runs[0]


def _notice(settings: Settings) -> None:
    said = [
        _of_units(bool(settings.units)),
        t("The wider a line, the larger its weight; a dashed blue one is negative."),
    ]
    if settings.by_update:
        said.append(t("Training and test loss are those of the shown weights, after each single update."))
    else:
        said.append(
            t(
                "The training loss is Keras' mean over the epoch, while the network still changes: so it may lie above "
                "the test loss. Accuracy and confusion matrix are those of the shown weights."
            )
        )
    if settings.dropout and settings.units:
        said.append(
            t(
                "With dropout some units are missing while it trains, but not in these pictures. Keras draws other "
                "masks in the code below than this page does: there the numbers come close to these, no more."
            )
        )
    st.markdown("\n\n".join(said))


def _of_units(hidden: bool) -> str:
    if not hidden:
        return t("**Notice** that without hidden units each output sees one weighted sum of the features, no more.")
    return t(
        "**Notice** what each unit draws. A unit of the first hidden layer sees one weighted sum of the features: with "
        "x₁ and x₂ alone, its picture changes in one direction only. The units behind it join such pictures."
    )


def code() -> str:
    """Train the shown run with Keras."""
    settings = asked.settings()
    return "" if own.lacking(settings.data) else _script(settings)


def _script(settings: Settings) -> str:
    return snippets.script(recipe=laboratory.recipe(settings), edits=hand.edits_kept())
