"""The code of the sections of the gradient descent lesson that train with Keras."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lib.datasets import DOMAIN
from lib.datasets.cereals import BASE, GRAMS, WEIGHTS
from lib.descent import SURFACES
from lib.snippets.descent import fill
from lib.training.recipe import OPTIMIZERS, Recipe

_SURFACES = {
    "bowl": "(x**2 + y**2) / 2",
    "ravine": "x**2 / 20 + y**2",
    "saddle": "1 - x**2 / 2 + x**4 / 16 + y**2 / 2",
    "many_minima": "(x**2 + y**2) / 20 + (2 - tf.cos(2 * x) - tf.cos(2 * y)) / 5",
}


def optimizer_source(name: str, learning_rate: float, momentum: float) -> str:
    """An optimizer of the registry as Keras code.

    >>> optimizer_source("nesterov", 0.1, 0.9)
    'keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True)'
    """
    choice = OPTIMIZERS[name]
    settings = {"momentum": momentum} if choice.momentum else {}
    extra = "".join(f", {key}={value!r}" for key, value in (settings | dict(choice.settings)).items())
    return f"keras.optimizers.{choice.keras_class}({learning_rate!r}{extra})"


def race(*, surface: str, learning_rates: Mapping[str, float], momentum: float, steps: int) -> str:
    """Keras' optimizers on a surface, from one start: where each one ends.

    >>> "keras.optimizers.Adam(0.2)" in race(surface="bowl", learning_rates={"adam": 0.2}, momentum=0.9, steps=50)
    True
    """
    entries = (f'    "{name}": {optimizer_source(name, rate, momentum)},' for name, rate in learning_rates.items())
    return fill(
        """
        import keras
        import tensorflow as tf


        def f(x, y):
            return <function>


        optimizers = {
        <optimizers>
        }
        for name, optimizer in optimizers.items():
            position = keras.Variable(<start>)
            for step in range(<steps>):
                with tf.GradientTape() as tape:
                    loss = f(position.value[0], position.value[1])
                optimizer.apply([tape.gradient(loss, position.value)], [position])
            x, y = position.numpy()
            print(f"{name}: x = {x:.3f}, y = {y:.3f}, loss = {f(x, y):.4g}")
        """,
        function=_SURFACES[surface],
        optimizers="\n".join(entries),
        start=list(SURFACES[surface].start),
        steps=steps,
    )


def unit(*, recipe: Recipe, meal: Sequence[float]) -> str:
    """A linear unit trained by Keras on generated cereals: its weights, and the calories of one meal.

    All epochs are one call of `model.fit`, for each call of its own would take as long as hundreds of updates.
    Raises ValueError where the batches do not fill an epoch, which would shift those of all later epochs.
    """
    data = recipe.data
    batch_size = recipe.batch_size or data.training
    if data.training % batch_size:
        raise ValueError(f"{data.training} samples make no whole batches of {batch_size}; choose a size that divides")
    return fill(
        """
        import keras
        import numpy as np

        # Generated data: grams of <names>, and the kilocalories they make.
        rng = np.random.default_rng(<data_seed>)
        grams = rng.uniform(0, <grams>, (<samples>, <kinds>))
        kcal = <base> + grams @ <truth> + <noise> * rng.standard_normal(<samples>)
        chosen = rng.permutation(<samples>)[:<training>]
        x = grams[chosen][:, <columns>].astype("float32")
        y = kcal[chosen, None].astype("float32")

        model = keras.Sequential(
            [
                keras.Input((<inputs>,)),
                keras.layers.Dense(1, kernel_initializer="zeros"),
            ]
        )
        optimizer = <optimizer>
        model.compile(optimizer, loss="mse")

        # All epochs one after the other, the samples in a new order each time.
        order = np.concatenate(
            [np.random.default_rng([<seed>, epoch]).permutation(len(x)) for epoch in range(<epochs>)]
        )
        model.fit(x[order], y[order], batch_size=<batch_size>, shuffle=False, verbose=0)

        w, b = model.get_weights()
        if not np.isfinite(w).all():
            print("diverged")
        print(f"w = {w[:, 0]}, b = {b[0]:.3f}")
        print(f"loss = {model.evaluate(x, y, verbose=0):.4g}")
        meal = np.array([<meal>], dtype="float32")
        print(f"kcal = {model.predict(meal, verbose=0)[0, 0]:.1f}")
        """,
        names=", ".join(GRAMS),
        data_seed=data.seed,
        grams=list(GRAMS.values()),
        samples=data.samples,
        kinds=len(GRAMS),
        base=BASE,
        truth=[weight if name in data.features else 0.0 for name, weight in WEIGHTS.items()],
        noise=float(data.noise),
        training=data.training,
        columns=[list(GRAMS).index(name) for name in data.features],
        inputs=len(data.features),
        optimizer=optimizer_source(recipe.optimizer, recipe.learning_rate, recipe.momentum),
        seed=recipe.seed,
        epochs=recipe.epochs,
        batch_size=batch_size,
        meal=list(meal),
    )


# For each set of points the function of scikit-learn that draws it, "" for none, and how: as lib.datasets does.
_POINTS = {
    "circle": (
        "make_circles",
        """
        points, labels = make_circles((<half>, <half>), shuffle=False, factor=0.4)
        points = 4.5 * points
        """,
    ),
    "moons": (
        "make_moons",
        """
        points, labels = make_moons((<half>, <half>), shuffle=False)
        points = 3 * (points - np.array([0.5, 0.25]))
        """,
    ),
    "gauss": (
        "make_blobs",
        """
        state = int(rng.integers(2**32))
        points, labels = make_blobs(
            (<half>, <half>), centers=((-2, -2), (2, 2)), shuffle=False, random_state=state
        )
        """,
    ),
    "xor": (
        "",
        """
        signs = np.resize([[1, 1], [-1, 1], [-1, -1], [1, -1]], (<samples>, 2))
        points = signs * rng.uniform(0.3, 5, (<samples>, 2))
        labels = (signs.prod(axis=1) > 0).astype(int)
        """,
    ),
    "spiral": (
        "",
        """
        way = np.linspace(0.05, 1, <half>)
        angle = 2 * np.pi * 0.875 * way
        arm = 5 * way[:, None] * np.stack([np.sin(angle), np.cos(angle)], axis=1)
        points, labels = np.concatenate([arm, -arm]), np.repeat([0, 1], <half>)
        """,
    ),
}


def points_import(recipe: Recipe) -> str:
    """The import that `points_source` needs at the top, "" for none.

    >>> from lib.datasets import request
    >>> from lib.training.recipe import Dense
    >>> points_import(Recipe(request("moons"), (Dense(1, "linear"),)))
    'from sklearn.datasets import make_moons'
    """
    name, _ = _POINTS[recipe.data.name]
    return f"from sklearn.datasets import {name}" if name else ""


def points_source(recipe: Recipe) -> str:
    """The points of a two-dimensional data set with two classes, split for training and validation.

    Raises ValueError for other data sets and for an odd number of samples.
    """
    data = recipe.data
    if data.name not in _POINTS or data.samples % 2:
        raise ValueError(f"data is {data.samples} of {data.name}; expected an even number of {', '.join(_POINTS)}")
    _, draw = _POINTS[data.name]
    return fill(
        """
        rng = np.random.default_rng(<seed>)
        <points>
        points = points + <noise> * rng.standard_normal(points.shape)
        points = np.clip(points, <low>, <high>).astype("float32")
        order = rng.permutation(<samples>)
        x_train, x_val = points[order[:<training>]], points[order[<training>:]]
        y_train, y_val = labels[order[:<training>], None], labels[order[<training>:], None]
        """,
        points=fill(draw, half=data.samples // 2, samples=data.samples).rstrip(),
        seed=data.seed,
        noise=float(data.noise),
        low=DOMAIN[0],
        high=DOMAIN[1],
        samples=data.samples,
        training=data.training,
    ).rstrip()


def network_source(recipe: Recipe, inputs: int) -> str:
    """The recipe's network as a Keras Sequential, its weights drawn by the seeds of the app."""
    layers = (
        f'        keras.layers.Dense({layer.units}, "{layer.activation}", kernel_initializer=init(seed={seed})),'
        for seed, layer in enumerate(recipe.layers, start=100 * recipe.seed)
    )
    lines = ("init = keras.initializers.GlorotUniform", "model = keras.Sequential(", "    [")
    return "\n".join([*lines, f"        keras.Input(({inputs},)),", *layers, "    ]", ")"])


