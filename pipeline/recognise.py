"""Sheets → tables: where the header stands, what each column means, which month is spoken for.

Nothing is interpreted here. Every filled cell of a recognised sheet gets a place: in a line of
the table, left out by name, or in a finding.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import PurePath

from schemas.finding import Finding
from schemas.layouts import (
    BELOW_TABLE,
    IGNORED_HEADINGS,
    LAYOUTS,
    NIL,
    TITLE_BLOCK,
    TOTAL_ROW,
    Column,
    Layout,
    heading,
)
from schemas.month import Month
from schemas.rules import RULE
from schemas.sheet import Cell, Merge, Sheet, address
from schemas.thai import MONTHS, fold, months_in, visible

HEADER_WITHIN = 30  # rows
HEADER_LINES = 2
ENOUGH_TO_BE_MEANT = 4  # columns: so many known headings in a row are a header, perhaps incomplete
INDEX_ROW = re.compile(r"\(?[0-9]{1,2}\)?")
IN_THE_MONTH = re.compile(r"เดือน\s*(.*)", re.DOTALL)
DAY_MADE = re.compile(r"วันที่\s*[0-9๐-๙]")  # «วันที่ 5 เดือนพฤศจิกายน»: when the summary was made
FOOT = re.compile("|".join(BELOW_TABLE))
BY_NAME = re.compile("|".join((*TITLE_BLOCK, *BELOW_TABLE)))
QUOTED = 80  # characters of a long text that a message repeats


@dataclass(frozen=True)
class Line:
    """One row of the table: for each recognised column its filled cells."""

    row: int
    cells: Mapping[Column, tuple[Cell, ...]]


@dataclass(frozen=True)
class Table:
    """A recognised สขร.๑. ``columns`` says in which grid column each one starts."""

    file: str
    sheet: str
    month: Month | None  # None: a finding says why
    layout: Layout
    columns: Mapping[Column, int]
    lines: tuple[Line, ...]
    nil: bool = False  # finance wrote that nothing was bought

    def address(self, column: Column, row: int) -> str:
        return address(row, self.columns[column])


@dataclass(frozen=True)
class _Header:
    layout: Layout
    first: int  # rows, included
    last: int
    spans: Mapping[int, Column]  # grid column → the column of the layout
    unknown: Mapping[int, Cell]  # grid column → a heading that no spelling knows

    @property
    def found(self) -> set[Column]:
        return set(self.spans.values())

    @property
    def missing(self) -> list[Column]:
        return [c for c in self.layout.columns if c.required and c not in self.found]

    @property
    def rank(self) -> tuple[int, int, int, int]:
        """Complete first, then what tells most columns apart; a line of units is part of it."""
        return (-len(self.missing), len(self.found), self.last, self.first)


def recognise(sheets: Sequence[Sheet], names: Sequence[str]) -> tuple[list[Table], list[Finding]]:
    """Return the tables found, and what a person must know about the rest.

    ``names`` are all names of the organisation, former ones too.
    """
    filled = [sheet for sheet in sheets if sheet.cells]
    headers = {sheet.name: _find_header(sheet) for sheet in filled}
    some_table = any(header and not header.missing for header in headers.values())
    tables, findings = [], []
    for sheet in filled:
        header = headers[sheet.name]
        if header is None or header.missing:
            findings.append(_no_table(sheet, header, some_table=some_table))
            continue
        table, doubts = _table(sheet, header, names)
        tables.append(table)
        findings.extend(doubts)
    if not filled:
        file = sheets[0].file if sheets else ""
        findings.append(_finding("table-found", file, "", rows=HEADER_WITHIN))
    return _settle(tables, findings)


def _finding(
    rule: str,
    file: str,
    sheet: str,
    cell: str = "",
    value: str = "",
    month: Month | None = None,
    **facts: object,
) -> Finding:
    words = RULE[rule].message.format(file=file, sheet=sheet, value=_short(value), **facts)
    return Finding(rule, RULE[rule].severity, file, sheet, cell, value, words, month)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= QUOTED else line[:QUOTED] + "…"


# ---- the header


def _find_header(sheet: Sheet) -> _Header | None:
    """The best header within the first rows; None when no row looks like one."""
    best = None
    covered = _covered(sheet.merges)
    for first in range(1, HEADER_WITHIN + 1):
        for lines in range(1, HEADER_LINES + 1):
            paths = _paths(sheet, covered, range(first, first + lines))
            for layout in LAYOUTS if len(paths) >= ENOUGH_TO_BE_MEANT else ():
                header = _match(layout, paths, first, first + lines - 1)
                if len(header.found) >= ENOUGH_TO_BE_MEANT and (
                    best is None or header.rank > best.rank
                ):
                    best = header
    return best


def _covered(merges: Iterable[Merge]) -> dict[tuple[int, int], tuple[int, int]]:
    """For each cell under a merge within reach of a header: the corner that holds its text."""
    return {
        (row, column): (merge.top, merge.left)
        for merge in merges
        if merge.top <= HEADER_WITHIN + HEADER_LINES
        for row in range(merge.top, min(merge.bottom, HEADER_WITHIN + HEADER_LINES) + 1)
        for column in range(merge.left, merge.right + 1)
    }


def _paths(
    sheet: Sheet, covered: Mapping[tuple[int, int], tuple[int, int]], rows: range
) -> dict[int, list[Cell]]:
    """For each grid column the different header cells above it, from top to bottom."""
    columns = {column for row, column in sheet.cells if row in rows}
    columns |= {column for row, column in covered if row in rows}
    paths: dict[int, list[Cell]] = {}
    for column in sorted(columns):
        for row in rows:
            cell = sheet.cells.get(covered.get((row, column), (row, column)))
            if cell is not None and cell not in paths.setdefault(column, []):
                paths[column].append(cell)
    return {column: path for column, path in paths.items() if path}


@cache
def _known(layout: Layout) -> dict[tuple[str, ...], Column]:
    return {
        tuple(heading(part) for part in spelling.split(" > ")): column
        for column in layout.columns
        for spelling in column.spellings
    }


def _match(layout: Layout, paths: Mapping[int, list[Cell]], first: int, last: int) -> _Header:
    known = _known(layout)
    spans: dict[int, Column] = {}
    unknown: dict[int, Cell] = {}
    for place, path in paths.items():
        column = next((known[name] for name in _names(path) if name in known), None)
        if column is None:
            unknown[place] = path[-1]
        # The same heading again in another cell is another table beside this one, or a slip.
        elif column not in spans.values() or spans.get(place - 1) == column:
            spans[place] = column
        else:
            unknown[place] = path[-1]
    return _Header(layout, first, last, spans, unknown)


def _names(path: Sequence[Cell]) -> Iterator[tuple[str, ...]]:
    """The ways to read the header cells of one column: as a path, in one piece, the last alone."""
    texts = [heading(cell.text) for cell in path]
    yield tuple(texts)
    yield (heading("".join(cell.text for cell in path)),)
    yield (texts[-1],)


def _no_table(sheet: Sheet, header: _Header | None, *, some_table: bool) -> Finding:
    """Say what is missing; a cover sheet beside good tables is only named."""
    month = _one_month([*_in_cells(sheet.cells.values()), *_in_name(sheet.name)])
    if header is not None:
        unknown = [f"«{_short(cell.text)}»" for cell in header.unknown.values()]
        return _finding(
            "columns-complete",
            sheet.file,
            sheet.name,
            address(header.first, min(header.spans)),
            month=month,
            row=header.first,
            missing=", ".join(f"«{column.heading}»" for column in header.missing),
            unknown=f"(พบหัวที่ไม่รู้จัก {', '.join(unknown)}) " if unknown else "",
        )
    if some_table and month is None:
        return _finding("sheet-is-a-table", sheet.file, sheet.name)
    return _finding("table-found", sheet.file, sheet.name, month=month, rows=HEADER_WITHIN)


# ---- the month


@dataclass(frozen=True)
class _Statement:
    """A place that names a month; the year may be left out there."""

    where: str
    cell: str
    text: str
    year: int | None
    number: int

    @property
    def month(self) -> str:
        return f"{MONTHS[self.number - 1]} {self.year or ''}".strip()


def _conflict(statements: Sequence[_Statement]) -> str:
    """Who says what: «หัวเรื่องและชื่อไฟล์ว่า «มกราคม 2568» แต่ชื่อแผ่นงานว่า «ธันวาคม 2567»»."""
    places: dict[str, list[str]] = {}
    for statement in statements:
        places.setdefault(statement.month, []).append(statement.where)
    said = (f"{'และ'.join(where)}ว่า «{month}»" for month, where in places.items())
    return " แต่".join(said)


def _in_cells(cells: Iterable[Cell]) -> list[_Statement]:
    """What title lines say behind «รอบเดือน»; the day the summary was made is not a statement."""
    found = []
    for cell in sorted(cells, key=lambda cell: (cell.row, cell.column)):
        text = visible(cell.text)
        behind = IN_THE_MONTH.search(text)
        if behind and cell.row <= HEADER_WITHIN and not DAY_MADE.search(text):
            where = f"หัวเรื่อง (ช่อง {cell.address}) "
            found += [_Statement(where, cell.address, text, *one) for one in months_in(behind[1])]
    return found


def _in_name(name: str) -> list[_Statement]:
    return [_Statement("ชื่อแผ่นงาน", "", name, *found) for found in months_in(name)]


def _in_file(file: str) -> list[_Statement]:
    """A file name may name a range of months; then it says nothing about one sheet."""
    found = months_in(PurePath(file).stem)
    return [_Statement("ชื่อไฟล์", "", file, *one) for one in found] if len(found) == 1 else []


def _one_month(statements: Sequence[_Statement]) -> Month | None:
    """The month on which all statements agree; None when they conflict or say too little."""
    numbers = {statement.number for statement in statements}
    years = {statement.year for statement in statements if statement.year is not None}
    if len(numbers) != 1 or len(years) != 1:
        return None
    year = years.pop()
    return Month(year, numbers.pop()) if 2400 < year < 2700 else None  # noqa: PLR2004 - Buddhist


def _month(sheet: Sheet, header: _Header) -> tuple[Month | None, list[Finding]]:
    above = [cell for (row, _), cell in sheet.cells.items() if row < header.first]
    statements = [*_in_cells(above), *_in_name(sheet.name), *_in_file(sheet.file)]
    month = _one_month(statements)
    if month is not None:
        return month, []
    complete = any(statement.year for statement in statements)
    if not complete:
        return None, [_finding("month-stated", sheet.file, sheet.name)]
    first = statements[0]
    return None, [
        _finding(
            "month-stated-once",
            sheet.file,
            sheet.name,
            first.cell,
            first.text if first.cell else "",
            statements=_conflict(statements),
        )
    ]


def _settle(tables: list[Table], findings: list[Finding]) -> tuple[list[Table], list[Finding]]:
    """Two sheets for one month are nobody's guess; a prepared but empty sheet is no news."""
    for month in sorted({table.month for table in tables if table.month}):
        same = [table for table in tables if table.month == month and (table.lines or table.nil)]
        if len(same) > 1:
            sheets = ", ".join(f"«{table.sheet}»" for table in same)
            findings += [
                _finding(
                    "month-in-one-sheet",
                    table.file,
                    table.sheet,
                    month=month,
                    month_words=month.words,
                    sheets=sheets,
                )
                for table in same
            ]
    empty = [table for table in tables if not table.lines and not table.nil]
    rule = "rows-present" if len(empty) == len(tables) else "sheet-still-empty"
    findings += [_finding(rule, t.file, t.sheet, month=t.month) for t in empty]
    return [table for table in tables if table not in empty], findings


