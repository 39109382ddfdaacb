"""Fits agree with NumPy, scikit-learn and Keras' own arithmetic, and their errors are made of what the page says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import Lasso, Ridge

from lib import datasets, fitting
from lib.fitting import Bowl


@given(seed=st.integers(0, 10_000), points=st.integers(16, 60), degree=st.integers(0, 10))
@settings(max_examples=40, deadline=None)
def test_a_polynomial_is_that_of_numpy(seed: int, points: int, degree: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(-1, 1, points), rng.standard_normal(points)
    ours = fitting.polynomials(x, y, at=x, most=degree)[:, degree]
    theirs = np.polynomial.Polynomial.fit(x, y, degree)(x)
    assert ours == pytest.approx(theirs, abs=1e-6)


def test_sets_side_by_side_are_fitted_as_each_alone() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.uniform(-1, 1, (3, 30)), rng.standard_normal((3, 30))
    together = fitting.polynomials(x, y, at=fitting.GRID)
    for one in range(3):
        assert together[one] == pytest.approx(fitting.polynomials(x[one], y[one], at=fitting.GRID), rel=1e-6, abs=1e-6)


def test_too_few_points_for_a_degree_are_refused() -> None:
    with pytest.raises(ValueError, match="got 15 points for degree 15; expected at least 16"):
        fitting.polynomials(np.zeros(15), np.zeros(15), at=[0.0])


@pytest.mark.parametrize("seed", range(10))
def test_degree_15_goes_through_16_points(seed: int) -> None:
    fitted = fitting.fits(16, 0.5, seed)
    assert fitted.training[-1] < 1e-6
    assert fitted.test[-1] > 10 * fitted.test.min()


@pytest.mark.parametrize("seed", range(10))
def test_training_error_falls_with_the_degree_and_test_error_turns(seed: int) -> None:
    fitted = fitting.fits(30, 0.3, seed)
    assert (np.diff(fitted.training) <= 1e-12).all()
    assert 3 <= fitting.best_size(fitted.test) <= 12
    assert fitted.test[-1] > fitted.test.min()
    assert fitted.test[0] > fitted.test.min()


def test_more_data_moves_the_minimum_to_larger_models() -> None:
    few, much = (
        np.mean([fitting.best_size(fitting.fits(points, 0.3, seed).test) for seed in range(20)]) for points in (16, 500)
    )
    assert few < much


def test_a_larger_training_set_holds_the_smaller_one() -> None:
    small, large = (datasets.load(fitting.wave(points, 0.3, 2)) for points in (16, 500))
    assert np.array_equal(small.x_train, large.x_train[:16])
    assert np.array_equal(small.y_train, large.y_train[:16])
    assert len(small.x_val) == 984


def test_the_points_are_those_that_networks_are_given() -> None:
    split = datasets.load(fitting.wave(30, 0.3, 2))
    for rows, x, y in zip(
        fitting.drawn(30, 0.3, 2), (split.x_train, split.x_val), (split.y_train, split.y_val), strict=True
    ):
        assert np.array_equal(rows.astype(np.float32), np.concatenate([x, y], axis=1))


def test_verdicts_are_named_by_the_minimum() -> None:
    assert fitting.verdicts([0.5, 0.11, 0.1, 0.12, 0.13]) == ["underfit", "right", "right", "right", "overfit"]
    assert fitting.verdicts([0.11, 0.2, 0.1, 0.5, 0.11]) == ["underfit", "underfit", "right", "overfit", "overfit"]


# --- Bias and variance ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("points", [30, 200])
def test_bias_variance_and_noise_add_up_to_the_error_on_fresh_points(points: int, seed: int) -> None:
    fitted = fitting.many(points, 0.3, seed)
    # 40 sets of 161 fresh points: the mean of their noise is off by a few percent at most.
    assert fitted.measured == pytest.approx(fitted.expected, rel=0.06)


@pytest.mark.parametrize("seed", range(4))
def test_bias_falls_and_variance_rises_with_the_degree(seed: int) -> None:
    fitted = fitting.many(60, 0.3, seed)
    assert fitted.bias[0] > 10 * fitted.bias[5]
    assert fitted.variance[10] > fitted.variance[5] > fitted.variance[1] / 2
    assert fitted.variance.argmax() == 15


def test_without_noise_and_with_the_mean_alone_bias_is_the_variance_of_the_wave() -> None:
    truth = datasets.wave_height(fitting.GRID)
    assert fitting.many(500, 0.0, 0).bias[0] == pytest.approx(np.mean(truth**2), rel=0.02)


# --- Curves of a training ---------------------------------------------------------------------------------------------


@given(st.lists(st.floats(-5, 5), min_size=5, max_size=40))
def test_smoothing_stays_within_the_values(values: list[float]) -> None:
    smooth = fitting.smoothed(values)
    assert len(smooth) == len(values)
    assert smooth.min() >= min(values) - 1e-9
    assert smooth.max() <= max(values) + 1e-9


def test_a_single_dip_does_not_turn_a_falling_curve() -> None:
    curve = np.linspace(1, 0.5, 50)
    curve[10] = 0.45
    assert fitting.turning_point(curve) > 40


def test_a_baseline_worked_by_hand() -> None:
    # Three of four are 1; on two 1s and two 0s: -(2 ln 3/4 + 2 ln 1/4) / 4.
    found = fitting.baseline([1, 1, 1, 0], [1, 1, 0, 0])
    assert found.accuracy == 0.5
    assert found.loss == pytest.approx(-(np.log(0.75) + np.log(0.25)) / 2)


def test_a_baseline_of_one_class_is_refused() -> None:
    with pytest.raises(ValueError, match="expected both classes"):
        fitting.baseline([1, 1], [0, 1])


# --- Two weights ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def table() -> tuple[np.ndarray, np.ndarray]:
    split = datasets.load(datasets.request("diabetes", features=("bmi", "age"), train_share=1.0))
    x, y = split.x_train.astype(float), split.y_train[:, 0].astype(float)
    return x, (y - y.mean()) / y.std()


@pytest.mark.parametrize("strength", [0.01, 0.1, 0.3, 0.7, 1.3])
def test_the_weights_are_those_of_scikit_learn(table: tuple[np.ndarray, np.ndarray], strength: float) -> None:
    x, y = table
    model = fitting.bowl(("bmi", "age"))
    # scikit-learn halves the loss of Lasso and sums that of Ridge.
    lasso = Lasso(alpha=strength / 2, fit_intercept=False, tol=1e-10).fit(x, y).coef_
    ridge = Ridge(alpha=strength * len(x), fit_intercept=False).fit(x, y).coef_
    assert fitting.penalised(model, "l1", strength) == pytest.approx(lasso, abs=1e-5)
    assert fitting.penalised(model, "l2", strength) == pytest.approx(ridge, abs=1e-5)


def test_the_loss_is_the_mean_squared_error(table: tuple[np.ndarray, np.ndarray]) -> None:
    x, y = table
    w = np.array([0.4, -0.3])
    assert fitting.bowl(("bmi", "age")).loss(*w) == pytest.approx(np.mean((x @ w - y) ** 2), abs=1e-6)


@given(
    angle=st.floats(-0.95, 0.95),
    c1=st.floats(-1, 1),
    c2=st.floats(-1, 1),
    strength=st.floats(0, 2),
    kind=st.sampled_from(fitting.PENALTIES),
)
def test_nothing_nearby_is_better(angle: float, c1: float, c2: float, strength: float, kind: str) -> None:
    model = Bowl(np.array([[1, angle], [angle, 1]]), np.array([c1, c2]))
    w = fitting.penalised(model, kind, strength)

    def cost(w: np.ndarray) -> float:
        return float(model.loss(*w) + strength * fitting.penalty(kind, *w))

    for way in ((1e-3, 0), (-1e-3, 0), (0, 1e-3), (0, -1e-3), (1e-3, 1e-3), (1e-3, -1e-3), (-1e-3, 1e-3)):
        assert cost(w) <= cost(w + way) + 1e-12


def test_l1_makes_weights_exactly_zero_and_l2_does_not() -> None:
    model = fitting.bowl(("bmi", "age"))
    assert fitting.penalised(model, "l1", 0.5)[1] == 0.0
    assert (fitting.penalised(model, "l1", 2.0) == 0.0).all()
    assert (np.abs(fitting.penalised(model, "l2", 2.0)) > 0.01).all()


@pytest.mark.parametrize("kind", fitting.PENALTIES)
def test_a_level_line_has_one_penalty(kind: str) -> None:
    line = fitting.level_line(kind, 0.7)
    assert fitting.penalty(kind, *line.T) == pytest.approx(np.full(len(line), 0.7))
