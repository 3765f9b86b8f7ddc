"""``hx-detect cases``: from a file of opinions to customers won back, on the command line, in both languages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from case_texts import ROWS, write_table
from fake_scorer import FakeScorer

from hx_detect.cli import main
from hx_detect.errors import EXIT_CODES, CaseNotFoundError, CaseStateError, ColumnError, UsageError

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Opinions; the store is in a folder of the test, and a fake scorer reads them."""
    monkeypatch.setenv("HX_DETECT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    monkeypatch.delenv("HX_DETECT_DATABASE", raising=False)
    monkeypatch.setattr("hx_detect.commands.cases.scorer_loader", lambda _: FakeScorer)
    return write_table(tmp_path / "opiniones.csv")


def cases(*words: str) -> int:
    return main(["cases", *words])


def told(capsys: Captured, *words: str) -> Any:  # noqa: ANN401  # what json.loads gives
    capsys.readouterr()
    assert cases(*words, "--json") == 0
    return json.loads(capsys.readouterr().out)


def first(capsys: Captured) -> str:
    return str(told(capsys, "list", "--customer", "C1")[0]["id"])


def test_opinions_become_cases_once(file: Path, capsys: Captured) -> None:
    assert cases("add", str(file), "--by", "tienda", "-q") == 0
    assert "texts read: 6; new cases: 3; later texts linked: 1" in capsys.readouterr().out
    (again,) = told(capsys, "add", str(file), "--by", "tienda", "-q")
    assert (again["new"], again["outcomes"]) == ([], {"known": 4, "earlier": 1})
    assert cases("list", "--state", "open", "--lang", "es") == 0
    out = capsys.readouterr()
    assert len(out.out.splitlines()) == 3
    assert "HX en riesgo: ignorado" in out.out
    assert out.err == "3 de 3 casos\n"


def test_from_open_to_solved(file: Path, capsys: Captured) -> None:
    cases("add", str(file), "-q")
    case = first(capsys)
    steps = [("assign", case[:8], "bea"), ("contact", case[:8], "--at", "2026-01-01 10:00"),
             ("note", case, "Llamar otra vez"), ("solve", case, "--note", "Abonado"),
             ("reopen", case), ("lose", case)]  # fmt: skip
    for step in steps:
        assert cases(*step, "--who", "ana") == 0
    capsys.readouterr()
    assert cases("show", case) == 0
    shown = capsys.readouterr().out
    for words in ("customer:     C1", "owner:        bea", "open -> contacted", "contacted -> solved: Abonado",
                  "Llamar otra vez", "solved -> open", "«nadie»", "ana  owner: bea", "wrote again: CX"):  # fmt: skip
        assert words in shown
    whole = told(capsys, "show", case)
    assert (whole["state"], whole["contacted"]) == ("lost", "2026-01-01T10:00:00+00:00")


def test_statistics(file: Path, capsys: Captured) -> None:
    assert told(capsys, "stats")["cases"] == 0
    cases("add", str(file), "--by", "tienda", "-q")
    cases("contact", first(capsys))
    capsys.readouterr()
    assert cases("stats", "--by-group", "--lang", "es") == 0
    shown = capsys.readouterr().out
    for words in (
        "3 casos: 2 abierto, 1 contactado",
        "clientes HX recuperados: 100 %",
        "Vigo: 2 casos",
        "Lugo: 1 caso,",
    ):
        assert words in shown
    assert told(capsys, "stats")["won_back"]["count"] == 1


def test_later_texts_are_followed(file: Path, tmp_path: Path, capsys: Captured) -> None:
    cases("add", str(file), "-q")
    later = write_table(tmp_path / "later.csv", [("x1", "01/05/2025", "Vigo", "C2", "Resuelto, muchas gracias.")])
    capsys.readouterr()
    assert cases("follow", str(later), "--customer", "cliente", "-q") == 0
    assert "later texts linked: 1" in capsys.readouterr().out
    assert told(capsys, "stats")["heard"] == 2


def test_export_and_forgetting(file: Path, tmp_path: Path, capsys: Captured) -> None:
    cases("add", str(file), "-q", "--no-texts")
    out = tmp_path / "cases.csv"
    capsys.readouterr()
    assert cases("export", "-o", str(out), "--level", "any_hx") == 0
    assert capsys.readouterr().out == f"3 cases -> {out}\n"
    assert "nadie" not in out.read_text(encoding="utf-8")
    assert cases("show", first(capsys)) == 0
    assert "the words are not kept" in capsys.readouterr().out
    assert told(capsys, "forget", "C1") == {"removed": 1}
    assert cases("forget", "C1") == 0
    assert capsys.readouterr().out == "0 cases removed\n"


def test_personal_data_is_masked(file: Path, capsys: Captured) -> None:
    write_table(file, [(*ROWS[0][:4], "Escribí a ana@example.com y nadie contesta.")])
    cases("add", str(file), "-q", "--mask")
    (case,) = told(capsys, "list")
    assert case["text"] == "Escribí a ‹email› y nadie contesta."


def test_evidence_is_marked_on_a_terminal(file: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    cases("add", str(file), "-q")
    case = first(capsys)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert cases("show", case) == 0
    assert "\x1b[7mnadie\x1b[0m" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [(("show", "none"), EXIT_CODES[CaseNotFoundError], "no case 'none'"),
     (("add", "FILE", "--customer", "quien", "-q"), EXIT_CODES[ColumnError], "has no column 'quien'"),
     (("add", "FILE", "--top", "0"), EXIT_CODES[UsageError], "not above 0"),
     (("list", "--min-priority", "7"), EXIT_CODES[UsageError], "not from 0 to 1"),
     (("list", "--limit", "many"), EXIT_CODES[UsageError], "many"),
     (("export", "-o", "x.pdf"), EXIT_CODES[UsageError], "CSV or Excel"),
     (("contact", "ID", "--at", "2999-01-01"), EXIT_CODES[UsageError], "no time that has been"),
     (("reopen", "ID"), 0, ""), ((), EXIT_CODES[UsageError], "ACTION")],
)  # fmt: skip
def test_what_cannot_be_done(file: Path, capsys: Captured, words: tuple[str, ...], code: int, said: str) -> None:
    cases("add", str(file), "-q")
    known = {"FILE": str(file), "ID": first(capsys)}
    capsys.readouterr()
    assert cases(*(known.get(word, word) for word in words)) == code
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") <= 1


def test_a_move_that_the_state_does_not_allow(file: Path, capsys: Captured) -> None:
    cases("add", str(file), "-q")
    case = first(capsys)
    assert cases("lose", case) == 0
    capsys.readouterr()
    assert cases("solve", case, "--lang", "es") == EXIT_CODES[CaseStateError]
    assert "perdido no puede pasar a resuelto" in capsys.readouterr().err


def test_help_names_the_actions(capsys: Captured) -> None:
    for lang, said in (("en", "won back"), ("es", "recuperados")):
        assert cases("--help", "--lang", lang) == 0
        out = capsys.readouterr().out
        assert {"add", "list", "show", "contact", "solve", "lose", "follow", "stats", "export"} <= set(out.split())
        assert said in out
