"""Clean rows of a month → findings, by the rules of ``schemas.rules`` and nothing else."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from schemas.explanation import SHARED_TRAITS
from schemas.finding import Finding
from schemas.month import Month
from schemas.personal import HIDDEN, TEXTS, has_bank_account, has_phone, without_citizens
from schemas.procurement import Procurement, Written, same_name
from schemas.rules import FILE_NAME, RULE, SHEET_NAME, found
from schemas.thai import BUDDHIST_OFFSET, baht, date_long

if TYPE_CHECKING:  # pandas takes half a second to import: only where a frame is made
    import pandas as pd

SEVERAL = 3  # contracts
MONEY = ("budget", "reference_price", "agreed_price")


def check(
    month: Month, rows: Sequence[Procurement], today: date, unclear: Sequence[Finding]
) -> list[Finding]:
    """Return what people must look at in a month's rows, checked on a (Gregorian) day.

    ``unclear`` are the findings of the steps before: a cell that could not be read is not
    called empty as well.
    """
    from schemas.frame import failures  # pandas and pandera take half a second to import

    told = {(finding.sheet, finding.cell) for finding in unclear if finding.severity == "fix"}
    findings = []
    for index, rule in failures(_frame(month, rows, today)):
        row = rows[index]
        place = row.written.get(RULE[rule].column, Written("", ""))
        if (row.source.sheet, place.cell) in told and rule.endswith("-filled"):
            continue
        where = (row.source.file, row.source.sheet, place.cell, place.text)
        words = _words(month, row, today)
        finding = found(rule, *where, month=month, **words)
        findings.append(replace(finding, subject=row.subject))
    return [*_of_another_year(month, rows), *findings, *personal(month, rows)]


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
) -> list[Finding]:
    """Return the questions that a changed month raises against what is public now.

    An answer holds for this one correction of this ``revision``, not for the next.
    """
    if [row.facts() for row in rows] == [row.facts() for row in public]:
        return []
    sheet = rows[0].source.sheet if rows else ""
    asked = [("correction-has-reason", "", "")]
    asked += [("rows-kept", gone.title or "", gone.fingerprint) for gone in vanished(public, rows)]
    return [
        replace(
            found(rule, file, sheet, "", value, month=month, month_words=month.words),
            subject=f"{about}@{revision}",
        )
        for rule, value, about in asked
    ]


def vanished(before: Sequence[Procurement], after: Sequence[Procurement]) -> list[Procurement]:
    """Return the rows that no row of ``after`` continues.

    No single fact is a key: contract numbers and titles repeat. A row goes on in the new month
    when one not yet taken agrees with it in all facts, else in two of number, title, supplier.
    """
    rest = Counter(row.facts() for row in after)
    waiting = []
    for row in before:
        if rest[row.facts()]:
            rest[row.facts()] -= 1
        else:
            waiting.append(row)
    unclaimed = [_traits(row) for row in after if _take(rest, row)]
    gone = []
    for row in waiting:
        mine = _traits(row)
        match = next((other for other in unclaimed if len(mine & other) >= SHARED_TRAITS), None)
        if match is None:
            gone.append(row)
        else:
            unclaimed.remove(match)
    return gone


def _take(rest: Counter[tuple[object, ...]], row: Procurement) -> bool:
    if not rest[row.facts()]:
        return False
    rest[row.facts()] -= 1
    return True


def _traits(row: Procurement) -> set[tuple[int, str]]:
    return {(at, trait) for at, trait in enumerate(row.traits) if trait is not None}


# ---- the frame


def _frame(month: Month, rows: Sequence[Procurement], today: date) -> "pd.DataFrame":
    import pandas as pd

    from schemas.frame import COLUMNS

    alike = Counter(row.facts()[1:] for row in rows)  # all but the number in the first column
    values = {
        **{name: [getattr(row, name) for row in rows] for name in COLUMNS if name in _PLAIN},
        "method_code": [row.procurement_method_code for row in rows],
        "bids": [len(row.bids) or None for row in rows],
        "bidders": [sum(bid.bidder is not None for bid in row.bids) for row in rows],
        "supplier_among_bidders": [_among_bidders(row) for row in rows],
        "egp_months_before_contract": [_months_before_contract(row) for row in rows],
        "repeats": [alike[row.facts()[1:]] > 1 for row in rows],
        "month_first": [month.first] * len(rows),
        "month_last": [month.last] * len(rows),
        "today": [today] * len(rows),
    }
    return pd.DataFrame(
        {name: pd.Series(values[name], dtype=dtype) for name, dtype in COLUMNS.items()},
        index=pd.RangeIndex(len(rows)),
    )


_PLAIN = Procurement.__dataclass_fields__.keys() - {"bids"}


def _among_bidders(row: Procurement) -> bool | None:
    names = {same_name(bid.bidder) for bid in row.bids if bid.bidder is not None}
    if row.supplier is None or not names:
        return None
    return same_name(row.supplier) in names


def _months_before_contract(row: Procurement) -> int | None:
    """How many months the project number is older than the contract; None when it cannot say."""
    number = row.egp_project_number or ""
    if row.contract_date is None or len(number) != 11 or not number.isdecimal():  # noqa: PLR2004
        return None
    year, digits = 2500 + int(number[:2]), int(number[2:4])
    signed = row.contract_date
    return (signed.year + BUDDHIST_OFFSET - year) * 12 + signed.month - digits


def _words(month: Month, row: Procurement, today: date) -> dict[str, str]:
    """The facts of a row as their reader writes them: baht, Buddhist years."""
    words = {name: str(value) for name, value in row.public().items() if value is not None}
    for name in MONEY:
        amount = getattr(row, name)
        words[name] = "(ไม่ระบุ)" if amount is None else baht(amount)
    days = {"contract_date": row.contract_date, "today": today}
    days |= {"month_first": month.first, "month_last": month.last}
    return words | {name: date_long(day) for name, day in days.items() if day is not None}
