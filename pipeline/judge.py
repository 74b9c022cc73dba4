"""What a workbook states + what is public → what becomes of each of its months."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from pipeline.check import check, compare, in_effect
from pipeline.decide import decide, worst
from pipeline.due import due_day
from pipeline.explain import explain, left_over
from pipeline.facts import Beside, Index, Others, remember
from schemas.config import Settings
from schemas.examined import Examined, Stated
from schemas.explanation import Answer, Given
from schemas.finding import Finding
from schemas.history import Before, Decision, Judged, Waiting
from schemas.month import Month
from schemas.procurement import Procurement
from schemas.rules import CORRECTIONS, folder, found
from schemas.thai import date_long


@dataclass(frozen=True)
class Judgement:
    """A whole workbook: months, every finding, what was newly explained, the worst decision."""

    months: tuple[Judged, ...]
    findings: tuple[Finding, ...]
    given: tuple[Given, ...] = ()

    @property
    def outcome(self) -> Decision:
        astray = any(f.severity == "fix" and f.month is None for f in self.findings)
        outcome = worst([m.decision for m in self.months] + ["returned"] * astray)
        if outcome in {"unchanged", "repeated"}:  # an answer alone is news as well
            return "accepted" if self.given else "unchanged"
        return outcome

    @property
    def rows(self) -> int:
        return sum(len(month.rows) for month in self.months)


def judge(examined: Examined, before: Before, settings: Settings, today: date) -> Judgement:
    """Decide month by month: one bad sheet does not hold the others."""
    months: list[Judged] = []
    examined = replace(examined, findings=tuple(in_effect(examined.findings)))
    findings = [finding for finding in examined.findings if finding.month is None]
    given: list[Given] = []
    used: frozenset[Answer] = frozenset()
    others = _others(examined, before)
    # What this workbook says of other months may come back: only what is public keeps a row.
    public = {key: tuple(same) for key, same in others.items()}
    for month in _months(examined):
        stated = [one for one in examined.months if one.month == month]
        unclear = [finding for finding in examined.findings if finding.month == month]
        rows = tuple(row for one in stated for row in one.rows)
        nil = bool(stated) and all(one.nil for one in stated)
        beside = Beside(others, settings.amounts)
        if month in before.overruled and _facts(rows) == _facts(before.overruled[month]):
            months.append(Judged(month, rows, nil, "repeated"))
            findings += unclear
            # What is answered here holds wherever these facts stand, in the later file as well.
            asked = [*unclear, *check(month, rows, today, unclear, beside)]
            explained = explain(asked, examined.answers, before.explanations, before.spent, today)
            given += explained.given
            used |= explained.used
            continue
        doubts = [
            *check(month, rows, today, unclear, beside),
            *_doubts(month, stated, rows, before, public, today),
        ]
        remember(others, month, None, rows)  # the months that come later in the same workbook
        explained = explain(
            [*unclear, *doubts], examined.answers, before.explanations, before.spent, today
        )
        findings += explained.findings
        given += explained.given
        used |= explained.used
        due = due_day(month, settings.due)
        decision = decide(explained.findings, due, today, settings.hold_for_explanation)
        same = stated and _is_public(month, rows, before)
        months.append(
            Judged(month, rows, nil, "unchanged" if same and decision != "returned" else decision)
        )
    judged = {month.month for month in months}
    findings += [f for f in examined.findings if f.month and f.month not in judged]
    files = [*(one.file for one in examined.months), *(one.file for one in examined.findings), ""]
    read = {one.month for one in examined.months}
    findings += left_over(findings, examined.answers, used, before.spent, files[0], read)
    return Judgement(tuple(months), tuple(_in_order(findings)), tuple(given))


def _doubts(
    month: Month,
    stated: Sequence[Stated],
    rows: Sequence[Procurement],
    before: Before,
    others: Others,
    today: date,
) -> list[Finding]:
    """What a month raises as a whole: by the calendar, beside other parts, as a correction."""
    if not stated:
        return []
    doubts = [_not_begun(stated[0], today)] if month.first > today else []
    if rows:
        doubts += _doubled(stated[0], rows, before.elsewhere.get(month, {}))
    if _is_public(month, rows, before):
        # What was published with an open question keeps it until somebody answers.
        asked = [f for f in before.questions[month] if f.rule in CORRECTIONS]
        return doubts + [replace(f, file=stated[0].file, sheet=stated[0].sheet) for f in asked]
    if month in before.public:
        public, revision = before.public[month], before.revisions[month]
        doubts += compare(month, rows, public, stated[0].file, revision, others)
    return doubts


def _is_public(month: Month, rows: Sequence[Procurement], before: Before) -> bool:
    return month in before.public and _facts(rows) == _facts(before.public[month])


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


def _others(examined: Examined, before: Before) -> Index:
    """The public rows but for the months about which this workbook speaks now."""
    said: dict[Month, list[Procurement]] = {}
    for one in examined.months:
        said.setdefault(one.month, []).extend(one.rows)
    others: Index = {}
    for month, rows in before.public.items():
        overruled = before.overruled.get(month)
        repeated = overruled is not None and _facts(said.get(month, ())) == _facts(overruled)
        if month not in said or repeated:
            remember(others, month, None, rows)
    for month, parts in before.elsewhere.items():
        for part, rows in parts.items():
            if _facts(rows) != _facts(said.get(month, ())):  # else the whole part is told
                remember(others, month, part, rows)
    return others


def _doubled(
    stated: Stated, rows: Sequence[Procurement], elsewhere: Mapping[str, Sequence[Procurement]]
) -> list[Finding]:
    """A month's list that came from one folder and comes from another would count twice."""
    month, where = stated.month, (stated.file, stated.sheet)
    same = [part for part, others in elsewhere.items() if _facts(others) == _facts(rows)]
    words = month.words
    return [
        found("month-in-one-part", *where, month=month, month_words=words, other=folder(part))
        for part in same
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
