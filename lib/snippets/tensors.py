"""The code of the lesson on tensors, section by section."""

from __future__ import annotations

import math

from lib import tensors
from lib.snippets.descent import fill
from lib.snippets.descent_training import network_source, optimizer_source
from lib.training.recipe import Recipe

_DIGITS = """\
import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

small = load_digits().images[:<count>]  # scikit-learn's 8 by 8 digits, ink from 0 to 16, enlarged to 28 by 28
large = [Image.fromarray(image.astype("float32")).resize((28, 28), Image.Resampling.BILINEAR) for image in small]
<name> = (np.stack(large) * (255 / 16)).round().astype("uint8")
"""

_PHOTOGRAPH = """\
import numpy as np
from PIL import Image
from sklearn.datasets import load_sample_image

image = Image.fromarray(load_sample_image("china.jpg"))  # danielbuechele, flickr.com, CC BY 2.0
<thumbnail>x = np.array(image)
"""

_IRIS = """\
from sklearn.datasets import load_iris

x = load_iris().data<row>
"""

_OWN = """\
import numpy as np
from PIL import Image

image = Image.open("photograph.jpg")  # the name of your file
if image.mode.startswith("I"):  # 16 bits a pixel
    image = Image.fromarray((np.asarray(image) >> 8).astype("uint8"))
image = image.convert("RGBA")
image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")  # on paper
image.thumbnail((<side>, <side>))
x = np.array(image)
"""

_CUBE = """\
import numpy as np

x = np.arange(60).reshape(3, 4, 5)
"""


def digits(count: int, *, name: str = "x") -> str:
    """Code that makes the first digits as uint8 (count, 28, 28).

    >>> "[:128]" in digits(128)
    True
    """
    return fill(_DIGITS, count=count, name=name)


def _shrunk_photograph() -> str:
    return fill(_PHOTOGRAPH, thumbnail="image.thumbnail((<side>, <side>))\n").replace(
        "<side>", str(tensors.PHOTOGRAPH_SIDE)
    )


def ladder(*, rung: str) -> str:
    """The attributes of one rung of the ladder.

    >>> "x.ndim" in ladder(rung="row")
    True
    """
    sources = {
        "number": "import numpy as np\n\nx = np.array(5.1)  # one number: an array without axes\n",
        "row": fill(_IRIS, row="[0]"),
        "table": fill(_IRIS, row=""),
        "photograph": _shrunk_photograph(),
        "digits": digits(tensors.DIGITS) + "x = x[..., np.newaxis]  # one channel\n",
        "clips": digits(4)
        + "x = np.stack([np.roll(x, 2 * (k - 4), axis=2) for k in range(8)], axis=1)  # eight frames each\n"
        "x = x[..., np.newaxis]\n",
    }
    return sources[rung] + fill(
        """

        print(f"ndim = {x.ndim}")
        print(f"shape = {x.shape}")
        print(f"dtype = {x.dtype}")
        print(f"elements = {x.size}")
        print(f"bytes = {x.nbytes}")
        """
    )


def shapes(*, kind: str, dtype: str) -> str:
    """The elements and the memory of a classic shape, for which no array need be made.

    >>> "np.dtype('uint8')" in shapes(kind="video", dtype="uint8")
    True
    """
    return fill(
        """
        import math

        import numpy as np

        shape = <shape>
        elements = math.prod(shape)
        print(f"ndim = {len(shape)}")
        print(f"elements = {elements}")
        print(f"bytes = {elements * np.dtype('<dtype>').itemsize}")
        """,
        shape=str(tensors.CLASSICS[kind].shape),
        dtype=dtype,
    )


def slicing(*, data: str, expression: str) -> str:
    """Index the array as the page does, and say what came out; `expression` is spelled with its brackets.

    >>> "y = x[1:3]" in slicing(data="cube", expression="[1:3]")
    True
    """
    sources = {
        "digits": digits(tensors.DIGITS),
        "photograph": _shrunk_photograph(),
        "own": fill(_OWN, side=tensors.PHOTOGRAPH_SIDE),
        "cube": _CUBE,
    }
    return sources[data] + fill(
        """

        print(f"x has shape {x.shape}")
        try:
            y = x<expression>
            print(f"y has shape {np.shape(y)}")
            if np.size(y):
                print(f"shares memory with x: {np.shares_memory(x, y)}")
        except (IndexError, ValueError) as error:
            print(f"{type(error).__name__}: {error}")
        """,
        expression=expression,
    )


