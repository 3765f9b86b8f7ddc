"""JSON lines, Parquet and Excel as they come; which format a file is; packed files, URLs and stdin."""

from __future__ import annotations

import gzip
import io
import json
import sys
from datetime import datetime
from pathlib import Path

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hx_detect.errors import EmptyInputError, InputError, InputFormatError, InputNotFoundError
from hx_detect.io.read import find_format, open_table
from hx_detect.io.rows import ReadOptions, Row, RowsUntilDamage, Table
from hx_detect.io.source import fetch


def read(place: Path | str, *, sheet: str | None = None, header: bool | None = None) -> tuple[Table, list[Row]]:
    with fetch(str(place)) as source:
        table = open_table(source, ReadOptions(sheet=sheet, header=header))
        return table, list(table.source.rows())


# JSON lines


def test_json_lines_keep_nested_values_and_name_bad_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": 1, "r": {"text": "hola"}}\n\n{"id": 2\n[1, 2]\n{"id": NaN}\n{"id": 3, "new": [1]}\n')
    table, rows = read(path)
    assert table.columns == ("id", "r", "new")
    assert rows[0].values["r"] == {"text": "hola"}
    assert [row.failure.code if row.failure else None for row in rows] == [
        None,
        "bad_json",
        "bad_json",
        "bad_json",
        None,
    ]
    assert [row.number for row in rows] == [1, 2, 3, 4, 5]


def test_half_a_surrogate_pair_fails_its_row(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "ok \\ud83d\\ude00"}\n{"text": "broken \\ud83d"}\n')
    _, rows = read(path)
    assert rows[0].values["text"] == "ok 😀"
    assert rows[1].failure is not None
    assert rows[1].failure.code == "encoding"


def test_line_separators_inside_a_text_do_not_split_it(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"text": "one\u2028two\x85three"}, ensure_ascii=False) + "\r\n", encoding="utf-8")
    _, rows = read(path)
    assert rows[0].values["text"] == "one\u2028two\x85three"


# Parquet


def test_parquet_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    when = pa.array([1_700_000_000_123_456_789, None], pa.timestamp("ns"))
    pq.write_table(pa.table({"text": ["hola", "adiós"], "when": when, "tags": [["a"], []]}), path)
    table, rows = read(path)
    assert table.columns == ("text", "when", "tags")
    assert rows[0].values["when"] == datetime(2023, 11, 14, 22, 13, 20, 123456)
    assert rows[1].values == {"text": "adiós", "when": None, "tags": []}
    assert table.source.fraction() == 1.0


def test_packed_parquet_is_read(tmp_path: Path) -> None:
    plain = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": ["hola"]}), plain)
    (tmp_path / "b.parquet.gz").write_bytes(gzip.compress(plain.read_bytes()))
    assert read(tmp_path / "b.parquet.gz")[1][0].values == {"text": "hola"}


