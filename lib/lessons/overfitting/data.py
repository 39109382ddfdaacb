"""More data: the same network with ten digits to learn from, or a thousand."""

import numpy as np
import streamlit as st

from lib.charts.overfitting import data as charts
from lib.lessons.overfitting import parts
from lib.snippets import judging as snippets
from lib.training import judging as trainings
from lib.training.judging import Learned
from lib.ui import controls, picture, training
from lib.ui.layout import answer, beside, numbers
from lib.ui.predict import predict
from lib.ui.text import t

LOSS_DOMAIN = (0.001, 20.0)


def settings() -> int:
    """Ask for the number of training samples to look at."""
    return controls.slider(t("Training samples"), key="data_size", default=40, values=trainings.SIZES)


def show() -> None:
    """Show accuracy by the number of training samples, and the losses of one number."""
    recipe = trainings.learner()
    st.markdown(
        t(
            "The best cure of all is **more data**. Below the same Keras network, `Dense({units}, relu)` and "
            "`Dense(10, softmax)`, learns handwritten digits from {fewest} samples, from {second}, and so on up to "
            "{most:,}. {judges} other digits judge them all. Each network makes the same {updates} updates with "
            "batches of {batch}, so that only the data differs: where it is little, it is seen again and again. "
            "Everything is done {draws} times with other digits; the bands reach from the lowest to the highest.",
            units=recipe.layers[0].units,
            fewest=trainings.SIZES[0],
            second=trainings.SIZES[1],
            most=trainings.SIZES[-1],
            judges=trainings.VALIDATION,
            updates=trainings.LAPS_OF_DATA * trainings.UPDATES_A_LAP,
            batch=recipe.batch_size,
            draws=trainings.DRAWS_OF_DATA,
        )
    )
    guess = predict(
        t(
            "With {fewest} digits to learn from, how many **new** ones does the network get right?",
            fewest=trainings.SIZES[0],
        ),
        {"few": t("about half"), "most": t("most of them"), "all": t("all of them")},
        key="data_prediction",
    )
    verdict = st.container()
    left, right = beside("data")
    with left:
        size = settings()
        learned = _learned()
        if learned is None:
            return
        place = trainings.SIZES.index(size)
        training_scores, scores = (np.array([getattr(one, name)[-1] for one in learned]) for name in ACCURACIES)
        _figures(training_scores[:, place], scores[:, place])
    with right:
        _by_size(training_scores, scores, size)
        _by_update(learned, place)
    if guess:
        with verdict:
            _answer(guess, training_scores[:, 0].mean(), scores[:, 0].mean())
    st.markdown(
        t(
            "**Notice** how the curves come together. With few digits the network knows all of them by heart, and "
            "the gap to new ones is wide. With many, what it learns has to fit all of them at once, and then it fits "
            "new digits as well. The axis doubles at each step: the first doublings help most. In the lower picture, "
            "with few samples, the training loss falls and falls while the validation loss stays high or rises "
            "again: overfitting."
        )
    )


ACCURACIES = ("accuracy", "val_accuracy")


def _learned() -> list[Learned] | None:
    """The curves of every draw, with a bar while they are computed; kept for this visitor."""
    learned: list[Learned] = st.session_state.setdefault("data_learned", [])
    place = st.empty()
    while len(learned) < trainings.DRAWS_OF_DATA:
        draw = len(learned)
        said = t(
            "Training {sizes} networks side by side: draw {draw} of {draws}",
            sizes=len(trainings.SIZES),
            draw=draw + 1,
            draws=trainings.DRAWS_OF_DATA,
        )
        place.progress(draw / trainings.DRAWS_OF_DATA, text=said)
        one = training.call(trainings.learning_curve, draw, key=f"data_{draw}")
        if one is None:
            place.empty()
            return None
        learned.append(one)
    place.empty()
    return learned


def _answer(guess: str, known: float, new: float) -> None:
    right = "all" if known > 0.99 else "most" if known > 0.6 else "few"
    said = t(
        "It gets **{known:.0f} %** of them right, for it knows them by heart, and {new:.0f} % of new ones.",
        known=100 * known,
        new=100 * new,
    )
    answer(guess, right, said)


def _figures(known: np.ndarray, new: np.ndarray) -> None:
    numbers(
        (t("training accuracy"), f"{100 * known.mean():.1f} %"),
        (t("validation accuracy"), f"{100 * new.mean():.1f} %"),
        (t("lowest and highest draw"), f"{100 * new.min():.1f} – {100 * new.max():.1f} %"),
    )


def _by_size(known: np.ndarray, new: np.ndarray, size: int) -> None:
    picture.show(
        charts.by_size,
        {"scores": charts.band_rows(trainings.SIZES, known, new), "picked": {"x": [size]}},
        key="data_sizes",
        alt=t("Training and validation accuracy over the number of training samples, as lines with bands."),
        size_title=t("training samples"),
        score_title=t("accuracy"),
        parts=parts.both(),
        sizes=trainings.SIZES,
    )


def _by_update(learned: list[Learned], place: int) -> None:
    lost, judged = (np.array([getattr(one, name)[:, place] for one in learned]) for name in ("loss", "val_loss"))
    updates = trainings.UPDATES_A_LAP * np.arange(1, lost.shape[1] + 1)
    picture.show(
        charts.by_update,
        {"scores": charts.band_rows(updates.tolist(), lost, judged)},
        key="data_updates",
        alt=t("Training and validation loss by update, for the chosen number of training samples."),
        update_title=t("update"),
        loss_title=t("loss"),
        parts=parts.both(),
        last=int(updates[-1]),
        loss_domain=LOSS_DOMAIN,
    )


def code() -> str:
    """The first draw of the chosen size, trained by Keras."""
    return snippets.data(size=settings())
