"""The ledger as it was born: drops, findings, rows, revisions, releases."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def _table(name: str, *columns: sa.Column) -> None:  # type: ignore[type-arg]
    op.create_table(
        name, sa.Column("id", sa.Integer, primary_key=True), *columns, sqlite_strict=True
    )


def _of(table: str) -> sa.Column:  # type: ignore[type-arg]
    return sa.Column(
        f"{table}_id", sa.Integer, sa.ForeignKey(f"{table}.id"), nullable=False, index=True
    )


def _text(name: str, *, null: bool = False) -> sa.Column:  # type: ignore[type-arg]
    return sa.Column(name, sa.Text, nullable=null)


def _number(name: str) -> sa.Column:  # type: ignore[type-arg]
    return sa.Column(name, sa.Integer, nullable=False)


def upgrade() -> None:
    """Make every table, in the words of this day, whatever ``pipeline.ledger`` says later."""
    _table("submission", _text("file"), _text("part"), _text("sha256"), _text("received_on"))
    _table("sighting", _text("file"), _text("sha256", null=True), _text("seen_on"))
    _table(
        "submission_month",
        _of("submission"),
        _text("month"),
        _text("decision"),
        _number("nil"),
    )
    _table(
        "submission_row",
        _of("submission"),
        _text("month"),
        _number("position"),
        _text("procurement"),
    )
    _table("finding", _of("submission"), _number("position"), _text("finding"))
    _table("revision", _text("month"), _number("number"), _text("accepted_on"))
    _table("revision_part", _of("revision"), _text("part"), _of("submission"))
    _table("as_of", _text("day"))
    _table("release", _text("name"), _text("previous", null=True), _text("published_on"))
    _table("release_revision", _of("release"), _of("revision"))
