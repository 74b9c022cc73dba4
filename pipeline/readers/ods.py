"""An .ods of LibreOffice or Excel → its sheets: each filled cell with its address, as it is typed.

The file says itself what is a day, so no format is asked. A sheet is read row by row: nothing
that is repeated a million times costs more than what is written in it.
"""

import re
import zipfile
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import IO, NamedTuple

from lxml import etree

from pipeline.kinds import RefusedError
from pipeline.readers.cells import (
    LAST_COLUMN,
    MOST_CELLS,
    no_more_than_may_be,
    sheet_of,
    struck_of,
    typed,
    whole,
)
from pipeline.readers.streamed import forget
from schemas.sheet import Cell, Merge, Sheet

_URN = "{urn:oasis:names:tc:opendocument:xmlns:"
_OFFICE, _TABLE, _TEXT, _STYLE = (f"{_URN}{n}:1.0}}" for n in ("office", "table", "text", "style"))
_CALCEXT = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_SHEET, _COLUMN, _ROW = (f"{_TABLE}{n}" for n in ("table", "table-column", "table-row"))
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
_PARAGRAPH = f"{_TEXT}p"
_INVISIBLE = ("collapse", "filter")
_MANIFEST = "META-INF/manifest.xml"
# LibreOffice keeps what formulas saw in other files as sheets of this style.
_OUTSIDE = "ta_extref"
_MOST_SPACES = 1_000
REPEATED_COST = 10
_MOST_PARENTS = 20
_LONGEST_MOMENT = len("2024-10-02T15:30:00.000000")
_ERROR = re.compile(r"#\S{1,30}[!?]|#N/A|Err:[0-9]{3}")
_WHOLE = re.compile(r"-?[0-9]{1,17}")
_LENGTH = re.compile(r"(-?)PT(?:([0-9]{1,9})H)?(?:([0-9]{1,9})M)?(?:([0-9.]{1,20})S)?")
_BROKEN = re.compile(r"\s*[\r\n\t]\s*")  # such white space was never typed: it would be an element
_CELL_OF = re.compile(r"\[\.?([^\]\[]*)\]")  # [.C6], [.C6:.C9] in a formula


class _Style(NamedTuple):
    """What a style says itself; the rest stands in its parent."""

    parent: str
    struck: bool | None
    hides: bool


_Styles = dict[tuple[str, str], _Style]


@dataclass
class _Page:
    """A sheet while its rows go by."""

    element: etree._Element
    name: str
    hidden: bool
    cells: list[Cell] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    looks: list[tuple[int, str]] = field(default_factory=list)  # up to this column, this style
    rows: int = 0


def read(path: Path, file: str) -> tuple[Sheet, ...]:
    """Return the sheets of a guarded workbook in their order; ``file`` is its name for people.

    RefusedError when it is encrypted, or when repeats make it too large.
    """
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        if _MANIFEST in names and b"encryption-data" in archive.read(_MANIFEST):
            raise RefusedError("file-without-password", "")
        styles: _Styles = {}
        if "styles.xml" in names:
            with archive.open("styles.xml") as part:
                for _, element in _parsed(part):
                    _see_style(styles, element)
        with archive.open("content.xml") as part:
            return no_more_than_may_be(_sheet(page, file) for page in _pages(part, styles))


def rectangle(path: Path) -> int:
    """How many cells the rectangles from A1 around all that is written have, blanks included."""
    boxes: dict[etree._Element, tuple[int, int, int]] = {}  # rows so far, the last filled, columns
    with zipfile.ZipFile(path) as archive, archive.open("content.xml") as part:
        for event, element in _parsed(part):
            table = _sheet_of(element) if event == "end" and element.tag == _ROW else None
            if table is not None:
                rows, bottom, right = boxes.get(table, (0, 0, 0))
                rows += _times(element, "rows-repeated")
                width = _width(element)
                boxes[table] = rows, rows if width else bottom, max(right, width)
                forget(element)
    return sum(bottom * right for _, bottom, right in boxes.values())


def _width(row: etree._Element) -> int:
    column = last = 0
    for cell in row.iterchildren(*_CELLS):
        column += _times(cell, "columns-repeated")
        if len(cell) or cell.get(f"{_OFFICE}value-type"):
            last = column
    return last


def _sheet(page: _Page, file: str) -> Sheet:
    return sheet_of(
        file,
        page.name,
        page.cells,
        page.merges,
        hidden=page.hidden,
        hidden_rows=page.hidden_rows,
        hidden_columns=page.hidden_columns,
    )


