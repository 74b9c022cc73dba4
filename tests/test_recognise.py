"""Where the header stands, what each column means, which month is spoken for, what is left out."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.examples import (
    Book,
    bind,
    example_month,
    insert_rows,
    move_column,
    rename_sheet,
    replace_cell,
    write,
)
from pipeline.examples.layouts import LAYOUTS as EXAMPLES
from pipeline.readers.xlsx import read
from pipeline.recognise import Table, recognise
from schemas.examined import Examined
from schemas.finding import Finding
from schemas.layouts import (
    IGNORED_HEADINGS,
    LAYOUTS,
    MONTH,
    ORGANISATION,
    OTHER_TABLES,
    YEAR,
    Column,
    Layout,
)
from schemas.month import Month
from schemas.sheet import Hidden, Merge, Sheet, address
from tests.paper import (
    GOOD,
    HEADS,
    NINE,
    OURS,
    STATED,
    STEADY,
    TITLE,
    TWELVE,
    Odd,
    Value,
    line,
    page,
    read_page,
)
from tests.paper import sheet as paper

OCTOBER = Month(2567, 10)
HEADER_WITHIN = 30  # rows: what officers are told in the finding table-found
WIDE = len(NINE)
MADE = "วันที่ ๕ เดือนพฤศจิกายน พ.ศ. ๒๕๖๗"  # the day on which the summary was made


def one(*sheets: Sheet) -> tuple[Table, list[tuple[str, str]]]:
    """The only table found, and (rule, cell) of the findings."""
    tables, findings = recognise(sheets, OURS)
    assert len(tables) == 1, [finding.message for finding in findings]
    return tables[0], [(finding.rule, finding.cell) for finding in findings]


def told(*sheets: Sheet) -> list[tuple[str, str, str]]:
    """(rule, sheet, cell) of what is found."""
    return [(f.rule, f.sheet, f.cell) for f in recognise(sheets, OURS)[1]]


def rows_of(table: Table) -> list[int]:
    return [found.row for found in table.lines]


# ---- every spelling of every layout

SPELLINGS = [
    pytest.param(layout, column, spelling, id=f"{layout.id}: {spelling}")
    for layout in LAYOUTS
    for column in layout.columns
    for spelling in column.spellings
]


def with_spelling(layout: Layout, column: Column, spelling: str) -> Sheet:
    """All columns of the layout, one of them spelt so; a sub-heading stands in a second line."""
    names = [spelling if each is column else each.heading for each in layout.columns]
    parts = [name.split(" > ") for name in names]
    upper: list[Value] = [part[0] for part in parts]
    lower: list[Value] = [part[1] if part[1:] else None for part in parts]
    header = [upper, lower] if any(lower) else [upper]
    typed: dict[Column, Value] = {ORGANISATION: OURS[0], YEAR: 2567, MONTH: "ตุลาคม"}
    return paper([[TITLE], *header, [typed.get(each, "ก") for each in layout.columns]])


@pytest.mark.parametrize(("layout", "column", "spelling"), SPELLINGS)
def test_every_spelling_of_every_column_is_known(
    layout: Layout, column: Column, spelling: str
) -> None:
    table, findings = one(with_spelling(layout, column, spelling))

    assert table.layout.id == layout.id
    assert table.columns == {each: at for at, each in enumerate(layout.columns, start=1)}
    assert findings == []


def test_every_layout_has_a_test_sheet() -> None:
    assert {*HEADS, "flat-fields"} == {layout.id for layout in LAYOUTS}


@pytest.mark.parametrize("layout", HEADS)
def test_the_official_headings_are_known(layout: str) -> None:
    heads = HEADS[layout]
    table, findings = one(page(line(heads), heads=heads))

    assert (table.layout.id, table.month, table.nil) == (layout, OCTOBER, False)
    assert [column.heading for column in table.columns] == list(heads.values())
    assert list(table.columns.values()) == list(range(1, len(heads) + 1))
    assert rows_of(table) == [3]
    assert findings == []


DRESSED = [
    "{} ",
    "{}\n",
    " {}",
    "{} (บาท)",
    "{}\n(บาท)",
    "{} (หน่วย : บาท)",
    "{}\u200b",
    "{} *",
    "{} (3)",
    "{}:",
]


@pytest.mark.parametrize("dress", DRESSED)
def test_spaces_units_and_numbers_in_a_heading_are_no_other_heading(dress: str) -> None:
    heads = {key: dress.format(text) for key, text in NINE.items()}

    assert one(page(line(), heads=heads))[0].columns.keys() == one(page(line()))[0].columns.keys()


def test_a_heading_may_be_broken_anywhere_between_words() -> None:
    heads = {key: text.replace("หรือ", " หรือ\n") for key, text in NINE.items()}
    heads = {key: text.replace("และ", "\nและ ") for key, text in heads.items()}

    assert rows_of(one(page(line(), heads=heads))[0]) == [3]


@pytest.mark.parametrize(
    ("key", "damaged"),
    [
        ("number", "ลําดับที่"),
        ("number", "ล ำดับ"),
        ("title", "งานที่จัดซ้ือหรือจัดจ้าง"),
        ("title", "งานท่ีจัดซื้อหรือจัดจ้าง"),
        ("title", "งานที่จัดซื้อหรือจัดจ้ำง"),
        ("budget", "วงเงินที่จะซื้อหรือจ้ำง"),
        ("reference_price", "รำคำกลำง"),
        ("procurement_method", "วิธีซ้ือหรือจ้าง"),
        ("award", "ผู้ได้รับการคัดเลือกและราคาท่ีตกลงซ้ือหรือจ้าง"),
        ("award", "ผู้ได้รับกำรคัดเลือกและรำคำที่ตกลงซื้อหรือจ้ำง"),
        ("bids", "รายชื่อผู้เสนอราคา\nและราคาท่ีเสนอ"),
        ("selection_reason", "เหตุผลท่ีคัดเลือกโดยสรุป"),
        ("contract", "เลขท่ีและวันท่ีของสัญญาหรือข้อตกลงในการซ้ือหรือจ้าง"),
    ],
)
def test_a_heading_that_came_through_a_pdf_is_still_known(key: str, damaged: str) -> None:
    table, findings = one(page(line(), heads={**NINE, key: damaged}))

    assert [c.fields for c in table.columns] == [c.fields for c in one(page(line()))[0].columns]
    assert findings == []


# ---- where the header stands


@pytest.mark.parametrize("first", range(1, HEADER_WITHIN + 1))
def test_the_header_may_stand_in_any_of_the_first_rows(first: int) -> None:
    above: list[Sequence[Value]] = [[TITLE] if row == 1 else [] for row in range(1, first)]
    name = "Sheet1" if first > 1 else "ต.ค.67"
    table, findings = one(paper([*above, list(NINE.values()), line()], name=name))

    assert (table.month, rows_of(table), findings) == (OCTOBER, [first + 1], [])


def test_a_header_further_down_is_not_looked_for() -> None:
    above: list[Sequence[Value]] = [[TITLE], *[[None]] * HEADER_WITHIN]
    deep = paper([*above, list(NINE.values()), line()])

    assert told(deep) == [("table-found", "Sheet1", "")]


def apart(shift: int = 0) -> tuple[list[Sequence[Value]], list[Merge]]:
    """The header of twelve columns in two lines from row 2 on, merged as offices merge it."""
    over = {
        5: "รายชื่อผู้เสนอราคาและราคาที่เสนอ",
        7: "ผู้ได้รับการคัดเลือกและราคาที่ตกลงซื้อหรือจ้าง",
        10: "เลขที่และวันที่ของสัญญาหรือข้อตกลง",
    }
    below = {**dict(enumerate(TWELVE.values())), 10: "เลขที่", 11: "วันที่"}
    halves = {at + half for at in over for half in (0, 1)}
    upper: list[Value] = [over.get(at, None if at in halves else below[at]) for at in range(12)]
    lower: list[Value] = [below[at] if at in halves else None for at in range(12)]
    first = 2 + shift
    merges = [Merge(first, at + 1, first, at + 2) for at in over]
    merges += [Merge(first, at + 1, first + 1, at + 1) for at in range(12) if at not in halves]
    return [upper, lower], merges


def test_a_header_of_two_merged_lines_is_one_header() -> None:
    header, merges = apart()
    table, findings = one(paper([[TITLE], *header, line(TWELVE)], merges=merges))

    assert table.layout.id == "twelve-columns"
    assert [column.fields[0] for column in table.columns] == [
        *("number", "title", "budget", "reference_price", "procurement_method", "bidder", "bid"),
        *("supplier", "agreed_price", "selection_reason", "contract_number", "contract_date"),
    ]
    assert (rows_of(table), findings) == ([4], [])


@pytest.mark.parametrize(
    "under",
    [
        [None, None, "(บาท)", "(บาท)", None, None, "(บาท)", None, "(บาท)"],
        [f"({n})" for n in range(1, 13)],
        [str(n) for n in range(1, 13)],
        list(range(1, 13)),
        [f"({n})" for n in "๑๒๓๔๕๖๗๘๙"] + ["(๑๐)", "(๑๑)", "(๑๒)"],
    ],
    ids=["units", "index", "index as text", "index as numbers", "Thai index"],
)
def test_units_and_an_index_under_the_header_are_no_item(under: Sequence[Value]) -> None:
    header, merges = apart()
    two = paper([[TITLE], *header, under, line(TWELVE)], merges=merges)
    single = paper([[TITLE], list(NINE.values()), under[:WIDE], line()])

    for each, row in ((two, 5), (single, 4)):
        table, findings = one(each)
        assert (rows_of(table), findings) == ([row], [])


def test_an_index_and_units_may_both_stand_under_the_header() -> None:
    lines: list[list[Value]] = [
        [f"({n})" for n in range(1, 10)],
        [None, None, "(บาท)", "(บาท)"],
    ]
    for under in (lines, lines[::-1]):
        table, findings = one(paper([[TITLE], list(NINE.values()), *under, line()]))
        assert (rows_of(table), findings) == ([5], [])


def test_a_heading_merged_over_several_columns_takes_all_their_cells() -> None:
    heads = list(NINE.values())
    wide = [*heads[:8], heads[8], None, None]
    cells = [*line()[:8], "15/2568", None, "3 ต.ค. 67"]
    (cleaned,), findings = read_page(paper([[TITLE], wide, cells], merges=[Merge(2, 9, 2, 11)]))

    (row,) = cleaned.rows
    assert findings == []
    assert (row.contract_number, str(row.contract_date)) == ("15/2568", "2024-10-03")
    assert row.written["contract_number"].text == "15/2568\n3 ต.ค. 67"


def test_empty_columns_between_are_no_hindrance() -> None:
    def spread(cells: Sequence[Value]) -> list[Value]:
        return [None, None] + [each for cell in cells for each in (cell, None)]

    table, findings = one(paper([[TITLE], spread(list(NINE.values())), spread(line())]))

    assert list(table.columns.values()) == list(range(3, 20, 2))
    assert (rows_of(table), findings) == ([3], [])


def test_the_columns_may_stand_in_any_order() -> None:
    for layout in HEADS.values():
        heads = dict(reversed(list(layout.items())))
        (cleaned,), findings = read_page(page(line(heads), heads=heads))
        (straight,), _ = read_page(page(line(layout), heads=layout))
        assert findings == []
        assert cleaned.rows[0].facts() == straight.rows[0].facts()


@pytest.mark.parametrize("gap", [1, 5, 20])
@pytest.mark.parametrize("lines", [1, 2])
def test_a_header_repeated_on_every_page_is_left_out_and_no_row_with_it(
    gap: int, lines: int
) -> None:
    """Printed pages repeat it, also within the rows in which a header is looked for."""
    header, merges = apart() if lines == 2 else ([list(NINE.values())], [])
    heads = TWELVE if lines == 2 else NINE
    items = [line(heads, number=n) for n in range(1, gap + 1)]
    _, again = apart(shift=lines + gap) if lines == 2 else ([], [])
    sheet = paper([[TITLE], *header, *items, *header, *items], merges=[*merges, *again])

    table, findings = one(sheet)

    first = [2 + lines + n for n in range(gap)]
    assert rows_of(table) == [*first, *(row + gap + lines for row in first)]
    assert findings == []


# ---- what is left out by name


@pytest.mark.parametrize(
    "total",
    [
        ["รวม", None, 2000, 1901],
        ["รวมทั้งสิ้น", None, 2000, 1901, None, None, 1800.5],
        [None, "รวมทั้งสิ้น", 2000, 1901],
        [None, "ยอดรวม", 2000],
        [None, "รวมเป็นเงิน", None, None, None, None, "1,800.50"],
        [None, "รวมทั้งสิ้น 2 รายการ", 2000],
        [None, "รวม"],
        ["รวม (สองพันบาทถ้วน)", None, 2000],
        [None, "รวมทั้งสิ้น", 2000, 1901, "-", "-", 1800.5, "-", "-"],
        [None, "รวมทั้งสิ้น", 2000, None, "สองพันบาทถ้วน"],
        [None, "รวมทั้งสิ้น", 2000, None, None, "(สองพันบาทถ้วน)", "1,800.50 บาท"],
    ],
)
def test_a_total_is_left_out_first_or_last(total: Sequence[Value]) -> None:
    items = [line(number=1), line(number=2)]
    first = one(page(total, *items))
    last = one(page(*items, total))

    assert (rows_of(first[0]), first[1]) == ([4, 5], [])
    assert (rows_of(last[0]), last[1]) == ([3, 4], [])


def test_a_hostile_total_is_answered() -> None:
    """A thousand brackets in a row took for ever."""
    assert one(page(line(), [None, "รวม" + "(ก)" * 1500 + "ข", 1]))[1][0] == ("row-is-whole", "B4")


@pytest.mark.parametrize("gone", [[], ["bids"], ["reference_price"], ["contract"]], ids=str)
def test_an_item_whose_title_begins_like_a_total_is_an_item(gone: list[str]) -> None:
    """A total has a label and sums; who has a bidder, a winner or a contract is an item."""
    item = line(title="รวมค่าวัสดุและค่าแรงซ่อมถนน")
    for key in ("procurement_method", "selection_reason", *gone):
        item[list(NINE).index(key)] = None

    assert rows_of(one(page(item, line(number=2)))[0]) == [3, 4]


FOOT = [
    [[None, "ผู้จัดทำ ......................"]],
    [[None, "ลงชื่อ ................ ผู้จัดทำ", None, None, None, "ลงชื่อ ............. ผู้ตรวจสอบ"]],
    [[None, "(นายสมมติ ตัวอย่าง)", None, None, None, "(นางสมมติ ทดลอง)"]],
    [[None, "ตำแหน่ง นักวิชาการพัสดุ", None, None, None, "ตำแหน่ง ผู้อำนวยการกองคลัง"]],
    [["หมายเหตุ: ราคารวมภาษีมูลค่าเพิ่มแล้ว"]],
    [[None, None, None, None, None, "วันที่ 5 พฤศจิกายน 2567"]],
    [["หน้า 1"], [None, "หน้าที่ 2"]],
    [
        [None, "ผู้จัดทำ .........", None, None, None, "ผู้ตรวจสอบ ........."],
        [None, "(นายสมมติ ตัวอย่าง)", None, None, None, "(นางสมมติ ทดลอง)"],
        [None, "นักวิชาการพัสดุ", None, None, None, "ผู้อำนวยการกองคลัง"],
    ],
    [
        [None, "ผู้จัดทำ ....", None, "ผู้ตรวจสอบ ....", None, "ผู้รับรอง ....", None, "ผู้รายงาน ...."],
    ],
    [
        [None, "ผู้จัดทำ ....", None, None, None, None, None, None, "ผู้ตรวจสอบ ...."],
        [None, "วันที่ 5 พ.ย. 67", None, None, None, None, None, None, "วันที่ 5/11/2567"],
    ],
    [
        [None, "ผู้จัดทำ ...."],
        [None, "นายสมมติ ตัวอย่าง", None, None, None, "โทร. 075-123456"],
    ],
    [
        [None, "(ลงชื่อ)", None, None, None, "(ลงชื่อ)"],
        [None, "เจ้าพนักงานพัสดุ", None, None, "หัวหน้าเจ้าหน้าที่"],
    ],
]


@pytest.mark.parametrize("foot", FOOT, ids=lambda foot: str(foot[-1][-1]))
def test_the_lines_to_sign_below_are_no_purchase(foot: list[list[Value]]) -> None:
    table, findings = one(page(line(), [], *foot))

    assert rows_of(table) == [3]
    assert {rule for rule, _ in findings} <= {"cell-in-table"}


def test_a_prepared_form_may_have_numbers_without_items() -> None:
    table, findings = one(page(line(), *([n] for n in range(2, 20)), line(number=2)))

    assert (rows_of(table), findings) == ([3, 22], [])


def test_a_text_alone_between_items_may_be_a_torn_row() -> None:
    table, findings = one(page(line(), [None, "(ต่อ) พร้อมติดตั้ง"], line(number=2)))

    assert rows_of(table) == [3, 5]
    assert findings == [("row-is-whole", "B4")]


def test_a_text_alone_below_the_items_is_told_and_blocks_nothing() -> None:
    table, findings = one(page(line(), [], [None, "ข้อมูลจากกองช่าง"]))

    assert (rows_of(table), findings) == ([3], [("cell-in-table", "B5")])


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("title", "งานซ่อมแซมถนนภายในหมู่ที่ 3"),
        ("title", "ภายในเขตเทศบาลเมืองตัวอย่าง"),
        ("title", "กองช่าง ระยะที่ 2"),
        ("title", "น้ำมันเชื้อเพลิงและหล่อลื่น ประจำเดือนตุลาคม 2567"),
    ],
)
def test_a_torn_part_of_an_item_is_never_dropped_in_silence(key: str, text: str) -> None:
    """Words that are ordinary above the header are somebody's row below it."""
    alone: list[Value] = [text if each == key else None for each in NINE]
    table, findings = one(page(line(), alone, line(number=2)))

    assert rows_of(table) == [3, 5]
    assert findings == [("row-is-whole", address(4, list(NINE).index(key) + 1))]


