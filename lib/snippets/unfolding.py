"""The code of the paper ball: train the network with Keras, and ask behind each layer whether a line separates."""

from __future__ import annotations

from lib.snippets.descent import fill
from lib.snippets.descent_training import optimizer_source, points_import, points_source
from lib.training.recipe import Recipe
from lib.training.unfolding import FIRST_GAIN, GAIN


def paper(recipe: Recipe) -> str:
    """A network that unfolds two classes: its accuracy, and that of a straight cut behind each of its layers.

    >>> from lib.training.unfolding import recipe
    >>> "keras.layers.Dense(3, activation=" in paper(recipe(network="3"))
    True
    """
    hidden = [layer.units for layer in recipe.layers[:-1]]
    return fill(
        """
        <imports>

        <points>

        # The first kernels are random turns, made smaller for the inputs, which reach as far as 6.
        rng = np.random.default_rng(<seed>)
        kernels = []
        for inputs, units in zip(<inputs>, <units>):
            turn, upper = np.linalg.qr(rng.standard_normal((max(inputs, units),) * 2))
            turn = turn * np.sign(np.diag(upper))
            kernels.append((<gain> if kernels else <first_gain>) * turn[:inputs, :units])

        model = keras.Sequential(
            [
                keras.Input((2,)),
        <layers>
                keras.layers.Dense(1, activation="sigmoid"),
            ]
        )
        model.set_weights([w for kernel in kernels for w in (kernel, np.zeros(kernel.shape[1]))])
        model.compile(<optimizer>, loss="binary_crossentropy")
        # All epochs one after the other, the samples in a new order each time.
        order = np.concatenate(
            [np.random.default_rng([<seed>, epoch]).permutation(len(x)) for epoch in range(<epochs>)]
        )
        model.fit(x[order], y[order], batch_size=<batch_size>, shuffle=False, verbose=0)

        right = (model.predict(x, verbose=0) > 0.5) == y
        print(f"accuracy = {100 * right.mean():.1f} %")

        # Behind each layer: does a straight cut separate the classes?
        outputs = x
        for number, layer in enumerate(model.layers[:-1], start=1):
            outputs = np.asarray(layer(outputs))
            scaled = StandardScaler().fit_transform(outputs)
            cut = LogisticRegression(C=1e6, max_iter=10_000).fit(scaled, y[:, 0])
            print(f"after layer {number}: {100 * cut.score(scaled, y[:, 0]):.1f} % on the right side of a cut")

        # The gap at the end: the widest street that a cut can run through, in units of the points' spread.
        if cut.score(scaled, y[:, 0]) == 1:
            centred = outputs - outputs.mean(axis=0)
            spread = np.sqrt(np.mean(np.sum(centred**2, axis=1)))
            widest = SVC(kernel="linear", C=1e9, tol=1e-6).fit(centred / spread, y[:, 0])
            print(f"gap at the end = {2 / np.linalg.norm(widest.coef_):.2f}")
        """,
        imports=_imports(recipe),
        points=_points(recipe),
        seed=recipe.seed,
        inputs=[2, *hidden],
        units=[*hidden, 1],
        gain=GAIN,
        first_gain=FIRST_GAIN,
        layers="\n".join(
            f'        keras.layers.Dense({layer.units}, activation="{layer.activation}"),'
            for layer in recipe.layers[:-1]
        ),
        optimizer=optimizer_source(recipe.optimizer, recipe.learning_rate, recipe.momentum),
        epochs=recipe.epochs,
        batch_size=recipe.batch_size,
    )


def _imports(recipe: Recipe) -> str:
    lines = [
        points_import(recipe),
        "from sklearn.linear_model import LogisticRegression",
        "from sklearn.preprocessing import StandardScaler",
        "from sklearn.svm import SVC",
    ]
    return "\n".join(["import keras", "import numpy as np", *(line for line in lines if line)])


def _points(recipe: Recipe) -> str:
    """The points without a part for validation: all of them train."""
    drawn = [line for line in points_source(recipe).splitlines() if not line.startswith(("x_train", "y_train"))]
    return "\n".join([*drawn, 'x, y = points[order], labels[order, None].astype("float32")'])
