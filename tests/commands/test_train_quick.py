"""``hx-detect train FILE``. In: labelled rows in a CSV. Out: a model in a folder or the registry, and its scores."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

import pytest
from openpyxl import Workbook
from small_refit import OWN, labelled_rows, toy_with_replay

from hx_detect.cli import main
from hx_detect.registry.versions import Registry


@pytest.fixture(scope="module")
def parent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return toy_with_replay(tmp_path_factory.mktemp("parent") / "toy").path


@pytest.fixture(scope="module")
def corrections(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """200 rows as a team lead has them in a spreadsheet."""
    file = tmp_path_factory.mktemp("rows") / "corrections.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["text", "sentiment", "labels", "language"])
        for row in labelled_rows(200):
            labels = ";".join([*(row.signals or ()), *row.own])
            writer.writerow([row.text, row.sentiment, labels, row.language])
    return file


@pytest.fixture(autouse=True)
def in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")


def test_a_refit_goes_into_the_registry_and_its_signal_into_every_output(
    parent: Path, corrections: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", str(corrections), "--model", str(parent), "--new-signals", OWN]) == 0
    printed = capsys.readouterr()
    assert "toy@0.2.0" in printed.out
    assert f"{OWN}: average precision" in printed.out
    assert "corrections.csv: labels = labels" in printed.err
    found = Registry().find("toy@0.2.0")
    assert not found.current
    (added,) = [event for event in Registry().events("toy") if event.get("parent")]
    assert added["parent"] == "toy@0.1.0"
    reviews = tmp_path / "reviews.csv"
    reviews.write_text("id,text\n1,malo bloqueo 12\n2,bueno 55\n", encoding="utf-8")
    summary = tmp_path / "summary.json"
    assert main(["score", str(reviews), "--model", str(found.path), "-o", str(tmp_path / "out.csv"),
                 "--summary-json", str(summary)]) == 0  # fmt: skip
    capsys.readouterr()
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert float(rows[0][f"hx_p_{OWN}"]) > 0.5 > float(rows[1][f"hx_p_{OWN}"])
    assert OWN in rows[0]["hx_signals"].split(";")
    counted = {signal["name"]: signal["texts"] for signal in json.loads(summary.read_bytes())["signals"]}
    assert counted[OWN] == 1
    assert main(["score", str(reviews), "--model", str(found.path), "-o", str(tmp_path / "out.jsonl")]) == 0
    line = json.loads((tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert {"name": OWN, "group": "own"}.items() <= next(s for s in line["hx"]["signals"] if s["name"] == OWN).items()


@pytest.mark.parametrize(
    ("more", "code", "says"),
    [
        (["--map", "text"], 2, "--map"),
        (["--title", "x"], 2, "--title"),
        (["--title", "app_crush=caída|crash"], 2, "app_crush"),
        (["--map", "text=gone"], 14, "gone"),
        (["--model", "gone"], 31, "gone"),
        (["--new-signals", "harassment_by_phone"], 50, "harassment_by_phone"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    more: list[str], code: int, says: str, parent: Path, corrections: Path, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    arguments = ["train", str(corrections), "--model", str(parent), "-o", str(tmp_path / "out"), *more]
    assert main(arguments) == code
    (line,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("error: ")]
    assert says in line
    assert not (tmp_path / "out").exists()


def test_nothing_is_written_over(
    parent: Path, corrections: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    assert main(["train", str(corrections), "--model", str(parent), "-o", str(tmp_path)]) == 20
    assert "exists already" in capsys.readouterr().err
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "mine"
    Registry().add(parent)
    assert main(["train", str(corrections), "--model", str(parent), "--version", "0.1.0"]) == 72
    printed = capsys.readouterr().err
    assert "toy@0.1.0 exists already" in printed
    assert "labels" not in printed, "said before anything is read"


def test_the_lineage_says_how_the_rows_were_read(
    parent: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = Workbook()
    book.create_sheet("notes", 0)
    sheet = book.create_sheet("rows")
    sheet.append(["text", "sentiment", "labels"])
    for row in labelled_rows(200):
        sheet.append([row.text, row.sentiment, ";".join(row.signals or ())])
    sheet.append(["Das Paket kam drei Wochen zu spät und niemand hat auf meine Anrufe geantwortet", "negative", ""])
    book.save(tmp_path / "book.xlsx")
    call = ["train", str(tmp_path / "book.xlsx"), "--model", str(parent), "--sheet", "rows", "--blank-is-none"]
    assert main(call) == 0
    assert "1 texts read as neither Spanish nor English (rows 201)" in capsys.readouterr().err
    (added,) = [event for event in Registry().events("toy") if event.get("parent")]
    (file,) = added["data"]
    assert (file["place"], file["reading"]) == (str(tmp_path / "book.xlsx"), {"sheet": "rows", "blank_is_none": True})


def test_a_single_class_is_told_of(parent: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [row.text for row in labelled_rows(40)]
    file = tmp_path / "one.csv"
    file.write_text("text,sentiment\n" + "".join(f"{text},negative\n" for text in rows), encoding="utf-8")
    main(["train", str(file), "--model", str(parent), "-o", str(tmp_path / "out")])
    assert "sentiment: all 40 texts say negative; nothing can be learned from one class" in capsys.readouterr().err


def test_nothing_to_learn_from(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train"]) == 2
    assert "--corpora" in capsys.readouterr().err


def test_without_the_extra_it_says_what_to_install(
    corrections: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, "hx_detect.learning.quick_refit", raising=False)
    monkeypatch.setitem(sys.modules, "threadpoolctl", None)
    assert main(["train", str(corrections)]) == 40
    assert "hx-detect[learn]" in capsys.readouterr().err


def test_torch_is_not_needed(parent: Path, corrections: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("torch", "transformers", "datasets", "nncf"):
        monkeypatch.setitem(sys.modules, name, None)
    assert main(["train", str(corrections), "--model", str(parent), "-o", str(tmp_path / "out"), "--new-signals",
                 ""]) == 0  # fmt: skip
    assert (tmp_path / "out" / "adapter.safetensors").is_file()
