"""The code of the lesson on convolution, from the trained convnet on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from lib.layers import Layer, ledger
from lib.snippets.descent import fill
from lib.snippets.descent_training import optimizer_source
from lib.snippets.images import data_source, model_source, picture_source, scaled_source, training_source
from lib.training.augmentation import SEED
from lib.training.convnet import INPUTS
from lib.training.convnet_worker import MOST_IMAGES
from lib.training.images import ImageRecipe


def once(source: str) -> str:
    r"""The code without the imports that it has made before.

    >>> once("import keras\n\na = 1\nimport keras\n\nb = 2\n")
    'import keras\n\na = 1\n\nb = 2\n'
    """
    kept: list[str] = []
    for line in source.splitlines():
        if not line.startswith(("import ", "from ")) or line not in kept:
            kept.append(line)
    return re.sub(r"\n{4,}", "\n\n\n", "\n".join(kept)) + "\n"


def convnet(*, recipe: ImageRecipe, dense: ImageRecipe) -> str:
    """Train the convnet and the dense network of equal budget on the same batches, and test both.

    >>> from lib.training.convnet import Network, convnet as asked, equal_dense
    >>> recipe = asked(Network(), source="digits28", epochs=2)
    >>> "Dense(117" in convnet(recipe=recipe, dense=equal_dense(recipe))
    True
    """
    return once(
        _both(
            recipe,
            dense,
            each_epoch="""
        likely = model.predict(x_test.astype("float32")<scaled>, verbose=0).argmax(axis=1)
        print(f"{name}, epoch {epoch + 1}: test accuracy = {100 * (likely == y_test).mean():.1f} %")""",
        )
    )


def _both(recipe: ImageRecipe, other: ImageRecipe, *, each_epoch: str = "") -> str:
    """Code that trains `convnet` and `dense` on the same batches, and does something after each epoch."""
    return (
        data_source(recipe.data)
        + "\n"
        + "\n".join(
            model_source(each.layers, each.inputs, seed=each.seed).replace("model = ", f"{name} = ")
            for name, each in (("convnet", recipe), ("dense", other))
        )
        + "\n"
        + _fitted(("convnet", "dense"), recipe, each_epoch=each_epoch)
    )


def _fitted(names: tuple[str, str], recipe: ImageRecipe, *, each_epoch: str = "") -> str:
    """Code that trains two models as a recipe says, and does something after each epoch."""
    return fill(
        """
            for name, model in (("<first>", <first>), ("<second>", <second>)):
                model.compile(<optimizer>, "sparse_categorical_crossentropy")
                print(f"weights of {name} = {model.count_params():,}")
                for epoch in range(<epochs>):
                    shuffled = np.random.default_rng([<seed>, epoch]).permutation(len(x_train))
                    inputs, labels = x_train[shuffled].astype("float32")<scaled>, y_train[shuffled]
                    model.fit(inputs, labels, batch_size=<batch_size>, shuffle=False, verbose=0)<each_epoch>
            """,
        each_epoch=each_epoch,
        first=names[0],
        second=names[1],
        optimizer=optimizer_source(recipe.optimizer, recipe.learning_rate, recipe.momentum),
        epochs=recipe.epochs,
        seed=recipe.seed,
        batch_size=recipe.batch_size,
        scaled=scaled_source(recipe),
    )


def too_large(layers: tuple[Layer, ...]) -> str:
    """Count the weights and multiplications of a network that is too large to be trained on the page, by layers.

    >>> from lib.training.convnet import Network
    >>> "count_params" in too_large(Network(pooling="none", units=512).layers)
    True
    """
    return once(
        "import math\n\n"
        + model_source(layers, INPUTS)
        + fill(
            """

        products = 0
        for layer in model.layers:
            print(f"{type(layer).__name__}: weights = {layer.count_params():,}")
            if layer.weights:  # each kernel is multiplied at each of its places
                products += math.prod(layer.kernel.shape) * math.prod(layer.output.shape[1:-1])
        print(f"weights in all = {model.count_params():,}")
        print(f"multiplications for one image = {products:,}")
        """
        )
    )


def image(number: int, pixels: np.ndarray | None) -> str:
    r"""Code that holds one image (28, 28), bytes, as `image`: a drawn one, or the test image of this number.

    >>> image(3, None)
    'image = x_test[3, ..., 0]\n'
    """
    return f"image = x_test[{number}, ..., 0]\n" if pixels is None else picture_source(pixels)


def trained(recipe: ImageRecipe, epoch: int) -> str:
    """Code that makes data and `model`, trained for so many epochs.

    >>> from lib.training.convnet import Network, convnet as asked
    >>> "fit(" in trained(asked(Network(), source="digits28", epochs=2), 0)
    False
    """
    if epoch:
        return once(training_source(replace(recipe, epochs=epoch)))
    return once(data_source(recipe.data) + "\n" + model_source(recipe.layers, recipe.inputs, seed=recipe.seed))


def maps(*, recipe: ImageRecipe, epoch: int, image: str, position: int, number: int, cell: tuple[int, int]) -> str:
    """What every layer makes of an image, and one cell of one map of the layer at a position.

    `image` is code that makes it. Behind Flatten maps have no cells: there a number is one unit.
    """
    return once(
        trained(recipe, epoch)
        + "\n"
        + image
        + fill(
            """

            lower = keras.Model(model.inputs[0], [layer.output for layer in model.layers])
            outputs = lower(image[np.newaxis, ..., np.newaxis].astype("float32")<scaled>)
            outputs = [np.asarray(output)[0] for output in outputs]
            for layer, output in zip(model.layers, outputs):
                zeros = 100 * (output == 0).mean()
                print(f"{type(layer).__name__}: shape = {output.shape}, {zeros:.0f} % zeros")
            maps = outputs[<position>]
            empty = maps.reshape(-1, maps.shape[-1]).max(axis=0) == 0
            print(f"empty maps = {empty.sum()} / {len(empty)}")
            print(f"number = {maps[<place>]:.2f}")
            for digit, share in enumerate(outputs[-1]):
                print(f"p({digit}) = {share:.3f}")
            """,
            scaled=scaled_source(recipe),
            position=position,
            place=", ".join(map(str, (*cell, number))) if _has_cells(recipe, position) else str(number),
        )
    )


def _has_cells(recipe: ImageRecipe, position: int) -> bool:
    return len(ledger(recipe.layers, recipe.inputs)[position].shape) == 3


def attention(*, recipe: ImageRecipe, image: str, position: int, digit: int | None) -> str:
    """Grad-CAM of an image for a digit, or for the predicted one, on the maps of the layer at a position.

    `image` is code that makes it.
    """
    return once(
        trained(recipe, recipe.epochs)
        + "\n"
        + image
        + fill(
            """

            import tensorflow as tf

            shown = image[np.newaxis, ..., np.newaxis].astype("float32")<scaled>
            probabilities = model.predict(shown, verbose=0)[0]
            digit = <digit>
            lower = keras.Model(model.inputs[0], model.layers[<position>].output)
            with tf.GradientTape() as tape:
                maps = lower(shown)
                tape.watch(maps)
                output = maps
                for layer in model.layers[<position> + 1 : -1]:
                    output = layer(output)
                last = model.layers[-1]  # softmax is left out: near 1 it has no gradient to speak of
                logit = (output @ last.kernel + last.bias)[0, digit]
            gradient = tape.gradient(logit, maps)[0].numpy()
            weights = gradient.mean(axis=(0, 1))  # one for each map
            heat = np.maximum((maps[0].numpy() * weights).sum(axis=2), 0)
            print(f"digit = {digit}")
            print(f"score of the digit = {logit:.2f}")
            print(f"probability = {100 * probabilities[digit]:.1f} %")
            print(f"greatest heat = {heat.max():.2f}")
            if heat.max() > 0:
                print((heat / heat.max()).round(2))
            """,
            scaled=scaled_source(recipe),
            digit="int(probabilities.argmax())" if digit is None else str(digit),
            position=position,
        )
    )


_MOVE = """
import math

