"""From parts to runs: what is cut off, and where, without any training."""

from dataclasses import replace

import numpy as np
import pytest

from lib.datasets import request
from lib.layers import Dense
from lib.training.engine import Chunk
from lib.training.inputs import State
from lib.training.recipe import Recipe
from lib.training.runs import finished_runs
from lib.training.worker import Part

RECIPE = Recipe(request("circle"), (Dense(1, "tanh"),), epochs=4)
PARAMETERS = 3


def part(loss: np.ndarray, slots: list[int], snapshots: np.ndarray, every: int = 1, stopped_at: int = 0) -> Part:
    """A part of one replica with this loss (epochs,), and snapshots (snapshots, parameters)."""
    curve = np.asarray(loss, np.float32)[:, None]
    weights = np.asarray(snapshots, np.float32)[..., None]
    none = np.zeros(1, np.int32)
    state = State(len(loss), 0, weights[-1], (), np.ones(1), weights[0], none + 2, np.array([stopped_at], np.int32))
    chunk = Chunk(curve, 0 * curve, 0 * curve, curve, 0 * curve, np.array(slots), weights, state)
    return Part(chunk, None, (state,), 0.5, samples=250, validation=250, inputs=2, classes=2, every=every, programs=1)


def weights(*values: float) -> np.ndarray:
    return np.repeat(np.array(values)[:, None], PARAMETERS, axis=1)


def test_parts_are_joined_and_an_unfinished_snapshot_gives_way() -> None:
    first = part([4, 3, 2], [0, 1, 2], weights(0, 2, 3), every=2)  # number 2 was begun after epoch 3
    second = part([1], [2], weights(4), every=2)
    (run,) = finished_runs((RECIPE,), [first, second])
    assert run.loss.tolist() == [4, 3, 2, 1]
    assert run.snapshot_epochs.tolist() == [0, 2, 4]
    assert run.weights[:, 0].tolist() == [0, 2, 4]
    assert run.seconds == 1.0
    assert run.diverged_at is None
    assert (run.stopped_at, run.best_epoch, run.best_weights) == (None, None, None)


def test_curves_and_snapshots_end_before_the_first_number_that_is_not_finite() -> None:
    (run,) = finished_runs((RECIPE,), [part([4, 3, np.nan, 5], [0, 1, 2, 3, 4], weights(0, 1, 2, 3, 4))])
    assert run.loss.tolist() == run.val_loss.tolist() == [4, 3]
    assert run.snapshot_epochs.tolist() == [0, 1, 2]
    assert run.diverged_at == 3


def test_weights_may_diverge_before_the_loss_shows_it() -> None:
    (run,) = finished_runs((RECIPE,), [part([4, 3, 2], [0, 1, 2, 3], weights(0, 1, 2, np.inf))])
    assert run.epochs == 3
    assert run.snapshot_epochs.tolist() == [0, 1, 2]
    assert run.diverged_at == 3


def test_outputs_may_diverge_before_loss_and_weights_show_it() -> None:
    maps = np.zeros((3, 2, 2, 1), np.float32)
    maps[2, 0, 1] = np.nan
    (run,) = finished_runs((RECIPE,), [replace(part([4, 3], [0, 1, 2], weights(0, 1, 2)), maps=maps)])
    assert run.snapshot_epochs.tolist() == [0, 1]
    assert run.maps is not None
    assert run.maps.shape == (2, 2, 2, 1)
    assert run.diverged_at == 2


def test_a_run_that_stopped_early_ends_there_although_others_went_on() -> None:
    patient = replace(RECIPE, patience=1)
    (run,) = finished_runs((patient,), [part([4, 3, 9, 9], [0, 1, 2], weights(0, 2, 3), every=2, stopped_at=3)])
    assert run.loss.tolist() == [4, 3, 9]
    assert (run.stopped_at, run.best_epoch) == (3, 2)
    assert run.snapshot_epochs.tolist() == [0, 2, 3]
    assert run.weights[-1].tolist() == [3, 3, 3]


def test_accuracy_is_left_out_for_numbers_and_validation_where_nothing_is_held_out() -> None:
    data = replace(part([1], [0, 1], weights(0, 1)), classes=0, validation=0)
    (run,) = finished_runs((RECIPE,), [data])
    assert (run.accuracy, run.val_loss, run.val_accuracy) == (None, None, None)


def test_updates_are_counted_in_fractions_of_an_epoch() -> None:
    recipe = replace(RECIPE, batch_size=125, snapshot_unit="update")
    (run,) = finished_runs((recipe,), [part([1], [0, 1, 2], weights(0, 1, 2))])
    assert run.snapshot_epochs.tolist() == [0, 0.5, 1]


def test_the_memory_of_a_run_counts_its_arrays_and_its_start() -> None:
    (run,) = finished_runs((RECIPE,), [part([1], [0, 1], weights(0, 1))])
    began = replace(run, recipe=replace(RECIPE, start=(0.0, 0.0, 0.0)))
    assert began.nbytes == run.nbytes + 96 == pytest.approx(5 * 4 + 2 * 8 + 2 * 3 * 4 + 96)
