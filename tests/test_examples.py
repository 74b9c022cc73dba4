"""The generator of example workbooks: what it promises is really in the files it writes."""

import hashlib
import io
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import olefile
import openpyxl
import pytest

from pipeline.examples import (
    LAYOUTS,
    Book,
    Formula,
    bad_books,
    demo_year,
    example_month,
    example_year,
    expect,
    insert_rows,
    move_column,
    remove_row,
    rename_file,
    rename_sheet,
    replace_cell,
    to_bytes,
    write,
)
from pipeline.examples.layouts import FORMS
from pipeline.examples.purchases import working_days
from pipeline.examples.year import MONTH_SIZES
from schemas import example_words as words
from schemas.config import LAW_THRESHOLDS
from schemas.layouts import NIL
from schemas.month import Month, fiscal_months
from schemas.procurement import Bid, Procurement, method_code, same_name
from schemas.rules import RULE
from schemas.thai import arabic_digits, date_short, parse_baht, parse_date, satang_of, visible

FEBRUARY = Month(2568, 2)
DIRECT_LIMIT = LAW_THRESHOLDS[0].baht * 100  # satang
SEEDS = (1, 7)


# ---- what a workbook states, read without the pipeline


def opened(content: bytes) -> Any:  # noqa: ANN401 - openpyxl's sheets may be charts, its cells anything
    return openpyxl.load_workbook(io.BytesIO(content), data_only=True)


def stated(book: Book, layout: str) -> Iterator[Procurement]:
    """Read, at the place of every expected row, what the file states there."""
    workbook = opened(to_bytes(book))
    for row in book.expected:
        page = workbook[row.source.sheet]
        fields = FORMS[layout].fields
        cells = {
            field: page.cell(row.source.row, column).value
            for column, field in enumerate(fields, start=1)
            if field
        }
        yield read_row(row, cells)


def read_row(row: Procurement, cells: Mapping[str, Any]) -> Procurement:
    if "bids" in cells:
        bids = offers(cells["bids"])
        (award,) = offers(cells["award"])
        number, day = contract(cells["contract"])
    else:
        bids = (Bid(visible(cells["bidder"]), money(cells["bid"])),)
        award = Bid(visible(cells["supplier"]), money(cells["agreed_price"]))
        number, day = visible(cells["contract_number"]), cells["contract_date"].date()
    return Procurement(
        row.source,
        number=int(arabic_digits(str(cells["index"]))),
        title=visible(cells["title"]),
        budget=money(cells["budget"]),
        reference_price=money(cells["reference_price"]),
        procurement_method=visible(cells["procurement_method"]),
        bids=bids,
        supplier=award.bidder,
        agreed_price=award.amount,
        selection_reason=visible(cells["selection_reason"]),
        contract_number=number,
        contract_date=day,
        egp_project_number=cells.get("egp_project_number"),
    )


def money(value: str | float | None) -> int | None:
    if value is None:
        return None
    return parse_baht(value) if isinstance(value, str) else satang_of(value)


def offers(text: str) -> tuple[Bid, ...]:
    shape = r"(.+?)(?: / |  |\n)(?:เสนอราคา |ราคาที่ตกลง )?([0-9๐-๙,.]+) บาท\s*"
    text = visible(text)
    assert re.fullmatch(f"(?:{shape})+", text)
    return tuple(Bid(name, parse_baht(amount)) for name, amount in re.findall(shape, text))


def contract(text: str) -> tuple[str, Any]:
    shape = r"(?:(?:ใบสั่งซื้อ |ใบสั่งจ้าง |สัญญา )?เลขที่ )?(\S+)\s((?:ลว\.|ลงวันที่|วันที่) .+)"
    parts = re.fullmatch(shape, text)
    assert parts
    return parts[1], parse_date(parts[2])


def year(layout: str, seed: int = 1, *, questions: bool = True) -> list[Procurement]:
    books = example_year(2568, layout, seed, questions=questions)
    return [row for book in books for row in book.expected]


# ---- the workbooks state what is expected


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_expected_value_stands_at_its_row(layout: str, seed: int) -> None:
    for book in example_year(2568, layout, seed):
        assert tuple(stated(book, layout)) == book.expected


