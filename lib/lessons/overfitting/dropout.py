"""Dropout: in each batch other units are silent, so that none can rely on the others; in a test all of them speak."""

import numpy as np
import streamlit as st

from lib import dropping
from lib.charts.overfitting import dropout as charts
from lib.lessons.overfitting import parts
from lib.snippets import judging as snippets
from lib.training import judging as trainings
from lib.training.recipe import Recipe, Run
from lib.ui import controls, picture, training
from lib.ui.layout import answer, beside, numbers
from lib.ui.predict import predict
from lib.ui.text import mark, t

TABLES = {"digits": mark("digits"), "breast_cancer": mark("tumours")}
LOSS_DOMAINS = {"digits": (0.0, 0.8), "breast_cancer": (0.0, 0.4)}


def settings() -> float:
    """Ask for the share of the outputs that is dropped."""
    return controls.slider(t("Dropout rate"), key="dropout_rate", default=0.5, values=trainings.RATES)


def table() -> str:
    """Ask for the data that a network learns."""
    return controls.choice(t("Data"), list(trainings.TABLES), key="dropout_data", names=lambda name: t(TABLES[name]))


def show() -> None:
    """Show what is dropped in each batch, and what the rate does to the loss of a real network."""
    st.markdown(
        t(
            "**Dropout** disturbs the learning by heart. In each batch a random share of a layer's outputs, the "
            "*rate*, is set to zero. So no unit can rely on what its neighbours do. Below you see what a real "
            "`keras.layers.Dropout` makes of the outputs of {units} units, for one and the same sample in "
            "{batches} batches.",
            units=len(dropping.OUTPUTS),
            batches=trainings.SHOWN_BATCHES,
        )
    )
    guess = predict(
        t("Half of the outputs are dropped while training. What happens to the sum that the next layer sees?"),
        {
            "half": t("It is half as large."),
            "same": t("It jumps about, but on average it stays as it is."),
            "double": t("It is twice as large."),
        },
        key="dropout_prediction",
    )
    verdict = st.container()
    left, right = beside("dropout")
    with left:
        rate = settings()
        rows = training.call(trainings.dropout_rows, rate, key="dropout_rows")
        if rows is None:
            return
        _sums(*rows, rate)
    with right:
        _masks(*rows)
    if guess:
        with verdict:
            _answer(guess)
    st.markdown(
        t(
            "**Notice** the factor: with the rate $p$, what is kept is multiplied by $1 / (1 - p)$. With a rate above "
            "0 a single sum is too large or too small, but their mean stays the sum without dropout. Therefore "
            "nothing needs to be changed in a test, where every unit speaks: `training=False` gives the outputs as "
            "they are."
        )
    )
    _trained(rate)


def _answer(guess: str) -> None:
    rows = training.call(trainings.dropout_rows, 0.5, key="dropout_answer")
    if rows is not None:
        sums = rows[0].sum(axis=1)
        said = t(
            "The sum is {before:.2f} without dropout. With a rate of 0.5 it lies between {low:.1f} and {high:.1f}, "
            "and its mean over {many:,} batches is **{mean:.2f}**: what is kept is doubled.",
            before=rows[1].sum(),
            low=sums.min(),
            high=sums.max(),
            many=len(sums),
            mean=sums.mean(),
        )
        answer(guess, "same", said)


def _sums(training_rows: np.ndarray, test: np.ndarray, rate: float) -> None:
    sums = training_rows.sum(axis=1)
    numbers(
        (t("sum without dropout"), f"{test.sum():.2f}"),
        (t("mean of {many:,} sums", many=len(sums)), f"{sums.mean():.2f}"),
        (t("their standard deviation"), f"{sums.std():.2f}"),
        (t("what is kept, times"), f"{dropping.scale(rate):.2f}"),
    )


def _masks(training_rows: np.ndarray, test: np.ndarray) -> None:
    batches = [str(number) for number in range(1, trainings.SHOWN_BATCHES + 1)]
    picture.show(
        charts.masks,
        {"cells": charts.mask_rows({"test": test, **dict(zip(batches, training_rows, strict=False))})},
        key="dropout_masks",
        alt=t(
            "A grid: a row for the test and one for each batch of training, a column for each unit, with the outputs; "
            "dropped ones are crossed out. At the end of each row stands its sum."
        ),
        unit_title=t("unit"),
        rows=(("test", t("test")), *((number, t("batch {number}", number=number)) for number in batches)),
        sum_title=t("sum"),
        units=len(dropping.OUTPUTS),
    )


# --- The rate and the loss of a real network --------------------------------------------------------------------------


