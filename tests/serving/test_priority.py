"""Who goes first. In: a thread that steps back. Out: it and its children behind the others."""

from __future__ import annotations

import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from hx_detect.serving.priority import STEPS_BACK, step_back

LOWEST = 19


def niceness() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


@pytest.mark.skipif(sys.platform != "linux", reason="threads have a niceness of their own on Linux only")
def test_a_thread_steps_back_with_its_children() -> None:
    before = niceness()
    with ThreadPoolExecutor(1, initializer=step_back) as pool:
        assert pool.submit(niceness).result() == min(before + STEPS_BACK, LOWEST)

        def child() -> int:
            with ThreadPoolExecutor(1) as inner:
                return inner.submit(niceness).result()

        assert pool.submit(child).result() == min(before + STEPS_BACK, LOWEST)
    assert niceness() == before


def test_where_threads_have_no_niceness_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(os, "setpriority", lambda *_: pytest.fail("it was set"))
    step_back()
