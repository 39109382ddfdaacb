"""The code of the lesson on overfitting runs as printed and prints what the page shows."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from lib import fitting
from lib.snippets import overfitting as snippets
from lib.training import overfitting as trainings
from lib.training.recipe import Run
from lib.training.trainer import Trainer, wait

RUN = """
import contextlib, io, json, sys

sources = json.load(sys.stdin)
said = {}
for name, source in sources.items():
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(source, name, "exec"), {"__name__": "__main__"})
    said[name] = out.getvalue()
assert not any(name.split(".")[0] == "lib" for name in sys.modules)
print(json.dumps(said))
"""

NETWORK = trainings.curve(units=2, points=20, noise=0.2, seed=1)
CAPACITIES = {name: trainings.capacity(network=name, epochs=15, seed=2) for name in ("small", "reference")}
DECAYS = dict(zip(trainings.PENALTIES, trainings.decay(l1=0.003, l2=0.01, epochs=15, seed=1), strict=True))
SOURCES = {
    "curve": snippets.curve(degree=5, points=30, noise=0.3, seed=4),
    "curve through all": snippets.curve(degree=15, points=16, noise=0.3, seed=0),
    "many": snippets.many(degree=7, points=40, noise=0.2, seed=3),
    "network": snippets.network(recipe=NETWORK),
    "capacity": snippets.capacity(recipes=CAPACITIES),
    "decay": snippets.decay(recipes=DECAYS),
    "penalty": snippets.penalty(features=("bmi", "age"), strength=0.4),
}


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, float]]:
    """What every snippet printed, by the words before the equals sign."""
    done = subprocess.run(
        [sys.executable, "-c", RUN],
        input=json.dumps(SOURCES),
        cwd=tmp_path_factory.mktemp("elsewhere"),
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    printed: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    pairs = {
        name: re.findall(r"^(.+?)(?: = | in epoch | at degree )([-\d.e+]+)", text, re.M)
        for name, text in printed.items()
    }
    return {name: {words: float(number) for words, number in found} for name, found in pairs.items()}


@pytest.fixture(scope="module")
def trainer() -> Iterator[Trainer]:
    """A trainer as the page has one."""
    trainer = Trainer()
    yield trainer
    trainer.stop()


def test_the_polynomial_has_the_errors_of_the_page(said: dict[str, dict[str, float]]) -> None:
    fitted = fitting.fits(30, 0.3, 4)
    assert said["curve"]["training error"] == pytest.approx(fitted.training[5], rel=1e-3)
    assert said["curve"]["test error"] == pytest.approx(fitted.test[5], rel=1e-3)
    assert said["curve"]["smallest test error"] == fitting.best_size(fitted.test)


def test_a_polynomial_through_all_points_has_no_training_error(said: dict[str, dict[str, float]]) -> None:
    assert said["curve through all"]["training error"] < 1e-10
    assert said["curve through all"]["test error"] == pytest.approx(fitting.fits(16, 0.3, 0).test[15], rel=1e-2)


def test_bias_and_variance_are_those_of_the_page(said: dict[str, dict[str, float]]) -> None:
    fitted = fitting.many(40, 0.2, 3)
    printed = said["many"]
    assert printed["bias²"] == pytest.approx(fitted.bias[7], rel=1e-3)
    assert printed["variance"] == pytest.approx(fitted.variance[7], rel=1e-3)
    assert printed["noise²"] == pytest.approx(0.04)
    assert printed["sum"] == pytest.approx(fitted.expected[7], rel=1e-3)
    assert printed["measured test error"] == pytest.approx(fitted.measured[7], rel=1e-3)


def test_the_network_ends_with_the_errors_of_the_page(said: dict[str, dict[str, float]], trainer: Trainer) -> None:
    (run,) = wait(trainer.train((NETWORK,)))
    for part, words in zip(fitting.drawn(20, 0.2, 1), ("training error", "test error"), strict=True):
        error = np.mean((fitting.network(part[:, 0], run.weights_at(-1)) - part[:, 1]) ** 2)
        assert said["network"][words] == pytest.approx(error, rel=0.02)


@pytest.mark.parametrize("name", CAPACITIES)
def test_the_networks_turn_where_those_of_the_page_do(
    said: dict[str, dict[str, float]], trainer: Trainer, name: str
) -> None:
    (run,) = wait(trainer.train((CAPACITIES[name],)))
    assert run.val_loss is not None
    assert said["capacity"][f"{name}: smallest validation loss"] == pytest.approx(
        fitting.turning_point(run.val_loss), abs=2
    )
    assert said["capacity"][f"{name}: validation loss at the end"] == pytest.approx(run.val_loss[-1], rel=0.03)


@pytest.fixture(scope="module")
def decays(trainer: Trainer) -> dict[str, Run]:
    return dict(zip(DECAYS, wait(trainer.train(tuple(DECAYS.values()))), strict=True))


@pytest.mark.parametrize("name", DECAYS)
def test_the_penalties_leave_what_keras_regularizers_leave(
    said: dict[str, dict[str, float]], decays: dict[str, Run], name: str
) -> None:
    run = decays[name]
    printed = {words.removeprefix(f"{name}: "): value for words, value in said["decay"].items() if name in words}
    kernels = np.concatenate([kernel.ravel() for kernel in run.weights_at(-1)[::2]])
    assert run.val_loss is not None
    assert printed["training loss"] == pytest.approx(run.loss[-1], rel=0.03, abs=2e-4)
    assert printed["validation loss"] == pytest.approx(run.val_loss[-1], rel=0.03)
    assert printed["penalty"] == pytest.approx(run.penalty[-1], rel=0.02, abs=1e-6)
    # `fit` adds the penalty of each batch, the page that of the end of the epoch.
    assert printed["loss that fit shows"] == pytest.approx(run.loss[-1] + run.penalty[-1], rel=0.08, abs=2e-4)
    assert printed["near zero"] == pytest.approx(np.sum(np.abs(kernels) < snippets.NEAR_ZERO), rel=0.05, abs=8)
    assert printed["sum of |w|"] == pytest.approx(np.abs(kernels).sum(), rel=0.02)


def test_two_weights_are_those_of_the_page() -> None:
    done = subprocess.run([sys.executable, "-c", SOURCES["penalty"]], capture_output=True, text=True, check=True)
    numbers = [float(found) for found in re.findall(r"= (-?[\d.]+)", done.stdout)]
    model = fitting.bowl(("bmi", "age"))
    for kind, (w1, w2, loss) in zip(fitting.PENALTIES, (numbers[:3], numbers[3:]), strict=True):
        w = fitting.penalised(model, kind, 0.4)
        assert [w1, w2] == pytest.approx(w, abs=1e-3)
        assert loss == pytest.approx(float(model.loss(*w)), abs=1e-3)


@pytest.mark.parametrize("name", SOURCES)
def test_the_code_is_formatted_and_clean(name: str) -> None:
    ruff = [str(Path(sys.executable).with_name("ruff"))]
    for command in (["format", "--check", "--diff"], ["check", "--select", "E4,E7,E9,F,I,UP"]):
        line = [*ruff, *command, "--isolated", "--stdin-filename", "snippet.py", "--line-length", "120", "-"]
        line = [part for part in line if command[0] != "check" or part not in ("--line-length", "120")]
        done = subprocess.run(line, input=SOURCES[name], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
