"""Facts of backpropagation, against numbers worked by hand, finite differences and TensorFlow's tape."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib import backpropagation as graph
from lib.backpropagation import neuron, steps

NUMBERS = st.floats(-2, 2)
SETTINGS = {"x1": 2.0, "x2": -1.0, "w1": 0.5, "w2": -1.0, "b": -1.5, "target": 1.0}


def test_a_relu_neuron_worked_by_hand() -> None:
    # z = 1 + 1 - 1.5 = 0.5, p = 0.5, e = -0.5, loss = 0.25; back: 2e = -1, times 1, times x.
    nodes = neuron(**SETTINGS, activation="relu")
    assert {name: nodes[name].value for name in ("m1", "m2", "z", "p", "e", "loss")} == {
        "m1": 1.0,
        "m2": 1.0,
        "z": 0.5,
        "p": 0.5,
        "e": -0.5,
        "loss": 0.25,
    }
    assert {name: nodes[name].gradient for name in ("loss", "e", "p", "z", "b", "w1", "w2")} == {
        "loss": 1.0,
        "e": -1.0,
        "p": -1.0,
        "z": -1.0,
        "b": -1.0,
        "w1": -2.0,
        "w2": 1.0,
    }


@given(x1=NUMBERS, x2=NUMBERS, w1=NUMBERS, w2=NUMBERS, b=NUMBERS, target=NUMBERS)
@pytest.mark.parametrize("activation", ["tanh", "sigmoid"])
def test_gradients_agree_with_finite_differences(activation: str, **settings: float) -> None:
    nodes, h = neuron(**settings, activation=activation), 1e-5
    for name in settings:
        above, below = (
            neuron(**settings | {name: settings[name] + d}, activation=activation)["loss"].value for d in (h, -h)
        )
        leaf = "t" if name == "target" else name
        assert nodes[leaf].gradient == pytest.approx((above - below) / (2 * h), rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("activation", graph.ACTIVATIONS)
@pytest.mark.parametrize("b", [-1.5, -2.0, 3.0])
def test_gradients_agree_with_tensorflows_tape(activation: str, b: float) -> None:
    import tensorflow as tf

    nodes = neuron(**SETTINGS | {"b": b}, activation=activation)
    w1, w2, bias = (tf.Variable(v, dtype=tf.float64) for v in (0.5, -1.0, b))
    with tf.GradientTape() as tape:
        loss = (getattr(tf.nn, activation)(w1 * 2.0 + w2 * -1.0 + bias) - 1.0) ** 2
    expected = [float(g) for g in tape.gradient(loss, (w1, w2, bias))]
    assert nodes["loss"].value == pytest.approx(float(loss))
    assert [nodes[name].gradient for name in ("w1", "w2", "b")] == pytest.approx(expected)


def test_a_number_used_twice_gathers_both_gradients() -> None:
    a = graph.leaf("a", 3.0)
    loss = graph.add("loss", graph.square("s", a), graph.multiply("m", a, graph.leaf("c", 4.0)))
    graph.backward(loss)
    assert a.gradient == 2 * 3 + 4
    graph.backward(loss)  # a second time starts afresh
    assert a.gradient == 10


def test_relu_passes_nothing_back_at_or_below_zero() -> None:
    for z in (0.0, -1.0):
        assert graph.activate("p", graph.leaf("z", z), "relu").slopes == (0.0,)


def test_sigmoid_does_not_overflow() -> None:
    assert graph.activate("p", graph.leaf("z", -1000.0), "sigmoid").value == 0.0
    assert graph.activate("p", graph.leaf("z", 1000.0), "sigmoid").value == 1.0


def test_an_unknown_activation_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="relu, tanh, sigmoid"):
        neuron(**SETTINGS, activation="step")


def test_the_walk_goes_forward_in_order_and_back_in_reverse() -> None:
    walk = steps(neuron(**SETTINGS))
    forward = [step.node for step in walk if step.phase == "forward"]
    back = [step.node for step in walk if step.phase == "backward"]
    assert [step.phase for step in walk] == ["given"] + ["forward"] * 6 + ["backward"] * 9
    assert forward == ["m1", "m2", "z", "p", "e", "loss"]
    assert back == ["loss", "e", "p", "z", "b", "m2", "w2", "m1", "w1"]


def test_every_step_carries_the_number_of_its_node() -> None:
    nodes = neuron(**SETTINGS)
    for step in steps(nodes)[1:]:
        node = nodes[step.node]
        assert step.value == (node.value if step.phase == "forward" else node.gradient)
        assert step.numbers.endswith(graph.number(step.value))


def test_rules_are_written_with_symbols_and_with_numbers() -> None:
    walk = {(step.phase, step.node): step for step in steps(neuron(**SETTINGS, activation="tanh"))}
    assert walk["forward", "z"].rule == "z = m₁ + m₂ + b"
    assert walk["forward", "z"].numbers == "z = 1 + 1 + (−1.5) = 0.5"
    assert walk["forward", "p"].numbers == "p = tanh(0.5) = 0.4621"
    assert walk["backward", "z"].rule == "∂L/∂z = ∂L/∂p · (1 − p²)"
    assert walk["backward", "w1"].numbers == "∂L/∂w₁ = (−0.846) · 2 = −1.692"


@pytest.mark.parametrize("places", [graph.WIDE, graph.TALL])
def test_every_node_has_a_place_of_its_own(places: dict[str, tuple[float, float]]) -> None:
    assert set(places) == set(neuron(**SETTINGS))
    assert len(set(places.values())) == len(places)
    assert all(0 <= share <= 1 for place in places.values() for share in place)


def test_numbers_are_short_and_never_minus_zero() -> None:
    assert [graph.number(v) for v in (-0.0, 1 / 3, -1234.56)] == ["0", "0.3333", "−1235"]
