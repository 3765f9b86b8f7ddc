"""Rows of another width than the header: what is mended, what is rejected, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from hx_detect.errors import InputFormatError
from hx_detect.io.read import open_table
from hx_detect.io.rows import ReadOptions, Row, RowsUntilDamage, Table
from hx_detect.io.source import fetch

HEADER = "id,texto,nps,tienda,nota"
FILLED = "rows without their last cells filled up with empty ones"


def read(path: Path, lines: list[str], end: str = "\n") -> tuple[Table, list[Row]]:
    path.write_text("\n".join(lines) + end)
    with fetch(str(path)) as source:
        table = open_table(source, ReadOptions())
        return table, list(table.source.rows())


def codes(rows: list[Row]) -> list[str | None]:
    return [row.failure.code if row.failure else None for row in rows]


@pytest.mark.parametrize("first", ["{}", "R-{}", "2024-01-0{} 10:30"])
@pytest.mark.parametrize("full", ["{},Nadie contesta,2,Lima,x", "{},Nadie contesta,2,Lima"])
def test_empty_cells_left_out_at_the_end_are_filled_in(tmp_path: Path, first: str, full: str) -> None:
    short = ["{},Todo bien,9", '{},"Mal, caro",4', "{},Regular,5,Quito", "{},Bien"]
    lines = [line.format(first.format(number)) for number, line in enumerate([full, *short])]
    table, rows = read(tmp_path / "a.csv", [HEADER, *lines])
    assert codes(rows) == [None] * 5
    assert [row.values["texto"] for row in rows[1:]] == ["Todo bien", "Mal, caro", "Regular", "Bien"]
    assert list(rows[4].values.values())[2:] == ["", "", ""]
    assert FILLED in table.details


def test_a_text_cut_in_two_is_not_filled_in(tmp_path: Path) -> None:
    lines = ["1,Bien,9", "2,Motivos:", "1)caro y malo,3,Lima,z", "3,Bien,9,Lima,z", "4,Mal,2", "5,Mal,1", "6,Mal,1"]
    _, rows = read(tmp_path / "a.csv", [HEADER, *lines])
    assert codes(rows) == [None, "ragged", "ragged", None, None, None, None]
    assert rows[1].failure is not None
    assert "line break" in rows[1].failure.cure


@pytest.mark.parametrize(
    "lines",
    [
        ["1,Bien,9,Lima,", "2,Mal,1,Lima,x", "3,Mal", "4,Bien,9,Lima,z"],
        ["Ana,Bien,9,Lima,y", "Eva,Mal,1,Lima,x", "Leo,Mal", "Luz,Bien,9,Lima,z"],
        ["1,Bien,9,Lima,y", "2,Mal,1,Lima,x", "3,Mal", "y caro,1,Lima,z", "5,Bien,9,Lima,z", "6,Bien,9,Lima,z"],
    ],
    ids=["the export writes empty cells", "no key tells where rows begin", "all short rows are cut texts"],
)
def test_short_rows_are_rejected_where_nothing_says_that_they_are_whole(tmp_path: Path, lines: list[str]) -> None:
    table, rows = read(tmp_path / "a.csv", [HEADER, *lines])
    assert codes(rows)[:3] == [None, None, "ragged"]
    assert FILLED not in table.details


def test_a_row_cut_off_by_the_end_of_the_file_is_not_filled_in(tmp_path: Path) -> None:
    lines = [HEADER, "1,Bien,9", "2,Mal,2,Lima,x", "3,Nadie cont"]
    assert codes(read(tmp_path / "a.csv", lines, end="")[1]) == [None, None, "ragged"]
    assert codes(read(tmp_path / "a.csv", lines)[1]) == [None, None, None]


def test_a_quote_that_swallows_rows_is_not_filled_in(tmp_path: Path) -> None:
    lines = [HEADER, "1,Bien,9", '2,"Mal,2', "3,Mal,1", '4,Dijo "no",1', "5,Bien,9", "6,Bien,9"]
    _, rows = read(tmp_path / "a.csv", lines)
    assert codes(rows) == [None, "ragged", None, None, None, None]
    assert [row.number for row in rows] == [1, 2, 3, 4, 5, 6]


def test_the_row_before_damage_is_given(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("id,texto,nps\n1,señal\n2,sí,3\n3,no\n".encode("utf-16") + b"\x00\xd8\x41")
    with fetch(str(path)) as source:
        table = open_table(source, ReadOptions())
        rows = RowsUntilDamage(table.source.rows())
        assert [row.number for row in rows] == [1, 2, 3]
    assert rows.damage is not None
    assert FILLED in table.details


def test_empty_cells_beyond_the_header_are_left_out(tmp_path: Path) -> None:
    lines = ["id,texto,nps", "1,Nadie,2,", "2,Bien,9, ,", "3,Caro,3", "4,Mal,1,x"]
    table, rows = read(tmp_path / "a.csv", lines)
    assert codes(rows) == [None, None, None, "ragged"]
    assert [list(row.values.values()) for row in rows[:2]] == [["1", "Nadie", "2"], ["2", "Bien", "9"]]
    assert "empty cells beyond the header left out" in table.details


def test_quoted_line_breaks_before_empty_cells_stay(tmp_path: Path) -> None:
    _, rows = read(tmp_path / "a.csv", ["id,texto", '1,"uno\ndos",', "2,tres,"])
    assert [row.values["texto"] for row in rows] == ["uno\ndos", "tres"]


@pytest.mark.parametrize("sign", [",", "\t"])
def test_row_names_without_a_header(tmp_path: Path, sign: str) -> None:
    lines = [sign.join(("texto", "nps")), *[sign.join((str(n), f'"Nadie contesta {n}"', "3")) for n in range(1, 7)]]
    table, rows = read(tmp_path / "a.csv", lines)
    assert table.columns == ("column_1", "texto", "nps")
    assert rows[5].values == {"column_1": "6", "texto": "Nadie contesta 6", "nps": "3"}
    assert "first column without a name: 'column_1'" in table.details


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("{},Malo, caro,3", "3 columns, but 8 of its first 8 rows .* most often 4. Put quotes .* delimiter"),
        ("{},Malo,caro,3", "3 columns, but 8 of its first 8 rows .* most often 4. Put quotes .* delimiter"),
        ("{},Malo\ny caro,3", "3 columns, but 16 of its first 16 rows .* most often 2. Put quotes .* line break"),
    ],
)
def test_a_table_of_ragged_rows_is_refused(tmp_path: Path, row: str, message: str) -> None:
    with pytest.raises(InputFormatError, match=message):
        read(tmp_path / "a.csv", ["id,texto,nps", *[row.format(number) for number in range(8)]])
