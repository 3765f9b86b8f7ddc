"""Figures of the service, made up. In: what shall differ. Out: what ``run_service_benchmark`` could give."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hx_detect.evaluation.service_load import Tally
from hx_detect.evaluation.service_phases import Round, compared


def one_round(texts: int, milliseconds: float = 10.0, wrong: int = 0) -> Round:
    """A second of calls of one text, all as fast."""
    tally = Tally(Counter({200: texts}), texts, 1.0, [milliseconds / 1e3] * texts, wrong=wrong)
    livez = Tally(Counter({200: 20}), 0, 1.0, [0.004] * 20)
    return Round(tally, livez, 0.1, 1.6)


def both(texts: int) -> dict[str, Round]:
    """Calls of 32, and somewhat slower calls of one."""
    return {"calls_of_32": one_round(texts), "calls_of_1": one_round(texts - 20)}


def found(minutes: float = 30.0, **values: Any) -> dict[str, Any]:  # noqa: ANN401 - any figure
    """Figures of a run."""
    quantiles = {"p50": 12.0, "p90": 20.0, "p99": 70.0, "most": 90.0}
    load = {"latency_ms": quantiles, "lag_ms": quantiles, "errors": 0, "seconds": 9.0, "offered_per_second": 55.0}
    soak = load | {
        "minutes": minutes, "texts_per_second": 240.0, "statuses": {"200": 900, "429": 300}, "broken": 0, "unsent": 1,
        "without_retry_after": 0, "wrong": 2, "examples": ["records out of order"],
        "memory": {"samples": 60, "least_mb": 400.0, "most_mb": 408.0, "spread_percent": 2.0},
    }  # fmt: skip
    figures = {
        "model": {"name": "hx-es-en", "version": "1.0.0"}, "date": "2026-01-02", "workers": 1, "seconds": 30.0,
        "machine": {"processor": "P", "cores": 2, "memory_gb": 8, "system": "Linux", "python": "3.12", "openvino": "1"},
        "tokens_per_text": {"median": 30, "least": 22, "most": 37}, "rounds": 3, "one_text_ms": 9.5,
        "clients": {"calls_of_32": 16, "calls_of_1": 64}, "soak": soak,
        "at_a_fifth": load, "at_a_fifth_of_singles": load,
        "memory": {"rss_mb": 500.0, "pss_mb": 400.0, "per_worker_mb": 400.0, "processes": 1},
        "stop": {"exit_code": 0, "seconds": 1.2},
    }  # fmt: skip
    rounds = compared([250.0, 260.0, 240.0], [both(210), both(230), both(200)], [both(30), both(32), both(28)])
    return figures | rounds | values