def beside(**typed: Value) -> list[Value]:
    """A row that holds nothing but these cells of the nine columns."""
    return [typed.get(key) for key in NINE]


OFFER = "สำนักพิมพ์ตัวอย่าง / 950.00 บาท"


@pytest.mark.parametrize("merged", [True, False])
def test_a_row_for_each_bidder_is_one_item(merged: bool) -> None:  # noqa: FBT001
    rows = [line(), beside(bids=OFFER), beside(bids="ร้านที่สาม / 980 บาท"), line(number=2)]
    sheet = page(*rows)
    tall = tuple(Merge(3, column, 5, column) for column in (1, 2, 3, 4, 5, 7, 8, 9))
    (cleaned,), findings = read_page(replace(sheet, merges=tall) if merged else sheet)

    first, second = cleaned.rows
    assert [bid.bidder for bid in first.bids] == ["ร้านตัวอย่าง", "สำนักพิมพ์ตัวอย่าง", "ร้านที่สาม"]
    assert [bid.amount for bid in first.bids] == [90_025, 95_000, 98_000]
    assert (first.source.row, second.source.row, len(second.bids)) == (3, 6, 1)
    assert findings == []


@pytest.mark.parametrize(
    "row",
    [
        {"title": "ค่าใช้จ่ายไตรมาสก่อน", "budget": 5000},  # a total under another name
        {"title": "ค่าใช้จ่ายเดือนก่อน", "budget": 5000, "reference_price": 1, "award": "4,800.50"},
        {"budget": 2000, "reference_price": 1901, "award": 1800.5},  # a total without a name
        {"number": 2, "title": "รายการของกองช่าง"},  # the head of a section
        {"number": 2, "title": "ยกเลิก"},
        {"title": "นาย ก", "bids": "นาย ข", "award": "นาย ค", "contract": "นาย ง"},  # who signs
        {"title": "(ต่อ)", "bids": "ร้าน ข / 950.00 บาท"},  # of an item on the page before
    ],
    ids=lambda row: " ".join(map(str, row.values())),
)
@pytest.mark.parametrize("last", [True, False])
def test_a_row_without_proof_of_a_purchase_is_never_published_as_one(
    row: dict[str, Value],
    last: bool,  # noqa: FBT001
) -> None:
    """A total, a section or a signature would stand in the open data as a purchase."""
    table, findings = one(page(line(), [], beside(**row), *([] if last else [line(number=3)])))

    assert rows_of(table) == [3] if last else [3, 6]
    assert {rule for rule, _ in findings} == {"row-is-whole"}
    assert [cell for _, cell in findings] == [
        address(5, at) for at, key in enumerate(NINE, start=1) if key in row
    ]


