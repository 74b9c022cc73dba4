"""Other tables that finance may drop (DOMAIN §4): named to the sender, never half read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.examples.paper import Book, Paper, Told, Typed, Value, tell
from schemas import example_words as words
from schemas.example_words import Form
from schemas.sheet import Merge
from tests.corpus.forms import month_book

FILE = "รายงาน.xlsx"
TAX_ID = "1234567890121"  # made up: DOMAIN §6


@dataclass(frozen=True)
class Stranger:
    """A workbook of another kind; one of ``says`` stands in the message to its sender."""

    book: Book
    says: tuple[str, ...]


def _book(
    sheet: str, lines: Sequence[Sequence[Value]], header: int, merges: Sequence[Merge] = ()
) -> Book:
    cells = {
        (row, column): Typed(value, "head" if row == header else "text")
        for row, line in enumerate(lines, start=1)
        for column, value in enumerate(line, start=1)
        if value is not None
    }
    paper = Paper(sheet, cells, tuple(merges), header=(header, header))
    return tell(Book(FILE, (paper,)), Told("table-is-the-form", sheet))


WINNERS_TITLE = (
    "รายละเอียดแนบท้ายประกาศผลผู้ชนะการจัดซื้อจัดจ้างหรือผู้ได้รับการคัดเลือก และสาระสำคัญของสัญญาหรือข้อตกลงเป็นหนังสือ"
)
QUARTER = "ประจำไตรมาสที่ 2 (เดือนมกราคม พ.ศ. 2568 ถึง เดือนมีนาคม พ.ศ. 2568)"


def _winners(*, with_tax_id: bool) -> Book:
    """The quarterly list of ว62, as it is and in the copy that leaves the tax number out."""
    headings: list[Value] = [
        "ลำดับที่ (1)",
        "เลขประจำตัวผู้เสียภาษี / เลขประจำตัวประชาชน (2)",
        "ชื่อผู้ประกอบการ (3)",
        "รายการพัสดุที่จัดซื้อจัดจ้าง (4)",
        "จำนวนเงินรวมที่จัดซื้อจัดจ้าง (5)",
        "เอกสารอ้างอิง (6)",
        None,
        "เหตุผลสนับสนุน (7)",
    ]
    below: list[Value] = [None, None, None, None, None, "วันที่", "เลขที่", None]
    rows: list[list[Value]] = [
        [at, TAX_ID, shop, "วัสดุสำนักงาน", 1500.5 * at, f"{at} ก.พ. 68", f"{at}/2568", 1]
        for at, shop in enumerate(words.SHOPS[:4], start=1)
    ]
    foot: list[Value] = [None, None, None, "รวมทั้งสิ้น", 15005.0]
    table = [headings, below, *rows, foot]
    if not with_tax_id:
        table = [[value for at, value in enumerate(line) if at != 1] for line in table]
    at = 6 if with_tax_id else 5
    signed: list[list[Value]] = [
        [],
        [None, "ผู้จัดทำ ....................."],
        [None, "ผู้ตรวจสอบ ..................."],
    ]
    lines: list[list[Value]] = [[WINNERS_TITLE], [QUARTER], [words.ORGANISATION], *table, *signed]
    return _book("ว62", lines, 4, [Merge(4, at, 4, at + 1)])


ITA_16 = (
    "ที่",
    "ปีงบประมาณ",
    "ชื่อหน่วยงาน",
    "อำเภอ",
    "จังหวัด",
    "กระทรวง",
    "ประเภทหน่วยงาน",
    "ชื่อรายการของงานที่ซื้อหรือจ้าง",
    "วงเงินงบประมาณที่ได้รับจัดสรร (บาท)",
    "แหล่งที่มาของงบประมาณ",
    "สถานะการจัดซื้อจัดจ้าง",
    "วิธีการจัดซื้อจัดจ้าง",
    "ราคากลาง (บาท)",
    "ราคาที่ตกลงซื้อหรือจ้าง (บาท)",
    "รายชื่อผู้ประกอบการที่ได้รับการคัดเลือก",
    "เลขที่โครงการในระบบ e-GP",
)
ITA_18 = (
    "ปีงบประมาณ",
    "ประเภทหน่วยงาน",
    "กระทรวง",
    "ชื่อหน่วยงาน",
    "อำเภอ",
    "จังหวัด",
    "งานที่ซื้อหรือจ้าง",
    "วงเงินงบประมาณที่ได้รับจัดสรร",
    "แหล่งที่มาของงบประมาณ",
    "สถานะการจัดซื้อจัดจ้าง",
    "วิธีการจัดซื้อจัดจ้าง",
    "ราคากลาง",
    "ราคาที่ตกลงซื้อหรือจ้าง",
    "เลขประจำตัวผู้เสียภาษี",
    "รายชื่อผู้ประกอบการที่ได้รับการคัดเลือก",
    "เลขที่โครงการ",
    "วันที่เริ่มต้นสัญญา",
    "วันที่สิ้นสุดสัญญา",
)
OPEN_DATA = (
    *("ลำดับ", "รหัสโครงการ", "ชื่อโครงการ", "ชื่อประเภทโครงการ", "ชื่อหน่วยงาน", "ชื่อหน่วยงานย่อย"),
    *("วิธีจัดซื้อฯ", "กลุ่มวิธีจัดซื้อฯ", "วันที่ประกาศ", "งบประมาณ(บาท)", "ราคากลาง(บาท)"),
    *("ราคาตกลงซื้อ/จ้าง", "ปีงบประมาณ", "วันที่เกิดรายการ", "จังหวัด", "จังหวัด(Eng)"),
    *("เขต/อำเภอ", "เขต/อำเภอ(Eng)", "แขวง/ตำบล", "แขวง/ตำบล(Eng)", "สถานะโครงการ"),
    *("พิกัดของโครงการ", "ละติจูดโครงการ", "ลองจิจูดโครงการ", "เลขนิติบุคคล", "ชื่อผู้ชนะ", "เลขที่สัญญา"),
    *("วันที่ลงนามสัญญา", "วันที่สิ้นสุดสัญญา", "งบสัญญา(บาท)", "สถานะสัญญา"),
)


def _office(at: int) -> dict[str, Value]:
    """What a row of the lists says under each heading that they share."""
    return {
        "ที่": at,
        "ปีงบประมาณ": 2568,
        "ชื่อหน่วยงาน": words.ORGANISATION,
        "อำเภอ": "ตัวอย่าง",
        "จังหวัด": "ตัวอย่าง",
        "กระทรวง": "กระทรวงมหาดไทย",
        "ประเภทหน่วยงาน": "องค์กรปกครองส่วนท้องถิ่น",
        "ชื่อรายการของงานที่ซื้อหรือจ้าง": "ซื้อวัสดุสำนักงาน โดยวิธีเฉพาะเจาะจง",
        "งานที่ซื้อหรือจ้าง": "ซื้อวัสดุสำนักงาน โดยวิธีเฉพาะเจาะจง",
        "แหล่งที่มาของงบประมาณ": "งบประมาณรายจ่ายประจำปี",
        "สถานะการจัดซื้อจัดจ้าง": "สิ้นสุดระยะสัญญา",
        "วิธีการจัดซื้อจัดจ้าง": "วิธีเฉพาะเจาะจง",
        "เลขประจำตัวผู้เสียภาษี": TAX_ID,
        "รายชื่อผู้ประกอบการที่ได้รับการคัดเลือก": words.SHOPS[at],
        "เลขที่โครงการในระบบ e-GP": f"6802900000{at}",
        "เลขที่โครงการ": f"6802900000{at}",
        "วันที่เริ่มต้นสัญญา": f"{at} ก.พ. 68",
        "วันที่สิ้นสุดสัญญา": f"{at + 7} ก.พ. 68",
    }


def _listed(sheet: str, headings: Sequence[str], *title: str) -> Book:
    rows = [[_office(at).get(name, 900.0 + at) for name in headings] for at in range(1, 6)]
    lines: list[Sequence[Value]] = [*([text] for text in title), headings, *rows]
    return _book(sheet, lines, len(title) + 1)


def _open_data() -> Book:
    """31 names over 28 values: from จังหวัด(Eng) on each value stands under a wrong name."""
    rows: list[list[Value]] = [
        [
            *(at, f"6802900000{at}", "ซื้อวัสดุสำนักงาน โดยวิธีเฉพาะเจาะจง", "ซื้อ"),
            *(words.ORGANISATION, words.ORGANISATION, "เฉพาะเจาะจง", "เฉพาะเจาะจง", "-"),
            *(1000.0, 1000.0, 990.0, 2568, "2025-02-03", "ตัวอย่าง", "เมืองตัวอย่าง", "ตัวอย่าง"),
            *("ระหว่างดำเนินการ", "POINT(99.7 8.1)", 8.1, 99.7, "123456789xxxx", words.SHOPS[at]),
            *(f"{at}/2568", "2025-02-03", "2025-02-10", 990.0, "ระหว่างดำเนินการ"),
        ]
        for at in range(1, 6)
    ]
    return _book("Sheet1", [OPEN_DATA, *rows], 1)


_ITA = ("ITA", "OIT")
STRANGERS: dict[str, Stranger] = {
    "quarterly-winners": Stranger(_winners(with_tax_id=True), ("ว62", "ว 62", "ผู้ชนะ", "ไตรมาส")),
    "quarterly-winners-copied": Stranger(
        _winners(with_tax_id=False), ("ว62", "ว 62", "ผู้ชนะ", "ไตรมาส")
    ),
    "ita-of-16-columns": Stranger(_listed("ITA", ITA_16, "รายการจัดซื้อจัดจ้าง ปีงบประมาณ 2568"), _ITA),
    "ita-of-16-columns-without-a-title": Stranger(_listed("Sheet1", ITA_16), _ITA),
    "ita-of-18-columns": Stranger(_listed("Sheet1", ITA_18), _ITA),
    "open-data": Stranger(_open_data(), ("e-GP", "ข้อมูลเปิด", "data.go.th")),
}


def beside(good: Book, stranger: Stranger) -> Book:
    """The stranger's sheet behind a good one: only a note then."""
    (paper,) = stranger.book.sheets
    both = replace(good, sheets=(*good.sheets, paper))
    return tell(both, Told("sheet-is-another-table", paper.name))


def blank_form(form: Form) -> Book:
    """The form without any item and without a word on it."""
    book = month_book(form, 0)
    (paper,) = book.sheets
    head = {place: typed for place, typed in paper.cells.items() if place[0] <= paper.header[1]}
    blank = replace(book, sheets=(replace(paper, cells=head),))
    return tell(blank, Told("rows-present", paper.name))
