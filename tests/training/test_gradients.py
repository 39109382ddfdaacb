"""GradientTape on one neuron, against the page's own backpropagation and against numbers by hand."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib import backpropagation
from lib.training.gradients import neuron_gradients

pytest.importorskip("keras")

NAMES = ("x1", "x2", "w1", "w2", "b", "t")
NUMBERS = st.fixed_dictionaries(
    dict.fromkeys(NAMES, st.floats(-3, 3).map(lambda v: round(v, 2))),
)


def test_a_linear_neuron_by_hand() -> None:
    numbers = {"x1": 2.0, "x2": -1.0, "w1": 0.5, "w2": 1.0, "b": 0.5, "t": 2.0}  # output 0.5, error -1.5
    assert neuron_gradients(numbers, "linear") == {"loss": 2.25, "w1": -6.0, "w2": 3.0, "b": -3.0}


@pytest.mark.parametrize("activation", backpropagation.ACTIVATIONS)
@settings(max_examples=25, deadline=None)
@given(numbers=NUMBERS)
def test_the_tape_agrees_with_the_pages_own_backpropagation(activation: str, numbers: dict[str, float]) -> None:
    nodes = backpropagation.neuron(
        **{name: value for name, value in numbers.items() if name != "t"}, target=numbers["t"], activation=activation
    )
    taped = neuron_gradients(numbers, activation)
    assert taped["loss"] == pytest.approx(nodes["loss"].value, abs=1e-6)
    for name in ("w1", "w2", "b"):
        assert taped[name] == pytest.approx(nodes[name].gradient, abs=1e-6)
