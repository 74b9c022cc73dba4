"""A workbook after reading and cleaning: what it states, before any rule has looked at it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from schemas.explanation import Answer
from schemas.finding import Finding
from schemas.month import Month
from schemas.procurement import Procurement
from schemas.rules import found


@dataclass(frozen=True)
class Stated:
    """What one sheet states about one month, before any rule has looked at it."""

    file: str
    sheet: str
    month: Month
    rows: tuple[Procurement, ...]
    nil: bool


# Why a cell is no part of a row: what the steps call it, and what people read.
LEFT_OUT: Mapping[str, str] = {
    "title": "หัวเรื่อง",
    "heading": "หัวตาราง",
    "index": "แถวเลขคอลัมน์",
    "page": "เลขหน้าและหัวเรื่องซ้ำ",
    "total": "แถวรวม",
    "empty-row": "แถวว่าง",
    "section": "หัวข้อย่อยในตาราง",
    "nil": "ข้อความว่าไม่มีการจัดซื้อจัดจ้าง",
    "foot": "ท้ายตาราง",
    "ignored-column": "คอลัมน์นอกแบบ",
    "unknown-column": "คอลัมน์ที่ไม่รู้จัก",
}


@dataclass(frozen=True)
class Account:
    """Where the filled cells of a sheet went: ``cells`` = read + left out by name + told.

    ``readers`` is how many programs read the table alike; 1 where only one can.
    """

    sheet: str
    cells: int
    read: int
    left_out: Mapping[str, int]
    told: int
    readers: int = 1

    @property
    def words(self) -> str:
        """«หัวเรื่อง 3, หัวตาราง 9»: what was left out by name, for people."""
        return ", ".join(f"{LEFT_OUT[why]} {count}" for why, count in self.left_out.items())

    def kept(self) -> dict[str, Any]:
        """Return it as plain JSON values; ``Account(**…)`` reads them."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True)
class Examined:
    """A workbook read: its months, every finding so far (those without a month too), its cells."""

    months: tuple[Stated, ...]
    findings: tuple[Finding, ...]
    accounts: tuple[Account, ...] = ()
    answers: tuple[Answer, ...] = ()  # what a person wrote into an earlier reply

    def kept(self) -> dict[str, Any]:
        """Return it as plain JSON values; ``Examined.of`` reads it."""
        return {
            "months": [
                [one.file, one.sheet, str(one.month), [row.kept() for row in one.rows], one.nil]
                for one in self.months
            ],
            "findings": [finding.kept() for finding in self.findings],
            "accounts": [account.kept() for account in self.accounts],
            "answers": [asdict(answer) for answer in self.answers],
        }

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "Examined":
        return cls(
            tuple(
                Stated(file, sheet, Month.parse(month), tuple(map(Procurement.of, rows)), nil)
                for file, sheet, month, rows, nil in kept["months"]
            ),
            tuple(Finding.of(finding) for finding in kept["findings"]),
            tuple(Account(**account) for account in kept["accounts"]),
            tuple(Answer(**answer) for answer in kept["answers"]),
        )


def refusal(file: str, rule_id: str, reason: str) -> Examined:
    """Return the one finding of a file that was not read; ``reason`` is a few Thai words."""
    return Examined((), (found(rule_id, file, reason=reason),))