def _trained(rate: float) -> None:
    """Train a network with each rate, several times, and show how they end and how the chosen one went."""
    st.markdown(
        t(
            "Which rate is right? Here a real network with dropout behind its hidden units learns from few samples, "
            "far fewer than it has weights. All rates are trained side by side, {times} times with other samples "
            "and other first weights.",
            times=len(trainings.SEEDS_OF_RATES),
        )
    )
    left, right = beside("dropout_rates")
    with left:
        data = table()
        training.foresee(*trainings.next_dropping())
        swept = _swept(data)
        if swept is None:
            return
        place = trainings.RATES.index(rate)
        validation = np.array([[parts.last(run.val_loss) for run in runs] for runs in swept])
        lost = np.array([[parts.last(run.loss) for run in runs] for runs in swept])
        _figures(validation, place)
        _sizes(swept[0][0].recipe)
    with right:
        _rates(LOSS_DOMAINS[data], lost, validation, place)
        _curves(LOSS_DOMAINS[data], swept[0][0], swept[0][place])
    means = validation.mean(axis=0)
    best = int(means.argmin())
    st.markdown(
        t(
            "**Notice** the cost: the more is dropped, the higher the training loss, which is measured while units "
            "are silent. The validation loss, for which all units speak, is lowest on average at a rate of "
            "**{best:g}** here, {gain:.0f} % lower than without dropout; single runs scatter by {scatter:.0f} %. So "
            "look at both numbers before you believe in a rate, and change the data: another network has another "
            "best rate. Rates from 0.2 to 0.5 are the usual ones. With the digits you see the other end as well: "
            "where nearly everything is dropped, too little is left to learn with.",
            best=trainings.RATES[best],
            gain=100 * (1 - means[best] / means[0]),
            scatter=100 * validation[:, best].std() / means[best],
        )
    )
    if rate:
        st.caption(
            t(
                "The code below trains the first of these networks. Keras draws other masks there than here, so its "
                "validation loss comes close to that of the picture, no more."
            )
        )


def _sizes(recipe: Recipe) -> None:
    st.caption(
        t(
            "{units} hidden units; {few} samples train, {judges} others judge.",
            units=recipe.layers[0].units,
            few=recipe.data.training,
            judges=recipe.data.validation,
        )
    )


def _swept(data: str) -> list[tuple[Run, ...]] | None:
    """The runs of all rates, for each seed; None where one was stopped or failed."""
    swept = []
    for seed in trainings.SEEDS_OF_RATES:
        runs = training.sweep(trainings.dropping(data=data, seed=seed), key=f"dropout_{seed}")
        if runs is None:
            return None
        swept.append(runs)
    return swept


def _figures(validation: np.ndarray, place: int) -> None:
    means = validation.mean(axis=0)
    numbers(
        (t("validation loss without dropout"), f"{means[0]:.3f}"),
        (t("with a rate of {rate:g}", rate=trainings.RATES[place]), f"{means[place]:.3f}"),
        key="dropout_losses",
    )


def _rates(domain: tuple[float, float], lost: np.ndarray, validation: np.ndarray, place: int) -> None:
    picture.show(
        charts.rates,
        charts.rate_rows(trainings.RATES, lost, validation, picked=place, ceiling=domain[1]),
        key="dropout_rates",
        alt=t("Loss after the last epoch over the dropout rate: training, validation, and each run as a point."),
        rate_title=t("dropout rate"),
        loss_title=t("loss at the end (up to {most:g})", most=domain[1]),
        parts=parts.both(),
        loss_domain=domain,
    )


def _curves(domain: tuple[float, float], without: Run, picked: Run) -> None:
    picture.show(
        charts.curves,
        {
            "curves": charts.curve_rows(
                {"without": _losses(without), "picked": _losses(picked)},
            )
        },
        key="dropout_curves",
        alt=t("Training and validation loss by epoch, without dropout and with the chosen rate."),
        step_title=t("Epoch"),
        loss_title=t("loss"),
        parts=parts.both(),
        names=(("without", t("without dropout")), ("picked", t("with the chosen rate"))),
        last=without.recipe.epochs,
        loss_domain=domain,
    )


def _losses(run: Run) -> tuple[np.ndarray, np.ndarray]:
    assert run.val_loss is not None  # samples are kept for validation
    return run.loss, run.val_loss


def code() -> str:
    """Keras' Dropout on the outputs of the picture, and the network with the chosen rate."""
    rate = settings()
    return snippets.dropout(rate=rate, recipe=trainings.dropping(data=table())[trainings.RATES.index(rate)])
