"""What the lesson on convolution trains: a convnet of the learner's making, a dense network with as many weights."""

from __future__ import annotations

from dataclasses import dataclass

from lib.datasets import request
from lib.layers import (
    AveragePooling2D,
    Conv2D,
    Dense,
    Flatten,
    Layer,
    LayerError,
    MaxPooling2D,
    Row,
    parameters,
    products_per_image,
)
from lib.training.augmentation import Augmentation
from lib.training.images import LARGEST_NETWORK, MOST_PRODUCTS, SOURCES, ImageRecipe

INPUTS = (28, 28, 1)
"""The shape of the digits."""

BATCH_SIZES = {"digits28": 32, "mnist_6000": 64, "mnist": 128}
"""The images in a batch, by source: with few images, small batches make enough updates."""

LEARNING_RATE = 0.002
POOLED = 2
"""After the first two convolutions, the size is halved; the third one sees little enough."""

POOLINGS: dict[str, type[MaxPooling2D] | type[AveragePooling2D] | None] = {
    "max": MaxPooling2D,
    "average": AveragePooling2D,
    "none": None,
}


@dataclass(frozen=True)
class Excess:
    """Too many of what a network has: `what` is "parameters", or "products", the multiplications for one image."""

    what: str
    count: int


@dataclass(frozen=True)
class Network:
    """A convnet by its numbers: the first layer's `filters`, twice as many in later ones; its kernels and pooling.

    `depth` counts convolutions, `units` those of the dense layer before the last one.

    >>> from lib.layers import CONVNET
    >>> Network().layers == CONVNET
    True
    """

    filters: int = 32
    kernel_size: int = 3
    pooling: str = "max"
    depth: int = 3
    units: int = 64

    @property
    def layers(self) -> tuple[Layer, ...]:
        """Its layers; whether they fit together, `lib.layers.ledger` says."""
        made: list[Layer] = []
        pooling = POOLINGS[self.pooling]
        for number in range(self.depth):
            made.append(Conv2D(self.filters * (2 if number else 1), self.kernel_size))
            if pooling is not None and number < POOLED:
                made.append(pooling())
        return (*made, Flatten(), Dense(self.units), Dense(10, "softmax"))

    @property
    def refused(self) -> LayerError | Excess | None:
        """Why it cannot be trained: an error of its layers, or too many weights or products; None where it can."""
        try:
            counts = parameters(self.layers, INPUTS), products_per_image(self.layers, INPUTS)
        except LayerError as error:
            return error
        for what, count, most in zip(("parameters", "products"), counts, (LARGEST_NETWORK, MOST_PRODUCTS), strict=True):
            if count > most:
                return Excess(what, count)
        return None


def convnet(network: Network, *, source: str, epochs: int) -> ImageRecipe:
    """How a convnet is trained. Raises ValueError, or LayerError, for one that is refused."""
    return recipe(network.layers, source=source, epochs=epochs)


def recipe(layers: tuple[Layer, ...], *, source: str, epochs: int) -> ImageRecipe:
    """How the networks of the lesson are trained on one of `lib.training.images.SOURCES`."""
    return ImageRecipe(SOURCES[source], layers, "adam", LEARNING_RATE, batch_size=BATCH_SIZES[source], epochs=epochs)


def equal_dense(network: ImageRecipe) -> ImageRecipe:
    """A dense network with one hidden layer, as near as can be to the weights of a convnet, trained in the same way.

    >>> equal_dense(convnet(Network(), source="digits28", epochs=1)).layers[1].units
    117
    """
    budget = parameters(network.layers, network.inputs)
    inputs = network.inputs[0] * network.inputs[1] * network.inputs[2]
    # h units have (inputs + 1) h weights, and the last layer 10 h + 10.
    units = max(1, round((budget - 10) / (inputs + 11)))
    layers = (Flatten(), Dense(units), Dense(10, "softmax"))
    return ImageRecipe(
        network.data,
        layers,
        network.optimizer,
        network.learning_rate,
        batch_size=network.batch_size,
        epochs=network.epochs,
        seed=network.seed,
    )


def formula(row: Row) -> str:
    """How many weights a layer holds, worked out: those of one filter or unit, with its bias, times their number.

    >>> from lib.layers import ledger
    >>> formula(ledger((Conv2D(32),), (28, 28, 1))[0])
    '(3·3·1 + 1)·32'
    """
    if not row.weights:
        return "0"
    *each, count = row.weights[0]
    return f"({'·'.join(map(str, each))} + 1)·{count}"


def convolutions(layers: tuple[Layer, ...]) -> tuple[int, ...]:
    """The positions of the convolutions among the layers.

    >>> convolutions(Network().layers)
    (0, 2, 4)
    """
    return tuple(position for position, layer in enumerate(layers) if isinstance(layer, Conv2D))


FEW_TESTED, FEW_BATCH = 300, 32
"""Test digits beside few training digits, and how many of these make a batch."""


def few(
    layers: tuple[Layer, ...], *, source: str, samples: int, epochs: int, moved: Augmentation | None
) -> ImageRecipe:
    """How a network is trained on few digits of a source, with or without augmentation."""
    name = SOURCES[source].name
    total = samples + FEW_TESTED
    data = request(name, samples=total, train_share=samples / total, seed=SOURCES[source].seed)
    return ImageRecipe(data, layers, "adam", LEARNING_RATE, batch_size=FEW_BATCH, epochs=epochs, augmentation=moved)
