"""The tables of the store, as SQLAlchemy maps them. In: nothing. Out: a class per table, the same on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine

JOB_STATES = ("queued", "running", "done", "failed", "cancelled")


class UtcDateTime(TypeDecorator[datetime]):
    """A point in time with its zone, UTC; SQLite, which knows no zones, gets it without."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """With a time zone wherever there is such a type."""
        return dialect.type_descriptor(DateTime(timezone=dialect.name != "sqlite"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC.

        Raises:
            ValueError: a time without a zone, of which nobody knows when it was.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time needs its zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the base class's signature
        """As UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


class Table(DeclarativeBase):
    """What all tables have in common: how Python types are kept."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UtcDateTime(), dict[str, Any]: JSON, list[Any]: JSON}


class ApiKey(Table):
    """A key that opens the service: its name, what it may do, and the hash of its secret, never the secret.

    Attributes:
        prefix: public part of the token, by which it is found.
        hash: SHA-256 of the secret, hexadecimal.
        scopes: words of ``keys.SCOPES``.
        rate_per_minute: requests a minute; None takes the service's own limit.
        revoked: since when it opens nothing; None while it is good.
        last_used: to the minute or so.
    """

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    prefix: Mapped[str] = mapped_column(String(32), unique=True)
    hash: Mapped[str] = mapped_column(String(64))
    scopes: Mapped[list[Any]]
    rate_per_minute: Mapped[int | None]
    created: Mapped[datetime] = mapped_column(default=now)
    revoked: Mapped[datetime | None]
    last_used: Mapped[datetime | None]


class Feedback(Table):
    """A correction by a person.

    Attributes:
        sequence: grows with every row in the order of commits, so that a page's end is a safe place to go on from.
        id: what the caller is told, a UUID.
        review_id: the caller's own identifier of the text.
        text: the words, masked where ``masked``.
        text_hash: SHA-256 of ``text``, hexadecimal.
        labels: signal -> stretches as [start, end) in code points of ``text``.
        stars: 1 to 5.
        kind: sort of text, one of ``labels.KINDS``.
        level: what the person says the level is; not among what training reads.
        who: the person.
        why: their reason, in their words.
        idempotency_key: the caller's own word for this request; with ``key_name`` it stands once.
        request_hash: SHA-256 of the request (masked where the text is), to tell a repetition from a clash.
    """

    __tablename__ = "feedback"
    __table_args__ = (UniqueConstraint("key_name", "idempotency_key"), {"sqlite_autoincrement": True})

    sequence: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    id: Mapped[str] = mapped_column(String(36), unique=True)
    created: Mapped[datetime] = mapped_column(default=now, index=True)
    review_id: Mapped[str | None] = mapped_column(String(200), index=True)
    text: Mapped[str | None] = mapped_column(Text)
    text_hash: Mapped[str] = mapped_column(String(64), index=True)
    language: Mapped[str] = mapped_column(String(8))
    kind: Mapped[str | None] = mapped_column(String(16))
    labels: Mapped[dict[str, Any]]
    sentiment: Mapped[str | None] = mapped_column(String(16))
    stage: Mapped[str | None] = mapped_column(String(16))
    stars: Mapped[int | None]
    level: Mapped[str | None] = mapped_column(String(16))
    who: Mapped[str | None] = mapped_column(String(200))
    why: Mapped[str | None] = mapped_column(Text)
    model_name: Mapped[str | None] = mapped_column(String(100))
    model_version: Mapped[str | None] = mapped_column(String(100))
    key_name: Mapped[str] = mapped_column(String(100))
    masked: Mapped[bool] = mapped_column(default=False)
    idempotency_key: Mapped[str | None] = mapped_column(String(200))
    request_hash: Mapped[str] = mapped_column(String(64))


class Job(Table):
    """A file that is scored in the background.

    Attributes:
        state: one of ``JOB_STATES``.
        file_name: as the caller called it, for showing only: never part of a path.
        owner: the worker that runs it.
        heartbeat: when that worker was last known to live.
        expires: when the job and its files are taken away.
    """

    __tablename__ = "jobs"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    created: Mapped[datetime] = mapped_column(default=now, index=True)
    started: Mapped[datetime | None]
    finished: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(String(16), default="queued", index=True)
    file_name: Mapped[str] = mapped_column(String(255))
    format: Mapped[str] = mapped_column(String(16))
    options: Mapped[dict[str, Any]]
    rows_total: Mapped[int | None] = mapped_column(BigInteger)
    rows_done: Mapped[int] = mapped_column(BigInteger, default=0)
    rejected: Mapped[int] = mapped_column(BigInteger, default=0)
    error: Mapped[dict[str, Any] | None]
    summary: Mapped[dict[str, Any] | None]
    owner: Mapped[str | None] = mapped_column(String(100))
    heartbeat: Mapped[datetime | None] = mapped_column(index=True)
    key_name: Mapped[str] = mapped_column(String(100))
    expires: Mapped[datetime | None] = mapped_column(index=True)
