"""Tables → clean rows: every cell read as what its column says, its raw text kept beside it.

What cannot be read is a finding and stays unknown; nothing is guessed, no neighbour's value used.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import zip_longest
from typing import Any

from pipeline.lines import Line
from pipeline.recognise import Table
from schemas.finding import Finding
from schemas.layouts import Column
from schemas.procurement import Bid, Procurement, Source, Written, is_placeholder
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
        facts["bids"] = _paired(bidders[0][1], *prices[0])
        both = "\n".join(place.raw for place in (bidders[0][0], prices[0][0]) if place.raw)
        written["bids"] = Written(bidders[0][0].address, both)
    return Procurement(Source(table.file, table.sheet, line.row), written=written, **facts)


_FIELD_OF = {"bidder": "bids", "bid": "bids"}


def _paired(
    names: Sequence[str], prices_at: "_Place", amounts: Sequence[int | None]
) -> tuple[Bid, ...]:
    """Bidders and prices from two columns, line by line; an empty column is unknown."""
    if len(names) == len(amounts) or not amounts or not names:
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

    @cached_property
    def sound(self) -> list[Cell]:
        """The cells that hold something a person wrote: no error, no missing result."""
        for cell in self.cells:
            if len(cell.text) > LONGEST_TEXT:
                self.doubt("text-within-limits", cell.text[:QUOTED], cell.address)
            elif cell.kind == "error":
                self.doubt("cell-without-error", cell.text, cell.address)
            elif cell.kind == "uncalculated":
                self.doubt("formula-calculated", cell.text, cell.address)
        return [
            cell
            for cell in self.cells
            if cell.kind not in {"error", "uncalculated"} and len(cell.text) <= LONGEST_TEXT
        ]

    def typed_as_text(self, cells: Sequence[Cell]) -> bool:
        """False, and told, for what Excel has changed: 12/2568 became a day, 9.10 became 9.1."""
        for cell in cells:
            digits = isinstance(cell.value, int) and len(cell.text) <= DIGITS_KEPT
            if cell.kind == "text" or (cell.kind == "number" and digits):
                continue
            kind = "วันที่" if cell.kind == "date" else "ตัวเลข"
            self.doubt("text-as-typed", cell.text, cell.address, kind=kind)
            return False
        return True

    # ---- one fact in a cell

    def text(self) -> str | None:
        changed = [cell for cell in self.sound if cell.kind in {"date", "truth"}]
        if not self.typed_as_text(changed):
            return None
        parts = [visible(cell.text) for cell in self.sound]
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
        if day.year in GREGORIAN_YEARS:
            return day
        try:
            ours = day.replace(year=gregorian_year(str(day.year)))
        except ValueError:  # 29 February of a year that has none, or no year of an office
            self.doubt("date-readable", cell.text, cell.address)
            return None
        failed = self.failed
        self.doubt("year-typed-as-buddhist", date_long(ours), cell.address, typed=day.year)
        self.failed = failed
        return ours

    def identifier(self) -> str | None:
        return self.text() if self.typed_as_text(self.sound) else None

    def digits(self) -> str | None:
        """An identifier of digits: Thai digits and blanks inside it are only spelling."""
        words = self.identifier()
        return None if words is None else re.sub(r"\s+", "", arabic_digits(words))

    # ---- several facts in a cell

    def names(self) -> list[str]:
        return _joined(_uncounted([line for line in (self.text() or "").split("\n") if line]))

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
        days = [cell for cell in self.sound if cell.kind == "date"]
        texts = [cell for cell in self.sound if cell.kind != "date"]
        number, day = _number_and_day("\n".join(visible(cell.text) for cell in texts))
        # A date without a number beside it may be a number that Excel has changed.
        if not self.typed_as_text(texts if len(days) == 0 or (number and not day) else days):
            return None, None
        # «3 ต.ค. 67 - 30 ก.ย. 68»: two days, and neither is the number.
        if months_in(number) and _is_day(number.rstrip(" -–")):
            self.doubt("date-readable", self.raw)
            return None, None
        if len(days) > 1:
            self.doubt("date-readable", self.raw)
            return _number(number), None
        if days:
            return _number(number), self._one_day(days[0])
        try:
            return _number(number), parse_date(day) if day else None
        except ValueError:
            if _known(day or "") is not None:
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
_COUNTED = re.compile(r"^([0-9]{1,2})[.)]\s*(?=[^0-9\s])")
_MONEY = r"[0-9][0-9,]*(?:\.(?:[0-9]+|-))?"
_EXACT = (
    r"(?:[0-9,]*,[0-9]{3}(?:\.(?:[0-9]+|-))?|[0-9]+\.(?:[0-9]{2}|-))"  # as only money is written
)
_SAID = (
    r"(?:(?:และ|ใน|โดย)?(?:ราคาที่เสนอ|เสนอราคา|ราคาที่ตกลง|ราคา|เป็นเงิน|เป็นจำนวนเงิน|จำนวนเงิน)"
    r"(?:ซื้อหรือจ้าง|ซื้อ/จ้าง|ซื้อ|จ้าง)?(?:จำนวน)?\s*)+"
)
_BAHT = r"\s*(?:บาท(?:ถ้วน)?|บ\.)"
# The same price again in words, and remarks on tax, are neither a name nor a price.
_BESIDE = re.compile(r"\s*\((?:[ก-๎\s]*(?:บาท|สตางค์)(?:ถ้วน)?|(?:ราคา)?(?:ไม่)?รวมภาษี[ก-๎\s]*)\)$")
_BRACKETED = re.compile(rf"\(\s*({_MONEY}(?:{_BAHT})?)\s*\)$")
# A number counts as a price only behind a sign or word that says so, before «บาท», written as
# only money is, or alone: «ร้าน 99», «หจก. เอ 1/2» and «เอเชียมอเตอร์ (2)» are names.
_PRICED = re.compile(
    rf"(?P<name>.*?)\s*(?:{_SAID}[:=]?\s*(?P<said>{_MONEY})(?:{_BAHT})?"
    rf"|(?:\s*[/=:]|\s[-–])\s*(?P<baht>{_MONEY}){_BAHT}"
    rf"|(?:\s*[/=:]|\s[-–])\s*(?P<exact>{_EXACT})"
    rf"|(?:^|\s)[/=:]\s+(?P<apart>{_MONEY})"
    rf"|(?<![0-9,.])(?P<bare>{_MONEY}){_BAHT}"
    rf"|\s(?P<spaced>{_EXACT}))[.,]?"
)
_MONEY_ALONE = re.compile(rf"(?P<said>{_MONEY})")
_PRICE_MEANT = re.compile(rf"บาท\s*$|^{_SAID}")
_NO_NAME = re.compile(rf"[0-9]\s*(?:บาท|บ\.)|{_EXACT}|[-–/=:,+]$")


def _offers(lines: Sequence[str]) -> list[Bid]:
    """Part lines into names and prices; ValueError when a price is meant but cannot be read."""
    bids: list[Bid] = []
    waiting: list[str] = []  # names whose price has not come yet
    for line in _uncounted([line for line in lines if _known(line) is not None]):
        plain = _BRACKETED.sub(r" \1", arabic_digits(_BESIDE.sub("", line))).strip()
        if not plain:
            continue
        priced = _MONEY_ALONE.fullmatch(plain) or _PRICED.fullmatch(plain)
        name = (
            line
            if priced is None
            else line[: priced.end("name")]
            if "name" in priced.re.groupindex
            else ""
        )
        if _NO_NAME.search(arabic_digits(name)) or (priced is None and _PRICE_MEANT.search(name)):
            raise ValueError(line)
        if priced is None:
            waiting.append(name)
            continue
        price = next(found for key, found in priced.groupdict().items() if found and key != "name")
        names = _joined([*waiting, *([name] if name else [])])
        waiting = []
        bids += [Bid(each, None) for each in names[:-1]]
        bids.append(Bid(names[-1] if names else None, parse_baht(price)))
    return [*bids, *(Bid(name, None) for name in _joined(waiting))]


def _uncounted(lines: Sequence[str]) -> list[str]:
    """Take the numbers off a list that is counted 1, 2, 3 …; the number of a single line stays."""
    counts = [_COUNTED.match(arabic_digits(line)) for line in lines]
    if [int(count[1]) for count in counts if count] != [*range(1, sum(map(bool, counts)) + 1)]:
        return list(lines)
    if sum(map(bool, counts)) < 2:  # noqa: PLR2004 - a list has two lines at least
        return list(lines)
    return [
        line[count.end() :] if count else line for line, count in zip(lines, counts, strict=True)
    ]


def _joined(lines: Sequence[str]) -> list[str]:
    """Names, one an entry: a legal head or tail broken onto its own line is joined again."""
    names: list[str] = []
    for line in lines:
        if names and (_HEAD_ALONE.fullmatch(names[-1]) or _TAIL_ALONE.fullmatch(line)):
            names[-1] = f"{names[-1]} {line}"
        else:
            names.append(line)
    return names


_DAY_MARK = re.compile(r"(?:ลงวันที่|วันที่|ลว\.?)\s*:?")
_IN_BRACKETS = re.compile(r"^(.*[0-9๐-๙].*?)\(([^()]*)\)$", re.DOTALL)
_DAY_SHAPED = re.compile(
    r"\s(?=[0-9๐-๙]{1,2}\s*(?:[-/.]\s*[0-9๐-๙]{1,2}\s*[-/.]\s*[0-9๐-๙]{2,4}|[-\s]?[ก-๎][ก-๎.]+[-\s]*[0-9๐-๙]{2,4})$)"
)
_NUMBER_MARK = re.compile(r"^[^0-9๐-๙]*?เลขที่\s*:?\s*")
_KIND = re.compile(
    r"^(?:บันทึกข้อตกลง|ข้อตกลง|สัญญา(?:ซื้อขาย|จ้าง|เช่า)?|ใบสั่งซื้อ(?:/จ้าง)?|ใบสั่งจ้าง(?:/ซื้อ)?)(?![ก-๎])\s*"
)


def _number_and_day(text: str) -> tuple[str, str | None]:
    """Part «เลขที่ 15/2568⏎ลว. 1 ตุลาคม 2567» before the day; None when no day is stated."""
    bracketed = _IN_BRACKETS.fullmatch(text)
    if bracketed and _is_day(bracketed[2]):
        return bracketed[1], bracketed[2]
    if mark := _DAY_MARK.search(text):
        return text[: mark.start()], text[mark.end() :].strip(" ()")
    *before, last = [line for line in text.split("\n") if line] or [""]
    if before:
        return "\n".join(before), last
    if months_in(text) and _is_day(text):
        return "", text  # a day in words is no number, as 31/05/2568 may be one
    shape = _DAY_SHAPED.search(text)
    # «สข 12/01/2568» is a number of the series สข: before a day stands a number.
    if shape and re.search("[0-9]", arabic_digits(text[: shape.start()])):
        return text[: shape.start()], text[shape.end() :]
    return text, None


def _is_day(text: str) -> bool:
    try:
        parse_date(text)
    except ValueError:
        return False
    return True


def _number(text: str) -> str | None:
    """The contract number without the words that only say what it is."""
    bare = _KIND.sub("", _NUMBER_MARK.sub("", visible(text)))
    return _known(" ".join(bare.split()).rstrip(" ,;:("))
