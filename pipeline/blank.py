"""A month → the blank form สขร.๑ for finance to fill, and its help sheet.

What the cells refuse is what comes back most: words in a price, the fiscal year in a date, as
many names as prices. Days and identifiers are typed into text cells, because Excel would make
another year or a day of them; the reader takes real dates as well.
"""

import io
from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range, xl_range_abs, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from pipeline import CannotRunError
from pipeline.formats.form import CORNER, FORM
from pipeline.formats.form import TITLE as SUMMARY
from pipeline.formats.row_heights import height, lines
from pipeline.formats.workbook import (
    A4,
    BOLD,
    BORDERS,
    FONT,
    FOOTER,
    POINTS,
    SIZE,
    TITLE_SIZE,
)
from pipeline.months import BUDDHIST_YEARS
from schemas import form_words as words
from schemas.config import Organisation
from schemas.layouts import NIL
from schemas.month import Month
from schemas.procurement import METHODS
from schemas.summary import Numerals
from schemas.thai import BUDDHIST_OFFSET, MONTHS_SHORT, date_long, months_in, thai_digits

ROWS = 60  # prepared; a municipality of the size we know has about 25 purchases a month
WIDTHS = {  # pixels; A4 landscape, one page wide
    "number": 54,
    "title": 210,
    "budget": 106,
    "reference_price": 106,
    "procurement_method": 100,
    "bidder": 140,
    "bid": 106,
    "supplier": 140,
    "agreed_price": 106,
    "selection_reason": 140,
    "contract_number": 106,
    "contract_date": 116,
    "egp_project_number": 104,
}
MONEY = ("budget", "reference_price", "agreed_price", "bid")
AS_TYPED = ("contract_number", "contract_date", "egp_project_number")
CENTRED = ("number", "procurement_method", "contract_number", "contract_date")
CORNER_ROW, TITLE_ROW, OFFICE_ROW, NIL_ROW, HEAD, SUBHEAD, FIRST = range(7)  # from 0
LAST = len(words.ENTRIES) - 1
NIL_FROM, NIL_TO = 7, 9  # the columns of the cell in which nil is chosen
LAST_SHEET_COLUMN = 16_383
YELLOW, GREY = "#FFF2CC", "#EDEDED"
GAP = 10  # points between the parts of the help sheet
HELP_WIDTHS = (340, 520, 300)


def blank_form(month: Month, organisation: Organisation, numerals: Numerals) -> bytes:
    """Return the workbook, the same bytes on any day.

    The title names the organisation as it was called on the month's last day; ``numerals`` are
    those of the title. The cells to fill are not locked, the rest is, without a password.
    """
    digits = thai_digits if numerals == "thai" else str
    name = organisation.name_on(month.last)
    title = digits(SUMMARY.format(month=month.words))
    content = io.BytesIO()
    # The height that one line needs, without fixing it: the rows grow with what is typed.
    line = round(height(1, SIZE) / POINTS)
    book = Workbook(content, {"in_memory": True, "default_row_height": line})
    created = datetime.combine(month.last, time())  # else every run differs
    book.set_properties({"title": title, "author": name, "company": name, "created": created})
    sheet = book.add_worksheet(f"{FORM} {MONTHS_SHORT[month.number - 1]}{month.year % 100:02}")
    guide = book.add_worksheet(words.HELP_SHEET)
    methods = _write_help(book, guide)
    _prepare_rows(book, sheet)
    office = f"{name} {organisation.place}".strip()
    _write_title_block(book, sheet, (digits(CORNER.format(form=FORM)), title, office))
    _write_header(book, sheet)
    _validate(sheet, month, methods)
    _set_page(sheet, header=(HEAD, SUBHEAD))
    sheet.freeze_panes(FIRST, 0)
    allowed = ("format_cells", "format_columns", "format_rows", "insert_rows", "delete_rows")
    sheet.protect("", dict.fromkeys((*allowed, "sort"), True))
    book.close()
    return content.getvalue()


