"""Layers that collapse: affine moves one behind another are a single one, however many layers make them."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from lib import folding
from lib.charts.geometry import collapse as charts
from lib.snippets import folding as snippets
from lib.training import geometry as trainings
from lib.ui import controls, picture, training
from lib.ui.layout import answer, beside, numbers
from lib.ui.predict import predict
from lib.ui.text import t

Points = NDArray[np.floating]

MANY = 10
"""The number of layers that the prediction asks about."""

GONE = 0.05
"""A best single layer that misses by less says that there is almost nothing left of the plane."""


@dataclass(frozen=True)
class Settings:
    """The stack: its layers, the units in those between, the seed of its weights, and what stands between them."""

    depth: int
    width: int
    seed: int
    activation: str


def settings() -> Settings:
    """What the controls say."""
    depth = controls.choice(t("Layers"), [str(depth) for depth in trainings.DEPTHS], key="collapse_depth", default="3")
    width = controls.choice(
        t("Units in the layers between"),
        [str(width) for width in trainings.WIDTHS],
        key="collapse_width",
        help=t("The stack takes 2 numbers for each point and gives 2, whatever stands between."),
    )
    bent = controls.toggle(t("relu between the layers"), key="collapse_relu")
    seed = controls.slider(t("Seed of the weights"), key="collapse_seed", default=1, minimum=0, maximum=20, step=1)
    return Settings(int(depth), int(width), seed, "relu" if bent else "linear")


def show() -> None:
    """Show the plane on its way through a stack of real layers, and the one layer that does the same."""
    st.markdown(
        t(
            "A `Dense` layer without activation is an affine move: $y = x\\,W + b$. Put a second one behind it: "
            "$(x\\,W_1 + b_1)\\,W_2 + b_2 = x\\,(W_1 W_2) + (b_1 W_2 + b_2)$. That is an affine move again, with one "
            "matrix and one shift. Here is a stack of **real Keras layers** with random weights. It moves the grid "
            "of the plane, layer by layer. (Keras writes a point as a row, so the matrix stands on its right here; "
            "before, points were columns, and the matrix stood on their left.)"
        )
    )
    guess = predict(
        t("Can ten dense layers without activation, one behind another, bend a straight line?"),
        {"yes": t("yes, ten are enough"), "wide": t("only if they are wide"), "no": t("no, never")},
        key="collapse_prediction",
    )
    verdict = st.container()
    left, right = beside("collapse")
    with left:
        chosen = settings()
        stack = _stack(chosen, "collapse")
        if stack is None:
            return
        one = _one_layer(stack, chosen)
        _figures(stack, one, chosen)
    if guess:
        with verdict:
            _answer(guess, chosen)
    with right:
        _picture(stack, one, chosen)
    _notice(chosen, missed=_missed(stack, one))


def _stack(chosen: Settings, key: str) -> trainings.Stack | None:
    return training.call(trainings.stack, chosen.depth, chosen.width, chosen.seed, chosen.activation, key=key)


def _one_layer(stack: trainings.Stack, chosen: Settings) -> folding.Layer:
    """The product of the stack; with relu between, the single layer that comes closest to it."""
    if chosen.activation == "linear":
        return folding.single_layer(stack.layers)
    return folding.nearest_layer(_plane().reshape(-1, 2), _end(stack))


def _plane() -> Points:
    return folding.grid(trainings.HALF, lines=trainings.LINES, points=trainings.POINTS)


def _end(stack: trainings.Stack) -> Points:
    end = stack.outputs[-1]
    assert end is not None  # the last layer has two units
    return end.reshape(-1, 2)


def _missed(stack: trainings.Stack, layer: folding.Layer) -> float:
    """How far a single layer is from the stack, at most, over all points of the grid."""
    kernel, bias = layer
    return folding.largest_difference(_end(stack), _plane().reshape(-1, 2) @ kernel + bias)


def _figures(stack: trainings.Stack, one: folding.Layer, chosen: Settings) -> None:
    widths = trainings.widths(chosen.depth, chosen.width)
    numbers(
        (t("numbers in the stack"), f"{folding.parameters(widths):,}"),
        (t("numbers in one layer"), f"{folding.parameters((2, 2))}"),
        (t("largest difference"), f"{_missed(stack, one):.2g}"),
    )
    if chosen.activation == "linear":
        st.markdown(t("The single layer: all kernels multiplied, the bias sent through the layers behind it."))
    else:
        st.markdown(
            t(
                "The single layer that comes closest (least squares). The product of all kernels, which was the whole "
                "answer without relu, is now wrong by {product:.2g}.",
                product=_missed(stack, folding.single_layer(stack.layers)),
            )
        )
    for formula in _formulas(*one):
        st.latex(formula)


def _formulas(kernel: Points, bias: Points) -> tuple[str, str]:
    """W and b as LaTeX, one below the other: beside each other they are too wide."""
    rows = " \\\\ ".join(" & ".join(_number(value) for value in row) for row in kernel)
    shift = " & ".join(_number(value) for value in bias)
    return f"W = \\begin{{bmatrix}} {rows} \\end{{bmatrix}}", f"b = \\begin{{bmatrix}} {shift} \\end{{bmatrix}}"


def _number(value: float) -> str:
    return f"{value + 0.0:.3f}"


def _answer(guess: str, chosen: Settings) -> None:
    """Say what ten layers of this width do to the lines of the grid."""
    ten = Settings(MANY, chosen.width, chosen.seed, "linear")
    stack = _stack(ten, "collapse_ten")
    if stack is None:
        return
    said = t(
        "Ten real layers with {width} units between them and one single layer differ by {difference:.1g} at most, "
        "which is rounding. What one layer cannot bend, ten cannot.",
        width=chosen.width,
        difference=_missed(stack, folding.single_layer(stack.layers)),
    )
    answer(guess, "no", said)


def _picture(stack: trainings.Stack, one: folding.Layer, chosen: Settings) -> None:
    kernel, bias = one
    picture.show(
        charts.chart,
        charts.datasets(_plane(), stack.outputs, _plane() @ kernel + bias, _captions(stack)),
        key="collapse",
        alt=t(
            "The grid of the plane after each layer of the stack; at the end the grid that a single layer makes lies "
            "over it."
        ),
        x_title="x₁",
        y_title="x₂",
        step_title=t("After layer"),
        names=(
            ("stack", t("the stack")),
            ("single", t("one layer") if chosen.activation == "linear" else t("the closest single layer")),
        ),
        last=chosen.depth,
        reach=charts.reach_of(stack.outputs),
    )


def _captions(stack: trainings.Stack) -> list[str]:
    said = [t("before all layers")]
    for number, (kernel, _) in enumerate(stack.layers, start=1):
        if kernel.shape[1] == 2:
            said.append(t("after layer {number}", number=number))
        else:
            units = kernel.shape[1]
            said.append(t("after layer {number}: a point has {units} numbers", number=number, units=units))
    return said


def _notice(chosen: Settings, *, missed: float) -> None:
    if chosen.activation == "linear":
        st.markdown(
            t(
                "**Notice** that squares become parallelograms and never anything else: straight lines stay straight, "
                "parallel lines stay parallel. The dashed grid of the single layer lies on the grid of the stack. What "
                "is left as a difference comes from rounding: Keras computes with about 7 digits. All other numbers of "
                "the stack are wasted. Now put relu between the layers."
            )
        )
    elif chosen.depth == 1:
        st.markdown(t("**Notice** that one layer has nothing between which relu could stand. Take two layers or more."))
    elif missed > GONE:
        st.markdown(
            t(
                "**Notice** that lines are bent now. No single layer makes this: the closest one still misses by "
                "{missed:.2g}. This is why layers have activations.",
                missed=missed,
            )
        )
    else:
        st.markdown(
            t(
                "**Notice** that almost nothing is left of the plane: one relu after another has laid it on a line or "
                "on a point, so that a single layer comes close again. Relu needs room: take more units, fewer "
                "layers or another seed."
            )
        )


def code() -> str:
    """Build the stack with Keras, multiply its kernels, and compare."""
    chosen = settings()
    return snippets.collapse(depth=chosen.depth, width=chosen.width, seed=chosen.seed, activation=chosen.activation)
