"""The tables of the ledger, the same on SQLite and PostgreSQL.

Many agencies may share a ledger. Each root of what is kept names its ``agency`` ("" for a town
alone), all else hangs on a root; a statement that reads by anything but the key of a row it was
given says whose rows it wants.
"""

from typing import Any, NoReturn

import sqlalchemy as sa

SCHEMA = "0007"  # the newest migration; a test holds it against ``migrations/``

METADATA = sa.MetaData()


def _table(name: str, *parts: sa.schema.SchemaItem) -> sa.Table:
    # STRICT: SQLite would store 1.5 in an Integer column without a word.
    return sa.Table(name, METADATA, *parts, sqlite_strict=True)


def _root(name: str, *parts: sa.schema.SchemaItem, by: tuple[str, ...] = ()) -> sa.Table:
    """A table whose rows belong to an agency each; ``by`` is what else they are looked up by."""
    index = sa.Index(f"ix_{name}_agency", "agency", *by)
    return _table(name, _key(), *parts, _agency(), index)


def _agency() -> sa.Column[str]:
    # No row may get in that nobody said whose it is: the database would call it a town's alone.
    return sa.Column("agency", sa.Text, nullable=False, default=_of_nobody)


def _of_nobody() -> NoReturn:
    raise RuntimeError("a new row of the ledger that names no agency")


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


SUBMISSION = _root(
    "submission",
    _text("file"),
    _text("part"),
    _text("sha256"),
    _text("received_on"),
    by=("file",),
)
sa.Index("ix_submission_content", SUBMISSION.c.agency, SUBMISSION.c.sha256, SUBMISSION.c.part)
# What was last seen at a path of the inbox; sha256 is NULL when the file was gone.
SIGHTING = _root(
    "sighting", _text("file"), _text("sha256", null=True), _text("seen_on"), by=("file",)
)
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
EXPLANATION = _root(
    "explanation",
    sa.Column("submission_id", sa.Integer, sa.ForeignKey("submission.id"), index=True),
    *(_text(name) for name in ("part", "month", "rule", "subject", "key", "answered")),
    *(_text(name) for name in ("reason", "said_by", "given_on")),
    _number("after_revision"),
    by=("part",),
)
# A revision of a month is the union of the latest accepted part of each division.
REVISION = _root(
    "revision", _text("month"), _number("number"), _text("accepted_on"), by=("month",)
)
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
AS_OF = _root("as_of", _text("day"), by=("day",))
RELEASE = _root(
    "release",
    _text("name"),
    _text("previous", null=True),
    _text("published_on"),
)
# Which revisions a release made public for the first time.
RELEASE_REVISION = _table("release_revision", _key(), _of("release"), _of("revision"))

# What people are told outside of the replies. ``key`` says what it is about: nobody is told
# twice of the same. A try has no outcome where the program was killed while it sent.
NOTICE = _root(
    "notice",
    *(_text(name) for name in ("made_on", "audience", "part", "subject", "text")),
    by=("made_on",),
)
NOTICE_KEY = _table(
    "notice_key",
    _key(),
    _of("notice"),
    _text("key"),
    _agency(),
    sa.UniqueConstraint("agency", "key", name="uq_notice_key"),
)
NOTICE_TRY = _table("notice_try", _key(), _of("notice"), _text("channel"), _text("began_at"))
NOTICE_OUTCOME = _table("notice_outcome", _key(), _of("notice_try"), _text("trouble"))

# What e-GP's feed served: an item is written when it is new under its key, and when it changed.
SERVED = _root(
    "served", *(_text(name) for name in ("code", "key", "item", "seen_at")), by=("code",)
)
# How the feed answered; an answer like the last one of the same day is not written again.
FEED_ANSWER = _root(
    "feed_answer",
    *(_text(name) for name in ("code", "at", "outcome")),
    _number("items"),
    _number("fresh"),
    by=("code",),
)
# Announcements that finance dropped as files, as they were read.
ANNOUNCEMENT_FILE = _root(
    "announcement_file",
    *(_text(name) for name in ("file", "sha256", "received_on", "announcement")),
)


def own(table: sa.Table, agency: str) -> sa.Select[Any]:
    """Select the rows of a table that hang on a root of this agency."""
    asked, root = sa.select(table), table
    while "agency" not in root.c:
        key = min(root.foreign_keys, key=lambda one: one.parent.name)
        parent = METADATA.tables[key.column.table.name]
        asked, root = asked.join(parent, parent.c.id == key.parent), parent
    return asked.where(root.c.agency == agency)


ROOTS = tuple(table for table in METADATA.sorted_tables if "agency" in table.c)


def insert(link: sa.Connection, table: sa.Table, **values: object) -> int:
    key = link.execute(table.insert(), values).inserted_primary_key
    if key is None:
        raise RuntimeError(f"no key for a new row of {table.name}")
    return int(key[0])