def write_blank(path: Path, month: Month, content: bytes) -> None:
    """Write the form to a file that is not there yet; CannotRunError in one sentence otherwise.

    A name that states another month would come back as a contradiction of the title.
    """
    if path.suffix.lower() != ".xlsx":
        raise CannotRunError(f"ชื่อไฟล์ «{path.name}» ต้องลงท้ายด้วย .xlsx")
    if any(number != month.number or year != month.year for year, number in _named(path, month)):
        raise CannotRunError(
            f"ชื่อไฟล์ «{path.name}» ระบุเดือนอื่น ไม่ตรงกับแบบของเดือน{month.words} กรุณาใช้ชื่ออื่น"
        )
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError:
        raise CannotRunError(f"มีไฟล์ {path} อยู่แล้ว จึงไม่ได้เขียนทับ กรุณาระบุชื่ออื่นด้วย --output") from None


def month_of_form(said: str | None, today: date) -> Month:
    """Return the month asked for as «2567-10», else the one before a (Gregorian) day."""
    if said is None:
        before = Month.of(today)
        return Month(before.year - (before.number == 1), (before.number - 2) % 12 + 1)
    try:
        month = Month.parse(said)
    except ValueError:
        month = None
    if month is None or month.year not in BUDDHIST_YEARS:
        raise CannotRunError(f"เดือน «{said}» ต้องเป็นปี พ.ศ. และเลขเดือนสองหลัก เช่น 2567-10")
    return month


def _named(path: Path, month: Month) -> list[tuple[int, int]]:
    return [(year or month.year, number) for year, number in months_in(path.stem)]


# ---- the sheet to fill; rows and columns count from 0 here


def _format(book: Workbook, **properties: object) -> Format:
    common = {"font_name": FONT, "font_size": SIZE, "valign": "top", "text_wrap": True}
    return book.add_format(common | properties)


def _write_title_block(book: Workbook, sheet: Worksheet, texts: Sequence[str]) -> None:
    large = _format(book, align="center", bold=True, font_size=TITLE_SIZE)
    looks = (_format(book, align="right"), large, large)
    for row, (text, look) in enumerate(zip(texts, looks, strict=True)):
        _done(sheet.merge_range(row, 0, row, LAST, text, look))
        em = sum(WIDTHS.values()) * POINTS / (look.font_size * BOLD)
        _done(sheet.set_row(row, height(lines(text, em), look.font_size)))
    label = _format(book, align="right", valign="vcenter", italic=True, indent=1)
    _done(sheet.merge_range(NIL_ROW, 0, NIL_ROW, NIL_FROM - 1, words.NIL_LABEL, label))
    tick = _format(
        book, align="center", valign="vcenter", bold=True, border=1, bg_color=YELLOW, locked=False
    )
    _done(sheet.merge_range(NIL_ROW, NIL_FROM, NIL_ROW, NIL_TO, "", tick))
    rest = _format(book)
    _done(sheet.merge_range(NIL_ROW, NIL_TO + 1, NIL_ROW, LAST, "", rest))
    _done(sheet.set_row(NIL_ROW, height(1, SIZE) + 6))


def _write_header(book: Workbook, sheet: Worksheet) -> None:
    """The official headings; three of them over two columns each."""
    look = _format(book, border=1, bold=True, align="center", valign="vcenter", bg_color=GREY)
    tops: list[int] = []
    subs: list[int] = []
    for at, entry in enumerate(words.ENTRIES):
        width = WIDTHS[entry.field]
        if entry.above is None:
            _done(sheet.merge_range(HEAD, at, SUBHEAD, at, entry.heading, look))
            continue
        _done(sheet.write_string(SUBHEAD, at, entry.heading, look))
        subs.append(_lines(entry.heading, width))
        if at == 0 or words.ENTRIES[at - 1].above is not entry.above:
            both = width + WIDTHS[words.ENTRIES[at + 1].field]
            _done(sheet.merge_range(HEAD, at, HEAD, at + 1, entry.above.heading, look))
            tops.append(_lines(entry.above.heading, both))
    _done(sheet.set_row(HEAD, height(max(tops), SIZE)))
    # One line more than measured: an office without the font gets another, wider one.
    _done(sheet.set_row(SUBHEAD, height(max(subs) + 1, SIZE)))


