"""Corrections in the store. In: rows to add, places to read on from. Out: rows of ``feedback``, oldest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, or_, select, text
from sqlalchemy.orm import Session, aliased

from hx_detect.serving.store.engine import Store
from hx_detect.serving.store.tables import Feedback

EXPORT_PAGE: Final = 500
_FEEDBACK_LOCK: Final = 0x68785F66
"""Number of PostgreSQL's advisory lock of one that adds feedback ("hx_f")."""


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a row.

    Attributes:
        row: as it is stored: an earlier one, where this request had been made before.
        replayed: nothing was added.
        clashes: the earlier request of this idempotency key was another one; nothing was added.
    """

    row: Feedback
    replayed: bool = False
    clashes: bool = False


def add_feedback(store: Store, row: Feedback) -> Added:
    """Add a row; when this returns it is on disk.

    Args:
        store: where.
        row: new; the same ``key_name`` and ``idempotency_key`` are stored once.

    Raises:
        StoreError: the database refuses.
    """
    with store.session() as session:
        _one_at_a_time(session)
        if row.idempotency_key is not None:
            made = _made_before(row)
            earlier = session.scalars(select(Feedback).where(*made)).one_or_none()
            if earlier is not None:
                clashes = earlier.request_hash != row.request_hash
                return Added(earlier, replayed=not clashes, clashes=clashes)
        session.add(row)
        session.flush()
    return Added(row)


def earlier_feedback(store: Store, identifier: str) -> Feedback | None:
    """The newest row with this id, or of the text that a caller called so.

    Raises:
        StoreError: the database refuses.
    """
    named = or_(Feedback.id == identifier, Feedback.review_id == identifier)
    with store.reading() as session:
        return session.scalars(select(Feedback).where(named).order_by(Feedback.sequence.desc()).limit(1)).one_or_none()


def feedback_page(
    store: Store, limit: int, *, after: int = 0, since: datetime | None = None, last_word: bool = False
) -> Sequence[Feedback]:
    """Rows in the order in which they were stored.

    Args:
        store: where.
        limit: how many at most.
        after: only rows with a larger ``sequence``.
        since: only rows of this time or later.
        last_word: of several rows for one text only the newest.

    Raises:
        StoreError: the database refuses.
    """
    wanted: list[ColumnElement[bool]] = [Feedback.sequence > after]
    if since is not None:
        wanted.append(Feedback.created >= since)
    if last_word:
        newer = aliased(Feedback)
        same_text = select(newer.sequence).where(
            newer.text_hash == Feedback.text_hash, newer.sequence > Feedback.sequence
        )
        wanted.append(~same_text.exists())
    with store.reading() as session:
        return session.scalars(select(Feedback).where(*wanted).order_by(Feedback.sequence).limit(limit)).all()


def all_feedback(store: Store, *, after: int = 0, since: datetime | None = None) -> Iterator[Feedback]:
    """The last word on every text, in constant memory; no transaction is held open between pages.

    Raises:
        StoreError: the database refuses.
    """
    while rows := feedback_page(store, EXPORT_PAGE, after=after, since=since, last_word=True):
        yield from rows
        after = rows[-1].sequence


def _made_before(row: Feedback) -> tuple[ColumnElement[bool], ...]:
    return (Feedback.key_name == row.key_name, Feedback.idempotency_key == row.idempotency_key)


def _one_at_a_time(session: Session) -> None:
    """So that rows are committed in the order of their numbers; SQLite has one writer anyway.

    On PostgreSQL the commit waits for the disk, even where the server is set up not to.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL synchronous_commit = on"))
        session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _FEEDBACK_LOCK})
