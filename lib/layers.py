"""Layers of a network as plain values: the shapes that come out of them, and how many weights they hold, as in Keras.

Shapes are those of one sample: (height, width, channels) of an image, (values,) of a row.

>>> [row.shape for row in ledger((Conv2D(32), MaxPooling2D(), Flatten(), Dense(10, "softmax")), (28, 28, 1))]
[(26, 26, 32), (13, 13, 32), (5408,), (10,)]
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from lib.windows import Padding, Window, WindowError

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Dense:
    """A fully connected layer: `units` outputs, an activation, and the share of its outputs dropped while training.

    With `batch_norm` Keras' BatchNormalization, as it comes, stands between the sums x W + b and the activation.
    """

    units: int
    activation: str = "relu"
    dropout: float = 0.0
    batch_norm: bool = False


@dataclass(frozen=True)
class Conv2D:
    """A convolution: `filters` maps, each from one kernel over all channels of every patch."""

    filters: int
    kernel_size: int = 3
    strides: int = 1
    padding: Padding = "valid"
    activation: str = "relu"

    @property
    def window(self) -> Window:
        """Its window, the same for height and width."""
        return Window(self.kernel_size, self.strides, 1, self.padding)


@dataclass(frozen=True)
class Pooling:
    """What both kinds of pooling have in common: a window, as far apart as it is long where no strides are given."""

    pool_size: int = 2
    strides: int | None = None
    padding: Padding = "valid"

    @property
    def window(self) -> Window:
        """Its window, the same for height and width."""
        return Window(self.pool_size, self.strides or self.pool_size, 1, self.padding)


class MaxPooling2D(Pooling):
    """The largest number of each patch, channel by channel."""


class AveragePooling2D(Pooling):
    """The mean of each patch, channel by channel."""


@dataclass(frozen=True)
class Flatten:
    """All numbers of a sample in one row: by rows, then columns, then channels."""


Layer = Dense | Conv2D | MaxPooling2D | AveragePooling2D | Flatten


@dataclass(frozen=True)
class Row:
    """A line of the ledger: a layer, the shape that comes out of it, and the shapes of its weights."""

    layer: Layer
    shape: Shape
    weights: tuple[Shape, ...]

    @property
    def parameters(self) -> int:
        """How many numbers its weights are."""
        return sum(map(math.prod, self.weights))

    @property
    def elements(self) -> int:
        """How many numbers come out of it for one sample."""
        return math.prod(self.shape)


class LayerError(ValueError):
    """A layer that its input does not suit; `position` counts the layers from 0, `reason` is a word for the page.

    Reasons are those of `lib.windows.WindowError`, and "rows" for an image layer that gets no image, "image" for a
    dense layer that gets one.
    """

    def __init__(self, position: int, reason: str, message: str) -> None:
        super().__init__(f"layer {position + 1}: {message}")
        self.position, self.reason = position, reason


def ledger(layers: Sequence[Layer], inputs: Shape) -> list[Row]:
    """What comes out of each layer and what it holds, for samples of the shape `inputs`.

    Raises LayerError where a layer does not suit what the one before it gives.

    >>> ledger((Flatten(), Dense(512), Dense(10, "softmax")), (28, 28, 1))[1].parameters
    401920
    """
    rows: list[Row] = []
    shape = inputs
    for position, layer in enumerate(layers):
        try:
            rows.append(_row(layer, shape))
        except WindowError as error:
            raise LayerError(position, error.reason, str(error)) from error
        except _UnsuitedError as error:
            raise LayerError(position, error.reason, str(error)) from error
        shape = rows[-1].shape
    return rows


def parameters(layers: Sequence[Layer], inputs: Shape) -> int:
    """How many numbers a network learns, or keeps, in all.

    >>> parameters((Conv2D(32), Flatten(), Dense(10)), (28, 28, 1))
    216650
    """
    return sum(row.parameters for row in ledger(layers, inputs))


def products_per_image(layers: Sequence[Layer], inputs: Shape) -> int:
    """How often a network multiplies for one image, forward: each kernel at each of its places.

    >>> products_per_image(DENSE, (28, 28, 1))
    406528
    """
    places = ((row, row.shape[:2] if len(row.shape) == 3 else ()) for row in ledger(layers, inputs) if row.weights)
    return sum(math.prod(row.weights[0]) * math.prod(where) for row, where in places)


class _UnsuitedError(ValueError):
    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def _row(layer: Layer, shape: Shape) -> Row:
    if isinstance(layer, Flatten):
        return Row(layer, (math.prod(shape),), ())
    if isinstance(layer, Dense):
        if len(shape) != 1:
            raise _UnsuitedError("image", f"Dense gets {shape}; expected one row of numbers; put Flatten before it")
        own = (layer.units,)
        return Row(layer, own, ((shape[0], layer.units), own, *([own] * (4 * layer.batch_norm))))
    if len(shape) != 3:
        raise _UnsuitedError(
            "rows", f"{type(layer).__name__} gets {shape}; expected height, width and channels; put Flatten behind it"
        )
    places = tuple(layer.window.output_size(size) for size in shape[:2])
    if isinstance(layer, Conv2D):
        kernel = (layer.kernel_size, layer.kernel_size, shape[2], layer.filters)
        return Row(layer, (*places, layer.filters), (kernel, (layer.filters,)))
    return Row(layer, (*places, shape[2]), ())


DENSE = (Flatten(), Dense(512), Dense(10, "softmax"))
"""The first network of the course: 407,050 parameters on images of 28 by 28."""

CONVNET = (
    Conv2D(32),
    MaxPooling2D(),
    Conv2D(64),
    MaxPooling2D(),
    Conv2D(64),
    Flatten(),
    Dense(64),
    Dense(10, "softmax"),
)
"""The small convnet of the course: 93,322 parameters on images of 28 by 28."""
