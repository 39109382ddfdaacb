"""The dense network on MNIST and the convnet on a tenth of it: the trainer against model.fit and matrix products."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import psutil

from benchmarks._session import Reply, Session
from lib.datasets import DataUnavailable, Images, images, request
from lib.layers import CONVNET, DENSE, Conv2D, Dense, ledger
from lib.training.engine import shuffled
from lib.training.image_worker import TEST_BATCH, make_model, train_part
from lib.training.images import SOURCES, ImageRecipe, ImageRun, train
from lib.training.trainer import ENVIRONMENT, Finished, Trainer, wait
from tests.browser.server import Server, running_server

Seconds = float

AGREEMENT = 1e-4
"""Weights may differ by this much after `CHECKED_UPDATES`, or the benchmark stops: what is wrong is not fast."""
CHECKED_UPDATES = 10
ACCURACIES_AGREE = 0.015
"""Test accuracies of the whole runs may differ by this much: rounding makes long runs part, but not that far."""


@dataclass(frozen=True)
class Task:
    """A training to measure, and its section on the page."""

    recipe: ImageRecipe
    path: str
    query: dict[str, str]


TASKS = {
    "dense": Task(
        ImageRecipe(SOURCES["mnist"], DENSE, batch_size=128, epochs=5),
        "first_network",
        {"step": "train", "train_source": "mnist"},
    ),
    "convnet": Task(
        ImageRecipe(SOURCES["mnist_6000"], CONVNET, batch_size=64, epochs=1),
        "convolution",
        {"step": "convnet", "convnet_source": "mnist_6000"},
    ),
}


def measure(*, quick: bool) -> dict[str, Any]:
    """For each network the seconds of `fit_s`, `engine_s` and `limit_s`, their ratios, and both test accuracies.

    `engine_s` is a run in the trainer process as a page sees it, tests after each epoch and transport included; `fit_s`
    is `model.fit` with validation on the same batches; `limit_s` the products of matrices in both, in NumPy, and
    `limit_tensorflow_s` in TensorFlow. Each is the least of several rounds, in which they take turns. Peaks of memory
    are those of the app's own processes, after both sections were trained in it: `page_mb`, `trainer_mb`.
    Where MNIST is not to be had, or with `quick`, the bundled digits serve; `data` says which.
    """
    os.environ |= ENVIRONMENT
    tasks = {name: replace(task, recipe=_at_hand(task.recipe, quick=quick)) for name, task in TASKS.items()}
    measured: dict[str, Any] = {
        name: {"data": task.recipe.data.name, **_network(task.recipe, rounds=1 if quick else 3)}
        for name, task in tasks.items()
    }
    whole = all(measured[name]["data"] == "mnist" for name in TASKS)
    return measured | _memory(TASKS if whole else {})


def _at_hand(recipe: ImageRecipe, *, quick: bool) -> ImageRecipe:
    """The recipe itself, or on the bundled digits where MNIST is missing or time is."""
    try:
        if not quick:
            images(recipe.data)
            return recipe
    except DataUnavailable as missing:
        print(missing)
    return replace(recipe, data=SOURCES["digits28"], epochs=1)


def _network(recipe: ImageRecipe, *, rounds: int) -> dict[str, float]:
    difference = weight_difference(_steady(recipe))
    found, trainer = images(recipe.data), Trainer()
    try:
        wait(train(trainer, replace(recipe, epochs=1)))  # compiles
        times: dict[str, list[Seconds]] = {name: [] for name in ("fit", "engine", "limit", "limit_tensorflow")}
        for _ in range(rounds):
            run, seconds = _engine(trainer, recipe)
            times["engine"].append(seconds)
            accuracy, seconds = _fit(recipe, found)
            times["fit"].append(seconds)
            for name, of in (("limit", _numpy_product), ("limit_tensorflow", _tensorflow_product)):
                times[name].append(sum(count * of(*shape) for count, shape in _products(recipe)))
    finally:
        trainer.stop()
    own = float(run.test_accuracy[-1])
    if abs(own - accuracy) > ACCURACIES_AGREE:
        raise SystemExit(f"test accuracies are {own} and {accuracy}; expected much the same: the engine is wrong")
    least = {f"{name}_s": min(values) for name, values in times.items()}
    return least | {
        "speedup": least["fit_s"] / least["engine_s"],
        "over_limit": least["engine_s"] / least["limit_s"],
        "over_limit_tensorflow": least["engine_s"] / least["limit_tensorflow_s"],
        "fit_test_accuracy": accuracy,
        "engine_test_accuracy": own,
        "updates": recipe.epochs * recipe.updates_per_epoch,
        "max_weight_difference": difference,
    }


def _engine(trainer: Trainer, recipe: ImageRecipe) -> tuple[ImageRun, Seconds]:
    trainer.finished = Finished()  # what is finished is not trained again
    began = time.perf_counter()
    run = wait(train(trainer, recipe))
    return run, time.perf_counter() - began


def _fit(recipe: ImageRecipe, found: Images) -> tuple[float, Seconds]:
    """The test accuracy that `model.fit` reaches on the same batches, and its seconds; shuffling is not counted."""
    model = _compiled(recipe)
    x_train, x_test = (x.astype(np.float32) / 255 for x in (found.x_train, found.x_test))
    options = {"shuffle": False, "verbose": 0, "validation_data": (x_test, found.y_test)}
    size = recipe.batch_size
    model.fit(x_train[: 2 * size], found.y_train[: 2 * size], size, **options)  # compiles
    model = _with_first_weights(model, recipe)
    seconds = 0.0
    for order in _orders(recipe):
        x, y = x_train[order], found.y_train[order]
        began = time.perf_counter()
        history = model.fit(x, y, size, **options).history
        seconds += time.perf_counter() - began
    return float(history["val_accuracy"][-1]), seconds


def _orders(recipe: ImageRecipe) -> Iterator[np.ndarray]:
    for epoch in range(recipe.epochs):
        yield shuffled(recipe.seed, recipe.data.training, epoch)


def _compiled(recipe: ImageRecipe) -> Any:
    import keras

    model = make_model(recipe.layers, recipe.inputs, recipe.seed)
    # As anybody would write it: Keras' own pooling and its gradient.
    model = keras.Sequential.from_config(model.get_config())
    optimizer = {"rmsprop": keras.optimizers.RMSprop, "sgd": keras.optimizers.SGD}[recipe.optimizer]
    model.compile(optimizer(recipe.learning_rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def _with_first_weights(model: Any, recipe: ImageRecipe) -> Any:
    """The model as it was before any update."""
    model.set_weights(make_model(recipe.layers, recipe.inputs, recipe.seed).get_weights())
    for variable in model.optimizer.variables:
        if variable is not model.optimizer.learning_rate:
            variable.assign(np.zeros(variable.shape, variable.dtype))
    return model


def _steady(recipe: ImageRecipe) -> ImageRecipe:
    """The recipe, with plain SGD on the bundled digits.

    There neighbours are often equal but for rounding, pooling chooses one or the other, and RMSprop makes every
    difference of a gradient a whole step.
    """
    return recipe if recipe.data.name == "mnist" else replace(recipe, optimizer="sgd", learning_rate=0.01)


def weight_difference(recipe: ImageRecipe) -> float:
    """The largest difference between weights of engine and `fit` after the same updates. SystemExit above AGREEMENT."""
    training = CHECKED_UPDATES * recipe.batch_size
    data = request(recipe.data.name, samples=training + 10, train_share=training / (training + 10))
    recipe = replace(recipe, data=data, epochs=1)
    state = None
    while state is None or state.update < recipe.updates_per_epoch:
        state = train_part(recipe, state, 3600.0).state
    found = images(data)
    model, order = _compiled(recipe), next(_orders(recipe))
    x = found.x_train[order].astype(np.float32) / 255
    model.fit(x, found.y_train[order], recipe.batch_size, shuffle=False, verbose=0)
    pairs = zip(state.weights, model.get_weights(), strict=True)
    difference = max(float(np.abs(own - expected).max()) for own, expected in pairs)
    if not difference <= AGREEMENT:
        raise SystemExit(f"weights differ by {difference}; expected at most {AGREEMENT}: the engine is wrong")
    return difference


# --- The same arithmetic as plain products ----------------------------------------------------------------------------

Product = tuple[int, int, int]
"""Rows, what is summed over, and columns."""


def _products(recipe: ImageRecipe) -> Iterator[tuple[int, Product]]:
    """How often each product of matrices is needed: forward, for the kernels, and for what lies below but the image.

    A convolution is the product of its patches, a row each, with its kernel, a column for each filter.
    """
    updates = recipe.epochs * recipe.updates_per_epoch
    tests = recipe.epochs * recipe.data.validation / TEST_BATCH
    for number, (rows, inner, columns) in enumerate(_matrices(recipe)):
        batch = rows * recipe.batch_size
        yield updates, (batch, inner, columns)
        yield updates, (inner, batch, columns)
        if number:
            yield updates, (batch, columns, inner)
        yield round(tests), (rows * TEST_BATCH, inner, columns)


def _matrices(recipe: ImageRecipe) -> Iterator[Product]:
    """For one image: the rows, the inner size and the columns of each layer with weights."""
    for row in ledger(recipe.layers, recipe.inputs):
        match row.layer:
            case Conv2D():
                height, width, filters = row.shape
                yield height * width, row.weights[0][0] * row.weights[0][1] * row.weights[0][2], filters
            case Dense():
                yield 1, row.weights[0][0], row.weights[0][1]


def _numpy_product(rows: int, inner: int, columns: int) -> Seconds:
    rng = np.random.default_rng(0)
    a, b = (rng.random(shape, np.float32) for shape in ((rows, inner), (inner, columns)))
    return _least(lambda: a @ b)


def _tensorflow_product(rows: int, inner: int, columns: int) -> Seconds:
    import tensorflow as tf

    a, b = tf.random.uniform((rows, inner)), tf.random.uniform((inner, columns))
    return _least(lambda: tf.matmul(a, b).numpy())


def _least(action: Any, times: int = 30) -> Seconds:
    least = float("inf")
    for _ in range(times):
        began = time.perf_counter()
        action()
        least = min(least, time.perf_counter() - began)
    return least


# --- Memory -----------------------------------------------------------------------------------------------------------


def _memory(tasks: dict[str, Task]) -> dict[str, float]:
    """The most that each of the app's processes has held, in MB, while both sections were trained in it."""
    if not tasks:
        return {}
    with TemporaryDirectory() as folder, running_server(Path(folder) / "output.txt") as server:
        for task in tasks.values():
            _train_on_page(server, task)
        page, trainers = server.process, server.process.children(recursive=True)
        return {"page_mb": _peak_mb(page), "trainer_mb": max(map(_peak_mb, trainers))}


