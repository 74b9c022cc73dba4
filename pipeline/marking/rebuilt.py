"""The sheets of a file that is no .xlsx → an .xlsx: the same cells at the same places."""

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from pipeline.formats.workbook import FONT
from pipeline.marking.grid import LAST_COLUMN, LAST_ROW
from pipeline.marking.pages import SIZE, cut, tall_enough
from schemas.sheet import Cell, Merge, Sheet

MADE = datetime(2024, 10, 1)  # noqa: DTZ001 - a fixed day without a zone, as the file stores it
LONGEST_NAME = 31
_FIRST_YEAR = 1901  # Excel's own calendar is wrong before March 1900
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_ERRORS = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"})
_NARROW, _WIDE = 10, 44
_DIGIT = 1.5  # of the letter by which widths are counted: larger, and with commas
_EMPTY = 8  # of a column without a width
_LONGEST_TEXT = 32_000
_SEEN = 2_000  # letters that fill the tallest row
Looks = Mapping[tuple[str, bool], Format]


def names_of(sheets: Sequence[Sheet]) -> dict[str, str]:
    """Return for the name of each sheet one that Excel takes."""
    names: dict[str, str] = {}
    for sheet in sheets:
        plain = _NOT_IN_NAMES.sub("_", sheet.name).strip("'")[:LONGEST_NAME].strip() or "Sheet"
        name, number = plain, 1
        taken = {other.casefold() for other in names.values()}
        while name.casefold() in taken or name.casefold() == "history":
            number += 1
            name = f"{plain[: LONGEST_NAME - 5]} ({number})"
        names[sheet.name] = name
    return names


def rebuilt(sheets: Sequence[Sheet], names: Mapping[str, str]) -> bytes:
    """Return the workbook; an error, or a formula without result, stays what it says."""
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        book.set_properties({"created": MADE})
        looks = _looks(book)
        pages = [book.add_worksheet(names[sheet.name]) for sheet in sheets]
        for page, sheet in zip(pages, sheets, strict=True):
            _fill(page, sheet, looks)
        shown = [page for page, sheet in zip(pages, sheets, strict=True) if not sheet.hidden.sheet]
        if shown:
            shown[0].activate()
    return file.getvalue()


def _looks(book: xlsxwriter.Workbook) -> Looks:
    formats = {
        "text": "General",
        "money": "#,##0.00",
        "day": "[$-107041E]d mmm yyyy",
        "time": "d/m/yyyy h:mm:ss",
    }
    return {
        (name, struck): book.add_format(
            {
                "font_name": FONT,
                "font_size": SIZE,
                "valign": "top",
                "text_wrap": True,
                "border": 1,
                "num_format": code,
                "font_strikeout": struck,
            }
        )
        for name, code in formats.items()
        for struck in (False, True)
    }


def _fill(page: Worksheet, sheet: Sheet, looks: Looks) -> None:
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    merges = list(_apart(sheet.merges))
    for merge in merges:
        corners = (merge.top - 1, merge.left - 1, merge.bottom - 1, merge.right - 1)
        page.merge_range(*corners, "", looks["text", False])
    for cell in sheet.cells.values():
        if cell.row <= LAST_ROW and cell.column <= LAST_COLUMN:
            _write(page, cell, looks)
    wide = {(merge.top, merge.left) for merge in merges if merge.right > merge.left}
    widths = _widths(sheet, wide)
    for column, width in widths.items():
        hidden = {"hidden": True} if column in sheet.hidden.columns else None
        page.set_column(column - 1, column - 1, width, None, hidden)
    for row, height in _heights(sheet, widths, merges).items():
        page.set_row(row - 1, height, None, {"hidden": row in sheet.hidden.rows})
    if sheet.hidden.sheet:
        page.hide()


def _write(page: Worksheet, cell: Cell, looks: Looks) -> None:
    at = cell.row - 1, cell.column - 1
    look = looks["text", cell.struck == "whole"]
    match cell.kind:
        case "number" if isinstance(cell.value, int | float) and abs(cell.value) < 1e300:  # noqa: PLR2004 - far below the last number
            # Without a format, decimals that a column has no room for are rounded away.
            named = "money" if round(cell.value, 2) == cell.value != round(cell.value) else "text"
            page.write_number(*at, cell.value, looks[named, cell.struck == "whole"])
        case "date" if isinstance(cell.value, date) and cell.value.year >= _FIRST_YEAR:
            moment = datetime.fromisoformat(cell.text)
            named = "day" if moment.time() == datetime.min.time() else "time"
            page.write_datetime(*at, moment, looks[named, cell.struck == "whole"])
        case "truth" if cell.text in {"TRUE", "FALSE"}:
            page.write_boolean(*at, cell.text == "TRUE", look)
        case "error" if cell.text in _ERRORS:
            page.write_formula(*at, f"={cell.text}", look, cell.text)
        case _:
            _write_text(page, at, cut(cell.text, _LONGEST_TEXT), look)


def _write_text(page: Worksheet, at: tuple[int, int], text: str, look: Format) -> None:
    # XlsxWriter takes such text for markup of its own, unescaped; in parts it is text again.
    if text.startswith("<r>") and text.endswith("</r>"):
        page.write_rich_string(*at, look, "<", look, text[1:], look)
    else:
        page.write_string(*at, text, look)


def _apart(merges: Iterable[Merge]) -> Iterator[Merge]:
    """Those that Excel takes: of more than a cell, none over another."""
    taken: set[tuple[int, int]] = set()
    for merge in merges:
        places = {
            (row, column)
            for row in range(merge.top, merge.bottom + 1)
            for column in range(merge.left, merge.right + 1)
        }
        inside = merge.bottom <= LAST_ROW and merge.right <= LAST_COLUMN
        if len(places) > 1 and inside and not places & taken:
            taken |= places
            yield merge


def _widths(sheet: Sheet, spread: set[tuple[int, int]]) -> dict[int, int]:
    """Wide enough for what stands there; a title over several columns widens none of them."""
    widths: dict[int, int] = {}
    for (row, column), cell in sheet.cells.items():
        if column <= LAST_COLUMN:
            longest = max(len(line) for line in cell.text.split("\n"))
            longest = round(longest * _DIGIT) if cell.kind == "number" else longest
            needed = _NARROW if (row, column) in spread else min(_WIDE, longest + 2)
            widths[column] = max(widths.get(column, _NARROW), needed)
    return widths


def _heights(
    sheet: Sheet, widths: Mapping[int, int], merges: Iterable[Merge]
) -> Mapping[int, float]:
    """Tall enough for what stands there: LibreOffice shows one line of a row that says nothing."""
    areas = {(merge.top, merge.left): merge for merge in merges}
    heights: dict[int, float] = {}
    for (row, column), cell in sheet.cells.items():
        if row > LAST_ROW or column > LAST_COLUMN:
            continue
        area = areas.get((row, column), Merge(row, column, row, column))
        over = range(area.left, area.right + 1)
        text = cut(cell.text, _SEEN) if area.top == area.bottom else ""
        needed = tall_enough(text, sum(widths.get(one, _EMPTY) for one in over))
        heights[row] = max(heights.get(row, 0), needed)
    return heights
