"""The rows of months as a table for programs: the fields of the CSV, one line a row, typed.

Amounts are real numbers, days real dates, identifiers text; what nobody wrote is an empty cell.
A sheet that holds it is known again by what it says: ``seal`` of its cells stands among the
properties of the workbook, so that it is left out when somebody drops the workbook (``is_copy``
in ``pipeline/data_copy.py``), but not once anybody changed a cell of it.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from pipeline.formats import csv
from pipeline.formats.form import EXACT
from pipeline.formats.row_heights import height
from pipeline.formats.workbook import SIZE, TALLEST, done, look_of, set_page, write
from schemas.month import Month
from schemas.procurement import Procurement
from schemas.summary import MonthlySummary
from schemas.thai import MONTHS, decimal_baht, visible

SHEET = "ข้อมูล"
PROPERTY = "sokhoro1-data"
# Behind the fields of the CSV, which has number and day of a contract in one field.
CONTRACT = ("เลขที่ของสัญญาหรือข้อตกลง", "วันที่ของสัญญาหรือข้อตกลง")
HEADINGS = (*(column.heading for column in csv.COLUMNS), *CONTRACT)
WIDTHS = (24, 7, 11, 48, 15, 15, 20, 34, 15, 34, 15, 30, 22, 12, 12, 15, 16, 20, 14)  # letters
HEAD_LINES = 3

Value = str | int | Decimal | date | None


def values(organisation: str, month: Month, row: Procurement) -> tuple[Value, ...]:
    """Return the fields of a row in the order of HEADINGS; None where nobody wrote anything."""
    amounts = [bid.amount for bid in row.bids]
    contract = csv.one_line(row.contract_number)
    if row.contract_date is not None:
        contract += csv.BREAK + row.contract_date.isoformat()
    return (
        organisation,
        month.year,
        MONTHS[month.number - 1],
        row.title,
        _baht(row.budget),
        _baht(row.reference_price),
        row.procurement_method,
        csv.BREAK.join(csv.one_line(bid.bidder) for bid in row.bids) or None,
        _baht(amounts[0]) if len(amounts) == 1 else _each(amounts),
        row.supplier,
        _baht(row.agreed_price),
        row.selection_reason,
        contract or None,
        None,
        None,
        row.egp_project_number,
        row.egp_contract_number,
        row.contract_number,
        row.contract_date,
    )


def _baht(satang: int | None) -> Value:
    """Return baht as a number, but as text where Excel would round the number."""
    if satang is None:
        return None
    return Decimal(satang).scaleb(-2) if satang < EXACT else decimal_baht(satang)


def _each(amounts: Sequence[int | None]) -> str | None:
    """Return the prices of several bidders, a line each; an empty line is unknown."""
    lines = ["" if amount is None else decimal_baht(amount) for amount in amounts]
    return csv.BREAK.join(lines) if any(lines) else None


def write_rows(
    book: Workbook, summaries: Sequence[MonthlySummary], *, sealed: bool = True
) -> None:
    """Add the sheet of all rows of the months, in their order; the header is the first row.

    ``sealed``: the forms of these months stand in the same workbook and say the same.
    """
    sheet = book.add_worksheet(SHEET)
    for column, width in enumerate(WIDTHS):
        done(sheet.set_column(column, column, width))
    head = look_of(book, bold=True, bottom=1, bg_color="#EDEDED")
    done(sheet.set_row(0, height(HEAD_LINES, SIZE)))
    for column, heading in enumerate(HEADINGS):
        write(sheet, 0, column, heading, head)
    looks = {
        "text": look_of(book, quote_prefix=True, text_wrap=False),
        "lines": look_of(book, quote_prefix=True),
        "day": look_of(book, num_format="yyyy\\-mm\\-dd", text_wrap=False),
        "whole": look_of(book, num_format="0", text_wrap=False),
        "baht": look_of(book, num_format="0.00", text_wrap=False),
    }
    cells: dict[tuple[int, int], Value] = {
        (1, column): heading for column, heading in enumerate(HEADINGS, start=1)
    }
    rows = [values(one.organisation, one.month, row) for one in summaries for row in one.rows]
    for at, fields in enumerate(rows, start=1):
        breaks = max(field.count(csv.BREAK) for field in fields if isinstance(field, str))
        # Without a height LibreOffice writes the second line of a cell into the next row.
        done(sheet.set_row(at, min(height(1 + breaks, SIZE), TALLEST)))
        for column, value in enumerate(fields):
            if value is not None and value != "":
                _write(sheet, at, column, value, looks)
                cells[at + 1, column + 1] = value
    logs = [one.log for one in summaries if one.log]
    set_page(sheet, 0, max(logs, key=lambda log: log.size, default=None))
    if sealed:
        book.set_custom_property(PROPERTY, seal(cells))


def _write(
    sheet: Worksheet, at: int, column: int, value: Value, looks: Mapping[str, Format]
) -> None:
    match value:
        case date():
            moment = datetime.combine(value, time())
            done(sheet.write_datetime(at, column, moment, looks["day"]))
        case str():
            write(sheet, at, column, value, looks["lines" if csv.BREAK in value else "text"])
        case int():
            write(sheet, at, column, value, looks["whole"])
        case _:
            write(sheet, at, column, value, looks["baht"])


def seal(cells: Mapping[tuple[int, int], Value | float]) -> str:
    """Return a hash of what stands in the filled cells of a sheet, by row and column from 1.

    The same for a number whatever its type, and for a text whatever its blanks.
    """
    lines = [f"{row},{column}:{_plain(cells[row, column])}\n" for row, column in sorted(cells)]
    return hashlib.sha256("".join(lines).encode(errors="replace")).hexdigest()


def _plain(value: Value | float) -> str:
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float | Decimal):
        return format(float(value), ".15g")
    return re.sub(r"\s+", "", visible(value or ""))
