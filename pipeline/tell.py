"""Results → what the command line prints: JSON for programs, Thai for people."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline.announce import Poll
from pipeline.announcement_files import FileAnswer
from pipeline.checked import MARKS, OUTCOME_WORDS, finding_json
from pipeline.desk import DESK
from pipeline.egp.compare import EgpAnswer
from pipeline.pages import draw
from pipeline.rebuild import Rebuilt
from pipeline.report import blanks_words
from pipeline.run import Pass
from pipeline.take_in import Answer
from pipeline.verify import Verified
from schemas.announcement import ANSWERED, KIND_OF_CODE, OUTAGES
from schemas.delivery import Delivery
from schemas.egp import COLUMNS, Contract
from schemas.finding import SEVERITIES, SEVERITY_WORDS, Finding, Severity, count
from schemas.history import Waiting
from schemas.month import Month
from schemas.reconciliation import (
    FIELD_WORDS,
    Compared,
    PublicRow,
    Reconciliation,
    note_words,
    reconciled,
)
from schemas.report import AnnualReport
from schemas.rules import RULES, Rule
from schemas.status import BECAUSE_WORDS, STATE_WORDS, MeasureStatus
from schemas.summary import MonthlySummary
from schemas.thai import decimal_baht

STATE_MARKS = {"published": "✓", "nil": "✓", "returned": "✗", "missing": "✗", "not_due": "·"}
SHOWN = 5  # findings of one file; the receipt has all


def verify_words(verified: Verified) -> str:
    """Return what ``verify`` found, for people."""
    return draw("terminal/verify.txt", "arabic", verified=verified).decode()


def rebuilt_json(made: Rebuilt) -> dict[str, Any]:
    """Return what ``rebuild`` came to, for programs."""
    return {
        "release": made.release,
        "files": made.files,
        "damaged": list(made.damaged),
        "changed": list(made.changed),
        "targets": deliveries_json(made.outside.deliveries),
    }


def rebuilt_words(made: Rebuilt) -> str:
    """Return the same for people."""
    deliveries = [one for one in made.outside.deliveries if one.state != "unchanged"]
    return draw("terminal/rebuild.txt", "arabic", made=made, deliveries=deliveries).decode()


def report_words(report: AnnualReport, written: Sequence[Path], measures: Path) -> str:
    """Return where the annual report is, and what is still empty in it, for people."""
    return draw(
        "terminal/report.txt",
        "arabic",
        report=report,
        written=written,
        measures=measures,
        blanks=list(blanks_words(report)),
    ).decode()


# ---- run


def pass_json(done: Pass) -> dict[str, Any]:
    """Return the object that ``run --json`` prints (DESIGN §7)."""
    return {
        "today": done.today.isoformat(),
        "taken_in": [
            *(_answer_json(answer, done.replies) for answer in done.answers),
            *(_file_json(one) for one in done.files),
            *(_contracts_json(one) for one in done.contracts),
            *(_ignored_json(file) for file in done.arrived.ignored),
        ],
        "published": [_published_json(summary) for summary in done.published],
        "waiting": [_waiting_json(one) for one in done.waiting],
        "damage": list(done.outside.damage),
        "notices": [asdict(one) for one in done.outside.told],
        "targets": deliveries_json(done.outside.deliveries),
        # Only where there is one: then the watch need not wait for the next day.
        **({"again_at": done.outside.again_at.isoformat()} if done.outside.again_at else {}),
        # Only where there are any: then the watch looks again without waiting for a change.
        **({"unsettled": list(done.arrived.unsettled)} if done.arrived.unsettled else {}),
    }


def _answer_json(answer: Answer, replies: Mapping[str, str]) -> dict[str, Any]:
    drop = answer.drop
    return {
        "file": answer.original.file,
        "sha256": answer.original.sha256,
        "outcome": answer.outcome,
        "months": [str(month) for month in drop.months],
        "rows": drop.rows,
        "findings": count(drop.findings),
        "reply": replies[drop.file],
    }


def _file_json(answer: FileAnswer) -> dict[str, Any]:
    """An announcement as a file of the inbox: what it lacks stands in finance's own page."""
    asked = answer.file.must_be_mended
    return _ignored_json(answer.original.file) | {
        "sha256": answer.original.sha256,
        "outcome": answer.outcome,
        "findings": dict.fromkeys(SEVERITIES, 0) | {"fix": int(asked)},
        "reply": DESK if asked else None,
    }


def _contracts_json(answer: EgpAnswer) -> dict[str, Any]:
    """A file of e-GP's open data; what is wrong with it stands in finance's own page."""
    useless = answer.outcome == "returned"
    return _ignored_json(answer.original.file) | {
        "sha256": answer.original.sha256,
        "outcome": answer.outcome,
        "rows": len(answer.said.contracts),
        "findings": dict.fromkeys(SEVERITIES, 0) | {"fix": int(useless)},
        "reply": DESK,
    }


