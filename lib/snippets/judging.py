"""The code of the sections on dropout, more data, wrong labels, honest judging and its leak."""

from __future__ import annotations

from lib.dropping import OUTPUTS
from lib.snippets.descent import fill
from lib.snippets.descent_training import points_import, points_source
from lib.training import judging as trainings
from lib.training.recipe import Recipe

MOST_ROUNDS = 5
"""Networks that the code of a search trains: each takes Keras seconds to compile and train."""


def dropout(*, rate: float, recipe: Recipe) -> str:
    """Keras' Dropout in training and in a test, and a network with it.

    >>> "keras.layers.Dropout(0.5, seed=0)" in dropout(rate=0.5, recipe=trainings.dropping()[5])
    True
    """
    hidden, last = recipe.layers
    digits = recipe.data.name == "digits"
    return fill(
        """
        import keras
        import numpy as np
        from sklearn.datasets import load_<table>

        layer = keras.layers.Dropout(<rate>, seed=0)
        outputs = np.tile(np.array(<outputs>, dtype="float32"), (<batches>, 1))
        sums = np.asarray(layer(outputs, training=True)).sum(axis=1)
        print(f"sum without dropout = {outputs[0].sum():.2f}")
        print(f"mean of {len(sums)} sums = {sums.mean():.2f}")
        print(f"their standard deviation = {sums.std():.2f}")
        print(f"sum in a test = {np.asarray(layer(outputs, training=False))[0].sum():.2f}")

        x, y = load_<table>(return_X_y=True)
        order = np.random.default_rng(<seed>).permutation(len(x))
        train, judge = order[:<training>], order[<training>:<samples>]
        <scaling>
        x = x.astype("float32")

        init = keras.initializers.GlorotUniform
        model = keras.Sequential(
            [
                keras.Input((x.shape[1],)),
                keras.layers.Dense(<units>, "relu", kernel_initializer=init(seed=<seed_1>)),
                keras.layers.Dropout(<rate>, seed=<seed>),
                keras.layers.Dense(<last>, "<activation>", kernel_initializer=init(seed=<seed_2>)),
            ]
        )
        model.compile(keras.optimizers.Adam(<learning_rate>), loss="<loss>")
        for epoch in range(<epochs>):
            order = np.random.default_rng([<seed>, epoch]).permutation(train)
            model.fit(x[order], y[order], batch_size=<batch_size>, shuffle=False, verbose=0)
        # The masks are drawn by another generator than the page's, so that a loss with dropout differs a little.
        print(f"validation loss = {model.evaluate(x[judge], y[judge], verbose=0):.3f}")
        """,
        table=recipe.data.name,
        rate=rate,
        outputs=list(OUTPUTS),
        batches=trainings.MANY_BATCHES,
        seed=recipe.seed,
        training=recipe.data.training,
        samples=recipe.data.samples,
        scaling="x = x / 16" if digits else "x = (x - x[train].mean(axis=0)) / x[train].std(axis=0)",
        units=hidden.units,
        last=last.units,
        activation=last.activation,
        seed_1=100 * recipe.seed,
        seed_2=100 * recipe.seed + 1,
        learning_rate=recipe.learning_rate,
        loss="sparse_categorical_crossentropy" if digits else recipe.loss,
        epochs=recipe.epochs,
        batch_size=recipe.batch_size,
    )


def data(*, size: int) -> str:
    """The first draw of so many training samples.

    >>> "train[:40]" in data(size=40)
    True
    """
    recipe = trainings.learner()
    return fill(
        """
        import keras
        import numpy as np
        from sklearn.datasets import load_digits

        x, y = load_digits(return_X_y=True)
        x = (x / 16).astype("float32")
        order = np.random.default_rng(<seed>).permutation(len(x))
        train, judge = order[:<most>], order[<most>:<everything>]
        train = train[:<size>]

        init = keras.initializers.GlorotUniform
        model = keras.Sequential(
            [
                keras.Input((64,)),
                keras.layers.Dense(<units>, "relu", kernel_initializer=init(seed=<seed_1>)),
                keras.layers.Dense(10, "softmax", kernel_initializer=init(seed=<seed_2>)),
            ]
        )
        model.compile(keras.optimizers.Adam(<rate>), "sparse_categorical_crossentropy", metrics=["accuracy"])

        # As many updates for any number of samples: all of them in a new order, again and again.
        rng = np.random.default_rng(<seed>)
        visits = np.concatenate([rng.permutation(train) for _ in range(-(-<visits> // len(train)))])[:<visits>]
        model.fit(x[visits], y[visits], batch_size=<batch_size>, shuffle=False, verbose=0)

        print(f"training samples = {len(train)}")
        print(f"training accuracy = {model.evaluate(x[train], y[train], verbose=0)[1]:.3f}")
        print(f"validation accuracy = {model.evaluate(x[judge], y[judge], verbose=0)[1]:.3f}")
        """,
        seed=recipe.seed,
        most=trainings.SIZES[-1],
        everything=recipe.data.samples,
        size=size,
        units=recipe.layers[0].units,
        seed_1=100 * recipe.seed,
        seed_2=100 * recipe.seed + 1,
        rate=recipe.learning_rate,
        visits=trainings.LAPS_OF_DATA * trainings.LAP,
        batch_size=recipe.batch_size,
    ).replace(f"train = train[:{size}]\n", f"train = train[:{size}]  # each set holds the smaller ones\n")


