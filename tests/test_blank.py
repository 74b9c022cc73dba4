"""The blank form: filled as a clerk fills it, it comes back with nothing to say about it."""

import io
import re
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from pipeline import CannotRunError
from pipeline.blank import ROWS, blank_form, month_of_form, write_blank
from pipeline.headings import likely
from pipeline.judge import Judgement
from pipeline.mark import mark
from schemas.config import FormerName, Organisation
from schemas.form_words import ENTRIES, EXAMPLE, FILE, HELP_SHEET, MONEY_WRONG
from schemas.layouts import NIL
from schemas.month import Month
from schemas.procurement import METHODS, Bid, method_code
from schemas.thai import date_long, thai_digits
from tests.forms import (
    DATE,
    FIRST,
    NIL_CELL,
    OCTOBER,
    OFFICE,
    fill,
    filled,
    form,
    judged,
    row_of,
)

JANUARY, FEBRUARY = Month(2568, 1), Month(2567, 2)


def told(judgement: Judgement) -> list[tuple[str, str, str]]:
    return [(f.rule, f.sheet, f.cell) for f in judgement.findings]


# ---- filled


@pytest.mark.parametrize("month", [OCTOBER, JANUARY, FEBRUARY], ids=str)
@pytest.mark.parametrize("rows", [1, 7, ROWS])
def test_a_filled_form_is_accepted_and_nothing_is_said(
    month: Month, rows: int, tmp_path: Path
) -> None:
    judgement = judged(filled(month, rows), month, tmp_path)

    assert told(judgement) == []
    assert judgement.outcome == "accepted"
    assert [(m.month, len(m.rows), m.nil) for m in judgement.months] == [(month, rows, False)]


def test_every_fact_is_read_as_it_was_typed(tmp_path: Path) -> None:
    (month,) = judged(filled(OCTOBER, 3), OCTOBER, tmp_path).months
    first, second, third = month.rows

    assert (first.number, first.title, first.budget) == (1, "ซื้อวัสดุสำนักงาน รายการที่ 1", 25_001_00)
    assert first.bids == (
        Bid("ร้านตัวอย่างการค้า 1", 24_500_50),
        Bid("บริษัท สมมติพาณิชย์ จำกัด", 24_800_00),
    )
    assert (first.supplier, first.agreed_price) == ("ร้านตัวอย่างการค้า 1", 24_500_50)
    assert (first.contract_number, first.egp_project_number) == ("1/2568", "67109000001")
    # As a real day, in words, and in figures with the day first.
    assert [row.contract_date for row in (first, second, third)] == [
        date(2024, 10, 1),
        date(2024, 10, 2),
        date(2024, 10, 3),
    ]


def test_every_method_of_the_list_is_known_and_draws_no_word(tmp_path: Path) -> None:
    book = form(OCTOBER)
    listed = methods_of(book)
    for at, words in enumerate(listed):
        typed = row_of(OCTOBER, at + 1)
        three = f"{typed['H']}\nร้านที่สอง\nร้านที่สาม"  # วิธีคัดเลือก invites three
        prices = {"F": three, "G": "24,500.50\n24,800.00\n24,900.00"}
        fill(book.worksheets[0], FIRST + at, {**typed, **prices, "E": words})
    (month,) = judged(book, OCTOBER, tmp_path).months

    assert [method_code(words) for words in listed] == [method.code for method in METHODS]
    assert [row.procurement_method_code for row in month.rows] == [m.code for m in METHODS]
    assert told(judged(book, OCTOBER, tmp_path)) == []


def methods_of(book: Workbook) -> list[str]:
    """What the drop-down offers, read where it points."""
    formula = str(validation(book.worksheets[0], f"E{FIRST}").formula1)
    sheet, _, area = formula.replace("$", "").partition("!")
    return [str(cell.value) for (cell,) in book[sheet.strip("'")][area]]


