"""The first lines of a CSV -> how it is written. In: sample text. Out: ``Dialect``; which row is the header."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Final

RARE: Final = "^"
"""A separator only where the header has it: texts have it in faces, as ``^_^``."""
DELIMITERS: Final = (",", ";", "\t", "|", RARE)
NO_DELIMITER: Final = "\x1f"
"""The separator of a file with one column: a sign that no export uses."""
_DATA_CELL: Final = re.compile(
    r"[-+]?[$€£]?\d[\d.,\s]*%?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T].*)?|https?://\S+|[\w.+-]+@[\w-]+\.\w+"
)
_MAX_HEADER: Final = 300
_PROSE_EVENNESS: Final = 0.5
"""Below it, rows cut at signs that a blank follows are sentences cut at their commas."""
_WRAPPED: Final = 0.9
"""Share of lines in quotes that hold as many cells as the header, from which whole lines are quoted."""
_UNEVEN: Final = 0.02
"""Largest share of lines of another width in tab-separated text whose quotes are signs of the text."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a CSV is written.

    Attributes:
        delimiter: the separator.
        backslash: quotes inside quotes are escaped by a backslash.
        spaced: a blank stands between separator and quote: ``1, "a, b"``.
        literal: quotes are signs of the text and wrap no cells.
        wrapped: whole lines are quoted once more: ``"1,""a, b"",9"``.
    """

    delimiter: str
    backslash: bool = False
    spaced: bool = False
    literal: bool = False
    wrapped: bool = False

    def options(self) -> dict[str, Any]:
        """Keyword arguments for ``csv.reader``."""
        if self.literal:
            return {"delimiter": self.delimiter, "quoting": csv.QUOTE_NONE}
        options: dict[str, Any] = {"delimiter": self.delimiter, "skipinitialspace": self.spaced}
        if self.backslash:
            options |= {"doublequote": False, "escapechar": "\\"}
        return options


def sniff(lines: Sequence[str], delimiter: str | None = None) -> Dialect:
    """Find the separator that cuts the sample into the most even rows.

    Args:
        lines: first lines of the file with their ends; the last may be cut off.
        delimiter: the user's choice, which wins.
    """
    found = DELIMITERS if lines and RARE in lines[0] else tuple(sign for sign in DELIMITERS if sign != RARE)
    candidates = found if delimiter is None else (delimiter,)
    if "\t" in candidates and _has_raw_quotes(lines):
        return Dialect("\t", literal=True)
    best = max((Dialect(sign) for sign in candidates), key=lambda dialect: _evenness(lines, dialect))
    if any('\\"' in line for line in lines):
        escaped = max((Dialect(sign, True) for sign in candidates), key=lambda dialect: _evenness(lines, dialect))
        if _evenness(lines, escaped) > _evenness(lines, best):
            best = escaped
    if _quotes_after_blanks(lines, best):
        best = replace(best, spaced=True)
    if _evenness(lines, best)[0] > 0:
        return best
    whole = _wrapped(lines, candidates)
    if whole is not None:
        return whole
    return Dialect(NO_DELIMITER) if delimiter is None else best


def unwrapped(cells: list[str], dialect: Dialect, width: int) -> list[str]:
    """The cells of a line that is quoted as a whole; any other line as it is.

    Args:
        cells: as cut.
        dialect: of the file.
        width: cells of the header; 0 where it is not known yet.
    """
    if len(cells) != 1 or dialect.literal or (width < 2 and not dialect.wrapped):
        return cells
    inner = _inner(cells[0], dialect)
    even = len(inner) == width and not any(cell.startswith(" ") for cell in inner[1:])  # else a sentence with a comma
    return inner if inner and (dialect.wrapped or even) else cells


def _inner(line: str, dialect: Dialect) -> list[str]:
    """The cells of one line; none where it is not one."""
    try:
        rows = list(csv.reader(io.StringIO(line, newline=""), **dialect.options()))
    except csv.Error:
        return []
    return rows[0] if len(rows) == 1 else []


def _wrapped(lines: Sequence[str], candidates: Sequence[str]) -> Dialect | None:
    """The dialect inside lines that are quoted as a whole; None where they are not."""
    rows = _rows(lines, Dialect(NO_DELIMITER))
    if len(rows) < 2 or sum(line.startswith('"') for line in lines) * 2 < len(rows):
        return None
    for sign in candidates:
        dialect = Dialect(sign, wrapped=True)
        cut = [_inner(row[0], dialect) for row in rows]
        width = len(cut[0])
        even = sum(len(cells) == width for cells in cut) >= _WRAPPED * len(cut)
        if width >= 2 and even and not _is_prose(cut):
            return dialect
    return None


def _has_raw_quotes(lines: Sequence[str]) -> bool:
    """True for tab-separated lines of one width in which a cell opens a quote and does not close it.

    Where a quoted text goes on in the next line, one of the two has too few cells.
    """
    rows = [line.rstrip("\r\n").split("\t") for line in lines if line.strip()]
    width = len(rows[0]) if rows else 0
    if width < 2 or sum(len(row) != width for row in rows) > _UNEVEN * len(rows):
        return False
    quoted = [(index, cell) for index, row in enumerate(rows) for cell in row if cell.startswith('"')]
    stray = {index for index, cell in quoted if len(cell) == 1 or not cell.endswith('"')}
    doubled = any(index not in stray and '""' in cell[1:-1] for index, cell in quoted)
    whole = all(len(row) == width for index in stray for row in rows[index : index + 2])
    return bool(stray) and whole and not doubled and not any(index == 0 for index, _ in quoted)


def _rows(lines: Sequence[str], dialect: Dialect) -> list[list[str]]:
    """The sample's rows but the last, which may be cut off; none where the csv module gives up."""
    try:
        rows = [row for row in islice(csv.reader(lines, **dialect.options()), 2000) if row]
    except csv.Error:
        return []
    return rows[:-1] if len(rows) > 2 else rows