@pytest.mark.parametrize(
    "row",
    [
        {"title": "ยอดยกมา", "budget": 5000},
        {"title": "รวมยอดยกไป", "budget": 5000, "award": "4,800.50"},
        {"number": "รวมงานจ้าง", "budget": 5000},
        {"title": "รวมจัดซื้อ 2 สัญญา", "budget": 5000},
        {"title": "ยอดรวมเดือนตุลาคม 2567", "budget": 5000},
        {"number": "งานจัดซื้อ"},
        {"number": 1, "title": "งานจัดจ้าง"},
        {"number": "2.", "title": "วิธีเฉพาะเจาะจง"},
        {"title": "ประเภทงานจ้าง"},
        {"contract": "แบบ สขร. 1"},
        {"number": "-2-"},
    ],
    ids=lambda row: " ".join(map(str, row.values())),
)
def test_carried_sums_heads_of_sections_and_page_marks_are_left_out(row: dict[str, Value]) -> None:
    table, findings = one(page(line(), beside(**row), line(number=2)))

    assert (rows_of(table), findings) == ([3, 5], [])


@pytest.mark.parametrize(
    "text",
    ["วัสดุสำนักงานและซื้อ", "หรือจ้าง", "โดยวิธีเฉพาะเจาะจง", "จ้าง", "ซื้อวัสดุ", "วิธีเฉพาะเจาะจง"],
)
def test_the_end_of_a_title_is_no_head_of_a_section(text: str) -> None:
    assert one(page(line(), beside(title=text), line(number=2)))[1] == [("row-is-whole", "B4")]


@pytest.mark.parametrize("text", ["ข้อมูล ณ วันที่ 31 ตุลาคม 2567", "โทร. 075-123456", "ติดต่อ ชั้น 2"])
def test_a_remark_under_the_bidders_is_no_bidder(text: str) -> None:
    (cleaned,), findings = read_page(page(line(), beside(bids=text)))

    assert [bid.bidder for bid in cleaned.rows[0].bids] == ["ร้านตัวอย่าง"]
    assert {f.rule for f in findings} <= {"row-is-whole"}


def test_a_row_that_only_goes_on_is_joined_and_told() -> None:
    rows = [line(contract="15/2568", award="ร้านตัวอย่าง", bids="ร้านตัวอย่าง")]
    rows += [
        beside(bids="900.25 บาท", award="900.25 บาท", contract="ลว. 3 ต.ค. 67"),
        line(number=2),
    ]
    (cleaned,), findings = read_page(page(*rows))

    assert replace(cleaned.rows[0], written={}) == replace(STATED, written={})
    assert [(f.rule, f.severity, f.cell) for f in findings] == [("row-continued", "note", "F4")]


