"""A job's row <-> its process. In: a row, or what the process told. Out: the process's task, or values of the row."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from hx_detect.errors import HTTP_STATUSES
from hx_detect.io.columns import ROLE_NAMES
from hx_detect.serving.job_wire import DONE, FAILED, PROGRESS, REFUSED, TOTAL, JobTask
from hx_detect.serving.problems import code_of
from hx_detect.serving.settings import ServeSettings
from hx_detect.serving.store.tables import Job, now
from hx_detect.wording import say

CHUNK_ROWS: Final = 500
"""Rows that a kill can cost."""
MEMORY_BYTES: Final = 3 << 30
"""Memory that one job's process may have, whatever the file."""
_CODES: Final = {kind.__name__: code_of(kind) for kind in HTTP_STATUSES}


def task_of(job: Job, folder: str, upload: str, settings: ServeSettings) -> JobTask:
    """What the job's process is to do."""
    options = job.options
    name, version, checksum = options["model"]
    return JobTask(
        work="score",
        folder=folder,
        upload=upload,
        result_format=options["result_format"],
        scored_format=options["result_format"],
        model=(name, version, checksum),
        columns=options["columns"],
        kind=options["kind"],
        language=options["language"],
        lang=options["lang"],
        all_signals=options["all_signals"],
        chunk_rows=CHUNK_ROWS,
        unpacked_bytes=settings.max_unpacked_bytes,
        rows=settings.max_file_rows,
        cells=settings.max_cells,
        memory_bytes=MEMORY_BYTES,
    )


def progress_of(message: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a message of progress."""
    if TOTAL in message:
        return {"rows_total": int(message[TOTAL])}
    done, rejected = message[PROGRESS]
    return {"rows_done": int(done), "rejected": int(rejected)}


def masked(summary: Mapping[str, Any]) -> dict[str, Any]:
    """A summary without personal data: its quotes and excerpts are customers' words."""
    from hx_detect.serving.mask import mask

    calls = [{**call, "excerpt": mask(call["excerpt"]).text} for call in summary["call_back"]]
    signals = [
        {**one, "example": one["example"] and {**one["example"], "text": mask(one["example"]["text"]).text}}
        for one in summary["signals"]
    ]
    return {**summary, "call_back": calls, "signals": signals}


def ended(
    job: Job, upload: str, last: Mapping[str, Any] | None, expires: datetime, *, mask_texts: bool = False
) -> dict[str, Any]:
    """The values after the process's last message; without one it died, and the job waits for another try.

    Args:
        job: the row as it was taken.
        upload: the file's name in its folder.
        last: the message.
        expires: when the job is taken away.
        mask_texts: personal data is masked before the summary is stored.
    """
    if last is None:
        return given_back()
    if DONE in last:
        told = last[DONE]
        values = {
            "state": "done",
            "rows_total": told["rows"],
            "rows_done": told["rows"],
            "rejected": told["rejected"],
            "summary": masked(told["summary"]) if mask_texts else told["summary"],
            "error": None if told["damage"] is None else _error(_code(told["damage"]), told["damage"], job, upload),
        }
        return {**values, **_end(expires)}
    why = last.get(REFUSED) or last[FAILED]
    return {"state": "failed", "error": _error(why.get("code") or _code(why), why, job, upload), **_end(expires)}


def given_back() -> dict[str, Any]:
    """The values of a job that waits for another try."""
    return {"state": "queued", "owner": None}


def failed(code: str, message: str | None, cure: str | None, expires: datetime) -> dict[str, Any]:
    """The values of a job that failed."""
    error = {
        "code": code,
        "message": message or say("The service could not read or score the file",
                                  "El servicio no ha podido leer o puntuar el fichero"),
        "cure": cure or say("Export it again and send it once more", "Expórtelo de nuevo y vuelva a enviarlo"),
    }  # fmt: skip
    return {"state": "failed", "error": error, **_end(expires)}


def gave_up(job: Job, expires: datetime) -> dict[str, Any]:
    """The values of a job that was begun too often without getting further."""
    english = job.options["lang"] != "es"
    return failed(
        "gave_up",
        "The file ended the process that scores it, several times"
        if english
        else "El fichero ha acabado varias veces con el proceso que lo puntúa",
        "Split it and send the parts" if english else "Divídalo y envíe las partes",
        expires,
    )


def _end(expires: datetime) -> dict[str, Any]:
    return {"owner": None, "finished": now(), "expires": expires}


def _code(why: Mapping[str, Any]) -> str:
    """``InputFormatError`` -> ``input_format``; what is not of our tree is an ``internal`` fault."""
    return "internal" if why["message"] is None else _CODES.get(why["kind"], "input")


def _error(code: str, why: Mapping[str, Any], job: Job, upload: str) -> dict[str, Any]:
    """With the file's name as the client knows it; places on this machine and options of the command are not shown."""
    told = failed(code, why["message"], why["cure"], now())["error"]
    named = {key: value.replace(upload, job.file_name) for key, value in told.items()}
    if code in ("output", "resume"):
        named["message"] = say("The result could not be written", "No se ha podido escribir el resultado")
        named["cure"] = say("Ask for another format, or send a smaller file",
                            "Pida otro formato o envíe un fichero menor")  # fmt: skip
    return {**{key: _as_fields(value) for key, value in named.items()}, "code": code}


def _as_fields(words: str) -> str:
    """``--text-column`` of the command is the form's field ``text_column``."""
    for role in ROLE_NAMES:
        words = words.replace(f"--{role}-column", f"{role}_column")
    return words
