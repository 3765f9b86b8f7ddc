"""``hx-detect label``: its actions, its options before and behind the file, its errors."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

import pytest
from labelling_tables import TEXTS, scored_csv, session_in, tasks_of
from openpyxl import Workbook

from hx_detect.cli import build_parser, main
from hx_detect.commands import label_page
from hx_detect.commands.label_page import default_place, own_signals
from hx_detect.errors import EXIT_CODES, ColumnError, UsageError


def parsed(*words: str) -> dict[str, object]:
    return vars(build_parser("label").parse_args(["label", *words]))


def test_a_word_that_is_no_action_is_a_file() -> None:
    assert parsed()["file"] is None
    for words in (["t.csv", "--who", "ana"], ["--who", "ana", "t.csv"], ["page", "t.csv", "--who", "ana"],
                  ["--who", "ana", "page", "t.csv"]):  # fmt: skip
        found = parsed(*words)
        assert (found["action"], found["file"], found["who"], found["port"]) == ("page", "t.csv", "ana", 0), words
    assert parsed("suggest", "s.csv", "-n", "3")["count"] == 3


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("action", [[], ["suggest"], ["page"], ["agreement"], ["simulate"]])
def test_every_action_explains_itself(action: list[str], lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["label", *action, "--help", "--lang", lang]) == 0
    out = capsys.readouterr().out
    assert not any(line in ("positional arguments:", "options:") for line in out.splitlines())
    assert ("muestra esta ayuda" if lang == "es" else "show this help") in out


def test_suggest_writes_beside_the_file_and_shows_the_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = scored_csv(tmp_path / "o.scored.csv", [*TEXTS, TEXTS[0]], hx_p_rage=[0.05, 0.5, 0.05, 0.05, 0.05, 0.05])
    assert main(["label", "suggest", str(place), "-n", "9"]) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith(f"1. {TEXTS[1]}\n   undecided on rage (0.50)")
    assert "there are only 5 texts to choose" in shown.err
    assert "the same text again: 1" in shown.err
    with (tmp_path / "o.to-label.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["rank"] for row in csv.DictReader(file)] == list("12345")
    (tmp_path / "o.to-label.csv").write_text("filled in", encoding="utf-8")
    assert main(["label", "suggest", str(place)]) == 20
    assert "o.to-label.csv exists already. Give --overwrite" in capsys.readouterr().err
    assert (tmp_path / "o.to-label.csv").read_text(encoding="utf-8") == "filled in"
    assert main(["label", "suggest", str(place), "--overwrite"]) == 0


def test_suggest_reads_as_it_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A sheet that is not the first, an encoding and a delimiter that nothing gives away."""
    with scored_csv(tmp_path / "s.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    book = Workbook()
    cover, data = book.create_sheet("portada", 0), book.create_sheet("datos")
    for row in (["texto", "nota"], ["Una hoja de portada con sus explicaciones", "x"]):
        cover.append(row)
    for row in rows:
        data.append(row)
    book.save(tmp_path / "b.xlsx")
    with (tmp_path / "m.txt").open("w", encoding="mac_roman", newline="") as out:
        csv.writer(out, delimiter="^").writerows(rows)
    call = ["label", "suggest", "-q", "-o", str(tmp_path / "o.jsonl"), "--overwrite"]
    for words in (["b.xlsx", "--sheet", "datos"], ["m.txt", "--encoding", "mac_roman", "--delimiter", "^"]):
        assert main([*call, str(tmp_path / words[0]), *words[1:]]) == 0
        lines = (tmp_path / "o.jsonl").read_text(encoding="utf-8").splitlines()
        assert {json.loads(line)["text"] for line in lines} == set(TEXTS)
    assert main([*call, str(tmp_path / "b.xlsx"), "--sheet", "dato"]) == EXIT_CODES[ColumnError]
    assert "dato" in capsys.readouterr().err


def test_suggest_leaves_out_what_was_labelled(tmp_path: Path) -> None:
    session = session_in(tmp_path)
    session.answer({"key": tasks_of()[1].key, "sentiment": "positive", "labels": {"kind": []}})
    session.log.close()
    place, out = scored_csv(tmp_path / "s.csv"), tmp_path / "o.jsonl"
    assert main(["label", "suggest", str(place), "-q", "-o", str(out), "--seen", str(tmp_path / "ana.jsonl")]) == 0
    texts = {json.loads(line)["text"] for line in out.read_text(encoding="utf-8").splitlines()}
    assert texts == set(TEXTS) - {TEXTS[1]}


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["suggest", "s.csv", "-n", "0"], 2, "-n 0"),
        (["suggest", "s.csv", "-o", "o.docx"], 2, "names no format"),
        (["suggest", "s.csv", "-o", "./s.csv"], 2, "is the input s.csv"),
        (["suggest", "s.csv", "--seen", "t.csv", "-o", "t.csv"], 2, "is the input t.csv"),
        (["suggest", "s.csv", "--delimiter", "::"], 2, "--delimiter '::'"),
        (["suggest", "s.csv", "--encoding", "utf-99"], 2, "utf-99"),
        (["suggest", "none.csv"], 11, "none.csv"),
        (["suggest"], 2, "FILE"),
        (["none.csv", "--no-browser"], 11, "none.csv"),
        (["s.csv", "--out", "o.csv"], 2, "--out o.csv"),
        (["s.csv", "--who", " "], 2, "--who"),
        (["s.csv", "--own-signals", "App Crash"], 2, "App Crash"),
        (["s.csv", "--with", "none.jsonl"], 11, "none.jsonl"),
        (["s.csv", "--port", "99999"], 2, "--port 99999"),
        ([], 11, "Nothing to label is here"),
        (["agreement", "ana.jsonl"], 60, "two people"),
        (["agreement", "ana.jsonl", "--resamples", "0"], 2, "--resamples 0"),
        (["simulate"], 2, "--corpora"),
        (["simulate", "ana.jsonl", "--labels", "60"], 2, "--labels"),
    ],
)
def test_what_makes_no_sense_is_told_in_one_line(
    words: list[str], code: int, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    scored_csv(tmp_path / "s.csv")
    session = session_in(tmp_path)
    session.answer({"key": tasks_of()[0].key, "sentiment": "neutral", "labels": {}})
    session.log.close()
    assert main(["label", *words]) == code
    line = capsys.readouterr().err.strip().splitlines()[-1]
    assert line.startswith("error: ")
    assert message in line


def test_without_the_libraries_of_the_page_the_extra_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "hx_detect.labelling.page_server", None)
    assert main(["label", "s.csv"]) == 40
    assert 'hx-detect[learn,serve]"' in capsys.readouterr().err