@pytest.mark.parametrize("under", [beside(bids="จำกัด"), beside(award="พัสดุ", bids="เจ้าหน้าที่")])
def test_names_right_under_the_last_item_are_nobody_s_guess(under: list[Value]) -> None:
    """The end of a name, or the first line of the signatures."""
    assert {rule for rule, _ in one(page(line(), under))[1]} == {"row-is-whole"}


def test_what_is_struck_through_goes_back() -> None:
    sheet = page(line(), line(number=2), line(number=3))
    cells = {
        at: replace(cell, struck="whole" if at[0] == 4 else "partly" if at == (5, 3) else "")
        for at, cell in sheet.cells.items()
    }
    assert one(replace(sheet, cells=cells))[1] == [("row-struck", "A4"), ("cell-struck", "C5")]


def test_what_is_hidden_is_read_and_told() -> None:
    hidden = Hidden(sheet=True, rows=frozenset({3, 4, 5, 9}), columns=frozenset({2}))
    (table,), (finding,) = recognise([replace(page(line(), line(number=2)), hidden=hidden)], OURS)

    assert rows_of(table) == [3, 4]
    assert (finding.rule, finding.severity) == ("hidden-is-read", "note")
    assert "(ทั้งแผ่นงาน แถว 3–5, 9 คอลัมน์ B)" in finding.message


@pytest.mark.parametrize(
    ("key", "damaged"),
    [
        ("contract", "เลขที่และวนั ทีข่ องสญั ญาหรือขอ้ ตกลงในการซือ้ หรอื จา้ ง"),
        ("contract", "เลขทและวนทของสญญาหรอขอตกลงในการซอหรอจาง"),
        ("title", "งานทจดซอหรอจดจาง"),
        ("number", "ลาดบท"),
    ],
)
def test_a_heading_without_its_marks_is_read_and_told(key: str, damaged: str) -> None:
    heads = {**NINE, key: damaged}
    table, findings = one(page(line(heads), heads=heads))

    assert rows_of(table) == [3]
    assert findings == [("heading-read-as", address(2, list(NINE).index(key) + 1))]


@pytest.mark.parametrize(
    ("key", "spelt"),
    [
        ("title", "งานที่จัดซื้อ/จ้าง"),
        ("title", "งานจัดซื้อ / จัดจ้าง"),
        ("budget", "วงเงินที่จะจัดซื้อ\nจัดจ้าง (บาท)"),
        ("procurement_method", "วิธีการซื้อหรือจ้าง"),
        ("bids", "รายชื่อผู้เสนอราคา/ราคาที่เสนอ"),
        ("award", "ผู้ได้รับการคัดเลือก/ราคาที่ตกลงซื้อ/จ้าง"),
        ("selection_reason", "เหตุผลในการคัดเลือก"),
        ("contract", "เลขที่/วันที่ของสัญญา/ข้อตกลงในการซื้อ/จ้าง"),
    ],
)
def test_idle_words_in_a_heading_make_no_other_heading(key: str, spelt: str) -> None:
    heads = {**NINE, key: spelt}
    table, findings = one(page(line(heads), heads=heads))

    assert (rows_of(table), findings) == ([3], [])


def test_prices_and_names_may_be_called_so_under_both_headings() -> None:
    """«รายชื่อ» and «ราคา» twice, under bidders and under the winner."""
    above, below = dict(TWELVE), dict.fromkeys(TWELVE)
    above["bidder"], above["bid"] = NINE["bids"], ""
    above["supplier"], above["agreed_price"] = NINE["award"], ""
    lines: list[Sequence[Value]] = [
        [TITLE],
        [text or None for text in above.values()],
        [
            {"bidder": "รายชื่อ", "bid": "ราคา", "supplier": "รายชื่อ", "agreed_price": "ราคา"}.get(
                key
            )
            for key in below
        ],
        line(TWELVE),
    ]
    table, findings = one(paper(lines, merges=[Merge(2, 6, 2, 7), Merge(2, 8, 2, 9)]))

    assert (table.layout.id, rows_of(table), findings) == ("twelve-columns", [4], [])


def test_a_heading_nearly_known_is_proposed() -> None:
    (finding,) = recognise([page(line(), heads={**NINE, "budget": "วงเงินที่จะซื้อหรือจ้างง"})], OURS)[1]

    assert (finding.rule, finding.severity) == ("columns-complete", "fix")
    assert "(คล้าย «วงเงินที่จะซื้อหรือจ้าง»)" in finding.message


def test_flat_lines_say_themselves_whose_month_they_are() -> None:
    heads = ["ชื่อหน่วยงาน", "ปี", "เดือน", *list(HEADS["eleven-columns"].values())[1:]]
    rest = line(HEADS["eleven-columns"])[1:]
    rows = [
        ["เทศบาลเมืองตัวอย่าง", year, month, *rest]
        for year, month in ((2567, "ตุลาคม"), ("๒๕๖๗", "พ.ย."), (2567, 10), (2567, "สิบ"))
    ]
    tables, findings = recognise([paper([heads, *rows])], OURS)

    found = {str(table.month): rows_of(table) for table in tables}
    assert found == {"2567-10": [2, 4], "2567-11": [3], "None": [5]}
    assert [(f.rule, f.cell) for f in findings] == [("line-has-month", "C5")]


OTHERS = [
    pytest.param([each for column in table.columns for each in column.spellings], id=table.id)
    for table in OTHER_TABLES
]


@pytest.mark.parametrize("heads", OTHERS)
def test_another_table_is_called_by_its_name(heads: list[str]) -> None:
    other = paper([["รายงาน"], heads, ["ก"] * len(heads)], name="อื่น")

    assert told(other) == [("table-is-the-form", "อื่น", "")]
    assert told(other, page(line())) == [("sheet-is-another-table", "อื่น", "")]


def test_a_sheet_of_items_without_a_header_is_no_cover() -> None:
    assert told(page(line()), paper([line(), line(number=2)], name="ต่อ")) == [
        ("table-found", "ต่อ", "")
    ]


def test_the_second_half_of_a_column_needs_no_heading() -> None:
    sheet = paper([[TITLE], list(NINE.values()), [*line(contract="15/2568"), date(2024, 10, 3)]])
    (cleaned,), findings = read_page(sheet)

    assert (cleaned.rows[0].contract_number, cleaned.rows[0].contract_date) == (
        "15/2568",
        date(2024, 10, 3),
    )
    assert findings == []


def test_a_remark_without_a_heading_beside_a_whole_cell_is_told_and_not_read() -> None:
    """Right of the last column offices note payments; the contract is not theirs to break."""
    sheet = paper([[TITLE], list(NINE.values()), [*line(), "จ่ายแล้ว 5 พ.ย. 67"], line(number=2)])
    (cleaned,), findings = read_page(sheet)

    assert replace(cleaned.rows[0], written={}) == replace(STATED, written={})
    assert [(f.rule, f.severity, f.cell) for f in findings] == [("heading-known", "note", "J3")]


def test_a_text_in_the_column_of_numbers_is_not_dropped_in_silence() -> None:
    assert one(page(line(), ["รายการที่ 2 ยกเลิกแล้ว"], line(number=2)))[1] == [("row-is-whole", "A4")]


def test_lines_above_the_header_are_left_out_by_name_or_told() -> None:
    above: list[Sequence[Value]] = [
        [None, None, "แบบ สขร.๑"],
        [TITLE],
        ["เทศบาลเมืองตัวอย่าง อำเภอตัวอย่าง"],
        [MADE],
        ["กองคลัง", None, None, "หน่วย : บาท"],
        ["ฉบับร่าง"],
    ]
    table, findings = one(paper([*above, list(NINE.values()), line()]))

    assert (table.month, rows_of(table)) == (OCTOBER, [8])
    assert findings == [("cell-in-table", "A6")]


def test_the_name_of_another_office_is_told() -> None:
    other = ["องค์การบริหารส่วนตำบลอื่น"]
    _, findings = one(paper([[TITLE], other, list(NINE.values()), line()]))
    _, former = one(paper([[TITLE], [OURS[1]], list(NINE.values()), line()]))

    assert findings == [("organisation-is-ours", "A2")]
    assert former == []


