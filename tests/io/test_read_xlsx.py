"""Excel workbooks as they come: cover pages, notes above the header, dates, damage."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from hx_detect.errors import ColumnError, EmptyInputError, InputFormatError
from hx_detect.io.read import open_table
from hx_detect.io.rows import ReadOptions, Row, Table
from hx_detect.io.source import fetch


def read(place: Path | str, *, sheet: str | None = None, header: bool | None = None) -> tuple[Table, list[Row]]:
    with fetch(str(place)) as source:
        table = open_table(source, ReadOptions(sheet=sheet, header=header))
        return table, list(table.source.rows())


def workbook(path: Path, sheets: Mapping[str, Sequence[Sequence[Any]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    book.close()
    return path


def test_excel_values_stay_what_they_are(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["id", "fecha", "nps", "opinión"],
        [1, datetime(2024, 5, 1), 7.5, "Buen trato"],
        [2, None, None, "=nope"],
    ]
    path = workbook(tmp_path / "a.xlsx", {"Datos": rows})
    table, read_rows = read(path)
    assert table.columns == ("id", "fecha", "nps", "opinión")
    assert read_rows[0].values == {"id": 1, "fecha": datetime(2024, 5, 1), "nps": 7.5, "opinión": "Buen trato"}
    assert table.details == ("sheet 'Datos'",)


def test_excel_sheet_is_the_first_with_data_or_the_one_named(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["id", "text"], [1, "from the second"]]
    path = workbook(tmp_path / "a.xlsx", {"Empty": [], "Second": rows, "Third": [["text"], ["from the third"]]})
    table, found = read(path)
    assert found[0].values["text"] == "from the second"
    assert "Third" in table.details[0]
    assert read(path, sheet="Third")[1][0].values == {"text": "from the third"}
    with pytest.raises(ColumnError, match="Empty, Second, Third"):
        read(path, sheet="Fourth")


def test_excel_cover_page_is_passed_over(tmp_path: Path) -> None:
    cover: list[list[Any]] = [["Opiniones de 2024"], ["Fecha:", datetime(2024, 3, 1)], ["Elaborado por:", "Calidad"]]
    rows: list[list[Any]] = [["id", "tienda", "texto"], *[[n, "Lima", "nadie contesta"] for n in range(5)]]
    table, found = read(workbook(tmp_path / "a.xlsx", {"Portada": cover, "Datos": rows, "Tiendas": [["a", "b"]] * 9}))
    assert table.columns == ("id", "tienda", "texto")
    assert len(found) == 5
    assert table.details[0].startswith("sheet 'Datos'")


def test_excel_notes_of_two_cells_stand_above_the_header(tmp_path: Path) -> None:
    notes: list[list[Any]] = [["Informe"], ["Fecha de exportación:", datetime(2024, 3, 1)], ["Usuario:", "ana"], []]
    rows: list[list[Any]] = [["id", "fecha", "nps", "texto"]]
    rows += [[n, datetime(2024, 1, 2), 9, "nadie contesta"] for n in range(6)]
    table, found = read(workbook(tmp_path / "a.xlsx", {"S": [*notes, *rows]}))
    assert table.columns == ("id", "fecha", "nps", "texto")
    assert "header in row 5" in table.details
    assert len(found) == 6


def test_excel_control_characters_are_decoded(tmp_path: Path) -> None:
    _, found = read(workbook(tmp_path / "a.xlsx", {"S": [["id", "text"], [1, "one_x000D_\ntwo _x_ three"]]}))
    assert found[0].values["text"] == "one\r\ntwo _x_ three"


def test_excel_titles_blank_rows_and_unnamed_columns(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["Informe de opiniones"],
        [],
        ["id", None, "texto"],
        [1, "x", "uno dos"],
        [],
        [3, None, "tres cuatro"],
    ]
    table, found = read(workbook(tmp_path / "a.xlsx", {"S": rows}))
    assert table.columns == ("id", "column_2", "texto")
    assert "header in row 3" in table.details
    assert [(row.number, row.values["texto"]) for row in found] == [(1, "uno dos"), (3, "tres cuatro")]


def test_excel_cells_beyond_the_header_fail_their_row(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["id", "text"], *[[number, "some words"] for number in range(600)], [1, "a", "beyond"]]
    _, found = read(workbook(tmp_path / "a.xlsx", {"S": rows}))
    assert found[-1].failure is not None
    assert found[-1].failure.value == "beyond"
    assert sum(row.failure is not None for row in found) == 1


def test_excel_without_header(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"S": [[1, "cold food"], [2, "warm beer"]]})
    with pytest.raises(InputFormatError, match="no header"):
        read(path)
    assert read(path, header=False)[1][0].values == {"column_1": 1, "column_2": "cold food"}


def test_excel_without_rows_or_data(tmp_path: Path) -> None:
    with pytest.raises(EmptyInputError):
        read(workbook(tmp_path / "a.xlsx", {"S": [["id", "text"]]}))
    with pytest.raises(EmptyInputError):
        read(workbook(tmp_path / "b.xlsx", {"S": []}))


@pytest.mark.parametrize("content", [b"PK\x03\x04 broken", b"text only"])
def test_broken_excel(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    with pytest.raises(InputFormatError, match="Excel"):
        read(path)


def test_damaged_excel_is_refused_wherever_the_damage_is(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "a.xlsx", {"S": [["id", "text"], *[[n, f"words {n * n} here"] for n in range(300)]]})
    content = whole.read_bytes()
    place = content.index(b"xl/worksheets/sheet1.xml") + 60
    (tmp_path / "b.xlsx").write_bytes(content[:place] + b"\xff\x5a" * 8 + content[place + 16 :])
    with pytest.raises(InputFormatError, match="damaged Excel workbook"):
        read(tmp_path / "b.xlsx")


def test_a_zip_of_something_else_is_said_to_be_one(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.csv", "id,text\n1,hello there\n")
    with pytest.raises(InputFormatError, match=r"zip archive, no table\. Unpack it"):
        read(tmp_path / "a.zip")


def test_old_excel_is_refused_with_the_cure(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    with pytest.raises(InputFormatError, match=r"Save it in Excel as \.xlsx"):
        read(path)


def test_dates_keep_their_kind(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"S": [["when", "text"], [date(2024, 5, 1), "words here"]]})
    assert read(path)[1][0].values["when"] == datetime(2024, 5, 1)
