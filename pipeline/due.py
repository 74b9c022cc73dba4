"""When a month must be public, by the office's own rule (no law names a day)."""

from datetime import date, timedelta
from functools import cache

from schemas.config import Due
from schemas.month import Month

# Offices work on these days although the calendar of companies does not.
OFFICES_WORK = ("National Labor Day", "National Children's Day")
SATURDAY = 5
LONGEST_CLOSED = 40  # days; no office is closed longer


def due_day(month: Month, rule: Due) -> date:
    """Return the (Gregorian) day by which ``month`` must be public: a day of the next month."""
    first = month.following.first
    if rule.day is not None:
        return first.replace(day=rule.day)
    days = (first + timedelta(days=n) for n in range(31))
    working = [day for day in days if works(day, rule)]
    # A month closed to the last day is nobody's case: its last working day, else its first day.
    return working[min(rule.business_day, len(working)) - 1] if working else first


def works(day: date, rule: Due) -> bool:
    """True when the office is open on a (Gregorian) day; what the office itself says wins."""
    if day in rule.open:
        return True
    holidays = office_holidays(day.year)
    return day.weekday() < SATURDAY and day not in holidays and day not in rule.closed


def working_days_from(day: date, number: int, rule: Due) -> date:
    """Return the n-th working day after ``day``, or before it where ``number`` is negative.

    >>> working_days_from(date(2024, 11, 8), 1, Due())
    datetime.date(2024, 11, 11)
    """
    step = timedelta(days=1 if number > 0 else -1)
    left = abs(number)
    # An office that is never open is nobody's: the search ends.
    for _ in range(LONGEST_CLOSED * abs(number)):
        if not left:
            break
        day += step
        left -= works(day, rule)
    return day


def working_days_until(day: date, end: date, rule: Due) -> int:
    """Return how many working days ``end`` lies after ``day``; negative where it lies before.

    >>> working_days_until(date(2024, 11, 8), date(2024, 11, 12), Due())
    2
    """
    if end < day:
        return -working_days_until(end, day, rule)
    return sum(works(day + timedelta(days=n), rule) for n in range(1, (end - day).days + 1))


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