# ---- columns that nobody knows


def test_an_unknown_column_is_told_by_its_name_and_the_rest_is_read() -> None:
    heads = {**NINE, "x": "ผู้ควบคุมงาน"}
    rows = [[*line(), "นายสมมติ"], [*line(number=2), None], [*line(number=3), "นางสมมติ"]]
    tables, findings = recognise([page(*rows, heads=heads)], OURS)

    (finding,) = findings
    assert rows_of(tables[0]) == [3, 4, 5]
    assert (finding.rule, finding.severity, finding.cell, finding.value, finding.month) == (
        *("heading-known", "note", "J2", "ผู้ควบคุมงาน", OCTOBER),
    )
    assert finding.message.startswith("ไม่รู้จักหัวคอลัมน์ «ผู้ควบคุมงาน» ข้อมูล 2 ช่อง")


def test_a_column_without_a_heading_is_told_too() -> None:
    assert one(page([*line(), None, "ดูเอกสารแนบ"]))[1] == [("heading-known", "K3")]


@pytest.mark.parametrize("name", IGNORED_HEADINGS)
def test_a_column_that_is_left_out_by_name_is_not_told(name: str) -> None:
    assert one(page([*line(), "x"], heads={**NINE, "x": f" {name}"}))[1] == []


def test_the_same_heading_twice_is_told_and_read_once() -> None:
    heads = {**NINE, "x": NINE["budget"]}
    (cleaned,), findings = read_page(page([*line(), 777], heads=heads))

    assert cleaned.rows[0].budget == 100_000
    assert [(f.rule, f.cell) for f in findings] == [("heading-known", "J2")]


@pytest.mark.parametrize("key", [key for key in NINE if key != "number"])
def test_a_column_that_is_missing_is_named(key: str) -> None:
    heads = {each: text for each, text in NINE.items() if each != key}
    tables, findings = recognise([page(line(heads), heads=heads)], OURS)

    (finding,) = findings
    assert tables == []
    assert (finding.rule, finding.severity, finding.cell) == ("columns-complete", "fix", "A2")
    assert f"ขาดคอลัมน์ «{NINE[key]}»" in finding.message


def test_a_misspelt_heading_is_shown_beside_the_one_that_is_missing() -> None:
    heads = {**NINE, "reference_price": "ราคาประเมิน"}
    (finding,) = recognise([page(line(), heads=heads)], OURS)[1]

    assert "ขาดคอลัมน์ «ราคากลาง» (พบหัวที่ไม่รู้จัก «ราคาประเมิน»)" in finding.message


QUARTERLY = [
    *("ลำดับที่", "เลขประจำตัวผู้เสียภาษี", "ชื่อผู้ประกอบการ", "รายการพัสดุที่จัดซื้อจัดจ้าง"),
    *("จำนวนเงินรวมที่จัดซื้อจัดจ้าง", "เอกสารอ้างอิง", "เหตุผลสนับสนุน"),
]
ITA = [
    *("ที่", "ปีงบประมาณ", "ชื่อหน่วยงาน", "อำเภอ", "จังหวัด", "กระทรวง", "ประเภทหน่วยงาน"),
    *("ชื่อรายการของงานที่ซื้อหรือจ้าง", "วงเงินงบประมาณที่ได้รับจัดสรร (บาท)", "แหล่งที่มาของงบประมาณ"),
    *("สถานะการจัดซื้อจัดจ้าง", "วิธีการจัดซื้อจัดจ้าง", "ราคากลาง (บาท)", "ราคาที่ตกลงซื้อหรือจ้าง (บาท)"),
    *("รายชื่อผู้ประกอบการที่ได้รับการคัดเลือก", "เลขที่โครงการในระบบ e-GP"),
]


@pytest.mark.parametrize("heads", [QUARTERLY, ITA], ids=["quarterly winners", "ITA"])
def test_another_table_of_the_office_is_sent_back_whole(heads: list[str]) -> None:
    tables, findings = recognise([paper([[TITLE], heads, ["1"] * len(heads)])], OURS)

    assert tables == []
    assert [f.severity for f in findings] == ["fix"]


# ---- the month


@pytest.mark.parametrize(
    ("title", "name", "file"),
    [
        (TITLE, "Sheet1", "แบบ.xlsx"),
        ("แบบสรุปผลการดำเนินการจัดซื้อจัดจ้างในรอบเดือน ตุลาคม พ.ศ. ๒๕๖๗", "Sheet1", "แบบ.xlsx"),
        ("สรุปผลรายเดือน ประจำเดือน ต.ค. 67", "Sheet1", "แบบ.xlsx"),
        ("สรุปผลการจัดหาพัสดุในแต่ละรอบเดือน ประจำเดือนตุลาคม 2567", "สขร.1", "แบบ.xlsx"),
        ("สรุปผลการจัดซื้อจัดจ้าง", "ตุลาคม 2567", "แบบ.xlsx"),
        ("สรุปผลการจัดซื้อจัดจ้าง", "ต.ค.67", "แบบ.xlsx"),
        ("สรุปผลการจัดซื้อจัดจ้าง", "สขร.1 ตค67", "แบบ.xlsx"),
        ("สรุปผลการจัดซื้อจัดจ้าง", "เดือนต.ค.67", "แบบ.xlsx"),
        ("สรุปผลการจัดซื้อจัดจ้าง", "Sheet1", "สขร.1 ตุลาคม 2567.xlsx"),
        ("สรุปผลการจัดซื้อจัดจ้าง", "Sheet1", "กองช่าง/สขร 1_ตุลาคม_2567 (2).xlsx"),
        ("สรุปผลการจัดซื้อจัดจ้าง", "Sheet1", "2567-10.xlsx"),
        ("สรุปผลในรอบเดือนตุลาคม", "Sheet1", "สขร.1 ต.ค. 2567.xlsx"),
        ("สรุปผลในรอบเดือนตุลาคม", "ปี 2567", "ต.ค.67.xlsx"),
        (TITLE, "ต.ค.67", "สขร.1 ตุลาคม 2567.xlsx"),
        (TITLE, "ต.ค.", "ตุลาคม.xlsx"),
        (TITLE, "Sheet1", "ไตรมาส 1 ตุลาคม-ธันวาคม 2567.xlsx"),
        (TITLE, "Sheet1", "ตุลาคม 12 รายการ.xlsx"),
        ("ในรอบเดือน ตุลาคม ปี พ.ศ. 2567", "Sheet1", "แบบ.xlsx"),
    ],
)
def test_the_month_is_stated_by_title_sheet_or_file(title: str, name: str, file: str) -> None:
    table, findings = one(page(line(), title=title, name=name, file=file))

    assert (table.month, findings) == (OCTOBER, [])


@pytest.mark.parametrize(
    ("title", "name", "file", "cell"),
    [
        (TITLE, "พ.ย.67", "แบบ.xlsx", "A1"),
        (TITLE, "Sheet1", "สขร.1 พฤศจิกายน 2567.xlsx", "A1"),
        (TITLE, "Sheet1", "สขร.1 ตุลาคม 2568.xlsx", "A1"),
        (TITLE, "พ.ย.", "แบบ.xlsx", "A1"),
        ("สรุปผลการจัดซื้อจัดจ้าง", "ต.ค.67", "พ.ย.67.xlsx", ""),
        ("ในรอบเดือน ตุลาคม - ธันวาคม 2567", "Sheet1", "แบบ.xlsx", "A1"),
        # A title may name the month without the word for it: it is not overheard.
        ("สรุปผลการดำเนินการจัดซื้อจัดจ้าง ตุลาคม 2567", "Sheet1", "พฤศจิกายน 2567.xlsx", "A1"),
    ],
)
def test_two_months_are_nobodys_guess(title: str, name: str, file: str, cell: str) -> None:
    sheet = page(line(), title=title, name=name, file=file)

    table, findings = one(sheet)

    assert table.month is None
    assert findings == [("month-stated-once", cell)]


