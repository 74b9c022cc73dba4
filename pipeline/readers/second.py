"""A second reader for the same file: what python-calamine sees, and whether it contradicts us.

It never replaces the first: it loses error cells, formulas without a result, the formats of Thai
Excel, and all that is no value. What it does see must agree, cell by cell.
"""

import re
import struct
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import cache
from math import floor, isclose, nan
from pathlib import Path
from typing import TypeVar

import olefile
from openpyxl.utils.cell import column_index_from_string
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, to_excel
from python_calamine import CalamineWorkbook

from pipeline.kinds import Kind
from pipeline.readers import ods, xlsb
from schemas.sheet import Cell, Sheet

Seen = Mapping[tuple[int, int], object]
_T = TypeVar("_T")
# It fills the whole rectangle around what is written, 32 bytes a cell, and aborts if it cannot.
MOST = 8_000_000
_BEYOND = MOST + 1
_SECOND = 1 / 86_400  # of a day

_XML_CELL = re.compile(rb"<(?:[^\s<>/:]{1,64}:)?c(?=[\s/>])([^>]*)>")
_REFERENCE = re.compile(rb"""\sr\s*=\s*["']([A-Z]{1,3})([0-9]{1,7})["']""")
_SHEET, _MULRK = 0x0085, 0x00BD
_XLS_CELLS = frozenset({0x0006, _MULRK, 0x00D6, 0x00FD, 0x0203, 0x0204, 0x0205, 0x027E})

_LENGTH = re.compile(r"(?:(-?[0-9]+) days?, )?([0-9]+):([0-9]{2}):([0-9.]+)")
_RETURN = re.compile(r"_x000[dD]_|\r")
_LINE_END = re.compile(r"[ \t\u00a0]*(?:\r*\n|\r|$)")


def second_reader(path: Path, kind: Kind) -> Callable[[Sheet], Seen | None]:
    """Return a function that tells what calamine reads for a sheet: its filled cells by place.

    The workbook is opened once, when the first sheet is asked for. The answer is None where
    calamine must not or cannot be asked: kinds that are not for it, rectangles that are too large
    (a blank text far away is enough, so the file itself is measured), what it refuses.
    """
    book = cache(lambda: _book(path, kind))

    def reading(sheet: Sheet) -> Seen | None:
        opened = book()
        return None if opened is None else _tried(lambda: _seen(opened, sheet.name))

    return reading


def differs(cell: Cell | None, other: object | None) -> bool:
    """True when the two readers contradict each other about a cell; known losses are none."""
    plain = cell is not None and cell.kind in ("text", "number") and type(other) is not bool
    if plain and cell is not None and cell.value == other:
        return False  # most cells: no need to look further
    nothing = other is None or str(other).strip() == ""
    if cell is None or nothing:
        # It sees neither errors nor formulas without a result.
        return not nothing if cell is None else cell.kind not in ("error", "uncalculated")
    match cell.kind:
        case "error":
            agrees = other in (cell.text, 0)  # LibreOffice 3 stored the number 0 beside it
        case "uncalculated":
            agrees = False
        case "truth":
            agrees = str(other).upper() == cell.text or _near(_length(cell.text), other)
        case "number":
            agrees = _near(cell.value, other)
        case "date" if isinstance(other, date):
            agrees = cell.value == (other.date() if isinstance(other, datetime) else other)
        case "date":
            agrees = isinstance(other, float | int) and _near(cell.value, floor(other))
        case "text":
            agrees = isinstance(other, str) and _plain(cell.text) == _plain(other)
    return not agrees


# ---- asking


def _tried(ask: Callable[[], _T]) -> _T | None:
    """A second reader that fails has said nothing; Rust's panic is no Exception."""
    try:
        return ask()
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # noqa: BLE001 - whichever it is, the first reader has read the file
        return None


def _book(path: Path, kind: Kind) -> CalamineWorkbook | None:
    measure = _MEASURES.get(kind)
    if measure is None:
        return None
    large = _tried(lambda: measure(path))
    if large is None or large >= MOST:
        return None
    return _tried(lambda: CalamineWorkbook.from_path(path))


def _seen(book: CalamineWorkbook, name: str) -> Seen:
    page = book.get_sheet_by_name(name)
    top, left = page.start or (0, 0)
    return {
        (row, column): value
        for row, line in enumerate(page.to_python(), start=top + 1)
        for column, value in enumerate(line, start=left + 1)
        if not isinstance(value, str) or value.strip()
    }


# ---- measuring, before anything is opened


def _xlsx(path: Path) -> int:
    """The largest rectangle from A1 around the written cells of a part: any may be a sheet."""
    with zipfile.ZipFile(path) as archive:
        return max(_around(_references(archive.read(name))) for name in archive.namelist())


def _references(part: bytes) -> Iterator[tuple[int, int]]:
    for tag in _XML_CELL.finditer(part):
        if tag[1].endswith(b"/"):  # only a look
            continue
        found = _REFERENCE.search(tag[1])
        # A cell that does not name its place may stand anywhere.
        yield (
            (_BEYOND, 1)
            if found is None
            else (
                int(found[2]),
                column_index_from_string(found[1].decode()),
            )
        )


def _xls(path: Path) -> int:
    """So many sheets of the rectangle around all cells: calamine reads them all at once."""
    with olefile.OleFileIO(str(path)) as ole:
        name = "Workbook" if ole.exists("Workbook") else "Book"
        stream: bytes = ole.openstream(name).read()
    at, sheets, places = 0, 1, {(0, 0)}
    while at + 4 <= len(stream):
        code, length = struct.unpack_from("<HH", stream, at)
        data = stream[at + 4 : at + 4 + length]
        sheets += code == _SHEET
        if code in _XLS_CELLS and len(data) > struct.calcsize("<HH"):
            row, column = struct.unpack_from("<HH", data)
            last = struct.unpack_from("<H", data, len(data) - 2)[0] if code == _MULRK else 0
            places.add((row + 1, max(column, last) + 1))
        at += 4 + length
    return sheets * _around(iter(places))


def _around(places: Iterator[tuple[int, int]]) -> int:
    bottom = right = 0
    for row, column in places:
        bottom, right = max(bottom, row), max(right, column)
    return bottom * right


_MEASURES: Mapping[Kind, Callable[[Path], int]] = {
    "xlsx": _xlsx,
    "xls": _xls,
    "xlsb": xlsb.rectangle,
    "ods": ods.rectangle,
}


# ---- comparing


def _near(ours: object, other: object) -> bool:
    """Whether both are the same number, or the same serial of a day or a time.

    Not every format is a date for both; which day a serial counts from, only the file knows.
    """
    slack = 2 * _SECOND if isinstance(ours, timedelta) else 0  # told in whole seconds
    return any(
        isclose(_serial(ours, start), _serial(other, start), rel_tol=1e-9, abs_tol=slack)
        for start in (CALENDAR_WINDOWS_1900, CALENDAR_MAC_1904)
    )


def _serial(value: object, start: datetime) -> float:
    match value:
        case bool() | str() | None:
            return nan  # near to nothing
        case int() | float():
            return value
        case _:
            return float(to_excel(value, start))  # type: ignore[no-untyped-call]


def _length(text: str) -> timedelta | None:
    """What the text of a time or of a length of time says."""
    found = _LENGTH.fullmatch(text)
    if found is None:
        return None
    days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def _plain(text: str) -> str:
    """The text without what a reader drops: returns, blanks at line ends, the tabs of .ods."""
    return _LINE_END.sub("\n", _RETURN.sub("\r", text.replace("\t", ""))).rstrip()
