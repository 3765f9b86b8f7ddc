"""A path and what is to come -> a writer. In: ``OutputSpec``. Out: an open ``TableWriter``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Final, Protocol

from hx_detect.errors import OutputError, UsageError
from hx_detect.io.rows import Row
from hx_detect.io.source import COMPRESSIONS, plain_name
from hx_detect.wording import say

SUFFIXES: Final = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".xlsx": "xlsx",
}
EXCEL_ROWS: Final = 1_048_575
"""Rows of data that fit on one Excel sheet below its header."""


@dataclass(frozen=True, slots=True)
class OutputSpec:
    """What is to be written.

    Attributes:
        format: one of ``FORMATS``.
        compression: ``.gz``, ``.zst`` or ``""``.
        columns: of the input, in order.
        kinds: column -> kinds of values met in it (``value_kinds``), where the input has types of its own.
        names: our columns and the names they get (``score_columns.added_names``).
        schema: Arrow schema of a Parquet input, else None.
        delimiter: of a CSV.
        mark: write a byte order mark, so that Excel reads the CSV as UTF-8.
        all_signals: nested records list all 18 signals.
    """

    format: str
    compression: str
    columns: tuple[str, ...]
    names: Mapping[str, str]
    kinds: Mapping[str, frozenset[str]] = field(default_factory=dict)
    schema: Any = None
    delimiter: str = ","
    mark: bool = False
    all_signals: bool = False


class TableWriter(Protocol):
    """Takes scored rows one by one."""

    def write(self, row: Row, record: Mapping[str, Any]) -> None:
        """Write one row and its record with all signals (``Score.to_dict(all_signals=True)``)."""
        ...

    def remarks(self) -> list[str]:
        """What had to be changed so that the format could hold it, in the user's language."""
        ...


def output_format(name: str) -> tuple[str, str]:
    """Format and compression of an output by its suffixes.

    Raises:
        UsageError: no format has this suffix, or the format is compressed by itself.
    """
    plain = plain_name(name)
    compression = "" if plain == name else name[len(plain) :].lower()
    format = SUFFIXES.get(PurePosixPath(plain).suffix.lower())
    if format is None:
        raise UsageError(
            say(f"{name}: the suffix names no format", f"{name}: la extensión no es de ningún formato"),
            cure=say("Use one of ", "Use una de ") + " ".join((*SUFFIXES, *COMPRESSIONS)),
        )
    if compression and format in ("parquet", "xlsx"):
        raise UsageError(
            say(f"{name}: {format} is compressed by itself", f"{name}: {format} ya va comprimido"),
            cure=say(f"Leave out {compression}", f"Quite {compression}"),
        )
    return format, compression


@contextmanager
def open_writer(path: Path, spec: OutputSpec) -> Iterator[TableWriter]:
    """A writer of ``spec.format``; the file is complete when the block ends.

    Raises:
        OutputError: the disk is full, the folder may not be written …
    """
    try:
        with _writer(path, spec) as writer:
            yield writer
    except OSError as error:
        raise OutputError(
            say(f"{path} cannot be written: {error}", f"No se puede escribir {path}: {error}"),
            cure=say("Free space or choose another folder with -o", "Libere espacio o elija otra carpeta con -o"),
        ) from error


def _writer(path: Path, spec: OutputSpec) -> AbstractContextManager[TableWriter]:
    if spec.format == "parquet":
        from hx_detect.io.write_parquet import ParquetWriter

        return ParquetWriter(path, spec)
    if spec.format == "xlsx":
        from hx_detect.io.write_xlsx import ExcelWriter

        return ExcelWriter(path, spec)
    from hx_detect.io.write_text import CsvWriter, JsonLinesWriter

    return JsonLinesWriter(path, spec) if spec.format == "jsonl" else CsvWriter(path, spec)
