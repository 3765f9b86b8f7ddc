"""Tables -> one Excel workbook. In: ``Sheet`` records. Out: the same bytes for the same tables; no formulas."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from hx_detect.errors import OutputError
from hx_detect.io.write import EXCEL_ROWS
from hx_detect.wording import say

_CELL_CHARS: Final = 32_767
_WIDEST: Final = 60
_LOOKED_AT: Final = 200
_TITLE_CHARS: Final = 31


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name, the names of its columns, its rows. ``percent`` columns are shown as percentages."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    percent: Sequence[int] = ()


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """Make the file.

    Raises:
        OutputError: a sheet has more rows than Excel holds.
    """
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(out, options)
    book.set_properties({"created": datetime(2000, 1, 1)})
    header = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    percent = book.add_format({"num_format": "0.0%"})
    for sheet in sheets:
        if len(sheet.rows) >= EXCEL_ROWS:
            raise OutputError(
                say(f"An Excel sheet holds {EXCEL_ROWS:,} rows and there are more",
                    f"Una hoja de Excel admite {EXCEL_ROWS:,} filas y hay más"),
                cure=say("Write CSV or JSON", "Escriba CSV o JSON"),
            )  # fmt: skip
        page = book.add_worksheet(sheet.title[:_TITLE_CHARS])
        page.freeze_panes(1, 0)
        for column, name in enumerate(sheet.columns):
            page.set_column(column, column, _width(sheet, column), percent if column in sheet.percent else None)
            page.write_string(0, column, name, header)
        for number, row in enumerate(sheet.rows, 1):
            for column, value in enumerate(row):
                _write(page, number, column, value)
    book.close()
    return out.getvalue()


def _width(sheet: Sheet, column: int) -> int:
    cells = [sheet.columns[column], *(row[column] for row in sheet.rows[:_LOOKED_AT])]
    return min(_WIDEST, 2 + max(len(str(cell)) for cell in cells if cell is not None))


def _write(page: Any, row: int, column: int, value: object) -> None:  # noqa: ANN401 - xlsxwriter ships no types
    if value is None or value == "":
        return
    if isinstance(value, bool):
        page.write_boolean(row, column, value)
    elif isinstance(value, int | float):
        page.write_number(row, column, value)
    else:
        page.write_string(row, column, str(value)[:_CELL_CHARS])
