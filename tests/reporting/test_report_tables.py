"""The workbook and the call-back file: what stands in them, both languages, the same bytes, no formulas."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import Any

import openpyxl
import polars as pl
import pytest
from simulated import simulate

from hx_detect.errors import OutputError
from hx_detect.reporting import workbook as workbook_module
from hx_detect.reporting.call_back_file import call_back_csv, call_back_xlsx
from hx_detect.reporting.figure_records import ReportFigures
from hx_detect.reporting.figures import build_figures
from hx_detect.reporting.options import ReportOptions
from hx_detect.reporting.to_xlsx import figures_xlsx
from hx_detect.reporting.workbook import Sheet, workbook

FILES = ("sim.csv",)


@pytest.fixture(scope="module")
def figures() -> ReportFigures:
    return build_figures(simulate(800, 1), ReportOptions(command="hx-detect report sim.csv"))


def sheets(content: bytes) -> dict[str, list[tuple[Any, ...]]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}


def test_workbook_in_both_languages(figures: ReportFigures) -> None:
    english, spanish = sheets(figures_xlsx(figures, "en")), sheets(figures_xlsx(figures, "es"))
    assert list(english) == ["Overview", "Over time", "Change points", "Causes", "Combinations", "Strengths", "Journey",
                             "Groups", "NPS", "Quotes", "Call back first", "How sure", "Methods"]  # fmt: skip
    assert list(spanish)[:2] == ["Resumen", "En el tiempo"]
    assert english["Overview"][1][:4] == ("HX", figures.overview.hx.count, 800, figures.overview.hx.value)
    assert figures.groups is not None
    assert [row[1] for row in english["Groups"][1:]] == [row.name for row in figures.groups.rows]
    assert spanish["Causas"][1][1] == "ignorado"
    assert english["Causes"][1][1] == "ignored"
    assert ("command", "hx-detect report sim.csv") in english["How sure"]
    assert len(english["Call back first"]) == 201
    assert [len(rows) for rows in english.values()] == [len(rows) for rows in spanish.values()]


def test_workbook_of_almost_nothing() -> None:
    loaded = simulate(3, 1)
    frame = loaded.frame.with_columns(level=pl.lit("neutral"), signals=pl.lit(""), date=pl.lit(None, pl.Date))
    frame = frame.with_columns(pl.lit(False).alias(f"s_{name}") for name in loaded.signals)
    found = build_figures(replace(loaded, frame=frame), ReportOptions(texts=False))
    assert "Over time" not in sheets(figures_xlsx(found, "en"))


def test_same_figures_same_bytes(figures: ReportFigures) -> None:
    assert figures_xlsx(figures, "es") == figures_xlsx(figures, "es")


def test_workbook_writes_no_formulas_and_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [("=1+1", 2.5, True, None, "x" * 40_000)]
    found = sheets(workbook([Sheet("a name that is longer than Excel allows", list("abcde"), rows)]))
    (cells,) = found.values()
    assert cells[1][:4] == ("=1+1", 2.5, True, None)
    assert len(cells[1][4]) == 32_767
    monkeypatch.setattr(workbook_module, "EXCEL_ROWS", 3)
    with pytest.raises(OutputError, match="An Excel sheet holds 3"):
        workbook([Sheet("a", ["b"], [(1,)] * 3)])


def test_call_back_list_is_whole_in_order_and_safe() -> None:
    loaded = simulate(400, 2)
    formula = pl.when(pl.col("s_ignored")).then(pl.lit("=cmd()")).otherwise(pl.format("{} {}", "text", "row"))
    frame = loaded.frame.with_columns(text=formula)
    content = call_back_csv(frame, FILES, "en").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content)))
    due = frame.filter(~pl.col("level").cast(pl.String).is_in(["cx", "satisfied", "neutral"]))
    ignored = due.filter("s_ignored")
    assert len(rows) == due.height - ignored.height + ignored["group"].n_unique()
    assert sum(int(row["times"]) for row in rows) == due.height
    (largest,) = ignored.group_by("group").len().top_k(1, by="len").iter_rows()
    entry = next(row for row in rows if row["group"] == largest[0] and row["text"] == "'=cmd()")
    named = {entry["id"], *entry["also as"].split("; ")}
    assert named == set(ignored.filter(pl.col("group") == largest[0])["id"])
    assert [row["rank"] for row in rows[:3]] == ["1", "2", "3"]
    assert rows[0]["priority"] == "0.9"
    assert rows[0]["text"] == "'=cmd()"
    assert rows[0]["file"] == "sim.csv"
    assert rows[0]["reason"].startswith("ignored")
    assert rows[-1]["evidence"] in rows[-1]["text"]
    spanish = list(csv.reader(io.StringIO(call_back_csv(frame, FILES, "es", texts=False).decode("utf-8-sig"))))
    assert (spanish[0][:3], spanish[0][-2:]) == (["orden", "prioridad", "id"], ["veces", "también como"])
    assert not any("=cmd()" in cell for row in spanish for cell in row)
    (sheet,) = sheets(call_back_xlsx(frame, FILES, "es")).values()
    assert len(sheet) == len(rows) + 1
    assert sheet[1][12] == "=cmd()"


def test_rows_without_an_identifier_are_named_by_file_and_row() -> None:
    frame = simulate(400, 2).frame.filter(pl.col("level").cast(pl.String) == "hx_risk").head(4)
    frame = frame.with_columns(text=pl.lit("otra vez lo mismo"), group=pl.lit("Sur"), priority=pl.lit(0.5),
                               file=pl.Series([0, 0, 1, 1], dtype=pl.UInt16),
                               row=pl.Series([1, 2, 1, 2], dtype=pl.UInt32),
                               id=pl.Series(["A", "A", None, None]))  # fmt: skip
    (entry,) = csv.DictReader(io.StringIO(call_back_csv(frame, ("a.csv", "b.csv"), "en").decode("utf-8-sig")))
    assert (entry["id"], entry["times"], entry["also as"]) == ("A", "4", "b.csv:1; b.csv:2")


def test_the_workbook_says_how_often_a_text_came(figures: ReportFigures) -> None:
    assert figures.calls is not None
    first, *rest = figures.calls.calls
    calls = replace(figures.calls, calls=(replace(first, times=3), *rest))
    for lang, title, header in (("en", "Call back first", "times"), ("es", "Llamar primero", "veces")):
        rows = sheets(figures_xlsx(replace(figures, calls=calls), lang))[title]  # type: ignore[arg-type] # a language
        assert (rows[0][-1], rows[1][-1]) == (header, 3)
