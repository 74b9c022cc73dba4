"""Whose each row is: many agencies may share a ledger. What was there belongs to agency ""."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

LOOKED_UP_BY = {
    "submission": ("file",),
    "sighting": ("file",),
    "explanation": ("part",),
    "revision": ("month",),
    "as_of": ("day",),
    "release": (),
    "notice": ("made_on",),
    "served": ("code",),
    "feed_answer": ("code",),
    "announcement_file": (),
}


def upgrade() -> None:
    for table, columns in LOOKED_UP_BY.items():
        op.add_column(table, agency())
        op.create_index(f"ix_{table}_agency", table, ["agency", *columns])
    op.create_index("ix_submission_content", "submission", ["agency", "sha256", "part"])
    notice_keys()


def notice_keys() -> None:
    """The table anew, since SQLite cannot change what must be unique; nothing points at it."""
    known = op.get_bind().execute(sa.text("SELECT notice_id, key FROM notice_key ORDER BY id"))
    rows = [{"notice_id": number, "key": key, "agency": ""} for number, key in known]
    op.drop_table("notice_key")
    made = op.create_table(
        "notice_key",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("notice_id", sa.Integer, sa.ForeignKey("notice.id"), nullable=False, index=True),
        sa.Column("key", sa.Text, nullable=False),
        agency(),
        sa.UniqueConstraint("agency", "key", name="uq_notice_key"),
        sqlite_strict=True,
    )
    if rows:
        op.bulk_insert(made, rows)


def agency() -> sa.Column[Any]:
    return sa.Column("agency", sa.Text, nullable=False, server_default="")
