"""Cases in the store, written. In: scored texts, changes. Out: rows of ``cases``, and an event for each thing done.

Every change names the version of the case that its author saw: of two who change the same case at once, one is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from hx_detect.errors import CaseChangedError, CaseNotFoundError
from hx_detect.serving.case_records import Kept
from hx_detect.serving.case_rules import CLOSED, check_move
from hx_detect.serving.store.case_block import BLOCK, Block, Taken, event, link, touch
from hx_detect.serving.store.case_tables import Case, CaseEvent, CaseText
from hx_detect.serving.store.engine import Store
from hx_detect.serving.store.tables import now
from hx_detect.wording import say

_CASES_LOCK: Final = 0x68785F63
"""Number of PostgreSQL's advisory lock that one who adds texts holds ("hx_c")."""


def take_in(store: Store, texts: Iterable[Kept], who: str, *, make: bool = True) -> list[Taken]:
    """Make cases of texts; those of customers who have one become its later texts. Texts taken before change nothing.

    Args:
        store: where.
        texts: in the order in which they were written.
        who: does it.
        make: False only links and makes no case.

    Raises:
        StoreError: the database refuses; texts of earlier blocks stay.
    """
    waiting, taken = list(texts), []
    for start in range(0, len(waiting), BLOCK):
        with store.session() as session:
            if session.get_bind().dialect.name == "postgresql":
                session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _CASES_LOCK})
            block = Block(session, waiting[start : start + BLOCK])
            taken += [block.take(kept, who, make=make) for kept in block.texts]
            block.finish()
    return taken


def link_text(store: Store, case_id: str, kept: Kept, who: str) -> Taken:
    """Add a later text to a case, whoever its customer is.

    Raises:
        CaseNotFoundError: there is no such case.
        StoreError: the database refuses.
    """
    with store.session() as session:
        case = _locked(session, case_id)
        has = select(CaseText.sequence).where(CaseText.case_id == case.id, CaseText.identity == kept.identity)
        if case.identity == kept.identity or session.scalars(has).first() is not None:
            return Taken("known", case)
        reopened, made = link(case, kept, who)
        session.add_all(made)
    return Taken("reopened" if reopened else "linked", case)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to become of a case; None leaves a thing as it is.

    Attributes:
        who: does it.
        version: of the case as they saw it; None for whatever it is now.
        owner: empty takes the owner away.
        note: their words.
        at: when the customer was reached, where that was before now.
    """

    who: str
    version: int | None = None
    state: str | None = None
    owner: str | None = None
    note: str | None = None
    at: datetime | None = None


def change_case(store: Store, case_id: str, change: Change) -> Case:
    """Change a case; a state or owner that it has already changes nothing.

    Raises:
        CaseNotFoundError: there is no such case.
        CaseChangedError: somebody changed it since.
        CaseStateError: it cannot go over to this state.
        StoreError: the database refuses.
    """
    with store.session() as session:
        case = _locked(session, case_id)
        if change.version is not None and change.version != case.version:
            raise _changed(case)
        values, events = _values_of(case, change), []
        if values.get("state"):
            check_move(case.state, values["state"])
            events.append(event(case, change.who, "state", to_state=values["state"], note=change.note))
        if "owner" in values:
            events.append(event(case, change.who, "owner", note=values["owner"]))
        if change.note and "state" not in values:
            events.append(event(case, change.who, "note", note=change.note))
        if events:
            touch(case, values)
            session.add_all(events)
    return case


def forget_customer(store: Store, customer: str) -> int:
    """Remove all cases of a customer with all that is known of them.

    Returns:
        How many there were.

    Raises:
        StoreError: the database refuses.
    """
    return _remove(store, select(Case.id).where(Case.customer == customer))


def remove_case(store: Store, case_id: str) -> None:
    """Remove a case with all that is known of it.

    Raises:
        CaseNotFoundError: there is no such case.
        StoreError: the database refuses.
    """
    if not _remove(store, select(Case.id).where(Case.id == case_id)):
        raise not_found(case_id)


def not_found(case_id: str) -> CaseNotFoundError:
    """The error of a case that is not there."""
    return CaseNotFoundError(
        say(f"There is no case {case_id[:60]!r}", f"No hay ningún caso {case_id[:60]!r}"),
        cure=say("See the list of cases", "Vea la lista de casos"),
    )


def _remove(store: Store, wanted: Any) -> int:  # noqa: ANN401 - a select of ids
    with store.session() as session:
        found = list(session.scalars(wanted))
        for table, column in ((CaseText, CaseText.case_id), (CaseEvent, CaseEvent.case_id), (Case, Case.id)):
            session.execute(delete(table).where(column.in_(found)))
    return len(found)


def _values_of(case: Case, change: Change) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if change.state is not None and change.state != case.state:
        moment = change.at or now()
        values = {"state": change.state, "closed": moment if change.state in CLOSED else None}
        if change.state in ("contacted", "solved") and case.contacted is None:
            values["contacted"] = moment
    if change.owner is not None and (change.owner or None) != case.owner:
        values["owner"] = change.owner or None
    return values


def _locked(session: Session, case_id: str) -> Case:
    """The case, held until the transaction ends (SQLite's writer holds everything)."""
    found: Sequence[Case] = session.scalars(select(Case).where(Case.id == case_id).with_for_update()).all()
    if not found:
        raise not_found(case_id)
    return found[0]


def _changed(case: Case) -> CaseChangedError:
    return CaseChangedError(
        say(f"The case changed meanwhile; it is at version {case.version}",
            f"El caso ha cambiado entretanto; va por la versión {case.version}"),
        cure=say("Read it again, then repeat the change", "Léalo de nuevo y repita el cambio"),
    )  # fmt: skip