def test_agreement_is_printed_as_table_and_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for who in ("ana", "luis"):
        session = session_in(tmp_path, who=who)
        for place, task in enumerate(tasks_of()[:4]):
            labels: dict[str, list[object]] = {"rage": []} if place % 2 else {}
            session.answer({"key": task.key, "sentiment": "negative", "labels": labels})
        session.log.close()
    files = [str(tmp_path / "ana.jsonl"), str(tmp_path / "luis.jsonl")]
    assert main(["label", "agreement", *files, "--lang", "es"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["textos", "con", "ella", "iguales", "alfa", "95", "%"]
    assert lines[-1].split()[:5] == ["rabia", "4", "2", "100%", "1.00"]
    assert main(["label", "agreement", *files, "--json"]) == 0
    assert [one["name"] for one in json.loads(capsys.readouterr().out)] == ["sentiment", "rage"]


def test_answers_of_others_beside_the_file_are_found(tmp_path: Path) -> None:
    file = str(tmp_path / "t.to-label.csv")
    mine = default_place(file, "Ana María / 2")
    assert mine.name == "t.labels.Ana-María-2.jsonl"
    for name in ("t.labels.luis.jsonl", "t.labels.luis.skipped.jsonl", "u.labels.eva.jsonl", mine.name):
        (tmp_path / name).touch()
    assert [path.name for path in label_page._others(None, file, mine)] == ["t.labels.luis.jsonl"]


def test_the_newest_file_to_label_is_taken_where_none_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    monkeypatch.chdir(tmp_path)
    for age, name in enumerate(("b.to-label.csv", "a.to-label.xlsx", "c.to-label.json")):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (1_000 + age, 1_000 + age))
    assert label_page._newest() == "a.to-label.xlsx"


def test_own_signals_have_names_that_files_can_hold() -> None:
    assert own_signals("app_crash, roaming,app_crash,") == ("app_crash", "roaming")
    for words in ("ignored", "Crash", "1st", "a" * 41):
        with pytest.raises(UsageError, match="--own-signals"):
            own_signals(words)
