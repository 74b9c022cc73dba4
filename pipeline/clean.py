"""Tables → clean rows: every cell read as what its column says, its raw text kept beside it.

What cannot be read is a finding and stays unknown; nothing is guessed, no neighbour's value used.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest
from typing import Any

from pipeline.lines import Line
from pipeline.parting import (
    contract_number,
    is_day,
    joined,
    known,
    legal_head,
    number_and_day,
    offers,
    uncounted,
)
from pipeline.recognise import Table
from schemas.announcement import addresses_in, egp_link
from schemas.finding import Finding
from schemas.layouts import Column
from schemas.procurement import (
    TAX_ID_DIGITS,
    Bid,
    Procurement,
    Source,
    Written,
    tax_id_is_valid,
)
from schemas.rules import QUOTED, found
from schemas.sheet import Cell
from schemas.thai import (
    GREGORIAN_YEARS,
    arabic_digits,
    date_long,
    gregorian_year,
    months_in,
    parse_baht,
    parse_date,
    satang_of,
    visible,
)

LONGEST_TEXT = 5_000  # characters; the longest title of a real purchase has 912
DIGITS_KEPT = 15  # of a number in Excel; what comes behind was made zero
_NUMBERED = re.compile(r"[0-9]\s*/\s*[0-9]{2}")  # 15/2568
_COUNT = re.compile(r"([0-9]{1,6})[.)]?")
_SHORTENED = re.compile(r"[0-9](?:\.[0-9]+)?[Ee]\+?[0-9]{1,3}")  # 6.80901E+10, as Excel shows it


@dataclass(frozen=True)
class Cleaned:
    """The rows of one table, and what could not be read in it."""

    table: Table
    rows: tuple[Procurement, ...]
    findings: tuple[Finding, ...]


def clean(table: Table) -> Cleaned:
    """Return the table's rows, in their order, every field typed or unknown."""
    findings: list[Finding] = []
    rows = tuple(_row(table, line, findings) for line in table.lines)
    return Cleaned(table, rows, tuple(findings))


def _row(table: Table, line: Line, findings: list[Finding]) -> Procurement:
    facts: dict[str, Any] = {}
    written: dict[str, Written] = {}
    places = [_Place(table, column, line, findings) for column in table.columns]
    for place in places:
        fields = place.column.fields
        there = Written(place.address, place.raw)
        for name in fields:
            written[_FIELD_OF.get(name, name)] = there
        if fields == ("bidder", "bid"):
            facts["bids"] = tuple(place.offers())
        elif fields in READERS_OF_TWO:
            facts |= zip(fields, READERS_OF_TWO[fields](place), strict=True)
        elif fields[0] in READERS:
            facts[fields[0]] = READERS[fields[0]](place)
    if "bidder" in facts:
        bidder, bid = (next(p for p in places if p.column.fields == (n,)) for n in _FIELD_OF)
        facts["bids"] = _paired(facts.pop("bidder"), bid, facts.pop("bid"))
        both = "\n".join(place.raw for place in (bidder, bid) if place.raw)
        written["bids"] = Written(bidder.address, both)
    _look_for_prices_in_names(places, facts)
    return Procurement(Source(table.file, table.sheet, line.row), written=written, **facts)


def _look_for_prices_in_names(places: Sequence["_Place"], facts: Mapping[str, Any]) -> None:
    """«ร้าน ก 9000» beside a price of about 9,000 baht is a name with its price, without a sign."""
    agreed = facts.get("agreed_price") or 0
    for bid in facts.get("bids", ()):
        number = _AT_THE_END.search(arabic_digits(bid.bidder or ""))
        if bid.amount is None and number and agreed:
            baht = int(number[1].replace(",", ""))
            if agreed <= baht * 200 and baht * 50 <= agreed:
                place = next(place for place in places if "bidder" in place.column.fields)
                place.doubt("amount-readable", place.raw)


_AT_THE_END = re.compile(r"\s([0-9][0-9,]{2,})$")
_FIELD_OF = {"bidder": "bids", "bid": "bids"}


def _paired(
    names: Sequence[str], prices_at: "_Place", amounts: Sequence[int | None]
) -> tuple[Bid, ...]:
    """Bidders and prices from two columns, line by line; an empty column is unknown.

    A dash among the names keeps its price: the bidder beside it is unknown.
    """
    if len(names) == len(amounts) or not amounts or not names:
        pairs = [(known(name or ""), amount) for name, amount in zip_longest(names, amounts)]
        return tuple(Bid(*pair) for pair in pairs if pair != (None, None))
    prices_at.doubt("bids-paired", prices_at.raw, bidders=len(names), amounts=len(amounts))
    return tuple(Bid(name, None) for name in names)


# ---- reading one column of one row


