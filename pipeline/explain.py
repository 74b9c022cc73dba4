"""Questions + what a person answered → which questions are answered, and what is to be kept.

An answer belongs to the facts that it was given for. It holds for them wherever they stand, and no
longer when they change; only in the very workbook that brings it may its row be mended as well.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from pipeline import CannotRunError
from schemas.explanation import SHARED_TRAITS, Answer, Explanation, Given, Ticket
from schemas.finding import Finding
from schemas.month import Month
from schemas.procurement import is_placeholder
from schemas.reply_words import BY, REASON
from schemas.rules import found

Spent = frozenset[tuple[str, str, str]]


@dataclass(frozen=True)
class Explained:
    """The findings of a month, answered ones with their explanation; ``given`` is new."""

    findings: tuple[Finding, ...]
    given: tuple[Given, ...]
    used: frozenset[Answer]


def explain(
    findings: Sequence[Finding],
    answers: Sequence[Answer],
    known: Mapping[str, Explanation],
    spent: Spent,
    today: date,
) -> Explained:
    """Return the findings of one month with their answers.

    ``known`` has what was accepted before, by the key of its question; ``spent`` names the answers
    (key of the line, reason, by) that have been public: they hold for the facts of then, alone.
    """
    taken = _taken(findings, answers, spent)
    told: list[Finding] = []
    given: list[Given] = []
    for finding in findings:
        answer = taken.get(finding.key) if finding.severity == "explain" else None
        explanation = known.get(finding.key) if finding.severity == "explain" else None
        if answer and not (explanation and _same(explanation, answer)) and finding.month:
            explanation = Explanation(finding.rule, answer.reason, answer.by, today)
            line = Ticket.of(answer.ticket)
            key = line.key if line else finding.key
            about = finding.subject.split(" ")[0]
            where = (finding.month, finding.rule, about, finding.key)
            given.append(Given(*where, key, answer.reason, answer.by))
        told.append(replace(finding, explanation=explanation))
    return Explained(tuple(told), tuple(dict.fromkeys(given)), frozenset(taken.values()))


def give(
    questions: Sequence[tuple[Month, str, Finding]], key: str, reason: str, by: str
) -> tuple[str, Given]:
    """Return the part of the office and the answer to one open question, by its key's beginning.

    Errors: CannotRunError for a key that means none or several, for a reason that is none.
    """
    meant = [one for one in questions if key and one[2].key.startswith(key.lower())]
    if len(meant) != 1:
        count = "ไม่พบข้อที่รอคำชี้แจงรหัส" if not meant else "พบมากกว่าหนึ่งข้อที่ขึ้นต้นด้วยรหัส"
        raise CannotRunError(f"{count} «{key}» กรุณาดูรายการด้วยคำสั่ง sokhoro1 explain")
    if is_placeholder(reason) or is_placeholder(by):
        raise CannotRunError("กรุณาระบุเหตุผล (--reason) และชื่อผู้ชี้แจง (--by)")
    ((month, part, finding),) = meant
    about = finding.subject.split(" ")[0]
    return part, Given(
        month, finding.rule, about, finding.key, finding.key, reason.strip(), by.strip()
    )


def _same(explanation: Explanation, answer: Answer) -> bool:
    return (explanation.reason, explanation.by) == (answer.reason, answer.by)


def _taken(
    findings: Sequence[Finding], answers: Sequence[Answer], spent: Spent
) -> dict[str, Answer]:
    """Which answer speaks for which question, by its key; of several the last one typed."""
    asked = {f.key: Ticket.of(f.ticket) for f in findings if f.severity == "explain"}
    taken: dict[str, Answer] = {}
    moved: list[tuple[Ticket, Answer]] = []
    for answer in answers:
        ticket = Ticket.of(answer.ticket)
        if ticket is None or not (answer.reason and answer.by):
            continue
        if ticket.key in asked:
            taken[ticket.key] = answer
        elif not _is_spent(ticket, answer, spent):
            moved.append((ticket, answer))
    for ticket, answer in moved:
        if key := _mended(ticket, {k: t for k, t in asked.items() if t and k not in taken}):
            taken[key] = answer
    return taken


def _is_spent(ticket: Ticket, answer: Answer, spent: Spent) -> bool:
    return (ticket.key, answer.reason, answer.by) in spent


def _mended(ticket: Ticket, asked: Mapping[str, Ticket]) -> str:
    """The question about the same row after a change; "" where several could be meant."""
    alike = {
        key: ticket.shared(other)
        for key, other in asked.items()
        if (other.rule, other.month) == (ticket.rule, ticket.month)
        and ticket.shared(other) >= SHARED_TRAITS
    }
    best = [key for key, shared in alike.items() if shared == max(alike.values())]
    return best[0] if len(best) == 1 else ""


def left_over(
    findings: Sequence[Finding],
    answers: Iterable[Answer],
    used: frozenset[Answer],
    spent: Spent,
    file: str,
) -> list[Finding]:
    """Tell what was written and does not count, each at its own cell (promise 2: nothing lost)."""
    asked = {f.key: f for f in findings if f.severity == "explain" and f.explanation is None}
    answered = {f.key for f in findings if f.explanation}
    tickets = {key: t for key, f in asked.items() if (t := Ticket.of(f.ticket))}
    told: list[Finding] = []
    for answer in answers:
        ticket = Ticket.of(answer.ticket)
        month = ticket.month if ticket else None
        where = (file, answer.sheet, answer.cell, answer.reason or answer.by)
        if answer in used or (ticket and ticket.key in answered):
            continue
        # Its own question, or the same one about a row that has changed since.
        key = "" if not ticket else ticket.key if ticket.key in asked else _mended(ticket, tickets)
        if ticket and _is_spent(ticket, answer, spent):
            if key:
                at = asked[key]
                place = (file, at.sheet, at.cell, answer.reason)
                told.append(found("explanation-expired", *place, month=month))
        elif key and not (answer.reason and answer.by):
            missing = BY if answer.reason else REASON
            told.append(found("explanation-whole", *where, month=month, missing=missing))
        elif answer.reason:
            told.append(found("explanation-without-question", *where, month=month))
    return told
