"""A web page named .xls, as e-GP, ERPs and Excel's "Save as web page" give it → one sheet.

Everything that the page shows is laid out top down: each line outside the tables is one row in
column A, tables follow one another as they stand. So a title in a paragraph or in a table of its
own stands above the table that it heads, and no text is lost.
"""

import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

import lxml.etree
import lxml.html
from lxml.html import HtmlElement

from pipeline.kinds import RefusedError
from pipeline.readers.cells import LAST_COLUMN, sheet_of, typed, within
from pipeline.readers.letters import THAI_PAGES, decoded, thai_page
from pipeline.readers.looks import Look, Rules, look_of, rules_of
from pipeline.readers.stored import number_of, of_serial, shows_a_day
from pipeline.readers.text import sheet_name
from schemas.sheet import Cell, Kind, Merge, Sheet, Struck

ELEMENTS = 1_000_000  # measured: one costs up to 1 kB and 30 µs; Excel writes 50 bytes for a cell
WIDEST_SPAN = 1000  # as in every browser
HEAD = 4096

_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)
_THAI = re.compile("[\u0e00-\u0e7f]")
# What is never closed reaches to the end: to look for its end again and again would take hours.
_NO_MARKUP = re.compile(r"<!--.*?(?:-->|\Z)|<script.*?(?:</script|\Z)", re.DOTALL | re.IGNORECASE)
_ELEMENT = re.compile("<[a-z]", re.IGNORECASE)
_TABLE_TAG = re.compile(r"<(/?)table[\s>]", re.IGNORECASE)
_SHEET_NAME = re.compile(r"<x:ExcelWorksheet>\s*<x:Name>([^<]*)</x:Name>")

# The parser would drop what follows the end of the page, as when two pages are put together;
# control characters show nothing, and it would show them as damaged.
_DROPPED = re.compile(r"</(?:body|html)\s*>|[\x01-\x08\x0b\x0e-\x1f]", re.IGNORECASE)
_SILENT = {"script", "style", "head", "title", "template", "noscript", "noframes", "xml"}
_CELL = {"td", "th"}
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_LISTS = {"ul", "ol", "li", "dl", "dt", "dd"}
_TABLE_PARTS = {"table", "caption", "thead", "tbody", "tfoot", "tr"}
_SECTIONS = {"section", "article", "header", "footer", "nav", "main", "aside", "center"}
_BLOCK = {"p", "div", "form", "fieldset", "pre", "hr", "blockquote", "address"}
_BLOCK |= _HEADINGS | _LISTS | _TABLE_PARTS | _SECTIONS
# Noncharacters of Unicode, which stand in no text: a block's edge, <br>, a blank that stays.
_EDGE, _BREAK, _STAYS = "\ufdd0", "\ufdd1", "\ufdd2"
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_AROUND_BREAK = re.compile(f" *([{_BREAK}{_EDGE}]) *")
_EDGES = re.compile(f"{_BREAK}?{_EDGE}+")
_PLAIN_NUMBER = re.compile(r"[-(]?(?:0|[1-9][0-9,]*)?(?:\.[0-9]+)?(?:E[+-]?[0-9]+)?\)?")
_SPAN = re.compile(r"\s*([0-9]{1,9})")


_Row = tuple[HtmlElement | None, list[HtmlElement]]  # a row and its cells; None: begun by no tag


class _Piece(NamedTuple):
    """A run of letters of one look."""

    text: str
    look: Look


class _Table(NamedTuple):
    element: HtmlElement
    look: Look


class _Words(NamedTuple):
    """What a cell or a line says in the end."""

    text: str
    struck: Struck
    hidden: bool


@dataclass
class _Grid:
    """The sheet as it grows; ``row`` is the next free one."""

    row: int = 1
    fields: int = 0
    merged: int = 0
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)


