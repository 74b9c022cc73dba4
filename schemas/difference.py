"""What a correction changed: rows added, removed and changed between two revisions of a month."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from schemas.explanation import Explanation
from schemas.month import Month
from schemas.procurement import FACTS, Procurement

# The published fields by the words of the form; the running number first, as it stands there.
FIELD_WORDS: Mapping[str, str] = {
    "number": "ลำดับที่",
    "title": "งานที่จัดซื้อหรือจัดจ้าง",
    "budget": "วงเงินที่จะซื้อหรือจ้าง",
    "reference_price": "ราคากลาง",
    "procurement_method": "วิธีซื้อหรือจ้าง",
    "bids": "รายชื่อผู้เสนอราคาและราคาที่เสนอ",
    "supplier": "ผู้ได้รับการคัดเลือก",
    "agreed_price": "ราคาที่ตกลงซื้อหรือจ้าง",
    "selection_reason": "เหตุผลที่คัดเลือกโดยสรุป",
    "contract_number": "เลขที่ของสัญญาหรือข้อตกลง",
    "contract_date": "วันที่ของสัญญาหรือข้อตกลง",
    "egp_project_number": "เลขที่โครงการ",
    "egp_contract_number": "เลขคุมสัญญา",
}
# Why a month went back to an earlier revision, as it is published.
RESTORED = "กลับไปใช้ฉบับที่ {number}: {reason}"


@dataclass(frozen=True)
class Placed:
    """A row that stands in one of the two revisions only; ``position`` counts from 1."""

    position: int
    row: Procurement


@dataclass(frozen=True)
class Field:
    """One field of a row with its old and its new value: satang, days, None unknown."""

    name: str
    old: Any
    new: Any

    @property
    def words(self) -> str:
        """The heading by which people know the field."""
        return FIELD_WORDS[self.name]


@dataclass(frozen=True)
class Pair:
    """A row that goes on in the new revision; both positions count from 1."""

    old: Placed
    new: Placed

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields that differ, in the order of the form."""
        both = ((name, getattr(self.old.row, name), getattr(self.new.row, name)) for name in FACTS)
        return tuple(Field(name, old, new) for name, old, new in both if old != new)


@dataclass(frozen=True)
class Difference:
    """Everything that two revisions do not have in common, rows in the order of the form.

    Rows that only stand elsewhere are in none of it. ``renumbered`` are those of which nothing
    but the running number changed, as it does behind a row that was put in.
    """

    added: tuple[Placed, ...] = ()
    removed: tuple[Placed, ...] = ()
    changed: tuple[Pair, ...] = ()
    renumbered: tuple[Pair, ...] = ()

    @property
    def counts(self) -> tuple[tuple[str, int], ...]:
        """How many rows of each kind, by the words for people; a kind without rows is left out."""
        kinds = (
            ("เพิ่ม", len(self.added)),
            ("ลบ", len(self.removed)),
            ("แก้ไข", len(self.changed)),
            ("เปลี่ยนเฉพาะลำดับที่", len(self.renumbered)),
        )
        return tuple((words, number) for words, number in kinds if number)

    @property
    def empty(self) -> bool:
        return not self.counts


@dataclass(frozen=True)
class Correction:
    """How a month went from revision ``before`` to the next on a (Gregorian) day, and why.

    No explanation: nobody has said why yet.
    """

    month: Month
    organisation: str
    before: int
    day: date
    difference: Difference
    explanations: tuple[Explanation, ...] = ()

    @property
    def after(self) -> int:
        return self.before + 1

    @property
    def said(self) -> tuple[Explanation, ...]:
        """The explanations for people: one that answers several questions stands once."""
        once = {(one.reason, one.by, one.date): one for one in reversed(self.explanations)}
        return tuple(one for one in self.explanations if one in once.values())

    def public_json(self) -> dict[str, Any]:
        """Return ``difference.json``: money as baht in text, ISO days, null for the unknown."""
        found = self.difference
        return {
            "month": str(self.month),
            "fiscal_year": self.month.fiscal_year,
            "organisation": self.organisation,
            "from_revision": self.before,
            "to_revision": self.after,
            "date": self.day.isoformat(),
            "explanations": [given.public_json() for given in self.explanations],
            "added": [_placed(one) for one in found.added],
            "removed": [_placed(one) for one in found.removed],
            "changed": [_pair(one) for one in found.changed],
            "renumbered": [_pair(one) for one in found.renumbered],
        }


def _placed(one: Placed) -> dict[str, Any]:
    return {"position": one.position, "row": one.row.public()}


def _pair(one: Pair) -> dict[str, Any]:
    old, new = one.old.row.public(), one.new.row.public()
    return {
        "position": {"old": one.old.position, "new": one.new.position},
        # By what people know the row; the values are those before the change.
        "row": {name: old[name] for name in ("title", "supplier", "contract_number")},
        "fields": [
            {"field": field.name, "old": old[field.name], "new": new[field.name]}
            for field in one.fields
        ],
    }
