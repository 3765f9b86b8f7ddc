"""The service under load. In: a model, durations. Out: throughput, latencies, a soak, and a rival's throughput."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from hx_detect.errors import EvaluationError
from hx_detect.evaluation.benchmark import XLM_R_BASE, rival_text, run_python
from hx_detect.evaluation.benchmark_texts import benchmark_texts
from hx_detect.evaluation.machine import describe_machine
from hx_detect.evaluation.service_calls import LengthCheck, RecordCheck, calls_of, review_id
from hx_detect.evaluation.service_phases import (
    CALL_TEXTS,
    Round,
    Target,
    Times,
    compared,
    latency,
    saturation,
    soak,
)
from hx_detect.evaluation.service_process import ServiceProcess, free_port, running, usage

RIVAL_CLIENTS: Final = (2, 8)
_IN_MEMORY: Final = """
import json, sys, time
from hx_detect import Review, Scorer
model, texts, output, seconds = sys.argv[1:5]
reviews = [Review(review["text"], id=review["id"]) for review in json.loads(open(texts, encoding="utf-8").read())]
scorer = Scorer.load(model or None)
scorer.score(reviews[:64])
with open(output, "w", encoding="utf-8") as records:
    for score in scorer.score(reviews):
        records.write(json.dumps(score.to_dict()) + "\\n")
count, begin = 0, time.perf_counter()
while time.perf_counter() - begin < float(seconds):
    scorer.score(reviews)
    count += len(reviews)
rate = count / max(1e-9, time.perf_counter() - begin)
begin = time.perf_counter()
for review in reviews[:64]:
    scorer.score([review])
