"""Logs and metrics outside of requests. In: records, stalled readers, workers. Out: lines of JSON, sums."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from hx_detect.serving.logs import LOGGER, MOST_LINES, JsonFormatter, LaterHandler, described, log
from hx_detect.serving.metrics import Metrics


def failing() -> Exception:
    try:
        try:
            raise ValueError("a customer's words")
        except ValueError as error:
            raise RuntimeError("more of them") from error
    except RuntimeError as error:
        return error


def test_an_event_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger=LOGGER):
        log("happened", number=3, place=Path("a"), text="línea\nde dos")
    line = JsonFormatter().format(caplog.records[0])
    assert "\n" not in line
    event = json.loads(line)
    assert (event["event"], event["level"], event["number"], event["place"]) == ("happened", "info", 3, "a")
    assert event["time"].endswith("Z")


def test_errors_are_described_by_kind_and_place() -> None:
    shown = json.dumps(described(failing(), texts=False))
    assert "words" not in shown
    assert "more of them" not in shown
    assert ("RuntimeError" in shown, "ValueError" in shown, "test_logs_and_metrics.py" in shown) == (True, True, True)
    assert "words" in json.dumps(described(failing(), texts=True))


class Stalled:
    """A stream whose reader does not read until it is let."""

    def __init__(self) -> None:
        self.met = threading.Event()
        self.let = threading.Event()
        self.lines: list[str] = []

    def write(self, text: str) -> None:
        """Wait, then take it."""
        self.met.set()
        self.let.wait(60)
        self.lines += text.splitlines()

    def flush(self) -> None:
        """Nothing is held back."""


def test_a_reader_that_stalls_does_not_hold_up_who_logs(monkeypatch: pytest.MonkeyPatch) -> None:
    stalled = Stalled()
    monkeypatch.setattr(sys, "stderr", stalled)
    handler = LaterHandler()
    handler.setFormatter(JsonFormatter())
    for number in range(MOST_LINES + 500):
        handler.emit(logging.LogRecord("x", 20, "f", 1, "line %d", (number,), None))
        if not number:
            assert stalled.met.wait(60)  # what is being written no longer lies in the handler's memory
    stalled.let.set()
    handler.finish(60)
    events: list[dict[str, Any]] = [json.loads(line) for line in stalled.lines]
    dropped = sum(event["count"] for event in events if event["event"] == "log_lines_dropped")
    assert dropped > 0
    assert len([event for event in events if event["event"].startswith("line ")]) + dropped == MOST_LINES + 500


WORKER = """
import os, sys
from hx_detect.serving.metrics import Metrics
metrics = Metrics()
metrics.request("GET", "/livez", 200, "", 0.01)
metrics.queue(3, 30)
metrics.model("m", "1")
sys.stdout.buffer.write(metrics.render())
"""


def test_workers_add_up(tmp_path: Path) -> None:
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", WORKER], env=environment, capture_output=True, check=True, text=True
        )
    assert 'hx_requests_total{code="",method="GET",route="/livez",status="200"} 2.0' in done.stdout
    assert 'hx_model_info{name="m",version="1"} 1.0' in done.stdout


def test_counters_that_alerts_compare_begin_at_zero() -> None:
    shown = Metrics().render().decode()
    for sample in ('model_reloads_total{outcome="failed"}', 'jobs_total{state="failed"}', 'jobs_total{state="done"}'):
        assert f"hx_{sample} 0.0\n" in shown
