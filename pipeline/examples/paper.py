"""A workbook on paper: values with looks, alterations that make it worse, the bytes Excel opens.

Everything is a value: an alteration returns another book and moves what is expected along with
the cells. Rows and columns count from 1, as Excel shows them.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Literal, NamedTuple

import xlsxwriter
from openpyxl.utils.cell import column_index_from_string, coordinate_to_tuple
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from schemas.procurement import Procurement
from schemas.sheet import Merge, address

MADE = datetime(2024, 10, 1)  # noqa: DTZ001 - a fixed day without a zone, as the file stores it
_UNCALCULATED = "(not calculated)"
_NOTHING = "(calculated to nothing)"
_FONT = {"font_name": "TH SarabunPSK", "font_size": 14}
_ITEM = {"border": 1, "valign": "top", "text_wrap": True}
LOOKS: dict[str, dict[str, object]] = {
    "plain": {},
    "title": {"bold": True, "align": "center"},
    "corner": {"align": "right"},
    "head": {"bold": True, "border": 1, "align": "center", "valign": "vcenter", "text_wrap": True},
    "text": _ITEM,
    "centre": {**_ITEM, "align": "center"},
    "money": {**_ITEM, "num_format": "#,##0.00"},
    "date": {**_ITEM, "num_format": "[$-107041E]d mmm yyyy"},  # Excel shows the Buddhist year
}
# A cancelled item is struck through: «money» → «money-struck».
STRUCK = "-struck"
LOOKS |= {
    f"{name}{STRUCK}": {**LOOKS[name], "font_strikeout": True}
    for name in ("text", "centre", "money", "date")
}


class Formula(NamedTuple):
    """A formula, and what Excel left beside it: None when no program has calculated it.

    "" is the result of a formula that shows nothing.
    """

    text: str
    result: str | float | None


class Rich(NamedTuple):
    """A text of which pieces are struck through: (piece, is struck), at least two of them."""

    pieces: tuple[tuple[str, bool], ...]

    @property
    def text(self) -> str:
        return "".join(piece for piece, _ in self.pieces)


Value = str | float | date | Formula | Rich | None


class Typed(NamedTuple):
    """A value in a cell, the name of its look, a number format instead of the look's own.

    ``shown`` is a format in letters, or the number of one that is built into Excel.
    """

    value: Value
    look: str = "text"
    shown: str | int = ""


@dataclass(frozen=True)
class Paper:
    """One sheet. ``header`` is the first and the last row of its table header."""

    name: str
    cells: Mapping[tuple[int, int], Typed]
    merges: tuple[Merge, ...] = ()
    widths: Mapping[int, float] = field(default_factory=dict)
    heights: Mapping[int, float] = field(default_factory=dict)
    header: tuple[int, int] = (1, 1)
    hidden: Literal["", "hidden", "very hidden"] = ""
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    comments: Mapping[tuple[int, int], str] = field(default_factory=dict)
    whole_columns: Mapping[int, str] = field(default_factory=dict)  # looks down to the last row
    filtered: Merge | None = None  # what an autofilter is laid over


class Question(NamedTuple):
    """A row that an ``explain`` rule must ask about."""

    sheet: str
    row: int
    rule: str


class Told(NamedTuple):
    """A finding that the reading must raise; column 0: the whole sheet is meant."""

    rule: str
    sheet: str
    row: int = 0
    column: int = 0

    @property
    def cell(self) -> str:
        return address(self.row, self.column) if self.column else ""


@dataclass(frozen=True)
class Book:
    """A workbook, the rows that must be found in it, and what must be asked and told of it."""

    file: str
    sheets: tuple[Paper, ...]
    expected: tuple[Procurement, ...] = ()
    asked: tuple[Question, ...] = ()
    told: tuple[Told, ...] = ()
    since_1904: bool = False  # days are counted as on the first Macintosh

    def sheet(self, name: str) -> Paper:
        return next(sheet for sheet in self.sheets if sheet.name == name)

    def row(self, sheet: str, row: int) -> Procurement:
        """Return what is expected at that place; StopIteration where no item stands."""
        return next(
            item for item in self.expected if (item.source.sheet, item.source.row) == (sheet, row)
        )


# ---- alterations


def replace_cell(book: Book, sheet: str, cell: str, value: Value) -> Book:
    """Type another value into "C9"; what it means for ``expected`` is the caller's to say."""
    place = coordinate_to_tuple(cell)
    paper = book.sheet(sheet)
    look = paper.cells[place].look if place in paper.cells else "plain"
    return type_cells(book, sheet, {place: Typed(value, look)})


