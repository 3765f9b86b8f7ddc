"""A database URL -> the store. In: SQLite or PostgreSQL. Out: sessions that commit durably or not at all."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.orm import Session

from hx_detect.errors import MissingExtraError, StoreError, UsageError
from hx_detect.wording import say

BUSY_SECONDS: Final = 30
"""How long a writer waits for another one."""
CONNECT_SECONDS: Final = 10
SQLITE_FILE: Final = "hx-detect.db"
"""In the service's data folder, where no other database is named."""
POOL: Final = 5
"""Connections kept open per process; as many again are opened when they are all in use."""
_WRITES: Final = "hx_detect_writes"


class Store:
    """The database of the service. Blocking: call it from a worker thread, never from the event loop.

    Args:
        url: ``sqlite:///path`` or ``postgresql://user:password@host/name``.
        pool: connections kept open.

    Raises:
        UsageError: another kind of URL.
        MissingExtraError: PostgreSQL without its driver.
        StoreError: the folder of a SQLite file cannot be made.
    """

    def __init__(self, url: str | URL, *, pool: int = POOL) -> None:
        self.url = parse_url(url)
        if self.is_sqlite:
            _make_private(Path(str(self.url.database)))
        self.engine = _create(self.url, pool)
        self._writer = self.engine.execution_options(**{_WRITES: True})
        if self.is_sqlite:
            event.listen(self.engine, "connect", _set_up_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)

    @property
    def is_sqlite(self) -> bool:
        """SQLite, else PostgreSQL."""
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A transaction that may write: committed, and on disk, when the block is left without an exception.

        Raises:
            StoreError: the database cannot be reached or refuses.
        """
        with _translated(), Session(self._writer, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that only reads; on SQLite no writer keeps it waiting.

        Raises:
            StoreError: the database cannot be reached or refuses.
        """
        with _translated(), Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    def migrate(self) -> None:
        """Bring the tables to this release's form; several processes may do so at once.

        Raises:
            StoreError: the database cannot be reached, or was written by a newer release.
        """
        from hx_detect.serving.store.migrate import upgrade

        with _translated(), self._writer.begin() as connection:
            upgrade(connection)

    def ping(self) -> None:
        """Ask the database for a sign of life.

        Raises:
            StoreError: there is none.
        """
        with self.reading() as session:
            session.execute(text("SELECT 1"))

    def close(self) -> None:
        """Close all connections; the store opens new ones when it is used again."""
        self.engine.dispose()


def parse_url(url: str | URL) -> URL:
    """The URL with the driver that this service uses.

    Raises:
        UsageError: neither SQLite with a file nor PostgreSQL.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:  # the URL itself is not shown: it may hold a password
        raise _bad_url("?") from error
    if parsed.get_backend_name() in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() == "sqlite" and parsed.database not in (None, "", ":memory:"):
        return parsed.set(drivername="sqlite")
    raise _bad_url(parsed.render_as_string(hide_password=True))


def sqlite_url(path: Path) -> URL:
    """The URL of a SQLite file."""
    return URL.create("sqlite", database=str(path))


def database_url(database: str | None, data: Path) -> URL:
    """The URL of the service's database.

    Args:
        database: as set; None takes the SQLite file in ``data``.
        data: folder of the service.

    Raises:
        UsageError: neither SQLite with a file nor PostgreSQL.
    """
    return parse_url(database) if database else sqlite_url(data / SQLITE_FILE)


def _bad_url(shown: str) -> UsageError:
    return UsageError(
        say(f"The database {shown} is neither a SQLite file nor PostgreSQL",
            f"La base de datos {shown} no es un fichero SQLite ni PostgreSQL"),
        cure=say("Write sqlite:///folder/file.db or postgresql://user:password@host/name",
                 "Escriba sqlite:///carpeta/fichero.db o postgresql://usuario:clave@servidor/nombre"),
    )  # fmt: skip


def _make_private(path: Path) -> None:
    """Make the file, if there is none, so that only its owner reads the customers' words in it."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StoreError(
            say(f"The database {path} cannot be opened: {error.strerror}",
                f"No se puede abrir la base de datos {path}: {error.strerror}"),
            cure=say("Choose another place with --database", "Elija otro lugar con --database"),
        ) from error  # fmt: skip


def _create(url: URL, pool: int) -> Engine:
    options: dict[str, Any] = {"pool_size": pool, "max_overflow": pool, "pool_timeout": BUSY_SECONDS}
    if url.get_backend_name() == "sqlite":
        options["connect_args"] = {"timeout": BUSY_SECONDS}
    else:
        options |= {"pool_pre_ping": True, "connect_args": {"connect_timeout": CONNECT_SECONDS}}
    try:
        return create_engine(url, hide_parameters=True, **options)  # parameters hold customers' words
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            say(f"The library {error.name} is not installed", f"La biblioteca {error.name} no está instalada"),
            cure='pip install "hx-detect[serve,postgres]"',
        ) from error


def _set_up_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    """Write-ahead log, so that readers and a writer do not wait for each other; every commit is synced to disk."""
    connection.isolation_level = None  # transactions are begun by _begin_sqlite, not by the driver
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes the lock at once: one that has already read could not wait for it (SQLITE_BUSY)."""
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        raise StoreError(
            say(f"The database does not do what it should ({_kind(error)})",
                f"La base de datos no responde como debe ({_kind(error)})"),
            cure=say("Check that it runs and can be reached, and that its disk is not full",
                     "Compruebe que funciona, que se llega a ella y que su disco no está lleno"),
        ) from error  # fmt: skip


def _kind(error: SQLAlchemyError) -> str:
    """The kind of error; its message could hold customers' words."""
    return type(getattr(error, "orig", None) or error).__name__
