"""A command -> a service that runs, watched from outside. In: command, port. Out: readiness, memory, processor time."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from hx_detect.errors import EvaluationError
from hx_detect.evaluation.baselines import installed

HOST: Final = "127.0.0.1"
START_SECONDS: Final = 180.0
STOP_SECONDS: Final = 60.0
_EVERY: Final = 0.05
_KEPT_VARIABLES: Final = ("HX_DETECT_CACHE",)


@dataclass(slots=True)
class ServiceProcess:
    """A running service.

    Attributes:
        process: its first process.
        port: where it listens, on 127.0.0.1.
        log: file that holds what it writes.
        exit_code: after ``stop``.
        stop_seconds: from SIGTERM to its end.
    """

    process: subprocess.Popen[bytes]
    port: int
    log: Path
    exit_code: int | None = None
    stop_seconds: float = 0.0

    def stop(self) -> None:
        """SIGTERM, and wait; after a minute SIGKILL."""
        begin = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.exit_code = self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.exit_code = self.process.wait()
        self.stop_seconds = round(time.monotonic() - begin, 2)

    def last_line(self) -> str:
        """The end of its log."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return lines[-1] if lines else "no message"


def free_port() -> int:
    """A port of 127.0.0.1 that nothing listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(arguments: Sequence[str], port: int, ready: str, log: Path) -> Iterator[ServiceProcess]:
    """Start this Python with arguments, wait until it is ready, stop it at the end.

    Args:
        arguments: of the interpreter.
        port: where it will listen.
        ready: path that answers 200 once it is.
        log: where its output goes.

    Raises:
        EvaluationError: it ended before it was ready, or was not ready in three minutes.
    """
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *arguments], stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=_environment()
        )
    service = ServiceProcess(process, port, log)
    try:
        _wait_until_ready(service, ready)
        yield service
    finally:
        if process.poll() is None:
            service.stop()


def status_of(port: int, path: str) -> int | None:
    """Status of a GET; None where nothing answers."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def _wait_until_ready(service: ServiceProcess, path: str) -> None:
    limit = time.monotonic() + START_SECONDS
    while time.monotonic() < limit:
        if service.process.poll() is not None:
            raise EvaluationError(
                f"the service ended with {service.process.returncode}: {service.last_line()}",
                cure="start it by hand to see why",
            )
        if status_of(service.port, path) == http.client.OK:
            return
        time.sleep(_EVERY)
    raise EvaluationError(f"the service was not ready in {START_SECONDS:g} s", cure="start it by hand to see why")


def _environment() -> dict[str, str]:
    """This process's, without settings of a service that someone else runs here, and with this code importable."""
    paths = [entry for entry in (str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")) if entry]
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("HX_DETECT_") or name in _KEPT_VARIABLES
    }
    return kept | {"PYTHONPATH": os.pathsep.join(paths), "PYTHONUTF8": "1"}


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process and its children take.

    Attributes:
        rss: resident bytes; what processes share counts for each of them.
        pss: the same with what is shared divided among those that share it; where the system does not tell, ``rss``.
        cpu_seconds: processor time since they began.
        processes: how many they are.
    """

    rss: int
    pss: int
    cpu_seconds: float
    processes: int


def usage(pid: int) -> Usage:
    """Memory and processor time of a process and its children.

    Args:
        pid: of the first process.

    Raises:
        MissingExtraError: psutil is not installed.
        EvaluationError: there is no such process any more.
    """
    psutil = installed("psutil", "dev")
    try:
        first = psutil.Process(pid)
        tree = [first, *first.children(recursive=True)]
    except psutil.NoSuchProcess as error:
        raise EvaluationError("the service has ended under the load", cure="start it by hand to see why") from error
    found = []
    for process in tree:
        with contextlib.suppress(psutil.NoSuchProcess):  # a child that ended meanwhile takes nothing
            found.append(_usage_of(process))
    return Usage(
        sum(one.rss for one in found), sum(one.pss for one in found), sum(one.cpu_seconds for one in found), len(found)
    )


def _usage_of(process: Any) -> Usage:  # noqa: ANN401 - psutil.Process, imported late
    memory, times = process.memory_full_info(), process.cpu_times()
    return Usage(memory.rss, getattr(memory, "pss", memory.rss), times.user + times.system, 1)
