"""What does a crop cost? A network is trained on what a slice leaves of each digit."""

import math
from dataclasses import dataclass

import numpy as np
import streamlit as st

from lib import slicing
from lib.charts import tensors as charts
from lib.datasets import load
from lib.lessons.tensors import slice_errors
from lib.snippets import tensors as snippets
from lib.training import tensors as trainings
from lib.training.recipe import Recipe, Run
from lib.ui import controls, picture, training
from lib.ui.layout import answer, beside, numbers
from lib.ui.predict import predict
from lib.ui.text import mark, t

NAMES = {
    "whole": mark("whole image"),
    "middle": mark("middle"),
    "corner": mark("upper left"),
    "sparse": mark("every other pixel"),
    "column": mark("one column"),
    "own": mark("your crop"),
}

Crop = tuple[slicing.Range, slicing.Range]
"""The rows and the columns that are kept."""


@dataclass(frozen=True)
class Settings:
    """The learner's own crop as it was typed, how to train, and the crops of trainings.CROPS to compare it with."""

    typed: str
    optimizer: str
    epochs: int
    compared: tuple[str, ...]


def settings() -> Settings:
    """What the controls say."""
    return Settings(
        typed=controls.text(
            t("Your crop: x[samples, rows, columns]"), key="crop_slice", default="[:, 1:7, 2:6]", longest=60
        ),
        optimizer=controls.choice(t("Optimizer"), list(trainings.OPTIMIZERS), key="crop_optimizer"),
        epochs=controls.slider(t("Epochs"), key="crop_epochs", default=20, minimum=5, maximum=50, step=5, live=False),
        compared=controls.choices(
            t("Compare with"),
            list(trainings.CROPS),
            key="crop_compared",
            default=["whole"],
            names=lambda crop: t(NAMES[crop]),
        ),
    )


def show() -> None:
    """Show what a crop leaves of the digits, how well a network does with it, and what it takes for what."""
    st.markdown(
        t(
            "How much of a digit must a network see? Cut something out with a slice, and train a real Keras network "
            "on what is left: `Dense(32, relu)` and `Dense(10, softmax)`. The data are scikit-learn's handwritten "
            "digits, 8 by 8 pixels each (not MNIST); one fifth of them is kept for validation."
        )
    )
    guess = predict(
        t("The middle 4 by 4 pixels are a quarter of the image. Which accuracy do you expect from them?"),
        {"quarter": t("about 25 %"), "half": t("about 50 %"), "most": t("more than 80 %")},
        key="crop_prediction",
    )
    verdict = st.container()
    left, right = beside("crop")
    with left:
        chosen = settings()
        own = _own_crop(chosen.typed)
        if own is None:
            return
        picture.image(
            charts.crops.kept(trainings.classifier(*trainings.WHOLE).data, *own),
            alt=t("Twelve digits; what the crop leaves is bright and framed."),
            width="stretch",
        )
    with right:
        compared = chosen.compared + (("middle",) if guess and "middle" not in chosen.compared else ())
        runs = _trained(chosen, compared, own)
        if runs is None:
            return
        _accuracies(runs)
        if guess:
            with verdict:
                _answer(guess, _last(runs["middle"].val_accuracy))
        _confusion(runs["own"])
    st.markdown(
        t(
            "**Notice** what the crop costs: a quarter of the pixels may hold most of what is needed, if they are "
            "the right ones. Compare the middle with the upper left, which has just as many pixels. In the table, "
            "orange cells are mistakes: which digits look alike when the rest is gone?"
        )
    )


def code() -> str:
    """The training on the learner's own crop; "" where it is none."""
    chosen = settings()
    try:
        items = slicing.parse(chosen.typed)
        own = slicing.image_ranges(items, trainings.SHAPE)
    except slicing.SliceError:
        return ""
    if own is None:
        return ""
    inputs = math.prod(len(range(*kept)) for kept in own)
    return snippets.crop(recipe=_recipe(own, chosen), expression=slicing.spelled(items), inputs=inputs)


def _own_crop(typed: str) -> Crop | None:
    """Rows and columns of a crop; None, with a sentence on the page, where it is none."""
    try:
        kept = slicing.image_ranges(slicing.parse(typed), trainings.SHAPE)
    except slicing.SliceError as error:
        st.error(slice_errors.of_writing(error))
        return None
    if kept is None:
        st.error(
            t(
                "A crop keeps all samples and at least one row and one column, as [:, 2:6, 2:6] does. Use slices or "
                "indices, and let no slice end before it begins."
            )
        )
    return kept


def _recipe(crop: Crop, chosen: Settings) -> Recipe:
    return trainings.classifier(*crop, optimizer=chosen.optimizer, epochs=chosen.epochs)


def _trained(chosen: Settings, compared: tuple[str, ...], own: Crop) -> dict[str, Run] | None:
    """The runs of the crops to compare, and of the learner's own; None where one was stopped or failed."""
    crops = {name: trainings.ranges(name) for name in compared} | {"own": own}
    training.foresee(*trainings.next_crops(chosen.optimizer))
    runs = {}
    for name, crop in crops.items():
        run = training.run(_recipe(crop, chosen), key=f"crop_{name}")
        if run is None:
            return None
        if run.diverged_at is not None:
            st.warning(t("It diverged in epoch {epoch}.", epoch=run.diverged_at))
            return None
        runs[name] = run
    return runs


def _accuracies(runs: dict[str, Run]) -> None:
    accuracies = {name: _last(run.val_accuracy) for name, run in runs.items()}
    picture.show(
        charts.crops.chart,
        charts.crops.datasets(list(accuracies.items()), now="own"),
        key="crop",
        alt=t("Validation accuracy of each crop as a bar, with its number."),
        accuracy_title=t("validation accuracy"),
        names=tuple((name, t(NAMES[name])) for name in runs),
    )


def _answer(guess: str, accuracy: float) -> None:
    right = "most" if accuracy > 0.8 else "half" if accuracy > 0.375 else "quarter"
    answer(guess, right, t("The network says **{accuracy:.1f} %**.", accuracy=100 * accuracy))


def _last(curve: np.ndarray | None) -> float:
    assert curve is not None  # who classifies and validates has accuracies
    return float(curve[-1])


def _confusion(run: Run) -> None:
    """What the network takes for what, as figures and as a table."""
    predicted = _predicted(run)
    if predicted is None:
        return
    split = load(run.recipe.data)
    truth, pixels = split.y_val, math.prod(split.x_val.shape[1:])
    numbers(
        (t("numbers for each image"), f"{pixels} / {math.prod(trainings.SHAPE[1:])}"),
        (t("right answers"), f"{(predicted == truth).sum()} / {len(truth)}"),
        (t("training accuracy"), f"{100 * _last(run.accuracy):.1f} %"),
    )
    picture.show(
        charts.crops.confusion,
        charts.crops.confusion_rows(trainings.confusion(truth, predicted)),
        key="crop_confusion",
        alt=t("Which digits (down) the network takes for which (across), counted over the validation images."),
        true_title=t("digit"),
        predicted_title=t("taken for, with your crop"),
    )


def _predicted(run: Run) -> np.ndarray | None:
    """What the network says of the validation images, kept for this visitor until another network comes."""
    kept = st.session_state.get("crop_predicted")
    if kept is None or kept[0] != run.recipe:
        predicted = training.call(trainings.predictions, run.recipe, run.weights[-1], key="crop_predictions")
        if predicted is None:
            return None
        kept = st.session_state["crop_predicted"] = run.recipe, predicted
    predicted = kept[1]
    assert predicted is None or isinstance(predicted, np.ndarray)
    return predicted