def test_rows_in_the_middle_may_be_left_empty(tmp_path: Path) -> None:
    book = form(OCTOBER)
    for at in (0, 2, 40):
        fill(book.worksheets[0], FIRST + at, row_of(OCTOBER, at + 1))
    judgement = judged(book, OCTOBER, tmp_path)

    assert told(judgement) == []
    assert [row.number for row in judgement.months[0].rows] == [1, 3, 41]


def test_an_organisation_that_is_no_municipality_is_known_by_its_name(tmp_path: Path) -> None:
    office = Organisation(name="โรงพยาบาลตัวอย่าง", place="ถนนสมมติ")
    assert told(judged(filled(OCTOBER, 1, office), OCTOBER, tmp_path, office)) == []


# ---- nil, and left blank


def test_the_yellow_cell_says_that_nothing_was_bought(tmp_path: Path) -> None:
    book = form(OCTOBER)
    book.worksheets[0][NIL_CELL] = NIL
    judgement = judged(book, OCTOBER, tmp_path)

    assert told(judgement) == []
    assert judgement.outcome == "accepted"
    assert [(m.month, m.rows, m.nil) for m in judgement.months] == [(OCTOBER, (), True)]


def test_nil_chosen_beside_items_is_a_contradiction_and_stops_the_month(tmp_path: Path) -> None:
    book = filled(OCTOBER, 2)
    book.worksheets[0][NIL_CELL] = NIL
    judgement = judged(book, OCTOBER, tmp_path)

    assert told(judgement) == [("nil-without-items", book.worksheets[0].title, NIL_CELL)]
    assert "2 รายการ" in judgement.findings[0].message
    assert judgement.outcome == "returned"
    assert not judgement.months[0].nil


def test_a_form_dropped_blank_is_returned_and_is_no_nil_month(tmp_path: Path) -> None:
    judgement = judged(form(OCTOBER), OCTOBER, tmp_path)

    assert [rule for rule, _, _ in told(judgement)] == ["rows-present"]
    assert NIL in judgement.findings[0].message
    assert judgement.outcome == "returned"
    assert [m.nil for m in judgement.months] == [False]


def test_a_row_begun_and_not_finished_is_told(tmp_path: Path) -> None:
    book = filled(OCTOBER, 1)
    book.worksheets[0][f"B{FIRST + 1}"] = "จ้างเหมาบริการ"
    judgement = judged(book, OCTOBER, tmp_path)

    assert judgement.outcome == "returned"
    assert {f.cell[1:] for f in judgement.findings} == {str(FIRST + 1)}


# ---- the help sheet


def test_what_somebody_writes_into_the_help_sheet_is_told(tmp_path: Path) -> None:
    book = filled(OCTOBER, 1)
    book[HELP_SHEET]["E30"] = "โทรถามพัสดุ"
    judgement = judged(book, OCTOBER, tmp_path)

    assert told(judgement) == [("cell-in-table", HELP_SHEET, "E30")]
    assert judgement.outcome == "accepted"


def test_a_purchase_in_the_help_sheet_stops_the_month(tmp_path: Path) -> None:
    book = filled(OCTOBER, 1)
    for column, value in row_of(OCTOBER, 9).items():
        book[HELP_SHEET][f"{column}60"] = value
    judgement = judged(book, OCTOBER, tmp_path)

    assert told(judgement) == [("item-in-help", HELP_SHEET, "B60")]
    assert judgement.outcome == "returned"
    assert [m.decision for m in judgement.months] == ["returned"]


def test_the_example_written_over_is_told(tmp_path: Path) -> None:
    book = filled(OCTOBER, 1)
    (at,) = [cell for row in book[HELP_SHEET] for cell in row if cell.value == ENTRIES[1].example]
    at.value = "ซื้อรถบรรทุก"
    assert told(judged(book, OCTOBER, tmp_path)) == [("cell-in-table", HELP_SHEET, at.coordinate)]


