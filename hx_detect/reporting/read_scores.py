"""A scored file -> a polars frame under fixed names. In: an opened table and its ``Layout``. Out: values as they stand.

The fast ways (Parquet, UTF-8 CSV, JSON lines) read whole columns; whatever they cannot read goes row by row through the
readers of ``io``, which know every dialect.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final

import polars as pl

from hx_detect.io.read_csv import CsvSource
from hx_detect.io.read_jsonl import JsonLinesSource
from hx_detect.io.rows import RowsUntilDamage, Table, value_at
from hx_detect.io.score_columns import NESTED
from hx_detect.io.source import Source, seekable
from hx_detect.io.write_text import as_text
from hx_detect.reporting.layout import Layout

_CHUNK: Final = 20_000
FLAT_FIELDS: Final = {
    "level": "hx_level",
    "hx_probability": "hx_probability",
    "priority": "hx_priority",
    "signals": "hx_signals",
    "evidence": "hx_evidence",
    "sentiment": "hx_sentiment",
    "stage": "hx_stage",
    "stars_expected": "hx_stars_expected",
    "nps_band": "hx_nps_band",
    "nps_source": "hx_nps_source",
    "mismatch": "hx_nps_mismatch",
    "language": "hx_language",
    "supported": "hx_language_supported",
    "model": "hx_model",
}
"""Our fixed names and the flat columns they come from."""
_NESTED_FIELDS: Final = {
    "level": "experience.level",
    "hx_probability": "experience.hx_probability",
    "priority": "priority",
    "sentiment": "sentiment.label",
    "stage": "stage.label",
    "stars_expected": "stars.expected",
    "nps_band": "nps.band",
    "nps_source": "nps.source",
    "mismatch": "nps.mismatch",
    "language": "language.code",
    "supported": "language.supported",
    "model_name": "model.name",
    "model_version": "model.version",
}
_TEXT, _NUMBER, _TRUTH = pl.String(), pl.Float64(), pl.Boolean()
EVIDENCE: Final = pl.List(pl.Struct({"signal": pl.String, "start": pl.Int32, "end": pl.Int32}))
_SPAN: Final = pl.Struct({"start": pl.Int32, "end": pl.Int32})
_RECORD: Final = pl.Struct({
    "language": pl.Struct({"code": _TEXT, "supported": _TRUTH}),
    "sentiment": pl.Struct({"label": _TEXT}),
    "experience": pl.Struct({"level": _TEXT, "hx_probability": _NUMBER}),
    "signals": pl.List(pl.Struct({"name": _TEXT, "present": _TRUTH, "evidence": pl.List(_SPAN)})),
    "stage": pl.Struct({"label": _TEXT}),
    "stars": pl.Struct({"expected": _NUMBER}),
    "nps": pl.Struct({"band": _TEXT, "source": _TEXT, "mismatch": _TRUTH}),
    "priority": _NUMBER,
    "model": pl.Struct({"name": _TEXT, "version": _TEXT}),
})  # fmt: skip
"""What a report reads of a nested record."""


def read_scores(source: Source, table: Table, layout: Layout) -> pl.DataFrame:
    """All rows of a scored file.

    Args:
        source: the file.
        table: the same, opened.
        layout: where things are in it; ``form`` is not empty.

    Returns:
        Columns ``row`` (from 1), ``r_ROLE`` for the layout's roles, the fixed names (``FLAT_FIELDS``; what the file
        lacks is null) as text or typed, ``signals`` joined by ``;`` and ``evidence`` as ``EVIDENCE``.

    Raises:
        InputFormatError: the file is damaged from its first row on.
    """
    raw = _fast(source, table, layout)
    if raw is None:
        raw = _slow(table, layout)
    return _flat_fields(raw) if layout.form == "flat" else _nested_fields(raw)


def _wanted(layout: Layout) -> dict[str, str]:
    """Name in the frame -> column of the file."""
    roles = {f"r_{role}": name for role, name in layout.roles.items()}
    if layout.form == "nested":
        return {**roles, NESTED: layout.scores[NESTED]}
    return roles | {name: layout.scores[flat] for name, flat in FLAT_FIELDS.items() if flat in layout.scores}


def _fast(source: Source, table: Table, layout: Layout) -> pl.DataFrame | None:
    wanted = _wanted(layout)
    picked = [pl.col(column).alias(name) for name, column in wanted.items()]
    columns = list(dict.fromkeys(wanted.values()))
    if any(column not in table.columns for column in columns):
        return None
    try:
        with seekable(source) as path:
            if table.format == "parquet":
                return pl.read_parquet(path, columns=columns).select(picked).with_row_index("row", 1)
            if isinstance(table.source, JsonLinesSource) and layout.form == "nested":
                schema: dict[str, Any] = dict.fromkeys(columns, _TEXT) | {layout.scores[NESTED]: _RECORD}
                return pl.read_ndjson(path, schema=schema).select(picked).with_row_index("row", 1)
            if isinstance(table.source, CsvSource) and _is_plain(table.source):
                separator = table.source.dialect.delimiter
                frame = pl.read_csv(path, separator=separator, columns=columns, infer_schema=False)
                return frame.select(picked).with_row_index("row", 1)
    except (pl.exceptions.PolarsError, OSError, ValueError):
        return None  # the readers of io say what is wrong, or get over it
    return None


def _is_plain(csv: CsvSource) -> bool:
    """Polars reads it as ``io.read_csv`` does."""
    utf8 = csv.encoding.codec.lower().replace("_", "-") in ("utf-8", "utf-8-sig", "ascii")
    dialect = csv.dialect
    usual = len(dialect.delimiter) == 1 and not (dialect.backslash or dialect.literal or dialect.wrapped)
    return utf8 and csv.skip == 1 and not csv.passed and usual


def _slow(table: Table, layout: Layout) -> pl.DataFrame:
    wanted = _wanted(layout)
    schema: dict[str, Any] = {name: _RECORD if name == NESTED else _TEXT for name in wanted}
    schema["row"] = pl.UInt32()
    frames = [pl.DataFrame(chunk, schema=schema, strict=False) for chunk in _chunks(table, wanted)]
    return pl.concat(frames) if frames else pl.DataFrame(schema=schema)


def _chunks(table: Table, wanted: Mapping[str, str]) -> Iterator[dict[str, list[Any]]]:
    rows = RowsUntilDamage(table.source.rows())
    while chunk := list(islice(rows, _CHUNK)):
        good = [row for row in chunk if row.failure is None]
        columns: dict[str, list[Any]] = {"row": [row.number for row in good]}
        for name, column in wanted.items():
            values = [value_at(row.values, column) for row in good]
            columns[name] = values if name == NESTED else [None if item is None else as_text(item) for item in values]
        yield columns


def _flat_fields(raw: pl.DataFrame) -> pl.DataFrame:
    frame = raw.with_columns(pl.lit(None, _TEXT).alias(name) for name in FLAT_FIELDS if name not in raw.columns)
    try:
        spans = frame["evidence"].str.json_decode(EVIDENCE)
    except pl.exceptions.PolarsError:  # cut at a cell's limit, or edited
        spans = pl.Series([_spans(text) for text in frame["evidence"]], dtype=EVIDENCE)
    return frame.with_columns(evidence=spans)


def _spans(text: str | None) -> list[dict[str, Any]]:
    """The whole objects of a JSON list that may have been cut."""
    import json

    found = []
    for piece in re.findall(r"\{[^{}]*\}", text or ""):
        try:
            values = json.loads(piece)
            found.append({name: values[name] for name in ("signal", "start", "end")})
        except (ValueError, KeyError):
            continue
    return found


def _nested_fields(raw: pl.DataFrame) -> pl.DataFrame:
    kind = raw.schema[NESTED]
    fields = [_at(kind, path).alias(name) for name, path in _NESTED_FIELDS.items()]
    frame = raw.with_columns(*fields, _at(kind, "signals").alias("found")).drop(NESTED)
    frame = frame.with_columns(model=pl.concat_str("model_name", "model_version", separator=" "))
    found = frame.select("row", "found").filter(pl.col("found").list.len() > 0).explode("found").unnest("found")
    if "present" in found.columns:
        found = found.filter(pl.col("present").fill_null(True))
    names = found.group_by("row", maintain_order=True).agg(pl.col("name").str.join(";").alias("signals"))
    frame = frame.drop("found", "model_name", "model_version").join(names, "row", "left", maintain_order="left")
    return frame.join(_evidence(found), "row", "left", maintain_order="left")


def _evidence(found: pl.DataFrame) -> pl.DataFrame:
    """One list of (signal, start, end) per row."""
    spans = found.select("row", pl.col("name").alias("signal"), "evidence")
    spans = spans.filter(pl.col("evidence").list.len() > 0).explode("evidence").unnest("evidence")
    span = pl.struct("signal", pl.col("start").cast(pl.Int32), pl.col("end").cast(pl.Int32))
    return spans.group_by("row", maintain_order=True).agg(span.alias("evidence"))


def _at(kind: pl.DataType, path: str) -> pl.Expr:
    """A field of the record, null where this file's records have none."""
    expression = pl.col(NESTED)
    for part in path.split("."):
        fields = {field.name: field.dtype for field in kind.fields} if isinstance(kind, pl.Struct) else {}
        if part not in fields:
            return pl.lit(None)
        expression, kind = expression.struct.field(part), fields[part]  # type: ignore[assignment] # a class or an object
    return expression