def _ignored_json(file: str) -> dict[str, Any]:
    return {
        "file": file,
        "sha256": None,
        "outcome": "ignored",
        "months": [],
        "rows": None,
        "findings": dict.fromkeys(SEVERITIES, 0),
        "reply": None,
    }


def _published_json(summary: MonthlySummary) -> dict[str, Any]:
    total = summary.totals.agreed_price
    return {
        "month": str(summary.month),
        "revision": summary.revision,
        "rows": summary.totals.rows,
        "total_agreed": None if total is None else decimal_baht(total),
    }


def _waiting_json(waiting: Waiting) -> dict[str, Any]:
    return {
        "month": str(waiting.month),
        "part": waiting.part,
        "findings": [finding_json(f) for f in waiting.findings if f.open],
    }


def deliveries_json(deliveries: Sequence[Delivery]) -> list[dict[str, Any]]:
    """Return what became of the release at each target; ``next_try`` with its offset."""
    return [
        {
            "name": one.name,
            "release": one.release,
            "state": one.state,
            "sent": len(one.sent),
            "removed": len(one.removed),
            "failure": one.failure or None,
            "next_try": one.next_try.isoformat(timespec="seconds") if one.next_try else None,
        }
        for one in deliveries
    ]


def deliveries_words(deliveries: Sequence[Delivery]) -> str:
    """Return the same for people."""
    return draw("terminal/deliver.txt", "arabic", deliveries=deliveries).decode()


def pass_words(done: Pass, output: str) -> str:
    """Return the same for people."""
    return draw(
        "terminal/run.txt",
        "arabic",
        files=[one for one in done.files if one.outcome != "unchanged"],
        answers=[
            _AnswerView.of(answer, done.replies) for answer in done.answers if _is_news(answer)
        ],
        quiet=sum(not _is_news(answer) for answer in done.answers),
        contracts=[one for one in done.contracts if one.outcome != "unchanged"],
        ignored=done.arrived.ignored,
        unsettled=done.arrived.unsettled,
        published=done.published,
        waiting=[(one.month, one.part) for one in done.waiting],
        late=done.late,
        damage=done.outside.damage,
        told=done.outside.told,
        deliveries=[one for one in done.outside.deliveries if one.state != "unchanged"],
        output=output,
        marks=MARKS,
        words=OUTCOME_WORDS,
        severity_words=SEVERITY_WORDS,
    ).decode()


def _is_news(answer: Answer) -> bool:
    """A file that was answered before is told again only while somebody must mend it."""
    return answer.outcome != "unchanged" or any(f.severity == "fix" for f in answer.drop.findings)


@dataclass(frozen=True)
class _AnswerView:
    """An answer as the terminal shows it: the first findings only."""

    original: Any
    outcome: str
    drop: Any
    counts: list[tuple[Severity, int]]
    first: Sequence[Finding]
    more: int
    reply: str

    @classmethod
    def of(cls, answer: Answer, replies: Mapping[str, str]) -> "_AnswerView":
        asked = [f for f in answer.drop.findings if f.open]
        return cls(
            answer.original,
            answer.outcome,
            answer.drop,
            [(severity, n) for severity, n in zip(SEVERITIES, count(asked).values(), strict=True)],
            asked[:SHOWN],
            len(asked[SHOWN:]),
            replies[answer.drop.file],
        )


# ---- announce


def poll_json(made: Poll | None, again_at: datetime) -> dict[str, Any]:
    """Return the object that ``announce --json`` prints; ``polled`` is false when none was due."""
    return {
        "polled": made is not None,
        "whole": made is not None and made.whole,
        "answers": [
            {**asdict(one), "at": one.at.isoformat(timespec="seconds")}
            for one in (made.answers if made else ())
        ],
        "new": [
            {
                "kind": one.announcement.kind,
                "egp_project_number": one.project or None,
                "title": one.announcement.title,
                "date": one.published_on.isoformat() if one.published_on else None,
                "url": one.link or None,
            }
            for one in (made.fresh if made else ())
        ],
        "unasked": list(made.unasked) if made else [],
        "again_at": again_at.isoformat(timespec="seconds"),
    }


def poll_words(made: Poll | None, again_at: datetime) -> str:
    """Return the same for people."""
    kinds, outages = KIND_OF_CODE, {**OUTAGES, ANSWERED: ""}
    facts = {"poll": made, "again_at": again_at, "kinds": kinds, "outages": outages}
    return draw("terminal/announce.txt", "arabic", **facts).decode()


# ---- reconcile


def reconcile_json(compared: Compared, ours: str) -> dict[str, Any]:
    """Return what ``reconcile --json`` prints: each fiscal year, then the files."""
    return {
        "years": [_year_json(found) for _, found in sorted(compared.years.items())],
        "files": [
            {
                "file": one.file,
                "sha256": one.sha256,
                "seen_on": one.seen_on.isoformat(),
                "records": one.said.records,
                "ours": one.said.ours,
                "without_contract": one.said.without_contract,
                "unreadable": one.said.unreadable,
                "fiscal_years": list(one.said.fiscal_years),
                "columns": [asdict(taken) for taken in one.said.taken],
                "faults": [
                    {"rule": fault.rule, "line": fault.line or None, "message": fault.words(ours)}
                    for fault in compared.faults.get(one.file, ())
                ],
            }
            for one in compared.files
        ],
    }


