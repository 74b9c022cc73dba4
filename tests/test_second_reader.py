"""Two readers of one file: where they contradict each other is told, known losses are not."""

import io
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from importlib import import_module
from pathlib import Path

import pytest
import xlsxwriter
import xlwt
from xlsxwriter.worksheet import Worksheet

from pipeline.examples import LAYOUTS, Formula, example_month, replace_cell, to_bytes
from pipeline.kinds import Kind
from pipeline.readers.second import differs, second_reader
from schemas.month import Month
from schemas.sheet import Cell, Sheet
from schemas.sheet import Kind as CellKind
from tests.test_read_xlsx import edited
from tests.writers import ods, xls, xlsb

MADE = Path(__file__).with_name("cases_of_readers")
WRITERS = {"xlsx": to_bytes, "xls": xls.written, "ods": ods.written, "xlsb": xlsb.written}
KINDS: tuple[Kind, ...] = ("xlsx", "xls", "ods")
WRITTEN: tuple[Kind, ...] = (*KINDS, "xlsb")


def workbook(fill: Callable[[xlsxwriter.Workbook, Worksheet], None], **options: object) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, **options}) as book:
        fill(book, book.add_worksheet("แผ่น"))
    return file.getvalue()


def kept(folder: Path, content: bytes) -> Path:
    path = folder / "0a1b"
    path.write_bytes(content)
    return path


def first_reading(path: Path, kind: Kind) -> tuple[Sheet, ...]:
    sheets: tuple[Sheet, ...] = import_module(f"pipeline.readers.{kind}").read(path, "แบบ")
    return sheets


def contradictions(path: Path, kind: Kind) -> list[str]:
    """The places where the readers contradict each other; all sheets must have been read twice."""
    ask, found = second_reader(path, kind), []
    for sheet in first_reading(path, kind):
        seen = ask(sheet)
        assert seen is not None
        assert len(seen) > len(sheet.cells) / 2
        for row, column in {*sheet.cells, *seen}:
            if differs(sheet.cells.get((row, column)), seen.get((row, column))):
                found.append(Cell(row, column, "", "", "text").address)
    return found


# ---- whole files


@pytest.mark.parametrize("kind", WRITTEN)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_of_a_clean_month_both_say_the_same(tmp_path: Path, layout: str, kind: Kind) -> None:
    content = WRITERS[kind](example_month(Month(2568, 2), layout, 6))

    assert contradictions(kept(tmp_path, content), kind) == []


@pytest.mark.parametrize("kind", KINDS)
def test_of_what_libreoffice_saves_both_say_the_same(kind: Kind) -> None:
    assert contradictions(MADE / f"libreoffice.{kind}", kind) == []


@pytest.mark.parametrize("kind", WRITTEN)
@pytest.mark.parametrize("result", [250.5, "ข้อความ", "#REF!", None])
def test_formulas_and_errors_are_known_losses(
    tmp_path: Path, kind: Kind, result: str | float | None
) -> None:
    book = example_month(Month(2568, 2), "nine-columns", 2)
    book = replace_cell(book, "สขร.1", "K9", Formula("=C6*2", result))

    assert contradictions(kept(tmp_path, WRITERS[kind](book)), kind) == []


@pytest.mark.parametrize("from_1904", [False, True])
@pytest.mark.parametrize(
    "number_format",
    ["dd/mm/yyyy", "[$-107041E]d mmm yyyy", "ว ดดดด ปปปป", "d/m/bbbb", 71, 81, 14, "0", "General"],
)
def test_a_day_is_the_same_day_in_every_format(
    tmp_path: Path, number_format: str | int, *, from_1904: bool
) -> None:
    def fill(book: xlsxwriter.Workbook, page: Worksheet) -> None:
        for row, serial in enumerate((45567, 59, 60, 1, 45567.75)):
            page.write(row, 0, serial, book.add_format({"num_format": number_format}))

    path = kept(tmp_path, workbook(fill, date_1904=from_1904))
    found = contradictions(path, "xlsx")

    # Below 1 March 1900 each library corrects the leap year of Excel in its own way.
    assert set(found) <= {"A2", "A3", "A4"}


@pytest.mark.parametrize("number_format", ["hh:mm", "[h]:mm", "dd/mm/yyyy hh:mm", "0%", "mm:ss.0"])
def test_times_are_the_same_in_every_format(tmp_path: Path, number_format: str) -> None:
    def fill(book: xlsxwriter.Workbook, page: Worksheet) -> None:
        look = book.add_format({"num_format": number_format})
        for row, serial in enumerate((0.5, 0.0007, 45567.123456)):
            page.write(row, 0, serial, look)

    assert contradictions(kept(tmp_path, workbook(fill)), "xlsx") == []


