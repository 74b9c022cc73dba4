"""The workbook of a month: the official form, real numbers, everybody's text as it was written."""

import io
import os
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook

from pipeline.examine import examine
from pipeline.formats import csv, json, xlsx
from pipeline.formats.row_heights import lines
from pipeline.guard import Limits
from schemas.examined import Examined
from schemas.manifest import LogHead
from schemas.month import Month
from schemas.procurement import Bid, Procurement, Source
from schemas.summary import HEADINGS, MonthlySummary, Numerals

ROOT = Path(__file__).resolve().parent.parent
SOURCE = Source("ตุลาคม.xlsx", "สขร.๑", 7)
NAME = "sokhoro1-2567-10.xlsx"
TITLE = "สรุปผลการดำเนินการจัดซื้อจัดจ้างในรอบเดือนตุลาคม ๒๕๖๗"
BLANK = [None] * 8
KNOWN = Procurement(
    source=SOURCE,
    number=1,
    title="จ้างเหมาบริการ 12 เดือน (รายที่ ๑)",
    budget=751_982_194,
    reference_price=750_000_000,
    procurement_method="เฉพาะเจาะจง",
    bids=(Bid("ร้าน ก 2", 740_000_000), Bid("ร้าน ๓", None), Bid(None, 5)),
    supplier="ร้าน ก 2",
    agreed_price=740_000_000,
    selection_reason="ราคาต่ำสุดใน 3 ราย",
    contract_number="15/2568",
    contract_date=date(2024, 10, 1),
)
UNKNOWN = Procurement(source=SOURCE)


def summary(
    *rows: Procurement,
    revision: int = 1,
    numerals: Numerals = "thai",
    nil: bool = False,
    superseded: bool = False,
) -> MonthlySummary:
    return MonthlySummary(
        month=Month(2567, 10),
        organisation="เทศบาลเมืองตัวอย่าง",
        place="อำเภอตัวอย่าง จังหวัดตัวอย่าง",
        revision=revision,
        published_on=date(2024, 11, 5),
        rows=rows,
        numerals=numerals,
        nil=nil,
        superseded=superseded,
    )


def opened(month: MonthlySummary) -> Workbook:
    ((name, content),) = xlsx.render(month).items()
    assert name == NAME
    return load_workbook(io.BytesIO(content))


def sheet_of(month: MonthlySummary) -> Worksheet:
    form, _ = opened(month).worksheets
    return form


