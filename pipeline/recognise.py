"""Sheets → tables: where the headers stand, what each column means, which month is spoken for.

Nothing is interpreted here. Every filled cell of a recognised sheet gets a place: in a line of
a table, left out by name, or in a finding.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline.headings import (
    ENOUGH_TO_BE_MEANT,
    HEADER_WITHIN,
    Header,
    Rows,
    find_header,
    later_header,
    likely,
    other_table,
)
from pipeline.help_sheet import is_help, written_in_help
from pipeline.lines import Line, Place, Under, lines_under
from pipeline.months import flat_month, is_title, month_meant, month_of, months_said
from pipeline.parting import is_day, number_and_day
from schemas.finding import Finding
from schemas.layouts import (
    BELOW_TABLE,
    IGNORED_HEADINGS,
    MONTH,
    NIL,
    TITLE_BLOCK,
    Column,
    Layout,
    heading,
)
from schemas.month import Month
from schemas.procurement import method_code
from schemas.rules import found, short
from schemas.sheet import Cell, Sheet, address
from schemas.thai import date_long, days_made, fold, visible

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
    named: Mapping[Place, str] = field(default_factory=dict)  # why left out
    totals: tuple[Line, ...] = ()  # rows that sum up lines of this table

    def address(self, column: Column, row: int) -> str:
        return address(row, self.columns[column])


@dataclass(frozen=True)
class _Block:
    """One header of a sheet with what stands above it and below it."""

    header: Header
    above: tuple[Cell, ...]
    header_cells: tuple[Cell, ...]
    below: Rows


def recognise(sheets: Sequence[Sheet], names: Sequence[str]) -> tuple[list[Table], list[Finding]]:
    """Return the tables found, and what a person must know about the rest.

    ``names`` are all names of the organisation, former ones too.
    """
    filled = [sheet for sheet in sheets if sheet.cells]
    if not filled:
        file = sheets[0].file if sheets else ""
        return [], [found("table-found", file, rows=HEADER_WITHIN)]
    tables: list[Table] = []
    findings: list[Finding] = []
    rest: list[tuple[Sheet, Rows, Header | None]] = []
    for sheet in filled:
        rows: Rows = dict(sheet.rows())
        header = find_header(sheet, rows)
        if header and not header.missing:
            good, doubts = _tables(sheet, _blocks(sheet, rows, header), names)
            tables += good
            findings += [*_hidden(sheet), *doubts]
        else:
            rest.append((sheet, rows, header))
    for sheet, rows, header in rest:
        if tables and is_help(sheet):
            findings += written_in_help(sheet, {table.month for table in tables if table.month})
        else:
            findings.append(_no_table(sheet, rows, header, tables))
    return _settle(tables, findings)


# ---- one sheet


def _blocks(sheet: Sheet, rows: Rows, header: Header) -> list[_Block]:
    """Part a sheet at its headers: another month below, another table of the same month.

    The same header again is another printed page, unless the title above it names another month.
    """
    parted: list[tuple[Header, int]] = [(header, 1)]  # and the first row of its title block
    said = set(months_said(cell for row in rows if row < header.first for cell in rows[row]))
    title = 0  # where titles stand that belong to what comes next
    for row, cells in rows.items():
        current = parted[-1][0]
        if row <= current.last:
            continue
        if len(cells) < ENOUGH_TO_BE_MEANT and any(map(is_title, cells)):
            title = title or row
        if len(cells) < ENOUGH_TO_BE_MEANT or any(cell.kind != "text" for cell in cells):
            continue  # a header has several texts and no figure
        again = current.repeated([cell.text for cell in cells if cell.column in current.spans])
        if not again and not any("ราคากลาง" in fold(cell.text) for cell in cells):
            continue
        other = None if again and not title else later_header(sheet, rows, row)
        if other is None:
            continue
        start = title or row
        here = set(months_said(c for r in rows if start <= r < row for c in rows[r]))
        if (here and here != said) or dict(other.spans) != dict(current.spans):
            parted.append((other, start))
            said = here or said
        title = 0
    ends = [start for _, start in parted[1:]] + [max(rows) + 1]
    return [
        _Block(
            one,
            tuple(cell for row in rows if start <= row < one.first for cell in rows[row]),
            tuple(cell for row in range(one.first, one.last + 1) for cell in rows.get(row, ())),
            {row: cells for row, cells in rows.items() if one.last < row < end},
        )
        for (one, start), end in zip(parted, ends, strict=True)
    ]


def _tables(
    sheet: Sheet, blocks: Sequence[_Block], names: Sequence[str]
) -> tuple[list[Table], list[Finding]]:
    tables: list[Table] = []
    findings: list[Finding] = []
    pages = {fold(cell.text) for block in blocks for cell in block.above}
    titles: list[Cell] = []
    named: dict[Place, str] = {}
    several = len({month for block in blocks for month in months_said(block.above)}) > 1
    for block in blocks:
        header = _widened(block)
        under = lines_under(sheet, header, block.below, pages)
        chosen = list(_choose_nil(sheet, block.above, under))
        spoken = [*block.above, *under.titles]
        titles = spoken if months_said(spoken) else [*titles, *spoken]
        doubts = [
            *_title_block(sheet, block.above, names),
            *_columns(sheet, header, block.below),
            *_not_ours(sheet, under.items, names),
            *under.findings,
            *chosen,
        ]
        made, unclear = _of_months(sheet, titles, header, under, titles_alone=several)
        tables += made
        named |= {**_named_outside(block, header), **under.named}
        months = {table.month for table in made}
        month = months.pop() if len(months) == 1 else None
        doubts += _made_early(sheet, block.above, month) if month else []
        findings += [*unclear, *(replace(doubt, month=month) for doubt in doubts)]
    return [replace(table, named=named) for table in tables], findings


def _of_months(
    sheet: Sheet, titles: Sequence[Cell], header: Header, under: Under, *, titles_alone: bool
) -> tuple[list[Table], list[Finding]]:
    """One table of a block; a flat one says in each line whose month it is."""
    starts: dict[Column, int] = {}
    for place, column in sorted(header.spans.items()):
        starts.setdefault(column, place)
    made = Table(
        sheet.file, sheet.name, None, header.layout, starts, tuple(under.items), under.nil
    )
    if MONTH not in header.found:
        alone = titles_alone and bool(months_said(titles))
        month, findings = month_of(sheet, titles, titles_alone=alone)
        return [replace(made, month=month, totals=tuple(under.totals))], findings
    findings = []
    by_month: dict[Month | None, list[Line]] = {}
    for line in under.items:
        year, words = line.of("year"), line.of("month")
        month = flat_month(year, words)
        if month is None:
            text = " ".join(cell.text for cell in (*words, *year))
            where = (sheet.file, sheet.name, address(line.row, starts[MONTH]), text)
            findings.append(found("line-has-month", *where, row=line.row))
        by_month.setdefault(month, []).append(line)
    # A total over lines of several months is of none of them.
    totals = tuple(under.totals) if len(by_month) == 1 else ()
    return [
        replace(made, month=month, lines=tuple(lines), totals=totals)
        for month, lines in by_month.items()
    ], findings


def _widened(block: _Block) -> Header:
    """A column without a heading, right of one that states two facts, is its second half.

    So «เลขที่และวันที่» over two cells where the merge is lost, or was never made. Beside contracts
    that state both in one cell it holds somebody's remarks.
    """
    header = block.header
    spans = dict(header.spans)
    beside: dict[int, list[str]] = {}  # the texts left of its filled cells
    for cells in block.below.values():
        texts = {cell.column: cell.text for cell in cells}
        for place in texts:
            beside.setdefault(place, []).append(texts.get(place - 1, ""))
    for place in sorted(set(beside) - set(spans) - set(header.unknown)):
        left = spans.get(place - 1)
        remarks = left is not None and "contract_date" in left.fields
        if (
            left is None
            or len(left.fields) == 1
            or (remarks and all(map(_is_whole, beside[place])))
        ):
            continue
        spans[place] = left
    return replace(header, spans=spans)


def _is_whole(text: str) -> bool:
    """True where one cell holds both number and day of a contract."""
    number, day = number_and_day(visible(text))
    return number.strip() != "" and day is not None and is_day(day)


def _choose_nil(sheet: Sheet, above: Iterable[Cell], under: Under) -> Iterator[Finding]:
    """Our blank form has a cell for nil above the header; beside items it contradicts them."""
    for cell in above:
        if not _says_nil_above(cell):
            continue
        if under.items:
            where = (sheet.file, sheet.name, cell.address, cell.text)
            yield found("nil-without-items", *where, count=len(under.items))
        else:
            under.nil = True
            under.named[cell.row, cell.column] = "nil"


def _says_nil_above(cell: Cell) -> bool:
    return fold(cell.text) == fold(NIL)


def _title_block(sheet: Sheet, above: Iterable[Cell], names: Sequence[str]) -> Iterator[Finding]:
    """What stands above the header is left out by name, or told."""
    ours = [fold(name) for name in names]
    for cell in above:
        text = fold(cell.text)
        where = (sheet.file, sheet.name, cell.address, cell.text)
        if any(name in text for name in ours) or _says_nil_above(cell):
            continue
        if not (BY_NAME.search(text) or is_title(cell)):
            yield found("cell-in-table", *where)
        elif OFFICE.search(text):
            yield found("organisation-is-ours", *where, organisation=names[0])


def _made_early(sheet: Sheet, above: Iterable[Cell], month: Month) -> Iterator[Finding]:
    """A form that was made before its month was over may lack the rest of it."""
    for cell in above:
        for day in days_made(cell.text):
            if day < month.last:
                where = (sheet.file, sheet.name, cell.address, cell.text)
                made = date_long(day)
                yield found("made-after-the-month", *where, made=made, month_words=month.words)


def _not_ours(sheet: Sheet, lines: Iterable[Line], names: Sequence[str]) -> Iterator[Finding]:
    """A flat list may hold other offices' purchases: those are not ours to publish."""
    ours = {fold(name) for name in names}
    for line in lines:
        for cell in line.of("organisation"):
            if not any(name in fold(cell.text) for name in ours):
                where = (sheet.file, sheet.name, cell.address, cell.text)
                yield found("line-is-ours", *where, row=cell.row, organisation=names[0])


