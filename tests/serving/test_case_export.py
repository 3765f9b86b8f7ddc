"""Cases as tables for a CRM: whole, in both languages, and nothing in them that a spreadsheet runs."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest
from case_texts import day, kept

from hx_detect.errors import OutputError, UsageError
from hx_detect.serving import case_export
from hx_detect.serving.case_export import COLUMNS, export_cases
from hx_detect.serving.store.case_pages import CaseFilter, WholeCase, all_cases
from hx_detect.serving.store.cases import Change, change_case, link_text, take_in
from hx_detect.serving.store.engine import Store
from hx_detect.wording import set_language

FORMULA = '=HYPERLINK("x") nadie'


@pytest.fixture
def cases(sqlite_store: Store) -> list[WholeCase]:
    texts = [
        kept(FORMULA, customer="+34", group="Vigo", written=day(1), review_id="r1"),
        kept(customer="C2", priority=0.1),
    ]
    first = take_in(sqlite_store, texts, "ana")[0].case
    assert first is not None
    change_case(sqlite_store, first.id, Change(who="ana", state="contacted", note="Called", owner="bea"))
    link_text(sqlite_store, first.id, kept("Muchas gracias.", written=day(9)), "ana")
    return list(all_cases(sqlite_store, CaseFilter()))


def test_a_csv(cases: list[WholeCase], tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    assert export_cases(cases, str(path)) == 2
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        first, second = csv.DictReader(file)
    assert first["text"] == "'" + FORMULA
    assert first["customer"] == "'+34"
    assert (first["state"], first["reason"], first["evidence"]) == ("contacted", "HX at risk: ignored", "nadie")
    assert (first["written"], first["notes"], first["latest level"]) == ("2026-05-01 00:00", "Called", "CX")
    assert (second["customer"], second["later texts"], second["owner"]) == ("C2", "0", "")


def test_a_workbook_in_spanish_always_the_same_bytes(cases: list[WholeCase], tmp_path: Path) -> None:
    set_language("es")
    paths = [tmp_path / name for name in ("one.xlsx", "two.xlsx")]
    for path in paths:
        assert export_cases(cases, str(path)) == 2
    assert paths[0].read_bytes() == paths[1].read_bytes()
    book = openpyxl.load_workbook(paths[0])
    rows = list(book["casos"].iter_rows(values_only=True))
    assert rows[0] == tuple(es for _, es, _ in COLUMNS)
    first = dict(zip(rows[0], rows[1], strict=True))
    assert (first["estado"], first["motivo"], first["texto"]) == ("contactado", "HX en riesgo: ignorado", FORMULA)
    assert book["casos"].cell(2, list(rows[0]).index("texto") + 1).data_type == "s"


def test_places_that_do_not_serve(cases: list[WholeCase], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="CSV or Excel"):
        export_cases(cases, str(tmp_path / "cases.pdf"))
    for name in ("none/cases.csv", "none/cases.xlsx"):
        with pytest.raises(OutputError, match="cannot be written"):
            export_cases(cases, str(tmp_path / name))
    monkeypatch.setattr(case_export, "EXCEL_ROWS", 1)
    with pytest.raises(OutputError, match="A sheet holds"):
        export_cases(cases, str(tmp_path / "cases.xlsx"))
