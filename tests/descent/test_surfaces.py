"""Facts of surfaces and of the linear unit, against numbers worked by hand, finite differences, NumPy and Keras."""

import numpy as np
import pytest

from lib import descent
from lib.descent import SURFACES


def gradient(surface: descent.Surface, x: float, y: float) -> tuple[float, float]:
    h = 1e-5
    return (
        float(surface.function(x + h, y, np) - surface.function(x - h, y, np)) / (2 * h),
        float(surface.function(x, y + h, np) - surface.function(x, y - h, np)) / (2 * h),
    )


@pytest.mark.parametrize("surface", SURFACES.values(), ids=SURFACES)
def test_minima_are_flat_and_lower_than_all_around(surface: descent.Surface) -> None:
    for x, y in surface.minima:
        np.testing.assert_allclose(gradient(surface, x, y), 0, atol=1e-8)
        around = [surface.function(x + dx, y + dy, np) for dx in (-0.1, 0, 0.1) for dy in (-0.1, 0, 0.1)]
        assert min(around) == surface.function(x, y, np)
    values = [float(surface.function(x, y, np)) for x, y in surface.minima]
    assert values[0] == min(values) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("surface", SURFACES.values(), ids=SURFACES)
def test_no_minimum_in_the_window_is_missing(surface: descent.Surface) -> None:
    x, y, values = descent.grid(surface, 401)
    inner = values[1:-1, 1:-1]
    neighbours = [values[1 + i : 400 + i, 1 + j : 400 + j] for i in (-1, 0, 1) for j in (-1, 0, 1) if i or j]
    rows, columns = np.where(np.all([inner < other for other in neighbours], axis=0))
    found = sorted((round(x[j + 1]), round(y[i + 1])) for i, j in zip(rows, columns, strict=True))
    assert found == sorted((round(a), round(b)) for a, b in surface.minima)


@pytest.mark.parametrize("surface", SURFACES.values(), ids=SURFACES)
def test_surfaces_are_the_same_in_tensorflow(surface: descent.Surface) -> None:
    import tensorflow as tf

    x, y = np.linspace(*surface.x_domain, 7), np.linspace(*surface.y_domain, 7)
    there = surface.function(tf.constant(x), tf.constant(y), tf)
    np.testing.assert_allclose(there, surface.function(x, y, np), rtol=1e-12, atol=1e-12)


def test_grid_has_rows_for_y_and_columns_for_x() -> None:
    x, y, values = descent.grid(SURFACES["ravine"], 5)
    assert values.shape == (5, 5)
    assert values[4, 0] == pytest.approx((-6) ** 2 / 20 + 2.2**2)
    assert (x[0], y[-1]) == (-6.0, 2.2)


@pytest.mark.parametrize("surface", SURFACES.values(), ids=SURFACES)
def test_a_race_starts_inside_the_window_with_a_rate_for_each(surface: descent.Surface) -> None:
    assert surface.x_domain[0] < surface.start[0] < surface.x_domain[1]
    assert surface.y_domain[0] < surface.start[1] < surface.y_domain[1]
    assert set(surface.learning_rates) == {"sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam"}


KERAS = {
    "sgd": ("SGD", {}),
    "momentum": ("SGD", {"momentum": 0.9}),
    "nesterov": ("SGD", {"momentum": 0.9, "nesterov": True}),
    "adagrad": ("Adagrad", {}),
    "rmsprop": ("RMSprop", {}),
    "adam": ("Adam", {}),
}


@pytest.mark.parametrize("surface_id", SURFACES)
@pytest.mark.parametrize("name", KERAS)
def test_the_recommended_rates_bring_kerass_optimizers_to_a_minimum(surface_id: str, name: str) -> None:
    import keras

    surface = SURFACES[surface_id]
    kind, settings = KERAS[name]
    optimizer = getattr(keras.optimizers, kind)(learning_rate=surface.learning_rates[name], **settings)
    w = keras.Variable(surface.start, dtype="float64")
    for _ in range(100):
        x, y = np.asarray(w)
        optimizer.apply([keras.ops.convert_to_tensor(gradient(surface, x, y), dtype="float64")], [w])
    near = [np.hypot(*(np.asarray(w) - m)) for m in np.array(surface.minima)]
    assert min(near) < 0.25
    if surface_id == "many_minima":
        assert (int(np.argmin(near)) == 0) == (name in ("momentum", "nesterov", "adam"))


# --- The linear unit --------------------------------------------------------------------------------------------------


@pytest.fixture
def cereals() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    sugar = rng.uniform(0, 15, 77)
    return sugar, 2.5 * sugar + 90 + rng.normal(0, 8, 77)


def test_unit_loss_is_the_mean_squared_error(cereals: tuple[np.ndarray, np.ndarray]) -> None:
    x, y = cereals
    w, b = np.linspace(-5, 10, 7), np.linspace(0, 120, 5)
    losses = descent.unit_loss(x, y, w[None, :], b[:, None])
    direct = [[np.mean((a * x + c - y) ** 2) for a in w] for c in b]
    np.testing.assert_allclose(losses, direct, rtol=1e-12)


def test_unit_loss_worked_by_hand() -> None:
    # Errors 1 - 1 = 0 and 2 - 3 = -1: the mean of their squares is one half.
    assert descent.unit_loss([0, 1], [1, 3], 1.0, 1.0) == pytest.approx(0.5)


def test_unit_gradient_is_kerass_mse_by_finite_differences(cereals: tuple[np.ndarray, np.ndarray]) -> None:
    import keras

    x, y = cereals
    h = 1e-4

    def mse(w: float, b: float) -> float:
        return float(keras.losses.mean_squared_error(y.astype("float64"), (w * x + b).astype("float64")))

    by_hand = ((mse(1 + h, 80) - mse(1 - h, 80)) / (2 * h), (mse(1, 80 + h) - mse(1, 80 - h)) / (2 * h))
    assert descent.unit_gradient(x, y, 1.0, 80.0) == pytest.approx(by_hand, rel=1e-4)


def test_least_squares_agrees_with_polyfit(cereals: tuple[np.ndarray, np.ndarray]) -> None:
    x, y = cereals
    assert descent.least_squares(x, y) == pytest.approx(tuple(np.polyfit(x, y, 1)))
    assert descent.unit_gradient(x, y, *descent.least_squares(x, y)) == pytest.approx((0, 0), abs=1e-9)


def test_five_grams_of_sugar_give_102_and_a_half() -> None:
    assert descent.unit_output([5.0], descent.least_squares([0, 2, 10], [90, 95, 115])) == 102.5


def test_the_unit_answers_as_a_dense_layer_does() -> None:
    import keras

    layer = keras.layers.Dense(1)
    layer.build((None, 3))
    layer.set_weights([np.array([[2.5], [-2.0], [4.0]]), np.array([90.0])])
    assert descent.unit_output([5, 1, 2], [2.5, -2.0, 4.0, 90.0]) == float(layer(np.array([[5.0, 1.0, 2.0]]))[0, 0])


def test_a_line_needs_inputs_that_differ() -> None:
    with pytest.raises(ValueError, match="equal"):
        descent.least_squares([2, 2], [1, 3])
