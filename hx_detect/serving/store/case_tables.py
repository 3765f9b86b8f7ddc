"""The tables of cases, as SQLAlchemy maps them. In: nothing. Out: ``Case``, ``CaseEvent``, ``CaseText``."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hx_detect.serving.store.tables import Table, now

SEQUENCE = BigInteger().with_variant(Integer, "sqlite")


class Case(Table):
    """A customer who is to be called back, and the text that says why.

    Attributes:
        updated: when anything of it changed last.
        version: grows with every change; who changes it names the one they saw.
        identity: SHA-256 of what tells this text from others (``case_records.identity_of``); stands once.
        customer: the key by which the company knows the customer.
        text: the words, masked where ``masked``; None where texts are not kept.
        text_hash: SHA-256 of the masked words, hexadecimal.
        group: shop, product, agent …
        written: when the text was written.
        signals: signal -> stretches as [start, end) in code points of ``text``.
        signal_names: the same names, each between semicolons, to be searched.
        state: one of ``case_rules.STATES``.
        contacted: when the customer was first reached.
        closed: when it was last solved or lost; None while it is neither.
        source: the file it came from, for showing only.
    """

    __tablename__ = "cases"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    created: Mapped[datetime] = mapped_column(default=now, index=True)
    updated: Mapped[datetime] = mapped_column(default=now)
    version: Mapped[int] = mapped_column(default=1)
    identity: Mapped[str] = mapped_column(String(64), unique=True)
    customer: Mapped[str | None] = mapped_column(String(200), index=True)
    review_id: Mapped[str | None] = mapped_column(String(200), index=True)
    text: Mapped[str | None] = mapped_column(Text)
    text_hash: Mapped[str] = mapped_column(String(64), index=True)
    masked: Mapped[bool] = mapped_column(default=False)
    language: Mapped[str] = mapped_column(String(8))
    group: Mapped[str | None] = mapped_column("group_name", String(200), index=True)
    written: Mapped[datetime | None]
    level: Mapped[str] = mapped_column(String(16))
    hx_probability: Mapped[float]
    priority: Mapped[float] = mapped_column(index=True)
    stage: Mapped[str] = mapped_column(String(16))
    nps_band: Mapped[str] = mapped_column(String(16))
    signals: Mapped[dict[str, Any]]
    signal_names: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16), default="open", index=True)
    owner: Mapped[str | None] = mapped_column(String(200), index=True)
    contacted: Mapped[datetime | None]
    closed: Mapped[datetime | None]
    source: Mapped[str | None] = mapped_column(String(255))
    model: Mapped[str] = mapped_column(String(200))
    key_name: Mapped[str] = mapped_column(String(100))


class CaseEvent(Table):
    """Something that happened to a case; never changed afterwards.

    Attributes:
        what: ``created``, ``state``, ``owner``, ``note`` or ``text``.
        who: the person, or the key that did it.
        note: their words; for a change of owner the new one.
    """

    __tablename__ = "case_events"
    __table_args__ = ({"sqlite_autoincrement": True},)

    sequence: Mapped[int] = mapped_column(SEQUENCE, primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    created: Mapped[datetime] = mapped_column(default=now)
    who: Mapped[str] = mapped_column(String(200))
    what: Mapped[str] = mapped_column(String(16))
    from_state: Mapped[str | None] = mapped_column(String(16))
    to_state: Mapped[str | None] = mapped_column(String(16))
    note: Mapped[str | None] = mapped_column(Text)


class CaseText(Table):
    """A later text of the same customer, scored; fields as those of ``Case``."""

    __tablename__ = "case_texts"
    __table_args__ = (UniqueConstraint("case_id", "identity"), {"sqlite_autoincrement": True})

    sequence: Mapped[int] = mapped_column(SEQUENCE, primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    identity: Mapped[str] = mapped_column(String(64), index=True)
    created: Mapped[datetime] = mapped_column(default=now)
    review_id: Mapped[str | None] = mapped_column(String(200))
    text: Mapped[str | None] = mapped_column(Text)
    text_hash: Mapped[str] = mapped_column(String(64))
    masked: Mapped[bool] = mapped_column(default=False)
    language: Mapped[str] = mapped_column(String(8))
    written: Mapped[datetime | None]
    level: Mapped[str] = mapped_column(String(16))
    hx_probability: Mapped[float]
    priority: Mapped[float]
    signals: Mapped[dict[str, Any]]
    source: Mapped[str | None] = mapped_column(String(255))
    model: Mapped[str] = mapped_column(String(200))
