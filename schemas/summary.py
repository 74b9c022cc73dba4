"""The form สขร.๑ of one month, ready to be rendered: every format reads this and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from schemas.difference import Correction
from schemas.explanation import Explanation
from schemas.manifest import LogHead
from schemas.month import Month
from schemas.procurement import Procurement

Numerals = Literal["thai", "arabic"]

# The official headings in their order (DOMAIN §3).
HEADINGS = (
    "ลำดับที่",
    "งานที่จัดซื้อหรือจัดจ้าง",
    "วงเงินที่จะซื้อหรือจ้าง",
    "ราคากลาง",
    "วิธีซื้อหรือจ้าง",
    "รายชื่อผู้เสนอราคาและราคาที่เสนอ",
    "ผู้ได้รับการคัดเลือกและราคาที่ตกลงซื้อหรือจ้าง",
    "เหตุผลที่คัดเลือกโดยสรุป",
    "เลขที่และวันที่ของสัญญาหรือข้อตกลงในการซื้อหรือจ้าง",
)


@dataclass(frozen=True)
class Totals:
    """Sums over the rows that state an amount, in satang; None when no row states one."""

    rows: int
    agreed_price: int | None
    budget: int | None
    agreed_price_unknown: int  # rows without the amount: a sum that hides them would be a lie
    budget_unknown: int


@dataclass(frozen=True)
class MonthlySummary:
    """One revision of one month. ``revision`` counts from 1; ``published_on`` is Gregorian."""

    month: Month
    organisation: str  # the name in force on the month's last day
    place: str
    revision: int
    published_on: date
    rows: tuple[Procurement, ...]
    numerals: Numerals = "thai"
    nil: bool = False
    site: str = ""  # the address of the website with "/" behind, "" while nobody told it
    superseded: bool = False  # a later revision stands in its place; this one stays at its address
    sources: tuple[str, ...] = ()  # the originals it was made from, by sha256
    explanations: Mapping[int, tuple[Explanation, ...]] | None = None  # by index in ``rows``
    # Why the month was corrected, why a row vanished: there is no row to stand beside.
    month_explanations: tuple[Explanation, ...] = ()
    corrected: Correction | None = None  # what it changed in the revision before it
    replaced: Correction | None = None  # what the revision after it changed: superseded ones only
    births: tuple[int, ...] = ()  # of each row: its permanent number in the month, from 1
    log: LogHead | None = (
        None  # the releases before the one that showed it first; None: there was none
    )

    @property
    def totals(self) -> Totals:
        agreed = [row.agreed_price for row in self.rows if row.agreed_price is not None]
        budget = [row.budget for row in self.rows if row.budget is not None]
        return Totals(
            rows=len(self.rows),
            agreed_price=sum(agreed) if agreed else None,
            budget=sum(budget) if budget else None,
            agreed_price_unknown=len(self.rows) - len(agreed),
            budget_unknown=len(self.rows) - len(budget),
        )
