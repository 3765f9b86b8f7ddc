"""A scored file -> texts of customers. In: flat or nested scores, columns. Out: ``ScoredText``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from hx_detect.batch_options import Events
from hx_detect.errors import ColumnError
from hx_detect.io.column_names import fold
from hx_detect.io.columns import Roles, find_roles, named_column
from hx_detect.io.rows import Row, RowsUntilDamage, Table, value_at
from hx_detect.io.score_columns import FLAT, NESTED
from hx_detect.serving.case_dates import DateColumn
from hx_detect.serving.case_records import ScoredText, score_fields, storable_name
from hx_detect.wording import say

CUSTOMER_NAMES: Final = frozenset(
    ["customer", "customer_id", "id_customer", "customer_key", "client", "client_id", "cliente", "id_cliente",
     "cliente_id", "num_cliente", "user", "user_id", "usuario", "id_usuario", "account", "account_id", "cuenta",
     "email", "e_mail", "correo", "socio", "id_socio", "member_id", "contact_id", "contacto"]
)  # fmt: skip
DATE_NAMES: Final = frozenset(
    ["date", "fecha", "datetime", "timestamp", "created", "created_at", "review_date", "date_review", "fecha_opinion",
     "fecha_resena", "fecha_comentario", "submitted", "submitted_at", "tweet_created", "published", "day", "dia"]
)  # fmt: skip
_LEVEL: Final = "hx_level"


@dataclass(frozen=True, slots=True)
class CaseColumns:
    """Columns as the user named them; None finds out (customer, date, text, id) or does without (group)."""

    customer: str | None = None
    group: str | None = None
    date: str | None = None
    text: str | None = None
    id: str | None = None


@dataclass(slots=True)
class CaseTable:
    """A scored file, opened.

    Attributes:
        name: of the file, for showing.
        customer: column, or None.
        group: column, or None.
        date: column, or None.
        nested: name of the column with the records, or None where the scores are flat.
        flat: our flat columns -> their names in this file.
        dates: reads the date column once ``learn_dates`` has been called.
        unread_dates: dates that could not be read, so far.
    """

    table: Table
    name: str
    roles: Roles
    customer: str | None
    group: str | None
    date: str | None
    nested: str | None
    flat: Mapping[str, str]
    dates: DateColumn = field(default_factory=DateColumn)
    unread_dates: int = 0

    def rows(self) -> Iterator[Row]:
        """The rows that have a score, from the first on; of a damaged file those before the damage."""
        for row in RowsUntilDamage(self.table.source.rows()):
            if row.failure is None and self._level(row) is not None:
                yield row

    def note_date(self, row: Row) -> None:
        """Learn from a row whether days or months come first."""
        if self.date is not None:
            self.dates.note(value_at(row.values, self.date))

    def customer_of(self, row: Row) -> str | None:
        """The customer's key, or None."""
        return self._name(row, self.customer)

    def priority_of(self, row: Row) -> tuple[str, float]:
        """Level and priority, without reading the rest."""
        if self.nested is not None:
            record = row.values[self.nested]
            return str(record["experience"]["level"]), float(record["priority"])
        return str(row.values[self.flat[_LEVEL]]), float(row.values[self.flat["hx_priority"]])

    def text_of(self, row: Row) -> ScoredText:
        """The text of a row with its scores."""
        raw = value_at(row.values, self.date) if self.date else None
        written = self.dates.read(raw)
        self.unread_dates += written is None and raw not in (None, "")
        return ScoredText(
            text=str(value_at(row.values, self.roles.text) or ""),
            review_id=self._name(row, self.roles.id),
            customer=self.customer_of(row),
            group=self._name(row, self.group),
            written=written,
            source=self.name,
            row=row.number,
            **self._scores(row),
        )

    def _level(self, row: Row) -> str | None:
        if self.nested is not None:
            record = row.values.get(self.nested)
            return record["experience"]["level"] if isinstance(record, Mapping) else None
        return row.values.get(self.flat[_LEVEL]) or None

    def _scores(self, row: Row) -> dict[str, Any]:
        if self.nested is not None:
            return score_fields(row.values[self.nested])
        values = {name: row.values.get(given) for name, given in self.flat.items()}
        return {
            "language": str(values["hx_language"]),
            "level": str(values[_LEVEL]),
            "hx_probability": float(values["hx_probability"] or 0),
            "priority": float(values["hx_priority"] or 0),
            "stage": str(values["hx_stage"]),
            "nps_band": str(values["hx_nps_band"]),
            "signals": _flat_signals(values),
            "model": str(values["hx_model"] or ""),
        }

    @staticmethod
    def _name(row: Row, column: str | None) -> str | None:
        value = value_at(row.values, column) if column else None
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return storable_name("" if value is None else str(value).strip())


