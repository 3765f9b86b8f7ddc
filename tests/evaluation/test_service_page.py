"""The page of the service's figures. In: figures made up. Out: targets beside them, missed ones in bold."""

from __future__ import annotations

from typing import Any

import pytest
from service_figures import both, found, one_round

from hx_detect.evaluation.service_page import SERVICE_TARGETS, service_page, with_whole_soak
from hx_detect.evaluation.service_phases import compared, flatness, summarised
from hx_detect.evaluation.service_process import Usage


def test_ratios_are_medians_within_the_rounds() -> None:
    said = compared([100.0, 200.0, 400.0], [both(100), both(180), both(300)], [])
    assert said["ratio"]["calls_of_32"] == 0.9
    assert said["in_memory"]["texts_per_second"] == 200
    assert said["calls_of_32"]["texts_per_second"] == 180
    assert said["livez"]["statuses"] == {"200": 120}
    assert said["rival"] is said["times_the_rival"] is None


def test_a_rival_that_did_nothing_gives_no_ratio() -> None:
    nothing = {kind: one_round(0) for kind in ("calls_of_32", "calls_of_1")}
    assert compared([100.0], [both(90)], [nothing])["times_the_rival"] == {"calls_of_32": None, "calls_of_1": None}


def test_rounds_are_summed_up() -> None:
    said = summarised([one_round(100, 5, wrong=1), one_round(300, 50), one_round(200, 20)])
    assert (said["texts_per_second"], said["slowest"], said["fastest"]) == (200, 100, 300)
    assert said["statuses"] == {"200": 600}
    assert said["wrong"] == said["errors"] == 1
    assert (said["latency_ms"]["p50"], said["latency_ms"]["p90"]) == (20, 50)
    assert said["service_cores"] == 1.6


def test_memory_counts_after_the_warm_up() -> None:
    samples = [(moment, Usage(2 * size, size, 0.0, 1)) for moment, size in ((0.0, 100), (9.0, 300), (20.0, 400))]
    assert flatness([*samples, (60.0, Usage(0, 410, 0.0, 1))], 60) == {
        "samples": 2, "least_mb": 0.0, "most_mb": 0.0, "spread_percent": 2.5,
    }  # fmt: skip
    assert flatness(samples[:2], 60) is None


def test_page_says_what_is_reached_and_missed() -> None:
    said = service_page(found())
    assert "| throughput at saturation over the in-memory scorer, calls of 32 | 0.84 × | ≥ 0.8 × | reached |" in said
    assert "p99 | 70 ms | ≤ 60 ms | **missed** |" in said
    assert "| 30 minutes at 1.5 × saturation: records wrong or out of order | 2 | ≤ 0 | **missed** |" in said
    assert "memory after warm-up, most over least | 2 % | ≤ 5 % | reached |" in said
    assert "| veces la aplicación FastAPI corriente, llamadas de 32 | 7.143 × | ≥ 12 × | **no alcanzado** |" in said
    assert "900 × 200, 300 × 429" in said
    assert "records out of order" in said
    assert "105 in calls of 32, 95 in calls of one" in said
    assert "SIGTERM at the end: exit code 0 after 1.2 s" in said


def test_a_shorter_soak_does_not_count_as_thirty_minutes() -> None:
    assert with_whole_soak(found(minutes=5))["whole_soak"] is None
    said = service_page(found(minutes=5))
    assert "records wrong or out of order | – | ≤ 0 | not measured |" in said
    assert "**Soak**: 5 minutes" in said


def test_what_was_left_out_is_said() -> None:
    said = service_page(found(soak=None, rival=None, times_the_rival=None))
    assert "**Soak**: left out." in said
    assert "| times the plain FastAPI app, calls of 32 | – | ≥ 12 × | not measured |" in said
    assert "Plain FastAPI app" not in said


@pytest.mark.parametrize("target", SERVICE_TARGETS, ids=lambda target: target.en)
def test_every_target_stands_in_both_languages(target: Any) -> None:  # noqa: ANN401 - a SpeedTarget
    said = service_page(found())
    assert said.count(f"| {target.en} | ") == said.count(f"| {target.es} | ") == 1
    assert f"| {target.en} | – |" not in said
