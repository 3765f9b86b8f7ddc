"""The service for tests. In: settings, a scorer. Out: a client of the application, or a real process."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fake_scorer import FakeScorer

if TYPE_CHECKING:
    from fastapi.testclient import TestClient

    from hx_detect.batch_options import StreamScorer

READY_SECONDS = 300.0


@contextmanager
def serving(data: Path, scorer: StreamScorer | None = None, **settings: Any) -> Iterator[TestClient]:  # noqa: ANN401 - any setting
    """A client of the application, ready, with a fake scorer or the one given."""
    from fastapi.testclient import TestClient

    from hx_detect.serving.app import create_app
    from hx_detect.serving.settings import ServeSettings

    app = create_app(ServeSettings(data=data, **settings), scorer=scorer or FakeScorer())
    with TestClient(app, base_url="http://localhost") as client:
        wait_ready(client)
        yield client


def wait_ready(client: TestClient) -> None:
    """Until ``/readyz`` is 200."""
    deadline = time.monotonic() + READY_SECONDS
    while client.get("/readyz").status_code != 200:
        assert time.monotonic() < deadline, "not ready"
        time.sleep(0.01)


class Process:
    """A real ``hx-detect serve``.

    Args:
        data: its data folder.
        words: more of its command line.
    """

    def __init__(self, data: Path, *words: str, code: str = "", **environment: str) -> None:
        self.log = data / "log"
        data.mkdir(parents=True, exist_ok=True)
        start = ["-c", code] if code else ["-m", "hx_detect"]
        command = [sys.executable, *start, "serve", "--port", "0", "--data", str(data), "--lang", "en", *words]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=log, text=True, env=os.environ | environment
            )  # fmt: skip
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        found = re.search(r"http://\S+:(\d+)", line)
        assert found, line + self.log.read_text(encoding="utf-8")
        self.port = int(found[1])
        self.url = f"http://127.0.0.1:{self.port}"

    def events(self) -> list[dict[str, Any]]:
        """What it logged."""
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines() if line.startswith("{")]

    def wait_ready(self) -> None:
        """Until ``/readyz`` is 200."""
        import httpx

        deadline = time.monotonic() + READY_SECONDS
        while True:
            try:
                if httpx.get(self.url + "/readyz", timeout=10).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            assert self.process.poll() is None, self.log.read_text(encoding="utf-8")
            assert time.monotonic() < deadline, "not ready"
            time.sleep(0.05)

    def terminate(self) -> int:
        """SIGTERM, and its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


@contextmanager
def running(data: Path, *words: str, code: str = "", **environment: str) -> Iterator[Process]:
    """A real process, ready; killed at the end if it still runs."""
    process = Process(data, *words, code=code, **environment)
    try:
        process.wait_ready()
        yield process
    finally:
        if process.process.poll() is None:
            process.process.kill()
        process.process.wait()
        if process.process.stdout is not None:
            process.process.stdout.close()