def read(path: Path, file: str) -> tuple[Sheet, ...]:
    """Return the one sheet of a page; ``file`` is its name for people.

    RefusedError for a page that is cut off, that only frames other pages, or that is too large.
    """
    text = _letters(path.read_bytes())
    page = _parsed(text)
    rules = rules_of(page)
    grid = _Grid()
    rows = _rows(page)
    for part in _parts(page, rules, _of_data(rows)):
        if isinstance(part, _Table):
            _lay_out(part, rows[part.element], rules, grid)
        else:
            _write_line(part, grid)
    if not grid.cells and page.find(".//frameset") is not None:
        words = "เป็นหน้าเว็บที่ Excel แยกแผ่นงานไว้ในโฟลเดอร์ข้างเคียง ในไฟล์นี้จึงไม่มีตาราง"
        raise RefusedError("file-is-a-workbook", words)
    return (
        sheet_of(
            file,
            _name(text, file),
            grid.cells.values(),
            grid.merges,
            hidden_rows=grid.hidden_rows,
            hidden_columns=grid.hidden_columns,
        ),
    )


def _name(text: str, file: str) -> str:
    """The name that Excel keeps in its pages, else the file's, as Excel then shows it."""
    named = _SHEET_NAME.findall(text)
    return html.unescape(named[0]) if len(named) == 1 else sheet_name(file)


# ---- bytes and tags


def _letters(content: bytes) -> str:
    """Decode as the page says, but a page in UTF-8 that names the Thai code page is in UTF-8."""
    declared = _DECLARED.search(content[:HEAD])
    if declared is None or declared[1].lower() not in THAI_PAGES:
        return decoded(content)
    try:
        is_thai = _THAI.search(content.decode())
    except UnicodeDecodeError:
        return thai_page(content)
    return decoded(content) if is_thai else thai_page(content)


def _parsed(text: str) -> HtmlElement:
    """Return the page; RefusedError where a part of it would be missing.

    The parser drops without a word what is nested too deep, too long, or never closed: a mark
    behind the end must come out again.
    """
    if sum(1 for _ in _ELEMENT.finditer(text)) > ELEMENTS:  # before they fill the memory
        raise RefusedError("file-within-limits", f"มีช่องและบรรทัดเกิน {ELEMENTS:,}")
    last = None
    for last in _TABLE_TAG.finditer(_NO_MARKUP.sub("", text)):  # noqa: B007 - the last one is meant
        pass
    if last is not None and not last[1]:
        words = "ตารางไม่มีส่วนท้าย หากต้นฉบับเป็นเช่นนี้ ให้เปิดด้วย Excel ตรวจให้ครบแล้วบันทึกเป็น .xlsx"
        raise RefusedError("file-is-whole", words)
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_pis=True)
    mark = "sokhoro1-end"
    content = f'{_DROPPED.sub("", text)}\n<p id="{mark}"></p>'.encode()
    no_end = RefusedError("file-is-whole", "หน้าเว็บขาดตอนท้าย หรือซับซ้อนผิดปกติ")
    try:
        page = lxml.html.document_fromstring(content, parser=parser)
    except lxml.etree.ParserError:  # not one element
        raise no_end from None
    if not any(p.get("id") == mark for p in page.iter("p")):
        raise no_end
    return page


# ---- the page from top to bottom


def _parts(
    page: HtmlElement, rules: Rules, of_data: set[HtmlElement]
) -> Iterator[_Words | _Table]:
    """Give every line outside the tables and every table, in the order of the page."""
    line: list[_Piece] = []
    for piece in _pieces(page, rules, Look(), of_data):
        if isinstance(piece, _Piece) and piece.text not in {_EDGE, _BREAK}:
            line.append(piece)
            continue
        words = _words(line)
        line = []
        if words.text.strip():
            yield words
        if isinstance(piece, _Table):
            yield piece
    if (words := _words(line)).text.strip():
        yield words


