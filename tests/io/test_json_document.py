"""JSON that is not in lines: arrays, an object around one, objects on several lines."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from hx_detect.errors import EmptyInputError, InputFormatError
from hx_detect.io import json_document
from hx_detect.io.read import open_table
from hx_detect.io.rows import ReadOptions, Row, RowsUntilDamage, Table
from hx_detect.io.source import fetch

ROWS: list[dict[str, Any]] = [{"id": 1, "text": "Nadie contestó, ¿eh?"}, {"id": 2, "text": "[ok] {fine}", "tags": [{}]}]


def read(path: Path, text: str, encoding: str = "utf-8") -> tuple[Table, list[Row]]:
    path.write_bytes(text.encode(encoding))
    with fetch(str(path)) as source:
        table = open_table(source, ReadOptions())
        assert [row.values for row in table.source.rows()] == [row.values for row in table.source.rows()]
        return table, list(table.source.rows())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize(
    ("whole", "detail"),
    [
        (ROWS, "one document, not lines"),
        ({"data": ROWS, "paging": {"next": None, "tags": ["a"]}}, "rows of the list 'data'"),
        ({"status": "ok", "data": {"reviews": {"nodes": ROWS}}}, "rows of the list 'data.reviews.nodes'"),
    ],
)
def test_arrays_and_what_stands_around_them(
    tmp_path: Path, whole: object, detail: str, indent: int | None, encoding: str
) -> None:
    table, rows = read(tmp_path / "a.json", json.dumps(whole, indent=indent, ensure_ascii=False), encoding)
    assert [(row.number, row.values) for row in rows] == list(enumerate(ROWS, 1))
    assert (table.format, table.columns, table.details[1]) == ("jsonl", ("id", "text", "tags"), detail)


@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "a.csv", "a.txt", "stdin"])
def test_arrays_are_read_under_every_name(tmp_path: Path, name: str) -> None:
    table, rows = read(tmp_path / name, json.dumps(ROWS))
    assert [row.values for row in rows] == ROWS
    assert ("named" in table.details[0]) == (name in ("a.csv", "a.txt"))


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(json.dumps(row, indent=1) for row in ROWS),
        "\n".join(json.dumps([row]) for row in ROWS),
        json.dumps(ROWS[:1]) + json.dumps(ROWS[1]),
    ],
    ids=["objects on several lines", "an array per page", "an array and an object"],
)
def test_values_one_after_the_other(tmp_path: Path, text: str) -> None:
    assert [row.values for row in read(tmp_path / "a.json", text)[1]] == ROWS


@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "a.ndjson"])
@pytest.mark.parametrize("count", [1, 2])
def test_lines_stay_lines(tmp_path: Path, name: str, count: int) -> None:
    """Also one line alone, unless a .json file has a list of objects in it."""
    rows = [{"text": "nadie contesta", "tags": [{"a": 1}] if name != "a.json" or count > 1 else []}] * count
    table, found = read(tmp_path / name, "\n".join(map(json.dumps, rows)) + "\n")
    assert [row.values for row in found] == rows
    assert table.details == ("UTF-8",)


def test_bad_items_are_named_by_their_number(tmp_path: Path) -> None:
    text = '[{"text": "a"}, 7, {"text": NaN}, null, {"text": "half \\ud83d"}, {"text": "b"}]'
    _, rows = read(tmp_path / "a.json", text)
    codes = [row.failure.code if row.failure else None for row in rows]
    assert codes == [None, "bad_json", "bad_json", "bad_json", "encoding", None]
    assert rows[1].failure is not None
    assert (rows[1].failure.row, rows[1].failure.value) == (2, "7")


def test_a_cut_off_array_gives_the_rows_before_the_cut(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(ROWS)[:-20])
    with fetch(str(path)) as source:
        rows = RowsUntilDamage(open_table(source, ReadOptions()).source.rows())
        assert [row.values for row in rows] == ROWS[:1]
    assert rows.damage is not None
    assert "damaged or cut short" in rows.damage.what


def test_several_lists_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputFormatError, match=r"2 lists of objects: data, error list.*jq -c '\.data\[\]' a\.json"):
        read(tmp_path / "a.json", json.dumps({"data": ROWS, "error list": [{"code": 1}]}))


@pytest.mark.parametrize("text", ["[1, 2]", '["nadie contesta"]', "[[]]"])
def test_arrays_without_objects_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputFormatError, match="JSON object"):
        read(tmp_path / "a.json", text)


def test_an_empty_array_has_no_rows(tmp_path: Path) -> None:
    with pytest.raises(EmptyInputError):
        read(tmp_path / "a.json", "[ ]")


def test_large_arrays_are_refused_and_large_files_of_lines_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_document, "LIMIT", 50)
    monkeypatch.setattr(json_document, "_PEEK", 10)
    with pytest.raises(InputFormatError, match=r"over 0 MiB.*jq -c '\.\[\]'"):
        read(tmp_path / "a.json", json.dumps(ROWS))
    assert len(read(tmp_path / "a.jsonl", "\n".join(map(json.dumps, ROWS)))[1]) == 2
    (tmp_path / "b.json.gz").write_bytes(gzip.compress(json.dumps(ROWS * 99).encode()))
    with fetch(str(tmp_path / "b.json.gz")) as source, pytest.raises(InputFormatError, match="over 0 MiB"):
        open_table(source, ReadOptions())
