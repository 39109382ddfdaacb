"""The code of the lesson on convolution and pooling: the window, its arithmetic, the stack, pooling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from lib.datasets import PHOTOGRAPHS
from lib.pooling import MARGIN
from lib.snippets.descent import fill
from lib.snippets.tensors import digits
from lib.training.convolution import Asked
from lib.uploads import SIDE
from lib.windows import Window

Array = NDArray[Any]

LAYERS = {"convolution": "Conv2D", "max": "MaxPooling2D", "average": "AveragePooling2D"}
"""Keras' layers by the kinds of lib.training.convolution."""


@dataclass(frozen=True)
class Image:
    """A digit by its number; or a photograph, or a file of the learner's own, its longer side so many pixels."""

    name: str
    digit: int
    side: int


_PHOTOGRAPH = """\
import numpy as np
from PIL import Image
from sklearn.datasets import load_sample_image

image = Image.fromarray(load_sample_image("<name>.jpg"))  # <author>
image.thumbnail((<side>, <side>))
"""

_OWN = """\
import numpy as np
from PIL import Image, ImageOps

image = Image.open("photograph.jpg")  # the name of your file
if image.mode.startswith("I"):  # 16 bits a pixel
    image = Image.fromarray((np.asarray(ImageOps.exif_transpose(image)) >> 8).astype("uint8"))
image.thumbnail((<kept>, <kept>))
image = ImageOps.exif_transpose(image).convert("RGBA")  # upright
image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")  # on paper
image.thumbnail((<side>, <side>))
"""


def _pixels(image: Image, *, colour: bool = False) -> str:
    """Code that makes x, brightness or colours from 0 to 1: (height, width), or (height, width, 3)."""
    if image.name == "digit":
        return digits(image.digit + 1, name="images") + fill("x = images[<digit>] / 255", digit=image.digit)
    template = _OWN if image.name == "own" else _PHOTOGRAPH
    made = fill(template, name=image.name, side=image.side, author=PHOTOGRAPHS.get(image.name, ""), kept=SIDE)
    return made + ("x = np.array(image) / 255\n" if colour else 'x = np.array(image.convert("L")) / 255\n')


def _matrix(matrix: Array) -> str:
    """A matrix as NumPy reads it, a row on a line."""
    rows = [f"    [{', '.join(format(weight + 0.0, '.12g') for weight in row)}]," for row in matrix.tolist()]
    return "\n".join(["[", *rows, "]"])


def window(
    *,
    image: Image,
    matrix: Array,
    channels: Sequence[int] | None,
    place: tuple[int, int],
    bias: float,
    relu: bool,
) -> str:
    """One place of a kernel (3, 3) by hand, and the whole response map by Keras.

    In colour `channels` are those that the kernel looks at; None for an image in grey.

    >>> from lib.convolution import KERNELS
    >>> chosen = {"image": Image("digit", 3, 0), "matrix": KERNELS["blur"], "channels": None, "place": (0, 0)}
    >>> 'keras.layers.Conv2D(1, 3, activation="relu")' in window(**chosen, bias=0.5, relu=True)
    True
    """
    counts = [float(channel in channels) for channel in range(3)] if channels is not None else None
    deep = "" if counts is None else f" * np.array({counts})  # red, green, blue"
    return (
        "import keras\n"
        + _pixels(image, colour=counts is not None)
        + fill(
            """
        <channel>
        kernel = np.array(<matrix>)[..., np.newaxis]<deep>
        bias = <bias>
        row, column = <row>, <column>

        patch = x[row : row + 3, column : column + 3]
        total = (patch * kernel).sum()
        print(f"sum of products = {total:.4f}")
        print(f"plus the bias = {total + bias:.4f}")
        <relu>
        layer = keras.layers.Conv2D(1, 3<activation>)
        layer.build((None, *x.shape))
        layer.set_weights([kernel[..., np.newaxis], np.array([bias])])
        responses = np.array(layer(x[np.newaxis].astype("float32")))[0, :, :, 0]
        print(f"shape of the kernel = {tuple(layer.kernel.shape)}")
        print(f"shape of the response map = {responses.shape}")
        print(f"Keras at this place = {responses[row, column]:.4f}")
        """,
            channel="x = x[..., np.newaxis]  # one channel" if counts is None else "",
            matrix=_matrix(matrix),
            deep=deep,
            bias=bias,
            row=place[0],
            column=place[1],
            relu='print(f"after relu = {max(total + bias, 0.0):.4f}")\n' if relu else "",
            activation=', activation="relu"' if relu else "",
        )
    )


_ASK = """
try:
    layer = keras.layers.<made>
    model = keras.Sequential([keras.Input((i, i, <channels>)), layer])
    print(f"Keras says = {model.output_shape[1:]}")
    print(f"parameters = {model.count_params()}")
except ValueError as error:
    print(f"ValueError: {error}")
"""

_ASK_CAREFULLY = """
if places < 1:  # with real numbers, a pool without a place would end the process
    print("the window reaches farther than the input")
else:
    layer = keras.layers.<made>
    model = keras.Sequential([keras.Input((i, i, <channels>)), layer])
    print(f"Keras says = {model.output_shape[1:]}")
    print(f"parameters = {model.count_params()}")
"""


