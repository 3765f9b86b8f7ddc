"""The first tables. In: an empty database. Out: ``api_keys``, ``feedback`` and ``jobs``."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

SEQUENCE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables and their indexes."""
    _api_keys()
    _feedback()
    _jobs()


def downgrade() -> None:
    """Take the tables away, with all that is in them."""
    for table in ("jobs", "feedback", "api_keys"):
        op.drop_table(table)


def _required(name: str, kind: Any, **options: Any) -> sa.Column[Any]:  # noqa: ANN401 - any SQLAlchemy type
    return sa.Column(name, kind, nullable=False, **options)


def _time() -> sa.DateTime:
    return sa.DateTime(timezone=op.get_bind().dialect.name != "sqlite")


def _api_keys() -> None:
    op.create_table(
        "api_keys",
        _required("id", sa.String(36), primary_key=True),
        _required("name", sa.String(100), unique=True),
        _required("prefix", sa.String(32), unique=True),
        _required("hash", sa.String(64)),
        _required("scopes", sa.JSON()),
        sa.Column("rate_per_minute", sa.Integer()),
        _required("created", _time()),
        sa.Column("revoked", _time()),
        sa.Column("last_used", _time()),
    )


def _feedback() -> None:
    op.create_table(
        "feedback",
        _required("sequence", SEQUENCE, primary_key=True),
        _required("id", sa.String(36), unique=True),
        _required("created", _time()),
        sa.Column("review_id", sa.String(200)),
        sa.Column("text", sa.Text()),
        _required("text_hash", sa.String(64)),
        _required("language", sa.String(8)),
        sa.Column("kind", sa.String(16)),
        _required("labels", sa.JSON()),
        sa.Column("sentiment", sa.String(16)),
        sa.Column("stage", sa.String(16)),
        sa.Column("stars", sa.Integer()),
        sa.Column("level", sa.String(16)),
        sa.Column("who", sa.String(200)),
        sa.Column("why", sa.Text()),
        sa.Column("model_name", sa.String(100)),
        sa.Column("model_version", sa.String(100)),
        _required("key_name", sa.String(100)),
        _required("masked", sa.Boolean()),
        sa.Column("idempotency_key", sa.String(200)),
        _required("request_hash", sa.String(64)),
        sa.UniqueConstraint("key_name", "idempotency_key"),
        sqlite_autoincrement=True,
    )
    for column in ("created", "review_id", "text_hash"):
        op.create_index(f"ix_feedback_{column}", "feedback", [column])


def _jobs() -> None:
    op.create_table(
        "jobs",
        _required("id", sa.String(36), primary_key=True),
        _required("created", _time()),
        sa.Column("started", _time()),
        sa.Column("finished", _time()),
        _required("state", sa.String(16)),
        _required("file_name", sa.String(255)),
        _required("format", sa.String(16)),
        _required("options", sa.JSON()),
        sa.Column("rows_total", sa.BigInteger()),
        _required("rows_done", sa.BigInteger()),
        _required("rejected", sa.BigInteger()),
        sa.Column("error", sa.JSON()),
        sa.Column("summary", sa.JSON()),
        sa.Column("owner", sa.String(100)),
        sa.Column("heartbeat", _time()),
        _required("key_name", sa.String(100)),
        sa.Column("expires", _time()),
    )
    for column in ("created", "state", "heartbeat", "expires"):
        op.create_index(f"ix_jobs_{column}", "jobs", [column])