def test_a_help_sheet_of_the_office_itself_is_as_any_other_sheet(tmp_path: Path) -> None:
    book = filled(OCTOBER, 1)
    book[HELP_SHEET]["A1"] = "คู่มือของกองคลัง"
    assert told(judged(book, OCTOBER, tmp_path)) == [("sheet-is-a-table", HELP_SHEET, "")]


def test_the_help_explains_every_column_and_its_example_would_be_accepted(tmp_path: Path) -> None:
    book = form(OCTOBER)
    rows = [[str(c.value or "") for c in row] for row in book[HELP_SHEET].iter_rows(max_col=3)]
    start = next(at for at, row in enumerate(rows) if row[2] == EXAMPLE) + 1
    examples = [row[2] for row in rows[start : start + len(ENTRIES)]]
    fill(book.worksheets[0], FIRST, dict(zip("ABCDEFGHIJKLM", examples, strict=True)))

    assert all(all(row) for row in rows[start : start + len(ENTRIES)])
    assert told(judged(book, OCTOBER, tmp_path)) == []


# ---- the sheet itself


def validation(sheet: Worksheet, cell: str) -> DataValidation:
    found: DataValidation
    (found,) = [v for v in sheet.data_validations.dataValidation if cell in v.sqref]
    return found


def test_every_prepared_row_is_checked_and_free_and_the_rest_is_locked() -> None:
    sheet = form(OCTOBER).worksheets[0]
    last = FIRST + ROWS - 1
    for column in "CDEGIL":  # money, method, price offered, agreed price, day
        # One area over all rows: what is inserted inside it is checked as well.
        assert (
            str(validation(sheet, f"{column}{FIRST}").sqref) == f"{column}{FIRST}:{column}{last}"
        )
    for row in (FIRST, last):
        assert not any(sheet.cell(row, at + 1).protection.locked for at in range(len(ENTRIES)))
    assert all(sheet[cell].protection.locked for cell in ("A1", "A2", "A3", "A4", "A5", "F6"))
    assert not sheet[NIL_CELL].protection.locked
    assert sheet.protection.sheet
    assert not sheet.protection.password
    assert not sheet.protection.insertRows  # not forbidden
    assert sheet.freeze_panes == f"A{FIRST}"
    assert (sheet.print_title_rows, sheet.page_setup.fitToHeight) == ("$5:$6", 0)


def test_excel_says_in_thai_what_to_type_and_cuts_none_of_it() -> None:
    for sheet in form(OCTOBER).worksheets:
        for one in sheet.data_validations.dataValidation:
            for text, most in ((one.error, 255), (one.prompt, 255), (one.errorTitle, 32)):
                assert text is None or (len(text) <= most and re.search("[ก-๎]", text))
                assert text is None or "{" not in text
    assert validation(form(OCTOBER).worksheets[0], f"C{FIRST}").error == MONEY_WRONG


def test_only_what_may_be_meant_can_be_kept_against_the_warning() -> None:
    sheet = form(OCTOBER).worksheets[0]
    kinds = {column: validation(sheet, f"{column}{FIRST}").errorStyle for column in "CDEGIL"}
    assert {column for column, kind in kinds.items() if kind == "warning"} == {"E", "L"}


def test_identifiers_and_days_stay_as_they_were_typed() -> None:
    sheet = form(OCTOBER).worksheets[0]
    assert {sheet[f"{column}{FIRST}"].number_format for column in f"K{DATE}M"} == {"@"}
    assert {sheet[f"{column}{FIRST}"].number_format for column in "CDGI"} == {"#,##0.00"}


def test_the_headings_are_spelled_as_the_official_form_spells_them() -> None:
    sheet = form(OCTOBER).worksheets[0]
    heads = [cell.value for row in sheet["A5:M6"] for cell in row if cell.value]
    assert all(likely(text) for text in heads)
    assert "เลขที่และวันที่ของสัญญาหรือข้อตกลงในการซื้อหรือจ้าง" in heads


