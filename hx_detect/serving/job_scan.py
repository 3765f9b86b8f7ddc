"""A file that is about to be scored -> is it of a size that can be? In: its path, limits. Out: its rows, or a refusal.

Runs in the process of the job, whose memory is bounded, never in that of the service.
"""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass
from typing import Any, Final
from xml.parsers.expat import ExpatError, ParserCreate

from hx_detect.io.rows import RowsUntilDamage, Table
from hx_detect.io.source import Source
from hx_detect.serving.refusal import Refusal, too_large

SHEET_ROWS: Final = 1_048_576
SHEET_COLUMNS: Final = 16_384
"""What a sheet of Excel can hold; a cell that says it is beyond that is a lie."""
_PIECE: Final = 1 << 18


@dataclass(frozen=True, slots=True)
class FileLimits:
    """What one file may hold; bytes are those once it is unpacked."""

    unpacked_bytes: int
    rows: int
    cells: int


def scan_before_reading(source: Source, format: str, limits: FileLimits) -> None:
    """What can be told without the readers, which trust a file further.

    Raises:
        Refusal: too many rows or cells; declares entities of its own.
        InputFormatError: damaged.
    """
    if format == "xlsx":
        _scan_workbook(source, limits)
    elif format == "parquet":
        _scan_parquet(source, limits)


def count_rows(table: Table, limits: FileLimits) -> int:
    """Rows of a table, up to where it is damaged.

    Raises:
        Refusal: too many rows or cells.
    """
    rows, cells, characters, width = 0, 0, 0, len(table.columns)
    until_damage = RowsUntilDamage(table.source.rows())
    for row in until_damage:
        rows += 1
        cells += max(width, len(row.values))
        characters += sum(len(value) for value in row.values.values() if isinstance(value, str))
        _check(rows, cells, limits)
        if characters > limits.unpacked_bytes:  # a text that stands once in the file and is meant in every row
            raise too_large("unpacks_too_far", "The texts of the file are too long together",
                            "Los textos del fichero suman demasiado")  # fmt: skip
    if until_damage.damage is not None and isinstance(until_damage.damage.__cause__, MemoryError):
        raise MemoryError
    return rows


def _check(rows: int, cells: int, limits: FileLimits) -> None:
    if rows > limits.rows:
        raise too_large("too_many_rows", f"The file has over {limits.rows:,} rows",
                        f"El fichero tiene más de {limits.rows:,} filas")  # fmt: skip
    if cells > limits.cells:
        raise too_large("too_many_cells", f"The file has over {limits.cells:,} cells",
                        f"El fichero tiene más de {limits.cells:,} celdas")  # fmt: skip


def _scan_parquet(source: Source, limits: FileLimits) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(source.path, memory_map=False) as file:
            metadata = file.metadata
            rows, columns = metadata.num_rows, metadata.num_columns
            size = sum(metadata.row_group(index).total_byte_size for index in range(metadata.num_row_groups))
    except (pa.ArrowException, OSError):
        return  # the reader says what is wrong with it
    _check(rows, rows * columns, limits)
    if size > limits.unpacked_bytes:
        raise too_large("unpacks_too_far", "The row groups of the file are too large",
                        "Los grupos de filas del fichero son demasiado grandes")  # fmt: skip


def _scan_workbook(source: Source, limits: FileLimits) -> None:
    try:
        with zipfile.ZipFile(source.path) as archive:
            for member in archive.infolist():
                if not member.is_dir():
                    _Sheet(limits).read(archive, member)
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, RuntimeError, NotImplementedError, EOFError):
        return  # the reader says what is wrong with it


class _Sheet:
    """Counts rows and cells of a sheet as they stand in its XML, and as far as they say they reach.

    Cells that are left out count as well: a reader fills them in.
    """

    def __init__(self, limits: FileLimits) -> None:
        self._limits = limits
        self._started = self._is_sheet = False
        self._rows = self._cells = self._row = self._column = 0

    def read(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
        """Read a member of the workbook; of one that is no sheet only the beginning."""
        parser = ParserCreate(namespace_separator="}")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._doctype
        try:
            with archive.open(member) as stream:
                while piece := stream.read(_PIECE):
                    parser.Parse(piece)
                    if self._started and not self._is_sheet:
                        return
        except ExpatError:
            return  # an image, or damaged: then the reader says so

    def _doctype(self, *_: Any) -> None:  # noqa: ANN401 - expat's
        raise Refusal(
            422, "damaged_file",
            "The workbook declares entities, which no workbook needs",
            "El libro declara entidades, que ningún libro necesita",
            cure_en="Open it in Excel and save it again", cure_es="Ábralo en Excel y guárdelo de nuevo",
        )  # fmt: skip

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition("}")[2]
        if not self._started:
            self._started, self._is_sheet = True, local == "worksheet"
        elif local == "row":
            self._rows += 1
            self._row = _row_number(attributes.get("r"), max(self._row, self._rows - 1))
            self._column = 0
        elif local == "c":
            self._column = _column_number(attributes.get("r"), self._column)

    def _end(self, name: str) -> None:
        if self._is_sheet and name.rpartition("}")[2] == "row":
            self._cells += self._column
            _check(0, self._cells, self._limits)  # rows are counted by the reader, which passes over blank ones


def _row_number(reference: str | None, before: int) -> int:
    try:
        number = before + 1 if reference is None else int(float(reference))
    except (ValueError, OverflowError):
        number = before + 1
    if number > SHEET_ROWS:
        raise too_large("too_many_rows", "A row of the workbook is beyond what a sheet can hold",
                        "Una fila del libro está más allá de lo que admite una hoja")  # fmt: skip
    return number


def _column_number(reference: str | None, before: int) -> int:
    """``AB12`` -> 28. The farthest that a row reaches, wherever its cells stand."""
    number = 0
    for letter in reference or "":
        if not letter.isascii() or not letter.isalpha():
            break
        number = number * 26 + ord(letter.upper()) - 64
        if number > SHEET_COLUMNS:
            raise too_large("too_many_cells", "A cell of the workbook is beyond what a sheet can hold",
                            "Una celda del libro está más allá de lo que admite una hoja")  # fmt: skip
    return max(before, number) if number else before + 1
