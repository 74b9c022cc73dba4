"""The layouts of the corpus: those of the example year and the others that DOMAIN §3 names."""

from dataclasses import replace
from random import Random

from pipeline.examples.layouts import FORMS as KNOWN
from pipeline.examples.layouts import month_sheet
from pipeline.examples.paper import Book, Typed, type_cells
from pipeline.examples.purchases import Series, purchases
from schemas import example_words as words
from schemas.example_words import Box, Form
from schemas.month import Month
from schemas.thai import MONTHS

FEBRUARY = Month(2568, 2)
_NINE = KNOWN["nine-columns"]
# Typed from DOMAIN §3 by hand, not taken from schemas/layouts.py.
_LEFT = (
    "ลำดับที่",
    "งานที่จัดซื้อหรือจัดจ้าง",
    "วงเงินที่จะซื้อหรือจ้าง",
    "ราคากลาง",
    "วิธีซื้อหรือจ้าง",
)
_BIDS = "รายชื่อผู้เสนอราคาและราคาที่เสนอ"
_WINNER = "ผู้ได้รับการคัดเลือกและราคาที่ตกลงซื้อหรือจ้าง"
_REASON = "เหตุผลที่คัดเลือกโดยสรุป"
_CONTRACT = "เลขที่และวันที่ของสัญญาหรือข้อตกลงในการซื้อหรือจ้าง"
_APART = ("รายชื่อผู้เสนอราคา", "ราคาที่เสนอ", "ผู้ได้รับการคัดเลือก", "ราคาที่ตกลงซื้อหรือจ้าง")
FLAT_HEADINGS = (
    "ชื่อหน่วยงาน",
    "ปี",
    "เดือน",
    "งานจัดซื้อหรือจัดจ้าง",
    "วงเงินที่จะซื้อหรือจ้าง",
    "ราคากลาง",
    "วิธีซื้อหรือจ้าง",
    "รายชื่อผู้เสนอราคา",
    "ราคาที่เสนอ",
    "ผู้ได้รับการคัดเลือก",
    "ราคาที่ตกลงซื้อหรือจ้าง",
    "เหตุผลที่คัดเลือกโดยสรุป",
    "เลขที่และวันที่ของสัญญาหรือข้อตกลงในการซื้อหรือจ้าง",
    "รหัสงบประมาณ",
    "รหัสแหล่งเงิน",
    "เลขที่โครงการ",
    "เลขคุมสัญญา",
)
_COMMON = ("index", "title", "budget", "reference_price", "procurement_method")
_OFFERED = ("bidder", "bid", "supplier", "agreed_price")
_WIDTHS = (8, 46, 17, 17, 18)


def _above(last: str) -> tuple[Box, ...]:
    return (
        Box(f"A1:{last}1", "สรุปผลการดำเนินการจัดซื้อจัดจ้างในรอบเดือน {month} พ.ศ. {year}", "title"),
        Box(f"A2:{last}2", words.ORGANISATION, "title"),
    )


def _heads(row: int, *texts: str) -> tuple[Box, ...]:
    return tuple(Box(f"{chr(ord('A') + at)}{row}", text) for at, text in enumerate(texts) if text)


