"""The trainer: one process that trains for everybody, started with the server, brought back when it dies.

Pages ask it for runs and get finished `Run`s, or `Progress` while they wait. The page process never imports TensorFlow.
"""

from __future__ import annotations

import atexit
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Generator
from concurrent.futures import Future, TimeoutError
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from lib.training import worker
from lib.training.recipe import Progress, Recipe, Run
from lib.training.runs import finished_runs

Result = TypeVar("Result")

PART_SECONDS = 0.15
"""How long one part trains: the wait of others, and the time until a changed control takes effect."""

HEARTBEAT = 0.1
"""Seconds between two signs of life while a part is awaited: where Streamlit can end a run that nobody wants any more."""

QUEUE = 40
"""Parts that may wait at once: a class of thirty has one each."""

FINISHED_BYTES = 64 << 20
"""Memory for finished runs that are kept for who asks for the same again."""

RESTARTS = 2
"""Times that one run brings the trainer back before it gives up: it may be the run that kills it."""

PROGRAMS = 40
"""Compiled programs after which a process is replaced: TensorFlow keeps what XLA compiled, some 15 MB each, for good."""

ENVIRONMENT = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "KERAS_BACKEND": "tensorflow",
    "CUDA_VISIBLE_DEVICES": "-1",
    # loky would end a process that grew by 300 MB in the middle of a lesson; `PROGRAMS` does it with a warm successor.
    "LOKY_MAX_MEMORY_LEAK_SIZE": "1e12",
}


class TrainerBusy(Exception):
    """Too many parts wait already; `waiting` says how many."""

    def __init__(self, waiting: int) -> None:
        super().__init__(f"{waiting} runs wait for the trainer; expected at most {QUEUE}; try again in a moment")
        self.waiting = waiting


class TrainerDied(Exception):
    """The trainer process died again and again while it worked on one run."""

    def __init__(self) -> None:
        super().__init__("the trainer died several times on this run; expected it to finish; try a smaller network")


class Trainer:
    """One process and a queue: what pages know of training. Safe to use from many threads."""

    def __init__(self) -> None:
        """Make a trainer; its process starts with `start` or with the first call."""
        self._lock = threading.Lock()
        self._executor: Any = None
        self._successor: Any = None
        self._waiting = 0
        self._finished: OrderedDict[tuple[Recipe, ...], tuple[Run, ...]] = OrderedDict()
        atexit.register(self.stop)

    def start(self, *recipes: Recipe) -> None:
        """Start the process and warm it: import Keras, and compile what these recipes need; returns at once."""
        executor = self._running()
        executor.submit(worker.warm)
        for recipe in recipes:
            executor.submit(worker.train_part, (recipe,), None, 0.0)

    def stop(self) -> None:
        """End the process now, whatever it does."""
        with self._lock:
            executors, self._executor, self._successor = (self._executor, self._successor), None, None
        for executor in executors:
            if executor is not None:
                executor.shutdown(wait=False, kill_workers=True)

    def call(self, function: Callable[..., Result], *arguments: object) -> Generator[Progress, None, Result]:
        """Run a function in the trainer process; yield signs of life while waiting, return its result.

        Brings the process back where it died, `RESTARTS` times. Raises TrainerBusy, TrainerDied, and what the
        function raises.
        """
        for _ in range(RESTARTS + 1):
            executor = self._running()
            try:
                return (yield from self._await(executor, function, arguments))
            except BrokenProcessPool:
                self._drop(executor)
                yield Progress(restarted=True)
        raise TrainerDied

    def train(self, recipes: tuple[Recipe, ...]) -> Generator[Progress, None, tuple[Run, ...]]:
        """Train recipes that differ in numbers only; yield progress, return their runs.

        Closing the generator drops the run after the part that is under way.
        """
        runs = self._look_up(recipes)
        if runs is not None:
            return runs
        parts: list[worker.Part] = []
        while not parts or not worker.is_over(recipes[0], parts[-1].states):
            part = yield from self.call(worker.train_part, recipes, parts[-1].states if parts else None, PART_SECONDS)
            parts.append(part)
            if part.programs >= PROGRAMS:
                self._replace()
            yield Progress(epoch=part.states[0].epoch, epochs=recipes[0].epochs, loss=part.chunk.loss[-1])
        runs = finished_runs(recipes, parts)
        self._remember(recipes, runs)
        return runs

    def _running(self) -> Any:
        with self._lock:
            if self._executor is None:
                self._executor = _process()
            return self._executor

    def _replace(self) -> None:
        """Start a successor, and hand over to it once it is warm; the old process ends when its queue is empty."""
        with self._lock:
            if self._successor is not None:
                return
            self._successor = successor = _process()
        successor.submit(worker.warm).add_done_callback(lambda done: self._hand_over(successor))

    def _hand_over(self, successor: Any) -> None:
        with self._lock:
            if self._successor is not successor:
                return
            old, self._executor, self._successor = self._executor, successor, None
        if old is not None:
            old.shutdown(wait=False)

    def _drop(self, executor: Any) -> None:
        with self._lock:
            if self._executor is executor:
                self._executor = None
        executor.shutdown(wait=False, kill_workers=True)

    def _await(
        self, executor: Any, function: Callable[..., Result], arguments: tuple[object, ...]
    ) -> Generator[Progress, None, Result]:
        with self._lock:
            if self._waiting >= QUEUE:
                raise TrainerBusy(self._waiting)
            self._waiting += 1
        try:
            future: Future[Result] = executor.submit(function, *arguments)
            while True:
                try:
                    return future.result(timeout=HEARTBEAT)
                except TimeoutError:
                    if future.done():  # the function itself raised a TimeoutError
                        raise
                    yield Progress()
        finally:
            future.cancel()
            with self._lock:
                self._waiting -= 1

    def _look_up(self, recipes: tuple[Recipe, ...]) -> tuple[Run, ...] | None:
        with self._lock:
            runs = self._finished.get(recipes)
            if runs is not None:
                self._finished.move_to_end(recipes)
            return runs

    def _remember(self, recipes: tuple[Recipe, ...], runs: tuple[Run, ...]) -> None:
        with self._lock:
            self._finished[recipes] = runs
            while (
                len(self._finished) > 1
                and sum(r.nbytes for kept in self._finished.values() for r in kept) > FINISHED_BYTES
            ):
                self._finished.popitem(last=False)


def _process() -> Any:
    from loky import ProcessPoolExecutor

    return ProcessPoolExecutor(1, timeout=None, initializer=worker.start, initargs=(os.getpid(),), env=ENVIRONMENT)


def wait(steps: Generator[Progress, None, Result]) -> Result:
    """Run to the end what `train` or `call` began, and return its result: for scripts, benchmarks and tests."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: Result = end.value
            return result
