"""What Alembic runs around every migration. In: the connection in its configuration. Out: revisions run on it."""

from __future__ import annotations

from alembic import context

from hx_detect.serving.store import case_tables  # noqa: F401 - its tables belong to the metadata
from hx_detect.serving.store.tables import Table


def run() -> None:
    """Run what was asked for, in the transaction that the connection is in."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=Table.metadata,
        render_as_batch=True,  # SQLite alters a table by copying it
    )
    with context.begin_transaction():
        context.run_migrations()


run()
