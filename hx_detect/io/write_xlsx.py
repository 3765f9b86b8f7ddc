"""Scored rows -> an Excel workbook. In: rows and records. Out: one sheet; text never becomes a formula."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import xlsxwriter

from hx_detect.errors import OutputError
from hx_detect.io.rows import Row
from hx_detect.io.score_columns import flat_values
from hx_detect.io.write import EXCEL_ROWS, OutputSpec
from hx_detect.io.write_text import as_text
from hx_detect.wording import figure, say

_CELL_CHARS: Final = 32_767
_EXACT: Final = 10**15
"""Excel keeps 15 digits; longer integers are written as text."""
_FIRST_MONTH: Final = (1900, 3)
"""Earlier dates are written as text."""
_OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "nan_inf_to_errors": True,
    "remove_timezone": False,
}


class ExcelWriter:
    """Writes one sheet named ``hx`` in constant memory; the same input gives the same bytes."""

    def __init__(self, path: Path, spec: OutputSpec) -> None:
        self._spec = spec
        self._book = xlsxwriter.Workbook(str(path), _OPTIONS)
        self._book.set_properties({"created": datetime(2000, 1, 1)})
        self._sheet = self._book.add_worksheet("hx")
        self._sheet.freeze_panes(1, 0)
        self._formats = {
            datetime: self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            date: self._book.add_format({"num_format": "yyyy-mm-dd"}),
            time: self._book.add_format({"num_format": "hh:mm:ss"}),
        }
        self._row = 0
        self._shortened = 0
        self._write_row([*spec.columns, *spec.names.values()])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._book.close()

    def write(self, row: Row, record: Mapping[str, Any]) -> None:
        """See ``TableWriter.write``.

        Raises:
            OutputError: the sheet is full.
        """
        if self._row > EXCEL_ROWS:
            raise too_many_rows()
        self._write_row([*(row.values.get(name) for name in self._spec.columns), *flat_values(record)])

    def remarks(self) -> list[str]:
        """Cells longer than Excel's limit are cut."""
        if not self._shortened:
            return []
        limit = figure(_CELL_CHARS)
        return [say(f"{self._shortened} cells cut at Excel's limit of {limit} characters",
                    f"{self._shortened} celdas cortadas en el límite de Excel, {limit} caracteres")]  # fmt: skip

    def _write_row(self, values: list[object]) -> None:
        for column, value in enumerate(values):
            self._write_cell(column, value)
        self._row += 1

    def _write_cell(self, column: int, value: object) -> None:
        if value is None or value == "" or value != value:  # NaN is unlike itself
            return
        if isinstance(value, bool):
            self._sheet.write_boolean(self._row, column, value)
        elif isinstance(value, float) or (isinstance(value, int) and abs(value) < _EXACT):
            self._sheet.write_number(self._row, column, value)
        elif isinstance(value, datetime | date | time) and _is_of_excel(value):
            self._sheet.write_datetime(self._row, column, value, self._formats[type(value)])
        else:
            self._write_text(column, as_text(value))

    def _write_text(self, column: int, text: str) -> None:
        if len(text) > _CELL_CHARS:
            self._shortened += 1
            text = text[:_CELL_CHARS]
        self._sheet.write_string(self._row, column, text)


def _is_of_excel(value: datetime | date | time) -> bool:
    """Excel knows no time zones, and no days before March 1900 that other programs agree on."""
    zoned = getattr(value, "tzinfo", None) is not None
    return not zoned and (isinstance(value, time) or (value.year, value.month) >= _FIRST_MONTH)


def too_many_rows() -> OutputError:
    """The error for more rows than a sheet holds."""
    return OutputError(
        say(f"An Excel sheet holds {figure(EXCEL_ROWS)} rows and there are more",
            f"Una hoja de Excel admite {figure(EXCEL_ROWS)} filas y hay más"),
        cure=say("Write .csv or .parquet with -o", "Escriba .csv o .parquet con -o"),
    )  # fmt: skip
