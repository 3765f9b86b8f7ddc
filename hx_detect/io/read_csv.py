"""A CSV or TSV file -> rows. In: a source. Out: a ``Table`` of strings; a bad row is given with its failure."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from hx_detect.errors import EmptyInputError, InputFormatError
from hx_detect.io.dialect import NO_DELIMITER, Dialect, filled, header_row, sniff
from hx_detect.io.encoding import Encoding, find_encoding
from hx_detect.io.rows import ReadOptions, Row, Table, first_rows, unique_names
from hx_detect.io.source import OpenedSource, Source, damage_reported
from hx_detect.io.survey_rows import survey_rows
from hx_detect.io.text_lines import LineFeed, has_bad_bytes
from hx_detect.records import RowFailure
from hx_detect.wording import figure, say

_SNIFFED_LINES: Final = 2_000
_SNIFFED_CHARS: Final = 1 << 20
_CELL_LIMIT: Final = 1 << 26
_NAMES: Final = {",": ",", ";": ";", "\t": "TAB", "|": "|"}


@dataclass(slots=True)
class CsvSource:
    """The rows of one CSV file (a ``RowSource``).

    Attributes:
        skip: records before the first row under the header: header, titles above it, ``sep=``.
        passed: rows under the header that belong to it; they count, but are not given.
    """

    source: Source
    encoding: Encoding
    dialect: Dialect
    columns: tuple[str, ...]
    skip: int
    passed: int = 0
    _opened: OpenedSource | None = field(default=None)

    def rows(self) -> Iterator[Row]:
        """See ``RowSource.rows``."""
        opened = self._opened = OpenedSource(self.source)
        try:
            records = _records(opened, self.source, self.encoding, self.dialect, len(self.columns))
            for number, record in enumerate(islice(records, self.skip, None), start=1):
                if number > self.passed:
                    yield self._row(number, record)
        finally:
            opened.close()

    def fraction(self) -> float | None:
        """See ``RowSource.fraction``."""
        return self._opened.fraction() if self._opened is not None else 0.0

    def _row(self, number: int, record: _Record) -> Row:
        failure = _failure_of(number, record, len(self.columns))
        return Row(number, dict(zip(self.columns, record.cells, strict=False)), failure)


@dataclass(frozen=True, slots=True)
class _Record:
    cells: list[str]
    raw: str
    fault: str | None = None


def open_csv(source: Source, options: ReadOptions, *, format: str = "csv") -> Table:
    """Open a CSV or TSV file and find out how it is written.

    Raises:
        InputFormatError: not text, or without a header.
        EmptyInputError: no rows.
        UsageError: unknown encoding.
    """
    csv.field_size_limit(_CELL_LIMIT)  # the module's only setting for long cells; it holds for the whole process
    encoding = find_encoding(source, options.encoding)
    lines = _first_lines(source, encoding)
    declared = _declared_delimiter(lines)
    preferred = "\t" if format == "tsv" and lines and "\t" in lines[0] else None
    dialect = sniff(lines, options.delimiter or declared or preferred)
    skip, names = _header(source, lines, dialect, options.header, declared is not None)
    rows = CsvSource(source, encoding, dialect, unique_names(names), skip)
    extra = survey_rows(first_rows(rows), header=options.header)
    rows.passed = extra.last
    if not extra.data:
        raise EmptyInputError(
            say(f"{source.name} has a header but no rows", f"{source.name} tiene cabecera pero ninguna fila"),
            cure=say("Export it again, with its rows", "Expórtelo de nuevo, con sus filas"),
        )
    return Table(
        format=format,
        columns=rows.columns,
        source=rows,
        sample=extra.data,
        details=(*_details(encoding, dialect), *extra.details),
        delimiter="," if dialect.delimiter == NO_DELIMITER else dialect.delimiter,
        excel_csv=encoding.marked or not encoding.codec.startswith("utf-8"),
        questions=extra.questions,
    )


def _first_lines(source: Source, encoding: Encoding) -> list[str]:
    opened = OpenedSource(source)
    lines: list[str] = []
    length = 0
    try:
        with damage_reported(source):
            for line in islice(LineFeed(opened, encoding, source.name, newline=""), _SNIFFED_LINES):
                lines.append(line[:_SNIFFED_CHARS])
                length += len(line)
                if length > _SNIFFED_CHARS:
                    break
    except InputFormatError:
        if not lines:  # what comes before the damage is still worth reading
            raise
    finally:
        opened.close()
    return lines


def _declared_delimiter(lines: list[str]) -> str | None:
    """The separator of a first line ``sep=;`` as Excel writes it."""
    first = lines[0].strip() if lines else ""
    return first[4] if len(first) == 5 and first.lower().startswith("sep=") else None


def _header(
    source: Source, lines: list[str], dialect: Dialect, wanted: bool | None, declared: bool
) -> tuple[int, list[str]]:
    records = [row for row in csv.reader(lines[declared:], **dialect.options()) if row]
    if not any(filled(row) for row in records):
        raise EmptyInputError(
            say(f"{source.name} holds only blank lines", f"{source.name} solo tiene líneas en blanco"),
            cure=say("Export it again", "Expórtelo de nuevo"),
        )
    if wanted is False:
        return int(declared), [f"column_{index}" for index in range(1, len(records[0]) + 1)]
    index = 0 if wanted else header_row(records)
    if index is None:
        shown = dialect.delimiter.join(records[0])[:60]
        raise InputFormatError(
            say(f"{source.name} has no header: its first row is data ({shown!r})",
                f"{source.name} no tiene cabecera: su primera fila son datos ({shown!r})"),
            cure=say("Add a row of column names, or give --no-header (or --header, if it is one)",
                     "Añada una fila con los nombres de las columnas, o use --no-header (o --header, si sí lo es)"),
        )  # fmt: skip
    return index + 1 + int(declared), [cell.strip() for cell in records[index]]


def _records(
    opened: OpenedSource, source: Source, encoding: Encoding, dialect: Dialect, width: int
) -> Iterator[_Record]:
    """Records one by one. One that a stray quote glued together is undone: its first line fails, the rest is reread."""
    csv.field_size_limit(_CELL_LIMIT)
    feed = LineFeed(opened, encoding, source.name, newline="")
    with damage_reported(source):
        while True:
            record = _next_record(feed, dialect, width)
            if record is None:
                return
            if record.cells or record.fault:
                yield record


def _next_record(feed: LineFeed, dialect: Dialect, width: int) -> _Record | None:
    feed.mark()
    try:
        cells = next(csv.reader(feed, **dialect.options()), None)
    except csv.Error:
        return _undone(feed, "too_long")
    if cells is None:
        return None
    lines = feed.taken
    glued = len(lines) > 1 and (len(cells) != width or feed.overflowed or (feed.ended and _unclosed(lines, dialect)))
    if glued and width:
        return _undone(feed, "unclosed_quote")
    raw = "".join(lines)
    if "\0" in raw:
        return _Record(cells, raw, "nul_byte")
    return _Record(cells, raw, "encoding" if has_bad_bytes(raw) else None)


def _undone(feed: LineFeed, fault: str) -> _Record:
    first = feed.keep_first()
    return _Record([], first, fault)


def _unclosed(lines: list[str], dialect: Dialect) -> bool:
    text = "".join(lines)
    quotes = text.count('"') - (text.count('\\"') if dialect.backslash else 0)
    return quotes % 2 == 1


def _failure_of(number: int, record: _Record, width: int) -> RowFailure | None:
    value = record.raw[:200].rstrip("\r\n").encode("utf-8", "backslashreplace").decode("utf-8")
    count = len(record.cells)
    if record.fault == "nul_byte":
        message, cure = (
            say("The row holds a NUL byte", "La fila contiene un byte NUL"),
            say("Remove it, or export the file again", "Quítelo o exporte el fichero de nuevo"),
        )
    elif record.fault == "encoding":
        message, cure = (
            say("The row has bytes that are not of the file's encoding", "La fila tiene bytes de otra codificación"),
            say("Export the file in UTF-8, or give --encoding", "Exporte el fichero en UTF-8 o use --encoding"),
        )
    elif record.fault == "unclosed_quote":
        message, cure = (
            say("A quote is opened and not closed in this row", "En esta fila se abre una comilla que no se cierra"),
            say("Close it or double it", "Ciérrela o duplíquela"),
        )
    elif record.fault == "too_long":
        limit = figure(_CELL_LIMIT)
        message, cure = (
            say(f"A cell has over {limit} characters", f"Una celda tiene más de {limit} caracteres"),
            say("Shorten it", "Acórtela"),
        )
    elif count != width:
        message, cure = (
            say(
                f"The row has {count} fields, the header {width}", f"La fila tiene {count} campos, la cabecera {width}"
            ),
            say("Put quotes around text that holds the delimiter", "Ponga comillas al texto que lleva el separador"),
        )
    else:
        return None
    code = "ragged" if record.fault in (None, "unclosed_quote") else record.fault
    return RowFailure(number, "row", code, message, cure, value=value)


def _details(encoding: Encoding, dialect: Dialect) -> tuple[str, ...]:
    if dialect.delimiter == NO_DELIMITER:
        delimiter = say("one column", "una sola columna")
    else:
        delimiter = say("delimiter ", "separador ") + _NAMES.get(dialect.delimiter, dialect.delimiter)
    return (encoding.codec.removesuffix("-sig").upper() + (" BOM" if encoding.marked else ""), delimiter)
