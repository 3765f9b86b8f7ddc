"""What a refit gains and costs. In: the toy model, rows of two domains. Out: a page with intervals."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import pytest
from small_refit import OWN, labelled_rows, toy_with_replay

from hx_detect.learning import quick_benchmark
from hx_detect.learning.labelled_row import LabelledRow
from hx_detect.learning.quick_benchmark_page import DomainFigure


def write(file: Path, rows: Sequence[LabelledRow]) -> Path:
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["text", "sentiment", "labels", "stars", "language"])
        for row in rows:
            labels = ";".join([*(row.signals or ()), *row.own])
            writer.writerow([row.text, row.sentiment, labels, row.stars, row.language])
    return file


def test_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"RESAMPLES": 20, "OWN_POSITIVES": 24, "OWN_NEGATIVES": 60, "OWN_HELD": 60}.items():
        monkeypatch.setattr(quick_benchmark, name, value)
    bundle = toy_with_replay(tmp_path / "toy")
    new = write(tmp_path / "new.csv", labelled_rows(150, own=False))
    other = write(tmp_path / "other.csv", labelled_rows(60, seed=8, own=False))
    own = write(tmp_path / "own.csv", labelled_rows(220, seed=4))
    page = tmp_path / "page.md"
    assert quick_benchmark.main(["--model", str(bundle.path), "--new", str(new), "--learned", "110", "--other",
                                 f"hotels={other}", "--own", f"{OWN}={own}", "-o", str(page)]) == 0  # fmt: skip
    text = page.read_text(encoding="utf-8")
    assert "100 rows of a new domain" in text  # two thirds, since 110 would leave too few
    wanted = (
        "| new | signals, mean average precision | 50 |",
        "| hotels | stars, minus mean absolute error | 60 |",
        f"| `{OWN}` | 84 | 24 |",
    )
    for words in wanted:
        assert words in text
    held = next(line for line in text.splitlines() if OWN in line).split("|")
    assert "(0 positive)" not in held[-2]


@pytest.mark.parametrize(
    ("low", "high", "verdict"), [(0.01, 0.2, "better"), (-0.2, -0.01, "worse"), (-0.1, 0.1, "same"), (0.0, 0.0, "same")]
)
def test_verdicts(low: float, high: float, verdict: str) -> None:
    assert DomainFigure("new", "signals", 9, 0.5, 0.6, low, high).verdict == verdict
