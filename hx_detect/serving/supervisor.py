"""Several workers behind one socket. In: settings, a listening socket. Out: workers that live, and end in order."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from multiprocessing.process import BaseProcess
from typing import Final

from hx_detect.errors import HxDetectError, exit_code
from hx_detect.serving.logs import log, set_up_logs
from hx_detect.serving.settings import ServeSettings

LOOK_SECONDS: Final = 0.5
GRACE_SECONDS: Final = 5.0
_IN_ORDER: Final = (0, -signal.SIGTERM)
"""Exit codes of workers told to end; the second is of one that had not yet begun to serve."""
YOUNG_SECONDS: Final = 10.0
"""A worker that ends by itself sooner than this would end again: the service ends with it."""


class Workers:
    """The worker processes.

    Args:
        settings: of the service.
        listening: the socket that they share.
    """

    def __init__(self, settings: ServeSettings, listening: socket.socket) -> None:
        self._settings = settings
        self._listening = listening
        self._context = multiprocessing.get_context("spawn")
        self._born: dict[BaseProcess, float] = {}

    def start(self) -> None:
        """Start one more."""
        process = self._context.Process(target=_work, args=(self._settings, self._listening))
        process.start()
        self._born[process] = time.monotonic()

    def replace_dead(self) -> int | None:
        """Start a worker for each that died; gives the exit code of one that died young."""
        for process, born in list(self._born.items()):
            if process.is_alive():
                continue
            del self._born[process]
            _forget_gauges(process.pid)
            log("worker_died", level=40, process=process.pid, exit_code=process.exitcode)
            if process.exitcode and process.exitcode > 0 and time.monotonic() - born < YOUNG_SECONDS:
                return process.exitcode
            self.start()
        return None

    def end(self, seconds: float) -> bool:
        """Have all of them end; gives whether all did, in order and in time."""
        for process in self._born:
            process.terminate()
        deadline = time.monotonic() + seconds
        for process in self._born:
            process.join(max(0.0, deadline - time.monotonic()))
        late = [process for process in self._born if process.is_alive()]
        for process in late:
            process.kill()
            process.join()
        return not late and all(process.exitcode in _IN_ORDER for process in self._born)


def supervise(settings: ServeSettings, listening: socket.socket) -> int:
    """Run the workers until SIGTERM or SIGINT.

    Returns:
        0, or what a worker that could not start ended with.
    """
    set_up_logs()
    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    workers = Workers(settings, listening)
    for _ in range(settings.workers):
        workers.start()
    code: int | None = None
    while code is None and not ending.wait(LOOK_SECONDS):
        code = workers.replace_dead()
    listening.close()
    in_order = workers.end(settings.drain_s + GRACE_SECONDS)
    return code if code is not None else 0 if in_order else 1


def _work(settings: ServeSettings, listening: socket.socket) -> None:
    """The life of a worker."""
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    from hx_detect.serving.server import run_worker

    try:
        code = run_worker(settings, listening)
    except HxDetectError as error:
        sys.stderr.write(f"error: {' '.join(str(error).split())}\n")
        code = exit_code(error)
    sys.exit(code)


def _end_with_parent() -> None:
    """A worker whose supervisor was killed ends in order: nobody would end it."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)


def _forget_gauges(process: int | None) -> None:
    """What a dead worker said of itself does not count any more."""
    from prometheus_client.multiprocess import mark_process_dead

    if process is not None:
        mark_process_dead(process)  # type: ignore[no-untyped-call]  # the library ships no type for it
