"""Reading: every format gives the same frame; columns are found or named; damage and strange values are counted."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from batch_run import run
from simulated import simulate, write_scored

from hx_detect.errors import ColumnError, EmptyInputError
from hx_detect.reporting.load import load

RAW = """id;fecha;tienda;nps;texto
a;03/02/2025;Norte;1;no me contesta nadie desde hace días
b;14/02/2025;Sur;10;muchas gracias por todo
c;28/02/2025;Sur;9,5;no me contesta nadie y me voy
d;ayer;;99;llegó a la hora que dijeron
"""
KEPT = ("id", "text", "date", "group", "level", "answer", "signals", "hx", "cx", "priority", "language", "stage")


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    path = tmp_path / "raw.csv"
    path.write_text(RAW, encoding="utf-8")
    return path


@pytest.mark.parametrize("suffix", ["csv", "tsv", "jsonl", "parquet", "xlsx", "csv.gz", "jsonl.gz"])
def test_every_format_gives_the_same_frame(raw: Path, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"scored.{suffix}"
    run(raw, out)
    found = load([str(out)])
    assert found.roles == {"id": "id", "answer": "nps", "text": "texto", "date": "fecha", "by": "tienda"}
    rows = found.frame.select(KEPT).rows(named=True)
    assert [row["id"] for row in rows] == ["a", "b", "c", "d"]
    assert [row["date"] for row in rows] == [date(2025, 2, 3), date(2025, 2, 14), date(2025, 2, 28), None]
    assert [row["group"] for row in rows] == ["Norte", "Sur", "Sur", None]
    assert [row["level"] for row in rows] == ["hx_risk", "cx", "hx_risk", "neutral"]
    assert [row["answer"] for row in rows] == [1, 10, 9.5, None]
    assert [row["signals"] for row in rows] == ["ignored", "", "ignored", ""]
    assert found.frame["s_ignored"].to_list() == [True, False, True, False]
    assert found.frame["evidence"][0].to_list() == [{"signal": "ignored", "start": 15, "end": 20}]
    assert found.unreadable == 1
    assert any("0-10" in finding.en and finding.en.endswith("1") for finding in found.findings)
    assert found.files == (("scored." + suffix, 4),)


@pytest.mark.parametrize("suffix", ["csv", "parquet", "xlsx"])
def test_stars_and_answers_as_they_are_written(tmp_path: Path, suffix: str) -> None:
    source, out = tmp_path / "raw.csv", tmp_path / f"scored.{suffix}"
    rows = ["4/5;9 de 10;no me contesta nadie desde hace días", "★★☆☆☆;;muchas gracias por todo",
            "3,5;10;llegó a la hora que dijeron", "9/10;4/5;todo en orden por aquí"]  # fmt: skip
    source.write_text("\n".join(["estrellas;nps;texto", *rows]) + "\n", encoding="utf-8")
    run(source, out)
    found = load([str(out)], columns={"stars": "estrellas", "answer": "nps"})
    assert found.frame["stars"].to_list() == [4.0, 2.0, 3.5, None]
    assert found.frame["answer"].to_list() == [9.0, None, 10.0, None]
    assert [finding.en for finding in found.findings if "not used" in finding.en] == [
        "0-10 answers that are not a number in range, not used: 1", "stars that are not a number in range, not used: 1",
    ]  # fmt: skip


def test_all_signals_and_scored_twice(raw: Path, tmp_path: Path) -> None:
    once = tmp_path / "once.csv"
    run(raw, once)
    values = once.read_text(encoding="utf-8").replace("hx_risk", "neutral")
    once.write_text(values, encoding="utf-8")
    twice = tmp_path / "twice.csv"
    run(once, twice)
    assert load([str(twice)]).frame["level"].to_list() == ["hx_risk", "cx", "hx_risk", "neutral"]


def test_several_files_and_a_signal_of_the_customers_own(tmp_path: Path) -> None:
    first = write_scored(simulate(20, 1), tmp_path / "one.csv")
    second = write_scored(simulate(30, 2), tmp_path / "two.csv")
    rows = list(csv.reader(second.read_text(encoding="utf-8").splitlines()))
    rows[1][rows[0].index("hx_signals")] = "price_rise;ignored"
    with second.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    found = load([str(first), str(second)])
    assert found.files == (("one.csv", 20), ("two.csv", 30))
    assert found.signals[-1] == "price_rise"
    assert found.frame["s_price_rise"].sum() == 1
    assert found.frame["signals"].to_list()[20] == "ignored;price_rise"


def test_a_file_edited_in_excel(tmp_path: Path) -> None:
    path = tmp_path / "excel.csv"
    path.write_text("Fecha;Opinión;hx_level;hx_signals;hx_priority;hx_evidence;hx_language_supported\n"
                    '01/03/2025;"Nadie; contesta ñ";hx;ignored;0,91;"[{""signal"":""ignored"",""start"":0,""end"":5},'
                    '{""si";VERDADERO\n13/03/2025;bien;hola;;;;FALSO\n', encoding="cp1252")  # fmt: skip
    found = load([str(path)])
    row = found.frame.row(0, named=True)
    assert (row["text"], row["priority"], row["date"]) == ("Nadie; contesta ñ", 0.91, date(2025, 3, 1))
    assert row["evidence"] == [{"signal": "ignored", "start": 0, "end": 5}]
    assert row["supported"] is True
    assert found.rejected == {"not_scored": 1}  # hola is no level


def test_an_excel_workbook_keeps_its_dates(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["texto", "día", "hx_level", "hx_signals"])
    sheet.append(["no me contesta nadie", date(2025, 3, 1), "hx", "ignored"])
    book.save(path)
    assert load([str(path)]).frame["date"].to_list() == [date(2025, 3, 1)]


def test_columns_can_be_named_and_missing_ones_are_told(tmp_path: Path) -> None:
    path = write_scored(simulate(30, 1), tmp_path / "a.csv", {"group": "Zona X", "answer": "q7", "text": "texto"})
    found = load([str(path)], columns={"by": "zona x", "answer": "q7"})
    assert found.roles == {"by": "Zona X", "answer": "q7", "text": "texto"}
    with pytest.raises(ColumnError, match="--by"):
        load([str(path)], columns={"by": "tiend"})


def test_a_scored_file_without_texts(tmp_path: Path) -> None:
    path = write_scored(simulate(30, 1), tmp_path / "a.csv", {"answer": "nps"})
    found = load([str(path)])
    assert "text" not in found.roles
    assert found.frame["text"].null_count() == 30


def test_raw_files_are_scored_or_refused(raw: Path, tmp_path: Path) -> None:
    with pytest.raises(EmptyInputError, match="has not been scored"):
        load([str(raw)])

    def score(place: str) -> tuple[str, dict[str, int]]:
        out = tmp_path / "scored.parquet"
        run(place, out)
        return str(out), {"empty": 2}

    said: list[str] = []
    found = load([str(raw)], score=score, say_line=said.append)
    assert found.scored
    assert found.rejected == {"empty": 2}
    assert found.files == (("raw.csv", 4),)
    assert said[0] == "raw.csv: csv, UTF-8, delimiter ;"
    assert any("tienda" in line for line in said)


def test_no_scored_row(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("texto,hx_level,hx_signals\nhola que tal,,\n", encoding="utf-8")
    with pytest.raises(EmptyInputError, match="No row has a score"):
        load([str(path)])


def test_damaged_json_lines_are_read_as_far_as_they_go(raw: Path, tmp_path: Path) -> None:
    out = tmp_path / "scored.jsonl"
    run(raw, out)
    lines = out.read_text(encoding="utf-8").splitlines()
    lines[2] = lines[2][:40]
    values: dict[str, Any] = json.loads(lines[1])
    lines[1] = json.dumps({**values, "fecha": None})
    out.write_text("\n".join(lines), encoding="utf-8")
    found = load([str(out)])
    assert found.frame["id"].to_list() == ["a", "b", "d"]
    assert found.frame["date"].to_list() == [date(2025, 2, 3), None, None]


def test_many_groups_are_found_though_the_sample_shows_each_once(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = "".join(f"me gusta mucho {n},s{n % 700},cx,\n" for n in range(1_400))
    path.write_text("texto,tienda,hx_level,hx_signals\n" + rows, encoding="utf-8")
    assert load([str(path)]).frame["group"].n_unique() == 700
    assert load([str(path)]).frame.schema["level"] == pl.Enum(
        ["hx", "hx_risk", "hx_voiced", "dissatisfied", "mixed", "cx", "satisfied", "neutral"]
    )


def test_rows_that_were_rejected_when_the_file_was_scored(raw: Path, tmp_path: Path) -> None:
    raw.write_text(RAW + "e;;;;\n", encoding="utf-8")
    out = tmp_path / "scored.csv"
    run(raw, out)
    assert load([str(out)]).rejected == {"empty": 1}  # the bad answer was scored all the same


def test_dates_as_excel_counts_them_where_the_name_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("texto,fecha,hx_level,hx_signals\nme gusta,45720,cx,\n", encoding="utf-8")
    assert load([str(path)]).frame["date"].to_list() == [date(2025, 3, 4)]


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_texts_without_any_signal_beside_others(tmp_path: Path, suffix: str) -> None:
    calm, angry = tmp_path / "calm.csv", tmp_path / "angry.csv"
    calm.write_text("texto\nllegó a la hora que dijeron\ntodo en orden por aquí\n", encoding="utf-8")
    angry.write_text("texto\nno me contesta nadie desde hace días\n", encoding="utf-8")
    places = []
    for source in (calm, angry):
        out = tmp_path / f"{source.stem}.scored.{suffix}"
        run(source, out)
        places.append(str(out))
    found = load(places)
    assert found.frame["signals"].to_list() == ["", "", "ignored"]
    assert found.frame["row"].to_list() == [1, 2, 1]
    assert load(places[:1]).frame["s_ignored"].sum() == 0
