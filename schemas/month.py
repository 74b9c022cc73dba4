"""A calendar month as the office names it: Buddhist year and month, ``2567-10``."""

import calendar
import re
from dataclasses import dataclass
from datetime import date
from typing import Self

from schemas.thai import BUDDHIST_OFFSET, MONTHS, MONTHS_SHORT

FISCAL_START = 10  # October
SHAPE = re.compile(r"(2[45][0-9]{2})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, order=True)
class Month:
    """One month. ``year`` is the Buddhist calendar year (not the fiscal year), ``number`` 1–12."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year}-{self.number:02}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``"2567-10"``; ValueError for anything else."""
        shape = SHAPE.fullmatch(text)
        if shape is None:
            raise ValueError(f"not a month in the form 2567-10: {text!r}")
        return cls(int(shape[1]), int(shape[2]))

    @classmethod
    def of(cls, day: date) -> Self:
        """Return the month in which a (Gregorian) day lies."""
        return cls(day.year + BUDDHIST_OFFSET, day.month)

    @property
    def first(self) -> date:
        return date(self.year - BUDDHIST_OFFSET, self.number, 1)

    @property
    def last(self) -> date:
        year = self.year - BUDDHIST_OFFSET
        return date(year, self.number, calendar.monthrange(year, self.number)[1])

    @property
    def fiscal_year(self) -> int:
        """The Buddhist fiscal year: it runs from October to September and bears the later year."""
        return self.year + (self.number >= FISCAL_START)

    @property
    def fiscal_quarter(self) -> int:
        """The quarter of the fiscal year, 1–4: October to December is the first.

        >>> [Month(2568, number).fiscal_quarter for number in (1, 4, 9, 10)]
        [2, 3, 4, 1]
        """
        return (self.number - FISCAL_START) % 12 // 3 + 1

    @property
    def following(self) -> "Month":
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    @property
    def words(self) -> str:
        """``ตุลาคม 2567``; the caller chooses the digits."""
        return f"{MONTHS[self.number - 1]} {self.year}"

    @property
    def short(self) -> str:
        """``ต.ค. 67``, for narrow columns."""
        return f"{MONTHS_SHORT[self.number - 1]} {self.year % 100:02}"

    @property
    def formal(self) -> str:
        """``ตุลาคม พ.ศ. 2567``, as official sentences say it."""
        return f"{MONTHS[self.number - 1]} พ.ศ. {self.year}"


def fiscal_months(fiscal_year: int) -> tuple[Month, ...]:
    """The twelve months of a Buddhist fiscal year, October first.

    >>> [str(month) for month in fiscal_months(2568)][:4]
    ['2567-10', '2567-11', '2567-12', '2568-01']
    """
    autumn = [Month(fiscal_year - 1, number) for number in (10, 11, 12)]
    return (*autumn, *(Month(fiscal_year, number) for number in range(1, 10)))
