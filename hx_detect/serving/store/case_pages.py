"""Cases in the store, read. In: filters, ids. Out: pages of cases, one case whole, what statistics are made from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, and_, func, or_, select

from hx_detect.serving.store.case_tables import Case, CaseEvent, CaseText
from hx_detect.serving.store.cases import not_found
from hx_detect.serving.store.engine import Store

Order = Literal["priority", "newest", "updated"]
EXPORT_PAGE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFilter:
    """Which cases; None is any.

    Attributes:
        states: any of these.
        owner: empty for cases without one.
        search: a stretch of the text, the customer's key or the review's id.
        since: opened at this time or later.
    """

    states: Sequence[str] = ()
    owner: str | None = None
    group: str | None = None
    level: str | None = None
    signal: str | None = None
    customer: str | None = None
    search: str | None = None
    min_priority: float | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class WholeCase:
    """A case with its later texts, oldest first, and its events, oldest first."""

    case: Case
    texts: Sequence[CaseText]
    events: Sequence[CaseEvent]


@dataclass(frozen=True, slots=True)
class CaseFact:
    """What statistics need of a case.

    Attributes:
        last_level: level of its customer's latest text after the first; None where there is none.
    """

    id: str
    customer: str | None
    group: str | None
    level: str
    state: str
    created: datetime
    contacted: datetime | None
    closed: datetime | None
    last_level: str | None


def cases_page(
    store: Store, wanted: CaseFilter, *, order: Order = "priority", limit: int, after: str | None = None
) -> list[Case]:
    """Cases in order.

    Args:
        store: where.
        wanted: which.
        order: the most urgent first, or those opened or changed last.
        limit: how many, at most.
        after: id of the last case of the page before; an unknown one gives nothing.

    Raises:
        StoreError: the database refuses.
    """
    column: Any = {"priority": Case.priority, "newest": Case.created, "updated": Case.updated}[order]
    query = select(Case).where(*_conditions(wanted)).order_by(column.desc(), Case.id.desc()).limit(limit)
    with store.reading() as session:
        if after is not None:
            last = session.get(Case, after)
            if last is None:
                return []
            value = getattr(last, column.key)
            query = query.where(or_(column < value, and_(column == value, Case.id < last.id)))
        return list(session.scalars(query))


def all_cases(store: Store, wanted: CaseFilter) -> Iterator[WholeCase]:
    """Every case, the most urgent first, in constant memory.

    Raises:
        StoreError: the database refuses.
    """
    after: str | None = None
    while cases := cases_page(store, wanted, limit=EXPORT_PAGE, after=after):
        ids = [case.id for case in cases]
        with store.reading() as session:
            texts = session.scalars(select(CaseText).where(CaseText.case_id.in_(ids)).order_by(*_BY_TIME)).all()
            events = session.scalars(
                select(CaseEvent).where(CaseEvent.case_id.in_(ids)).order_by(CaseEvent.sequence)
            ).all()
        for case in cases:
            yield WholeCase(
                case,
                [one for one in texts if one.case_id == case.id],
                [one for one in events if one.case_id == case.id],
            )
        after = ids[-1]


def count_states(store: Store, wanted: CaseFilter) -> dict[str, int]:
    """State -> how many cases pass the filter, its states left aside.

    Raises:
        StoreError: the database refuses.
    """
    conditions = _conditions(wanted, states=False)
    with store.reading() as session:
        rows = session.execute(select(Case.state, func.count()).where(*conditions).group_by(Case.state)).all()
    return {state: count for state, count in rows}


def known_names(store: Store) -> tuple[list[str], list[str]]:
    """The owners and the groups that there are, in order.

    Raises:
        StoreError: the database refuses.
    """
    with store.reading() as session:
        owners, groups = (
            session.scalars(select(column).where(column.is_not(None)).distinct().order_by(column).limit(EXPORT_PAGE))
            for column in (Case.owner, Case.group)
        )
        return [str(name) for name in owners], [str(name) for name in groups]


def find_case(store: Store, case_id: str) -> WholeCase:
    """A case with its later texts and events.

    Args:
        store: where.
        case_id: its id, or a beginning of it that no other has.

    Raises:
        CaseNotFoundError: there is none, or several.
        StoreError: the database refuses.
    """
    with store.reading() as session:
        found = session.get(Case, case_id)
        if found is None and case_id:
            alike = session.scalars(select(Case).where(Case.id.startswith(case_id, autoescape=True)).limit(2)).all()
            found = alike[0] if len(alike) == 1 else None
        if found is None:
            raise not_found(case_id)
        texts = session.scalars(select(CaseText).where(CaseText.case_id == found.id).order_by(*_BY_TIME)).all()
        events = session.scalars(
            select(CaseEvent).where(CaseEvent.case_id == found.id).order_by(CaseEvent.sequence)
        ).all()
        return WholeCase(found, texts, events)


def customers_with_cases(store: Store) -> set[str]:
    """The keys of all customers who have a case.

    Raises:
        StoreError: the database refuses.
    """
    with store.reading() as session:
        return {
            str(name) for name in session.scalars(select(Case.customer).where(Case.customer.is_not(None)).distinct())
        }


def case_facts(store: Store, wanted: CaseFilter) -> list[CaseFact]:
    """What statistics are made from, oldest case first.

    Raises:
        StoreError: the database refuses.
    """
    columns = (
        Case.id, Case.customer, Case.group, Case.level, Case.state, Case.created, Case.contacted, Case.closed,
    )  # fmt: skip
    with store.reading() as session:
        rows = session.execute(select(*columns).where(*_conditions(wanted)).order_by(Case.created, Case.id)).all()
        latest = select(CaseText.case_id, CaseText.level).order_by(*_BY_TIME)
        last = {case_id: level for case_id, level in session.execute(latest).all()}
    return [CaseFact(**row._asdict(), last_level=last.get(row.id)) for row in rows]


_BY_TIME: Final = (func.coalesce(CaseText.written, CaseText.created), CaseText.sequence)


def _conditions(wanted: CaseFilter, *, states: bool = True) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if states and wanted.states:
        found.append(Case.state.in_(list(wanted.states)))
    for column, value in ((Case.group, wanted.group), (Case.customer, wanted.customer)):
        if value is not None:
            found.append(column == value)
    if wanted.owner is not None:
        found.append(Case.owner == wanted.owner if wanted.owner else Case.owner.is_(None))
    if wanted.level is not None:
        found.append(Case.level.startswith("hx") if wanted.level == "any_hx" else Case.level == wanted.level)
    if wanted.signal is not None:
        found.append(Case.signal_names.contains(f";{wanted.signal};", autoescape=True))
    if wanted.min_priority is not None:
        found.append(Case.priority >= wanted.min_priority)
    if wanted.since is not None:
        found.append(Case.created >= wanted.since)
    if wanted.search:
        columns = (Case.text, Case.customer, Case.review_id)
        found.append(or_(*(column.icontains(wanted.search, autoescape=True) for column in columns)))
    return found
