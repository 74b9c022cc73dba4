"""The invented town whose site is looked at: two fiscal years with all that a month may be.

The real program makes it, in the passes that an office would see: nothing stands on a page only
because a test wished for it.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from pipeline.clock import BANGKOK
from pipeline.configure import configure
from pipeline.examples import example_month, remove_row, replace_cell, to_bytes
from pipeline.examples.paper import Book
from pipeline.explain import give
from pipeline.ledger import Ledger
from schemas.announcement import ANSWERED, KINDS, Served
from schemas.month import Month
from tests.conftest import Office, make_office
from tests.egp_files import Deal, deals, file_of
from tests.forms import FIRST, fill, filled, saved

MANY = 600
SEPTEMBER, OCTOBER, NOVEMBER, DECEMBER = (Month(2567, number) for number in (9, 10, 11, 12))
JANUARY, FEBRUARY, MARCH, APRIL, _, JUNE = (Month(2568, number) for number in range(1, 7))
BASE = "https://town.example/จัดซื้อ/"
LAST_DAY = date(2025, 8, 15)
WHO = "นางสาวสมมติ ผู้ชี้แจง"
# As people paste them: no blank in it, so that nothing but the style sheet can break the line.
LONG_TITLE = "จ้างก่อสร้างถนนคอนกรีตเสริมเหล็ก" + "สายบ้านตัวอย่างเหนือถึงบ้านตัวอย่างใต้" * 20
LONG_FIRM = "ห้างหุ้นส่วนจำกัด" + "สมมติก่อสร้างและพัฒนา" * 8
LATIN_FIRM = "บริษัท Example Trading & Supply (Thailand) จำกัด"
LONG_WORD = "https://" + "example" * 20


@dataclass(frozen=True)
class Town:
    """The same months twice: in Thai digits, and in Arabic ones where the site knows its address.

    ``replies`` are the pages that only finance sees.
    """

    thai: Path
    arabic: Path
    replies: Path


def make_town(folder: Path) -> None:
    """Write the town under ``folder``; of its fiscal years the newer one is not over."""
    home = folder / "thai"
    office = make_office(home, tail='place = "อำเภอสมมติ จังหวัดสมมติ"\n')
    for step in (_autumn, _winter, _spring):
        step(office)

    elsewhere = folder / "arabic"
    shutil.copytree(home, elsewhere, symlinks=True)
    config = elsewhere / "sokhoro1.toml"
    with config.open("a", encoding="utf-8") as file:
        file.write(f'\n[site]\nnumerals = "arabic"\nbase_url = "{BASE}"\n')
    moved = Office(configure(config))
    moved.one_pass(LAST_DAY)

    # Last, because every pass looks at all that is public.
    _drop(office, _book(NOVEMBER, MANY))
    office.one_pass(LAST_DAY)


def town_in(folder: Path) -> Town:
    """Return what ``make_town`` left there."""
    site = "output/site/current"
    return Town(folder / "thai" / site, folder / "arabic" / site, folder / "thai/output/replies")


def _autumn(office: Office) -> None:
    _drop(office, _book(SEPTEMBER, 12))
    office.one_pass(date(2024, 10, 4))
    october = _book(OCTOBER, 45)
    _drop(office, october)
    office.one_pass(date(2024, 11, 5))

    # Corrected twice: other values and a row less, then one row more.
    cheaper = _type(october, 4, "C", 700_000)
    cheaper = _type(cheaper, 7, "D", None)
    _drop(office, remove_row(cheaper, cheaper.expected[10].source.sheet, _row(cheaper, 10)))
    _explained(office, date(2024, 12, 3), "พิมพ์วงเงินผิด และรายการที่ ๑๑ ยกเลิกสัญญาแล้ว")
    _drop(office, cheaper)
    _explained(office, date(2024, 12, 16), "รายการที่ ๑๑ ไม่ได้ยกเลิก " + "ตรวจสอบแล้ว" * 12)


def _winter(office: Office) -> None:
    _drop(office, _book(DECEMBER, 0))
    office.one_pass(date(2025, 1, 7))

    january = filled(JANUARY, 30)
    sheet = january.worksheets[0]
    bidders = f"{LONG_FIRM}\n{LATIN_FIRM}\nร้านตัวอย่าง (สำนักงานใหญ่)\nนายสมมติ ตัวอย่าง"
    fill(sheet, FIRST, {"B": LONG_TITLE})
    fill(
        sheet,
        FIRST + 1,
        {"F": bidders, "G": "24,600\n24,700\n24,800\n24,900", "H": LONG_FIRM, "I": 24_600},
    )
    fill(
        sheet,
        FIRST + 2,
        {"B": f"เช่าพื้นที่เก็บข้อมูล {LONG_WORD}", "H": LATIN_FIRM, "F": LATIN_FIRM, "G": 24_500.5},
    )
    fill(sheet, FIRST + 3, {"D": "-"})
    office.drop("สขร1-2568-01.xlsx", saved(january))
    _explained(office, date(2025, 2, 4), "ไม่มีราคากลาง เพราะวงเงินต่ำกว่าที่กฎหมายกำหนด")


def _spring(office: Office) -> None:
    february = _book(FEBRUARY, 25)
    for place, column in enumerate("CDEFGHI", start=2):
        february = _type(february, place, column, None)
    _drop(office, february)
    march = _book(MARCH, 20)
    _drop(office, march)
    office.one_pass(date(2025, 5, 2))  # their due days are over: what nobody explained is public

    _drop(office, _type(_book(APRIL, 15), 2, "C", "หนึ่งหมื่นบาทถ้วน"))
    # A row that vanishes waits for its reason, however long that takes.
    _drop(office, remove_row(march, march.expected[3].source.sheet, _row(march, 3)))
    office.drop("ประกาศ <b>&amp; ใบเสนอราคา</b>.xlsx", b"%PDF-1.7 no workbook")
    june = example_month(JUNE, "fourteen-columns", 18)
    _drop(office, june)
    _announced(office, [row.egp_project_number or "" for row in june.expected])
    _compared(office, june)
    office.one_pass(date(2025, 7, 4))


def _announced(office: Office, projects: Sequence[str]) -> None:
    """What e-GP served of the projects, all kinds of one, and what finance dropped of others."""
    evening = datetime(2025, 7, 1, 18, tzinfo=BANGKOK)
    long = f"{LONG_TITLE} {LONG_WORD}"
    told = [(kind.code, projects[0], long) for kind in KINDS if kind.code]
    told += [("W0", number, "ซื้อวัสดุสำนักงาน") for number in (*projects[1:7], "68059999999")]
    with Ledger.open(office.workspace.ledger) as ledger:
        for code, number, title in told:
            link = f"https://process5.gprocurement.go.th/{code}/common/download/{number}/0f"
            item = Served(code, number, link, title, date(2025, 6, 30), "")
            ledger.record_answer(code, evening, ANSWERED, [item])
    picture = b"\xff\xd8\xff\xe0" + bytes(20) + b"\xff\xd9"
    for name in (f"ประกาศผู้ชนะ {projects[7]}", projects[8], "สแกนไม่มีเลข", "68059999998"):
        office.drop(f"ประกาศ/{name}.jpg", picture + name.encode() + b"\xff\xd9")


def _compared(office: Office, book: Book) -> None:
    """e-GP's open data: contracts that are here, one of another price, and some only there."""
    made = [
        Deal(
            row.egp_project_number or "",
            row.contract_number or "",
            row.agreed_price or 0,
            row.supplier or "",
            row.contract_date,
            row.title or "",
        )
        for row in book.expected
    ]
    made[1] = replace(made[1], amount=made[1].amount + 100)
    made += [*deals(12), replace(deals(13)[-1], title=f"{LONG_TITLE} {LONG_WORD}")]
    office.drop("e-GP/สัญญา ๒๕๖๘.json", file_of(made, "right", "json"))


def _book(month: Month, rows: int) -> Book:
    return example_month(month, "nine-columns", rows)


def _row(book: Book, place: int) -> int:
    return book.expected[place].source.row


def _type(book: Book, place: int, column: str, value: str | float | None) -> Book:
    """Type into the row of the item at ``place``, counted from 0."""
    return replace_cell(
        book, book.expected[place].source.sheet, f"{column}{_row(book, place)}", value
    )


def _drop(office: Office, book: Book) -> None:
    office.drop(book.file, to_bytes(book))


def _explained(office: Office, day: date, reason: str) -> None:
    """A pass, an answer to each question that it asks, and the pass that hears them."""
    office.one_pass(day)
    with Ledger.open(office.workspace.ledger) as ledger:
        questions = ledger.questions()
    for _, _, finding in questions:
        given = give(questions, finding.key, reason, WHO)
        with Ledger.open(office.workspace.ledger) as ledger:
            for part, answer in given:
                ledger.record_explanation(part, answer, day)
    office.one_pass(day)
