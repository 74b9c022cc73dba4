"""What stands in a cell, in the kind that the file gives it, at the address that Excel shows."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter
from python_calamine import CalamineWorkbook
from xlsxwriter.worksheet import Worksheet

from pipeline.examples import (
    LAYOUTS,
    Formula,
    example_month,
    insert_rows,
    replace_cell,
    to_bytes,
)
from pipeline.readers.xlsx import read
from schemas.month import Month
from schemas.sheet import Cell, Merge, Sheet, address
from tests.paper import STEADY

SHEET = "xl/worksheets/sheet1.xml"


def workbook(fill: Callable[[xlsxwriter.Workbook, Worksheet], None], **options: object) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, **options}) as book:
        fill(book, book.add_worksheet("แผ่น"))
    return file.getvalue()


def edited(content: bytes, change: Callable[[str, bytes], tuple[str, bytes]]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            new.writestr(*change(name, old.read(name)))
    return file.getvalue()


def sheets_of(folder: Path, content: bytes) -> tuple[Sheet, ...]:
    path = folder / "0a1b"  # originals have no ending
    path.write_bytes(content)
    return read(path, "แบบ.xlsx")


def cells_of(folder: Path, content: bytes) -> dict[str, tuple[str, object, str]]:
    (sheet,) = sheets_of(folder, content)
    return {cell.address: (cell.text, cell.value, cell.kind) for cell in sheet.cells.values()}


def put(folder: Path, value: object, number_format: str | int | None = None) -> object:
    """Write one value into A1 and return what is read there."""

    def fill(book: xlsxwriter.Workbook, page: Worksheet) -> None:
        look = None if number_format is None else book.add_format({"num_format": number_format})
        page.write(0, 0, value, look)

    return cells_of(folder, workbook(fill)).get("A1")


# ---- addresses


@STEADY
@given(st.integers(1, 1_048_576), st.integers(1, 16_384))
def test_an_address_is_the_one_that_excel_shows(row: int, column: int) -> None:
    assert address(row, column) == f"{get_column_letter(column)}{row}"
    assert Cell(row, column, "", "", "text").address == address(row, column)


def test_every_cell_and_merge_stands_where_a_second_reader_sees_it(tmp_path: Path) -> None:
    for layout in LAYOUTS:
        book = insert_rows(
            example_month(Month(2568, 2), layout, 4), example_name(layout), 1, count=3
        )
        content = to_bytes(book)
        (sheet,) = sheets_of(tmp_path, content)
        page = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
        top, left = page.start or (0, 0)
        seen = {
            (top + row + 1, left + column + 1)
            for row, line in enumerate(page.to_python(skip_empty_area=True))
            for column, value in enumerate(line)
            if str(value).strip()
        }

        assert (sheet.name, sheet.file) == (example_name(layout), "แบบ.xlsx")
        assert set(sheet.cells) == seen
        assert all(at == (cell.row, cell.column) for at, cell in sheet.cells.items())
        assert list(sheet.merges) == sorted(
            (
                Merge(a + 1, b + 1, c + 1, d + 1)
                for (a, b), (c, d) in page.merged_cell_ranges or ()
            ),
            key=lambda merge: (merge.top, merge.left),
        )


def example_name(layout: str) -> str:
    return example_month(Month(2568, 2), layout, 1).sheets[0].name


def test_sheets_come_in_their_order_and_charts_are_none(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook, page: Worksheet) -> None:
        page.write(0, 0, 1)
        chart = book.add_chart({"type": "line"})
        assert chart is not None
        chart.add_series({"values": "=แผ่น!$A$1"})
        book.add_chartsheet("กราฟ").set_chart(chart)
        book.add_worksheet("สอง").write(0, 0, 2)
        book.add_worksheet("ว่าง")

    found = sheets_of(tmp_path, workbook(fill))

    assert [(sheet.name, len(sheet.cells)) for sheet in found] == [
        ("แผ่น", 1),
        ("สอง", 1),
        ("ว่าง", 0),
    ]


def test_what_is_hidden_is_read_as_well(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook, page: Worksheet) -> None:
        page.write(1, 2, "ซ่อน")
        page.set_row(1, None, None, {"hidden": True})
        page.set_column(2, 2, None, None, {"hidden": True})
        hidden = book.add_worksheet("ลับ")
        hidden.write(0, 0, "ลับ")
        hidden.very_hidden()

    found = sheets_of(tmp_path, workbook(fill))

    assert [[c.address for c in sheet.cells.values()] for sheet in found] == [["C2"], ["A1"]]


# ---- kinds


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("ข้อความ", ("ข้อความ", "ข้อความ", "text")),
        ("  ๑,๐๐๐ ", ("  ๑,๐๐๐ ", "  ๑,๐๐๐ ", "text")),
        (940485, ("940485", 940485, "number")),
        (67099237224, ("67099237224", 67099237224, "number")),
        (12.5, ("12.5", 12.5, "number")),
        (-1, ("-1", -1, "number")),
        (0, ("0", 0, "number")),
        (True, ("TRUE", "TRUE", "truth")),
        (False, ("FALSE", "FALSE", "truth")),
        ("", None),
        (" \n\t ", None),
    ],
)
def test_a_value_keeps_its_kind(tmp_path: Path, value: object, expected: object) -> None:
    assert put(tmp_path, value) == expected


@pytest.mark.parametrize("text", ["NA", "None", "null", "nan", "TRUE", "1/2", "#REF!", "=1+1"])
def test_a_text_that_looks_like_something_else_stays_a_text(tmp_path: Path, text: str) -> None:
    def fill(_: xlsxwriter.Workbook, page: Worksheet) -> None:
        page.write_string(0, 0, text)

    assert cells_of(tmp_path, workbook(fill)) == {"A1": (text, text, "text")}


@pytest.mark.parametrize(
    "number_format",
    ["dd/mm/yyyy", "[$-107041E]d mmm yyyy", "[$-D07041E]d mmmm yyyy", "d/m/bbbb", 14, 15],
)
def test_a_day_is_a_day_in_every_format(tmp_path: Path, number_format: str | int) -> None:
    assert put(tmp_path, 45567, number_format) == ("2024-10-02", date(2024, 10, 2), "date")


@pytest.mark.parametrize("number_format", [*range(71, 75), 81, "ว ดดดด ปปปป", "วว/ดด/ปป"])
def test_a_day_in_a_thai_format_is_a_day_as_well(tmp_path: Path, number_format: str | int) -> None:
    """Excel shows a date there: built-in formats of Thai Excel, and its Thai letters."""
    assert put(tmp_path, 45567, number_format) == ("2024-10-02", date(2024, 10, 2), "date")


def test_a_day_typed_with_a_buddhist_year_is_told_as_stored(tmp_path: Path) -> None:
    assert put(tmp_path, date(2568, 3, 15), "dd/mm/yyyy") == (
        "2568-03-15",
        date(2568, 3, 15),
        "date",
    )


def test_a_time_of_day_does_not_change_the_day(tmp_path: Path) -> None:
    moment = datetime(2024, 10, 2, 15, 30)  # noqa: DTZ001 - a workbook knows no zone

    assert put(tmp_path, moment, "dd/mm/yyyy hh:mm") == (
        "2024-10-02 15:30:00",
        date(2024, 10, 2),
        "date",
    )


@pytest.mark.parametrize("number_format", ["hh:mm", "[h]:mm"])
def test_a_time_alone_is_no_number(tmp_path: Path, number_format: str) -> None:
    found = put(tmp_path, 0.5, number_format)

    assert found == ("12:00:00", "12:00:00", "truth")


def test_a_workbook_that_counts_from_1904_has_the_same_days(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook, page: Worksheet) -> None:
        page.write(0, 0, date(2024, 10, 2), book.add_format({"num_format": "dd/mm/yyyy"}))

    assert cells_of(tmp_path, workbook(fill, date_1904=True)) == {
        "A1": ("2024-10-02", date(2024, 10, 2), "date")
    }


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        ("1e400", ("inf", float("inf"), "number")),  # beyond all numbers, no reason to stop
        ("0.30000000000000004", ("0.3", 0.30000000000000004, "number")),
        ("1.05559E+11", ("105559000000", 105559000000.0, "number")),
        ("12345678901234567", ("12345678901234567", 12345678901234567, "number")),
    ],
)
def test_a_number_is_read_as_it_is_stored(tmp_path: Path, stored: str, expected: object) -> None:
    def fill(_: xlsxwriter.Workbook, page: Worksheet) -> None:
        page.write_number(0, 0, 7)

    mark = f"<v>{stored}</v>".encode()
    content = edited(workbook(fill), lambda name, part: (name, part.replace(b"<v>7</v>", mark)))

    assert cells_of(tmp_path, content) == {"A1": expected}


@pytest.mark.parametrize("number_format", [*range(59, 63), "#,##0.00", "0%", "@"])
def test_a_number_stays_a_number_in_every_format(tmp_path: Path, number_format: str | int) -> None:
    assert put(tmp_path, 45567, number_format) == ("45567", 45567, "number")


# ---- formulas and errors


def with_formula(result: str | float | None) -> bytes:
    book = example_month(Month(2568, 2), "nine-columns", 1)
    return to_bytes(replace_cell(book, "สขร.1", "K9", Formula("=C6*2", result)))


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (250.5, ("250.5", 250.5, "number")),
        ("ข้อความ", ("ข้อความ", "ข้อความ", "text")),
        ("#REF!", ("#REF!", "#REF!", "error")),
        ("#DIV/0!", ("#DIV/0!", "#DIV/0!", "error")),
        (None, ("=C6*2", "=C6*2", "uncalculated")),
    ],
)
def test_a_formula_is_its_stored_result(
    tmp_path: Path, result: str | float | None, expected: object
) -> None:
    assert cells_of(tmp_path, with_formula(result)).get("K9") == expected


def test_a_formula_whose_result_is_an_empty_text_is_an_empty_cell(tmp_path: Path) -> None:
    """Prepared forms are full of ``=IF(B6="","",…)``; Excel stores ``<v></v>`` as the result."""
    assert cells_of(tmp_path, with_formula("")).get("K9") is None


@pytest.mark.parametrize("place", ["xl/sheet1.xml", "xl/worksheets/SHEET1.XML", "xl/a/1.xml"])
def test_a_formula_without_result_is_told_wherever_the_sheet_is_kept(
    tmp_path: Path, place: str
) -> None:
    def move(name: str, part: bytes) -> tuple[str, bytes]:
        target = place.removeprefix("xl/").encode()
        part = part.replace(SHEET.encode(), place.encode())
        return (place if name == SHEET else name), part.replace(b"worksheets/sheet1.xml", target)

    content = edited(with_formula(None), move)

    assert cells_of(tmp_path, content).get("K9") == ("=C6*2", "=C6*2", "uncalculated")


def test_all_other_cells_of_a_workbook_with_formulas_are_read_once(tmp_path: Path) -> None:
    with_it, without = (
        cells_of(tmp_path, content)
        for content in (
            with_formula(None),
            to_bytes(example_month(Month(2568, 2), "nine-columns", 1)),
        )
    )

    assert {at: cell for at, cell in with_it.items() if at != "K9"} == without


def test_a_wrong_dimension_hides_no_row(tmp_path: Path) -> None:
    content = edited(
        to_bytes(example_month(Month(2568, 2), "nine-columns", 5)),
        lambda name, part: (
            name,
            re.sub(rb'<dimension ref="[^"]+"', b'<dimension ref="A1"', part),
        ),
    )

    assert len({at for at in cells_of(tmp_path, content) if at.startswith("B")}) == 6


def test_comments_are_no_text_of_the_cell(tmp_path: Path) -> None:
    def fill(_: xlsxwriter.Workbook, page: Worksheet) -> None:
        page.write(0, 0, "มี")
        page.write_comment("A1", "หมายเหตุ")
        page.write_comment("B1", "ลอย")

    assert cells_of(tmp_path, workbook(fill)) == {"A1": ("มี", "มี", "text")}
