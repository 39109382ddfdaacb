"""Facts of descents and of sweeps of learning rates, against numbers worked by hand and Keras."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib import descent
from lib.descent import CURVES, descend, parabola, verdict


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


@given(count=st.integers(1, 5000), most=st.integers(2, 600))
def test_kept_steps_hold_the_first_and_the_last(count: int, most: int) -> None:
    steps = descent.kept(count, most)
    assert len(steps) == min(count, most)
    assert (steps[0], steps[-1]) == (0, count - 1)
    assert (np.diff(steps) > 0).all()


# --- A sweep of learning rates ----------------------------------------------------------------------------------------


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


@pytest.mark.parametrize(("wanted", "nearest"), [(0.1, 0.2), (1e-9, 0.01), (3.0, 0.2)])
def test_the_nearest_rate_is_the_nearest_by_a_factor(wanted: float, nearest: float) -> None:
    assert descent.nearest_rate((0.01, 0.04, 0.2), wanted) == nearest


def test_the_best_of_equal_rates_is_the_smallest() -> None:
    assert descent.best_rate((0.01, 0.1, 1.0, 10.0), (0.3, 0.1, 0.1, np.inf)) == 0.1
