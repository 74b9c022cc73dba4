"""Findings → what becomes of a month: published, waiting for an answer, or returned."""

from collections.abc import Iterable
from datetime import date
from typing import get_args

from schemas.config import Hold
from schemas.finding import Finding
from schemas.history import Decision
from schemas.rules import RULE

WORST_FIRST: tuple[Decision, ...] = get_args(Decision)


def decide(findings: Iterable[Finding], due: date, today: date, hold: Hold) -> Decision:
    """Return what becomes of a month: one cell to be fixed returns it, a question may hold it.

    A question that somebody answered is none. On the due day the duty to publish wins over an open
    one, except for rows that vanish.
    """
    found = list(findings)
    if any(finding.severity == "fix" for finding in found):
        return "returned"
    questions = [RULE[finding.rule] for finding in found if finding.open]
    if any(rule.waits_always for rule in questions):
        return "waiting"
    released = hold == "never" or (hold == "until_due" and today >= due)
    return "accepted" if released or not questions else "waiting"


def worst(decisions: Iterable[Decision]) -> Decision:
    """Return the outcome of a file from those of its months; nothing at all is a return."""
    return min(decisions, key=WORST_FIRST.index, default="returned")
