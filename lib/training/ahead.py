"""Work done ahead, in the trainer process: what will probably be asked for soon is compiled while nobody waits."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable

QUIET = 0.3
"""Seconds without a call after which the next piece of work begins."""

PAUSE = 0.05
"""Seconds between two looks at whether it is quiet."""

MOST = 100
"""Pieces of work that are kept, the newest."""

Work = Callable[[], object]


class Ahead:
    """Pieces of work, the newest first, done by one thread one after the other whenever no call has come for a while.

    What fails is dropped: whoever needs it later meets the error himself. The thread begins with the first work, and
    ends with the piece that it is at when the main thread ends.
    """

    def __init__(self) -> None:
        self._work: list[Work] = []
        self._lock = threading.Condition()
        self._working = False
        self._calls = 0
        self._quiet_since = 0.0
        self._thread: threading.Thread | None = None

    def add(self, *work: Work) -> None:
        """Have this done soon, in this order, before what was added earlier."""
        with self._lock:
            self._work = [*self._work, *reversed(work)][-MOST:]
            if self._thread is None:
                self._thread = threading.Thread(target=self._run)
                self._thread.start()

    def __enter__(self) -> None:
        """Note that somebody waits for a call."""
        with self._lock:
            self._calls += 1

    def __exit__(self, *_: object) -> None:
        """Note that the call is answered."""
        with self._lock:
            self._calls, self._quiet_since = self._calls - 1, time.monotonic()

    def finish(self) -> None:
        """Wait until all work is done: for tests and benchmarks."""
        with self._lock:
            self._lock.wait_for(lambda: not self._work and not self._working)

    def _run(self) -> None:
        while threading.main_thread().is_alive():
            work = self._next()
            if work is None:
                time.sleep(PAUSE)
                continue
            with contextlib.suppress(Exception):
                work()
            with self._lock:
                self._working = False
                self._lock.notify_all()

    def _next(self) -> Work | None:
        with self._lock:
            if not self._work or self._calls or time.monotonic() - self._quiet_since < QUIET:
                return None
            self._working = True
            return self._work.pop()
