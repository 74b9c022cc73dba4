"""Tables → clean rows: every cell read as what its column says, its raw text kept beside it.

What cannot be read is a finding and stays unknown; nothing is guessed, no neighbour's value used.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import zip_longest
from typing import Any

from pipeline.lines import Line
from pipeline.recognise import Table
from schemas.finding import Finding
from schemas.layouts import Column
from schemas.procurement import Bid, Procurement, Source, Written, is_placeholder
from schemas.rules import found
from schemas.sheet import Cell
from schemas.thai import (
    BUDDHIST_OFFSET,
    OLDEST_BUDDHIST,
    arabic_digits,
    date_long,
    parse_baht,
    parse_date,
    satang_of,
    visible,
)


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
    bidders: list[tuple[_Place, list[str]]] = []
    prices: list[tuple[_Place, list[int | None]]] = []
    for column in table.columns:
        place = _Place(table, column, line, findings)
        for name in column.fields:
            written[_FIELD_OF.get(name, name)] = Written(place.address, place.raw)
        match column.fields:
            case ("bidder", "bid"):
                facts["bids"] = tuple(place.offers())
            case ("bidder",):
                bidders.append((place, place.names()))
            case ("bid",):
                prices.append((place, place.amounts()))
            case ("supplier", "agreed_price"):
                facts["supplier"], facts["agreed_price"] = place.winner()
            case ("contract_number", "contract_date"):
                facts["contract_number"], facts["contract_date"] = place.contract()
            case (name,):
                facts[name] = READERS[name](place)
    if bidders and prices:
        facts["bids"] = _paired(*bidders[0], *prices[0])
        written["bids"] = Written(bidders[0][0].address, bidders[0][0].raw)
    return Procurement(Source(table.file, table.sheet, line.row), written=written, **facts)


_FIELD_OF = {"bidder": "bids", "bid": "bids"}


def _paired(
    at: "_Place", names: Sequence[str], prices_at: "_Place", amounts: Sequence[int | None]
) -> tuple[Bid, ...]:
    """Bidders and prices from two columns, line by line; an empty column is unknown."""
    if len(names) == len(amounts) or not amounts or (not names and not at.raw.strip()):
        return tuple(Bid(*pair) for pair in zip_longest(names, amounts))
    prices_at.doubt("bids-paired", prices_at.raw, bidders=len(names), amounts=len(amounts))
    return tuple(Bid(name, None) for name in names)


# ---- reading one column of one row


@dataclass
class _Place:
    """The cells of one column in one row: reads them, and says so when it cannot."""

    table: Table
    column: Column
    line: Line
    findings: list[Finding]
    failed: bool = field(default=False, init=False)

    @property
    def cells(self) -> tuple[Cell, ...]:
        return self.line.cells.get(self.column, ())

    @property
    def address(self) -> str:
        cells = self.cells
        return cells[0].address if cells else self.table.address(self.column, self.line.row)

    @property
    def raw(self) -> str:
        """What stands there, as typed; several grid cells under one heading as several lines."""
        return "\n".join(cell.text for cell in self.cells)

    def doubt(self, rule: str, value: str, cell: str = "", **facts: object) -> None:
        self.failed = True
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

    def sound(self) -> list[Cell]:
        """The cells that hold something a person wrote: no error, no missing result."""
        for cell in self.cells:
            if cell.kind == "error":
                self.doubt("cell-without-error", cell.text, cell.address)
            elif cell.kind == "uncalculated":
                self.doubt("formula-calculated", cell.text, cell.address)
        return [cell for cell in self.cells if cell.kind not in {"error", "uncalculated"}]

    # ---- one fact in a cell

    def text(self) -> str | None:
        parts = [visible(cell.text) for cell in self.sound()]
        return _known("\n".join(part for part in parts if part))

    def number(self) -> int | None:
        words = self.text()
        digits = re.fullmatch(r"([0-9]{1,6})[.)]?", arabic_digits(words or ""))
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
        for cell in self.sound():
            lines = visible(cell.text).split("\n") if cell.kind == "text" else [cell.value]
            try:
                found += [_amount(line) for line in lines if line != ""]
            except (ValueError, TypeError):
                self.doubt("amount-readable", cell.text, cell.address)
                return []
        return found if any(amount is not None for amount in found) else []

    def day(self) -> date | None:
        days = [day for cell in self.sound() if (day := self._one_day(cell)) is not None]
        if len(days) > 1:
            self.doubt("date-readable", self.raw)
            return None
        return days[0] if days else None

    def _one_day(self, cell: Cell) -> date | None:
        if isinstance(cell.value, date):
            return self._typed_day(cell, cell.value)
        words = _known(visible(cell.text))
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
        if day.year < OLDEST_BUDDHIST:
            return day
        try:
            ours = day.replace(year=day.year - BUDDHIST_OFFSET)
        except ValueError:  # 29 February of a year that has none
            self.doubt("date-readable", cell.text, cell.address)
            return None
        failed = self.failed
        self.doubt("year-typed-as-buddhist", date_long(ours), cell.address, typed=day.year)
        self.failed = failed
        return ours

    def identifier(self) -> str | None:
        """An identifier is text; what Excel made a date or a fraction is not what was typed."""
        for cell in self.sound():
            if cell.kind == "date":
                self.doubt("text-as-typed", cell.text, cell.address, kind="วันที่")
                return None
            if cell.kind in {"number", "truth"} and not isinstance(cell.value, int):
                self.doubt("text-as-typed", cell.text, cell.address, kind="ตัวเลข")
                return None
        return self.text()

    def digits(self) -> str | None:
        """An identifier of digits: Thai digits and blanks inside it are only spelling."""
        words = self.identifier()
        return None if words is None else re.sub(r"\s+", "", arabic_digits(words))

    # ---- several facts in a cell

    def names(self) -> list[str]:
        return _joined([line for line in (self.text() or "").split("\n") if line])

    def offers(self) -> list[Bid]:
        """Bidders with their prices from one cell: «ชื่อ / 1,000.00 บาท», or the price below."""
        lines = [line for line in (self.text() or "").split("\n") if line]
        try:
            return _offers(lines)
        except ValueError:
            self.doubt("amount-readable", self.raw)
            return []

    def winner(self) -> tuple[str | None, int | None]:
        offers = self.offers()
        if len(offers) > 1:
            self.doubt("supplier-single", self.raw)
            return None, None
        return (offers[0].bidder, offers[0].amount) if offers else (None, None)

    def contract(self) -> tuple[str | None, date | None]:
        cells = self.sound()
        typed = [cell for cell in cells if cell.kind == "date"]
        words = "\n".join(visible(cell.text) for cell in cells if cell.kind != "date")
        if len(typed) > 1 or (typed and not words):
            # One date alone under a heading for two facts may be a number that Excel changed.
            self.doubt("text-as-typed", self.raw, kind="วันที่")
            return None, None
        number, day = _number_and_day(words)
        if typed and day is None:
            return _number(number), self._one_day(typed[0])
        if day is None:
            return _number(number), None
        try:
            return _number(number), parse_date(day)
        except ValueError:
            if _known(_DAY_MARK.sub("", day).strip()) is not None:
                self.doubt("date-readable", self.raw)
            return _number(number), None


READERS: dict[str, Callable[[_Place], Any]] = {
    "number": _Place.number,
    "title": _Place.text,
    "budget": _Place.amount,
    "reference_price": _Place.amount,
    "procurement_method": _Place.text,
    "supplier": lambda place: " ".join(place.names()) or None,
    "agreed_price": _Place.amount,
    "selection_reason": _Place.text,
    "contract_number": lambda place: _number(place.identifier() or ""),
    "contract_date": _Place.day,
    "egp_project_number": _Place.digits,
    "egp_contract_number": _Place.digits,
    "supplier_tax_id": _Place.digits,
}


# ---- texts


def _known(text: str) -> str | None:
    """The text, or None for nothing and for what offices write in place of nothing."""
    return None if is_placeholder(text) else text


def _amount(value: object) -> int | None:
    if isinstance(value, (int, float)):
        return satang_of(value)
    if not isinstance(value, str):
        raise TypeError(value)
    return parse_baht(value) if _known(visible(value)) else None


# A legal head or tail alone on its line belongs to the name beside it.
_HEAD_ALONE = re.compile(
    r"บริษัท|บจก\.?|ห้างหุ้นส่วนจำกัด|หจก\.?|ห้างหุ้นส่วนสามัญ|ร้าน|นาย|นาง|นางสาว|น\.ส\.|ห้างหุ้นส่วน"
)
_TAIL_ALONE = re.compile(r"จำกัด(?:\s*\(มหาชน\))?|\(มหาชน\)|\(สำนักงานใหญ่\)")
_COUNTED = re.compile(r"^[0-9๐-๙]{1,2}[.)]\s*(?=[^0-9๐-๙\s])")
_MONEY = r"[0-9๐-๙][0-9๐-๙,]*(?:\.(?:[0-9๐-๙]+|-))?"
_SAID = (
    r"(?:ราคาที่เสนอ|เสนอราคา|ราคาที่ตกลง(?:ซื้อหรือจ้าง|ซื้อ|จ้าง)?|ราคา|เป็นเงิน|เป็นจำนวนเงิน|จำนวนเงิน|จำนวน)"
)
# A number counts as a price only behind a sign or word that says so, before «บาท», or alone:
# «ร้าน 99» and «เอเชียมอเตอร์ (2)» are names.
_PRICED = re.compile(
    rf"(?P<name>.*?)\s*(?:(?:[/=:]|{_SAID})[\s:=]*(?P<said>{_MONEY})\s*(?:บาท(?:ถ้วน)?)?"
    rf"|(?<![0-9๐-๙,.])(?P<baht>{_MONEY})\s*บาท(?:ถ้วน)?|\s\s*(?P<exact>[0-9๐-๙,]+\.[0-9๐-๙]{{2}}))[.,]?"
)
_MONEY_ALONE = re.compile(rf"{_MONEY}")


def _offers(lines: Sequence[str]) -> list[Bid]:
    """Part lines into names and prices; ValueError when a price is meant but cannot be read."""
    bids: list[Bid] = []
    waiting: list[str] = []  # names whose price has not come yet
    for line in lines:
        if _known(line) is None:
            continue
        priced = _PRICED.fullmatch(line) or _MONEY_ALONE.fullmatch(line)
        if priced is None:
            if re.search(r"บาท\s*$", line) or re.match(_SAID, line):
                raise ValueError(line)
            waiting.append(line)
            continue
        parts = priced.groupdict()
        price = parts.get("said") or parts.get("baht") or parts.get("exact") or priced[0]
        names = _joined([*waiting, *([parts["name"]] if parts.get("name") else [])])
        waiting = []
        bids += [Bid(name, None) for name in names[:-1]]
        bids.append(Bid(names[-1] if names else None, parse_baht(price)))
    return [*bids, *(Bid(name, None) for name in _joined(waiting))]


def _joined(lines: Sequence[str]) -> list[str]:
    """Names, one an entry: list numbers go when all lines are counted, broken names are joined."""
    if len(lines) > 1 and all(_COUNTED.match(line) for line in lines):
        lines = [_COUNTED.sub("", line) for line in lines]
    names: list[str] = []
    for line in lines:
        if names and (_HEAD_ALONE.fullmatch(names[-1]) or _TAIL_ALONE.fullmatch(line)):
            names[-1] = f"{names[-1]} {line}"
        else:
            names.append(line)
    return names


_DAY_MARK = re.compile(r"(?:ลงวันที่|วันที่|ลว\.?)")
_DAY_SHAPED = re.compile(
    r"\s(?=[0-9๐-๙]{1,2}\s*(?:[-/.]\s*[0-9๐-๙]{1,2}\s*[-/.]\s*[0-9๐-๙]{2,4}|[-\s]?[ก-๎][ก-๎.]+[-\s]*[0-9๐-๙]{2,4})$)"
)
_NUMBER_MARK = re.compile(r"^[^0-9๐-๙]*?เลขที่\s*")
_KIND = re.compile(
    r"^(?:บันทึกข้อตกลง|ข้อตกลง|สัญญา(?:ซื้อขาย|จ้าง|เช่า)?|ใบสั่งซื้อ(?:/จ้าง)?|ใบสั่งจ้าง(?:/ซื้อ)?)\s*"
)


def _number_and_day(text: str) -> tuple[str, str | None]:
    """Part «เลขที่ 15/2568⏎ลว. 1 ตุลาคม 2567» before the day; None when no day is stated."""
    if mark := _DAY_MARK.search(text):
        return text[: mark.start()], text[mark.start() :]
    *before, last = [line for line in text.split("\n") if line] or [""]
    if before:
        return "\n".join(before), last
    if shape := _DAY_SHAPED.search(text):
        return text[: shape.start()], text[shape.end() :]
    return text, None


def _number(text: str) -> str | None:
    """The contract number without the words that only say what it is."""
    bare = _KIND.sub("", _NUMBER_MARK.sub("", visible(text)))
    return _known(" ".join(bare.split()))
