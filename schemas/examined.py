"""A workbook after reading and cleaning: what it states, before any rule has looked at it."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from itertools import islice
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

    def lines(self) -> Iterator[bytes]:
        """Yield it as lines of JSON; ``Examined.of`` reads them.

        First all but the rows, then each row: of a large workbook no second whole is made.
        """
        yield _line(
            {
                "months": [
                    [one.file, one.sheet, str(one.month), len(one.rows), one.nil]
                    for one in self.months
                ],
                "findings": [finding.kept() for finding in self.findings],
                "accounts": [account.kept() for account in self.accounts],
                "answers": [asdict(answer) for answer in self.answers],
            }
        )
        for one in self.months:
            for row in one.rows:
                yield _line(row.kept())

    @classmethod
    def of(cls, lines: Iterable[bytes]) -> "Examined":
        """Read what ``lines`` gave; ValueError, KeyError or TypeError for anything else."""
        left = map(json.loads, lines)
        kept = next(left, None)
        if kept is None:
            raise ValueError("no line")
        return cls(
            tuple(
                Stated(file, sheet, Month.parse(month), _rows(left, count), nil)
                for file, sheet, month, count, nil in kept["months"]
            ),
            tuple(Finding.of(finding) for finding in kept["findings"]),
            tuple(Account(**account) for account in kept["accounts"]),
            tuple(Answer(**answer) for answer in kept["answers"]),
        )


def _line(value: object) -> bytes:
    # A stranger's text may hold half a pair of UTF-16, which UTF-8 has no letters for.
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _rows(left: Iterator[Mapping[str, Any]], count: int) -> tuple[Procurement, ...]:
    rows = tuple(map(Procurement.of, islice(left, count)))
    if len(rows) != count:
        raise ValueError(f"{len(rows)} rows in place of {count}")
    return rows


def refusal(file: str, rule_id: str, reason: str) -> Examined:
    """Return the one finding of a file that was not read; ``reason`` is a few Thai words."""
    return Examined((), (found(rule_id, file, reason=reason),))