def test_texts_with_odd_line_ends_are_the_same(tmp_path: Path) -> None:
    def fill(_: xlsxwriter.Workbook, page: Worksheet) -> None:
        for row, text in enumerate(
            ("ก \r\nข", "ก_x000D_\nข", "  ก  ", "ก\tข\n", "\u200bก", "1.0")
        ):
            page.write_string(row, 0, text)
        page.write(9, 0, True)  # noqa: FBT003 - XlsxWriter names it otherwise
        page.write_string(9, 1, "  ")

    assert contradictions(kept(tmp_path, workbook(fill)), "xlsx") == []


def test_a_cell_that_only_the_second_sees_is_told(tmp_path: Path) -> None:
    """The first reader forgets what stands under a merge: nobody sees it, somebody wrote it."""

    def fill(_: xlsxwriter.Workbook, page: Worksheet) -> None:
        page.merge_range("A1:C1", "หัว")
        page.write(0, 1, "ใต้")

    assert contradictions(kept(tmp_path, workbook(fill)), "xlsx") == ["B1"]


def test_places_are_counted_as_excel_shows_them(tmp_path: Path) -> None:
    def fill(_: xlsxwriter.Workbook, page: Worksheet) -> None:
        page.write(4, 2, "มี")
        page.write(5, 3, 7)

    path = kept(tmp_path, workbook(fill))
    (sheet,) = first_reading(path, "xlsx")

    assert second_reader(path, "xlsx")(sheet) == {(5, 3): "มี", (6, 4): 7}


# ---- one cell


def cell(text: str, value: str | float | date, kind: CellKind) -> Cell:
    return Cell(1, 1, text, value, kind)


DAY = cell("2024-10-02", date(2024, 10, 2), "date")
NUMBER = cell("12.5", 12.5, "number")
TEXT = cell("ก\nข", "ก\nข", "text")
TRUE = cell("TRUE", "TRUE", "truth")
NOON = cell("12:00:00", "12:00:00", "truth")
LONG = cell("1 day, 6:00:00", "1 day, 6:00:00", "truth")
ERROR = cell("#REF!", "#REF!", "error")
FORMULA = cell("=C6*2", "=C6*2", "uncalculated")
MOMENT = datetime(2024, 10, 2, 15, 30)  # noqa: DTZ001 - a workbook knows no zone


@pytest.mark.parametrize(
    ("ours", "other"),
    [
        (None, None),
        (None, " \n"),
        (NUMBER, 12.5),
        (NUMBER, 12.5 * (1 + 1e-10)),
        (cell("5", 5, "number"), 5.0),
        (cell("45567", 45567, "number"), date(2024, 10, 2)),
        (cell("44105", 44105, "number"), date(2024, 10, 2)),  # counted from 1904
        (DAY, date(2024, 10, 2)),
        (DAY, MOMENT),
        (DAY, 45567),
        (DAY, 45567.9),
        (DAY, 44105.0),  # counted from 1904
        (TEXT, "ก\nข"),
        (TEXT, "ก \r\nข  "),
        (TEXT, "ก_x000D_\nข\n"),
        (TRUE, True),
        (NOON, time(12)),
        (NOON, timedelta(hours=12)),
        (NOON, 0.5),
        (LONG, timedelta(hours=30, milliseconds=3)),
        (ERROR, None),
        (ERROR, ""),
        (ERROR, "#REF!"),
        (ERROR, 0.0),
        (FORMULA, None),
        (FORMULA, ""),
    ],
)
def test_a_known_loss_is_no_contradiction(ours: Cell | None, other: object) -> None:
    assert not differs(ours, other)


