"""CSV as it comes: encodings, ragged rows, stray quotes, NUL bytes, long cells."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hx_detect.errors import EmptyInputError, InputFormatError
from hx_detect.io.read import open_table
from hx_detect.io.rows import ReadOptions, Row, RowsUntilDamage, Table, unique_names
from hx_detect.io.source import fetch
from hx_detect.wording import set_language


@pytest.fixture
def field_limit() -> Iterator[int]:
    """The csv module's own limit of a cell, as in a new process."""
    before = csv.field_size_limit(131_072)
    yield 131_072
    csv.field_size_limit(before)


def read(path: Path, **options: Any) -> tuple[Table, list[Row]]:  # noqa: ANN401 - of ReadOptions
    with fetch(str(path)) as source:
        table = open_table(source, ReadOptions(**options))
        return table, list(table.source.rows())


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_every_encoding_with_every_delimiter(tmp_path: Path, encoding: str, sign: str) -> None:
    text = f"id{sign}opinión\r\n1{sign}El niño comió piña\r\n2{sign}¿Mañana? ¡Sí, señor!\r\n".replace("Sí,", "Sí")
    table, rows = read(write(tmp_path / "a.csv", text, encoding))
    assert table.columns == ("id", "opinión")
    assert [row.values["opinión"] for row in rows] == ["El niño comió piña", "¿Mañana? ¡Sí señor!"]
    assert [row.number for row in rows] == [1, 2]


def test_what_was_found_is_said(tmp_path: Path) -> None:
    table, _ = read(write(tmp_path / "a.csv", "id;texto\n1;señal de vida\n", "cp1252"))
    assert table.details == ("CP1252", "delimiter ;")
    assert table.excel_csv


def test_rows_can_be_read_twice(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "id,text\n1,hello there\n2,good bye\n")
    with fetch(str(path)) as source:
        table = open_table(source, ReadOptions())
        assert [row.values for row in table.source.rows()] == [row.values for row in table.source.rows()]


def test_ragged_rows_fail_and_the_rest_goes_on(tmp_path: Path) -> None:
    text = 'id,text,nps\n1,all good,9\n2,one, two,3\n3\n\n4,"a, b",7\n'
    _, rows = read(write(tmp_path / "a.csv", text))
    assert [row.failure.code if row.failure else None for row in rows] == [None, "ragged", "ragged", None]
    assert rows[1].failure is not None
    assert "4 fields" in rows[1].failure.message
    assert rows[1].failure.value == "2,one, two,3"
    assert rows[3].values == {"id": "4", "text": "a, b", "nps": "7"}
    assert rows[3].number == 4


def test_a_stray_quote_costs_one_row_only(tmp_path: Path) -> None:
    text = 'id,text,nps\n1,"never closed,3\n2,fine,9\n3,"quoted, fine",8\n4,good,7\n'
    _, rows = read(write(tmp_path / "a.csv", text))
    assert [(row.number, row.failure is None) for row in rows] == [(1, False), (2, True), (3, True), (4, True)]
    assert rows[0].failure is not None
    assert rows[0].failure.message.startswith("A quote is opened")


def test_a_stray_quote_before_the_end_costs_one_row_only(tmp_path: Path) -> None:
    _, rows = read(write(tmp_path / "a.csv", 'id,text\n1,fine\n2,"never closed\n3,fine\n4,fine\n'))
    assert [row.number for row in rows if row.failure is None] == [1, 3, 4]


def test_quoted_line_breaks_and_quotes_stay(tmp_path: Path) -> None:
    _, rows = read(write(tmp_path / "a.csv", 'id,text\n1,"first\nsecond ""said"" he\r\nthird"\n2,x y\n'))
    assert rows[0].values["text"] == 'first\nsecond "said" he\r\nthird'
    assert len(rows) == 2


def test_nul_byte_fails_its_row(tmp_path: Path) -> None:
    _, rows = read(write(tmp_path / "a.csv", "id,text\n1,be\0fore\n2," + "after " * 30 + "\n"))
    assert [row.failure.code if row.failure else None for row in rows] == ["nul_byte", None]


