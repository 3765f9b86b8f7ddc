"""Requests -> batches -> results. In: reviews of many callers. Out: each request's own results, in its order."""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from hx_detect.batch_options import StreamScorer
from hx_detect.records import Review, RowFailure, Score
from hx_detect.serving.fair_queue import FairQueue, QueueClosed, QueueFull, Slice, cost_of
from hx_detect.serving.logs import log
from hx_detect.serving.metrics import Metrics
from hx_detect.serving.model_slot import ModelSlot
from hx_detect.serving.problems import Problem, internal

WORKERS: Final = 2
"""Threads that score: while the model runs for one, the other prepares and finishes texts."""
IDLE_SECONDS: Final = 0.5
_SMOOTH: Final = 0.1
LONGEST_RETRY: Final = 60

Result = Score | RowFailure
R = TypeVar("R")
Shape = Callable[[Result], R]


@dataclass(frozen=True, slots=True)
class ScoredRequest(Generic[R]):
    """What became of a request: one result per review, in order, all by the same model."""

    results: list[R]
    model_name: str
    model_version: str


@dataclass(slots=True, eq=False)
class _Pending:
    """A request on its way. The results are filled in on the event loop only."""

    caller: str
    reviews: Sequence[Review]
    costs: Sequence[int]
    shape: Shape[Any]
    future: asyncio.Future[None]
    since: float
    results: list[Any] = field(default_factory=list)
    left: int = 0
    scorer: StreamScorer | None = None


class MicroBatcher:
    """Gathers what waits into batches, scores them in threads, and hands every request its results.

    Args:
        models: gives the scorer.
        metrics: is told.
        queue_texts: texts that may wait.
        batch_tokens: tokens of a batch, about.
        max_wait: seconds that a text waits for company.
        timeout: seconds that a request may take.
        workers: threads that score.
    """

    def __init__(
        self,
        models: ModelSlot,
        metrics: Metrics,
        *,
        queue_texts: int = 1024,
        batch_tokens: int = 2048,
        max_wait: float = 0.002,
        timeout: float = 30.0,
        workers: int = WORKERS,
    ) -> None:
        self._models = models
        self._metrics = metrics
        self._queue: FairQueue[_Pending] = FairQueue(queue_texts)
        self._batch_tokens = batch_tokens
        self._max_wait = max_wait
        self._timeout = timeout
        self._tokens_per_second = 10_000.0
        self._binding = threading.Lock()
        self._threads = [
            threading.Thread(target=self._work, name=f"score-{number}", daemon=True) for number in range(workers)
        ]

    def start(self) -> None:
        """Begin to score."""
        for thread in self._threads:
            thread.start()

    def stop(self, timeout: float) -> bool:
        """Score what waits and end; blocking.

        Args:
            timeout: seconds.

        Returns:
            Whether everything was scored.
        """
        self._queue.close()
        deadline = time.monotonic() + timeout
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    async def submit(self, reviews: Sequence[Review], caller: str) -> ScoredRequest[Result]:
        """Score reviews.

        Args:
            reviews: of one request; any of them may fail without the others.
            caller: whose turn it is.

        Raises:
            Problem: 429 the queue is full, 500 the model failed, 503 not ready or ending, 504 too slow.
        """
        return await self.submit_shaped(reviews, caller, _as_it_is)

    async def submit_shaped(self, reviews: Sequence[Review], caller: str, shape: Shape[R]) -> ScoredRequest[R]:
        """As ``submit``; ``shape`` makes of each result what is wanted, in the thread that scores."""
        scorer = self._models.current
        if scorer is None:
            raise _not_ready()
        if not reviews:
            return ScoredRequest([], scorer.model_name, scorer.model_version)
        pending = self._pending(reviews, caller, shape)
        self._put(pending)
        try:
            async with asyncio.timeout(self._timeout):
                await pending.future
        except TimeoutError:
            raise _too_slow(self._timeout) from None
        finally:
            if pending.left:
                self._queue.discard(pending)
        used = pending.scorer or scorer
        return ScoredRequest(pending.results, used.model_name, used.model_version)

    def _pending(self, reviews: Sequence[Review], caller: str, shape: Shape[Any]) -> _Pending:
        costs = [cost_of(review.text) if isinstance(review.text, str) else 1 for review in reviews]
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        blank = [None] * len(reviews)
        return _Pending(caller, reviews, costs, shape, future, time.monotonic(), blank, len(reviews))

    def _put(self, pending: _Pending) -> None:
        try:
            self._queue.put(pending)
        except QueueFull:
            raise self._queue_full() from None
        except QueueClosed:
            raise _not_ready() from None
        finally:
            self._metrics.queue(len(self._queue), self._queue.tokens)

    def _queue_full(self) -> Problem:
        seconds = math.ceil(self._queue.tokens / self._tokens_per_second)
        return Problem(
            429, "queue_full", "More texts wait than the service can score soon",
            "Esperan más textos de los que el servicio puede puntuar pronto",
            cure_en="Wait as long as Retry-After says", cure_es="Espere lo que diga Retry-After",
            headers={"Retry-After": str(min(max(seconds, 1), LONGEST_RETRY))},
        )  # fmt: skip

    def _work(self) -> None:
        """The life of a scoring thread."""
        while True:
            batch = self._queue.take(self._batch_tokens, self._max_wait, IDLE_SECONDS)
            if batch:
                self._metrics.queue(len(self._queue), self._queue.tokens)
                try:
                    self._score_batch(batch)
                finally:
                    self._queue.done()
            elif self._queue.closed and not len(self._queue):
                return

    def _score_batch(self, batch: Sequence[Slice[_Pending]]) -> None:
        """Score a batch; requests that began with another model, before a reload, go through that one."""
        groups: dict[int, tuple[StreamScorer, list[Slice[_Pending]]]] = {}
        for piece in batch:
            scorer = self._bound(piece)
            groups.setdefault(id(scorer), (scorer, []))[1].append(piece)
        for scorer, pieces in groups.values():
            self._score(scorer, pieces)

    def _bound(self, piece: Slice[_Pending]) -> StreamScorer:
        pending = piece.request
        with self._binding:  # another thread may hold another piece of the same request
            if pending.scorer is None:
                pending.scorer = self._models.current
                self._metrics.waited(time.monotonic() - pending.since)
        if pending.scorer is None:  # cannot be: without a scorer nothing is queued
            raise RuntimeError("no scorer")
        return pending.scorer

    def _score(self, scorer: StreamScorer, pieces: Sequence[Slice[_Pending]]) -> None:
        started = time.monotonic()
        try:
            results = list(scorer.score_stream([review for piece in pieces for review in _reviews(piece)]))
            shaped = _shared_out(pieces, results)
        except Exception as error:  # whatever the model does, the thread lives and the requests are answered
            if len(pieces) > 1:  # so that one request does not fail the others of its batch
                for piece in pieces:
                    self._score(scorer, [piece])
                return
            log("batch_failed", level=40, error=error, texts=pieces[0].end - pieces[0].start)
            _hand_over(pieces, None)
            return
        seconds = time.monotonic() - started
        _hand_over(pieces, shaped)
        self._metrics.batch(results, seconds)
        tokens = sum(sum(piece.request.costs[piece.start : piece.end]) for piece in pieces)
        self._tokens_per_second += _SMOOTH * (tokens / max(seconds, 1e-3) - self._tokens_per_second)


