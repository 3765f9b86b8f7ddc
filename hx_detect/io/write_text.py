"""Scored rows -> CSV, TSV or JSON lines. In: rows and records. Out: a UTF-8 file, plain, gz or zst."""

from __future__ import annotations

import gzip
import io
import json
import math
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import date, datetime, time
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final, Self, TextIO, cast

from hx_detect.io.csv_rows import csv_rows
from hx_detect.io.rows import Row
from hx_detect.io.score_columns import NESTED, flat_values, nested
from hx_detect.io.write import OutputSpec

_PLAIN: Final = (str, float, int)
"""Types that the csv module writes as ``as_text`` does."""


class _TextFile:
    """A text file that is written and closed with its compression around it."""

    def __init__(self, path: Path, spec: OutputSpec) -> None:
        self.spec = spec
        self._stack = ExitStack()
        raw = self._stack.enter_context(path.open("wb"))
        stream: BinaryIO = raw
        if spec.compression == ".gz":
            stream = cast(BinaryIO, gzip.GzipFile("", "wb", 6, raw, mtime=0))
            self._stack.callback(stream.close)
        elif spec.compression == ".zst":
            import pyarrow

            stream = cast(BinaryIO, self._stack.enter_context(pyarrow.CompressedOutputStream(raw, "zstd")))
        encoding = "utf-8-sig" if spec.mark else "utf-8"
        self.text: TextIO = io.TextIOWrapper(stream, encoding=encoding, newline="", write_through=False)
        self._stack.callback(self.text.flush)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def remarks(self) -> list[str]:
        """Text files hold everything as it is."""
        return []


class CsvWriter(_TextFile):
    """Writes CSV (the input's delimiter) or TSV, with the flat columns."""

    def __init__(self, path: Path, spec: OutputSpec) -> None:
        super().__init__(path, spec)
        delimiter = "\t" if spec.format == "tsv" else spec.delimiter
        self._csv = csv_rows(self.text, delimiter)
        self._csv.writerow([*spec.columns, *spec.names.values()])

    def write(self, row: Row, record: Mapping[str, Any]) -> None:
        """See ``TableWriter.write``."""
        values = [*(row.values.get(name) for name in self.spec.columns), *flat_values(record)]
        self._csv.writerow([value if type(value) in _PLAIN else as_text(value) for value in values])


class JsonLinesWriter(_TextFile):
    """Writes one object per line: the input's fields, then the record under ``hx``."""

    def write(self, row: Row, record: Mapping[str, Any]) -> None:
        """See ``TableWriter.write``."""
        self.text.write(json_line(row, record, self.spec) + "\n")


def json_line(row: Row, record: Mapping[str, Any], spec: OutputSpec) -> str:
    """One line of JSON without its end."""
    values = {**row.values, spec.names[NESTED]: nested(record, all_signals=spec.all_signals)}
    try:
        return json.dumps(values, ensure_ascii=False, default=as_text, allow_nan=False)
    except ValueError:
        return json.dumps(_finite(values), ensure_ascii=False, default=as_text)


def _finite(value: object) -> object:
    """The value with null for what JSON has no number for: NaN and infinity."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {name: _finite(inner) for name, inner in value.items()}
    return [_finite(inner) for inner in value] if isinstance(value, list | tuple) else value


def as_text(value: object) -> str:
    """A value as it stands in a text cell: ISO dates, ``true``/``false``, JSON for nested values, nothing for None."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=as_text)
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    return str(value)
