"""Every format holds the input's columns and ours, and reads back as it was written."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fake_scorer import fake_score
from hypothesis import given, settings
from hypothesis import strategies as st

from hx_detect.errors import OutputError, UsageError
from hx_detect.io import write_xlsx
from hx_detect.io.rows import Row
from hx_detect.io.score_columns import FLAT, added_names
from hx_detect.io.value_kinds import ValueKinds, common_kind
from hx_detect.io.write import OutputSpec, open_writer, output_format
from hx_detect.records import Review

NAMES = list(FLAT)


def record(text: str = "nadie contesta", **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of a Review
    return fake_score(Review(text, **fields)).to_dict(all_signals=True)


def written(path: Path, rows: Sequence[Mapping[str, Any]], **options: Any) -> list[str]:  # noqa: ANN401 - of OutputSpec
    format, compression = output_format(path.name)
    kinds = ValueKinds(())
    for values in rows:
        kinds.add(values)
    columns = tuple(kinds.kinds)
    defaults = {"names": added_names(format, columns), "kinds": kinds.frozen()}
    with open_writer(path, OutputSpec(format, compression, columns, **{**defaults, **options})) as writer:
        for number, values in enumerate(rows, start=1):
            writer.write(Row(number, values), record())
    return writer.remarks()


ROWS = [{"id": "1", "texto": 'dice "no", y\notra línea'}, {"id": "2", "texto": "=1+1"}]


@pytest.mark.parametrize(("name", "sign"), [("a.csv", ";"), ("a.tsv", "\t"), ("a.csv.gz", ";")])
def test_csv(tmp_path: Path, name: str, sign: str) -> None:
    path = tmp_path / name
    written(path, ROWS, delimiter=";")
    data = gzip.decompress(path.read_bytes()) if name.endswith("gz") else path.read_bytes()
    found = list(csv.DictReader(data.decode().splitlines(keepends=True), delimiter=sign))
    assert list(found[0]) == ["id", "texto", *NAMES]
    assert [row["texto"] for row in found] == [row["texto"] for row in ROWS]
    assert found[0]["hx_level"] == "hx_risk"
    assert found[0]["hx_signals"] == "ignored"
    assert found[0]["hx_p_ignored"] == "0.91"
    assert found[0]["hx_truncated"] == "false"
    assert json.loads(found[0]["hx_evidence"]) == [{"signal": "ignored", "start": 0, "end": 5, "text": "nadie"}]


def test_a_lone_carriage_return_does_not_break_a_row(tmp_path: Path) -> None:
    rows = [{"id": "1", "texto": "una\rdos"}, {"id": "2", "texto": "tres\r\ncuatro"}]
    written(tmp_path / "a.csv", rows)
    with (tmp_path / "a.csv").open(newline="", encoding="utf-8") as file:
        assert [row["texto"] for row in csv.DictReader(file)] == ["una\rdos", "tres\r\ncuatro"]
    assert (tmp_path / "a.csv").read_bytes().count(b"\r\n") == 1


def test_csv_for_excel_has_a_mark(tmp_path: Path) -> None:
    written(tmp_path / "a.csv", ROWS, mark=True)
    assert (tmp_path / "a.csv").read_bytes().startswith(b"\xef\xbb\xbfid,texto,hx_level")


def test_json_lines_are_the_contract(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    written(path, [{"id": 1, "nested": {"text": "ñ", "tags": [1, None]}}])
    line = path.read_text(encoding="utf-8")
    found = json.loads(line)
    assert found == {
        "id": 1,
        "nested": {"text": "ñ", "tags": [1, None]},
        "hx": fake_score(Review("nadie contesta")).to_dict(),
    }
    assert "ñ" in line


def test_what_json_has_no_number_for_is_null(tmp_path: Path) -> None:
    written(tmp_path / "a.jsonl", [{"id": 1, "n": float("nan"), "deep": {"list": [float("inf"), 0.5]}}])
    line = (tmp_path / "a.jsonl").read_text(encoding="utf-8")
    found = json.loads(line, parse_constant=pytest.fail)
    assert (found["n"], found["deep"]) == (None, {"list": [None, 0.5]})
    assert found["hx"]["experience"]["level"] == "hx_risk"


def test_excel_has_no_nan_and_no_dates_before_its_first(tmp_path: Path) -> None:
    written(tmp_path / "a.xlsx", [{"n": float("nan"), "born": date(1893, 4, 5), "at": datetime(1900, 1, 2, 3)}])
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert [cell.value for cell in book["hx"][2]][:3] == [None, "1893-04-05", "1900-01-02 03:00:00"]
    book.close()


def test_all_signals_on_request(tmp_path: Path) -> None:
    written(tmp_path / "a.jsonl", [{"id": 1}], all_signals=True)
    assert len(json.loads((tmp_path / "a.jsonl").read_text())["hx"]["signals"]) == 18
    written(tmp_path / "a.parquet", [{"id": 1}], all_signals=True)
    (row,) = pq.read_table(tmp_path / "a.parquet").to_pylist()
    assert [signal["present"] for signal in row["hx"]["signals"]].count(True) == 1


@pytest.mark.parametrize("name", ["a.csv.gz", "a.csv.zst", "a.jsonl.gz", "a.xlsx", "a.parquet", "a.tsv"])
def test_the_same_rows_give_the_same_bytes(tmp_path: Path, name: str) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    written(tmp_path / "one" / name, ROWS)
    written(tmp_path / "two" / name, ROWS)
    assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_zst_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.zst"
    written(path, ROWS)
    with pa.CompressedInputStream(str(path), "zstd") as stream:
        lines = stream.read().decode().splitlines()
    assert [json.loads(line)["texto"] for line in lines] == [row["texto"] for row in ROWS]


def test_parquet_types_from_values(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    rows: list[dict[str, Any]] = [
        {
            "n": 1,
            "f": 1,
            "b": True,
            "d": date(2024, 5, 1),
            "when": datetime(2024, 5, 1, 3),
            "mixed": 1,
            "list": [1],
            "none": None,
        },
        {
            "n": 2,
            "f": 2.5,
            "b": None,
            "d": None,
            "when": date(2024, 5, 2),
            "mixed": "a",
            "list": {"k": "ñ"},
            "none": None,
        },
    ]
    remarks = written(path, rows)
    table = pq.read_table(path)
    types = {field.name: str(field.type) for field in table.schema if field.name != "hx"}
    assert types == {"n": "int64", "f": "double", "b": "bool", "d": "date32[day]", "when": "timestamp[us]",
                     "mixed": "string", "list": "string", "none": "string"}  # fmt: skip
    assert table.to_pylist()[1]["when"] == datetime(2024, 5, 2)
    assert table.to_pylist()[1]["list"] == '{"k": "ñ"}'
    assert remarks == ["written as text, as their values are of several types: mixed"]


def test_parquet_keeps_arrow_types_and_drops_rejected_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    stamps = pa.array([1_700_000_000_123_456_789 + n for n in range(4)], pa.timestamp("ns", "America/Lima"))
    batch = pa.record_batch(
        {"when": stamps, "cat": pa.array(["x", "y", "x", None]).dictionary_encode(), "text": ["a"] * 4}
    )
    spec = OutputSpec("parquet", "", ("when", "cat", "text"), {"hx": "hx"}, schema=batch.schema)
    with open_writer(path, spec) as writer:
        for index in (0, 2, 3):
            writer.write(Row(index + 1, {}, origin=(batch, index)), record())
    table = pq.read_table(path)
    assert table.schema.field("when").type == pa.timestamp("ns", "America/Lima")
    assert table["when"].combine_chunks().equals(stamps.take(pa.array([0, 2, 3])))
    assert table["cat"].to_pylist() == ["x", "x", None]


def test_excel_text_is_never_a_formula(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    rows: list[dict[str, Any]] = [
        {
            "id": 7,
            "t": "=HYPERLINK(1)",
            "x": "@a",
            "n": 1.5,
            "d": datetime(2024, 5, 1, 9),
            "b": True,
            "none": None,
            "u": "http://a",
        }
    ]
    written(path, rows)
    book = openpyxl.load_workbook(path)
    head, cells = book.worksheets[0].iter_rows()
    names = [cell.value for cell in head]
    found = dict(zip(names, cells, strict=True))
    assert names == [*rows[0], *NAMES]
    assert (found["t"].value, found["t"].data_type) == ("=HYPERLINK(1)", "s")
    assert (found["x"].value, found["n"].value, found["d"].value) == ("@a", 1.5, datetime(2024, 5, 1, 9))
    assert (found["b"].value, found["none"].value, found["id"].value) == (True, None, 7)
    assert (found["hx_probability"].value, found["hx_truncated"].value) == (0.93, False)
    book.close()


def test_excel_limits_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    remarks = written(tmp_path / "a.xlsx", [{"text": "x" * 40_000, "big": 10**17}])
    assert remarks == ["1 cells cut at Excel's limit of 32,767 characters"]
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.worksheets[0].cell(2, 2).value == str(10**17)
    book.close()
    monkeypatch.setattr(write_xlsx, "EXCEL_ROWS", 2)
    with pytest.raises(OutputError, match="Excel sheet"):
        written(tmp_path / "b.xlsx", [{"a": 1}] * 3)


def test_control_characters_do_not_break_the_workbook(tmp_path: Path) -> None:
    written(tmp_path / "a.xlsx", [{"text": "bell \x07 and \x0b tab"}])
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert "bell" in str(book.worksheets[0].cell(2, 1).value)
    book.close()


def test_names_that_the_input_has_already() -> None:
    names = added_names("csv", ["hx_level", "hx_level_2", "text"])
    assert names["hx_level"] == "hx_level_3"
    assert names["hx_priority"] == "hx_priority"
    assert added_names("jsonl", ["hx"]) == {"hx": "hx_2"}


@pytest.mark.parametrize("name", ["a.doc", "noname", "a.xlsx.gz", "a.parquet.zst"])
def test_outputs_that_make_no_sense(name: str) -> None:
    with pytest.raises(UsageError):
        output_format(name)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, None], "integer"), ([1, 2.5], "number"), ([2**60, 1], "integer"), ([2**60, 1.5], "text"),
        ([2**70], "text"), ([True, 1], "text"), (["a", 1], "text"), ([], "text"), ([time(3)], "text"), ([{}], "text"),
        ([datetime(2024, 1, 1, tzinfo=UTC)], "zoned"), ([date(2024, 1, 1), datetime(2024, 1, 1)], "datetime"),
    ],
)  # fmt: skip
def test_common_kind(values: list[object], kind: str) -> None:
    kinds = ValueKinds(("a",))
    for value in values:
        kinds.add({"a": value})
    assert common_kind(kinds.frozen()["a"]) == kind


plain = st.none() | st.booleans() | st.integers(-(2**62), 2**62) | st.text(st.characters(codec="utf-8"), max_size=20)


@settings(max_examples=40, deadline=None)
@given(rows=st.lists(st.fixed_dictionaries({"a": plain, "b": plain}), min_size=1, max_size=8))
def test_any_values_go_into_parquet_and_json(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]]
) -> None:
    folder = tmp_path_factory.mktemp("out")
    written(folder / "a.parquet", rows)
    assert pq.read_table(folder / "a.parquet").num_rows == len(rows)
    written(folder / "a.jsonl", rows)
    lines = (folder / "a.jsonl").read_text(encoding="utf-8").split("\n")[:-1]
    assert [{key: value for key, value in json.loads(line).items() if key != "hx"} for line in lines] == rows
