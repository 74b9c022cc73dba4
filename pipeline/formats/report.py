"""Documents over several months, as PDF and as workbook: a cover with tables, then the forms.

What they say is decided in ``pipeline/site/bundles.py``; here it is only set.
"""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, Literal

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from pipeline.formats import data_sheet, form, pdf, xlsx
from pipeline.formats.form import Cell
from pipeline.formats.kept import Kept, program
from pipeline.formats.workbook import (
    BORDERS,
    THAI_DIGITS,
    TITLE_SIZE,
    Looks,
    done,
    look_of,
    new_book,
    set_page,
    write_line,
    write_row,
)
from schemas.bundle_words import COVER
from schemas.manifest import LogHead
from schemas.summary import MonthlySummary, Numerals
from schemas.thai import thai_digits

Side = Literal["left", "center", "right"]
MODULES = (
    *("report", "workbook", "xlsx", "data_sheet", "csv", "form", "row_heights", "pdf"),
    *("copied_text", "thai_words"),
)


@dataclass(frozen=True)
class Table:
    """A table with its heading; ``widths`` are pixels in a workbook, parts of a page on paper."""

    title: str
    headings: tuple[str, ...]
    sides: tuple[Side, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] | None = None
    notes: tuple[str, ...] = ()
    whole: frozenset[int] = frozenset()  # columns of numbers without satang


@dataclass(frozen=True)
class Report:
    """A document: lines above by their part, as ``form.heading``; texts in the right digits."""

    title: str
    above: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    tables: tuple[Table, ...]
    months: tuple[MonthlySummary, ...]  # whose rows it has
    organisation: str
    place: str
    day: date
    numerals: Numerals
    edition: str
    log: LogHead | None
    sheet: str = COVER
    after: tuple[str, ...] = ()  # below the last table
    forms: bool = False  # with the form of each month


# ---- PDF


def as_pdf(report: Report, kept: Kept) -> bytes:
    """Return the document as PDF/A-2a; the same report makes the same bytes."""
    months = [pdf.said_of(summary) for summary in report.months] if report.forms else []
    digits = _digits(report)
    said: dict[str, Any] = {
        "title": report.title,
        "author": report.organisation,
        "names": sorted(pdf.names_of(f"{report.organisation} {report.place}")),
        "day": [report.day.year, report.day.month, report.day.day],
        "thai": report.numerals == "thai",
        "log": form.log_words(report.log),
        "edition": report.edition,
        "page_of": form.PAGE_OF,
        "above": list(report.above),
        "notes": report.notes,
        "tables": [
            {
                "title": table.title,
                "headings": table.headings,
                "sides": table.sides,
                "widths": table.widths,
                "rows": [pdf.texts_of(cells, digits) for cells in table.rows],
                "total": pdf.texts_of(table.total or (), digits),
                "notes": table.notes,
            }
            for table in report.tables
        ],
        "months": months,
    }
    return pdf.made("report.typ", said, lambda: _set(said), kept)


def _set(said: Mapping[str, Any]) -> dict[str, Any]:
    names = frozenset(said["names"])

    def lines(text: str, room: float = pdf.PAGE) -> list[pdf.Line]:
        return pdf.lines_of(text, room, names)

    def table(one: Mapping[str, Any]) -> dict[str, Any]:
        whole = sum(one["widths"])
        widths = [round(pdf.PAGE * width / whole, 2) for width in one["widths"]]
        rooms = [width - 2 * pdf.INSET for width in widths]
        return dict(one) | {
            "title": lines(one["title"])[0],
            "widths": widths,
            "headings": pdf.row_of(one["headings"], rooms, names),
            "rows": [pdf.whole_or_broken(row, rooms, names) for row in one["rows"]],
            "total": pdf.row_of(one["total"], rooms, names) if one["total"] else [],
            "notes": [lines(note) for note in one["notes"]],
        }

    return dict(said) | {
        "title": pdf.drawable(said["title"]),
        "author": pdf.drawable(said["author"]),
        "inset": pdf.INSET,
        "above": [(part, lines(text, pdf.TITLE)) for part, text in said["above"]],
        "notes": [lines(note) for note in said["notes"]],
        "tables": [table(one) for one in said["tables"]],
        "months": [pdf.set_month(one) for one in said["months"]],
    }


# ---- workbook


