"""When a month must be public, by the office's own rule (no law names a day)."""

from datetime import date, timedelta
from functools import cache

from schemas.config import Due
from schemas.month import Month

# Offices work on these days although the calendar of companies does not.
OFFICES_WORK = ("National Labor Day", "National Children's Day")
SATURDAY = 5


def due_day(month: Month, rule: Due) -> date:
    """Return the (Gregorian) day by which ``month`` must be public: a day of the next month."""
    first = month.following.first
    if rule.day is not None:
        return first.replace(day=rule.day)
    closed = office_holidays(first.year) | set(rule.closed)
    days = (first + timedelta(days=n) for n in range(31))
    working = [day for day in days if day.weekday() < SATURDAY and day not in closed]
    # A month closed to the last day is nobody's case: its last working day, else its first day.
    return working[min(rule.business_day, len(working)) - 1] if working else first


@cache
def office_holidays(year: int) -> frozenset[date]:
    """Holidays of government offices in a Gregorian year: public and government days of Thailand.

    Source: package ``holidays``; special days of the cabinet come from ``due.closed``.
    """
    import holidays  # 0.1 s that most commands do not need

    known = holidays.country_holidays(
        "TH", years=year, categories=("public", "government"), language="en_US"
    )
    # Two holidays on one day come as one text: only if every part is worked does the day go.
    return frozenset(
        day
        for day, names in known.items()
        if not all(name.startswith(OFFICES_WORK) for name in names.split("; "))
    )
