"""What e-GP's feed served and how it answered, and the announcements that finance dropped."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    served = (text(name) for name in ("code", "key", "item", "seen_at"))
    table("served", *served)
    table(
        "feed_answer", text("code"), text("at"), text("outcome"), number("items"), number("fresh")
    )
    dropped = (text(name) for name in ("file", "sha256", "received_on", "announcement"))
    table("announcement_file", *dropped)


def table(name: str, *columns: sa.Column[Any]) -> None:
    key = sa.Column("id", sa.Integer, primary_key=True)
    op.create_table(name, key, *columns, sqlite_strict=True)


def text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, nullable=False)


def number(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer, nullable=False)