@pytest.mark.parametrize("year", [2401, 2450, 2499, 2600, 2659])
def test_a_year_that_is_a_slip_of_the_finger_is_asked_about(year: int) -> None:
    """It comes through the child and its JSON as any other finding does."""
    sheet = page(line(), title=TITLE.replace("2567", str(year)))
    tables, findings = recognise([sheet], OURS)
    examined = Examined((), tuple(findings))

    assert [table.month for table in tables] == [None]
    assert [finding.severity for finding in findings] == ["fix"]
    assert str(year) in findings[0].message
    assert Examined.of(examined.lines()) == examined


def test_a_conflict_says_what_was_seen_where() -> None:
    (finding,) = recognise([page(line(), name="พ.ย.67", file="ธันวาคม 2567.xlsx")], OURS)[1]

    for words in ("ตุลาคม 2567", "พฤศจิกายน 2567", "ธันวาคม 2567", "A1", "ชื่อแผ่นงาน", "ชื่อไฟล์"):
        assert words in finding.message
    assert finding.value == TITLE


@pytest.mark.parametrize(
    ("title", "name", "file"),
    [
        ("สรุปผลการจัดซื้อจัดจ้าง", "Sheet1", "แบบ.xlsx"),
        ("สรุปผลในรอบเดือนตุลาคม", "Sheet1", "แบบ.xlsx"),
        ("สรุปผล ปีงบประมาณ พ.ศ. 2568", "Sheet1", "ปีงบประมาณ 2568.xlsx"),
        ("สรุปผลการจัดซื้อจัดจ้าง", "Sheet1", "ตุลาคม-ธันวาคม 2567.xlsx"),
    ],
)
def test_silence_is_asked_about(title: str, name: str, file: str) -> None:
    table, findings = one(page(line(), title=title, name=name, file=file))

    assert (table.month, findings) == (None, [("month-stated", "")])


MADE_LINES = [
    MADE,
    "วันที่ 5 เดือน พฤศจิกายน พ.ศ. 2567",
    "ณ วันที่ 5 เดือน พฤศจิกายน 2567",
    "ข้อมูล ณ วันที่ 5 พฤศจิกายน 2567",
    "วันที่ ........ เดือน พฤศจิกายน พ.ศ. 2567",
    "วันที่ …… เดือน พฤศจิกายน พ.ศ. 2567",
    "วันที่          เดือน  พฤศจิกายน  พ.ศ. 2567",
    "วันที่ - เดือน พฤศจิกายน 2567",
]


@pytest.mark.parametrize("made", MADE_LINES)
def test_the_day_on_which_the_summary_was_made_is_never_the_month(made: str) -> None:
    said = paper([[TITLE], [made], list(NINE.values()), line()])
    silent = paper([["สรุปผลการจัดซื้อจัดจ้าง"], [made], list(NINE.values()), line()])

    assert one(said)[0].month == OCTOBER
    assert one(silent)[0].month is None


@pytest.mark.parametrize("made", MADE_LINES)
def test_month_and_day_made_may_stand_in_one_cell(made: str) -> None:
    """The title block typed into one merged cell, a line each."""
    block = f"แบบ สขร.1\n{TITLE}\n{OURS[0]}\n{made}"
    table, findings = one(paper([[block], list(NINE.values()), line()]))

    assert (table.month, findings) == (OCTOBER, [])


NOVEMBER = TITLE.replace("ตุลาคม", "พฤศจิกายน")


def test_a_second_month_below_the_first_is_a_table_of_its_own() -> None:
    """A year typed down one sheet: the title of the next month stands under the items."""
    rows = [line(number=n) for n in range(1, 31)]
    sheet = page(*rows, [], [NOVEMBER], list(NINE.values()), line(number=31), name="ต.ค.67")

    (first, second), findings = recognise([sheet], OURS)

    assert (first.month, rows_of(first)) == (OCTOBER, [*range(3, 33)])
    assert (second.month, rows_of(second)) == (Month(2567, 11), [36])
    assert findings == []


@pytest.mark.parametrize(
    "title",
    [
        ["เดือน พฤศจิกายน 2567"],
        ["พฤศจิกายน ๒๕๖๗"],
        ["ประจำเดือน พ.ย. 67", None, "หน่วย : บาท"],
        [None, "(ในรอบเดือนพฤศจิกายน พ.ศ. 2567)"],
    ],
)
def test_a_title_that_only_names_a_month_begins_that_month(title: list[Value]) -> None:
    """Else the purchases of November would be published under October."""
    signed: list[Value] = [None, "ลงชื่อ ........ ผู้จัดทำ"]
    below: list[Sequence[Value]] = [title, list(NINE.values()), line(number=2)]
    tables, findings = recognise([page(line(), [], signed, [], *below)], OURS)

    assert {str(table.month): rows_of(table) for table in tables} == {
        "2567-10": [3],
        "2567-11": [9],
    }
    assert {finding.rule for finding in findings} <= {"cell-in-table"}


def test_months_as_heads_of_sections_are_nobody_s_guess() -> None:
    october: list[Value] = ["เดือนตุลาคม 2567"]
    november: list[Value] = ["เดือนพฤศจิกายน 2567"]
    rows = [october, line(), november, line(number=2)]
    (table,), findings = recognise([page(*rows, title="สรุปผลการจัดซื้อจัดจ้าง ไตรมาสที่ 1")], OURS)

    assert table.month is None
    assert [f.rule for f in findings] == ["month-stated-once"]


@pytest.mark.parametrize(
    "titles",
    [
        ["สรุปผลการดำเนินการจัดซื้อจัดจ้างในรอบเดือน", "ตุลาคม 2567"],
        ["สรุปผลการดำเนินการจัดซื้อจัดจ้าง", "เดือน ต.ค. ๖๗"],
        ["สรุปผลการดำเนินการจัดซื้อจัดจ้างในรอบเดือน....ตุลาคม....พ.ศ.....2567...."],
        ["สรุปผลการดำเนินการจัดซื้อจัดจ้างในรอบเดือน ตุลาคม พุทธศักราช 2567"],
    ],
)
def test_a_month_on_its_own_line_or_among_dots_is_stated(titles: list[str]) -> None:
    sheet = paper([*([text] for text in titles), list(NINE.values()), line()])

    assert (one(sheet)[0].month, one(sheet)[1]) == (OCTOBER, [])


def test_a_second_month_without_a_header_of_its_own_is_nobody_s_guess() -> None:
    table, findings = one(page(line(), [], [NOVEMBER], line(number=2)))

    assert table.month is None
    assert [rule for rule, _ in findings] == ["month-stated-once"]


def test_a_second_table_of_the_month_may_have_other_columns() -> None:
    """Purchases above, hired work below, each as its own section keeps it."""
    below: list[Sequence[Value]] = [["งานจ้าง"], list(TWELVE.values()), line(TWELVE, number=2)]
    (first, second), findings = recognise([page(line(), [], *below)], OURS)

    assert (first.month, rows_of(first)) == (OCTOBER, [3])
    assert (second.month, second.layout.id, rows_of(second)) == (OCTOBER, "twelve-columns", [7])
    assert findings == []  # «งานจ้าง» is the head of a section


def test_two_tables_side_by_side_go_back() -> None:
    heads = [*NINE.values(), None, *NINE.values()]
    sheet = paper([[TITLE], heads, [*line(), None, *line(number=2)]])

    assert one(sheet)[1] == [("tables-apart", "K2")]


def test_an_earlier_header_is_not_overruled_by_a_fuller_one_below() -> None:
    heads = HEADS["eleven-columns"]
    below: list[Sequence[Value]] = [list(TWELVE.values()), line(TWELVE, number=2)]
    (first, second), findings = recognise([page(line(heads), [], *below, heads=heads)], OURS)

    assert (rows_of(first), rows_of(second)) == ([3], [6])
    assert findings == []