from PIL import Image


def move(image, right, down, degrees, scale):
    # scaled and turned around the middle, then shifted
    cosine, sine = (turn(math.radians(degrees)) / scale for turn in (math.cos, math.sin))
    x, y = 14 + right, 14 + down
    affine = cosine, 0.0 - sine, 14 - cosine * x + sine * y, sine, cosine, 14 - sine * x - cosine * y
    picture = Image.fromarray(image.astype("float32"))
    return np.asarray(picture.transform((28, 28), Image.Transform.AFFINE, affine, Image.Resampling.BILINEAR))
"""


def moving(
    *, recipe: ImageRecipe, dense: ImageRecipe, image: str, move: Sequence[float], moves: Sequence[Sequence[float]]
) -> str:
    """Both networks, what they take a moved digit for, and their accuracies when all test digits are moved.

    `image` is code that makes the digit; a move is pixels to the right, pixels down, degrees, scale.
    """
    return once(
        _both(recipe, dense)
        + _MOVE
        + "\n\n"
        + image
        + fill(
            """
            one = move(image / 255, *<move>)
            for name, model in (("convnet", convnet), ("dense", dense)):
                likely = model.predict(one[np.newaxis, ..., np.newaxis], verbose=0)[0]
                print(f"{name} says = {likely.argmax()} ({100 * likely.max():.0f} %)")

            """,
            move=str(tuple(move)),
        )
        + _all_moved(("convnet", "dense"), moves)
    )


def _all_moved(names: tuple[str, str], moves: Sequence[Sequence[float]]) -> str:
    """Code that moves all test digits, and says how many of them two models recognise."""
    return "\n" + fill(
        """
        still, truth = x_test[:<most>, ..., 0] / np.float32(255), y_test[:<most>]
        for asked in <moves>:
            batch = np.stack([move(digit, *asked) for digit in still])[..., np.newaxis]
            for name, model in (("<first>", <first>), ("<second>", <second>)):
                right = (model.predict(batch, verbose=0).argmax(axis=1) == truth).mean()
                print(f"{name}, all moved by {asked} = {100 * right:.1f} %")
        """,
        first=names[0],
        second=names[1],
        moves=str([tuple(each) for each in moves]),
        most=MOST_IMAGES,
    )


def augmentation(*, recipe: ImageRecipe, moves: Sequence[Sequence[float]]) -> str:
    """Train a network on few digits, without augmentation and with it, and test both, on moved digits as well."""
    moved = recipe.augmentation
    assert moved is not None
    plain = model_source(recipe.layers, recipe.inputs, seed=recipe.seed)
    random = "".join(
        f"        keras.layers.{name}({', '.join(map(repr, arguments))}, "
        f'fill_mode="constant", seed={100 * recipe.seed + SEED + i}),\n'
        for i, (name, arguments) in enumerate(zip(moved.names, moved.arguments, strict=True))
    )
    first = f"        keras.Input({recipe.inputs}),\n"
    return once(
        data_source(recipe.data)
        + "\n"
        + plain.replace("model = ", "without = ")
        + plain.replace("model = ", "augmented = ").replace(first, first + random)
        + "\n"
        + _fitted(("without", "augmented"), recipe)
        + """    likely = model.predict(x_test.astype("float32") / 255, verbose=0).argmax(axis=1)
    print(f"{name}, test accuracy = {100 * (likely == y_test).mean():.1f} %")
"""
        + _MOVE
        + "\n"
        + _all_moved(("without", "augmented"), moves)
    )
