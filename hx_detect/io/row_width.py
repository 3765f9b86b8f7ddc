"""Rows of a CSV -> as many cells as the header. In: cells as they were cut. Out: cells that fit, where that is safe."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from hx_detect.errors import InputFormatError
from hx_detect.io.column_names import NAMES_OF_ROLES
from hx_detect.wording import say

_KEYS: Final = (re.compile(r"\d+"), re.compile(r"\S*\d\S*|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}[ T]\d.*"))
"""First cells by which a row is told from the rest of a sentence: a number; a code with a digit, or a date."""
_KEYED: Final = 0.95
"""Share of rows with such a first cell from which it tells where rows begin."""
_ROW_NAMES: Final = 5
"""Fewest rows by which a header that lacks the name of its first column is known."""


@dataclass(frozen=True, slots=True)
class RowWidth:
    """How rows are brought to the header's width.

    Attributes:
        width: cells of the header.
        key: how the first cell of a row looks, where the export leaves out empty cells at the end of a row, so that a
            short one may be filled up; None where it does not, or rows have no such cell.
    """

    width: int
    key: re.Pattern[str] | None = None

    def trimmed(self, cells: list[str]) -> list[str]:
        """Without the empty cells beyond the header; whole where one of them holds something."""
        beyond = cells[self.width :]
        return cells[: self.width] if beyond and not any(cell.strip() for cell in beyond) else cells

    def fitted(self, cells: list[str], following: Sequence[str] | None) -> list[str]:
        """The cells of a row in one line, filled up where it is short.

        A text that an unquoted line break cut in two makes a short row as well: then the next line begins with the rest
        of the text, not with a key.

        Args:
            cells: as trimmed.
            following: cells of the next row; None where there is none.
        """
        if self.key is None or not 2 <= len(cells) < self.width:
            return cells
        begun = _begins(cells, self.key) and (following is None or _begins(following, self.key))
        return cells + [""] * (self.width - len(cells)) if begun else cells


def _begins(cells: Sequence[str], key: re.Pattern[str]) -> bool:
    return bool(cells) and key.fullmatch(cells[0].strip()) is not None


def find_width(width: int, rows: Sequence[Sequence[str]]) -> RowWidth:
    """Tell from the first rows whether short ones have only lost empty cells at their ends.

    Args:
        width: cells of the header.
        rows: those under it.
    """
    if any(len(row) == width and not row[-1].strip() for row in rows):  # so this export writes them
        return RowWidth(width)
    begun = [row for row in rows if len(row) >= width] or [row for row in rows if len(row) >= 2]
    for key in _KEYS:
        if begun and sum(_begins(row, key) for row in begun) >= _KEYED * len(begun):
            short = [
                _begins(row, key) and _begins(after, key) for row, after in pairwise(rows) if 2 <= len(row) < width
            ]
            return RowWidth(width, key if short and sum(short) * 2 >= len(short) else None)
    return RowWidth(width)


def lacks_first_name(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """True where all rows have one cell more than the header, as R writes a table with row names.

    Texts with one unquoted comma each make such rows too; after their comma stands a blank, or below the name of an
    identifier stands a text.
    """
    more = len(header) + 1
    if len(rows) < _ROW_NAMES or any(len(row) != more for row in rows):
        return False
    names = {row[0] for row in rows}
    cells = [cell for row in rows for cell in row[1:]]
    prose = sum(cell.startswith(" ") for cell in cells)
    ended = sum(row[-1].strip() != "" for row in rows)  # an empty one in all rows is but a delimiter at their ends
    if header[0].strip().casefold() in NAMES_OF_ROLES["id"] and not all(_begins(row[1:], _KEYS[1]) for row in rows):
        return False
    return len(names) == len(rows) and "" not in names and prose * 10 <= len(rows) and ended * 2 > len(rows)


def refuse_ragged(name: str, width: int, rows: Sequence[Sequence[str]]) -> None:
    """Refuse a table most of whose rows do not fit its header: its columns cannot be told.

    Args:
        name: of the file.
        width: cells of the header.
        rows: those under it, as fitted.

    Raises:
        InputFormatError: more than half of the rows have another width.
    """
    widths = Counter(len(row) for row in rows if len(row) != width)
    count, total = sum(widths.values()), len(rows)
    if count * 2 <= total:
        return
    usual = widths.most_common(1)[0][0]
    raise InputFormatError(
        say(f"The header of {name} has {width} columns, but {count} of its first {total} rows have another number of "
            f"cells, most often {usual}",
            f"La cabecera de {name} tiene {width} columnas, pero {count} de sus primeras {total} filas tienen otro "
            f"número de celdas, casi siempre {usual}"),
        cure=cure_of_ragged(usual, width),
    )  # fmt: skip


def cure_of_ragged(count: int, width: int) -> str:
    """What to do about a row of ``count`` cells under a header of ``width``."""
    if count > width:
        return say("Put quotes around text that holds the delimiter", "Ponga comillas al texto que lleva el separador")
    return say("Put quotes around text that holds a line break, and write the empty cells at the end of a row too",
               "Ponga comillas al texto que lleva saltos de línea y escriba también las celdas vacías "
               "del final")  # fmt: skip
