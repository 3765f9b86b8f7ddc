"""JSON lines in -> JSON lines out, for as long as they come. In: an ASGI request. Out: one line per line, in order.

Back-pressure: no more than ``AHEAD`` groups of lines are read ahead of what the client has taken; a client that does
not read is not read from either.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from hx_detect.records import Review, RowFailure
from hx_detect.serving.flood import refuse_flood
from hx_detect.serving.micro_batch import MicroBatcher
from hx_detect.serving.problems import Problem, shape_code
from hx_detect.serving.schemas import ReviewIn, ScoreOptions
from hx_detect.serving.score_json import ItemFailure, as_json, failure_of, load_json, review_of, shaper
from hx_detect.serving.shape_words import first_complaint
from hx_detect.wording import say

GROUP_LINES: Final = 32
"""Lines that are scored as one request."""
AHEAD: Final = 4
LOOK_SECONDS: Final = 0.25
"""How often a stream that waits for lines looks whether the service ends."""
RETRY_SECONDS: Final = 0.05
_FULL: Final = 429

Line = bytes | None
"""A line without its end; None for one that is too long."""


class LineSplitter:
    """Bytes as they come -> whole lines; blank ones are left out.

    Args:
        longest: bytes of a line; of a longer one only the fact is kept.
    """

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._rest = bytearray()
        self._skipping = False

    def feed(self, data: bytes) -> list[Line]:
        """The lines that end in these bytes."""
        *ends, rest = data.split(b"\n")
        lines: list[Line] = []
        for end in ends:
            self._add(end)
            lines += self._finished()
        self._add(rest)
        return lines

    def end(self) -> list[Line]:
        """The last line, if it had no end."""
        return self._finished()

    def _add(self, part: bytes) -> None:
        if not self._skipping:
            self._rest += part
            if len(self._rest) > self._longest:
                self._skipping = True
                self._rest.clear()

    def _finished(self) -> list[Line]:
        line = None if self._skipping else bytes(self._rest).strip()
        self._rest.clear()
        self._skipping = False
        return [] if line == b"" else [line]


@dataclass(frozen=True, slots=True)
class StreamPlan:
    """How a stream is scored.

    Attributes:
        batcher: scores.
        caller: whose turn it is.
        options: of the answer.
        longest: bytes of a line.
        patience: seconds that a line may wait for room in the queue.
        ending: the service is about to end.
        refused: is told the code of each line that is not even tried.
    """

    batcher: MicroBatcher
    caller: str
    options: ScoreOptions
    longest: int
    patience: float
    ending: Callable[[], bool]
    refused: Callable[[str], None]


class LineStream(Response):
    """An answer that is written while the request is still being read."""

    media_type = "application/x-ndjson"

    def __init__(self, plan: StreamPlan) -> None:
        super().__init__()
        del self.headers["content-length"]
        self._plan = plan
        self._cut_short = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - the ASGI interface
        """Read, score, write."""
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        groups: asyncio.Queue[asyncio.Task[bytes] | None] = asyncio.Queue(AHEAD)
        reader = asyncio.create_task(self._read(receive, groups))
        try:
            while (group := await groups.get()) is not None:
                await send({"type": "http.response.body", "body": await group, "more_body": True})
            await reader
            await send({"type": "http.response.body", "body": b""})
        finally:
            await _cancelled(reader, groups)

    async def _read(self, receive: Receive, groups: asyncio.Queue[asyncio.Task[bytes] | None]) -> None:
        """Group lines and set each group on its way; waits while too many are."""
        index = 0
        try:
            async for lines in self._lines(receive):
                for first in range(0, len(lines), GROUP_LINES):
                    group = lines[first : first + GROUP_LINES]
                    await groups.put(asyncio.create_task(score_lines(self._plan, index, group)))
                    index += len(group)
            if self._cut_short:
                await groups.put(asyncio.create_task(_farewell(index)))
        finally:
            await groups.put(None)

    async def _lines(self, receive: Receive) -> AsyncIterator[list[Line]]:
        """Whole lines as they come, until the request or the service ends."""
        splitter = LineSplitter(self._plan.longest)
        while True:
            message = await _next(receive, self._plan.ending)
            if message is None:
                self._cut_short = self._plan.ending()
                return
            if lines := splitter.feed(message[0]):
                yield lines
            if not message[1]:
                yield splitter.end()
                return


async def _next(receive: Receive, ending: Callable[[], bool]) -> tuple[bytes, bool] | None:
    """The next bytes and whether more follow; None where the client is gone or the service ends."""
    waiting = asyncio.ensure_future(receive())
    try:
        while not waiting.done():
            if ending():
                return None
            await asyncio.wait({waiting}, timeout=LOOK_SECONDS)
        message = waiting.result()
    finally:
        waiting.cancel()
    if message["type"] != "http.request":
        return None
    return message.get("body", b""), message.get("more_body", False)


async def _cancelled(reader: asyncio.Task[None], groups: asyncio.Queue[asyncio.Task[bytes] | None]) -> None:
    """End what is still on its way: the client is gone, or the service ends."""
    reader.cancel()
    while not groups.empty():
        group = groups.get_nowait()
        if group is not None:
            group.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await reader


async def score_lines(plan: StreamPlan, first: int, lines: Sequence[Line]) -> bytes:
    """The answers to lines, each a line of JSON.

    Args:
        plan: how.
        first: index of the first one.
        lines: without their ends.
    """
    checked = [_read_line(first + place, line) for place, line in enumerate(lines)]
    reviews = [one for one in checked if isinstance(one, Review)]
    for failure in checked:
        if isinstance(failure, ItemFailure):
            plan.refused(failure.code)
    try:
        results = iter(await _patient(plan, reviews))
    except Problem as problem:
        return b"".join(_failed(one, problem, first + place) for place, one in enumerate(checked))
    written: list[bytes] = []
    for place, one in enumerate(checked):
        result = one if isinstance(one, ItemFailure) else next(results)
        if isinstance(result, bytes):
            written.append(result + b"\n")
        else:
            failure = result if isinstance(result, ItemFailure) else failure_of(first + place, result)
            written.append(_error_line(failure))
    return b"".join(written)


async def _patient(plan: StreamPlan, reviews: Sequence[Review]) -> Sequence[bytes | RowFailure]:
    """Score; a full queue is waited for, that is the stream's back-pressure."""
    shape = shaper(plan.options)
    deadline = asyncio.get_running_loop().time() + plan.patience
    while True:
        try:
            return (await plan.batcher.submit_shaped(reviews, plan.caller, shape)).results
        except Problem as problem:
            if problem.status != _FULL or asyncio.get_running_loop().time() > deadline:
                raise
        await asyncio.sleep(RETRY_SECONDS)


