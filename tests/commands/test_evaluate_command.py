"""``hx-detect evaluate``. In: a toy bundle, small authored and annotated files. Out: metrics where they were wanted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from toy_bundle import write_toy_bundle

from hx_detect.bundle import verify
from hx_detect.cli import main

RECORD: dict[str, Any] = {"kind": "review", "stars": None, "stage": "none", "labels": {}, "sentiment": "neutral"}


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an empty manifest and annotations whose split ``val`` is the test."""
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    (tmp_path / "corpora.toml").write_text("corpus = []\n", encoding="utf-8")
    rows = [
        RECORD | {"id": "1", "lang": "es", "text": "nadie contesta en la tienda", "split": "val", "source": "x",
                  "labels": {"ignored": ["nadie contesta"]}, "sentiment": "negative"},
        RECORD | {"id": "2", "lang": "es", "text": "abren a las ocho de la tarde", "split": "val", "source": "x"},
        RECORD | {"id": "3", "lang": "en", "text": "the shop is on the corner", "split": "val", "source": "x"},
        RECORD | {"id": "4", "lang": "en", "text": "they were nadie all day long", "split": "val", "source": "x",
                  "labels": {"ignored": ["nadie"]}, "sentiment": "negative"},
    ]  # fmt: skip
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (tmp_path / "annotations.jsonl").write_text(lines, encoding="utf-8")
    return tmp_path


def call(data: Path, *more: str) -> int:
    model = data / "toy"
    if not model.exists():
        write_toy_bundle(model)
    return main(
        ["evaluate", str(model), "--corpora", str(data), "--manifest", str(data / "corpora.toml"), "--annotations",
         str(data / "annotations.jsonl"), "--located", "--authored", "--resamples", "10", "--no-baselines", *more]
    )  # fmt: skip


def test_metrics_go_into_the_model(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(data) == 0
    printed = capsys.readouterr()
    metrics = json.loads((data / "toy" / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["sets"]["hx_test"]["all"]["n"] == 4
    assert metrics["sets"]["hx_test"]["all"]["systems"]["hx-detect"]["hx.auroc"]["value"] == 1.0
    assert "What was asked" in printed.out
    assert "hx_test: 4 texts" in printed.err
    verify(data / "toy")


def test_output_leaves_the_model_as_it_is(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_toy_bundle(data / "toy")
    before = verify(data / "toy")
    assert call(data, "--output", str(data / "out" / "m.json"), "--no-erasure", "--lang", "es") == 0
    assert verify(data / "toy") == before
    assert json.loads((data / "out" / "m.json").read_text(encoding="utf-8"))["resamples"] == 10
    assert "Lo que se pedía" in capsys.readouterr().out


def test_bad_calls_are_one_line(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(data, "--resamples", "0") == 2
    assert call(data, "--manifest", str(data / "none.toml")) == 52
    assert capsys.readouterr().err.count("error: ") == 2
