"""Statements about revisions of months, and the latest word of each part about them."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa

from pipeline.ledger.tables import (
    RELEASE,
    RELEASE_REVISION,
    RESTORATION,
    REVISION,
    REVISION_PART,
    SUBMISSION,
    SUBMISSION_MONTH,
    insert,
)
from schemas.history import (
    Latest,
    Restored,
    Revision,
)
from schemas.month import Month


def publish_part(
    link: sa.Connection, agency: str, month: Month, part: str, submission: int, day: str
) -> None:
    """Append the next revision of a month: the current one with this part replaced."""
    parts = {part: submission}
    if current := last_revision(link, agency, month):
        own = REVISION_PART.c.revision_id == current.id
        asked = sa.select(REVISION_PART.c.part, REVISION_PART.c.submission_id).where(own)
        parts = {**{row.part: row.submission_id for row in link.execute(asked)}, **parts}
    append_revision(link, agency, month, parts, day)


def append_revision(
    link: sa.Connection, agency: str, month: Month, parts: Mapping[str, int], day: str
) -> int:
    """Write the next revision of a month, made of these parts; return its key."""
    current = last_revision(link, agency, month)
    number = current.number + 1 if current else 1
    said = {"month": str(month), "number": number, "accepted_on": day}
    key = insert(link, REVISION, agency=agency, **said)
    for name, carried in sorted(parts.items()):
        insert(link, REVISION_PART, revision_id=key, part=name, submission_id=carried)
    return key


def last_revision(link: sa.Connection, agency: str, month: Month) -> sa.Row[Any] | None:
    own = sa.select(REVISION).where(REVISION.c.agency == agency, REVISION.c.month == str(month))
    return link.execute(own.order_by(REVISION.c.id.desc()).limit(1)).first()


def read_revisions(link: sa.Connection, agency: str) -> dict[Month, tuple[Revision, ...]]:
    """Every revision of each month, the oldest first."""
    own = REVISION.c.agency == agency
    asked = (
        sa.select(REVISION, REVISION_PART.c.part, REVISION_PART.c.submission_id)
        .join(REVISION_PART)
        .where(own)
        .order_by(REVISION.c.id, REVISION_PART.c.id)
    )
    after = releases_before(link, agency)
    restored = {
        row.revision_id: Restored(row.number, row.reason, row.said_by)
        for row in link.execute(sa.select(RESTORATION).join(REVISION).where(own))
    }
    found: dict[int, Revision] = {}
    for row in link.execute(asked):
        known = found.get(row.id)
        parts = {**(known.parts if known else {}), row.part: row.submission_id}
        found[row.id] = Revision(
            Month.parse(row.month),
            row.number,
            date.fromisoformat(row.accepted_on),
            parts,
            row.id,
            after.get(row.id),
            restored.get(row.id),
        )
    by_month: dict[Month, tuple[Revision, ...]] = {}
    for revision in found.values():
        by_month[revision.month] = (*by_month.get(revision.month, ()), revision)
    return by_month


def releases_before(link: sa.Connection, agency: str) -> dict[int, int]:
    """For each revision that was ever public, how many releases there were before its first."""
    own = RELEASE.c.agency == agency
    releases = link.execute(sa.select(RELEASE.c.id).where(own).order_by(RELEASE.c.id)).scalars()
    position = {key: number for number, key in enumerate(releases)}
    asked = sa.select(RELEASE_REVISION).join(RELEASE).where(own).order_by(RELEASE_REVISION.c.id)
    return {row.revision_id: position[row.release_id] for row in link.execute(asked)}


def read_latest(
    link: sa.Connection, agency: str, months: Collection[Month] | None = None
) -> dict[Month, dict[str, Latest]]:
    """The latest word of each part about each month, or only about these."""
    carried = sa.select(REVISION.c.month, REVISION_PART.c.submission_id).join(REVISION_PART)
    carried = carried.where(REVISION.c.agency == agency)
    asked = (
        sa.select(SUBMISSION_MONTH, SUBMISSION.c.file, SUBMISSION.c.part, SUBMISSION.c.received_on)
        .join(SUBMISSION)
        .where(SUBMISSION.c.agency == agency)
        .order_by(SUBMISSION_MONTH.c.id)
    )
    if months is not None:
        wanted = list(map(str, months))
        carried = carried.where(REVISION.c.month.in_(wanted))
        asked = asked.where(SUBMISSION_MONTH.c.month.in_(wanted))
    public = {(row.month, row.submission_id) for row in link.execute(carried)}
    latest: dict[Month, dict[str, Latest]] = {}
    for row in link.execute(asked.where(SUBMISSION_MONTH.c.decision != "repeated")):
        latest.setdefault(Month.parse(row.month), {})[row.part] = Latest(
            row.submission_id,
            row.file,
            row.decision,
            date.fromisoformat(row.received_on),
            (row.month, row.submission_id) in public,
        )
    for month, (after, back) in read_restorations(link, agency).items():
        if months is not None and month not in months:
            continue
        since = {p: word for p, word in latest[month].items() if word.submission > after}
        latest[month] = {**back, **since}
    return latest


def read_restorations(
    link: sa.Connection, agency: str
) -> dict[Month, tuple[int, dict[str, Latest]]]:
    """For a month that went back: the last drop before that, and the words that count again."""
    asked = (
        sa.select(
            REVISION.c.month,
            RESTORATION.c.revision_id,
            RESTORATION.c.after_submission,
            REVISION_PART.c.submission_id,
            SUBMISSION,
        )
        .join(REVISION, REVISION.c.id == RESTORATION.c.revision_id)
        .join(REVISION_PART, REVISION_PART.c.revision_id == REVISION.c.id)
        .join(SUBMISSION, SUBMISSION.c.id == REVISION_PART.c.submission_id)
        .where(REVISION.c.agency == agency)
    )
    found: dict[Month, tuple[int, dict[str, Latest]]] = {}
    seen: dict[Month, int] = {}
    for row in link.execute(asked.order_by(RESTORATION.c.id, REVISION_PART.c.id)):
        month = Month.parse(row.month)
        if seen.get(month) != row.revision_id:
            seen[month], found[month] = row.revision_id, (row.after_submission, {})
        received = date.fromisoformat(row.received_on)
        found[month][1][row.part] = Latest(
            row.submission_id, row.file, "accepted", received, public=True
        )
    return found