@cache
def _program() -> bytes:
    return program(MODULES, ("fonts/Sarabun-Regular.ttf",), ("xlsxwriter",))


def as_xlsx(report: Report, kept: Kept, *, data: bool = False) -> bytes:
    """Return the document as a workbook; ``data``: with the sheet of all rows for programs.

    Errors: ValueError for a cell of more than 32,767 characters, which Excel would cut.
    """
    recipe = _program() + repr((report, data)).encode(errors="replace")
    return kept.of(recipe, lambda: _workbook(report, data=data))


def _workbook(report: Report, *, data: bool) -> bytes:
    content = io.BytesIO()
    with new_book(content, report.title, report.organisation, report.day) as book:
        _write_cover(book, report)
        if report.forms:
            for summary in report.months:
                xlsx.write_form(book, summary)
        if data:
            data_sheet.write_rows(book, report.months, sealed=report.forms)
        if report.forms:
            for summary in report.months:
                month = xlsx.short_month(summary, form.digits_of(summary))
                xlsx.write_explained(book, summary, f"{form.EXPLANATIONS} {month}")
    return content.getvalue()


def _write_cover(book: Workbook, report: Report) -> None:
    """Write the lines above and the tables; a table alone repeats its header on each page."""
    sheet = book.add_worksheet(report.sheet)
    widths = _widths(report)
    for column, pixels in enumerate(widths):
        done(sheet.set_column_pixels(column, column, pixels))
    looks = {
        "corner": look_of(book, align="right"),
        "title": look_of(book, align="center", bold=True, font_size=TITLE_SIZE),
        "published": look_of(book, align="center"),
        "superseded": look_of(book, align="center", bold=True, font_color="#C00000"),
        "note": look_of(book),
        "table": look_of(book, bold=True, font_size=TITLE_SIZE),
    }
    at, header = 0, None
    for part, text in report.above:
        at = write_line(sheet, at, text, widths, looks[part])
    for note in report.notes:
        at = write_line(sheet, at, note, widths, looks["note"])
    for table in report.tables:
        if table.title:
            at = write_line(sheet, at + 1, table.title, widths, looks["table"])
        header = at
        at = _write_table(book, sheet, at, table, widths, report.numerals)
        for note in table.notes:
            at = write_line(sheet, at, note, widths, looks["note"])
    for line in report.after:
        at = write_line(sheet, at + 1, line, widths, looks["published"])
    set_page(sheet, header if len(report.tables) == 1 else None, report.log, report.edition)


def _write_table(
    book: Workbook,
    sheet: Worksheet,
    at: int,
    table: Table,
    widths: Sequence[int],
    numerals: Numerals,
) -> int:
    at = write_row(sheet, at, table.headings, widths, xlsx.header_looks(book, len(widths)))
    looks = _looks(book, table, numerals)
    for cells in table.rows:
        at = write_row(sheet, at, cells, widths, looks)
    if table.total:
        at = write_row(sheet, at, table.total, widths, _looks(book, table, numerals, bold=True))
    return at


def _looks(book: Workbook, table: Table, numerals: Numerals, *, bold: bool = False) -> Looks:
    looks = {}
    for column, side in enumerate(table.sides):
        properties = {"border": 1, "bold": bold, "align": side}
        looks[column, False] = look_of(book, **properties, quote_prefix=True)
        kind = "0" if column in table.whole else "#,##0.00"
        number = (THAI_DIGITS if numerals == "thai" else "") + kind
        looks[column, True] = look_of(book, **properties, num_format=number)
    return looks


def _widths(report: Report) -> tuple[int, ...]:
    """Return pixels for each column: an amount that is too wide prints ### or breaks in two."""
    widths = list(report.tables[0].widths)
    for table in report.tables:
        for cells in (*table.rows, table.total or ()):
            for column, cell in enumerate(cells):
                if isinstance(cell, Decimal):
                    text = thai_digits(f"{cell:,.2f}")
                elif isinstance(cell, str) and re.fullmatch(r"[0-9๐-๙,.]+", cell.split("\n")[0]):
                    text = cell.split("\n")[0]
                else:
                    continue
                widths[column] = max(widths[column], xlsx.pixels_of(text) + BORDERS)
    return tuple(widths)


def _digits(report: Report) -> form.Digits:
    return thai_digits if report.numerals == "thai" else str
