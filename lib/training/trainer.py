"""The trainer: one process that trains for everybody, started with the server, brought back when it dies.

Pages ask it for runs and get finished `Run`s, or `Progress` while they wait. The page process never imports TensorFlow.
"""

from __future__ import annotations

import contextlib
import functools
import os
import threading
import time
import weakref
from collections import OrderedDict, deque
from collections.abc import Callable, Generator, Hashable
from concurrent.futures import CancelledError, Future
from concurrent.futures import wait as future_wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from lib.training import worker
from lib.training.recipe import Progress, Recipe, Run
from lib.training.runs import finished_runs

Result = TypeVar("Result")

PART_SECONDS = 0.15
"""How long one part trains: the wait of others, and the time until a changed control takes effect."""

HEARTBEAT = 0.1
"""Seconds between two signs of life while a part is awaited: where Streamlit can end a run nobody wants any more."""

CALL_SECONDS = 180
"""Seconds after which a call that gives no answer counts as hung, and the process is replaced."""

QUEUE = 40
"""Parts that may wait at once: a class of thirty has one each."""

FORESEEN = 200
"""Calls that are remembered as foreseen; beyond, all are forgotten, and may be made once more."""

FINISHED_BYTES = 64 << 20
"""Memory for finished runs that are kept for who asks for the same again."""

RESTARTS = 2
"""Times that one run brings the trainer back before it gives up: it may be the run that kills it."""

PROGRAMS = 64
"""Compiled programs after which a process is replaced: TensorFlow keeps for good what XLA compiled, some 15 MB each."""

ENVIRONMENT = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "KERAS_BACKEND": "tensorflow",
    "CUDA_VISIBLE_DEVICES": "-1",
    # As many as there are shares of a sweep: with one, XLA's programs wait for each other, whatever thread calls them.
    "TF_NUM_INTRAOP_THREADS": str(worker.shares_at_once()),
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


class TrainerStopped(Exception):
    """The trainer was stopped, for the server ends; nothing is trained until it is started again."""

    def __init__(self) -> None:
        super().__init__("the trainer was stopped; expected a running one; call its start()")


class _Turns:
    """Who has the process: one call at a time, in the order in which they came.

    Calls wait here and not in the executor's own queue, from which some could not be taken back: whoever goes away
    before his turn costs the others nothing.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._line: deque[threading.Event] = deque()

    def take(self) -> threading.Event:
        """Line up; the event is set when the turn has come. Raises TrainerBusy where `QUEUE` calls wait already."""
        with self._lock:
            if len(self._line) >= QUEUE:
                raise TrainerBusy(len(self._line))
            turn = threading.Event()
            self._line.append(turn)
            self._line[0].set()
        return turn

    def give_back(self, turn: threading.Event) -> None:
        """Leave the line, in the middle of it or when the turn is over."""
        with self._lock:
            self._line.remove(turn)
            if self._line:
                self._line[0].set()


class Finished:
    """The latest finished runs by what was asked for, `FINISHED_BYTES` of them at most or a single larger one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self.nbytes = 0

    def get(self, asked: Hashable) -> Any:
        """Return what came of this, None if it is not kept."""
        with self._lock:
            if asked not in self._runs:
                return None
            self._runs.move_to_end(asked)
            return self._runs[asked][0]

    def keep(self, asked: Hashable, came: Any, size: int) -> None:
        """Keep what came of this, `size` bytes, and drop what was not asked for for longest where memory is short."""
        with self._lock:
            self.nbytes += size - self._runs.pop(asked, (None, 0))[1]
            self._runs[asked] = came, size
            while len(self._runs) > 1 and self.nbytes > FINISHED_BYTES:
                self.nbytes -= self._runs.popitem(last=False)[1][1]


