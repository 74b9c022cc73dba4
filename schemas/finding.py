"""What a person must look at: the very cell, and the sentence that finance reads beside it."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal

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
    """

    rule: str
    severity: Severity
    file: str
    sheet: str
    cell: str
    value: str
    message: str
    month: Month | None = None

    def kept(self) -> list[str | None]:
        """Return it as plain JSON values in the order of the fields; ``Finding.of`` reads them."""
        month = str(self.month) if self.month else None
        return [*(getattr(self, name.name) for name in fields(self)[:-1]), month]

    @classmethod
    def of(cls, kept: Sequence[Any]) -> "Finding":
        *facts, month = kept
        names = [name.name for name in fields(cls)[:-1]]
        known = dict(zip(names, facts, strict=True))
        return cls(**known, month=Month.parse(month) if month else None)


def count(findings: Sequence[Finding]) -> dict[str, int]:
    """How many findings of each severity; every severity is named."""
    return {s: sum(finding.severity == s for finding in findings) for s in SEVERITIES}
