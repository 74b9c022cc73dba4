"""The XML of Excel 2003 ("XML Spreadsheet"), as Excel and many ERPs write it → its sheets."""

import io
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from lxml import etree
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

from pipeline.kinds import SPREADSHEETML, RefusedError
from pipeline.readers.cells import (
    LAST_COLUMN,
    area,
    no_more_than_may_be,
    sheet_of,
    struck_of,
    typed,
    within,
)
from pipeline.readers.letters import THAI_PAGES, decoded, thai_page
from pipeline.readers.stored import number_of, of_serial, shows_a_day
from pipeline.readers.streamed import forget
from schemas.sheet import Cell, Kind, Merge, Sheet

_SS = f"{{{SPREADSHEETML}}}"
_EXCEL = "{urn:schemas-microsoft-com:office:excel}"
_STRUCK_RUN = "{http://www.w3.org/TR/REC-html40}S"
_STYLE, _COLUMN, _ROW, _SHEET = f"{_SS}Style", f"{_SS}Column", f"{_SS}Row", f"{_SS}Worksheet"
_FROM_1904, _VISIBLE = f"{_EXCEL}Date1904", f"{_EXCEL}Visible"
_PROLOG = re.compile(r"\s*<\?xml[^>]*\?>")
_DECLARED = re.compile(rb"""<\?xml[^>]{0,400}?encoding\s*=\s*["']([\w.-]+)""")
_KNOWN_PAGES = THAI_PAGES | {b"utf-8", b"utf-16", b"us-ascii"}
_NOT_BY_EXCEL = "ข้อมูลภายในไม่ได้เขียนอย่างที่ Excel บันทึก"
_FIRST_YEAR = 1900  # of Excel's calendar: what is earlier is a time of day alone


class _Style(NamedTuple):
    struck: bool = False
    number_format: str = ""


@dataclass
class _Book:
    """What holds for all sheets: styles by name, where the days are counted from."""

    styles: dict[str, _Style] = field(default_factory=dict)
    epoch: datetime = CALENDAR_WINDOWS_1900
    fields: int = 0
    merged: int = 0


@dataclass
class _Page:
    """A sheet as it grows; ``row`` is the last one that was there."""

    row: int = 0
    column: int = 0  # the last one that was there
    looks: list[tuple[int, str]] = field(default_factory=list)  # up to this column, this style
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)
    hidden: bool = False
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)


def read(path: Path, file: str) -> tuple[Sheet, ...]:
    """Return the worksheets in their order; ``file`` is the workbook's name for people.

    RefusedError for what is not whole, has a document type, or is too large.
    """
    text = _letters(path.read_bytes())
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise RefusedError("file-is-read", _NOT_BY_EXCEL)
    content = io.BytesIO(_without_prolog(text).encode())
    try:
        return no_more_than_may_be(_sheets(content, file))
    except etree.XMLSyntaxError:
        raise RefusedError("file-is-whole", "โครงสร้างไฟล์เสียหายหรือขาดหาย") from None


def _without_prolog(text: str) -> str:
    """Its encoding holds no more."""
    prolog = _PROLOG.match(text)
    return text[prolog.end() :] if prolog else text


def _letters(content: bytes) -> str:
    declared = _DECLARED.match(content.lstrip(b"\xef\xbb\xbf \t\r\n"))
    name = declared[1].lower() if declared else b"utf-8"
    if name not in _KNOWN_PAGES:
        raise RefusedError("file-is-read", _NOT_BY_EXCEL)
    return thai_page(content) if name in THAI_PAGES else decoded(content)


def _sheets(content: io.BytesIO, file: str) -> Iterator[Sheet]:
    """Give each sheet when its end has been read; no row is kept longer than that."""
    book, page = _Book(), _Page()
    steps = etree.iterparse(
        content,
        tag=(_STYLE, _FROM_1904, _COLUMN, _ROW, _VISIBLE, _SHEET),
        encoding="utf-8",
        load_dtd=False,
        no_network=True,
        resolve_entities=False,
        remove_comments=True,
        remove_pis=True,
    )
    for _, element in steps:
        match element.tag:
            case tag if tag == _STYLE:
                _note_style(element, book)
            case tag if tag == _FROM_1904:
                book.epoch = CALENDAR_MAC_1904
            case tag if tag == _COLUMN:
                _note_column(element, page)
            case tag if tag == _ROW:
                _read_row(element, book, page)
                forget(element)
            case tag if tag == _VISIBLE:
                page.hidden = element.text in {"SheetHidden", "SheetVeryHidden"}
            case _:
                yield _sheet(element.get(f"{_SS}Name", ""), file, page)
                page = _Page()
                forget(element)


def _sheet(name: str, file: str, page: _Page) -> Sheet:
    return sheet_of(
        file,
        name,
        page.cells.values(),
        page.merges,
        hidden=page.hidden,
        hidden_rows=page.hidden_rows,
        hidden_columns=page.hidden_columns,
    )