@pytest.mark.parametrize("layout", LAYOUTS)
def test_nothing_stands_in_an_item_that_is_not_expected(layout: str) -> None:
    """A title column holds the header, the expected titles and what is below by name; no more."""
    column = FORMS[layout].fields.index("title") + 1
    for book in example_year(2568, layout):
        workbook = opened(to_bytes(book))
        for paper in book.sheets:
            page = workbook[paper.name]
            first = paper.header[1] + 1
            typed = [page.cell(row, column).value for row in range(first, page.max_row + 1)]
            below = {text for _, text in FORMS[layout].below} | {"(2)"}
            titles = [visible(text) for text in typed if text and text not in below]
            assert titles == [row.title for row in book.expected if row.source.sheet == paper.name]


@pytest.mark.parametrize("seed", SEEDS)
def test_all_layouts_state_the_same_facts_as_far_as_they_show_them(seed: int) -> None:
    nine, twelve, fourteen = (year(layout, seed) for layout in LAYOUTS)

    def common(row: Procurement) -> tuple[object, ...]:
        return replace(row, bids=(), egp_project_number=None).facts()

    assert [common(row) for row in nine] == [common(row) for row in twelve]
    assert [common(row) for row in nine] == [common(row) for row in fourteen]
    assert [row.bids for row in nine] == [row.bids for row in fourteen]
    for several, one in zip(nine, twelve, strict=True):
        (bid,) = one.bids
        assert bid in several.bids
        assert same_name(bid.bidder or "") == same_name(one.supplier or "")
    assert {row.egp_project_number for row in (*nine, *twelve)} == {None}
    assert all(row.egp_project_number for row in fourteen)


def test_files_and_sheets_follow_the_layout() -> None:
    nine, twelve, fourteen = (example_year(2568, layout) for layout in LAYOUTS)

    assert [book.file for book in nine] == [
        f"สขร.1 {month.words}.xlsx" for month in fiscal_months(2568)
    ]
    assert [[paper.name for paper in book.sheets] for book in twelve] == [
        [f"{date_short(month.first)[2:]}".replace(" ", "") for month in fiscal_months(2568)]
    ]
    assert [[paper.name for paper in book.sheets] for book in fourteen] == [
        [month.words for month in fiscal_months(2568)[first : first + 3]] for first in (0, 3, 6, 9)
    ]


def test_the_total_row_adds_up() -> None:
    (book,) = example_year(2568, "twelve-columns")
    workbook = opened(to_bytes(book))
    for paper in book.sheets:
        rows = [row for row in book.expected if row.source.sheet == paper.name]
        foot = rows[-1].source.row + 1
        page = workbook[paper.name]
        assert page.cell(foot, 1).value == words.TOTAL
        assert money(page.cell(foot, 3).value) == sum(row.budget or 0 for row in rows)
        assert money(page.cell(foot, 9).value) == sum(row.agreed_price or 0 for row in rows)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_month_without_rows_says_that_nothing_was_bought(layout: str) -> None:
    book = example_month(FEBRUARY, layout, 0)
    page = opened(to_bytes(book)).worksheets[0]

    assert book.expected == ()
    assert page.cell(FORMS[layout].first, 2).value == NIL
    assert page.cell(FORMS[layout].first, 1).value is None


# ---- the clean year raises no question but those planted


@pytest.mark.parametrize("seed", SEEDS)
def test_the_year_is_in_order(seed: int) -> None:
    rows = year("fourteen-columns", seed, questions=False)

    for row in rows:
        assert row.agreed_price
        assert row.budget
        assert row.reference_price
        assert row.contract_date
        assert row.agreed_price <= min(row.budget, row.reference_price)
        assert row.contract_date in working_days(Month.of(row.contract_date))
        assert same_name(row.supplier or "") in {same_name(b.bidder or "") for b in row.bids}
        assert method_code(row.procurement_method) in {"direct", "selective", "e-bidding"}
        assert method_code(row.procurement_method) != "direct" or row.budget <= DIRECT_LIMIT
        texts = (row.title, row.procurement_method, row.supplier, row.selection_reason)
        assert all(text and text == visible(text) for text in texts)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_planted_questions_are_the_only_difference(layout: str) -> None:
    asked = [question for book in example_year(2568, layout) for question in book.asked]
    with_questions, without = year(layout), year(layout, questions=False)

    assert [question.rule for question in asked] == [
        "direct-within-limit",
        "reference-price-filled",
    ]
    changed = [row for row, plain in zip(with_questions, without, strict=True) if row != plain]
    assert [(row.source.sheet, row.source.row) for row in changed] == [
        (question.sheet, question.row) for question in asked
    ]
    dear, unknown = changed
    assert dear.procurement_method_code == "direct"
    assert (dear.agreed_price or 0) > DIRECT_LIMIT
    assert unknown.reference_price is None
    assert not [q for b in example_year(2568, layout, questions=False) for q in b.asked]


