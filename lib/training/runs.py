"""From parts to runs: curves cut where they cease to be finite, snapshots with the epochs they were taken at."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from lib.training.engine import updates_per_epoch
from lib.training.recipe import Recipe, Run, layer_shapes
from lib.training.worker import Part

LARGEST = 1e30
"""A loss or weight beyond this counts as diverged: what comes next no longer fits a float32."""

_CURVES = ("loss", "penalty", "accuracy", "val_loss", "val_accuracy")


def finished_runs(recipes: tuple[Recipe, ...], parts: Sequence[Part]) -> tuple[Run, ...]:
    """Make one run of each replica in these parts, given in their order."""
    slots = np.concatenate([part.chunk.slots for part in parts])
    newest = np.append(slots[1:] != slots[:-1], True)  # a snapshot begun in one part may be finished in the next
    snapshots = np.concatenate([part.chunk.snapshots for part in parts])[newest]
    maps = (
        None
        if parts[0].maps is None
        else np.concatenate([part.maps for part in parts if part.maps is not None])[newest]
    )
    curves = {name: np.concatenate([getattr(part.chunk, name) for part in parts]) for name in _CURVES}
    states = [(state, i) for state in parts[-1].states for i in range(len(state.stopped_at))]
    epochs = _snapshot_epochs(recipes[0], slots[newest], parts[0], len(curves["loss"]))
    return tuple(
        _run(
            recipe, {name: curve[:, i] for name, curve in curves.items()}, epochs, snapshots[..., i], maps, parts, state
        )
        for i, (recipe, state) in enumerate(zip(recipes, states, strict=True))
    )


def _snapshot_epochs(recipe: Recipe, slots: np.ndarray, part: Part, epochs: int) -> np.ndarray:
    per_epoch = updates_per_epoch(part.samples, recipe.batch_size) if recipe.snapshot_unit == "update" else 1
    return np.minimum(slots * part.every, epochs * per_epoch) / per_epoch


def _run(
    recipe: Recipe,
    curves: dict[str, np.ndarray],
    epochs: np.ndarray,
    weights: np.ndarray,
    maps: np.ndarray | None,
    parts: Sequence[Part],
    where: tuple[object, int],
) -> Run:
    state, replica = where
    good = _leading(np.all([_is_finite(curve) for curve in curves.values()], axis=0))
    kept = _leading(_is_finite(weights).all(axis=1) & (epochs <= good))
    diverged = good < len(curves["loss"]) or kept < len(epochs)
    classifies = recipe.loss != "mse" or parts[0].classes > 0
    validates = parts[0].validation > 0
    stopped_at = int(state.stopped_at[replica])  # type: ignore[attr-defined]
    watches = recipe.patience is not None and not diverged
    return Run(
        recipe=recipe,
        shapes=layer_shapes(recipe.layers, parts[0].inputs),
        loss=curves["loss"][:good],
        penalty=curves["penalty"][:good],
        accuracy=curves["accuracy"][:good] if classifies else None,
        val_loss=curves["val_loss"][:good] if validates else None,
        val_accuracy=curves["val_accuracy"][:good] if validates and classifies else None,
        snapshot_epochs=epochs[:kept],
        weights=np.ascontiguousarray(weights[:kept]),
        maps=None if maps is None else maps[:kept],
        seconds=sum(part.seconds for part in parts),
        diverged_at=(good + 1 if good < len(curves["loss"]) else math.ceil(epochs[kept])) if diverged else None,
        stopped_at=stopped_at or None,
        best_epoch=int(state.best_epoch[replica]) if watches else None,  # type: ignore[attr-defined]
        best_weights=state.best_weights[:, replica] if watches else None,  # type: ignore[attr-defined]
    )


def _is_finite(values: np.ndarray) -> np.ndarray:
    return np.abs(values) < LARGEST  # False for NaN as well


def _leading(good: np.ndarray) -> int:
    """Count the good ones before the first bad one."""
    return int(good.argmin()) if not good.all() else len(good)
