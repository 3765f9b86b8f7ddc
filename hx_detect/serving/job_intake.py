"""A request with a file -> a job that waits. In: the request, as it comes. Out: a row and a folder, both on disk."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Final

from anyio import to_thread
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.requests import ClientDisconnect

from hx_detect.serving.body_limit import body_too_slow
from hx_detect.serving.client_watch import client_gone
from hx_detect.serving.job_files import JobFolder
from hx_detect.serving.problems import Problem
from hx_detect.serving.refusal import Refusal
from hx_detect.serving.schemas_jobs import JobFields
from hx_detect.serving.state import ServiceState
from hx_detect.serving.store.jobs import add_job
from hx_detect.serving.store.tables import Job, now
from hx_detect.serving.upload_check import Settled, settle
from hx_detect.serving.uploads import Upload, check_declared, receive
from hx_detect.wording import language, set_language

FORGIVEN: Final = 8 << 20
"""Bytes that are still read and thrown away after a refusal, so that the client gets to read why."""


PAUSE_SECONDS: Final = 60.0
"""Between two pieces of an upload, which as a whole may take as long as it needs."""


async def take_in(request: Request, state: ServiceState, key_name: str, check_room: Callable[[], None]) -> Job:
    """Write an upload down, look at it, and make its job. While that lasts, the folder is locked.

    Args:
        request: of which the body has not been read.
        state: the service.
        key_name: whose job it will be.
        check_room: raises a Problem where there is room for no more jobs; asked again once the upload is there.

    Raises:
        Problem: what was sent is refused, or cannot be kept; nothing of it stays.
        RequestValidationError: a field of the form.
    """
    await to_thread.run_sync(check_room)
    body = without_pauses(request.stream(), PAUSE_SECONDS)
    try:
        check_declared(request.headers.get("content-length"), state.settings.max_file_bytes)
        folder = await to_thread.run_sync(JobFolder.make, state.settings.data)
        lock = folder.lock()
        adding = None
        try:
            job = await _received(request, body, state, key_name, folder)
            await to_thread.run_sync(check_room)
            adding = asyncio.create_task(to_thread.run_sync(add_job, state.store, job))
            await asyncio.shield(adding)
        except BaseException:
            if adding is None or (adding.done() and adding.exception()):  # else the row is there or on its way
                folder.remove()
            raise
        finally:
            if lock is not None:
                lock.release()
    except Refusal as refusal:
        await _read_on(body)
        raise _problem(refusal) from refusal
    except ClientDisconnect as error:
        raise client_gone() from error
    except OSError as error:
        raise _not_kept(error) from error
    return job


async def without_pauses(body: AsyncIterator[bytes], seconds: float) -> AsyncIterator[bytes]:
    """The pieces of a body, unless none comes for so many seconds.

    Raises:
        Problem: 408, none came for too long.
    """
    while True:
        try:
            async with asyncio.timeout(seconds):
                piece = await anext(body)
        except StopAsyncIteration:
            return
        except TimeoutError as error:
            raise body_too_slow(seconds) from error
        yield piece


async def _read_on(body: AsyncIterator[bytes]) -> None:
    size = 0
    with suppress(ClientDisconnect):
        async for piece in body:
            size += len(piece)
            if size > FORGIVEN:
                return


async def _received(
    request: Request, body: AsyncIterator[bytes], state: ServiceState, key_name: str, folder: JobFolder
) -> Job:
    settings = state.settings
    kind = request.headers.get("content-type", "")
    upload = await receive(body, kind, folder.path, settings.max_file_bytes)
    fields = _fields(upload)
    set_language(fields.lang or language())
    settled = await to_thread.run_sync(settle, upload.path, upload.name, settings.max_unpacked_bytes)
    return _row(key_name, folder, upload, fields, settled)


def _fields(upload: Upload) -> JobFields:
    """The form's fields; empty ones are as if they were not there, as HTML forms send them."""
    try:
        return JobFields.model_validate({name: value for name, value in upload.fields.items() if value})
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from None


def _row(key_name: str, folder: JobFolder, upload: Upload, fields: JobFields, settled: Settled) -> Job:
    options = {
        "columns": fields.columns(),
        "kind": fields.kind,
        "language": fields.language,
        "lang": language(),
        "all_signals": fields.all_signals,
        "result_format": fields.format or settled.format,
    }
    return Job(
        id=folder.id, created=now(), state="queued", file_name=upload.name, format=settled.format, options=options,
        rows_done=0, rejected=0, key_name=key_name,
    )  # fmt: skip


def _problem(refusal: Refusal) -> Problem:
    (en, es), (cure_en, cure_es) = refusal.what, refusal.cure
    return Problem(refusal.status, refusal.code, en, es, cure_en=cure_en, cure_es=cure_es)


def _not_kept(error: OSError) -> Problem:
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    return Problem(
        503, "no_space" if full else "not_written",
        "The service cannot keep the file" + (": its disk is full" if full else ""),
        "El servicio no puede guardar el fichero" + (": su disco está lleno" if full else ""),
        cure_en="Try again later, or tell who runs the service",
        cure_es="Inténtelo más tarde o avise a quien lleva el servicio",
        headers={"Retry-After": "60"},
    )  # fmt: skip
