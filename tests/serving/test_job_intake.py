"""An upload becomes a job and is begun: whatever store or machine lack, no row without files, no job given up."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import Request
from fastapi.testclient import TestClient
from job_service import export, scored, wait_for
from scoring_service import serving
from starlette.types import Message

from hx_detect.errors import StoreError
from hx_detect.serving import job_intake, jobs
from hx_detect.serving.job_files import folders
from hx_detect.serving.job_intake import take_in
from hx_detect.serving.problems import Problem, queue_full
from hx_detect.serving.state import ServiceState
from hx_detect.serving.store.engine import Store
from hx_detect.serving.store.jobs import add_job, count_open
from hx_detect.serving.store.tables import Job


@pytest.fixture
def state(tmp_path: Path) -> Iterator[ServiceState]:
    with serving(tmp_path) as client:
        yield state_of(client)


def state_of(client: TestClient) -> ServiceState:
    state = client.app.state.service  # type: ignore[attr-defined] # FastAPI's
    assert isinstance(state, ServiceState)
    state.batcher.stop(5)  # nothing is scored: the jobs stay as they were taken in
    return state


def upload() -> Request:
    sent = httpx.Request("POST", "http://x/v1/score/file", files={"file": ("a.csv", b"texto\nno me contesta nadie\n")})
    headers = [(name.lower(), value) for name, value in sent.headers.raw]
    body = sent.read()

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return Request({"type": "http", "method": "POST", "path": "/", "headers": headers, "query_string": b""}, receive)


def room() -> None:
    """There is."""


def test_room_is_looked_at_again_once_the_upload_is_there(state: ServiceState) -> None:
    looks = iter([False, True])

    def taken_meanwhile() -> None:
        if next(looks):
            raise queue_full(1.0)

    with pytest.raises(Problem):
        asyncio.run(take_in(upload(), state, "crm", taken_meanwhile))
    assert next(looks, None) is None
    assert count_open(state.store, "crm") == 0
    assert list(folders(state.settings.data)) == []


def test_what_the_store_does_not_take_leaves_no_files(state: ServiceState, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_store: Store, _job: Job) -> None:
        raise StoreError("away", cure="wait")

    monkeypatch.setattr(job_intake, "add_job", away)
    with pytest.raises(StoreError):
        asyncio.run(take_in(upload(), state, "crm", room))
    assert list(folders(state.settings.data)) == []


def test_a_request_that_is_ended_while_its_row_is_written_keeps_its_files(
    state: ServiceState, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slowly(store: Store, job: Job) -> None:
        begun.set()
        go_on.wait(30)
        add_job(store, job)

    async def ended_in_between() -> None:
        task = asyncio.create_task(take_in(upload(), state, "crm", room))
        await asyncio.to_thread(begun.wait, 30)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        go_on.set()

    monkeypatch.setattr(job_intake, "add_job", slowly)
    asyncio.run(ended_in_between())
    wait_for(lambda: count_open(state.store, "crm") == 1)
    (folder,) = folders(state.settings.data)
    assert folder.upload() is not None


def test_a_process_that_cannot_be_started_is_no_fault_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = iter([True] * (jobs.MOST_ATTEMPTS + 2))
    start = asyncio.create_subprocess_exec

    async def at_first_not(*words: Any, **options: Any) -> Any:  # noqa: ANN401 - what the function takes
        if next(failures, False):
            raise BlockingIOError("no more processes")
        return await start(*words, **options)

    monkeypatch.setattr(asyncio, "create_subprocess_exec", at_first_not)
    monkeypatch.setattr(jobs, "START_SECONDS", 0.01)
    with serving(tmp_path) as client:
        assert scored(client, "x.csv", export("csv"))["state"] == "done"
    assert next(failures, None) is None