print(json.dumps({"texts_per_second": rate, "one_text_ms": 1e3 * (time.perf_counter() - begin) / len(reviews[:64])}))
"""


@dataclass(frozen=True, slots=True)
class ServiceOptions:
    """What to measure, and for how long.

    Attributes:
        texts: different texts that calls are made of.
        rounds: how often everything that is compared is measured in turn; the median counts.
        warm_up_seconds: before each measurement.
        seconds: of each measurement of a throughput.
        latency_seconds: of the single-text calls at a fifth of saturation.
        soak_minutes: at 1.5 times saturation; 0 leaves it out.
        clients: connections that load with calls of 32.
        single_clients: connections that load with calls of one: so many that more of them get no more texts scored (64
            leave an eighth of two cores idle, 512 are no better than 256).
        workers: processes of the service.
        rival: measure the plain FastAPI app too.
        rival_shape: layers, width and vocabulary of its classifier.
    """

    texts: int = 2_048
    rounds: int = 3
    warm_up_seconds: float = 5.0
    seconds: float = 30.0
    latency_seconds: float = 120.0
    soak_minutes: float = 30.0
    clients: int = 16
    single_clients: int = 256
    workers: int = 1
    rival: bool = True
    rival_shape: tuple[int, int, int] = XLM_R_BASE


def run_service_benchmark(model: Path | None, options: ServiceOptions, tell: Callable[[str], None]) -> dict[str, Any]:
    """Measure the service in processes of its own, on loopback, with the load generator on the same cores.

    What is compared is measured in turn, round by round, so that a machine that gets slower is slower for all.

    Args:
        model: a bundle; None is the installed one.
        options: what.
        tell: is told what is being measured, one line each.

    Raises:
        EvaluationError: a process failed, or ended under the load.
        MissingExtraError: the extra ``serve`` (or ``train``, for the rival) is not installed.
    """
    with tempfile.TemporaryDirectory(prefix="hx-detect-service-") as name, ExitStack() as stack:
        folder = Path(name)
        texts = list(benchmark_texts(options.texts))
        tell("records of the in-memory scorer")
        records, first = in_memory(model, texts, folder, 0.0)
        service = stack.enter_context(_service(model, folder, options))
        ours = Target(
            service, calls_of(CALL_TEXTS, texts), calls_of(1, texts), RecordCheck(records),
            options.clients, options.single_clients,
        )  # fmt: skip
        theirs = None
        if options.rival:
            same_length = [rival_text(record["tokens"]) for record in records]
            theirs = Target(
                stack.enter_context(_rival(folder, options)), calls_of(CALL_TEXTS, same_length),
                calls_of(1, same_length), LengthCheck(), 0, 0, lively=False,
            )  # fmt: skip

        def from_memory() -> float:
            return in_memory(model, texts, folder, options.seconds)[1]["texts_per_second"]

        found = _described(records, options, first) | _rounds(from_memory, ours, theirs, options, tell)
        if theirs:
            theirs.service.stop()
        singles = found["calls_of_1"]["texts_per_second"]
        tell(f"single-text calls at a fifth of their saturation, {options.latency_seconds:g} s")
        found["at_a_fifth_of_singles"] = latency(ours, singles / 5, options.latency_seconds)
        fastest = max(found["calls_of_32"]["texts_per_second"], singles)
        tell(f"single-text calls at a fifth of the higher saturation, {options.latency_seconds:g} s")
        found["at_a_fifth"] = latency(ours, fastest / 5, options.latency_seconds)
        found["soak"] = None
        if options.soak_minutes:
            tell(f"soak at 1.5 times saturation, {options.soak_minutes:g} min")
            found["soak"] = soak(ours, 1.5 * fastest, options.soak_minutes)
        found["memory"] = _memory(service, options.workers)
        service.stop()
        found["stop"] = {"exit_code": service.exit_code, "seconds": service.stop_seconds}
        return found


def _rounds(
    from_memory: Callable[[], float],
    ours: Target,
    theirs: Target | None,
    options: ServiceOptions,
    tell: Callable[[str], None],
) -> dict[str, Any]:
    """What is compared, measured in turn."""
    times = Times(options.warm_up_seconds, options.seconds)
    memory: list[float] = []
    served: list[dict[str, Round]] = []
    rival: list[dict[str, Round]] = []
    for number in range(1, options.rounds + 1):
        head = f"round {number} of {options.rounds}: "
        tell(head + "in-memory scorer")
        memory.append(from_memory())
        tell(head + "the service, saturated")
        served.append(saturation(ours, times))
        if theirs:
            tell(head + "the plain FastAPI app, saturated")
            rival.append(_best_saturation(theirs, times))
    return compared(memory, served, rival)


def in_memory(
    model: Path | None, texts: Sequence[str], folder: Path, seconds: float
) -> tuple[list[dict[str, Any]], dict[str, float]]:
    """Records and speed of ``Scorer.score`` in a process of its own.

    Args:
        model: a bundle; None is the installed one.
        texts: what to score.
        folder: for the files that pass between the processes.
        seconds: at least this long, and never part of the texts; 0 gives the records and one text at a time only.

    Returns:
        One record per text; ``texts_per_second`` and ``one_text_ms``.

    Raises:
        EvaluationError: the process failed.
    """
    given, output = folder / "texts.json", folder / "records.jsonl"
    reviews = [{"id": review_id(index), "text": text} for index, text in enumerate(texts)]
    given.write_text(json.dumps(reviews), encoding="utf-8")
    said = run_python(["-c", _IN_MEMORY, str(model or ""), str(given), str(output), str(seconds)])
    records = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    if len(records) != len(texts):
        raise EvaluationError(f"{len(records)} records of {len(texts)} texts", cure="run hx-detect doctor")
    return records, json.loads(said.splitlines()[-1])


def _service(model: Path | None, folder: Path, options: ServiceOptions) -> Any:  # noqa: ANN401 - a context manager
    port = free_port()
    words = ["-m", "hx_detect", "serve", "--host", "127.0.0.1", "--port", str(port), "--data", str(folder / "data")]
    words += ["--workers", str(options.workers)]
    words += ["--model", str(model)] if model is not None else []
    return running(words, port, "/readyz", folder / "service.log")


def _rival(folder: Path, options: ServiceOptions) -> Any:  # noqa: ANN401 - a context manager
    port = free_port()
    words = ["-m", "hx_detect.evaluation.service_rival", str(port), *(str(part) for part in options.rival_shape)]
    return running(words, port, "/ready", folder / "rival.log")


def _best_saturation(rival: Target, times: Times) -> dict[str, Round]:
    """The better of few and many clients: the rival's threads disturb each other, and that is not held against it."""
    found = [saturation(replace(rival, clients=clients, single_clients=clients), times) for clients in RIVAL_CLIENTS]
    return {kind: max((one[kind] for one in found), key=lambda one: one.load.texts_per_second) for kind in found[0]}


def _described(records: Sequence[dict[str, Any]], options: ServiceOptions, first: dict[str, float]) -> dict[str, Any]:
    tokens = sorted(record["tokens"] for record in records)
    return {
        "model": records[0]["model"],
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "machine": describe_machine(),
        "tokens_per_text": {"median": tokens[len(tokens) // 2], "least": tokens[0], "most": tokens[-1]},
        "workers": options.workers,
        "clients": {"calls_of_32": options.clients, "calls_of_1": options.single_clients},
        "seconds": options.seconds,
        "rounds": options.rounds,
        "one_text_ms": round(first["one_text_ms"], 2),
    }


def _memory(service: ServiceProcess, workers: int) -> dict[str, Any]:
    now = usage(service.process.pid)
    return {
        "rss_mb": round(now.rss / 1e6, 1),
        "pss_mb": round(now.pss / 1e6, 1),
        "per_worker_mb": round(now.pss / workers / 1e6, 1),
        "processes": now.processes,
    }
