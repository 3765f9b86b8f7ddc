"""A CSV or TSV file -> rows. In: a source. Out: a ``Table`` of strings; a bad row is given with its failure."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from hx_detect.errors import EmptyInputError, InputFormatError
from hx_detect.io.csv_records import CELL_LIMIT, failure_of, filled_up, records
from hx_detect.io.dialect import NO_DELIMITER, Dialect, filled, header_row, sniff, unwrapped
from hx_detect.io.encoding import Encoding, find_encoding
from hx_detect.io.row_width import RowWidth, find_width, lacks_first_name, refuse_ragged
from hx_detect.io.rows import ReadOptions, Row, Table, first_rows, unique_names
from hx_detect.io.source import OpenedSource, Source, damage_reported
from hx_detect.io.survey_rows import survey_rows
from hx_detect.io.text_lines import LineFeed
from hx_detect.wording import say

_SNIFFED_LINES: Final = 2_000
_SNIFFED_CHARS: Final = 1 << 20
_NAMES: Final = {",": ",", ";": ";", "\t": "TAB", "|": "|"}


@dataclass(slots=True)
class CsvSource:
    """The rows of one CSV file (a ``RowSource``).

    Attributes:
        skip: records before the first row under the header: header, titles above it, ``sep=``.
        width: cells of the header, and what is done where a row has others.
        passed: rows under the header that belong to it; they count, but are not given.
    """

    source: Source
    encoding: Encoding
    dialect: Dialect
    columns: tuple[str, ...]
    skip: int
    width: RowWidth
    passed: int = 0
    _opened: OpenedSource | None = field(default=None)

    def rows(self) -> Iterator[Row]:
        """See ``RowSource.rows``."""
        opened = self._opened = OpenedSource(self.source)
        try:
            found = islice(records(opened, self.source, self.encoding, self.dialect, self.width), self.skip, None)
            fitted = filled_up(found, self.width, self.dialect.delimiter)
            for number, record in enumerate(fitted, start=1):
                if number > self.passed:
                    failure = failure_of(number, record, len(self.columns))
                    yield Row(number, dict(zip(self.columns, record.cells, strict=False)), failure)
        finally:
            opened.close()

    def fraction(self) -> float | None:
        """See ``RowSource.fraction``."""
        return self._opened.fraction() if self._opened is not None else 0.0


@dataclass(frozen=True, slots=True)
class _Top:
    """The first lines taken apart: records before the first row, column names, rows as cut, and what was mended."""

    skip: int
    names: tuple[str, ...]
    body: list[list[str]]
    details: tuple[str, ...]
    width: RowWidth


def open_csv(source: Source, options: ReadOptions, *, format: str = "csv") -> Table:
    """Open a CSV or TSV file and find out how it is written.

    Raises:
        InputFormatError: not text, without a header, or most rows have other widths than the header.
        EmptyInputError: no rows.
        UsageError: unknown encoding.
    """
    csv.field_size_limit(CELL_LIMIT)  # the module's only setting for long cells; it holds for the whole process
    encoding = find_encoding(source, options.encoding)
    lines = _first_lines(source, encoding)
    declared = _declared_delimiter(lines)
    preferred = "\t" if format == "tsv" and lines and "\t" in lines[0] else None
    dialect = sniff(lines, options.delimiter or declared or preferred)
    top = _top(source, lines, dialect, options.header, declared is not None)
    rows = CsvSource(source, encoding, dialect, top.names, top.skip, top.width)
    extra = survey_rows(first_rows(rows), header=options.header)
    rows.passed = extra.last
    if not extra.data:
        raise EmptyInputError(
            say(f"{source.name} has a header but no rows", f"{source.name} tiene cabecera pero ninguna fila"),
            cure=say("Export it again, with its rows", "Expórtelo de nuevo, con sus filas"),
        )
    if sum(row.failure is not None and row.failure.code == "ragged" for row in extra.data) * 2 > len(extra.data):
        refuse_ragged(source.name, top.width.width, top.body)
    return Table(
        format=format,
        columns=rows.columns,
        source=rows,
        sample=extra.data,
        details=(*_details(encoding, dialect), *top.details, *extra.details),
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


def _top(source: Source, lines: list[str], dialect: Dialect, wanted: bool | None, declared: bool) -> _Top:
    cut = [unwrapped(row, dialect, 0) for row in csv.reader(lines[declared:], **dialect.options()) if row]
    index, names = _header(source, cut, dialect, wanted)
    whole = len(lines) < _SNIFFED_LINES and sum(map(len, lines)) < _SNIFFED_CHARS
    below = cut[index + 1 :] if whole else cut[index + 1 : -1]  # the last one may be cut off
    details: list[str] = []
    if index >= 0 and lacks_first_name(names, below):
        names = ["column_1", *names]
        details.append(say("first column without a name: 'column_1'", "primera columna sin nombre: 'column_1'"))
    plain = RowWidth(len(names))
    body = [plain.trimmed(unwrapped(row, dialect, plain.width)) for row in below]
    width = find_width(plain.width, body)
    details += _mended(below, body, dialect, width)
    followers = [*body[1:], None][: len(body)]
    body = [width.fitted(row, after) for row, after in zip(body, followers, strict=True)]
    return _Top(index + 1 + int(declared), unique_names(names), body, tuple(details), width)


def _mended(below: list[list[str]], body: list[list[str]], dialect: Dialect, width: RowWidth) -> Iterator[str]:
    """What was done to rows that do not fit, one sentence each."""
    if dialect.wrapped or any(len(row) == 1 < len(mended) for row, mended in zip(below, body, strict=True)):
        yield say("lines quoted as a whole taken out of their quotes", "líneas entrecomilladas enteras, sin comillas")
    if any(len(row) > width.width >= len(mended) for row, mended in zip(below, body, strict=True)):
        yield say("empty cells beyond the header left out", "celdas vacías más allá de la cabecera sin leer")
    if width.key is not None:
        yield say("rows without their last cells filled up with empty ones",
                  "filas sin sus últimas celdas, completadas con vacías")  # fmt: skip


def _header(source: Source, cut: list[list[str]], dialect: Dialect, wanted: bool | None) -> tuple[int, list[str]]:
    """The header's place among the records, -1 where there is none, and its names."""
    if not any(filled(row) for row in cut):
        raise EmptyInputError(
            say(f"{source.name} holds only blank lines", f"{source.name} solo tiene líneas en blanco"),
            cure=say("Export it again", "Expórtelo de nuevo"),
        )
    if wanted is False:
        return -1, [f"column_{index}" for index in range(1, len(cut[0]) + 1)]
    index = 0 if wanted else header_row(cut)
    if index is None:
        shown = dialect.delimiter.join(cut[0])[:60]
        raise InputFormatError(
            say(f"{source.name} has no header: its first row is data ({shown!r})",
                f"{source.name} no tiene cabecera: su primera fila son datos ({shown!r})"),
            cure=say("Add a row of column names, or give --no-header (or --header, if it is one)",
                     "Añada una fila con los nombres de las columnas, o use --no-header (o --header, si sí lo es)"),
        )  # fmt: skip
    return index, [cell.strip() for cell in cut[index]]


def _details(encoding: Encoding, dialect: Dialect) -> tuple[str, ...]:
    if dialect.delimiter == NO_DELIMITER:
        delimiter = say("one column", "una sola columna")
    else:
        delimiter = say("delimiter ", "separador ") + _NAMES.get(dialect.delimiter, dialect.delimiter)
    if dialect.literal:
        delimiter += say(", quotes read as they stand", ", comillas leídas tal cual")
    return (encoding.codec.removesuffix("-sig").upper() + (" BOM" if encoding.marked else ""), delimiter)
