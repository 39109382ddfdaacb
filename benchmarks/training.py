"""Epochs per second of model.fit, a plain compiled loop and the engine; the trainer's round trip; a sweep of 64."""

import os
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from lib.datasets import Split, load, request
from lib.layers import Dense
from lib.training import engine, worker
from lib.training.recipe import Recipe, layer_shapes, unflatten
from lib.training.trainer import ENVIRONMENT, Trainer, wait

NETWORKS = {"small": (4, 2), "large": (8, 8, 8, 8)}
DATA = request("circle", samples=500)  # 250 for training
EPOCHS = 100
RATES = tuple(np.geomspace(0.001, 1.0, 64).tolist())
AGREEMENT = 1e-4
"""Weights may differ by this much after `CHECKED_EPOCHS`, or the benchmark stops: what is wrong is not fast."""
CHECKED_EPOCHS = 5

Seconds = float


def recipe_of(hidden: tuple[int, ...], epochs: int = EPOCHS) -> Recipe:
    """A network with tanh throughout, trained with SGD in batches of 10."""
    layers = (*(Dense(units, "tanh") for units in hidden), Dense(1, "tanh"))
    return Recipe(DATA, layers, "mse", "sgd", learning_rate=0.03, batch_size=10, epochs=epochs, seed=1, shuffle=False)


def measure(*, quick: bool) -> dict[str, Any]:
    """Figures for both networks; the round trip, the sweep against the single run, and a matrix product beside them."""
    os.environ |= ENVIRONMENT  # what TensorFlow reads when it is imported: as in the trainer process
    worker.warm()
    measured: dict[str, Any] = {
        name: network(recipe_of(hidden), repeats=3 if quick else 15, fit_epochs=3 if quick else 15)
        for name, hidden in NETWORKS.items()
    }
    return measured | {
        "roundtrip_ms": roundtrip_ms(recipe_of(NETWORKS["small"]), calls=5 if quick else 40),
        "sweep64_over_single": measured["small"]["sweep64_over_single"],
        "matrix_product_ms": matrix_product_ms(),
    }


def network(recipe: Recipe, *, repeats: int, fit_epochs: int) -> dict[str, float]:
    """Figures for one network, after checking that its three ways of training end at the same weights."""
    split = load(recipe.data)
    begun = time.perf_counter()
    trained(recipe)
    first_call_s = time.perf_counter() - begun
    difference = weight_difference(replace(recipe, epochs=CHECKED_EPOCHS), split)
    model, (train, tensors) = keras_model(recipe), compiled_loop(recipe, split)
    fit(model, recipe, split, 1)
    train(*tensors)
    trained(*recipe.varied(learning_rate=RATES))
    worker.AHEAD.finish()  # what is compiled after the first sweep, so that its shares train side by side
    # Taken in turns, so that a busy moment of the machine meets all of them.
    times = interleaved(
        {
            "fit": lambda: fit(model, recipe, split, fit_epochs),
            "loop": lambda: train(*tensors),
            "single": lambda: trained(recipe),
            "sweep": lambda: trained(*recipe.varied(learning_rate=RATES)),
        },
        repeats,
    )
    middle = {name: statistics.median(seconds) for name, seconds in times.items()}
    engine_epochs, fit_rate = recipe.epochs / middle["single"], fit_epochs / middle["fit"]
    return {
        "fit_epochs_per_s": fit_rate,
        "loop_epochs_per_s": 1 / middle["loop"],
        "engine_epochs_per_s": engine_epochs,
        "speedup": engine_epochs / fit_rate,
        "max_weight_difference": difference,
        "first_call_s": first_call_s,
        "single_ms": 1000 * middle["single"],
        "sweep64_ms": 1000 * middle["sweep"],
        "sweep64_over_single": middle["sweep"] / middle["single"],
        "least_single_ms": 1000 * min(times["single"]),
        "least_sweep64_ms": 1000 * min(times["sweep"]),
    }


def interleaved(actions: dict[str, Callable[[], object]], repeats: int) -> dict[str, list[Seconds]]:
    """The seconds of each action, all of them once in each round."""
    times: dict[str, list[Seconds]] = {name: [] for name in actions}
    for _ in range(repeats):
        for name, action in actions.items():
            begun = time.perf_counter()
            action()
            times[name].append(time.perf_counter() - begun)
    return times


def trained(*recipes: Recipe) -> worker.Part:
    """Recipes trained by the engine in this process, all epochs in one part: what the trainer process does."""
    part = worker.train_part(recipes, None, 3600.0)
    assert part.states[0].epoch == recipes[0].epochs
    return part


