"""Calls of the service's jobs for tests. In: a client, files. Out: jobs that ended, rows of results."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Callable
from typing import Any, TypeAlias

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
from fastapi.testclient import TestClient
from httpx import Client

AnyClient: TypeAlias = TestClient | Client
Answer: TypeAlias = Any
"""Of either client: their libraries have types of their own."""
PATIENCE = 300.0
ROWS = [("1", "no me contesta nadie", "2"), ("2", "they fixed it, gracias", "10"), ("3", "", "5")]
"""A row of HX, one of CX, one that is rejected."""


def wait_for(met: Callable[[], bool], patience: float = PATIENCE) -> None:
    """Wait until something holds."""
    end = time.monotonic() + patience
    while not met():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def send(client: AnyClient, name: str, content: bytes, **fields: str) -> Answer:
    """Send a file."""
    return client.post("/v1/score/file", files={"file": (name, content)}, data=fields)


def ended(client: AnyClient, identifier: str) -> dict[str, Any]:
    """The job, once it has ended."""
    seen: dict[str, Any] = {}

    def over() -> bool:
        seen.update(client.get(f"/v1/jobs/{identifier}").json())
        return seen["state"] not in ("queued", "running")

    wait_for(over)
    return seen


def scored(client: AnyClient, name: str, content: bytes, **fields: str) -> dict[str, Any]:
    """Send a file and wait until its job has ended."""
    answer = send(client, name, content, **fields)
    assert answer.status_code == 202, answer.text
    return ended(client, answer.json()["id"])


def export(format: str) -> bytes:
    """``ROWS`` as a file."""
    if format in ("csv", "tsv"):
        between = "\t" if format == "tsv" else ","
        lines = [between.join(f'"{cell}"' for cell in row) for row in (("id", "texto", "nps"), *ROWS)]
        return ("\n".join(lines) + "\n").encode()
    if format == "jsonl":
        return "".join(json.dumps({"id": a, "texto": b, "nps": int(c)}) + "\n" for a, b, c in ROWS).encode()
    buffer = io.BytesIO()
    if format == "parquet":
        ids, texts, answers = zip(*ROWS, strict=True)
        pq.write_table(pa.table({"id": ids, "texto": texts, "nps": [int(value) for value in answers]}), buffer)
    else:
        book = openpyxl.Workbook()
        sheet = book.create_sheet("reviews", 0)
        for row in (("id", "texto", "nps"), *ROWS):
            sheet.append(row)
        book.save(buffer)
    return buffer.getvalue()


def rows_of(format: str, content: bytes) -> list[dict[str, Any]]:
    """The rows of a result."""
    if format == "jsonl":
        return [json.loads(line) for line in content.decode().splitlines()]
    if format == "parquet":
        return list(pq.read_table(io.BytesIO(content)).to_pylist())
    if format == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
        first, *others = book.worksheets[0].iter_rows(values_only=True)
        book.close()
        return [dict(zip(map(str, first), row, strict=True)) for row in others]
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter="\t" if format == "tsv" else ","))
