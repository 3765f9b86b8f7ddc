"""The process of one job: ``python -m hx_detect.serving.job_process``. In: a ``JobTask`` on stdin. Out: files, news.

It reads and writes the client's file and has no model: texts are scored by the service that started it. So a file made
to harm takes down this process at most, whose memory and files are bounded, and never slows down the service.
"""

from __future__ import annotations

import contextlib
import gzip
import os
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from hx_detect.batch import opened, score_file
from hx_detect.batch_options import BatchOptions, BatchResult
from hx_detect.errors import HxDetectError, ResumeError
from hx_detect.io.part_folder import PartFolder
from hx_detect.io.read import find_format
from hx_detect.io.source import fetch
from hx_detect.records import Review, RowFailure, Score
from hx_detect.serving.job_scan import FileLimits, count_rows, scan_before_reading
from hx_detect.serving.job_wire import DONE, FAILED, PROGRESS, REFUSED, SCORE, TOTAL, JobTask, Pipe
from hx_detect.serving.refusal import Refusal
from hx_detect.serving.score_wire import result_from_wire, review_to_wire
from hx_detect.wording import say, set_language

BLOCK_TEXTS: Final = 16
"""Texts sent at once: few, so that a caller who waits gets in between."""
BLOCK_CHARS: Final = 4_000
AHEAD: Final = 2
"""Blocks that are on their way at once."""
PROGRESS_SECONDS: Final = 1.0
NICENESS: Final = 5
_NOTHING_SCORED: Final = '{"score":null'


@dataclass(frozen=True, slots=True)
class ModelMark:
    """As much of a bundle as ``batch.model_key`` looks at."""

    checksum: str


class PipeScorer:
    """Has reviews scored by the service (a ``StreamScorer``).

    Attributes:
        model_name: of the service's model.
        model_version: of the service's model.
        bundle: knows the model's checksum.
        scored: texts scored so far.
    """

    def __init__(self, pipe: Pipe, task: JobTask) -> None:
        self._pipe = pipe
        self._language = task.language
        self.model_name, self.model_version, checksum = task.model
        self.bundle = ModelMark(checksum)
        self.scored = 0

    def score_stream(self, reviews: Iterable[Review]) -> Iterator[Score | RowFailure]:
        """Scores in the order of the reviews."""
        waiting: deque[list[Review]] = deque()
        for block in _blocks(self._with_language(review) for review in reviews):
            self._pipe.send({SCORE: [review_to_wire(review) for review in block]})
            waiting.append(block)
            if len(waiting) >= AHEAD:
                yield from self._answer(waiting.popleft())
        while waiting:
            yield from self._answer(waiting.popleft())

    def _answer(self, block: Sequence[Review]) -> Iterator[Score | RowFailure]:
        results = self._pipe.receive()["results"]
        for review, value in zip(block, results, strict=True):
            result = result_from_wire(value, review)
            self.scored += isinstance(result, Score)
            yield result

    def _with_language(self, review: Review) -> Review:
        return review if self._language is None or review.language else replace(review, language=self._language)


class PipeEvents:
    """Tells the service how far the run is, at most once a second (a ``batch_options.Events``).

    Args:
        pipe: to the service.
        done: rows that an earlier process finished.
        rejected: those of them that could not be scored.
        scorer: counts what is scored now.
    """

    def __init__(self, pipe: Pipe, done: int, rejected: int, scorer: PipeScorer) -> None:
        self._pipe = pipe
        self._done, self._before, self._rejected = done, done, rejected
        self._scorer = scorer
        self._told_at = 0.0

    def say(self, line: str) -> None:
        """What was found in the file is of no use to a client who asks for the state."""

    def scored(self, *, hx: bool, fraction: float | None) -> None:  # noqa: ARG002 - the protocol's
        """One more row is done."""
        self._done += 1
        if time.monotonic() - self._told_at >= PROGRESS_SECONDS:
            self.tell()

    def tell(self) -> None:
        """Tell now."""
        self._told_at = time.monotonic()
        rejected = self._rejected + max(0, self._done - self._before - self._scorer.scored)
        self._pipe.send({PROGRESS: [self._done, rejected]})


def main() -> None:
    """Do what the first line says, and tell how it went."""
    with contextlib.suppress(OSError, AttributeError):
        os.nice(NICENESS)
    outgoing = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what a library prints is no message
    pipe = Pipe(sys.stdin.buffer, outgoing)
    task = JobTask.from_json(pipe.receive())
    set_language(task.lang)
    bound(task)
    pipe.send(outcome(task, pipe))


