"""Feature maps computed by NumPy against Keras, for any stack of layers."""

import itertools

import numpy as np
import pytest

from lib.layers import CONVNET, DENSE, Conv2D, Dense, LayerError, ledger
from lib.maps import maps, softmax
from tests.test_layers import keras_layer, random_stack


def test_softmax_of_large_numbers_is_finite() -> None:
    assert softmax([1000.0, 0.0]).tolist() == [1.0, 0.0]
    assert softmax([1.0, 2.0, 3.0]) == pytest.approx(np.exp([1, 2, 3]) / np.exp([1, 2, 3]).sum())


def activated(layer: object, activation: str) -> object:
    import keras

    layer.activation = keras.activations.get(activation)  # type: ignore[attr-defined]
    return layer


def test_every_map_agrees_with_keras() -> None:
    import keras

    rng, seen = np.random.default_rng(8), 0
    for layers in itertools.chain([CONVNET, DENSE], (random_stack(rng) for _ in itertools.count())):
        shape = (28, 28, 1) if seen < 2 else tuple(int(n) for n in rng.integers([6, 6, 1], [16, 16, 4]))
        try:
            ledger(layers, shape)
        except LayerError:
            continue
        made = [
            activated(keras_layer(layer), layer.activation) if isinstance(layer, Conv2D | Dense) else keras_layer(layer)
            for layer in layers
        ]
        model = keras.Sequential([keras.Input(shape), *made])
        weights = [rng.normal(size=w.shape, scale=0.3) for w in model.weights]
        model.set_weights(weights)
        image = rng.random(shape)
        whole = keras.Model(model.inputs, [layer.output for layer in model.layers])
        outputs = keras.tree.flatten(whole([image[None].astype(np.float32)]))  # a single one comes without a list
        for own, expected in zip(maps(layers, weights, image), outputs, strict=True):
            assert own == pytest.approx(np.asarray(expected)[0], rel=1e-4, abs=1e-4)
        seen += 1
        if seen == 30:
            break