def _parsed(part: IO[bytes]) -> Iterator[tuple[str, etree._Element]]:
    parsed: Iterator[tuple[str, etree._Element]] = etree.iterparse(
        part,
        events=("start", "end"),
        tag=(_SHEET, _COLUMN, _ROW, f"{_STYLE}style"),
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
    )
    return parsed


def _pages(part: IO[bytes], styles: _Styles) -> Iterator[_Page]:
    page: _Page | None = None
    room = MOST_CELLS
    for event, element in _parsed(part):
        if event == "start":
            if element.tag == _SHEET and _is_shown_as_sheet(element):
                name = element.get(f"{_TABLE}name", "")
                page = _Page(element, name, _hides(styles, element))
        elif element.tag == f"{_STYLE}style":
            _see_style(styles, element)
        elif page is None or _sheet_of(element) is not page.element:
            continue  # a chart or a link keeps tables of its own, deeper in
        elif element.tag == _COLUMN:
            _see_column(page, element)
        elif element.tag == _ROW:
            room -= _see_row(page, element, styles, room)
            forget(element)
        else:
            yield page
            page = None
            forget(element)


def _is_shown_as_sheet(table: etree._Element) -> bool:
    parent = table.getparent()
    inside = parent is not None and parent.tag == f"{_OFFICE}spreadsheet"
    return inside and table.get(f"{_TABLE}style-name") != _OUTSIDE


def _sheet_of(element: etree._Element) -> etree._Element | None:
    return element if element.tag == _SHEET else next(element.iterancestors(_SHEET), None)


# ---- styles


def _see_style(styles: _Styles, element: etree._Element) -> None:
    if element.tag != f"{_STYLE}style":
        return
    key = element.get(f"{_STYLE}family", ""), element.get(f"{_STYLE}name", "")
    table = element.find(f"{_STYLE}table-properties")
    hides = table is not None and table.get(f"{_TABLE}display") == "false"
    struck = None
    if (text := element.find(f"{_STYLE}text-properties")) is not None:
        lines = [text.get(f"{_STYLE}text-line-through-{fact}") for fact in ("style", "type")]
        struck = "none" not in lines if any(lines) else None
    styles[key] = _Style(element.get(f"{_STYLE}parent-style-name", ""), struck, hides)


def _hides(styles: _Styles, table: etree._Element) -> bool:
    style = styles.get(("table", table.get(f"{_TABLE}style-name", "")))
    return style is not None and style.hides


def _struck(styles: _Styles, family: str, name: str) -> bool | None:
    """None when neither the style nor its parents tell."""
    for _ in range(_MOST_PARENTS):  # a damaged file may go round in a circle
        style = styles.get((family, name))
        if style is None or style.struck is not None:
            return style and style.struck
        name = style.parent
    return None


# ---- columns, rows, cells


def _times(element: etree._Element, what: str) -> int:
    return max(1, int(element.get(f"{_TABLE}number-{what}", "1")))


def _see_column(page: _Page, element: etree._Element) -> None:
    first = page.looks[-1][0] + 1 if page.looks else 1
    last = min(first + _times(element, "columns-repeated") - 1, LAST_COLUMN)
    page.looks.append((last, element.get(f"{_TABLE}default-cell-style-name", "")))
    if element.get(f"{_TABLE}visibility") in _INVISIBLE:
        page.hidden_columns.update(range(first, last + 1))


def _see_row(page: _Page, element: etree._Element, styles: _Styles, room: int) -> int:
    """Put the row's cells and merges on the page; return what that costs in cells.

    A cell that only a repeat makes counts tenfold: people repeat few, and a bomb is made of them.
    """
    first, times = page.rows + 1, _times(element, "rows-repeated")
    page.rows += times
    filled: list[Cell] = []
    column, typed = 1, 0
    for found in element.iterchildren(*_CELLS):
        wide = _times(found, "columns-repeated")
        span = _times(found, "rows-spanned"), _times(found, "columns-spanned")
        if span != (1, 1):
            page.merges.append(Merge(first, column, first + span[0] - 1, column + span[1] - 1))
        cell = _cell(found, first, column, styles, _look(page, element, found, column))
        if cell is not None:
            typed += 1
            cost = REPEATED_COST * (len(filled) + wide) * times - (REPEATED_COST - 1) * typed
            if cost > room:
                raise RefusedError("file-within-limits", f"มีช่องเกิน {MOST_CELLS:,} ช่อง")
            filled.append(cell)
            filled += (replace(cell, column=column + more) for more in range(1, wide))
        column += wide
    if not filled:
        return 0
    page.cells += filled
    for row in range(first + 1, first + times):
        page.cells += (replace(cell, row=row) for cell in filled)
    if element.get(f"{_TABLE}visibility") in _INVISIBLE:
        page.hidden_rows.update(range(first, first + times))
    return REPEATED_COST * len(filled) * times - (REPEATED_COST - 1) * typed


