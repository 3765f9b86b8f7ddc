"""An Excel workbook -> rows of one sheet. In: a source. Out: a ``Table``; dates and numbers stay what they are."""

from __future__ import annotations

import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from hx_detect.errors import ColumnError, EmptyInputError, InputFormatError
from hx_detect.io.choose_sheet import TOP, SheetTop, choose_sheet
from hx_detect.io.dialect import filled, header_row
from hx_detect.io.rows import SAMPLE_ROWS, ReadOptions, Row, Table, first_rows, unique_names
from hx_detect.io.source import Source, head, seekable
from hx_detect.io.survey_rows import survey_rows
from hx_detect.records import RowFailure
from hx_detect.wording import say

_OLE: Final = b"\xd0\xcf\x11\xe0"
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
"""How a workbook writes a control character, as ``_x000D_`` for a carriage return."""
_DAMAGED: Final = (
    zipfile.BadZipFile, zlib.error, InvalidFileException, SyntaxError, ValueError, LookupError, TypeError,
    AttributeError, RuntimeError, EOFError, OSError,
)  # fmt: skip
"""What openpyxl, zipfile and the XML parsers (``SyntaxError``) raise on damaged files."""


@dataclass(slots=True)
class ExcelSource:
    """The rows of one sheet (a ``RowSource``).

    Attributes:
        skip: sheet rows before the first row under the header.
        passed: rows under the header that belong to it; they count, but are not given.
    """

    source: Source
    sheet: str
    columns: tuple[str, ...]
    skip: int
    total: int
    passed: int = 0
    _read: int = field(default=0)

    def rows(self) -> Iterator[Row]:
        """See ``RowSource.rows``; blank rows are passed over but counted."""
        self._read = 0
        with _workbook(self.source) as book:
            for cells in islice(_cells(book, self.sheet), self.skip, None):
                self._read += 1
                if self._read > self.passed and filled(cells):
                    yield self._row(cells)

    def fraction(self) -> float | None:
        """See ``RowSource.fraction``."""
        return min(1.0, self._read / self.total) if self.total else None

    def _row(self, cells: Sequence[Any]) -> Row:
        width = len(self.columns)
        padded = (*cells, *[None] * (width - len(cells)))
        beyond = [str(cell) for cell in cells[width:] if cell is not None]
        failure = None
        if beyond:
            failure = RowFailure(
                self._read,
                "row",
                "ragged",
                say("The row has cells beyond the last column name", "La fila tiene celdas más allá de la cabecera"),
                say("Name the column, or empty the cells", "Ponga nombre a la columna o vacíe las celdas"),
                value=" | ".join(beyond)[:200],
            )
        return Row(self._read, dict(zip(self.columns, padded, strict=False)), failure)


def open_xlsx(source: Source, options: ReadOptions) -> Table:
    """Open a workbook and the sheet named, or the one that holds the most text.

    Raises:
        InputFormatError: legacy .xls, locked by a password, damaged, or a sheet without a header.
        ColumnError: no sheet of this name.
        EmptyInputError: no rows.
    """
    if head(source, 4) == _OLE:
        raise InputFormatError(
            say(f"{source.name} is an old .xls workbook or locked by a password",
                f"{source.name} es un libro .xls antiguo o está protegido con contraseña"),
            cure=say("Save it in Excel as .xlsx (or CSV) without a password",
                     "Guárdelo en Excel como .xlsx (o CSV) sin contraseña"),
        )  # fmt: skip
    with _workbook(source) as book:
        names = [sheet.title for sheet in book.worksheets]
        sheet = _chosen_sheet(book, names, source, options.sheet)
        first = list(islice(_cells(book, sheet), SAMPLE_ROWS))
        total = book[sheet].max_row or 0
        hidden = _is_hidden(book, sheet)
    skip, header = _header(source, sheet, first, options.header)
    rows = ExcelSource(source, sheet, unique_names(header), skip, total)
    extra = survey_rows(first_rows(rows), header=options.header)
    rows.passed = extra.last
    if not extra.data:
        raise EmptyInputError(
            say(f"Sheet {sheet!r} of {source.name} has no rows", f"La hoja {sheet!r} de {source.name} no tiene filas"),
            cure=say("Name another with --sheet: ", "Indique otra con --sheet: ") + ", ".join(names),
        )
    others = f" ({say('of', 'de')} {', '.join(names)})" if len(names) > 1 else ""
    unseen = say(", hidden", ", oculta") if hidden else ""
    details = [say("sheet ", "hoja ") + repr(sheet) + unseen + others]
    if skip > 1:
        details.append(say(f"header in row {skip}", f"cabecera en la fila {skip}"))
    details += extra.details
    return Table("xlsx", rows.columns, rows, extra.data, tuple(details), questions=extra.questions)


