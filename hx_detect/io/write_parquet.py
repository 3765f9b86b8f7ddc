"""Scored rows -> Parquet. In: rows and records. Out: the input's columns with their types, and the struct ``hx``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import pyarrow as pa
import pyarrow.parquet as pq

from hx_detect.io.rows import Row
from hx_detect.io.score_columns import NESTED, nested
from hx_detect.io.value_kinds import common_kind
from hx_detect.io.write import OutputSpec
from hx_detect.io.write_text import as_text
from hx_detect.wording import say

_BUFFER_ROWS: Final = 2_000
_TYPES: Final = {
    "text": pa.string(),
    "boolean": pa.bool_(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "datetime": pa.timestamp("us"),
    "zoned": pa.timestamp("us", "UTC"),
    "date": pa.date32(),
}
_P: Final = pa.float64()
_SPAN: Final = pa.struct([("start", pa.int32()), ("end", pa.int32()), ("text", pa.string())])


def record_type(*, all_signals: bool) -> pa.DataType:
    """The Arrow struct of one record."""
    signal = [("name", pa.string()), ("group", pa.string()), ("probability", _P), ("evidence", pa.list_(_SPAN))]
    if all_signals:
        signal.append(("present", pa.bool_()))
    sentiment = pa.struct([("negative", _P), ("neutral", _P), ("positive", _P)])
    return pa.struct([
        ("id", pa.string()),
        ("language", pa.struct([("code", pa.string()), ("probability", _P), ("supported", pa.bool_())])),
        ("sentiment", pa.struct([("label", pa.string()), ("probabilities", sentiment)])),
        ("experience", pa.struct([("level", pa.string()), ("hx_probability", _P), ("cx_probability", _P)])),
        ("signals", pa.list_(pa.struct(signal))),
        ("stage", pa.struct([("label", pa.string()), ("probability", _P)])),
        ("stars", pa.struct([("expected", _P), ("probabilities", pa.list_(_P))])),
        ("nps", pa.struct([("band", pa.string()), ("source", pa.string()), ("mismatch", pa.bool_())])),
        ("priority", _P),
        ("kind", pa.struct([("label", pa.string()), ("given", pa.bool_())])),
        ("tokens", pa.int32()),
        ("truncated", pa.bool_()),
        ("model", pa.struct([("name", pa.string()), ("version", pa.string())])),
    ])  # fmt: skip


class ParquetWriter:
    """Writes row groups of 2,000 rows; a Parquet input's columns are copied in Arrow, so their types stay."""

    def __init__(self, path: Path, spec: OutputSpec) -> None:
        self._spec = spec
        own = spec.schema or pa.schema([(name, self._type(name)) for name in spec.columns])
        added = pa.field(spec.names[NESTED], record_type(all_signals=spec.all_signals))
        self._own = own.remove_metadata()
        self._writer = pq.ParquetWriter(path, self._own.append(added), compression="zstd")
        self._rows: list[Row] = []
        self._records: list[Mapping[str, Any]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._flush()
        self._writer.close()

    def write(self, row: Row, record: Mapping[str, Any]) -> None:
        """See ``TableWriter.write``."""
        self._rows.append(row)
        self._records.append(record)
        if len(self._rows) >= _BUFFER_ROWS:
            self._flush()

    def remarks(self) -> list[str]:
        """Columns whose values are of several types become text."""
        mixed = [name for name, kinds in self._spec.kinds.items() if len(kinds) > 1 and common_kind(kinds) == "text"]
        if not mixed:
            return []
        names = ", ".join(mixed)
        return [say(f"written as text, as their values are of several types: {names}",
                    f"escritas como texto, porque sus valores son de varios tipos: {names}")]  # fmt: skip

    def _type(self, name: str) -> pa.DataType:
        return _TYPES[common_kind(self._spec.kinds.get(name, frozenset()))]

    def _flush(self) -> None:
        if not self._rows:
            return
        own = self._copied() if self._spec.schema is not None else self._converted()
        records = [nested(record, all_signals=self._spec.all_signals) for record in self._records]
        for record in records:
            record["language"] = {"supported": True, **record["language"]}
        column = pa.array(records, record_type(all_signals=self._spec.all_signals))
        self._writer.write_table(own.append_column(self._spec.names[NESTED], column))
        self._rows, self._records = [], []

    def _copied(self) -> pa.Table:
        """The rows' columns, taken from the Arrow batches they came in."""
        tables = []
        for _, rows in groupby(self._rows, key=lambda row: id(row.origin[0]) if row.origin else 0):
            origins = [row.origin for row in rows if row.origin is not None]
            batch = origins[0][0].take(pa.array([index for _, index in origins]))
            tables.append(pa.Table.from_arrays(batch.columns, schema=self._own))
        return pa.concat_tables(tables)

    def _converted(self) -> pa.Table:
        arrays = []
        for part in self._own:
            values = [row.values.get(part.name) for row in self._rows]
            arrays.append(pa.array([_fitted(value, part.type) for value in values], part.type))
        return pa.Table.from_arrays(arrays, schema=self._own)


def _fitted(value: object, kind: pa.DataType) -> object:
    if value is None:
        return None
    if pa.types.is_string(kind):
        return as_text(value)
    if pa.types.is_floating(kind):
        return float(str(value))
    if pa.types.is_timestamp(kind) and isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time())
    return value
