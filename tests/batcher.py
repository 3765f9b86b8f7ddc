"""A micro-batcher under test. In: scorers. Out: the batcher, started; reviews; a scorer that notes its batches."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator
from contextlib import asynccontextmanager
from typing import TypeVar

from fake_scorer import FakeScorer

from hx_detect.records import Review, RowFailure, Score
from hx_detect.serving.metrics import Metrics
from hx_detect.serving.micro_batch import MicroBatcher
from hx_detect.serving.model_slot import ModelSlot

T = TypeVar("T")


class Named(FakeScorer):
    """A scorer with a version of its own that fails on ``POISON``."""

    def __init__(self, version: str = "1", pause: float = 0.0) -> None:
        super().__init__(pause)
        self.model_version = version
        self.batches: list[int] = []

    def score_stream(self, reviews: Iterable[Review]) -> Iterator[Score | RowFailure]:
        """Scores in order."""
        listed = list(reviews)
        self.batches.append(len(listed))
        if any("POISON" in review.text for review in listed):
            raise RuntimeError("the model broke on a customer's words")
        return super().score_stream(listed)


@asynccontextmanager
async def batching(
    *scorers: FakeScorer, batch_tokens: int = 2048, queue_texts: int = 1024, timeout: float = 30.0, workers: int = 2
) -> AsyncIterator[tuple[MicroBatcher, ModelSlot]]:
    """A batcher that scores, and the place of its model."""
    following = iter(scorers)
    slot = ModelSlot(lambda: next(following))
    slot.start()
    batcher = MicroBatcher(
        slot, Metrics(), batch_tokens=batch_tokens, queue_texts=queue_texts, timeout=timeout, workers=workers
    )  # fmt: skip
    batcher.start()
    try:
        yield batcher, slot
    finally:
        await asyncio.to_thread(batcher.stop, 30.0)


def texts(*words: str) -> list[Review]:
    """Reviews whose id is their text."""
    return [Review(word, id=word) for word in words]


def run(work: Callable[[], Coroutine[None, None, T]]) -> T:
    """On a loop of its own."""
    return asyncio.run(work())
