"""An opened table -> which columns a report reads. In: a ``Table``, the user's choices. Out: ``Layout``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from hx_detect.errors import ColumnError
from hx_detect.io.column_names import fold
from hx_detect.io.columns import find_roles, named_column
from hx_detect.io.rows import SAMPLE_ROWS, Table
from hx_detect.io.score_columns import FLAT, NESTED
from hx_detect.reporting.figure_values import Words

_NEEDED: Final = ("hx_level", "hx_signals")
_DATE_NAMES: Final = frozenset((
    "fecha", "date", "dia", "day", "created", "timestamp", "datetime", "submitted", "published", "publicado",
    "publicada", "creado", "momento",
))  # fmt: skip
_GROUP_NAMES: Final = (
    "tienda", "store", "shop", "sucursal", "branch", "local", "site", "sede", "centro", "hotel", "restaurante",
    "restaurant", "airline", "aerolinea", "producto", "product", "marca", "brand", "agente", "agent", "equipo", "team",
    "region", "zona", "area", "provincia", "ciudad", "city", "town", "municipio", "pais", "country", "canal", "channel",
    "departamento", "department", "categoria", "category", "servicio", "service", "grupo", "group",
)  # fmt: skip
"""What people call the column they compare by, the likeliest first."""
_LONGEST_GROUP: Final = 80


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things stand in a file.

    Attributes:
        form: ``flat``, ``nested``, or empty where the file has not been scored.
        scores: our column name (``hx_level`` … or ``hx``) -> the name it has in this file.
        roles: text, id, answer, stars, date, by -> column, for those that there are.
        findings: one sentence for each role.
        others: more columns that the texts could be grouped by.
    """

    form: str
    scores: Mapping[str, str]
    roles: Mapping[str, str]
    findings: tuple[Words, ...]
    others: tuple[str, ...] = ()


def find_layout(table: Table, file: str, given: Mapping[str, str | None]) -> Layout:
    """Tell where the scores and the columns beside them are.

    Args:
        table: the opened file.
        file: its name, for messages.
        given: role -> column as the user named it.

    Raises:
        ColumnError: a named column is missing; or the file is not scored and no column looks like text.
    """
    form, scores = _scores(table)
    ours = re.compile(r"hx_\w+|hx(_\d+)?") if form else re.compile(r"(?!)")
    columns = tuple(name for name in table.columns if not ours.fullmatch(name))
    own = replace(table, columns=columns)
    roles: dict[str, str] = {}
    for role, name in given.items():
        if name is not None:
            roles[role] = named_column(own, file, name, option="--by" if role == "by" else f"--{role}-column")
    known = {role: roles.get(role) for role in ("text", "id", "answer", "stars")}
    try:
        found, _ = find_roles(own, file, known)
        roles = {role: name for role in known if (name := getattr(found, role)) is not None} | roles
    except ColumnError:
        if not form or known["text"]:
            raise
    candidates = _groups(own, set(roles.values()))
    if "date" not in roles and (day := _date(own, set(roles.values()))):
        roles["date"] = day
        candidates = [name for name in candidates if name != day]
    if "by" not in roles and candidates:
        roles["by"] = candidates.pop(0)
    return Layout(form, scores, roles, tuple(_finding(role, roles, given) for role in roles), tuple(candidates))


def _scores(table: Table) -> tuple[str, dict[str, str]]:
    nested = [name for name in _latest(table.columns, NESTED) if _is_record(table, name)]
    if nested:
        return "nested", {NESTED: nested[0]}
    flat = {name: found[0] for name in FLAT if (found := _latest(table.columns, name))}
    return ("flat", flat) if all(name in flat for name in _NEEDED) else ("", {})


def _latest(columns: Sequence[str], name: str) -> list[str]:
    """The columns of that name, the one that was added last (``_3`` before ``_2``) first."""
    numbered = [(int(match[1] or 1), column) for column in columns
                if (match := re.fullmatch(rf"{re.escape(name)}(?:_(\d+))?", column))]  # fmt: skip
    return [column for _, column in sorted(numbered, reverse=True)]


def _is_record(table: Table, name: str) -> bool:
    values = [row.values.get(name) for row in table.sample]
    return any(isinstance(value, Mapping) and "experience" in value for value in values)


def _date(table: Table, taken: set[str]) -> str | None:
    """A column so named that mostly holds dates, else the first that holds nothing else."""
    import polars as pl

    from hx_detect.reporting.dates import dates_share

    best: tuple[float, str] | None = None
    for name in table.columns:
        if name in taken:
            continue
        values = _sample(table, name)
        if not values:
            continue
        strings = ["2000-01-01" if isinstance(value, date | datetime) else str(value) for value in values]
        named = bool(set(fold(name).split("_")) & _DATE_NAMES)
        held = dates_share(pl.Series(strings, dtype=pl.String), numbers=named)
        weight = held + 2 * named
        if (weight >= 2.3 or held >= 0.9) and (best is None or weight > best[0]):
            best = (weight, name)
    return best[1] if best else None


def _groups(table: Table, taken: set[str]) -> list[str]:
    """Columns that are called like a group and whose values come back, the likeliest first."""
    ranked = []
    for place, name in enumerate(table.columns):
        parts = fold(name).split("_")
        rank = min((_GROUP_NAMES.index(part) for part in parts if part in _GROUP_NAMES), default=-1)
        values = [str(value) for value in _sample(table, name)]
        comes_back = len(set(values)) <= max(3, 0.5 * len(values))
        alike = comes_back or len(table.sample) >= SAMPLE_ROWS  # there may be more groups than rows looked at
        short = all(len(value) <= _LONGEST_GROUP for value in values)
        if rank >= 0 and name not in taken and values and alike and short and "id" not in parts:
            ranked.append((not comes_back, rank, place, name))
    return [name for _, _, _, name in sorted(ranked)]


def _sample(table: Table, name: str) -> list[Any]:
    cells = (values.get(name) for values in table.first_values())
    return [value for value in cells if value not in (None, "") and not isinstance(value, Mapping | list)]


def _finding(role: str, roles: Mapping[str, str], given: Mapping[str, str | None]) -> Words:
    en, es = {
        "text": ("text", "texto"),
        "id": ("identifier", "identificador"),
        "answer": ("0-10 answer", "respuesta 0-10"),
        "stars": ("stars", "estrellas"),
        "date": ("date", "fecha"),
        "by": ("group", "grupo"),
    }[role]
    how = Words("given", "indicada") if given.get(role) else Words("found", "hallada")
    return Words(f"{en}: column {roles[role]!r} ({how.en})", f"{es}: columna {roles[role]!r} ({how.es})")
