"""The real server in a process of its own, for the browser's tests and the benchmarks."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent.parent
READY_WITHIN = 60.0
ENDED_WITHIN = 15.0


@dataclass(frozen=True)
class Server:
    """A server that answers: its address, its process, and the file that holds what it printed."""

    url: str
    process: psutil.Process
    log: Path

    @property
    def websocket_url(self) -> str:
        """Where browsers exchange messages with the server."""
        return self.url.replace("http://", "ws://") + "/_stcore/stream"

    @property
    def output(self) -> str:
        """What the server and its children have printed."""
        return self.log.read_text(encoding="utf-8", errors="replace")


@contextmanager
def running_server(log: Path, *, environment: dict[str, str] | None = None) -> Iterator[Server]:
    """Start the app as a user does and wait until it answers; end it with SIGTERM, and see that nothing stays behind.

    Raises RuntimeError, with what the server printed, if it does not start, if it does not end, or if a process
    that it started outlives it.
    """
    port = _free_port()
    with log.open("wb") as output:
        popen = subprocess.Popen(
            _command(port),
            cwd=ROOT,
            env=os.environ | {"PYTHONUNBUFFERED": "1"} | (environment or {}),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    server = Server(f"http://127.0.0.1:{port}", psutil.Process(popen.pid), log)
    try:
        _wait_until_healthy(server, popen)
        yield server
    except Exception as error:
        error.add_note(f"The server said at last:\n{server.output[-4000:]}")
        raise
    finally:
        left = _end(popen)
    if left:
        raise RuntimeError(f"Still alive after the server ended: {', '.join(left)}. The server said:\n{server.output}")


def is_healthy(url: str) -> bool:
    """Whether the server at `url` answers."""
    try:
        with urllib.request.urlopen(f"{url}/_stcore/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _command(port: int) -> list[str]:
    options = {
        "server.headless": "true",
        "server.address": "127.0.0.1",
        "server.port": str(port),
        "server.fileWatcherType": "none",  # a file saved meanwhile must not rerun a page under test
    }
    flags = [part for name, value in options.items() for part in (f"--{name}", value)]
    return [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", *flags]


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_until_healthy(server: Server, popen: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + READY_WITHIN
    while not is_healthy(server.url):
        if popen.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"The server did not start. It said:\n{server.output}")
        time.sleep(0.02)


def _end(popen: "subprocess.Popen[bytes]") -> list[str]:
    """End the server with SIGTERM and return what is left of it, after killing that."""
    try:
        family = [psutil.Process(popen.pid), *psutil.Process(popen.pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        family = []
    popen.terminate()
    _, alive = psutil.wait_procs(family, timeout=ENDED_WITHIN)
    left = [_described(process) for process in alive]
    for process in alive:
        process.kill()
    popen.wait(timeout=ENDED_WITHIN)
    return left


def _described(process: psutil.Process) -> str:
    try:
        return f"{process.pid} {' '.join(process.cmdline())}"
    except psutil.Error:
        return str(process.pid)