def arithmetic(asked: Asked) -> str:
    """The size of an output by its formula, padding, and what a real Keras layer says.

    >>> "keras.layers.MaxPooling2D(2, strides=2" in arithmetic(Asked("max", 28, 1, 2, 2, 1, "valid", 0))
    True
    """
    convolution = asked.kind == "convolution"
    more = f", dilation_rate={asked.dilation_rate}" if convolution else ""
    first = f"{asked.filters}, " if convolution else ""
    made = f'{LAYERS[asked.kind]}({first}{asked.kernel_size}, strides={asked.strides}{more}, padding="{asked.padding}")'
    ask = _ASK_CAREFULLY if asked.padding == "valid" and not convolution else _ASK
    return fill(
        """
        import keras

        i, k, s, d = <size>, <kernel_size>, <strides>, <dilation_rate>
        reach = d * (k - 1) + 1
        <places>
        print(f"places = {places}")
        <padding>
        <ask>
        """,
        ask=ask.strip() + "\n",
        size=asked.size,
        kernel_size=asked.kernel_size,
        strides=asked.strides,
        dilation_rate=asked.dilation_rate,
        places="places = -(-i // s)  # rounded up" if asked.padding == "same" else "places = (i - reach) // s + 1",
        padding=(
            "added = max((places - 1) * s + reach - i, 0)\n"
            'print(f"padding before and after = {added // 2}, {added - added // 2}")\n'
            if asked.padding == "same"
            else 'print(f"discarded at the end = {max(i - ((places - 1) * s + reach), 0)}")\n'
        ),
        channels=asked.channels,
        made=made,
    )


def stack(*, layers: Sequence[str], windows: Mapping[str, Window], size: int, cell: tuple[int, int]) -> str:
    """What a stack of layers sees, layer by layer, and asked of a Keras network by its gradient."""
    made = "\n".join(f"    {_seeing(windows[layer])}," for layer in layers)
    steps = [(windows[layer].reach, windows[layer].strides) for layer in layers]
    return fill(
        """
        import keras
        import numpy as np
        import tensorflow as tf

        field, step = 1, 1
        for reach, strides in <steps>:
            field += (reach - 1) * step  # each window adds as much as its cells lie apart
            step *= strides
            print(f"a cell of this layer sees {field} x {field}")

        # Which pixels move an output cell? The gradient says it. Weights of 1 let none of them cancel out, and the mean
        # stands for the maximum, which looks at the same cells.
        layers = [
        <made>
        ]
        model = keras.Sequential([keras.Input((<size>, <size>, 1)), *layers])
        x = tf.ones((1, <size>, <size>, 1))
        with tf.GradientTape() as tape:
            tape.watch(x)
            cell = model(x)[0, <row>, <column>, 0]
        seen = tape.gradient(cell, x).numpy()[0, :, :, 0] != 0
        rows, columns = (np.flatnonzero(seen.any(axis=axis)) for axis in (1, 0))
        print(f"receptive field = {len(rows)} x {len(columns)}")
        print(f"rows = {rows[0]} to {rows[-1]}")
        print(f"columns = {columns[0]} to {columns[-1]}")
        print(f"output = {model.output_shape[1]} x {model.output_shape[2]}")
        """,
        steps=str(steps),
        made=made,
        size=size,
        row=cell[0],
        column=cell[1],
    )


def _seeing(window: Window) -> str:
    if window.strides > 1:
        return f"keras.layers.AveragePooling2D({window.kernel_size})"
    return f'keras.layers.Conv2D(1, {window.kernel_size}, kernel_initializer="ones")'


def pooling(*, image: Image, kernel: Array, size: int, move: tuple[int, int]) -> str:
    """A response map and its poolings, before and after the image moved, by Keras' own layers."""
    pad = f"x = np.pad(x, {MARGIN})  # room to be moved" if image.name == "digit" else ""
    return (
        "import keras\n"
        + _pixels(image)
        + fill(
            """
        <pad>
        kernel = np.array(<matrix>)
        down, right = <down>, <right>


        def maps(x):
            x = x[np.newaxis, ..., np.newaxis].astype("float32")
            results = {}
            for name, strides in (("map as it is", 1), ("strides", <size>)):
                layer = keras.layers.Conv2D(1, 3, strides=strides, activation="relu", use_bias=False)
                layer.build(x.shape)
                layer.set_weights([kernel[..., np.newaxis, np.newaxis]])
                results[name] = np.array(layer(x))
            results["average pooling"] = np.array(keras.layers.AveragePooling2D(<size>)(results["map as it is"]))
            results["max pooling"] = np.array(keras.layers.MaxPooling2D(<size>)(results["map as it is"]))
            return results


        height, width = x.shape
        before = maps(x[<margin> : height - <margin>, <margin> : width - <margin>])
        after = maps(x[<margin> - down : height - <margin> - down, <margin> - right : width - <margin> - right])
        for name in before:
            mean = (before[name].mean() + after[name].mean()) / 2
            change = np.abs(after[name] - before[name]).mean() / mean if mean else 0.0
            print(f"{name}: shape = {before[name].shape[1:3]}")
            print(f"{name}: largest number = {before[name].max():.2f}")
            print(f"{name}: change = {100 * change:.0f} %")
        """,
            pad=pad,
            matrix=_matrix(kernel),
            down=move[0],
            right=move[1],
            size=size,
            margin=MARGIN,
        )
    )
