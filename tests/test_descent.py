"""Facts of gradient descent, against numbers worked by hand, finite differences, NumPy and Keras."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib import descent
from lib.descent import CURVES, SURFACES, descend, parabola, verdict

ALL_CURVES = [*CURVES.values(), parabola(3.5)]


# --- Curves and slopes ---


@pytest.mark.parametrize("curve", ALL_CURVES)
def test_derivatives_agree_with_finite_differences(curve: descent.Curve) -> None:
    x, h = np.linspace(*curve.domain, 101), 1e-5
    slope = (curve.function(x + h) - curve.function(x - h)) / (2 * h)
    bend = (curve.derivative(x + h) - curve.derivative(x - h)) / (2 * h)
    np.testing.assert_allclose(curve.derivative(x), slope, atol=1e-7)
    np.testing.assert_allclose(curve.second_derivative(x), bend, atol=1e-7)


@pytest.mark.parametrize("curve", CURVES.values())
def test_the_lowest_point_is_where_the_curve_says(curve: descent.Curve) -> None:
    x = np.linspace(*curve.domain, 100_001)
    assert x[np.argmin(curve.function(x))] == pytest.approx(curve.lowest, abs=1e-4)
    assert abs(curve.derivative(curve.lowest)) < 1e-12
    assert curve.domain[0] < curve.start < curve.domain[1]
    assert curve.range[0] <= curve.function(curve.lowest)
    assert curve.function(curve.start) <= curve.range[1]


def test_two_minima_has_two_and_a_hump_between() -> None:
    x = np.linspace(*CURVES["two_minima"].domain, 10_000)
    slope = np.sign(CURVES["two_minima"].derivative(x))
    assert np.diff(slope)[np.diff(slope) != 0].tolist() == [2.0, -2.0, 2.0]


def test_the_plateau_is_flat_where_it_starts_and_steep_in_the_valley() -> None:
    plateau = CURVES["plateau"]
    assert abs(plateau.derivative(plateau.start)) < descent.FLAT
    assert plateau.second_derivative(plateau.start) < 0
    assert plateau.second_derivative(plateau.lowest) == pytest.approx(9.375)


def test_secant_and_tangent_of_x_squared_worked_by_hand() -> None:
    square = parabola(2.0)
    assert descent.secant_slope(square, 3.0, 0.5) == 6.5
    assert descent.tangent_slope(square, 3.0) == 6.0
    assert descent.linear_approximation(square, 3.0, 0.5) == 12.0
    assert descent.approximation_error(square, 3.0, 0.5) == 0.25


@given(x=st.floats(-2, 2), c=st.floats(0.1, 8))
def test_the_error_shrinks_as_the_square_of_the_step(x: float, c: float) -> None:
    whole, half = (descent.approximation_error(parabola(c), x, eps) for eps in (0.5, 0.25))
    assert whole == pytest.approx(4 * half, rel=1e-9)


def test_a_secant_of_no_length_is_refused() -> None:
    with pytest.raises(ValueError, match="eps is 0"):
        descent.secant_slope(parabola(), 1.0, 0.0)


@pytest.mark.parametrize("curvature", [0.0, -1.0, float("nan")])
def test_a_parabola_needs_a_positive_curvature(curvature: float) -> None:
    with pytest.raises(ValueError, match="positive"):
        parabola(curvature)


# --- One coefficient ---


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


# --- Descent ---


def test_descent_with_momentum_worked_by_hand() -> None:
    path = descend(parabola(1.0), start=1.0, learning_rate=0.5, momentum=0.5, steps=2)
    np.testing.assert_array_equal(path.velocity, [0.0, -0.5, -0.5])
    np.testing.assert_array_equal(path.x, [1.0, 0.5, 0.0])
    np.testing.assert_array_equal(path.loss, [0.5, 0.125, 0.0])


@pytest.mark.parametrize("curve_id", CURVES)
@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_descent_steps_as_keras_sgd_does(curve_id: str, momentum: float) -> None:
    import keras

    curve = CURVES[curve_id]
    w = keras.Variable(curve.start, dtype="float64")
    optimizer = keras.optimizers.SGD(learning_rate=0.05, momentum=momentum)
    observed = [float(w)]
    for _ in range(20):
        optimizer.apply([keras.ops.convert_to_tensor(curve.derivative(float(w)), dtype="float64")], [w])
        observed.append(float(w))
    path = descend(curve, start=curve.start, learning_rate=0.05, momentum=momentum, steps=20)
    np.testing.assert_allclose(path.x, observed, atol=1e-5)


@given(
    curve=st.sampled_from(list(CURVES.values())),
    start=st.floats(-3, 3),
    learning_rate=st.floats(1e-4, 1e4),
    momentum=st.floats(0, 0.99),
    steps=st.integers(1, 80),
)
def test_no_path_holds_nan_or_infinity(
    curve: descent.Curve, start: float, learning_rate: float, momentum: float, steps: int
) -> None:
    path = descend(curve, start=start, learning_rate=learning_rate, momentum=momentum, steps=steps)
    for values in (path.x, path.loss, path.slope, path.velocity):
        assert np.isfinite(values).all()
        assert len(values) == (steps if path.diverged_at is None else path.diverged_at) + 1
    assert np.abs(path.x).max() <= descent.BOUND
    assert verdict(curve, path) in ("too_slow", "converges", "oscillates", "trapped", "diverges")


@given(c=st.floats(0.2, 8), share=st.floats(0.05, 0.95))
def test_every_step_on_a_parabola_multiplies_by_the_same_factor(c: float, share: float) -> None:
    rate = share * descent.stability_limit(c)
    path = descend(parabola(c), start=2.0, learning_rate=rate, steps=5)
    assert descent.observed_factor(path) == pytest.approx(descent.step_factor(rate, c), abs=1e-9)


@pytest.mark.parametrize("curvature", [0.5, 1.0, 4.0])
@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
def test_the_stability_limit_parts_rest_from_divergence(curvature: float, momentum: float) -> None:
    curve, limit = parabola(curvature), descent.stability_limit(curvature, momentum)
    calm = descend(curve, start=2.0, learning_rate=0.99 * limit, momentum=momentum, steps=1000)
    wild = descend(curve, start=2.0, learning_rate=1.01 * limit, momentum=momentum, steps=1000)
    assert verdict(curve, calm) == "converges"
    assert verdict(curve, wild) == "diverges"


def test_the_limit_on_the_unit_parabola_is_two() -> None:
    assert descent.stability_limit(1.0) == 2.0
    bouncing = descend(parabola(), start=2.5, learning_rate=2.0, steps=40)
    assert set(bouncing.x) == {2.5, -2.5}
    assert verdict(parabola(), bouncing) == "oscillates"


@pytest.mark.parametrize(
    ("curve_id", "learning_rate", "momentum", "expected"),
    [
        ("parabola", 0.005, 0.0, "too_slow"),
        ("parabola", 0.5, 0.0, "converges"),
        ("parabola", 2.5, 0.0, "diverges"),
        ("two_minima", 0.005, 0.0, "too_slow"),
        ("two_minima", 0.1, 0.0, "trapped"),
        ("two_minima", 0.1, 0.9, "converges"),
        ("two_minima", 0.5, 0.0, "oscillates"),
        ("two_minima", 1.0, 0.0, "diverges"),
        ("plateau", 0.1, 0.0, "trapped"),
        ("plateau", 0.15, 0.8, "converges"),
        ("plateau", 0.7, 0.0, "oscillates"),
    ],
)
def test_verdicts_of_sixty_steps(curve_id: str, learning_rate: float, momentum: float, expected: str) -> None:
    curve = CURVES[curve_id]
    path = descend(curve, start=curve.start, learning_rate=learning_rate, momentum=momentum, steps=60)
    assert verdict(curve, path) == expected


@pytest.mark.parametrize("learning_rate", [0.1, 0.15, 0.2, 0.3])
def test_momentum_carries_over_the_hump_where_plain_descent_rests(learning_rate: float) -> None:
    curve = CURVES["two_minima"]
    settings = {"start": curve.start, "learning_rate": learning_rate, "steps": 100}
    assert descend(curve, **settings).x[-1] == pytest.approx(1.3612785528, abs=1e-3)  # type: ignore[arg-type]
    path = descend(curve, momentum=0.9, **settings)  # type: ignore[arg-type]
    assert path.x[-1] == pytest.approx(curve.lowest, abs=0.1)
    assert verdict(curve, path) == "converges"


@pytest.mark.parametrize(
    "setting", [{"learning_rate": 0.0}, {"learning_rate": float("nan")}, {"momentum": 1.0}, {"steps": 0}]
)
def test_settings_out_of_range_are_refused(setting: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"The (learning rate|momentum|number of steps) is"):
        descend(parabola(), **{"start": 1.0, "learning_rate": 0.1} | setting)  # type: ignore[arg-type]


def test_a_path_from_the_bottom_has_no_factor() -> None:
    with pytest.raises(ValueError, match="bottom"):
        descent.observed_factor(descend(parabola(), start=0.0, learning_rate=0.1))


# --- Surfaces ---


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


@given(count=st.integers(1, 5000), most=st.integers(2, 600))
def test_kept_steps_hold_the_first_and_the_last(count: int, most: int) -> None:
    steps = descent.kept(count, most)
    assert len(steps) == min(count, most)
    assert (steps[0], steps[-1]) == (0, count - 1)
    assert (np.diff(steps) > 0).all()


# --- The linear unit ---


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
    w, b = descent.least_squares([0, 2, 10], [90, 95, 115])
    assert w * 5 + b == 102.5


def test_a_line_needs_inputs_that_differ() -> None:
    with pytest.raises(ValueError, match="equal"):
        descent.least_squares([2, 2], [1, 3])


# --- The sweep ---


def test_learning_rates_are_spread_by_a_factor() -> None:
    rates = descent.learning_rates()
    assert len(rates) == 64
    np.testing.assert_allclose(rates[1:] / rates[:-1], rates[1] / rates[0])
    np.testing.assert_array_equal(descent.learning_rates(3, 1, 100), [1, 10, 100])
    with pytest.raises(ValueError, match="cannot be spread"):
        descent.learning_rates(3, 0, 1)


def test_zones_of_a_real_sweep_run_from_slow_over_good_to_divergent() -> None:
    rates = descent.learning_rates(64, 1e-4, 10)
    curve = parabola()
    final = [descend(curve, start=2.0, learning_rate=rate, steps=50).loss[-1] for rate in rates]
    zones = descent.zones(final, initial_loss=2.0)
    assert sorted(set(zones), key=zones.index) == ["too_slow", "good", "divergent"]
    assert zones == sorted(zones, key=["too_slow", "good", "divergent"].index)
    # The border to divergence lies at the stability limit 2 / c.
    assert rates[zones.index("divergent")] == pytest.approx(2.0, rel=0.2)


def test_zones_worked_by_hand() -> None:
    # The best is 0.1, the start 0.7: good ends at 0.1 + 0.2 * 0.6 = 0.22.
    losses = [0.7, 0.23, 0.21, 0.1, 0.3, np.nan, np.inf]
    assert descent.zones(losses, initial_loss=0.7) == ["too_slow"] * 2 + ["good"] * 2 + ["divergent"] * 3


def test_nothing_is_good_when_nothing_learns() -> None:
    assert descent.zones([0.7, 0.69, 0.7], initial_loss=0.7) == ["too_slow", "too_slow", "divergent"]
    assert descent.zones([np.nan, np.nan], initial_loss=0.7) == ["divergent", "divergent"]
