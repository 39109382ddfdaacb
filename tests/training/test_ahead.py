"""Work ahead: the newest first, only while nobody waits, and never in the way."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from lib.training import ahead, engine, worker
from lib.training.ahead import Ahead
from tests.training.test_engine import SMALL

ROOT = Path(__file__).parents[2]


def test_the_newest_comes_first_and_an_error_stops_nothing() -> None:
    done: list[int] = []
    later, begun = Ahead(), threading.Event()
    with later:  # nothing begins before all is added
        later.add(lambda: done.append(1))
        later.add(lambda: 1 / 0)
        later.add(lambda: done.append(3))
        later.add(begun.set)
    later.finish()
    assert begun.is_set()
    assert done == [3, 1]


def test_nothing_begins_while_somebody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "QUIET", 0.0)
    later, begun = Ahead(), threading.Event()
    with later:
        later.add(begun.set)
        assert not begun.wait(4 * ahead.PAUSE)
    assert begun.wait(10)


def test_nothing_is_compiled_ahead_where_many_programs_are(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[int] = []
    monkeypatch.setattr(worker, "FORESEEN_PROGRAMS", engine.programs_compiled() + 1)
    worker.foresee((called.append, (1,)), (called.append, (2,)))
    worker.AHEAD.finish()
    monkeypatch.setattr(worker, "FORESEEN_PROGRAMS", 0)
    worker.foresee((called.append, (3,)))
    worker.AHEAD.finish()
    assert called == [1, 2]


def test_what_was_prepared_compiles_nothing_more() -> None:
    recipes = SMALL.varied(learning_rate=(0.1, 0.2, 0.3))
    worker.prepare(recipes)
    before = engine.programs_compiled(), engine.compilations()
    worker.train_part(recipes, None, 1.0)
    assert (engine.programs_compiled(), engine.compilations()) == before


WAITING = """
from lib.training.ahead import Ahead
later = Ahead()
later.__enter__()  # somebody waits, for good
later.add(lambda: print("never"))
print("over", flush=True)
"""


def test_work_that_is_left_does_not_hold_the_process() -> None:
    done = subprocess.run([sys.executable, "-c", WAITING], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "over\n")
