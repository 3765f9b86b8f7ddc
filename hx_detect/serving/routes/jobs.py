"""``/v1/score/file`` and ``/v1/jobs``. In: files. Out: jobs, their progress, their results and rejected rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Final

from anyio import to_thread
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse, StreamingResponse

from hx_detect.io.source import plain_name
from hx_detect.serving.auth import Caller, require
from hx_detect.serving.documented import problems
from hx_detect.serving.job_files import ID_PATTERN, JobFolder, is_id
from hx_detect.serving.job_intake import take_in
from hx_detect.serving.job_results import gone
from hx_detect.serving.jobs import JobRunner
from hx_detect.serving.logs import log
from hx_detect.serving.problems import Problem
from hx_detect.serving.schemas_jobs import (
    LARGEST_PAGE,
    PAGE,
    Format,
    JobAnswer,
    JobsPage,
    form_schema,
    job_answer,
)
from hx_detect.serving.state import ServiceState, get_state
from hx_detect.serving.store.jobs import cancel_job, count_open, days_from_now, find_job, jobs_page
from hx_detect.serving.store.tables import Job

router = APIRouter(prefix="/v1", tags=["files"])

MOST_OPEN: Final = 20
"""Jobs of one key that may wait or run."""
LINES: Final = "application/x-ndjson"
MEDIA_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "tsv": "text/tab-separated-values; charset=utf-8",
    "jsonl": LINES,
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_FORM: Final[dict[str, Any]] = {
    "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": form_schema()}}}
}
_BYTES: Final = {"schema": {"type": "string", "format": "binary"}}
_RESULTS: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The rows with their scores",
        "content": {kind.partition(";")[0]: _BYTES for kind in MEDIA_TYPES.values()},
    }
}
_REJECTS: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "One JSON object a line", "content": {LINES: {"schema": {"type": "string"}}}}
}
Scorer = Annotated[Caller, require("score")]


@router.post(
    "/score/file",
    status_code=202,
    response_model=JobAnswer,
    responses=problems(400, 401, 403, 413, 415, 422, 429, 503),
    openapi_extra=_FORM,
    summary="Score a file in the background",
)
async def score_file(request: Request, response: Response, caller: Scorer) -> JobAnswer:
    """Send an export as the part `file` of a form. The answer names the job; `Location` is where its progress is."""
    state, runner = get_state(request), _runner(request)
    job = await take_in(request, state, caller.name, partial(_check_room, state, caller))
    log("job_queued", job=job.id, format=job.format)
    runner.wake()
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return job_answer(job)


@router.get("/jobs", response_model=JobsPage, responses=problems(401, 403, 422, 429, 503), summary="The caller's jobs")
async def jobs(
    request: Request,
    caller: Scorer,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = PAGE,
    after: Annotated[str | None, Query(pattern=ID_PATTERN, description="`next` of the page before")] = None,
) -> JobsPage:
    """The jobs of this key, the newest first; a key with the scope admin sees everybody's."""
    whose = None if "admin" in caller.scopes else caller.name

    def read() -> list[Job]:
        return jobs_page(get_state(request).store, key_name=whose, limit=limit + 1, after=after)

    found = await to_thread.run_sync(read)
    more = found[limit - 1].id if len(found) > limit else None
    return JobsPage(jobs=[job_answer(job) for job in found[:limit]], next=more)


@router.get(
    "/jobs/{job_id}", response_model=JobAnswer, responses=problems(401, 403, 404, 422, 429, 503), summary="One job"
)
async def job_state(request: Request, job_id: str, caller: Scorer) -> JobAnswer:
    """How far a job is; once it is done, its summary."""
    return job_answer(await _own(request, job_id, caller))


