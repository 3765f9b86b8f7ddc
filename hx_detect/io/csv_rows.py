"""Rows -> CSV that every reader takes apart alike. In: an open text file. Out: a writer of rows that end in LF."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Final, TextIO

if TYPE_CHECKING:
    from _csv import Writer


class _UnixLines:
    """Takes rows of ``csv.writer`` that end in CR LF and writes them with LF.

    Older Pythons put quotes around a cell with a lone CR only where the line end holds one.
    """

    ENDS_IN: Final = "\r\n"

    def __init__(self, text: TextIO) -> None:
        self._text = text

    def write(self, row: str) -> int:
        """Write one row."""
        return self._text.write(row.removesuffix(self.ENDS_IN) + "\n")


def csv_rows(text: TextIO, delimiter: str = ",") -> Writer:
    """A ``csv.writer`` whose rows end in LF and whose cells may hold any line break.

    Args:
        text: opened with ``newline=""``.
        delimiter: between cells.
    """
    return csv.writer(_UnixLines(text), delimiter=delimiter, lineterminator=_UnixLines.ENDS_IN)
