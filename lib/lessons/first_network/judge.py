"""Judge it: what the network takes for what, and the mistakes that it is most sure of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from lib import recognition
from lib.charts.first_network import judge as charts
from lib.charts.first_network import marked
from lib.datasets import Data, described
from lib.lessons import pictures
from lib.lessons.first_network import train
from lib.snippets import first_network_training as snippets
from lib.training import first_network as trainings
from lib.ui import address, controls, picture, training
from lib.ui.layout import answer, beside, numbers
from lib.ui.predict import predict
from lib.ui.text import mark, t

VIEWS = {"table": mark("all at once"), "worst": mark("the worst mistakes")}

MOST = 60
"""Mistakes that can be looked at one by one, the worst ones."""

SHOWN = 24
"""Images of one cell of the table that are shown."""

OFFERED = 4
"""Frequent confusions that can be chosen by one press."""

CLICKS = "judge_clicks"
"""Where clicks on the table are counted: each gives its cells another turn, so that one can be clicked again."""

SURE, RATHER = 0.9, 0.55
"""Probabilities from which on a prediction of "more than 90 %", and of "about 70 %" was right."""


@dataclass(frozen=True)
class Settings:
    """What to look at: the table with one of its cells, or one of the worst mistakes, counted from 1."""

    view: str
    digit: int
    taken_for: int
    number: int


def settings(mistakes: int = MOST) -> Settings:
    """Ask for what to look at, where there are so many mistakes."""
    view = controls.choice(t("Look at"), list(VIEWS), key="judge_view", names=lambda name: t(VIEWS[name]))
    reading = address.only_reading()
    digit, taken_for, number = 2, 8, 1
    if reading or view == "table":
        digit = _digit(t("The digit"), "judge_digit", 2)
        taken_for = _digit(t("What it was taken for"), "judge_taken", 8)
    if mistakes > 1 and (reading or view == "worst"):
        number = controls.slider(
            t("Mistake, the worst first"), key="judge_number", default=1, minimum=1, maximum=mistakes, step=1
        )
    return Settings(view, digit, taken_for, number)


def _digit(label: str, key: str, default: int) -> int:
    return controls.slider(label, key=key, default=default, minimum=0, maximum=9, step=1)


def show() -> None:
    """Show the confusion matrix and the images in its cells, and the worst mistakes with their probabilities."""
    st.markdown(
        t(
            "One number says how often the network is right, but not **where** it errs. Look at its answers to all "
            "test digits at once: each row of the table holds the images of one digit, each column what they were "
            "taken for. What is not on the diagonal is a mistake."
        )
    )
    guess = predict(
        t("Think of its worst mistake. How sure is the network of its wrong answer?"),
        {"half": t("about 40 %"), "rather": t("about 70 %"), "sure": t("more than 90 %")},
        key="judge_prediction",
    )
    verdict = st.container()
    left, right = beside("judge", picture_width=1.3)
    with left:
        tested = _tested()
        if tested is None:
            return
        worst = recognition.worst(tested.shares, tested.labels)
        chosen = settings(min(len(worst), MOST))
    if guess and len(worst):
        with verdict:
            _answer(guess, tested, int(worst[0]))
    if chosen.view == "table":
        with left:
            _offer(recognition.confused(tested.shares, tested.labels))
            _accuracy(len(worst), len(tested.labels))
        with right:
            _table(tested, chosen)
    elif len(worst):
        with left:
            found = pictures.samples(tested.data, "test", tuple(map(int, worst[:MOST])), key="judge_worst")
            if found is None:
                return
            _mistake(tested, int(worst[chosen.number - 1]), found[0][chosen.number - 1])
        with right:
            _shares(tested, int(worst[chosen.number - 1]), found[0], chosen.number)
    else:
        st.markdown(t("The network reads all test images correctly: there is no mistake to look at."))
    st.markdown(
        t(
            "**Notice** that mistakes are not spread evenly: some pairs of digits are confused again and again, "
            "because their pixels have much in common. And the probabilities are no promise: the network can be nearly "
            "certain and wrong. Training rewards a high probability of the right digit; to be certain and wrong costs "
            "most, but only for training digits, and never for these. Look at the worst mistakes: would **you** have "
            "read all of them?"
        )
    )


@dataclass(frozen=True, eq=False)
class Tested:
    """The probabilities (images, 10) that the network gives to the test images, and their labels (images,)."""

    data: Data
    shares: np.ndarray
    labels: np.ndarray

    def loss(self, image: int) -> float:
        """The loss of one of the images."""
        return float(recognition.losses(self.shares[[image]], self.labels[[image]])[0])


def _tested() -> Tested | None:
    """The trained network of the lesson with the test images; None where it was not tested yet."""
    with address.reading():
        recipe = train.settings().recipe
    run = training.images(recipe, key="first_network")
    if run is None:
        return None
    train.remind(run)
    if run.probabilities is None:
        st.info(t("The network has not been tested yet: let it train for one epoch at least."))
        return None
    labels = _labels(recipe.data)
    return None if labels is None else Tested(recipe.data, run.probabilities, labels)


def _labels(data: Data) -> np.ndarray | None:
    """The labels of all test images, kept for this visitor until other images come."""
    if not described(data.name).trainer_only:
        return trainings.true_labels(data)
    kept: tuple[Data, np.ndarray] | None = st.session_state.get("judge_labels")
    if kept is None or kept[0] != data:
        labels = training.call(trainings.true_labels, data, key="judge_labels_call")
        if labels is None:
            return None
        kept = st.session_state["judge_labels"] = data, labels
    return kept[1]


def _answer(guess: str, tested: Tested, image: int) -> None:
    shares = tested.shares[image]
    sure = float(shares.max())
    right = "sure" if sure > SURE else "rather" if sure > RATHER else "half"
    said = t(
        "It says {read} with **{sure:.1f} %**, and gives {own:.2g} % to the right digit, {label}.",
        read=int(shares.argmax()),
        sure=100 * sure,
        own=100 * float(shares[tested.labels[image]]),
        label=int(tested.labels[image]),
    )
    answer(guess, right, said)


def _accuracy(mistakes: int, images: int) -> None:
    numbers(
        (t("mistakes"), t("{mistakes:,} of {images:,}", mistakes=mistakes, images=images)),
        (t("test accuracy"), f"{100 * (1 - mistakes / images):.1f} %"),
    )


# --- The table --------------------------------------------------------------------------------------------------------


def _offer(counts: np.ndarray) -> None:
    """Buttons for the most frequent confusions."""
    wrong = counts * (1 - np.eye(10, dtype=int))
    places = np.argsort(-wrong, axis=None, kind="stable")[:OFFERED]
    frequent = [divmod(int(place), 10) for place in places if wrong.flat[place]]
    if not frequent:
        return
    st.markdown(t("The most frequent mistakes:"))
    with st.container(horizontal=True, key="judge_frequent"):
        for digit, taken in frequent:
            label = t("{digit} taken for {taken}: {count}", digit=digit, taken=taken, count=int(wrong[digit, taken]))
            st.button(label, key=f"judge_{digit}_{taken}", on_click=_choose, args=(digit, taken))


def _choose(digit: int, taken: int) -> None:
    controls.put("judge_digit", digit)
    controls.put("judge_taken", taken)


def _pick() -> None:
    """Take a click on a cell over to the sliders."""
    picked = st.session_state["judge_table"]["selection"].get("pick") or []
    if picked and {picked[0].get("true"), picked[0].get("predicted")} <= set(range(10)):
        st.session_state[CLICKS] = st.session_state.get(CLICKS, 0) + 1
        _choose(int(picked[0]["true"]), int(picked[0]["predicted"]))


def _table(tested: Tested, chosen: Settings) -> None:
    digit, taken = chosen.digit, chosen.taken_for
    counts, turn = recognition.confused(tested.shares, tested.labels), st.session_state.get(CLICKS, 0)
    picture.show(
        charts.confusion,
        charts.confusion_rows(counts, true=digit, predicted=taken, turn=turn),
        key="judge_table",
        on_select=_pick,
        alt=t("Which digits (down) the network takes for which (across), counted over the test images."),
        true_title=t("digit"),
        predicted_title=t("taken for"),
    )
    cell = np.flatnonzero((tested.labels == digit) & (tested.shares.argmax(axis=1) == taken))
    _cell_words(digit, taken, len(cell))
    if not len(cell):
        return
    found = pictures.samples(tested.data, "test", tuple(map(int, cell[:SHOWN])), key="judge_cell")
    if found is not None:
        sheet = marked.sheet(found[0], columns=8, scale=3, least=8)
        picture.image(sheet, alt=t("The test images in the chosen cell of the table."))


def _cell_words(digit: int, taken: int, count: int) -> None:
    if digit == taken:
        said = t("Digits {digit} that were read correctly: **{count}**", count=count, digit=digit)
    elif count:
        said = t("Digits {digit} that were taken for {taken}: **{count}**", count=count, digit=digit, taken=taken)
    else:
        said = t("No {digit} was taken for {taken}.", digit=digit, taken=taken)
    st.markdown(said)


# --- The worst mistakes -----------------------------------------------------------------------------------------------


def _mistake(tested: Tested, image: int, pixels: np.ndarray) -> None:
    """One mistake, large, with what it is and what it was taken for."""
    numbers(
        (t("it is"), str(tested.labels[image])),
        (t("taken for"), str(tested.shares[image].argmax())),
        (t("loss"), f"{tested.loss(image):.2f}"),
    )
    large = marked.enlarged(pixels, scale=10)
    picture.image(large, alt=t("The test image that was taken for another digit."), width=280)


def _shares(tested: Tested, image: int, pixels: np.ndarray, number: int) -> None:
    """The ten probabilities of one mistake, and the mistakes around it."""
    picture.show(
        charts.bars,
        charts.bar_rows(tested.shares[image], label=int(tested.labels[image])),
        key="judge_bars",
        alt=t("The ten probabilities of this image as bars; the figures say what it is and what it is taken for."),
        digit_title=t("digit: what is read in colour, what it is framed"),
        share_title=t("probability"),
    )
    page = (number - 1) // SHOWN * SHOWN
    sheet = marked.sheet(pixels[page : page + SHOWN], columns=8, scale=3, chosen=number - 1 - page, least=8)
    picture.image(sheet, alt=t("The worst mistakes, the present one framed."))


def code() -> str:
    """The trained network's confusion matrix and one of its worst mistakes."""
    chosen = settings()
    with address.reading():
        recipe = train.settings().recipe
    stopped = train.stopped(recipe)
    return snippets.judge(
        recipe=recipe, digit=chosen.digit, taken_for=chosen.taken_for, number=chosen.number, stopped=stopped
    )
