"""Wrong labels: a large network learns even mistakes by heart, but late; a small or a restrained one passes them by."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from lib import datasets
from lib.charts import plane
from lib.charts.overfitting import labels as charts
from lib.datasets import load
from lib.snippets import judging as snippets
from lib.training import judging as trainings
from lib.training.recipe import Recipe, Run
from lib.ui import controls, picture, training
from lib.ui.layout import answer, beside, numbers
from lib.ui.predict import predict
from lib.ui.text import mark, t

NETWORKS = {"large": mark("large"), "small": mark("small"), "decay": mark("large, with weight decay")}
EARLY = 0.05
"""The share of all epochs after which the early score is told."""

FEW = 0.4
"""With a larger share of wrong labels than this, right and wrong ones can hardly be told apart."""


@dataclass(frozen=True)
class Settings:
    """The network, the share of wrong labels, and which points are drawn."""

    network: str
    share: float
    draw: int

    @property
    def recipe(self) -> Recipe:
        """What is trained."""
        return trainings.mislabelled(network=self.network, share=self.share, seed=self.draw - 1)


def settings() -> Settings:
    """Ask for the network, the share of wrong labels, and the draw."""
    return Settings(
        share=controls.slider(
            t("Wrong labels"), key="labels_share", default=0.0, minimum=0.0, maximum=0.5, step=0.05, format=".0%"
        ),
        network=controls.choice(
            t("Network"), list(trainings.NETWORKS), key="labels_network", names=lambda name: t(NETWORKS[name])
        ),
        draw=controls.slider(t("Draw of the points"), key="labels_draw", default=1, minimum=1, maximum=8, step=1),
    )


def show() -> None:
    """Show what a network makes of wrong labels, epoch by epoch."""
    st.markdown(
        t(
            "Real labels are not always right: somebody was tired, or pressed the wrong key. Here we make such "
            "mistakes ourselves: the points are **generated**, {points} of them train, and a share of these, ringed "
            "in the picture, gets the label of the other class. The {judges} points that judge keep their right "
            "labels. The large network has 32 and 32 hidden units, the small one 4; weight decay is L2 with {decay}.",
            points=trainings.TAUGHT,
            judges=trainings.LABEL_JUDGES,
            decay=trainings.DECAY,
        )
    )
    guess = predict(
        t(
            "A fifth of the labels is wrong. The large network trains for {epochs:,} epochs. For how many of the "
            "wrong labels does it say in the end what the label says?",
            epochs=trainings.LABEL_EPOCHS,
        ),
        {"none": t("hardly any"), "half": t("about half"), "all": t("nearly all")},
        key="labels_prediction",
    )
    verdict = st.container()
    left, right = beside("labels")
    with left:
        chosen = settings()
        training.foresee(*trainings.next_labels())
        run = training.run(chosen.recipe, key="labels")
        if run is None:
            return
        scores = _scores(run)
        _figures(run, scores)
    with right:
        _picture(run, scores)
    if guess:
        with verdict:
            _answer(guess)
    st.markdown(_noticed(chosen, run, scores))


def _noticed(chosen: Settings, run: Run, scores: dict[str, np.ndarray]) -> str:
    """What to notice: without wrong labels, with too many of them, for the large network, and for the others."""
    new = 100 * scores["validation"]
    if "wrong" not in scores:
        return t(
            "**Notice** that without wrong labels there is little to be learned by heart: in the end the network is "
            "right about {end:.0f} % of the new points. Now let some labels be wrong, and look at the large network "
            "first.",
            end=new[-1],
        )
    if chosen.share > FEW:
        return t(
            "**Notice** that with nearly as many wrong labels as right ones hardly anything tells which are which: in "
            "the end the network is right about {end:.0f} % of the new points. Let fewer labels be wrong.",
            end=new[-1],
        )
    wrong, early = 100 * scores["wrong"], _early(run)
    if chosen.network != "large":
        return t(
            "**Notice** what is different from the large network, which learns nearly all wrong labels by heart: this "
            "one agrees with {late:.0f} % of them in the end, and is right about {end:.0f} % of the new points. A "
            "small network has little room; weight decay makes sharp bends around single points costly, for they take "
            "large weights. Draw other points before you believe one picture.",
            late=wrong[-1],
            end=new[-1],
        )
    return t(
        "**Notice** the order. Move the epochs back: before the first epoch the network knows nothing, and it agrees "
        "with labels by chance. Then it finds the rough shape of the two moons, and only later it bends its boundary "
        "around single points. After {epochs:.0f} epochs it agrees with {early:.0f} % of the wrong labels, in the "
        "end with {late:.0f} %. On new points it is right about {best:.0f} % at its best, and about {end:.0f} % in "
        "the end. Ending training early helps, and so does less room to store: try the small network, and the one "
        "with weight decay.",
        epochs=run.snapshot_epochs[early],
        early=wrong[early],
        late=wrong[-1],
        best=new.max(),
        end=new[-1],
    )


def _early(run: Run) -> int:
    """The snapshot at which the early score is told."""
    return int(np.searchsorted(run.snapshot_epochs, EARLY * run.epochs))


def _scores(run: Run) -> dict[str, np.ndarray]:
    """By snapshot: agreement with right labels and with wrong ones, and the accuracy on new points."""
    agreement = trainings.agreement(run)
    assert run.val_accuracy is not None  # points are kept for validation
    return {**agreement, "validation": trainings.new_points(run)}


def _figures(run: Run, scores: dict[str, np.ndarray]) -> None:
    early = _early(run)
    shown = [
        (t("new points, after {epochs:.0f} epochs", epochs=run.snapshot_epochs[early]), scores["validation"][early]),
        (t("new points, at the end"), scores["validation"][-1]),
    ]
    if "wrong" in scores:
        shown.append((t("wrong labels learned, at the end"), scores["wrong"][-1]))
    numbers(*((label, f"{100 * value:.0f} %") for label, value in shown))


def _picture(run: Run, scores: dict[str, np.ndarray]) -> None:
    split = load(run.recipe.data)
    assert run.maps is not None  # two inputs, one network
    picture.show(
        charts.chart,
        {
            "maps": plane.map_rows(run.maps[..., 0], run.snapshot_epochs, datasets.DOMAIN),
            "points": charts.point_rows(split.x_train, split.y_train, trainings.wrong_points(run.recipe)),
            "scores": charts.score_rows(run.snapshot_epochs, scores),
        },
        key="labels",
        alt=t(
            "What the network predicts on the plane, the training points with the wrong ones ringed; beneath, by "
            "epoch, the shares of right and of wrong labels it agrees with, and its accuracy on new points."
        ),
        x_title="x₁",
        y_title="x₂",
        step_title=t("Epoch"),
        score_title=t("share"),
        classes=(t("class 0"), t("class 1")),
        names=(
            ("right", t("agrees with right labels")),
            ("wrong", t("agrees with wrong labels")),
            ("validation", t("right about new points")),
        ),
        domain=datasets.DOMAIN,
        last=run.recipe.epochs,
    )


def _answer(guess: str) -> None:
    run = training.run(trainings.mislabelled(), key="labels_answer")
    if run is None:
        return
    share = float(trainings.agreement(run)["wrong"][-1])
    right = "all" if share > 0.75 else "half" if share > 0.25 else "none"
    answer(guess, right, t("For **{share:.0f} %** of them, in the first draw of the points.", share=100 * share))


def code() -> str:
    """The network of the picture, trained by Keras."""
    return snippets.labels(recipe=settings().recipe)
