"""An .xls gives the cells that the same workbook gives as .xlsx, and all that BIFF has besides."""

import io
import struct
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path

import pytest
import xlwt
from xlwt.CompoundDoc import XlsDoc

from pipeline.examples import LAYOUTS, Formula, example_month, replace_cell, to_bytes
from pipeline.kinds import Known, RefusedError, kind_of
from pipeline.readers import xls, xlsx
from schemas.month import Month
from schemas.sheet import Hidden, Merge, Sheet
from tests.conftest import ROOT
from tests.mutants import mutants, only_ordinary_errors
from tests.told import told
from tests.writers.xls import written

MADE = Path(__file__).with_name("cases_of_readers")
BOOK, PAGE = 5, 16
THAI = 222


def sheets_of(folder: Path, content: bytes) -> tuple[Sheet, ...]:
    path = folder / "0a1b"
    path.write_bytes(content)
    return xls.read(path, "แบบ.xls")


def workbook(fill: Callable[[xlwt.Workbook, xlwt.Worksheet], None]) -> bytes:
    file = io.BytesIO()
    book = xlwt.Workbook(encoding="utf-8")
    fill(book, book.add_sheet("แผ่น"))
    book.save(file)
    return file.getvalue()


def style(number_format: str = "General", *, struck: bool = False) -> xlwt.XFStyle:
    look = xlwt.XFStyle()
    look.num_format_str = number_format
    look.font.struck_out = struck
    return look


def put(folder: Path, value: object, number_format: str = "General") -> object:
    """Write one value into A1 and return what is read there."""

    def fill(_: xlwt.Workbook, page: xlwt.Worksheet) -> None:
        page.write(0, 0, value, style(number_format))

    (sheet,) = sheets_of(folder, workbook(fill))
    cell = sheet.cells.get((1, 1))
    return cell and (cell.text, cell.value, cell.kind)


def record(code: int, form: str, *values: object) -> bytes:
    data = struct.pack("<" + form, *values)
    return struct.pack("<HH", code, len(data)) + data


def biff(  # noqa: PLR0913 - what differs between old files
    cells: bytes,
    *,
    version: int = 0x500,
    codepage: int | None = 874,
    charset: int = THAI,
    format_id: int = 0,
    kind: int = 0,
    name: bytes = "แผ่น".encode("cp874"),
) -> bytes:
    """A workbook of one sheet, record by record, for what no writer of today writes."""
    font = record(0x31, "HHHHHBBBBB5s", 200, 0, 0, 400, 0, 0, 0, charset, 0, 5, b"Arial")
    look = record(0xE0, "HH12x" if version == 0x500 else "HH16x", 0, format_id)
    called = name if version == 0x500 else b"\x01" + name.decode("cp874").encode("utf-16-le")
    length = len(name)

    def book(at: int) -> bytes:
        return (
            record(0x809, "HHHH", version, BOOK, 0x0DBB, 1996)
            + (b"" if codepage is None else record(0x42, "H", codepage))
            + font
            + look
            + record(0x85, f"IBBB{len(called)}s", at, 0, kind, length, called)
            + record(0x0A, "")
        )

    page = record(0x809, "HHHH", version, PAGE, 0x0DBB, 1996) + cells + record(0x0A, "")
    file = io.BytesIO()
    XlsDoc().save(file, book(len(book(0))) + page)
    return file.getvalue()


def label(text: bytes) -> bytes:
    return record(0x204, f"HHHH{len(text)}s", 0, 0, 0, len(text), text)


def number(value: float) -> bytes:
    return record(0x203, "HHHd", 0, 0, 0, value)


# ---- the same as .xlsx


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_month_is_the_same_as_in_xlsx(tmp_path: Path, layout: str) -> None:
    book = example_month(Month(2568, 2), layout, 6)
    modern = tmp_path / "modern"
    modern.write_bytes(to_bytes(book))

    (old,), (new,) = sheets_of(tmp_path, written(book)), xlsx.read(modern, "แบบ.xls")

    assert old.cells == new.cells
    assert (old.file, old.name, old.merges) == (new.file, new.name, new.merges)
    assert len(old.cells) > 50


def test_what_libreoffice_saves_is_read_as_well() -> None:
    """Made with LibreOffice 7.4 from a workbook of examples, saved as .xls and as .xlsx."""
    assert kind_of(MADE / "libreoffice.xls") == Known("xls")
    old = xls.read(MADE / "libreoffice.xls", "แบบ")
    new = xlsx.read(MADE / "libreoffice.xlsx", "แบบ")

    assert [told(sheet) for sheet in old] == [told(sheet) for sheet in new]
    assert {cell.kind for cell in old[0].cells.values()} == {
        "text",
        "number",
        "date",
        "truth",
        "error",
    }
    assert [sheet.hidden for sheet in old] == [
        Hidden(rows=frozenset({22}), columns=frozenset({16})),
        Hidden(sheet=True),
    ]
    assert {c.address: c.struck for c in old[0].cells.values() if c.struck} == {
        "B20": "whole",
        "B21": "partly",
    }


