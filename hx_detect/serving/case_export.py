"""Cases -> a table for a CRM. In: cases, a file name ending in .csv or .xlsx. Out: that file; one row a case."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from hx_detect.errors import OutputError, UsageError
from hx_detect.io.csv_rows import csv_rows
from hx_detect.io.spreadsheet_cells import no_formula
from hx_detect.io.write import EXCEL_ROWS
from hx_detect.labels import display, signal_title
from hx_detect.serving.case_rules import reason, state_name
from hx_detect.serving.case_shown import evidence
from hx_detect.serving.store.case_pages import WholeCase
from hx_detect.wording import language, say

SUFFIXES: Final = (".csv", ".xlsx")
_CELL_CHARS: Final = 32_767

Column = tuple[str, str, Callable[[WholeCase], Any]]
COLUMNS: Final[tuple[Column, ...]] = (
    ("case", "caso", lambda whole: whole.case.id),
    ("state", "estado", lambda whole: state_name(whole.case.state)),
    ("priority", "prioridad", lambda whole: whole.case.priority),
    ("customer", "cliente", lambda whole: whole.case.customer),
    ("review", "opinión", lambda whole: whole.case.review_id),
    ("group", "grupo", lambda whole: whole.case.group),
    ("written", "escrito", lambda whole: whole.case.written),
    ("reason", "motivo", lambda whole: reason(whole.case.level, list(whole.case.signals))),
    ("signals", "señales", lambda whole: "; ".join(signal_title(name, language()) for name in whole.case.signals)),
    ("evidence", "pruebas", lambda whole: " | ".join(evidence(whole.case))),
    ("text", "texto", lambda whole: whole.case.text),
    ("owner", "responsable", lambda whole: whole.case.owner),
    ("opened", "abierto", lambda whole: whole.case.created),
    ("contacted", "contactado", lambda whole: whole.case.contacted),
    ("closed", "cerrado", lambda whole: whole.case.closed),
    ("notes", "notas", lambda whole: " | ".join(event.note or "" for event in whole.events if _is_note(event))),
    ("later texts", "textos posteriores", lambda whole: len(whole.texts)),
    ("latest level", "último nivel", lambda whole: _latest(whole)),
    ("latest text", "último texto", lambda whole: whole.texts[-1].text if whole.texts else None),
    ("file", "fichero", lambda whole: whole.case.source),
)
"""Heading in English and Spanish, and what stands below it."""


def export_cases(cases: Iterable[WholeCase], place: str) -> int:
    """Write cases to a file; what looks like a formula is written so that no spreadsheet runs it.

    Args:
        cases: in the order of the rows.
        place: path; its suffix is the format.

    Returns:
        How many were written.

    Raises:
        UsageError: another suffix.
        OutputError: the file cannot be written, or a sheet does not hold so many.
    """
    path = Path(place)
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise UsageError(
            say(f"{place}: cases are written as CSV or Excel", f"{place}: los casos se escriben como CSV o Excel"),
            cure=say("End the name in .csv or .xlsx", "Acabe el nombre en .csv o .xlsx"),
        )
    rows = ([read(whole) for _, _, read in COLUMNS] for whole in cases)
    try:
        return _to_csv(rows, path) if suffix == ".csv" else _to_excel(rows, path)
    except OSError as error:
        raise OutputError(
            say(f"{place} cannot be written: {error.strerror}", f"No se puede escribir {place}: {error.strerror}"),
            cure=say("Choose another place with -o", "Elija otro lugar con -o"),
        ) from error


def _is_note(event: Any) -> bool:  # noqa: ANN401 - a row of events
    return bool(event.note) and event.what in ("note", "state")


def _latest(whole: WholeCase) -> str | None:
    return display(whole.texts[-1].level, language()).partition(":")[0] if whole.texts else None


def _headings() -> list[str]:
    return [say(en, es) for en, es, _ in COLUMNS]


def _to_csv(rows: Iterator[list[Any]], path: Path) -> int:
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:  # with a mark, so that Excel reads it as UTF-8
        writer = csv_rows(file)
        writer.writerow(_headings())
        for row in rows:
            writer.writerow([_csv_cell(value) for value in row])
            count += 1
    return count


def _csv_cell(value: Any) -> Any:  # noqa: ANN401 - any value of a cell
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return no_formula(value)


def _to_excel(rows: Iterator[list[Any]], path: Path) -> int:
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "remove_timezone": True}
    path.touch()  # what cannot be written is found before xlsxwriter opens files of its own
    try:
        with xlsxwriter.Workbook(str(path), options) as book:
            count = _fill(book, rows)
    except FileCreateError as error:
        raise OSError(None, str(error)) from error
    if count > EXCEL_ROWS:
        path.unlink()
        raise OutputError(
            say(f"A sheet holds {EXCEL_ROWS:,} cases", f"En una hoja caben {EXCEL_ROWS:,} casos"),
            cure=say("Write a .csv, or filter", "Escriba un .csv o filtre"),
        )
    return count


def _fill(book: Any, rows: Iterator[list[Any]]) -> int:  # noqa: ANN401 - xlsxwriter has no types
    """Write the sheet; more rows than it holds are only counted, by one."""
    book.set_properties({"created": datetime(2000, 1, 1)})
    sheet = book.add_worksheet(say("cases", "casos"))
    sheet.freeze_panes(1, 0)
    bold, moment = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    for place, heading in enumerate(_headings()):
        sheet.write_string(0, place, heading, bold)
    count = 0
    for count, row in enumerate(rows, 1):
        if count > EXCEL_ROWS:
            break
        for place, value in enumerate(row):
            _excel_cell(sheet, count, place, value, moment)
    return count


def _excel_cell(sheet: Any, row: int, place: int, value: Any, moment: Any) -> None:  # noqa: ANN401 - xlsxwriter has no types
    if isinstance(value, datetime):
        sheet.write_datetime(row, place, value, moment)
    elif isinstance(value, str):
        sheet.write_string(row, place, value[:_CELL_CHARS])
    elif value is not None:
        sheet.write_number(row, place, value)
