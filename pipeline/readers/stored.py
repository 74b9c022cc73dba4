"""What a number that a file stores as letters is in a cell: a number, or the day it shows."""

import math
import re
from datetime import datetime

from openpyxl.styles.numbers import is_date_format
from openpyxl.utils.datetime import CALENDAR_WINDOWS_1900, from_excel

from pipeline.readers.cells import LONGEST_FORMAT, has_thai_day, letters_of

# As SpreadsheetML and web pages of Excel call them.
_NAMED = frozenset({"general date", "long date", "medium date", "short date"})

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
_WHOLE = re.compile(r"[+-]?[0-9]{1,400}")


def number_of(text: str) -> int | float | None:
    """Return a stored number; None for what is none, or beyond all numbers.

    >>> number_of("12"), number_of("1.5E3"), number_of("1_000"), number_of("1e999")
    (12, 1500.0, None, None)
    """
    if _WHOLE.fullmatch(text):
        return int(text)
    number = float(text) if _NUMBER.fullmatch(text) else math.inf
    return number if math.isfinite(number) else None


def shows_a_day(number_format: str) -> bool:
    """True for a format of a day, in Thai letters too; not for a time of day alone.

    >>> [shows_a_day(f) for f in ("Short Date", "[$-107041E]d mmm yyyy", "ว ดดดด ปปปป", "h:mm")]
    [True, True, True, False]
    """
    code = number_format[:LONGEST_FORMAT]
    letters = letters_of(code).lower()
    if letters.strip() in _NAMED or has_thai_day(letters):
        return True
    return is_date_format(code) and any(letter in letters for letter in "dyb")


def of_serial(serial: float, epoch: datetime = CALENDAR_WINDOWS_1900) -> datetime | None:
    """Return the day that Excel shows for a number; None beyond its calendar."""
    try:
        moment = from_excel(serial, epoch)
    except (ValueError, OverflowError):
        return None
    return moment if isinstance(moment, datetime) else None
