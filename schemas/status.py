"""The status of measure 4: what may be claimed about the twelve months of a fiscal year."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal

from schemas.month import Month
from schemas.thai import decimal_baht

# Of status.json: the number behind the point rises when something is added, the one before it
# when something is changed or taken away.
VERSION = "1.2"
HISTORY_VERSION = "1.0"  # of status-history.json, in the same way
State = Literal["published", "nil", "returned", "missing", "not_due"]
STATE_WORDS: dict[State, str] = {
    "published": "เผยแพร่แล้ว",
    "nil": "ไม่มีการจัดซื้อจัดจ้าง",
    "returned": "อยู่ระหว่างแก้ไขข้อมูล",
    "missing": "ยังไม่ได้เผยแพร่",
    "not_due": "ยังไม่ครบกำหนด",
}
PUBLIC: tuple[State, ...] = ("published", "nil")
# Why a month is late: shown after its due day, or not shown yet because of this.
Because = Literal["published_after_due", "returned", "waiting", "not_received"]
BECAUSE_WORDS: dict[Because, str] = {
    "published_after_due": "เผยแพร่หลังวันครบกำหนด",
    "returned": "ส่งกลับให้แก้ไขข้อมูล",
    "waiting": "รอคำชี้แจง",
    "not_received": "ยังไม่ได้รับข้อมูล",
}
Column = Literal["result", "outcome"]


@dataclass(frozen=True)
class PublicFile:
    """A file that proves the claim; the path is relative to the site's root."""

    path: str
    sha256: str


@dataclass(frozen=True)
class Announced:
    """The projects of a month, and of how many an announcement is known; None: nobody looked.

    The rest, ``unknown``, is not known to be missing: a feed without memory may have shown it.
    """

    projects: int
    announced: int | None
    by_list: int = 0  # small purchases without an e-GP number: in the quarterly list of winners

    @property
    def unknown(self) -> int | None:
        return None if self.announced is None else self.projects - self.announced - self.by_list


@dataclass(frozen=True)
class Reconciled:
    """A fiscal year held against the contracts that e-GP's own open data have of it.

    ``contracts`` = ``matched`` + ``differing`` + ``only_there``; rows here that e-GP's file does
    not have are ``only_here``. ``sha256`` is of the file.
    """

    sha256: str
    contracts: int
    matched: int
    differing: int
    only_there: int
    only_here: int


@dataclass(frozen=True)
class Outcomes:
    """What the public rows tell of competition and price, each with the rows that it rests on.

    Money in satang, shares in hundredths of a per cent; None: no row tells it. Shares are told
    only of a ``complete`` year. A name that differs only in its abbreviations is one supplier.
    """

    complete: bool
    suppliers: int | None  # how many
    supplier_rows: int  # that name one
    largest_share: int | None  # of the sum of agreed prices
    largest_rows: int  # that name a supplier and a price
    bidders: int  # of all rows that name any
    bidder_rows: int
    reference_price: int | None
    agreed_price: int | None  # of the same rows
    price_rows: int  # that state both, the reference price above 0

    @property
    def average_bidders(self) -> int | None:
        """In hundredths, rounded half up."""
        rows = self.bidder_rows
        return (self.bidders * 200 + rows) // (2 * rows) if rows else None

    @property
    def saving(self) -> int | None:
        """How far the prices lie below the reference prices; below 0 when they lie above."""
        if self.reference_price is None or self.agreed_price is None:
            return None
        return self.reference_price - self.agreed_price

    @property
    def saving_share(self) -> int | None:
        if not self.complete or self.saving is None or not self.reference_price:
            return None
        return (self.saving * 20_000 + self.reference_price) // (2 * self.reference_price)


NO_OUTCOMES = Outcomes(
    complete=False,
    suppliers=None,
    supplier_rows=0,
    largest_share=None,
    largest_rows=0,
    bidders=0,
    bidder_rows=0,
    reference_price=None,
    agreed_price=None,
    price_rows=0,
)


# status.csv: a line a month; the names are those of status.json.
CSV_COLUMNS = (
    *("month", "state", "late", "late_because", "due", "published_at", "revision"),
    *("rows", "total_agreed", "projects", "announced", "covered_by_list", "unknown"),
)
# What people read where a claim leads to its proof.
PROOF_WORDS = {
    "index.html": "ตารางสิบสองเดือน",
    "csv": "ทุกรายการของปี (CSV)",
    "announcements.html": "ประกาศของแต่ละโครงการ",
    "completeness.html": "ความครบถ้วนเมื่อเทียบกับข้อมูลเปิดของ e-GP",
    "corrections.html": "รายการแก้ไขหลังการเผยแพร่",
    "pictures.html": "ภาพรวมของปีพร้อมตัวเลข",
}