def reconcile_words(compared: Compared, ours: str) -> str:
    """Return the same for people."""
    return draw(
        "terminal/reconcile.txt",
        "arabic",
        compared=compared,
        ours=ours,
        words=FIELD_WORDS,
        columns=COLUMNS,
        note_words=note_words,
    ).decode()


def _year_json(found: Reconciliation) -> dict[str, Any]:
    return {
        "fiscal_year": found.fiscal_year,
        **asdict(reconciled(found)),
        "file": found.file.file,
        "seen_on": found.file.seen_on.isoformat(),
        "not_comparable": len(found.not_comparable),
        "differences": [
            {
                "contract": _contract_json(pair.contract),
                "row": _place_json(pair.row),
                "fields": [
                    {
                        "field": one.field,
                        "here": _plain(one.field, one.here),
                        "there": _plain(one.field, one.there),
                        "cell": one.cell or None,
                    }
                    for one in pair.unlike
                ],
            }
            for pair in found.differing
        ],
        "there": [
            {"contract": _contract_json(one.contract), "awaited": one.awaited}
            for one in found.only_there
        ],
        "here": [_place_json(row) for row in found.only_here],
        "notes": [
            {
                "contract": _contract_json(note.contract),
                "row": note.row and _place_json(note.row),
                "reasons": list(note.reasons),
            }
            for note in found.notes
        ],
    }


def _contract_json(one: Contract) -> dict[str, Any]:
    return {
        "line": one.line,
        "project": one.project,
        "number": one.number,
        "signed": one.signed.isoformat() if one.signed else None,
        "amount": _plain("agreed_price", one.amount),
        "supplier": one.supplier,
    }


def _place_json(public: PublicRow) -> dict[str, Any]:
    source = public.row.source
    return {
        "month": str(public.month),
        "position": public.position,
        "file": source.file,
        "sheet": source.sheet,
        "row": source.row,
    }


def _plain(field: str, value: object) -> str | None:
    if value is None:
        return None
    return (
        decimal_baht(value) if field == "agreed_price" and isinstance(value, int) else str(value)
    )


# ---- explain


def questions_words(questions: Sequence[tuple[Month, str, Finding]]) -> str:
    """Return what is asked and not yet answered, each with the key to answer it by."""
    return draw("terminal/explain.txt", "arabic", questions=questions).decode()


# ---- rules


@dataclass(frozen=True)
class Trial:
    """What a rule on trial would have told of all that is public."""

    rule: Rule
    findings: tuple[Finding, ...]

    @property
    def months(self) -> dict[Month, list[Finding]]:
        """The findings by month; a rule on trial looks at months only."""
        by_month: dict[Month, list[Finding]] = {}
        for finding in self.findings:
            if finding.month is not None:
                by_month.setdefault(finding.month, []).append(finding)
        return by_month


def rules_json() -> dict[str, Any]:
    """Return every rule as ``rules --json`` prints it; ``since`` is a Gregorian ISO day."""
    return {"rules": [_rule_json(rule) for rule in RULES]}


def _rule_json(rule: Rule) -> dict[str, Any]:
    return {
        "rule": rule.id,
        "severity": rule.severity,
        "since": rule.since.isoformat() if rule.since else None,
        "shadow": rule.shadow,
        "message": rule.message,
        "basis": rule.basis,
    }


def rules_words() -> str:
    """Return the same for people."""
    words = {"rules": RULES, "severity_words": SEVERITY_WORDS}
    return draw("terminal/rules.txt", "arabic", **words).decode()


def trials_json(months: int, trials: Sequence[Trial]) -> dict[str, Any]:
    """Return the object that ``rules --shadow --json`` prints."""
    return {
        "months": months,
        "trials": [
            {
                **_rule_json(trial.rule),
                "rows": len(trial.findings),
                "months": [
                    {
                        "month": str(month),
                        "rows": len(findings),
                        "findings": [
                            {"file": finding.file, **finding_json(finding)} for finding in findings
                        ],
                    }
                    for month, findings in trial.months.items()
                ],
            }
            for trial in trials
        ],
    }


def trials_words(months: int, trials: Sequence[Trial]) -> str:
    """Return the same for people."""
    words = {"months": months, "trials": trials, "severity_words": SEVERITY_WORDS}
    return draw("terminal/trials.txt", "arabic", **words).decode()


# ---- status


def status_words(status: MeasureStatus) -> str:
    """Return the twelve months and the sentences for people."""
    return draw(
        "terminal/status.txt",
        "arabic",
        status=status,
        marks=STATE_MARKS,
        state_words=STATE_WORDS,
        because_words=BECAUSE_WORDS,
    ).decode()
