"""A labelled file -> a flat table. In: a fetched source. Out: ``Table``; JSON arrays and exports of labelling tools."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from hx_detect.errors import EmptyInputError, InputFormatError
from hx_detect.io.encoding import find_encoding
from hx_detect.io.read import find_format, open_table
from hx_detect.io.rows import SAMPLE_ROWS, ReadOptions, Row, Table
from hx_detect.io.source import Source, head
from hx_detect.learning.labelled_tools import flat_records, is_export, list_questions
from hx_detect.records import RowFailure
from hx_detect.wording import say

_LARGEST: Final = 1 << 30
"""Bytes of a JSON array or object, which is read whole."""


@dataclass(slots=True)
class InMemory:
    """Rows that are there already (a ``RowSource``)."""

    kept: Sequence[Row]

    def rows(self) -> Iterator[Row]:
        """See ``RowSource.rows``."""
        return iter(self.kept)

    def fraction(self) -> float | None:
        """See ``RowSource.fraction``."""
        return 1.0


def open_labelled(source: Source, options: ReadOptions) -> Table:
    """Open a file of labelled texts.

    Args:
        source: any format of ``io.read``, a JSON array or object, or an export of Label Studio, Argilla or our service.
        options: as for ``io.read.open_table``.

    Raises:
        InputError: see ``io.read.open_table``; and JSON that is broken.
    """
    if find_format(source) != "jsonl" and not head(source, 64).lstrip(b"\xef\xbb\xbf \r\n\t").startswith((b"[", b"{")):
        return open_table(source, options)
    whole = _whole_json(source, options)
    if whole is not None:
        return table_of(whole, "json")
    table = open_table(source, options)
    if not any(map(is_export, table.first_values())):
        return table
    return _flattened(table.source.rows(), table)


def table_of(records: Iterable[Any], format: str) -> Table:
    """Records in memory as a table, their keys as columns; exports of labelling tools are flattened."""
    rows = [_row(number, record) for number, record in enumerate(records, 1)]
    table = _in_memory(rows, Table(format, (), InMemory(rows), rows[:SAMPLE_ROWS]))
    return _flattened(rows, table) if any(is_export(row.values) for row in rows) else table


def _row(number: int, record: object) -> Row:
    if isinstance(record, Mapping):
        return Row(number, record)
    failure = RowFailure(
        number, "row", "bad_json",
        say(f"The entry is a {type(record).__name__}, not an object",
            f"La entrada es un {type(record).__name__}, no un objeto"),
        say("Write one JSON object per text", "Escriba un objeto JSON por texto"),
        value=str(record)[:200],
    )  # fmt: skip
    return Row(number, {}, failure)


def _flattened(rows: Iterable[Row], table: Table) -> Table:
    """An export, one row per text and person."""
    kept = list(rows)
    lists = list_questions(row.values for row in kept)
    flat: list[Row] = []
    tool = ""
    for row in kept:
        tool = tool or is_export(row.values) or ""
        if row.failure is not None or not is_export(row.values):
            flat.append(row)
            continue
        flat += [Row(row.number, values) for values in flat_records(row.values, lists)]
    return replace(_in_memory(flat, table), format=tool)


def _in_memory(rows: Sequence[Row], table: Table) -> Table:
    columns = tuple(dict.fromkeys(name for row in rows for name in row.values))
    return replace(table, columns=columns, source=InMemory(rows), sample=rows[:SAMPLE_ROWS])


def _whole_json(source: Source, options: ReadOptions) -> list[Any] | None:
    """The entries of a file that is one JSON value; None for JSON lines.

    Raises:
        InputFormatError: an array that is broken, or too large.
        EmptyInputError: an array without entries.
    """
    start = head(source, 64).lstrip(b"\xef\xbb\xbf \r\n\t")
    if not start.startswith(b"[") and source.suffix != ".json":
        return None
    content = head(source, _LARGEST + 1)
    if len(content) > _LARGEST:
        raise _broken(source, say("it is larger than 1 GB", "pasa de 1 GB"))
    try:
        value = json.loads(content.decode(find_encoding(source, options.encoding).codec))
    except (ValueError, RecursionError) as error:
        if not start.startswith(b"["):
            return None  # lines, in a file that is called .json
        raise _broken(source, str(error)) from error
    if isinstance(value, Mapping):
        pages = [value[name] for name in ("feedback", "records", "data", "rows") if isinstance(value.get(name), list)]
        value = pages[0] if pages and not is_export(value) else [value]
    if not value:
        raise EmptyInputError(
            say(f"{source.name} has no entries", f"{source.name} no tiene entradas"),
            cure=say("Export it again", "Expórtelo de nuevo"),
        )
    return list(value)


def _broken(source: Source, why: str) -> InputFormatError:
    return InputFormatError(
        say(f"{source.name} is not a JSON array in good order: {why}",
            f"{source.name} no es un array JSON correcto: {why}"),
        cure=say("Export it again, or as JSON lines", "Expórtelo de nuevo, o como JSON por líneas"),
    )  # fmt: skip
