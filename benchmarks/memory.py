"""Resident memory of the page's process and of the trainer's over many runs: flat where only numbers move."""

from dataclasses import replace
from typing import Any

import psutil

from lib.datasets import request
from lib.layers import Dense
from lib.training.recipe import Recipe
from lib.training.trainer import PROGRAMS, Trainer, wait

MEGABYTE = 1 << 20
RECIPE = Recipe(
    request("circle", samples=500), (Dense(4, "tanh"), Dense(2, "tanh"), Dense(1, "tanh")), epochs=100, grid=60
)


def measure(*, quick: bool) -> dict[str, Any]:
    """Megabytes at the start and after every fifth of the runs: first with moving numbers, then with new structures."""
    trainer = Trainer()
    try:
        wait(trainer.train((RECIPE,)))
        numbers = [replace(RECIPE, learning_rate=0.01 + 0.0001 * i, seed=i % 7) for i in range(50 if quick else 500)]
        structures = [replace(RECIPE, layers=layers(i), grid=0, epochs=20) for i in range(5 if quick else 100)]
        return {
            "numbers": watched(trainer, numbers),
            "structures": watched(trainer, structures),
            "programs_before_a_successor": PROGRAMS,
        }
    finally:
        trainer.stop()


def layers(i: int) -> tuple[Dense, ...]:
    """A network unlike that of any other number below a hundred."""
    return Dense(3 + i % 10, "tanh"), Dense(3 + i // 10, "tanh"), Dense(1, "tanh")


def watched(trainer: Trainer, recipes: list[Recipe]) -> list[dict[str, float]]:
    """Train recipes one after the other; the memory before them and after every fifth."""
    rows = [{"runs": 0, **megabytes()}]
    for done, recipe in enumerate(recipes, start=1):
        wait(trainer.train((recipe,)))
        if done % max(1, len(recipes) // 5) == 0:
            rows.append({"runs": done, **megabytes()})
    return rows


def megabytes() -> dict[str, float]:
    """Resident memory of this process, and of all it started: for a moment a successor may be among them."""
    here = psutil.Process()
    trainers = [process for process in here.children(recursive=True) if process.is_running()]
    return {
        "page_mb": here.memory_info().rss / MEGABYTE,
        "trainer_mb": sum(process.memory_info().rss for process in trainers) / MEGABYTE,
        "processes": len(trainers),
    }


TITLES = {"numbers": "Moving numbers, one structure", "structures": "A new structure with each run"}


def table(measured: dict[str, Any]) -> str:
    """The figures for reading."""
    lines = []
    for name, title in TITLES.items():
        lines += [title, f"{'runs':>8}{'page, MB':>12}{'trainer, MB':>14}{'processes':>12}"]
        lines += [
            f"{row['runs']:>8}{row['page_mb']:>12.0f}{row['trainer_mb']:>14.0f}{row['processes']:>12}"
            for row in measured[name]
        ]
    return "\n".join(lines)
