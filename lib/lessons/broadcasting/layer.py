"""A dense layer by hand: product, bias and activation with the weights of a real network, held against Keras."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from lib import products
from lib.charts import broadcasting as charts
from lib.charts import cells
from lib.datasets import load
from lib.lessons.broadcasting.tables import table
from lib.lessons.columns import called
from lib.snippets import broadcasting as snippets
from lib.training import broadcasting as trainings
from lib.training.recipe import Recipe, Run
from lib.ui import controls, picture, training
from lib.ui.layout import answer, beside, numbers
from lib.ui.predict import predict
from lib.ui.text import mark, t

TABLES = {"iris": mark("iris flowers"), "wine": mark("wines")}


@dataclass(frozen=True)
class Settings:
    """The network, and the sample of which one feature (both counted from 0) is shifted."""

    recipe: Recipe
    sample: int
    feature: int
    shift: float


@dataclass(frozen=True, eq=False)
class Steps:
    """The sample x with its feature moved, and what the two layers make of it."""

    x: NDArray[np.float32]
    hidden: products.Layer
    last: products.Layer


def settings() -> Settings:
    """The network, the sample, and what is done to it."""
    data = controls.choice(t("Table"), list(trainings.TABLES), key="layer_data", names=lambda name: t(TABLES[name]))
    epochs = controls.slider(t("Epochs"), key="layer_epochs", default=50, values=trainings.EPOCHS, live=False)
    recipe = trainings.classifier(data=data, epochs=epochs)
    features = load(recipe.data).feature_names
    sample = controls.slider(
        t("Sample"), key="layer_sample", default=0, minimum=0, maximum=recipe.data.validation - 1, step=1
    )
    feature = controls.choice(t("Input to move"), list(features), key=f"layer_{data}", names=called)
    shift = controls.slider(
        t("Move it by"),
        key="layer_shift",
        default=0.0,
        minimum=-3.0,
        maximum=3.0,
        step=0.1,
        format="+.1f",
        help=t("In standard deviations: inputs are scaled to mean 0 and deviation 1."),
    )
    return Settings(recipe, sample, features.index(feature), shift)


def show() -> None:
    """Show every number of the two layers, and Keras' outputs beside them."""
    st.markdown(
        t(
            "Now all of it together. This is a real Keras network with two dense layers, trained on a real table. "
            "The first layer computes `relu(dot(x, W) + b)`: a product, a sum with a bias, and an operation on "
            "each entry. The second does the same with *softmax*, which turns numbers into probabilities. The page "
            "computes both with NumPy from the learned weights, for a sample that was not used in training, and "
            "compares with Keras."
        )
    )
    guess = predict(
        t(
            "One input of the sample moves. How many of the {units} sums dot(x, W) + b of the first layer change?",
            units=trainings.UNITS,
        ),
        {"one": t("one"), "half": t("about half"), "all": t("all of them")},
        key="layer_prediction",
    )
    verdict = st.container()
    left, right = beside("layer", picture_width=2.2)
    with left:
        chosen = settings()
        run = training.run(chosen.recipe, key="layer")
    if run is None:
        return
    if guess:
        changed = np.count_nonzero(run.weights_at(-1)[0][chosen.feature])
        said = t("Each unit has a weight for each input: **{changed}** of them change.", changed=changed)
        with verdict:
            answer(guess, "all", said)
    steps = _by_hand(run, chosen)
    with left:
        _against_keras(run, steps)
    with right:
        _pictures(run, chosen, steps)
    st.markdown(
        t(
            "**Notice** how one input flows: it changes all sums of the first layer, but where a sum is negative, "
            "relu gives 0 and the change ends there. The probabilities always add up to 1, so when one grows, "
            "others shrink. With 0 epochs the weights are random, and so are the predictions."
        )
    )


def _by_hand(run: Run, chosen: Settings) -> Steps:
    x = load(run.recipe.data).x_val[chosen.sample].copy()
    x[chosen.feature] += chosen.shift
    kernel, bias, kernel2, bias2 = run.weights_at(-1)
    hidden = products.dense(x, kernel, bias)
    return Steps(x, hidden, products.dense(hidden.output, kernel2, bias2, products.softmax))


def _against_keras(run: Run, steps: Steps) -> None:
    recipe, weights = run.recipe, run.weights[-1].tobytes()
    keras = training.call(trainings.keras_outputs, recipe.layers, weights, tuple(steps.x.tolist()), key="keras")
    if keras is None:
        return
    ours = (steps.hidden.output, steps.last.output)
    difference = max(float(np.abs(mine - theirs).max()) for mine, theirs in zip(ours, keras, strict=True))
    table(
        {
            t("class"): [called(name) for name in load(recipe.data).class_names],
            t("by hand"): [f"{value:.4f}" for value in steps.last.output],
            "Keras": [f"{value:.4f}" for value in keras[-1]],
        }
    )
    spelled = np.format_float_positional(difference, precision=2, fractional=False, trim="-")
    numbers((t("Largest difference"), spelled), key="layer_difference")


def _pictures(run: Run, chosen: Settings, steps: Steps) -> None:
    split, weights = load(run.recipe.data), run.weights_at(-1)
    truth = split.class_names[int(split.y_val[chosen.sample])]
    st.markdown(t("The true class of this sample: **{truth}**. First layer:", truth=called(truth)))
    _picture(1, steps.x, weights[:2], steps.hidden, "relu", moved=chosen.feature)
    st.markdown(t("Second layer, whose inputs are the outputs of the first:"))
    _picture(2, steps.hidden.output, weights[2:], steps.last, "softmax")


def _picture(
    number: int,
    inputs: NDArray[np.float32],
    weights: list[NDArray[np.float32]],
    made: products.Layer,
    activation: str,
    *,
    moved: int | None = None,
) -> None:
    kernel, bias = weights
    names = (*(f"x[{i}]" for i in range(len(inputs))), "dot(x, W)", "+ b", "=", activation)
    picture.show(
        cells.sized,
        charts.layer.datasets(inputs, kernel, bias, made, names=names, captions=("x", "W"), moved=moved),
        key=f"layer_{number}",
        alt=t("Inputs, weights, products, biases and outputs of a dense layer as cells with their numbers."),
        **charts.layer.field(*kernel.shape),
    )


def code() -> str:
    """The network trained by Keras, and its prediction for the sample by Keras and by hand."""
    chosen = settings()
    return snippets.layer(recipe=chosen.recipe, sample=chosen.sample, feature=chosen.feature, shift=chosen.shift)