def _pieces(
    element: HtmlElement, rules: Rules, look: Look, of_data: set[HtmlElement] | None = None
) -> Iterator[_Piece | _Table]:
    """Give the letters in an element, and those tables of data that stand in it.

    Without ``of_data`` the element is a cell, in which a table is text: a line for each row.
    """
    in_cell = of_data is None
    if element.text:
        yield _Piece(element.text, look)
    for child in element:
        tag = child.tag
        if isinstance(tag, str) and tag not in _SILENT:
            inner = look_of(child, rules, look)
            edge = _Piece(" " if in_cell and tag in _CELL else _EDGE, look)
            is_edged = tag in _BLOCK or tag in _CELL
            if is_edged:
                yield edge
            if tag == "br":
                yield _Piece(_BREAK, look)
            elif of_data is not None and child in of_data:
                yield from _outside_cells(child, rules, inner)
                yield _Table(child, inner)
            else:
                yield from _pieces(child, rules, inner, of_data)
            if is_edged:
                yield edge
        if child.tail:
            yield _Piece(child.tail, look)


def _outside_cells(element: HtmlElement, rules: Rules, look: Look) -> Iterator[_Piece | _Table]:
    """What stands in a table but in no cell of it, such as its caption."""
    yield _Piece(element.text or "", look)
    for child in element:
        tag = child.tag
        # An inner table may stand between the cells by mistake.
        if tag in {"caption", "table"}:
            yield from _pieces(child, rules, look_of(child, rules, look))
            yield _Piece(_EDGE, look)
        elif isinstance(tag, str) and tag not in _CELL and tag not in _SILENT:
            yield from _outside_cells(child, rules, look_of(child, rules, look))
        yield _Piece(child.tail or "", look)
    yield _Piece(_EDGE, look)


def _of_data(rows: Mapping[HtmlElement, Sequence[_Row]]) -> set[HtmlElement]:
    """Return the tables without inner ones, and those whose own cells make the longer rows.

    The others only arrange the page. A cell of a table may hold a small table of bidders.
    """
    inside = dict.fromkeys(rows, -1)  # the longest row of the tables in it
    found = set()
    for table in reversed([*rows]):  # the inner ones first
        longest = _longest(rows[table])
        if longest > inside[table]:
            found.add(table)
        around = next(table.iterancestors("table"), None)
        if around is not None:
            inside[around] = max(inside[around], longest, inside[table])
    return found


def _longest(rows: Iterable[_Row]) -> int:
    """Count the cells that hold no table."""
    return max((sum(c.find(".//table") is None for c in cells) for _, cells in rows), default=0)


def _words(pieces: list[_Piece]) -> _Words:
    """Join pieces as a page shows them: runs of blanks are one, lines begin and end without.

    What is hidden beside what is shown is no text: keys to sort by. All hidden, it is a text.
    """
    if not pieces:
        return _Words("", "", hidden=False)
    shown = [piece for piece in pieces if not piece.look.hidden]
    text = _joined(shown)
    is_hidden = not text.strip()
    if is_hidden:
        shown = pieces
        text = _joined(shown)
    return _Words(text, _struck(shown), is_hidden and bool(text.strip()))


def _struck(pieces: list[_Piece]) -> Struck:
    if not any(piece.look.struck for piece in pieces):
        return ""
    said = {piece.look.struck for piece in pieces if _joined([piece]).strip()}
    return "" if True not in said else "partly" if False in said else "whole"


def _joined(pieces: list[_Piece]) -> str:
    text = re.sub(" +", " ", "".join(map(_shown, pieces)))
    text = _AROUND_BREAK.sub(r"\1", text).strip(f" {_EDGE}")
    return _EDGES.sub("\n", text).replace(_BREAK, "\n").replace(_STAYS, " ")


def _shown(piece: _Piece) -> str:
    if piece.look.keeps_blanks:  # Excel writes two blanks so, which a page would show as one
        return re.sub("[ \xa0]", _STAYS, piece.text)
    return _BLANKS.sub(" ", piece.text)


def _write_line(words: _Words, grid: _Grid) -> None:
    _count(grid, 1)
    grid.cells[grid.row, 1] = Cell(grid.row, 1, words.text, words.text, "text", words.struck)
    if words.hidden:
        grid.hidden_rows.add(grid.row)
    grid.row += 1


# ---- tables