def labels(*, recipe: Recipe) -> str:
    """A network on points of which some carry the wrong label.

    >>> "y_train[wrong] = 1 - y_train[wrong]" in labels(recipe=trainings.mislabelled())
    True
    """
    return fill(
        """
        import keras
        import numpy as np
        <import>

        <points>

        # Some of the training points get the label of the other class.
        chosen = np.random.default_rng([<seed>, len(y_train)]).permutation(len(y_train))
        wrong = chosen[:<wrong>]
        y_train[wrong] = 1 - y_train[wrong]

        <network>
        model.compile(keras.optimizers.Adam(<rate>), "<loss>", metrics=["accuracy"])
        order = np.concatenate([np.random.default_rng([<seed>, e]).permutation(len(x_train)) for e in range(<epochs>)])
        model.fit(x_train[order], y_train[order], batch_size=<batch_size>, shuffle=False, verbose=0)

        print(f"right about new points = {model.evaluate(x_val, y_val, verbose=0)[1]:.2f}")
        if len(wrong):
            says = model.predict(x_train[wrong], verbose=0) > 0.5
            print(f"wrong labels learned = {(says == y_train[wrong]).mean():.2f}")
        """,
        points=points_source(recipe),
        network=_network(recipe),
        seed=recipe.seed,
        wrong=round(recipe.data.wrong_labels * recipe.data.training),
        rate=recipe.learning_rate,
        loss=recipe.loss,
        epochs=recipe.epochs,
        batch_size=recipe.batch_size,
        **{"import": points_import(recipe)},
    )


def _network(recipe: Recipe) -> str:
    """A network on the plane, its weights drawn by He's initializer, with weight decay where there is any."""
    decay = ", kernel_regularizer=decay" if recipe.l2 else ""
    layers = [
        f'        keras.layers.Dense({layer.units}, "{layer.activation}", kernel_initializer=init(seed={seed}){decay}),'
        for seed, layer in enumerate(recipe.layers, start=100 * recipe.seed)
    ]
    head = ["init = keras.initializers.HeNormal"]
    head += [f"decay = keras.regularizers.L2({recipe.l2!r})"] if recipe.l2 else []
    head += ["model = keras.Sequential(", "    [", "        keras.Input((2,)),"]
    return "\n".join([*head, *layers, "    ]", ")"])


_SPLITTERS = {
    "hold_out": ("ShuffleSplit", "ShuffleSplit({repeats}, test_size={judges}, random_state=0)"),
    "k_fold": ("RepeatedKFold", "RepeatedKFold(n_splits={parts}, n_repeats={repeats}, random_state=0)"),
    "stratified": (
        "RepeatedStratifiedKFold",
        "RepeatedStratifiedKFold(n_splits={parts}, n_repeats={repeats}, random_state=0)",
    ),
}

_SCORE = """
def score(x, y, train, judge, seed=0, rate=<rate>, l2=0.0):
    # Train on some rows, and tell the accuracy on others.
    keras.backend.clear_session()
    init, decay = keras.initializers.GlorotUniform, keras.regularizers.L2(l2)
    model = keras.Sequential(
        [
            keras.Input((x.shape[1],)),
            keras.layers.Dense(<units>, "relu", kernel_initializer=init(seed=100 * seed), kernel_regularizer=decay),
            keras.layers.Dense(
                1, "sigmoid", kernel_initializer=init(seed=100 * seed + 1), kernel_regularizer=decay
            ),
        ]
    )
    model.compile(keras.optimizers.Adam(rate), "binary_crossentropy", jit_compile=False)
    for epoch in range(<epochs>):
        order = np.random.default_rng([seed, epoch]).permutation(train)
        model.fit(x[order], y[order], batch_size=<batch_size>, shuffle=False, verbose=0)
    says = model.predict(x, verbose=0)[:, 0] > 0.5
    return [(says[rows] == y[rows]).mean() for rows in judge]
"""


def _score() -> str:
    recipe = trainings.judged()
    return fill(
        _SCORE,
        rate=recipe.learning_rate,
        units=recipe.layers[0].units,
        epochs=recipe.epochs,
        batch_size=recipe.batch_size,
    ).strip()