def _quotes_after_blanks(lines: Sequence[str], dialect: Dialect) -> bool:
    rows = _rows(lines, dialect)
    return bool(rows) and sum(any(cell.startswith(' "') for cell in row) for row in rows) * 2 >= len(rows)


def _evenness(lines: Sequence[str], dialect: Dialect) -> tuple[float, int]:
    """Share of rows with the usual number of fields (0 where that is one), and that number."""
    rows = _rows(lines, dialect)
    if not rows:
        return 0.0, 0
    counts = Counter(len(row) for row in rows)
    usual = max(counts, key=lambda width: (counts[width], width), default=1)
    head = len(rows[0])
    width = head if head >= 2 and counts[head] * 4 >= len(rows) else usual
    share = counts[width] / len(rows)
    prose = _is_prose(rows) and (head < 2 or (share < _PROSE_EVENNESS and _is_prose(rows[:1])))
    if width < 2 or prose:
        return 0.0, 1
    return round(share, 1), width


def _is_prose(rows: Sequence[Sequence[str]]) -> bool:
    """True where most cuts are followed by a blank, as commas in sentences are and separators are not."""
    cells = [cell for row in rows for cell in row[1:]]
    return sum(cell.startswith(" ") for cell in cells) * 2 >= len(cells)


def header_row(rows: Sequence[Sequence[Any]]) -> int | None:
    """Which of the first rows holds the column names.

    Rows above it that fill one cell (titles of a report) or fewer than usual (its notes) are passed over.

    Returns:
        Its index, or None where the first row of the table looks like data.
    """
    widest = max((filled(row) for row in rows[:50]), default=0)
    usual = _usual_width(rows[:50])
    for index, row in enumerate(rows[:30]):
        count, more = filled(row), len(rows) > index + 1
        if count == 0 or (more and ((widest > 1 and count == 1) or _is_note(row, usual))):
            continue
        return index if looks_like_header(row, rows[index + 1 :]) else None
    return None


def _is_note(row: Sequence[Any], usual: int) -> bool:
    """True where at most half of the usual cells are filled, or fewer than usual, as ``Date: | 1/3/2024``."""
    count = filled(row)
    cells = [str(cell).strip() for cell in row if cell is not None]
    pair = any(cell.endswith(":") or _DATA_CELL.fullmatch(cell) for cell in cells)
    return count * 2 <= usual or (count < usual and pair)


def _usual_width(rows: Sequence[Sequence[Any]]) -> int:
    """The median of the filled cells per row; those that begin with a blank are sentences cut at their commas."""
    cut = ([cell for cell in row if not str(cell).startswith(" ")] for row in rows)
    widths = sorted(count for count in map(filled, cut) if count) or [0]
    return widths[len(widths) // 2]


def filled(row: Sequence[Any]) -> int:
    """How many cells of a row hold something."""
    return sum(cell is not None and str(cell).strip() != "" for cell in row)


def looks_like_header(row: Sequence[Any], below: Sequence[Sequence[Any]]) -> bool:
    """False where a cell is a number or date above such, or a sentence, unless another is a word above such."""
    named = sentence = False
    for index, cell in enumerate(row):
        if cell is None or str(cell).strip() == "":
            continue
        text = str(cell).strip()
        column = [str(r[index]).strip() for r in below[:50] if index < len(r) and r[index] not in (None, "")]
        data = sum(_DATA_CELL.fullmatch(value) is not None for value in column)
        if not isinstance(cell, str) or _DATA_CELL.fullmatch(text):
            if data * 2 >= len(column):
                return False
        elif len(text) > _MAX_HEADER or (text[-1] in ".!" and len(text.split()) >= 4):
            sentence = True
        elif column and data == len(column):
            named = True
    return named or not sentence
