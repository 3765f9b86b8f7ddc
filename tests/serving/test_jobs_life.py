"""The life of a job: whose it is, cancelled, given back, begun again, taken away; and who gets in between."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fake_scorer import FakeScorer
from fastapi.testclient import TestClient
from job_service import ended, export, rows_of, scored, send, wait_for
from scoring_service import serving
from sqlalchemy import update

from hx_detect.errors import StoreError
from hx_detect.records import Review, RowFailure, Score
from hx_detect.serving import job_run, jobs
from hx_detect.serving.keys import SCOPES
from hx_detect.serving.routes import jobs as job_routes
from hx_detect.serving.state import ServiceState
from hx_detect.serving.store.engine import Store
from hx_detect.serving.store.jobs import claim_job
from hx_detect.serving.store.keys import create_key
from hx_detect.serving.store.tables import Job, now

LONG = b"id,texto\n" + b"".join(b"%d,no me contesta nadie hoy\n" % number for number in range(3000))


class Held(FakeScorer):
    """Scores nothing of ``LONG`` until it is let go; breaks at ``BREAKS``."""

    def __init__(self) -> None:
        super().__init__()
        self.free = threading.Event()

    def score_stream(self, reviews: Any) -> Iterator[Score | RowFailure]:  # noqa: ANN401 - as FakeScorer's
        """Scores, once it is let go."""
        listed: list[Review] = list(reviews)
        if any("nadie hoy" in review.text for review in listed):
            self.free.wait(60)
        if any("BREAKS" in review.text for review in listed):
            raise RuntimeError("broken model")
        yield from super().score_stream(listed)


@pytest.fixture
def held() -> Iterator[Held]:
    scorer = Held()
    yield scorer
    scorer.free.set()


def state_of(client: TestClient) -> ServiceState:
    state = client.app.state.service  # type: ignore[attr-defined] # FastAPI's
    assert isinstance(state, ServiceState)
    return state


def queued(client: TestClient, content: bytes = LONG) -> str:
    answer = send(client, "x.csv", content)
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/v1/jobs/{answer.json()['id']}"
    return str(answer.json()["id"])


def begun(client: TestClient, identifier: str) -> None:
    wait_for(lambda: client.get(f"/v1/jobs/{identifier}").json()["rows_total"] is not None)


def test_a_job_belongs_to_its_key(tmp_path: Path) -> None:
    with serving(tmp_path) as client:
        heads = {}
        for name, scopes in (("ana", ["score"]), ("bob", ["score"]), ("boss", list(SCOPES)), ("f", ["feedback"])):
            _, token = create_key(state_of(client).store, name, scopes)
            heads[name] = {"Authorization": f"Bearer {token}"}
        time.sleep(2.1)  # the keys are looked for every two seconds
        answer = client.post("/v1/score/file", files={"file": ("a.csv", export("csv"))}, headers=heads["ana"])
        assert answer.status_code == 202
        place = answer.headers["location"]
        wait_for(lambda: client.get(place, headers=heads["ana"]).json()["state"] == "done")
        for path in (place, f"{place}/result", f"{place}/rejects"):
            assert client.get(path).status_code == 401
            assert client.get(path, headers=heads["f"]).status_code == 403
            assert client.get(path, headers=heads["bob"]).json()["code"] == "no_such_job"
            assert client.get(path, headers=heads["boss"]).status_code == 200
        assert client.delete(place, headers=heads["bob"]).status_code == 404
        assert client.get("/v1/jobs", headers=heads["bob"]).json() == {"jobs": [], "next": None}
        for name in ("ana", "boss"):
            assert len(client.get("/v1/jobs", headers=heads[name]).json()["jobs"]) == 1
        assert client.delete(place, headers=heads["boss"]).status_code == 204
        assert client.get(place, headers=heads["ana"]).status_code == 404


@pytest.mark.parametrize("identifier", ["x", "..", "%00", "3f0c8a52-7d2e-4a55-9d0b-5f6a1c2b7e90"])
def test_unknown_jobs(tmp_path: Path, identifier: str) -> None:
    with serving(tmp_path) as client:
        for answer in (client.get(f"/v1/jobs/{identifier}/result"), client.delete(f"/v1/jobs/{identifier}/")):
            assert answer.status_code in (404, 307, 405)
        assert client.get(f"/v1/jobs/{identifier}/rejects").status_code == 404


def test_pages(tmp_path: Path) -> None:
    with serving(tmp_path) as client:
        ids = [scored(client, f"{n}.csv", export("csv"))["id"] for n in range(3)]
        first = client.get("/v1/jobs", params={"limit": 2}).json()
        second = client.get("/v1/jobs", params={"limit": 2, "after": first["next"]}).json()
        assert [job["id"] for job in (*first["jobs"], *second["jobs"])] == ids[::-1]
        assert second["next"] is None
        assert client.get("/v1/jobs", params={"limit": 0}).status_code == 422
        assert client.get("/v1/jobs", params={"after": "x"}).status_code == 422


def test_metrics_count_jobs_and_their_rows(tmp_path: Path) -> None:
    with serving(tmp_path) as client:
        scored(client, "opiniones.csv", export("csv"))
        scored(client, "nada.csv", b"id,texto\n")

        def told() -> bool:  # after the store, which the job's state comes from
            return 'hx_jobs_total{state="failed"} 1.0' in client.get("/metrics").text

        wait_for(told)
        metrics = client.get("/metrics").text
        assert 'hx_jobs_total{state="done"} 1.0' in metrics
        assert 'hx_job_rows_total{outcome="scored"} 2.0' in metrics
        assert 'hx_job_rows_total{outcome="rejected"} 1.0' in metrics


def test_cancelling_a_running_job(tmp_path: Path, held: Held) -> None:
    with serving(tmp_path, held, drain_s=0.1) as client:
        identifier = queued(client)
        begun(client, identifier)
        for path in ("result", "rejects"):
            answer = client.get(f"/v1/jobs/{identifier}/{path}")
            assert (answer.status_code, answer.json()["code"]) == (409, "not_done")
        assert client.delete(f"/v1/jobs/{identifier}").status_code == 204
        assert client.get(f"/v1/jobs/{identifier}").json()["state"] == "cancelled"
        assert not (tmp_path / "jobs" / identifier).exists()
        assert client.delete(f"/v1/jobs/{identifier}").status_code == 204
        assert client.get(f"/v1/jobs/{identifier}").status_code == 404


def test_a_job_cancelled_through_another_worker_ends_here(tmp_path: Path, held: Held) -> None:
    with serving(tmp_path, held, drain_s=0.1) as client:
        identifier = queued(client)
        begun(client, identifier)
        with state_of(client).store.session() as session:
            session.execute(update(Job).where(Job.id == identifier).values(state="cancelled", owner=None))
        wait_for(lambda: not (tmp_path / "jobs" / identifier).exists())


def test_interactive_calls_get_in_between(tmp_path: Path) -> None:
    with serving(tmp_path, FakeScorer(pause=0.005)) as client:
        identifier = queued(client)
        begun(client, identifier)
        waits = []
        for _ in range(10):
            started = time.monotonic()
            assert client.post("/v1/score", json={"text": "gracias a todos"}).status_code == 200
            waits.append(time.monotonic() - started)
        assert client.get(f"/v1/jobs/{identifier}").json()["state"] == "running"
        assert sorted(waits)[5] < 5  # the whole file takes 15 seconds at least
        client.delete(f"/v1/jobs/{identifier}")


def test_a_service_that_ends_gives_its_jobs_back(tmp_path: Path, held: Held) -> None:
    with serving(tmp_path, held, drain_s=0.1) as client:
        identifier = queued(client)
        begun(client, identifier)
    with serving(tmp_path) as client:
        job = ended(client, identifier)
        assert (job["state"], job["rows_done"]) == ("done", 3000)


def test_a_new_model_scores_the_whole_file(tmp_path: Path) -> None:
    slow = FakeScorer(pause=0.002)
    with serving(tmp_path, slow) as client:
        identifier = queued(client)
        wait_for(lambda: client.get(f"/v1/jobs/{identifier}").json()["rows_done"] > 600)

        class Newer(FakeScorer):
            model_version = "0.0.2"

        slot = state_of(client).models
        slot._scorer = Newer()  # what a reload does
        job = ended(client, identifier)
        assert job["state"] == "done"
        assert job["model"] == {"name": "fake", "version": "0.0.2"}
        newer = slot.current
        assert isinstance(newer, Newer)
        assert len(newer.scored) >= 3000
        assert len(rows_of("csv", client.get(f"/v1/jobs/{identifier}/result").content)) == 3000


def test_a_text_that_breaks_the_model_is_a_rejected_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_run, "TRIES", 1)
    held = Held()
    held.free.set()
    with serving(tmp_path, held, drain_s=0.1) as client:
        job = scored(client, "x.csv", b"texto\nhola a todos\nesto BREAKS todo\ngracias por todo\n")
        assert (job["state"], job["rejected"]) == ("done", 1)
        assert '"row": 2' in client.get(f"/v1/jobs/{job['id']}/rejects").text


def test_a_file_that_kills_its_process_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with serving(tmp_path) as client:
        job = scored(client, "x.csv", export("csv"), lang="es")
        assert (job["state"], job["error"]["code"]) == ("failed", "gave_up")
        assert job["error"]["message"].startswith("El fichero ha acabado")
        assert 'hx_jobs_total{state="failed"} 1.0' in client.get("/metrics").text


def test_a_store_that_fails_in_between_leaves_the_job_to_the_next_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = iter([True, True, False])

    def at_first_away(*given: Any) -> bool:  # noqa: ANN401 - what the function takes
        if next(failures, False):
            raise StoreError("away", cure="wait")
        return claim_job(*given)

    monkeypatch.setattr(jobs, "claim_job", at_first_away)
    with serving(tmp_path) as client:
        assert scored(client, "x.csv", export("csv"))["state"] == "done"


def test_a_key_may_have_so_many_jobs(tmp_path: Path, held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_routes, "MOST_OPEN", 2)
    with serving(tmp_path, held, drain_s=0.1) as client:
        ids = [queued(client), queued(client)]
        answer = send(client, "x.csv", LONG)
        assert (answer.status_code, answer.json()["code"]) == (429, "too_many_jobs")
        assert answer.headers["retry-after"]
        for identifier in ids:
            client.delete(f"/v1/jobs/{identifier}")


def test_jobs_and_strays_are_taken_away_in_time(tmp_path: Path) -> None:
    with serving(tmp_path) as client:
        job = scored(client, "x.csv", export("csv"))
        state, runner = state_of(client), state_of(client).jobs
        assert runner is not None
        stray = tmp_path / "jobs" / "3f0c8a52-7d2e-4a55-9d0b-5f6a1c2b7e90"
        stray.mkdir()
        runner._clean()
        assert stray.exists()  # young: it may be an upload
        os.utime(stray, (0, 0))
        expire(state.store, job["id"])
        runner._clean()
        assert list((tmp_path / "jobs").iterdir()) == []
        assert client.get(f"/v1/jobs/{job['id']}").status_code == 404


def test_results_whose_files_are_gone(tmp_path: Path) -> None:
    with serving(tmp_path) as client:
        job = scored(client, "x.csv", export("csv"))
        for file in (tmp_path / "jobs" / job["id"]).glob("result.csv"):
            file.unlink()
        answer = client.get(f"/v1/jobs/{job['id']}/result")
        assert (answer.status_code, answer.json()["code"]) == (404, "files_gone")


def expire(store: Store, identifier: str) -> None:
    with store.session() as session:
        past = now() - timedelta(seconds=1)
        session.execute(update(Job).where(Job.id == identifier).values(expires=past))


def test_a_worker_of_another_machine_is_dead_after_silence(tmp_path: Path) -> None:
    with serving(tmp_path) as client:
        runner = state_of(client).jobs
        assert runner is not None
        here = Job(owner=runner.owner.split(":")[0] + ":1:x", heartbeat=now())
        assert runner._is_dead(here)  # it holds no lock, which is asked before
        there = Job(owner="elsewhere:1:x", heartbeat=now())
        assert not runner._is_dead(there)
        there.heartbeat = now() - timedelta(seconds=jobs.DEAD_SECONDS + 1)
        assert runner._is_dead(there)
