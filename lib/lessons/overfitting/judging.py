"""Judging honestly: a single hold-out depends on luck; K-fold lets every sample judge, and shows how scores scatter."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from lib import judging
from lib.charts.overfitting import judging as charts
from lib.snippets import judging as snippets
from lib.training import judging as trainings
from lib.training.judging import Judged
from lib.ui import controls, picture, training
from lib.ui.layout import answer, beside, numbers
from lib.ui.predict import predict
from lib.ui.text import mark, t

SPLITTERS = {"hold_out": mark("hold-out"), "k_fold": mark("K-fold"), "stratified": mark("stratified K-fold")}


@dataclass(frozen=True)
class Settings:
    """How is judged: the splitter, K, the repeats, the size of the sample, and which sample it is."""

    splitter: str
    parts: int
    repeats: int
    samples: int
    draw: int

    @property
    def asked(self) -> tuple[int, int, str, int, int]:
        """The arguments of `trainings.judge`."""
        return self.samples, self.parts, self.splitter, self.repeats, self.draw - 1


USUAL = Settings("k_fold", 4, 3, 120, 1)
"""What the section opens with, and what its question is about."""


def settings() -> Settings:
    """Ask for the way of judging, and for the sample."""
    return Settings(
        splitter=controls.choice(
            t("Way of judging"),
            list(judging.SPLITTERS),
            key="judging_splitter",
            default=USUAL.splitter,
            names=lambda name: t(SPLITTERS[name]),
        ),
        parts=controls.slider(
            t("K (one K-th of the samples judges)"),
            key="judging_parts",
            default=USUAL.parts,
            values=trainings.PARTS,
            live=False,
        ),
        repeats=controls.slider(
            t("Repeats"), key="judging_repeats", default=USUAL.repeats, minimum=1, maximum=10, step=1, live=False
        ),
        samples=controls.slider(
            t("Samples"), key="judging_samples", default=USUAL.samples, values=trainings.SAMPLES, live=False
        ),
        draw=controls.slider(
            t("Draw of the sample"), key="judging_draw", default=1, minimum=1, maximum=10, step=1, live=False
        ),
    )


def show() -> None:
    """Show who trains and who judges, the scores of the folds, and how much a single hold-out depends on luck."""
    recipe = trainings.judged()
    st.markdown(
        t(
            "How good is a network, when there are only a few samples? A **hold-out** keeps some of them back to "
            "judge. **K-fold** divides them into K parts, and each part judges once, while the others train. "
            "*Repeated* K-fold shuffles anew and does it again; *stratified* folds hold as much of each class as the "
            "whole sample. Every score here comes from a real network, `Dense({units}, relu)` and "
            "`Dense(1, sigmoid)`, trained anew for {epochs} epochs, always from the same first weights. It tells "
            "benign from malignant tumours by thirty measurements. The table has {total} rows, of which we pretend "
            "to own a small sample; scikit-learn divides it, and scaling is measured on the training part alone.",
            units=recipe.layers[0].units,
            epochs=recipe.epochs,
            total=len(trainings.table()[1]),
        )
    )
    guess = predict(
        t(
            "From {samples} samples, {judges} are held out to judge. We draw {draws} different hold-outs. How far "
            "apart are the best and the worst score?",
            samples=USUAL.samples,
            judges=USUAL.samples // USUAL.parts,
            draws=trainings.LUCKY_DRAWS,
        ),
        {"little": t("less than 3 %"), "some": t("from 3 to 10 %"), "much": t("more than 10 %")},
        key="judging_prediction",
    )
    verdict = st.container()
    left, right = beside("judging")
    with left:
        chosen = settings()
        judged = _judged(chosen, "judging")
        if judged is None:
            return
        means = judging.means_by_repeat(judged.scores, [fold.repeat for fold in judged.folds])
        _figures(judged, means)
    with right:
        _blocks(chosen, judged)
        _luck(chosen, judged, means)
    if guess:
        with verdict:
            _answer(guess)
    _notice(chosen)


def _notice(chosen: Settings) -> None:
    luck = t(
        "**Notice** how far the grey bars in the lower picture are spread: the same network and the same sample, and "
        "only by luck a score is high or low."
    )
    if chosen.splitter == "hold_out":
        means = t(
            "Each diamond is one hold-out of yours. It may lie anywhere among the bars; choose K-fold to compare."
        )
    else:
        means = t(
            "The mean of K folds, a diamond for each repeat, moves less when it is drawn again; the scores of single "
            "folds scatter as hold-outs do, so say their deviation as well."
        )
    sample = t(
        "But no way of judging sees beyond the sample: draw another one, and all scores move together. The triangle, "
        "the accuracy on all rows outside, is known only because we pretend."
    )
    st.markdown(f"{luck} {means} {sample}")


def _judged(chosen: Settings, key: str) -> Judged | None:
    """The scores of what is chosen, kept for this visitor until something else is asked."""
    memory = f"{key} judged"
    kept: tuple[Any, Judged] | None = st.session_state.get(memory)
    if kept is None or kept[0] != chosen.asked:
        judged = training.call(trainings.judge, *chosen.asked, key=key)
        if judged is None:
            return None
        kept = st.session_state[memory] = chosen.asked, judged
    return kept[1]


def _figures(judged: Judged, means: np.ndarray) -> None:
    numbers(
        (t("mean of all scores"), f"{100 * judged.scores.mean():.1f} %"),
        (t("standard deviation of the scores"), _deviation(judged.scores)),
        (t("networks trained"), f"{len(judged.scores)}"),
    )
    numbers(
        (t("standard deviation of the means"), _deviation(means)),
        (t("outside the sample"), f"{100 * judged.outside.mean():.1f} %"),
        key="judging_truth",
    )


def _deviation(scores: np.ndarray) -> str:
    """The deviation of scores (n,) in percent; a single one has none."""
    return f"{100 * judging.deviation(scores):.1f} %" if len(scores) > 1 else "–"


def _blocks(chosen: Settings, judged: Judged) -> None:
    if len(judged.folds) > charts.MOST_ROWS:
        st.caption(t("The first {rows} of {all} divisions:", rows=charts.MOST_ROWS, all=len(judged.folds)))
    picture.show(
        charts.blocks,
        charts.block_rows(judged.folds, chosen.samples, judged.scores),
        key="judging_blocks",
        alt=t("A row for each division of the samples: thin bars train, tall ones judge; its score stands at the end."),
        sample_title=t("samples, side by side"),
        names=(("train", t("train")), ("judge", t("judge"))),
    )


def _luck(chosen: Settings, judged: Judged, means: np.ndarray) -> None:
    picture.show(
        charts.luck,
        charts.luck_rows(judged.luck, chosen.samples // chosen.parts, means, float(judged.outside.mean())),
        key="judging_luck",
        alt=t(
            "How often each score came up in a hundred hold-outs, as bars; above them the mean of each repeat and the "
            "accuracy outside the sample."
        ),
        score_title=t("score (accuracy)"),
        count_title=t("hold-outs"),
        names=(("mean", t("mean of a repeat")), ("outside", t("outside the sample"))),
    )


def _answer(guess: str) -> None:
    judged = _judged(USUAL, "judging_answer")
    if judged is None:
        return
    width = float(np.ptp(judged.luck))
    right = "little" if width < 0.03 else "some" if width <= 0.1 else "much"
    said = t(
        "The worst hold-out says {low:.1f} %, the best **{high:.1f} %**: of the same network on the same sample.",
        low=100 * judged.luck.min(),
        high=100 * judged.luck.max(),
    )
    answer(guess, right, said)


def code() -> str:
    """The chosen way of judging, with scikit-learn and Keras."""
    chosen = settings()
    return snippets.judging(
        samples=chosen.samples,
        parts=chosen.parts,
        splitter=chosen.splitter,
        repeats=chosen.repeats,
        draw=chosen.draw - 1,
    )