def values(sheet: Worksheet) -> list[list[object]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def row_with(sheet: Worksheet, number: object) -> list[Cell]:
    """The cells of the row that has ``number`` in its first column."""
    (found,) = [row for row in sheet.iter_rows() if row[0].value == number]
    return [cell for cell in found if isinstance(cell, Cell)]


def texts_in_first_row(content: bytes) -> list[object]:
    """The six columns of text; openpyxl would leave Excel's escapes for odd characters in them."""
    row = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()[5]
    return [row[column] for column in (1, 4, 5, 6, 7, 8)]


def pixels_of(sheet: Worksheet, column: int) -> float:
    """The width of a column; neighbours of one width are written as one entry."""
    for dimension in sheet.column_dimensions.values():
        if column in range(dimension.min or 0, (dimension.max or 0) + 1):
            return dimension.width * 7 + 5
    raise LookupError(column)


def test_the_sheet_reads_as_the_official_form() -> None:
    assert values(sheet_of(summary(KNOWN))) == [
        ["แบบ สขร.๑", *BLANK],
        [TITLE, *BLANK],
        ["เทศบาลเมืองตัวอย่าง อำเภอตัวอย่าง จังหวัดตัวอย่าง", *BLANK],
        ["เผยแพร่เมื่อวันที่ ๕ พฤศจิกายน ๒๕๖๗", *BLANK],
        list(HEADINGS),
        [
            1,
            "จ้างเหมาบริการ 12 เดือน (รายที่ ๑)",
            7519821.94,
            7500000,
            "เฉพาะเจาะจง",
            "ร้าน ก 2 / ๗,๔๐๐,๐๐๐.๐๐ บาท\nร้าน ๓ / ไม่ระบุราคา\nไม่ระบุผู้เสนอราคา / ๐.๐๕ บาท",
            "ร้าน ก 2 / ๗,๔๐๐,๐๐๐.๐๐ บาท",
            "ราคาต่ำสุดใน 3 ราย",
            "15/2568\nลว. ๑ ตุลาคม ๒๕๖๗",
        ],
        [None, "รวม ๑ รายการ", 7519821.94, None, None, None, 7400000, None, None],
    ]


def test_arabic_numerals_are_used_where_the_office_wants_them() -> None:
    sheet = sheet_of(summary(KNOWN, numerals="arabic"))

    assert sheet.title == "สขร.1 ต.ค.67"
    assert [row[0].value for row in sheet.iter_rows(max_row=4)] == [
        "แบบ สขร.1",
        "สรุปผลการดำเนินการจัดซื้อจัดจ้างในรอบเดือนตุลาคม 2567",
        "เทศบาลเมืองตัวอย่าง อำเภอตัวอย่าง จังหวัดตัวอย่าง",
        "เผยแพร่เมื่อวันที่ 5 พฤศจิกายน 2567",
    ]
    row = row_with(sheet, 1)
    assert [cell.value for cell in row[5:]] == [
        "ร้าน ก 2 / 7,400,000.00 บาท\nร้าน ๓ / ไม่ระบุราคา\nไม่ระบุผู้เสนอราคา / 0.05 บาท",
        "ร้าน ก 2 / 7,400,000.00 บาท",
        "ราคาต่ำสุดใน 3 ราย",
        "15/2568\nลว. 1 ตุลาคม 2567",
    ]
    assert [row[column].number_format for column in (0, 2, 3)] == ["0", "#,##0.00", "#,##0.00"]


def test_numbers_are_numbers_in_thai_digits() -> None:
    sheet = sheet_of(summary(KNOWN))
    row, total = row_with(sheet, 1), [cell for cell in sheet[7] if isinstance(cell, Cell)]

    assert [(cell.data_type, cell.number_format) for cell in (row[0], row[2], row[3])] == [
        ("n", "[$-D00041E]0"),
        ("n", "[$-D00041E]#,##0.00"),
        ("n", "[$-D00041E]#,##0.00"),
    ]
    assert [(cell.data_type, cell.number_format) for cell in (total[2], total[6])] == [
        ("n", "[$-D00041E]#,##0.00")
    ] * 2


def test_what_nobody_wrote_is_said_to_be_unknown() -> None:
    sheet = sheet_of(summary(UNKNOWN))

    assert values(sheet)[5:] == [
        ["ไม่ระบุ"] * 9,
        [None, "รวม ๑ รายการ", "ไม่ระบุ", None, None, None, "ไม่ระบุ", None, None],
    ]


@pytest.mark.parametrize(
    ("facts", "winner", "contract"),
    [
        ({"supplier": "ร้าน ก"}, "ร้าน ก / ไม่ระบุราคา", "ไม่ระบุ"),
        ({"agreed_price": 100}, "ไม่ระบุผู้ได้รับการคัดเลือก / ๑.๐๐ บาท", "ไม่ระบุ"),
        ({"contract_number": "๙"}, "ไม่ระบุ", "๙\nไม่ระบุวันที่"),
        ({"contract_date": date(2024, 10, 9)}, "ไม่ระบุ", "ไม่ระบุเลขที่\nลว. ๙ ตุลาคม ๒๕๖๗"),
    ],
)
def test_half_a_fact_is_not_given_as_a_whole_one(
    facts: dict[str, object], winner: str, contract: str
) -> None:
    row = Procurement(source=SOURCE, number=1, **facts)  # type: ignore[arg-type]  # mixed kinds

    cells = row_with(sheet_of(summary(row)), 1)

    assert (cells[6].value, cells[8].value) == (winner, contract)


def test_a_sum_says_how_many_rows_it_leaves_out() -> None:
    total = values(sheet_of(summary(KNOWN, UNKNOWN, UNKNOWN)))[-1]

    assert total == [
        None,
        "รวม ๓ รายการ",
        "๗,๕๑๙,๘๒๑.๙๔\nไม่รวม ๒ รายการที่ไม่ระบุ",
        *(None, None, None),
        "๗,๔๐๐,๐๐๐.๐๐\nไม่รวม ๒ รายการที่ไม่ระบุ",
        *(None, None),
    ]


def test_a_month_without_procurement_says_so_in_one_line() -> None:
    sheet = sheet_of(summary(nil=True))

    assert values(sheet)[4:] == [list(HEADINGS), ["ไม่มีการจัดซื้อจัดจ้าง", *BLANK]]
    assert "A6:I6" in {str(merged) for merged in sheet.merged_cells.ranges}


def test_a_later_revision_bears_its_number() -> None:
    assert sheet_of(summary(KNOWN, revision=2))["A4"].value == (
        "เผยแพร่เมื่อวันที่ ๕ พฤศจิกายน ๒๕๖๗ ฉบับที่ ๒"
    )


def test_a_superseded_revision_says_so_above_the_table() -> None:
    sheet = sheet_of(summary(KNOWN, superseded=True))

    assert [row[0] for row in values(sheet)[4:6]] == ["ฉบับนี้ถูกแทนที่แล้ว", "ลำดับที่"]
    assert sheet.print_title_rows == "$6:$6"
    assert sheet.freeze_panes == "A7"


def test_the_sheet_prints_on_a4_landscape_with_its_header_on_every_page() -> None:
    sheet = sheet_of(summary(KNOWN))

    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
    assert sheet.sheet_properties.pageSetUpPr is not None
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.page_setup.fitToWidth in (None, 1)  # None is Excel's own word for 1
    assert sheet.page_setup.fitToHeight == 0
    assert sheet.print_title_rows == "$5:$5"
    assert sheet.freeze_panes == "A6"
    assert sheet.oddFooter is not None
    assert sheet.oddFooter.right.text == "ฉบับที่ ๑   หน้า &P จาก &N"
    assert sheet.oddFooter.left.text == "การเผยแพร่ครั้งแรก"
    for part in (sheet.oddFooter.left, sheet.oddFooter.right):
        assert part.font == "TH SarabunPSK,Regular"
    written = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    fonts = {(cell.font.name, cell.font.size) for cell in written}
    assert fonts == {("TH SarabunPSK", 14), ("TH SarabunPSK", 16)}


@pytest.mark.parametrize("month", range(1, 13))
def test_the_name_of_the_sheet_is_quoted_so_that_libreoffice_repeats_the_header(
    month: int,
) -> None:
    """Unquoted, a name with a dot in it is no sheet to LibreOffice: no page repeats the header."""
    ((_, content),) = xlsx.render(
        MonthlySummary(Month(2567, month), "ก", "ข", 1, date(2024, 11, 5), (KNOWN,))
    ).items()

    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        book = parts.read("xl/workbook.xml").decode()
    sheet, _ = load_workbook(io.BytesIO(content)).sheetnames
    assert f">'{sheet}'!$5:$5<" in book
    assert len(sheet) <= 31


def test_the_properties_name_the_form_and_the_day_of_its_publication() -> None:
    properties = opened(summary(KNOWN)).properties

    assert properties.title == TITLE
    assert properties.creator == "เทศบาลเมืองตัวอย่าง"
    assert properties.created == datetime(2024, 11, 5, tzinfo=UTC).replace(tzinfo=None)


# ---- the sheet for programs


def data_of(month: MonthlySummary) -> list[list[object]]:
    """The second sheet as an independent reader sees it; an empty cell is None."""
    return values(opened(month).worksheets[1])


def test_the_second_sheet_has_the_fields_of_the_csv_and_a_line_for_each_row() -> None:
    table = csv.table([summary(KNOWN)]).decode("utf-8-sig").split("\r\n")[0].split(",")

    heads, *rows = data_of(summary(KNOWN, UNKNOWN))

    assert heads[:17] == table
    assert heads[17:] == ["เลขที่ของสัญญาหรือข้อตกลง", "วันที่ของสัญญาหรือข้อตกลง"]
    assert rows == [
        [
            *("เทศบาลเมืองตัวอย่าง", 2567, "ตุลาคม", "จ้างเหมาบริการ 12 เดือน (รายที่ ๑)"),
            *(7519821.94, 7500000, "เฉพาะเจาะจง", "ร้าน ก 2\nร้าน ๓\n", "7400000.00\n\n0.05"),
            *("ร้าน ก 2", 7400000, "ราคาต่ำสุดใน 3 ราย", "15/2568\n2024-10-01"),
            *(None, None, None, None, "15/2568", datetime(2024, 10, 1)),  # noqa: DTZ001 - a day
        ],
        ["เทศบาลเมืองตัวอย่าง", 2567, "ตุลาคม", *[None] * 16],
    ]


def test_one_price_is_a_number_and_an_identifier_is_text() -> None:
    row = Procurement(
        source=SOURCE,
        bids=(Bid("ก", 100),),
        contract_number="0123",
        egp_project_number="67109012345",
        egp_contract_number="680801004122",
    )

    (line,) = data_of(summary(row))[1:]

    assert (line[7], line[8]) == ("ก", 1)
    assert line[15:18] == ["67109012345", "680801004122", "0123"]


def test_every_sheet_of_paper_names_the_log() -> None:
    log = LogHead(size=12, root="0f" * 32)

    sheets = opened(replace(summary(KNOWN), log=log)).worksheets

    assert len(sheets) == 2
    for sheet in sheets:
        assert sheet.oddFooter is not None
        assert str(log) in str(sheet.oddFooter.left.text)


def test_nothing_stands_in_the_second_sheet_of_a_month_without_procurement() -> None:
    assert len(data_of(summary(nil=True))) == 1


def test_the_second_sheet_says_what_the_json_says() -> None:
    rows = [KNOWN, UNKNOWN, *(Procurement(SOURCE, title=text, supplier=text) for text in HOSTILE)]
    month = summary(*rows)
    book = CalamineWorkbook.from_filelike(io.BytesIO(xlsx.render(month)[NAME]))

    lines = book.get_sheet_by_index(1).to_python()[1:]

    public = [row.public() for row in rows]
    assert [line[3] for line in lines] == [row["title"] or "" for row in public]
    assert [line[9] for line in lines] == [row["supplier"] or "" for row in public]
    assert [line[4] for line in lines] == [float(row["budget"] or 0) or "" for row in public]
    assert [line[10] for line in lines] == [
        float(row["agreed_price"] or 0) or "" for row in public
    ]


def examined(content: bytes, folder: Path) -> Examined:
    path = folder / "0a1b"
    path.write_bytes(content)
    return examine(path, NAME, ["เทศบาลเมืองตัวอย่าง"], Limits())


DROPPED = replace(
    KNOWN, bids=(Bid("ร้าน ก 2", 740_000_000), Bid("ร้าน ๓", 740_000_001)), title="ซื้อวัสดุ"
)


def test_our_workbook_dropped_again_states_each_row_once(tmp_path: Path) -> None:
    ((_, content),) = xlsx.render(summary(DROPPED, replace(DROPPED, number=2))).items()

    again = examined(content, tmp_path)

    (stated,) = again.months
    assert [row.title for row in stated.rows] == ["ซื้อวัสดุ"] * 2
    assert stated.rows[0].facts() == DROPPED.facts()
    assert [finding for finding in again.findings if finding.severity == "fix"] == []


def test_a_correction_in_the_form_of_our_workbook_is_taken(tmp_path: Path) -> None:
    book = opened(summary(DROPPED))
    book.worksheets[0]["B6"].value = "ซื้อวัสดุก่อสร้าง"
    saved = io.BytesIO()
    book.save(saved)

    (stated,) = examined(saved.getvalue(), tmp_path).months

    assert [row.title for row in stated.rows] == ["ซื้อวัสดุก่อสร้าง"]


def test_what_somebody_wrote_into_the_second_sheet_is_not_passed_over(tmp_path: Path) -> None:
    book = opened(summary(DROPPED))
    book.worksheets[1]["D2"].value = "ซื้อวัสดุก่อสร้าง"
    saved = io.BytesIO()
    book.save(saved)

    findings = examined(saved.getvalue(), tmp_path).findings

    assert "month-in-one-sheet" in {finding.rule for finding in findings}


def test_the_second_sheet_alone_is_read(tmp_path: Path) -> None:
    book = opened(summary(DROPPED))
    del book["สขร.๑ ต.ค.๖๗"]
    saved = io.BytesIO()
    book.save(saved)

    again = examined(saved.getvalue(), tmp_path)

    said = {(finding.rule, finding.severity) for finding in again.findings}
    assert [row.title for one in again.months for row in one.rows] == ["ซื้อวัสดุ"], said


NONCHARACTERS = "\ufffe\uffff"  # no XML may hold them; Excel has an escape, its readers differ
HOSTILE = (
    *("=1+1", '=HYPERLINK("http://example.com","คลิก")', "+1", "-นางสาวใจดี", "@SUM(A1)", "{=1}"),
    *("http://example.com/", "mailto:a@example.com", "internal:Sheet1!A1", "file:///etc/passwd"),
    *("<r><t>หนา</t></r>", "<r>", "<b>หนา</b>", "&amp;", "]]>", "'", "_x000D_", "_x0041_"),
    *("0105536000127", "680801004122", "1/2568", "31/05/2568", "1e5", "TRUE", "#REF!", "๑๒๓"),
)


@pytest.mark.parametrize("text", HOSTILE)
def test_text_stays_text_whatever_it_looks_like(text: str) -> None:
    row = Procurement(
        source=SOURCE,
        number=1,
        title=text,
        procurement_method=text,
        supplier=text,
        selection_reason=text,
        contract_number=text,
    )

    content = xlsx.render(summary(row))[NAME]

    assert texts_in_first_row(content) == [
        text,
        text,
        "ไม่ระบุ",
        f"{text} / ไม่ระบุราคา",
        text,
        f"{text}\nไม่ระบุวันที่",
    ]
    cells = row_with(load_workbook(io.BytesIO(content)).worksheets[0], 1)
    texts = [cells[column] for column in (1, 4, 6, 7, 8)]
    assert {cell.data_type for cell in texts} == {"s"}
    assert {cell.hyperlink for cell in texts} == {None}
    assert all(cell.quotePrefix for cell in texts), "an edited cell would change"
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")


@settings(max_examples=60)
@given(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters=NONCHARACTERS), min_size=1)
)
def test_any_text_comes_back_unchanged(text: str) -> None:
    row = Procurement(
        source=SOURCE,
        number=1,
        title=text,
        procurement_method=text,
        bids=(Bid(text, None),),
        supplier=text,
        selection_reason=text,
        contract_number=text,
    )

    assert texts_in_first_row(xlsx.render(summary(row))[NAME]) == [
        text,
        text,
        f"{text} / ไม่ระบุราคา",
        f"{text} / ไม่ระบุราคา",
        text,
        f"{text}\nไม่ระบุวันที่",
    ]