class Trainer:
    """One process and a line of calls: what pages know of training. Safe to use from many threads."""

    def __init__(self) -> None:
        """Make a trainer; its process starts with `start` or with the first call."""
        self._lock = threading.Lock()
        self._executor: Any = None
        self._successor: Any = None
        self._stopped = False
        self._first: tuple[tuple[Recipe, ...], ...] = ()
        self._foreseen: set[object] = set()
        self._turns = _Turns()
        self.finished = Finished()
        _TRAINERS.add(self)

    def start(self, *sweeps: tuple[Recipe, ...]) -> None:
        """Start the process, have it import Keras, and compile what these need while nobody waits; returns at once.

        A process that takes over in an orderly way is warmed with the same before; one that takes the place of a dead
        one trains at once.
        """
        with self._lock:
            self._stopped, self._first = False, sweeps
            self._executor = self._executor or _process()
        self.foresee((worker.warm, ()), *((worker.prepare, (recipes,)) for recipes in sweeps))

    def foresee(self, *calls: tuple[Callable[..., object], tuple[object, ...]]) -> None:
        """Say what will probably be asked for soon, as functions and their arguments; returns at once.

        The process makes these calls when nobody waits for it, each at most once, the first of them first.
        """
        with self._lock:
            if len(self._foreseen) > FORESEEN:
                self._foreseen.clear()
            new = [call for call in calls if call not in self._foreseen]
            if not new or self._stopped or self._executor is None:
                return
            with contextlib.suppress(BrokenProcessPool):  # whoever calls next brings the process back
                self._executor.submit(worker.foresee, *new)
            self._foreseen.update(new)

    def stop(self) -> None:
        """End the process now, whatever it does; calls that wait raise TrainerStopped, and so do later ones."""
        with self._lock:
            self._stopped = True
            self._foreseen.clear()
            executors, self._executor, self._successor = (self._executor, self._successor), None, None
        for executor in executors:
            if executor is not None:
                executor.shutdown(wait=False, kill_workers=True)

    def call(self, function: Callable[..., Result], *arguments: object) -> Generator[Progress, None, Result]:
        """Run a function in the trainer process; yield signs of life while waiting, return its result.

        Brings the process back where it died, `RESTARTS` times. Closing the generator takes the call back, or leaves
        it to its end unheard where it is under way. Raises TrainerBusy, TrainerDied, TrainerStopped, and what the
        function raises.
        """
        for _ in range(RESTARTS + 1):
            try:
                return (yield from self._await(function, arguments))
            except (BrokenProcessPool, CancelledError):
                yield Progress(restarted=True)
        raise TrainerDied

    def go_on(self, function: Callable[..., Result], *arguments: object) -> Generator[Progress, None, Result]:
        """Do as `call`, for what is under way already: where too many wait it waits until the line is shorter."""
        while True:
            try:
                return (yield from self.call(function, *arguments))
            except TrainerBusy:
                time.sleep(HEARTBEAT)
                yield Progress()

    def train(self, recipes: tuple[Recipe, ...]) -> Generator[Progress, None, tuple[Run, ...]]:
        """Train recipes that differ in numbers only; yield progress, return their runs.

        Closing the generator drops the run after the part that is under way. Raises what `call` raises, ValueError
        where the recipes do not go together or do not fit the data, and DataUnavailable.
        """
        runs: tuple[Run, ...] | None = self.finished.get(recipes)
        if runs is not None:
            return runs
        parts: list[worker.Part] = []
        while not parts or not worker.is_over(recipes[0], parts[-1].states):
            states = parts[-1].states if parts else None
            call = self.go_on if parts else self.call
            part = yield from call(worker.train_part, recipes, states, PART_SECONDS)
            parts = [*map(worker.without_state, parts), part]
            if part.programs >= PROGRAMS:
                self.replace()
            if len(part.chunk.loss):
                yield Progress(epoch=part.states[0].epoch, epochs=recipes[0].epochs, loss=part.chunk.loss[-1])
        runs = finished_runs(recipes, parts)
        self.finished.keep(recipes, runs, sum(run.nbytes for run in runs))
        return runs

    def _await(
        self, function: Callable[..., Result], arguments: tuple[object, ...]
    ) -> Generator[Progress, None, Result]:
        """Wait for the turn, then for the result; the turn ends when the process is free again, not before."""
        turn = self._turns.take()
        try:
            while not turn.wait(HEARTBEAT):
                yield Progress()
            executor, future = self._submit(function, arguments)
        except BaseException:
            self._turns.give_back(turn)
            raise
        future.add_done_callback(lambda _: self._turns.give_back(turn))
        deadline = time.monotonic() + CALL_SECONDS
        while not future_wait([future], HEARTBEAT).done:
            if time.monotonic() > deadline:
                self._drop(executor)
                raise BrokenProcessPool(f"no answer within {CALL_SECONDS} seconds")
            yield Progress()
        try:
            return future.result()
        except BrokenProcessPool:
            self._drop(executor)
            raise
        except RuntimeError:
            self._check_running()  # loky's own error where the process was stopped
            raise

    def _submit(self, function: Callable[..., Result], arguments: tuple[object, ...]) -> tuple[Any, Future[Result]]:
        """Hand a call to the process; under the lock, so that no successor takes over in between."""
        with self._lock:
            if self._stopped:
                raise TrainerStopped
            self._executor = self._executor or _process()
            executor = self._executor
            try:
                return executor, executor.submit(worker.guarded, function, *arguments)
            except BrokenProcessPool:
                self._executor = None
                self._foreseen.clear()
                raise

    def _check_running(self) -> None:
        with self._lock:
            if self._stopped:
                raise TrainerStopped

    def _warm(self, executor: Any) -> Future[None]:
        """Have a process import Keras and compile what comes first; the future is done when all of it is."""
        executor.submit(worker.warm)
        for recipes in self._first:
            executor.submit(worker.prepare, recipes)
        done: Future[None] = executor.submit(worker.warm)
        return done

    def replace(self) -> None:
        """Start a successor, and hand over to it once it is warm; the old process ends when its work is done."""
        with self._lock:
            if self._successor is not None or self._stopped:
                return
            self._successor = successor = _process()
            warm = self._warm(successor)
        warm.add_done_callback(lambda warm: self._hand_over(successor, warm))  # not under the lock, which it takes

    def _hand_over(self, successor: Any, warm: Future[None]) -> None:
        failed = warm.cancelled() or warm.exception() is not None
        with self._lock:
            if self._successor is not successor:
                return
            self._successor = None
            old, self._executor = (successor, self._executor) if failed else (self._executor, successor)
            self._foreseen.clear()
        if old is not None:
            old.shutdown(wait=False)

    def _drop(self, executor: Any) -> None:
        with self._lock:
            if self._executor is executor:
                self._executor = None
                self._foreseen.clear()
        executor.shutdown(wait=False, kill_workers=True)


def _process() -> Any:
    from loky import ProcessPoolExecutor

    executor = ProcessPoolExecutor(1, timeout=None, initializer=worker.start, initargs=(os.getpid(),), env=ENVIRONMENT)
    executor.submit(os.getpid)  # starts the process, and has loky register what it does at exit
    _stop_at_exit()
    return executor


_TRAINERS: weakref.WeakSet[Trainer] = weakref.WeakSet()


@functools.cache
def _stop_at_exit() -> None:
    """Stop all trainers when this process ends, before loky waits for what is under way: `atexit` would be too late.

    What is registered last is called first. Like concurrent.futures, loky uses this register, which has no public name.
    """
    threading._register_atexit(_stop_all)  # type: ignore[attr-defined]


def _stop_all() -> None:
    for trainer in list(_TRAINERS):
        trainer.stop()


def wait(steps: Generator[object, None, Result]) -> Result:
    """Run to the end what `train` or `call` began, and return its result: for scripts, benchmarks and tests."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: Result = end.value
            return result
