"""Backpropagation: by the chain rule one pass back through the graph gives every slope at once."""

from typing import TypedDict

import streamlit as st

from lib import backpropagation
from lib.charts import descent as charts
from lib.snippets import descent as snippets
from lib.training.gradients import neuron_gradients
from lib.ui import controls, picture, training
from lib.ui.layout import beside
from lib.ui.text import t


class Settings(TypedDict):
    """What the controls say: the numbers of one neuron and of one sample."""

    x1: float
    x2: float
    w1: float
    w2: float
    b: float
    target: float
    activation: str


def settings() -> Settings:
    """Ask for the activation and all numbers of the neuron."""
    activation = controls.choice(
        t("Activation"), list(backpropagation.ACTIVATIONS), key="back_activation", default="tanh"
    )
    return {
        "x1": _number("x1", 2.0),
        "x2": _number("x2", 1.0),
        "w1": _number("w1", 0.5),
        "w2": _number("w2", -1.0),
        "b": _number("b", 0.5),
        "target": _number("target", 1.0),
        "activation": activation,
    }


def _number(name: str, default: float) -> float:
    label = t("target t") if name == "target" else backpropagation.symbol(name)
    return controls.slider(label, key=f"back_{name}", default=default, minimum=-3.0, maximum=3.0, step=0.1)


def show() -> None:
    """Show the graph of one neuron forward and back, and hold its gradients against TensorFlow's."""
    st.markdown(
        t(
            "How can one backward pass know all slopes at once? By the **chain rule**. A network is a chain of "
            "simple operations, and each of them knows how its result answers a change of its inputs. Numbers run "
            "forward to the loss; then the question “how does the loss answer to you?” runs back, multiplied at "
            "every node by that node's own slope. Walk through it step by step."
        )
    )
    left, right = beside("backpropagation", picture_width=3)
    with left:
        chosen = settings()
        nodes = backpropagation.neuron(**chosen)
    with right:
        _picture(nodes)
        _against_tape(chosen, nodes)
    st.markdown(
        t(
            "**Notice** that a node never looks further than its neighbours, and that the gradients of $w_1$ and "
            "$w_2$ share everything but their last factor: the inputs $x_1$ and $x_2$. With relu and a negative "
            "sum the slope is 0, and nothing runs back beyond it: this unit learns nothing from this sample. "
            "Frameworks build such a graph for millions of weights by themselves: *automatic differentiation*."
        )
    )


def _picture(nodes: dict[str, backpropagation.Node]) -> None:
    walk = backpropagation.steps(nodes)
    picture.show(
        charts.backpropagation.chart,
        charts.backpropagation.datasets(nodes, walk),
        key="backpropagation",
        alt=t(
            "The graph of one neuron, from inputs and weights to the loss; the table below gives loss and gradients."
        ),
        step_title=t("Step"),
        last=len(walk) - 1,
    )


def _against_tape(chosen: Settings, nodes: dict[str, backpropagation.Node]) -> None:
    given = {name: chosen[name] for name in ("x1", "x2", "w1", "w2", "b")} | {"t": chosen["target"]}
    tape = training.call(neuron_gradients, given, chosen["activation"], key="tape")
    if tape is None:
        return
    ours = {"loss": nodes["loss"].value} | {name: nodes[name].gradient for name in ("w1", "w2", "b")}
    symbols = {"loss": t("loss")} | {name: f"∂L/∂{backpropagation.symbol(name)}" for name in ("w1", "w2", "b")}
    st.table(
        {
            t("quantity"): list(symbols.values()),
            t("this page"): [f"{ours[name]:.6f}" for name in symbols],
            "GradientTape": [f"{tape[name]:.6f}" for name in symbols],
            t("difference"): [f"{abs(ours[name] - tape[name]):.1e}" for name in symbols],
        }
    )


def code() -> str:
    """Compute the same gradients with TensorFlow's tape."""
    return snippets.backpropagation(**settings())