def test_months_differ_much_in_size() -> None:
    books = example_year(2568, "nine-columns")

    assert tuple(len(book.expected) for book in books) == MONTH_SIZES
    assert (min(MONTH_SIZES), max(MONTH_SIZES), sum(MONTH_SIZES)) == (5, 50, 254)


@pytest.mark.parametrize("seed", SEEDS)
def test_project_numbers_are_those_of_egp(seed: int) -> None:
    rows = year("fourteen-columns", seed)
    numbers = [row.egp_project_number or "" for row in rows]

    assert len(set(numbers)) == len(rows)
    for row, number in zip(rows, numbers, strict=True):
        assert re.fullmatch("[0-9]{11}", number)
        assert row.contract_date
        signed = Month.of(row.contract_date)
        years, months = signed.year - 2500 - int(number[:2]), signed.number - int(number[2:4])
        assert 0 <= 12 * years + months <= 2


def test_everybody_is_invented() -> None:
    names = {bid.bidder or "" for row in year("nine-columns") for bid in row.bids}
    telling = (*words.GIVEN_NAMES, "นิทาน")

    assert [name for name in names if not any(word in name for word in telling)] == []


# ---- the mess of real life is really there


@pytest.mark.parametrize("seed", SEEDS)
def test_the_year_is_as_untidy_as_life(seed: int) -> None:
    books = example_year(2568, "nine-columns", seed)
    rows = [row for book in books for row in book.expected]
    typed = [
        str(cell.value)
        for book in books
        for cell in book.sheets[0].cells.values()
        if isinstance(cell.value, str)
    ]
    numbers = [row.contract_number or "" for row in rows]

    assert any(re.fullmatch(r"[0-9,]+\.[0-9]{2}", text) for text in typed), "amount as text"
    assert any(re.fullmatch(r"[๐-๙,]+\.[๐-๙]{2}", text) for text in typed), "in Thai digits"
    assert any(text != text.rstrip() for text in typed), "blanks behind"
    assert any("\u200b" in text for text in typed), "a blank of no width"
    assert any("  " in (row.title or "") for row in rows), "double spaces"
    assert any("๒๕๖๘" in (row.title or "") for row in rows), "Thai digits"
    assert any("2568" in (row.title or "") for row in rows), "Arabic digits"
    assert any((row.agreed_price or 0) % 100 for row in rows), "satang"
    assert any((row.reference_price or 0) > (row.budget or 0) for row in rows)
    assert any((row.supplier or "") not in [bid.bidder for bid in row.bids] for row in rows)
    assert any(len(row.bids) > 2 for row in rows)
    assert any(a.source.row + 1 < b.source.row for a, b in pairwise(rows))
    assert len(set(numbers)) < len(numbers), "contract numbers repeat across series"
    assert any(number.startswith("CNTR-") for number in numbers)
    assert any(number.startswith("พด.") for number in numbers)
    alike = [re.sub(r"รายที่ +[0-9๐-๙]+", "", row.title or "") for row in rows]
    assert max(map(alike.count, alike)) >= 3


# ---- the same bytes, always

FINGERPRINT = """
import hashlib
from pipeline.examples import LAYOUTS, bad_books, demo_year, example_year, to_bytes
parts = [to_bytes(book) for layout in LAYOUTS for book in example_year(2568, layout)]
parts += [content for _, content in demo_year(2568)] + [bad.content for bad in bad_books()]
print(hashlib.sha256(b"".join(parts)).hexdigest())
"""


