"""Cells of a labelled table -> values of a row. In: cells, their column. Out: values; what is wrong as remarks."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Final

from hx_detect.io.columns import language_code
from hx_detect.io.ratings import RANGES, rating_of
from hx_detect.labels import KINDS, LANGUAGES, SENTIMENTS, STAGES
from hx_detect.learning.labelled_names import is_blank, kind_of, nearest, sentiment_of, stage_of
from hx_detect.learning.labelled_row import FoundColumn
from hx_detect.records import RowFailure
from hx_detect.wording import say

_WORDS: Final[dict[str, tuple[Callable[[object], str | None], tuple[str, ...]]]] = {
    "sentiment": (sentiment_of, (*SENTIMENTS, "mixed")),
    "stage": (stage_of, STAGES),
    "kind": (kind_of, KINDS),
    "language": (language_code, LANGUAGES[:2]),
}
_DAY_FIRST: Final = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_LONGEST: Final = 200


class Remarks:
    """Collects what is wrong with the values of one row.

    Args:
        row: its number.
        id: its identifier, or None.
    """

    def __init__(self, row: int, id: str | None) -> None:
        self.row = row
        self.id = id
        self.failures: list[RowFailure] = []

    def add(self, field: str, code: str, message: str, cure: str, value: object = None) -> None:
        """Take note of a value at fault."""
        shown = None if value is None else str(value)[:_LONGEST]
        self.failures.append(RowFailure(self.row, field, code, message, cure, self.id, shown))


def word_of(column: FoundColumn, value: object, remarks: Remarks) -> str | None:
    """A sentiment, stage, kind or language from a cell; None where it is blank or (with a remark) unknown."""
    if is_blank(value):
        return None
    read, known = _WORDS[column.role]
    word = read(value)
    if word is not None:
        return word
    near = None if column.role == "language" else nearest(str(value).strip().casefold(), known, cutoff=0.6)
    hint = say(f"Did you mean {near}? ", f"¿Quería decir {near}? ") if near else ""
    cure = hint + say("Correct it; the row is used without it", "Corríjalo; la fila se usa sin él")
    if column.role == "language":
        cure = say("The model reads Spanish and English; the row is left out",
                   "El modelo lee español e inglés; la fila se descarta")  # fmt: skip
    remarks.add(
        column.column,
        f"bad_{column.role}",
        say(f"{column.column} has {str(value)[:40]!r}, which is none of {', '.join(known)}",
            f"{column.column} tiene {str(value)[:40]!r}, que no es ninguno de {', '.join(known)}"),
        cure,
        value,
    )  # fmt: skip
    return None


def number_in(column: FoundColumn, value: object, remarks: Remarks) -> float | None:
    """Stars or an answer from a cell; None where it is blank or (with a remark) out of range."""
    if is_blank(value):
        return None
    number = rating_of(column.role, value)
    if number is not None and (column.role == "answer" or number.is_integer()):
        return number
    low, high = RANGES[column.role]
    whole = say("a whole number", "un número entero") if column.role == "stars" else say("a number", "un número")
    remarks.add(
        column.column,
        f"bad_{column.role}",
        say(f"{column.column} has {str(value)[:40]!r}, not {whole} from {low:.0f} to {high:.0f}",
            f"{column.column} tiene {str(value)[:40]!r}, no {whole} de {low:.0f} a {high:.0f}"),
        say("Correct it; the row is used without it", "Corríjalo; la fila se usa sin él"),
        value,
    )  # fmt: skip
    return None


def moment_of(column: FoundColumn, value: object, remarks: Remarks) -> str | None:
    """A date in ISO 8601 from a date, ISO text, or day/month/year; None where blank or (with a remark) neither."""
    if is_blank(value):
        return None
    if isinstance(value, date):  # a datetime is one
        return value.isoformat()
    text = str(value).strip()
    try:
        return _iso(text)
    except ValueError:
        remarks.add(
            column.column,
            "bad_date",
            say(f"{column.column} has {text[:40]!r}, which is no date",
                f"{column.column} tiene {text[:40]!r}, que no es una fecha"),
            say("Write it as 2026-05-31; the row is used without it",
                "Escríbala como 2026-05-31; la fila se usa sin ella"),
            value,
        )  # fmt: skip
        return None


def plain(value: Any) -> str | None:  # noqa: ANN401 - whatever a cell holds
    """A cell as text, or None where it is blank; whole numbers of spreadsheets lose their ``.0``."""
    if is_blank(value):
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _iso(text: str) -> str:
    day_first = _DAY_FIRST.fullmatch(text)
    if day_first:
        day, month, year = (int(part) for part in day_first.groups())
        return date(year, month, day).isoformat()
    return text if datetime.fromisoformat(text) else ""
