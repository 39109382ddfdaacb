"""The training of the broadcasting lesson: a small classifier of a real table, and what Keras makes of one sample."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from lib.datasets import DATASETS, request
from lib.layers import Dense
from lib.training.recipe import Recipe, layer_shapes, unflatten

TABLES = ("iris", "wine")
EPOCHS = (0, 5, 20, 50, 100, 200)
UNITS = 6


def classifier(*, data: str = "iris", epochs: int = 50) -> Recipe:
    """A network of two dense layers that tells the classes of a table apart.

    >>> [layer.units for layer in classifier().layers]
    [6, 3]
    """
    return Recipe(
        request(data),
        (Dense(UNITS, "relu"), Dense(DATASETS[data].classes, "softmax")),
        "categorical_crossentropy",
        "adam",
        epochs=epochs,
        learning_rate=0.01,
        batch_size=16,
        seed=2,
        snapshots=1,
    )


def keras_outputs(layers: tuple[Dense, ...], weights: bytes, x: tuple[float, ...]) -> list[np.ndarray]:
    """What each layer of a Keras network gives for one sample x, from the first layer to the prediction.

    `weights` are the float32 of all layers as one flat vector, kernel before bias. Raises ValueError where their
    number does not fit layers and sample.
    """
    model = _model(layers, len(x), weights)
    outputs: list[np.ndarray] = []
    values: Any = np.array([x], np.float32)
    for layer in model.layers:
        values = layer(values)
        outputs.append(values.numpy()[0])
    return outputs


@functools.lru_cache(maxsize=16)
def _model(layers: tuple[Dense, ...], inputs: int, weights: bytes) -> Any:
    """A keras.Sequential with these weights; kept, so that another sample needs no new one."""
    import keras

    flat, shapes = np.frombuffer(weights, np.float32), layer_shapes(layers, inputs)
    wanted = sum(int(np.prod(shape)) for shape in shapes)
    if len(flat) != wanted:
        raise ValueError(f"there are {len(flat)} weights; expected {wanted} for these layers; bring those of their run")
    made = [keras.layers.Dense(layer.units, layer.activation) for layer in layers]
    model = keras.Sequential([keras.Input((inputs,)), *made])
    model.set_weights(unflatten(flat, shapes))
    return model