@pytest.mark.parametrize("text", ["ก" * 32_768, "😀" * 16_384], ids=["thai", "utf-16 pairs"])
def test_text_that_excel_would_cut_is_refused(text: str) -> None:
    row = Procurement(source=SOURCE, title=text)

    with pytest.raises(
        ValueError, match=r"^B6: [0-9,]+ characters, Excel holds 32,767 in a cell$"
    ):
        xlsx.render(summary(row))


def test_the_longest_text_that_excel_holds_is_written_whole() -> None:
    text = "ก " * 16_383 + "ข"

    assert sheet_of(summary(Procurement(source=SOURCE, title=text)))["B6"].value == text


def test_a_row_taller_than_excel_allows_goes_on_in_merged_rows() -> None:
    """Excel allows 409 points; nothing of the title may be hidden, and the next row follows."""
    title = "จ้างเหมาบริการบุคคลเพื่อปฏิบัติงาน " * 40
    long = Procurement(source=SOURCE, number=1, title=title.strip())

    sheet = sheet_of(summary(long, KNOWN))

    below = {(merged.min_row, merged.max_row) for merged in sheet.merged_cells.ranges} - {
        (row, row) for row in range(1, 5)
    }
    ((first, last),) = below
    assert first == 6
    assert last > first
    assert len([merged for merged in sheet.merged_cells.ranges if merged.min_row == 6]) == 9
    heights = [sheet.row_dimensions[row].height for row in range(first, last + 1)]
    assert max(heights) <= 409
    assert sum(heights) >= lines(title, 276 * 0.75 / 14) * 18.7
    assert sheet.cell(6, 2).value == title.strip()
    assert sheet.cell(last + 1, 2).value == KNOWN.title


