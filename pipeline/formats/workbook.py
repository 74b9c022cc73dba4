"""Helpers of every workbook that we publish: its look, its paper, and cells written truly."""

import io
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from pipeline.formats import form
from pipeline.formats.form import Cell
from pipeline.formats.row_heights import height, lines
from schemas.manifest import LogHead

FONT = "TH SarabunPSK"  # every office has it; the workbook only names it
SIZE = 14
TITLE_SIZE = 16
SMALL = 10
BOLD = 1.08  # bold letters come out that much wider than the regular ones we measure
BORDERS = 6  # pixels of a column that text cannot use
POINTS = 0.75  # of a pixel
THAI_DIGITS = "[$-D00041E]"  # before a number format; LibreOffice does not know the shorter «t»
A4 = 9
TALLEST = 409  # points; Excel allows no row more
FOOTER = form.PAGE_OF.format(page="&P", pages="&N")

Looks = Mapping[tuple[int, bool], Format]  # by column, and whether a number stands in the cell


@contextmanager
def new_book(content: io.BytesIO, title: str, author: str, day: date) -> Iterator[Workbook]:
    """Give a workbook that is written into ``content`` at the end; ``day`` is Gregorian."""
    book = Workbook(content, {"in_memory": True})  # else its parts pass through temporary files
    book.set_properties(
        {
            "title": title,
            "author": author,
            "company": author,
            "created": datetime.combine(day, time()),  # else every run differs
        }
    )
    yield book
    book.close()


def look_of(book: Workbook, **properties: object) -> Format:
    common = {"font_name": FONT, "font_size": SIZE, "valign": "top", "text_wrap": True}
    return book.add_format(common | properties)


def set_page(sheet: Worksheet, header: int | None, log: LogHead | None, edition: str = "") -> None:
    """Set the page; ``header`` is the row that every sheet of paper repeats.

    The log's head and the edition stand at the foot of each, as on the PDF.
    """
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)  # inches
    sheet.fit_to_pages(1, 0)
    if header is not None:
        sheet.repeat_rows(header)
        sheet.freeze_panes(header + 1, 0)
    look = f'&"{FONT},Regular"&'
    edition = f"{edition}   " if edition else ""
    sheet.set_footer(
        f"&L{look}{SMALL}{form.log_words(log)}&R{look}{SIZE}{edition}{FOOTER}", {"margin": 0.3}
    )


# ---- writing; rows and columns count from 0 here


def write_line(sheet: Worksheet, at: int, text: str, widths: Sequence[int], look: Format) -> int:
    """Write a line across the whole table; return the row after it."""
    needed = height(lines_of(text, sum(widths), look), look.font_size)
    done(sheet.set_row(at, min(needed, TALLEST)))
    done(sheet.merge_range(at, 0, at, len(widths) - 1, "", look))
    write(sheet, at, 0, text, look)
    return at + 1


def write_row(
    sheet: Worksheet, at: int, cells: Sequence[Cell], widths: Sequence[int], looks: Looks
) -> int:
    """Write a row of the table, as tall as its text; return the row after it.

    What needs more height than Excel allows gets several rows, their cells merged.
    """
    chosen = [looks[column, isinstance(cell, int | Decimal)] for column, cell in enumerate(cells)]
    needed = height(
        max(
            (
                lines_of(cell, width, look)
                for cell, width, look in zip(cells, widths, chosen, strict=True)
                if isinstance(cell, str)
            ),
            default=1,
        ),
        SIZE,
    )
    after = at + math.ceil(needed / TALLEST)
    for row in range(at, after):
        done(sheet.set_row(row, needed / (after - at)))
    for column, (cell, look) in enumerate(zip(cells, chosen, strict=True)):
        if after - at > 1:
            done(sheet.merge_range(at, column, after - 1, column, "", look))
        write(sheet, at, column, cell, look)
    return after


def lines_of(text: str, width: int, look: Format) -> int:
    em = look.font_size * (BOLD if look.bold else 1)
    return lines(text, (width - BORDERS) * POINTS / em)


def write(sheet: Worksheet, row: int, column: int, cell: Cell, look: Format) -> None:
    if cell is None:
        done(sheet.write_blank(row, column, None, look))
    elif not isinstance(cell, str):
        # A workbook knows no other numbers; below EXACT the double gives every satang back.
        done(sheet.write_number(row, column, float(cell), look))
    # XlsxWriter takes such text for markup of its own, unescaped; in parts it is text again.
    elif cell.startswith("<r>") and cell.endswith("</r>"):
        done(sheet.write_rich_string(row, column, look, "<", look, cell[1:], look))
    elif sheet.write_string(row, column, cell, look) != 0:
        address = xl_rowcol_to_cell(row, column)
        raise ValueError(f"{address}: {len(cell):,} characters, Excel holds 32,767 in a cell")


def done(code: int) -> None:
    """XlsxWriter tells by a code, not by an exception, that it left something out."""
    if code != 0:
        raise ValueError(f"XlsxWriter refused a cell or a row: {code}")
