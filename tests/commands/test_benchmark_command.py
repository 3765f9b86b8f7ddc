"""``hx-detect benchmark``. In: measurements made up. Out: the page, the JSON, the lines on the screen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from toy_bundle import write_toy_bundle

from hx_detect.cli import main


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A call that measures next to nothing."""
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    model = write_toy_bundle(tmp_path / "toy")
    return ["benchmark", "--model", str(model), "--texts", "8", "--rival-texts", "0", "--repetitions", "1"]


def test_page_and_json_are_written(call: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page, figures = tmp_path / "docs" / "b.md", tmp_path / "b.json"
    assert main([*call, "-o", str(page), "--json", str(figures), "--lang", "es"]) == 0
    assert json.loads(figures.read_text(encoding="utf-8"))["scoring"]["texts"] == 8
    assert page.read_text(encoding="utf-8").startswith("# Benchmarks\n")
    printed = capsys.readouterr().out
    assert "memoria máxima de la orden por lotes: - (<= 700 MB: no medido)" in printed
    assert f"-> {page}" in printed


def test_sizes_that_make_no_sense(call: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*call, "--texts", "0"]) == 2
    assert main([*call, "--rows", "-1"]) == 2
    assert "a size is too small" in capsys.readouterr().err


def test_a_page_that_cannot_be_written(call: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert main([*call, "-o", str(tmp_path / "file" / "b.md")]) == 20
    assert "cannot be written" in capsys.readouterr().err
