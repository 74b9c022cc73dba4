"""Small sheets for tests, as ``pipeline.read`` gives them: one value a cell, None for none.

Workbooks as bytes are made by ``pipeline.examples``; here is what a test of one step needs.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from hypothesis import settings

from pipeline.clean import Cleaned, clean
from pipeline.recognise import recognise
from schemas.finding import Finding
from schemas.procurement import Bid, Procurement, Source, Written
from schemas.sheet import Cell, Kind, Merge, Sheet


class Odd(NamedTuple):
    """A cell of a kind that no plain value shows: ``error`` or ``uncalculated``."""

    kind: Kind
    text: str


# The same cases in every run, and no stopwatch: the suite runs on busy machines too.
STEADY = settings(derandomize=True, deadline=None, database=None)

Value = str | float | date | Odd | None

OURS = ("เทศบาลเมืองตัวอย่าง", "เทศบาลตำบลตัวอย่าง")
FILE = "แบบ.xlsx"
NAME = "Sheet1"
TITLE = "สรุปผลการดำเนินการจัดซื้อจัดจ้างในรอบเดือนตุลาคม 2567"

# Typed from DOMAIN §3 by hand, not taken from schemas/layouts.py: key of GOOD → heading.
_LEFT = {
    "number": "ลำดับที่",
    "title": "งานที่จัดซื้อหรือจัดจ้าง",
    "budget": "วงเงินที่จะซื้อหรือจ้าง",
    "reference_price": "ราคากลาง",
    "procurement_method": "วิธีซื้อหรือจ้าง",
}
_BIDS = {
    "bids": "รายชื่อผู้เสนอราคาและราคาที่เสนอ",
    "award": "ผู้ได้รับการคัดเลือกและราคาที่ตกลงซื้อหรือจ้าง",
}
_BIDS_APART = {
    "bidder": "รายชื่อผู้เสนอราคา",
    "bid": "ราคาที่เสนอ",
    "supplier": "ผู้ได้รับการคัดเลือก",
    "agreed_price": "ราคาที่ตกลงซื้อหรือจ้าง",
}
_REASON = {"selection_reason": "เหตุผลที่คัดเลือกโดยสรุป"}
_CONTRACT = {"contract": "เลขที่และวันที่ของสัญญาหรือข้อตกลงในการซื้อหรือจ้าง"}
_CONTRACT_APART = {
    "contract_number": "เลขที่สัญญา/ข้อตกลง",
    "contract_date": "วันที่ทำสัญญา/ข้อตกลง",
}
HEADS: Mapping[str, Mapping[str, str]] = {
    "nine-columns": {**_LEFT, **_BIDS, **_REASON, **_CONTRACT},
    "ten-columns": {**_LEFT, **_BIDS, **_REASON, **_CONTRACT_APART},
    "eleven-columns": {**_LEFT, **_BIDS_APART, **_REASON, **_CONTRACT},
    "twelve-columns": {**_LEFT, **_BIDS_APART, **_REASON, **_CONTRACT_APART},
}
NINE = HEADS["nine-columns"]
TWELVE = HEADS["twelve-columns"]

GOOD: Mapping[str, Value] = {
    "number": 1,
    "title": "ซื้อวัสดุสำนักงาน จำนวน 5 รายการ",
    "budget": 1000,
    "reference_price": 950.5,
    "procurement_method": "เฉพาะเจาะจง",
    "bids": "ร้านตัวอย่าง / 900.25 บาท",
    "award": "ร้านตัวอย่าง / 900.25 บาท",
    "bidder": "ร้านตัวอย่าง",
    "bid": 900.25,
    "supplier": "ร้านตัวอย่าง",
    "agreed_price": 900.25,
    "selection_reason": "เป็นผู้มีคุณสมบัติตรงตามเงื่อนไขที่กำหนด",
    "contract": "15/2568\nลว. 3 ต.ค. 67",
    "contract_number": "15/2568",
    "contract_date": date(2024, 10, 3),
}
# What GOOD states, in whichever of the layouts it stands.
STATED = Procurement(
    Source(FILE, NAME, 3),
    number=1,
    title="ซื้อวัสดุสำนักงาน จำนวน 5 รายการ",
    budget=100_000,
    reference_price=95_050,
    procurement_method="เฉพาะเจาะจง",
    bids=(Bid("ร้านตัวอย่าง", 90_025),),
    supplier="ร้านตัวอย่าง",
    agreed_price=90_025,
    selection_reason="เป็นผู้มีคุณสมบัติตรงตามเงื่อนไขที่กำหนด",
    contract_number="15/2568",
    contract_date=date(2024, 10, 3),
    written={"title": Written("B3", "ซื้อวัสดุสำนักงาน จำนวน 5 รายการ")},
)


def sheet(
    lines: Sequence[Sequence[Value]],
    *,
    name: str = NAME,
    file: str = FILE,
    merges: Sequence[Merge] = (),
) -> Sheet:
    """Return a sheet of these lines, the first value of the first line in A1."""
    cells = {
        (row, column): _cell(row, column, value)
        for row, line in enumerate(lines, start=1)
        for column, value in enumerate(line, start=1)
        if value is not None
    }
    return Sheet(file, name, cells, tuple(merges))


def _cell(row: int, column: int, value: str | float | date | Odd) -> Cell:
    match value:
        case Odd():
            return Cell(row, column, value.text, value.text, value.kind)
        case bool():
            return Cell(row, column, str(value).upper(), str(value).upper(), "truth")
        case int():
            return Cell(row, column, str(value), value, "number")
        case float():
            return Cell(row, column, format(value, ".15g"), value, "number")
        case date():
            return Cell(row, column, value.isoformat(), value, "date")
        case str():
            return Cell(row, column, value, value, "text")


def line(heads: Mapping[str, str] = NINE, /, **changes: Value) -> list[Value]:
    """Return the good row as typed under these heads; ``changes`` by key of GOOD."""
    return [{**GOOD, **changes}[key] for key in heads]


def page(
    *rows: Sequence[Value],
    heads: Mapping[str, str] = NINE,
    title: str = TITLE,
    name: str = NAME,
    file: str = FILE,
) -> Sheet:
    """Return a sheet with the title in row 1, the header in row 2, the rows from row 3 on."""
    return sheet([[title], list(heads.values()), *rows], name=name, file=file)


def read_page(*sheets: Sheet) -> tuple[list[Cleaned], list[Finding]]:
    """Recognise and clean; return the tables and every finding of both steps."""
    tables, findings = recognise(sheets, OURS)
    cleaned = [clean(table) for table in tables]
    return cleaned, [*findings, *(doubt for one in cleaned for doubt in one.findings)]


def read_row(
    heads: Mapping[str, str] = NINE, /, **changes: Value
) -> tuple[Procurement, list[tuple[str, str]]]:
    """Return the good row, changed, as it is read, and (rule, cell) of what is found."""
    (cleaned,), findings = read_page(page(line(heads, **changes), heads=heads))
    (row,) = cleaned.rows
    return row, [(finding.rule, finding.cell) for finding in findings]
