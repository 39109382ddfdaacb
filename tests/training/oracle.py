"""What the engine is held against: the same recipe written with Keras, and trained by `model.fit`."""

from typing import Any

import numpy as np
import pytest

from lib.datasets import Split, load
from lib.training import worker
from lib.training.engine import updates_per_epoch
from lib.training.recipe import Recipe, Run
from lib.training.runs import finished_runs

keras = pytest.importorskip("keras")
schedules = keras.optimizers.schedules

KERAS_LOSSES = {
    "mse": keras.losses.MeanSquaredError,
    "binary_crossentropy": keras.losses.BinaryCrossentropy,
    "categorical_crossentropy": keras.losses.CategoricalCrossentropy,
}

KERAS_SCHEDULES = {
    "constant": lambda rate, updates: rate,
    "exponential": lambda rate, updates: schedules.ExponentialDecay(rate, updates, 0.1),
    "cosine": schedules.CosineDecay,
    "inverse_time": lambda rate, updates: schedules.InverseTimeDecay(rate, updates, 9.0),
    "warmup": lambda rate, updates: schedules.CosineDecay(
        0.0, updates - updates // 10, warmup_target=rate, warmup_steps=updates // 10
    ),
}


def parts_of(*recipes: Recipe, seconds: float = 0.5) -> list[worker.Part]:
    """Train recipes to the end in this process, in parts of so many seconds; with 0 a chunk at a time."""
    parts: list[worker.Part] = []
    while not parts or not worker.is_over(recipes[0], parts[-1].states):
        parts.append(worker.train_part(recipes, parts[-1].states if parts else None, seconds))
    return parts


def runs_of(*recipes: Recipe) -> tuple[Run, ...]:
    """Train recipes that differ in numbers to the end in this process."""
    return finished_runs(recipes, parts_of(*recipes))


def run_of(recipe: Recipe) -> Run:
    """Train one recipe to the end in this process."""
    return runs_of(recipe)[0]


def keras_rate(recipe: Recipe, samples: int) -> Any:
    """Write the recipe's learning rate as anybody would with Keras: a number, or a schedule over all updates."""
    updates = recipe.epochs * updates_per_epoch(samples, recipe.batch_size)
    return KERAS_SCHEDULES[recipe.schedule](recipe.learning_rate, updates)


def keras_optimizer(recipe: Recipe, samples: int) -> Any:
    rate, momentum = keras_rate(recipe, samples), recipe.momentum
    return {
        "sgd": lambda: keras.optimizers.SGD(rate),
        "momentum": lambda: keras.optimizers.SGD(rate, momentum=momentum),
        "nesterov": lambda: keras.optimizers.SGD(rate, momentum=momentum, nesterov=True),
        "adagrad": lambda: keras.optimizers.Adagrad(rate),
        "rmsprop": lambda: keras.optimizers.RMSprop(rate),
        "adam": lambda: keras.optimizers.Adam(rate),
    }[recipe.optimizer]()


def keras_model(recipe: Recipe, split: Split) -> Any:
    """Write the recipe as anybody would with Keras."""
    model = keras.Sequential([keras.layers.Input(split.x_train.shape[1:]), keras.layers.Flatten()])
    for i, layer in enumerate(recipe.layers):
        model.add(
            keras.layers.Dense(
                layer.units,
                activation=None if layer.batch_norm else layer.activation,
                kernel_initializer=keras.initializers.GlorotUniform(seed=100 * recipe.seed + i),
                kernel_regularizer=keras.regularizers.L1L2(l1=recipe.l1, l2=recipe.l2),
            )
        )
        if layer.batch_norm:
            model.add(keras.layers.BatchNormalization())
            model.add(keras.layers.Activation(layer.activation))
    optimizer = keras_optimizer(recipe, len(split.x_train))
    model.compile(optimizer, KERAS_LOSSES[recipe.loss](), metrics=["accuracy"])
    return model


def keras_fit(recipe: Recipe) -> tuple[list[np.ndarray], dict[str, np.ndarray]]:
    """Train with `model.fit(shuffle=False)`, an epoch at a time, on the engine's order of samples."""
    split = load(recipe.data)
    y_train, y_val = split.y_train, split.y_val
    if split.classes > 2:
        y_train, y_val = np.eye(split.classes)[y_train], np.eye(split.classes)[y_val]
    model, history = keras_model(recipe, split), []
    for epoch in range(recipe.epochs):
        order = np.random.default_rng([recipe.seed, epoch]).permutation(len(y_train))
        logs = model.fit(
            split.x_train[order],
            y_train[order],
            batch_size=recipe.batch_size or len(y_train),
            shuffle=False,
            verbose=0,
            validation_data=(split.x_val, y_val),
        )
        history.append({name: values[0] for name, values in logs.history.items()})
    return model.get_weights(), {name: np.array([epoch[name] for epoch in history]) for name in history[0]}


def keras_fit_patiently(recipe: Recipe) -> tuple[np.ndarray, int]:
    """Train with `model.fit` and EarlyStopping, in the data's order; return the flat best weights, and the epochs."""
    split = load(recipe.data)
    model = keras_model(recipe, split)
    stopper = keras.callbacks.EarlyStopping(patience=recipe.patience, restore_best_weights=True)
    history = model.fit(
        split.x_train,
        split.y_train,
        batch_size=recipe.batch_size,
        epochs=recipe.epochs,
        shuffle=False,
        verbose=0,
        validation_data=(split.x_val, split.y_val),
        callbacks=[stopper],
    )
    return np.concatenate([w.ravel() for w in model.get_weights()]), len(history.history["loss"])
