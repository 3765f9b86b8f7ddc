"""One job's process and the service's end of it. In: a ``JobTask``. Out: its texts scored, news of it, how it ended."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

import hx_detect
from hx_detect.intake import empty_text, failure_of
from hx_detect.records import Review, RowFailure, Score
from hx_detect.serving.job_wire import DONE, FAILED, LINE_BYTES, REFUSED, SCORE, JobTask, line_of
from hx_detect.serving.problems import Problem
from hx_detect.serving.score_wire import result_to_wire, review_from_wire
from hx_detect.wording import say

CALLER: Final = "(jobs)"
"""All jobs' name in the fair queue, which no key can have: together they get one caller's share."""
LATER: Final = (429, 503)
"""Statuses that pass."""
LONGEST_WAIT: Final = 5.0
TRIES: Final = 3
_LAST: Final = (DONE, REFUSED, FAILED)

News = Callable[[Mapping[str, Any]], Awaitable[None]]


class Scored(Protocol):
    """What ``MicroBatcher.submit`` gives."""

    @property
    def results(self) -> Sequence[Score | RowFailure]:
        """One per review, in order."""
        ...

    @property
    def model_name(self) -> str:
        """Name of the model that scored them."""
        ...

    @property
    def model_version(self) -> str:
        """Its version."""
        ...


class Batcher(Protocol):
    """What a job needs of ``MicroBatcher``."""

    def submit(self, reviews: Sequence[Review], caller: str) -> Awaitable[Scored]:
        """Have reviews scored."""
        ...


class ModelChangedError(Exception):
    """Another model was taken up: the file is to be scored by it from the start."""


class NotStartedError(Exception):
    """The machine could not begin a process: it is short of memory, of processes or of open files."""


class BlockScorer:
    """Has a job's blocks scored among the other callers' requests.

    Args:
        batcher: of the service.
        model: name, version and checksum of the model that the job began with.
        current: the same of the model in use.
    """

    def __init__(
        self, batcher: Batcher, model: tuple[str, str, str], current: Callable[[], tuple[str, str, str] | None]
    ) -> None:
        self._batcher = batcher
        self._model = model
        self._current = current

    async def score(self, reviews: Sequence[Review]) -> list[dict[str, Any]]:
        """Results in order, ready to be sent; a text that fails the model is a failed row, not a failed job.

        Raises:
            ModelChangedError: they were scored by another model than the job began with.
        """
        results = await self._score(reviews)
        return [result_to_wire(_in_our_words(*pair)) for pair in zip(reviews, results, strict=True)]

    async def _score(self, reviews: Sequence[Review]) -> list[Score | RowFailure]:
        tries, wait = 0, 0.1
        while True:
            try:
                scored = await self._batcher.submit(reviews, CALLER)
            except Problem as problem:
                if problem.status in LATER:
                    await asyncio.sleep(_wait_of(problem, wait))
                    wait = min(LONGEST_WAIT, 2 * wait)
                    continue
                if len(reviews) > 1:
                    return [(await self._score([review]))[0] for review in reviews]
                tries += 1
                if tries >= TRIES:
                    return [_failed(reviews[0], problem)]
            else:
                if self._current() != self._model or (scored.model_name, scored.model_version) != self._model[:2]:
                    raise ModelChangedError
                return list(scored.results)


class JobChild:
    """The process of one task.

    Args:
        task: what it is to do.
        scorer: scores its blocks.
        lock: descriptor of the folder's lock, which the process is to hold as well.
    """

    def __init__(self, task: JobTask, scorer: BlockScorer | None, lock: int | None) -> None:
        self._task = task
        self._scorer = scorer
        self._lock = lock
        self._last: asyncio.Task[None] | None = None

    async def run(self, news: News) -> Mapping[str, Any] | None:
        """Run it to its end.

        Args:
            news: is told of ``total`` and ``progress``.

        Returns:
            Its last message, or None where it died without one.

        Raises:
            ModelChangedError: see ``BlockScorer``.
            NotStartedError: it has not begun.
        """
        try:
            process = await self._start()
        except OSError as error:
            raise NotStartedError from error
        try:
            assert process.stdin is not None and process.stdout is not None  # noqa: PT018 - asked for above
            process.stdin.write(line_of(self._task.to_json()))
            while line := await process.stdout.readline():
                message = json.loads(line)
                if SCORE in message:
                    self._answer_later(process, message[SCORE])
                elif any(word in message for word in _LAST):
                    return dict(message)
                else:
                    await news(message)
            if self._last is not None:
                await self._last
            return None
        finally:
            await self._end(process)

    async def _start(self) -> Process:
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, (_IMPORTED_FROM, os.environ.get("PYTHONPATH")))),
            "TMPDIR": self._task.folder,
            "ARROW_DEFAULT_MEMORY_POOL": "system",  # the other pools set aside more than they use
        }
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "hx_detect.serving.job_process",
            stdin=PIPE, stdout=PIPE, stderr=DEVNULL, limit=LINE_BYTES, env=environment, start_new_session=True,
            pass_fds=() if self._lock is None else (self._lock,),
        )  # fmt: skip

    def _answer_later(self, process: Process, reviews: Sequence[Mapping[str, Any]]) -> None:
        """Blocks are scored side by side and answered in order."""
        answer = asyncio.create_task(self._answer(process, reviews, self._last))
        answer.add_done_callback(lambda done: _kill(process) if not done.cancelled() and done.exception() else None)
        self._last = answer

    async def _answer(
        self, process: Process, reviews: Sequence[Mapping[str, Any]], before: asyncio.Task[None] | None
    ) -> None:
        assert self._scorer is not None and process.stdin is not None  # noqa: PT018 - only scoring asks
        results = await self._scorer.score([review_from_wire(review) for review in reviews])
        if before is not None:
            await before
        with contextlib.suppress(ConnectionError):
            process.stdin.write(line_of({"results": results}))
            await process.stdin.drain()

    async def _end(self, process: Process) -> None:
        if self._last is not None:
            self._last.cancel()
        _kill(process)
        await asyncio.shield(process.wait())


_IMPORTED_FROM: Final = str(Path(hx_detect.__file__).parents[1])


def _kill(process: Process) -> None:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()


def _wait_of(problem: Problem, otherwise: float) -> float:
    try:
        return min(LONGEST_WAIT, max(otherwise, float(problem.headers.get("Retry-After", 0))))
    except ValueError:
        return otherwise


def _in_our_words(review: Review, result: Score | RowFailure) -> Score | RowFailure:
    """The scorer's thread does not know the job's language; an empty text is what it finds wrong with a row."""
    if isinstance(result, RowFailure) and result.code == "empty":
        return failure_of(review, empty_text())
    return result


def _failed(review: Review, problem: Problem) -> RowFailure:
    return RowFailure(
        review.row, "text", problem.code, say(*problem.detail),
        say("Score it by itself, or in parts", "Puntúelo aparte o por partes"), review.id, review.text[:200],
    )  # fmt: skip
