"""An .xlsb gives the cells that the same workbook gives as .xlsx; two other readers agree."""

import io
import struct
from datetime import date
from pathlib import Path

import pytest
import pyxlsb
from python_calamine import CalamineWorkbook

from pipeline.examples import LAYOUTS, Formula, example_month, replace_cell, to_bytes
from pipeline.kinds import Known, RefusedError, kind_of
from pipeline.readers import xlsb, xlsx
from pipeline.readers.second import differs, second_reader
from schemas.month import Month
from schemas.sheet import Hidden, Merge, Sheet
from tests.mutants import only_ordinary_errors, zip_mutants
from tests.test_read_xlsx import edited
from tests.told import told
from tests.writers.xlsb import (
    Work,
    cell,
    column,
    packed,
    record,
    rich,
    row,
    string,
    worksheet,
    written,
)

ERROR, TRUTH, NUMBER, TEXT, SHARED = 3, 4, 5, 6, 7
FORMULA = struct.pack("<HIBHI", 0, 3, 0x1E, 0, 0)


def sheets_of(folder: Path, content: bytes) -> tuple[Sheet, ...]:
    path = folder / "0a1b"
    path.write_bytes(content)
    return xlsb.read(path, "แบบ.xlsb")


def read_one(folder: Path, part: bytes, **more: object) -> Sheet:
    (sheet,) = sheets_of(folder, packed(Work([("แผ่น", part)], **more)))  # type: ignore[arg-type]
    return sheet


def put(folder: Path, code: int, value: bytes, number_format: int = 0) -> object:
    """Write one cell into A1 and return what is read there."""
    sheet = read_one(folder, worksheet(row(1, cell(code, 1, value))), looks=((number_format, 0),))
    found = sheet.cells.get((1, 1))
    return found and (found.text, found.value, found.kind)


def double(number: float) -> bytes:
    return struct.pack("<d", number)


# ---- the same as .xlsx


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_month_is_the_same_as_in_xlsx(tmp_path: Path, layout: str) -> None:
    book = example_month(Month(2568, 2), layout, 6)
    modern = tmp_path / "modern"
    modern.write_bytes(to_bytes(book))

    (found,), (new,) = sheets_of(tmp_path, written(book)), xlsx.read(modern, "แบบ.xlsb")

    assert found.cells == new.cells
    assert (found.file, found.name, found.merges) == (new.file, new.name, new.merges)
    assert len(found.cells) > 50
    assert kind_of(tmp_path / "0a1b") == Known("xlsb")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_calamine_reads_the_same(tmp_path: Path, layout: str) -> None:
    (sheet,) = sheets_of(tmp_path, written(example_month(Month(2568, 2), layout, 6)))
    seen = second_reader(tmp_path / "0a1b", "xlsb")(sheet)

    assert seen is not None
    assert set(seen) == set(sheet.cells)
    assert not [at for at, found in sheet.cells.items() if differs(found, seen[at])]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_pyxlsb_reads_the_same(tmp_path: Path, layout: str) -> None:
    content = written(example_month(Month(2568, 2), layout, 6))
    (sheet,) = sheets_of(tmp_path, content)
    with pyxlsb.open_workbook(io.BytesIO(content)) as book, book.get_sheet(1) as page:
        seen = {(c.r + 1, c.c + 1): c.v for line in page.rows() for c in line if c.v is not None}

    assert set(seen) == set(sheet.cells)
    assert not [at for at, found in sheet.cells.items() if differs(found, seen[at])]


# ---- kinds


@pytest.mark.parametrize(
    ("code", "value", "expected"),
    [
        (TEXT, string("ข้อความ\nสอง"), ("ข้อความ\nสอง", "ข้อความ\nสอง", "text")),
        (TEXT, string("#REF!"), ("#REF!", "#REF!", "text")),
        (TEXT, string(" \n "), None),
        (62, rich("ร้าน ก", [(0, 0)]), ("ร้าน ก", "ร้าน ก", "text")),
        (NUMBER, double(67099237224), ("67099237224", 67099237224, "number")),
        (NUMBER, double(12.5), ("12.5", 12.5, "number")),
        (NUMBER, double(1e20), ("1e+20", 1e20, "number")),
        (2, struct.pack("<i", -7 << 2 | 2), ("-7", -7, "number")),
        (2, struct.pack("<i", 123456 << 2 | 3), ("1234.56", 1234.56, "number")),
        (2, double(12.5)[4:], ("12.5", 12.5, "number")),
        (
            2,
            (int.from_bytes(double(1250.0)[4:], "little") | 1).to_bytes(4, "little"),
            ("12.5", 12.5, "number"),
        ),
        (TRUTH, b"\1", ("TRUE", "TRUE", "truth")),
        (TRUTH, b"\0", ("FALSE", "FALSE", "truth")),
        (ERROR, b"\x17", ("#REF!", "#REF!", "error")),
        (ERROR, b"\x2a", ("#N/A", "#N/A", "error")),
        (1, b"", None),
        (8, string("ผล") + FORMULA, ("ผล", "ผล", "text")),
        (8, string("") + FORMULA, None),
        (9, double(250.5) + FORMULA, ("250.5", 250.5, "number")),
        (10, b"\1" + FORMULA, ("TRUE", "TRUE", "truth")),
        (11, b"\x07" + FORMULA, ("#DIV/0!", "#DIV/0!", "error")),
    ],
)
def test_a_value_keeps_its_kind(tmp_path: Path, code: int, value: bytes, expected: object) -> None:
    found = put(tmp_path, code, value)

    assert found == expected
    assert type(found and found[1]) is type(expected and expected[1])  # type: ignore[index]