def _prepare_rows(book: Workbook, sheet: Worksheet) -> None:
    """Rows without a height of their own grow with what is typed.

    Whole columns are unlocked: on a locked sheet Excel deletes a row only if all of it is free.
    """
    free = _format(book, locked=False)
    _done(sheet.set_column(0, LAST_SHEET_COLUMN, None, free))
    for at, entry in enumerate(words.ENTRIES):
        look = _format(book, border=1, locked=False, **_look_of(entry.field))
        _done(sheet.set_column_pixels(at, at, WIDTHS[entry.field], free))
        for row in range(FIRST, FIRST + ROWS):
            if entry.field == "number":
                _done(sheet.write_number(row, at, row - FIRST + 1, look))
            else:
                _done(sheet.write_blank(row, at, None, look))


def _look_of(field: str) -> dict[str, object]:
    if field == "bid":  # several prices stand in lines of their own
        return {"num_format": "#,##0.00", "align": "right"}
    if field in MONEY:  # rather small than ###, also where the font is missing
        return {"num_format": "#,##0.00", "align": "right", "text_wrap": False, "shrink": True}
    number_format = "@" if field in AS_TYPED else "General"
    if field in CENTRED:
        return {"num_format": number_format, "align": "center"}
    # Away from the price in the column before.
    return {"num_format": number_format, "align": "left", "indent": 1}


def _set_page(sheet: Worksheet, header: tuple[int, int] | None = None) -> None:
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)  # inches
    sheet.fit_to_pages(1, 0)
    if header:
        sheet.repeat_rows(*header)
    sheet.set_footer(f'&C&"{FONT},Regular"&{SIZE}{FOOTER}', {"margin": 0.3})


# ---- what the cells take


def _validate(sheet: Worksheet, month: Month, methods: str) -> None:
    example = date_long(month.first)
    short = f"1/{month.number}/{month.year}"
    rules = _rules(month, methods, example)
    for at, entry in enumerate(words.ENTRIES):
        rule = rules.get(entry.field, {"validate": "any"})
        if entry.prompt:
            prompt = entry.prompt.format(example=example, short=short)
            rule |= {"input_message": prompt}
        if len(rule) > 1:
            _done(sheet.data_validation(FIRST, at, FIRST + ROWS - 1, at, rule))
    nil = {
        "validate": "list",
        "source": [NIL],
        "input_message": words.NIL_PROMPT,
        "error_title": words.NIL_TITLE,
        "error_message": words.NIL_WRONG,
    }
    _done(sheet.data_validation(NIL_ROW, NIL_FROM, NIL_ROW, NIL_FROM, nil))
    typed = [_column(field) for field in AS_TYPED]
    area = xl_range(FIRST, min(typed), FIRST + ROWS - 1, max(typed))
    _done(sheet.ignore_errors({"number_stored_as_text": area, "two_digit_text_year": area}))


def _rules(month: Month, methods: str, example: str) -> dict[str, dict[str, Any]]:
    """What Excel is told for each field; an unknown method or another month's day may be meant."""
    money = {"error_title": words.MONEY_TITLE, "error_message": words.MONEY_WRONG}
    rules: dict[str, dict[str, Any]] = {
        field: {"validate": "custom", "value": f"={_is_money(_cell(field))}", **money}
        for field in MONEY
    }
    rules["bid"] |= {"value": _is_bid(), "error_message": words.BID_WRONG}
    rules["procurement_method"] = {
        "validate": "list",
        "source": methods,
        "error_type": "warning",
        "error_title": words.METHOD_TITLE,
        "error_message": words.METHOD_WRONG,
    }
    rules["contract_date"] = {
        "validate": "custom",
        "value": _is_of(month),
        "error_type": "warning",
        "error_title": words.DATE_TITLE,
        "error_message": words.DATE_WRONG.format(month=month.words, example=example),
    }
    return rules


def _is_money(cell: str) -> str:
    return f"IF(ISNUMBER({cell}),AND({cell}>=0,ROUND({cell},2)={cell}),FALSE)"