# ---- kinds


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("ข้อความ\nสอง", ("ข้อความ\nสอง", "ข้อความ\nสอง", "text")),
        ("  ๑,๐๐๐ ", ("  ๑,๐๐๐ ", "  ๑,๐๐๐ ", "text")),
        ("#REF!", ("#REF!", "#REF!", "text")),
        (67099237224, ("67099237224", 67099237224, "number")),
        (12.5, ("12.5", 12.5, "number")),
        (1e20, ("1e+20", 1e20, "number")),
        (True, ("TRUE", "TRUE", "truth")),
        (False, ("FALSE", "FALSE", "truth")),
        (" \n\t ", None),
        (None, None),
    ],
)
def test_a_value_keeps_its_kind(tmp_path: Path, value: object, expected: object) -> None:
    found = put(tmp_path, value)

    assert found == expected
    assert type(found and found[1]) is type(expected and expected[1])  # type: ignore[index]


@pytest.mark.parametrize(
    ("code", "text"),
    [(0, "#NULL!"), (7, "#DIV/0!"), (15, "#VALUE!"), (23, "#REF!"), (29, "#NAME?"), (42, "#N/A")],
)
def test_an_error_is_told_as_excel_shows_it(tmp_path: Path, code: int, text: str) -> None:
    (sheet,) = sheets_of(tmp_path, biff(record(0x205, "HHHBB", 0, 0, 0, code, 1)))

    assert [(c.text, c.value, c.kind) for c in sheet.cells.values()] == [(text, text, "error")]


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (250.5, (250.5, "number")),
        ("ข้อความ", ("ข้อความ", "text")),
        ("#REF!", ("#REF!", "error")),
        ("#DIV/0!", ("#DIV/0!", "error")),
    ],
)
def test_a_formula_is_its_stored_result(
    tmp_path: Path, result: str | float, expected: object
) -> None:
    book = example_month(Month(2568, 2), "nine-columns", 1)
    (sheet,) = sheets_of(
        tmp_path, written(replace_cell(book, "สขร.1", "K9", Formula("=C6*2", result)))
    )

    assert (sheet.cells[9, 11].value, sheet.cells[9, 11].kind) == expected


@pytest.mark.parametrize(
    "number_format",
    ["dd/mm/yyyy", "[$-107041E]d mmm yyyy", "[$-D07041E]d mmmm yyyy", "d/m/bbbb", "ว ดดดด ปปปป"],
)
def test_a_day_is_a_day_in_every_format(tmp_path: Path, number_format: str) -> None:
    assert put(tmp_path, 45567, number_format) == ("2024-10-02", date(2024, 10, 2), "date")


@pytest.mark.parametrize("format_id", [14, 15, *range(71, 75), 81])
def test_a_day_in_a_built_in_format_is_a_day_as_well(tmp_path: Path, format_id: int) -> None:
    (sheet,) = sheets_of(tmp_path, biff(number(45567), format_id=format_id))

    assert [cell.value for cell in sheet.cells.values()] == [date(2024, 10, 2)]


@pytest.mark.parametrize("format_id", [0, 4, 49, *range(59, 63), 999])
def test_a_number_stays_a_number_in_every_other(tmp_path: Path, format_id: int) -> None:
    (sheet,) = sheets_of(tmp_path, biff(number(45567), format_id=format_id))

    assert [(c.text, c.kind) for c in sheet.cells.values()] == [("45567", "number")]


def test_a_day_beyond_the_calendar_is_a_number(tmp_path: Path) -> None:
    assert put(tmp_path, 9e9, "dd/mm/yyyy") == ("9000000000", 9_000_000_000, "number")


def test_a_time_is_no_number_and_does_not_change_a_day(tmp_path: Path) -> None:
    moment = datetime(2024, 10, 2, 15, 30)  # noqa: DTZ001 - a workbook knows no zone

    assert put(tmp_path, time(15, 30), "hh:mm") == ("15:30:00", "15:30:00", "truth")
    assert put(tmp_path, moment, "dd/mm/yyyy hh:mm") == (
        "2024-10-02 15:30:00",
        date(2024, 10, 2),
        "date",
    )


def test_a_workbook_that_counts_from_1904_has_the_same_days(tmp_path: Path) -> None:
    def fill(book: xlwt.Workbook, page: xlwt.Worksheet) -> None:
        book.dates_1904 = True
        page.write(0, 0, 45567 - 1462, style("dd/mm/yyyy"))

    (sheet,) = sheets_of(tmp_path, workbook(fill))

    assert [cell.value for cell in sheet.cells.values()] == [date(2024, 10, 2)]


# ---- Excel 5 and 95


@pytest.mark.parametrize(("codepage", "charset"), [(874, 0), (None, 0), (1252, THAI)])
def test_thai_of_excel_95_is_thai(tmp_path: Path, codepage: int | None, charset: int) -> None:
    """Some writers state no code page or the western one; the font says that it is Thai."""
    content = biff(label("จ้างซ่อม “๑”".encode("cp874")), codepage=codepage, charset=charset)
    (sheet,) = sheets_of(tmp_path, content)

    assert (sheet.name, sheet.cells[1, 1].text) == ("แผ่น", "จ้างซ่อม “๑”")


