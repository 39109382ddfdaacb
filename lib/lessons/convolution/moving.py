"""Shift, turn, scale: what a moved digit does to a dense network and to a convolutional one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib.charts.convolution import moving as charts
from lib.charts.convolution import shares
from lib.charts.convolution.tiles import edged, enlarged, greys, png
from lib.lessons import pictures
from lib.lessons.convolution import telling, trained
from lib.maps import maps
from lib.moving import moved
from lib.snippets import convnet as snippets
from lib.training.convnet import equal_dense
from lib.training.convnet_worker import MOST_IMAGES, Move
from lib.training.images import SOURCES, ImageRun
from lib.ui import controls, picture
from lib.ui.layout import answer, beside, numbers
from lib.ui.predict import predict
from lib.ui.text import mark, t

MOST = 8
"""Pixels that a digit is shifted, at most."""

ASKED = 4
"""Pixels of the question."""

CURVES: dict[str, tuple[float, ...]] = {
    "shift": tuple(range(-MOST, MOST + 1)),
    "turn": tuple(range(-60, 61, 10)),
    "scale": tuple(round(0.5 + 0.1 * step, 1) for step in range(11)),
}
"""The moves along each curve."""

NAMES = {"shift": mark("shift to the right"), "turn": mark("turn"), "scale": mark("scale")}
TITLES = {
    "shift": mark("pixels to the right"),
    "turn": mark("degrees, counterclockwise"),
    "scale": mark("times as large"),
}
SCALE = 7
"""Pixels of a pixel of the moved digit."""


@dataclass(frozen=True)
class Settings:
    """The image, how it is moved, and along which move the test digits are tried."""

    which: int | None
    right: int
    down: int
    degrees: int
    scale: float
    curve: str

    @property
    def now(self) -> float:
        """Where the image is on the curve."""
        return {"shift": self.right, "turn": self.degrees, "scale": self.scale}[self.curve]


def settings() -> Settings:
    """What the controls say."""
    recipe = trained.recipe()
    which = pictures.number(SOURCES["digits28"] if recipe is None else recipe.data, "moving")
    right, down = (
        controls.slider(label, key=f"moving_{key}", default=0, minimum=-MOST, maximum=MOST, step=1)
        for label, key in ((t("Pixels to the right"), "right"), (t("Pixels down"), "down"))
    )
    degrees = controls.slider(
        t("Degrees, counterclockwise"), key="moving_degrees", default=0, minimum=-60, maximum=60, step=5
    )
    scale = controls.slider(
        t("Times as large"), key="moving_scale", default=1.0, minimum=0.5, maximum=1.5, step=0.05, format=".2f"
    )
    curve = controls.choice(
        t("{count:,} test digits, all moved by", count=_count()),
        list(CURVES),
        key="moving_curve",
        names=lambda curve: t(NAMES[curve]),
    )
    return Settings(which, right, down, degrees, scale, curve)


def show() -> None:
    """Show the moved digit, what both networks take it for, and how many test digits they know when all are moved."""
    st.markdown(
        t(
            "A window that has found a pattern finds it at every other place as well: when the digit moves, the maps "
            "of a convolution move along. A dense layer has a weight of its own for each pixel. Move a digit, and "
            "compare both networks; neither was trained on moved ones."
        )
    )
    guess = predict(
        t(
            "{count:,} test digits are all shifted to the right by {pixels} pixels. How many does the convnet still "
            "know?",
            count=_count(),
            pixels=ASKED,
        ),
        {
            "all": t("nearly as many as before"),
            "more": t("clearly fewer, but more than the dense network"),
            "same": t("no more than the dense network"),
        },
        key="moving_prediction",
    )
    verdict = st.container()
    left, right = beside("moving")
    with left:
        pad = st.container()
        chosen = settings()
    with right:
        runs = _runs()
        if runs is None:
            return
        _digit(chosen, runs, pad)
        tried = _curve(chosen, runs) if guess else None
        if guess and tried is not None:
            with verdict:
                _answer(guess, tried["shift"])
    if guess and tried is not None:
        st.markdown(_notice(tried["shift"]))


def code() -> str:
    """Both networks, the moved digit, and the accuracies along the curve."""
    chosen, recipe = settings(), trained.recipe()
    if recipe is None:
        return ""
    return snippets.moving(
        recipe=recipe,
        dense=equal_dense(recipe),
        image=trained.image_source(chosen.which),
        move=(chosen.right, chosen.down, chosen.degrees, chosen.scale),
        moves=_moves(chosen.curve),
    )


def _count() -> int:
    """How many test digits are moved: the first ones."""
    recipe = trained.recipe()
    data = SOURCES["digits28"] if recipe is None else recipe.data
    return min(data.validation, MOST_IMAGES)


def _runs() -> dict[str, ImageRun] | None:
    """Both trained networks; None, with a sentence, where one is missing."""
    recipe = trained.recipe()
    convnet = trained.run(recipe, name=t("convnet"))
    if recipe is None or convnet is None:
        return None
    dense = trained.dense(recipe)
    return None if dense is None else {"convnet": convnet, "dense": dense}


def _digit(chosen: Settings, runs: dict[str, ImageRun], pad: DeltaGenerator) -> None:
    """The moved digit, and the ten probabilities of both networks."""
    looked_at = trained.look(runs["convnet"].recipe, chosen.which, "moving", pad)
    if looked_at is None:
        return
    image = moved(
        looked_at.ink[..., 0], right=chosen.right, down=chosen.down, degrees=chosen.degrees, scale=chosen.scale
    )
    likely = {name: maps(run.recipe.layers, run.weights[-1], image[..., None])[-1] for name, run in runs.items()}
    if looked_at.is_empty:
        likely = {name: np.zeros_like(shares) for name, shares in likely.items()}
    numbers(
        (t("the digit"), "?" if looked_at.label is None else str(looked_at.label)),
        *((name, trained.NOTHING if looked_at.is_empty else _said(likely[key])) for key, name in _networks()),
    )
    beneath, bars = st.columns([1, 2], vertical_alignment="center")
    with beneath:
        picture.image(png(edged(enlarged(greys(image), SCALE))), alt=t("The moved digit."), width="content")
    with bars:
        picture.show(
            shares.pair_chart,
            shares.pair_datasets(likely, truth=looked_at.label),
            key="moving_shares",
            alt=t(
                "The probabilities of the ten digits, of both networks side by side; the right one has a grey ground."
            ),
            digit_title=t("digit"),
            share_title=t("probability"),
            networks=_networks(),
        )


def _networks() -> tuple[tuple[str, str], ...]:
    return (("convnet", t("convnet")), ("dense", t("dense network")))


def _said(likely: np.ndarray) -> str:
    digit = int(likely.argmax())
    return f"{digit} ({100 * likely[digit]:.0f} %)"


def _moves(curve: str) -> tuple[Move, ...]:
    """The moves along a curve, all else at rest."""
    rest = {"shift": 0.0, "turn": 0.0, "scale": 1.0}
    along = [rest | {curve: float(value)} for value in CURVES[curve]]
    return tuple((each["shift"], 0.0, each["turn"], each["scale"]) for each in along)


def _curve(chosen: Settings, runs: dict[str, ImageRun]) -> dict[str, np.ndarray] | None:
    """The accuracies of both networks along the curve, drawn: by curve, that of shifts among them."""
    tried: dict[str, np.ndarray] = {}
    for curve in dict.fromkeys(("shift", chosen.curve)):
        came = trained.accuracies(list(runs.values()), _moves(curve), key=f"moving_{curve}_accuracies")
        if came is None:
            return None
        tried[curve] = came
    accuracies = tried[chosen.curve]
    picture.show(
        charts.chart,
        charts.datasets(CURVES[chosen.curve], dict(zip(runs, accuracies, strict=True)), now=chosen.now),
        key="moving",
        alt=t(
            "Accuracy of both networks on the first {count:,} test digits by how far all of them are moved; the "
            "present move is marked.",
            count=_count(),
        ),
        move_title=t(TITLES[chosen.curve]),
        accuracy_title=t("accuracy on {count:,} test digits", count=_count()),
        networks=_networks(),
        domain=(CURVES[chosen.curve][0], CURVES[chosen.curve][-1]),
    )
    return tried


def _answer(guess: str, shifted: np.ndarray) -> None:
    """What becomes of the accuracies at the shift of the question: (networks, shifts)."""
    before, after = (_at(shifted, CURVES["shift"], place) for place in (0, ASKED))
    right = "all" if after[0] > before[0] - 0.05 else "more" if after[0] > after[1] + 0.03 else "same"
    answer(
        guess,
        right,
        t(
            "On the first {count:,} test digits the convnet falls from {before:.0f} % to **{convnet:.0f} %**, the "
            "dense network from {dense_before:.0f} % to **{dense:.0f} %**.",
            count=_count(),
            before=100 * before[0],
            convnet=100 * after[0],
            dense_before=100 * before[1],
            dense=100 * after[1],
        ),
    )


def _at(accuracies: np.ndarray, moves: Sequence[float], place: float) -> np.ndarray:
    return accuracies[:, moves.index(place)]


def _notice(shifted: np.ndarray) -> str:
    """What small and large shifts do to both networks, by their accuracies (networks, shifts)."""
    places = np.abs(CURVES["shift"])
    small = shifted[:, (places > 0) & (places <= 3)].mean(axis=1)
    if small[0] > small[1] + 0.02:
        said = t("**Notice** that the convnet forgives a small move better, but not a large one.")
    else:
        said = t("**Notice** that this convnet forgives a move no better than the dense network.")
    why = t(
        "Its convolutions find the pattern wherever it is, and pooling forgives a pixel or two; but `Flatten` and the "
        "dense layers on top have learned *where* in the last maps a digit has its parts. What no training digit has "
        "shown, they do not know: the next section shows it to them."
    )
    return telling.sentences(said, why)