def layout(*, shape: tuple[int, ...], operation: str) -> str:
    """Reshape or transpose numbered elements; `operation` is the call, such as "reshape(2, 3)".

    >>> "x.transpose(1, 0)" in layout(shape=(3, 2), operation="transpose(1, 0)")
    True
    """
    return fill(
        """
        import numpy as np

        x = np.arange(<size>).reshape<shape>
        print(x)
        try:
            y = x.<operation>
            print(y)
            print(f"shape = {y.shape}")
            print(f"strides = {tuple(step // y.itemsize for step in y.strides)}")  # counted in elements
            print(f"read in the order = {y.ravel().tolist()}")
        except ValueError as error:
            print(f"ValueError: {error}")
        """,
        size=math.prod(shape),
        shape=str(shape),
        operation=operation,
    )


def batches(*, samples: int, size: int, epochs: int, number: int) -> str:
    """Count updates, and take one batch.

    >>> "samples, size, epochs, n = 60000, 128, 5, 3" in batches(samples=60_000, size=128, epochs=5, number=3)
    True
    """
    return fill(
        """
        import math

        import numpy as np

        samples, size, epochs, n = <samples>, <size>, <epochs>, <number>
        x = np.zeros((samples, 28, 28), "uint8")  # an array of the same shape stands for the images

        updates = math.ceil(samples / size)
        print(f"updates per epoch = {updates}")
        print(f"samples in the last batch = {samples - (updates - 1) * size}")
        print(f"updates in all = {updates * epochs}")

        batch = x[size * n : size * (n + 1)]
        print(f"shape of batch n = {batch.shape}")
        """,
        samples=samples,
        size=size,
        epochs=epochs,
        number=number,
    )


def dtypes(*, digit: int, by: int, value: float) -> str:
    """Brighten a digit in uint8 and in float32, and store a number in four types.

    >>> "+ np.uint8(100)" in dtypes(digit=0, by=100, value=0.1)
    True
    """
    return digits(digit + 1) + fill(
        """

        image = x[<digit>]
        wrapped = image + np.uint8(<by>)  # beyond 255 it begins again at 0
        clipped = np.clip(image.astype("float32") + <by>, 0, 255).astype("uint8")
        print(f"pixels that wrapped around = {(wrapped != clipped).sum()}")
        print(f"255 as float32 / 255 = {np.array([255], 'uint8').astype('float32')[0] / 255:g}")
        print(f"200 + <by> in uint8 = {(np.array([200], 'uint8') + np.uint8(<by>))[0]}")

        with np.errstate(over="ignore"):
            for dtype in ("float16", "float32", "float64"):
                print(f"{dtype} = {float(np.float64(<value>).astype(dtype)):.10g}")
        """,
        digit=digit,
        by=by,
        value=value,
    )


def making(*, expression: str, seed: int) -> str:
    """Make a tensor by the expression that the page shows.

    >>> "x = np.eye(2, 3)" in making(expression="np.eye(2, 3)", seed=0)
    True
    """
    return fill(
        """
        import numpy as np

        rng = np.random.default_rng(<seed>)
        x = <expression>
        print(x)
        print(f"shape = {x.shape}")
        print(f"dtype = {x.dtype}")
        """,
        seed=seed,
        expression=expression,
    )


def crop(*, recipe: Recipe, expression: str, inputs: int) -> str:
    """Train Keras on a crop of the digits, batch by batch as the page does.

    `expression` slices (samples, height, width), and leaves `inputs` numbers of each image.
    """
    data = recipe.data
    return fill(
        """
        import keras
        import numpy as np
        from sklearn.datasets import load_digits

        digits = load_digits()  # 8 by 8 pixels, ink from 0 to 16
        x = (digits.images / 16).astype("float32")<expression>
        x = x.reshape(len(x), -1)  # a dense layer takes vectors
        y = digits.target
        order = np.random.default_rng(<data_seed>).permutation(len(x))
        train, validation = order[:<training>], order[<training>:]

        <network>
        model.compile(<optimizer>, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
        for epoch in range(<epochs>):
            batches = train[np.random.default_rng([<seed>, epoch]).permutation(len(train))]
            model.fit(x[batches], y[batches], batch_size=<batch_size>, shuffle=False, verbose=0)

        predicted = model.predict(x[validation], verbose=0).argmax(axis=1)
        print(f"inputs = {x.shape[1]}")
        print(f"validation accuracy = {(predicted == y[validation]).mean():.4f}")
        """,
        expression=expression,
        data_seed=data.seed,
        training=data.training,
        network=network_source(recipe, inputs),
        epochs=recipe.epochs,
        seed=recipe.seed,
        batch_size=recipe.batch_size,
        optimizer=optimizer_source(recipe.optimizer, recipe.learning_rate, recipe.momentum),
    )
