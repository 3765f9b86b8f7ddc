"""Who goes first on a busy processor. In: the thread that calls. Out: the same thread, behind the event loop."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from typing import Final

STEPS_BACK: Final = 4
_LOWEST: Final = 19


def step_back() -> None:
    """Let this thread, and those that it starts from now on, wait for the event loop where there are too few cores.

    On Linux, where each thread has its own niceness; elsewhere nothing is done.
    """
    if sys.platform == "linux":
        thread = threading.get_native_id()
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, thread, min(_LOWEST, os.getpriority(os.PRIO_PROCESS, 0) + STEPS_BACK))