@dataclass(frozen=True)
class PastDay:
    """What could be claimed at the end of a (Gregorian) day on which that changed."""

    day: date
    due: int
    revisions: Mapping[Month, int]  # of the public months
    on_time: int
    rows: int
    total_agreed: int | None


@dataclass(frozen=True)
class Claim:
    """One sentence of a column of the report, and the public pages and files that prove it.

    ``kind`` is stable: programs may ask for it. Paths are relative to the site's root.
    """

    kind: str
    column: Column
    text: str
    proofs: tuple[str, ...]


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
    late_because: Because | None = None
    price_unknown: int = 0  # rows that state no agreed price

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
    claims: tuple[Claim, ...] = ()  # of which both sentences consist
    outcomes: Outcomes = NO_OUTCOMES
    corrections: int = 0  # revisions that replaced another
    reconciliation: Reconciled | None = None

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
    def late(self) -> int:
        """How many public months came after their due day."""
        return len(self.published) - self.on_time

    @property
    def price_unknown(self) -> int:
        return sum(month.price_unknown for month in self.published)

    @property
    def announced_months(self) -> tuple[MonthStatus, ...]:
        """The public months of which somebody knows the announcements."""
        return tuple(
            month
            for month in self.published
            if month.announcements is not None and month.announcements.announced is not None
        )

    @property
    def announced(self) -> Announced | None:
        """All that is known of announcements, month by month; None when nobody looked."""
        known = [m.announcements for m in self.announced_months if m.announcements]
        if not known:
            return None
        return Announced(
            sum(one.projects for one in known),
            sum(one.announced or 0 for one in known),
            sum(one.by_list for one in known),
        )

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
            "version": VERSION,
            "fiscal_year": self.fiscal_year,
            "organisation": self.organisation,
            "measure": 4,
            "as_of": self.as_of.isoformat(),
            "months": [month_json(month) for month in self.months],
            "summary": {
                "due": self.due,
                "published": len(self.published),
                "on_time": self.on_time,
                "rows": self.rows,
                "total_agreed": _money(self.total_agreed),
                "late": self.late,
                "missing": len(self.waited_for),
                "corrections": self.corrections,
                "price_unknown": self.price_unknown,
                "announcements": _announced_json(self.announced),
                "announcements_known_months": len(self.announced_months),
            },
            "indicators": _outcomes_json(self.outcomes),
            "reconciliation": None if self.reconciliation is None else asdict(self.reconciliation),
            "claims": [{**asdict(claim), "proofs": list(claim.proofs)} for claim in self.claims],
            "sentences": {"result": self.result, "outcome": self.outcome},
        }


def _money(satang: int | None) -> str | None:
    return None if satang is None else decimal_baht(satang)


def _signed(hundredths: int | None) -> str | None:
    """Two decimals; also below 0."""
    if hundredths is None:
        return None
    return ("-" if hundredths < 0 else "") + decimal_baht(abs(hundredths))


def _announced_json(announced: Announced | None) -> dict[str, Any] | None:
    if announced is None:
        return None
    return {
        "projects": announced.projects,
        "announced": announced.announced,
        "covered_by_list": None if announced.announced is None else announced.by_list,
        "unknown": announced.unknown,
    }


def _outcomes_json(outcomes: Outcomes) -> dict[str, Any]:
    return {
        "complete": outcomes.complete,
        "suppliers": {"value": outcomes.suppliers, "rows": outcomes.supplier_rows},
        "largest_share": {
            "percent": _signed(outcomes.largest_share),
            "rows": outcomes.largest_rows,
        },
        "average_bidders": {
            "value": _signed(outcomes.average_bidders),
            "rows": outcomes.bidder_rows,
        },
        "saving": {
            "amount": _signed(outcomes.saving),
            "percent": _signed(outcomes.saving_share),
            "reference_price": _money(outcomes.reference_price),
            "agreed_price": _money(outcomes.agreed_price),
            "rows": outcomes.price_rows,
        },
    }


def month_json(status: MonthStatus) -> dict[str, Any]:
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
        "announcements": _announced_json(status.announcements),
        "late_because": status.late_because,
        "price_unknown": status.price_unknown if status.public else None,
    }
