"""The printed code that trains runs as printed, without this project, and prints what the page computes."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lib.descent import SURFACES
from lib.snippets import descent_training as snippets
from lib.training import descent as trainings
from lib.training.race import race
from lib.training.recipe import OPTIMIZERS, Recipe
from lib.training.trainer import Trainer, wait

RACES = {
    "bowl": (tuple(OPTIMIZERS), 0.9, 15),
    "ravine": (("momentum", "sgd"), 0.5, 60),
    "saddle": (("nesterov", "adagrad"), 0.0, 30),
    "many_minima": (("adam", "rmsprop"), 0.99, 10),
}
UNITS = {
    "all defaults but the epochs": trainings.unit(epochs=30),
    "one sample": trainings.unit(inputs="three", batch="1", learning_rate=0.001, epochs=10),
    "all samples": trainings.unit(inputs="two", batch="all", learning_rate=0.01, epochs=200),
}
SWEEPS = {
    "circle": replace(trainings.classifier(epochs=4), learning_rate=0.1),
    "xor": replace(trainings.classifier(data="xor", noise=0.0, epochs=4), learning_rate=trainings.SWEEP_RATES[40]),
    "spiral": replace(trainings.classifier(data="spiral", noise=1.5, epochs=4), learning_rate=0.001),
    "gauss": replace(
        trainings.classifier(data="gauss", network="2-8-8-8-8-1", optimizer="adam", epochs=4), learning_rate=0.01
    ),
    "moons": replace(trainings.classifier(data="moons", optimizer="nesterov", epochs=4), learning_rate=0.05),
}
NUMBER = r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?"

RUN = """
import contextlib, io, json, os, sys

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


def meal(recipe: Recipe) -> list[float]:
    return [5.0] * len(recipe.data.features)


def race_rates(surface: str) -> dict[str, float]:
    return {name: SURFACES[surface].learning_rates[name] for name in RACES[surface][0]}


def race_source(surface: str) -> str:
    _, momentum, steps = RACES[surface]
    return snippets.race(surface=surface, learning_rates=race_rates(surface), momentum=momentum, steps=steps)


SOURCES = {
    **{f"race {surface}": race_source(surface) for surface in RACES},
    **{f"unit {name}": snippets.unit(recipe=recipe, meal=meal(recipe)) for name, recipe in UNITS.items()},
    **{f"sweep {name}": snippets.sweep(recipe=recipe) for name, recipe in SWEEPS.items()},
}


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What every snippet printed, all of them run by one Python, which takes seconds to load TensorFlow."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    done = subprocess.run(
        [sys.executable, "-c", RUN],
        input=json.dumps(SOURCES),
        cwd=elsewhere,
        capture_output=True,
        text=True,
        timeout=120,
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


def numbers(text: str) -> list[float]:
    """All numbers of a text, in their order.

    >>> numbers("sgd: x = -1.5, loss = 2e-05")
    [-1.5, 2e-05]
    """
    return [float(found) for found in re.findall(rf"(?<![\w.]){NUMBER}", text)]


@pytest.mark.parametrize("surface", RACES)
def test_the_race_ends_where_the_page_does(said: dict[str, str], trainer: Trainer, surface: str) -> None:
    names, momentum, steps = RACES[surface]
    rates = tuple(race_rates(surface).items())
    paths = wait(trainer.call(race, surface, rates, momentum, SURFACES[surface].start, steps))
    lines = said[f"race {surface}"].splitlines()
    assert [line.split(":")[0] for line in lines] == list(names)
    for line, name in zip(lines, names, strict=True):
        x, y = paths[name][-1].astype(float)
        *place, loss = numbers(line)
        assert place == pytest.approx([x, y], abs=1e-3)
        assert loss == pytest.approx(SURFACES[surface].function(x, y, np), rel=1e-3, abs=1e-6)


def test_the_race_of_sgd_worked_by_hand(said: dict[str, str]) -> None:
    # On the bowl every step leaves 0.8 of both coordinates: 15 of them 0.8¹⁵ = 0.03518 of (-3.5, 1.6).
    first = said["race bowl"].splitlines()[0]
    assert first.startswith("sgd: x = -0.123, y = 0.056, loss = 0.00916")


@pytest.mark.parametrize("name", UNITS)
def test_the_unit_finds_what_the_page_shows(said: dict[str, str], trainer: Trainer, name: str) -> None:
    recipe = UNITS[name]
    (run,) = wait(trainer.train((recipe,)))
    printed = said[f"unit {name}"]
    weights, loss, kcal = printed.splitlines()
    assert numbers(weights) == pytest.approx(run.weights[-1], abs=1e-2)
    assert numbers(kcal) == pytest.approx([run.weights[-1] @ np.array([*meal(recipe), 1])], abs=0.1)
    assert numbers(loss)[0] > 0


@pytest.mark.parametrize("name", SWEEPS)
def test_the_picked_run_ends_with_the_losses_of_the_page(said: dict[str, str], trainer: Trainer, name: str) -> None:
    (run,) = wait(trainer.train((SWEEPS[name],)))
    rate, training, validation = numbers(said[f"sweep {name}"])
    assert run.val_loss is not None
    assert rate == SWEEPS[name].learning_rate
    assert training == pytest.approx(run.loss[-1], abs=1e-3)
    assert validation == pytest.approx(run.val_loss[-1], abs=1e-3)


@pytest.mark.parametrize("name", SOURCES)
def test_the_code_is_formatted_and_clean(name: str) -> None:
    ruff = [str(Path(sys.executable).with_name("ruff"))]
    for command in (["format", "--check", "--diff"], ["check", "--select", "E4,E7,E9,F,I,UP"]):
        line = [*ruff, *command, "--isolated", "--stdin-filename", "snippet.py", "-"]
        done = subprocess.run(line, input=SOURCES[name], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", SOURCES)
def test_the_code_knows_nothing_of_this_project(name: str) -> None:
    assert not re.search(r"\blib\b|np\.float|array\(\[\[?0\.\d{5}", SOURCES[name])


def test_a_unit_whose_batches_do_not_fill_an_epoch_is_refused() -> None:
    with pytest.raises(ValueError, match="32 samples make no whole batches of 10"):
        snippets.unit(recipe=replace(trainings.unit(), batch_size=10), meal=[5.0])


def test_points_of_other_data_are_refused() -> None:
    with pytest.raises(ValueError, match="expected an even number of circle, moons, gauss, xor, spiral"):
        snippets.points_source(trainings.unit())
