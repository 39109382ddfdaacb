"""First weights: Keras draws the same numbers from the same seed, every bit of them."""

import numpy as np
import pytest

from lib.initializers import first_weights, glorot_uniform
from lib.layers import CONVNET, DENSE, Dense, Flatten, LayerError
from lib.training.image_worker import make_model


@pytest.mark.parametrize(
    ("shape", "seed"),
    [
        ((784, 512), 1),  # more numbers than are drawn at once
        ((5, 7), 302),
        ((1, 1), 0),
        ((3, 3, 8, 16), 3),
        ((300, 201), 2**20 * 100),
        ((181, 181), 7),  # 32,761: one more than seven eighths of a piece
    ],
)
def test_a_kernel_is_that_of_keras(shape: tuple[int, ...], seed: int) -> None:
    import keras

    np.testing.assert_array_equal(
        glorot_uniform(shape, seed), np.array(keras.initializers.GlorotUniform(seed=seed)(shape))
    )


@pytest.mark.parametrize("layers", [DENSE, CONVNET])
def test_a_network_begins_with_the_weights_of_its_keras_model(layers: tuple) -> None:
    expected = make_model(layers, (28, 28, 1), 3).get_weights()
    for own, other in zip(first_weights(layers, (28, 28, 1), 3), expected, strict=True):
        np.testing.assert_array_equal(own, other)


def test_kernels_are_spread_evenly_within_their_limit() -> None:
    kernel = glorot_uniform((784, 512), 5)
    limit = np.sqrt(6 / (784 + 512))
    assert np.abs(kernel).max() <= limit
    assert kernel.std() == pytest.approx(limit / np.sqrt(3), rel=0.01)
    assert not kernel.flags.writeable


def test_layers_that_do_not_follow_each_other_are_refused() -> None:
    with pytest.raises(LayerError, match="layer 1: Dense gets"):
        first_weights((Dense(3), Flatten()), (28, 28, 1))