def type_cells(book: Book, sheet: str, cells: Mapping[tuple[int, int], Typed]) -> Book:
    """Type into several cells; what it means for ``expected`` is the caller's to say."""
    paper = book.sheet(sheet)
    return _put(book, sheet, replace(paper, cells={**paper.cells, **cells}))


def change_sheet(book: Book, paper: Paper) -> Book:
    """Put ``paper`` in the place of the sheet of its name, nothing in it moved."""
    return _put(book, paper.name, paper)


def tell(book: Book, *told: Told) -> Book:
    """Expect these findings as well."""
    return replace(book, told=(*book.told, *told))


def expect(book: Book, row: Procurement) -> Book:
    """Expect ``row`` instead of what was expected at its source."""
    rows = tuple(row if item.source == row.source else item for item in book.expected)
    return replace(book, expected=rows)


def insert_rows(book: Book, sheet: str, before: int, count: int = 1) -> Book:
    """Push everything from row ``before`` on down; ``expected`` and ``asked`` go along."""
    return _move_rows(book, sheet, lambda row: row + count if row >= before else row)


def remove_row(book: Book, sheet: str, row: int) -> Book:
    """Take a row out, and what is expected of it; all below moves up."""
    paper = book.sheet(sheet)
    rest = replace(
        paper,
        cells={place: typed for place, typed in paper.cells.items() if place[0] != row},
        merges=tuple(m for m in paper.merges if not m.top == m.bottom == row),
        heights={at: height for at, height in paper.heights.items() if at != row},
        hidden_rows=paper.hidden_rows - {row},
        comments={at: text for at, text in paper.comments.items() if at[0] != row},
    )
    shorter = replace(
        _put(book, sheet, rest),
        expected=tuple(i for i in book.expected if (i.source.sheet, i.source.row) != (sheet, row)),
        asked=tuple(q for q in book.asked if (q.sheet, q.row) != (sheet, row)),
        told=tuple(t for t in book.told if (t.sheet, t.row) != (sheet, row)),
    )
    return _move_rows(shorter, sheet, lambda at: at - 1 if at > row else at)


def move_column(book: Book, sheet: str, column: str, to: str) -> Book:
    """Move column "C" to where "F" stands; the columns between make room.

    ValueError when that would tear apart what is merged side by side.
    """
    paper = book.sheet(sheet)
    order = list(range(1, max(place[1] for place in paper.cells) + 1))
    moved = column_index_from_string(column)
    order.remove(moved)
    order.insert(column_index_from_string(to) - 1, moved)
    new = {old: at for at, old in enumerate(order, start=1)}
    for merge in paper.merges:
        over = [new[old] for old in range(merge.left, merge.right + 1)]
        if max(over) - min(over) != merge.right - merge.left:
            raise ValueError(f"moving {column} to {to} tears {merge} apart")
    return _move_columns(book, sheet, lambda old: new.get(old, old))


def insert_columns(book: Book, sheet: str, before: int, count: int = 1) -> Book:
    """Push everything from the column on to the right; what is merged across it grows wider."""
    return _move_columns(book, sheet, lambda old: old + count if old >= before else old)


def rename_sheet(book: Book, sheet: str, name: str) -> Book:
    return _put(book, sheet, replace(book.sheet(sheet), name=name))


def rename_file(book: Book, file: str) -> Book:
    expected = tuple(replace(i, source=replace(i.source, file=file)) for i in book.expected)
    return replace(book, file=file, expected=expected)


