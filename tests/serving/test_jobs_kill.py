"""``kill -9`` of the real service in the middle of a file, and a restart: nothing is lost, little is scored twice."""

from __future__ import annotations

import csv
import io
import os
import signal
from pathlib import Path

import fake_scorer
import httpx
from job_service import ended, wait_for
from scoring_service import running

ROWS = 3000
CHUNK = 500
START = f"""
import sys
from pathlib import Path
sys.path.insert(0, {str(Path(fake_scorer.__file__).parent)!r})
from fake_scorer import FakeScorer
from hx_detect.serving import app
from hx_detect.serving.model_slot import ModelSlot

class Counting(FakeScorer):
    def score_stream(self, reviews):
        for result in super().score_stream(reviews):
            with open(COUNT, "a") as file:
                file.write(".")
            yield result

COUNT = sys.argv[sys.argv.index("--data") + 1] + "/count"
app._slot = lambda settings, metrics, scorer: ModelSlot(lambda: Counting(pause=0.003))
from hx_detect.cli import main
sys.exit(main())
"""
"""The service with a slow model that writes a dot for each text."""


def table() -> bytes:
    lines = [f"{n},{'no me contesta nadie' if n % 2 else 'gracias por todo'} {n},{n % 11}" for n in range(ROWS)]
    lines[17], lines[2900] = "17,,3", "2900,a,b,c"
    return ("id,texto,nps\n" + "\n".join(lines) + "\n").encode()


def test_a_killed_service_goes_on_where_it_was(tmp_path: Path) -> None:
    data, count = tmp_path / "data", tmp_path / "data" / "count"
    with running(data, code=START) as first, httpx.Client(base_url=first.url, timeout=60) as client:
        sent = client.post("/v1/score/file", files={"file": ("tres mil.csv", table())}, data={"lang": "es"})
        assert sent.status_code == 202
        place = sent.headers["location"]
        wait_for(lambda: client.get(place).json()["rows_done"] > 2 * CHUNK + 100)
        before = client.get(place).json()
        assert before["rows_total"] == ROWS
        os.kill(first.process.pid, signal.SIGKILL)
        first.process.wait()
    kept = CHUNK * len(list((data / "jobs").glob("*/result.csv.part/chunk-*.gz")))
    assert kept >= 2 * CHUNK
    count.unlink()
    with running(data, code=START) as second, httpx.Client(base_url=second.url, timeout=60) as client:
        job = ended(client, sent.json()["id"])
        assert (job["state"], job["rows_done"], job["rejected"]) == ("done", ROWS, 2)
        assert job["started"] == before["started"]
        rows = list(csv.DictReader(io.StringIO(client.get(f"{place}/result").text)))
        assert [int(row["id"]) for row in rows] == [n for n in range(ROWS) if n not in (17, 2900)]
        wanted = {n: "hx_risk" if n % 2 else "cx" for n in range(ROWS)}
        assert all(row["hx_level"] == wanted[int(row["id"])] for row in rows)
        assert len(client.get(f"{place}/rejects").text.splitlines()) == 2
        assert second.terminate() == 0
    assert ROWS - kept - 2 <= len(count.read_text()) <= ROWS - kept + 10