@pytest.mark.parametrize("result", [250.5, "ข้อความ", "#REF!", "#DIV/0!"])
def test_a_formula_is_its_stored_result(tmp_path: Path, result: str | float) -> None:
    book = example_month(Month(2568, 2), "nine-columns", 1)
    book = replace_cell(book, "สขร.1", "K9", Formula("=C6*2", result))
    modern = tmp_path / "modern"
    modern.write_bytes(to_bytes(book))

    assert [*map(told, sheets_of(tmp_path, written(book)))] == [*map(told, xlsx.read(modern, ""))]


@pytest.mark.parametrize("number_format", [14, 15, *range(71, 75), 81])
def test_a_day_in_a_built_in_format_is_a_day(tmp_path: Path, number_format: int) -> None:
    assert put(tmp_path, NUMBER, double(45567), number_format) == (
        "2024-10-02",
        date(2024, 10, 2),
        "date",
    )


@pytest.mark.parametrize("number_format", [0, 4, 49, *range(59, 63), 999])
def test_a_number_stays_a_number_in_every_other(tmp_path: Path, number_format: int) -> None:
    assert put(tmp_path, NUMBER, double(45567), number_format) == ("45567", 45567, "number")


@pytest.mark.parametrize("from_1904", [False, True])
@pytest.mark.parametrize("code", ["[$-D07041E]d mmmm yyyy", "ว ดดดด ปปปป", "d/m/bbbb"])
def test_a_day_in_an_own_format_is_a_day(tmp_path: Path, code: str, *, from_1904: bool) -> None:
    serial = double(45567 - 1462 * from_1904)
    sheet = read_one(
        tmp_path,
        worksheet(row(1, cell(NUMBER, 1, serial, look=1))),
        formats=["0.00", code],
        looks=((0, 0), (165, 0)),
        from_1904=from_1904,
    )

    assert [c.value for c in sheet.cells.values()] == [date(2024, 10, 2)]


# ---- sheets, places, merges, what is hidden or struck through


def test_cells_stand_where_their_records_say(tmp_path: Path) -> None:
    """Short records name no column: each stands right of the one before."""
    short = record(16, struct.pack("<Id", 0, 3.5)) + record(12, struct.pack("<I", 0))
    sheet = read_one(
        tmp_path,
        worksheet(
            row(3, cell(NUMBER, 2, double(1)), short, record(17, bytes(4) + string("ท้าย")))
            + row(1_048_576, cell(NUMBER, 16_384, double(2)))
        ),
    )

    assert {c.address: c.text for c in sheet.cells.values()} == {
        "B3": "1",
        "C3": "3.5",
        "E3": "ท้าย",
        "XFD1048576": "2",
    }
    assert second_reader(tmp_path / "0a1b", "xlsb")(sheet) is None


def test_sheets_come_in_their_order_and_only_worksheets(tmp_path: Path) -> None:
    part = worksheet(row(1, cell(NUMBER, 1, double(1))))
    names = ("สอง", "กราฟ", "แมโคร", "โต้ตอบ", "หนึ่ง")
    kinds = {"กราฟ": "chartsheet", "แมโคร": "xlMacrosheet", "โต้ตอบ": "dialogsheet"}

    found = sheets_of(tmp_path, packed(Work([(name, part) for name in names], kinds=kinds)))

    assert [(sheet.name, len(sheet.cells)) for sheet in found] == [("สอง", 1), ("หนึ่ง", 1)]


@pytest.mark.parametrize("name", ["xl\\Workbook.bin", "workbook.bin"])
def test_odd_names_of_parts_are_read_as_well(tmp_path: Path, name: str) -> None:
    folder = name[: -len("workbook.bin")]

    def move(old: str, part: bytes) -> tuple[str, bytes]:
        renamed = old.replace("xl/", folder)
        return (name if old == "xl/workbook.bin" else renamed), part

    content = written(example_month(Month(2568, 2), "nine-columns", 1))

    assert sheets_of(tmp_path, edited(content, move)) == sheets_of(tmp_path, content)


def test_a_part_may_be_named_from_the_root(tmp_path: Path) -> None:
    content = written(example_month(Month(2568, 2), "nine-columns", 1))
    rooted = edited(
        content,
        lambda name, part: (name, part.replace(b'Target="work', b'Target="/xl/work')),
    )

    assert rooted != content
    assert sheets_of(tmp_path, rooted) == sheets_of(tmp_path, content)


