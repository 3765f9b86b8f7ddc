"""The sheets of a workbook -> the one with the customers' words. In: the first rows of each. Out: its name, or None."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from hx_detect.io.column_names import DESCRIPTIONS, TEXT_NAMES, fold
from hx_detect.io.dialect import filled

TOP: Final = 200
"""Rows of a sheet by which it is told from others."""
_HEADER_ROWS: Final = 10
_MOST_WORDS: Final = 25
"""Words of a cell that count: one long legal notice does not outweigh a column of comments."""
_NAMED: Final = 8.0
"""What the name of a column of customers' words adds."""
_ALIKE: Final = 0.8
"""Share of the most words from which sheets are alike, as those of two months; then their shape decides."""
_HIDDEN: Final = 0.5
"""Hidden sheets come after shown ones, unless they hold far more words, as the data behind a legend does."""


@dataclass(frozen=True, slots=True)
class SheetTop:
    """The first rows of a sheet.

    Attributes:
        name: its title.
        rows: up to ``TOP`` of them.
        hidden: Excel does not show it.
    """

    name: str
    rows: Sequence[Sequence[Any]]
    hidden: bool = False


def choose_sheet(sheets: Sequence[SheetTop]) -> str | None:
    """The sheet whose longest column of text holds the most words; None where no sheet holds anything.

    Args:
        sheets: in the workbook's order.
    """
    weights = [_weight(sheet) for sheet in sheets]
    most = max(weights, default=0.0)
    chosen, widest, longest = None, 0, 0
    for sheet, weight in zip(sheets, weights, strict=True):
        if weight < _ALIKE * most:
            continue
        # of several alike, a later one that is both wider and longer makes the ones before it cover pages
        widths = [count for count in map(filled, sheet.rows) if count]
        if widths and max(widths) > widest and len(widths) > longest:
            chosen, widest, longest = sheet.name, max(widths), len(widths)
    return chosen


def _weight(sheet: SheetTop) -> float:
    """Words in the sheet's longest column of text; a cell that comes again counts once."""
    width = max((len(row) for row in sheet.rows), default=0)
    columns = ({row[place] for row in sheet.rows if place < len(row) and isinstance(row[place], str)}
               for place in range(width))  # fmt: skip
    words = max((sum(min(len(cell.split()), _MOST_WORDS) for cell in cells) for cells in columns), default=0)
    named = any(_names_text(cell) for row in sheet.rows[:_HEADER_ROWS] for cell in row)
    return words * (_NAMED if named else 1.0) * (_HIDDEN if sheet.hidden else 1.0)


def _names_text(cell: object) -> bool:
    return isinstance(cell, str) and len(cell) < 60 and fold(cell) in TEXT_NAMES - DESCRIPTIONS
