"""Lines of a CSV -> records. In: an opened file and how it is written. Out: cells; one that cannot be has a fault."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from hx_detect.errors import InputFormatError
from hx_detect.io.dialect import Dialect, unwrapped
from hx_detect.io.encoding import Encoding
from hx_detect.io.row_width import RowWidth, cure_of_ragged
from hx_detect.io.source import OpenedSource, Source, damage_reported
from hx_detect.io.text_lines import LineFeed, has_bad_bytes
from hx_detect.records import RowFailure
from hx_detect.wording import figure, say

CELL_LIMIT: Final = 1 << 26
"""Characters of the longest cell that is read."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record as it was cut.

    Attributes:
        cells: its cells.
        raw: its line or lines.
        fault: a word for what is wrong with it, or None.
    """

    cells: list[str]
    raw: str
    fault: str | None = None


def records(
    opened: OpenedSource, source: Source, encoding: Encoding, dialect: Dialect, width: RowWidth
) -> Iterator[Record]:
    """Records one by one. One that a stray quote glued together is undone: its first line fails, the rest is reread.

    Raises:
        InputFormatError: the file is damaged from here on.
    """
    csv.field_size_limit(CELL_LIMIT)  # the module's only setting for long cells; it holds for the whole process
    feed = LineFeed(opened, encoding, source.name, newline="")
    with damage_reported(source):
        while True:
            record = _next_record(feed, dialect, width)
            if record is None:
                return
            if record.cells or record.fault:
                yield record


def filled_up(given: Iterator[Record], width: RowWidth, delimiter: str) -> Iterator[Record]:
    """Short records filled up with empty cells, where that is safe; each waits for the one after it.

    Raises:
        InputFormatError: the file is damaged; the record before that has been given.
    """
    if width.key is None:
        yield from given
        return
    held = next(given, None)
    while held is not None:
        damage: InputFormatError | None = None
        try:
            after = next(given, None)
        except InputFormatError as error:
            after, damage = None, error
        yield _filled(held, after, width, delimiter)
        if damage is not None:
            raise damage
        held = after


def _filled(record: Record, after: Record | None, width: RowWidth, delimiter: str) -> Record:
    one_line = "\n" not in record.raw.rstrip("\r\n") and record.raw.count('"') % 2 == 0
    cut_off = after is None and not record.raw.endswith(("\n", "\r"))
    if record.fault or not one_line or cut_off:
        return record
    following = None if after is None else after.cells or after.raw.split(delimiter, 1)[:1]  # a faulty one has no cells
    return replace(record, cells=width.fitted(record.cells, following))


def _next_record(feed: LineFeed, dialect: Dialect, width: RowWidth) -> Record | None:
    feed.mark()
    try:
        cells = next(csv.reader(feed, **dialect.options()), None)
        cells = cells and width.trimmed(unwrapped(cells, dialect, width.width))
    except csv.Error:
        return _undone(feed, "too_long")
    if cells is None:
        return None
    lines, fits = feed.taken, len(cells) == width.width
    glued = len(lines) > 1 and (not fits or feed.overflowed or (feed.ended and _unclosed(lines, dialect)))
    if glued and width.width:
        return _undone(feed, "unclosed_quote")
    raw = "".join(lines)
    if "\0" in raw:
        return Record(cells, raw, "nul_byte")
    return Record(cells, raw, "encoding" if has_bad_bytes(raw) else None)


def _undone(feed: LineFeed, fault: str) -> Record:
    first = feed.keep_first()
    return Record([], first, fault)


def _unclosed(lines: list[str], dialect: Dialect) -> bool:
    text = "".join(lines)
    quotes = text.count('"') - (text.count('\\"') if dialect.backslash else 0)
    return quotes % 2 == 1


def failure_of(number: int, record: Record, width: int) -> RowFailure | None:
    """Why a record cannot be a row, or None.

    Args:
        number: of the row.
        record: as read.
        width: cells of the header.
    """
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
        limit = figure(CELL_LIMIT)
        message, cure = (
            say(f"A cell has over {limit} characters", f"Una celda tiene más de {limit} caracteres"),
            say("Shorten it", "Acórtela"),
        )
    elif count != width:
        message = say(
            f"The row has {count} fields, the header {width}", f"La fila tiene {count} campos, la cabecera {width}"
        )
        cure = cure_of_ragged(count, width)
    else:
        return None
    code = "ragged" if record.fault in (None, "unclosed_quote") else record.fault
    return RowFailure(number, "row", code, message, cure, value=value)
