"""Uploads made to harm: each is refused, or its job fails, with a code that says why; the service goes on."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient
from job_service import export, scored, send
from scoring_service import serving

from hx_detect.serving import job_outcome

MIB = 1 << 20
LIMITS: dict[str, Any] = {
    "max_file_bytes": MIB,
    "max_unpacked_bytes": 4 * MIB,
    "max_file_rows": 1000,
    "max_cells": 20_000,
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def client(data: Path) -> Iterator[TestClient]:
    with serving(data, **LIMITS) as client:
        yield client


def workbook(sheet: str, **members: bytes) -> bytes:
    """A workbook with this XML as its sheet."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(export("xlsx"))) as whole,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for name in whole.namelist():
            made.writestr(name, sheet if name == "xl/worksheets/sheet1.xml" else whole.read(name))
        for name, content in members.items():
            made.writestr(name, content)
    return buffer.getvalue()


def sheet(rows: str, prolog: str = "") -> str:
    head = '<row r="1"><c r="A1" t="inlineStr"><is><t>texto</t></is></c></row>'
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'{prolog}<worksheet xmlns="{space}"><sheetData>{head}{rows}</sheetData></worksheet>'


def test_bytes_are_counted_while_they_come(client: TestClient, data: Path) -> None:
    answer = send(client, "big.csv", b"texto\n" + b"hola a todos\n" * 100_000)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")

    def endless() -> Iterator[bytes]:  # its length is not said beforehand
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\ntexto\n'
        for _ in range(30):
            yield b"hola a todos\n" * 10_000

    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    refused = client.post("/v1/score/file", content=endless(), headers=kind)
    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")
    assert list((data / "jobs").iterdir()) == [] or all((one / "lock").exists() for one in (data / "jobs").iterdir())


@pytest.mark.parametrize("name", ["bomb.csv.gz", "bomb.xlsx", "bomb.parquet.gz"])
def test_what_unpacks_to_too_much(client: TestClient, name: str) -> None:
    zeros = bytes(8 * MIB)
    content = {
        "bomb.csv.gz": gzip.compress(b"texto\n" + b"a" * 8 * MIB),
        "bomb.xlsx": workbook(sheet(""), **{"xl/media/zeros.bin": zeros}),
        "bomb.parquet.gz": gzip.compress(b"PAR1" + zeros + b"PAR1"),
    }[name]
    answer = send(client, name, content)
    assert (answer.status_code, answer.json()["code"]) == (413, "unpacks_too_far")


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ('<row r="2"><c r="XFD2"/></row><row r="3"><c r="XFD3"/></row>', "too_many_cells"),
        ('<row r="99999999999999"><c r="A2"/></row>', "too_many_rows"),
        ('<row r="2"><c r="ZZZZZZ2"/></row>', "too_many_cells"),
        ("<row><c><v>1</v></c></row>" * 1100, "too_many_rows"),
    ],
)  # fmt: skip
def test_workbooks_that_say_they_are_huge(client: TestClient, rows: str, code: str) -> None:
    job = scored(client, "huge.xlsx", workbook(sheet(rows)), text_column="texto")
    assert (job["state"], job["error"]["code"]) == ("failed", code)
    assert "limits" in job["error"]["cure"]


def test_a_workbook_that_declares_entities(client: TestClient) -> None:
    entities = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    row = '<row><c t="inlineStr"><is><t>&b; hola a todos</t></is></c></row>'
    job = scored(client, "laughs.xlsx", workbook(sheet(row, entities)))
    assert (job["state"], job["error"]["code"]) == ("failed", "damaged_file")


def test_rows_and_cells_of_other_formats(client: TestClient) -> None:
    rows = scored(client, "rows.csv", b"texto\n" + b"hola a todos\n" * 1001)
    assert rows["error"]["code"] == "too_many_rows"
    wide = pa.table({f"c{n}": ["hola a todos"] * 900 for n in range(30)})
    buffer = io.BytesIO()
    pq.write_table(wide, buffer)
    cells = scored(client, "cells.parquet", buffer.getvalue())
    assert cells["error"]["code"] == "too_many_cells"


def test_a_row_group_that_unpacks_to_too_much(client: TestClient) -> None:
    buffer = io.BytesIO()
    texts = ["hola a todos " * 400] * 2 + [f"{n} " + "a" * 8000 for n in range(900)]
    pq.write_table(pa.table({"texto": texts}), buffer, compression="zstd", use_dictionary=False)
    assert len(buffer.getvalue()) < MIB
    job = scored(client, "group.parquet", buffer.getvalue())
    assert job["error"]["code"] == "unpacks_too_far"


def repeated(text: str, rows: int) -> bytes:
    """A Parquet file that holds a text once and means it in every row."""
    buffer = io.BytesIO()
    column = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), [text])
    pq.write_table(pa.table({"texto": column.cast(pa.string())}), buffer, compression="zstd")
    assert len(buffer.getvalue()) < MIB
    return buffer.getvalue()


def test_one_text_in_every_row(client: TestClient) -> None:
    job = scored(client, "same.parquet", repeated("hola a todos " * 1000, 900))
    assert job["error"]["code"] == "unpacks_too_far"


def test_the_memory_of_a_job_is_bounded(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_outcome, "MEMORY_BYTES", 400 * MIB)
    job = scored(client, "memory.parquet", repeated("hola a todos " * 60_000, 900))
    assert job["state"] == "failed"
    assert job["error"]["code"] == "needs_too_much_memory"
    assert client.get("/livez").status_code == 200


