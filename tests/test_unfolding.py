"""Layers as moves of a sheet: their stages, whether a straight cut separates them, and how they turn and stretch."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy import ndimage
from sklearn.svm import SVC

from lib import unfolding
from lib.unfolding import Layer, Outcome, diagnosis, gap, separable

Array = NDArray[np.float64]


def layer(kernel: list[list[float]], bias: list[float], activation: str = "tanh") -> Layer:
    return Layer(np.array([kernel]), np.array([bias]), activation)


def network(widths: tuple[int, ...], seed: int, activation: str = "tanh", snapshots: int = 1) -> list[Layer]:
    rng = np.random.default_rng(seed)
    return [
        Layer(rng.normal(size=(snapshots, inputs, units)), rng.normal(size=(snapshots, units)), activation)
        for inputs, units in zip((2, *widths), widths, strict=False)
    ]


# --- Stages -----------------------------------------------------------------------------------------------------------


def test_a_layer_moves_then_bends() -> None:
    moved = layer([[0.0, 1.0], [2.0, 0.0]], [1.0, -4.0], "relu")
    _, sums, outputs = unfolding.stages([moved], np.array([[3.0, 5.0]]))
    assert sums[0].tolist() == [[11.0, -1.0]]
    assert outputs[0].tolist() == [[11.0, 0.0]]


def test_stages_are_computed_for_each_snapshot_by_itself() -> None:
    x = np.random.default_rng(0).normal(size=(7, 2))
    layers = network((2, 3, 16), seed=1, snapshots=4)
    alone = [Layer(each.kernel[2:3], each.bias[2:3], each.activation) for each in layers]
    for together, single in zip(unfolding.stages(layers, x), unfolding.stages(alone, x), strict=True):
        np.testing.assert_allclose(together[2], single[0])


@pytest.mark.parametrize("activation", unfolding.ACTIVATIONS)
def test_outputs_stay_finite_where_training_has_made_weights_large(activation: str) -> None:
    x = np.array([[1.0, 2.0], [-2.0, 1.0]], np.float32)
    outputs = unfolding.stages([layer([[900.0, 0.0], [0.0, -900.0]], [0.0, 0.0], activation)], x)[2]
    assert np.isfinite(outputs).all()


def test_a_unit_that_is_zero_everywhere_is_dead() -> None:
    x = np.array([[1.0, 2.0], [2.0, -1.0], [0.5, 0.1]])
    assert unfolding.dead_units([layer([[1.0, -1.0], [0.0, 0.0]], [0.0, 0.0], "relu")], x) == 1
    assert unfolding.dead_units([layer([[1.0, -1.0], [0.0, 0.0]], [0.0, 0.0], "leaky_relu")], x) == 0


# --- Cuts -------------------------------------------------------------------------------------------------------------

CLOUDS = arrays(float, (12, 3), elements=st.floats(-5, 5, width=16))


@settings(deadline=None, max_examples=60)
@given(points=CLOUDS, normal=arrays(float, 3, elements=st.floats(-1, 1, width=16)))
def test_points_pushed_apart_are_separable(points: Array, normal: Array) -> None:
    normal = normal / np.linalg.norm(normal) if np.linalg.norm(normal) > 0.1 else np.array([1.0, 0.0, 0.0])
    labels = (np.arange(12) % 2).astype(float)
    heights = (2 * labels - 1) * (0.1 + np.abs(points @ normal))
    assert separable(points + np.outer(heights - points @ normal, normal), labels)


@settings(deadline=None, max_examples=60)
@given(points=CLOUDS)
def test_a_point_among_those_of_the_other_class_is_not_separable(points: Array) -> None:
    among = np.vstack([points, points.mean(axis=0)])
    labels = np.append(np.zeros(12), 1.0)
    assert not separable(among, labels)
    assert gap(among, labels) == 0


@pytest.mark.parametrize("dimensions", [2, 3, 16])
def test_the_gap_is_that_of_a_support_vector_machine(dimensions: int) -> None:
    rng = np.random.default_rng(dimensions)
    labels = np.repeat([0, 1], 40)
    points = rng.normal(size=(80, dimensions))
    points[:, 0] = np.abs(points[:, 0]) * (2 * labels - 1) + 0.3 * (2 * labels - 1)
    scaled = (points - points.mean(axis=0)) / np.sqrt(np.mean(np.sum((points - points.mean(axis=0)) ** 2, axis=1)))
    machine = SVC(kernel="linear", C=1e5, tol=1e-6).fit(scaled, labels)
    assert gap(points, labels) == pytest.approx(2 / np.linalg.norm(machine.coef_), rel=1e-3)


def test_the_gap_does_not_depend_on_units_or_place() -> None:
    points, labels = np.array([[0.0, 0.0], [1.0, 2.0], [4.0, 1.0], [7.0, 1.0]]), [0, 0, 1, 1]
    assert gap(1000 * points + 77, labels) == pytest.approx(gap(points, labels), rel=1e-6)


def test_accuracy_counts_the_side_of_the_cut() -> None:
    unit = layer([[1.0], [0.0]], [-1.0], "sigmoid")
    assert unfolding.accuracies([unit], np.array([[0.0, 0.0], [2.0, 0.0], [3.0, 0.0]]), [0, 1, 0]).tolist() == [2 / 3]


@pytest.mark.parametrize("activation", list(unfolding.ACTIVATIONS))
@pytest.mark.parametrize("seed", range(4))
def test_with_two_units_no_side_of_the_cut_is_an_island(activation: str, seed: int) -> None:
    # The known theorem, seen on a raster: each connected part of a side reaches the edge of the square.
    ticks = np.linspace(-6, 6, 301)
    x = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
    layers = network((2, 2, 2), seed, activation)
    last = unfolding.stages(layers, x)[-1][0]
    normal = np.random.default_rng(seed).normal(size=2)
    side = (last @ normal > np.median(last @ normal)).reshape(301, 301)
    for part in (side, ~side):
        # Touching at corners counts, since a corridor may be narrower than the raster; so do crumbs of a few pixels.
        islands, count = ndimage.label(part, structure=np.ones((3, 3)))
        edge = np.concatenate([islands[0], islands[-1], islands[:, 0], islands[:, -1]])
        sizes = np.bincount(islands.ravel(), minlength=count + 1)
        assert all(number in edge or sizes[number] < 20 for number in range(1, count + 1))


# --- Diagnoses --------------------------------------------------------------------------------------------------------

FLAT, FALLING, JUMPING = np.full(100, 0.4), np.linspace(0.7, 0.2, 100), np.tile([0.2, 0.9], 50)
OUTCOMES = {
    "diverged": Outcome(np.array([0.5, 1.0]), FLAT, (2,), separable=True, diverged=True),
    "unfolded": Outcome(np.array([0.5, 1.0]), FLAT, (2,), separable=True),
    "almost": Outcome(np.array([0.5, 0.9]), FLAT, (2,), separable=True, enclosed=True),
    "too_narrow": Outcome(np.array([0.5, 0.9]), FALLING, (2, 2), separable=False, enclosed=True, dead=1),
    "dead_units": Outcome(np.array([0.5, 0.9]), FLAT, (3, 2), separable=False, enclosed=True, dead=1),
    "jumping": Outcome(np.array([0.5, 0.9]), JUMPING, (2, 2), separable=False),
    "still_learning": Outcome(np.array([0.5, 0.9]), FALLING, (2, 2), separable=False),
    "stuck": Outcome(np.array([0.5, 0.9]), FLAT, (2, 2), separable=False),
}


@pytest.mark.parametrize("reason", unfolding.REASONS)
def test_every_reason_has_its_outcome(reason: str) -> None:
    assert diagnosis(OUTCOMES[reason]) == reason


def test_a_run_that_was_unfolded_before_jumps() -> None:
    assert diagnosis(Outcome(np.array([1.0, 0.9]), FLAT, (2,), separable=False)) == "jumping"


def test_a_run_without_epochs_still_learns() -> None:
    assert diagnosis(Outcome(np.array([0.5]), np.zeros(0), (2,), separable=False)) == "still_learning"


def test_small_steps_that_go_on_are_not_stuck() -> None:
    slow = Outcome(np.array([0.5, 0.6]), np.linspace(0.70, 0.66, 100), (2, 2), separable=False)
    assert diagnosis(slow) == "still_learning"
    ended = Outcome(
        np.array([0.5, 0.6]), np.r_[np.linspace(0.70, 0.66, 60), np.full(40, 0.66)], (2, 2), separable=False
    )
    assert diagnosis(ended) == "stuck"


# --- Moves ------------------------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=80)
@given(inputs=st.integers(2, 3), units=st.integers(2, 3), data=st.data())
def test_a_whole_turn_and_stretch_is_the_layer(inputs: int, units: int, data: st.DataObject) -> None:
    kernel = data.draw(arrays(float, (1, inputs, units), elements=st.floats(-3, 3, width=16)))
    quaternions, stretches = unfolding.turns(kernel)
    x = np.array([0.7, -1.3, 0.4])[:inputs]
    place = unfolding.between(quaternions[0], stretches[0], 1.0) @ unfolding.padded(x)
    np.testing.assert_allclose(place, unfolding.padded(x @ kernel[0]), atol=1e-9)
    np.testing.assert_allclose(unfolding.between(quaternions[0], stretches[0], 0.0), np.eye(3), atol=1e-12)
    np.testing.assert_allclose(stretches[0], stretches[0].T, atol=1e-9)


def test_a_reflected_sheet_turns_over_in_space() -> None:
    quaternions, stretches = unfolding.turns(np.array([[[1.0, 0.0], [0.0, -1.0]]]))
    halfway = unfolding.between(quaternions[0], stretches[0], 0.5) @ np.array([0.0, 2.0, 0.0])
    assert abs(halfway[2]) == pytest.approx(2.0)  # above or below the plane
    assert halfway[1] == pytest.approx(0.0)


def test_a_wide_stage_is_seen_along_orthonormal_axes() -> None:
    x = np.random.default_rng(3).normal(size=(50, 2))
    layers = network((16, 2), seed=5, snapshots=3)
    (sums, outputs), narrow = unfolding.frames(layers, x)
    assert narrow == (None, None)
    for frame in (sums, outputs):
        assert frame is not None
        np.testing.assert_allclose(frame.axes.transpose(0, 2, 1) @ frame.axes, np.tile(np.eye(3), (3, 1, 1)), atol=1e-9)
    assert sums is not None
    assert outputs is not None
    assert sums.share == pytest.approx(1.0)  # a plane in sixteen dimensions
    values = unfolding.stages(layers, x)[2]
    spread = np.linalg.svd(values[1] - values[1].mean(axis=0), compute_uv=False) ** 2
    assert outputs.share[1] == pytest.approx(spread[:3].sum() / spread.sum())


def test_a_small_change_of_the_weights_is_a_small_change_of_the_view() -> None:
    x = np.random.default_rng(3).normal(size=(50, 2))
    (wide,) = network((16,), seed=5)
    pair = Layer(np.concatenate([wide.kernel, wide.kernel + 1e-4]), np.concatenate([wide.bias] * 2), "tanh")
    ((_, frame),) = unfolding.frames([pair], x)
    assert frame is not None
    first, second = frame.seen(unfolding.stages([pair], x)[2])
    assert np.abs(first - second).max() < 0.05
