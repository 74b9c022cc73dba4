"""Statements about what was dropped, where it lies, and how it was answered."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import PurePath

import sqlalchemy as sa

from pipeline.inbox import Original
from pipeline.ledger.explanations import read_explanations
from pipeline.ledger.tables import (
    ACCOUNT,
    FINDING,
    SIGHTING,
    SUBMISSION,
    SUBMISSION_MONTH,
    SUBMISSION_ROW,
)
from schemas.examined import Account
from schemas.explanation import Explanation
from schemas.finding import Finding
from schemas.history import (
    Drop,
    Latest,
    MonthOfDrop,
)
from schemas.month import Month
from schemas.thai import months_in


def as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def read_sightings(link: sa.Connection, agency: str) -> dict[str, str | None]:
    """For each path of the inbox what was last seen there."""
    asked = sa.select(SIGHTING.c.file, SIGHTING.c.sha256).where(SIGHTING.c.agency == agency)
    return {row.file: row.sha256 for row in link.execute(asked.order_by(SIGHTING.c.id))}


def last_seen(link: sa.Connection, agency: str, file: str) -> str | None:
    """What was last seen at one path; None for nothing."""
    asked = sa.select(SIGHTING.c.sha256).where(
        SIGHTING.c.agency == agency, SIGHTING.c.file == file
    )
    return link.execute(asked.order_by(SIGHTING.c.id.desc()).limit(1)).scalar()


def answered_as(link: sa.Connection, submission: int) -> tuple[str, set[str]]:
    """Under which name a drop came, and what was decided; "returned" for one without a month."""
    file = sa.select(SUBMISSION.c.file).where(SUBMISSION.c.id == submission)
    asked = sa.select(SUBMISSION_MONTH.c.decision)
    asked = asked.where(SUBMISSION_MONTH.c.submission_id == submission)
    return link.execute(file).scalar_one(), set(link.execute(asked).scalars()) or {"returned"}


def name_says(file: str) -> list[tuple[int | None, int]]:
    """The months that a file's name states: they belong to what the file says."""
    return months_in(PurePath(file).stem)


def last_submission(link: sa.Connection, agency: str, original: Original) -> int | None:
    """The last drop of these bytes by this part of the office."""
    asked = sa.select(SUBMISSION.c.id).where(
        SUBMISSION.c.agency == agency,
        SUBMISSION.c.sha256 == original.sha256,
        SUBMISSION.c.part == original.part,
    )
    return link.execute(asked.order_by(SUBMISSION.c.id.desc()).limit(1)).scalar()


def read_drop(link: sa.Connection, submission: int) -> Drop:
    row = link.execute(sa.select(SUBMISSION).where(SUBMISSION.c.id == submission)).one()
    rows = sa.select(sa.func.count()).where(SUBMISSION_ROW.c.submission_id == submission)
    return Drop(
        row.id,
        row.file,
        row.part,
        row.sha256,
        date.fromisoformat(row.received_on),
        tuple(months_of(link, submission)),
        int(link.execute(rows).scalar_one()),
        tuple(read_findings(link, submission)),
        tuple(read_accounts(link, submission)),
    )


def read_accounts(link: sa.Connection, submission: int) -> list[Account]:
    asked = sa.select(ACCOUNT.c.account).where(ACCOUNT.c.submission_id == submission)
    return [
        Account(**json.loads(text)) for (text,) in link.execute(asked.order_by(ACCOUNT.c.position))
    ]


def months_of(link: sa.Connection, submission: int) -> list[Month]:
    asked = sa.select(SUBMISSION_MONTH.c.month).where(
        SUBMISSION_MONTH.c.submission_id == submission
    )
    return sorted(Month.parse(month) for (month,) in link.execute(asked))