def _rows(page: HtmlElement) -> dict[HtmlElement, list[_Row]]:
    """Return the rows of every table: none of an inner one, which has its own."""
    rows: dict[HtmlElement, list[_Row]] = {table: [] for table in page.iter("table")}
    for element in page.iter("tr", "td", "th"):
        table = next(element.iterancestors("table"), None)
        if table is None:
            continue
        own = rows[table]
        if element.tag == "tr":
            own.append((element, []))
            continue
        around = next(element.iterancestors("tr", "table"))
        row = None if around is table else around
        if not own or own[-1][0] is not row:
            own.append((row, []))
        own[-1][1].append(element)
    return rows


def _lay_out(table: _Table, rows: Sequence[_Row], rules: Rules, grid: _Grid) -> None:
    """Write a table into the grid from its next free row on."""
    _hide_columns(table, rules, grid)
    covered: dict[int, int] = {}  # by column: the last row that a cell from above covers
    for left, (row, cells) in zip(range(len(rows), 0, -1), rows, strict=True):
        around = table.look if row is None else _look_in(table, row, rules)
        if around.hidden:
            grid.hidden_rows.add(grid.row)
        column = 1
        for cell in cells:
            while covered.get(column, 0) >= grid.row:
                column += 1
            look = look_of(cell, rules, around)
            width = min(_span(cell, "colspan") or 1, WIDEST_SPAN)
            height = min(_span(cell, "rowspan") or left, left)
            _count(grid, width * height)
            bottom, right = grid.row + height - 1, column + width - 1
            if width * height > 1 and not look.spills:
                grid.merges.append(Merge(grid.row, column, bottom, right))
            if height > 1:
                covered |= dict.fromkeys(range(column, right + 1), bottom)
            _write_cell(cell, rules, look, grid, column)
            column = right + 1
        grid.row += 1


def _look_in(table: _Table, row: HtmlElement, rules: Rules) -> Look:
    """Return the look of a row, which lies in a <tbody> or the like."""
    look = table.look
    within = takewhile(lambda around: around is not table.element, row.iterancestors())
    for around in reversed(list(within)):
        if around.tag in {"thead", "tbody", "tfoot"}:
            look = look_of(around, rules, look)
    return look_of(row, rules, look)


def _hide_columns(table: _Table, rules: Rules, grid: _Grid) -> None:
    column = 1
    for col in table.element.iter("col"):
        if next(col.iterancestors("table")) is not table.element:
            continue
        if column > LAST_COLUMN:
            break
        after = column + min(_span(col, "span") or 1, WIDEST_SPAN)
        if look_of(col, rules, Look()).hidden:
            grid.hidden_columns |= set(range(column, after))
        column = after


def _span(element: HtmlElement, name: str) -> int:
    """Return how far a cell reaches; 0 is all that is left."""
    number = _SPAN.match(element.get(name) or "1")
    return int(number[1]) if number else 1


def _count(grid: _Grid, area: int) -> None:
    grid.fields += area
    grid.merged += area if area > 1 else 0
    within(cells=grid.fields, merged=grid.merged)


def _write_cell(element: HtmlElement, rules: Rules, look: Look, grid: _Grid, column: int) -> None:
    pieces = _pieces(element, rules, look)
    words = _words([piece for piece in pieces if isinstance(piece, _Piece)])
    if not words.text.strip():
        return
    if words.hidden and grid.row not in grid.hidden_rows:
        grid.hidden_columns.add(column)
    text, value, kind = _typed(words.text, element, look.number_format)
    grid.cells[grid.row, column] = Cell(grid.row, column, text, value, kind, words.struck)


def _typed(
    text: str, element: HtmlElement, number_format: str
) -> tuple[str, str | float | date, Kind]:
    """Return what Excel says beside the text: what is shown may be rounded, a day has no year."""
    if element.get("x:err") is not None:
        return typed(text, is_error=True)
    if element.get("x:bool") is not None:
        return text, text, "truth"
    number = number_of(element.get("x:num") or "")
    if number is not None and shows_a_day(number_format):
        moment = of_serial(number)
        if moment is not None:
            return typed(moment)
    elif number is not None and _PLAIN_NUMBER.fullmatch(text.strip()):
        return typed(number)
    return typed(text)