def _note_style(element: etree._Element, book: _Book) -> None:
    """A style says only in what it differs from its parent, or from the style Default."""
    struck, number_format = book.styles.get(element.get(f"{_SS}Parent", "Default"), _Style())
    font = element.find(f"{_SS}Font")
    shown = element.find(f"{_SS}NumberFormat")
    if font is not None:
        struck = font.get(f"{_SS}StrikeThrough") == "1"
    if shown is not None:
        number_format = shown.get(f"{_SS}Format", "")
    book.styles[element.get(f"{_SS}ID", "")] = _Style(struck, number_format)


def _note_column(element: etree._Element, page: _Page) -> None:
    first = _next(element, page.column)
    if first > page.column + 1:
        page.looks.append((first - 1, ""))
    page.column = first + _number(element, "Span")
    page.looks.append((page.column, element.get(f"{_SS}StyleID", "")))
    if element.get(f"{_SS}Hidden") == "1":
        page.hidden_columns.update(range(first, min(page.column, LAST_COLUMN) + 1))


def _number(element: etree._Element, name: str) -> int:
    """Return a count or a place; 0 where none is given."""
    text = element.get(f"{_SS}{name}", "0")
    if not re.fullmatch("[0-9]{1,7}", text):
        raise RefusedError("file-is-read", _NOT_BY_EXCEL)
    return int(text)


def _next(element: etree._Element, before: int) -> int:
    """Return the place that an element names, or the next: one named twice would lose a cell."""
    place = _number(element, "Index") or before + 1
    if place <= before:
        raise RefusedError("file-is-read", _NOT_BY_EXCEL)
    return place


# ---- rows and cells


def _read_row(element: etree._Element, book: _Book, page: _Page) -> None:
    row = _next(element, page.row)
    page.row = row + _number(element, "Span")
    if element.get(f"{_SS}Hidden") == "1":
        page.hidden_rows.add(row)
    column = 0
    for cell in element.iterchildren(f"{_SS}Cell"):
        left = _next(cell, column)
        column = left + _number(cell, "MergeAcross")
        bottom = row + _number(cell, "MergeDown")
        book.fields += 1
        if (bottom, column) != (row, left):
            page.merges.append(Merge(row, left, bottom, column))
            book.merged += area(page.merges[-1])
        within(cells=book.fields, merged=book.merged)
        style = book.styles.get(_style_name(cell, element, page, left), _Style())
        read = _cell(cell, (row, left), style, book.epoch)
        if read is not None:
            page.cells[row, left] = read


def _style_name(cell: etree._Element, row: etree._Element, page: _Page, column: int) -> str:
    """The style of the cell, else of its row, else of its column."""
    own = cell.get(f"{_SS}StyleID") or row.get(f"{_SS}StyleID")
    if own:
        return own
    at = bisect_left(page.looks, (column, ""))
    return (page.looks[at][1] if at < len(page.looks) else "") or "Default"


def _cell(
    element: etree._Element, at: tuple[int, int], style: _Style, epoch: datetime
) -> Cell | None:
    """Return a cell as its data say, not its comment; a formula without data is not calculated."""
    data = element.find(f"{_SS}Data")
    if data is None:
        formula = element.get(f"{_SS}Formula")
        return Cell(*at, formula, formula, "uncalculated") if formula else None
    runs = list(_runs(data))
    stands = "".join(text for text, _ in runs)
    text, value, kind = _typed(stands, data.get(f"{_SS}Type", "String"), style, epoch)
    return Cell(*at, text, value, kind, "whole" if style.struck else struck_of(runs))


def _runs(element: etree._Element, *, struck: bool = False) -> Iterator[tuple[str, bool]]:
    """Give the texts of a cell, and whether each is struck through."""
    yield element.text or "", struck
    for child in element:
        yield from _runs(child, struck=struck or child.tag == _STRUCK_RUN)
        yield child.tail or "", struck


_Typed = tuple[str, str | float | date, Kind]


def _typed(text: str, kind: str, style: _Style, epoch: datetime) -> _Typed:
    match kind:
        case "Number":
            return _of_number(text, style, epoch)
        case "DateTime":
            return _of_moment(text)
        case "Boolean":
            return typed(text.strip() == "1")
        case "Error":
            return typed(text, is_error=True)
        case _:
            return typed(text)


def _of_number(text: str, style: _Style, epoch: datetime) -> _Typed:
    number = number_of(text.strip())
    if number is None:  # not what it says of itself: the letters are what stands there
        return typed(text)
    if shows_a_day(style.number_format):
        moment = of_serial(number, epoch)
        if moment is not None:
            return typed(moment)
    return typed(number)


def _of_moment(text: str) -> _Typed:
    try:
        moment = datetime.fromisoformat(text.strip()).replace(tzinfo=None)
    except ValueError:
        return typed(text)
    if moment.year < _FIRST_YEAR:
        return typed(moment.time())
    return typed(moment)
