"""The tables of the ledger, and SQLite set up so that what it says is written is written."""

import sqlite3
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from pipeline import CannotRunError

SCHEMA = "0005"  # the newest migration; a test holds it against ``migrations/``

METADATA = sa.MetaData()


def _table(name: str, *columns: sa.Column[Any]) -> sa.Table:
    # STRICT: SQLite would store 1.5 in an Integer column without a word.
    return sa.Table(name, METADATA, *columns, sqlite_strict=True)


def _key() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True)


def _of(table: str) -> sa.Column[int]:
    return sa.Column(
        f"{table}_id", sa.Integer, sa.ForeignKey(f"{table}.id"), nullable=False, index=True
    )


def _text(name: str, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=null)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


SUBMISSION = _table(
    "submission",
    _key(),
    _text("file"),
    _text("part"),
    _text("sha256"),
    _text("received_on"),
)
# What was last seen at a path of the inbox; sha256 is NULL when the file was gone.
SIGHTING = _table("sighting", _key(), _text("file"), _text("sha256", null=True), _text("seen_on"))
SUBMISSION_MONTH = _table(
    "submission_month",
    _key(),
    _of("submission"),
    _text("month"),
    _text("decision"),
    _number("nil"),
)
SUBMISSION_ROW = _table(
    "submission_row",
    _key(),
    _of("submission"),
    _text("month"),
    _number("position"),
    _text("procurement"),
)
FINDING = _table("finding", _key(), _of("submission"), _number("position"), _text("finding"))
# Where every filled cell of a recognised sheet went.
ACCOUNT = _table("account", _key(), _of("submission"), _number("position"), _text("account"))
# What a person answered. ``key`` is the question, ``answered`` the line that brought the answer,
# ``after_revision`` the revision (its id) that the month had then, 0 for none: a superseded page
# never shows what came later. Without submission_id it was given at the command line.
EXPLANATION = _table(
    "explanation",
    _key(),
    sa.Column("submission_id", sa.Integer, sa.ForeignKey("submission.id"), index=True),
    *(_text(name) for name in ("part", "month", "rule", "subject", "key", "answered")),
    *(_text(name) for name in ("reason", "said_by", "given_on")),
    _number("after_revision"),
)
# A revision of a month is the union of the latest accepted part of each division.
REVISION = _table("revision", _key(), _text("month"), _number("number"), _text("accepted_on"))
REVISION_PART = _table("revision_part", _key(), _of("revision"), _text("part"), _of("submission"))
# A revision that is an earlier one again. ``number`` is that one's, ``after_submission`` the last
# drop before it: what finance said until then about the month is overruled by it.
RESTORATION = _table(
    "restoration",
    _key(),
    _of("revision"),
    _number("number"),
    _number("after_submission"),
    _text("reason"),
    _text("said_by"),
)
# Days on which the calendar changed what may be claimed; the site shows the latest of them.
AS_OF = _table("as_of", _key(), _text("day"))
RELEASE = _table(
    "release",
    _key(),
    _text("name"),
    _text("previous", null=True),
    _text("published_on"),
)
# Which revisions a release made public for the first time.
RELEASE_REVISION = _table("release_revision", _key(), _of("release"), _of("revision"))

# What people are told outside of the replies. ``key`` says what it is about: nobody is told
# twice of the same. A try has no outcome where the program was killed while it sent.
NOTICE = _table(
    "notice", _key(), *(_text(name) for name in ("made_on", "audience", "part", "subject", "text"))
)
NOTICE_KEY = _table(
    "notice_key", _key(), _of("notice"), sa.Column("key", sa.Text, nullable=False, unique=True)
)
NOTICE_TRY = _table("notice_try", _key(), _of("notice"), _text("channel"), _text("began_at"))
NOTICE_OUTCOME = _table("notice_outcome", _key(), _of("notice_try"), _text("trouble"))


def insert(link: sa.Connection, table: sa.Table, **values: object) -> int:
    key = link.execute(table.insert(), values).inserted_primary_key
    if key is None:
        raise RuntimeError(f"no key for a new row of {table.name}")
    return int(key[0])


def sqlite_engine(path: Path, *, writing: bool) -> sa.Engine:
    """Return an engine whose every commit has reached the disk (WAL, ``synchronous=FULL``)."""
    engine = sa.create_engine(sa.URL.create("sqlite", database=str(path)))

    @sa.event.listens_for(engine, "connect")
    def _connect(link: sqlite3.Connection, _: object) -> None:
        link.isolation_level = None  # we begin transactions ourselves
        for pragma in ("journal_mode=wal", "synchronous=full", "foreign_keys=on"):
            link.execute(f"PRAGMA {pragma}")
        link.execute("PRAGMA busy_timeout=5000")

    @sa.event.listens_for(engine, "begin")
    def _begin(link: sa.Connection) -> None:
        # A plain BEGIN that reads and then writes beside another writer fails at once.
        link.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def trouble_of_the_disk(error: Exception) -> str:
    """Return what SQLite says of a disk that is full, locked or broken; "" for any other error."""
    # Its subclasses, a broken constraint or a wrong statement, are bugs of ours.
    if type(error) in {sa.exc.OperationalError, sa.exc.DatabaseError}:
        return str(getattr(error, "orig", error))
    return ""


def version_of(engine: sa.Engine) -> str | None:
    """Return the schema that the ledger has, None for a new one; CannotRunError for no ledger."""
    try:
        with engine.connect() as link:
            if not sa.inspect(link).has_table("alembic_version"):
                return None
            version = link.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
            return None if version is None else str(version)
    except sa.exc.DatabaseError as error:
        raise CannotRunError(f"เปิดบัญชีข้อมูลไม่ได้: {error.orig}") from None
