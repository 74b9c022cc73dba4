"""The ``status.json`` of many agencies → one fiscal year of all of them. Pure: the day comes in.

What an agency said on an early day is not taken for what it would say on a later one: a month
that has fallen due since then is unheard, not «not due».
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from jsonschema import ValidationError

from pipeline.status import validate
from schemas.month import Month, fiscal_months
from schemas.province import UNHEARD, AgencyMonth, AgencyYear, Province, Word
from schemas.status import PUBLIC


def roll_up(
    fiscal_year: int, statuses: Mapping[str, Mapping[str, Any] | None], as_of: date
) -> Province:
    """Return what the agencies say of a Buddhist fiscal year, as known on a (Gregorian) day.

    ``statuses``: the parsed ``status.json`` of that year by the agency's key; None where there is
    none. One that is not of the form, or of another year, counts as unreadable: it touches no
    other agency's. The order of the mapping does not matter.
    """
    said = (_said(fiscal_year, key, status) for key, status in statuses.items())
    return together(fiscal_year, said, as_of)


def together(fiscal_year: int, agencies: Iterable[AgencyYear], as_of: date) -> Province:
    """Return the same of what was read before: one ``AgencyYear`` of each, in any order."""
    ordered = sorted(agencies, key=lambda one: one.agency)
    return Province(fiscal_year, as_of, tuple(_known_on(as_of, one) for one in ordered))


def read_status(fiscal_year: int, agency: str, status: Mapping[str, Any]) -> AgencyYear:
    """Return what a ``status.json`` says, as it says it.

    Errors: jsonschema.ValidationError or ValueError when it is not that of the year, or not of
    the form.
    """
    validate(status)
    months = tuple(map(_month, status["months"]))
    told = (status["fiscal_year"], tuple(one.month for one in months))
    if told != (fiscal_year, fiscal_months(fiscal_year)):
        raise ValueError(f"no status of {fiscal_year}")
    day = date.fromisoformat(status["as_of"])
    return AgencyYear(agency, status["organisation"], "said", day, months)


def unsaid(fiscal_year: int, agency: str, word: Word) -> AgencyYear:
    """Return the twelve months of an agency of which nothing is known, not even what is due."""
    months = (AgencyMonth(month, UNHEARD) for month in fiscal_months(fiscal_year))
    return AgencyYear(agency, None, word, None, tuple(months))


def _said(fiscal_year: int, agency: str, status: Mapping[str, Any] | None) -> AgencyYear:
    if status is None:
        return unsaid(fiscal_year, agency, "silent")
    try:
        return read_status(fiscal_year, agency, status)
    except (ValidationError, ValueError):
        return unsaid(fiscal_year, agency, "unreadable")


def _month(told: Mapping[str, Any]) -> AgencyMonth:
    public = told["state"] in PUBLIC
    if public is not (told["rows"] is not None and told["price_unknown"] is not None):
        raise ValueError("a month says how many rows it has when it is public, and only then")
    return AgencyMonth(
        month=Month.parse(told["month"]),
        state=told["state"],
        late=told["late"],
        due=date.fromisoformat(told["due"]),
        published_at=date.fromisoformat(told["published_at"]) if told["published_at"] else None,
        revision=told["revision"],
        rows=told["rows"],
        total_agreed=satang(told["total_agreed"]),
        price_unknown=told["price_unknown"],
    )


def satang(baht: str | None) -> int | None:
    """Read an amount that its schema has held to two decimals; None stays None."""
    return None if baht is None else int(baht.replace(".", ""))


def _known_on(day: date, agency: AgencyYear) -> AgencyYear:
    return replace(agency, months=tuple(_month_on(day, month) for month in agency.months))


def _month_on(day: date, month: AgencyMonth) -> AgencyMonth:
    """What a month that is not public is on a day, which may be later than the agency's word."""
    if month.public:
        return month
    if month.due is None:  # nobody said it; before the month's end nothing can be due
        return replace(month, state=UNHEARD if month.month.last < day else "not_due")
    if month.state == "not_due" and month.due <= day:
        return replace(month, state=UNHEARD)  # the agency's own pipeline has not looked since
    return replace(month, late=day > month.due)