_NEW = (
    Form(
        id="ten-columns",
        sheet="สขร.1",
        above=(
            *_above("J"),
            *_heads(4, *_LEFT, _BIDS, _WINNER, _REASON, "เลขที่สัญญา/ข้อตกลง", "วันที่ทำสัญญา/ข้อตกลง"),
        ),
        header=(4, 4),
        first=5,
        fields=(
            *_COMMON,
            *("bids", "award", "selection_reason", "contract_number", "contract_date"),
        ),
        widths=(*_WIDTHS, 42, 42, 34, 18, 18),
        bids=_NINE.bids,
        award=_NINE.award,
    ),
    Form(
        id="ten-columns-one-heading",
        sheet="สขร.1",
        above=(
            *_above("J"),
            *_heads(4, *_LEFT, _BIDS, _WINNER, _REASON),
            Box("I4:J4", _CONTRACT),
        ),
        header=(4, 4),
        first=5,
        fields=(
            *_COMMON,
            *("bids", "award", "selection_reason", "contract_number", "contract_date"),
        ),
        widths=(*_WIDTHS, 42, 42, 34, 18, 18),
        bids=_NINE.bids,
        award=_NINE.award,
    ),
    Form(
        id="eleven-grid-columns",
        sheet="สขร.1",
        above=(
            *_above("K"),
            *_heads(4, *_LEFT, _BIDS, _WINNER, _REASON),
            Box("I4:K4", _CONTRACT),
        ),
        header=(4, 4),
        first=5,
        fields=(*_COMMON, "bids", "award", "selection_reason", "contract", "", ""),
        widths=(*_WIDTHS, 42, 42, 34, 10, 10, 10),
        bids=_NINE.bids,
        award=_NINE.award,
        contracts=_NINE.contracts,
    ),
    Form(
        id="eleven-columns",
        sheet="สขร.1",
        above=(*_above("K"), *_heads(4, *_LEFT, *_APART, _REASON, _CONTRACT)),
        header=(4, 4),
        first=5,
        fields=(*_COMMON, *_OFFERED, "selection_reason", "contract"),
        widths=(*_WIDTHS, 34, 17, 34, 17, 34, 30),
        contracts=_NINE.contracts,
        only_winner=True,
    ),
    Form(
        id="three-line-header",
        sheet="สขร.1",
        above=(
            *_above("L"),
            *(Box(f"{at}4:{at}5", text) for at, text in zip("ABCDE", _LEFT, strict=True)),
            Box("F4:G4", _BIDS),
            Box("H4:I4", _WINNER),
            Box("J4:J5", _REASON),
            Box("K4:L4", "เลขที่และวันที่ของสัญญาหรือข้อตกลง"),
            *(Box(f"{at}5", text) for at, text in zip("FGHI", _APART, strict=True)),
            Box("K5", "เลขที่"),
            Box("L5", "วันที่"),
            *(Box(f"{at}6", "(บาท)") for at in "CDGI"),
        ),
        header=(4, 6),
        first=7,
        fields=(*_COMMON, *_OFFERED, "selection_reason", "contract_number", "contract_date"),
        widths=(*_WIDTHS, 34, 17, 34, 17, 34, 18, 18),
        only_winner=True,
    ),
    Form(
        id="heading-over-three-rows",
        sheet="สขร.1",
        above=(
            *_above("I"),
            *_heads(4, "ลำดับ", "งานที่จัดซื้อ", "วงเงิน", "ราคา", "วิธี", "รายชื่อ", "ผู้ได้รับ"),
            *_heads(5, "ที่", "หรือ", "ที่จะซื้อ", "กลาง", "ซื้อหรือ", "ผู้เสนอราคา", "การคัดเลือก"),
            *_heads(6, "", "จัดจ้าง", "หรือจ้าง", "", "จ้าง", "และราคาที่เสนอ"),
            Box("G6", "และราคาที่ตกลงซื้อหรือจ้าง"),
            *(Box(f"H{at}", text) for at, text in ((4, "เหตุผล"), (5, "ที่คัดเลือก"), (6, "โดยสรุป"))),
            Box("I4", "เลขที่และวันที่"),
            Box("I5", "ของสัญญาหรือข้อตกลง"),
            Box("I6", "ในการซื้อหรือจ้าง"),
        ),
        header=(4, 6),
        first=7,
        fields=_NINE.fields,
        widths=_NINE.widths,
        bids=_NINE.bids,
        award=_NINE.award,
        contracts=_NINE.contracts,
    ),
    Form(
        id="seventeen-fields",
        sheet="ข้อมูล",
        above=_heads(1, *FLAT_HEADINGS),
        header=(1, 1),
        first=2,
        fields=(
            *("organisation", "year", "month", *_COMMON[1:], *_OFFERED, "selection_reason"),
            *("contract", "budget_code", "fund_code", "egp_project_number"),
            "egp_contract_number",
        ),
        widths=(20, 8, 12, *_WIDTHS[1:], 34, 17, 34, 17, 34, 30, 10, 10, 18, 18),
        contracts=("{number}\nลว. {date}", "{number}\nวันที่ {date}"),
        only_winner=True,
    ),
)
FORMS: dict[str, Form] = {form.id: form for form in (*KNOWN.values(), *_NEW)}
FLAT = "seventeen-fields"


def month_book(form: Form, rows: int, month: Month = FEBRUARY, seed: int = 1) -> Book:
    """Return a workbook of one month in a layout, such as raises no finding at all."""
    dice = Random(f"corpus {form.id} {month} {seed}")  # noqa: S311 - variants must repeat
    bought = purchases(month, rows, dice, Series())
    file = "จัดซื้อจัดจ้าง.xlsx"
    book = month_sheet(file, form, month, bought, dice)
    return _flat(book, form, month) if form.id == FLAT else book


def _flat(book: Book, form: Form, month: Month) -> Book:
    """Each row names office and month; there is no number."""
    (paper,) = book.sheets
    said: dict[str, str | int] = {
        "organisation": words.ORGANISATION,
        "year": month.year,
        "month": MONTHS[month.number - 1],
    }
    for item in book.expected:
        cells = {
            (item.source.row, form.fields.index(field) + 1): Typed(value)
            for field, value in said.items()
        }
        book = type_cells(book, paper.name, cells)
    return replace(book, expected=tuple(replace(item, number=None) for item in book.expected))


def column_of(form: Form, field: str) -> int:
    return form.fields.index(field) + 1


def width_of(form: Form, field: str) -> int:
    """How many grid columns the cells of a field are merged over."""
    at, width = column_of(form, field), 1
    while at < len(form.fields) and form.fields[at] == "":
        at, width = at + 1, width + 1
    return width
