"""Alembic's migrations, run from within. In: a connection in a transaction. Out: its tables in the form asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy import Connection, text

from hx_detect.errors import StoreError
from hx_detect.wording import say

_MIGRATION_LOCK: Final = 0x68785F6D
"""Number of PostgreSQL's advisory lock that one migrating process holds ("hx_m")."""


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Bring the tables to a revision, the newest by itself.

    Args:
        connection: in a transaction, which the caller commits; nobody else migrates until then.
        revision: Alembic's name for it.

    Raises:
        StoreError: the database is of a revision that this release does not know.
    """
    _lock(connection)
    _run(connection, command.upgrade, revision)


def downgrade(connection: Connection, revision: str = "base") -> None:
    """Take the tables back to an earlier revision; ``base`` takes them away with all that is in them.

    Raises:
        StoreError: the database is of a revision that this release does not know.
    """
    _lock(connection)
    _run(connection, command.downgrade, revision)


def _lock(connection: Connection) -> None:
    """Until the transaction ends; SQLite's is exclusive from its beginning."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _MIGRATION_LOCK})


def _run(connection: Connection, step: Callable[[Config, str], None], revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    try:
        step(config, revision)
    except CommandError as error:
        raise StoreError(
            say(f"The database's tables are not of this release: {error}",
                f"Las tablas de la base de datos no son de esta versión: {error}"),
            cure=say("Install the release that wrote it, or a newer one, or name another --database",
                     "Instale la versión que la escribió, una más nueva, o indique otra --database"),
        ) from error  # fmt: skip