# ---- the lines


def _table(sheet: Sheet, header: _Header, names: Sequence[str]) -> tuple[Table, list[Finding]]:
    month, findings = _month(sheet, header)
    findings += _title_block(sheet, header, names, month)
    findings += _unknown_columns(sheet, header, month)
    lines, doubts, nil = _lines(sheet, header, month)
    starts: dict[Column, int] = {}
    for place, column in sorted(header.spans.items()):
        starts.setdefault(column, place)
    table = Table(sheet.file, sheet.name, month, header.layout, starts, tuple(lines), nil)
    return table, findings + doubts


def _title_block(
    sheet: Sheet, header: _Header, names: Sequence[str], month: Month | None
) -> Iterator[Finding]:
    ours = [fold(name) for name in names]
    for (row, _), cell in sorted(sheet.cells.items()):
        text = fold(cell.text)
        if row >= header.first:
            return
        if not BY_NAME.search(text):
            yield _finding("cell-in-table", sheet.file, sheet.name, cell.address, cell.text, month)
        elif re.search(r"เทศบาล|องค์การบริหารส่วน", text) and not any(n in text for n in ours):
            yield _finding(
                "organisation-is-ours",
                sheet.file,
                sheet.name,
                cell.address,
                cell.text,
                month,
                organisation=names[0],
            )


