"""A job's result in a format. In: a job that is done. Out: a file; rows that are scored are not scored again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from anyio import to_thread

from hx_detect.serving.job_files import JobFolder
from hx_detect.serving.job_outcome import task_of
from hx_detect.serving.job_run import JobChild
from hx_detect.serving.problems import Problem
from hx_detect.serving.settings import ServeSettings
from hx_detect.serving.store.tables import Job

WRITING_SECONDS: Final = 20.0
"""How long a caller waits for a result to be written in another format."""


class ResultWriter:
    """Writes results in formats that were not asked for with the file, one at a time. Lives on one event loop.

    Args:
        settings: of the service.
    """

    def __init__(self, settings: ServeSettings) -> None:
        self._settings = settings
        self._writing: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._one = asyncio.Semaphore(1)

    async def find(self, job: Job, format: str) -> Path:
        """The scored rows in a format; written now where they have not been.

        Args:
            job: one that is done.
            format: one of ``io.rows.FORMATS``.

        Raises:
            Problem: 404 the files are gone, 422 the format cannot hold them, 503 it is still being written.
        """
        folder = JobFolder(self._settings.data, job.id)
        place = folder.result(format)
        if await to_thread.run_sync(place.is_file):
            return place
        if not await to_thread.run_sync(folder.result(job.options["result_format"]).is_file):
            raise gone()
        key = (job.id, format)
        task = self._writing.get(key)
        if task is None:
            task = self._writing[key] = asyncio.create_task(self._write(job, folder, format))
            task.add_done_callback(lambda done: self._forget(key, done))
        await asyncio.wait([task], timeout=WRITING_SECONDS)
        if not task.done():
            raise _being_written()
        await task
        return place

    async def stop(self) -> None:
        """Leave what is being written; it is begun again when it is asked for again."""
        tasks = list(self._writing.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _forget(self, key: tuple[str, str], task: asyncio.Task[None]) -> None:
        self._writing.pop(key, None)
        if not task.cancelled():
            task.exception()  # who waits is told; if nobody does any more, nobody need be

    async def _write(self, job: Job, folder: JobFolder, format: str) -> None:
        async with self._one:
            upload, lock = folder.upload(), folder.lock("writing.lock")
            if lock is None:  # another worker is at it
                raise _being_written()
            try:
                if upload is None:
                    raise gone()
                task = task_of(job, str(folder.path), upload.name, self._settings)
                child = JobChild(replace(task, work="write", result_format=format), None, lock.descriptor)
                last = await child.run(_unheard)
            finally:
                lock.release()
        if not folder.result(format).is_file():
            raise _not_written(format, dict(last or {}))


async def _unheard(_: Mapping[str, Any]) -> None:
    """Nobody is told."""


def gone() -> Problem:
    """404: the files of a job are not on this machine."""
    return Problem(
        404, "files_gone", "The job's files are not here any more", "Los ficheros del trabajo ya no están aquí",
        cure_en="Send the file again", cure_es="Envíe el fichero de nuevo",
    )  # fmt: skip


def _being_written() -> Problem:
    return Problem(
        503, "being_written", "The result is being written in this format",
        "El resultado se está escribiendo en este formato",
        cure_en="Ask again after Retry-After", cure_es="Vuelva a pedirlo tras Retry-After",
        headers={"Retry-After": "5"},
    )  # fmt: skip


def _not_written(format: str, last: Mapping[str, Any]) -> Problem:
    what = next((value.get("message") for value in last.values() if isinstance(value, dict)), None)
    return Problem(
        422, "not_in_this_format", what or f"The rows could not be written as {format}",
        what or f"No se han podido escribir las filas como {format}",
        cure_en="Ask for csv, jsonl or parquet", cure_es="Pida csv, jsonl o parquet",
    )  # fmt: skip
