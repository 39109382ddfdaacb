"""Data augmentation: training images shifted, turned and zoomed at random, anew in each epoch, by Keras' own layers.

TensorFlow and Keras are imported inside functions: the page process may import this module and stays light.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

BOUNDS = {"shift": 0.5, "turn": 180.0, "zoom": 0.9}
"""The largest amount of each kind."""

SEED = 1000
"""Layer number i of an augmentation draws with the seed 100 * seed + SEED + i: others than those of the weights."""


@dataclass(frozen=True)
class Augmentation:
    """How far images are moved at most, either way; what is 0 is left out.

    `shift` is a share of the side, `turn` counts degrees, `zoom` is a share of the size. Raises ValueError beyond
    `BOUNDS`.
    """

    shift: float = 0.0
    turn: float = 0.0
    zoom: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what Keras would refuse, and what would leave nothing of an image."""
        for name, most in BOUNDS.items():
            if not 0 <= (came := getattr(self, name)) <= most:  # NaN is within no bounds
                raise ValueError(f"{name} is {came}; expected 0 to {most:g}; choose a number in that range")

    @property
    def names(self) -> tuple[str, ...]:
        """The classes of the Keras layers it takes.

        >>> Augmentation(shift=0.1, zoom=0.2).names
        ('RandomTranslation', 'RandomZoom')
        """
        amounts = {"RandomTranslation": self.shift, "RandomRotation": self.turn, "RandomZoom": self.zoom}
        return tuple(name for name, amount in amounts.items() if amount)

    @property
    def arguments(self) -> tuple[tuple[float, ...], ...]:
        """The arguments of each of these layers: Keras counts turns in whole ones.

        >>> Augmentation(shift=0.1, turn=36).arguments
        ((0.1, 0.1), (0.1,))
        """
        amounts = {
            "RandomTranslation": (self.shift, self.shift),
            "RandomRotation": (self.turn / 360,),
            "RandomZoom": (self.zoom,),
        }
        return tuple(amounts[name] for name in self.names)


DRAWS = {"RandomTranslation": 2, "RandomRotation": 1, "RandomZoom": 1}
"""The random numbers, one for each image, that a layer asks its generator for in one call."""


def make_layers(augmentation: Augmentation | None, seed: int = 0) -> list[Any]:
    """Build the Keras layers of an augmentation; what comes in from outside an image is black."""
    import keras

    if augmentation is None:
        return []
    return [
        getattr(keras.layers, name)(*arguments, fill_mode="constant", seed=100 * seed + SEED + i)
        for i, (name, arguments) in enumerate(zip(augmentation.names, augmentation.arguments, strict=True))
    ]


def set_seed(layers: list[Any], seed: int, calls: int) -> None:
    """Have layers draw what they would after so many calls, had they been built with this seed."""
    for i, layer in enumerate(layers):
        state = layer.generator.state
        state.assign(np.array([100 * seed + SEED + i, DRAWS[type(layer).__name__] * calls], state.dtype))


def versions(augmentation: Augmentation, image: np.ndarray, count: int, seed: int) -> np.ndarray:
    """What the network is shown of one image (height, width), 0 to 1, in the first updates: (count, height, width).

    Call it in the trainer process.
    """
    layers = make_layers(augmentation, seed)
    batch: Any = np.repeat(np.asarray(image, np.float32)[None, ..., None], count, axis=0)
    for layer in layers:
        batch = layer(batch, training=True)
    return np.clip(np.asarray(batch)[..., 0], 0, 1)
