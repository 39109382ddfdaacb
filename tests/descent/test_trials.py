"""Facts of trying one coefficient at a time, against numbers worked by hand and Keras."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib import descent


def test_the_three_losses_of_the_lesson_are_exact() -> None:
    losses = descent.coefficient_loss(np.array([0.25, 0.3, 0.35]))
    np.testing.assert_allclose(losses, [0.4, 0.5, 0.6], rtol=1e-15)


def test_the_coefficient_curve_has_one_valley() -> None:
    w = np.linspace(*descent.COEFFICIENT_DOMAIN, 10_000)
    turns = np.diff(np.sign(np.diff(descent.coefficient_loss(w))))
    assert turns[turns != 0].tolist() == [2.0]
    assert w[np.argmin(descent.coefficient_loss(w))] == pytest.approx(descent.COEFFICIENT_LOWEST, abs=1e-4)


@pytest.mark.parametrize(("w", "better"), [(0.3, "down"), (-0.2, "up"), (descent.COEFFICIENT_LOWEST, "stay")])
def test_a_trial_points_downhill(w: float, better: str) -> None:
    trial = descent.trial(w, 0.05)
    assert trial.better == better
    assert trial.passes == 2


@pytest.mark.parametrize("sizes", [(784, 512, 10), (2, 4, 2, 1), (3, 1)])
def test_parameters_are_those_that_keras_counts(sizes: tuple[int, ...]) -> None:
    import keras

    model = keras.Sequential([keras.Input((sizes[0],)), *map(keras.layers.Dense, sizes[1:])])
    assert descent.parameters(sizes) == model.count_params()
    assert descent.trial_passes(sizes) == 2 * model.count_params()


def test_parameters_of_the_first_network_worked_by_hand() -> None:
    assert descent.parameters((784, 512, 10)) == 785 * 512 + 513 * 10 == 407_050


@given(st.lists(st.integers(1, 1000), min_size=2, max_size=6))
def test_a_gradient_never_costs_more_than_three_forward_passes(sizes: list[int]) -> None:
    assert 2 <= descent.gradient_passes(sizes) < 3


def test_layer_sizes_that_make_no_network_are_refused() -> None:
    for sizes in ((784,), (), (3, 0)):
        with pytest.raises(ValueError, match="two or more"):
            descent.parameters(sizes)