def _columns(sheet: Sheet, header: Header, below: Rows) -> Iterator[Finding]:
    """Headings read without their marks, twice, or not at all."""
    for place, cell in header.guessed.items():
        where = (sheet.file, sheet.name, cell.address, cell.text)
        yield found("heading-read-as", *where, heading=header.spans[place].heading)
    left_out = {heading(text) for text in IGNORED_HEADINGS}
    filled: dict[int, list[Cell]] = {}
    for cells in below.values():
        for cell in cells:
            if cell.column not in header.spans:
                filled.setdefault(cell.column, []).append(cell)
    if len(header.twice) >= ENOUGH_TO_BE_MEANT and set(header.twice) & set(filled):
        place, cell = min(header.twice.items())
        yield found("tables-apart", sheet.file, sheet.name, cell.address, cell.text)
        filled = {column: cells for column, cells in filled.items() if column < place}
    for column, cells in sorted(filled.items()):
        named = header.unknown.get(column)
        if named is not None and heading(named.text) in left_out:
            continue
        at = (named or cells[0]).address
        text = (named or cells[0]).text
        shown = f"«{short(text)}»" if named else "(ไม่มีหัวคอลัมน์)"
        yield found(
            "heading-known",
            sheet.file,
            sheet.name,
            at,
            text,
            count=len(cells),
            shown=shown,
            likely=_perhaps(named),
        )


