"""What pydantic finds wrong with a request -> where, and what is wanted. In: its errors. Out: words in two languages.

Its own words are English only, name classes of ours, and could hold what was sent; none of them is passed on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

_TEXT: Final = ("a string", "una cadena de texto")
_SWITCH: Final = ("true or false", "true o false")
_WHOLE: Final = ("a whole number", "un número entero")
_NUMBER: Final = ("a number", "un número")
_LIST: Final = ("a list", "una lista")
_OBJECT: Final = ("an object", "un objeto")
_TIME: Final = ("a time with its zone, as 2026-05-01T00:00:00Z", "un momento con su zona, como 2026-05-01T00:00:00Z")
_STORABLE: Final = (
    "text without NUL characters and halves of surrogate pairs",
    "un texto sin caracteres NUL ni pares suplentes a medias",
)
_WANTED: Final[Mapping[str, tuple[str, str]]] = {
    "string_type": _TEXT, "string_sub_type": _TEXT, "bool_type": _SWITCH, "bool_parsing": _SWITCH,
    "int_type": _WHOLE, "int_parsing": _WHOLE, "int_parsing_size": _WHOLE, "int_from_float": _WHOLE,
    "float_type": _NUMBER, "float_parsing": _NUMBER, "finite_number": _NUMBER, "list_type": _LIST,
    "dict_type": _OBJECT, "model_type": _OBJECT, "model_attributes_type": _OBJECT,
    "datetime_type": _TIME, "datetime_parsing": _TIME, "datetime_from_date_parsing": _TIME, "timezone_aware": _TIME,
    "datetime_object_invalid": _TIME, "string_unicode": _STORABLE, "value_error": _STORABLE,
    "string_too_short": ("at least {min_length} characters", "al menos {min_length} caracteres"),
    "string_too_long": ("at most {max_length} characters", "como mucho {max_length} caracteres"),
    "string_pattern_mismatch": ("of the form {pattern}", "de la forma {pattern}"),
    "too_short": ("at least {min_length} items", "al menos {min_length} elementos"),
    "too_long": ("at most {max_length} items", "como mucho {max_length} elementos"),
    "greater_than_equal": ("{ge} or more", "{ge} o más"), "less_than_equal": ("{le} or less", "{le} o menos"),
    "literal_error": ("one of: {expected}", "uno de: {expected}"),
}  # fmt: skip
"""Kind of error -> what the value must be; ``value_error`` is what ``schemas_feedback.storable`` raises."""
LOOKED_AT: Final = 100
"""Errors of one request that are looked at: a hostile one may have a hundred thousand."""
_ELSE: Final = ("see /docs", "vea /docs")
_SOURCES: Final = ("body", "query", "path", "header")
_CHOICES: Final = ("constrained-str", "str", "Stretch")
"""What pydantic puts into a place for the alternative that it tried, beside types in brackets."""
_Place = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong with a request.

    Attributes:
        field: its place, with points; empty for the whole.
        kind: of the error, pydantic's word.
        en: what is wrong, in English; never what was sent.
        es: the same in Spanish.
    """

    field: str
    kind: str
    en: str
    es: str


def first_complaint(errors: Sequence[Any]) -> Complaint:
    """The first error; where it is of a field of several forms, what the form that fits best lacks.

    Args:
        errors: pydantic's, one at least, with their context.
    """
    errors = errors[:LOOKED_AT]
    chosen = [errors[0]]
    if _shown(errors[0]) != _raw(errors[0]):
        alike = [error for error in errors if _shown(error)[:1] == _shown(errors[0])[:1]]
        deepest = max((_shown(error) for error in alike), key=len)
        chosen = [error for error in alike if _shown(error) == deepest]
    field, kind = ".".join(_shown(chosen[0])), str(chosen[0]["type"])
    en, es = (f"field {field}", f"campo {field}") if field else ("body", "cuerpo")
    if kind == "extra_forbidden":
        return Complaint(field, kind, f"There is no {en}", f"No existe el {es}")
    if kind == "missing":
        return Complaint(field, kind, f"The {en} is missing", f"Falta el {es}")
    wanted = list(dict.fromkeys(_wanted(error) for error in chosen))
    en += " is not as it must be: " + ", or ".join(words[0] for words in wanted)
    es += " no es como debe: " + " o ".join(words[1] for words in wanted)
    return Complaint(field, kind, f"The {en}", f"El {es}")


def _raw(error: Any) -> _Place:  # noqa: ANN401 - pydantic's
    place = error["loc"]
    return tuple(str(part) for part in (place[1:] if place[:1] and place[0] in _SOURCES else place))


def _shown(error: Any) -> _Place:  # noqa: ANN401 - pydantic's
    """The place as the caller knows it, without the alternatives that were tried."""
    return tuple(part for part in _raw(error) if "[" not in part and part not in _CHOICES)


def _wanted(error: Any) -> tuple[str, str]:  # noqa: ANN401 - pydantic's
    context = dict(error.get("ctx", {}))
    if "expected" in context:  # 'a', 'b' or 'c'
        context["expected"] = ", ".join(re.findall(r"'([^']*)'", str(context["expected"])))
    en, es = _WANTED.get(str(error["type"]), _ELSE)
    return en.format_map(context), es.format_map(context)
