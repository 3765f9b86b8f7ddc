"""Jobs of this worker. In: the store's open jobs, the data folder. Out: their results; each job run by one worker.

A job is taken by its folder's lock and a row of the store; the lock ends with the process that holds it, so what a
killed service left is taken up at once by the next one, from the last chunk that was scored.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Final

from anyio import to_thread

from hx_detect.batch_options import StreamScorer
from hx_detect.errors import HxDetectError
from hx_detect.serving.job_files import LOCKS, FolderLock, JobFolder, folders, is_young
from hx_detect.serving.job_outcome import CHUNK_ROWS, ended, failed, gave_up, given_back, progress_of, task_of
from hx_detect.serving.job_results import ResultWriter
from hx_detect.serving.job_run import Batcher, BlockScorer, JobChild, ModelChangedError, NotStartedError
from hx_detect.serving.logs import log
from hx_detect.serving.metrics import Metrics
from hx_detect.serving.model_slot import ModelSlot, SlotState
from hx_detect.serving.settings import ServeSettings
from hx_detect.serving.store.engine import Store
from hx_detect.serving.store.jobs import (
    beat,
    claim_job,
    days_from_now,
    expired_jobs,
    find_job,
    open_jobs,
    release_job,
    remove_jobs,
    with_files,
    write_job,
)
from hx_detect.serving.store.tables import Job, now
from hx_detect.wording import set_language

AT_ONCE: Final = 2
"""Jobs that a worker runs side by side."""
LOOK_SECONDS: Final = 1.0
BEAT_SECONDS: Final = 2.0
DEAD_SECONDS: Final = 20.0
"""Silence after which a worker of another machine is taken for dead."""
CLEAN_SECONDS: Final = 600.0
START_SECONDS: Final = 5.0
"""Pause after a process that could not be started."""
MOST_ATTEMPTS: Final = 4
"""Times that a job is begun without getting any further."""


@dataclass(slots=True)
class _Running:
    """A job that this worker runs, and the lock of its folder."""

    job: Job
    folder: JobFolder
    lock: FolderLock


class JobRunner:
    """Runs jobs beside the service's requests. Lives on one event loop.

    Args:
        settings: of the service.
        store: where the jobs are.
        batcher: scores their texts.
        models: says which model is in use.
        metrics: is told of jobs that ended.

    Attributes:
        owner: this worker's name in the store.
        results: gives results in any format.
    """

    def __init__(
        self, settings: ServeSettings, store: Store, batcher: Batcher, models: ModelSlot, metrics: Metrics
    ) -> None:
        self._settings = settings
        self._store = store
        self._batcher = batcher
        self._models = models
        self._metrics = metrics
        self.owner = f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(8)}"
        self._running: dict[str, asyncio.Task[None]] = {}
        self._ending: set[str] = set()
        self.results = ResultWriter(settings)
        self._woken = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None
        self._beat_at = 0.0
        self._cleaned_at = float("-inf")

    @property
    def running(self) -> int:
        """Jobs that run now."""
        return len(self._running)

    async def start(self) -> None:
        """Begin to look for jobs."""
        self._loop = asyncio.create_task(self._live())

    async def stop(self) -> None:
        """Leave the jobs where they are, for this or another worker to go on with."""
        tasks = [task for task in (self._loop, *self._running.values()) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, self.results.stop(), return_exceptions=True)

    def wake(self) -> None:
        """There is a new job: look now."""
        self._woken.set()

    async def forget(self, identifier: str) -> None:
        """A job was cancelled or taken away: end it if it runs here, and remove its files.

        A worker that runs it elsewhere sees to that itself, within seconds.
        """
        task = self._running.get(identifier)
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
        await to_thread.run_sync(self._remove, JobFolder(self._settings.data, identifier))

    async def _live(self) -> None:
        while True:
            self._woken.clear()
            try:
                await self._look()
            except Exception as error:  # the database may be away for a while; jobs wait for it
                log("jobs_not_reached", level=40, error=error)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), LOOK_SECONDS)

    async def _look(self) -> None:
        if self._running and time.monotonic() - self._beat_at >= BEAT_SECONDS:
            self._beat_at = time.monotonic()
            mine = await to_thread.run_sync(beat, self._store, list(self._running), self.owner)
            for identifier in set(self._running) - self._ending - mine:
                self._running[identifier].cancel()
        while len(self._running) < AT_ONCE and self._models.state is SlotState.READY:
            found = await to_thread.run_sync(self._claim)
            if found is None:
                break
            identifier = found.job.id
            task = self._running[identifier] = asyncio.create_task(self._run(found))
            task.add_done_callback(lambda _, one=identifier: self._done(one))  # type: ignore[misc] # the default binds
        if time.monotonic() - self._cleaned_at >= CLEAN_SECONDS:
            self._cleaned_at = time.monotonic()
            await to_thread.run_sync(self._clean)

    def _done(self, identifier: str) -> None:
        self._running.pop(identifier, None)
        self._ending.discard(identifier)
        self.wake()

    def _claim(self) -> _Running | None:
        """The next job that nobody works on, its folder locked."""
        scorer = self._models.current
        if scorer is None:
            return None
        for job in open_jobs(self._store):
            folder = JobFolder(self._settings.data, job.id)
            if job.id in self._running or folder.upload() is None:  # the files may be another machine's
                continue
            lock = folder.lock()
            if lock is None:
                continue
            taken = False
            try:
                taken = (job.state == "queued" or self._is_dead(job)) and self._take(job, model_of(scorer))
            finally:  # also where the store fails: the folder stays free for the next look
                if not taken:
                    lock.release()
            if taken:
                return _Running(job, folder, lock)
        return None

    def _is_dead(self, job: Job) -> bool:
        """Is nobody there who runs it? A lock says so for this machine; elsewhere silence does."""
        if LOCKS and (job.owner or "").split(":")[0] == self.owner.split(":")[0]:
            return True
        return job.heartbeat is None or now() - job.heartbeat > timedelta(seconds=DEAD_SECONDS)

    def _take(self, job: Job, model: tuple[str, str, str]) -> bool:
        before = job.options
        at_start = before.get("rows_at_start")
        stuck = at_start is not None and at_start // CHUNK_ROWS == job.rows_done // CHUNK_ROWS
        attempts = before.get("attempts", 0) + 1 if stuck else 1
        job.options = {**before, "attempts": attempts, "rows_at_start": job.rows_done, "model": list(model)}
        if not claim_job(self._store, job, self.owner):
            return False
        if attempts > MOST_ATTEMPTS:
            values = gave_up(job, days_from_now(self._settings.job_days))
            if write_job(self._store, job.id, self.owner, values):
                self._told(job, values)
            return False
        return True

    async def _run(self, running: _Running) -> None:
        """Run a job to its end; whatever happens, its lock is given back and what nobody needs is removed."""
        job = running.job
        set_language(job.options["lang"])
        try:
            values = await self._outcome(running)
            self._ending.add(job.id)
            if await to_thread.run_sync(write_job, self._store, job.id, self.owner, values):
                self._told(job, values)
        finally:
            try:
                with contextlib.suppress(HxDetectError):  # the database is away: the lock says enough
                    await asyncio.shield(to_thread.run_sync(self._leave, running))
            finally:
                running.lock.release()

    def _told(self, job: Job, values: Mapping[str, Any]) -> None:
        log("job_ended", job=job.id, state=values["state"], rows=values.get("rows_done"))
        if values["state"] in ("done", "failed"):
            self._metrics.job(values["state"], values.get("rows_done", 0), values.get("rejected", 0))

    async def _outcome(self, running: _Running) -> dict[str, Any]:
        job, folder = running.job, running.folder
        upload = await to_thread.run_sync(folder.upload)
        expires = days_from_now(self._settings.job_days)
        if upload is None:
            return failed("files_gone", None, None, expires)

        async def note(message: Any) -> None:  # noqa: ANN401 - JSON
            if not await to_thread.run_sync(write_job, self._store, job.id, self.owner, progress_of(message)):
                raise asyncio.CancelledError

        task = task_of(job, str(folder.path), upload.name, self._settings)
        scorer = BlockScorer(self._batcher, task.model, self._model)
        try:
            last = await JobChild(task, scorer, running.lock.descriptor).run(note)
        except ModelChangedError:
            last = None
        except NotStartedError as error:  # no fault of the file: the attempt does not count
            log("job_not_started", level=30, job=job.id, error=error.__cause__)
            await asyncio.sleep(START_SECONDS)
            return {**given_back(), "options": {**job.options, "attempts": job.options["attempts"] - 1}}
        masking = self._settings.mask
        return await to_thread.run_sync(partial(ended, job, upload.name, last, expires, mask_texts=masking))

    def _leave(self, running: _Running) -> None:
        """The job is not run here any more: give it back, if it is still to be run; remove it, if it is gone."""
        if release_job(self._store, running.job.id, self.owner):
            return
        job = find_job(self._store, running.job.id)
        if job is None or job.state == "cancelled":
            running.folder.remove()

    def _model(self) -> tuple[str, str, str] | None:
        scorer = self._models.current
        return None if scorer is None else model_of(scorer)

    def _remove(self, folder: JobFolder) -> None:
        lock = folder.lock() if folder.path.is_dir() else None
        if lock is not None:
            folder.remove()
            lock.release()

    def _clean(self) -> None:
        """Take away jobs whose time is over, and folders that belong to none."""
        gone_now = expired_jobs(self._store)
        remove_jobs(self._store, gone_now)
        for identifier in gone_now:
            self._remove(JobFolder(self._settings.data, identifier))
        kept = list(folders(self._settings.data))
        needed = with_files(self._store, [folder.id for folder in kept])
        for folder in kept:
            if folder.id not in needed and not is_young(folder):
                self._remove(folder)


def model_of(scorer: StreamScorer) -> tuple[str, str, str]:
    """Name, version and checksum of a scorer's model."""
    checksum = getattr(getattr(scorer, "bundle", None), "checksum", "")
    return scorer.model_name, scorer.model_version, checksum
