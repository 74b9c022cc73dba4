"""What the invented municipality buys in a month: the facts, before anybody types them.

Ordinary rows only, such as no rule must ask about: nothing is agreed above budget or reference
price, the winner is among the bidders, all dates are working days of the month.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count, islice
from random import Random
from typing import NamedTuple

import holidays

from schemas import example_words as words
from schemas.month import Month
from schemas.procurement import Bid, Procurement, Source
from schemas.thai import MONTHS, thai_digits

NOWHERE = Source("", "", 0)
BAHT = 100  # satang
SATURDAY = 6


@dataclass(frozen=True)
class Purchase:
    """One purchase: its row without a place, the paper that binds the supplier, who won."""

    paper: str
    row: Procurement
    won: int  # index in row.bids
    question: str = ""  # the rule that must ask about it


@dataclass(frozen=True)
class Series:
    """The running numbers of a fiscal year: each kind of paper counts for itself."""

    numbers: dict[str, Iterator[int]] = field(
        default_factory=lambda: {kind.paper: count(1) for kind in words.KINDS}
    )


class _Draft(NamedTuple):
    """A purchase before anybody signed it. Money in satang."""

    kind: words.Kind
    day: date
    title: str
    budget: int
    reference_price: int
    agreed_price: int


def purchases(month: Month, rows: int, random: Random, series: Series) -> list[Purchase]:
    """Return so many purchases in the order of their contracts."""
    drafts = sorted(islice(_drafts(month, random), rows), key=lambda draft: draft.day)
    shuffle = random.randrange(10**6)
    return [
        _signed(draft, _project_number(month, index, shuffle, random), random, series)
        for index, draft in enumerate(drafts)
    ]


def working_days(month: Month) -> list[date]:
    """Return the days that nobody calls a holiday: contracts of a clean year are signed then."""
    closed = holidays.country_holidays(
        "TH", years=month.first.year, categories=("public", "government")
    )
    length = (month.last - month.first).days + 1
    days = [month.first + timedelta(days=offset) for offset in range(length)]
    return [day for day in days if day.isoweekday() < SATURDAY and day not in closed]


def chance(random: Random, percent: int) -> bool:
    return random.randrange(100) < percent


def _drafts(month: Month, random: Random) -> Iterator[_Draft]:
    """Yield drafts for ever; those of a group differ in their «รายที่» only."""
    days = working_days(month)
    weights = [kind.weight for kind in words.KINDS]
    while True:
        (kind,) = random.choices(words.KINDS, weights)
        title = random.choice(kind.titles) + (kind.ending if chance(random, 85) else "")
        asset = (random.randint(400, 499), random.randint(56, 67), random.randint(1, 99))
        filled = {
            "n": random.randint(2, 19),
            "m": random.randint(1, 9),
            "asset": "{}-{}-{:04}".format(*asset),
            "month": MONTHS[month.number - 1],
            "year": month.fiscal_year,
        }
        thai, wide = chance(random, 75), chance(random, 60)
        day, money = random.choice(days), _money(kind, random)
        for group in range(1, random.randint(*kind.group) + 1):
            text = title.format(group=group, **filled)
            text = text.replace(" ", "  ") if wide else text
            yield _Draft(kind, day, thai_digits(text) if thai else text, *money)


def _money(kind: words.Kind, random: Random) -> tuple[int, int, int]:
    """Return budget, reference price and agreed price, in satang.

    Small amounts are more frequent; most are round, some have satang. The reference price may be
    above the budget (DOMAIN §5), nothing else is above anything.
    """
    least, most = (baht * BAHT for baht in kind.baht)
    price = min(random.randint(least, most) for _ in range(2))
    step = random.choices((1, 25, BAHT, 10 * BAHT, 1000 * BAHT), (12, 6, 22, 40, 20))[0]
    agreed = max(least, price // step * step)
    # Up by 5,000 baht at most: no draft by วิธีเฉพาะเจาะจง passes 500,000.
    step = random.choices((1, 100 * BAHT, 1000 * BAHT, 5000 * BAHT), (55, 15, 20, 10))[0]
    budget = -(-agreed // step) * step
    above = budget // BAHT * (100 + random.randint(1, 6))
    reference = random.choices(
        (agreed, budget, (agreed + budget) // 2, max(agreed, above)), (50, 30, 12, 8)
    )[0]
    return budget, reference, agreed


def _signed(draft: _Draft, project: str, random: Random, series: Series) -> Purchase:
    kind = draft.kind
    bids, won = _bids(kind, draft.agreed_price, random)
    fiscal_year = Month.of(draft.day).fiscal_year
    number = random.choice(kind.numbers).format(
        n=next(series.numbers[kind.paper]), year=fiscal_year, year2=fiscal_year % 100
    )
    row = Procurement(
        NOWHERE,
        title=draft.title,
        budget=draft.budget,
        reference_price=draft.reference_price,
        procurement_method=random.choice(kind.methods),
        bids=bids,
        supplier=_typed_again(bids[won].bidder or "", random),
        agreed_price=draft.agreed_price,
        selection_reason=random.choice(words.REASONS),
        contract_number=number,
        contract_date=draft.day,
        egp_project_number=project,
    )
    return Purchase(kind.paper, row, won)


def _bids(kind: words.Kind, agreed: int, random: Random) -> tuple[tuple[Bid, ...], int]:
    """Return the bids and the index of the winner's."""
    bidders = random.choice(kind.bidders)
    if kind.firms:
        names = random.sample(kind.firms, bidders)
    else:
        names = [_person(random) for _ in range(bidders)]
    won = random.randrange(bidders)
    # A loser may have been cheaper (and failed the evaluation); some winners came down a little.
    bids = [Bid(name, agreed * random.randint(98, 125) // (100 * BAHT) * BAHT) for name in names]
    down = agreed // (50 * BAHT) * BAHT if chance(random, 15) else 0
    bids[won] = Bid(names[won], agreed + down)
    return tuple(bids), won


def _person(random: Random) -> str:
    head = random.choice(words.PERSON_HEADS)
    blank = random.choice((" ", "  ", "  "))
    return head + random.choice(words.GIVEN_NAMES) + blank + random.choice(words.FAMILY_NAMES)


def _typed_again(name: str, random: Random) -> str:
    """Return the name as the clerk types it the second time, now and then shorter."""
    if chance(random, 75):
        return name
    for long, short in words.SHORTER:
        if re.fullmatch(long, name):
            return re.sub(long, short, name)
    return name


def _project_number(month: Month, index: int, shuffle: int, random: Random) -> str:
    """Return an e-GP number of this month or up to two earlier; never the same one twice."""
    lag = random.choices((0, 1, 2), (6, 3, 1))[0]
    year, number = divmod(month.year * 12 + month.number - 1 - lag, 12)
    # 7919 has no divisor in common with a million: as long as index is smaller, none comes twice.
    return f"{year % 100:02}{number + 1:02}{lag + 3}{(index * 7919 + shuffle) % 10**6:06}"