def _as_it_is(result: Result) -> Result:
    return result


def _reviews(piece: Slice[_Pending]) -> Sequence[Review]:
    return piece.request.reviews[piece.start : piece.end]


def _shared_out(pieces: Sequence[Slice[_Pending]], results: Sequence[Result]) -> list[list[Any]]:
    """The results of each piece, in the shape that its request wants."""
    following = iter(results)
    shaped = [[piece.request.shape(next(following)) for _ in range(piece.start, piece.end)] for piece in pieces]
    if next(following, None) is not None:
        raise RuntimeError("more results than reviews")
    return shaped


def _hand_over(pieces: Sequence[Slice[_Pending]], shaped: list[list[Any]] | None) -> None:
    """Let the event loop give the requests their results, or their failure."""
    loop = pieces[0].request.future.get_loop()
    try:
        loop.call_soon_threadsafe(_deliver, pieces, shaped)
    except RuntimeError:  # the loop has ended: nobody waits any more
        log("undelivered", level=30, texts=sum(piece.end - piece.start for piece in pieces))


def _deliver(pieces: Sequence[Slice[_Pending]], shaped: list[list[Any]] | None) -> None:
    """On the event loop: fill in results; a request that is complete is answered."""
    for number, piece in enumerate(pieces):
        pending = piece.request
        if pending.future.done():
            continue
        if shaped is None:
            pending.future.set_exception(internal())
            continue
        pending.results[piece.start : piece.end] = shaped[number]
        pending.left -= piece.end - piece.start
        if not pending.left:
            pending.future.set_result(None)


def _not_ready() -> Problem:
    return Problem(
        503, "not_ready", "The service is starting or ending", "El servicio está arrancando o terminando",
        cure_en="Try again soon; /readyz says when", cure_es="Inténtelo en breve; /readyz dice cuándo",
        headers={"Retry-After": "1"},
    )  # fmt: skip


def _too_slow(seconds: float) -> Problem:
    return Problem(
        504, "timeout", f"The texts were not scored within {seconds:g} seconds",
        f"Los textos no se han puntuado en {seconds:g} segundos",
        cure_en="Send fewer texts at once, or later", cure_es="Envíe menos textos a la vez, o más tarde",
        headers={"Retry-After": "1"},
    )  # fmt: skip
