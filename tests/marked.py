"""Workbooks to be marked, and what an independent reader sees of them: shared by those tests."""

import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import openpyxl
import xlsxwriter
from openpyxl.cell.cell import MergedCell
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.guard import Limits, guard
from pipeline.kinds import Kind
from pipeline.mark import mark
from pipeline.marking.styles import COLOURS
from pipeline.read import read
from schemas.finding import Finding, Severity
from schemas.month import Month
from schemas.reply_words import EXPLANATIONS, READ_FIRST
from schemas.sheet import Sheet

FILE = "แบบ.xlsx"
SHEET = "แผ่น'1"
OCTOBER = Month(2567, 10)
FILLS = {severity: f"FF{colour}" for severity, colour in COLOURS.items()}


def finding(
    cell: str,
    severity: Severity = "fix",
    value: str = "",
    *,
    rule: str = "a-rule",
    sheet: str = SHEET,
    message: str = "",
) -> Finding:
    said = message or f"ดูช่อง {cell}"
    return Finding(rule, severity, FILE, sheet, cell, value, said, OCTOBER)


def cells(sheet: Sheet) -> dict[str, tuple[object, ...]]:
    return {c.address: (c.text, c.value, c.kind) for c in sheet.cells.values()}


def load(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content), rich_text=True)


def marked(path: Path, content: bytes, findings: Sequence[Finding], kind: Kind = "xlsx") -> bytes:
    path.write_bytes(content)
    return mark(path, FILE, kind, findings)


def read_back(path: Path, reply: bytes) -> tuple[Sheet, ...]:
    path.write_bytes(reply)
    assert guard(path, Limits()).kind == "xlsx"
    return read(path, FILE, "xlsx")


def looks(content: bytes, but: set[tuple[str, str]]) -> dict[object, object]:
    """Everything that openpyxl sees of a workbook, our two sheets and the given cells apart."""
    facts: dict[object, object] = {}
    known: Looks = {}
    book = load(content)
    for sheet in book.worksheets:
        if sheet.title.startswith((READ_FIRST, EXPLANATIONS)):
            continue
        facts[sheet.title] = sheet_facts(sheet)
        for row in sheet.iter_rows(max_row=min(sheet.max_row, 500)):
            for cell in row:
                if (sheet.title, cell.coordinate) not in but:
                    found = cell_facts(cell, known)
                    if found != EMPTY_CELL:
                        facts[sheet.title, cell.coordinate] = found
    facts["names"] = sorted(book.defined_names)
    return facts


def sheet_facts(sheet: Worksheet) -> tuple[object, ...]:
    return (
        {at: (c.width, c.hidden, c.min, c.max) for at, c in sheet.column_dimensions.items()},
        {
            at: (r.height, r.hidden)
            for at, r in sheet.row_dimensions.items()
            if r.height or r.hidden
        },
        sorted(map(str, sheet.merged_cells.ranges)),
        [(str(v.sqref), v.formula1) for v in sheet.data_validations.dataValidation],
        [str(area.sqref) for area in sheet.conditional_formatting],
        (sheet.print_title_rows, sheet.print_area, sheet.freeze_panes, sheet.sheet_state),
        (
            sheet.page_setup.orientation,
            sheet.page_setup.paperSize,
            sheet.oddFooter.center.text if sheet.oddFooter is not None else "",
        ),
        (sheet.page_setup.fitToHeight, sheet.page_setup.scale, vars(sheet.page_margins)),
        (sheet.sheet_format.defaultRowHeight, sheet.sheet_view.zoomScale),
        (sheet.auto_filter.ref, sorted(sheet.tables), sheet.protection.sheet),
    )


Looks = dict[int, tuple[str, ...]]


def cell_facts(cell: object, known: Looks) -> tuple[object, ...]:
    if isinstance(cell, MergedCell):
        return EMPTY_CELL
    assert isinstance(cell, openpyxl.cell.cell.Cell)
    text = cell.comment.text if cell.comment else None
    look = known.get(cell.style_id)
    if look is None:
        shown = (cell.fill, cell.font, cell.border, cell.alignment, cell.protection)
        look = known[cell.style_id] = (cell.number_format, *map(repr, shown))
    return (repr(cell.value), cell.data_type, text, *look)


EMPTY_CELL = cell_facts(openpyxl.Workbook().create_sheet()["A1"], {})


def workbook(
    fill: Callable[[xlsxwriter.Workbook, xlsxwriter.worksheet.Worksheet], None],
) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        fill(book, book.add_worksheet(SHEET))
    return file.getvalue()


def everything(book: xlsxwriter.Workbook, page: xlsxwriter.worksheet.Worksheet) -> None:
    yellow = book.add_format({"bg_color": "#FFFF00", "bold": True, "num_format": "#,##0.00"})
    dotted = book.add_format({"pattern": 4, "fg_color": "#00FF00", "bg_color": "#0000FF"})
    struck = book.add_format({"font_strikeout": True})
    page.write("A1", 12.5, yellow)
    page.write("B2", 5, dotted)
    page.write_formula("C3", "=B2*2", None, 10)
    page.write_formula("D3", '=IF(B2="","",B2)', None, "")
    page.write("D4", "ข้อความ")
    page.write_comment("D4", "ของผู้ส่ง", {"author": "กองคลัง"})
    page.write_comment("E5", "อีกข้อ", {"author": "กองคลัง"})
    page.merge_range("A6:C8", "ผสาน", yellow)
    page.write_rich_string("E8", "ร้าน ก ", struck, "ร้าน ข")
    page.set_column("G:G", 12, dotted)
    page.set_row(9, 30, yellow)
    page.set_row(10, None, None, {"hidden": True})
    page.insert_textbox("H2", "กล่องข้อความ")
    page.data_validation("B2:B9", {"validate": "list", "source": ["ก", "ข"]})
    page.conditional_format("C3:C9", {"type": "cell", "criteria": ">", "value": 3})
    page.autofilter("A1:D4")
    page.repeat_rows(0)
    page.print_area("A1:G12")
    page.set_footer("&Cหน้า &P")
    page.protect("", {"select_locked_cells": True})
    book.add_worksheet("ลับ").hide()
    book.define_name("ชื่อ", f"='{SHEET.replace(chr(39), chr(39) * 2)}'!$A$1")


EVERYTHING = workbook(everything)
ON_EVERYTHING = [
    finding("A1", "fix", "12.5"),
    finding("A1", "note", "12.5", rule="b-rule", message="ข้อสอง"),
    finding("B2", "explain", "5"),
    finding("C3", "note", "10"),
    finding("D4", "explain", "ข้อความ"),
    finding("B7", "fix"),
    finding("E8", "note", "ร้าน ก ร้าน ข"),
    finding("G9", "note"),
    finding("B10", "explain"),
    finding("F5", "note"),
    finding("AB40", "note"),
]


def edited(content: bytes, change: Callable[[str, str], str | None]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            text = change(name, old.read(name).decode())
            if text is not None:
                new.writestr(name, text)
    return file.getvalue()


def on_each(sheets: Sequence[Sheet]) -> list[Finding]:
    """The findings on the workbook with everything, on each sheet of another."""
    return [replace(one, sheet=sheet.name) for sheet in sheets for one in ON_EVERYTHING]