def bind(file: str, books: Iterable[Book]) -> Book:
    """Put the sheets of several books into one."""
    books = tuple(books)
    sheets = tuple(sheet for book in books for sheet in book.sheets)
    expected = tuple(row for book in books for row in book.expected)
    asked = tuple(question for book in books for question in book.asked)
    told = tuple(told for book in books for told in book.told)
    since_1904 = any(book.since_1904 for book in books)
    return rename_file(Book(file, sheets, expected, asked, told, since_1904), file)


def _move_rows(book: Book, sheet: str, new: Callable[[int], int]) -> Book:
    paper = book.sheet(sheet)
    moved = replace(
        paper,
        cells={(new(row), column): typed for (row, column), typed in paper.cells.items()},
        merges=tuple(replace(m, top=new(m.top), bottom=new(m.bottom)) for m in paper.merges),
        heights={new(row): height for row, height in paper.heights.items()},
        header=(new(paper.header[0]), new(paper.header[1])),
        hidden_rows=frozenset(map(new, paper.hidden_rows)),
        comments={(new(row), column): text for (row, column), text in paper.comments.items()},
        filtered=paper.filtered
        and replace(
            paper.filtered, top=new(paper.filtered.top), bottom=new(paper.filtered.bottom)
        ),
    )
    return _put(book, sheet, moved, new)


def _move_columns(book: Book, sheet: str, new: Callable[[int], int]) -> Book:
    paper = book.sheet(sheet)
    cells = {(row, new(column)): typed for (row, column), typed in paper.cells.items()}
    merges = []
    for merge in paper.merges:
        over = [new(column) for column in range(merge.left, merge.right + 1)]
        wide = replace(merge, left=min(over), right=max(over))
        anchor = paper.cells[merge.top, merge.left]
        cells |= {
            (row, column): anchor._replace(value=None)
            for row in range(wide.top, wide.bottom + 1)
            for column in range(wide.left, wide.right + 1)
        }
        cells[wide.top, wide.left] = anchor
        merges.append(wide)
    moved = replace(
        paper,
        cells=cells,
        merges=tuple(merges),
        widths={new(column): width for column, width in paper.widths.items()},
        hidden_columns=frozenset(map(new, paper.hidden_columns)),
        comments={(row, new(column)): text for (row, column), text in paper.comments.items()},
        whole_columns={new(column): look for column, look in paper.whole_columns.items()},
    )
    told = tuple(
        t._replace(column=new(t.column)) if t.sheet == sheet and t.column else t for t in book.told
    )
    return replace(_put(book, sheet, moved), told=told)


def _put(
    book: Book, sheet: str, paper: Paper, new: Callable[[int], int] = lambda row: row
) -> Book:
    """Put ``paper`` in the place of a sheet; what is expected and asked there follows it."""

    def follow(item: Procurement) -> Procurement:
        source = item.source
        if source.sheet != sheet:
            return item
        return replace(item, source=replace(source, sheet=paper.name, row=new(source.row)))

    return replace(
        book,
        sheets=tuple(paper if old.name == sheet else old for old in book.sheets),
        expected=tuple(map(follow, book.expected)),
        asked=tuple(
            Question(paper.name, new(q.row), q.rule) if q.sheet == sheet else q for q in book.asked
        ),
        told=tuple(
            t._replace(sheet=paper.name, row=new(t.row) if t.row else 0) if t.sheet == sheet else t
            for t in book.told
        ),
    )


# ---- writing


def to_bytes(book: Book) -> bytes:
    """Return the workbook as .xlsx; the same book gives the same bytes."""
    file = io.BytesIO()
    # In memory: the times of temporary files would get into the bytes.
    with xlsxwriter.Workbook(file, {"in_memory": True, "date_1904": book.since_1904}) as workbook:
        workbook.set_properties({"created": MADE})
        formats = _formats(workbook, book)
        pages = [workbook.add_worksheet(paper.name) for paper in book.sheets]
        for page, paper in zip(pages, book.sheets, strict=True):
            _write_sheet(page, paper, formats)
        shown = [page for page, paper in zip(pages, book.sheets, strict=True) if not paper.hidden]
        if shown:
            shown[0].activate()
            shown[0].set_first_sheet()
    formulas = [
        typed.value
        for paper in book.sheets
        for typed in paper.cells.values()
        if isinstance(typed.value, Formula)
    ]
    xlsx = file.getvalue()
    return xlsx if all(f.result not in {None, ""} for f in formulas) else _without_results(xlsx)


