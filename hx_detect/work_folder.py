"""Folders for work in progress that outlive no process. In: nothing. Out: a folder; what the dead left is removed.

A folder holds a file that its process keeps locked. The system itself gives the lock back when the process dies,
however that happens, so a folder whose file can be locked is nobody's. Where the system has no such locks, nothing that
another process made is removed.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

try:
    import fcntl
except ModuleNotFoundError:  # Windows
    fcntl = None  # type: ignore[assignment]  # that is how its absence is said

PREFIX: Final = "hx-detect-"
IN_USE: Final = ".in-use"
_ENDING: Final = ("SIGTERM", "SIGHUP")
"""Signals that end a process at once where nobody handles them; SIGINT is Python's own ``KeyboardInterrupt``."""


@contextmanager
def work_folder() -> Iterator[Path]:
    """A new folder of this process, removed in the end; what killed processes left is removed first."""
    remove_left_over()
    with ExitStack() as held, tempfile.TemporaryDirectory(prefix=PREFIX) as name:
        if fcntl is not None:
            held.enter_context(_locked(Path(name)))  # given back after the folder is gone
        yield Path(name)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; the file gets its name when it is locked, so that nobody finds it free."""
    new = folder / f"{IN_USE}.new"
    with new.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        new.rename(folder / IN_USE)
        yield


def remove_left_over() -> int:
    """Remove the work folders of this user's processes that live no more, killed before they could do it.

    Returns:
        How many there were.
    """
    found = Path(tempfile.gettempdir()).glob(f"{PREFIX}*/{IN_USE}") if fcntl is not None else ()
    removed = 0
    for lock in found:
        if lock.parent.lstat().st_uid != os.getuid():
            continue
        with suppress(OSError), lock.open("rb") as file:  # in use, or just removed by another process
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(lock.parent)
            removed += 1
    return removed


@contextmanager
def ended_in_order() -> Iterator[None]:
    """While this lasts, a request to end (``kill``, a closed terminal) does what Ctrl-C does: all folders are removed.

    Signals that somebody handles or ignores (``nohup``) already stay as they are; outside the main thread all do.
    """
    numbers = [getattr(signal, name) for name in _ENDING if hasattr(signal, name)]
    if threading.current_thread() is not threading.main_thread():
        numbers = []
    taken = [number for number in numbers if signal.getsignal(number) is signal.SIG_DFL]
    for number in taken:
        signal.signal(number, _interrupt)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, signal.SIG_DFL)


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