def test_every_row_has_the_height_of_its_tallest_cell() -> None:
    bids = tuple(Bid(letter, 100) for letter in "กขคงจ")
    rows = (
        Procurement(source=SOURCE, selection_reason="ก\nข\nค"),
        Procurement(source=SOURCE, title="ก", bids=bids),
        UNKNOWN,
    )

    sheet = sheet_of(summary(*rows))

    heights = [sheet.row_dimensions[row].height or 0 for row in range(6, 9)]
    assert [height // 18.7 for height in heights] == [3, 5, 1]


@pytest.mark.parametrize(
    ("satang", "pixels"),
    [
        (10_800_000, 92),  # ๑๐๘,๐๐๐.๐๐: the usual width
        (99_999_999_999, 115),  # ๙๙๙,๙๙๙,๙๙๙.๙๙ in LibreOffice, with the true font
    ],
)
def test_the_columns_of_money_are_wide_enough_for_the_largest_amount(
    satang: int, pixels: int
) -> None:
    row = Procurement(source=SOURCE, number=1, budget=satang, reference_price=satang)

    sheet = sheet_of(summary(row))

    widths = [pixels_of(sheet, column) for column in (3, 4)]
    assert min(widths) >= pixels
    assert max(widths) < pixels * 1.3


def test_a_sum_of_many_rows_widens_its_column_too() -> None:
    rows = [Procurement(source=SOURCE, agreed_price=9_999_999_999_999, number=1)] * 9

    sheet = sheet_of(summary(*rows))

    assert pixels_of(sheet, 7) > pixels_of(sheet, 6)


def test_a_number_that_excel_would_round_is_text() -> None:
    exact = Procurement(source=SOURCE, number=1, budget=99_999_999_999_999)
    rounded = Procurement(source=SOURCE, number=10**15 + 1, budget=100_000_000_000_001)

    sheet = sheet_of(summary(exact, rounded))

    assert row_with(sheet, 1)[2].value == 999_999_999_999.99
    assert row_with(sheet, "๑๐๐๐๐๐๐๐๐๐๐๐๐๐๐๑")[2].value == "๑,๐๐๐,๐๐๐,๐๐๐,๐๐๐.๐๑"


@given(st.integers(0, 99_999_999_999_999))
@settings(max_examples=30)
def test_every_satang_of_a_number_comes_back(satang: int) -> None:
    row = Procurement(source=SOURCE, number=1, budget=satang)

    value = row_with(sheet_of(summary(row)), 1)[2].value

    assert isinstance(value, int | float)
    assert round(value * 100) == satang


# Invented texts, and the lines that LibreOffice 7.4 gave them with the true TH SarabunPSK at 14
# points in columns of 276, 138, 152, 146 and 82 pixels.
MEASURED = {
    "จ้างเหมาบริการบุคคลเพื่อปฏิบัติงานรักษาความสะอาดและประชาสัมพันธ์ ประจำปีงบประมาณ  พ.ศ.๒๕๖๘ "
    "(รายที่ ๑) โดยวิธีเฉพาะเจาะจง": (3, 6, 6, 6, 11),
    "ซื้อครุภัณฑ์คอมพิวเตอร์และอุปกรณ์อิเล็กทรอนิกส์ จำนวน ๑๒ เครื่อง สำหรับโรงเรียนตัวอย่าง(อนุบาล) "
    "ด้วยวิธีประกวดราคาอิเล็กทรอนิกส์ (e-bidding)": (3, 8, 6, 6, 12),
    "ซ่อมแซมรถยนต์ส่วนกลาง  หมายเลขทะเบียน  กข  ๑๒๓๔  รหัสพัสดุ  ๐๐๑-๖๐-๐๐๐๑ , ๐๐๑-๖๐-๐๐๐๒  "
    "โดยวิธีเฉพาะเจาะจง": (3, 6, 6, 6, 12),
    "ก่อสร้างถนนลาดยางแบบAsphaltic Concrete สายตัวอย่าง - ทดสอบ หมู่ที่ ๓,๔": (2, 4, 4, 4, 7),
    "นางสาวใจดี  มีสุขสันต์วันเกษียณ / 105,967.68 บาท": (1, 3, 2, 2, 5),
    "บริษัท ญี่ปุ่นอิเล็กทรอนิกส์ กรุ๊ป (ประเทศไทย) จำกัด / ๑๒,๓๔๕,๖๗๘.๙๐ บาท\nร้าน ข / ไม่ระบุราคา": (
        3,
        5,
        4,
        4,
        9,
    ),
    "ประกวดราคาอิเล็กทรอนิกส์ (e-bidding)": (1, 3, 2, 2, 3),
    "เป็นผู้มีคุณสมบัติถูกต้องครบถ้วนและเสนอราคาเหมาะสมภายในวงเงินงบประมาณ": (2, 4, 3, 4, 7),
    "บริษัท ตัวอย่างก่อสร้าง จำกัด / 1,234,567.89 บาท": (1, 3, 2, 3, 5),
    "หมายเลขครุภัณฑ์ ๐๖๐-๐๗-๐๙๐๕ ๗๕๔-๒๑-๙๗๕๗": (2, 3, 3, 3, 5),
    "15/2568\nลว. ๒๓ พฤศจิกายน ๒๕๖๗": (2, 3, 2, 3, 4),
    "ไม่ระบุ": (1, 1, 1, 1, 1),
}


@pytest.mark.parametrize("text", MEASURED)
def test_no_text_gets_fewer_lines_than_libreoffice_needs(text: str) -> None:
    """In the four wide columns it gets few more; in the narrowest, half as many more at most."""
    reckoned = [lines(text, (pixels - 6) * 0.75 / 14) for pixels in (276, 138, 152, 146, 82)]

    needed = MEASURED[text]
    assert all(ours >= true for ours, true in zip(reckoned, needed, strict=True))
    assert sum(reckoned[:4]) <= sum(needed[:4]) * 1.4
    assert reckoned[4] <= needed[4] * 1.75


def test_a_slash_takes_the_word_before_it_to_the_next_line() -> None:
    """Measured in 126 pixels: the name's second word goes down with it, the amount once more."""
    assert lines("นางสาวมานะ  ขยันยิ่ง / 1,234,567.89 บาท", 120 * 0.75 / 14) == 3


@given(st.text(st.characters(exclude_categories=["Cs"])), st.floats(1, 40))
def test_a_text_has_at_least_the_lines_it_was_written_in(text: str, width: float) -> None:
    assert lines(text, width) >= text.count("\n") + 1


PRINT_HASHES = """
import hashlib
from datetime import date
from pipeline.formats import csv, json, xlsx
from schemas.month import Month
from schemas.procurement import Bid, Procurement, Source
from schemas.summary import MonthlySummary

row = Procurement(Source("ก.xlsx", "ข", 7), 1, "ซื้อวัสดุ", 100, None, None, (Bid("ร้าน ก", 100),))
month = MonthlySummary(Month(2567, 10), "ก", "ข", 1, date(2024, 11, 5), (row,) * 3)
for render in (csv.render, json.render, xlsx.render):
    for name, content in render(month).items():
        print(name, hashlib.sha256(content).hexdigest())
"""


def test_the_bytes_are_the_same_in_any_time_zone_and_for_any_hash_seed(tmp_path: Path) -> None:
    script = tmp_path / "print_hashes.py"
    script.write_text(PRINT_HASHES, encoding="utf-8")

    def hashes(**surroundings: str) -> list[str]:
        done = subprocess.run(
            [sys.executable, script],
            env=os.environ | {"PYTHONPATH": str(ROOT)} | surroundings,
            capture_output=True,
            check=True,
            encoding="utf-8",
        )
        return done.stdout.splitlines()

    here = hashes(TZ="UTC", PYTHONHASHSEED="1")

    assert len(here) == 4
    assert hashes(TZ="Asia/Bangkok", PYTHONHASHSEED="2", LC_ALL="C") == here


def test_the_bytes_are_the_same_on_any_day() -> None:
    month = summary(KNOWN, UNKNOWN)

    def files(today: str) -> dict[str, bytes]:
        with time_machine.travel(today):
            return csv.render(month) | json.render(month) | xlsx.render(month)

    assert files("2024-11-05") == files("2031-03-01")
