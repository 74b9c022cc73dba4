"""What a person answers to a question: the line that was filled in, and what is kept of it."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Self

from schemas.month import SHAPE, Month

SHARED_TRAITS = 2  # of number, title, supplier and project: so a changed row is still known
NO_TRAIT = "-"
_KEY = re.compile("[0-9a-f]{16}")


@dataclass(frozen=True)
class Explanation:
    """A person's answer to a finding, published beside the row."""

    rule: str
    reason: str
    by: str
    date: date

    def public_json(self) -> dict[str, str]:
        """Return it as every JSON shows it; the day is an ISO day."""
        return {
            "rule": self.rule,
            "reason": self.reason,
            "by": self.by,
            "date": self.date.isoformat(),
        }


@dataclass(frozen=True)
class Answer:
    """One line of the sheet «คำชี้แจง» as it came back; ``cell`` is that of the reason."""

    ticket: str
    reason: str
    by: str
    sheet: str
    cell: str

    @property
    def written(self) -> bool:
        """True when somebody wrote a reason or a name; else it is only the line of a question."""
        return bool(self.reason or self.by)


@dataclass(frozen=True)
class Ticket:
    """What stands, hidden, beside a question, so that its answer finds the way back.

    ``key`` is the question itself; the rest knows a row again of which a cell was mended in the
    same workbook that brings the answer.
    """

    key: str
    rule: str
    month: Month
    traits: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Self | None:
        """Return the ticket that ``Finding.ticket`` wrote, None for any other text."""
        key, rule, month, *traits = [*text.split(), "", "", ""]
        if not _KEY.fullmatch(key) or not SHAPE.fullmatch(month):
            return None
        return cls(key, rule, Month.parse(month), tuple(filter(None, traits)))

    def shared(self, other: Self) -> int:
        """How many traits two rows have in common."""
        pairs = zip(self.traits, other.traits, strict=False)
        return sum(mine == its != NO_TRAIT for mine, its in pairs)


@dataclass(frozen=True)
class Given:
    """An answer that was accepted for a question; ``answered`` is the key of its line."""

    month: Month
    rule: str
    subject: str
    key: str
    answered: str
    reason: str
    by: str
