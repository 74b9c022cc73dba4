"""Clean rows of a month → findings, by the rules of ``schemas.rules`` and nothing else."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pipeline.difference import difference
from pipeline.facts import Beside, Facts, Others, facts, stands_elsewhere
from schemas.finding import Finding
from schemas.month import Month
from schemas.personal import HIDDEN, TEXTS, has_bank_account, has_phone, without_citizens
from schemas.procurement import Procurement, Written
from schemas.rules import FILE_NAME, RULE, SHEET_NAME, found
from schemas.thai import baht, date_long

if TYPE_CHECKING:  # pandas takes half a second to import: only where a frame is made
    import pandas as pd

SEVERAL = 3  # contracts
NOTHING_BESIDE = Beside()  # no other month, and the amounts of the law
MONEY = ("budget", "reference_price", "agreed_price")


def check(
    month: Month,
    rows: Sequence[Procurement],
    today: date,
    unclear: Sequence[Finding],
    beside: Beside = NOTHING_BESIDE,
    *,
    shadow: bool = False,
) -> list[Finding]:
    """Return what people must look at in a month's rows, checked on a (Gregorian) day.

    ``unclear`` are the findings of the steps before: a cell that could not be read is not
    called empty as well. ``beside`` is what they are compared with. With ``shadow``
    only the rules on trial speak, without it only the others.
    """
    from schemas.frame import failures  # pandas and pandera take half a second to import

    told = {(finding.sheet, finding.cell) for finding in unclear if finding.severity == "fix"}
    findings = []
    known = facts(month, rows, beside)
    whole = _of_another_month(month, rows, known)
    for index, rule in failures(_frame(month, rows, today, known)):
        row = rows[index]
        if whole and rule in OF_OTHER_MONTHS:
            continue  # said once of the whole month
        place = row.written.get(RULE[rule].column, Written("", ""))
        if (row.source.sheet, place.cell) in told and rule.endswith("-filled"):
            continue
        where = (row.source.file, row.source.sheet, place.cell, place.text)
        words = _words(month, row, today, {name: fact[index] for name, fact in known.items()})
        finding = found(rule, *where, month=month, **words)
        findings.append(replace(finding, subject=row.subject))
    every = [*_of_another_year(month, rows), *whole, *findings, *personal(month, rows)]
    return [f for f in in_effect(every) if RULE[f.rule].shadow == shadow]


def in_effect(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings whose rule looks at months as old as theirs."""
    return [finding for finding in findings if RULE[finding.rule].looks_at(finding.month)]


OF_OTHER_MONTHS = ("egp-contract-number-elsewhere", "purchase-published-once")


def _of_another_month(month: Month, rows: Sequence[Procurement], known: Facts) -> list[Finding]:
    """Every row of the month stands in one and the same other month: its title has changed."""
    pairs = zip(known["published_elsewhere"], known["control_elsewhere"], strict=True)
    others = {by_contract or by_control for by_contract, by_control in pairs}
    if len(rows) < SEVERAL or len(others) != 1 or None in others:
        return []
    first, said = rows[0].source, {"month_words": month.words, "other": str(others.pop())}
    where = (first.file, first.sheet)
    return [found("month-published-once", *where, month=month, count=len(rows), **said)]


def _of_another_year(month: Month, rows: Sequence[Procurement]) -> Iterator[Finding]:
    """Every contract of the same month in another year: the year in the title is a slip.

    So «ตุลาคม 2568» for the fiscal year 2568. One or two contracts may be slips of their own.
    """
    days = [row.contract_date for row in rows if row.contract_date is not None]
    others = {Month.of(day) for day in days}
    if len(days) < SEVERAL or len(others) != 1:
        return
    (other,) = others
    if other.number == month.number and other.year != month.year:
        first = rows[0].source
        words = {"month_words": month.words, "other": other.words}
        yield found(
            "month-of-contracts", first.file, first.sheet, month=month, count=len(days), **words
        )


