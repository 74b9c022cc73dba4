"""MonthlySummary → the official form as an Excel sheet, and its rows as a table for programs.

The first sheet is A4 landscape, ready to print, and says what the PDF says. The second has one
line a row and nothing else; the third, if any, what finance explained.
"""

import io
import math
from collections.abc import Iterable, Mapping, Sequence

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from pipeline.formats import data_sheet, form
from pipeline.formats.form import FORM, Cell, Digits
from pipeline.formats.row_heights import width_of
from pipeline.formats.workbook import (
    BOLD,
    BORDERS,
    POINTS,
    SIZE,
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
from schemas.summary import HEADINGS, MonthlySummary, Numerals
from schemas.thai import MONTHS_SHORT, thai_digits

# Pixels of 1/96 inch, chosen on a real year of 267 rows: the longest date stays on one line, and
# the whole fits A4 landscape at 90 %. Narrower, at 100 %, it took a third more lines.
WIDTHS = (44, 276, 92, 92, 82, 138, 138, 152, 146)
EXPLAINED_WIDTHS = (60, 330, 430, 190, 150)
ALIGNMENTS = ("center", "left", "right", "right", "center", "left", "left", "left", "left")
AGREED = 6  # a number in the total row only, elsewhere after the name
NUMBERS = {0: "0", 2: "#,##0.00", 3: "#,##0.00", AGREED: "#,##0.00"}  # number formats by column


def render(summary: MonthlySummary) -> dict[str, bytes]:
    """Return the workbook under its public name.

    Units:  amounts are real numbers in baht; what people wrote is text, exactly as it is.
    Errors: ValueError for a cell of more than 32,767 characters, which Excel would cut.
    """
    content = io.BytesIO()
    title, author = form.title(summary), summary.organisation
    with new_book(content, title, author, summary.published_on) as book:
        write_form(book, summary)
        data_sheet.write_rows(book, [summary])
        write_explained(book, summary, form.EXPLANATIONS)
    return {f"sokhoro1-{summary.month}.xlsx": content.getvalue()}


def write_form(book: Workbook, summary: MonthlySummary) -> None:
    """Add the official form of a month as a sheet."""
    digits = form.digits_of(summary)
    rows = [form.cells(row, digits) for row in summary.rows]
    total = form.total(summary, digits)
    widths = _widths(rows, total)
    sheet = book.add_worksheet(_sheet_name(summary, digits))
    for column, pixels in enumerate(widths):
        done(sheet.set_column_pixels(column, column, pixels))
    at = 0
    above = _above(book)
    for part, text in form.heading(summary):
        at = write_line(sheet, at, text, widths, above[part])
    set_page(sheet, at, summary.log, form.edition(summary))
    at = write_row(sheet, at, HEADINGS, widths, header_looks(book, len(HEADINGS)))
    looks = _looks(book, summary.numerals)
    for cells in rows:
        at = write_row(sheet, at, cells, widths, looks)
    if summary.nil:
        nil = look_of(book, border=1, align="center", bold=True, font_size=TITLE_SIZE)
        write_line(sheet, at, form.NIL, widths, nil)
    else:
        write_row(sheet, at, total, widths, _looks(book, summary.numerals, bold=True))


def write_explained(book: Workbook, summary: MonthlySummary, name: str) -> None:
    """Add the sheet of what finance explained, if anything; the official form has no column."""
    explained = form.explained(summary, form.digits_of(summary))
    if not explained:
        return
    sheet = book.add_worksheet(name)
    for column, pixels in enumerate(EXPLAINED_WIDTHS):
        done(sheet.set_column_pixels(column, column, pixels))
    set_page(sheet, 0, summary.log, form.edition(summary))
    heads = header_looks(book, len(form.EXPLAINED))
    at = write_row(sheet, 0, form.EXPLAINED, EXPLAINED_WIDTHS, heads)
    look = look_of(book, border=1, quote_prefix=True)
    looks = {(column, False): look for column in range(len(form.EXPLAINED))}
    for cells in explained:
        at = write_row(sheet, at, cells, EXPLAINED_WIDTHS, looks)


# ---- what it looks like


def _above(book: Workbook) -> Mapping[str, Format]:
    """Return the look of each part of the form's heading."""
    return {
        "corner": look_of(book, align="right"),
        "title": look_of(book, align="center", bold=True, font_size=TITLE_SIZE),
        "published": look_of(book, align="center"),
        "superseded": look_of(book, align="center", bold=True, font_color="#C00000"),
    }


def _sheet_name(summary: MonthlySummary, digits: Digits) -> str:
    """Return ``สขร.๑ ต.ค.๖๗``; without a blank in it LibreOffice would not repeat the header."""
    return f"{digits(FORM)} {short_month(summary, digits)}"


def short_month(summary: MonthlySummary, digits: Digits) -> str:
    month = summary.month
    return digits(f"{MONTHS_SHORT[month.number - 1]}{month.year % 100:02}")


def header_looks(book: Workbook, columns: int) -> Looks:
    look = look_of(book, border=1, bold=True, align="center", valign="vcenter")
    return {(column, False): look for column in range(columns)}


def _looks(book: Workbook, numerals: Numerals, *, bold: bool = False) -> Looks:
    """Return the look of each column for text and, where it holds any, for numbers."""
    looks = {}
    for column, align in enumerate(ALIGNMENTS):
        is_sum = bold and column in NUMBERS
        properties = {"border": 1, "bold": bold, "align": "right" if is_sum else align}
        # With the prefix text stays text even after somebody edits the cell.
        looks[column, False] = look_of(book, **properties, quote_prefix=True)
        if column in NUMBERS:
            number = (THAI_DIGITS if numerals == "thai" else "") + NUMBERS[column]
            looks[column, True] = look_of(book, **properties, num_format=number)
    return looks


def _widths(rows: Iterable[Sequence[Cell]], total: Sequence[Cell]) -> tuple[int, ...]:
    """Return pixels for each column: an amount that is too wide prints ### or breaks in two."""
    widths = list(WIDTHS)
    for cells in (*rows, total):
        for column in NUMBERS:
            if column == AGREED and cells is not total:
                continue
            cell = cells[column] or 0
            amount = cell.split("\n")[0] if isinstance(cell, str) else thai_digits(f"{cell:,}")
            widths[column] = max(widths[column], pixels_of(amount))
    return tuple(widths)


def pixels_of(text: str) -> int:
    """Return how wide a column must be for a bold text on one line."""
    return math.ceil(width_of(text) * SIZE * BOLD / POINTS + BORDERS)