def _look(page: _Page, row: etree._Element, cell: etree._Element, column: int) -> str:
    """The name of the cell's style: its own, else the row's, else the column's."""
    named = cell.get(f"{_TABLE}style-name") or row.get(f"{_TABLE}default-cell-style-name")
    if named:
        return named
    at = bisect_left(page.looks, (column, ""))
    return page.looks[at][1] if at < len(page.looks) else ""


def _cell(found: etree._Element, row: int, column: int, styles: _Styles, look: str) -> Cell | None:
    """Return the cell, None when nothing stands there."""
    whole_struck = _struck(styles, "table-cell", look) or False
    paragraphs = [list(_runs(p, styles, whole_struck)) for p in found.iterchildren(_PARAGRAPH)]
    shown = "\n".join("".join(text for text, _ in runs) for runs in paragraphs)
    formula = found.get(f"{_TABLE}formula")
    kind = found.get(f"{_OFFICE}value-type", "")
    if formula is not None and not kind and not paragraphs:
        written = "=" + _CELL_OF.sub(_plain, formula.partition("=")[2])
        return Cell(row, column, written, written, "uncalculated")
    is_error = found.get(f"{_CALCEXT}value-type") == "error" or (
        # Older LibreOffice calls an error a number, 0, or a text.
        formula is not None and _ERROR.fullmatch(shown) is not None
    )
    told = typed(shown if is_error else _value(found, kind, shown), is_error=is_error)
    if not told[0].strip():
        return None
    runs = [run for runs in paragraphs for run in runs if run[0].strip()]
    return Cell(row, column, *told, struck_of(runs or [(told[0], whole_struck)]))


def _plain(reference: re.Match[str]) -> str:
    return reference[1].replace(":.", ":")


def _value(found: etree._Element, kind: str, shown: str) -> object:
    """Return the value in its type; what cannot be one is the text that is shown."""
    match kind:
        case "float" | "currency" | "percentage":
            return _number(found.get(f"{_OFFICE}value", ""), shown)
        case "boolean":
            return found.get(f"{_OFFICE}boolean-value") == "true"
        case "date":
            return _day(found.get(f"{_OFFICE}date-value", ""), shown)
        case "time":
            return _length(found.get(f"{_OFFICE}time-value", ""), shown)
        case _:
            return shown or found.get(f"{_OFFICE}string-value", "")


def _number(stored: str, shown: str) -> object:
    try:
        return int(stored) if _WHOLE.fullmatch(stored) else whole(float(stored))
    except ValueError:
        return shown


def _day(stored: str, shown: str) -> object:
    try:
        return datetime.fromisoformat(stored.removesuffix("Z")[:_LONGEST_MOMENT])
    except ValueError:  # before the year 1 or after 9999
        return shown


def _length(stored: str, shown: str) -> object:
    """A time of day, or a longer or negative length of time."""
    parts = _LENGTH.fullmatch(stored)
    if parts is None:
        return shown
    hours, minutes, seconds = (float(part or 0) for part in parts.groups()[1:])
    length = timedelta(hours=hours, minutes=minutes, seconds=round(seconds, 3))
    if parts[1]:
        return -length
    return (
        (datetime.combine(date.min, time()) + length).time()
        if length < timedelta(days=1)
        else length
    )


def _runs(
    element: etree._Element,
    styles: _Styles,
    struck: bool,  # noqa: FBT001 - of the text around
) -> Iterator[tuple[str, bool]]:
    """The texts of a paragraph, link or span in order, each with whether it is struck through."""
    family = "paragraph" if element.tag == _PARAGRAPH else "text"
    own = _struck(styles, family, element.get(f"{_TEXT}style-name", ""))
    here = struck if own is None else own
    yield _BROKEN.sub(" ", element.text or ""), here
    for part in element:
        if part.tag == f"{_TEXT}s":
            yield " " * min(int(part.get(f"{_TEXT}c", "1")), _MOST_SPACES), here
        elif part.tag == f"{_TEXT}tab":
            yield "\t", here
        elif part.tag == f"{_TEXT}line-break":
            yield "\n", here
        elif isinstance(part.tag, str) and part.tag != f"{_OFFICE}annotation":
            yield from _runs(part, styles, here)
        yield _BROKEN.sub(" ", part.tail or ""), here
