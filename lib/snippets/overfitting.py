"""The code of the lesson on overfitting: fitting curves, sizes of networks, and penalties."""

from __future__ import annotations

from lib import fitting
from lib.datasets import Data
from lib.snippets.descent import fill
from lib.snippets.descent_training import network_source, optimizer_source
from lib.training.recipe import Recipe


def curve(*, degree: int, points: int, noise: float, seed: int) -> str:
    """Polynomials of all degrees through noisy points: their training and test errors.

    >>> "Legendre.fit" in curve(degree=3, points=30, noise=0.3, seed=0)
    True
    """
    return fill(
        """
        import numpy as np
        from numpy.polynomial import Legendre

        <points>


        def error(curve, chosen):
            return ((curve(x[chosen]) - y[chosen]) ** 2).mean()


        # A polynomial, written as a sum of Legendre's polynomials, which a computer adds up more exactly.
        curves = [Legendre.fit(x[train], y[train], degree, domain=[-1, 1]) for degree in range(<sizes>)]
        for degree, curve in enumerate(curves):
            print(f"degree {degree}: training error = {error(curve, train):.4g}, test error = {error(curve, test):.4g}")
        print(f"training error = {error(curves[<degree>], train):.4g}")
        print(f"test error = {error(curves[<degree>], test):.4g}")
        print(f"smallest test error at degree {np.argmin([error(curve, test) for curve in curves])}")
        """,
        points=_wave_source(points, noise, seed),
        sizes=fitting.MOST + 1,
        degree=degree,
    )


def _wave_source(points: int, noise: float, seed: int) -> str:
    return fill(
        """
        # Generated data: points around a wave, <points> for training and all others for the test.
        rng = np.random.default_rng(<seed>)
        x = rng.uniform(-1, 1, <total>)
        y = np.sin(4 * x) + <noise> * rng.standard_normal(<total>)
        order = rng.permutation(<total>)
        train, test = order[:<points>], order[<points>:]
        """,
        seed=seed,
        total=fitting.POINTS,
        noise=float(noise),
        points=points,
    ).rstrip()


def many(*, degree: int, points: int, noise: float, seed: int) -> str:
    """Polynomials of one degree through many training sets: bias, variance, noise, and the error that they make.

    >>> "curves.var(axis=0)" in many(degree=3, points=30, noise=0.3, seed=0)
    True
    """
    return fill(
        """
        import numpy as np
        from numpy.polynomial import Legendre

        # Generated data: <sets> training sets of <points> points around a wave.
        rng = np.random.default_rng(<seed>)
        x = rng.uniform(-1, 1, (<sets>, <points>))
        y = np.sin(4 * x) + <noise> * rng.standard_normal((<sets>, <points>))

        grid = np.linspace(-1, 1, <grid>)
        truth = np.sin(4 * grid)
        fresh = truth + <noise> * rng.standard_normal((<sets>, <grid>))  # new points, for the test
        curves = np.array([Legendre.fit(x[i], y[i], <degree>, domain=[-1, 1])(grid) for i in range(<sets>)])

        bias = ((curves.mean(axis=0) - truth) ** 2).mean()
        variance = curves.var(axis=0).mean()
        print(f"bias² = {bias:.4g}")
        print(f"variance = {variance:.4g}")
        print(f"noise² = {<noise>**2:.4g}")
        print(f"sum = {bias + variance + <noise>**2:.4g}")
        print(f"measured test error = {((curves - fresh) ** 2).mean():.4g}")
        """,
        sets=fitting.SETS,
        points=points,
        seed=seed,
        noise=float(noise),
        grid=len(fitting.GRID),
        degree=degree,
    )


def network(*, recipe: Recipe) -> str:
    """A network that fits a curve, trained by Keras: its training and test error.

    >>> from lib.training.overfitting import curve
    >>> 'Dense(8, "tanh"' in network(recipe=curve(units=8))
    True
    """
    data = recipe.data
    return fill(
        """
        import keras
        import numpy as np

        <points>
        x, y = x[:, None].astype("float32"), y[:, None].astype("float32")

        <network>
        optimizer = <optimizer>
        model.compile(optimizer, loss="mse")
        # All training points make one batch; the same batch <epochs> times is as many epochs, and one call.
        batches = np.tile(train, <epochs>)
        model.fit(x[batches], y[batches], batch_size=len(train), shuffle=False, verbose=0)

        print(f"training error = {model.evaluate(x[train], y[train], verbose=0):.4g}")
        print(f"test error = {model.evaluate(x[test], y[test], verbose=0):.4g}")
        """,
        points=_wave_source(data.training, data.noise, data.seed),
        network=network_source(recipe, 1),
        optimizer=optimizer_source(recipe.optimizer, recipe.learning_rate, recipe.momentum),
        epochs=recipe.epochs,
    )