def _perhaps(unknown: Cell | None) -> str:
    """«(คล้าย …) »: the spelling to use, or to add to ``schemas.layouts``."""
    near = likely(unknown.text) if unknown else ""
    return f"(คล้าย «{near}») " if near else ""


def _named_outside(block: _Block, header: Header) -> dict[Place, str]:
    """The cells of title block and header, and of the columns that are no fields."""
    left_out = {heading(text) for text in IGNORED_HEADINGS}
    ignored = {c for c, cell in header.unknown.items() if heading(cell.text) in left_out}
    named = {(cell.row, cell.column): "title" for cell in block.above}
    named |= {(cell.row, cell.column): "heading" for cell in block.header_cells}
    for cells in block.below.values():
        for cell in cells:
            if cell.column not in header.spans:
                why = "ignored-column" if cell.column in ignored else "unknown-column"
                named[cell.row, cell.column] = why
    return named


def _hidden(sheet: Sheet) -> Iterator[Finding]:
    """What Excel does not show is read all the same, and told."""
    hidden = sheet.hidden
    parts = []
    if hidden.sheet:
        parts.append("ทั้งแผ่นงาน")
    if hidden.rows:
        parts.append(f"แถว {_ranges(sorted(hidden.rows))}")
    if hidden.columns:
        letters = ", ".join(address(1, column)[:-1] for column in sorted(hidden.columns))
        parts.append(f"คอลัมน์ {letters}")
    if parts:
        yield found("hidden-is-read", sheet.file, sheet.name, what=" ".join(parts))