@pytest.mark.parametrize(
    ("words", "month"),
    [
        ("เดือนตุลาคม ปีงบประมาณ พ.ศ. 2568", "2567-10"),
        ("เดือนกันยายน ปีงบประมาณ ๒๕๖๘", "2568-09"),
        ("เดือนตุลาคม 2567 ปีงบประมาณ 2568", "2567-10"),
    ],
)
def test_a_month_with_its_fiscal_year_is_stated(words: str, month: str) -> None:
    title = f"สรุปผลการดำเนินการจัดซื้อจัดจ้างในรอบ{words}"
    table, findings = one(page(line(), title=title))

    assert (str(table.month), findings) == (month, [])


# ---- several sheets


def test_each_sheet_speaks_for_its_own_month() -> None:
    titles = [TITLE, TITLE.replace("ตุลาคม", "พฤศจิกายน")]
    sheets = [page(line(), title=title, name=f"S{n}") for n, title in enumerate(titles)]
    tables, findings = recognise(sheets, OURS)

    assert [(table.sheet, str(table.month)) for table in tables] == [
        ("S0", "2567-10"),
        ("S1", "2567-11"),
    ]
    assert findings == []


def test_two_sheets_for_one_month_are_both_told() -> None:
    sheets = [page(line(), name="ต.ค.67"), page(line(), name="ต.ค.67 (2)")]
    tables, findings = recognise(sheets, OURS)

    assert len(tables) == 2
    assert [(f.rule, f.severity, f.sheet, f.month) for f in findings] == [
        ("month-in-one-sheet", "fix", "ต.ค.67", OCTOBER),
        ("month-in-one-sheet", "fix", "ต.ค.67 (2)", OCTOBER),
    ]
    assert "«ต.ค.67», «ต.ค.67 (2)»" in findings[0].message


def test_an_empty_sheet_beside_a_filled_one_of_the_same_month_is_only_told() -> None:
    tables, findings = recognise([page(line()), page(name="ต.ค.67")], OURS)

    assert [table.sheet for table in tables] == ["Sheet1"]
    assert [(f.rule, f.sheet) for f in findings] == [("sheet-still-empty", "ต.ค.67")]


def test_months_that_are_prepared_but_empty_are_no_news() -> None:
    november = page(title=TITLE.replace("ตุลาคม", "พฤศจิกายน"), name="พ.ย.67")
    tables, findings = recognise([page(line()), november], OURS)

    assert [str(table.month) for table in tables] == ["2567-10"]
    assert [(f.rule, f.severity, str(f.month)) for f in findings] == [
        ("sheet-still-empty", "note", "2567-11")
    ]


def test_a_workbook_of_empty_tables_is_sent_back() -> None:
    tables, findings = recognise([page(), page(name="พ.ย.67", title="สรุปผลการจัดซื้อจัดจ้าง")], OURS)

    assert tables == []
    assert [(f.rule, f.severity) for f in findings] == [("rows-present", "fix")] * 2


def test_empty_sheets_are_nothing() -> None:
    empty = [paper([], name="Sheet2"), paper([], name="Sheet3")]
    alone = recognise(empty, OURS)[1]

    assert one(page(line()), *empty)[1] == []
    assert [(f.rule, f.severity) for f in alone] == [("table-found", "fix")]
    assert [f.rule for f in recognise([], OURS)[1]] == ["table-found"]


COVERS: list[list[Sequence[Value]]] = [
    [["บันทึกข้อความ"], ["ส่วนราชการ กองคลัง"]],
    [["รายชื่อผู้ขาย"], ["ร้าน ก", "0812345678"]],
]


@pytest.mark.parametrize("cover", COVERS, ids=["memo", "list"])
def test_a_cover_beside_a_good_sheet_is_only_told(cover: list[Sequence[Value]]) -> None:
    tables, findings = recognise([paper(cover, name="ปก"), page(line())], OURS)

    assert [table.sheet for table in tables] == ["Sheet1"]
    assert [(f.rule, f.severity, f.sheet) for f in findings] == [
        ("sheet-is-a-table", "note", "ปก")
    ]


def test_a_cover_that_names_the_month_of_a_good_sheet_is_only_told() -> None:
    cover = paper([["สรุปผลการจัดซื้อจัดจ้าง ประจำเดือนตุลาคม 2567"]], name="ปก")
    tables, findings = recognise([cover, page(line())], OURS)

    assert [table.month for table in tables] == [OCTOBER]
    assert [(f.rule, f.severity, f.sheet) for f in findings] == [
        ("sheet-is-a-table", "note", "ปก")
    ]


def test_a_sheet_that_names_a_month_of_its_own_and_has_no_table_is_sent_back() -> None:
    november = paper([["ประจำเดือนพฤศจิกายน 2567"], ["ร้าน ก", 500]], name="พ.ย.67")
    tables, findings = recognise([november, page(line())], OURS)

    assert [table.month for table in tables] == [OCTOBER]
    assert [(f.rule, f.severity, f.sheet, str(f.month)) for f in findings] == [
        ("table-found", "fix", "พ.ย.67", "2567-11")
    ]


# ---- nothing bought

NIL = "ไม่มีการจัดซื้อจัดจ้าง"


@pytest.mark.parametrize(
    "lines",
    [
        [[None, NIL]],
        [[None, f"- {NIL} -"]],
        [[None, "ไม่มีการจัดซื้อ จัดจ้าง"]],
        [[None, f"{NIL} ในเดือนตุลาคม 2567"]],
        [[None, None, None, None, NIL]],
        [[], [], [None, NIL]],
        [[None, NIL], [], [None, "ผู้จัดทำ ........"]],
        [[None, NIL], ["รวม", None, 0, 0]],
        [[NIL]],
        [[1, NIL]],
        [[1, NIL, *["-"] * 7]],
        [["-", NIL, *["-"] * 7]],
        [[None, NIL, 0, 0, "-", "-", "-", "-", "-"]],
        [[NIL, *["-"] * 8]],
    ],
)
def test_a_month_without_a_purchase_is_one_when_finance_says_so(
    lines: list[Sequence[Value]],
) -> None:
    table, findings = one(page(*lines))

    assert (table.month, table.nil, table.lines) == (OCTOBER, True, ())
    assert findings == []


@pytest.mark.parametrize(
    "words",
    [
        *("ไม่มีรายการจัดซื้อจัดจ้าง", "ไม่มีการจัดซื้อ/จัดจ้าง", "ไม่มีการจัดซื้อหรือจัดจ้าง"),
        *("ไม่มีการซื้อหรือจ้าง", "ไม่มีรายการ", "- ไม่มี -"),
    ],
)
def test_nothing_bought_in_other_words_is_never_a_purchase(words: str) -> None:
    """Read as nothing bought or asked about; a purchase called so would be an invention."""
    typed: list[list[Value]] = [[1, words, *["-"] * 7], [None, words], [None, words, 0, 0]]
    for cells in typed:
        cleaned, findings = read_page(page(cells))
        nil = [part.table.nil for part in cleaned]
        assert nil == [True] or "fix" in {finding.severity for finding in findings}


def test_nothing_bought_merged_over_the_whole_row_is_read() -> None:
    sheet = paper([[TITLE], list(NINE.values()), [NIL]], merges=[Merge(3, 1, 3, 9)])

    assert one(sheet)[0].nil


def test_nothing_bought_beside_a_purchase_is_no_nil() -> None:
    table, findings = one(page(line(), [None, NIL]))

    assert (table.nil, rows_of(table)) == (False, [3])
    assert findings == [("cell-in-table", "B4")]


def test_a_text_beside_nothing_bought_is_told() -> None:
    table, findings = one(page([None, NIL], [None, "ซื้อรถบรรทุกขยะ"]))

    assert (table.nil, findings) == (True, [("cell-in-table", "B4")])


# ---- the right address, whatever surrounds it

