"""The blank form filled for tests, and judged as a drop would be."""

import io
from datetime import date, timedelta
from pathlib import Path

import openpyxl
from openpyxl.cell import MergedCell
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.blank import blank_form
from pipeline.examine import examine
from pipeline.guard import Limits
from pipeline.judge import Judgement, judge
from schemas.config import Organisation, Settings
from schemas.history import Before
from schemas.month import Month
from schemas.thai import BUDDHIST_OFFSET, date_long

OFFICE = Organisation(name="เทศบาลเมืองตัวอย่าง", place="อำเภอสมมติ จังหวัดสมมติ")
OCTOBER = Month(2567, 10)
FIRST = 7  # the first prepared row, as Excel counts
DATE, NIL_CELL = "L", "H4"
SATURDAY = 5
Typed = str | float | date


def form(month: Month, office: Organisation = OFFICE) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(blank_form(month, office, "thai")))


def row_of(month: Month, number: int) -> dict[str, Typed]:
    """What a clerk types in a row, by column; the day in one of three ways."""
    days = (month.first + timedelta(days=at) for at in range(month.last.day))
    working = [day for day in days if day.weekday() < SATURDAY]
    day = working[(number - 1) % len(working)]
    figures = f"{day.day}/{day.month}/{day.year + BUDDHIST_OFFSET}"
    winner = f"ร้านตัวอย่างการค้า {number}"
    several = number % 2 == 1
    return {
        "B": f"ซื้อวัสดุสำนักงาน รายการที่ {number}",
        "C": 25_000 + number,
        "D": 24_900,
        "E": "เฉพาะเจาะจง",
        "F": f"{winner}\nบริษัท สมมติพาณิชย์ จำกัด" if several else winner,
        "G": "24,500.50\n24,800.00" if several else 24_500.5,
        "H": winner,
        "I": 24_500.5,
        "J": "เป็นผู้มีคุณสมบัติถูกต้องและเสนอราคาภายในวงเงิน",
        "K": f"{number}/{month.fiscal_year}",
        "L": (figures, day, date_long(day))[number % 3],
        "M": f"{month.year % 100}{month.number:02}9{number:06}",
    }


def fill(sheet: Worksheet, row: int, typed: dict[str, Typed]) -> None:
    for column, value in typed.items():
        cell = sheet[f"{column}{row}"]
        assert not isinstance(cell, MergedCell)
        cell.value = value


def filled(month: Month, rows: int, office: Organisation = OFFICE) -> Workbook:
    book = form(month, office)
    for number in range(1, rows + 1):
        fill(book.worksheets[0], FIRST + number - 1, row_of(month, number))
    return book


def saved(book: Workbook) -> bytes:
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def judged(book: Workbook, month: Month, folder: Path, office: Organisation = OFFICE) -> Judgement:
    path = folder / f"สขร1-{month}.xlsx"
    path.write_bytes(saved(book))
    return judged_file(path, month, office)


def judged_file(path: Path, month: Month, office: Organisation = OFFICE) -> Judgement:
    """The decision on the first day of the next month."""
    examined = examine(path, path.name, office.names, Limits())
    return judge(examined, Before(), Settings(organisation=office), month.following.first)
