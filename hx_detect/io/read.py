"""A file of any kind -> a table. In: a fetched source. Out: ``Table``; the format by suffix and by content."""

from __future__ import annotations

from typing import Final

from hx_detect.io.rows import ReadOptions, Table
from hx_detect.io.source import Source, head

_BY_SUFFIX: Final = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".xls": "xlsx",
}
_BY_CONTENT: Final = ((b"PAR1", "parquet"), (b"PK\x03\x04", "xlsx"), (b"\xd0\xcf\x11\xe0", "xlsx"))


def find_format(source: Source) -> str:
    """One of ``FORMATS``: what the first bytes prove, else what the suffix says, else told by the first sign."""
    start = head(source, 64)
    proven = next((name for magic, name in _BY_CONTENT if start.startswith(magic)), None)
    named = _BY_SUFFIX.get(source.suffix)
    if proven is not None or named is not None:
        return proven or named or ""
    return "jsonl" if start.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"{" else "csv"


def open_table(source: Source, options: ReadOptions) -> Table:
    """Open a file with the reader of its format.

    Raises:
        InputError: see the readers (``read_csv``, ``read_jsonl``, ``read_parquet``, ``read_xlsx``).
        UsageError: unknown encoding.
    """
    name = find_format(source)
    if name == "parquet":
        from hx_detect.io.read_parquet import open_parquet

        return open_parquet(source)
    if name == "xlsx":
        from hx_detect.io.read_xlsx import open_xlsx

        return open_xlsx(source, options)
    if name == "jsonl":
        from hx_detect.io.read_jsonl import open_jsonl

        return open_jsonl(source, options)
    from hx_detect.io.read_csv import open_csv

    return open_csv(source, options, format=name)
