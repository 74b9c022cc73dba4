"""What a person must look at: the very cell, and the sentence that finance reads beside it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from schemas.explanation import Explanation
from schemas.month import Month

Severity = Literal["fix", "explain", "note"]
SEVERITIES: tuple[Severity, ...] = ("fix", "explain", "note")
SEVERITY_WORDS: dict[Severity, str] = {
    "fix": "ต้องแก้ไข",
    "explain": "แก้ไขหรือชี้แจง",
    "note": "ข้อสังเกต",
}


@dataclass(frozen=True)
class Finding:
    """One doubtful cell. ``cell`` is "C12", the address Excel itself shows.

    ``cell`` is "" when a whole sheet is meant, ``sheet`` too when the whole file is;
    ``value`` is what stands there, as typed; ``month`` is None when no month could be told.
    ``subject`` is what a question is about, wherever it stands (``Procurement.subject``): an
    answer holds as long as it stays the same. ``explanation`` is that answer; it is not part of
    what is kept of the finding.
    """

    rule: str
    severity: Severity
    file: str
    sheet: str
    cell: str
    value: str
    message: str
    month: Month | None = None
    subject: str = ""
    explanation: Explanation | None = None

    @property
    def open(self) -> bool:
        """True while a person must do something about it."""
        return self.severity == "fix" or (self.severity == "explain" and self.explanation is None)

    @property
    def is_of_a_row(self) -> bool:
        """True for a question about a row that stands in the file, not about a whole month."""
        return self.subject != "" and "@" not in self.subject

    @property
    def key(self) -> str:
        """Return by what an answer is kept: the same for the same question about the same facts.

        No place is in it: rows are inserted, sorted and copied to other sheets.
        """
        about = self.subject.split(" ")[0] or self.message
        said = "\x1f".join((self.rule, str(self.month), about))
        return hashlib.sha256(said.encode(errors="replace")).hexdigest()[:16]

    @property
    def ticket(self) -> str:
        """Return what ``Ticket.of`` reads."""
        traits = " ".join(self.subject.split(" ")[1:])
        return f"{self.key} {self.rule} {self.month} {traits}".rstrip()

    def kept(self) -> list[str | None]:
        """Return it as plain JSON values in the order of the fields; ``Finding.of`` reads them."""
        where = (self.file, self.sheet, self.cell, self.value, self.message)
        month = str(self.month) if self.month else None
        return [self.rule, self.severity, *where, month, self.subject]

    @classmethod
    def of(cls, kept: Sequence[Any]) -> "Finding":
        """Return the finding; those kept before there were explanations have no subject."""
        rule, severity, file, sheet, cell, value, message, month, *more = kept
        where = (file, sheet, cell, value, message)
        known = Month.parse(month) if month else None
        return cls(rule, severity, *where, known, more[0] if more else "")


def count(findings: Sequence[Finding]) -> dict[str, int]:
    """How many findings of each severity, every one named; an answered one is not counted."""
    return {
        s: sum(f.severity == s and f.explanation is None for f in findings) for s in SEVERITIES
    }
