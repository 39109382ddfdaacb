"""The code of the laboratory: a script with Keras that reproduces the run which the page shows."""

from __future__ import annotations

from textwrap import indent

from lib.datasets import DOMAIN, described
from lib.layers import Dense
from lib.snippets.descent import fill
from lib.snippets.descent_training import optimizer_source
from lib.training.engine import updates_per_epoch
from lib.training.laboratory import Edits, position
from lib.training.recipe import LOSSES, SCHEDULES, WARMUP, Recipe

# How each set is drawn, as lib.datasets does: what it imports of scikit-learn, and the lines that draw it.
_BLOBS = """
state = int(rng.integers(2**32))
points, labels = make_blobs(<counts>, centers=<centers>, shuffle=False, random_state=state)
"""
_POINTS = {
    "circle": (
        "make_circles",
        """
        points, labels = make_circles(<halves>, shuffle=False, factor=0.4)
        points = 4.5 * points
        """,
    ),
    "moons": (
        "make_moons",
        """
        points, labels = make_moons(<halves>, shuffle=False)
        points = 3 * (points - np.array([0.5, 0.25]))
        """,
    ),
    "gauss": ("make_blobs", fill(_BLOBS, counts="<halves>", centers="((-2, -2), (2, 2))")),
    "blobs": ("make_blobs", fill(_BLOBS, counts="<thirds>", centers="((-2.6, -1.5), (2.6, -1.5), (0, 3))")),
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
        way = np.linspace(0.05, 1, <first>)
        angle = 2 * np.pi * 0.875 * way
        arm = 5 * way[:, None] * np.stack([np.sin(angle), np.cos(angle)], axis=1)
        points, labels = np.concatenate([arm, -arm[:<second>]]), np.repeat([0, 1], <halves>)
        """,
    ),
    "arms": (
        "",
        """
        labels = np.repeat([0, 1, 2], <thirds>)
        way = np.concatenate([np.linspace(0.1, 1, count) for count in <thirds>])
        angle = 2 * np.pi * (0.5 * way + labels / 3)
        points = 5 * way[:, None] * np.stack([np.sin(angle), np.cos(angle)], axis=1)
        """,
    ),
    "plane": (
        "",
        """
        points = rng.uniform(-5, 5, (<samples>, 2))
        labels = points.sum(axis=1) / 10
        """,
    ),
    "bumps": (
        "",
        """
        points = rng.uniform(-5, 5, (<samples>, 2))
        up, down = (np.exp(-((points - side) ** 2) / (2 * 1.5**2)) for side in (3, -3))
        labels = (up - down).prod(axis=1)
        """,
    ),
}

_FEATURES = {
    "x1": "x1",
    "x2": "x2",
    "x1_squared": "x1**2",
    "x2_squared": "x2**2",
    "x1_x2": "x1 * x2",
    "sin_x1": "np.sin(x1)",
    "sin_x2": "np.sin(x2)",
}


def script(*, recipe: Recipe, edits: Edits = ()) -> str:
    """The run of a recipe with `model.fit`, from first weights of which `edits` were set by hand.

    It prints the losses of the last epoch and the accuracies after it, and with early stopping where it ended. Dropout
    draws other masks than the page, so its numbers are close to the page's, not the same.
    """
    stops = recipe.patience is not None
    return fill(
        """
        <imports>

        <points>

        <network>
        <start>
        <optimizer>
        model.compile(optimizer, loss="<loss>", metrics=[<metrics>])

        <watch>
        for epoch in range(<epochs>):
            order = np.random.default_rng([<seed>, epoch]).permutation(len(x_train))
            history = model.fit(
                x_train[order],
                y_train[order],
                batch_size=<batch_size>,
                shuffle=False,
                validation_data=(x_test, y_test),
                verbose=0,
            ).history
        <stop>
        <said>
        """,
        imports="\n".join(["import keras", "import numpy as np", _import(recipe)]).rstrip(),
        points=_points(recipe),
        network=_network(recipe),
        start=_start(recipe, edits),
        optimizer=_optimizer(recipe),
        loss=recipe.loss,
        metrics=_metrics(recipe),
        watch="best, best_epoch, best_weights = np.inf, 0, model.get_weights()" if stops else "",
        epochs=recipe.epochs,
        seed=recipe.seed,
        batch_size=min(recipe.batch_size or recipe.data.training, recipe.data.training),
        stop=indent(_stop(recipe), "    ") if stops else "",
        said=_said(recipe),
    ).replace("\n\n\n", "\n\n")


def _said(recipe: Recipe) -> str:
    """What is printed: the training loss as the page has it, the mean over the epoch or that of the last weights."""
    classifies, by_update = bool(classes(recipe)), recipe.snapshot_unit == "update"
    lines = ["# What is printed leaves out the penalty on the weights."]
    if classifies or by_update:
        lines.append("seen = model.evaluate(x_train, y_train, verbose=0, return_dict=True)  # by the last weights")
    loss = "seen['data_loss']" if by_update else "history['data_loss'][-1]"
    lines.append(f'print(f"training loss = {{{loss}:.4f}}")')
    lines.append("print(f\"test loss = {history['val_data_loss'][-1]:.4f}\")")
    if classifies:
        lines.append("print(f\"training accuracy = {seen['accuracy']:.4f}\")")
        lines.append("print(f\"test accuracy = {history['val_accuracy'][-1]:.4f}\")")
    if recipe.patience is not None:
        lines.append("model.set_weights(best_weights)  # those with the lowest test loss")
    return "\n".join(lines)


def _import(recipe: Recipe) -> str:
    name = _POINTS.get(recipe.data.name, ("", ""))[0]
    return f"from sklearn.datasets import {name}" if name else ""


def _points(recipe: Recipe) -> str:
    """The points, their features, and the split into training and test points."""
    data = recipe.data
    many = classes(recipe) > 2
    return fill(
        """
        rng = np.random.default_rng(<seed>)
        <draw>
        order = rng.permutation(<samples>)
        x1, x2 = points.T
        x = np.stack([<features>], axis=1).astype("float32")
        y = <targets>
        train, test = order[:<training>], order[<training>:]
        x_train, y_train, x_test, y_test = x[train], y[train], x[test], y[test]
        """,
        draw=_draw(recipe).rstrip(),
        seed=data.seed,
        samples=data.samples,
        features=", ".join(_FEATURES[name] for name in data.features),
        targets=f"np.eye({classes(recipe)})[labels.astype(int)]" if many else 'labels.astype("float32")[:, None]',
        training=data.training,
    ).rstrip()


def classes(recipe: Recipe) -> int:
    """The number of classes in the recipe's data, 0 for heights."""
    if recipe.data.name == "own_classes":
        return max(2, 1 + int(max(label for _, _, label in recipe.data.points)))
    return described(recipe.data.name).classes


def _draw(recipe: Recipe) -> str:
    data = recipe.data
    if described(data.name).own:
        rows = "\n".join(f"    ({x1!r}, {x2!r}, {label!r})," for x1, x2, label in data.points)
        return f"# Your own points: x1, x2, and the class or the height.\nown = np.array([\n{rows}\n])\n" + (
            "points, labels = own[:, :2], own[:, 2]"
        )
    halves = data.samples - data.samples // 2, data.samples // 2
    thirds = tuple(len(range(first, data.samples, 3)) for first in range(3))
    drawn = fill(
        _POINTS[data.name][1],
        halves=halves,
        thirds=list(thirds) if data.name == "blobs" else thirds,
        first=halves[0],
        second=halves[1],
        samples=data.samples,
    )
    return drawn + fill(
        """
        points = np.clip(points + <noise> * rng.standard_normal(points.shape), <low>, <high>)
        """,
        noise=float(data.noise),
        low=DOMAIN[0],
        high=DOMAIN[1],
    )


def _network(recipe: Recipe) -> str:
    lines = ["init = keras.initializers.GlorotUniform"]
    penalty = ""
    if recipe.l1 or recipe.l2:
        lines.append(f"penalty = keras.regularizers.L1L2(l1={recipe.l1!r}, l2={recipe.l2!r})")
        penalty = ", kernel_regularizer=penalty"
    if any(layer.dropout for layer in recipe.layers):
        lines.append(
            "# Dropout draws other masks here than the page does: the numbers come close to those of the page."
        )
    lines += ["model = keras.Sequential(", "    [", f"        keras.Input(({len(recipe.data.features)},)),"]
    for seed, layer in enumerate(recipe.layers, start=100 * recipe.seed):
        lines += [f"        keras.layers.{source}," for source in _layer(layer, seed, penalty)]
    return "\n".join([*lines, "    ]", ")"])


def _layer(layer: Dense, seed: int, penalty: str) -> list[str]:
    drawn = f"kernel_initializer=init(seed={seed}){penalty}"
    drop = [f"Dropout({layer.dropout!r}, seed={seed})"] if layer.dropout else []
    if layer.batch_norm:
        return [f"Dense({layer.units}, {drawn})", "BatchNormalization()", f'Activation("{layer.activation}")', *drop]
    return [f'Dense({layer.units}, "{layer.activation}", {drawn})', *drop]


def _start(recipe: Recipe, edits: Edits) -> str:
    """The weights set by hand, in the arrays that `model.get_weights()` gives."""
    lines = []
    for place, value in edits:
        if position(recipe, place) is not None:
            layer, row, unit = place.split(".")
            array = sum(6 if each.batch_norm else 2 for each in recipe.layers[: int(layer)])
            where = f"[{array + 1}][{unit}]" if row == "b" else f"[{array}][{row}, {unit}]"
            lines.append(f"weights{where} = {value!r}")
    if not lines:
        return ""
    return "\n".join(["weights = model.get_weights()  # some were set by hand", *lines, "model.set_weights(weights)"])


def _optimizer(recipe: Recipe) -> str:
    source = optimizer_source(recipe.optimizer, recipe.learning_rate, recipe.momentum)
    choice = SCHEDULES[recipe.schedule]
    if choice.keras_class is None:
        return f"optimizer = {source}"
    updates = recipe.epochs * updates_per_epoch(recipe.data.training, recipe.batch_size)
    settings = "".join(f", {name}={value!r}" for name, value in choice.settings)
    begin, decay = repr(recipe.learning_rate), updates
    if choice.warmup:
        warm = updates // WARMUP
        begin, decay = "0.0", updates - warm
        settings += f", warmup_target={recipe.learning_rate!r}, warmup_steps={warm}"
    schedule = f"rate = keras.optimizers.schedules.{choice.keras_class}({begin}, {decay}{settings})"
    return f"{schedule}\noptimizer = {source.replace(f'({recipe.learning_rate!r}', '(rate', 1)}"


def _metrics(recipe: Recipe) -> str:
    loss = f'keras.metrics.{LOSSES[recipe.loss].keras_class}(name="data_loss")'
    return loss if not classes(recipe) else f'{loss}, "accuracy"'


def _stop(recipe: Recipe) -> str:
    """Early stopping with `fit` called for each epoch: what keras.callbacks.EarlyStopping does within one call."""
    return fill(
        """
        test_loss = history["val_data_loss"][-1]
        if test_loss < best:
            best, best_epoch, best_weights = test_loss, epoch + 1, model.get_weights()
        if epoch + 1 - best_epoch >= <patience>:
            print(f"stopped after epoch {epoch + 1}, best after epoch {best_epoch}")
            break
        """,
        patience=recipe.patience,
    ).rstrip()