def months_of_drops(link: sa.Connection, agency: str) -> dict[int, dict[Month, MonthOfDrop]]:
    row, own = SUBMISSION_ROW.c, SUBMISSION.c.agency == agency
    asked = sa.select(row.submission_id, row.month, sa.func.count()).join(SUBMISSION).where(own)
    counted = asked.group_by(row.submission_id, row.month)
    rows = {(key, month): number for key, month, number in link.execute(counted)}
    months: dict[int, dict[Month, MonthOfDrop]] = {}
    told = link.execute(sa.select(SUBMISSION_MONTH).join(SUBMISSION).where(own))
    # Sorted here: a database sorts text as its locale does.
    for said in sorted(told, key=lambda one: (one.month, one.id)):
        key = said.submission_id
        months.setdefault(key, {})[Month.parse(said.month)] = MonthOfDrop(
            said.decision, rows.get((key, said.month), 0), bool(said.nil)
        )
    return months


def findings_of_drops(link: sa.Connection, agency: str) -> dict[int, list[Finding]]:
    own = SUBMISSION.c.agency == agency
    asked = sa.select(FINDING.c.submission_id, FINDING.c.finding).join(SUBMISSION).where(own)
    findings: dict[int, list[Finding]] = {}
    for key, text in link.execute(asked.order_by(FINDING.c.submission_id, FINDING.c.position)):
        findings.setdefault(key, []).append(Finding.of(json.loads(text)))
    drops = link.execute(sa.select(SUBMISSION.c.id, SUBMISSION.c.part).where(own))
    parts = {row.id: row.part for row in drops}
    known = {part: read_explanations(link, agency, part) for part in set(parts.values())}
    return {key: with_explanations(found, known[parts[key]]) for key, found in findings.items()}


def told_findings(link: sa.Connection, submission: int) -> list[Finding]:
    """The findings of a drop without what was answered since."""
    asked = sa.select(FINDING.c.finding).where(FINDING.c.submission_id == submission)
    told = link.execute(asked.order_by(FINDING.c.position))
    return [Finding.of(json.loads(text)) for (text,) in told]


def read_findings(link: sa.Connection, submission: int) -> list[Finding]:
    found = told_findings(link, submission)
    whose = sa.select(SUBMISSION.c.agency, SUBMISSION.c.part).where(SUBMISSION.c.id == submission)
    agency, part = link.execute(whose).one()
    return with_explanations(found, read_explanations(link, agency, part))


def with_explanations(findings: list[Finding], known: Mapping[str, Explanation]) -> list[Finding]:
    if not known:
        return findings
    return [
        replace(f, explanation=known.get(f.key)) if f.severity == "explain" else f
        for f in findings
    ]


def read_returned(
    link: sa.Connection, agency: str, latest: Mapping[Month, Mapping[str, Latest]]
) -> Iterator[str]:
    """Files that lie there as they were sent back: a month's latest word, or one of no month."""
    lying = read_sightings(link, agency)
    own = SUBMISSION.c.agency == agency
    drops = link.execute(sa.select(SUBMISSION).where(own).order_by(SUBMISSION.c.id))
    last = {row.file: row for row in drops}
    words = {word.submission: word for parts in latest.values() for word in parts.values()}
    sent_back = {key for key, word in words.items() if word.decision == "returned"}
    asked = sa.select(SUBMISSION_MONTH.c.submission_id).join(SUBMISSION).where(own)
    of_a_month = set(link.execute(asked).scalars())
    astray = _astray(link, agency)
    for file, drop in sorted(last.items()):
        if lying.get(file) == drop.sha256 and (
            drop.id in sent_back or drop.id not in of_a_month or drop.id in astray
        ):
            yield file


def _astray(link: sa.Connection, agency: str) -> set[int]:
    """Of the last drop at each path those with a cell to be mended that belongs to no month."""
    own = SUBMISSION.c.agency == agency
    last = sa.select(sa.func.max(SUBMISSION.c.id)).where(own).group_by(SUBMISSION.c.file)
    asked = sa.select(FINDING.c.submission_id, FINDING.c.finding)
    found = (
        (key, Finding.of(json.loads(text)))
        for key, text in link.execute(asked.where(FINDING.c.submission_id.in_(last)))
        if '"fix"' in text
    )
    return {key for key, one in found if one.severity == "fix" and one.month is None}
