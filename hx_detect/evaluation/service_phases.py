"""One service -> its figures under each kind of load. In: calls, durations. Out: saturation, latencies, a soak."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import cycle, repeat
from typing import Any, Final

from hx_detect.evaluation.service_calls import Call, mixed
from hx_detect.evaluation.service_client import Pool, request
from hx_detect.evaluation.service_load import Check, Tally, closed_loop, open_loop
from hx_detect.evaluation.service_process import ServiceProcess, Usage, usage

CALL_TEXTS: Final = 32
LIVEZ_PER_SECOND: Final = 20.0
SOAK_SHARES: Final = (3.0, 1.0)
"""Of the soak's calls: single texts to calls of 32."""
SOAK_WARM_UP: Final = 1 / 6
"""Part of the soak after which the memory must stay."""
_MEMORY_EVERY_SECONDS: Final = 5.0
_CLOSING_SECONDS: Final = 0.05
_KINDS: Final = ("calls_of_32", "calls_of_1")


@dataclass(frozen=True, slots=True)
class Target:
    """A running service and how to load it.

    Attributes:
        service: the process.
        large: calls of 32.
        single: calls of one.
        check: of each answer.
        clients: that load with calls of 32.
        single_clients: that load with calls of one.
        lively: ask /livez meanwhile.
    """

    service: ServiceProcess
    large: Sequence[Call]
    single: Sequence[Call]
    check: Check
    clients: int
    single_clients: int
    lively: bool = True


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds before a measurement, and of it."""

    warm_up: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Round:
    """What one load did.

    Attributes:
        load: the calls.
        livez: the questions to /livez meanwhile.
        driver_cores: processor that this process took, in cores.
        service_cores: processor that the service took, in cores.
    """

    load: Tally
    livez: Tally
    driver_cores: float
    service_cores: float


def saturation(target: Target, times: Times) -> dict[str, Round]:
    """Load a service as much as it bears, with calls of 32 and with calls of one.

    Raises:
        EvaluationError: the service has ended.
        MissingExtraError: httptools or psutil is not installed.
    """
    return {
        "calls_of_32": _saturated(target, target.large, target.clients, times),
        "calls_of_1": _saturated(target, target.single, target.single_clients, times),
    }


def _saturated(target: Target, calls: Sequence[Call], clients: int, times: Times) -> Round:
    async def load() -> tuple[Tally, Tally]:
        with closing(Pool(target.service.port)) as pool, closing(Pool(target.service.port)) as beside:
            livez = asyncio.create_task(_livez(beside, times)) if target.lively else None
            tally = await closed_loop(pool, cycle(calls), clients, times.warm_up, times.seconds, target.check)
            return tally, await livez if livez else Tally()

    return _watched(target.service, load)


async def _livez(pool: Pool, times: Times) -> Tally:
    await asyncio.sleep(times.warm_up)
    return await open_loop(pool, repeat(Call(request("GET", "/livez"), 0)), LIVEZ_PER_SECOND, times.seconds, None)


def latency(target: Target, texts_per_second: float, seconds: float) -> dict[str, Any]:
    """Single-text calls at a rate, in an open loop.

    Args:
        target: the service.
        texts_per_second: the rate.
        seconds: how long.

    Raises:
        EvaluationError: the service has ended.
    """

    async def load() -> tuple[Tally, Tally]:
        with closing(Pool(target.service.port)) as pool:
            await closed_loop(pool, cycle(target.single), 4, 0.0, 1.0, target.check)  # opens connections
            return await open_loop(pool, cycle(target.single), texts_per_second, seconds, target.check), Tally()

    found = _watched(target.service, load)
    return found.load.to_dict() | {"offered_per_second": round(texts_per_second, 2)} | _cores(found)


def soak(target: Target, texts_per_second: float, minutes: float) -> dict[str, Any]:
    """Calls of one and of 32 at a rate that is too high, for long; the memory watched meanwhile.

    Args:
        target: the service.
        texts_per_second: the rate.
        minutes: how long.

    Raises:
        EvaluationError: the service has ended.
    """
    seconds = 60 * minutes
    samples: list[tuple[float, Usage]] = []
    singles, larges = SOAK_SHARES
    per_call = (singles + CALL_TEXTS * larges) / (singles + larges)

    async def load() -> tuple[Tally, Tally]:
        watch = asyncio.create_task(_watch_memory(target.service.process.pid, samples))
        calls = mixed((target.single, target.large), SOAK_SHARES)
        with closing(Pool(target.service.port)) as pool:
            tally = await open_loop(pool, calls, texts_per_second / per_call, seconds, target.check)
        watch.cancel()
        return tally, Tally()

    found = _watched(target.service, load)
    return (
        found.load.to_dict()
        | {"minutes": minutes, "offered_per_second": round(texts_per_second, 2), "memory": flatness(samples, seconds)}
        | _cores(found)
    )


async def _watch_memory(pid: int, samples: list[tuple[float, Usage]]) -> None:
    begin = time.monotonic()
    while True:
        samples.append((time.monotonic() - begin, await asyncio.to_thread(usage, pid)))
        await asyncio.sleep(_MEMORY_EVERY_SECONDS)


def flatness(samples: Sequence[tuple[float, Usage]], seconds: float) -> dict[str, Any] | None:
    """How much the memory moved after the warm-up.

    Args:
        samples: seconds since the beginning, and what the service took.
        seconds: of the whole.

    Returns:
        Least and most MB (proportional set size), their distance in percent of the least, and the number of samples;
        None where there are none after the warm-up.
    """
    kept = [one.pss for moment, one in samples if moment >= SOAK_WARM_UP * seconds]
    if not kept:
        return None
    least, most = min(kept), max(kept)
    return {
        "samples": len(kept),
        "least_mb": round(least / 1e6, 1),
        "most_mb": round(most / 1e6, 1),
        "spread_percent": round(100 * (most - least) / least, 2),
    }


def _watched(service: ServiceProcess, load: Callable[[], Coroutine[Any, Any, tuple[Tally, Tally]]]) -> Round:
    before, driver, begin = usage(service.process.pid), time.process_time(), time.monotonic()
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        tally, livez = runner.run(load())
        runner.run(asyncio.sleep(_CLOSING_SECONDS))
    seconds = time.monotonic() - begin
    after = usage(service.process.pid)
    return Round(
        tally, livez, (time.process_time() - driver) / seconds, (after.cpu_seconds - before.cpu_seconds) / seconds
    )


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop's, which takes less of the processor; None, for asyncio's own, where it is not installed."""
    try:
        import uvloop
    except ImportError:  # not made for Windows
        return None
    return uvloop.new_event_loop


