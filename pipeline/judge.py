"""What a workbook states + what is public → what becomes of each of its months."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from pipeline.check import check, compare
from pipeline.decide import decide, worst
from pipeline.due import due_day
from schemas.config import Settings
from schemas.examined import Examined, Stated
from schemas.finding import Finding
from schemas.history import Decision, Judged, Waiting
from schemas.month import Month
from schemas.procurement import Procurement
from schemas.rules import found
from schemas.thai import date_long

Public = Mapping[Month, tuple[Procurement, ...]]
Elsewhere = Mapping[Month, Mapping[str, tuple[Procurement, ...]]]


@dataclass(frozen=True)
class Judgement:
    """A whole workbook: its months, every finding, and the worst of the decisions."""

    months: tuple[Judged, ...]
    findings: tuple[Finding, ...]

    @property
    def outcome(self) -> Decision:
        astray = any(f.severity == "fix" and f.month is None for f in self.findings)
        outcome = worst([m.decision for m in self.months] + ["returned"] * astray)
        return "unchanged" if outcome == "repeated" else outcome

    @property
    def rows(self) -> int:
        return sum(len(month.rows) for month in self.months)


def judge(
    examined: Examined,
    public: Public,
    settings: Settings,
    today: date,
    overruled: Public = MappingProxyType({}),
    elsewhere: Elsewhere = MappingProxyType({}),
) -> Judgement:
    """Decide month by month: one bad sheet does not hold the others.

    ``public`` has the rows that this part of the office has in public now, by month; a month
    that is not public is not in it. ``overruled`` has what the same file said before about
    months for which another file speaks since; ``elsewhere`` what other parts have in public.
    """
    months: list[Judged] = []
    findings = list(examined.findings)
    for month in _months(examined):
        stated = [one for one in examined.months if one.month == month]
        rows = tuple(row for one in stated for row in one.rows)
        nil = bool(stated) and all(one.nil for one in stated)
        if month in overruled and _facts(rows) == _facts(overruled[month]):
            months.append(Judged(month, rows, nil, "repeated"))
            continue
        unclear = [finding for finding in examined.findings if finding.month == month]
        doubts = check(month, rows, today, unclear)
        if stated and month.first > today:
            doubts.append(_not_begun(stated[0], today))
        if stated and rows:
            doubts += _doubled(stated[0], rows, elsewhere.get(month, {}))
        if month in public and stated:
            doubts += compare(month, rows, public[month], stated[0].file)
        findings += doubts
        same = month in public and stated and _facts(rows) == _facts(public[month])
        decision = decide(
            [*unclear, *doubts],
            due_day(month, settings.due),
            today,
            settings.hold_for_explanation,
        )
        unchanged = same and decision != "returned"
        months.append(Judged(month, rows, nil, "unchanged" if unchanged else decision))
    return Judgement(tuple(months), tuple(_in_order(findings)))


def released(waiting: Iterable[Waiting], settings: Settings, today: date) -> list[Waiting]:
    """Return what waits no longer: its due day has come, the duty to publish wins."""
    return [
        one
        for one in waiting
        if decide(
            one.findings, due_day(one.month, settings.due), today, settings.hold_for_explanation
        )
        == "accepted"
    ]


def _doubled(
    stated: Stated, rows: Sequence[Procurement], elsewhere: Mapping[str, Sequence[Procurement]]
) -> list[Finding]:
    """A month's list that came from one folder and comes from another would count twice."""
    month, where = stated.month, (stated.file, stated.sheet)
    same = [part for part, others in elsewhere.items() if _facts(others) == _facts(rows)]
    named = [f"โฟลเดอร์ «{part}»" if part else "โฟลเดอร์หลัก" for part in same]
    return [
        found("month-in-one-part", *where, month=month, month_words=month.words, other=other)
        for other in named
    ]


def _not_begun(stated: Stated, today: date) -> Finding:
    month, day = stated.month, date_long(today)
    where = (stated.file, stated.sheet)
    return found("month-begun", *where, month=month, month_words=month.words, today=day)


def _months(examined: Examined) -> list[Month]:
    """Also a month of which only a finding speaks: its sheet could not be read."""
    stated = {one.month for one in examined.months}
    return sorted(stated | {f.month for f in examined.findings if f.month and f.severity == "fix"})


def _facts(rows: Sequence[Procurement]) -> list[tuple[object, ...]]:
    return [row.facts() for row in rows]


def _in_order(findings: Sequence[Finding]) -> list[Finding]:
    """What stops a month first, then by month, in the order in which they were met."""
    order = {"fix": 0, "explain": 1, "note": 2}
    return sorted(findings, key=lambda f: (order[f.severity], str(f.month) if f.month else ""))
