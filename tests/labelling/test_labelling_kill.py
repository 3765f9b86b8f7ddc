"""``hx-detect label`` as a process: killed at any moment, no answer that was given is lost, and it goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from labelling_tables import TEXTS, tasks_of

KEYS = [task.key for task in tasks_of()]


class Labelling:
    """The running command."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "hx_detect", "label", "t.to-label.csv", "--who", "ana", "--no-browser",
             "--lang", "en"],
            cwd=folder, stdout=subprocess.PIPE, text=True, encoding="utf-8",
        )  # fmt: skip
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().rpartition(" ")[2].strip()
        self.place = self.process.stdout.readline()

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        request = urllib.request.Request(
            f"{self.address}api/{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def end(self, how: int) -> int:
        self.process.send_signal(how)
        self.process.communicate(timeout=30)
        return self.process.returncode


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "t.to-label.csv").write_text(
        "texto,language\n" + "".join(f'"{text}",es\n' for text in TEXTS), encoding="utf-8"
    )
    return tmp_path


@pytest.mark.skipif(os.name == "nt", reason="there is no kill -9")
def test_nothing_that_was_answered_is_lost_when_it_is_killed(folder: Path) -> None:
    first = Labelling(folder)
    assert "t.labels.ana.jsonl" in first.place
    first.post("answer", {"key": KEYS[0], "sentiment": "negative", "labels": {"ignored": [[0, 5]]}})
    first.post("answer", {"key": KEYS[1], "reason": "unclear"})
    first.post("draft", {"key": KEYS[2], "labels": {"rage": []}})
    assert first.end(signal.SIGKILL) == -signal.SIGKILL
    place = folder / "t.labels.ana.jsonl"
    with place.open("ab") as file:
        file.write(b'{"id": "half a li')
    second = Labelling(folder)
    with urllib.request.urlopen(f"{second.address}api/state", timeout=30) as answer:
        state = json.load(answer)
    assert (state["labelled"], state["skipped"], state["place"]) == (1, 1, 2)
    assert state["draft"]["labels"] == {"rage": []}
    assert second.post("answer", {"key": KEYS[2], "sentiment": "mixed", "labels": {}})["labelled"] == 2
    assert second.end(signal.SIGINT) == 0
    records = [json.loads(line) for line in place.read_text(encoding="utf-8").splitlines()]
    assert [(one["text"], one["sentiment"]) for one in records] == [(TEXTS[0], "negative"), (TEXTS[2], "mixed")]
