"""The leak: whatever is chosen by looking at the judges pleases the judges, and nobody else."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from lib import judging
from lib.charts.overfitting import leak as charts
from lib.snippets import judging as snippets
from lib.training import judging as trainings
from lib.ui import controls, picture, training
from lib.ui.layout import answer, beside, numbers
from lib.ui.predict import predict
from lib.ui.text import mark, t

ANSWERS = {"coins": mark("coin flips"), "diagnoses": mark("diagnoses")}
SCORE_DOMAINS = {"coins": (0.3, 0.9), "diagnoses": (0.75, 1.0)}
SEARCHES = 60
"""Searches that are made to see what is usual."""
JUDGES = (20, 30, 50, 100, 200)
CHOSEN = (5, 10, 20, 50, 100)


@dataclass(frozen=True)
class Settings:
    """What is predicted, the rounds of the search, the samples that judge, and which search it is."""

    answers: str
    rounds: int
    judges: int
    seed: int


def settings() -> Settings:
    """Ask for what is predicted and for the search."""
    return Settings(
        answers=controls.choice(
            t("What is predicted"),
            list(trainings.ANSWERS),
            key="leak_answers",
            names=lambda name: t(ANSWERS[name]),
        ),
        rounds=controls.slider(
            t("Rounds of the search"), key="leak_rounds", default=250, values=(2, 5, 10, 20, 50, 100, 150, 200, 250)
        ),
        judges=controls.slider(t("Validation samples"), key="leak_judges", default=30, values=JUDGES),
        seed=controls.slider(t("Search"), key="leak_seed", default=1, minimum=1, maximum=SEARCHES, step=1),
    )


def chosen_features() -> int:
    """Ask for the features that are kept."""
    return controls.slider(t("Features kept"), key="leak_features", default=20, values=CHOSEN)


def show() -> None:
    """Show a search whose validation score rises while its test score does not, and steps that see the judges."""
    recipe = trainings.judged()
    st.markdown(
        t(
            "Try many settings, and keep the one with the best validation score: so knowledge of the validation "
            "samples **leaks** into your choice. Here {rounds} real networks, `Dense({units}, relu)` and `Dense(1, "
            "sigmoid)`, are tried one after the other, each with a learning rate, a weight decay, first weights and "
            "a choice of features drawn at random. The measurements are those of real tumours, {train} of them "
            "train. What is to be predicted is *generated* at first: coin flips. Nobody can foresee those, so every "
            "score above one half is luck. Then choose the diagnoses, which can be foreseen.",
            rounds=trainings.ROUNDS,
            units=recipe.layers[0].units,
            train=trainings.LEARNERS_OF_LEAK,
        )
    )
    guess = predict(
        t(
            "{judges} samples are the validation set, and the labels are coin flips. Which validation score does the "
            "best of {rounds} networks reach, on average over many such searches?",
            judges=JUDGES[1],
            rounds=trainings.ROUNDS,
        ),
        {"half": t("about 50 %"), "some": t("about 60 %"), "much": t("70 % or more")},
        key="leak_prediction",
    )
    verdict = st.container()
    left, right = beside("leak")
    with left:
        chosen = settings()
        training.foresee(*trainings.next_searches())
        hits = _hits(chosen.answers)
        if hits is None:
            return
        many = [judging.search(hits, judges=chosen.judges, seed=seed) for seed in range(1, SEARCHES + 1)]
        _figures(many, chosen)
    with right:
        _search(many, chosen)
    if guess:
        with verdict:
            _answer(guess)
    st.markdown(
        t(
            "**Notice** the gap. The longer the search, the higher the best validation score; it never falls. The "
            "test score of the same choice stays near one half for coin flips, whatever is tried. For the diagnoses "
            "it rises on average in the first rounds, when bad settings are left behind, and then hardly more. More "
            "validation samples make the gap smaller, but do not close it. Therefore a **test set** is kept apart, "
            "and looked at only once, at the end."
        )
    )
    _before_the_model()


def _hits(answers: str) -> np.ndarray | None:
    """Which network is right about which row, kept for this visitor."""
    kept: dict[str, np.ndarray] = st.session_state.setdefault("leak_hits", {})
    if answers not in kept:
        hits = training.call(trainings.searched, answers, key="leak")
        if hits is None:
            return None
        kept[answers] = hits
    return kept[answers]


def _figures(many: list[judging.Search], chosen: Settings) -> None:
    found, last = many[chosen.seed - 1], chosen.rounds - 1
    numbers(
        (t("best validation score"), f"{100 * found.validation[last]:.1f} %"),
        (t("its test score"), f"{100 * found.test[last]:.1f} %"),
    )
    numbers(
        (
            t("mean of {searches} searches", searches=SEARCHES),
            f"{100 * np.mean([one.validation[last] for one in many]):.1f} %",
        ),
        (t("their test scores"), f"{100 * np.mean([one.test[last] for one in many]):.1f} %"),
        key="leak_means",
    )


def _search(many: list[judging.Search], chosen: Settings) -> None:
    found, rounds = many[chosen.seed - 1], slice(chosen.rounds)
    picture.show(
        charts.search,
        charts.search_rows(
            found.tried[rounds],
            {"validation": found.validation[rounds], "test": found.test[rounds]},
            {
                "validation": np.array([one.validation[rounds] for one in many]),
                "test": np.array([one.test[rounds] for one in many]),
            },
        ),
        key="leak",
        alt=t(
            "The best validation score so far and the test score of that network, by round, with bands for many "
            "searches; points are the validation scores of all networks tried."
        ),
        round_title=t("round"),
        score_title=t("accuracy"),
        names=(("validation", t("best validation score so far")), ("test", t("its test score"))),
        last=trainings.ROUNDS,
        score_domain=SCORE_DOMAINS[chosen.answers],
    )
    st.caption(
        t(
            "Lines: this search. Coloured bands: where the middle four fifths of {searches} searches lie. Grey dots: "
            "the validation score of every network that was tried.",
            searches=SEARCHES,
        )
    )


def _answer(guess: str) -> None:
    hits = _hits("coins")
    if hits is None:
        return
    found = [judging.search(hits, judges=JUDGES[1], seed=seed) for seed in range(1, SEARCHES + 1)]
    best = float(np.mean([one.validation[-1] for one in found]))
    right = "half" if best < 0.55 else "some" if best < 0.65 else "much"
    said = t(
        "It reaches **{best:.0f} %**, on average over {searches} searches. In the test the same networks reach "
        "{test:.0f} %.",
        best=100 * best,
        searches=SEARCHES,
        test=100 * float(np.mean([one.test[-1] for one in found])),
    )
    answer(guess, right, said)


# --- What comes before the model --------------------------------------------------------------------------------------


def _before_the_model() -> None:
    """Show what it changes to fit scaling, or a choice of features, on all samples instead of the training part."""
    st.markdown(
        t(
            "A leak can also lie in what comes *before* the model. Means and deviations for scaling must come from "
            "the training part alone. If they come from all samples, how much better than the truth does the score "
            "look? And what if the best features are chosen by looking at all samples? Both are computed {repeats} "
            "times with other samples: {samples} each, half of them to judge, and the simplest classifier (a sample "
            "belongs to the class whose mean is nearer). Scaling uses the real tumours; the features to choose from "
            "are **generated**: {features:,} columns of random numbers that say nothing about the labels.",
            repeats=trainings.LEAK_REPEATS,
            samples=trainings.NOISE_SAMPLES,
            features=trainings.NOISE_FEATURES,
        )
    )
    left, right = beside("leak_before")
    with left:
        kept = chosen_features()
        scaling = training.call(trainings.scaling_leak, key="leak_scaling")
        selection = training.call(trainings.selection_leak, kept, key="leak_selection")
        if scaling is None or selection is None:
            return
        numbers(
            (t("gain by leaking scaling"), f"{100 * (scaling.leaking - scaling.honest).mean():+.1f} %"),
            (t("gain by leaking features"), f"{100 * (selection.leaking - selection.honest).mean():+.1f} %"),
            key="leak_gains",
        )
    with right:
        picture.show(
            charts.pairs,
            charts.pair_rows(
                {
                    "scaling_all": (scaling.leaking, True),
                    "scaling_train": (scaling.honest, False),
                    "selection_all": (selection.leaking, True),
                    "selection_train": (selection.honest, False),
                }
            ),
            key="leak_pairs",
            alt=t("Test scores of many repeats, with their means: fitted on all samples and on the training part."),
            score_title=t("test score (accuracy)"),
            names=(
                ("scaling_all", t("scaling: all samples")),
                ("scaling_train", t("scaling: training part")),
                ("selection_all", t("features: all samples")),
                ("selection_train", t("features: training part")),
            ),
        )
    st.markdown(
        t(
            "**Notice** how different two leaks can be. Scaling on all samples hardly changes anything here, for it "
            "never looks at the labels; keep it clean all the same, for nobody can see from outside how much it "
            "did. Choosing features looks at the labels of the judges: pure noise then seems to be knowledge. The "
            "honest score of noise is one half."
        )
    )


def code() -> str:
    """The first rounds of the search, with Keras, and both leaks before the model, with scikit-learn."""
    chosen = settings()
    return snippets.leak(
        answers=chosen.answers,
        rounds=min(chosen.rounds, snippets.MOST_ROUNDS),
        judges=chosen.judges,
        seed=chosen.seed,
        chosen=chosen_features(),
    )
