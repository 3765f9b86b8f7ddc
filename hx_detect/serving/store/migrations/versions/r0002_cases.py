"""Cases. In: the tables of 0001. Out: ``cases``, ``case_events`` and ``case_texts`` beside them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

SEQUENCE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_CASE_INDEXES = ("created", "customer", "review_id", "text_hash", "group_name", "priority", "state", "owner")


def upgrade() -> None:
    """Make the tables and their indexes."""
    _cases()
    _case_events()
    _case_texts()


def downgrade() -> None:
    """Take the tables away, with all that is in them."""
    for table in ("case_texts", "case_events", "cases"):
        op.drop_table(table)


def _required(name: str, kind: Any, *constraints: Any, **options: Any) -> sa.Column[Any]:  # noqa: ANN401 - any SQLAlchemy type
    return sa.Column(name, kind, *constraints, nullable=False, **options)


def _time() -> sa.DateTime:
    return sa.DateTime(timezone=op.get_bind().dialect.name != "sqlite")


def _of_case() -> sa.Column[Any]:
    return _required("case_id", sa.String(36), sa.ForeignKey("cases.id", ondelete="CASCADE"))


def _words() -> list[sa.Column[Any]]:
    """What a case and a later text both say of a text."""
    return [
        sa.Column("review_id", sa.String(200)),
        sa.Column("text", sa.Text()),
        _required("text_hash", sa.String(64)),
        _required("masked", sa.Boolean()),
        _required("language", sa.String(8)),
        sa.Column("written", _time()),
        _required("level", sa.String(16)),
        _required("hx_probability", sa.Float()),
        _required("priority", sa.Float()),
        _required("signals", sa.JSON()),
        sa.Column("source", sa.String(255)),
        _required("model", sa.String(200)),
    ]


def _cases() -> None:
    op.create_table(
        "cases",
        _required("id", sa.String(36), primary_key=True),
        _required("created", _time()),
        _required("updated", _time()),
        _required("version", sa.Integer()),
        _required("identity", sa.String(64), unique=True),
        sa.Column("customer", sa.String(200)),
        sa.Column("group_name", sa.String(200)),
        *_words(),
        _required("stage", sa.String(16)),
        _required("nps_band", sa.String(16)),
        _required("signal_names", sa.Text()),
        _required("state", sa.String(16)),
        sa.Column("owner", sa.String(200)),
        sa.Column("contacted", _time()),
        sa.Column("closed", _time()),
        _required("key_name", sa.String(100)),
    )
    for column in _CASE_INDEXES:
        op.create_index(f"ix_cases_{column}", "cases", [column])


def _case_events() -> None:
    op.create_table(
        "case_events",
        _required("sequence", SEQUENCE, primary_key=True),
        _of_case(),
        _required("created", _time()),
        _required("who", sa.String(200)),
        _required("what", sa.String(16)),
        sa.Column("from_state", sa.String(16)),
        sa.Column("to_state", sa.String(16)),
        sa.Column("note", sa.Text()),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_case_events_case_id", "case_events", ["case_id"])


def _case_texts() -> None:
    op.create_table(
        "case_texts",
        _required("sequence", SEQUENCE, primary_key=True),
        _of_case(),
        _required("identity", sa.String(64)),
        _required("created", _time()),
        *_words(),
        sa.UniqueConstraint("case_id", "identity"),
        sqlite_autoincrement=True,
    )
    for column in ("case_id", "identity"):
        op.create_index(f"ix_case_texts_{column}", "case_texts", [column])
