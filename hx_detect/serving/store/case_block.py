"""Texts that are taken in together. In: a transaction, texts. Out: new cases, later texts, events; few questions asked.

What there is already is read once for the whole block, so that a file of a hundred thousand texts takes minutes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from hx_detect.serving.case_records import Kept
from hx_detect.serving.case_rules import CLOSED
from hx_detect.serving.store.case_tables import Case, CaseEvent, CaseText
from hx_detect.serving.store.tables import Table, now

BLOCK: Final = 500
"""Texts that are taken in by one transaction."""

Outcome = Literal["new", "known", "linked", "reopened", "earlier", "no_case"]


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a text.

    Attributes:
        outcome: ``new`` case; ``known`` before; ``linked`` to its customer's case; ``reopened``: linked, and the closed
            case opened again since the text is HX; ``earlier`` than the case's own text, not kept; ``no_case``: its
            customer has none, not kept.
        case: that it is or belongs to; None for ``no_case``.
    """

    outcome: Outcome
    case: Case | None


class Block:
    """Takes texts in, one after the other.

    Args:
        session: a transaction; nobody else takes texts in while it lasts.
        texts: of this block.
    """

    def __init__(self, session: Session, texts: Sequence[Kept]) -> None:
        self.texts = texts
        self._session = session
        self._later: list[Table] = []
        identities = {kept.identity for kept in texts}
        customers = {kept.customer for kept in texts if kept.customer}
        theirs = select(Case).where(Case.customer.in_(customers)).order_by(Case.id).with_for_update()
        found = sorted(session.scalars(theirs), key=lambda case: (case.created, case.id))
        self._newest = {str(case.customer): case for case in found}
        self._known = {
            case.identity: case for case in session.scalars(select(Case).where(Case.identity.in_(identities)))
        }
        owners = select(CaseText.identity, Case).join(Case, Case.id == CaseText.case_id)
        self._known |= {name: case for name, case in session.execute(owners.where(CaseText.identity.in_(identities)))}

    def take(self, kept: Kept, who: str, *, make: bool) -> Taken:
        """Make a case of a text, or link it to its customer's; once.

        Args:
            kept: the text.
            who: does it.
            make: False makes no case.
        """
        known = self._known.get(kept.identity)
        if known is not None:
            return Taken("known", known)
        case = self._newest.get(kept.customer) if kept.customer else None
        if case is None:
            return self._make(kept, who) if make else Taken("no_case", None)
        if kept.scored.written and case.written and kept.scored.written < case.written:
            return Taken("earlier", case)
        reopened, made = link(case, kept, who)
        self._later += made
        self._known[kept.identity] = case
        return Taken("reopened" if reopened else "linked", case)

    def finish(self) -> None:
        """Write cases, then what belongs to them."""
        self._session.flush()
        self._session.add_all(self._later)
        self._session.flush()

    def _make(self, kept: Kept, who: str) -> Taken:
        case = kept.case()
        self._session.add(case)
        self._later.append(event(case, who, "created", to_state=case.state))
        self._known[kept.identity] = case
        if case.customer:
            self._newest[case.customer] = case
        return Taken("new", case)


def link(case: Case, kept: Kept, who: str) -> tuple[bool, list[Table]]:
    """A later text of a case; a closed case whose customer is wronged again is open again.

    Args:
        case: held by this transaction.
        kept: the text.
        who: does it.

    Returns:
        Whether the case was opened again, and the rows to add.
    """
    made: list[Table] = [kept.later_text(case.id), event(case, who, "text", note=kept.scored.level)]
    reopened = kept.scored.is_hx and case.state in CLOSED and not _older_than_closing(case, kept)
    if reopened:
        made.append(event(case, who, "state", to_state="open"))
    touch(case, {"state": "open", "closed": None} if reopened else {})
    return reopened, made


def event(case: Case, who: str, what: str, *, to_state: str | None = None, note: str | None = None) -> CaseEvent:
    """The row of something that happens to a case, as it still is."""
    from_state = case.state if what == "state" else None
    return CaseEvent(
        case_id=case.id, created=now(), who=who, what=what, from_state=from_state, to_state=to_state, note=note
    )  # fmt: skip


def touch(case: Case, values: Mapping[str, Any]) -> None:
    """Change a case that this transaction holds."""
    for name, value in values.items():
        setattr(case, name, value)
    case.version += 1
    case.updated = now()


def _older_than_closing(case: Case, kept: Kept) -> bool:
    """Was the text written before the case was closed, so that whoever closed it may have known of it?"""
    return bool(kept.scored.written and case.closed and kept.scored.written < case.closed)
