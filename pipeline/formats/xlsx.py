"""MonthlySummary → the official form as an Excel sheet: A4 landscape, ready to print."""

import io
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, time
from decimal import Decimal

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from pipeline.formats.row_heights import height, lines, width_of
from schemas.manifest import LogHead
from schemas.procurement import Procurement
from schemas.summary import HEADINGS, MonthlySummary, Numerals
from schemas.thai import MONTHS_SHORT, UNKNOWN, baht, date_long, thai_digits

# The form's own words.
FORM = "สขร.1"
CORNER = "แบบ {form}"
TITLE = "สรุปผลการดำเนินการจัดซื้อจัดจ้างในรอบเดือน{month}"
PUBLISHED = "เผยแพร่เมื่อวันที่ {day}"
REVISION = "ฉบับที่ {revision}"
SUPERSEDED = "ฉบับนี้ถูกแทนที่แล้ว"
NIL = "ไม่มีการจัดซื้อจัดจ้าง"
NAME_AND_PRICE = "{name} / {price}"
PRICE = "{baht} บาท"
SIGNED = "ลว. {day}"
UNKNOWN_PRICE = f"{UNKNOWN}ราคา"
UNKNOWN_BIDDER = f"{UNKNOWN}ผู้เสนอราคา"
UNKNOWN_SUPPLIER = f"{UNKNOWN}ผู้ได้รับการคัดเลือก"
UNKNOWN_NUMBER = f"{UNKNOWN}เลขที่"
UNKNOWN_DATE = f"{UNKNOWN}วันที่"
TOTAL = "รวม {rows} รายการ"
WITHOUT = f"ไม่รวม {{rows}} รายการที่{UNKNOWN}"
EXPLANATIONS = "คำชี้แจง"
EXPLAINED = ("แถวที่", "งานที่จัดซื้อหรือจัดจ้าง", "คำชี้แจง", "ผู้ชี้แจง", "วันที่ชี้แจง")
WHOLE_MONTH = "ทั้งเดือน"
FOOTER = "หน้า &P จาก &N"
LOG = "รหัสประวัติการเผยแพร่ก่อนฉบับนี้ {head}"
FIRST_OF_LOG = "การเผยแพร่ครั้งแรก"

FONT = "TH SarabunPSK"  # every office has it; the workbook only names it
SIZE = 14
TITLE_SIZE = 16
SMALL = 10
BOLD = 1.08  # bold letters come out that much wider than the regular ones we measure

# Pixels of 1/96 inch, chosen on a real year of 267 rows: the longest date stays on one line, and
# the whole fits A4 landscape at 90 %. Narrower, at 100 %, it took a third more lines.
WIDTHS = (44, 276, 92, 92, 82, 138, 138, 152, 146)
EXPLAINED_WIDTHS = (60, 330, 430, 190, 150)
BORDERS = 6  # pixels of a column that text cannot use
POINTS = 0.75  # of a pixel
ALIGNMENTS = ("center", "left", "right", "right", "center", "left", "left", "left", "left")
AGREED = 6  # a number in the total row only, elsewhere after the name
NUMBERS = {0: "0", 2: "#,##0.00", 3: "#,##0.00", AGREED: "#,##0.00"}  # number formats by column
THAI_DIGITS = "[$-D00041E]"  # before a number format; LibreOffice does not know the shorter «t»
LAST = len(HEADINGS) - 1
A4 = 9
TALLEST = 409  # points; Excel allows no row more
EXACT = 10**14  # Excel keeps 15 digits of a number, LibreOffice shows 14 of them truly

Cell = str | int | Decimal | None  # Decimal is baht, None stays blank
Digits = Callable[[str], str]
Looks = Mapping[tuple[int, bool], Format]  # by column, and whether a number stands in the cell


def render(summary: MonthlySummary) -> dict[str, bytes]:
    """Return the workbook under its public name.

    Units:  amounts are real numbers in baht; what people wrote is text, exactly as it is.
    Errors: ValueError for a cell of more than 32,767 characters, which Excel would cut.
    """
    digits: Digits = thai_digits if summary.numerals == "thai" else str
    title = digits(TITLE.format(month=summary.month.words))
    rows = [_cells(row, digits) for row in summary.rows]
    total = _total(summary, digits)
    widths = _widths(rows, total)

    content = io.BytesIO()
    book = Workbook(content, {"in_memory": True})  # else its parts pass through temporary files
    book.set_properties(
        {
            "title": title,
            "author": summary.organisation,
            "company": summary.organisation,
            "created": datetime.combine(summary.published_on, time()),  # else every run differs
        }
    )
    sheet = book.add_worksheet(_sheet_name(summary, digits))
    for column, pixels in enumerate(widths):
        _done(sheet.set_column_pixels(column, column, pixels))

    at = 0
    for text, look in _title_block(book, summary, title, digits):
        at = _write_line(sheet, at, text, widths, look)
    _set_page(sheet, at, summary.log)
    at = _write_row(sheet, at, HEADINGS, widths, _header_looks(book))
    looks = _looks(book, summary.numerals)
    for cells in rows:
        at = _write_row(sheet, at, cells, widths, looks)
    if summary.nil:
        nil = _format(book, border=1, align="center", bold=True, font_size=TITLE_SIZE)
        _write_line(sheet, at, NIL, widths, nil)
    else:
        _write_row(sheet, at, total, widths, _looks(book, summary.numerals, bold=True))
    if explained := _explained(summary, digits):
        _write_explained(book, explained, EXPLAINED_WIDTHS, summary.log)
    book.close()
    return {f"sokhoro1-{summary.month}.xlsx": content.getvalue()}


