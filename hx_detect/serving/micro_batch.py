"""Requests -> batches -> results. In: reviews of many callers. Out: each request's own results, in its order."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from hx_detect.batch_options import StreamScorer
from hx_detect.records import Review, RowFailure, Score
from hx_detect.serving.fair_queue import FairQueue, QueueClosed, QueueFull, Slice, cost_of, tokens_of
from hx_detect.serving.logs import log
from hx_detect.serving.metrics import Metrics
from hx_detect.serving.model_slot import ModelSlot
from hx_detect.serving.priority import step_back
from hx_detect.serving.problems import internal, not_ready, queue_full, too_slow

WORKERS: Final = 2
"""Threads that score: while the model runs for one, the other prepares and finishes texts."""
LONG_BATCHES: Final = 2
IDLE_SECONDS: Final = 0.5
AT_ONCE: Final = 8
"""Requests that are answered in one go."""
_SMOOTH: Final = 0.1

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

    Requests with a text longer than ``LONG_BATCHES`` batches wait in a queue of their own with its own thread, so that
    others get their turn at the model while it is read.
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
        self._long: FairQueue[_Pending] = FairQueue(queue_texts)
        self._batch_tokens = batch_tokens
        self._max_wait = max_wait
        self._timeout = timeout
        self._waiting: set[_Pending] = set()
        self._tokens_per_second = 10_000.0
        self._binding = threading.Lock()
        self._threads = [
            threading.Thread(target=self._work, args=(queue,), name=f"score-{number}", daemon=True)
            for number, queue in enumerate([*[self._queue] * workers, self._long])
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
        self._long.close()
        deadline = time.monotonic() + timeout
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(max(0.0, deadline - time.monotonic()))
        return not self.busy

    def give_up(self) -> None:
        """Answer 503 to all that still wait: the service ends. On the event loop."""
        for pending in self._waiting:
            if not pending.future.done():
                pending.future.set_exception(not_ready())

    @property
    def busy(self) -> bool:
        """A thread still scores."""
        return any(thread.is_alive() for thread in self._threads)

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
            raise not_ready()
        if not reviews:
            return ScoredRequest([], scorer.model_name, scorer.model_version)
        pending = self._pending(reviews, caller, shape)
        self._put(pending)
        self._waiting.add(pending)
        try:
            async with asyncio.timeout(self._timeout):
                await pending.future
        except TimeoutError:
            raise too_slow(self._timeout) from None
        finally:
            self._waiting.discard(pending)
            if pending.left:
                self._queue_of(pending).discard(pending)
        used = pending.scorer or scorer
        return ScoredRequest(pending.results, used.model_name, used.model_version)

    def _pending(self, reviews: Sequence[Review], caller: str, shape: Shape[Any]) -> _Pending:
        costs = [cost_of(review.text) if isinstance(review.text, str) else 1 for review in reviews]
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        blank = [None] * len(reviews)
        return _Pending(caller, reviews, costs, shape, future, time.monotonic(), blank, len(reviews))

    def _queue_of(self, pending: _Pending) -> FairQueue[_Pending]:
        is_long = max(pending.costs) > LONG_BATCHES * self._batch_tokens
        return self._long if is_long else self._queue

    def _put(self, pending: _Pending) -> None:
        queue = self._queue_of(pending)
        try:
            queue.put(pending)
        except QueueFull:
            raise queue_full(queue.tokens / self._tokens_per_second) from None
        except QueueClosed:
            raise not_ready() from None
        finally:
            self._tell_queue()

    def _tell_queue(self) -> None:
        self._metrics.queue(len(self._queue) + len(self._long), self._queue.tokens + self._long.tokens)

    def _work(self, queue: FairQueue[_Pending]) -> None:
        """The life of a scoring thread."""
        step_back()
        while True:
            batch = queue.take(self._batch_tokens, self._max_wait, IDLE_SECONDS)
            if batch:
                try:
                    self._tell_queue()
                    self._score_batch(batch)
                except Exception as error:  # whatever it is, the thread lives; what waits for it runs into its limit
                    log("batch_lost", level=40, error=error)
                finally:
                    queue.done(batch)
            elif queue.closed and not len(queue):
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
        tokens = tokens_of(pieces)
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


def _deliver(pieces: Sequence[Slice[_Pending]], shaped: list[list[Any]] | None, start: int = 0) -> None:
    """On the event loop: fill in results; a request that is complete is answered.

    A few at a time: between them the loop takes what has come, so that nobody waits for sixty answers to be written.
    """
    end = min(start + AT_ONCE, len(pieces))
    for number, piece in enumerate(pieces[start:end], start):
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
    if end < len(pieces):
        asyncio.get_running_loop().call_soon(_deliver, pieces, shaped, end)
