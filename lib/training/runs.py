"""From parts to runs: curves cut where they cease to be finite, snapshots with the epochs they were taken at."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lib.training.engine import behind, updates_per_epoch
from lib.training.inputs import CURVES, State
from lib.training.recipe import Recipe, Run, layer_shapes
from lib.training.worker import Part

LARGEST = 1e30
"""A loss or weight beyond this counts as diverged: what comes next no longer fits a float32."""


@dataclass(frozen=True, eq=False)
class _Whole:
    """All parts of a run, or of a sweep, joined.

    `curves` are (epochs, replicas) each, `snapshots` (snapshots, parameters, replicas), `epochs` (snapshots,) says
    when each snapshot was taken; `ends` has one `_End` a replica.
    """

    curves: dict[str, np.ndarray]
    snapshots: np.ndarray
    epochs: np.ndarray
    maps: np.ndarray | None
    ends: list[_End]
    part: Part
    seconds: float


@dataclass(frozen=True, eq=False)
class _End:
    """Where one replica stood when all was over."""

    stopped_at: int | None
    best_epoch: int
    best_weights: np.ndarray


def finished_runs(recipes: tuple[Recipe, ...], parts: Sequence[Part]) -> tuple[Run, ...]:
    """Make one run of each recipe from all parts that `train_part` gave for them, in their order."""
    whole = _joined(recipes[0], parts)
    return tuple(_run(recipe, whole, i) for i, recipe in enumerate(recipes))


def _joined(recipe: Recipe, parts: Sequence[Part]) -> _Whole:
    chunk, newest = behind([part.chunk for part in parts])
    maps = [part.maps for part in parts if part.maps is not None]
    return _Whole(
        curves={name: getattr(chunk, name) for name in CURVES},
        snapshots=chunk.snapshots,
        epochs=_snapshot_epochs(recipe, chunk.slots, parts[0], len(chunk.loss)),
        maps=np.concatenate(maps)[newest] if maps else None,
        ends=[_end(state, i) for state in parts[-1].states for i in range(len(state.stopped_at))],
        part=parts[0],
        seconds=sum(part.seconds for part in parts),
    )


def _end(state: State, replica: int) -> _End:
    stopped_at = int(state.stopped_at[replica]) or None
    return _End(stopped_at, int(state.best_epoch[replica]), state.best_weights[:, replica])


def _snapshot_epochs(recipe: Recipe, slots: np.ndarray, part: Part, epochs: int) -> np.ndarray:
    per_epoch = updates_per_epoch(part.samples, recipe.batch_size) if recipe.snapshot_unit == "update" else 1
    return np.minimum(slots * part.every, epochs * per_epoch) / per_epoch


def _run(recipe: Recipe, whole: _Whole, replica: int) -> Run:
    """Cut out one replica's run: up to where it stopped, or to the last epoch whose numbers are all finite."""
    end = whole.ends[replica]
    done = end.stopped_at or len(whole.curves["loss"])
    curves = {name: curve[:done, replica] for name, curve in whole.curves.items()}
    good = _leading(np.all([_is_finite(curve) for curve in curves.values()], axis=0))
    epochs, taken = _until(done, whole.epochs)
    weights = whole.snapshots[taken, :, replica]
    maps = None if whole.maps is None else whole.maps[taken]
    mapped = True if maps is None else _is_finite(maps).all(axis=(1, 2, 3))  # finite weights may give infinite outputs
    kept = _leading(_is_finite(weights).all(axis=1) & mapped & (epochs <= good))
    diverged = good < done or kept < len(epochs)
    classifies = recipe.loss != "mse" or whole.part.classes > 0
    validates = whole.part.validation > 0
    watches = recipe.patience is not None and not diverged
    return Run(
        recipe=recipe,
        shapes=layer_shapes(recipe.layers, whole.part.inputs),
        loss=curves["loss"][:good],
        penalty=curves["penalty"][:good],
        accuracy=curves["accuracy"][:good] if classifies else None,
        val_loss=curves["val_loss"][:good] if validates else None,
        val_accuracy=curves["val_accuracy"][:good] if validates and classifies else None,
        snapshot_epochs=epochs[:kept],
        weights=np.ascontiguousarray(weights[:kept]),
        maps=None if maps is None else maps[:kept],
        seconds=whole.seconds,
        diverged_at=(good + 1 if good < done else math.ceil(epochs[kept])) if diverged else None,
        stopped_at=end.stopped_at,
        best_epoch=end.best_epoch if watches else None,
        best_weights=end.best_weights if watches else None,
    )


def _until(done: int, epochs: np.ndarray) -> tuple[np.ndarray, slice]:
    """Return the epochs of the snapshots up to `done`, and which they are.

    In a sweep others may have gone on: the first snapshot taken after this replica stopped holds its last weights.
    """
    count = int(np.searchsorted(epochs, done)) + 1
    return np.minimum(epochs[:count], done), slice(count)


def _is_finite(values: np.ndarray) -> np.ndarray:
    return np.abs(values) < LARGEST  # False for NaN as well


def _leading(good: np.ndarray) -> int:
    """Count the good ones before the first bad one."""
    return int(good.argmin()) if not good.all() else len(good)