_Formats = Mapping[tuple[str, str | int], Format]


def _formats(workbook: xlsxwriter.Workbook, book: Book) -> _Formats:
    """Every look as it stands, and those that a cell shows by a format of its own."""
    own = {
        (typed.look, typed.shown)
        for paper in book.sheets
        for typed in paper.cells.values()
        if typed.shown
    }
    looks: list[tuple[str, str | int]] = [(name, "") for name in LOOKS]
    looks += sorted(own, key=str)
    return {
        (name, shown): workbook.add_format(
            {**_FONT, **LOOKS[name], **({"num_format": shown} if shown else {})}
        )
        for name, shown in looks
    }


def _without_results(xlsx: bytes) -> bytes:
    """Take out the results that XlsxWriter must write but no program has calculated.

    A result of no text is written as Excel does; XlsxWriter's own looks like no result.
    """
    mark = f' t="str"><f>([^<]*)</f><v>{re.escape(_UNCALCULATED)}</v>'.encode()
    nothing = f"<v>{_NOTHING}</v>".encode()
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx)) as old, zipfile.ZipFile(file, "w") as new:
        for part in old.infolist():
            content = re.sub(mark, rb"><f>\1</f>", old.read(part))
            new.writestr(part, content.replace(nothing, b"<v></v>"))
    return file.getvalue()


def write(book: Book, folder: Path) -> Path:
    path = folder / book.file
    path.write_bytes(to_bytes(book))
    return path


def _write_sheet(page: Worksheet, paper: Paper, formats: _Formats) -> None:
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.repeat_rows(paper.header[0] - 1, paper.header[1] - 1)
    page.freeze_panes(paper.header[1], 0)
    for column in sorted({*paper.widths, *paper.hidden_columns, *paper.whole_columns}):
        look = paper.whole_columns.get(column)
        page.set_column(
            column - 1,
            column - 1,
            paper.widths.get(column),
            formats[look, ""] if look else None,
            {"hidden": True} if column in paper.hidden_columns else None,
        )
    for row in sorted({*paper.heights, *paper.hidden_rows}):
        hidden = {"hidden": True} if row in paper.hidden_rows else None
        page.set_row(row - 1, paper.heights.get(row), None, hidden)
    for merge in paper.merges:
        anchor = paper.cells[merge.top, merge.left]
        corners = (merge.top - 1, merge.left - 1, merge.bottom - 1, merge.right - 1)
        page.merge_range(*corners, "", formats[anchor.look, anchor.shown])
    for (row, column), typed in sorted(paper.cells.items()):
        _write_cell(page, (row - 1, column - 1), typed, formats)
    for (row, column), text in sorted(paper.comments.items()):
        page.write_comment(row - 1, column - 1, text)
    if paper.filtered:
        area = paper.filtered
        page.autofilter(area.top - 1, area.left - 1, area.bottom - 1, area.right - 1)
    if paper.hidden == "hidden":
        page.hide()
    elif paper.hidden:
        page.very_hidden()


def _result(formula: Formula) -> str | float:
    if formula.result is None:
        return _UNCALCULATED
    return _NOTHING if formula.result == "" else formula.result


def _write_cell(page: Worksheet, place: tuple[int, int], typed: Typed, formats: _Formats) -> None:
    value, look = typed.value, formats[typed.look, typed.shown]
    match value:
        case None:
            status = page.write_blank(*place, None, look)
        case str():
            status = page.write_string(*place, value, look)
        case Formula():
            status = page.write_formula(*place, value.text, look, _result(value))
        case Rich():
            struck = formats["text-struck", ""]
            pieces = [
                part
                for text, is_struck in value.pieces
                for part in ((struck, text) if is_struck else (text,))
            ]
            status = page.write_rich_string(*place, *pieces, look)
        case date():
            status = page.write_datetime(*place, datetime.combine(value, time.min), look)
        case _:
            status = page.write_number(*place, value, look)
    if status:
        raise ValueError(f"XlsxWriter answers {status} to {value!r:.60}")