def _ranges(numbers: Sequence[int]) -> str:
    """«7, 9–12»."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs)


# ---- sheets without a table


def _no_table(sheet: Sheet, rows: Rows, header: Header | None, tables: Sequence[Table]) -> Finding:
    """Another table is called by its name; a cover beside good tables is only named."""
    other = other_table(sheet, rows)
    if other is not None:
        rule = "sheet-is-another-table" if tables else "table-is-the-form"
        return found(rule, sheet.file, sheet.name, table=other.words)
    if header is not None:
        return _incomplete(sheet, header)
    month = month_meant(sheet)
    known = month is None or month in {table.month for table in tables}
    if tables and known and not any(map(_like_an_item, rows.values())):
        return found("sheet-is-a-table", sheet.file, sheet.name)
    return found("table-found", sheet.file, sheet.name, month=month, rows=HEADER_WITHIN)


def _like_an_item(cells: Sequence[Cell]) -> bool:
    return len(cells) > ENOUGH_TO_BE_MEANT and any(method_code(cell.text) for cell in cells)


def _incomplete(sheet: Sheet, header: Header) -> Finding:
    unknown = ", ".join(
        f"«{short(cell.text)}» {_perhaps(cell)}".strip() for cell in header.unknown.values()
    )
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


# ---- the workbook


def _settle(tables: list[Table], findings: list[Finding]) -> tuple[list[Table], list[Finding]]:
    """Two sheets for one month are nobody's guess; a prepared but empty sheet is no news."""
    filled = [table for table in tables if table.lines or table.nil]
    for month in sorted({table.month for table in filled if table.month}):
        same = [table for table in filled if table.month == month]
        of = list(dict.fromkeys(table.sheet for table in same))
        if len(of) > 1:
            findings += [
                found(
                    "month-in-one-sheet",
                    table.file,
                    table.sheet,
                    month=month,
                    month_words=month.words,
                    sheets=", ".join(f"«{name}»" for name in of),
                )
                for table in same
            ]
    rule = "sheet-still-empty" if filled else "rows-present"
    told = {(table.sheet, table.month) for table in filled}
    findings += [
        found(rule, table.file, table.sheet, month=table.month)
        for table in tables
        if table not in filled and (table.sheet, table.month) not in told
    ]
    return filled, findings
