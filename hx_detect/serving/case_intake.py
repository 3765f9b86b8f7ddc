"""A file of texts -> cases and later texts of their customers. In: any table, scored or not. Out: what became of each.

A raw file is scored first, by the batch command's machinery, into a temporary folder.
"""

from __future__ import annotations

import heapq
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from hx_detect.batch import score_file
from hx_detect.batch_options import BatchOptions, Events, StreamScorer
from hx_detect.errors import ColumnError
from hx_detect.io.columns import Roles, find_roles
from hx_detect.io.read import open_table
from hx_detect.io.rows import ReadOptions
from hx_detect.io.source import fetch
from hx_detect.labels import HX_LEVELS
from hx_detect.serving.case_records import Keeping, Kept, ScoredText
from hx_detect.serving.case_rows import CaseColumns, CaseTable, case_table, found_columns, score_names
from hx_detect.serving.store.case_block import Taken
from hx_detect.serving.store.case_pages import customers_with_cases
from hx_detect.serving.store.cases import take_in
from hx_detect.serving.store.engine import Store
from hx_detect.wording import say

_NO_DATE: Final = datetime.max.replace(tzinfo=UTC)
"""Texts without a date come behind those with one, in the file's order."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which texts become cases: those that are HX, or those from a priority on; the most urgent ``top`` of them."""

    top: int | None = None
    min_priority: float | None = None

    def takes(self, level: str, priority: float) -> bool:
        """Is this text one to call back for?"""
        return level in HX_LEVELS if self.min_priority is None else priority >= self.min_priority


