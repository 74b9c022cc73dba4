"""Sheets → tables: where the header stands, what each column means, which month is spoken for.

Nothing is interpreted here. Every filled cell of a recognised sheet gets a place: in a line of
the table, left out by name, or in a finding.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.headings import HEADER_WITHIN, Header, find_header
from pipeline.lines import Line, lines_under
from pipeline.months import month_meant, month_of
from schemas.finding import Finding
from schemas.layouts import BELOW_TABLE, IGNORED_HEADINGS, TITLE_BLOCK, Column, Layout, heading
from schemas.month import Month
from schemas.rules import found, short
from schemas.sheet import Sheet, address
from schemas.thai import fold

BY_NAME = re.compile("|".join((*TITLE_BLOCK, *BELOW_TABLE)))
OFFICE = re.compile(r"เทศบาล|องค์การบริหารส่วน")


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


def recognise(sheets: Sequence[Sheet], names: Sequence[str]) -> tuple[list[Table], list[Finding]]:
    """Return the tables found, and what a person must know about the rest.

    ``names`` are all names of the organisation, former ones too.
    """
    filled = [sheet for sheet in sheets if sheet.cells]
    if not filled:
        file = sheets[0].file if sheets else ""
        return [], [found("table-found", file, rows=HEADER_WITHIN)]
    headers = [(sheet, find_header(sheet)) for sheet in filled]
    tables: list[Table] = []
    findings: list[Finding] = []
    for sheet, header in headers:
        if header and not header.missing:
            table, doubts = _table(sheet, header, names)
            tables.append(table)
            findings += doubts
    for sheet, header in headers:
        if header is None:
            findings.append(_no_table(sheet, tables))
        elif header.missing:
            findings.append(_incomplete(sheet, header))
    return _settle(tables, findings)


def _table(sheet: Sheet, header: Header, names: Sequence[str]) -> tuple[Table, list[Finding]]:
    under = lines_under(sheet, header)
    above = [cell for (row, _), cell in sheet.cells.items() if row < header.first]
    month, findings = month_of(sheet, [*above, *under.titles])
    findings += [
        replace(finding, month=month)
        for finding in (
            *_title_block(sheet, header, names),
            *_unknown_columns(sheet, header),
            *under.findings,
        )
    ]
    starts: dict[Column, int] = {}
    for place, column in sorted(header.spans.items()):
        starts.setdefault(column, place)
    lines = tuple(under.items)
    return Table(sheet.file, sheet.name, month, header.layout, starts, lines, under.nil), findings


def _no_table(sheet: Sheet, tables: Sequence[Table]) -> Finding:
    """A cover beside good tables is only named; a month without its table is sent back."""
    month = month_meant(sheet)
    if tables and (month is None or month in {table.month for table in tables}):
        return found("sheet-is-a-table", sheet.file, sheet.name)
    return found("table-found", sheet.file, sheet.name, month=month, rows=HEADER_WITHIN)


def _incomplete(sheet: Sheet, header: Header) -> Finding:
    unknown = ", ".join(f"«{short(cell.text)}»" for cell in header.unknown.values())
    return found(
        "columns-complete",
        sheet.file,
        sheet.name,
        address(header.first, min(header.spans)),
        month=month_meant(sheet),
        row=header.first,
        missing=", ".join(f"«{column.heading}»" for column in header.missing),
        unknown=f"(พบหัวที่ไม่รู้จัก {unknown}) " if unknown else "",
    )


def _title_block(sheet: Sheet, header: Header, names: Sequence[str]) -> Iterator[Finding]:
    """What stands above the header is left out by name, or told."""
    ours = [fold(name) for name in names]
    for _, cell in sorted(sheet.cells.items()):
        text = fold(cell.text)
        where = (sheet.file, sheet.name, cell.address, cell.text)
        if cell.row >= header.first:
            return
        if not BY_NAME.search(text):
            yield found("cell-in-table", *where)
        elif OFFICE.search(text) and not any(name in text for name in ours):
            yield found("organisation-is-ours", *where, organisation=names[0])


def _unknown_columns(sheet: Sheet, header: Header) -> Iterator[Finding]:
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
        shown = f"«{short(text)}»" if text else "(ไม่มีหัวคอลัมน์)"
        yield found("heading-known", sheet.file, sheet.name, cell, text, count=count, shown=shown)


def _settle(tables: list[Table], findings: list[Finding]) -> tuple[list[Table], list[Finding]]:
    """Two sheets for one month are nobody's guess; a prepared but empty sheet is no news."""
    filled = [table for table in tables if table.lines or table.nil]
    for month in sorted({table.month for table in filled if table.month}):
        same = [table for table in filled if table.month == month]
        sheets = ", ".join(f"«{table.sheet}»" for table in same)
        if len(same) > 1:
            findings += [
                found(
                    "month-in-one-sheet",
                    table.file,
                    table.sheet,
                    month=month,
                    month_words=month.words,
                    sheets=sheets,
                )
                for table in same
            ]
    rule = "sheet-still-empty" if filled else "rows-present"
    findings += [
        found(rule, table.file, table.sheet, month=table.month)
        for table in tables
        if table not in filled
    ]
    return filled, findings
