"""Images that excite filters: the gradient is that of finite differences, and activations rise along it."""

from typing import Any

import numpy as np
import pytest

from lib import filters
from lib.datasets import images, request
from lib.layers import CONVNET, Conv2D, Layer, MaxPooling2D, ledger
from lib.maps import maps
from lib.training import excitation
from lib.training.image_worker import make_model

INPUTS = (28, 28, 1)
LAYERS: tuple[Layer, ...] = (Conv2D(4), MaxPooling2D(), Conv2D(6))
DIGITS = request("digits28", samples=300, train_share=0.5, seed=2)


@pytest.fixture(scope="module")
def weights() -> list[np.ndarray]:
    """The weights of LAYERS as drawn; the last filter of the last layer is kept far below 0 by its bias."""
    drawn: list[np.ndarray] = make_model(LAYERS, INPUTS, 1).get_weights()
    drawn[3][5] = -50.0
    return drawn


def sums(weights: list[np.ndarray], position: int, number: int, image: np.ndarray) -> np.ndarray:
    """What a filter adds up to at every place before relu, by NumPy in double precision."""
    layers, own = filters.only(LAYERS, weights, position, [number])
    last: Any = layers[-1]
    linear = Conv2D(1, last.kernel_size, last.strides, last.padding, "linear")
    return maps((*layers[:-1], linear), own, image)[-1][..., 0]


def height(weights: list[np.ndarray], position: int, number: int, image: np.ndarray) -> float:
    """What is climbed: the mean of the map, and where that is 0 the largest sum."""
    before = sums(weights, position, number, image)
    mean = float(np.maximum(before, 0).mean())
    return mean if mean > 0 else float(before.max())


@pytest.mark.parametrize(("position", "number"), [(0, 0), (0, 3), (2, 0), (2, 4), (2, 5)])
def test_the_gradient_is_that_of_finite_differences(weights: list[np.ndarray], position: int, number: int) -> None:
    climb = excitation.uphill(*filters.only(LAYERS, weights, position, [number]), INPUTS)
    image = excitation.start(INPUTS, 0.4, seed=3)
    answer, gradient = climb(image[np.newaxis])
    assert answer[0] == pytest.approx(np.maximum(sums(weights, position, number, image), 0).mean(), abs=1e-6)
    rng, tiny = np.random.default_rng(0), 1e-6
    changed = np.argwhere(np.abs(gradient[0, ..., 0]) > 0)
    for row, column in [*rng.permutation(changed)[:10], *rng.integers(0, 28, (5, 2))]:
        ends = []
        for step in (tiny, -tiny):
            moved = image.astype(float)
            moved[row, column] += step
            ends.append(height(weights, position, number, moved))
        slope = (ends[0] - ends[1]) / (2 * tiny)
        assert gradient[0, row, column, 0] == pytest.approx(slope, abs=1e-4 * float(np.abs(gradient).max()))


def test_a_layer_is_compiled_once_and_takes_the_weights_of_each_call(weights: list[np.ndarray]) -> None:
    other = [-array for array in weights]
    grown = [excitation.excited(LAYERS, INPUTS, each, 2, (0, 1), 0.25, 2) for each in (weights, other, weights)]
    np.testing.assert_array_equal(grown[0].images, grown[2].images)
    assert (grown[0].images != grown[1].images).any()
    asked = filters.only(LAYERS, weights, 2, (0, 1))[0]
    assert excitation._uphill(asked, INPUTS)[1].experimental_get_tracing_count() == 1


def test_activations_rise_and_pixels_stay_between_black_and_white(weights: list[np.ndarray]) -> None:
    grown = excitation.excited(LAYERS, INPUTS, weights, 2, tuple(range(6)), 0.25, 20)
    assert grown.images.shape == (6, 21, 28, 28)
    assert grown.images.dtype == np.uint8
    assert grown.activations.shape == (6, 21)
    alive = grown.activations[:5]
    assert (alive[:, -1] > 1.2 * alive[:, 0]).all()
    assert (alive[:, -1] > 0.95 * alive.max(axis=1)).all()
    for number in range(6):
        begun = round(255 * float(excitation.start(INPUTS, 0.25, 0)[3, 4, 0]))
        assert grown.images[number, 0, 3, 4] == begun
        last = grown.images[number, -1][..., np.newaxis] / 255
        said = np.maximum(sums(weights, 2, number, last), 0).mean()
        assert grown.activations[number, -1] == pytest.approx(said, rel=0.01, abs=1e-3)  # bytes are rounded


def test_a_filter_that_answers_nowhere_is_led_up_and_not_divided_by_zero(weights: list[np.ndarray]) -> None:
    grown = excitation.excited(LAYERS, INPUTS, weights, 2, (5,), 0.25, 20)
    assert grown.activations.tolist() == [[0.0] * 21]
    assert not grown.flat[0]
    before = [sums(weights, 2, 5, grown.images[0, step][..., np.newaxis] / 255).max() for step in (0, 20)]
    assert before[1] > before[0] + 0.1


def test_a_filter_without_any_slope_is_named_and_its_image_stays(weights: list[np.ndarray]) -> None:
    empty = [*weights[:2], np.zeros_like(weights[2]), weights[3]]
    grown = excitation.excited(LAYERS, INPUTS, empty, 2, (0, 5), 0.5, 3)
    assert grown.flat.tolist() == [True, True]
    assert (grown.images == grown.images[:, :1]).all()
    assert np.isfinite(grown.activations).all()


def test_an_image_is_the_same_whatever_other_filters_are_asked_for(weights: list[np.ndarray]) -> None:
    several = excitation.excited(LAYERS, INPUTS, weights, 2, (1, 2, 3), 0.25, 5)
    alone = excitation.excited(LAYERS, INPUTS, weights, 2, (2,), 0.25, 5)
    np.testing.assert_allclose(several.activations[1], alone.activations[0], rtol=1e-4)
    np.testing.assert_allclose(several.images[1].astype(int), alone.images[0], atol=1)


def test_many_or_costly_filters_are_asked_for_in_turn() -> None:
    wide = (Conv2D(64), Conv2D(128))
    assert excitation.together(wide, INPUTS, 0) == excitation.MOST_FILTERS
    most = excitation.together(wide, INPUTS, 1)
    assert most < excitation.MOST_FILTERS
    products = 9 * 64 * 26**2 + 9 * 64 * 128 * 24**2
    assert most * products <= excitation.MOST_PRODUCTS < 2 * most * products


def test_answers_are_the_means_of_the_maps(weights: list[np.ndarray]) -> None:
    means = excitation.answers(LAYERS, INPUTS, weights, 2, DIGITS, 120)
    found = images(DIGITS).x_test[:120] / 255
    expected = [maps(LAYERS, weights, image)[2].mean(axis=(0, 1)) for image in found]
    np.testing.assert_allclose(means, expected, atol=1e-5)


def test_the_convnet_of_the_course_asks_for_no_more_than_a_layer_has() -> None:
    for position, row in enumerate(ledger(CONVNET, INPUTS)):
        if isinstance(row.layer, Conv2D):
            assert excitation.together(CONVNET, INPUTS, position) <= row.shape[-1]