def capacity(*, recipes: dict[str, Recipe]) -> str:
    """Networks of several sizes on the same rows: where the validation loss of each is smallest.

    >>> from lib.training.overfitting import capacity as recipe
    >>> '"small": (4, 4)' in capacity(recipes={"small": recipe(network="small")})
    True
    """
    recipe = next(iter(recipes.values()))
    sizes = {name: tuple(layer.units for layer in each.layers[:-1]) for name, each in recipes.items()}
    return fill(
        """
        import keras
        import numpy as np
        from sklearn.datasets import load_breast_cancer

        <table>


        <batches>


        share = y_train.mean()  # the baseline: the same answer for all
        print(f"baseline accuracy = {(y_val == round(share)).mean():.4f}")
        print(f"baseline loss = {-np.log(np.where(y_val == 1, share, 1 - share)).mean():.4f}")


        def dense(units, activation, seed):
            init = keras.initializers.GlorotUniform(seed=seed)
            return keras.layers.Dense(units, activation, kernel_initializer=init)


        sizes = {<sizes>}
        for name, hidden in sizes.items():
            layers = [dense(units, "relu", <first> + i) for i, units in enumerate(hidden)]
            last = dense(1, "sigmoid", <first> + len(hidden))
            model = keras.Sequential([keras.Input((<inputs>,)), *layers, last])
            model.compile(<optimizer>, loss="binary_crossentropy")
            history = model.fit(
                batches(),
                shuffle=False,
                steps_per_epoch=<steps>,
                epochs=<epochs>,
                validation_data=(x_val, y_val),
                verbose=0,
            )
            loss = np.array(history.history["val_loss"])
            near = np.convolve(np.ones(len(loss)), np.ones(5), "same")  # neighbours, fewer at the ends
            turn = (np.convolve(loss, np.ones(5), "same") / near).argmin()
            print(f"{name}: smallest validation loss in epoch {turn + 1}")
            print(f"{name}: validation loss at the end = {loss[-1]:.4f}")
        """,
        table=_table_source(recipe.data),
        batches=_batches_source(recipe),
        sizes=", ".join(f'"{name}": {hidden!r}' for name, hidden in sizes.items()),
        first=100 * recipe.seed,
        inputs=30,
        optimizer=optimizer_source(recipe.optimizer, recipe.learning_rate, recipe.momentum),
        steps=-(-recipe.data.training // (recipe.batch_size or recipe.data.training)),
        epochs=recipe.epochs,
    )


def _table_source(data: Data) -> str:
    return fill(
        """
        # Real data: measurements of breast tumours, 0 malignant and 1 benign.
        rows, labels = load_breast_cancer(return_X_y=True)
        order = np.random.default_rng(<seed>).permutation(len(rows))[:<samples>]
        train, val = order[:<training>], order[<training>:]
        mean, deviation = rows[train].mean(axis=0), rows[train].std(axis=0)  # of the training rows alone
        x_train, x_val = (((rows[part] - mean) / deviation).astype("float32") for part in (train, val))
        y_train, y_val = (labels[part, None].astype("float32") for part in (train, val))
        """,
        seed=data.seed,
        samples=data.samples,
        training=data.training,
    ).rstrip()


def _batches_source(recipe: Recipe) -> str:
    return fill(
        """
        def batches():  # the samples in a new order in each epoch, the same for every network
            for epoch in range(<epochs>):
                order = np.random.default_rng([<seed>, epoch]).permutation(len(x_train))
                for start in range(0, len(order), <batch_size>):
                    chosen = order[start : start + <batch_size>]
                    yield x_train[chosen], y_train[chosen]
        """,
        epochs=recipe.epochs,
        seed=recipe.seed,
        batch_size=recipe.batch_size or recipe.data.training,
    ).rstrip()


def decay(*, recipes: dict[str, Recipe]) -> str:
    """The same network with four penalties: losses with and without them, and how many weights are near zero.

    >>> from lib.training.overfitting import decay as recipes
    >>> "keras.regularizers.L1L2(**penalty)" in decay(recipes={"l1": recipes(l1=0.003, l2=0.01)[1]})
    True
    """
    recipe = next(iter(recipes.values()))
    penalties = {
        name: {key: value for key in ("l1", "l2") if (value := getattr(each, key))} for name, each in recipes.items()
    }
    return fill(
        """
        import keras
        import numpy as np
        from sklearn.datasets import load_breast_cancer

        <table>


        <batches>


        def dense(units, activation, seed, penalty):
            return keras.layers.Dense(
                units,
                activation,
                kernel_initializer=keras.initializers.GlorotUniform(seed=seed),
                kernel_regularizer=keras.regularizers.L1L2(**penalty),
            )


        penalties = {
        <penalties>
        }
        for name, penalty in penalties.items():
            layers = [<layers>]
            model = keras.Sequential([keras.Input((<inputs>,)), *layers])
            # `fit` adds the penalty to the loss, and to the validation loss too; a metric is without it.
            model.compile(
                <optimizer>,
                loss="binary_crossentropy",
                metrics=["binary_crossentropy"],
            )
            history = model.fit(
                batches(),
                shuffle=False,
                steps_per_epoch=<steps>,
                epochs=<epochs>,
                validation_data=(x_val, y_val),
                verbose=0,
            ).history
            kernels = np.concatenate([layer.get_weights()[0].ravel() for layer in layers])
            print(f"{name}: loss that fit shows = {history['loss'][-1]:.4f}")
            print(f"{name}: training loss = {history['binary_crossentropy'][-1]:.4f}")
            print(f"{name}: validation loss = {history['val_binary_crossentropy'][-1]:.4f}")
            print(f"{name}: penalty = {sum(map(float, model.losses)):.4f}")
            print(f"{name}: near zero = {(abs(kernels) < <near>).sum()} of {len(kernels)}")
            print(f"{name}: sum of |w| = {abs(kernels).sum():.1f}")
        """,
        table=_table_source(recipe.data),
        batches=_batches_source(recipe),
        penalties="\n".join(f'    "{name}": {_mapping(penalty)},' for name, penalty in penalties.items()),
        layers=", ".join(
            f'dense({layer.units}, "{layer.activation}", {100 * recipe.seed + i}, penalty)'
            for i, layer in enumerate(recipe.layers)
        ),
        inputs=30,
        optimizer=optimizer_source(recipe.optimizer, recipe.learning_rate, recipe.momentum),
        steps=-(-recipe.data.training // (recipe.batch_size or recipe.data.training)),
        epochs=recipe.epochs,
        near=NEAR_ZERO,
    )


NEAR_ZERO = 0.01
"""A weight smaller than this counts as near zero."""


def _mapping(values: dict[str, float]) -> str:
    return "{" + ", ".join(f'"{key}": {value!r}' for key, value in values.items()) + "}"


def penalty(*, features: tuple[str, str], strength: float) -> str:
    """Two weights under L1 and under L2, by scikit-learn's Lasso and Ridge.

    >>> "Lasso(alpha=0.3 / 2" in penalty(features=("bmi", "age"), strength=0.3)
    True
    """
    columns = ("age", "sex", "bmi", "blood_pressure", "tc", "ldl", "hdl", "tch", "ltg", "glu")
    return fill(
        """
        import numpy as np
        from sklearn.datasets import load_diabetes
        from sklearn.linear_model import Lasso, Ridge

        # Real data: two measurements of each person, and how diabetes went on in the year after.
        rows, progress = load_diabetes(return_X_y=True, scaled=False)
        x = rows[:, <columns>]  # <names>
        x = (x - x.mean(axis=0)) / x.std(axis=0)
        y = (progress - progress.mean()) / progress.std()

        # The mean squared error plus <strength> times the penalty; scikit-learn scales the two in its own way.
        l1 = Lasso(alpha=<strength> / 2, fit_intercept=False, tol=1e-10).fit(x, y).coef_
        l2 = Ridge(alpha=<strength> * len(x), fit_intercept=False).fit(x, y).coef_
        for name, w in (("L1", l1), ("L2", l2)):
            print(f"{name}: w1 = {w[0]:.4f}, w2 = {w[1]:.4f}, loss = {np.mean((x @ w - y) ** 2):.4f}")
        """,
        columns=[columns.index(name) for name in features],
        names=", ".join(features),
        strength=float(strength),
    )
