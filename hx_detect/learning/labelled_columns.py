"""A table -> which of its columns are labels. In: names and values. Out: ``FoundColumn`` for each, with the reason."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from hx_detect.errors import ColumnError, UsageError
from hx_detect.io.column_names import fold
from hx_detect.io.columns import find_roles, named_column
from hx_detect.io.ratings import RANGES
from hx_detect.io.rows import Table
from hx_detect.learning.labelled_names import (
    COLUMN_NAMES,
    EVIDENCE,
    GENERIC,
    LABELS,
    OURS,
    PLAIN_ROLES,
    ROLES,
    SIGNAL_ROLE,
    TEXT,
    UNUSED,
    VALUE_ROLES,
    is_blank,
    nearest,
    nearest_signal,
    reads_as,
    says_none,
    signal_of,
    yes_or_no,
)
from hx_detect.learning.labelled_row import FoundColumn, LabelledOptions
from hx_detect.learning.labelled_signals import parse_labels
from hx_detect.wording import say

_FITTING: Final = 0.7
"""Share of the filled cells that must read as a role for a column to be taken for it by its name."""
_SURE: Final = 0.9
"""The same, for a column whose name says nothing."""
_FEWEST: Final = 3
_RANGE_BEHIND: Final = re.compile(r"_\d+_(?:a_|al_|to_)?\d+$")
_PREFIXES: Final = ("signal", "senal", "label", "etiqueta")


def find_columns(table: Table, file: str, options: LabelledOptions) -> list[FoundColumn]:
    """Tell what each column is.

    Args:
        table: the opened file.
        file: its name, for messages.
        options: ``columns`` go before whatever is found; ``new_signals`` are looked for by name.

    Returns:
        One record per column, in the table's order; what is not used has the role ``unused``.

    Raises:
        ColumnError: a named column is missing, no column looks like text, or none holds labels.
        UsageError: ``columns`` names a role that does not exist.
    """
    filled = {name: _filled(table, name) for name in table.columns}
    chosen = _given(table, file, options)
    _add_signals(chosen, filled, options)
    _add_by_name(chosen, filled)
    _add_by_content(chosen, filled)
    if TEXT not in (role for role, _ in chosen.values()):
        chosen[_text_column(table, file, chosen)] = (TEXT, say("by its name and content", "por su nombre y contenido"))
    if options.need_labels and not any(is_label(role) for role, _ in chosen.values()):
        raise _nothing_to_learn(table, file, filled)
    for name, cells in filled.items():
        if name not in chosen:
            chosen[name] = (UNUSED, _why_unused(name, cells, blanks=len(cells) < len(table.sample)))
    places = {name: place for place, name in enumerate(table.columns)}
    ordered = sorted(chosen, key=lambda name: places.get(name, len(places)))
    return [FoundColumn(file, chosen[name][0], name, chosen[name][1]) for name in ordered]


def is_label(role: str) -> bool:
    """Does a column of this role say something to learn?"""
    return role in (*VALUE_ROLES, LABELS, EVIDENCE) or role.startswith(SIGNAL_ROLE)


def role_of(word: str, new_signals: Sequence[str] = ()) -> str:
    """The role that a user names in ``--map ROLE=COLUMN``: ours, a signal in either language, or a new signal.

    Raises:
        UsageError: it is almost, but not quite, a role or a signal.
    """
    folded = fold(word.removeprefix(SIGNAL_ROLE))
    if folded in ROLES and not word.startswith(SIGNAL_ROLE):
        return folded
    signal = signal_of(folded)
    if signal is not None:
        return SIGNAL_ROLE + signal
    if not folded:
        raise UsageError(
            say(f"--map {word!r}: there is no role", f"--map {word!r}: falta el papel"),
            cure=say("Write --map role=column", "Escriba --map papel=columna"),
        )
    near = nearest(folded, ROLES) or nearest_signal(folded)
    if near is not None and folded not in {fold(name) for name in new_signals}:
        raise UsageError(
            say(f"--map: there is no {word!r}", f"--map: no existe {word!r}"),
            cure=say(f"Did you mean {near}? For a signal of your own give --new-signals {folded} too",
                     f"¿Quería decir {near}? Para una señal propia indique también --new-signals {folded}"),
        )  # fmt: skip
    return SIGNAL_ROLE + folded


def _given(table: Table, file: str, options: LabelledOptions) -> dict[str, tuple[str, str]]:
    """Column -> role and reason, for what the user named."""
    chosen: dict[str, tuple[str, str]] = {}
    for word, column in options.columns.items():
        role = role_of(word, options.new_signals or ())
        name = named_column(table, file, column, option=f"--map {word}={column}")
        chosen[name] = (role, say("given", "indicada"))
    return chosen


def _add_signals(
    chosen: dict[str, tuple[str, str]], filled: Mapping[str, Sequence[Any]], options: LabelledOptions
) -> None:
    """Columns of marks that are named after a signal."""
    own = {fold(name) for name in (*(options.new_signals or ()), *options.model_signals)}
    how = say("a signal, by its name and its marks", "una señal, por su nombre y sus marcas")
    for column, cells in filled.items():
        if column in chosen or fold(column).startswith(OURS) or not _are_marks(cells):
            continue
        bare, prefixed = _without_prefix(fold(column))
        signal = signal_of(bare)
        if signal is not None:
            chosen[column] = (SIGNAL_ROLE + signal, how)
        elif bare in own or prefixed:
            chosen[column] = (SIGNAL_ROLE + bare, say("a label of your own", "una etiqueta propia"))
        elif nearest_signal(bare) is not None and bare not in _role_words():
            chosen[column] = (SIGNAL_ROLE + bare, say("nearly a signal's name", "casi el nombre de una señal"))


def _add_by_name(chosen: dict[str, tuple[str, str]], filled: Mapping[str, Sequence[Any]]) -> None:
    how = say("by its name", "por su nombre")
    taken = {role for role, _ in chosen.values()}
    for role in (*VALUE_ROLES, *PLAIN_ROLES, EVIDENCE, LABELS):
        for column, cells in filled.items():
            if role in taken or column in chosen or not cells or _bare(column) not in COLUMN_NAMES[role]:
                continue
            if role == LABELS and fold(column) in GENERIC:
                found = _by_content(cells, taken)
                chosen[column] = (found, say("by its name and content", "por su nombre y contenido"))
                taken.add(found)
            elif _share(role, cells) >= _FITTING:
                chosen[column] = (role, how)
                taken.add(role)


def _by_content(cells: Sequence[Any], taken: set[str]) -> str:
    """What a column called "label" holds; "none" may be said of signals as well as of stages, and decides nothing."""
    telling = [cell for cell in cells if not says_none(cell)]
    for role in ("sentiment", "stage"):
        if role not in taken and telling and _share(role, telling) >= _FITTING:
            return role
    return LABELS


def _add_by_content(chosen: dict[str, tuple[str, str]], filled: Mapping[str, Sequence[Any]]) -> None:
    """Columns of any name in which (nearly) every cell is a sentiment or a list of signals, where none was named so."""
    taken = {role for role, _ in chosen.values()}
    for role, reads in (("sentiment", _is_sentiment), (LABELS, _lists_signals)):
        for column, cells in filled.items():
            free = role not in taken and column not in chosen and not fold(column).startswith(OURS)
            if free and len(cells) >= _FEWEST and sum(map(reads, cells)) >= _SURE * len(cells):
                chosen[column] = (role, say("by its content", "por su contenido"))
                taken.add(role)


def _is_sentiment(cell: object) -> bool:
    return reads_as("sentiment", cell)


def _lists_signals(cell: object) -> bool:
    """Does a cell name signals and nothing else?"""
    if isinstance(cell, Mapping) or yes_or_no(cell) is not None:
        return False
    try:
        said = parse_labels(cell)
    except ValueError:
        return False
    return said is not None and bool(said.present) and all(signal_of(name) for name, _ in said.present)


def _text_column(table: Table, file: str, chosen: Mapping[str, object]) -> str:
    left = replace(table, columns=tuple(name for name in table.columns if name not in chosen))
    try:
        return find_roles(left, file, {})[0].text
    except ColumnError as error:
        raise ColumnError(
            error.what,
            cure=say("Name it with --map text=COLUMN. It has: ", "Indíquela con --map text=COLUMNA. Tiene: ")
            + _listed(table.columns),
        ) from error


def _nothing_to_learn(table: Table, file: str, filled: Mapping[str, Sequence[Any]]) -> ColumnError:
    near = [f"{column}: {why}" for column, cells in filled.items() if (why := _near_miss(column, cells))]
    so_near = f" ({'; '.join(near)})" if near else ""
    return ColumnError(
        say(f"No column of {file} holds labels", f"Ninguna columna de {file} contiene etiquetas") + so_near,
        cure=say("Name them, as --map labels=COLUMN, --map sentiment=COLUMN, --map ignored=COLUMN. It has: ",
                 "Indíquelas, como --map labels=COLUMNA, --map sentiment=COLUMNA, --map ignored=COLUMNA. Tiene: ")
        + _listed(table.columns),
    )  # fmt: skip


def _bare(column: str) -> str:
    """The folded name without the range that a survey tool puts behind it: ``Valoración (1-5)`` -> ``valoracion``."""
    return _RANGE_BEHIND.sub("", fold(column))


def _near_miss(column: str, cells: Sequence[Any]) -> str:
    """Says that a column is named as a role whose values it does not have; nothing where it is not so."""
    for role in VALUE_ROLES:
        if cells and _bare(column) in COLUMN_NAMES[role] and _share(role, cells) < _FITTING:
            share = f"{100 * _share(role, cells):.0f} %"
            return say(f"named as {role}, but only {share} of its cells read so",
                       f"se llama como {role}, pero solo el {share} de sus celdas se lee así")  # fmt: skip
    return ""


def _why_unused(column: str, cells: Sequence[Any], *, blanks: bool) -> str:
    if fold(column).startswith(OURS) or fold(column) == "hx":
        return say("the model's own score, no label", "puntuación del modelo, no es una etiqueta")
    if not cells:
        return say("blank", "vacía")
    kinds = {yes_or_no(cell) for cell in cells}
    if _are_marks(cells) and (len(kinds) > 1 or blanks):
        options = f"--new-signals {fold(column)}" + (" --blank-is-none" if len(kinds) == 1 else "")
        return say(f"marks: a signal of your own? {options}", f"marcas: ¿una señal propia? {options}")
    return _near_miss(column, cells) or say("not a label", "no es una etiqueta")


def _filled(table: Table, column: str) -> list[Any]:
    cells = (values.get(column) for values in table.first_values())
    return [value for value in cells if not is_blank(value)]


def _are_marks(cells: Sequence[Any]) -> bool:
    return bool(cells) and sum(yes_or_no(cell) is not None for cell in cells) >= _FITTING * len(cells)


def _share(role: str, cells: Sequence[Any]) -> float:
    checked = role in (*VALUE_ROLES, *RANGES, "kind", "language")
    return sum(reads_as(role, cell) for cell in cells) / len(cells) if checked else 1.0


def _without_prefix(name: str) -> tuple[str, bool]:
    for prefix in _PREFIXES:
        if name.startswith(prefix + "_"):
            return name[len(prefix) + 1 :], True
    return name, False


def _role_words() -> frozenset[str]:
    return frozenset().union(*COLUMN_NAMES.values())


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(repr(column) for column in columns[:30]) + (" …" if len(columns) > 30 else "")
