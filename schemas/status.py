"""The status of measure 4: what may be claimed about the twelve months of a fiscal year."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from schemas.month import Month
from schemas.thai import decimal_baht

State = Literal["published", "nil", "returned", "missing", "not_due"]
STATE_WORDS: dict[State, str] = {
    "published": "เผยแพร่แล้ว",
    "nil": "ไม่มีการจัดซื้อจัดจ้าง",
    "returned": "อยู่ระหว่างแก้ไขข้อมูล",
    "missing": "ยังไม่ได้เผยแพร่",
    "not_due": "ยังไม่ครบกำหนด",
}
PUBLIC: tuple[State, ...] = ("published", "nil")


@dataclass(frozen=True)
class PublicFile:
    """A file that proves the claim; the path is relative to the site's root."""

    path: str
    sha256: str


@dataclass(frozen=True)
class Announced:
    """How many projects a month has, and how many of them an announcement; None unknown."""

    projects: int
    announced: int | None


@dataclass(frozen=True)
class MonthStatus:
    """One month. Money in satang, days Gregorian; ``late`` is measured against the house rule."""

    month: Month
    state: State
    late: bool
    due: date
    rows: int | None = None
    total_agreed: int | None = None
    revision: int | None = None
    published_at: date | None = None
    files: tuple[PublicFile, ...] = ()
    announcements: Announced | None = None

    @property
    def public(self) -> bool:
        return self.state in PUBLIC


@dataclass(frozen=True)
class MeasureStatus:
    """Measure 4 for one Buddhist fiscal year, as of a Gregorian day."""

    fiscal_year: int
    organisation: str
    as_of: date
    months: tuple[MonthStatus, ...]
    result: str  # ผลการดำเนินการ
    outcome: str  # ผลลัพธ์หรือผลสัมฤทธิ์ในการดำเนินการ

    @property
    def due(self) -> int:
        """How many months have reached their due day."""
        return sum(month.due <= self.as_of for month in self.months)

    @property
    def published(self) -> tuple[MonthStatus, ...]:
        return tuple(month for month in self.months if month.public)

    @property
    def waited_for(self) -> tuple[MonthStatus, ...]:
        """The months that should be public by now and are not."""
        return tuple(m for m in self.months if m.due <= self.as_of and not m.public)

    @property
    def on_time(self) -> int:
        return sum(not month.late for month in self.published)

    @property
    def rows(self) -> int:
        return sum(month.rows or 0 for month in self.published)

    @property
    def total_agreed(self) -> int | None:
        """The sum in satang over the published months; None when none states an amount."""
        known = [m.total_agreed for m in self.published if m.total_agreed is not None]
        return sum(known) if known else None

    def public_json(self) -> dict[str, Any]:
        """Return ``status.json`` as ``schemas/status.schema.json`` describes it."""
        return {
            "fiscal_year": self.fiscal_year,
            "organisation": self.organisation,
            "measure": 4,
            "as_of": self.as_of.isoformat(),
            "months": [_month_json(month) for month in self.months],
            "summary": {
                "due": self.due,
                "published": len(self.published),
                "on_time": self.on_time,
                "rows": self.rows,
                "total_agreed": _money(self.total_agreed),
            },
            "sentences": {"result": self.result, "outcome": self.outcome},
        }


def _money(satang: int | None) -> str | None:
    return None if satang is None else decimal_baht(satang)


def _month_json(status: MonthStatus) -> dict[str, Any]:
    announced = status.announcements
    return {
        "month": str(status.month),
        "state": status.state,
        "late": status.late,
        "rows": status.rows,
        "total_agreed": _money(status.total_agreed),
        "revision": status.revision,
        "due": status.due.isoformat(),
        "published_at": status.published_at.isoformat() if status.published_at else None,
        "files": [{"path": file.path, "sha256": file.sha256} for file in status.files],
        "announcements": None
        if announced is None
        else {"projects": announced.projects, "announced": announced.announced},
    }
