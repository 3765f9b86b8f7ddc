"""Processes under watch, and the whole measurement. In: small services. Out: readiness, memory, ends, figures."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from service_figures import found as made_up
from toy_bundle import write_toy_bundle

from hx_detect.cli import main
from hx_detect.errors import EvaluationError
from hx_detect.evaluation.service_benchmark import ServiceOptions, in_memory, run_service_benchmark
from hx_detect.evaluation.service_page import service_page
from hx_detect.evaluation.service_process import free_port, running, status_of, usage
from hx_detect.evaluation.service_rival import rival_app

SERVE_FILES = "import http.server, sys; http.server.test(http.server.SimpleHTTPRequestHandler, port=int(sys.argv[1]))"


def test_a_service_is_waited_for_watched_and_ended(tmp_path: Path) -> None:
    port = free_port()
    with running(["-c", SERVE_FILES, str(port)], port, "/", tmp_path / "log") as service:
        assert status_of(port, "/") == 200
        assert status_of(port, "/nothing") == 404
        taken = usage(service.process.pid)
        assert taken.processes == 1
        assert 1_000_000 < taken.pss <= taken.rss
        assert taken.cpu_seconds > 0
    assert service.exit_code is not None
    assert status_of(port, "/") is None
    with pytest.raises(EvaluationError, match="has ended under the load"):
        usage(service.process.pid)


def test_a_service_that_does_not_start_is_said_with_its_last_words(tmp_path: Path) -> None:
    with (
        pytest.raises(EvaluationError, match=r"ended with 3: no model here"),
        running(["-c", "import sys; print('no model here'); sys.exit(3)"], 1, "/", tmp_path / "log"),
    ):
        pass


def test_a_service_that_is_never_ready_is_not_waited_for_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hx_detect.evaluation.service_process.START_SECONDS", 0.3)
    with (
        pytest.raises(EvaluationError, match="not ready"),
        running(["-c", "import time; time.sleep(60)"], free_port(), "/", tmp_path / "log") as service,
    ):
        assert service.process.poll() is not None


def test_settings_of_another_service_are_not_inherited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HX_DETECT_DATABASE", "postgresql://elsewhere")
    monkeypatch.setenv("HX_DETECT_CACHE", "")
    code = "import os, sys; print(sorted(name for name in os.environ if name.startswith('HX_DETECT'))); sys.exit(1)"
    with (
        pytest.raises(EvaluationError, match=r"\['HX_DETECT_CACHE'\]"),
        running(["-c", code], 1, "/", tmp_path / "log"),
    ):
        pass
    assert "HX_DETECT_DATABASE" in os.environ


def test_the_rival_classifies_every_text() -> None:
    client = TestClient(rival_app(lambda texts: [{"label": text} for text in texts]))
    body = {"reviews": [{"id": "t0", "text": "a"}, {"id": "t1", "text": "b"}]}
    assert client.post("/v1/score", json=body).json() == [{"label": "a"}, {"label": "b"}]
    assert client.get("/ready").status_code == 200


def test_records_in_memory_are_those_of_the_scorer(tmp_path: Path) -> None:
    records, speed = in_memory(write_toy_bundle(tmp_path / "toy"), ["nadie", "genial"], tmp_path, 0.0)
    assert [record["id"] for record in records] == ["t0", "t1"]
    assert [record["signals"][0]["name"] for record in records] == ["ignored", "delighted"]
    assert speed["one_text_ms"] > 0


def test_the_whole_measurement(tmp_path: Path) -> None:
    """A real ``hx-detect serve`` with a toy model, for moments."""
    options = ServiceOptions(
        texts=64, rounds=1, warm_up_seconds=0.2, seconds=0.6, latency_seconds=0.6, soak_minutes=0.02, clients=2,
        single_clients=4, rival_shape=(1, 24, 8),
    )  # fmt: skip
    told: list[str] = []
    found = run_service_benchmark(write_toy_bundle(tmp_path / "toy"), options, told.append)
    for kind in ("calls_of_32", "calls_of_1"):
        assert found[kind]["texts_per_second"] > 0
        assert found[kind]["errors"] == 0, found[kind]["examples"]
        assert found["rival"][kind]["errors"] == 0, found["rival"][kind]["examples"]
        assert found["ratio"][kind] > 0
    assert found["soak"]["wrong"] == found["at_a_fifth"]["wrong"] == found["at_a_fifth_of_singles"]["wrong"] == 0
    assert set(found["soak"]["statuses"]) <= {"200", "429"}
    assert found["livez"]["errors"] == 0
    assert found["memory"]["processes"] >= 1
    assert found["stop"]["exit_code"] == 0
    assert len(told) == 7
    assert json.loads(json.dumps(found)) == found
    assert "## Resumen en español" in service_page(found)


def test_sizes_that_make_no_sense(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["--rounds", "0"], ["--seconds", "0"], ["--soak-minutes", "-1"], ["--workers", "0"]):
        assert main(["benchmark", "--service", *words]) == 2
        assert "too small" in capsys.readouterr().err


def test_page_and_json_of_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[ServiceOptions] = []

    def measure(_model: Path | None, options: ServiceOptions, _tell: object) -> dict[str, object]:
        seen.append(options)
        return made_up(minutes=5)

    monkeypatch.setattr("hx_detect.evaluation.service_benchmark.run_service_benchmark", measure)
    page, figures = tmp_path / "page.md", tmp_path / "figures.json"
    words = ["--seconds", "2", "--soak-minutes", "5", "--no-rival", "-o", str(page), "--json", str(figures)]
    assert main(["benchmark", "--service", *words, "--lang", "es"]) == 0
    assert (seen[0].seconds, seen[0].soak_minutes, seen[0].rival, seen[0].workers) == (2, 5, False, 1)
    assert page.read_text(encoding="utf-8").startswith("# Benchmarks of the service\n")
    assert json.loads(figures.read_text(encoding="utf-8"))["soak"]["minutes"] == 5
    printed = capsys.readouterr().out
    assert "a un quinto de la saturación más alta, p99: 70 ms (<= 60 ms: no alcanzado)" in printed
    assert "registros erróneos o fuera de orden: - (<= 0: no medido)" in printed
