"""What Prometheus is told. In: requests, batches, scores. Out: the text of /metrics, without a customer's words."""

from __future__ import annotations

import os
from collections import Counter as Tally
from collections.abc import Sequence
from typing import Final, Literal

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from hx_detect.records import RowFailure, Score

MULTIPROCESS: Final = "PROMETHEUS_MULTIPROC_DIR"
"""Environment variable: the folder in which several workers add up their figures."""
CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS: Final = (0.002, 0.005, 0.01, 0.015, 0.025, 0.04, 0.06, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_TOKENS: Final = (4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096, 16384)
_BATCH_TOKENS: Final = (16, 32, 64, 128, 256, 512, 1024, 1536, 2048, 4096, 16384)
_BATCH_TEXTS: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256)
Over = Literal["livesum", "livemax", "livemin"]


class Metrics:
    """The service's figures; threads may share it."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # the library ships no type for it
        self.registry = registry = CollectorRegistry()
        self._requests = Counter(
            "hx_requests", "Requests by method, route, status and code", ("method", "route", "status", "code"),
            registry=registry,
        )  # fmt: skip
        self._of_requests: dict[tuple[str, str, str, str], tuple[Counter, Histogram]] = {}
        self._request_seconds = Histogram(
            "hx_request_seconds", "Seconds from a request to the end of its answer", ("route",), buckets=_SECONDS,
            registry=registry,
        )  # fmt: skip
        self._item_failures = Counter(
            "hx_item_failures", "Texts that could not be scored, by reason", ("code",), registry=registry
        )
        self._queue_texts = _gauge(registry, "hx_queue_texts", "Texts that wait")
        self._queue_tokens = _gauge(registry, "hx_queue_tokens", "Tokens that wait, about")
        self._queue_wait = Histogram(
            "hx_queue_wait_seconds", "Seconds until the first text of a request is taken", buckets=_SECONDS,
            registry=registry,
        )  # fmt: skip
        self._batch_tokens = Histogram("hx_batch_tokens", "Tokens per batch", buckets=_BATCH_TOKENS, registry=registry)
        self._batch_texts = Histogram("hx_batch_texts", "Texts per batch", buckets=_BATCH_TEXTS, registry=registry)
        self._inference = Histogram(
            "hx_inference_seconds", "Seconds to score a batch", buckets=_SECONDS, registry=registry
        )
        self._input_tokens = Histogram("hx_input_tokens", "Tokens per text", buckets=_TOKENS, registry=registry)
        self._texts = Counter(
            "hx_texts", "Scored texts by level and language", ("level", "language"), registry=registry
        )
        self._model = _gauge(registry, "hx_model_info", "1 for the model in use", ("name", "version"), "livemax")
        self._ready = _gauge(registry, "hx_ready", "1 while the service takes requests", (), "livemin")
        self._reloads = Counter("hx_model_reloads", "Models taken up, by outcome", ("outcome",), registry=registry)
        self._jobs = Counter("hx_jobs", "Files scored as jobs, by outcome", ("state",), registry=registry)
        self._job_rows = Counter("hx_job_rows", "Rows of jobs that ended, by what became of them", ("outcome",),
                                 registry=registry)  # fmt: skip
        self._model_shown: tuple[str, str] | None = None
        self._begin_at_zero()

    def _begin_at_zero(self) -> None:
        """Show counters that alerts compare from the start: from nothing to 1 is no increase to Prometheus."""
        for outcome in ("done", "failed"):
            self._reloads.labels(outcome)
            self._jobs.labels(outcome)
        for outcome in ("scored", "rejected"):
            self._job_rows.labels(outcome)

    def request(self, method: str, route: str, status: int, code: str, seconds: float) -> None:
        """One request is answered; ``code`` is the problem's, or empty."""
        labels = (method, route, str(status), code)
        children = self._of_requests.get(labels)
        if children is None:  # kept, as the look-up by labels costs more than the counting
            children = self._of_requests[labels] = (self._requests.labels(*labels), self._request_seconds.labels(route))
        children[0].inc()
        children[1].observe(seconds)

    def queue(self, texts: int, tokens: int) -> None:
        """How much waits."""
        self._queue_texts.set(texts)
        self._queue_tokens.set(tokens)

    def waited(self, seconds: float) -> None:
        """A request's first text was taken from the queue."""
        self._queue_wait.observe(seconds)

    def batch(self, results: Sequence[Score | RowFailure], seconds: float) -> None:
        """One batch is scored."""
        scores = [result for result in results if isinstance(result, Score)]
        self._batch_tokens.observe(sum(score.tokens for score in scores))
        self._batch_texts.observe(len(results))
        self._inference.observe(seconds)
        for score in scores:
            self._input_tokens.observe(score.tokens)
        for labels, count in Tally((score.level, score.language) for score in scores).items():
            self._texts.labels(*labels).inc(count)
        for failure in results:
            if isinstance(failure, RowFailure):
                self.item_failure(failure.code)

    def item_failure(self, code: str) -> None:
        """A text could not be scored."""
        self._item_failures.labels(code).inc()

    def model(self, name: str, version: str) -> None:
        """The model in use."""
        if self._model_shown is not None:
            self._model.labels(*self._model_shown).set(0)
        self._model_shown = (name, version)
        self._model.labels(name, version).set(1)

    def reload(self, *, done: bool) -> None:
        """A model was taken up, or could not be."""
        self._reloads.labels("done" if done else "failed").inc()

    def job(self, state: str, rows: int = 0, rejected: int = 0) -> None:
        """A file is done, or failed; a job that goes back into the queue is not told of."""
        self._jobs.labels(state).inc()
        self._job_rows.labels("scored").inc(rows - rejected)
        self._job_rows.labels("rejected").inc(rejected)

    def ready(self, value: bool) -> None:
        """Whether the service takes requests."""
        self._ready.set(int(value))

    def render(self) -> bytes:
        """The text of /metrics: of all workers, where they share a folder."""
        if MULTIPROCESS not in os.environ:
            return generate_latest(self.registry)
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library ships no type for it
        return generate_latest(registry)


def _gauge(
    registry: CollectorRegistry, name: str, what: str, labels: tuple[str, ...] = (), over: Over = "livesum"
) -> Gauge:
    """A gauge; ``over`` says what becomes of the values of the workers that live."""
    return Gauge(name, what, labels, registry=registry, multiprocess_mode=over)