def test_a_byte_of_another_encoding_fails_its_row(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("id,texto\n1,señal\n2,año\n".encode() + b"3,se\xf1al\n" + "4,niño\n".encode())
    _, rows = read(path)
    assert [row.failure.code if row.failure else None for row in rows] == [None, None, "encoding", None]
    assert rows[2].failure is not None
    assert (rows[2].failure.value or "").isprintable()


def test_ten_megabyte_cell_is_read(tmp_path: Path) -> None:
    _, rows = read(write(tmp_path / "a.csv", "id,text\n1," + "word " * 2_000_000 + "\n2,short one\n"))
    assert len(rows[0].values["text"]) == 10_000_000
    assert rows[1].values["text"] == "short one"


def test_utf16_with_a_broken_end_gives_the_rows_before_it(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("id,texto\n1,señal\n".encode("utf-16") + b"\x00\xd8\x41")
    with fetch(str(path)) as source:
        table = open_table(source, ReadOptions())
        rows = RowsUntilDamage(table.source.rows())
        assert [row.values["texto"] for row in rows] == ["señal"]
    assert rows.damage is not None


def test_cut_off_gzip_gives_the_rows_before_it(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    text = "id,text\n" + "".join(f"{number},text {number * 7919} here\n" for number in range(20_000))
    path.write_bytes(gzip.compress(text.encode())[:-2_000])
    with fetch(str(path)) as source:
        table = open_table(source, ReadOptions())
        rows = RowsUntilDamage(table.source.rows())
        assert sum(1 for _ in rows) > 10_000
    assert rows.damage is not None
    assert "cut short" in rows.damage.what


@pytest.mark.parametrize("content", ["id,text\n", "\n\n\n", "text\n"])
def test_no_rows(tmp_path: Path, content: str) -> None:
    with pytest.raises(EmptyInputError):
        read(write(tmp_path / "a.csv", content))


def test_no_header_is_said_and_can_be_told(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "1,the food was cold\n2,the room was fine\n")
    with pytest.raises(InputFormatError, match="--no-header"):
        read(path)
    table, rows = read(path, header=False)
    assert table.columns == ("column_1", "column_2")
    assert rows[0].values == {"column_1": "1", "column_2": "the food was cold"}
    table, rows = read(path, header=True)
    assert table.columns == ("1", "the food was cold")


def test_titles_above_the_header_and_excels_first_line(tmp_path: Path) -> None:
    table, rows = read(write(tmp_path / "a.csv", "sep=;\nid;texto\n1;hola, mundo\n"))
    assert (table.columns, rows[0].values["texto"]) == (("id", "texto"), "hola, mundo")
    table, rows = read(write(tmp_path / "b.csv", "Informe 2024;\nid;texto\n1;hola\n2;adiós\n"))
    assert (table.columns, rows[0].number) == (("id", "texto"), 1)


def test_tsv_by_suffix(tmp_path: Path) -> None:
    table, rows = read(write(tmp_path / "a.tsv", "id\ttext\n1\ta, b; c | d\n"))
    assert (table.format, rows[0].values["text"]) == ("tsv", "a, b; c | d")


def test_names_that_come_twice() -> None:
    assert unique_names(["a", "a", "a_2", "a", ""]) == ("a", "a_3", "a_2", "a_4", "")


cells = st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff\x1f"), max_size=30)


@settings(max_examples=40, deadline=None)
@given(rows=st.lists(st.tuples(cells, cells), min_size=1, max_size=15))
def test_what_is_written_quoted_is_read_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([("number", "text"), *rows])
    path = write(tmp_path_factory.mktemp("csv") / "a.csv", out.getvalue())
    _, found = read(path, delimiter=",", encoding="utf-8", header=True)
    assert [tuple(row.values.values()) for row in found] == rows


@pytest.mark.parametrize("length", [200_000, 3_000_000])
def test_a_long_cell_among_the_first_does_not_hide_the_separator(tmp_path: Path, length: int, field_limit: int) -> None:
    assert csv.field_size_limit() == field_limit
    table, rows = read(write(tmp_path / "a.csv", f"id,text\n1,fine\n2,{'a b ' * (length // 4)}\n3,bad\n"))
    assert table.columns == ("id", "text")
    assert [row.values["id"] for row in rows] == ["1", "2", "3"]


def test_a_cell_beyond_all_limits_fails_its_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hx_detect.io.csv_records.CELL_LIMIT", 2_000_000)
    path = write(tmp_path / "a.csv", f"id,text\n1,fine\n2,{'a b ' * 750_000}\n3,bad\n")
    set_language("es")
    try:
        _, rows = read(path)
    finally:
        set_language("en")
    assert [row.failure and row.failure.code for row in rows] == [None, "too_long", None]
    assert "2.000.000 caracteres" in str(rows[1].failure)


def test_lines_of_blanks_are_blank_lines(tmp_path: Path) -> None:
    with pytest.raises(EmptyInputError, match="blank lines"):
        read(write(tmp_path / "a.csv", "\n  \n\n"))


def test_one_comment_per_line_without_a_header(tmp_path: Path) -> None:
    texts = ["Me gustó, sí, mucho.", "Bien", "Nada", "No, jamás", "Tarde, mal, nunca, de verdad", "Caro", "Ni hablar"]
    _, rows = read(write(tmp_path / "a.txt", "\n".join(texts) + "\n"), header=False)
    assert [row.values["column_1"] for row in rows] == texts


@pytest.mark.parametrize(
    "lines",
    [
        ['"id,texto,nps"', '"1,""Nadie, nunca"",2"', '"2,Bien,9"', '"3,""Dijo """"no"""""",1"'],
        ['"id;texto;nps"', '"1;Nadie, nunca;2"', '"2;Bien;9"', '"3;""Dijo """"no"""""";1"'],
        ["id,texto,nps", '"1,""Nadie, nunca"",2"', "2,Bien,9", '"3,""Dijo """"no"""""",1"'],
        ["id,texto,nps", *['"1,""Nadie, nunca"",2"', "2,Bien,9", '"3,""Dijo """"no"""""",1"', '"4,""a, b"",1"'][:4]],
    ],
)
@pytest.mark.parametrize("delimiter", [None, "own"])
def test_lines_that_are_quoted_as_a_whole(tmp_path: Path, lines: list[str], delimiter: str | None) -> None:
    own = ";" if ";" in lines[0] else ","
    table, rows = read(write(tmp_path / "a.csv", "\n".join(lines) + "\n"), delimiter=delimiter and own)
    assert table.columns == ("id", "texto", "nps")
    found = [tuple(row.values.values()) for row in rows[:3]]
    assert found == [("1", "Nadie, nunca", "2"), ("2", "Bien", "9"), ("3", 'Dijo "no"', "1")]
    assert table.details[1:] == (f"delimiter {own}", "lines quoted as a whole taken out of their quotes")


def test_a_quoted_sentence_alone_is_no_quoted_line(tmp_path: Path) -> None:
    _, rows = read(write(tmp_path / "a.csv", 'id,texto\n1,Bien\n"Malo, caro"\n3,Nada\n'))
    assert [row.failure.code if row.failure else None for row in rows] == [None, "ragged", None]


def test_one_column_of_quoted_sentences_is_left_alone(tmp_path: Path) -> None:
    texts = ["Malo, caro, y sucio", "Bien, gracias, volveré", "Nunca, jamás, más"]
    _, rows = read(write(tmp_path / "a.csv", "comentario\n" + "".join(f'"{text}"\n' for text in texts)))
    assert [row.values["comentario"] for row in rows] == texts


@pytest.mark.parametrize("name", ["a.tsv", "a.txt"])
def test_raw_quotes_in_tab_separated_text(tmp_path: Path, name: str) -> None:
    texts = ['"Unclosed quote, nobody calls', 'Good but "pricey', '"Great" they said', '"']
    lines = ["id\ttext\tnps", *[f"{number}\t{text}\t2" for number, text in enumerate(texts)]]
    table, rows = read(write(tmp_path / name, "\n".join(lines)))
    assert [row.values["text"] for row in rows] == texts
    assert "delimiter TAB, quotes read as they stand" in table.details


@pytest.mark.parametrize(
    "rows",
    [
        [("1", "one\ntwo"), ("2", 'a "b" c')],
        [*[(str(number), "plain") for number in range(300)], ("300", "one\ntwo")],
        [("1", "a\tb"), ("2", '"all" of it')],
    ],
)
def test_quotes_that_wrap_cells_of_tab_separated_text(tmp_path: Path, rows: list[tuple[str, str]]) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter="\t", lineterminator="\n").writerows([("id", "text"), *rows])
    _, found = read(write(tmp_path / "a.tsv", out.getvalue()))
    assert [tuple(row.values.values()) for row in found] == rows
