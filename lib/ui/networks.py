"""Trained networks on their way to the browser, which computes their layers (assets/components/network.js)."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

from lib.training.recipe import Run


def packed(run: Run) -> dict[str, Any]:
    """All snapshots of a run as a component takes them: layers, epochs, and the weights as float32 in base64."""
    weights = np.ascontiguousarray(run.weights, "<f4")
    return {
        "inputs": run.shapes[0][0],
        "layers": [
            {"units": layer.units, "activation": layer.activation, "batchNorm": layer.batch_norm}
            for layer in run.recipe.layers
        ],
        "epochs": run.snapshot_epochs.tolist(),
        "weights": base64.b64encode(weights.tobytes()).decode("ascii"),
    }