# ---- what the form says


def _cells(row: Procurement, digits: Digits) -> tuple[Cell, ...]:
    """Return the nine columns; only what we compose is written in the chosen digits."""

    def priced(name: str | None, satang: int | None, unknown_name: str) -> str:
        if name is None and satang is None:
            return UNKNOWN
        price = UNKNOWN_PRICE if satang is None else PRICE.format(baht=digits(baht(satang)))
        return NAME_AND_PRICE.format(name=_known(name, unknown_name), price=price)

    bids = [priced(bid.bidder, bid.amount, UNKNOWN_BIDDER) for bid in row.bids]
    return (
        UNKNOWN if row.number is None else _number(row.number, digits),
        _known(row.title),
        _amount(row.budget, digits),
        _amount(row.reference_price, digits),
        _known(row.procurement_method),
        "\n".join(bids) or UNKNOWN,
        priced(row.supplier, row.agreed_price, UNKNOWN_SUPPLIER),
        _known(row.selection_reason),
        _contract(row, digits),
    )


def _known(text: str | None, unknown: str = UNKNOWN) -> str:
    return unknown if text is None else text


def _number(number: int, digits: Digits) -> Cell:
    return number if number < EXACT else digits(str(number))


def _amount(satang: int | None, digits: Digits) -> Cell:
    """Return baht as a number, but as text where Excel would round the number."""
    if satang is None:
        return UNKNOWN
    return Decimal(satang).scaleb(-2) if satang < EXACT else digits(baht(satang))


def _contract(row: Procurement, digits: Digits) -> str:
    day = row.contract_date
    if row.contract_number is None and day is None:
        return UNKNOWN
    signed = UNKNOWN_DATE if day is None else SIGNED.format(day=digits(date_long(day)))
    return f"{_known(row.contract_number, UNKNOWN_NUMBER)}\n{signed}"


def _total(summary: MonthlySummary, digits: Digits) -> tuple[Cell, ...]:
    def amount(satang: int | None, unknown_rows: int) -> Cell:
        if satang is None or not unknown_rows:
            return _amount(satang, digits)
        # As text: nobody shall reckon with a sum that is not the whole.
        return digits(f"{baht(satang)}\n{WITHOUT.format(rows=unknown_rows)}")

    totals = summary.totals
    label = digits(TOTAL.format(rows=totals.rows))
    budget = amount(totals.budget, totals.budget_unknown)
    agreed = amount(totals.agreed_price, totals.agreed_price_unknown)
    return (None, label, budget, None, None, None, agreed, None, None)


def _explained(summary: MonthlySummary, digits: Digits) -> list[tuple[Cell, ...]]:
    """Give what was explained: of the rows in their order, then of the month as a whole."""
    beside = [
        (number, row.title, given)
        for number, row in enumerate(summary.rows, start=1)
        for given in (summary.explanations or {}).get(number - 1, ())
    ]
    whole = [(None, WHOLE_MONTH, given) for given in summary.month_explanations]
    return [
        (
            "" if number is None else digits(str(number)),
            _known(title),
            given.reason,
            given.by,
            digits(date_long(given.date)),
        )
        for number, title, given in (*beside, *whole)
    ]


def _title_block(
    book: Workbook, summary: MonthlySummary, title: str, digits: Digits
) -> Iterator[tuple[str, Format]]:
    """Give each line above the table, and its look."""
    published = PUBLISHED.format(day=date_long(summary.published_on))
    revision = REVISION.format(revision=summary.revision) if summary.revision > 1 else ""
    large = _format(book, align="center", bold=True, font_size=TITLE_SIZE)
    yield digits(CORNER.format(form=FORM)), _format(book, align="right")
    yield title, large
    yield f"{summary.organisation} {summary.place}".strip(), large
    yield digits(f"{published} {revision}".strip()), _format(book, align="center")
    if summary.superseded:
        yield SUPERSEDED, _format(book, align="center", bold=True, font_color="#C00000")


def _sheet_name(summary: MonthlySummary, digits: Digits) -> str:
    """Return ``สขร.๑ ต.ค.๖๗``; without a blank in it LibreOffice would not repeat the header."""
    month = summary.month
    return digits(f"{FORM} {MONTHS_SHORT[month.number - 1]}{month.year % 100:02}")


# ---- what it looks like