def _cores(found: Round) -> dict[str, float]:
    return {"driver_cores": round(found.driver_cores, 3), "service_cores": round(found.service_cores, 3)}


def summarised(rounds: Sequence[Round]) -> dict[str, Any]:
    """Rounds of the same load as one: median throughput, and everything else together."""
    whole = Tally()
    for one in rounds:
        whole.add(one.load)
    rates = [one.load.texts_per_second for one in rounds]
    return whole.to_dict() | {
        "texts_per_second": round(statistics.median(rates), 2),
        "slowest": round(min(rates), 2),
        "fastest": round(max(rates), 2),
        "driver_cores": round(statistics.fmean(one.driver_cores for one in rounds), 3),
        "service_cores": round(statistics.fmean(one.service_cores for one in rounds), 3),
    }


def compared(
    memory: Sequence[float], ours: Sequence[dict[str, Round]], theirs: Sequence[dict[str, Round]]
) -> dict[str, Any]:
    """Rounds -> figures; a ratio is the median of the ratios within each round.

    Args:
        memory: texts per second of the in-memory scorer, by round.
        ours: the service, by round.
        theirs: the rival, by round; empty where it was left out.
    """
    found: dict[str, Any] = {
        "in_memory": {
            "texts_per_second": round(statistics.median(memory), 2),
            "slowest": round(min(memory), 2),
            "fastest": round(max(memory), 2),
        },
        "ratio": {kind: _ratio([one[kind] for one in ours], memory) for kind in _KINDS},
        "rival": None,
        "times_the_rival": None,
    }
    for kind in _KINDS:
        found[kind] = summarised([one[kind] for one in ours])
    livez = Tally()
    for one in ours:
        livez.add(one["calls_of_32"].livez)
        livez.add(one["calls_of_1"].livez)
    found["livez"] = livez.to_dict()
    if theirs:
        found["rival"] = {kind: summarised([one[kind] for one in theirs]) for kind in _KINDS}
        found["times_the_rival"] = {
            kind: _ratio([one[kind] for one in ours], [one[kind].load.texts_per_second for one in theirs])
            for kind in _KINDS
        }
    return found


def _ratio(rounds: Sequence[Round], others: Sequence[float]) -> float | None:
    """Median of the ratios; None where the other did nothing."""
    if not all(others):
        return None
    return round(
        statistics.median(one.load.texts_per_second / other for one, other in zip(rounds, others, strict=True)), 3
    )