class _Place:
    """The cells of one column in one row: reads them, and says so when it cannot."""

    def __init__(self, table: Table, column: Column, line: Line, findings: list[Finding]) -> None:
        self.table, self.column, self.findings = table, column, findings
        self.cells = line.cells.get(column, ())
        # What stands there, as typed; several grid cells under one heading as several lines.
        self.raw = "\n".join([cell.text for cell in self.cells])
        first = self.cells[0] if self.cells else None
        self.address = first.address if first else table.address(column, line.row)
        # The cells that hold something a person wrote: no error, no missing result.
        self.sound = [cell for cell in self.cells if self._is_sound(cell)]
        if len(self.sound) > 1 and len(self.raw) > LONGEST_TEXT:  # rows joined to one item
            self.doubt("text-within-limits", self.raw[:QUOTED])
            self.sound = []

    def doubt(self, rule: str, value: str, cell: str = "", **facts: object) -> None:
        table, where = self.table, cell or self.address
        self.findings.append(
            found(
                rule,
                table.file,
                table.sheet,
                where,
                value,
                month=table.month,
                heading=self.column.heading,
                **facts,
            )
        )

    def _is_sound(self, cell: Cell) -> bool:
        if len(cell.text) > LONGEST_TEXT:
            self.doubt("text-within-limits", cell.text[:QUOTED], cell.address)
        elif cell.kind == "error":
            self.doubt("cell-without-error", cell.text, cell.address)
        elif cell.kind == "uncalculated":
            self.doubt("formula-calculated", cell.text, cell.address)
        else:
            return True
        return False

    def typed_as_text(self, cells: Sequence[Cell]) -> bool:
        """False, and told, for what Excel has changed: 12/2568 became a day, 9.10 became 9.1."""
        for cell in cells:
            digits = isinstance(cell.value, int) and len(cell.text) <= DIGITS_KEPT
            short = cell.kind == "text" and _SHORTENED.fullmatch(visible(cell.text)) is not None
            if (cell.kind == "text" and not short) or (cell.kind == "number" and digits):
                continue
            kind = "วันที่" if cell.kind == "date" else "ตัวเลข"
            self.doubt("text-as-typed", cell.text, cell.address, kind=kind)
            return False
        return True

    # ---- one fact in a cell

    def text(self) -> str | None:
        if len(self.sound) == 1 and self.sound[0].kind == "text":
            return known(visible(self.sound[0].text))
        changed = [cell for cell in self.sound if cell.kind in {"date", "truth"}]
        if not self.typed_as_text(changed):
            return None
        parts = [visible(cell.text) for cell in self.sound]
        return known("\n".join(part for part in parts if part))

    def number(self) -> int | None:
        words = self.text()
        digits = _COUNT.fullmatch(arabic_digits(words or ""))
        if words and not digits:
            self.doubt("number-readable", words)
        return int(digits[1]) if digits else None

    def amount(self) -> int | None:
        amounts = self.amounts()
        if len(amounts) > 1:
            self.doubt("amount-readable", self.raw)
            return None
        return amounts[0] if amounts else None

    def amounts(self) -> list[int | None]:
        """Every amount in the column's cells, one a line, in satang; a placeholder is None."""
        found: list[int | None] = []
        for cell in self.sound:
            lines = visible(cell.text).split("\n") if cell.kind == "text" else [cell.value]
            try:
                found += [_amount(line) for line in lines if line != ""]
            except (ValueError, TypeError, OverflowError):
                self.doubt("amount-readable", cell.text, cell.address)
                return []
        return found if any(amount is not None for amount in found) else []

    def day(self) -> date | None:
        days = [day for cell in self.sound if (day := self._one_day(cell)) is not None]
        if len(days) > 1:
            self.doubt("date-readable", self.raw)
            return None
        return days[0] if days else None

    def _one_day(self, cell: Cell) -> date | None:
        if isinstance(cell.value, date):
            return self._typed_day(cell, cell.value)
        words = known(visible(cell.text))
        try:
            if cell.kind == "text":
                return parse_date(words) if words else None
        except ValueError:
            pass
        # A bare number in a date column may be a serial or anything else.
        self.doubt("date-readable", cell.text, cell.address)
        return None

    def _typed_day(self, cell: Cell, day: date) -> date | None:
        """A year typed as Buddhist is stored as that year of our era: 2568 stands for 2025."""
        if day.year in GREGORIAN_YEARS:
            return day
        try:
            ours = day.replace(year=gregorian_year(str(day.year)))
        except ValueError:  # 29 February of a year that has none, or no year of an office
            self.doubt("date-readable", cell.text, cell.address)
            return None
        self.doubt("year-typed-as-buddhist", date_long(ours), cell.address, typed=day.year)
        return ours

    def identifier(self) -> str | None:
        return self.text() if self.typed_as_text(self.sound) else None

    def digits(self) -> str | None:
        """An identifier of digits: Thai digits and blanks inside it are only spelling."""
        words = self.identifier()
        return None if words is None else "".join(arabic_digits(words).split())

    def tax_id(self) -> str | None:
        """13 digits; typed as a number it lost its zeros, which the check digit proves."""
        digits = self.digits()
        if digits is None or any(cell.kind == "text" for cell in self.sound):
            return digits
        whole = digits.zfill(TAX_ID_DIGITS)
        if tax_id_is_valid(whole):
            return whole
        self.doubt("text-as-typed", self.raw, kind="ตัวเลข")
        return None

    def addresses(self) -> tuple[str, ...]:
        """Addresses of announcements, word by word; what is none of e-GP's is told."""
        words = tuple(word for word in addresses_in(self.text() or "") if known(word))
        if any(not egp_link(word) for word in words):
            self.doubt("announcement-is-a-link", self.raw)
        return words

    # ---- several facts in a cell

    def names(self) -> list[str]:
        return joined(uncounted([line for line in (self.text() or "").split("\n") if line]))

    def offers(self) -> list[Bid]:
        """Bidders with their prices from one cell: «ชื่อ / 1,000.00 บาท», or the price below."""
        lines = [line for line in (self.text() or "").split("\n") if line]
        try:
            return offers(lines)
        except ValueError as error:
            said = str(error)
            cell = next((c for c in self.sound if said in visible(c.text)), self.sound[0])
            self.doubt("amount-readable", cell.text, cell.address)
            return []

    def supplier(self) -> str | None:
        """One name, over several lines perhaps; two are nobody's name."""
        names = [name for name in self.names() if known(name) is not None]
        headed = sum(legal_head(name) for name in names)
        apart = len({cell.row for cell in self.sound}) > 1
        if len(names) > 1 and (apart or headed > 1):
            self.doubt("supplier-single", self.raw)
            return None
        return " ".join(names) or None

    def contract_number(self) -> str | None:
        """One number; two above each other are of two contracts."""
        words = self.identifier() or ""
        if (
            sum(_NUMBERED.search(arabic_digits(line)) is not None for line in words.split("\n"))
            > 1
        ):
            self.doubt("contract-single", self.raw)
            return None
        return contract_number(words)

    def winner(self) -> tuple[str | None, int | None]:
        made = self.offers()
        if len(made) > 1:
            self.doubt("supplier-single", self.raw)
            return None, None
        return (made[0].bidder, made[0].amount) if made else (None, None)

    def contract(self) -> tuple[str | None, date | None]:
        days = [cell for cell in self.sound if cell.kind == "date"]
        texts = [cell for cell in self.sound if cell.kind != "date"]
        number, day = number_and_day("\n".join(visible(cell.text) for cell in texts))
        # A date without a number beside it may be a number that Excel has changed.
        if not self.typed_as_text(texts if len(days) == 0 or (number and not day) else days):
            return None, None
        # «3 ต.ค. 67 - 30 ก.ย. 68»: two days, and neither is the number.
        if months_in(number) and is_day(number.rstrip(" -–")):
            self.doubt("date-readable", self.raw)
            return None, None
        if len(days) > 1:
            self.doubt("date-readable", self.raw)
            return contract_number(number), None
        if days:
            return contract_number(number), self._one_day(days[0])
        try:
            return contract_number(number), parse_date(day) if day else None
        except ValueError:
            if known(day or "") is not None:
                self.doubt("date-readable", self.raw)
            return contract_number(number), None


# Each alone in its column, and two in one.
READERS: dict[str, Callable[[_Place], Any]] = {
    "number": _Place.number,
    "title": _Place.text,
    "budget": _Place.amount,
    "reference_price": _Place.amount,
    "procurement_method": _Place.text,
    "bidder": _Place.names,
    "bid": _Place.amounts,
    "supplier": _Place.supplier,
    "agreed_price": _Place.amount,
    "selection_reason": _Place.text,
    "contract_number": _Place.contract_number,
    "contract_date": _Place.day,
    "egp_project_number": _Place.digits,
    "egp_contract_number": _Place.digits,
    "supplier_tax_id": _Place.tax_id,
    "announcements": _Place.addresses,
}
READERS_OF_TWO: dict[tuple[str, ...], Callable[[_Place], Any]] = {
    ("supplier", "agreed_price"): _Place.winner,
    ("contract_number", "contract_date"): _Place.contract,
}


def _amount(value: object) -> int | None:
    if isinstance(value, (int, float)):
        return satang_of(value)
    if not isinstance(value, str):
        raise TypeError(value)
    return parse_baht(value) if known(visible(value)) else None
