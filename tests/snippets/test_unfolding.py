"""The printed code of the paper ball runs as printed, without this project, and prints what the page computes."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from lib.snippets import unfolding as snippets
from lib.training import unfolding as trainings
from lib.training.trainer import Trainer, wait

RECIPES = {
    "the plane": trainings.recipe(data="moons", network="2-2-2", epochs=20, seed=3),
    "space": trainings.recipe(data="circle", network="3", epochs=40),
    "a wide layer": trainings.recipe(data="xor", network="16-2", activation="relu", epochs=20, optimizer="momentum"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", list(RECIPES))
def test_the_code_prints_the_accuracy_of_the_run(name: str, tmp_path: Path) -> None:
    recipe = RECIPES[name]
    trainer = Trainer()
    try:
        (run,) = wait(trainer.train((recipe,)))
    finally:
        trainer.stop()
    seen = trainings.judged(run)
    source = tmp_path / "paper.py"
    source.write_text(snippets.paper(recipe), encoding="utf-8")
    done = subprocess.run([sys.executable, source], cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    said = [float(number) for number in re.findall(r"([\d.]+) %", done.stdout)]
    assert len(said) == 1 + len(recipe.layers) - 1
    assert said[0] == pytest.approx(100 * seen.accuracy[-1], abs=0.5)  # a point may lie on the very cut
    for shown, gap in zip(said[1:], seen.gaps[1:], strict=True):
        assert shown == 100 if gap > 0.05 else shown <= 100
    if seen.gaps[-1] > 0.05:
        (gap_at_end,) = re.findall(r"gap at the end = ([\d.]+)", done.stdout)
        assert float(gap_at_end) == pytest.approx(seen.gaps[-1], abs=0.02)  # the weights agree to some digits


@pytest.mark.parametrize("data", trainings.DATA)
@pytest.mark.parametrize("network", list(trainings.NETWORKS))
def test_every_choice_gives_code_that_compiles(data: str, network: str) -> None:
    source = snippets.paper(trainings.recipe(data=data, network=network))
    compile(source, "paper.py", "exec")
    assert "<" not in re.sub(r"<= |f\"[^\"]*\"", "", source)
