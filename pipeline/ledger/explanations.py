"""Statements about what people answered, and for which facts it holds."""

from datetime import date
from typing import Any

import sqlalchemy as sa

from pipeline.ledger.revisions import last_revision
from pipeline.ledger.tables import (
    EXPLANATION,
    REVISION,
    SUBMISSION_MONTH,
    insert,
)
from schemas.explanation import Explanation, Given
from schemas.history import (
    Revision,
)
from schemas.month import Month


def write_explanation(
    link: sa.Connection, agency: str, submission: int | None, part: str, given: Given, day: str
) -> None:
    current = last_revision(link, agency, given.month)
    insert(
        link,
        EXPLANATION,
        agency=agency,
        submission_id=submission,
        part=part,
        month=str(given.month),
        rule=given.rule,
        subject=given.subject,
        key=given.key,
        answered=given.answered,
        reason=given.reason,
        said_by=given.by,
        given_on=day,
        after_revision=current.id if current else 0,
    )


def read_explanations(
    link: sa.Connection, agency: str, part: str, following: Revision | None = None
) -> dict[str, Explanation]:
    """The last answer to each question of a part, by the key of the question.

    With ``following`` only what was known before that revision came.
    """
    asked = sa.select(EXPLANATION).where(_of_part(agency, part))
    if following is not None:
        asked = asked.where(EXPLANATION.c.after_revision < following.key)
    return {row.key: to_explanation(row) for row in link.execute(asked.order_by(EXPLANATION.c.id))}


def _of_part(agency: str, part: str) -> sa.ColumnElement[bool]:
    return sa.and_(EXPLANATION.c.agency == agency, EXPLANATION.c.part == part)


def to_explanation(row: sa.Row[Any]) -> Explanation:
    return Explanation(row.rule, row.reason, row.said_by, date.fromisoformat(row.given_on))


def spent_answers(link: sa.Connection, agency: str, part: str) -> frozenset[tuple[str, str, str]]:
    """The answers whose facts have been public: (key of the line, reason, by)."""
    last = sa.select(REVISION.c.month, sa.func.max(REVISION.c.id))
    last = last.where(REVISION.c.agency == agency).group_by(REVISION.c.month)
    newest = {month: int(key) for month, key in link.execute(last)}
    asked = (
        sa.select(EXPLANATION, SUBMISSION_MONTH.c.decision)
        .outerjoin(
            SUBMISSION_MONTH,
            sa.and_(
                SUBMISSION_MONTH.c.submission_id == EXPLANATION.c.submission_id,
                SUBMISSION_MONTH.c.month == EXPLANATION.c.month,
            ),
        )
        .where(_of_part(agency, part))
    )
    return frozenset(
        (row.answered, row.reason, row.said_by)
        for row in link.execute(asked)
        if row.decision in {"accepted", "unchanged"}
        or newest.get(row.month, 0) > row.after_revision
    )


def by_subject(
    link: sa.Connection, agency: str, part: str, month: Month, following: Revision | None
) -> dict[str, tuple[Explanation, ...]]:
    """The last answer of each rule, by the fingerprint of the row that it speaks of."""
    asked = sa.select(EXPLANATION).where(_of_part(agency, part), EXPLANATION.c.month == str(month))
    if following is not None:
        asked = asked.where(EXPLANATION.c.after_revision < following.key)
    last: dict[tuple[str, str], Explanation] = {}
    for row in link.execute(asked.order_by(EXPLANATION.c.id)):
        last[row.subject, row.rule] = to_explanation(row)
    found: dict[str, tuple[Explanation, ...]] = {}
    for (subject, _), explanation in last.items():
        found[subject] = (*found.get(subject, ()), explanation)
    return found
