"""Benchmarks. In: a toy bundle, tiny sizes. Out: every measurement, and a page that says what was reached."""

from __future__ import annotations

from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from toy_bundle import write_toy_bundle

from hx_detect.errors import EvaluationError
from hx_detect.evaluation.benchmark import (
    BenchmarkOptions,
    Work,
    batch_command,
    first_score_seconds,
    in_turns,
    rival,
    run_benchmarks,
    spread,
)
from hx_detect.evaluation.benchmark_page import TARGETS, page, reached
from hx_detect.evaluation.benchmark_texts import benchmark_texts

TINY = BenchmarkOptions(texts=24, rival_texts=4, rows=30, row_words=5, repetitions=1, rival_shape=(1, 24, 8))


def found(**values: Any) -> dict[str, Any]:  # noqa: ANN401 - measurements
    """Measurements as ``run_benchmarks`` gives them."""
    rates = {"texts_per_second": 420.0, "slowest": 400.0, "fastest": 430.0}
    return {
        "model": {"name": "toy", "version": "0"},
        "date": "2025-01-01",
        "machine": {"processor": "P", "cores": 2, "memory_gb": 8.0, "system": "S", "python": "3", "openvino": "1"},
        "tokens_per_text": {"median": 30.0, "least": 25, "most": 36},
        "start_to_first_score_seconds": {"first_run": 3.0, "median": 1.5, "with_interpreter": 1.6},
        "scoring": rates | {"texts": 24},
        "one_text_at_a_time": {"milliseconds": 4.0},
        "rival": None,
        "batch": None,
    } | values


def test_texts_differ_and_are_half_spanish() -> None:
    texts = list(benchmark_texts(200))
    assert len(set(texts)) == 200
    assert sum(any(letter in text for letter in "áéíóúñ") for text in texts) > 90
    assert not any(letter in text for text in texts[1::2] for letter in "áéíóúñ")
    assert texts == list(benchmark_texts(200))
    assert all(15 <= len(text.split()) <= 30 for text in texts)


def test_everything_is_measured(tmp_path: Path) -> None:
    told: list[str] = []
    measured = run_benchmarks(write_toy_bundle(tmp_path / "toy"), TINY, told.append)
    assert measured["scoring"]["texts"] == 24
    assert measured["rival"]["texts"] == 4
    assert measured["times_the_rival"] == measured["times_the_rival_in_each_round"][0] > 0
    assert measured["batch"]["rows"] == 30
    assert measured["batch"]["peak_mb"] > 20
    assert measured["start_to_first_score_seconds"]["with_interpreter"] > 0
    assert len(told) == 4
    assert "30 rows, the first 5 words of each text, in a process of its own" in page(measured)


def test_works_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks, order = count(), list[str]()
    monkeypatch.setattr("time.perf_counter", lambda: next(ticks))
    rates = in_turns({name: Work(partial(order.append, name), len(name)) for name in ("ab", "c")}, 2)
    assert order == ["ab", "c", "ab", "c"]
    assert rates == {"ab": [2.0, 2.0], "c": [1.0, 1.0]}


def test_median_of_the_rounds() -> None:
    assert spread([2.0, 8.0, 4.0]) == {"texts_per_second": 4.0, "slowest": 2.0, "fastest": 8.0}


def test_the_rival_reads_texts_as_long_as_ours() -> None:
    pytest.importorskip("torch")
    work, said = rival([5, 9], BenchmarkOptions(rival_texts=2, repetitions=1, rival_shape=(1, 24, 8)))
    assert said["texts"] == work.texts == 2
    assert work.run()


def test_a_measuring_process_that_fails_is_said(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match=r"a measuring process failed: .*BundleNotFoundError"):
        first_score_seconds(tmp_path / "nowhere", 1)
    with pytest.raises(EvaluationError, match="hx-detect score ended with 31"):
        batch_command(tmp_path / "nowhere", 2)


def test_page_says_reached_missed_and_not_measured() -> None:
    said = page(found(times_the_rival=12.0, times_the_rival_in_each_round=[11.5, 12.0, 12.25], rival={
        "texts_per_second": 35.0, "slowest": 30.0, "fastest": 36.0, "texts": 4, "parameters": 278_000_000, "threads": 2,
        "torch": "2",
    }))  # fmt: skip
    assert "| scoring, texts of about 30 tokens | 420 texts/s | ≥ 300 texts/s | reached |" in said
    assert "| times the transformers pipeline | 12 × | ≥ 15 × | **missed** |" in said
    assert "| peak memory of the batch command | – | ≤ 700 MB | not measured |" in said
    assert "278 M parameters" in said
    assert "(11.5, 12.0, 12.25)" in said
    assert "| puntuar textos de unos 30 tokens | 420 texts/s | ≥ 300 texts/s | alcanzado |" in said


def test_at_most_targets() -> None:
    start = next(target for target in TARGETS if target.unit == "s")
    assert reached(found(), start) is True
    assert reached(found(start_to_first_score_seconds={"median": 2.5}), start) is False
    assert reached(found(start_to_first_score_seconds=None), start) is None
