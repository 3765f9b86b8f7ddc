"""A column of labels -> which texts really are HX. In: a file, the column's name. Out: truth by row, unknown labels."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from hx_detect.errors import ColumnError
from hx_detect.io.column_names import fold
from hx_detect.io.columns import named_column
from hx_detect.io.read import open_table
from hx_detect.io.rows import ReadOptions, RowsUntilDamage, value_at
from hx_detect.io.source import fetch
from hx_detect.labels import DISPLAY, HX_LEVELS, LEVELS
from hx_detect.learning.labelled_names import is_blank, nearest
from hx_detect.watching.drift_records import UnknownLabel

_TRUE: Final = frozenset(("true", "1", "1_0", "yes", "y", "si", "s", "verdadero", *HX_LEVELS))
_FALSE: Final = frozenset(("false", "0", "0_0", "no", "n", "falso", "not_hx", "no_hx", *LEVELS)) - _TRUE
_MEANT: Final = (
    {fold(name): level for level in LEVELS for name in (level, *DISPLAY[level])}
    | {word: word for word in ("true", "false", "yes", "no", "verdadero", "falso", "not_hx", "no_hx")}
    | {"si": "sí"}
)
"""Folded word -> the label to suggest for what is like it."""
_LONGEST: Final = 40
_ROWS: Final = 5
_MOST: Final = 20


@dataclass(frozen=True, slots=True)
class FileLabels:
    """The labels of one file.

    Attributes:
        truths: row number (from 1) -> the text is HX; None where the file has no such column.
        unknown: labels that say neither, most frequent first, 20 at most.
        left_out: rows with such a label.
        lacking: the error of a file without the column.
    """

    truths: Mapping[int, bool] | None
    unknown: tuple[UnknownLabel, ...] = ()
    left_out: int = 0
    lacking: ColumnError | None = None


@dataclass(slots=True)
class _Unknown:
    """A label as written the first time, and where it is."""

    value: str
    count: int = 0
    rows: list[int] = field(default_factory=list)


def read_labels(place: str, column: str) -> FileLabels:
    """The labels of a file; blank cells are no labels, and labels that are not understood are told and left out.

    Args:
        place: path or URL.
        column: its name; values say HX or not (true, 1, sí …, no, 0 …) or name a level.

    Raises:
        InputError: the file cannot be read.
    """
    truths: dict[int, bool] = {}
    unknown: dict[str, _Unknown] = {}
    with fetch(place) as source:
        table = open_table(source, ReadOptions())
        try:
            name = named_column(table, source.name, column, option="--labels")
        except ColumnError as error:
            return FileLabels(None, lacking=error)
        for row in RowsUntilDamage(table.source.rows()):
            value = value_at(row.values, name)
            known = truth(value)
            if known is not None:
                truths[row.number] = known
            elif not is_blank(value) and not (isinstance(value, float) and math.isnan(value)):
                _note(unknown, str(value).strip(), row.number)
        file = source.name
    most = sorted(unknown.values(), key=lambda one: -one.count)[:_MOST]
    told = tuple(UnknownLabel(file, one.value, one.count, tuple(one.rows), _meant(one.value)) for one in most)
    return FileLabels(truths, told, sum(one.count for one in unknown.values()))


def _note(unknown: dict[str, _Unknown], value: str, row: int) -> None:
    found = unknown.setdefault((fold(value) or value)[:_LONGEST], _Unknown(value[:_LONGEST]))
    found.count += 1
    if len(found.rows) < _ROWS:
        found.rows.append(row)


def _meant(value: str) -> str | None:
    near = nearest(fold(value), _MEANT)
    return None if near is None else _MEANT[near]


def truth(value: object) -> bool | None:
    """What a label says of a text: HX, not HX, or (None) nothing that is understood."""
    word = fold(str(value)) if value is not None else ""
    return True if word in _TRUE else False if word in _FALSE else None
