"""The code of the first sections of the lesson on the first network: its data, and its four parts."""

from __future__ import annotations

from lib.datasets import Data
from lib.layers import DENSE
from lib.snippets.descent import fill
from lib.snippets.descent_training import optimizer_source
from lib.snippets.images import data_source, model_source
from lib.training.images import ImageRecipe


def data(*, data: Data, part: str, digit: int | None, start: int, count: int) -> str:
    """The arrays of a source, how many images there are of each digit, and the labels of one sheet of them.

    >>> from lib.datasets import request
    >>> "y_test == 3" in data(data=request("digits28"), part="test", digit=3, start=60, count=60)
    True
    """
    return data_source(data) + fill(
        """

        for name, x, y in (("training", x_train, y_train), ("test", x_test, y_test)):
            print(f"{name} images = {x.shape[:3]}, {x.dtype}; labels {y.shape}")

        found = np.bincount(y_<part>, minlength=10)
        print(f"images of each digit = {found.tolist()}")
        print(f"images = {found.sum()}")
        print(f"always answering {found.argmax()} is right = {100 * found.max() / found.sum():.1f} %")

        shown = <shown>
        print(f"labels of the sheet = {y_<part>[shown].tolist()}")
        """,
        shown=(
            f"np.arange(len(y_{part}))[{start}:][:{count}]"
            if digit is None
            else f"np.flatnonzero(y_{part} == {digit})\nshown = shown[shown >= {start}][:{count}]"
        ),
        part=part,
    )


def numbers(*, data: Data, number: int, row: int, column: int, window: int) -> str:
    """One image in numbers, the training images prepared for a network, and a label as one-hot with its two losses.

    >>> from lib.datasets import request
    >>> "image[10:18, 3:11]" in numbers(data=request("digits28"), number=0, row=10, column=3, window=8)
    True
    """
    return (
        data_source(data)
        + "\n"
        + model_source(DENSE, (28, 28, 1), seed=0)
        + fill(
            """
            x_train, images = x_train[..., 0], len(x_train)
            image, label = x_train[<number>], y_train[<number>]
            print(image[<row>:<row_end>, <column>:<column_end>])
            print(f"stored = {x_train.shape}, {x_train.dtype}, {image.min()} to {image.max()}, {x_train.nbytes} bytes")

            x = x_train.astype("float32") / 255
            print(x[<number>, <row>:<row_end>, <column>:<column_end>].round(2))
            print(f"scaled = {x.shape}, {x.dtype}, {x[<number>].min():g} to {x[<number>].max():g}, {x.nbytes} bytes")

            x = x.reshape((images, 28 * 28))
            print(f"in one row = {x.shape}, {x.dtype}, {x.nbytes} bytes")
            print(f"place of the first pixel of the window = {28 * <row> + <column>}")

            y = keras.utils.to_categorical(y_train, 10)
            print(f"one-hot = {y[<number>].astype(int).tolist()}")
            p = model(x[[<number>]].reshape(1, 28, 28, 1))  # ten probabilities of an untrained network
            sparse, categorical = keras.losses.SparseCategoricalCrossentropy(), keras.losses.CategoricalCrossentropy()
            print(f"probabilities = {p.numpy()[0].astype(float).round(2).tolist()}")
            print(f"sparse_categorical_crossentropy = {sparse(y_train[[<number>]], p).numpy():.4f}")
            print(f"categorical_crossentropy = {categorical(y[[<number>]], p).numpy():.4f}")
            """,
            number=number,
            row=row,
            row_end=row + window,
            column=column,
            column_end=column + window,
        )
    )


def parts(*, recipe: ImageRecipe, epochs: int) -> str:
    """The network of a recipe, what it and its optimizer hold, one turn of the loop, and the updates of all epochs.

    >>> from lib.datasets import request
    >>> "# 4. gradient" in parts(recipe=ImageRecipe(request("digits28")), epochs=5)
    True
    """
    return (
        data_source(recipe.data)
        + "\n"
        + model_source(recipe.layers, recipe.inputs, seed=recipe.seed)
        + fill(
            """
            import tensorflow as tf

            loss_function = keras.losses.SparseCategoricalCrossentropy()
            optimizer = <optimizer>
            optimizer.build(model.trainable_variables)
            print(f"weights = {model.count_params()}")
            print(f"kept by the optimizer = {sum(v.numpy().size for v in optimizer.variables if len(v.shape))}")

            # 1. draw a batch
            batch = np.random.default_rng([<seed>, 0]).permutation(len(x_train))[:<batch_size>]
            x, y = x_train[batch].astype("float32") / 255, y_train[batch]
            with tf.GradientTape() as tape:
                p = model(x)  # 2. forward
                loss = loss_function(y, p)  # 3. loss
            gradient = tape.gradient(loss, model.trainable_variables)  # 4. gradient
            print(f"shapes of the gradient = {[tuple(g.shape) for g in gradient]}")
            print(f"p of the right digit = {p.numpy()[0, y[0]]:.3f}")
            print(f"loss = {loss.numpy():.3f}")
            print(f"right answers = {(p.numpy().argmax(axis=1) == y).sum()}")

            before = model.get_weights()
            optimizer.apply(gradient, model.trainable_variables)  # 5. small step
            changes = [abs(new - old).max() for new, old in zip(model.get_weights(), before)]
            print(f"largest change = {max(changes):.4f}")
            slopes = gradient[-2].numpy()
            one = np.unravel_index(abs(slopes).argmax(), slopes.shape)  # of the last layer the steepest
            new = model.get_weights()[-2]
            print(f"a weight = {before[-2][one]:.5f}, slope {slopes[one]:.5f}, after the step {new[one]:.5f}")
            p = model(x)
            print(f"loss after the step = {loss_function(y, p).numpy():.3f}")
            print(f"right answers after the step = {(p.numpy().argmax(axis=1) == y).sum()}")

            updates = -(-len(x_train) // <batch_size>)  # rounded up
            print(f"updates in an epoch = {updates}")
            print(f"images in the last batch = {len(x_train) - (updates - 1) * <batch_size>}")
            print(f"updates in <epochs> epochs = {<epochs> * updates}")
            """,
            optimizer=optimizer_source(recipe.optimizer, recipe.learning_rate, recipe.momentum),
            seed=recipe.seed,
            batch_size=recipe.batch_size,
            epochs=epochs,
        )
    )
