"""Column names and a sample -> which column is what. In: a table, the user's choices. Out: ``Roles``, reasons."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from hx_detect.errors import ColumnError
from hx_detect.io.blank_text import is_blank_text
from hx_detect.io.column_names import (
    AVERAGES,
    GROUP,
    IDS,
    NAMES_OF_ROLES,
    NOT_IDS,
    NOT_STARS,
    NPS,
    NUMBERS,
    RECOMMEND,
    SCORES,
    STARS,
    WHOLE_SCORES,
    fold,
    is_question,
)
from hx_detect.io.ratings import RANGES, goes_to_ten, number_of, rating_of
from hx_detect.io.rows import Table, value_at
from hx_detect.io.text_likeness import TextColumn, text_columns
from hx_detect.labels import KINDS
from hx_detect.wording import say

_FITTING: Final = 0.7
"""Share of values in range from which a column so named is taken for answers or stars."""
_DISTINCT: Final = 0.5
"""Share of cells that differ from which a further column is told to be text."""
_MOST_OTHERS: Final = 3
"""Other columns of text that are told."""
_ID: Final = re.compile(r"(?=.*\d)(?!\d+[.,]\d*[1-9]$)\S+(?: \S+){0,2}")
"""A word or three with a digit, and no number with decimals, which may be a price."""
_LONGEST_ID: Final = 60


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
        chosen["text"], found_text = _find_text(table, file, set(chosen.values()))
        reasons[:0] = found_text
    given_roles = set(chosen)
    _find_others(table, chosen)
    reasons += [
        f"{_role_title(role)}: {chosen[role]!r} ({_told_by(role, chosen[role])})"
        for role in NAMES_OF_ROLES
        if role in chosen and role not in given_roles
    ]
    return Roles(**chosen), reasons


def named_column(table: Table, file: str, name: str, *, option: str) -> str:
    """The column that the user means: exact, else without case and accents, else a dotted path in JSON and Parquet.

    Raises:
        ColumnError: there is none; the message lists the columns and the nearest name.
    """
    if name in table.columns:
        return name
    alike = [column for column in table.columns if fold(column) == fold(name)]
    if len(alike) == 1:
        return alike[0]
    if table.format in ("jsonl", "parquet") and "." in name and name.split(".")[0] in table.columns:
        return name
    by_fold = {fold(column): column for column in table.columns}
    near = difflib.get_close_matches(fold(name), by_fold, n=1, cutoff=0.5)
    hint = say(f"Did you mean {by_fold[near[0]]!r}? ", f"¿Quería decir {by_fold[near[0]]!r}? ") if near else ""
    raise ColumnError(
        say(f"{file} has no column {name!r} ({option})", f"{file} no tiene la columna {name!r} ({option})"),
        cure=hint + say("It has: ", "Tiene: ") + _listed(table.columns),
    )


def _find_text(table: Table, file: str, taken: set[str]) -> tuple[str, list[str]]:
    """The text column; which it is and why, and which others have texts that are not read."""
    names = [path for name in table.columns for path in _paths(table, name) if path not in taken]
    found = text_columns({name: _values(table, name) for name in names})
    if not found:
        raise ColumnError(
            say(
                f"No column of {file} looks like customers' words",
                f"Ninguna columna de {file} parece texto de clientes",
            ),
            cure=say("Name it with --text-column. It has: ", "Indíquela con --text-column. Tiene: ")
            + _listed(table.columns),
        )
    best = found[0]
    why = (
        say("by its name and content", "por su nombre y contenido")
        if best.is_named
        else say("by its content", "por su contenido")
    )
    reason = f"{why}, {best.words:.0f} {say('words on average', 'palabras de media')}"
    return best.name, [f"{_role_title('text')}: {best.name!r} ({reason})", *_other_texts(table, best, found[1:])]


def _paths(table: Table, name: str) -> list[str]:
    """The column, and the paths to the fields of the objects that it holds."""
    cells = (values.get(name) for values in table.first_values())
    fields = [field for cell in cells if isinstance(cell, Mapping) for field in cell]
    return [name, *(f"{name}.{field}" for field in dict.fromkeys(map(str, fields)))]


def _other_texts(table: Table, best: TextColumn, others: Sequence[TextColumn]) -> list[str]:
    """One sentence for each other column of customers' words that says something where the chosen one is blank."""
    rows = table.first_values()
    blank = [values for values in rows if is_blank_text(value_at(values, best.name))]
    told: list[str] = []
    for other in others:
        cells = _values(table, other.name)
        count = sum(not is_blank_text(value_at(values, other.name)) for values in blank)
        if count and other.may_be_customers and len(set(cells)) >= _DISTINCT * len(cells):
            told.append(
                say(
                    f"also text: {other.name!r}, filled in {count} of the first {len(rows)} rows, "
                    f"where {best.name!r} is empty (choose with --text-column)",
                    f"también texto: {other.name!r}, rellena en {count} de las primeras {len(rows)} filas, "
                    f"donde {best.name!r} está vacía (se elige con --text-column)",
                )
            )
    return told[:_MOST_OTHERS]


