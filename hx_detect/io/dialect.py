"""The first lines of a CSV -> how it is written. In: sample text. Out: ``Dialect``; which row is the header."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

DELIMITERS: Final = (",", ";", "\t", "|")
NO_DELIMITER: Final = "\x1f"
"""The separator of a file with one column: a sign that no export uses."""
_DATA_CELL: Final = re.compile(
    r"[-+]?[$€£]?\d[\d.,\s]*%?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T].*)?|https?://\S+|[\w.+-]+@[\w-]+\.\w+"
)
_MAX_HEADER: Final = 300


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a CSV is written: separator, and whether quotes inside quotes are escaped by a backslash."""

    delimiter: str
    backslash: bool = False

    def options(self) -> dict[str, Any]:
        """Keyword arguments for ``csv.reader``."""
        if self.backslash:
            return {"delimiter": self.delimiter, "doublequote": False, "escapechar": "\\"}
        return {"delimiter": self.delimiter}


def sniff(lines: Sequence[str], delimiter: str | None = None) -> Dialect:
    """Find the separator that cuts the sample into the most even rows.

    Args:
        lines: first lines of the file with their ends; the last may be cut off.
        delimiter: the user's choice, which wins.
    """
    candidates = DELIMITERS if delimiter is None else (delimiter,)
    best = max((Dialect(sign) for sign in candidates), key=lambda dialect: _evenness(lines, dialect))
    if any('\\"' in line for line in lines):
        escaped = max((Dialect(sign, True) for sign in candidates), key=lambda dialect: _evenness(lines, dialect))
        if _evenness(lines, escaped) > _evenness(lines, best):
            return escaped
    if delimiter is None and _evenness(lines, best)[0] == 0:
        return Dialect(NO_DELIMITER)
    return best


def _evenness(lines: Sequence[str], dialect: Dialect) -> tuple[float, int]:
    """Share of rows with the usual number of fields (0 where that is one), and that number."""
    try:
        rows = [row for row in islice(csv.reader(lines, **dialect.options()), 2000) if row]
    except csv.Error:
        return 0.0, 0
    rows = rows[:-1] if len(rows) > 2 else rows
    counts = Counter(len(row) for row in rows)
    usual = max(counts, key=lambda width: (counts[width], width), default=1)
    head = len(rows[0]) if rows else 1
    if usual < 2 and head < 2:
        return 0.0, 1
    width = head if head >= 2 and counts[head] * 4 >= len(rows) else usual
    return (0.0, 1) if width < 2 else (round(counts[width] / len(rows), 1), width)


def header_row(rows: Sequence[Sequence[Any]]) -> int | None:
    """Which of the first rows holds the column names.

    Rows above it with a single filled cell (titles of a report) are passed over where the table below is wider.

    Returns:
        Its index, or None where the first row of the table looks like data.
    """
    width = max((filled(row) for row in rows[:50]), default=0)
    for index, row in enumerate(rows[:30]):
        if filled(row) == 0 or (width > 1 and filled(row) == 1 and len(rows) > index + 1):
            continue
        return index if looks_like_header(row, rows[index + 1 :]) else None
    return None


def filled(row: Sequence[Any]) -> int:
    """How many cells of a row hold something."""
    return sum(cell is not None and str(cell).strip() != "" for cell in row)


def looks_like_header(row: Sequence[Any], below: Sequence[Sequence[Any]]) -> bool:
    """False where a cell is a number, a date or a sentence, and the cells below it are of the same sort."""
    for index, cell in enumerate(row):
        if cell is None or str(cell).strip() == "":
            continue
        text = str(cell).strip()
        if len(text) > _MAX_HEADER or (text[-1] in ".!" and len(text.split()) >= 4):
            return False
        if not isinstance(cell, str) or _DATA_CELL.fullmatch(text):
            column = [str(r[index]).strip() for r in below[:50] if index < len(r) and r[index] not in (None, "")]
            if not column or sum(_DATA_CELL.fullmatch(value) is not None for value in column) * 2 >= len(column):
                return False
    return True