@pytest.mark.parametrize(
    ("ours", "other"),
    [
        (None, "ก"),
        (None, 0.0),
        (None, False),
        (NUMBER, None),
        (NUMBER, ""),
        (NUMBER, 12.5 * (1 + 1e-8)),
        (NUMBER, "12.5"),
        (cell("1", 1, "number"), True),
        (cell("45567", 45567, "number"), date(2024, 10, 3)),
        (DAY, None),
        (DAY, date(2024, 10, 3)),
        (DAY, 45568.0),
        (DAY, 45566.9),
        (DAY, "2024-10-02"),
        (TEXT, None),
        (TEXT, " "),
        (TEXT, "กข"),
        (TEXT, "ก ข"),
        (TEXT, " ก\nข"),
        (cell("5", "5", "text"), 5),
        (cell("#REF!", "#REF!", "text"), None),
        (TRUE, False),
        (TRUE, None),
        (TRUE, 1.0),
        (NOON, time(13)),
        (ERROR, 7),
        (ERROR, "#N/A"),
        (FORMULA, 7),
        (FORMULA, "=C6*2"),
    ],
)
def test_everything_else_is_a_contradiction(ours: Cell | None, other: object) -> None:
    assert differs(ours, other)


# ---- when it must not be asked


def far(kind: str, text: str | None) -> bytes:
    """A workbook with a text in A1, and one so far away that the rectangle is too large."""
    file = io.BytesIO()
    if kind == "xls":
        book = xlwt.Workbook(encoding="utf-8")
        page = book.add_sheet("แผ่น")
        page.write(0, 0, "มี")
        page.write(49_999, 200, text)
        book.save(file)
        return file.getvalue()
    if kind == "ods":
        cells = (
            '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
        )
        gap = '<table:table-cell table:number-columns-repeated="700"/>'
        return ods.packed(
            "",
            f'<table:table table:name="แผ่น"><table:table-row>{cells.format("มี")}'
            f'</table:table-row><table:table-row table:number-rows-repeated="29998">{gap}'
            f"</table:table-row><table:table-row>{gap}{cells.format(text) if text else gap}"
            "</table:table-row></table:table>",
        )

    def fill(made: xlsxwriter.Workbook, page: Worksheet) -> None:
        page.write_string(0, 0, "มี")
        page.write(29_999, 701, text, made.add_format({"bold": True}))

    return workbook(fill)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", ["ไกล", " "])
def test_a_rectangle_that_is_too_large_is_not_asked_for(
    tmp_path: Path, kind: Kind, text: str
) -> None:
    """A blank far away makes the rectangle as well, though no filled cell of ours stands there."""
    path = kept(tmp_path, far(kind, text))
    (sheet,) = first_reading(path, kind)

    assert len(sheet.cells) == (1 if text == " " else 2)
    assert second_reader(path, kind)(sheet) is None


@pytest.mark.parametrize("kind", KINDS)
def test_a_look_far_away_is_no_rectangle(tmp_path: Path, kind: Kind) -> None:
    path = kept(tmp_path, far(kind, None))
    (sheet,) = first_reading(path, kind)

    assert second_reader(path, kind)(sheet) == {(1, 1): "มี"}


def test_cells_that_do_not_name_their_place_are_not_asked_for(tmp_path: Path) -> None:
    content = to_bytes(example_month(Month(2568, 2), "nine-columns", 1))
    path = kept(tmp_path, content)
    (sheet,) = first_reading(path, "xlsx")
    odd = edited(content, lambda name, part: (name, part.replace(b'<c r="A2"', b"<c")))
    path.write_bytes(odd)

    assert odd != content
    assert second_reader(path, "xlsx")(sheet) is None


def test_kinds_that_are_not_for_it_are_not_asked_for(tmp_path: Path) -> None:
    path = kept(tmp_path, b"a\tb")
    sheet = Sheet("แบบ", "แผ่น", {})

    assert [second_reader(path, kind)(sheet) for kind in ("text", "html", "xml")] == [None] * 3


@pytest.mark.parametrize("kind", WRITTEN)
def test_what_it_cannot_read_it_does_not_contradict(tmp_path: Path, kind: Kind) -> None:
    whole = WRITERS[kind](example_month(Month(2568, 2), "nine-columns", 1))
    sheet = Sheet("แบบ", "ไม่มีแผ่นนี้", {})

    assert second_reader(kept(tmp_path, whole), kind)(sheet) is None
    assert second_reader(kept(tmp_path, whole[: len(whole) // 2]), kind)(sheet) is None


def test_a_workbook_is_opened_once_and_only_when_it_is_asked_for(tmp_path: Path) -> None:
    path = kept(tmp_path, to_bytes(example_month(Month(2568, 2), "nine-columns", 1)))
    (sheet,) = first_reading(path, "xlsx")
    ask = second_reader(tmp_path / "late", "xlsx")
    path.rename(tmp_path / "late")
    first = ask(sheet)
    (tmp_path / "late").unlink()

    assert first
    assert ask(sheet) == first