def _unknown_columns(sheet: Sheet, header: _Header, month: Month | None) -> Iterator[Finding]:
    left_out = {heading(text) for text in IGNORED_HEADINGS}
    below: dict[int, int] = {}
    for row, column in sheet.cells:
        if row > header.last and column not in header.spans:
            below[column] = below.get(column, 0) + 1
    for column, count in sorted(below.items()):
        named = header.unknown.get(column)
        if named is not None and heading(named.text) in left_out:
            continue
        cell = named.address if named else address(header.first, column)
        text = named.text if named else ""
        shown = f"«{_short(text)}»" if text else "(ไม่มีหัวคอลัมน์)"
        yield _finding(
            "heading-known", sheet.file, sheet.name, cell, text, month, count=count, shown=shown
        )


def _lines(
    sheet: Sheet, header: _Header, month: Month | None
) -> tuple[list[Line], list[Finding], bool]:
    """The rows under the header, less what is left out by name: totals, index and foot lines."""
    lines, findings = [], []
    alone: list[Cell] = []  # texts that stand alone in their row: remarks, or rows that broke
    for row, cells in sheet.rows():
        inside = [cell for cell in cells if cell.column in header.spans]
        line = _line(row, inside, header)
        if row <= header.last or _left_out(line, header):
            continue
        if len(line.cells) == 1:
            alone += inside
            continue
        findings += [_beside(sheet, "row-is-whole", cell, month) for cell in alone]
        alone = []
        lines.append(line)
    if not lines and any(fold(NIL) in fold(cell.text) for cell in alone):
        return [], findings, True
    findings += [_beside(sheet, "cell-in-table", cell, month) for cell in alone]
    return lines, findings, False


