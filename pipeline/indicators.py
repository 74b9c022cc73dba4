"""Public rows → which questions of ``schemas.indicators`` apply to which of them. Pure.

Every row has exactly one verdict for every question; what is not stated cannot be judged, and is
never counted as if it did or did not apply.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Literal

from pipeline.facts import same_day_groups
from schemas.config import Threshold, in_force
from schemas.explanation import Explanation
from schemas.indicators import INDICATORS, MANY, NEAR, Indicator
from schemas.month import Month
from schemas.procurement import Procurement, same_name
from schemas.summary import MonthlySummary

Verdict = Literal["applies", "not", "unknown", "outside"]

NOT_COMPETITIVE = {"direct", "consultant-direct", "design-direct"}
TWO = 2  # bidders


@dataclass(frozen=True)
class Item:
    """A public row with its place: ``number`` counts from 1 in its month, as its anchor does."""

    month: Month
    number: int
    row: Procurement
    explanations: tuple[Explanation, ...] = ()

    @property
    def day(self) -> date:
        """The day whose law counts."""
        return self.row.contract_date or self.month.last


@dataclass(frozen=True)
class Asked:
    """One question with the verdict of every row, in the order of ``items``."""

    indicator: Indicator
    items: tuple[Item, ...]
    verdicts: tuple[Verdict, ...]

    def count(self, verdict: Verdict) -> int:
        return self.verdicts.count(verdict)

    @property
    def scope(self) -> int:
        """How many rows are asked about."""
        return len(self.verdicts) - self.count("outside")

    @property
    def applying(self) -> tuple[Item, ...]:
        pairs = zip(self.items, self.verdicts, strict=True)
        return tuple(item for item, verdict in pairs if verdict == "applies")

    @property
    def by_month(self) -> list[tuple[Month, list[Item]]]:
        """The rows to which it applies, month by month."""
        return [(month, list(own)) for month, own in groupby(self.applying, lambda one: one.month)]


def items_of(summaries: Iterable[MonthlySummary]) -> tuple[Item, ...]:
    """Return the rows of public months with the explanations that stand beside them."""
    return tuple(
        Item(summary.month, index + 1, row, (summary.explanations or {}).get(index, ()))
        for summary in summaries
        for index, row in enumerate(summary.rows)
    )


def ask(items: Sequence[Item], thresholds: Sequence[Threshold]) -> tuple[Asked, ...]:
    """Put every question to the rows of one fiscal year."""
    answers = []
    for indicator in INDICATORS:
        verdicts = list(JUDGES[indicator.id](items, thresholds))
        if (since := indicator.since) is not None:
            verdicts = [
                "outside" if item.day < since else verdict
                for item, verdict in zip(items, verdicts, strict=True)
            ]
        answers.append(Asked(indicator, tuple(items), tuple(verdicts)))
    return tuple(answers)


# ---- one question each


def _same_day(items: Sequence[Item], thresholds: Sequence[Threshold]) -> Iterator[Verdict]:
    rows = [item.row for item in items]
    asked = {index for group in same_day_groups(rows, thresholds) for index in group}
    # A purchase of the same day whose price nobody stated might bring the sum over the limit.
    unsure = {_who_and_when(row) for row in rows if _direct(row) and row.agreed_price is None}
    for index, (item, row) in enumerate(zip(items, rows, strict=True)):
        limit = in_force(thresholds, "direct", item.day)
        if _direct(row) is False or limit is None or (row.agreed_price or 0) > limit:
            yield "outside"
        elif index in asked:
            yield "applies"
        elif None in {_direct(row), row.supplier, row.contract_date, row.agreed_price}:
            yield "unknown"
        else:
            yield "unknown" if _who_and_when(row) in unsure else "not"


def _near_limit(items: Sequence[Item], thresholds: Sequence[Threshold]) -> Iterator[Verdict]:
    for item in items:
        limit = in_force(thresholds, "direct", item.day)
        if _direct(item.row) is False or limit is None:
            yield "outside"
        elif item.row.budget is None or _direct(item.row) is None:
            yield "unknown"
        else:
            near = limit * NEAR <= item.row.budget * 100 <= limit * 100
            yield "applies" if near else "not"


def _above_limit(items: Sequence[Item], thresholds: Sequence[Threshold]) -> Iterator[Verdict]:
    for item in items:
        limit = in_force(thresholds, "direct", item.day)
        amounts = (item.row.budget, item.row.agreed_price)
        if _direct(item.row) is False or limit is None:
            yield "outside"
        elif _direct(item.row) is None:
            yield "unknown"
        elif any(amount is not None and amount > limit for amount in amounts):
            yield "applies"
        else:
            yield "unknown" if None in amounts else "not"


def _many_contracts(items: Sequence[Item], _: Sequence[Threshold]) -> Iterator[Verdict]:
    rows = [item.row for item in items]
    contracts = Counter(same_name(row.supplier) for row in rows if row.supplier and _direct(row))
    for row in rows:
        if _direct(row) is False:
            yield "outside"
        elif row.supplier is None or _direct(row) is None:
            yield "unknown"
        else:
            yield "applies" if contracts[same_name(row.supplier)] >= MANY else "not"


def _price_equals_reference(items: Sequence[Item], _: Sequence[Threshold]) -> Iterator[Verdict]:
    for item in items:
        price, reference = item.row.agreed_price, item.row.reference_price
        if price is None or not reference:  # nobody calculates a reference price of 0
            yield "unknown"
        else:
            yield "applies" if price == reference else "not"


def _single_bidder(items: Sequence[Item], _: Sequence[Threshold]) -> Iterator[Verdict]:
    for item in items:
        code = item.row.procurement_method_code
        if code in NOT_COMPETITIVE:
            yield "outside"
        elif code is None or not item.row.bids:
            yield "unknown"
        else:
            yield "applies" if len(item.row.bids) == 1 else "not"


def _not_lowest(items: Sequence[Item], _: Sequence[Threshold]) -> Iterator[Verdict]:
    for item in items:
        bids = item.row.bids
        winner = item.row.supplier and same_name(item.row.supplier)
        own = [bid for bid in bids if winner and bid.bidder and same_name(bid.bidder) == winner]
        if len(bids) == 1:
            yield "outside"
        elif len(own) != 1 or (price := own[0].amount) is None:
            yield "unknown"
        elif any(bid.amount is not None and bid.amount < price for bid in bids):
            yield "applies"
        else:
            yield "unknown" if any(bid.amount is None for bid in bids) else "not"


def _same_price_offered(items: Sequence[Item], _: Sequence[Threshold]) -> Iterator[Verdict]:
    for item in items:
        bids = item.row.bids
        told = {(same_name(b.bidder), b.amount) for b in bids if b.bidder and b.amount is not None}
        if len(bids) == 1:
            yield "outside"
        elif any(times >= TWO for times in Counter(amount for _, amount in told).values()):
            yield "applies"
        else:
            whole = all(bid.bidder and bid.amount is not None for bid in bids)
            yield "not" if bids and whole else "unknown"


def _year_end(items: Sequence[Item], _: Sequence[Threshold]) -> Iterator[Verdict]:
    last = 9  # September
    for item in items:
        day = item.row.contract_date
        if day is None:
            yield "unknown"
        else:
            yield "applies" if day.month == last else "not"


def _direct(row: Procurement) -> bool | None:
    """True for วิธีเฉพาะเจาะจง of section 56; None where the sheet does not tell the method."""
    code = row.procurement_method_code
    return None if code is None else code == "direct"


def _who_and_when(row: Procurement) -> tuple[str, date | None]:
    return same_name(row.supplier or ""), row.contract_date


Judge = Callable[[Sequence[Item], Sequence[Threshold]], Iterator[Verdict]]
JUDGES: Mapping[str, Judge] = {
    "same-day-direct": _same_day,
    "near-limit": _near_limit,
    "direct-above-limit": _above_limit,
    "many-contracts": _many_contracts,
    "price-equals-reference": _price_equals_reference,
    "single-bidder": _single_bidder,
    "not-lowest": _not_lowest,
    "same-price-offered": _same_price_offered,
    "year-end": _year_end,
}