def sweep(*, recipe: Recipe) -> str:
    """The picked run of a sweep, as `model.fit` trains it: its final losses.

    >>> from lib.datasets import request
    >>> from lib.training.recipe import Dense
    >>> picked = Recipe(request("xor"), (Dense(1, "sigmoid"),), "binary_crossentropy", learning_rate=0.3)
    >>> "optimizer = keras.optimizers.SGD(0.3)" in sweep(recipe=picked)
    True
    """
    return fill(
        """
        <imports>

        <points>

        <network>
        optimizer = <optimizer>
        model.compile(optimizer, loss="<loss>")
        for epoch in range(<epochs>):
            order = np.random.default_rng([<seed>, epoch]).permutation(len(x_train))
            history = model.fit(
                x_train[order],
                y_train[order],
                batch_size=<batch_size>,
                shuffle=False,
                validation_data=(x_val, y_val),
                verbose=0,
            )
        # With too large a learning rate training is chaotic: where a last digit differs, it soon ends elsewhere.
        print("learning rate = <rate>")
        print(f"training loss = {history.history['loss'][-1]:.4f}")
        print(f"validation loss = {history.history['val_loss'][-1]:.4f}")
        """,
        imports="\n".join(["import keras", "import numpy as np", points_import(recipe)]).rstrip(),
        points=points_source(recipe),
        network=network_source(recipe, 2),
        optimizer=optimizer_source(recipe.optimizer, recipe.learning_rate, recipe.momentum),
        loss=recipe.loss,
        epochs=recipe.epochs,
        seed=recipe.seed,
        batch_size=recipe.batch_size or recipe.data.training,
        rate=recipe.learning_rate,
    )