@router.get(
    "/jobs/{job_id}/result",
    response_class=Response,
    responses=_RESULTS | problems(401, 403, 404, 409, 422, 429, 503),
    summary="The scored rows",
)
async def result(request: Request, job_id: str, caller: Scorer, format: Format | None = None) -> Response:
    """The input's columns with the scores, in the format asked for with the file or in any other.

    Another format is written at the first call for it; where that takes long, the answer is 503 with `Retry-After`.
    """
    job = await _done(request, job_id, caller)
    wanted = format or job.options["result_format"]
    place = await _runner(request).results.find(job, wanted)
    stem = PurePosixPath(plain_name(job.file_name)).stem
    return FileResponse(place, media_type=MEDIA_TYPES[wanted], filename=f"{stem}.scored.{wanted}")


@router.get(
    "/jobs/{job_id}/rejects",
    response_class=Response,
    responses=_REJECTS | problems(401, 403, 404, 409, 422, 429, 503),
    summary="The rows that could not be scored",
)
async def rejects(request: Request, job_id: str, caller: Scorer) -> Response:
    """What is wrong with each row that was not scored, or not wholly understood, as JSON lines; often none."""
    job = await _done(request, job_id, caller)
    folder = JobFolder(get_state(request).settings.data, job.id)
    if not await to_thread.run_sync(folder.path.is_dir):
        raise gone()
    place = folder.rejects(job.options["result_format"])
    return StreamingResponse(_reject_lines(place, job.file_name), media_type=LINES)


@router.delete(
    "/jobs/{job_id}", status_code=204, responses=problems(401, 403, 404, 422, 429, 503), summary="Cancel or remove"
)
async def remove(request: Request, job_id: str, caller: Scorer) -> Response:
    """Stop a job that waits or runs, remove its files; take away one that has ended and all that is known of it."""
    state, job = get_state(request), await _own(request, job_id, caller)
    await to_thread.run_sync(cancel_job, state.store, job.id, days_from_now(state.settings.job_days))
    await _runner(request).forget(job.id)
    log("job_removed", job=job.id)
    return Response(status_code=204)


def _check_room(state: ServiceState, caller: Caller) -> None:
    if count_open(state.store, caller.name) >= MOST_OPEN:
        raise Problem(
            429, "too_many_jobs", f"{MOST_OPEN} files of this key wait or are being scored",
            f"{MOST_OPEN} ficheros de esta clave esperan o se están puntuando",
            cure_en="Wait until one is done, or cancel one", cure_es="Espere a que acabe alguno o cancele uno",
            headers={"Retry-After": "30"},
        )  # fmt: skip


async def _own(request: Request, job_id: str, caller: Caller) -> Job:
    """The job, if the caller may know of it.

    Raises:
        Problem: 404; also for a job of another key.
    """
    job = await to_thread.run_sync(find_job, get_state(request).store, job_id) if is_id(job_id) else None
    if job is None or (job.key_name != caller.name and "admin" not in caller.scopes):
        raise Problem(
            404, "no_such_job", "There is no such job of this key", "Esta clave no tiene ese trabajo",
            cure_en="GET /v1/jobs lists them", cure_es="GET /v1/jobs los lista",
        )  # fmt: skip
    return job


async def _done(request: Request, job_id: str, caller: Caller) -> Job:
    job = await _own(request, job_id, caller)
    if job.state != "done":
        raise Problem(
            409, "not_done", f"The job is {job.state}, not done", f"El trabajo no ha acabado: está en {job.state}",
            cure_en="GET /v1/jobs/{id} says how far it is", cure_es="GET /v1/jobs/{id} dice por dónde va",
            state=job.state,
        )  # fmt: skip
    return job


def _reject_lines(place: Path, name: str) -> Iterator[bytes]:
    """The lines with the file's name as the client knows it."""
    if not place.is_file():
        return
    with place.open("rb") as lines:
        for line in lines:
            value = json.loads(line)
            yield json.dumps({**value, "file": name}, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"


def _runner(request: Request) -> JobRunner:
    runner = get_state(request).jobs
    if runner is None:
        raise Problem(
            503, "not_ready", "The service is starting or ending", "El servicio está arrancando o terminando",
            cure_en="Try again soon; /readyz says when", cure_es="Inténtelo en breve; /readyz dice cuándo",
            headers={"Retry-After": "1"},
        )  # fmt: skip
    return runner