def _find_others(table: Table, chosen: dict[str, str]) -> None:
    """Add the other roles: by whole names and questions, and only then by parts of names."""
    for role, names in NAMES_OF_ROLES.items():
        found = None if role in chosen else _find_role(table, role, names, set(chosen.values()))
        if found is not None:
            chosen[role] = found
    for role, find in (("stars", _stars_by_part), ("id", _id_by_part)):
        found = None if role in chosen else find(table, [name for name in table.columns if name not in chosen.values()])
        if found is not None:
            chosen[role] = found


def _find_role(table: Table, role: str, names: frozenset[str], taken: set[str]) -> str | None:
    for column in table.columns:
        asks = role == "answer" and _asks_to_recommend(column, table.questions.get(column, ""))
        if column in taken or (fold(column) not in names and not asks):
            continue
        known = _known(table, column)
        if _fits(role, known) and (role != "answer" or _is_of_ten(column, known)):
            return column
    return None


def _stars_by_part(table: Table, columns: Sequence[str]) -> str | None:
    """The stars of all; those of one matter only where they are the only ones; averages, often of others, last."""
    found: list[tuple[int, str]] = []
    for column in columns:
        known, parts = _known(table, column), set(fold(column).split("_"))
        named = parts & STARS or (parts & SCORES and not parts & NUMBERS)
        if named and not parts & NOT_STARS and _fits("stars", known) and not any(map(_is_beyond_stars, known)):
            found.append((2 if parts & AVERAGES else 0 if parts & WHOLE_SCORES else 1, column))
    first = min((rank for rank, _ in found), default=0)
    best = [column for rank, column in found if rank == first]
    return best[0] if best and (first != 1 or len(best) == 1) else None


def _is_beyond_stars(value: object) -> bool:
    return goes_to_ten(value) or number_of(value) == 0


def _id_by_part(table: Table, columns: Sequence[str]) -> str | None:
    """The first column that is named as ids are in part, filled in each row and distinct."""
    for column in columns:
        parts = fold(column).split("_")
        counts = "of" in parts or parts[-1].endswith("s")  # "Number of visits", "Nº de visitas"
        named = IDS & set(parts) or (NUMBERS & set(parts) and not counts)
        if not named or NOT_IDS & set(parts) or is_question(column):
            continue
        values = [str(row.get(column)).strip() for row in table.first_values()]
        if values and len(set(values)) == len(values) and all(map(_is_id, values)):
            return column
    return None


def _is_id(value: str) -> bool:
    return len(value) <= _LONGEST_ID and _ID.fullmatch(value) is not None


def _told_by(role: str, column: str) -> str:
    if role != "answer" or fold(column) in NAMES_OF_ROLES[role] or _asks_to_recommend(column, ""):
        return say("by its name", "por su nombre")
    return say("by its question", "por su pregunta")


def _asks_to_recommend(column: str, question: str) -> bool:
    """By its name, or by the question it answers; not the group (promoter …) that a survey tool makes of the answer."""
    name, asked = fold(column), fold(question)
    words = (*name.split("_"), *asked.split("_"))
    named = any(map(NPS.search, (name, asked))) or any(word.startswith(RECOMMEND) for word in words)
    return named and name.split("_")[-1] != GROUP


def _is_of_ten(column: str, values: Sequence[Any]) -> bool:
    """True where the scale goes to 10: the name says so, or a value shows it."""
    return NPS.search(fold(column)) is not None or any(map(goes_to_ten, values))


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


def _values(table: Table, name: str) -> list[str]:
    cells = (value_at(values, name) for values in table.first_values())
    return [value[:2_000] for value in cells if isinstance(value, str) and not is_blank_text(value)]


def _known(table: Table, column: str) -> list[Any]:
    cells = (values.get(column) for values in table.first_values())
    return [value for value in cells if value not in (None, "")]


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