def score_names(table: Table) -> tuple[str | None, dict[str, str]]:
    """Where the scores are: the nested column, or our flat columns by the names they got; neither where unscored.

    Of several (a scored file was scored again) the last ones count.
    """
    nested = _last_named(NESTED, table.columns)
    if nested is not None and any(isinstance(row.values.get(nested), Mapping) for row in table.sample):
        return nested, {}
    last = _last_named(_LEVEL, table.columns)
    if last is None:
        return None, {}
    suffix = last.removeprefix(_LEVEL)
    return None, {name: name + suffix if name + suffix in table.columns else name for name in FLAT}


def case_table(table: Table, name: str, columns: CaseColumns, events: Events) -> CaseTable:
    """A scored table with its columns found, and said.

    Args:
        table: has scores (``score_names``).
        name: of the file.
        columns: as the user named them.
        events: is told what was found.

    Raises:
        ColumnError: a named column, the text column or one of the scores is missing.
    """
    nested, flat = score_names(table)
    missing = [given for given in flat.values() if given not in table.columns and not given.startswith("hx_p_")]
    if missing:
        raise ColumnError(
            say(f"{name}: the scores are not whole, {missing[0]!r} is missing",
                f"{name}: las puntuaciones no están completas, falta {missing[0]!r}"),
            cure=say("Score the file again: hx-detect score", "Vuelva a puntuar el fichero: hx-detect score"),
        )  # fmt: skip
    ours = {nested} | set(flat.values())
    given = replace(table, columns=tuple(column for column in table.columns if column not in ours))
    roles, found = find_roles(given, name, {"text": columns.text, "id": columns.id})
    reasons = found if columns.text is None else []
    customer, group, date = found_columns(given, name, columns)
    for title, column in (
        (say("customer column", "columna del cliente"), customer),
        (say("date column", "columna de la fecha"), date),
    ):
        reasons.append(f"{title}: {column!r}" if column else f"{title}: {say('none', 'ninguna')}")
    for reason in reasons:
        events.say(f"  {reason}")
    return CaseTable(table, name, roles, customer, group, date, nested, flat)


def found_columns(table: Table, file: str, columns: CaseColumns) -> tuple[str | None, str | None, str | None]:
    """The columns of customer, group and date, by what the user said or by their names.

    Raises:
        ColumnError: a named column is missing.
    """
    return (
        _column(table, file, columns.customer, "--customer", CUSTOMER_NAMES),
        _column(table, file, columns.group, "--by", frozenset()),
        _column(table, file, columns.date, "--date", DATE_NAMES),
    )


def _column(table: Table, file: str, given: str | None, option: str, names: frozenset[str]) -> str | None:
    if given is not None:
        return named_column(table, file, given, option=option)
    return next((column for column in table.columns if fold(column) in names), None)


def _last_named(name: str, columns: tuple[str, ...]) -> str | None:
    """``name``, or the ``name_2``, ``name_3`` … that came last."""
    found, count = name if name in columns else None, 2
    while f"{name}_{count}" in columns:
        found, count = f"{name}_{count}", count + 1
    return found


def _flat_signals(values: Mapping[str, Any]) -> dict[str, list[tuple[int, int]]]:
    names = [name for name in str(values["hx_signals"] or "").split(";") if name]
    signals: dict[str, list[tuple[int, int]]] = {name: [] for name in names}
    try:
        spans = json.loads(values["hx_evidence"] or "[]")
        for span in spans:
            if span["signal"] in signals:
                signals[span["signal"]].append((int(span["start"]), int(span["end"])))
    except (ValueError, TypeError, KeyError):  # cut short by another program: the signals themselves still hold
        return {name: [] for name in names}
    return signals