def _office(name: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        made.writestr(name, b"<x/>")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("letter.docx", _office("word/document.xml")),
        ("plain.zip", _office("a.csv")),
        ("old.xls", b"\xd0\xcf\x11\xe0" + bytes(600)),
        ("paper.pdf", b"%PDF-1.7\n" + b"hola " * 100),
        ("renamed.csv", b"%PDF-1.7\n" + b"hola " * 100),
        ("noise.csv", bytes(range(32)) * 64),
        ("text.parquet", b"texto\nhola a todos\n"),
        ("text.xlsx", b"texto\nhola a todos\n"),
        ("page.html", b"<html><body>hola</body></html>"),
        ("twice.csv.gz", gzip.compress(gzip.compress(b"texto\nhola\n", mtime=0), mtime=0)),
        ("secret.parquet", b"PARE" + bytes(100)),
    ],
)
def test_what_cannot_be_scored(client: TestClient, name: str, content: bytes) -> None:
    answer = send(client, name, content)
    assert (answer.status_code, answer.json()["code"]) == (415, "wrong_file_type")


@pytest.mark.parametrize(
    ("name", "content"), [("cut.parquet", b"PAR1" + bytes(50)), ("cut.xlsx", b"PK\x03\x04" + bytes(50))]
)
def test_damage_that_is_seen_at_once(client: TestClient, name: str, content: bytes) -> None:
    answer = send(client, name, content)
    assert (answer.status_code, answer.json()["code"]) == (422, "damaged_file")


def test_a_list_of_contents_that_says_it_is_longer_than_memory(client: TestClient) -> None:
    whole = bytearray(export("xlsx"))
    place = whole.rfind(b"PK\x05\x06")
    whole[place + 12 : place + 16] = (0x7FFFFFFF).to_bytes(4, "little")
    assert send(client, "list.xlsx", bytes(whole)).json()["code"] == "too_large"


@pytest.mark.parametrize("name", ["../../../../etc/passwd.csv", "..\\..\\boot.csv", "/abs/olute.csv", "a\x00b.csv"])
def test_a_name_is_for_showing_only(client: TestClient, data: Path, name: str) -> None:
    before = {path for path in data.parent.rglob("*") if "jobs" not in path.parts}
    job = scored(client, name, export("csv"))
    assert job["state"] == "done"
    assert "/" not in job["file"]
    assert "\\" not in job["file"]
    assert {path.name for path in data.rglob("*.csv")} <= {"upload.csv", "result.csv"}
    assert {path for path in data.parent.rglob("*") if "jobs" not in path.parts} == before
    header = client.get(f"/v1/jobs/{job['id']}/result").headers["content-disposition"]
    assert ".." not in header


def form(*parts: tuple[str, bytes], end: bytes = b"--b--\r\n") -> bytes:
    """A form by hand: heads and contents."""
    return b"".join(f"--b\r\n{head}\r\n\r\n".encode() + body + b"\r\n" for head, body in parts) + end


FILE = ('Content-Disposition: form-data; name="file"; filename="a.csv"', b"texto\nhola a todos\n")
FIELD = 'Content-Disposition: form-data; name="kind"'


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (form(), 422, "no_file"),
        (form(FILE, end=b""), 400, "bad_form"),
        (form(FILE, FILE), 400, "bad_form"),
        (form(FILE, (FIELD, b"post"), (FIELD, b"post")), 400, "bad_form"),
        (form(FILE, (FIELD, b"x" * 5000)), 400, "bad_form"),
        (form(FILE, (FIELD, b"\xff")), 400, "bad_form"),
        (form(FILE, (FIELD, b"poem")), 422, "wrong_shape"),
        (form(FILE, (FIELD.replace("kind", "colour"), b"red")), 422, "unknown_field"),
        (form((FILE[0].replace('"file"', '"other"'), b"x")), 422, "unknown_field"),
        (form(('Content-Disposition: form-data; name="file"', b"texto")), 422, "no_file"),
        (form(("X-Long: " + "a" * 20_000, b"")), 400, "bad_form"),
        (form(*[(FIELD.replace("kind", f"f{n}"), b"") for n in range(40)]), 400, "bad_form"),
        (b"nonsense", 400, "bad_form"),
    ],
)
def test_forms_that_are_none(client: TestClient, body: bytes, status: int, code: str) -> None:
    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = client.post("/v1/score/file", content=body, headers=kind)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("kind", "status"), [("application/json", 415), ("", 415), ("multipart/form-data", 400), ("multipart/mixed", 415)]
)
def test_other_media_types(client: TestClient, kind: str, status: int) -> None:
    assert client.post("/v1/score/file", content=b"{}", headers={"Content-Type": kind}).status_code == status


def test_refusals_are_in_the_caller_s_language(client: TestClient) -> None:
    spanish = {"Accept-Language": "es-MX"}
    answer: Any = client.post("/v1/score/file", files={"file": ("a.pdf", b"%PDF-1.7")}, headers=spanish)
    assert answer.json()["detail"] == "No se puede puntuar un fichero de este tipo"
    assert json.dumps(answer.json()).count("This kind") == 0


def test_nothing_stays_of_what_was_refused(client: TestClient, data: Path) -> None:
    ids = {job["id"] for job in client.get("/v1/jobs", params={"limit": 200}).json()["jobs"]}
    send(client, "a.pdf", b"%PDF-1.7")
    assert {one.name for one in (data / "jobs").iterdir()} <= ids
