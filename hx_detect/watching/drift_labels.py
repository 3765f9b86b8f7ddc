"""A column of labels -> which texts really are HX. In: a file, the column's name. Out: truth per row number."""

from __future__ import annotations

from typing import Final

from hx_detect.errors import ColumnError
from hx_detect.io.columns import fold, named_column
from hx_detect.io.read import open_table
from hx_detect.io.reviews import value_at
from hx_detect.io.rows import ReadOptions, RowsUntilDamage
from hx_detect.io.source import fetch
from hx_detect.labels import HX_LEVELS, LEVELS

_TRUE: Final = frozenset(("true", "1", "1_0", "yes", "y", "si", "s", "verdadero", *HX_LEVELS))
_FALSE: Final = frozenset(("false", "0", "0_0", "no", "n", "falso", "not_hx", "no_hx", *LEVELS)) - _TRUE


def read_labels(place: str, column: str) -> dict[int, bool] | None:
    """The labels of a file.

    Args:
        place: path or URL.
        column: its name; values say HX or not (true, 1, sí …, no, 0 …) or name a level.

    Returns:
        Row number (from 1) -> the text is HX; rows whose value says neither are left out. None where the file has no
        such column.
    """
    with fetch(place) as source:
        table = open_table(source, ReadOptions())
        try:
            name = named_column(table, source.name, column, option="--labels")
        except ColumnError:
            return None
        rows = ((row.number, truth(value_at(row.values, name))) for row in RowsUntilDamage(table.source.rows()))
        return {number: value for number, value in rows if value is not None}


def truth(value: object) -> bool | None:
    """What a label says of a text: HX, not HX, or (None) nothing that is understood."""
    word = fold(str(value)) if value is not None else ""
    return True if word in _TRUE else False if word in _FALSE else None
