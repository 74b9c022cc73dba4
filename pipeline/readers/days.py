"""Which number formats show a day, and what a serial number or a moment then is in a cell."""

import re
from datetime import date, datetime, time

from openpyxl.styles.numbers import is_date_format
from openpyxl.utils.datetime import CALENDAR_WINDOWS_1900, from_excel

_MIDNIGHT = time()
# As SpreadsheetML and web pages of Excel call them.
_NAMED = frozenset({"general date", "long date", "medium date", "short date"})
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')


def shows_a_day(number_format: str) -> bool:
    """True for a format of a day, in Thai letters too; not for a time of day alone.

    >>> [shows_a_day(f) for f in ("Short Date", "[$-107041E]d mmm yyyy", "ว ดดดด ปปปป", "h:mm")]
    [True, True, True, False]
    """
    letters = _QUOTED.sub("", number_format).lower()
    if letters.strip() in _NAMED or ("ว" in letters and "ด" in letters):
        return True
    return is_date_format(number_format) and any(letter in letters for letter in "dyb")


def of_serial(serial: float, epoch: datetime = CALENDAR_WINDOWS_1900) -> datetime | None:
    """Return the day that Excel shows for a number; None beyond its calendar."""
    try:
        moment = from_excel(serial, epoch)
    except (ValueError, OverflowError):
        return None
    return moment if isinstance(moment, datetime) else None


def text_and_day(moment: datetime) -> tuple[str, date]:
    """Return what stands in the cell, and its day: the form has no use for times of day."""
    day = moment.date()
    return (day.isoformat() if moment.time() == _MIDNIGHT else moment.isoformat(" ")), day