@pytest.mark.parametrize("content", [b"PAR1 and nothing more", b"not parquet at all", b"PAR1" + b"\0" * 100 + b"PAR1"])
def test_broken_parquet(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(content)
    with pytest.raises(InputFormatError, match="damaged Parquet"):
        read(path)


def test_parquet_damaged_in_the_middle_gives_the_rows_before_it(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    texts = [f"text number {number * 7919} of many" for number in range(6_000)]
    pq.write_table(pa.table({"text": texts}), path, row_group_size=2_000, compression="gzip", use_dictionary=False)
    place = pq.read_metadata(path).row_group(2).column(0).data_page_offset
    data = bytearray(path.read_bytes())
    data[place : place + 400] = b"\xff" * 400
    path.write_bytes(data)
    with fetch(str(path)) as source:
        rows = RowsUntilDamage(open_table(source, ReadOptions()).source.rows())
        assert sum(1 for _ in rows) == 4_000
    assert rows.damage is not None


def test_parquet_without_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": pa.array([], pa.string())}), path)
    with pytest.raises(EmptyInputError):
        read(path)


# Formats and places


@pytest.mark.parametrize(
    ("name", "content", "format"),
    [
        ("a.csv", b"a,b\n", "csv"),
        ("a.CSV", b"a,b\n", "csv"),
        ("a.tsv", b"a\tb\n", "tsv"),
        ("a.txt", b"a,b\n", "csv"),
        ("noname", b'{"text": 1}\n', "jsonl"),
        ("a.csv", b"PAR1....", "parquet"),
        ("a.data", b"PK\x03\x04", "xlsx"),
        ("a.ndjson", b"{}", "jsonl"),
        ("a.csv", b'\xef\xbb\xbf\n{"text": 1}\n', "jsonl"),
        ("a.txt", b'[\n  {"text": 1}]\n', "jsonl"),
        ("a.csv", b"[urgent] call me,2\n", "csv"),
        ("a.xls", "id\ttexto\n1\tnadie contesta\n".encode("utf-16"), "tsv"),
        ("a.xls", "id\ttexto\n1\tnadie contesta\n".encode("utf-16-le"), "tsv"),
        ("a.xlsx", b"id;texto\n1;nadie contesta\n", "csv"),
        ("a.xls", b"\x09\x08\x10\x00\x00\x06,\x05\x00\n,", "xlsx"),
    ],
)
def test_format_by_suffix_and_content(tmp_path: Path, name: str, content: bytes, format: str) -> None:
    (tmp_path / name).write_bytes(content)
    with fetch(str(tmp_path / name)) as source:
        assert find_format(source) == format


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl", "a.xls", "a.xlsx", "a", "a.html"])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xef\xbb\xbf\n <!DOCTYPE HTML><html><body>Error 500, sorry\nbye</body>", "is a web page"),
        ("<html><table><tr><td>a,b</td></tr>\n".encode("utf-16"), "is a web page"),
        (b"<table border=1>\n<tr><td>a,b</td></tr>", "is a web page"),
        (b"MIME-Version: 1.0\nX-Document-Type: Workbook\n", "is a web page"),
        (b"<?xml version='1.0'?>\n<reviews><r>a, b</r></reviews>", "is XML"),
        (b"%PDF-1.7\n1 0 obj, 2\n", "is a PDF"),
        (b"{\\rtf1\\ansi a, b\n}", "is a Word document"),
        (b"PK\x03\x04" + b"\0" * 26 + b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "is an OpenDocument"),
    ],
)
def test_documents_are_refused_whatever_their_name(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputFormatError, match=message) as caught:
        read(tmp_path / name)
    assert "xlsx" in caught.value.cure


def test_a_name_that_lies_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes("id\ttexto\n1\tnadie contesta, señor\n".encode("utf-16"))
    table, rows = read(path)
    assert rows[0].values["texto"] == "nadie contesta, señor"
    assert table.details == ("named .xls, but it is text", "UTF-16 BOM", "delimiter TAB")
    assert read(path.rename(tmp_path / "a.tsv"))[0].details == ("UTF-16 BOM", "delimiter TAB")


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_packed_text(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.csv{suffix}"
    data = "id,text\n1,señal de vida\n".encode()
    if suffix == ".gz":
        path.write_bytes(gzip.compress(data))
    else:
        with pa.CompressedOutputStream(str(path), "zstd") as out:
            out.write(data)
    table, rows = read(path)
    assert (table.format, rows[0].values["text"]) == ("csv", "señal de vida")


def test_packed_without_the_suffix_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(gzip.compress(b"id,text\n1,hello there\n"))
    assert read(path)[1][0].values["text"] == "hello there"


def test_cut_off_zst_is_not_taken_for_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.zst"
    with pa.CompressedOutputStream(str(path), "zstd") as out:
        out.write(b"id,text\n" + b"".join(b"%d,text %d\n" % (number, number * 7919) for number in range(50_000)))
    path.write_bytes(path.read_bytes()[:-1_000])
    with fetch(str(path)) as source:
        rows = RowsUntilDamage(open_table(source, ReadOptions()).source.rows())
        assert sum(1 for _ in rows) > 1_000
    assert rows.damage is not None


def test_url_and_its_errors() -> None:
    with fsspec.open("memory://in/a.csv", "wb") as file:
        file.write(b"id,text\n1,from memory\n")
    assert read("memory://in/a.csv")[1][0].values["text"] == "from memory"
    with pytest.raises(InputNotFoundError):
        read("memory://in/none.csv")
    with pytest.raises(InputError, match="klingon"):
        read("klingon://a.csv")


def test_stdin_has_a_fingerprint_by_content(monkeypatch: pytest.MonkeyPatch) -> None:
    prints = []
    for content in (b"text\nhello you\n", b"text\nhello you\n", b"text\nhello me\n"):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
        with fetch("-") as source:
            assert source.name == "stdin"
            prints.append(source.fingerprint())
    assert prints[0] == prints[1] != prints[2]


def test_missing_folder_and_empty(tmp_path: Path) -> None:
    with pytest.raises(InputNotFoundError, match="There is no file"):
        read(tmp_path / "none.csv")
    with pytest.raises(InputNotFoundError, match="is a folder"):
        read(tmp_path)
    (tmp_path / "empty.csv").touch()
    with pytest.raises(EmptyInputError, match="0 bytes"):
        read(tmp_path / "empty.csv")
