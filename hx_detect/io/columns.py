"""Column names and a sample -> which column is what. In: a table, the user's choices. Out: ``Roles``, reasons."""

from __future__ import annotations

import difflib
import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from hx_detect.errors import ColumnError
from hx_detect.io.blank_text import is_blank_text
from hx_detect.io.column_names import (
    DESCRIPTIONS,
    GROUP,
    NAMES_OF_ROLES,
    NOT_CUSTOMER,
    NPS,
    PRODUCTS,
    RECOMMEND,
    TEXT_NAMES,
    WEAK_NAMES,
)
from hx_detect.io.ratings import RANGES, goes_to_ten, is_rating, rating_of
from hx_detect.io.rows import Row, Table
from hx_detect.labels import KINDS
from hx_detect.wording import say

_FEWEST_WORDS: Final = 2.5
_FITTING: Final = 0.7
"""Share of values in range from which a column so named is taken for answers or stars."""


@dataclass(frozen=True, slots=True)
class Roles:
    """Column names by what they are for; None where there is none. ``text`` may be a dotted path in JSON lines."""

    text: str
    id: str | None = None
    answer: str | None = None
    stars: str | None = None
    language: str | None = None
    kind: str | None = None


ROLE_NAMES: Final = ("text", "id", "answer", "stars", "language", "kind")


def find_roles(table: Table, file: str, given: Mapping[str, str | None]) -> tuple[Roles, list[str]]:
    """Tell the columns' roles.

    Args:
        table: the opened file.
        file: its name, for messages.
        given: role -> column as the user named it; case and accents do not matter.

    Returns:
        The roles, and one sentence for each that was found or given, in the user's language.

    Raises:
        ColumnError: a named column is missing, or no column looks like text.
    """
    chosen: dict[str, str] = {}
    reasons: list[str] = []
    for role, name in given.items():
        if name is not None:
            chosen[role] = named_column(table, file, name, option=f"--{role}-column")
            reasons.append(f"{_role_title(role)}: {chosen[role]!r} ({say('given', 'indicada')})")
    if "text" not in chosen:
        chosen["text"], reason = _find_text(table, file, set(chosen.values()))
        reasons.insert(0, f"{_role_title('text')}: {chosen['text']!r} ({reason})")
    for role, names in NAMES_OF_ROLES.items():
        found = None if role in chosen else _find_role(table, role, names, set(chosen.values()))
        if found is not None:
            chosen[role] = found
            reasons.append(f"{_role_title(role)}: {found!r} ({_told_by(role, found)})")
    return Roles(**chosen), reasons


def named_column(table: Table, file: str, name: str, *, option: str) -> str:
    """The column that the user means: exact, else without case and accents, else a dotted path in JSON lines.

    Raises:
        ColumnError: there is none; the message lists the columns and the nearest name.
    """
    if name in table.columns:
        return name
    alike = [column for column in table.columns if fold(column) == fold(name)]
    if len(alike) == 1:
        return alike[0]
    if table.format == "jsonl" and "." in name and name.split(".")[0] in table.columns:
        return name
    by_fold = {fold(column): column for column in table.columns}
    near = difflib.get_close_matches(fold(name), by_fold, n=1, cutoff=0.5)
    hint = say(f"Did you mean {by_fold[near[0]]!r}? ", f"¿Quería decir {by_fold[near[0]]!r}? ") if near else ""
    raise ColumnError(
        say(f"{file} has no column {name!r} ({option})", f"{file} no tiene la columna {name!r} ({option})"),
        cure=hint + say("It has: ", "Tiene: ") + _listed(table.columns),
    )