def _line(row: int, cells: Sequence[Cell], header: _Header) -> Line:
    by_column: dict[Column, tuple[Cell, ...]] = {}
    for cell in cells:
        column = header.spans[cell.column]
        by_column[column] = (*by_column.get(column, ()), cell)
    return Line(row, by_column)


def _beside(sheet: Sheet, rule: str, cell: Cell, month: Month | None) -> Finding:
    return _finding(rule, sheet.file, sheet.name, cell.address, cell.text, month, row=cell.row)


def _left_out(line: Line, header: _Header) -> bool:
    """True for what is no item, by name: nothing, an index row, a total, a foot line, a header."""
    fields = {column.fields[0]: cells for column, cells in line.cells.items()}
    texts = [fold(cell.text) for cells in line.cells.values() for cell in cells]
    if fields.keys() <= {"number"}:  # also the numbers that a prepared form has in empty rows
        return True
    if len(fields) == 1 and all(BY_NAME.search(text) for text in texts):
        return True
    kinds = {cell.kind for cells in line.cells.values() for cell in cells}
    if kinds == {"text"} and FOOT.search(texts[0]):  # signatures stand side by side
        return "procurement_method" not in fields
    named = [*fields.get("number", ()), *fields.get("title", ())]
    # A title may begin with «รวม»; a total has no method and no reason.
    if any(re.match(TOTAL_ROW, fold(cell.text)) for cell in named):
        return not fields.keys() & {"procurement_method", "selection_reason"}
    if len(texts) < ENOUGH_TO_BE_MEANT:
        return False
    headings = {name[-1] for name in _known(header.layout)}
    return all(INDEX_ROW.fullmatch(text) for text in texts) or all(
        heading(text) in headings for text in texts
    )
