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


def read_sightings(link: sa.Connection) -> dict[str, str | None]:
    """For each path of the inbox what was last seen there."""
    asked = sa.select(SIGHTING.c.file, SIGHTING.c.sha256).order_by(SIGHTING.c.id)
    return {row.file: row.sha256 for row in link.execute(asked)}


def answered_as(link: sa.Connection, submission: int) -> tuple[str, set[str]]:
    """Under which name a drop came, and what was decided; "returned" for one without a month."""
    file = sa.select(SUBMISSION.c.file).where(SUBMISSION.c.id == submission)
    asked = sa.select(SUBMISSION_MONTH.c.decision)
    asked = asked.where(SUBMISSION_MONTH.c.submission_id == submission)
    return link.execute(file).scalar_one(), set(link.execute(asked).scalars()) or {"returned"}


def name_says(file: str) -> list[tuple[int | None, int]]:
    """The months that a file's name states: they belong to what the file says."""
    return months_in(PurePath(file).stem)


def last_submission(link: sa.Connection, original: Original) -> int | None:
    asked = sa.select(SUBMISSION.c.id).where(
        SUBMISSION.c.sha256 == original.sha256, SUBMISSION.c.part == original.part
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


def months_of_drops(link: sa.Connection) -> dict[int, dict[Month, MonthOfDrop]]:
    row, drop = SUBMISSION_ROW.c, SUBMISSION_MONTH.c
    asked = sa.select(row.submission_id, row.month, sa.func.count())
    counted = asked.group_by(row.submission_id, row.month)
    rows = {(key, month): number for key, month, number in link.execute(counted)}
    months: dict[int, dict[Month, MonthOfDrop]] = {}
    for said in link.execute(sa.select(SUBMISSION_MONTH).order_by(drop.month)):
        key = said.submission_id
        months.setdefault(key, {})[Month.parse(said.month)] = MonthOfDrop(
            said.decision, rows.get((key, said.month), 0), bool(said.nil)
        )
    return months


def findings_of_drops(link: sa.Connection) -> dict[int, list[Finding]]:
    asked = sa.select(FINDING.c.submission_id, FINDING.c.finding)
    findings: dict[int, list[Finding]] = {}
    for key, text in link.execute(asked.order_by(FINDING.c.submission_id, FINDING.c.position)):
        findings.setdefault(key, []).append(Finding.of(json.loads(text)))
    parts = {row.id: row.part for row in link.execute(sa.select(SUBMISSION))}
    known = {part: read_explanations(link, part) for part in set(parts.values())}
    return {key: with_explanations(found, known[parts[key]]) for key, found in findings.items()}


def read_findings(link: sa.Connection, submission: int) -> list[Finding]:
    asked = sa.select(FINDING.c.finding).where(FINDING.c.submission_id == submission)
    found = [
        Finding.of(json.loads(text))
        for (text,) in link.execute(asked.order_by(FINDING.c.position))
    ]
    part = sa.select(SUBMISSION.c.part).where(SUBMISSION.c.id == submission)
    return with_explanations(found, read_explanations(link, link.execute(part).scalar_one()))


def with_explanations(findings: list[Finding], known: Mapping[str, Explanation]) -> list[Finding]:
    if not known:
        return findings
    return [
        replace(f, explanation=known.get(f.key)) if f.severity == "explain" else f
        for f in findings
    ]


def read_returned(
    link: sa.Connection, latest: Mapping[Month, Mapping[str, Latest]]
) -> Iterator[str]:
    """Files that lie there as they were sent back: a month's latest word, or one of no month."""
    lying = read_sightings(link)
    last = {row.file: row for row in link.execute(sa.select(SUBMISSION).order_by(SUBMISSION.c.id))}
    words = {word.submission: word for parts in latest.values() for word in parts.values()}
    sent_back = {key for key, word in words.items() if word.decision == "returned"}
    for file, drop in sorted(last.items()):
        if lying.get(file) == drop.sha256 and (
            drop.id in sent_back
            or not months_of(link, drop.id)
            or any(f.severity == "fix" and f.month is None for f in read_findings(link, drop.id))
        ):
            yield file