EXTRAS = st.lists(
    st.sampled_from([[], ["แบบ สขร.1"], ["กองคลัง"], [MADE], [None, None, "หน่วย : บาท"]]),
    max_size=6,
)
BLANKS = st.lists(st.integers(0, 3), min_size=1, max_size=6)


@STEADY
@given(st.sampled_from([*HEADS]), EXTRAS, BLANKS, st.integers(0, 4), st.data())
def test_a_finding_names_the_very_cell(
    layout: str,
    above: list[list[Value]],
    blanks: list[int],
    left: int,
    data: st.DataObject,
) -> None:
    """Title lines, blank rows, empty columns and a column order of their own surround it."""
    heads = HEADS[layout]
    order = data.draw(st.permutations(list(heads)))
    bad = data.draw(st.integers(0, len(blanks) - 1))
    margin: list[Value] = [None] * left
    lines: list[Sequence[Value]] = [[TITLE], *above, margin + [heads[key] for key in order]]
    wrong = ""
    for number, gap in enumerate(blanks):
        lines += [[]] * gap
        changes: dict[str, Value] = {"budget": "ห้าหมื่น"} if number == bad else {}
        cells = {**GOOD, **changes}
        lines.append(margin + [cells[key] for key in order])
        if number == bad:
            wrong = address(len(lines), left + order.index("budget") + 1)

    _, findings = read_page(paper(lines))

    assert [(f.rule, f.cell, f.value) for f in findings] == [("amount-readable", wrong, "ห้าหมื่น")]


@pytest.mark.parametrize("layout", EXAMPLES)
@pytest.mark.parametrize("pushed", [0, 1, 7])
def test_a_finding_names_the_cell_that_excel_shows(
    tmp_path: Path, layout: str, pushed: int
) -> None:
    """Through the file: merged titles, a merged header and merged items around it."""
    book = example_month(Month(2568, 2), layout, 5)
    name = book.sheets[0].name
    book = insert_rows(book, name, 1, count=pushed) if pushed else book
    row = book.expected[3].source.row
    book = replace_cell(book, name, f"C{row}", "ห้าหมื่น")

    findings = through(tmp_path, book)

    assert [(f.rule, f.file, f.sheet, f.cell, f.value) for f in findings] == [
        ("amount-readable", book.file, name, f"C{row}", "ห้าหมื่น")
    ]


def through(folder: Path, book: Book) -> list[Finding]:
    path = write(book, folder)
    return read_page(*read(path, book.file))[1]


@pytest.mark.parametrize("layout", EXAMPLES)
def test_an_example_is_recognised_whatever_was_done_to_its_sheet(
    tmp_path: Path, layout: str
) -> None:
    book = example_month(Month(2568, 2), layout, 5)
    name = book.sheets[0].name
    moved = move_column(book, name, "C", "E")
    other = example_month(Month(2568, 3), layout, 3)
    other = rename_sheet(other, other.sheets[0].name, "มี.ค.68")
    several = bind("สองเดือน.xlsx", [moved, other])

    path = write(several, tmp_path)
    cleaned, findings = read_page(*read(path, several.file))

    assert findings == []
    assert [r.facts() for part in cleaned for r in part.rows] == [
        r.facts() for r in several.expected
    ]


# ---- nothing is lost

SAID = [
    *("ยกเลิกแล้ว", "ดูเอกสารแนบ", "ต่อจากเดือนก่อน", "ข้อมูลจากกองช่าง", "โทร 0812345678"),
    *("งานซ่อมถนน", "ภายในเขตเทศบาลเมืองตัวอย่าง", "รวมค่าแรง", "สำนักงานใหม่"),
]


def accounted(sheet: Sheet, header: int) -> set[tuple[int, int]]:
    """The cells of an accepted sheet that are in a row's ``written`` or in a finding."""
    cleaned, findings = read_page(sheet)
    rows = [row for part in cleaned for row in part.rows]
    written = [(row.source.row, each.text) for row in rows for each in row.written.values()]
    said = {finding.cell for finding in findings}
    # A note about a column counts the cells below its heading and stands for them.
    columns = {f.cell.rstrip("0123456789") for f in findings if f.rule == "heading-known"}
    return {
        at
        for at, cell in sheet.cells.items()
        if cell.address in said
        or any(row == cell.row and cell.text in text for row, text in written)
        or (cell.row > header and cell.address.rstrip("0123456789") in columns)
    }


@STEADY
@given(
    st.sampled_from([*HEADS]),
    st.dictionaries(
        st.tuples(st.integers(3, 14), st.integers(1, 14)), st.sampled_from(SAID), max_size=4
    ),
)
def test_every_cell_that_somebody_wrote_is_published_or_told(
    layout: str, extra: dict[tuple[int, int], str]
) -> None:
    """Items stand in rows 3, 5, 6 and 9; texts are typed anywhere from row 3 on."""
    heads = HEADS[layout]
    empty: list[list[Value]] = [[None] * 16 for _ in range(12)]
    lines: list[list[Value]] = [[TITLE], list(heads.values()), *empty]
    for number, row in enumerate((3, 5, 6, 9), start=1):
        lines[row - 1][: len(heads)] = line(heads, number=number)
    for (row, column), text in extra.items():
        if lines[row - 1][column - 1] is None:
            lines[row - 1][column - 1] = text
    sheet = paper(lines)
    if any(finding.severity == "fix" for finding in read_page(sheet)[1]):
        return  # it goes back whole

    typed = {at for at in sheet.cells if at[0] > 2}

    assert typed - accounted(sheet, 2) == set()


# Pieces of which titles, names and cells are made; in any order they are still only text.
PIECES = st.sampled_from(
    [
        *(*SAID, *NINE.values(), TITLE, MADE, NIL, "รวม", "ลว.", "วันที่", "เดือน", "พ.ศ.", "ปี"),
        *("เลขที่", "ต.ค.", "ตค.", "กค", "มี ค.", "ตุลาคม", "2567", "67", "๖๗", "1/2568", "/", "-"),
        *("(", ")", ".", "\n", "บาท", "1,000.00", "5", "(1)", "{x}", "ํา", "\u200b", "ร้าน ก"),
        *("บริษัท", "จำกัด", "1.", " "),
    ]
)
TEXT = st.lists(PIECES, max_size=4).map("".join)
CELL: st.SearchStrategy[Value] = st.one_of(
    TEXT,
    st.integers(-10, 10**17),
    st.floats(),
    st.dates(),
    st.booleans(),
    st.builds(Odd, st.sampled_from(["error", "uncalculated"]), TEXT),
)


@STEADY
@given(
    st.dictionaries(st.tuples(st.integers(1, 9), st.integers(1, 11)), CELL, max_size=12),
    TEXT,
    TEXT,
)
def test_no_sheet_is_too_odd_to_be_answered(
    extra: dict[tuple[int, int], Value], name: str, file: str
) -> None:
    lines: list[list[Value]] = [[None] * 11 for _ in range(9)]
    lines[0][0] = TITLE
    lines[2][:WIDE] = NINE.values()
    lines[3][:WIDE] = lines[5][:WIDE] = line()
    for (row, column), value in extra.items():
        lines[row - 1][column - 1] = value
    cleaned, findings = read_page(paper(lines, name=name, file=file))

    assert all(part.table.sheet == name for part in cleaned)
    assert all(finding.message and finding.file == file for finding in findings)


@STEADY
@given(
    st.dictionaries(
        st.tuples(st.integers(1, 4), st.integers(1, 11)), st.sampled_from(SAID[:5]), max_size=4
    )
)
def test_every_text_above_the_table_is_told(extra: dict[tuple[int, int], str]) -> None:
    lines: list[list[Value]] = [[None] * 11 for _ in range(4)]
    lines[0][0] = TITLE
    for (row, column), text in extra.items():
        if (row, column) != (1, 1):
            lines[row - 1][column - 1] = text
    sheet = paper([*lines, list(NINE.values()), line()])

    typed = {at for at in sheet.cells if at[0] < 5 and at != (1, 1)}

    assert typed - accounted(sheet, 5) == set()
