"""What the ledger tells: decisions about months, drops, revisions, releases."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from schemas.examined import Account
from schemas.explanation import Explanation
from schemas.finding import Finding
from schemas.month import Month
from schemas.procurement import Procurement

# Worst first: the outcome of a file is the worst of its months. "unchanged" is what is public
# already; "repeated" is what the file said before, and another file has overruled since.
Decision = Literal["returned", "waiting", "accepted", "unchanged", "repeated"]


Rows = tuple[Procurement, ...]


@dataclass(frozen=True)
class Before:
    """What is known when a part of the office drops a file; a month not public is in no mapping.

    ``public`` is what this part has in public now, ``revisions`` the numbers of these revisions
    and ``questions`` the findings of the file that stands in them. ``elsewhere`` is what other
    parts have in public; ``overruled`` what the same file said before about months for which
    another file speaks since. ``explanations`` are by the key of their question; ``spent`` names
    the answers (key, reason, by) that have been public.
    """

    public: Mapping[Month, Rows] = field(default_factory=dict)
    revisions: Mapping[Month, int] = field(default_factory=dict)
    questions: Mapping[Month, tuple[Finding, ...]] = field(default_factory=dict)
    elsewhere: Mapping[Month, Mapping[str, Rows]] = field(default_factory=dict)
    overruled: Mapping[Month, Rows] = field(default_factory=dict)
    explanations: Mapping[str, Explanation] = field(default_factory=dict)
    spent: frozenset[tuple[str, str, str]] = frozenset()


@dataclass(frozen=True)
class Judged:
    """One month of a workbook with its rows and what was decided about it."""

    month: Month
    rows: tuple[Procurement, ...]
    nil: bool
    decision: Decision


@dataclass(frozen=True)
class Drop:
    """A dropped file as it was answered; ``submission`` is its key."""

    submission: int
    file: str
    part: str
    sha256: str
    received_on: date
    months: tuple[Month, ...]
    rows: int
    findings: tuple[Finding, ...]
    accounts: tuple[Account, ...] = ()


@dataclass(frozen=True)
class MonthOfDrop:
    """What a drop said about one month, and what was decided about it on that day."""

    decision: Decision
    rows: int
    nil: bool


@dataclass(frozen=True)
class PastDrop:
    """A drop as it was decided on its day, whatever came since; no month: returned whole."""

    submission: int
    file: str
    part: str
    sha256: str
    received_on: date
    months: Mapping[Month, MonthOfDrop]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Latest:
    """The latest word of one part about one month."""

    submission: int
    file: str
    decision: Decision
    received_on: date
    public: bool  # a revision carries it


@dataclass(frozen=True)
class Waiting:
    """A month of one part that waits for an answer to these findings."""

    month: Month
    part: str
    submission: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Restored:
    """That a revision is an earlier one again: the ``number`` of that one, and who says why."""

    number: int
    reason: str
    by: str


@dataclass(frozen=True)
class Revision:
    """One revision of a month: which submission stands for each part.

    ``after`` counts the releases before the one that first showed it; None while none has.
    """

    month: Month
    number: int
    accepted_on: date
    parts: Mapping[str, int]
    key: int
    after: int | None
    restored: Restored | None = None


@dataclass(frozen=True)
class History:
    """All that is known about the months: their revisions, and the latest word of each part."""

    revisions: Mapping[Month, tuple[Revision, ...]]
    latest: Mapping[Month, Mapping[str, Latest]]
    returned: tuple[str, ...]  # files that still lie in the inbox as they were sent back
    as_of: date | None

    @property
    def fiscal_years(self) -> list[int]:
        """Every fiscal year about which something good was dropped, in order."""
        told = {
            month
            for month, parts in self.latest.items()
            if any(word.decision != "returned" for word in parts.values())
        }
        return sorted({month.fiscal_year for month in told | self.revisions.keys()})

    def current(self, month: Month) -> Revision | None:
        revisions = self.revisions.get(month, ())
        return revisions[-1] if revisions else None

    def waiting(self) -> list[tuple[Month, str, Latest]]:
        """Months that wait for an answer: nothing later has come, nothing made them public."""
        return [
            (month, part, latest)
            for month, parts in sorted(self.latest.items())
            for part, latest in sorted(parts.items())
            if latest.decision == "waiting" and not latest.public
        ]


@dataclass(frozen=True)
class Release:
    """A published site, named for its content, the one before it, and the day it went public."""

    name: str
    previous: str | None
    day: date