@dataclass(slots=True)
class Intake:
    """What became of a file.

    Attributes:
        outcomes: word of ``store.cases.Outcome`` -> how many texts.
        rows: scored rows read.
        chosen: texts that were to become cases.
        new: ids of the new cases.
        reopened: ids of closed cases that were opened again.
        unread_dates: dates that could not be read.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    rows: int = 0
    chosen: int = 0
    new: list[str] = field(default_factory=list)
    reopened: list[str] = field(default_factory=list)
    unread_dates: int = 0

    def add(self, taken: Iterable[Taken]) -> None:
        """Count what became of texts."""
        for one in taken:
            self.outcomes[one.outcome] += 1
            if one.case is not None and one.outcome in ("new", "reopened"):
                (self.new if one.outcome == "new" else self.reopened).append(one.case.id)

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self) | {"outcomes": dict(self.outcomes)}


@dataclass(frozen=True, slots=True)
class Reader:
    """How files are read and scored.

    Attributes:
        columns: as the user named them.
        read: delimiter, sheet … of the file.
        load: gives the scorer for a raw file; called only then.
        events: is told what was found and how far it is.
    """

    columns: CaseColumns
    read: ReadOptions
    load: Callable[[], StreamScorer]
    events: Events

    @contextmanager
    def open(self, location: str) -> Iterator[CaseTable]:
        """The file with its scores.

        Raises:
            InputError: it cannot be read, a column is missing.
        """
        with fetch(location) as source:
            table = open_table(source, self.read)
            if any(score_names(table)):
                yield case_table(table, source.name, self.columns, self.events)
                return
            found_columns(table, source.name, self.columns)  # before hours of scoring
            self.events.say(f"{source.name}: {say('not scored yet: scoring it', 'aún sin puntuar: se puntúa')}")
            roles, _ = find_roles(table, source.name, {"text": self.columns.text, "id": self.columns.id})
            again = str(source.path) if location == "-" else location  # stdin can be read only once
            with tempfile.TemporaryDirectory() as folder:
                yield from self._scored(again, source.name, roles, Path(folder))

    def _scored(self, location: str, name: str, roles: Roles, folder: Path) -> Iterator[CaseTable]:
        place = folder / "scored.jsonl"
        options = BatchOptions(columns={"text": roles.text, "id": roles.id}, read=self.read)
        result = score_file(location, str(place), self.load, options, self.events)
        rejected = sum(result.summary.rejected.values())
        if rejected:
            self.events.say(f"  {say('rows not scored', 'filas sin puntuar')}: {rejected}")
        columns = replace(self.columns, text=roles.text, id=roles.id)
        with fetch(str(place)) as source:
            yield case_table(open_table(source, ReadOptions()), name, columns, self.events)


def add_file(store: Store, location: str, reader: Reader, choice: Choice, keeping: Keeping, who: str) -> Intake:
    """Make cases of the texts to call back for, and link the later texts of all customers with a case.

    Of several such texts of one customer the most urgent makes the case; those written after it are its later texts.

    Args:
        store: where.
        location: path, URL or ``-``.
        reader: how it is read.
        choice: which texts become cases.
        keeping: how their words are kept.
        who: does it.

    Raises:
        InputError: the file cannot be read.
        StoreError: the database refuses.
    """
    done = Intake()
    with reader.open(location) as table:
        chosen = _chosen(table, choice, done)
        main = {customer: row for row, customer in chosen.items() if customer}
        followed = customers_with_cases(store) | set(main)
        texts = _texts(table, lambda row, customer: row in chosen or (customer is not None and customer in followed))
        _finish(done, table, reader.events)
    done.chosen = len(chosen)
    done.add(take_in(store, _kept((text for text in texts if text.row in chosen), keeping), who))
    written = {text.row: text.written for text in texts}
    later = (text for text in texts if text.row not in chosen and not _above(text, main, written))
    done.add(take_in(store, _kept(later, keeping), who, make=False))
    return done


def follow_file(store: Store, location: str, reader: Reader, keeping: Keeping, who: str) -> Intake:
    """Link the texts of customers who have a case; make no case.

    Raises:
        InputError: the file cannot be read; ``ColumnError`` where it names no customers.
        StoreError: the database refuses.
    """
    done = Intake()
    with reader.open(location) as table:
        if table.customer is None:
            raise ColumnError(
                say(f"{table.name} has no column that names customers",
                    f"{table.name} no tiene columna que identifique al cliente"),
                cure=say("Name it with --customer", "Indíquela con --customer"),
            )  # fmt: skip
        followed = customers_with_cases(store)
        for row in table.rows():
            table.note_date(row)
            done.rows += 1
        texts = _texts(table, lambda _, customer: customer in followed)
        _finish(done, table, reader.events)
    done.add(take_in(store, _kept(texts, keeping), who, make=False))
    done.outcomes["no_case"] += done.rows - len(texts)
    return done


def _chosen(table: CaseTable, choice: Choice, done: Intake) -> dict[int, str | None]:
    """Rows that are to become cases -> their customers; of a customer only the most urgent row."""
    best: dict[str, tuple[float, int, str | None]] = {}
    for row in table.rows():
        table.note_date(row)
        done.rows += 1
        level, priority = table.priority_of(row)
        if not choice.takes(level, priority):
            continue
        customer = table.customer_of(row)
        key = f"c{customer}" if customer else f"r{row.number}"
        rank = (priority, -row.number, customer)
        if key not in best or rank[:2] > best[key][:2]:
            best[key] = rank
    ranked = best.values()
    most = ranked if choice.top is None else heapq.nlargest(choice.top, ranked, key=lambda rank: rank[:2])
    return {-place: customer for _, place, customer in most}


def _texts(table: CaseTable, wanted: Callable[[int, str | None], bool]) -> list[ScoredText]:
    """The wanted rows in the order in which they were written."""
    rows = (row for row in table.rows() if wanted(row.number, table.customer_of(row)))
    return sorted((table.text_of(row) for row in rows), key=lambda text: (text.written or _NO_DATE, text.row))


def _above(text: ScoredText, main: Mapping[str, int], written: Mapping[int, datetime | None]) -> bool:
    """Where dates do not tell, the file's order does: a row above the one that made the case is no later text of it."""
    row = main.get(text.customer or "")
    return row is not None and text.row < row and (text.written is None or written[row] is None)


def _kept(texts: Iterable[ScoredText], keeping: Keeping) -> Iterator[Kept]:
    return (Kept(text, keeping) for text in texts)


def _finish(done: Intake, table: CaseTable, events: Events) -> None:
    done.unread_dates = table.unread_dates
    if table.date is None:
        return
    if table.dates.day_first or table.dates.month_first:
        order = (
            say("month first", "primero el mes") if table.dates.is_month_first else say("day first", "primero el día")
        )
        events.say(f"  {say('dates', 'fechas')}: {order}")
    if done.unread_dates:
        events.say(f"  {say('dates that could not be read', 'fechas que no se han podido leer')}: {done.unread_dates}")