def test_the_title_names_the_month_and_the_organisation_as_it_was_called_then() -> None:
    former = FormerName(name="เทศบาลตำบลตัวอย่าง", until=date(2024, 10, 31))
    renamed = Organisation(name=OFFICE.name, former_names=(former,), place="จังหวัดสมมติ")
    october, november = form(OCTOBER, renamed), form(Month(2567, 11), renamed)

    assert october.worksheets[0]["A2"].value == (
        f"สรุปผลการดำเนินการจัดซื้อจัดจ้างในรอบเดือน{thai_digits(OCTOBER.words)}"
    )
    assert october.worksheets[0]["A3"].value == "เทศบาลตำบลตัวอย่าง จังหวัดสมมติ"
    assert november.worksheets[0]["A3"].value == f"{OFFICE.name} จังหวัดสมมติ"
    prompt = validation(october.worksheets[0], f"{DATE}{FIRST}").prompt
    assert date_long(OCTOBER.first) in str(prompt)


def test_the_same_month_makes_the_same_bytes() -> None:
    assert blank_form(OCTOBER, OFFICE, "thai") == blank_form(OCTOBER, OFFICE, "thai")
    assert (
        openpyxl.load_workbook(io.BytesIO(blank_form(OCTOBER, OFFICE, "arabic")))
        .worksheets[0]["A2"]
        .value.endswith("2567")
    )


# ---- the file


@pytest.mark.parametrize(
    ("said", "today", "month"),
    [
        (None, date(2024, 11, 1), OCTOBER),
        (None, date(2025, 1, 31), Month(2567, 12)),
        ("2567-10", date(2020, 1, 1), OCTOBER),
    ],
)
def test_without_a_month_it_is_the_one_before_today(
    said: str | None, today: date, month: Month
) -> None:
    assert month_of_form(said, today) == month


@pytest.mark.parametrize("said", ["2024-10", "2567-13", "ตุลาคม 2567", "2567-1", "2400-01", ""])
def test_what_is_no_month_is_one_sentence(said: str) -> None:
    with pytest.raises(CannotRunError, match=r"พ\.ศ\..*2567-10"):
        month_of_form(said, date(2024, 11, 1))


@pytest.mark.parametrize(
    "name", ["แบบ พ.ย.67.xlsx", "2567-11.xlsx", "ต.ค.68.xlsx", "แบบ.xls", "แบบ"]
)
def test_a_name_that_would_come_back_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(CannotRunError, match=re.escape(name)):
        write_blank(tmp_path / name, OCTOBER, b"")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["แบบ ต.ค.67.xlsx", "แบบเดือนตุลาคม.xlsx", "กองช่าง.XLSX"])
def test_a_name_without_a_contradiction_is_taken_once(name: str, tmp_path: Path) -> None:
    write_blank(tmp_path / name, OCTOBER, b"first")
    with pytest.raises(CannotRunError, match="ไม่ได้เขียนทับ"):
        write_blank(tmp_path / name, OCTOBER, b"second")
    assert (tmp_path / name).read_bytes() == b"first"


def test_the_marked_form_that_goes_back_still_checks_what_is_typed(tmp_path: Path) -> None:
    book = filled(OCTOBER, 2)
    book.worksheets[0][f"C{FIRST}"] = "ห้าหมื่น"  # pasted over the check
    judgement = judged(book, OCTOBER, tmp_path)
    marked = mark(tmp_path / FILE.format(month=OCTOBER), "แบบ.xlsx", "xlsx", judgement.findings)
    back = openpyxl.load_workbook(io.BytesIO(marked))

    assert told(judgement) == [("amount-readable", book.worksheets[0].title, f"C{FIRST}")]
    for cell in (f"C{FIRST}", f"E{FIRST}", f"L{FIRST + ROWS - 1}"):
        sheet = back[book.worksheets[0].title]
        before = validation(book.worksheets[0], cell)
        assert validation(sheet, cell).formula1 == before.formula1
        assert not sheet[cell].protection.locked
    assert methods_of(book)
