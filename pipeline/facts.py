"""What a row must be compared with: other rows, other months, the amounts of the law on its day.

Each fact becomes a column of ``schemas.frame``, so that a rule needs nothing but the frame. All is
linear in the rows; None is "nothing to compare with".
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from schemas.config import LAW_THRESHOLDS, Threshold, in_force
from schemas.month import FISCAL_START, Month
from schemas.procurement import Procurement, same_name, tax_id_is_valid, unabbreviated
from schemas.rules import folder
from schemas.thai import BUDDHIST_OFFSET, arabic_digits, fold

Facts = dict[str, list[object]]

CONTROL_NUMBER = re.compile(r"[0-9]{12}")
# «15/2568», «47/2568 (กช.)», «CNTR-00240/68»; two digits count only at the end.
_YEAR_OF_NUMBER = re.compile(r"/\s*(?:(2[45][0-9]{2})(?![0-9])|([67][0-9])$)")
LAST_QUARTER = 7  # July: contracts of the next year are prepared, with its numbers


@dataclass(frozen=True)
class Elsewhere:
    """A row that is public, or is stated by the same workbook, in a month or a part of its own."""

    month: Month
    part: str | None  # None: of the part that is being checked
    row: Procurement

    @property
    def words(self) -> str:
        words = self.month.words
        return words if self.part is None else f"{words} {folder(self.part)}"


# Rows of other months and parts by what makes two rows the same purchase.
Others = Mapping[tuple[str, ...], Sequence[Elsewhere]]
Index = dict[tuple[str, ...], list[Elsewhere]]


@dataclass(frozen=True)
class Beside:
    """What a month is compared with: rows of other months and parts, amounts of the law."""

    others: Others = field(default_factory=dict)
    thresholds: Sequence[Threshold] = LAW_THRESHOLDS


def remember(index: Index, month: Month, part: str | None, rows: Sequence[Procurement]) -> None:
    """Add rows to the index; ``part`` is None for the part that is being checked."""
    for row in rows:
        for key in (_control(row), _contract(row)):
            if key is not None:
                index.setdefault(key, []).append(Elsewhere(month, part, row))


def facts(month: Month, rows: Sequence[Procurement], beside: Beside) -> Facts:
    """Return, by column of the frame, one fact for each row; money in satang."""
    others, thresholds = beside.others, beside.thresholds
    alike = Counter(row.facts()[1:] for row in rows)  # all but the number in the first column
    return {
        "supplier_among_bidders": [_among_bidders(row) for row in rows],
        "own_bid": [_own_bid(row) for row in rows],
        "direct_limit": [
            in_force(thresholds, "direct", row.contract_date or month.last) for row in rows
        ],
        "egp_months_before_contract": [_months_before_contract(row) for row in rows],
        "number_years_apart": [_years_apart(row) for row in rows],
        "repeats": [alike[row.facts()[1:]] > 1 for row in rows],
        "alike_row": _alike(rows),
        "same_control_row": _same_control(rows),
        "control_elsewhere": [_control_elsewhere(row, others) for row in rows],
        "published_elsewhere": [_published_elsewhere(row, others) for row in rows],
        "other_spelling": _other_spelling(rows),
        "other_name": _other_name(rows),
        **_same_day(rows, thresholds),
    }


# ---- one row


def _among_bidders(row: Procurement) -> bool | None:
    names = {same_name(bid.bidder) for bid in row.bids if bid.bidder is not None}
    if row.supplier is None or not names:
        return None
    return same_name(row.supplier) in names


def _own_bid(row: Procurement) -> int | None:
    """The winner's bid, the highest of several; None when none is told."""
    if row.supplier is None:
        return None
    winner = same_name(row.supplier)
    return max(
        (
            bid.amount
            for bid in row.bids
            if bid.amount is not None and bid.bidder and same_name(bid.bidder) == winner
        ),
        default=None,
    )


def _months_before_contract(row: Procurement) -> int | None:
    """How many months the project number is older than the contract; None when it cannot say."""
    number = row.egp_project_number or ""
    if row.contract_date is None or len(number) != 11 or not number.isdecimal():  # noqa: PLR2004
        return None
    year, digits = 2500 + int(number[:2]), int(number[2:4])
    signed = row.contract_date
    return (signed.year + BUDDHIST_OFFSET - year) * 12 + signed.month - digits


def _years_apart(row: Procurement) -> int | None:
    """Year of the contract number minus fiscal year of its day (DOMAIN §6: 0 in 265 of 267).

    From July on the next year's number counts as this year's: contracts that begin in October
    are signed before it.
    """
    years = _YEAR_OF_NUMBER.findall(arabic_digits(row.contract_number or ""))
    if row.contract_date is None or not years:
        return None
    whole, short = years[-1]
    apart = int(whole or f"25{short}") - Month.of(row.contract_date).fiscal_year
    early = LAST_QUARTER <= row.contract_date.month < FISCAL_START
    return 0 if early and apart == 1 else apart


# ---- other rows of the month


