"""What a published month's JSON holds, as a stranger reads it: nothing in it is believed unread.

The shape is that of ``pipeline/formats/json.py``. What a later version adds is passed over; what
is of another kind than it ought to be makes the whole site unreadable, and touches no other.
"""

import re
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from schemas.month import SHAPE
from schemas.thai import LARGEST

_BAHT = re.compile(r"[0-9]{1,20}\.[0-9]{2}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")  # nothing that Parquet or CSV could hold
WHOLE = 2**31 - 1  # of counts and numbers: what every table can hold


def _satang(value: Any) -> int:  # noqa: ANN401 - whatever JSON holds
    """``"7519821.94"`` → 751982194; no float in between."""
    if not isinstance(value, str) or not _BAHT.fullmatch(value):
        raise ValueError("not an amount in baht with two decimals")
    return int(value.replace(".", ""))


def _day(value: Any) -> date:  # noqa: ANN401 - the same
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError("not a day in the form 2024-10-31")
    return date.fromisoformat(value)


def _text(value: Any) -> Any:  # noqa: ANN401 - the same
    if isinstance(value, str) and _NO_TEXT.search(value):
        raise ValueError("a sign that is no text")
    return value


Satang = Annotated[int, BeforeValidator(_satang), Field(le=LARGEST)]
Sum = Annotated[int, BeforeValidator(_satang)]
Day = Annotated[date, BeforeValidator(_day)]
Words = Annotated[str, BeforeValidator(_text)]
Count = Annotated[int, Field(ge=0, le=WHOLE)]


class _Read(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")


class PublishedBid(_Read):
    """A bidder and the price offered in satang."""

    bidder: Words | None
    amount: Satang | None


class PublishedSource(_Read):
    """Where the row stood in the workbook of the agency."""

    file: Words
    sheet: Words
    row: Count


class PublishedExplanation(_Read):
    """A reason given beside a row; it says nothing of money or of time that is counted."""

    rule: Words
    reason: Words
    by: Words
    date: Words


class PublishedAnnouncement(_Read):
    """A link that finance wrote beside a row."""

    kind: Words | None
    title: Words | None
    date: Words | None
    url: Words | None
    source: Words | None


class PublishedRow(_Read):
    """One row. Money in satang, None where nobody wrote it."""

    number: Annotated[int, Field(ge=-WHOLE, le=WHOLE)] | None
    title: Words | None
    budget: Satang | None
    reference_price: Satang | None
    procurement_method: Words | None
    procurement_method_code: Words | None
    bids: tuple[PublishedBid, ...] = Field(strict=False)
    supplier: Words | None
    agreed_price: Satang | None
    selection_reason: Words | None
    contract_number: Words | None
    contract_date: Day | None
    egp_project_number: Words | None
    egp_contract_number: Words | None
    source: PublishedSource
    explanations: tuple[PublishedExplanation, ...] = Field(strict=False)
    announcements: tuple[PublishedAnnouncement, ...] = Field(strict=False)


class PublishedTotals(_Read):
    """What the month says of its rows together."""

    rows: Count
    agreed_price: Sum | None
    budget: Sum | None


class PublishedMonth(_Read):
    """One public month of one agency."""

    month: Annotated[str, StringConstraints(pattern=rf"^{SHAPE.pattern}$")]
    fiscal_year: Count
    organisation: Words
    revision: Annotated[int, Field(ge=1, le=WHOLE)]
    rows: tuple[PublishedRow, ...] = Field(strict=False)
    totals: PublishedTotals
    nil: bool

    @property
    def agreed(self) -> int | None:
        """The sum of what the rows state, in satang; None when none states a price."""
        return _sum(row.agreed_price for row in self.rows)

    @property
    def agrees_with_itself(self) -> bool:
        """True when the totals are those of the rows."""
        counted = (len(self.rows), self.agreed, _sum(row.budget for row in self.rows))
        told = (self.totals.rows, self.totals.agreed_price, self.totals.budget)
        return counted == told and not (self.nil and self.rows)


def _sum(amounts: Any) -> int | None:  # noqa: ANN401 - an iterable of amounts
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if known else None