def _train_on_page(server: Server, task: Task) -> None:
    """Press every button that trains. Raises RuntimeError where one is left, or nothing was asked for."""
    pressed = 0
    with Session(server.websocket_url) as session:
        reply = session.open(task.path, **task.query)
        while buttons := _training_buttons(reply):
            if pressed > 3:
                raise RuntimeError(f"{task.path} does not train; expected a run after its button was pressed")
            reply = session.move(buttons[0], {"trigger_value": True})
            pressed += 1
    said = [element.alert.body for element in reply.elements if element.WhichOneof("type") == "alert"]
    if not pressed or said:
        raise RuntimeError(f"{task.path} has trained {pressed} times and says {said}; expected a run, and no warning")


def _training_buttons(reply: Reply) -> list[str]:
    buttons = (element.button for element in reply.elements if element.WhichOneof("type") == "button")
    return [button.id for button in buttons if button.id.endswith("_train")]


def _peak_mb(process: psutil.Process) -> float:
    """The most memory that a process had, by Linux; elsewhere what it has now."""
    status = Path(f"/proc/{process.pid}/status")
    if not status.exists():
        return float(process.memory_info().rss / (1 << 20))
    (line,) = [line for line in status.read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


TITLES = {
    "fit_s": "model.fit, s",
    "engine_s": "trainer, s",
    "limit_s": "its products in NumPy, s",
    "limit_tensorflow_s": "its products in TensorFlow, s",
    "speedup": "model.fit / trainer",
    "over_limit": "trainer / products in NumPy",
    "over_limit_tensorflow": "trainer / in TensorFlow",
    "fit_test_accuracy": "test accuracy of fit",
    "engine_test_accuracy": "test accuracy of the trainer",
    "updates": "updates",
    "max_weight_difference": "largest difference of weights",
}


def table(measured: dict[str, Any]) -> str:
    """The figures for reading."""
    names = [name for name in TASKS if name in measured]
    lines = [f"{'':32}" + "".join(f"{name + ', ' + measured[name]['data']:>20}" for name in names)]
    lines += [f"{title:32}" + "".join(f"{measured[n][key]:>20,.4g}" for n in names) for key, title in TITLES.items()]
    peaks = [f"{name}: {measured[name]:.0f}" for name in ("page_mb", "trainer_mb") if name in measured]
    return "\n".join([*lines, "", *peaks])
