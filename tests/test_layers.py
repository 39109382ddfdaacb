"""The ledger of shapes and parameters: the course's own numbers, and Keras' for random networks."""

import itertools

import numpy as np
import pytest

from lib.layers import (
    CONVNET,
    DENSE,
    AveragePooling2D,
    Conv2D,
    Dense,
    Flatten,
    Layer,
    LayerError,
    MaxPooling2D,
    ledger,
    parameters,
)

IMAGE = (28, 28, 1)


def test_the_first_network_has_407050_parameters() -> None:
    assert parameters(DENSE, IMAGE) == 407_050


def test_the_convnet_has_the_shapes_and_parameters_of_the_course() -> None:
    rows = ledger(CONVNET, IMAGE)
    shapes = [(26, 26, 32), (13, 13, 32), (11, 11, 64), (5, 5, 64), (3, 3, 64), (576,), (64,), (10,)]
    assert [row.shape for row in rows] == shapes
    assert [row.parameters for row in rows if row.parameters] == [320, 18_496, 36_928, 36_928, 650]
    assert sum(row.parameters for row in rows) == 93_322


def test_without_pooling_too_much_remains() -> None:
    rows = ledger((Conv2D(32), Conv2D(64), Conv2D(64), Flatten(), Dense(512)), IMAGE)
    assert rows[2].elements == 22 * 22 * 64 == 30_976
    assert rows[-1].parameters == 30_976 * 512 + 512 == 15_860_224


@pytest.mark.parametrize(
    ("layers", "position", "reason", "said"),
    [
        ((Conv2D(4), Dense(3)), 1, "image", r"layer 2: Dense gets \(26, 26, 4\)"),
        ((Flatten(), MaxPooling2D()), 1, "rows", r"layer 2: MaxPooling2D gets \(784,\)"),
        ((*[MaxPooling2D()] * 4, Conv2D(4)), 4, "large", "layer 5: the window reaches over 3 cells of 1"),
        ((Conv2D(4, strides=0),), 0, "strides", "layer 1: strides is 0"),
        ((Conv2D(4, kernel_size=0),), 0, "kernel_size", "layer 1: kernel_size is 0"),
    ],
)
def test_a_layer_that_does_not_suit_is_named(layers: tuple[Layer, ...], position: int, reason: str, said: str) -> None:
    with pytest.raises(LayerError, match=said) as caught:
        ledger(layers, IMAGE)
    assert (caught.value.position, caught.value.reason) == (position, reason)


def keras_layer(layer: Layer) -> object:
    import keras

    if isinstance(layer, Conv2D):
        return keras.layers.Conv2D(layer.filters, layer.kernel_size, layer.strides, layer.padding)
    if isinstance(layer, Dense):
        return keras.layers.Dense(layer.units)
    if isinstance(layer, Flatten):
        return keras.layers.Flatten()
    kind = keras.layers.MaxPooling2D if isinstance(layer, MaxPooling2D) else keras.layers.AveragePooling2D
    return kind(layer.pool_size, layer.strides, layer.padding)


def random_stack(rng: np.random.Generator) -> tuple[Layer, ...]:
    def convolution() -> Layer:
        return Conv2D(*(int(n) for n in rng.integers(1, [9, 6, 4])), padding=("valid", "same")[rng.integers(2)])

    def pooling() -> Layer:
        kind = (MaxPooling2D, AveragePooling2D)[rng.integers(2)]
        return kind(int(rng.integers(1, 4)), padding=("valid", "same")[rng.integers(2)])

    image = [(convolution, pooling)[rng.integers(2)]() for _ in range(rng.integers(0, 4))]
    return (*image, Flatten(), *(Dense(int(rng.integers(1, 9))) for _ in range(rng.integers(0, 3))))


def test_random_networks_have_the_shapes_and_parameters_of_keras() -> None:
    import keras

    rng, seen = np.random.default_rng(3), 0
    for layers in (random_stack(rng) for _ in itertools.count()):
        shape = (int(rng.integers(6, 20)), int(rng.integers(6, 20)), int(rng.integers(1, 4)))
        try:
            rows = ledger(layers, shape)
        except LayerError:
            continue
        model = keras.Sequential([keras.Input(shape), *map(keras_layer, layers)])
        assert [tuple(layer.output.shape[1:]) for layer in model.layers] == [row.shape for row in rows]
        assert [layer.count_params() for layer in model.layers] == [row.parameters for row in rows]
        assert [w.shape for w in model.weights] == [shape for row in rows for shape in row.weights]
        seen += 1
        if seen == 60:
            break


def test_a_normalised_layer_holds_four_numbers_more_for_each_unit() -> None:
    assert ledger((Dense(5, batch_norm=True),), (3,))[0].parameters == 3 * 5 + 5 + 4 * 5
