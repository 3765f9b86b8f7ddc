"""A Parquet file -> rows, batch by batch. In: a source. Out: a ``Table`` whose rows know their Arrow batch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from hx_detect.errors import EmptyInputError, InputFormatError
from hx_detect.io.rows import Row, Table, first_rows, unique_names
from hx_detect.io.source import Source, seekable
from hx_detect.wording import figure, say

_BATCH_ROWS: Final = 1_000


@dataclass(slots=True)
class ParquetSource:
    """The rows of one Parquet file (a ``RowSource``)."""

    source: Source
    columns: tuple[str, ...]
    total: int
    _read: int = field(default=0)

    def rows(self) -> Iterator[Row]:
        """See ``RowSource.rows``."""
        self._read = 0
        with (
            seekable(self.source) as path,
            _damage_reported(self.source),
            pq.ParquetFile(path, memory_map=False) as file,
        ):
            for batch in file.iter_batches(batch_size=_BATCH_ROWS):
                for index, values in enumerate(_python_values(batch, self.columns)):
                    self._read += 1
                    yield Row(self._read, values, origin=(batch, index))

    def fraction(self) -> float | None:
        """See ``RowSource.fraction``."""
        return self._read / max(1, self.total)


def open_parquet(source: Source) -> Table:
    """Open a Parquet file.

    Raises:
        InputFormatError: damaged, or not Parquet.
        EmptyInputError: no rows.
    """
    with seekable(source) as path, _damage_reported(source), pq.ParquetFile(path) as file:
        schema, total = file.schema_arrow, file.metadata.num_rows
    columns = unique_names(schema.names)
    rows = ParquetSource(source, columns, total)
    if total == 0:
        raise EmptyInputError(
            say(f"{source.name} has columns but no rows", f"{source.name} tiene columnas pero ninguna fila"),
            cure=say("Export it again, with its rows", "Expórtelo de nuevo, con sus filas"),
        )
    renamed = pa.schema([part.with_name(name) for part, name in zip(schema, columns, strict=True)])
    details = (say(f"{figure(total)} rows", f"{figure(total)} filas"),)
    return Table("parquet", columns, rows, first_rows(rows), details, schema=renamed)


@contextmanager
def _damage_reported(source: Source) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0][:120]
        raise InputFormatError(
            say(f"{source.name} is a damaged Parquet file, or none: {reason}",
                f"{source.name} es un Parquet dañado, o no lo es: {reason}"),
            cure=say("Copy or write the file again", "Copie o escriba el fichero de nuevo"),
        ) from error  # fmt: skip


def _python_values(batch: pa.RecordBatch, columns: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """Rows as Python values; nanoseconds become microseconds (the Arrow batch keeps them)."""
    lists = [_plain(column).to_pylist() for column in batch.columns]
    for values in zip(*lists, strict=True):
        yield dict(zip(columns, values, strict=True))


def _plain(column: pa.Array) -> pa.Array:
    kind = column.type
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        return column.cast(pa.timestamp("us", kind.tz), safe=False)
    return column