def fingerprint(**environment: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", FINGERPRINT],
        cwd=Path(__file__).parent.parent,
        env=os.environ | environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def test_another_process_zone_and_hash_seed_give_the_same_bytes() -> None:
    here = fingerprint(PYTHONHASHSEED="1", TZ="Asia/Bangkok")

    assert here == fingerprint(PYTHONHASHSEED="2", TZ="America/New_York")
    assert len(here.strip()) == 64


def test_the_seed_makes_the_year() -> None:
    one, again, other = (example_month(FEBRUARY, "nine-columns", 9, seed) for seed in (1, 1, 2))

    assert one == again
    assert to_bytes(one) == to_bytes(again)
    assert one.expected != other.expected


def test_written_bytes_are_the_bytes(tmp_path: Path) -> None:
    book = example_month(FEBRUARY, "nine-columns", 3)

    path = write(book, tmp_path)

    assert path == tmp_path / "สขร.1 กุมภาพันธ์ 2568.xlsx"
    assert path.read_bytes() == to_bytes(book)


# ---- alterations keep what is expected honest


@pytest.mark.parametrize("layout", LAYOUTS)
def test_inserted_rows_push_the_expected_ones_down(layout: str) -> None:
    book = example_month(FEBRUARY, layout, 8)
    sheet, middle = book.expected[4].source.sheet, book.expected[4].source.row

    pushed = insert_rows(insert_rows(book, sheet, middle, count=3), sheet, before=1)

    assert tuple(stated(pushed, layout)) == pushed.expected
    moved = [
        b.source.row - a.source.row for a, b in zip(book.expected, pushed.expected, strict=True)
    ]
    assert moved == [1, 1, 1, 1, 4, 4, 4, 4]
    assert pushed.sheets[0].header == tuple(row + 1 for row in book.sheets[0].header)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_removed_row_is_no_longer_expected(layout: str) -> None:
    book = example_year(2568, layout)[-1]
    row = book.expected[2].source

    shorter = remove_row(book, row.sheet, row.row)

    assert tuple(stated(shorter, layout)) == shorter.expected
    assert len(shorter.expected) == len(book.expected) - 1


def test_questions_move_and_go_with_their_rows() -> None:
    march = example_year(2568, "nine-columns")[5]
    (question,) = march.asked

    (pushed,) = insert_rows(march, question.sheet, 2, count=2).asked
    (renamed,) = rename_sheet(march, question.sheet, "มี.ค. 68").asked

    assert pushed == (question.sheet, question.row + 2, question.rule)
    assert renamed == ("มี.ค. 68", question.row, question.rule)
    assert remove_row(march, question.sheet, question.row).asked == ()


def test_a_moved_column_takes_header_and_values_along() -> None:
    book = example_month(FEBRUARY, "twelve-columns", 4)
    sheet = book.sheets[0].name
    page = opened(to_bytes(book))[sheet]
    moved = opened(to_bytes(move_column(book, sheet, "C", "E")))[sheet]

    def column(page: Any, letter: str) -> list[object]:  # noqa: ANN401 - see opened
        return [page[f"{letter}{row}"].value for row in range(4, page.max_row)]

    assert [column(moved, letter) for letter in "CDEF"] == [
        column(page, letter) for letter in "DECF"
    ]
    assert moved["A1"].value == page["A1"].value
    assert sorted(map(str, moved.merged_cells.ranges)) == sorted(
        map(str, page.merged_cells.ranges)
    )


def test_a_first_column_moves_under_a_title_that_stays() -> None:
    book = example_month(FEBRUARY, "nine-columns", 4)
    moved = opened(to_bytes(move_column(book, "สขร.1", "A", "I")))["สขร.1"]

    assert moved["A2"].value == book.sheets[0].cells[2, 1].value
    assert moved["I5"].value == "ลำดับที่"


def test_a_column_cannot_be_torn_out_of_a_merged_heading() -> None:
    book = example_month(FEBRUARY, "fourteen-columns", 4)

    with pytest.raises(ValueError, match="tears"):
        move_column(book, book.sheets[0].name, "F", "C")


def test_a_changed_cell_and_its_expectation_are_two_steps() -> None:
    book = example_month(FEBRUARY, "nine-columns", 4)
    row = book.expected[1]

    changed = replace_cell(book, "สขร.1", f"C{row.source.row}", 777.5)

    assert changed.expected == book.expected
    honest = expect(changed, replace(row, budget=77750))
    assert tuple(stated(honest, "nine-columns")) == honest.expected
    assert honest.row("สขร.1", row.source.row).budget == 77750


def test_a_renamed_file_is_the_source_of_its_rows() -> None:
    renamed = rename_file(example_month(FEBRUARY, "nine-columns", 2), "แก้ไข.xlsx")

    assert {row.source.file for row in renamed.expected} == {"แก้ไข.xlsx"}


def test_a_formula_keeps_the_result_that_it_is_given() -> None:
    book = example_month(FEBRUARY, "nine-columns", 2)
    for cell, formula in (("C6", Formula("=D6*1", 250.5)), ("D6", Formula("=#REF!", "#REF!"))):
        book = replace_cell(book, "สขร.1", cell, formula)
    page = opened(to_bytes(book))["สขร.1"]

    assert page["C6"].value == 250.5
    assert (page["D6"].value, page["D6"].data_type) == ("#REF!", "e")


def test_a_formula_that_nobody_calculated_has_no_result_at_all() -> None:
    book = example_month(FEBRUARY, "nine-columns", 2)
    content = to_bytes(replace_cell(book, "สขร.1", "C6", Formula("=D6*1", None)))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml").decode()

    assert re.search(r'<c r="C6" s="[0-9]+"><f>D6\*1</f></c>', xml)


# ---- what must come back


def test_the_demonstration_has_one_workbook_to_return() -> None:
    files = demo_year(2568)
    good = example_year(2568, "nine-columns")

    assert [name for name, _ in files] == [book.file for book in good]
    other = [
        book for (_, content), book in zip(files, good, strict=True) if content != to_bytes(book)
    ]
    assert [book.file for book in other] == ["สขร.1 สิงหาคม 2568.xlsx"]
    page = opened(dict(files)["สขร.1 สิงหาคม 2568.xlsx"])["สขร.1"]
    assert page.cell(other[0].expected[2].source.row, 3).value == words.UNREADABLE_AMOUNT


def test_every_bad_workbook_names_a_rule_that_sends_it_back() -> None:
    bad = bad_books()

    assert {book.rule: RULE[book.rule].severity for book in bad} == dict.fromkeys(
        words.BAD_FILES, "fix"
    )
    assert len({book.file for book in bad}) == len(bad) == 14
    assert len({hashlib.sha256(book.content).digest() for book in bad}) == len(bad)


def test_the_fault_is_where_the_bad_workbook_says() -> None:
    cells = {
        book.rule: opened(book.content)[book.sheet][book.cell].value
        for book in bad_books()
        if book.cell
    }

    assert cells.pop("date-readable").endswith("\nลว. 31 กุมภาพันธ์ 2568")
    assert cells.pop("contract-not-in-future").endswith("\nลว. 1 ตุลาคม 2599")
    assert cells == {
        "amount-readable": "ห้าหมื่น",
        "title-filled": None,
        "cell-without-error": "#REF!",
        "formula-calculated": None,
        "columns-complete": "ลำดับที่",
        "month-stated-once": "สรุปผลการดำเนินการจัดซื้อจัดจ้างในรอบเดือนกุมภาพันธ์ ๒๕๖๘",
    }


def test_no_month_is_stated_but_by_the_line_that_must_not_be_read() -> None:
    (silent,) = [book for book in bad_books() if book.rule == "month-stated"]
    page = opened(silent.content)[silent.sheet]

    assert (silent.file, silent.sheet) == ("รายงานกองคลัง.xlsx", "Sheet1")
    assert page["A2"].value == "สรุปผลการดำเนินการจัดซื้อจัดจ้าง"
    assert page["A4"].value == "วันที่ ๙ เดือนมีนาคม พ.ศ. ๒๕๖๘"


def test_what_is_no_workbook_does_not_open() -> None:
    closed = [book for book in bad_books() if not book.sheet]

    assert [book.rule for book in closed] == [
        "file-is-a-workbook",
        "file-is-whole",
        "file-without-password",
        "file-is-whole",
    ]
    for book in closed:
        assert not zipfile.is_zipfile(io.BytesIO(book.content))
    assert closed[1].content.startswith(b"PK")
    assert closed[3].content == b""


def test_the_locked_workbook_is_a_sound_container() -> None:
    (locked,) = [book for book in bad_books() if book.rule == "file-without-password"]
    # Every oddity raises, not only what makes the file unreadable.
    with olefile.OleFileIO(
        io.BytesIO(locked.content), raise_defects=olefile.DEFECT_UNSURE
    ) as container:
        streams = {path: len(container.openstream(path).read()) for (path,) in container.listdir()}

    assert streams == {"EncryptedPackage": 4096, "EncryptionInfo": 4096}
