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
from typing import NamedTuple

import xlsxwriter
from openpyxl.utils.cell import column_index_from_string, coordinate_to_tuple
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from schemas.procurement import Procurement
from schemas.sheet import Merge

MADE = datetime(2024, 10, 1)  # noqa: DTZ001 - a fixed day without a zone, as the file stores it
_UNCALCULATED = "(not calculated)"
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


class Formula(NamedTuple):
    """A formula, and what Excel left beside it: None when no program has calculated it."""

    text: str
    result: str | float | None


Value = str | float | date | Formula | None


class Typed(NamedTuple):
    """A value in a cell, and the name of its look."""

    value: Value
    look: str = "text"


@dataclass(frozen=True)
class Paper:
    """One sheet. ``header`` is the first and the last row of its table header."""

    name: str
    cells: Mapping[tuple[int, int], Typed]
    merges: tuple[Merge, ...] = ()
    widths: Mapping[int, float] = field(default_factory=dict)
    heights: Mapping[int, float] = field(default_factory=dict)
    header: tuple[int, int] = (1, 1)


class Question(NamedTuple):
    """A row that an ``explain`` rule must ask about."""

    sheet: str
    row: int
    rule: str


@dataclass(frozen=True)
class Book:
    """A workbook, the rows that must be found in it, and the questions it must raise."""

    file: str
    sheets: tuple[Paper, ...]
    expected: tuple[Procurement, ...] = ()
    asked: tuple[Question, ...] = ()

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
    typed = Typed(value, paper.cells[place].look if place in paper.cells else "plain")
    return _put(book, sheet, replace(paper, cells={**paper.cells, place: typed}))


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
    )
    shorter = replace(
        _put(book, sheet, rest),
        expected=tuple(i for i in book.expected if (i.source.sheet, i.source.row) != (sheet, row)),
        asked=tuple(q for q in book.asked if (q.sheet, q.row) != (sheet, row)),
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

    cells = {(row, new[old]): typed for (row, old), typed in paper.cells.items()}
    merges = []
    for merge in paper.merges:
        over = sorted(new[old] for old in range(merge.left, merge.right + 1))
        if over[-1] - over[0] != merge.right - merge.left:
            raise ValueError(f"moving {column} to {to} tears {merge} apart")
        anchor = paper.cells[merge.top, merge.left]
        cells |= {(merge.top, at): anchor._replace(value=None) for at in over}
        cells[merge.top, over[0]] = anchor
        merges.append(replace(merge, left=over[0], right=over[-1]))
    widths = {new[old]: width for old, width in paper.widths.items()}
    return _put(book, sheet, replace(paper, cells=cells, merges=tuple(merges), widths=widths))


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
    return rename_file(Book(file, sheets, expected, asked), file)


def _move_rows(book: Book, sheet: str, new: Callable[[int], int]) -> Book:
    paper = book.sheet(sheet)
    moved = replace(
        paper,
        cells={(new(row), column): typed for (row, column), typed in paper.cells.items()},
        merges=tuple(replace(m, top=new(m.top), bottom=new(m.bottom)) for m in paper.merges),
        heights={new(row): height for row, height in paper.heights.items()},
        header=(new(paper.header[0]), new(paper.header[1])),
    )
    return _put(book, sheet, moved, new)


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
    )


# ---- writing


def to_bytes(book: Book) -> bytes:
    """Return the workbook as .xlsx; the same book gives the same bytes."""
    file = io.BytesIO()
    # In memory: the times of temporary files would get into the bytes.
    with xlsxwriter.Workbook(file, {"in_memory": True}) as workbook:
        workbook.set_properties({"created": MADE})
        formats = {name: workbook.add_format({**_FONT, **look}) for name, look in LOOKS.items()}
        for paper in book.sheets:
            _write_sheet(workbook.add_worksheet(paper.name), paper, formats)
    formulas = [
        typed.value
        for paper in book.sheets
        for typed in paper.cells.values()
        if isinstance(typed.value, Formula)
    ]
    xlsx = file.getvalue()
    return xlsx if all(f.result is not None for f in formulas) else _without_results(xlsx)


def _without_results(xlsx: bytes) -> bytes:
    """Take out the results that XlsxWriter must write but no program has calculated."""
    mark = f' t="str"><f>([^<]*)</f><v>{re.escape(_UNCALCULATED)}</v>'.encode()
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx)) as old, zipfile.ZipFile(file, "w") as new:
        for part in old.infolist():
            new.writestr(part, re.sub(mark, rb"><f>\1</f>", old.read(part)))
    return file.getvalue()


def write(book: Book, folder: Path) -> Path:
    path = folder / book.file
    path.write_bytes(to_bytes(book))
    return path


def _write_sheet(page: Worksheet, paper: Paper, formats: Mapping[str, Format]) -> None:
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.repeat_rows(paper.header[0] - 1, paper.header[1] - 1)
    page.freeze_panes(paper.header[1], 0)
    for column, width in paper.widths.items():
        page.set_column(column - 1, column - 1, width)
    for row, height in paper.heights.items():
        page.set_row(row - 1, height)
    for merge in paper.merges:
        look = paper.cells[merge.top, merge.left].look
        corners = (merge.top - 1, merge.left - 1, merge.bottom - 1, merge.right - 1)
        page.merge_range(*corners, "", formats[look])
    for (row, column), typed in sorted(paper.cells.items()):
        _write_cell(page, (row - 1, column - 1), typed.value, formats[typed.look])


def _write_cell(page: Worksheet, place: tuple[int, int], value: Value, look: Format) -> None:
    match value:
        case None:
            status = page.write_blank(*place, None, look)
        case str():
            status = page.write_string(*place, value, look)
        case Formula():
            result = _UNCALCULATED if value.result is None else value.result
            status = page.write_formula(*place, value.text, look, result)
        case date():
            status = page.write_datetime(*place, datetime.combine(value, time.min), look)
        case _:
            status = page.write_number(*place, value, look)
    if status:
        raise ValueError(f"XlsxWriter answers {status} to {value!r:.60}")
