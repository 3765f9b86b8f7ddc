"""Files of labelled texts -> one table. In: places, how to read them. Out: ``LabelledTable``; no row is lost unsaid."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from hx_detect.errors import ColumnError, EmptyInputError
from hx_detect.io.column_names import fold
from hx_detect.io.rows import RowsUntilDamage, Table
from hx_detect.io.source import fetch
from hx_detect.labels import SIGNAL_NAMES
from hx_detect.learning.labelled_columns import find_columns
from hx_detect.learning.labelled_exports import open_labelled, table_of
from hx_detect.learning.labelled_names import nearest_signal
from hx_detect.learning.labelled_row import (
    FEWEST_EXAMPLES,
    FoundColumn,
    LabelledFile,
    LabelledOptions,
    LabelledReject,
    LabelledRow,
    LabelledTable,
    UnknownLabel,
)
from hx_detect.learning.labelled_rows import RowReader
from hx_detect.wording import say

HUB: Final = "hf:"
"""A place that begins so is a data set of the hub: ``hf:owner/name[:config][:split]``."""


@dataclass(slots=True)
class _Read:
    """What one file gave."""

    rows: list[LabelledRow] = field(default_factory=list)
    columns: list[FoundColumn] = field(default_factory=list)
    rejects: list[LabelledReject] = field(default_factory=list)
    written: dict[str, str] = field(default_factory=dict)
    file: LabelledFile | None = None


def read_labelled(
    paths: Sequence[str | Path],
    options: LabelledOptions | None = None,
    *,
    records: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
) -> LabelledTable:
    """Read labelled texts.

    Args:
        paths: files, fsspec URLs, ``-`` (stdin) or data sets of the hub, of any format (``docs/labelled-data.md``).
        options: how to read them.
        records: name -> records that are there already, as the service's feedback.

    Returns:
        All rows that can be used, and everything that could not.

    Raises:
        InputError: a file cannot be read, or has no rows.
        ColumnError: a named column is missing, or no column holds text or labels.
        UsageError: ``options`` names a role that does not exist.
        MissingExtraError: a data set of the hub is named and ``datasets`` is not installed.
    """
    chosen = options or LabelledOptions()
    places = [str(path) for path in paths]
    several = len(places) + len(records or {}) > 1
    found: list[_Read] = []
    missing: list[ColumnError] = []
    for place in places:
        found.append(_read_place(place, chosen, missing if several else None))
    for name, some in (records or {}).items():
        found.append(_read_table(name, table_of(some, "records"), chosen, _fingerprint_of(some), missing))
    if missing and len(missing) == len(found):
        raise missing[0]
    return _together(found, chosen)


def _read_place(place: str, options: LabelledOptions, missing: list[ColumnError] | None) -> _Read:
    if place.startswith(HUB):
        from hx_detect.learning.labelled_hub import open_hub

        table, digest = open_hub(place)
        return _read_table(place, table, options, digest, missing)
    with fetch(place) as source:
        table = open_labelled(source, options.read)
        return _read_table(source.name, table, options, _sha256(source.path), missing)


def _read_table(
    name: str, table: Table, options: LabelledOptions, digest: str, missing: list[ColumnError] | None
) -> _Read:  # fmt: skip
    """Rows of one table; where several are read, a column that was named needs to be in one of them only."""
    if not table.columns:
        raise EmptyInputError(say(f"{name} has no rows", f"{name} no tiene filas"),
                              cure=say("Export it again", "Expórtelo de nuevo"))  # fmt: skip
    try:
        columns = find_columns(table, name, options)
    except ColumnError as error:
        present = {word: column for word, column in options.columns.items() if _has(table, column)}
        if missing is None or len(present) == len(options.columns):
            raise
        missing.append(error)
        columns = find_columns(table, name, replace(options, columns=present))
    read = _Read(columns=columns)
    reader = RowReader(name, columns, options)
    rows = RowsUntilDamage(table.source.rows())
    for row in rows:
        made, rejects = reader.read(row)
        read.rejects += rejects
        if made is not None:
            read.rows.append(made)
    if rows.damage is not None:
        raise rows.damage
    read.written = reader.written
    read.rows = [_spoken_of(row, set(reader.written)) for row in read.rows]
    read.file = LabelledFile(name, digest, table.format, len(read.rows), tuple(table.details))
    return read


def _has(table: Table, column: str) -> bool:
    return any(fold(name) == fold(column) for name in table.columns) or column.split(".")[0] in table.columns


def _spoken_of(row: LabelledRow, own: set[str]) -> LabelledRow:
    """A row that lists all its labels speaks of every own label of its file."""
    if own <= row.known_signals or not row.known_signals.issuperset(SIGNAL_NAMES):
        return row
    return replace(row, known_signals=row.known_signals | own)


def _together(found: Sequence[_Read], options: LabelledOptions) -> LabelledTable:
    rows = tuple(row for read in found for row in read.rows)
    written = {key: name for read in reversed(found) for key, name in read.written.items()}
    unknown = _unknown(rows, written, options)
    return LabelledTable(
        rows=rows,
        columns_found=tuple(column for read in found for column in read.columns),
        rejects=tuple(reject for read in found for reject in read.rejects),
        unknown_labels=unknown,
        own_signals=tuple(sorted(label.key for label in unknown if label.own)),
        files=tuple(read.file for read in found if read.file is not None),
    )


def _unknown(
    rows: Sequence[LabelledRow], written: Mapping[str, str], options: LabelledOptions
) -> tuple[UnknownLabel, ...]:
    places: dict[str, list[tuple[str, int]]] = {key: [] for key in written}
    for row in rows:
        for key in row.own:
            places.setdefault(key, []).append((row.file, row.row))
    wanted = {fold(name) for name in options.new_signals or ()}
    known = {fold(name) for name in options.model_signals}
    labels: list[UnknownLabel] = []
    for key, some in places.items():
        near = None if key in wanted | known else nearest_signal(key)
        enough = options.new_signals is None and near is None and len(some) >= FEWEST_EXAMPLES
        labels.append(UnknownLabel(written.get(key, key), key, tuple(some), near, key in wanted | known or enough))
    return tuple(sorted(labels, key=lambda label: (-len(label.rows), label.key)))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _fingerprint_of(records: Iterable[Mapping[str, Any]]) -> str:
    digest = hashlib.sha256()
    for record in records:
        digest.update(json.dumps(record, sort_keys=True, ensure_ascii=False, default=str).encode() + b"\n")
    return digest.hexdigest()
