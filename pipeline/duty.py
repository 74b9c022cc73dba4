"""Facts of the ledger and the calendar → whose turn it is: what is due, what is late, who waits.

Pure: the day is an argument. A wake-up that was missed costs nothing, for nothing here is
remembered: whenever somebody asks, the answer is that of the day.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from pipeline.due import due_day
from schemas.config import Settings
from schemas.history import History
from schemas.month import Month, fiscal_months

# What is waited for: a list that nobody has sent, one that was sent back, answers to questions.
Wanted = Literal["list", "mended", "answers"]


@dataclass(frozen=True)
class Duty:
    """Something that a part of the office still owes for a month.

    ``part`` is the division's folder in the inbox, "" the office itself; ``due`` is Gregorian;
    ``files`` are those that wait, by their path in the inbox.
    """

    month: Month
    part: str
    wanted: Wanted
    due: date
    files: tuple[str, ...] = ()


def duties(history: History, settings: Settings, today: date) -> list[Duty]:
    """Return what is owed for each month that has begun, the oldest first."""
    return [
        duty
        for month in months_of_duty(history, today)
        if month.first <= today
        for duty in _owed(month, history, settings)
    ]


def overdue(history: History, settings: Settings, today: date) -> list[Month]:
    """Return the months of every known fiscal year that the due day has overtaken, in order."""
    return [
        month
        for month in months_of_duty(history, today)
        if history.current(month) is None and today > due_day(month, settings.due)
    ]


def months_of_duty(history: History, today: date) -> list[Month]:
    """Return the months of every known fiscal year.

    Years before the first drop are nobody's duty here; the year of ``today`` is, after one.
    """
    if not history.latest:
        return []
    this_year = Month.of(today).fiscal_year
    first = min(history.fiscal_years, default=this_year)
    years = {*history.fiscal_years, this_year}
    return [m for year in sorted(y for y in years if y >= first) for m in fiscal_months(year)]


def _owed(month: Month, history: History, settings: Settings) -> Iterator[Duty]:
    public = history.current(month)
    words = history.latest.get(month, {})
    due = due_day(month, settings.due)
    divisions = settings.organisation.divisions
    if public and not divisions:
        return
    # Where no divisions are on record, whoever has sent a list answers for the month.
    for part in divisions or sorted(words) or ("",):
        if public and part in public.parts:
            continue
        word = words.get(part)
        if word is not None and word.decision == "waiting":
            yield Duty(month, part, "answers", due, (word.file,))
        elif word is not None and word.file in history.returned:
            yield Duty(month, part, "mended", due, (word.file,))
        else:
            yield Duty(month, part, "list", due)
