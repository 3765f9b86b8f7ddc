"""Rows -> reviews to score. In: a row, its columns' roles. Out: a ``Review``, or the ``RowFailure`` that stops it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any, Final

from hx_detect.io.blank_text import is_blank_text
from hx_detect.io.columns import Roles, language_code
from hx_detect.io.ratings import RANGES, rating_of
from hx_detect.io.rows import Row, value_at
from hx_detect.labels import KINDS
from hx_detect.records import Review, RowFailure
from hx_detect.wording import figure, say

MAX_CHARS: Final = 1_000_000
"""Texts longer than this are rejected, unless the user sets another limit."""


_FIELDS_SHOWN: Final = 8
_TOTALS: Final = frozenset((
    "total", "totals", "grand total", "grand totals", "subtotal", "totales", "total general", "suma", "sum",
))  # fmt: skip
"""First cells of lines that sum up a table."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A row made ready.

    Attributes:
        review: what to score, or None where ``failures`` holds the reason.
        failures: what is wrong with the row; with a review they are remarks, as a bad answer.
    """

    review: Review | None
    failures: tuple[RowFailure, ...] = ()


def prepare(row: Row, roles: Roles, *, kind: str | None = None, max_chars: int = MAX_CHARS) -> Prepared:
    """Make a review of a row.

    Args:
        row: as read.
        roles: which column is what.
        kind: the kind of all texts, where the user gave it; a kind column goes before.
        max_chars: longest text, in code points.
    """
    if row.failure is not None:
        return Prepared(None, (row.failure,))
    identifier = _identifier(row.values, roles)
    text = value_at(row.values, roles.text)
    failure = _no_customer(row, roles, identifier, text) or _text_failure(
        row.number, roles.text, identifier, text, max_chars
    )
    if failure is not None or not isinstance(text, str):
        return Prepared(None, (failure,) if failure is not None else ())
    remarks: list[RowFailure] = []
    answer = _rating(row, "answer", roles.answer, identifier, remarks)
    stars = _rating(row, "stars", roles.stars, identifier, remarks)
    review = Review(
        text=text,
        id=identifier,
        language=language_code(value_at(row.values, roles.language)) if roles.language else None,
        kind=_kind(row, roles.kind, identifier, remarks) or kind,
        answer=answer,
        stars=stars,
        row=row.number,
    )
    return Prepared(review, tuple(remarks))


def _identifier(values: Mapping[str, Any], roles: Roles) -> str | None:
    value = value_at(values, roles.id) if roles.id else None
    return None if value is None or value == "" else str(value)


def _no_customer(row: Row, roles: Roles, identifier: str | None, text: object) -> RowFailure | None:
    """A header that stands again between the rows, as where exports were joined, or a line of totals without words."""
    cells = {column: str(value).strip() for column, value in row.values.items() if value not in (None, "")}
    first = next(iter(cells.values()), "").rstrip(":").casefold()
    if cells.get(roles.text) == roles.text and all(map(str.startswith, cells, cells.values())):
        code = "header_again"
        message = say("The header stands here again", "Aquí se repite la cabecera")
    elif first in _TOTALS and not any(map(str.isalpha, str(text or ""))):
        code, message = "total", say("This is a line of totals", "Es una línea de totales")
    else:
        return None
    return RowFailure(
        row.number,
        roles.text,
        code,
        message,
        say("Nothing to score", "No hay nada que puntuar"),
        identifier,
        _shown(text),
    )


def _text_failure(number: int, field: str, identifier: str | None, text: object, max_chars: int) -> RowFailure | None:
    if is_blank_text(text):
        code = "empty"
        message, cure = (
            say("The text is empty", "El texto está vacío"),
            say("Nothing to score", "No hay nada que puntuar"),
        )
    elif not isinstance(text, str):
        code, name = "not_text", _sort_of(text)
        message = say(f"The text is not text but {name}", f"El texto no es texto, sino {name}")
        cure = say("Write it as text", "Escríbalo como texto")
        if isinstance(text, Mapping) and text:
            inner = f"--text-column {field}.{next(iter(text))}"
            cure = say(f"Name one of its fields, as {inner}", f"Indique uno de sus campos, como {inner}")
    elif len(text) > max_chars:
        code = "too_long"
        message = say(f"The text has {figure(len(text))} characters, the limit is {figure(max_chars)}",
                      f"El texto tiene {figure(len(text))} caracteres y el límite es {figure(max_chars)}")  # fmt: skip
        cure = say("Shorten it, or raise --max-chars", "Acórtelo o suba --max-chars")
    elif "\0" in text:
        code, message = "nul_byte", say("The text holds a NUL character", "El texto contiene un carácter NUL")
        cure = say("Remove it", "Quítelo")
    else:
        return None
    return RowFailure(number, field, code, message, cure, identifier, _shown(text))


def _rating(row: Row, role: str, column: str | None, identifier: str | None, remarks: list[RowFailure]) -> float | None:
    value = value_at(row.values, column) if column else None
    if column is None or value is None or (isinstance(value, str) and not value.strip()):
        return None
    number = rating_of(role, value)
    if number is not None:
        return number
    low, high = map(round, RANGES[role])
    message = say(f"{column} is not a number from {low} to {high}", f"{column} no es un número de {low} a {high}")
    cure = say("Correct it; the text was scored without it", "Corríjalo; el texto se ha puntuado sin él")
    remarks.append(RowFailure(row.number, column, f"bad_{role}", message, cure, identifier, _shown(value)))
    return None


def _kind(row: Row, column: str | None, identifier: str | None, remarks: list[RowFailure]) -> str | None:
    value = value_at(row.values, column) if column else None
    if column is None or value is None or value == "":
        return None
    kind = str(value).strip().lower()
    if kind in KINDS:
        return kind
    message = say(f"{column} is none of {', '.join(KINDS)}", f"{column} no es ninguno de {', '.join(KINDS)}")
    cure = say("Correct it; the kind was found from the text", "Corríjalo; el tipo se ha deducido del texto")
    remarks.append(RowFailure(row.number, column, "bad_kind", message, cure, identifier, _shown(value)))
    return None


def _sort_of(value: object) -> str:
    if isinstance(value, bool):
        return say("true or false", "verdadero o falso")
    if isinstance(value, int | float):
        return say("a number", "un número")
    if isinstance(value, date | time):
        return say("a date or time", "una fecha u hora")
    if isinstance(value, Mapping):
        fields = ", ".join(map(str, list(value)[:_FIELDS_SHOWN]))
        return say(f"an object of the fields {fields}", f"un objeto con los campos {fields}")
    if isinstance(value, list | tuple):
        return say("a list", "una lista")
    return say(f"a value of type {type(value).__name__}", f"un valor de tipo {type(value).__name__}")


def _shown(value: object) -> str | None:
    return None if value is None else str(value)[:200]
