"""Calls -> a loaded service and what it did. In: calls, clients or a rate, seconds. Out: counts, texts/s, latencies.

Two ways to load. *Closed loop*: each client sends its next call when it has the answer to the last; finds saturation.
*Open loop*: calls leave at times drawn beforehand (a Poisson process), whatever the service does, and a latency counts
from the time a call was meant to leave. A slow answer then cannot hide the calls that would have waited behind it
("coordinated omission", Tene 2013, "How not to measure latency").
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

import numpy as np

from hx_detect.evaluation.service_calls import Call
from hx_detect.evaluation.service_client import Answer, Pool

Check = Callable[[Call, bytes], str | None]
REFUSED: Final = 429
_OK: Final = 200
_REFUSED_PAUSE: Final = 0.05
_EXAMPLES: Final = 5
_PATIENCE_SECONDS: Final = 60.0


@dataclass(slots=True)
class Tally:
    """What happened under a load.

    Attributes:
        statuses: answers by HTTP status.
        texts: texts in right answers inside the measured time.
        seconds: measured time.
        latencies: seconds of each right answer inside the measured time.
        lags: seconds between the time a call was meant to leave and when it left (open loop).
        broken: calls without an answer.
        unsent: calls that could not leave because every connection was in use (open loop); they had no answer either.
        wrong: right by status, wrong by content.
        unadvised: refusals (429) without ``Retry-After``.
        examples: the first few things that were wrong.
    """

    statuses: Counter[int] = field(default_factory=Counter)
    texts: int = 0
    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    lags: list[float] = field(default_factory=list)
    broken: int = 0
    unsent: int = 0
    wrong: int = 0
    unadvised: int = 0
    examples: list[str] = field(default_factory=list)

    @property
    def texts_per_second(self) -> float:
        """Texts in right answers over the measured time."""
        return self.texts / self.seconds if self.seconds else 0.0

    def take(self, call: Call, answer: Answer, check: Check | None) -> bool:
        """Count an answer; is it a right one?"""
        self.statuses[answer.status] += 1
        if answer.status == REFUSED:
            self.unadvised += "retry-after" not in answer.headers
            return False
        if answer.status != _OK:
            self.note(f"status {answer.status}")
            return False
        problem = check(call, answer.body) if check else None
        if problem is not None:
            self.wrong += 1
            self.note(problem)
        return problem is None

    def note(self, problem: str) -> None:
        """Keep the first few."""
        if len(self.examples) < _EXAMPLES:
            self.examples.append(problem)

    @property
    def errors(self) -> int:
        """Everything that is neither a right answer nor a refusal."""
        other = sum(count for status, count in self.statuses.items() if status not in (_OK, REFUSED))
        return other + self.broken + self.unsent + self.wrong + self.unadvised

    def add(self, other: Tally) -> None:
        """Count what another one counted, too."""
        self.statuses += other.statuses
        for name in ("texts", "seconds", "broken", "unsent", "wrong", "unadvised"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.latencies += other.latencies
        self.lags += other.lags
        for problem in other.examples:
            self.note(problem)

    def to_dict(self) -> dict[str, Any]:
        """For the report; latencies and lags as quantiles in milliseconds."""
        return {
            "texts_per_second": round(self.texts_per_second, 2),
            "calls_per_second": round(len(self.latencies) / self.seconds, 2) if self.seconds else 0.0,
            "seconds": round(self.seconds, 2),
            "statuses": {str(status): count for status, count in sorted(self.statuses.items())},
            "latency_ms": quantiles_ms(self.latencies),
            "lag_ms": quantiles_ms(self.lags),
            "errors": self.errors,
            "broken": self.broken,
            "unsent": self.unsent,
            "wrong": self.wrong,
            "without_retry_after": self.unadvised,
            "examples": self.examples,
        }


def quantiles_ms(seconds: list[float]) -> dict[str, float] | None:
    """Median, 90th and 99th percentile and the largest, in milliseconds, as values that occurred; None of nothing."""
    if not seconds:
        return None
    found = np.quantile(np.array(seconds), [0.5, 0.9, 0.99, 1.0], method="inverted_cdf")
    return dict(zip(("p50", "p90", "p99", "most"), (round(1e3 * float(value), 2) for value in found), strict=True))


async def closed_loop(
    pool: Pool, calls: Iterator[Call], clients: int, warm_up: float, seconds: float, check: Check | None
) -> Tally:
    """Load as much as that many clients can, each waiting for its answer.

    Args:
        pool: connections to the service.
        calls: without end.
        clients: how many at the same time.
        warm_up: seconds before anything counts.
        seconds: that count.
        check: of each answer.
    """
    tally = Tally()
    start = time.monotonic() + warm_up
    end = start + seconds

    async def client() -> None:
        while (begin := time.monotonic()) < end:
            call = next(calls)
            done = await _ask(pool, call, tally, check)
            if done is None:
                await asyncio.sleep(_REFUSED_PAUSE)
            elif start <= done < end:
                tally.texts += call.texts
                tally.latencies.append(done - begin)

    await asyncio.gather(*(client() for _ in range(clients)))
    tally.seconds = seconds
    return tally


async def open_loop(
    pool: Pool, calls: Iterator[Call], rate: float, seconds: float, check: Check | None, seed: int = 7
) -> Tally:
    """Load at a rate, whatever the service does.

    Args:
        pool: connections to the service.
        calls: without end.
        rate: calls a second, on average.
        seconds: how long calls leave; then their answers are waited for.
        check: of each answer.
        seed: of the times between calls.
    """
    tally = Tally()
    begin = time.monotonic()
    running: set[asyncio.Task[None]] = set()
    for due in arrivals(rate, seconds, seed):
        await asyncio.sleep(max(0.0, begin + due - time.monotonic()))
        if pool.exhausted:
            tally.unsent += 1
            continue
        task = asyncio.create_task(_timed(pool, next(calls), begin + due, tally, check))
        running.add(task)
        task.add_done_callback(running.discard)
    tally.seconds = max(seconds, time.monotonic() - begin)
    await _last_answers(running, tally)
    return tally


def arrivals(rate: float, seconds: float, seed: int) -> Iterator[float]:
    """Times of a Poisson process: rising, from 0 to ``seconds``, ``rate`` of them a second on average."""
    draw = Random(seed)
    due = draw.expovariate(rate)
    while due < seconds:
        yield due
        due += draw.expovariate(rate)


async def _timed(pool: Pool, call: Call, meant: float, tally: Tally, check: Check | None) -> None:
    tally.lags.append(max(0.0, time.monotonic() - meant))
    done = await _ask(pool, call, tally, check)
    if done is not None:
        tally.latencies.append(done - meant)
        tally.texts += call.texts


async def _ask(pool: Pool, call: Call, tally: Tally, check: Check | None) -> float | None:
    """When a right answer was there, before it was looked at; None of any other."""
    try:
        answer = await pool.ask(call.data)
    except ConnectionError as error:
        tally.broken += 1
        tally.note(str(error))
        return None
    done = time.monotonic()
    return done if tally.take(call, answer, check) else None


async def _last_answers(running: set[asyncio.Task[None]], tally: Tally) -> None:
    """Wait for calls under way; those that take too long are broken."""
    if not running:
        return
    _, late = await asyncio.wait(running, timeout=_PATIENCE_SECONDS)
    for task in late:
        task.cancel()
        tally.broken += 1
        tally.note(f"no answer within {_PATIENCE_SECONDS:g} s")
    await asyncio.gather(*late, return_exceptions=True)
