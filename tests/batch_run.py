"""Batch runs for tests. In: a table and options. Out: the result, what was said meanwhile, the ids of an output."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
from fake_scorer import FakeScorer

from hx_detect.batch import score_file
from hx_detect.batch_options import BatchOptions, BatchResult

SMALL = BatchOptions(chunk_rows=3)


class Said:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.rows = self.hx = 0
        self.fractions: list[float | None] = []

    def say(self, line: str) -> None:
        """Keep it."""
        self.lines.append(line)

    def scored(self, *, hx: bool, fraction: float | None) -> None:
        """Count it."""
        self.rows += 1
        self.hx += hx
        self.fractions.append(fraction)


def table(path: Path, count: int = 10) -> Path:
    """A CSV with good rows, an empty text (row 4), a ragged row (row 6) and a bad answer (row 7)."""
    rows = [f"{n},no me contesta nadie desde hace {n} días,{n % 11}" for n in range(1, count + 1)]
    rows[3], rows[5], rows[6] = "4,,3", "6,uno, dos,3", "7,todo bien y gracias,99"
    path.write_text("id,texto,nps\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def run(
    source: Path | str, out: Path | str | None, options: BatchOptions = SMALL, **extra: object
) -> tuple[BatchResult, Said]:
    said = Said()
    scorer = extra.get("scorer") or FakeScorer()
    result = score_file(str(source), None if out is None else str(out), lambda: scorer, options, said)  # type: ignore[arg-type,return-value] # a fake by design
    return result, said


def ids_of(path: Path) -> list[str]:
    """The column ``id`` of an output of any format, as text."""
    if path.suffix == ".parquet":
        return [str(value) for value in pq.read_table(path)["id"].to_pylist()]
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path, read_only=True)
        values = [str(row[0]) for row in book.worksheets[0].iter_rows(min_row=2, values_only=True)]
        book.close()
        return values
    data = path.read_bytes()
    if path.suffix == ".gz":
        data = gzip.decompress(data)
    elif path.suffix == ".zst":
        with pa.CompressedInputStream(pa.BufferReader(data), "zstd") as stream:
            data = stream.read()
    text = data.decode()
    if ".jsonl" in path.name:
        return [json.loads(line)["id"] for line in text.splitlines()]
    return [row["id"] for row in csv.DictReader(io.StringIO(text), delimiter="\t" if ".tsv" in path.name else ",")]