def test_western_text_of_excel_95_stays_western(tmp_path: Path) -> None:
    (sheet,) = sheets_of(tmp_path, biff(label(b"caf\xe9"), codepage=1252, charset=0, name=b"a"))

    assert sheet.cells[1, 1].text == "café"


# ---- sheets, merges, what is hidden or struck through


@pytest.mark.parametrize("kind", [1, 2, 6])
def test_macros_charts_and_modules_are_no_sheets(tmp_path: Path, kind: int) -> None:
    assert sheets_of(tmp_path, biff(number(1), kind=kind)) == ()
    assert len(sheets_of(tmp_path, biff(number(1)))) == 1


def test_what_is_hidden_is_read_and_told(tmp_path: Path) -> None:
    def fill(book: xlwt.Workbook, page: xlwt.Worksheet) -> None:
        for row, column in ((0, 0), (1, 2)):
            page.write(row, column, "มี")
        for hidden in (1, 5):  # row 6 and column F are hidden too, but nothing stands there
            page.row(hidden).hidden = True
        for hidden in (2, 5):
            page.col(hidden).hidden = True
        for name, visibility in (("ซ่อน", 1), ("ลับ", 2)):
            more = book.add_sheet(name)
            more.write(0, 0, name)
            more.visibility = visibility

    found = sheets_of(tmp_path, workbook(fill))

    assert [(sheet.name, len(sheet.cells), sheet.hidden) for sheet in found] == [
        ("แผ่น", 2, Hidden(rows=frozenset({2}), columns=frozenset({3}))),
        ("ซ่อน", 1, Hidden(sheet=True)),
        ("ลับ", 1, Hidden(sheet=True)),
    ]


def test_what_is_struck_through_is_told(tmp_path: Path) -> None:
    struck, plain = style(struck=True).font, style().font

    def fill(_: xlwt.Workbook, page: xlwt.Worksheet) -> None:
        page.write(0, 0, "ยกเลิก", style(struck=True))
        page.write(1, 0, 12.5, style(struck=True))
        page.write_rich_text(2, 0, [("ร้าน ก ", struck), ("ร้าน ข", plain)])
        page.write_rich_text(3, 0, ["ร้าน ก ", ("ร้าน ข", struck)])
        page.write_rich_text(4, 0, [("ร้าน ก ", struck), ("ร้าน ข", struck)])
        page.write_rich_text(5, 0, [("ร้าน ก", plain), ("ร้าน ข", plain)], style(struck=True))
        page.write(6, 0, "มี")

    (sheet,) = sheets_of(tmp_path, workbook(fill))

    assert [cell.struck for _, cell in sorted(sheet.cells.items())] == [
        "whole",
        "whole",
        "partly",
        "partly",
        "whole",
        "",
        "",
    ]


def test_merges_come_in_order_with_all_four_bounds(tmp_path: Path) -> None:
    def fill(_: xlwt.Workbook, page: xlwt.Worksheet) -> None:
        page.write_merge(4, 5, 1, 2, "ล่าง")
        page.write_merge(0, 0, 0, 8, "บน")

    (sheet,) = sheets_of(tmp_path, workbook(fill))

    assert sheet.merges == (Merge(1, 1, 1, 9), Merge(5, 2, 6, 3))


def test_a_stray_cell_in_the_last_corner_makes_no_rectangle(tmp_path: Path) -> None:
    def fill(_: xlwt.Workbook, page: xlwt.Worksheet) -> None:
        page.write(65535, 255, "ไกล")

    content = workbook(fill)
    tracemalloc.start()
    (sheet,) = sheets_of(tmp_path, content)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert [cell.address for cell in sheet.cells.values()] == ["IV65536"]
    assert most < 40_000_000  # the whole rectangle takes 180 million bytes and more


def test_merges_over_everything_are_refused(tmp_path: Path) -> None:
    def fill(_: xlwt.Workbook, page: xlwt.Worksheet) -> None:
        page.write(0, 0, "มี")
        page.merged_ranges.append((0, 65535, 0, 255))

    with pytest.raises(RefusedError) as refused:
        sheets_of(tmp_path, workbook(fill))

    assert refused.value.rule == "file-within-limits"


# ---- damage


def test_doubts_of_the_library_are_not_printed(tmp_path: Path) -> None:
    path = tmp_path / "0a1b"
    path.write_bytes(biff(number(1) + record(0xA0, "HH", 1, 0)))
    program = (
        "import sys; from pathlib import Path; from pipeline.readers.xls import read;"
        "assert len(read(Path(sys.argv[1]), '')[0].cells) == 1"
    )

    # A program of its own: xlrd keeps the stdout that it found when it was imported.
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, check=True, cwd=ROOT
    )

    assert (done.stdout, done.stderr) == (b"", b"")


def test_damage_is_an_ordinary_error(tmp_path: Path) -> None:
    content = written(example_month(Month(2568, 2), "twelve-columns", 2))

    assert only_ordinary_errors(xls.read, tmp_path / "0a1b", mutants(content, 300)) > 75