def judging(*, samples: int, parts: int, splitter: str, repeats: int, draw: int) -> str:
    """A way of judging by scikit-learn, each fold a Keras network.

    >>> "RepeatedKFold(n_splits=4, n_repeats=1" in judging(
    ...     samples=120, parts=4, splitter="k_fold", repeats=1, draw=0
    ... )
    True
    """
    name, made = _SPLITTERS[splitter]
    return fill(
        """
        import keras
        import numpy as np
        from sklearn.datasets import load_breast_cancer
        from sklearn.model_selection import <name>
        from sklearn.preprocessing import StandardScaler


        <score>


        x, y = load_breast_cancer(return_X_y=True)
        rows = np.random.default_rng(<draw>).permutation(len(x))
        mine, outside = rows[:<samples>], rows[<samples>:]

        scores, truths = [], []
        splitter = <splitter>
        for train, judge in splitter.split(x[mine], y[mine]):
            train, judge = mine[np.sort(train)], mine[judge]
            scaled = StandardScaler().fit(x[train]).transform(x)  # the training part alone
            fold, truth = score(scaled, y, train, [judge, outside])
            scores.append(fold)
            truths.append(truth)
        print(f"networks = {len(scores)}")
        print(f"mean of all scores = {np.mean(scores):.3f}")
        if len(scores) > 1:
            print(f"deviation of the scores = {np.std(scores, ddof=1):.3f}")
        print(f"outside the sample = {np.mean(truths):.3f}")
        """,
        name=name,
        score=_score(),
        draw=draw,
        samples=samples,
        splitter=made.format(parts=parts, repeats=repeats, judges=samples // parts),
    )


def leak(*, answers: str, rounds: int, judges: int, seed: int, chosen: int) -> str:
    """The first rounds of a search, and both leaks before the model.

    >>> "SelectKBest(k=20)" in leak(answers="coins", rounds=2, judges=30, seed=1, chosen=20)
    True
    """
    return fill(
        """
        import keras
        import numpy as np
        from sklearn.datasets import load_breast_cancer
        from sklearn.feature_selection import SelectKBest
        from sklearn.neighbors import NearestCentroid
        from sklearn.preprocessing import StandardScaler


        <score>


        # A search: networks with random settings, the best validation score is kept.
        x, y = load_breast_cancer(return_X_y=True)
        <answers>
        rows = np.random.default_rng(0).permutation(len(x))
        train, others = rows[:<learners>], rows[<learners>:]
        scaled = StandardScaler().fit(x[train]).transform(x)
        rng = np.random.default_rng(1)
        rates = (10 ** rng.uniform(-3, -1, <all_rounds>)).round(5)
        decays = (10 ** rng.uniform(-4, -1, <all_rounds>)).round(5)
        seen = rng.random((<all_rounds>, 30)) < 0.4

        rng = np.random.default_rng(<seed>)
        turns, order = rng.permutation(<all_rounds>), others[rng.permutation(len(others))]
        validation, test = order[:<judges>], order[<judges>:]
        best = (-1, 0)
        for turn in turns[:<rounds>]:  # the page tries <all_rounds>: that takes some minutes here
            scores = score(
                scaled * seen[turn], y, train, [validation, test], seed=int(turn), rate=rates[turn], l2=decays[turn]
            )
            if scores[0] > best[0]:
                best = scores
        print(f"rounds = <rounds>")
        print(f"best validation score = {best[0]:.3f}")
        print(f"its test score = {best[1]:.3f}")


        def simple(x, y, train, judge):  # the class whose mean is nearer
            return NearestCentroid().fit(x[train], y[train]).score(x[judge], y[judge])


        # What comes before the model, fitted on all samples and on the training part alone.
        x, y = load_breast_cancer(return_X_y=True)
        train, judge, everything = np.arange(<half>), np.arange(<half>, <samples>), np.arange(<samples>)
        noise_labels = everything % 2
        scaling, selection = [], []
        for repeat in range(<repeats>):
            rng = np.random.default_rng(repeat)
            rows = rng.permutation(len(y))[:<samples>]
            while len(set(y[rows[train]])) < 2:
                rows = rng.permutation(len(y))[:<samples>]
            noise = np.random.default_rng(repeat).standard_normal((<samples>, <features>))
            for fit in (everything, train):
                scale = StandardScaler().fit(x[rows][fit])
                scaling.append(simple(scale.transform(x[rows]), y[rows], train, judge))
                keep = SelectKBest(k=<chosen>).fit(noise[fit], noise_labels[fit])
                selection.append(simple(keep.transform(noise), noise_labels, train, judge))
        for name, scores in (("scaling", scaling), ("features", selection)):
            print(f"{name}: all samples = {np.mean(scores[::2]):.3f}")
            print(f"{name}: training part = {np.mean(scores[1::2]):.3f}")
        """,
        score=_score(),
        answers="y = np.random.default_rng(0).permutation(np.arange(len(x)) % 2)  # coin flips"
        if answers == "coins"
        else "# y are the diagnoses",
        learners=trainings.LEARNERS_OF_LEAK,
        all_rounds=trainings.ROUNDS,
        seed=seed,
        judges=judges,
        rounds=rounds,
        half=trainings.NOISE_SAMPLES // 2,
        samples=trainings.NOISE_SAMPLES,
        repeats=trainings.LEAK_REPEATS,
        features=trainings.NOISE_FEATURES,
        chosen=chosen,
    ).replace('print(f"rounds = ', 'print("rounds = ')
