"""What the readers agree on: when a number is a day, how a value is typed, what is too much."""

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, time, timedelta

from openpyxl.styles.numbers import is_date_format, is_timedelta_format
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

from pipeline.kinds import RefusedError
from schemas.sheet import Cell, Hidden, Kind, Merge, Sheet, Struck

# The guard counts these in .xlsx alone; a repeat or a record of a few bytes can mean as many.
MOST_CELLS = 2_000_000
MOST_MERGED = 500_000
MOST_LETTERS = 64_000_000  # a text that many cells share costs the file nothing
MOST_SHEETS = 1_000
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384  # of Excel and of LibreOffice
# A date without a time of day; the form has no use for times.
_MIDNIGHT = time()
# Built-in formats of Thai Excel that show a day (ว/ด/ปปปป …); 75–80 show times.
THAI_DAYS = frozenset({71, 72, 73, 74, 77, 81})
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
LONGEST_FORMAT = 255  # of Excel; what is longer only takes time
# Excel writes longer whole numbers with an exponent, and .xlsx readers make no int of those.
_LONGEST_WHOLE = 1e17

Runs = Sequence[tuple[int, int]]  # the first letter of each, and its font


def within(*, cells: int = 0, merged: int = 0, letters: int = 0, sheets: int = 0) -> None:
    """RefusedError where a workbook has more than one may; readers ask while they still count."""
    if cells > MOST_CELLS:
        raise RefusedError("file-within-limits", f"มีช่องเกิน {MOST_CELLS:,} ช่อง")
    if merged > MOST_MERGED:
        raise RefusedError("file-within-limits", "ผสานช่องกว้างเกินไป")
    if letters > MOST_LETTERS:
        raise RefusedError("file-within-limits", f"มีข้อความเกิน {MOST_LETTERS:,} ตัวอักษร")
    if sheets > MOST_SHEETS:
        raise RefusedError("file-within-limits", f"มีแผ่นงานเกิน {MOST_SHEETS:,} แผ่น")


def area(merge: Merge) -> int:
    """How many cells a merge covers."""
    return (merge.bottom - merge.top + 1) * (merge.right - merge.left + 1)


def epoch(*, counts_from_1904: bool) -> datetime:
    return CALENDAR_MAC_1904 if counts_from_1904 else CALENDAR_WINDOWS_1900


def letters_of(code: str) -> str:
    """Return the letters of a number format that say what it shows, none that it only writes."""
    return _QUOTED.sub("", code)


def has_thai_day(letters: str) -> bool:
    return "ว" in letters and "ด" in letters


def is_thai_day(format_id: int, code: str) -> bool:
    """True for the formats of Thai Excel that show a day, which openpyxl does not know for one."""
    return format_id in THAI_DAYS or has_thai_day(letters_of(code[:LONGEST_FORMAT]))


def shown(number: float, format_id: int, code: str, start: datetime) -> object:
    """Return the day, time or length of time that the format shows; else the number itself."""
    code = code[:LONGEST_FORMAT]
    if is_thai_day(format_id, code) or is_date_format(code):
        try:
            return from_excel(number, start, timedelta=is_timedelta_format(code))
        except (ValueError, OverflowError):  # beyond the calendar: a number like any other
            return whole(number)
    return whole(number)


def whole(number: float) -> float:
    """Binary files store 940485 as 940485.0; what is whole is an int, as .xlsx writes it."""
    return int(number) if abs(number) < _LONGEST_WHOLE and number == int(number) else number


def typed(value: object, *, is_error: bool = False) -> tuple[str, str | float | date, Kind]:  # noqa: PLR0911 - one a type
    """Return the text, the value and the kind of a cell that holds ``value``."""
    if is_error:
        return str(value), str(value), "error"
    match value:
        case bool():
            return str(value).upper(), str(value).upper(), "truth"
        case int():
            return str(value), value, "number"
        case float():
            # 15 digits are what Excel itself keeps and shows.
            return format(value, ".15g"), value, "number"
        case datetime() if value.time() == _MIDNIGHT:
            return value.date().isoformat(), value.date(), "date"
        case datetime():
            return value.isoformat(" "), value.date(), "date"
        case date():
            return value.isoformat(), value, "date"
        case time() | timedelta():
            return str(value), str(value), "truth"
        case _:
            return str(value), str(value), "text"


def struck_of(parts: Iterable[tuple[str, bool]]) -> Struck:
    """Say how much of a text is struck through; ``parts`` are its runs, blank ones do not count.

    >>> struck_of([("ยกเลิก", True), (" ", False)]), struck_of([("๑", True), ("๒", False)])
    ('whole', 'partly')
    """
    found = {struck for text, struck in parts if text.strip()}
    return "whole" if found == {True} else "partly" if True in found else ""


def struck_by_runs(text: str, runs: Runs, struck_fonts: Sequence[bool]) -> Struck:
    """The same where each run says from which letter on which font holds.

    >>> struck_by_runs("ร้าน ก ร้าน ข", [(0, 0), (7, 1)], [False, True])
    'partly'
    """
    ends = [start for start, _ in runs[1:]] + [len(text)]
    return struck_of(
        (text[start:end], struck_fonts[font])
        for (start, font), end in zip(runs, ends, strict=True)
    )


def sheet_of(  # noqa: PLR0913 - the facts of a sheet, each named where it is called
    file: str,
    name: str,
    cells: Iterable[Cell],
    merges: Iterable[Merge] = (),
    *,
    hidden: bool = False,
    hidden_rows: Collection[int] = (),
    hidden_columns: Collection[int] = (),
) -> Sheet:
    """Return the sheet: blank cells left out, merges in order, hidden only what is filled.

    RefusedError for more cells, letters or merged areas than the guard lets through, and for a
    cell where no sheet of Excel has one: its place would be a number without measure.
    """
    filled: dict[tuple[int, int], Cell] = {}
    letters = 0
    for cell in cells:
        letters += len(cell.text)
        within(cells=len(filled), letters=letters)  # before a long text is looked at
        if cell.text.strip():
            if cell.row > LAST_ROW or cell.column > LAST_COLUMN:
                raise RefusedError("file-is-read", "มีข้อมูลนอกขอบเขตแผ่นงานของ Excel")
            filled[cell.row, cell.column] = cell
    areas = sorted(set(merges), key=lambda merge: (merge.top, merge.left))
    within(cells=len(filled), merged=sum(map(area, areas)))
    rows, columns = {row for row, _ in filled}, {column for _, column in filled}
    return Sheet(
        file,
        name,
        filled,
        tuple(areas),
        Hidden(
            hidden,
            frozenset(row for row in rows if row in hidden_rows),
            frozenset(column for column in columns if column in hidden_columns),
        ),
    )


def no_more_than_may_be(sheets: Iterable[Sheet]) -> tuple[Sheet, ...]:
    """Return the sheets; RefusedError before too many empty ones fill the memory."""
    read: list[Sheet] = []
    for sheet in sheets:
        read.append(sheet)
        within(sheets=len(read))
    return tuple(read)
