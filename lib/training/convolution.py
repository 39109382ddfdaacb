"""What Keras itself says of a window: the shape that comes out of a real layer, and what the layer holds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lib.windows import Padding, Window

KINDS = ("convolution", "max", "average")


@dataclass(frozen=True)
class Asked:
    """A layer of one of KINDS with the same window both ways, for images (size, size, channels).

    Pooling has neither dilation nor filters.
    """

    kind: str
    size: int
    channels: int
    kernel_size: int
    strides: int
    dilation_rate: int
    padding: Padding
    filters: int


@dataclass(frozen=True)
class Answer:
    """The shape of what comes out and the parameters; or what Keras said when it refused."""

    shape: tuple[int, ...] = ()
    parameters: int = 0
    refusal: str = ""


@lru_cache(maxsize=1024)
def keras_says(asked: Asked) -> Answer:
    """Build the layer in Keras and read off what comes out of it. Runs in the trainer process.

    Raises lib.windows.WindowError for a pooling window that has no place: with numbers, Keras would end the process.
    """
    if asked.kind != "convolution":
        Window(asked.kernel_size, asked.strides, 1, asked.padding).output_size(asked.size)
    import keras

    shape = (asked.size, asked.size, asked.channels)
    try:
        model = keras.Sequential([keras.Input(shape), _layer(asked)])
    except ValueError as refusal:
        return Answer(refusal=str(refusal))
    return Answer(tuple(model.output_shape[1:]), int(model.count_params()))


def _layer(asked: Asked) -> Any:
    """The Keras layer; raises ValueError where Keras refuses it."""
    import keras

    window: dict[str, Any] = {"strides": asked.strides, "padding": asked.padding}
    if asked.kind == "convolution":
        return keras.layers.Conv2D(asked.filters, asked.kernel_size, dilation_rate=asked.dilation_rate, **window)
    layers = {"max": keras.layers.MaxPooling2D, "average": keras.layers.AveragePooling2D}
    return layers[asked.kind](asked.kernel_size, **window)
