"""What people are told, on which channel it was tried."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    table("notice", *(text(name) for name in ("made_on", "audience", "part", "subject", "text")))
    table("notice_key", of("notice"), sa.Column("key", sa.Text, nullable=False, unique=True))
    table("notice_try", of("notice"), text("channel"), text("began_at"))
    table("notice_outcome", of("notice_try"), text("trouble"))


def table(name: str, *columns: sa.Column[Any]) -> None:
    key = sa.Column("id", sa.Integer, primary_key=True)
    op.create_table(name, key, *columns, sqlite_strict=True)


def text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, nullable=False)


def of(name: str) -> sa.Column[Any]:
    key = sa.ForeignKey(f"{name}.id")
    return sa.Column(f"{name}_id", sa.Integer, key, nullable=False, index=True)