def keras_model(recipe: Recipe) -> Any:
    """The recipe as anybody would write it, with the engine's first weights."""
    import keras

    layers = [keras.layers.Dense(layer.units, activation=layer.activation) for layer in recipe.layers]
    model = keras.Sequential([keras.layers.Input((2,)), *layers])
    model.compile(keras.optimizers.SGD(recipe.learning_rate), "mse")
    model.set_weights(unflatten(engine.initial_weights(recipe, 2), layer_shapes(recipe.layers, 2)))
    return model


def fit(model: Any, recipe: Recipe, split: Split, epochs: int) -> None:
    """Train with `model.fit` on the batches that the engine sees."""
    options = {"batch_size": recipe.batch_size, "epochs": epochs, "shuffle": False, "verbose": 0}
    model.fit(split.x_train, split.y_train, **options)


def compiled_loop(recipe: Recipe, split: Split, model: Any = None) -> tuple[Any, tuple[Any, Any]]:
    """One epoch as a `tf.function` without XLA, around the same Keras model, loss and optimizer; and its batches."""
    import keras
    import tensorflow as tf

    model = model or keras_model(recipe)
    loss, variables = keras.losses.MeanSquaredError(), model.trainable_variables
    model.optimizer.build(variables)

    @tf.function  # type: ignore[untyped-decorator]
    def epoch(x_batches: Any, y_batches: Any) -> None:
        for i in tf.range(len(x_batches)):
            with tf.GradientTape() as tape:
                value = loss(y_batches[i], model(x_batches[i], training=True))
            model.optimizer.apply(tape.gradient(value, variables), variables)

    batches = (tf.constant(array.reshape(25, 10, -1)) for array in (split.x_train, split.y_train))
    return epoch, (next(batches), next(batches))


def weight_difference(recipe: Recipe, split: Split) -> float:
    """The largest difference between the final weights of the three ways. Raises SystemExit above `AGREEMENT`."""
    fitted, looped = keras_model(recipe), keras_model(recipe)
    fit(fitted, recipe, split, recipe.epochs)
    train, tensors = compiled_loop(recipe, split, looped)
    for _ in range(recipe.epochs):
        train(*tensors)
    ours = trained(recipe).chunk.state.weights[:, 0]
    theirs = [np.concatenate([array.ravel() for array in model.get_weights()]) for model in (fitted, looped)]
    difference = max(float(np.abs(ours - weights).max()) for weights in theirs)
    if not difference <= AGREEMENT:
        raise SystemExit(f"weights differ by {difference}; expected at most {AGREEMENT}: the engine is wrong")
    return difference


def roundtrip_ms(recipe: Recipe, *, calls: int) -> float:
    """The median time of a run with decision maps in the warm trainer process, each at a rate that is new to it."""
    recipe, trainer = replace(recipe, grid=60), Trainer()
    try:
        for rate in (0.01, 0.02):
            wait(trainer.train((replace(recipe, learning_rate=rate),)))
        rates = (0.03 + 0.001 * i for i in range(calls))
        runs = [lambda rate=rate: wait(trainer.train((replace(recipe, learning_rate=rate),))) for rate in rates]
        return 1000 * statistics.median(interleaved({"run": run}, 1)["run"][0] for run in runs)
    finally:
        trainer.stop()


def matrix_product_ms() -> float:
    """The least time of a 256 by 256 float32 product in NumPy: tells one machine, or one busy moment, from another."""
    matrix = np.random.default_rng(0).normal(size=(256, 256)).astype(np.float32)
    return 1000 * min(interleaved({"product": lambda: matrix @ matrix}, 50)["product"])


ROWS = {
    "fit_epochs_per_s": "model.fit, epochs/s",
    "loop_epochs_per_s": "plain compiled loop, epochs/s",
    "engine_epochs_per_s": "engine, epochs/s",
    "speedup": "engine / model.fit",
    "max_weight_difference": "largest difference of weights",
    "first_call_s": "first call, s",
    "single_ms": f"{EPOCHS} epochs, ms",
    "sweep64_ms": f"{EPOCHS} epochs of 64 runs, ms",
    "sweep64_over_single": "64 runs / one",
    "least_single_ms": f"{EPOCHS} epochs at best, ms",
    "least_sweep64_ms": "64 runs at best, ms",
}


def table(measured: dict[str, Any]) -> str:
    """The figures for reading."""
    names = {name: "2-" + "-".join(map(str, (*hidden, 1))) for name, hidden in NETWORKS.items()}
    lines = [f"{'':32}" + "".join(f"{name:>16}" for name in names.values())]
    lines += [f"{title:32}" + "".join(f"{measured[n][key]:>16,.4g}" for n in names) for key, title in ROWS.items()]
    lines += [
        "",
        f"{'trainer, 100 epochs + map, ms':32}{measured['roundtrip_ms']:>16.1f}",
        f"{'256 x 256 product, ms':32}{measured['matrix_product_ms']:>16.2f}",
    ]
    return "\n".join(lines)