@contextmanager
def _workbook(source: Source) -> Iterator[openpyxl.Workbook]:
    with seekable(source) as path, path.open("rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # openpyxl warns of styles and controls that do not concern us
        try:
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
            try:
                yield book
            finally:
                book.close()
        except _DAMAGED as error:
            if isinstance(error, KeyError) and "[Content_Types].xml" in str(error):
                raise InputFormatError(
                    say(f"{source.name} is a zip archive, no table", f"{source.name} es un archivo zip, no una tabla"),
                    cure=say("Unpack it and score the file inside", "Descomprímalo y puntúe el fichero que contiene"),
                ) from error
            raise InputFormatError(
                say(f"{source.name} is a damaged Excel workbook, or none: {error}",
                    f"{source.name} es un libro de Excel dañado, o no lo es: {error}"),
                cure=say("Open it in Excel and save it again as .xlsx", "Ábralo en Excel y guárdelo de nuevo en .xlsx"),
            ) from error  # fmt: skip


def _cells(book: openpyxl.Workbook, sheet: str) -> Iterator[Sequence[Any]]:
    worksheet = book[sheet]
    worksheet.reset_dimensions()  # exporters write wrong ones
    for cells in worksheet.iter_rows(values_only=True):
        yield tuple(_unescaped(cell) for cell in cells)


def _unescaped(cell: object) -> object:
    if isinstance(cell, str) and "_x" in cell:
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), cell)
    return cell


def _chosen_sheet(book: openpyxl.Workbook, names: list[str], source: Source, wanted: str | None) -> str:
    if wanted is not None:
        if wanted in names:
            return wanted
        raise ColumnError(
            say(f"{source.name} has no sheet {wanted!r}", f"{source.name} no tiene la hoja {wanted!r}"),
            cure=say("It has: ", "Tiene: ") + ", ".join(names),
        )
    tops = [SheetTop(name, list(islice(_cells(book, name), TOP)), _is_hidden(book, name)) for name in names]
    chosen = choose_sheet(tops)
    if chosen is not None:
        return chosen
    raise EmptyInputError(
        say(f"{source.name} has no sheet with data", f"{source.name} no tiene ninguna hoja con datos"),
        cure=say("Export it again", "Expórtelo de nuevo"),
    )


def _is_hidden(book: openpyxl.Workbook, sheet: str) -> bool:
    return bool(book[sheet].sheet_state != "visible")


def _header(source: Source, sheet: str, first: list[Sequence[Any]], wanted: bool | None) -> tuple[int, list[str]]:
    width = max((len(cells) for cells in first), default=0)
    if wanted is False:
        return 0, [f"column_{index}" for index in range(1, width + 1)]
    start = next((index for index, cells in enumerate(first) if filled(cells)), 0)
    index = start if wanted else header_row(first)
    if index is None:
        raise InputFormatError(
            say(f"Sheet {sheet!r} of {source.name} has no header: its first row is data",
                f"La hoja {sheet!r} de {source.name} no tiene cabecera: su primera fila son datos"),
            cure=say("Add a row of column names, or give --no-header (or --header, if it is one)",
                     "Añada una fila con los nombres de las columnas, o use --no-header (o --header, si sí lo es)"),
        )  # fmt: skip
    used = max(place + 1 for cells in first[index:] for place, cell in enumerate(cells) if cell is not None)
    cells = [*first[index], *[None] * (used - len(first[index]))][:used]
    names = ["" if cell is None else str(cell).strip() for cell in cells]
    return index + 1, [name or f"column_{place}" for place, name in enumerate(names, start=1)]
