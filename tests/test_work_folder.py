"""Work folders: gone in the end; left alone while somebody lives in them, removed once nobody does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from hx_detect import work_folder as module
from hx_detect.work_folder import IN_USE, ended_in_order, remove_left_over, work_folder

pytestmark = pytest.mark.skipif(os.name == "nt", reason="it has other locks and signals")


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def dead(folder: Path) -> Path:
    """A folder as a killed process leaves it."""
    (folder / "draft").mkdir(parents=True)
    (folder / "draft" / "model.bin").write_bytes(b"half")
    (folder / IN_USE).touch()
    return folder


def test_a_folder_is_gone_in_the_end(temporary: Path) -> None:
    def fail() -> None:
        with work_folder() as folder:
            (folder / "file").write_text("words", encoding="utf-8")
            assert folder.parent == temporary
            raise ValueError("so")

    with pytest.raises(ValueError, match="so"):
        fail()
    assert list(temporary.iterdir()) == []


def test_only_what_nobody_uses_is_removed(temporary: Path) -> None:
    left = dead(temporary / "hx-detect-dead")
    others = [temporary / "hx-detect-report", temporary / "hx-other"]
    for other in others:
        other.mkdir()
    (others[1] / IN_USE).touch()
    outside = dead(temporary / "outside")
    (temporary / "hx-detect-link").symlink_to(outside)
    assert remove_left_over() == 1
    assert not left.exists()
    with work_folder() as mine:
        assert remove_left_over() == 0
        assert (mine / IN_USE).exists()
    assert all(other.is_dir() for other in others)
    assert (outside / "draft" / "model.bin").exists()


def test_a_new_one_removes_what_the_dead_left(temporary: Path) -> None:
    left = dead(temporary / "hx-detect-dead")
    with work_folder() as first, work_folder():
        assert first.is_dir()
        assert not left.exists()


def test_folders_of_other_users_are_left_alone(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left = dead(temporary / "hx-detect-dead")
    monkeypatch.setattr(os, "getuid", lambda: -1)
    assert remove_left_over() == 0
    assert left.exists()


def test_without_locks_nothing_of_others_is_removed(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left = dead(temporary / "hx-detect-dead")
    monkeypatch.setattr(module, "fcntl", None)
    with work_folder() as mine:
        assert mine.is_dir()
        assert remove_left_over() == 0
    assert list(temporary.iterdir()) == [left]


ASKED_TO_END = """
import signal, sys, tempfile
from hx_detect.work_folder import ended_in_order, work_folder
number, tempfile.tempdir = getattr(signal, sys.argv[1]), sys.argv[2]
signal.signal(number, signal.SIG_DFL)
try:
    with ended_in_order(), work_folder():
        signal.raise_signal(number)
except KeyboardInterrupt:
    print("interrupted", signal.getsignal(number) is signal.SIG_DFL)
"""


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_request_to_end_is_an_interruption(name: str, temporary: Path) -> None:
    """In a process of its own: a signal that comes through would end the one that runs the tests."""
    done = subprocess.run(
        [sys.executable, "-c", ASKED_TO_END, name, str(temporary)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "interrupted True\n"), done.stderr
    assert list(temporary.iterdir()) == []


def test_what_is_ignored_stays_so() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with ended_in_order():
            signal.raise_signal(signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_other_threads_take_no_signals() -> None:
    done = []

    def work() -> None:
        with ended_in_order():
            done.append(signal.getsignal(signal.SIGTERM))

    before = signal.getsignal(signal.SIGTERM)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [before]
