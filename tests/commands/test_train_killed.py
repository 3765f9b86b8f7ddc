"""``hx-detect train`` as a process that is ended in the midst: its temporary folders go, sooner or later."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_refit import labelled_rows, toy_with_replay

from hx_detect.cli import main
from hx_detect.work_folder import IN_USE

pytestmark = pytest.mark.skipif(os.name == "nt", reason="there is no kill -9")


@pytest.fixture(scope="module")
def parent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return toy_with_replay(tmp_path_factory.mktemp("parent") / "toy").path


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files, of this process and of those it starts."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def training(parent: Path, temporary: Path, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """The running command, in the midst of its work."""
    with (tmp_path / "rows.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["text", "sentiment", "labels", "language"])
        writer.writerows([row.text, row.sentiment, ";".join(row.signals or ()), row.language]
                         for row in labelled_rows(600))  # fmt: skip
    words = ["train", str(tmp_path / "rows.csv"), "--model", str(parent), "--lang", "en"]
    process = subprocess.Popen([sys.executable, "-m", "hx_detect", *words], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True, encoding="utf-8")  # fmt: skip
    while not in_use(temporary):
        assert process.poll() is None, process.communicate()
        time.sleep(0.005)
    yield process
    process.kill()
    process.communicate()


def in_use(temporary: Path) -> list[Path]:
    return [lock.parent for lock in temporary.glob(f"hx-detect-*/{IN_USE}")]


@pytest.mark.parametrize("how", ["SIGTERM", "SIGINT"])
def test_what_is_ended_leaves_nothing(how: str, training: subprocess.Popen[str], temporary: Path) -> None:
    training.send_signal(getattr(signal, how))
    _, said = training.communicate(timeout=120)
    assert training.returncode == 130
    assert said.splitlines()[-1] == "interrupted"
    assert list(temporary.glob("hx-detect-*")) == []


def test_what_is_killed_is_tidied_up_by_the_next(
    training: subprocess.Popen[str], parent: Path, temporary: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    training.send_signal(signal.SIGSTOP)
    os.waitpid(training.pid, os.WUNTRACED)
    used = in_use(temporary)
    again = ["train", "none.csv", "--model", str(parent)]
    assert main(again) == 11
    assert all(folder.is_dir() for folder in used), "it lives"
    assert "removed" not in capsys.readouterr().err
    training.send_signal(signal.SIGKILL)
    training.communicate(timeout=120)
    assert all(folder.is_dir() for folder in used)
    assert main(again) == 11
    assert not any(folder.exists() for folder in used)
    assert f"temporary folders of runs that were killed, removed: {len(used)}" in capsys.readouterr().err
