"""The trainer with its real process: it is fair, comes back when it dies, and leaves nothing behind."""

import gc
import os
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from lib.datasets import FOLDER_SETTING, DataUnavailable, request
from lib.layers import Dense
from lib.training import engine, worker
from lib.training import trainer as trainer_module
from lib.training.recipe import Progress, Recipe, Run
from lib.training.trainer import Finished, Trainer, TrainerBusy, TrainerDied, TrainerStopped, wait
from tests.app import ROOT

CIRCLE = request("circle", samples=100, noise=0.3, seed=3)
SHORT = Recipe(CIRCLE, (Dense(4, "tanh"), Dense(1, "tanh")), learning_rate=0.1, batch_size=16, epochs=40, seed=7)
DEADLINE = 30.0


@pytest.fixture(scope="module")
def trainer() -> Iterator[Trainer]:
    trainer = Trainer()
    wait(trainer.train((SHORT,)))
    yield trainer
    trainer.stop()


@pytest.fixture(autouse=True)
def forgetful(trainer: Trainer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Remember nothing from test to test, and make a part of every epoch."""
    trainer.finished = Finished()
    monkeypatch.setattr(trainer_module, "PART_SECONDS", 0.0)


def until(fact: Callable[[], Any]) -> Any:
    """Poll until a fact holds; fail where it does not in time."""
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        if found := fact():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not come about in time")


def pid(trainer: Trainer) -> int:
    return wait(trainer.call(os.getpid))


def followed(steps: Any, at_epoch: dict[int, Callable[[], None]]) -> tuple[list[Progress], tuple[Run, ...]]:
    """Run to the end, do something at some epochs, and return all signs of life as well."""
    signs: list[Progress] = []
    while True:
        try:
            signs.append(next(steps))
        except StopIteration as end:
            return signs, end.value
        at_epoch.get(signs[-1].epoch, lambda: None)()


def test_a_killed_trainer_comes_back_and_the_run_ends_as_if_undisturbed(trainer: Trainer) -> None:
    (undisturbed,) = wait(trainer.train((SHORT,)))
    trainer.finished = Finished()
    signs, (run,) = followed(trainer.train((SHORT,)), {9: lambda: psutil.Process(pid(trainer)).kill()})
    assert any(sign.restarted for sign in signs)
    assert run.weights.tobytes() == undisturbed.weights.tobytes()
    assert run.loss.tobytes() == undisturbed.loss.tobytes()


def test_a_trainer_killed_while_it_waits_comes_back(trainer: Trainer) -> None:
    before = pid(trainer)
    psutil.Process(before).kill()
    assert pid(trainer) != before


def test_a_run_that_kills_the_trainer_every_time_is_given_up(trainer: Trainer) -> None:
    with pytest.raises(TrainerDied, match="died several times on this run; expected it to finish; try a smaller"):
        wait(trainer.call(os._exit, 1))
    assert pid(trainer)


def test_a_full_line_turns_the_next_one_away(trainer: Trainer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trainer_module, "QUEUE", 2)
    waiting = [trainer.call(time.sleep, 0.3) for _ in range(2)]
    for steps in waiting:
        next(steps)
    with pytest.raises(TrainerBusy, match="2 runs wait for the trainer; expected at most 2; try again") as busy:
        wait(trainer.call(os.getpid))
    assert busy.value.waiting == 2
    for steps in waiting:
        wait(steps)
    assert pid(trainer)


def test_two_long_runs_take_turns(trainer: Trainer) -> None:
    log: list[str] = []
    ready = threading.Barrier(2)

    def learner(name: str, recipe: Recipe) -> None:
        ready.wait()
        for sign in trainer.train((recipe,)):
            log.extend([name] * bool(sign.epochs))

    recipes = {"a": replace(SHORT, learning_rate=0.2), "b": replace(SHORT, learning_rate=0.3)}
    threads = [threading.Thread(target=learner, args=item) for item in recipes.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE)
    assert sorted(log) == ["a"] * 40 + ["b"] * 40
    first, second = log.index("a"), log.index("b")
    both = log[max(first, second) : 80 - max(first, second)]
    changes = sum(one != other for one, other in pairwise(both))
    assert changes > len(both) / 2  # mostly one part each


def test_closing_takes_back_a_call_that_waits(trainer: Trainer, tmp_path: Path) -> None:
    busy = trainer.call(time.sleep, 0.3)
    next(busy)
    waits = trainer.call(os.mkdir, tmp_path / "made")
    next(waits)
    waits.close()
    wait(busy)
    assert pid(trainer)
    assert not (tmp_path / "made").exists()


def test_closing_drops_the_rest_of_a_run(trainer: Trainer) -> None:
    steps = trainer.train((replace(SHORT, epochs=100_000),))
    while next(steps).epoch < 3:
        pass
    steps.close()
    assert wait(trainer.train((SHORT,)))[0].epochs == 40  # and does not wait for a hundred thousand epochs
    until(lambda: not trainer._turns._line)


def test_the_same_recipe_gives_the_same_bytes_while_others_train(trainer: Trainer) -> None:
    (alone,) = wait(trainer.train((SHORT,)))
    trainer.finished = Finished()
    others = [replace(SHORT, learning_rate=rate, seed=1) for rate in (0.3, 0.5)]
    threads = [threading.Thread(target=lambda r=r: wait(trainer.train((r,)))) for r in others]
    for thread in threads:
        thread.start()
    (together,) = wait(trainer.train((SHORT,)))
    for thread in threads:
        thread.join(DEADLINE)
    assert together.weights.tobytes() == alone.weights.tobytes()


def test_a_finished_run_is_not_trained_again(trainer: Trainer) -> None:
    first = wait(trainer.train((SHORT,)))
    signs, again = followed(trainer.train((SHORT,)), {})
    assert signs == []
    assert again is first


def run_of_bytes(size: int) -> Run:
    none = np.zeros(0, np.float32)
    return Run(SHORT, [], none, none, None, None, None, none, np.zeros(size, np.uint8), None, seconds=0.0)


def test_finished_runs_are_bounded_by_their_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trainer_module, "FINISHED_BYTES", 300)
    finished, recipes = Finished(), [(replace(SHORT, seed=seed),) for seed in range(5)]
    for recipe in recipes[:3]:
        finished.keep(recipe, (run := run_of_bytes(100),), run.nbytes)
    assert finished.get(recipes[0])  # now the one asked for last
    finished.keep(recipes[3], (run_of_bytes(100),), 100)
    assert [finished.get(recipe) is not None for recipe in recipes] == [True, False, True, True, False]
    finished.keep(recipes[4], (run_of_bytes(1000),), 1000)
    assert [finished.get(recipe) is not None for recipe in recipes] == [False, False, False, False, True]
    assert finished.nbytes == 1000


def test_a_successor_takes_over_without_disturbing_a_run(trainer: Trainer, monkeypatch: pytest.MonkeyPatch) -> None:
    (undisturbed,) = wait(trainer.train((SHORT,)))
    before = pid(trainer)
    long = replace(SHORT, epochs=100_000)
    monkeypatch.setattr(trainer_module, "PROGRAMS", 1)
    steps = trainer.train((long,))
    signs = [next(steps) for _ in range(10)]
    monkeypatch.setattr(trainer_module, "PROGRAMS", 40)
    end = time.monotonic() + DEADLINE
    while pid(trainer) == before and time.monotonic() < end:
        signs.append(next(steps))
    signs += [next(steps) for _ in range(10)]
    steps.close()
    epochs = [sign.epoch for sign in signs if sign.epochs]
    assert pid(trainer) != before
    assert epochs == list(range(1, len(epochs) + 1))
    assert not any(sign.restarted for sign in signs)
    until(lambda: not psutil.pid_exists(before))
    trainer.finished = Finished()
    assert wait(trainer.train((SHORT,)))[0].weights.tobytes() == undisturbed.weights.tobytes()


def test_what_is_foreseen_is_compiled_while_nobody_waits(trainer: Trainer) -> None:
    wide = replace(SHORT, layers=(Dense(5, "tanh"), Dense(1, "tanh")))
    before = wait(trainer.call(engine.programs_compiled))
    trainer.foresee((worker.prepare, ((wide,),)))
    trainer.foresee((worker.prepare, ((wide,),)))
    wait(trainer.call(os.getpid))  # what was said is heard by now
    wait(trainer.call(finish_work_ahead))
    assert wait(trainer.call(engine.programs_compiled)) == before + 1
    wait(trainer.train((replace(wide, learning_rate=0.02),)))
    assert wait(trainer.call(engine.programs_compiled)) == before + 1


def finish_work_ahead() -> None:
    worker.AHEAD.__exit__()  # this very call is not to be waited for
    worker.AHEAD.finish()
    worker.AHEAD.__enter__()


def test_an_error_of_a_recipe_reaches_the_caller_and_the_trainer_lives_on(trainer: Trainer) -> None:
    before = pid(trainer)
    wrong = Recipe(request("iris"), (Dense(2, "softmax"),), "categorical_crossentropy")
    with pytest.raises(ValueError, match="the last layer has 2 units; expected 3"):
        wait(trainer.train((wrong,)))
    assert pid(trainer) == before


def overrun() -> None:
    import tensorflow as tf

    tf.gather([1.0], 5)


def test_an_error_of_tensorflow_crosses_the_border_without_tensorflow(trainer: Trainer) -> None:
    with pytest.raises(RuntimeError, match="InvalidArgumentError") as error:
        wait(trainer.call(overrun))
    assert type(error.value) is RuntimeError


def test_no_epochs_give_a_run_without_progress(trainer: Trainer) -> None:
    signs, (run,) = followed(trainer.train((replace(SHORT, epochs=0),)), {})
    assert run.epochs == 0
    assert not any(sign.epochs for sign in signs)


def test_a_corrupt_archive_is_reported_with_its_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mnist.npz").write_bytes(b"PK\x03\x04 and nothing more")
    monkeypatch.setenv(FOLDER_SETTING, str(tmp_path))
    trainer = Trainer()
    recipe = Recipe(request("mnist", samples=100), (Dense(10, "softmax"),), "categorical_crossentropy")
    try:
        with pytest.raises(DataUnavailable) as missing:
            wait(trainer.train((recipe,)))
    finally:
        trainer.stop()
    assert missing.value.reason == "corrupt"
    assert missing.value.values["path"] == str(tmp_path / "mnist.npz")


def test_stopping_ends_the_process_in_the_middle_of_a_part() -> None:
    trainer = Trainer()
    process = psutil.Process(pid(trainer))
    steps = trainer.call(time.sleep, 600)
    next(steps)
    trainer.stop()
    with pytest.raises(TrainerStopped):
        wait(steps)
    with pytest.raises(TrainerStopped):
        wait(trainer.call(os.getpid))
    until(lambda: not process.is_running())
    trainer.start()
    assert pid(trainer) != process.pid
    trainer.stop()


def test_a_trainer_that_nobody_uses_is_not_kept() -> None:
    forgotten = weakref.ref(Trainer())
    gc.collect()
    assert forgotten() is None


LIGHT = """
import sys
from tests.training.test_trainer import SHORT
from lib.training.trainer import Trainer, wait
trainer = Trainer()
assert wait(trainer.train((SHORT,)))[0].epochs == 40
trainer.stop()
print(sorted({"tensorflow", "keras"} & set(sys.modules)))
"""


def test_a_process_that_asks_for_training_imports_no_tensorflow() -> None:
    done = subprocess.run([sys.executable, "-c", LIGHT], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


SERVER = """
import signal, time, psutil
from lib.training.trainer import Trainer, wait
signal.signal(signal.SIGINT, signal.default_int_handler)  # which tests in the background of a shell would not have
trainer = Trainer()
wait(trainer.call(time.sleep, 0))
steps = trainer.call(time.sleep, 600)
next(steps)
print(*(child.pid for child in psutil.Process().children(recursive=True)), flush=True)
time.sleep(600)
"""


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGKILL"])
def test_no_process_outlives_the_server(name: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SERVER], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        try:
            assert server.stdout is not None
            children = [psutil.Process(int(child)) for child in server.stdout.readline().split()]
            assert len(children) >= 2  # the trainer, and loky's tracker of resources
            server.send_signal(getattr(signal, name))
            until(lambda: server.poll() is not None)
        finally:
            server.kill()
    until(lambda: not any(child.is_running() for child in children))
