"""The laboratory's script runs as printed, without this project, and ends where the page's run does."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from lib.datasets import load
from lib.snippets import laboratory as snippets
from lib.training import laboratory
from lib.training.engine import predict
from lib.training.inputs import targets
from lib.training.laboratory import Edits, Settings
from lib.training.recipe import Run
from lib.training.trainer import Trainer, wait
from tests.snippets.test_descent_training import RUN

EDITS: Edits = (("0.1.0", 1.5), ("1.b.0", -0.5), ("5.0.0", 1.0))
OWN = ((-3.0, 1.0, 0.0), (2.0, 2.0, 1.0), (-2.0, -3.0, 0.0), (4.0, -1.0, 1.0), (3.0, 3.0, 1.0), (-4.0, 0.0, 0.0))
SMALL = Settings(samples=61, units=(3,), activations=("tanh",), epochs=3, features=("x1", "x2", "sin_x1", "x1_x2"))
RUNS: dict[str, tuple[Settings, Edits]] = {
    "as it opens": (Settings(epochs=4), ()),
    "by hand": (SMALL, EDITS),
    "spiral": (replace(SMALL, data="spiral", l1=0.001, l2=0.01, schedule="cosine"), ()),
    "xor": (replace(SMALL, data="xor", loss="mse", schedule="inverse_time", features=("x1_squared", "x2_squared")), ()),
    "gauss": (replace(SMALL, data="gauss", schedule="exponential", optimizer="nesterov", seed=8), ()),
    "moons": (replace(SMALL, data="moons", schedule="warmup", optimizer="adam", learning_rate=0.01), ()),
    "blobs": (replace(SMALL, data="blobs", batch_norm=True), (("1.b.2", 0.25),)),
    "arms": (replace(SMALL, data="arms", loss="mse", units=(), activations=()), ()),
    "plane": (replace(SMALL, data="plane", batch="all", train_share=0.8), ()),
    "bumps": (replace(SMALL, data="bumps", patience=1, epochs=30, learning_rate=0.3, noise=1.5), ()),
    "by update": (replace(SMALL, data="moons", by_update=True, batch="32", epochs=2), ()),
    "own": (replace(SMALL, data="own_classes", points=OWN, features=("x1", "x2")), ()),
}


def source(name: str) -> str:
    settings, edits = RUNS[name]
    return snippets.script(recipe=laboratory.recipe(settings), edits=edits)


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What every script printed, all of them run by one Python, which takes seconds to load TensorFlow."""
    done = subprocess.run(
        [sys.executable, "-c", RUN],
        input=json.dumps({name: source(name) for name in RUNS}),
        cwd=tmp_path_factory.mktemp("elsewhere"),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    printed: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return printed


@pytest.fixture(scope="module")
def trainer() -> Iterator[Trainer]:
    """A trainer as the page has one."""
    trainer = Trainer()
    yield trainer
    trainer.stop()


def trained(trainer: Trainer, name: str) -> Run:
    settings, edits = RUNS[name]
    recipe = laboratory.recipe(settings)
    if edits:
        (first,) = wait(trainer.train((laboratory.unborn(recipe),)))
        recipe = laboratory.edited(recipe, first.weights[0], edits)
    (run,) = wait(trainer.train((recipe,)))
    return run


def told(text: str, what: str) -> float:
    found = re.search(rf"^{what} = (.+)$", text, re.MULTILINE)
    assert found, text
    return float(found[1])


@pytest.mark.slow
@pytest.mark.parametrize("name", RUNS)
def test_the_script_ends_where_the_page_does(said: dict[str, str], trainer: Trainer, name: str) -> None:
    run, text = trained(trainer, name), said[name]
    assert run.val_loss is not None
    loss, accuracy = after_the_last_update(run)
    expected = loss if run.recipe.snapshot_unit == "update" else run.loss[-1]  # as the picture has it
    assert told(text, "training loss") == pytest.approx(expected, rel=2e-3, abs=2e-4)
    assert told(text, "test loss") == pytest.approx(run.val_loss[-1], rel=2e-3, abs=2e-4)
    if run.accuracy is None or run.val_accuracy is None:
        assert "accuracy" not in text
    else:
        assert told(text, "training accuracy") == pytest.approx(accuracy, abs=1e-3)
        assert told(text, "test accuracy") == pytest.approx(run.val_accuracy[-1], abs=1e-3)
    if run.stopped_at is not None:
        assert f"stopped after epoch {run.stopped_at}, best after epoch {run.best_epoch}" in text


def after_the_last_update(run: Run) -> tuple[float, float]:
    """The mean loss of the training points by the last weights, and their accuracy, as the picture shows them."""
    split = load(run.recipe.data)
    (says,) = predict(run.recipe, run.weights[-1:], split.x_train)
    wanted = targets(split.y_train, split.classes)
    if wanted.shape[1] > 1:
        right = says.argmax(axis=1) == wanted.argmax(axis=1)
    else:
        right = ((says > 0.5) == (wanted > 0.5))[:, 0]
    crossed = -np.log(np.where(wanted > 0.5, says, 1 - says)).mean() if run.recipe.loss != "mse" else np.nan
    return float(crossed), float(right.mean())


def test_early_stopping_ends_with_the_best_weights() -> None:
    assert source("bumps").rstrip().endswith("model.set_weights(best_weights)  # those with the lowest test loss")
    assert "best" not in source("as it opens")


def test_a_weight_set_by_hand_is_set_in_the_script() -> None:
    text = source("by hand")
    assert "weights[0][1, 0] = 1.5\nweights[3][0] = -0.5\nmodel.set_weights(weights)" in text
    assert "1.0\n" not in text.split("set by hand")[1].split("model.set_weights")[0]  # no sixth layer


def test_dropout_and_normalization_stand_around_the_activation_as_in_the_engine() -> None:
    settings = replace(SMALL, dropout=0.25, batch_norm=True)
    text = snippets.script(recipe=laboratory.recipe(settings))
    normalised = ["Dense(3, kernel", "BatchNormalization()", 'Activation("tanh")']
    order = [*normalised, "Dropout(0.25, seed=300)", 'Dense(1, "sigmoid"']
    places = [text.index(part) for part in order]
    assert places == sorted(places)
    assert "# Dropout draws other masks here" in text
    assert "masks" not in source("as it opens")


def test_every_script_compiles() -> None:
    for name in RUNS:
        compile(source(name), name, "exec")
        assert "<" not in re.sub(r" < |<=", "", source(name))
    assert np.all([len(source(name)) < 5000 for name in RUNS])