def _alike(rows: Sequence[Procurement]) -> list[object]:
    """The Excel row above that has the same title, supplier and price, but another contract."""
    above: dict[tuple[str, str, int], Procurement] = {}
    answer: list[object] = []
    for row in rows:
        told = None
        if row.title and row.supplier and row.agreed_price is not None and row.contract_number:
            key = (fold(row.title), same_name(row.supplier), row.agreed_price)
            first = above.setdefault(key, row)
            if fold(first.contract_number or "") != fold(row.contract_number):
                told = first.source.row
        answer.append(told)
    return answer


def _same_control(rows: Sequence[Procurement]) -> list[object]:
    """The Excel row above that bears the same control number."""
    above: dict[tuple[str, ...], int] = {}
    answer: list[object] = []
    for row in rows:
        key = _control(row)
        answer.append(above.get(key) if key else None)
        if key:
            above.setdefault(key, row.source.row)
    return answer


def _other_spelling(rows: Sequence[Procurement]) -> list[object]:
    """How a name was spelled first, at the first row that spells it otherwise.

    Blanks and usual abbreviations («หจก.») are no other spelling: who looks for one finds both.
    """
    return _first_otherwise(
        [(row.supplier and same_name(row.supplier), row.supplier) for row in rows], unabbreviated
    )


def _other_name(rows: Sequence[Procurement]) -> list[object]:
    """The name that a taxpayer's number bore first, at the first row where it bears another."""
    return _first_otherwise(
        [
            (row.supplier_tax_id, row.supplier)
            if tax_id_is_valid(row.supplier_tax_id or "")
            else (None, None)
            for row in rows
        ],
        same_name,
    )


def _first_otherwise(
    named: Sequence[tuple[str | None, str | None]], form: Callable[[str], str]
) -> list[object]:
    """For (who, name): the first name of who, once, where a later one has another form."""
    first: dict[str, str] = {}
    told: set[str] = set()
    answer: list[object] = []
    for who, name in named:
        other = None
        if who and name:
            known = first.setdefault(who, name)
            if who not in told and form(known) != form(name):
                told.add(who)
                other = known
        answer.append(other)
    return answer


def same_day_groups(
    rows: Sequence[Procurement], thresholds: Sequence[Threshold]
) -> list[list[int]]:
    """Return the rows, by index, of direct purchases of one supplier on one day.

    Only where each is within the limit and all together are not.
    """
    groups: dict[tuple[str, date], list[int]] = {}
    for index, row in enumerate(rows):
        if row.supplier and row.contract_date and row.procurement_method_code == "direct":
            limit = in_force(thresholds, "direct", row.contract_date)
            if limit is not None and 0 < (row.agreed_price or 0) <= limit:
                groups.setdefault((same_name(row.supplier), row.contract_date), []).append(index)
    return [
        group
        for (_, day), group in groups.items()
        if sum(rows[index].agreed_price or 0 for index in group)
        > (in_force(thresholds, "direct", day) or 0)
    ]


def _same_day(rows: Sequence[Procurement], thresholds: Sequence[Threshold]) -> Facts:
    """Tell at the first row of each such group how many there are, and their sum."""
    counts: list[object] = [None] * len(rows)
    sums: list[object] = [None] * len(rows)
    for group in same_day_groups(rows, thresholds):
        counts[group[0]] = len(group)
        sums[group[0]] = sum(rows[index].agreed_price or 0 for index in group)
    return {"same_day_rows": counts, "same_day_total": sums}


# ---- other months


def _control(row: Procurement) -> tuple[str, ...] | None:
    number = row.egp_contract_number or ""
    return ("control", number) if CONTROL_NUMBER.fullmatch(number) else None


def _contract(row: Procurement) -> tuple[str, ...] | None:
    """Neither a contract's number nor its price alone: both repeat among honest rows."""
    if row.contract_number is None or row.agreed_price is None:
        return None
    return ("contract", fold(row.contract_number), str(row.agreed_price))


def _control_elsewhere(row: Procurement, others: Others) -> str | None:
    key = _control(row)
    return others[key][0].words if key and key in others else None


def _published_elsewhere(row: Procurement, others: Others) -> str | None:
    """The month that has the same purchase: number, price, and project or supplier and day."""
    key = _contract(row)
    same = (
        (one for one in others.get(key, ()) if _same_purchase(row, one.row)) if key else iter(())
    )
    return next((one.words for one in same), None)


def stands_elsewhere(row: Procurement, others: Others) -> bool:
    """True where another month or part has the same purchase, or its control number."""
    return bool(_published_elsewhere(row, others) or _control_elsewhere(row, others))


def _same_purchase(row: Procurement, other: Procurement) -> bool:
    """True where two rows with the same contract number and price are one purchase."""
    if row.egp_project_number and other.egp_project_number:
        return row.egp_project_number == other.egp_project_number
    return (
        row.contract_date is not None
        and row.contract_date == other.contract_date
        and bool(row.supplier and other.supplier)
        and same_name(row.supplier or "") == same_name(other.supplier or "")
    )
