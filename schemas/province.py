"""A fiscal year of many agencies: what each says of each month, and how much of all that is.

Nothing that nobody said is counted as said: an agency that is silent stands here with twelve
months unheard, and every sum tells of how many agencies it is, and how many rows lack a price.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal

from schemas.month import Month, fiscal_months
from schemas.status import PUBLIC, STATE_WORDS, State
from schemas.thai import decimal_baht

# "unheard": the agency has said nothing of this month, though it could have by now.
Heard = State | Literal["unheard"]
UNHEARD: Literal["unheard"] = "unheard"
HEARD_WORDS: Mapping[Heard, str] = dict(STATE_WORDS) | {UNHEARD: "หน่วยงานยังไม่รายงาน"}
# Why an agency says nothing: there is no status at all, or one that is not of the form.
Word = Literal["said", "silent", "unreadable"]
WORD_WORDS: dict[Word, str] = {
    "said": "รายงานแล้ว",
    "silent": "ไม่พบรายงาน",
    "unreadable": "อ่านรายงานไม่ได้",
}


@dataclass(frozen=True)
class AgencyMonth:
    """One month of one agency, as it said itself. Money in satang, days Gregorian.

    ``late``: public after its due day, or past it and not public. ``rows`` and what follows are
    None unless the month is public; ``due`` is None where the agency never said it.
    """

    month: Month
    state: Heard
    late: bool = False
    due: date | None = None
    published_at: date | None = None
    revision: int | None = None
    rows: int | None = None
    total_agreed: int | None = None
    price_unknown: int | None = None  # rows that state no agreed price

    @property
    def public(self) -> bool:
        return self.state in PUBLIC


@dataclass(frozen=True)
class AgencyYear:
    """One agency: its key, the name that it gives itself, and its twelve months."""

    agency: str
    organisation: str | None  # None: it said nothing
    word: Word
    as_of: date | None  # the day of its own word
    months: tuple[AgencyMonth, ...]

    @property
    def fiscal_year(self) -> int:
        return self.months[0].month.fiscal_year

    @property
    def counts(self) -> "Counts":
        return Counts.of(self.months)

    @property
    def total(self) -> "Total":
        return Total.of(self.months)


@dataclass(frozen=True)
class Counts:
    """How many of some agency months are in each state; the states add up to ``months``.

    ``published`` says what was bought, ``nil`` that nothing was; ``on_time`` and ``late`` are of
    both. ``overdue`` is of those not public: the rest of them may still come in time.
    """

    months: int
    published: int
    nil: int
    returned: int
    missing: int
    not_due: int
    unheard: int
    on_time: int
    late: int
    overdue: int

    @classmethod
    def of(cls, months: Iterable[AgencyMonth]) -> "Counts":
        every = tuple(months)

        def number(state: Heard) -> int:
            return sum(one.state == state for one in every)

        return cls(
            months=len(every),
            published=number("published"),
            nil=number("nil"),
            returned=number("returned"),
            missing=number("missing"),
            not_due=number("not_due"),
            unheard=number(UNHEARD),
            on_time=sum(one.public and not one.late for one in every),
            late=sum(one.public and one.late for one in every),
            overdue=sum(not one.public and one.late for one in every),
        )

    @property
    def public(self) -> int:
        return self.published + self.nil


@dataclass(frozen=True)
class Total:
    """What some agency months cost, in satang; None when no row states a price.

    It is of ``public`` months out of ``months``, of which ``price_unknown`` rows state none.
    """

    months: int
    public: int
    rows: int
    agreed: int | None
    price_unknown: int

    @classmethod
    def of(cls, months: Iterable[AgencyMonth]) -> "Total":
        every = tuple(months)
        public = [one for one in every if one.public]
        known = [one.total_agreed for one in public if one.total_agreed is not None]
        return cls(
            months=len(every),
            public=len(public),
            rows=sum(one.rows or 0 for one in public),
            agreed=sum(known) if known else None,
            price_unknown=sum(one.price_unknown or 0 for one in public),
        )

    @property
    def whole(self) -> bool:
        """True when no month is lacking and no price: only then is the sum that of all."""
        return self.public == self.months and not self.price_unknown


@dataclass(frozen=True)
class Province:
    """Every agency asked for, ordered by key, as of a Gregorian day; none is ever left out."""

    fiscal_year: int
    as_of: date
    agencies: tuple[AgencyYear, ...]

    @property
    def said(self) -> tuple[AgencyYear, ...]:
        return tuple(one for one in self.agencies if one.word == "said")

    @property
    def silent(self) -> tuple[AgencyYear, ...]:
        """Those that have said nothing that could be read."""
        return tuple(one for one in self.agencies if one.word != "said")

    @property
    def months(self) -> Iterator[tuple[Month, tuple[AgencyMonth, ...]]]:
        """Each month of the year with what every agency says of it, in their order."""
        for index, month in enumerate(fiscal_months(self.fiscal_year)):
            yield month, tuple(one.months[index] for one in self.agencies)

    @property
    def every_month(self) -> tuple[AgencyMonth, ...]:
        return tuple(month for one in self.agencies for month in one.months)

    @property
    def counts(self) -> Counts:
        return Counts.of(self.every_month)

    @property
    def total(self) -> Total:
        return Total.of(self.every_month)

    def public_json(self) -> dict[str, Any]:
        """Return the roll-up for programs: baht as text, ISO days, null unknown."""
        return {
            "fiscal_year": self.fiscal_year,
            "as_of": self.as_of.isoformat(),
            "agencies": [_agency_json(one) for one in self.agencies],
            "months": [
                {"month": str(month), **_sums_json(Counts.of(cells), Total.of(cells))}
                for month, cells in self.months
            ],
            "summary": {
                "agencies": len(self.agencies),
                "agencies_said": len(self.said),
                "agencies_silent": len(self.silent),
                **_sums_json(self.counts, self.total),
            },
        }


def _sums_json(counts: Counts, total: Total) -> dict[str, Any]:
    return {
        "counts": asdict(counts),
        "rows": total.rows,
        "total_agreed": None if total.agreed is None else decimal_baht(total.agreed),
        "price_unknown": total.price_unknown,
        "whole": total.whole,
    }


def _agency_json(one: AgencyYear) -> dict[str, Any]:
    return {
        "agency": one.agency,
        "organisation": one.organisation,
        "word": one.word,
        "as_of": one.as_of.isoformat() if one.as_of else None,
        "months": [_month_json(month) for month in one.months],
        **_sums_json(one.counts, one.total),
    }


def _month_json(one: AgencyMonth) -> dict[str, Any]:
    return {
        "month": str(one.month),
        "state": one.state,
        "late": one.late,
        "due": one.due.isoformat() if one.due else None,
        "published_at": one.published_at.isoformat() if one.published_at else None,
        "revision": one.revision,
        "rows": one.rows,
        "total_agreed": None if one.total_agreed is None else decimal_baht(one.total_agreed),
        "price_unknown": one.price_unknown,
    }