def _is_bid() -> str:
    """A price, or a line with figures alone for each bidder above the other."""
    names, prices = _cell("bidder"), _cell("bid")
    breaks = 'LEN({0})-LEN(SUBSTITUTE({0},CHAR(10),""))'
    bare = f'SUBSTITUTE(SUBSTITUTE(SUBSTITUTE({prices},CHAR(10),""),",",""),".","")'
    as_many = f'OR({names}="",{breaks.format(names)}={breaks.format(prices)})'
    whole = f"AND({prices}>=0,ROUND({prices},2)={prices})"
    return f"=IF(ISNUMBER({prices}),{whole},AND(ISNUMBER(-{bare}),{as_many}))"


def _is_of(month: Month) -> str:
    """A day of the month, stored with either era's year, or a text with the month's year."""
    cell, last = _cell("contract_date"), month.last
    days = ",".join(
        f"AND({cell}>=DATE({year},{month.number},1),{cell}<=DATE({year},{month.number},{last.day}))"
        for year in (last.year, month.year)
    )
    short = f"{month.year % 100:02}"
    years = (short, thai_digits(short), str(month.year - BUDDHIST_OFFSET))
    texts = ",".join(f'SEARCH("{year}",{cell})' for year in years)
    return f"=IF(ISNUMBER({cell}),OR({days}),COUNT({texts})>0)"


def _column(field: str) -> int:
    return next(at for at, entry in enumerate(words.ENTRIES) if entry.field == field)


def _cell(field: str) -> str:
    return str(xl_rowcol_to_cell(FIRST, _column(field)))


# ---- the help sheet


def _write_help(book: Workbook, sheet: Worksheet) -> str:
    """Write it; return where the methods stand, as a formula."""
    plain, strong = _format(book), _format(book, bold=True, bg_color=GREY)
    title = _format(book, bold=True, font_size=TITLE_SIZE)
    boxed, head = _format(book, border=1), _format(book, border=1, bold=True, bg_color=GREY)
    for at, pixels in enumerate(HELP_WIDTHS):
        _done(sheet.set_column_pixels(at, at, pixels))
    row = 0
    for text, look in (
        (words.HELP_TITLE, title),
        *((step, plain) for step in words.STEPS),
    ):
        row = _write_across(sheet, row, text, look)
    row = _write_help_row(sheet, _gap(sheet, row), (words.COLUMN, words.HOW, words.EXAMPLE), head)
    for entry in words.ENTRIES:
        row = _write_help_row(sheet, row, (entry.full_heading, entry.how, entry.example), boxed)
    for text, look in (
        (words.MISTAKES_TITLE, strong),
        *((mistake, plain) for mistake in words.MISTAKES),
        (words.METHODS_TITLE, strong),
    ):
        start = _gap(sheet, row) if look is strong else row
        row = _write_across(sheet, start, text, look)
    first = row
    for method in METHODS:
        row = _write_across(sheet, row, method.spellings[0], plain)
    _set_page(sheet)
    sheet.protect("", {"format_columns": True, "format_rows": True})
    return f"='{words.HELP_SHEET}'!{xl_range_abs(first, 0, row - 1, 0)}"


def _gap(sheet: Worksheet, row: int) -> int:
    _done(sheet.set_row(row, GAP))
    return row + 1


def _write_across(sheet: Worksheet, row: int, text: str, look: Format) -> int:
    _done(sheet.merge_range(row, 0, row, len(HELP_WIDTHS) - 1, text, look))
    _done(sheet.set_row(row, height(_lines(text, sum(HELP_WIDTHS), look), look.font_size)))
    return row + 1


def _write_help_row(sheet: Worksheet, row: int, texts: Sequence[str], look: Format) -> int:
    for at, text in enumerate(texts):
        _done(sheet.write_string(row, at, text, look))
    tall = max(_lines(text, w, look) for text, w in zip(texts, HELP_WIDTHS, strict=True))
    _done(sheet.set_row(row, height(tall, SIZE)))
    return row + 1


def _lines(text: str, pixels: int, look: Format | None = None) -> int:
    em = (look.font_size if look else SIZE) * BOLD
    return lines(text, (pixels - BORDERS) * POINTS / em)


def _done(code: int) -> None:
    """XlsxWriter tells by a code, not by an exception, that it left something out."""
    if code != 0:
        raise ValueError(f"XlsxWriter refused a cell, a row or a validation: {code}")
