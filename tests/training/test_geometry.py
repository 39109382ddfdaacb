"""Real Keras layers of the geometry lesson: stacks that collapse, and a network whose kinks follow a wave."""

import numpy as np
import pytest

from lib import folding
from lib.charts.geometry import collapse as charts
from lib.datasets import load
from lib.training import geometry as trainings
from tests.training.test_tensors import trained


@pytest.mark.parametrize(("depth", "width"), [(1, 2), (3, 2), (10, 16)])
def test_a_stack_without_activation_is_one_layer_up_to_rounding(depth: int, width: int) -> None:
    stack = trainings.stack(depth, width, 1, "linear")
    plane = folding.grid(trainings.HALF, lines=trainings.LINES, points=trainings.POINTS)
    kernel, bias = folding.single_layer(stack.layers)
    assert stack.outputs[-1] is not None
    assert 0 < folding.largest_difference(stack.outputs[-1], plane @ kernel + bias) < 1e-5
    assert sum(w.size + b.size for w, b in stack.layers) == folding.parameters(trainings.widths(depth, width))


def test_keras_agrees_with_numpy_where_relu_stands_between() -> None:
    stack = trainings.stack(3, 4, 2, "relu")
    plane = folding.grid(trainings.HALF, lines=trainings.LINES, points=trainings.POINTS)
    expected = folding.outputs(stack.layers, plane.reshape(-1, 2), "relu")[-1]
    assert stack.outputs[0] is None
    assert stack.outputs[-1] is not None
    np.testing.assert_allclose(stack.outputs[-1].reshape(-1, 2), expected, atol=1e-5)


def test_activations_are_those_of_keras() -> None:
    import keras

    z = np.linspace(-4, 4, 33).astype("float32")
    for name in ("relu", "leaky_relu", "tanh", "sigmoid", "linear"):
        layer = keras.layers.Activation(name)
        np.testing.assert_allclose(folding.activate(name, z), np.asarray(layer(z)), atol=1e-6)


def test_stacks_stay_within_their_picture() -> None:
    for depth in (1, 3, 10):
        for activation in ("linear", "relu"):
            for outputs in trainings.stack(depth, 2, 1, activation).outputs:
                assert outputs is not None
                assert np.abs(outputs).max() < 3.5


def test_a_stack_that_would_leave_the_picture_gets_a_larger_one() -> None:
    outputs = trainings.stack(2, 64, 10, "linear").outputs
    assert outputs[-1] is not None
    assert np.abs(outputs[-1]).max() > charts.REACHES[0]
    assert np.abs(outputs[-1]).max() < charts.reach_of(outputs) == charts.REACHES[1]


def test_four_units_follow_the_wave_with_four_kinks_at_most() -> None:
    run = trained(trainings.bending(units=4))
    kernel, bias, last_kernel, last_bias = run.weights_at(-1)
    split = load(run.recipe.data)
    heights = folding.values(((kernel, bias), (last_kernel, last_bias)), split.x_train)
    assert np.mean((heights - split.y_train[:, 0]) ** 2) < 0.05
    assert 2 <= len(folding.kinks(kernel, bias, -1, 1)) <= 4
    first_kernel, first_bias, *_ = run.weights_at(0)
    assert (folding.kinks(first_kernel, first_bias, -1, 1) == 0).all()
