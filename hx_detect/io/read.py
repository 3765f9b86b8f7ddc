"""A file of any kind -> a table. In: a fetched source. Out: ``Table``; the format by suffix and by content."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from hx_detect.io.file_signs import SIGN_BYTES, begins_as_json, format_of_text, refuse_documents
from hx_detect.io.rows import ReadOptions, Table
from hx_detect.io.source import Source, head
from hx_detect.wording import say

_BY_SUFFIX: Final = {
    ".csv": "csv",
    ".txt": "csv",
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
_TITLES: Final = {"jsonl": "JSON", "parquet": "Parquet", "xlsx": "Excel"}


def find_format(source: Source) -> str:
    """One of ``FORMATS``: what the first bytes prove, else what the suffix says, else told by the first sign.

    Raises:
        InputFormatError: the first bytes are those of a web page, a PDF or another document that is no table.
    """
    start = head(source, SIGN_BYTES)
    proven = next((name for magic, name in _BY_CONTENT if start.startswith(magic)), None)
    named = _BY_SUFFIX.get(source.suffix)
    if proven is None and named == "parquet":
        return named
    refuse_documents(start, source.name)
    if proven is not None:
        return proven
    if begins_as_json(start):
        return "jsonl"
    if named == "xlsx":  # old tools call their text .xls, so that Excel opens it
        return format_of_text(start) or named
    if named is not None:
        return named
    return "jsonl" if start.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"{" else "csv"


def open_table(source: Source, options: ReadOptions) -> Table:
    """Open a file with the reader of its format.

    Raises:
        InputError: see the readers (``read_csv``, ``read_jsonl``, ``read_parquet``, ``read_xlsx``).
        UsageError: unknown encoding.
    """
    name = find_format(source)
    table = _opened(source, options, name)
    named = _BY_SUFFIX.get(source.suffix, name)
    if named == name:
        return table
    kind = _TITLES.get(name) or say("text", "texto")
    note = say(f"named {source.suffix}, but it is {kind}", f"se llama {source.suffix}, pero es {kind}")
    return replace(table, details=(note, *table.details))


def _opened(source: Source, options: ReadOptions, name: str) -> Table:
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