def personal(month: Month, rows: Sequence[Procurement]) -> Iterator[Finding]:
    """What would be public of a person: a citizen's number is hidden, the other kinds are told.

    The names of file and sheet are public too, as the source of each row.
    """
    sources = dict.fromkeys((row.source.file, row.source.sheet) for row in rows)
    for file in dict.fromkeys(file for file, _ in sources):
        yield from _in_name(month, FILE_NAME, file, (file, ""))
    for file, sheet in sources:
        yield from _in_name(month, SHEET_NAME, sheet, (file, sheet))
    for row in rows:
        for name in (*TEXTS, "bids"):
            place = row.written.get(name)
            if place is None:
                continue
            where = (row.source.file, row.source.sheet, place.cell, place.text)
            if without_citizens(place.text) != place.text:
                yield found("citizen-number-hidden", *where, month=month, hidden=HIDDEN)
            if has_phone(place.text):
                yield found("phone-number-public", *where, month=month)
            if has_bank_account(place.text):
                yield found("bank-account-public", *where, month=month)


def _in_name(month: Month, what: str, name: str, where: tuple[str, str]) -> Iterator[Finding]:
    if without_citizens(name) != name:
        yield found(
            "citizen-number-in-name", *where, "", name, month=month, what=what, hidden=HIDDEN
        )
    if has_phone(name):
        yield found("phone-number-in-name", *where, "", name, month=month, what=what)


def compare(
    month: Month,
    rows: Sequence[Procurement],
    public: Sequence[Procurement],
    file: str,
    revision: int,
    others: Others = MappingProxyType({}),
) -> list[Finding]:
    """Return the questions that a changed month raises against what is public now.

    An answer holds for this one correction of this ``revision``, not for the next. A row that
    stands in another month or part (``others``) has moved there: nothing is lost by taking it out.
    """
    if [row.facts() for row in rows] == [row.facts() for row in public]:
        return []
    sheet = rows[0].source.sheet if rows else ""
    asked = [("correction-has-reason", "", "")]
    asked += [
        ("rows-kept", gone.title or "", gone.fingerprint)
        for gone in vanished(public, rows)
        if not stands_elsewhere(gone, others)
    ]
    return [
        replace(
            found(rule, file, sheet, "", value, month=month, month_words=month.words),
            subject=f"{about}@{revision}",
        )
        for rule, value, about in asked
    ]


def vanished(before: Sequence[Procurement], after: Sequence[Procurement]) -> list[Procurement]:
    """Return the rows that no row of ``after`` continues: those that a correction removes."""
    return [one.row for one in difference(before, after).removed]


# ---- the frame


def _frame(month: Month, rows: Sequence[Procurement], today: date, known: Facts) -> "pd.DataFrame":
    from schemas.frame import COLUMNS, frame

    return frame(
        {
            **{name: [getattr(row, name) for row in rows] for name in COLUMNS if name in _PLAIN},
            **known,
            "method_code": [row.procurement_method_code for row in rows],
            "bids": [len(row.bids) or None for row in rows],
            "bidders": [sum(bid.bidder is not None for bid in row.bids) for row in rows],
            "month_first": [month.first] * len(rows),
            "month_last": [month.last] * len(rows),
            "today": [today] * len(rows),
        }
    )


_PLAIN = Procurement.__dataclass_fields__.keys() - {"bids"}


def _words(
    month: Month, row: Procurement, today: date, known: Mapping[str, Any]
) -> dict[str, str]:
    """The facts of a row as their reader writes them: baht, Buddhist years."""
    words = {name: str(fact) for name, fact in known.items() if fact is not None}
    words |= {name: str(value) for name, value in row.public().items() if value is not None}
    amounts = {name: getattr(row, name) for name in MONEY}
    amounts |= {name: known[name] for name in ("own_bid", "direct_limit", "same_day_total")}
    for name, amount in amounts.items():
        words[name] = "(ไม่ระบุ)" if amount is None else baht(amount)
        if amount is not None and row.agreed_price is not None:
            words[f"over_{name}"] = baht(max(row.agreed_price - amount, 0))
    days = {"contract_date": row.contract_date, "today": today}
    days |= {"month_first": month.first, "month_last": month.last}
    words |= {name: date_long(day) for name, day in days.items() if day is not None}
    signed = Month.of(row.contract_date or month.last)
    return words | {"bids_count": str(len(row.bids)), "fiscal_year": str(signed.fiscal_year)}