def fold(name: str) -> str:
    """A name without case, accents and signs: ``Opinión del Cliente`` -> ``opinion_del_cliente``."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)
    parts = unicodedata.normalize("NFD", spaced.casefold())
    return re.sub(r"[^0-9a-z]+", "_", "".join(char for char in parts if not unicodedata.combining(char))).strip("_")


def _find_text(table: Table, file: str, taken: set[str]) -> tuple[str, str]:
    ranked = sorted(
        ((_text_likeness(name, _values(table.sample, name)), -place, name)
         for place, name in enumerate(table.columns) if name not in taken),
        reverse=True,
    )  # fmt: skip
    best = ranked[0] if ranked else (0.0, 0, "")
    if best[0] <= 0:
        raise ColumnError(
            say(
                f"No column of {file} looks like customers' words",
                f"Ninguna columna de {file} parece texto de clientes",
            ),
            cure=say("Name it with --text-column. It has: ", "Indíquela con --text-column. Tiene: ")
            + _listed(table.columns),
        )
    named = _name_weight(best[2]) > 0
    words = _mean_words(_values(table.sample, best[2]))
    why = (
        say("by its name and content", "por su nombre y contenido")
        if named
        else say("by its content", "por su contenido")
    )
    return best[2], f"{why}, {words:.0f} {say('words on average', 'palabras de media')}"


def _text_likeness(name: str, values: Sequence[str]) -> float:
    """Above 0 for a column of text: rises with its name, its words per cell and how seldom a cell repeats."""
    if not values:
        return 0.0
    weight, words = _name_weight(name), _mean_words(values)
    letters = sum(any(map(str.isalpha, value)) and not is_rating(value) for value in values) / len(values)
    if letters < 0.5 or words < (1.2 if weight >= 3 else _FEWEST_WORDS):
        return 0.0
    distinct = len(set(values)) / len(values)
    return max(0.0, 0.1 + weight + 1.5 * math.log2(1 + words) + 2 * distinct)


def _name_weight(name: str) -> float:
    folded = fold(name)
    parts = set(folded.split("_"))
    if parts & NOT_CUSTOMER or (parts & DESCRIPTIONS and parts & PRODUCTS):
        return -6.0
    if folded in TEXT_NAMES:
        return 4.0
    if parts & TEXT_NAMES:
        return 3.0
    return 1.0 if parts & WEAK_NAMES else 0.0


def _find_role(table: Table, role: str, names: frozenset[str], taken: set[str]) -> str | None:
    for column in table.columns:
        asks = role == "answer" and _asks_to_recommend(column, table.questions.get(column, ""))
        if column in taken or (fold(column) not in names and not asks):
            continue
        values = [row.values.get(column) for row in table.sample if row.failure is None]
        known = [value for value in values if value not in (None, "")]
        if _fits(role, known) and (role != "answer" or _is_of_ten(column, known)):
            return column
    return None


def _told_by(role: str, column: str) -> str:
    if fold(column) in NAMES_OF_ROLES[role] or _asks_to_recommend(column, ""):
        return say("by its name", "por su nombre")
    return say("by its question", "por su pregunta")


def _asks_to_recommend(column: str, question: str) -> bool:
    """By its name, or by the question it answers; not the group (promoter …) that a survey tool makes of the answer."""
    parts = fold(column).split("_")
    words = (*parts, *fold(question).split("_"))
    return parts[-1] != GROUP and (NPS in words or any(word.startswith(RECOMMEND) for word in words))


def _is_of_ten(column: str, values: Sequence[Any]) -> bool:
    """True where the scale goes to 10: the name says so, or a value shows it."""
    return NPS in fold(column).split("_") or any(map(goes_to_ten, values))


def _fits(role: str, values: Sequence[Any]) -> bool:
    if not values:
        return False
    if role in RANGES:
        return sum(rating_of(role, value) is not None for value in values) >= _FITTING * len(values)
    if role == "kind":
        return all(str(value).strip().lower() in KINDS for value in values)
    if role == "language":
        return sum(language_code(value) is not None for value in values) >= 0.5 * len(values)
    return True


def language_code(value: object) -> str | None:
    """``es`` or ``en`` from a code or name (``es-MX``, ``español``, ``eng``); None for anything else."""
    name = fold(value) if isinstance(value, str) else ""
    first = name.split("_")[0]
    if first in ("es", "spa", "spanish", "espanol", "castellano"):
        return "es"
    return "en" if first in ("en", "eng", "english", "ingles") else None


def _values(sample: Sequence[Row], name: str) -> list[str]:
    values = (row.values.get(name) for row in sample if row.failure is None)
    return [value[:2_000] for value in values if isinstance(value, str) and not is_blank_text(value)]


def _mean_words(values: Sequence[str]) -> float:
    return sum(len(value.split()) for value in values) / max(1, len(values))


def _listed(columns: Sequence[str]) -> str:
    shown = ", ".join(repr(column) for column in columns[:30])
    return shown + (" …" if len(columns) > 30 else "")


def _role_title(role: str) -> str:
    titles = {
        "text": say("text column", "columna del texto"),
        "id": say("id column", "columna del identificador"),
        "answer": say("column of the 0-10 answer", "columna de la respuesta 0-10"),
        "stars": say("stars column", "columna de estrellas"),
        "language": say("language column", "columna del idioma"),
        "kind": say("kind column", "columna del tipo"),
    }
    return titles[role]