def test_what_is_hidden_is_read_and_told(tmp_path: Path) -> None:
    one = cell(NUMBER, 1, double(1))
    part = worksheet(
        row(1, one)
        + row(2, cell(NUMBER, 3, double(2)), hidden=True)
        + row(3, hidden=True),  # nothing stands there
        columns=column(1, 2) + column(3, 3, hidden=True) + column(9, 2**31, hidden=True),
    )
    sheets = [("แผ่น", part), ("ซ่อน", worksheet(row(1, one))), ("ลับ", worksheet(row(1, one)))]

    found = sheets_of(tmp_path, packed(Work(sheets, states={"ซ่อน": 1, "ลับ": 2})))

    assert [(sheet.name, len(sheet.cells), sheet.hidden) for sheet in found] == [
        ("แผ่น", 2, Hidden(rows=frozenset({2}), columns=frozenset({3}))),
        ("ซ่อน", 1, Hidden(sheet=True)),
        ("ลับ", 1, Hidden(sheet=True)),
    ]


def test_what_is_struck_through_is_told(tmp_path: Path) -> None:
    strings = [
        record(19, rich(text, runs))
        for text, runs in (
            ("ร้าน ก ร้าน ข", [(0, 1), (7, 0)]),
            ("ร้าน ก ร้าน ข", [(7, 1)]),
            ("ร้าน ก ร้าน ข", [(0, 1), (7, 1)]),
            ("ร้าน ก", []),
        )
    ]
    shared = [cell(SHARED, at, struct.pack("<I", at - 1)) for at in (1, 2, 3, 4)]
    sheet = read_one(
        tmp_path,
        worksheet(
            row(
                1,
                *shared,
                cell(NUMBER, 5, double(1), look=1),
                cell(SHARED, 6, struct.pack("<I", 3), look=1),
                cell(62, 7, rich("ร้าน ก", [(0, 0)]), look=1),
            )
        ),
        strings=strings,
        fonts_struck=(False, True),
        looks=((0, 0), (0, 1)),
    )

    assert [found.struck for found in sheet.cells.values()] == [
        "partly",
        "partly",
        "whole",
        "",
        "whole",
        "whole",
        "",
    ]


def test_merges_come_in_order_with_all_four_bounds(tmp_path: Path) -> None:
    merges = (Merge(5, 2, 6, 3), Merge(1, 1, 1, 9))
    content = packed(Work([("แผ่น", worksheet(row(1, cell(NUMBER, 1, double(1))), merges))]))
    (sheet,) = sheets_of(tmp_path, content)
    page = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)

    assert sheet.merges == (Merge(1, 1, 1, 9), Merge(5, 2, 6, 3))
    assert page.start == (0, 0)


def test_merges_over_everything_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedError) as refused:
        read_one(tmp_path, worksheet(b"", [Merge(1, 1, 1_048_576, 16_384)]))

    assert refused.value.rule == "file-within-limits"


def test_a_blank_text_far_away_makes_a_rectangle_that_is_not_asked_for(tmp_path: Path) -> None:
    sheet = read_one(
        tmp_path,
        worksheet(row(1, cell(NUMBER, 1, double(1))) + row(30_000, cell(TEXT, 702, string(" ")))),
    )

    assert len(sheet.cells) == 1
    assert second_reader(tmp_path / "0a1b", "xlsb")(sheet) is None


def test_a_look_far_away_is_no_rectangle(tmp_path: Path) -> None:
    sheet = read_one(
        tmp_path,
        worksheet(row(1, cell(NUMBER, 1, double(1))) + row(1_048_576, cell(1, 16_384, b""))),
    )

    assert second_reader(tmp_path / "0a1b", "xlsb")(sheet) == {(1, 1): 1.0}


# ---- damage


@pytest.mark.parametrize(
    "value",
    [
        struct.pack("<I", 0xFFFFFFFF),
        struct.pack("<I", 0x7FFFFFFF) + b"aa",
        struct.pack("<I", 2) + b"aab",
    ],
)
def test_a_text_longer_than_its_record_is_not_believed(tmp_path: Path, value: bytes) -> None:
    with pytest.raises(ValueError, match="letters in a record"):
        put(tmp_path, TEXT, value)


def test_a_record_longer_than_its_part_is_not_believed(tmp_path: Path) -> None:
    part = worksheet(row(1, cell(NUMBER, 1, double(1)))) + b"\x05\xff\xff\xff\x7f"

    with pytest.raises(ValueError, match="are left"):
        read_one(tmp_path, part)


def test_more_runs_than_there_are_is_not_believed(tmp_path: Path) -> None:
    text = b"\1" + string("ก") + struct.pack("<IHH", 0xFFFFFFFF, 0, 0)

    assert put(tmp_path, 62, text) == ("ก", "ก", "text")


def test_damage_is_an_ordinary_error(tmp_path: Path) -> None:
    content = written(example_month(Month(2568, 2), "twelve-columns", 2))
    damaged = zip_mutants(content, (".bin", "workbook.bin.rels"), 150)

    assert only_ordinary_errors(xlsb.read, tmp_path / "0a1b", damaged) > 150
