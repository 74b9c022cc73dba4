"""Questions + what a person answered → which questions are answered, and what is to be kept.

An answer belongs to the facts that it was given for. It holds for them wherever they stand, and no
longer when they change; only in the very workbook that brings it may its row be mended as well.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from pipeline import CannotRunError
from schemas.explanation import SHARED_TRAITS, Answer, Explanation, Given, Ticket
from schemas.finding import Finding
from schemas.month import Month
from schemas.procurement import is_placeholder
from schemas.reply_words import BY, REASON
from schemas.rules import found
from schemas.thai import visible

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
) -> list[tuple[str, Given]]:
    """Return the answer to one open question, by its key's beginning, for each part that asks it.

    Two divisions with the same row have the same question: the answer is about the row's facts.

    Errors: CannotRunError for a key that means none or several, for a reason that is none.
    """
    meant = [one for one in questions if key and one[2].key.startswith(key.lower())]
    if len({finding.key for _, _, finding in meant}) != 1:
        count = "ไม่พบข้อที่รอคำชี้แจงรหัส" if not meant else "พบมากกว่าหนึ่งข้อที่ขึ้นต้นด้วยรหัส"
        raise CannotRunError(f"{count} «{key}» กรุณาดูรายการด้วยคำสั่ง sokhoro1 explain")
    reason, by = visible(reason).strip(), visible(by).strip()
    if is_placeholder(reason) or is_placeholder(by):
        raise CannotRunError("กรุณาระบุเหตุผล (--reason) และชื่อผู้ชี้แจง (--by)")
    return [
        (part, Given(month, f.rule, f.subject.split(" ")[0], f.key, f.key, reason, by))
        for month, part, f in meant
    ]


def _same(explanation: Explanation, answer: Answer) -> bool:
    return (explanation.reason, explanation.by) == (answer.reason, answer.by)


def _taken(
    findings: Sequence[Finding], answers: Sequence[Answer], spent: Spent
) -> dict[str, Answer]:
    """Which answer speaks for which question, by its key; of several the last one typed."""
    asked = {f.key: Ticket.of(f.ticket) for f in findings if f.severity == "explain"}
    taken: dict[str, Answer] = {}
    moved: dict[Ticket, Answer] = {}
    for answer in answers:
        ticket = Ticket.of(answer.ticket)
        if ticket is None or not (answer.reason and answer.by):
            continue
        if ticket.key in asked:
            taken[ticket.key] = answer
        elif not _is_spent(ticket, answer, spent):
            moved[ticket] = answer
    lines = _lines(answers)
    strays = [line for line in lines.values() if line.key not in asked]
    for ticket, answer in moved.items():
        others = {k: t for k, t in asked.items() if t and k not in taken and k not in lines}
        if key := _mended(ticket, strays, others):
            taken[key] = answer
    return taken


def _lines(answers: Iterable[Answer]) -> dict[str, Ticket]:
    """Every question that has a line in the workbook, whether somebody filled it in or not."""
    tickets = (Ticket.of(answer.ticket) for answer in answers)
    return {ticket.key: ticket for ticket in tickets if ticket}


def _is_spent(ticket: Ticket, answer: Answer, spent: Spent) -> bool:
    return (ticket.key, answer.reason, answer.by) in spent


def _mended(ticket: Ticket, strays: Iterable[Ticket], others: Mapping[str, Ticket]) -> str:
    """The question about the same row after a change; "" where several could be meant.

    ``others`` are the questions without a line of their own, ``strays`` the lines without their
    question. Rows of one supplier with one title are bought every month: a question that is as
    much like another such line is not taken for ours.
    """
    alike = {k: ticket.shared(other) for k, other in others.items() if _may_be(ticket, other)}
    best = [key for key, shared in alike.items() if shared == max(alike.values())]
    if len(best) != 1:
        return ""
    (key,) = best
    rivals = [o for o in strays if o.key != ticket.key and _may_be(o, others[key])]
    return key if all(one.shared(others[key]) < alike[key] for one in rivals) else ""


def _may_be(line: Ticket, other: Ticket) -> bool:
    same = (other.rule, other.month) == (line.rule, line.month)
    return same and line.shared(other) >= SHARED_TRAITS


def left_over(
    findings: Sequence[Finding],
    answers: Sequence[Answer],
    used: frozenset[Answer],
    spent: Spent,
    file: str,
    months: Collection[Month],
) -> list[Finding]:
    """Tell what was written and does not count, each at its own cell (promise 2: nothing lost).

    ``months`` are those of which the workbook states rows: the answers of others wait for them.
    """
    asked = {f.key: f for f in findings if f.severity == "explain" and f.explanation is None}
    answered = {f.key for f in findings if f.explanation}
    lines = _lines(answers)
    strays = [line for key, line in lines.items() if key not in asked and key not in answered]
    tickets = {k: t for k, f in asked.items() if k not in lines and (t := Ticket.of(f.ticket))}
    told: list[Finding] = []
    for answer in answers:
        ticket = Ticket.of(answer.ticket)
        month = ticket.month if ticket else None
        where = (file, answer.sheet, answer.cell, answer.reason or answer.by)
        if not answer.written or answer in used or (ticket and ticket.key in answered):
            continue
        # Its own question, or the same one about a row that has changed since.
        key = (
            ""
            if not ticket
            else ticket.key
            if ticket.key in asked
            else _mended(ticket, strays, tickets)
        )
        if ticket and _is_spent(ticket, answer, spent):
            if key:
                at = asked[key]
                place = (file, at.sheet, at.cell, answer.reason)
                told.append(found("explanation-expired", *place, month=month))
        elif key and not (answer.reason and answer.by):
            missing = BY if answer.reason else REASON
            told.append(found("explanation-whole", *where, month=month, missing=missing))
        elif month and month not in months:
            told.append(found("explanation-kept", *where, month=month, month_words=month.words))
        elif answer.reason:
            told.append(found("explanation-without-question", *where, month=month))
    return told