def outcome(task: JobTask, pipe: Pipe) -> dict[str, Any]:
    """Do it.

    Returns:
        The last message: ``done``, ``refused`` or ``failed``.
    """
    try:
        return {DONE: write_again(task, pipe) if task.work == "write" else score(task, pipe)}
    except Refusal as error:
        return {REFUSED: {"code": error.code, "message": say(*error.what), "cure": say(*error.cure)}}
    except MemoryError:
        return _memory_spent()
    except HxDetectError as error:
        if isinstance(error.__cause__, MemoryError):  # Arrow's is also one of its kinds of damage
            return _memory_spent()
        return {FAILED: {"kind": type(error).__name__, "message": error.what, "cure": error.cure}}
    except Exception as error:  # what a broken file can raise has no end; its message may hold a customer's words
        return {FAILED: {"kind": type(error).__name__, "message": None, "cure": None}}


def _memory_spent() -> dict[str, Any]:
    message = say("The file needs too much memory", "El fichero necesita demasiada memoria")
    cure = say("Split it, or write smaller row groups", "Divídalo o escriba grupos de filas más pequeños")
    return {REFUSED: {"code": "needs_too_much_memory", "message": message, "cure": cure}}


def bound(task: JobTask) -> None:
    """Bound the memory of this process and the size of what it writes, where the system can."""
    try:
        import resource
    except ImportError:
        return
    if task.memory_bytes:
        resource.setrlimit(resource.RLIMIT_DATA, (task.memory_bytes, task.memory_bytes))
    largest = 4 * task.unpacked_bytes
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def score(task: JobTask, pipe: Pipe) -> dict[str, Any]:
    """Score the upload, from where an earlier process of the job was.

    Raises:
        Refusal: the file is larger than it may be.
        HxDetectError: it cannot be read, or the result cannot be written.
    """
    place = Path(task.folder) / task.upload
    total = _scan(task, place)
    pipe.send({TOTAL: total})
    scorer = PipeScorer(pipe, task)
    part = Path(_output(task) + ".part")
    done, rejected = kept_rows(part)
    events = PipeEvents(pipe, min(done, total), rejected, scorer)
    events.tell()
    try:
        result = score_file(str(place), _output(task), lambda: scorer, _options(task, resume=True), events)
    except ResumeError:  # the model is another one now: a file is scored by one model
        events = PipeEvents(pipe, 0, 0, scorer)
        events.tell()
        result = score_file(str(place), _output(task), lambda: scorer, _options(task, resume=False), events)
    return _told(result, total)


def write_again(task: JobTask, pipe: Pipe) -> dict[str, Any]:
    """Write the rows that were scored in another format.

    Raises:
        HxDetectError: the format cannot hold them, or the result cannot be written.
    """
    place = Path(task.folder) / task.upload
    kept = Path(_output(replace(task, result_format=task.scored_format)) + ".part")
    copy = PartFolder.copy_for(kept, _output(task))
    scorer = PipeScorer(pipe, task)
    options = replace(_options(task, resume=True), keep_part=False)
    done, rejected = kept_rows(copy)
    score_file(str(place), _output(task), lambda: scorer, options, PipeEvents(pipe, done, rejected, scorer))
    return {}


def kept_rows(part: Path) -> tuple[int, int]:
    """Rows in the chunks of an earlier process, and those of them that could not be scored."""
    done = rejected = 0
    for chunk in part.glob("chunk-*.gz"):
        with gzip.open(chunk, "rt", encoding="utf-8") as lines:
            for line in lines:
                done += 1
                rejected += line.startswith(_NOTHING_SCORED)
    return done, rejected


def _scan(task: JobTask, place: Path) -> int:
    limits = FileLimits(task.unpacked_bytes, task.rows, task.cells)
    with fetch(str(place)) as source:
        scan_before_reading(source, find_format(source), limits)
        table, _ = opened(source, _options(task, resume=True), _Silent())
        return count_rows(table, limits)


class _Silent:
    """Tells nobody."""

    def say(self, line: str) -> None:
        """Nothing."""

    def scored(self, *, hx: bool, fraction: float | None) -> None:
        """Nothing."""


def _options(task: JobTask, *, resume: bool) -> BatchOptions:
    return BatchOptions(
        columns=task.columns,
        kind=task.kind,
        all_signals=task.all_signals,
        resume=resume,
        overwrite=not resume,
        chunk_rows=task.chunk_rows,
        keep_part=True,
    )


def _output(task: JobTask) -> str:
    from hx_detect.serving.job_files import SUFFIXES

    return str(Path(task.folder) / f"result{SUFFIXES[task.result_format]}")


def _told(result: BatchResult, total: int) -> dict[str, Any]:
    damage = result.damage
    return {
        "rows": total,
        "rejected": sum(result.summary.rejected.values()),
        "summary": result.summary.to_dict(),
        "damage": None if damage is None else {
            "kind": type(damage).__name__, "message": damage.what, "cure": damage.cure
        },
    }  # fmt: skip


def _blocks(reviews: Iterable[Review]) -> Iterator[list[Review]]:
    block: list[Review] = []
    characters = 0
    for review in reviews:
        block.append(review)
        characters += len(review.text)
        if len(block) == BLOCK_TEXTS or characters >= BLOCK_CHARS:
            yield block
            block, characters = [], 0
    if block:
        yield block


if __name__ == "__main__":
    main()
