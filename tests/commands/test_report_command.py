"""The command report: formats, places, raw input, the call-back list, errors with a cure, the printed command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fake_scorer import FakeScorer
from simulated import simulate, write_scored

from hx_detect.cli import main
from hx_detect.commands import report
from hx_detect.reporting.to_json import of_json


@pytest.fixture
def scored(tmp_path: Path) -> Path:
    return write_scored(simulate(150, 1), tmp_path / "scored.csv")


def run(*words: object) -> int:
    return main(["report", *map(str, words)])


def test_json_with_the_call_back_list(scored: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, calls = tmp_path / "r.json", tmp_path / "calls.csv"
    assert run(scored, "-o", out, "--callback", calls, "--by", "tienda", "--lang", "en") == 0
    figures = of_json(out.read_bytes())
    assert figures.overview.texts == 150
    assert figures.trust.command == f"hx-detect report {scored} --output {out} --callback {calls} --by tienda --lang en"
    assert calls.read_text(encoding="utf-8-sig").startswith("rank,priority")
    said = capsys.readouterr().err
    assert "group: column 'tienda' (given)" in said
    assert f"-> {out}" in said


def test_same_input_same_bytes(scored: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "1.html", tmp_path / "2.html"
    for out in (first, second):
        assert run(scored, "-o", out, "-q", "--command-free") == 0
    assert first.read_bytes() == second.read_bytes()


def test_html_is_the_default_and_stands_beside_the_input(scored: Path) -> None:
    assert run(scored, "-q", "--lang", "es", "--title", "Primer trimestre") == 0
    page = scored.with_name("scored.report.html").read_text(encoding="utf-8")
    assert page.startswith("<!")
    assert "Primer trimestre" in page


def test_stdout(scored: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(scored, "-o", "-", "--format", "json", "-q") == 0
    assert json.loads(capfdbinary.readouterr().out)["overview"]["texts"] == 150


def test_raw_input_is_scored_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str | None] = []

    def loader(model: str | None) -> type[FakeScorer]:
        asked.append(model)
        return FakeScorer

    monkeypatch.setattr(report, "scorer_loader", loader)
    raw = tmp_path / "raw.csv"
    raw.write_text("id;texto;fecha\n1;no me contesta nadie hace días;03/03/2025\n2;;\n3;muchas gracias a todos;\n")
    out = tmp_path / "r.json"
    assert run(raw, "-o", out, "--model", "toy", "--from", "2025-01-01", "--to", "2025-12-31") == 3
    figures = of_json(out.read_bytes())
    assert asked == ["toy"]
    assert figures.overview.texts == 1
    assert [(one.name, one.count) for one in figures.trust.rejected] == [("empty", 1)]
    assert figures.trust.rows == 3
    assert "found" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("-o", "r.pdf"), 2, "is not a place for html"),
        (("-o", "r.html", "--format", "json"), 2, "is not a place for json"),
        (("--from", "yesterday"), 2, "is no day"),
        (("--from", "2025-03-02", "--to", "2025-03-01"), 2, "The first day comes first"),
        (("--callback", "calls.txt"), 2, ".csv or .xlsx"),
        (("-o", "nowhere/r.html"), 20, "There is no folder nowhere"),
        (("--group", "Oeste", "-o", "-"), 13, "There are: Este, Norte, Sur"),
        (("--by", "tiend", "-o", "-"), 14, "Did you mean 'tienda'"),
    ],
)
def test_errors_have_a_cure(
    scored: Path, words: tuple[str, ...], code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(scored, *words) == code
    assert message in capsys.readouterr().err


def test_nothing_is_overwritten_unasked(scored: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "r.json"
    out.write_text("mine")
    assert run(scored, "-o", out) == 20
    assert "--overwrite" in capsys.readouterr().err
    assert out.read_text() == "mine"
    assert run(scored, "-o", out, "--overwrite", "-q") == 0
    assert out.read_text() != "mine"
    assert run(tmp_path / "none.csv", "-o", tmp_path / "x.json") == 11


@pytest.mark.parametrize("option", ["-o", "--callback"])
def test_an_input_is_never_overwritten(option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "calls.xlsx"
    table.write_bytes(b"mine")
    words = () if option == "-o" else ("-o", tmp_path / "r.json")
    assert run(table, option, table, *words, "--overwrite") == 2
    assert "is the input" in capsys.readouterr().err
    assert table.read_bytes() == b"mine"


def test_today_can_be_fixed(scored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1717200000")  # 2024-06-01
    out = tmp_path / "r.json"
    assert run(scored, "-o", out, "-q") == 0
    figures = of_json(out.read_bytes())
    assert figures.trust.future > 0
    assert figures.span is not None
    assert figures.span.end <= "2024-06-02"
