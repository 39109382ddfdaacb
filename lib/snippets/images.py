"""The code that lessons on images share: their digits, their networks, and the training batch by batch."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

from lib.datasets import Data
from lib.layers import AveragePooling2D, Conv2D, Dense, Flatten, Layer, MaxPooling2D
from lib.snippets.descent import fill
from lib.snippets.descent_training import optimizer_source
from lib.training.images import ImageRecipe

_BUNDLED = """\
import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

digits = load_digits()  # 8 by 8 pixels, ink from 0 to 16, enlarged to 28 by 28
small = [Image.fromarray(image.astype("float32")) for image in digits.images]
large = np.stack([image.resize((28, 28), Image.Resampling.BILINEAR) for image in small])
x = (large * (255 / 16)).round().astype("uint8")[..., np.newaxis]
y = digits.target
order = np.random.default_rng(<seed>).permutation(len(x))[:<samples>]
train, test = order[:<training>], order[<training>:]
x_train, y_train, x_test, y_test = x[train], y[train], x[test], y[test]
"""

_MNIST = """\
import keras
import numpy as np

(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
rng = np.random.default_rng(<seed>)
train, test = rng.permutation(60_000)[:<training>], rng.permutation(10_000)[:<validation>]
x_train, y_train = x_train[train, ..., np.newaxis], y_train[train]
x_test, y_test = x_test[test, ..., np.newaxis], y_test[test]
"""


def data_source(data: Data) -> str:
    """Code that makes x_train, y_train, x_test and y_test of digits28 or MNIST: bytes (n, 28, 28, 1), and labels (n,).

    >>> from lib.datasets import request
    >>> "load_digits()" in data_source(request("digits28")), "mnist.load_data()" in data_source(request("mnist"))
    (True, True)
    """
    return fill(
        _MNIST if data.name == "mnist" else _BUNDLED,
        seed=data.seed,
        samples=data.samples,
        training=data.training,
        validation=data.validation,
    )


def picture_source(pixels: np.ndarray, *, name: str = "image") -> str:
    """Code that holds an image (28, 28), bytes: what a learner has drawn.

    >>> space = {}
    >>> exec(picture_source(np.eye(28, dtype=np.uint8)), space)
    >>> int(space["image"].sum())
    28
    """
    packed = zlib.compress(np.ascontiguousarray(pixels, np.uint8).tobytes(), 9).hex()
    lines = [packed[i : i + 100] for i in range(0, len(packed), 100)]
    return fill(
        """
        import zlib

        import numpy as np

        packed = bytes.fromhex(
            <lines>
        )
        <name> = np.frombuffer(zlib.decompress(packed), np.uint8).reshape<shape>
        """,
        name=name,
        shape=str(pixels.shape),
        lines="\n    ".join(f'"{line}"' for line in lines),
    )


def layer_source(layer: Layer, seed: int | None = None) -> str:
    """A layer as Keras code; with a seed its kernel is drawn as the lessons draw it.

    >>> layer_source(Conv2D(32)), layer_source(MaxPooling2D())
    ('keras.layers.Conv2D(32, 3, activation="relu")', 'keras.layers.MaxPooling2D(2)')
    """
    drawn = "" if seed is None else f", kernel_initializer=keras.initializers.GlorotUniform(seed={seed})"
    match layer:
        case Conv2D():
            strides = "" if layer.strides == 1 else f", strides={layer.strides}"
            padding = "" if layer.padding == "valid" else f', padding="{layer.padding}"'
            numbers = f"{layer.filters}, {layer.kernel_size}{strides}{padding}"
            return f'keras.layers.Conv2D({numbers}, activation="{layer.activation}"{drawn})'
        case Dense():
            return f'keras.layers.Dense({layer.units}, activation="{layer.activation}"{drawn})'
        case MaxPooling2D() | AveragePooling2D():
            strides = "" if layer.strides in (None, layer.pool_size) else f", strides={layer.strides}"
            padding = "" if layer.padding == "valid" else f', padding="{layer.padding}"'
            return f"keras.layers.{type(layer).__name__}({layer.pool_size}{strides}{padding})"
        case Flatten():
            return "keras.layers.Flatten()"


def model_source(layers: Sequence[Layer], inputs: tuple[int, ...], *, seed: int | None = None) -> str:
    """The whole network as Keras code, `model`; with a seed each kernel is drawn as in the lessons.

    >>> print(model_source((Flatten(), Dense(10, "softmax")), (28, 28, 1)))
    import keras
    <BLANKLINE>
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    <BLANKLINE>
    """
    lines = [
        layer_source(layer, None if seed is None or isinstance(layer, _WITHOUT) else 100 * seed + i)
        for i, layer in enumerate(layers)
    ]
    whole = "".join(f"        {line},\n" for line in [f"keras.Input({inputs})", *lines])
    return f"import keras\n\nmodel = keras.Sequential(\n    [\n{whole}    ]\n)\n"


_WITHOUT = (MaxPooling2D, AveragePooling2D, Flatten)
"""Layers without weights."""


def training_source(recipe: ImageRecipe, stopped: int | None = None) -> str:
    """Code that makes the data and the network of a recipe and trains it: in the end there are `model` and `history`.

    `history` holds (loss, accuracy) of the training images for each epoch. The numbers are the page's, to float32. A
    comment says so where the page's run was `stopped` after some updates: the code trains to the end.
    """
    made = data_source(recipe.data) + "\n" + model_source(recipe.layers, recipe.inputs, seed=recipe.seed)
    return (
        made
        + _disturbed(recipe)
        + "\n"
        + fill(
            """
        model.compile(<optimizer>, "sparse_categorical_crossentropy", metrics=["accuracy"])
        history = []
        <note>for epoch in range(<epochs>):
            order = np.random.default_rng([<seed>, epoch]).permutation(len(x_train))
            x, y = x_train[order].astype("float32")<scaled>, y_train[order]
            fitted = model.fit(x, y, batch_size=<batch_size>, shuffle=False, verbose=0)
            history.append((fitted.history["loss"][0], fitted.history["accuracy"][0]))
        """,
            optimizer=optimizer_source(recipe.optimizer, recipe.learning_rate, recipe.momentum),
            epochs=recipe.epochs,
            seed=recipe.seed,
            batch_size=recipe.batch_size,
            scaled=scaled_source(recipe),
            note=_note(recipe, stopped),
        )
    )


def _note(recipe: ImageRecipe, stopped: int | None) -> str:
    updates = recipe.epochs * recipe.updates_per_epoch
    said = "# on the page training was stopped after {:,} of {:,} updates; here it goes on to the end\n"
    return "" if stopped is None else said.format(stopped, updates)


def scaled_source(recipe: ImageRecipe) -> str:
    """What stands behind bytes as float32 to make them the network's inputs."""
    return " / 255" if recipe.scaled else ""


def _disturbed(recipe: ImageRecipe) -> str:
    """Code that shuffles pixels or labels, where the recipe says so."""
    if recipe.pixels == "in_order" and recipe.labels == "right":
        return ""
    lines, rng = [""], f"np.random.default_rng({recipe.data.seed})"
    if recipe.pixels == "shuffled":
        lines.append(f"pixels = {rng}.permutation(28 * 28)  # one order for all images")
        lines += [f"{x} = {x}.reshape(-1, 784)[:, pixels].reshape({x}.shape)" for x in ("x_train", "x_test")]
    if recipe.labels == "shuffled":
        lines.append(f"y_train = {rng}.permutation(y_train)")
    return "\n".join(lines) + "\n"