def _format(book: Workbook, **properties: object) -> Format:
    common = {"font_name": FONT, "font_size": SIZE, "valign": "top", "text_wrap": True}
    return book.add_format(common | properties)


def _header_looks(book: Workbook) -> Looks:
    look = _format(book, border=1, bold=True, align="center", valign="vcenter")
    return {(column, False): look for column in range(len(HEADINGS))}


def _looks(book: Workbook, numerals: Numerals, *, bold: bool = False) -> Looks:
    """Return the look of each column for text and, where it holds any, for numbers."""
    looks = {}
    for column, align in enumerate(ALIGNMENTS):
        is_sum = bold and column in NUMBERS
        properties = {"border": 1, "bold": bold, "align": "right" if is_sum else align}
        # With the prefix text stays text even after somebody edits the cell.
        looks[column, False] = _format(book, **properties, quote_prefix=True)
        if column in NUMBERS:
            number = (THAI_DIGITS if numerals == "thai" else "") + NUMBERS[column]
            looks[column, True] = _format(book, **properties, num_format=number)
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
            needed = width_of(amount) * SIZE * BOLD / POINTS + BORDERS
            widths[column] = max(widths[column], math.ceil(needed))
    return tuple(widths)


def _set_page(sheet: Worksheet, header: int, log: LogHead | None) -> None:
    """Set the page; the log's head stands at the foot of every sheet of paper."""
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)  # inches
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(header)
    look = f'&"{FONT},Regular"&'
    said = LOG.format(head=log) if log else FIRST_OF_LOG
    sheet.set_footer(f"&L{look}{SMALL}{said}&R{look}{SIZE}{FOOTER}", {"margin": 0.3})
    sheet.freeze_panes(header + 1, 0)


# ---- writing; rows and columns count from 0 here


def _write_line(sheet: Worksheet, at: int, text: str, widths: Sequence[int], look: Format) -> int:
    """Write a line across the whole table; return the row after it."""
    needed = height(_lines(text, sum(widths), look), look.font_size)
    _done(sheet.set_row(at, min(needed, TALLEST)))
    _done(sheet.merge_range(at, 0, at, LAST, "", look))
    _write(sheet, at, 0, text, look)
    return at + 1


def _write_row(
    sheet: Worksheet, at: int, cells: Sequence[Cell], widths: Sequence[int], looks: Looks
) -> int:
    """Write a row of the table, as tall as its text; return the row after it.

    What needs more height than Excel allows gets several rows, their cells merged.
    """
    chosen = [looks[column, isinstance(cell, int | Decimal)] for column, cell in enumerate(cells)]
    needed = height(
        max(
            _lines(cell, width, look)
            for cell, width, look in zip(cells, widths, chosen, strict=True)
            if isinstance(cell, str)
        ),
        SIZE,
    )
    after = at + math.ceil(needed / TALLEST)
    for row in range(at, after):
        _done(sheet.set_row(row, needed / (after - at)))
    for column, (cell, look) in enumerate(zip(cells, chosen, strict=True)):
        if after - at > 1:
            _done(sheet.merge_range(at, column, after - 1, column, "", look))
        _write(sheet, at, column, cell, look)
    return after


def _write_explained(
    book: Workbook,
    explained: Sequence[Sequence[Cell]],
    widths: Sequence[int],
    log: LogHead | None,
) -> None:
    """Write the sheet of what finance explained; the official form has no column for it."""
    sheet = book.add_worksheet(EXPLANATIONS)
    for column, pixels in enumerate(widths):
        _done(sheet.set_column_pixels(column, column, pixels))
    _set_page(sheet, 0, log)
    at = _write_row(sheet, 0, EXPLAINED, widths, _header_looks(book))
    look = _format(book, border=1, quote_prefix=True)
    for cells in explained:
        at = _write_row(sheet, at, cells, widths, {(c, False): look for c in range(len(cells))})


def _lines(text: str, width: int, look: Format) -> int:
    em = look.font_size * (BOLD if look.bold else 1)
    return lines(text, (width - BORDERS) * POINTS / em)


def _write(sheet: Worksheet, row: int, column: int, cell: Cell, look: Format) -> None:
    if cell is None:
        _done(sheet.write_blank(row, column, None, look))
    elif not isinstance(cell, str):
        # A workbook knows no other numbers; below EXACT the double gives every satang back.
        _done(sheet.write_number(row, column, float(cell), look))
    # XlsxWriter takes such text for markup of its own, unescaped; in parts it is text again.
    elif cell.startswith("<r>") and cell.endswith("</r>"):
        _done(sheet.write_rich_string(row, column, look, "<", look, cell[1:], look))
    elif sheet.write_string(row, column, cell, look) != 0:
        address = xl_rowcol_to_cell(row, column)
        raise ValueError(f"{address}: {len(cell):,} characters, Excel holds 32,767 in a cell")


def _done(code: int) -> None:
    """XlsxWriter tells by a code, not by an exception, that it left something out."""
    if code != 0:
        raise ValueError(f"XlsxWriter refused a cell or a row: {code}")