def _read_line(index: int, line: Line) -> Review | ItemFailure:
    if line is None:
        return ItemFailure(
            index, None, "too_long", say("The line is too long", "La línea es demasiado larga"),
            say("Cut the text into parts", "Divida el texto en partes"),
        )  # fmt: skip
    try:
        content = load_json(line)
    except Problem as problem:
        cure = say('Each line is an object such as {"text": "…"}', 'Cada línea es un objeto como {"text": "…"}')
        what = say("The line is not valid JSON in UTF-8", "La línea no es JSON válido en UTF-8")
        return ItemFailure(index, None, problem.code, what, cure)
    try:
        refuse_flood(content)
        return review_of(index, ReviewIn.model_validate(content))
    except Problem as problem:
        return _of_problem(index, None, problem)
    except ValidationError as error:
        found = first_complaint(error.errors(include_input=False, include_url=False))
        return ItemFailure(index, None, shape_code(found), say(found.en, found.es), say("See /docs", "Vea /docs"))


def _failed(one: Review | ItemFailure, problem: Problem, index: int) -> bytes:
    """The line of a review whose group could not be scored."""
    if isinstance(one, ItemFailure):
        return _error_line(one)
    return _error_line(_of_problem(index, one.id, problem))


def _of_problem(index: int, name: str | None, problem: Problem) -> ItemFailure:
    return ItemFailure(index, name, problem.code, say(*problem.detail), say(*problem.cure))


async def _farewell(index: int) -> bytes:
    """The last line of a stream that the service's end cuts short: from which line on to send again."""
    return _error_line(ItemFailure(
        index, None, "shutting_down",
        say("The service is ending; this line and those after it were not scored",
            "El servicio está terminando; ni esta línea ni las siguientes se han puntuado"),
        say("Send them again", "Envíelas de nuevo"),
    ))  # fmt: skip


def _error_line(failure: ItemFailure) -> bytes:
    return as_json({"error": failure.to_dict()}) + b"\n"
